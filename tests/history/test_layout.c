/* test_layout.c — only the facts decide what a history is: not their order, not their repetition.
 *
 * Random facts about few records at few instants, so that ties, duplicates and chains of
 * joins abound, are told in many orders; layouts must be equal to the byte. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "base/arena.h"
#include "history/builder_internal.h"
#include "world.h"

struct random {
    uint64_t state;
};

static uint64_t next(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(struct random *random, uint32_t limit)
{
    return (uint32_t)(next(random) % limit);
}

enum fact_kind { FACT_RECORD, FACT_PROPERTY, FACT_EVENT, FACT_ASSOCIATION, FACT_JOIN };

struct fact {
    enum fact_kind kind;
    enum entity object;
    enum association association;
    uint32_t a, b; /* numbers of ids */
    bool mark;     /* listed, bot */
    int64_t at_ms;
    uint32_t id; /* of the message; 0: none */
    uint32_t name;
    uint32_t property_count;
    uint32_t properties[4];
    uint32_t texts[4];
};

/* How the facts are strewn. */
struct setting {
    uint32_t facts;
    uint32_t records;     /* different ids of each object */
    uint32_t values;      /* of the event properties e2 and above; others have 6 */
    uint32_t classes_max; /* before events are pressed; 0: the builder's own */
};

static struct fact random_fact(struct random *random, const struct setting *setting)
{
    struct fact fact = {
        .kind = (enum fact_kind)(below(random, 10) == 0 ? below(random, 5) : FACT_PROPERTY + below(random, 2)),
        .object = (enum entity)below(random, OBJECT_COUNT),
        .association = (enum association)below(random, ASSOCIATION_COUNT),
        .a = below(random, setting->records),
        .b = below(random, setting->records),
        .mark = below(random, 4) == 0,
        .at_ms = (int64_t)below(random, 20) * 30000 - 60000,
        .id = below(random, 3) == 0 ? 0 : below(random, 200),
        .name = below(random, 4),
        .property_count = below(random, 5),
    };
    if (fact.kind != FACT_EVENT && below(random, 3) == 0) fact.at_ms = FOREVER;
    if (fact.kind == FACT_PROPERTY) fact.property_count = 1;
    for (uint32_t i = 0; i < fact.property_count; i++) {
        fact.properties[i] = (i == 0 ? below(random, 2) : fact.properties[i - 1] + 1);
        fact.texts[i] = below(random, fact.properties[i] >= 2 ? setting->values : 6);
    }
    return fact;
}

static struct str numbered(char *buffer, size_t size, const char *what, uint32_t number)
{
    return (struct str){buffer, (size_t)snprintf(buffer, size, "%s%u", what, number)};
}

static uint32_t record_of(struct world *world, enum entity object, uint32_t number, bool listed)
{
    char id[16];
    return history_builder_record(world->builder, object, numbered(id, sizeof id, "r", number), listed);
}

static void tell_event(struct world *world, const struct fact *fact)
{
    static const char *const names[] = {"visit", "Visit", "plumb.note", "mail"};
    char id[16], text[4][16], name[16];
    struct event_property given[4];
    for (uint32_t i = 0; i < fact->property_count; i++)
        given[i] = (struct event_property){
            catalog_property(world->catalog, ENTITY_EVENT, numbered(name, sizeof name, "e", fact->properties[i])),
            numbered(text[i], sizeof text[i], "v", fact->texts[i]),
        };
    struct event_fact event = {
        .contact = record_of(world, ENTITY_CONTACT, fact->a, false),
        .at_ms = fact->at_ms,
        .name = str_from_c(names[fact->name]),
        .id = fact->id == 0 ? STR("") : numbered(id, sizeof id, "m", fact->id),
        .bot = fact->mark,
        .properties = given,
        .property_count = fact->property_count,
    };
    struct err_info why = {0};
    CHECK_OK(history_builder_event(world->builder, &event, NULL, &why), why);
}

static void tell_property(struct world *world, const struct fact *fact)
{
    char name[16], text[16], id[16];
    uint32_t property =
        catalog_property(world->catalog, fact->object, numbered(name, sizeof name, "p", fact->properties[0]));
    struct err_info why = {0};
    CHECK_OK(history_builder_property(world->builder, property, record_of(world, fact->object, fact->a, false),
                                      fact->at_ms,
                                      fact->texts[0] == 0 ? STR("") : numbered(text, sizeof text, "t", fact->texts[0]),
                                      fact->id == 0 ? STR("") : numbered(id, sizeof id, "m", fact->id % 4), &why),
             why);
}

static void tell(struct world *world, const struct fact *fact)
{
    static const enum entity ends[ASSOCIATION_COUNT][2] = {
        {ENTITY_CONTACT, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_CONTACT}};
    switch (fact->kind) {
    case FACT_RECORD: record_of(world, fact->object, fact->a, fact->mark); break;
    case FACT_PROPERTY: tell_property(world, fact); break;
    case FACT_EVENT: tell_event(world, fact); break;
    case FACT_ASSOCIATION:
        history_builder_associate(world->builder, fact->association,
                                  record_of(world, ends[fact->association][0], fact->a, false),
                                  record_of(world, ends[fact->association][1], fact->b, false), fact->at_ms);
        break;
    case FACT_JOIN:
        history_builder_join(world->builder, record_of(world, ENTITY_CONTACT, fact->a, false),
                             record_of(world, ENTITY_CONTACT, fact->b, false));
        break;
    }
}

static void shuffle(struct random *random, uint32_t *order, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t k = below(random, i);
        uint32_t swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

/* Tell the facts as given or in a random order, and then some of them twice (not events
 * without an id, which would count twice). */
static struct world told(const struct fact *facts, const struct setting *setting, struct random *random, bool as_given)
{
    struct world world = world_new();
    if (setting->classes_max > 0 && !as_given) world.builder->events.classes_max = setting->classes_max;
    uint32_t *order = memory_array((size_t)setting->facts * 2, sizeof *order);
    uint32_t told = 0;
    for (uint32_t i = 0; i < setting->facts; i++) {
        order[told++] = i;
        bool repeatable = facts[i].kind != FACT_EVENT || facts[i].id != 0;
        if (!as_given && repeatable && below(random, 3) == 0) order[told++] = i;
    }
    if (!as_given) shuffle(random, order, told);
    for (uint32_t i = 0; i < told; i++) tell(&world, &facts[order[i]]);
    memory_free(order);
    world_finish(&world);
    return world;
}

static void check_any_order(uint64_t seed, struct setting setting)
{
    struct random random = {seed};
    struct fact *facts = memory_array(setting.facts, sizeof *facts);
    for (uint32_t i = 0; i < setting.facts; i++) facts[i] = random_fact(&random, &setting);
    struct world first = told(facts, &setting, &random, true);
    for (int i = 0; i < 3; i++) {
        struct world other = told(facts, &setting, &random, false);
        check_equal(first.history, other.history);
        world_free(&other);
    }
    world_free(&first);
    memory_free(facts);
}

TEST(any_order_and_any_repetition_of_the_facts_give_the_same_history)
{
    uint64_t seed = harness_seed();
    for (uint32_t i = 0; i < 40; i++)
        check_any_order(seed + i, (struct setting){.facts = 1 + i * 37, .records = 60, .values = 6});
}

TEST(any_order_gives_the_same_history_of_many_contacts)
{
    check_any_order(harness_seed(), (struct setting){.facts = 50000, .records = 3000, .values = 6});
}

TEST(any_order_gives_the_same_history_also_when_a_property_lies_in_rows)
{
    uint64_t seed = harness_seed();
    for (uint32_t i = 0; i < 3; i++)
        check_any_order(seed + i, (struct setting){.facts = 10000 + i * 10000, .records = 60, .values = 1500});
}

TEST(memory_for_classes_running_short_on_the_way_changes_nothing)
{
    uint64_t seed = harness_seed();
    for (uint32_t i = 0; i < 10; i++)
        check_any_order(seed + i,
                        (struct setting){.facts = 2000, .records = 60, .values = 6, .classes_max = 1 + i * 20});
    check_any_order(seed, (struct setting){.facts = 10000, .records = 60, .values = 1500, .classes_max = 100});
}
