/* feed.c — gives a world's facts to the real builder in any order, or to a reader of a failure. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "base/macros.h"
#include "reference/world.h"

static const enum entity entities[] = {ENTITY_CONTACT, ENTITY_COMPANY, ENTITY_DEAL, ENTITY_EVENT};

struct feeder {
    const struct ref_world *world;
    struct history_builder *builder;
    uint32_t *property; /* ids in the catalog, by the model's number */
    uint32_t *list;     /* likewise */
};

static uint32_t record(const struct feeder *f, enum ref_entity of, uint32_t number, bool listed)
{
    return history_builder_record(f->builder, entities[of], f->world->record[of][number].id, listed);
}

static enum err feed_event(const struct feeder *f, const struct ref_fact *fact, struct err_info *why)
{
    struct event_property properties[8];
    INVARIANT(fact->value_count <= COUNT_OF(properties));
    for (uint32_t i = 0; i < fact->value_count; i++)
        properties[i] = (struct event_property){f->property[fact->value[i].property], str_trim(fact->value[i].text)};
    struct event_fact event = {.contact = record(f, REF_CONTACT, fact->record, false),
                               .at_ms = fact->at_ms,
                               .name = fact->name,
                               .id = fact->id,
                               .bot = fact->bot,
                               .properties = properties,
                               .property_count = fact->value_count};
    return history_builder_event(f->builder, &event, NULL, why);
}

static enum association association(const struct ref_fact *fact)
{
    if (fact->from == REF_CONTACT) return ASSOCIATION_CONTACT_COMPANY;
    return fact->to == REF_COMPANY ? ASSOCIATION_DEAL_COMPANY : ASSOCIATION_DEAL_CONTACT;
}

static enum err feed_fact(const struct feeder *f, const struct ref_fact *fact, struct err_info *why)
{
    if (fact->dropped) return ERR_OK;
    switch (fact->kind) {
    case REF_VERSION: {
        enum ref_entity of = f->world->property[fact->property].of;
        return history_builder_property(f->builder, f->property[fact->property], record(f, of, fact->record, false),
                                        fact->at_ms, fact->text, fact->id, why);
    }
    case REF_ASSOCIATION:
        history_builder_associate(f->builder, association(fact), record(f, fact->from, fact->record, false),
                                  record(f, fact->to, fact->other, false), fact->at_ms);
        return ERR_OK;
    case REF_JOIN:
        history_builder_join(f->builder, record(f, REF_CONTACT, fact->record, false),
                             record(f, REF_CONTACT, fact->other, false));
        return ERR_OK;
    case REF_LISTING:
        return history_builder_property(f->builder, f->list[fact->list],
                                        record(f, f->world->list[fact->list].of, fact->record, false), fact->at_ms,
                                        fact->on ? STR("true") : STR(""), fact->id, why);
    case REF_HAPPENING: return feed_event(f, fact, why);
    }
    return ERR_OK;
}

/* Records are told of among the facts: item numbers first the records, object by object, then the facts. */
static enum err feed_item(const struct feeder *f, uint32_t item, struct err_info *why)
{
    for (int of = 0; of < REF_OBJECTS; of++) {
        if (item < f->world->record_count[of]) {
            record(f, (enum ref_entity)of, item, f->world->record[of][item].listed);
            return ERR_OK;
        }
        item -= f->world->record_count[of];
    }
    return feed_fact(f, &f->world->fact[item], why);
}

static bool may_repeat(const struct ref_world *world, uint32_t item, uint32_t records)
{
    return item < records || world->fact[item - records].kind != REF_HAPPENING ||
           world->fact[item - records].id.len > 0;
}

enum err ref_feed(struct arena *arena, const struct ref_world *world, struct catalog *catalog,
                  struct history_builder *builder, uint64_t seed, bool repeat, struct err_info *why)
{
    struct ref_random random = {seed};
    struct feeder f = {world, builder, ARENA_ARRAY(arena, uint32_t, world->property_count),
                       ARENA_ARRAY(arena, uint32_t, world->list_count)};
    for (uint32_t i = 0; i < world->list_count; i++)
        f.list[i] = catalog_list(catalog, entities[world->list[i].of], world->list[i].name);
    for (uint32_t i = 0; i < world->property_count; i++)
        f.property[i] = catalog_property(catalog, entities[world->property[i].of], world->property[i].name);
    uint32_t records = world->record_count[0] + world->record_count[1] + world->record_count[2];
    uint32_t all = records + world->fact_count;
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, all);
    for (uint32_t i = 0; i < all; i++) {
        uint32_t at = seed == 0 ? i : ref_below(&random, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < all && e == ERR_OK; i++) {
        e = feed_item(&f, order[i], why);
        uint32_t again = order[ref_below(&random, i + 1)];
        bool twice = repeat && ref_chance(&random, 40) && may_repeat(world, again, records);
        if (e == ERR_OK && twice) e = feed_item(&f, again, why);
    }
    return e;
}

/* ---- For people. ---- */

static void emit_time(int64_t at_ms, struct buf *out)
{
    if (at_ms == REF_ALWAYS) buf_append_c(out, "always");
    else instant_format(out, at_ms);
}

static void emit_fact(const struct ref_world *world, const struct ref_fact *f, struct buf *out)
{
    switch (f->kind) {
    case REF_VERSION: {
        const struct ref_property *p = &world->property[f->property];
        emit_time(f->at_ms, out);
        buf_format(out, "  " STR_FMT "." STR_FMT " = '" STR_FMT "'", STR_ARG(world->record[p->of][f->record].id),
                   STR_ARG(p->name), STR_ARG(f->text));
        break;
    }
    case REF_ASSOCIATION:
        emit_time(f->at_ms, out);
        buf_format(out, "  " STR_FMT " -> " STR_FMT, STR_ARG(world->record[f->from][f->record].id),
                   STR_ARG(world->record[f->to][f->other].id));
        break;
    case REF_JOIN:
        buf_format(out, "  " STR_FMT " is " STR_FMT, STR_ARG(world->record[REF_CONTACT][f->record].id),
                   STR_ARG(world->record[REF_CONTACT][f->other].id));
        break;
    case REF_LISTING:
        emit_time(f->at_ms, out);
        buf_format(out, "  " STR_FMT " is %s the list " STR_FMT,
                   STR_ARG(world->record[world->list[f->list].of][f->record].id), f->on ? "put on" : "taken off",
                   STR_ARG(world->list[f->list].name));
        break;
    case REF_HAPPENING:
        emit_time(f->at_ms, out);
        buf_format(out, "  " STR_FMT " did '" STR_FMT "'%s", STR_ARG(world->record[REF_CONTACT][f->record].id),
                   STR_ARG(f->name), f->bot ? " (bot)" : "");
        for (uint32_t i = 0; i < f->value_count; i++)
            buf_format(out, " " STR_FMT "='" STR_FMT "'", STR_ARG(world->property[f->value[i].property].name),
                       STR_ARG(f->value[i].text));
        break;
    }
    if (f->id.len > 0) buf_format(out, "  id " STR_FMT, STR_ARG(f->id));
    buf_append_char(out, '\n');
}

void ref_emit_facts(const struct ref_world *world, struct buf *out)
{
    for (int of = 0; of < REF_OBJECTS; of++)
        for (uint32_t i = 0; i < world->record_count[of]; i++)
            buf_format(out, "record " STR_FMT "%s\n", STR_ARG(world->record[of][i].id),
                       world->record[of][i].listed ? " (listed)" : "");
    for (uint32_t i = 0; i < world->fact_count; i++)
        if (!world->fact[i].dropped) emit_fact(world, &world->fact[i], out);
}
