/* simulated.c — see simulated.h. Names and values are few, so that facts meet. */
// SPDX-License-Identifier: Apache-2.0
#include "simulated.h"

#include "base/buf.h"
#include "base/macros.h"
#include "harness.h"
#include "look.h"

#define NAMES 14 /* of each kind of identifier */
#define COMPANIES 9
#define DEALS 9
#define MESSAGES 400
#define LIST_NAME "vips"

static const char *const definitions[] = {
    "score: lead\n"
    "bands: [{label: SQL, from: 20}, {label: MQL, from: 8, until: 6}]\n"
    "groups:\n"
    "  - name: Who\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Pro, when: {property: plan, is: pro}, points: 5}\n"
    "      - {name: Large, when: {property: company.employees, gte: 50}, points: 4}\n"
    "  - name: Web\n"
    "    category: engagement\n"
    "    decay: {half_life: 20d}\n"
    "    rules:\n"
    "      - {name: Pricing, event: page_viewed, where: {property: path, is: /pricing}, points: 3, within: 30d}\n"
    "      - {name: Demo, event: demo_requested, points: 10, within: 45d, max: 30}\n"
    "---\n"
    "score: account\n"
    "object: company\n"
    "bands: [{label: Hot, from: 15}]\n"
    "groups:\n"
    "  - name: People\n"
    "    category: engagement\n"
    "    rules:\n"
    "      - {name: Best, over: contacts, take: max, score: lead}\n"
    "      - {name: Deals, over: deals, take: sum, rule: {when: {property: stage, is: won}, points: 10}}\n",
    "score: lead\n"
    "bands: [{label: MQL, from: 5}]\n"
    "groups:\n"
    "  - name: Web\n"
    "    category: engagement\n"
    "    rules:\n"
    "      - {name: Pricing, event: page_viewed, where: {property: path, is: /pricing}, points: 2, within: 10d}\n"
    "      - {name: Opened, event: email_opened, points: 1, count: once}\n",
    "score: lead\n" /* refused while there is no list */
    "bands: [{label: MQL, from: 5}]\n"
    "groups:\n"
    "  - name: Who\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Important, when: {list: " LIST_NAME "}, points: 6}\n"
    "---\n"
    "segment: ours\n"
    "when: {all: [{list: " LIST_NAME "}, {property: plan, is: pro}]}\n",
    "score: worth\n"
    "object: deal\n"
    "bands: [{label: Good, from: 5}]\n"
    "groups:\n"
    "  - name: Deal\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Large, when: {property: amount, gte: 500}, points: 6}\n"
    "      - {name: Visited, over: contacts, take: sum, rule: {event: page_viewed, points: 1, within: 30d}}\n",
};

uint32_t draw(uint64_t *dice, uint32_t below)
{
    uint64_t z = (*dice += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % below);
}

const char *act_name(enum act_kind kind)
{
    static const char *const names[ACT_KINDS] = {[ACT_FACTS] = "facts",
                                                 [ACT_MERGE] = "a merge",
                                                 [ACT_ARCHIVE] = "an archive",
                                                 [ACT_ERASE] = "an erasure",
                                                 [ACT_ASSOCIATE] = "a change of associations",
                                                 [ACT_PUBLISH] = "a publish",
                                                 [ACT_SWEEP] = "a sweep",
                                                 [ACT_LIST] = "a list's coming or going",
                                                 [ACT_LISTED] = "a change of a list's members"};
    return names[kind];
}

/* ---- Drawing. ---- */

struct drawing {
    uint64_t *dice;
    struct fixture *fixture;
    struct arena *arena;
};

static void draw_people(struct drawing *d, struct fact *fact)
{
    fact->identifier_count = draw(d->dice, 4) == 0 ? 2 : 1;
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        enum identifier_kind kind = (enum identifier_kind)draw(d->dice, IDENTIFIER_KINDS);
        uint32_t name = draw(d->dice, NAMES);
        struct str text = kind == IDENTIFIER_ID          ? arena_format(d->arena, "c%u", name)
                          : kind == IDENTIFIER_USER      ? arena_format(d->arena, "u%u", name)
                          : kind == IDENTIFIER_ANONYMOUS ? arena_format(d->arena, "a%u", name)
                                                         : arena_format(d->arena, "%u@X.example", name);
        fact->identifiers[i] = (struct fact_identifier){kind, text};
        if (kind != IDENTIFIER_ANONYMOUS) fact->lists = true;
    }
}

/* What an event says follows from its message id: a message that is sent again is the same. */
static void draw_event(struct drawing *d, struct fact *fact)
{
    static const char *const events[] = {"page_viewed", "demo_requested", "email_opened"};
    static const char *const paths[] = {"/pricing", "/blog", "/docs"};
    uint64_t dice = draw(d->dice, MESSAGES);
    fact->message_id = arena_format(d->arena, "m%u", (unsigned)dice);
    fact->event = str_from_c(events[draw(&dice, COUNT_OF(events))]);
    fact->at_ms = MONDAY - (int64_t)draw(&dice, 40 * 24 * 60) * 60000;
    struct fact_value *value = ARENA_NEW(d->arena, struct fact_value);
    *value = (struct fact_value){STR("path"), str_from_c(paths[draw(&dice, COUNT_OF(paths))])};
    fact->event_values = value;
    fact->event_value_count = 1;
    fact->bot = draw(&dice, 10) == 0;
}

static void draw_value(struct drawing *d, struct fact *fact)
{
    static const char *const plans[] = {"pro", "free", ""};
    static const char *const stages[] = {"won", "open"};
    struct fact_value *value = ARENA_NEW(d->arena, struct fact_value);
    struct str number = arena_format(d->arena, "%u", draw(d->dice, 1000));
    if (fact->object == ENTITY_CONTACT)
        *value = (struct fact_value){STR("plan"), str_from_c(plans[draw(d->dice, COUNT_OF(plans))])};
    else if (fact->object == ENTITY_COMPANY) *value = (struct fact_value){STR("employees"), number};
    else if (draw(d->dice, 2) == 0) *value = (struct fact_value){STR("amount"), number};
    else *value = (struct fact_value){STR("stage"), str_from_c(stages[draw(d->dice, COUNT_OF(stages))])};
    if (draw(d->dice, 40) == 0) value->text = STR("not a number"); /* refused where one is expected */
    fact->values = value;
    fact->value_count = 1;
    fact->message_id = arena_format(d->arena, "v%u", draw(d->dice, 1000000));
}

static struct fact draw_fact(struct drawing *d)
{
    struct fact fact = {.object = ENTITY_CONTACT,
                        .at_ms = d->fixture->clock.fixed_ms - (int64_t)draw(d->dice, 10) * DAY,
                        .received_ms = d->fixture->clock.fixed_ms,
                        .lists = false,
                        .source = STR("test"),
                        .body = STR("{}")};
    uint32_t about = draw(d->dice, 10);
    if (about >= 8) {
        fact.object = about == 8 ? ENTITY_COMPANY : ENTITY_DEAL;
        fact.identifier_count = 1;
        fact.identifiers[0].kind = IDENTIFIER_ID;
        fact.identifiers[0].text = about == 8 ? arena_format(d->arena, "co%u", draw(d->dice, COMPANIES))
                                              : arena_format(d->arena, "d%u", draw(d->dice, DEALS));
        fact.lists = true;
        draw_value(d, &fact);
    } else {
        draw_people(d, &fact);
        if (about < 5) draw_event(d, &fact);
        else draw_value(d, &fact);
    }
    if (fact.object != ENTITY_COMPANY && draw(d->dice, 6) == 0)
        fact.company = arena_format(d->arena, "co%u", draw(d->dice, COMPANIES));
    if (fact.object == ENTITY_DEAL) {
        struct str *contact = ARENA_NEW(d->arena, struct str);
        *contact = arena_format(d->arena, "c%u", draw(d->dice, NAMES));
        fact.contacts = contact;
        fact.contact_count = 1;
    }
    return fact;
}

static enum act_kind draw_kind(uint64_t *dice)
{
    uint32_t chance = draw(dice, 100);
    if (chance < 60) return ACT_FACTS;
    if (chance < 68) return ACT_MERGE;
    if (chance < 75) return ACT_ARCHIVE;
    if (chance < 78) return ACT_ERASE;
    if (chance < 86) return ACT_ASSOCIATE;
    if (chance < 89) return ACT_PUBLISH;
    if (chance < 90) return ACT_SWEEP;
    return chance < 92 ? ACT_LIST : ACT_LISTED;
}

struct act act_draw(uint64_t *dice, struct fixture *fixture, struct arena *arena)
{
    static const enum entity ends[ASSOCIATION_COUNT][2] = {
        {ENTITY_CONTACT, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_CONTACT}};
    struct drawing d = {dice, fixture, arena};
    const struct history *history = look_at(fixture->engine);
    struct act act = {.kind = draw_kind(dice), .object = ENTITY_CONTACT, .on = draw(dice, 2) == 0};
    enum entity other = ENTITY_CONTACT;
    if (act.kind == ACT_FACTS) act.fact_count = 1 + draw(dice, ACT_FACTS_MAX);
    for (size_t i = 0; i < act.fact_count; i++) act.facts[i] = draw_fact(&d);
    if (act.kind == ACT_ARCHIVE || act.kind == ACT_MERGE) act.object = other = (enum entity)draw(dice, OBJECT_COUNT);
    if (act.kind == ACT_ASSOCIATE) {
        act.between = (enum association)draw(dice, ASSOCIATION_COUNT);
        act.object = ends[act.between][0];
        other = ends[act.between][1];
    }
    act.record = draw(dice, history_records(history, act.object) + 1); /* sometimes nobody */
    act.other = draw(dice, history_records(history, other) + 1);
    act.text = (int)draw(dice, COUNT_OF(definitions));
    act.changes = (enum publish_changes)draw(dice, 3);
    return act;
}

/* ---- Doing. ---- */

static enum err do_facts(const struct act *act, struct fixture *fixture, struct buf *out, struct err_info *why)
{
    struct fact facts[ACT_FACTS_MAX];
    struct fact_result results[ACT_FACTS_MAX] = {0};
    for (size_t i = 0; i < act->fact_count; i++) facts[i] = act->facts[i];
    enum err e = engine_take(fixture->engine, facts, results, act->fact_count, why);
    for (size_t i = 0; e == ERR_OK && i < act->fact_count; i++)
        buf_format(out, "%d about %u %s\n", (int)results[i].state, results[i].record,
                   results[i].state == FACT_REFUSED ? results[i].message : "");
    return e;
}

static enum err do_publish(const struct act *act, struct fixture *fixture, struct buf *out, struct err_info *why)
{
    const struct publish publish = {.text = str_from_c(definitions[act->text]),
                                    .source = STR("simulated.yaml"),
                                    .changes = act->changes,
                                    .author = STR("user:ada@acme.example")};
    struct published published;
    enum err e = engine_publish(fixture->engine, &publish, NULL, &published, why);
    if (e == ERR_OK)
        buf_format(out, "%u of %u new, %llu bands\n", published.changed, published.documents,
                   (unsigned long long)published.band_changes);
    return e;
}

static enum err do_listed(const struct act *act, struct fixture *fixture, struct buf *out, struct err_info *why)
{
    if (act->record >= history_records(look_at(fixture->engine), ENTITY_CONTACT)) return ERR_OK; /* nobody */
    struct list_change change = {.list = STR(LIST_NAME),
                                 .object = ENTITY_CONTACT,
                                 .records = &act->record,
                                 .count = 1,
                                 .member = act->on,
                                 .actor = STR("token:1")};
    enum err e = engine_list_change(fixture->engine, &change, why);
    if (e == ERR_OK) buf_format(out, "%u changed\n", change.changed);
    return e;
}

enum err act_do(const struct act *act, struct fixture *fixture, struct buf *out, struct err_info *why)
{
    const struct str actor = STR("token:1");
    struct engine *engine = fixture->engine;
    uint32_t stays = 0;
    uint64_t changes = 0;
    enum err e = ERR_OK;
    switch (act->kind) {
    case ACT_FACTS: return do_facts(act, fixture, out, why);
    case ACT_MERGE: e = engine_merge(engine, act->object, act->record, act->other, actor, &stays, why); break;
    case ACT_ARCHIVE: return engine_archive(engine, act->object, act->record, act->on, actor, why);
    case ACT_ERASE: return engine_erase(engine, act->record, actor, why);
    case ACT_ASSOCIATE: return engine_associate(engine, act->between, act->record, act->other, act->on, actor, why);
    case ACT_PUBLISH: return do_publish(act, fixture, out, why);
    case ACT_LIST:
        if (act->on) return engine_list_make(engine, STR(LIST_NAME), ENTITY_CONTACT, actor, why);
        return engine_list_drop(engine, STR(LIST_NAME), ENTITY_CONTACT, actor, why);
    case ACT_LISTED: return do_listed(act, fixture, out, why);
    case ACT_SWEEP: e = engine_sweep(engine, &changes, why); break;
    }
    if (e == ERR_OK) buf_format(out, "%u stays, %llu bands\n", stays, (unsigned long long)changes);
    return e;
}
