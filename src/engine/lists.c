/* lists.c — lists, whose members somebody names.
 *
 * To be put on a list, or taken off it, is a fact with a time like any other: a version of a property that the list has of
 * its own (LIST_PROPERTY_PREFIX) with a value, or without one. So conditions see who was on it at any instant, two contacts
 * that become one are on it by the facts of both, and whoever keeps, copies or erases values does so with lists. There is
 * a list while its property is declared. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

#define ON_IT "true"

void lists_note(struct engine *engine, uint32_t property)
{
    struct str name = catalog_at(engine->catalog, property)->name;
    if (!str_starts_with(name, STR(LIST_PROPERTY_PREFIX))) return;
    for (size_t i = 0; i < engine->lists.count; i++)
        if (engine->lists.at[i] == property) return;
    *LIST_ADD(&engine->lists) = property;
}

static bool is_on(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms)
{
    return history_value(history, property, record, as_of_ms) != NULL;
}

bool engine_in_list(struct engine *engine, struct str list, enum entity object, uint32_t record)
{
    uint32_t property = catalog_find_list(engine->catalog, object, list);
    if (property == INTERN_NONE) return false;
    struct visit visit;
    engine_visit(engine, &visit);
    bool on = is_on(live_history(engine->live), property, record, engine_now(engine));
    engine_leave(engine, &visit);
    return on;
}

/* Whoever listens hears of it. */
static void tell(struct engine *engine, uint32_t property, uint32_t record, bool on, int64_t at_ms,
                 enum band_cause cause)
{
    const struct property *known = catalog_at(engine->catalog, property);
    const size_t prefix = sizeof LIST_PROPERTY_PREFIX - 1;
    struct str list = {known->name.at + prefix, known->name.len - prefix};
    *LIST_ADD(&engine->batch.member_changes) = (struct member_change){
        .object = known->entity,
        .record = record,
        .name = arena_format(engine->batch.arena, LIST_PREFIX STR_FMT, STR_ARG(list)),
        .entered = on,
        .at_ms = at_ms,
        .cause = cause,
    };
}

/* ---- There is a list, or not. ---- */

struct making {
    struct str list, actor;
    enum entity object;
};

static void audit(struct engine *engine, struct str actor, struct str action, struct str list, struct str detail)
{
    *LIST_ADD(&engine->batch.audits) = (struct audit_fact){
        .at_ms = engine_now(engine), .actor = actor, .action = action, .target = list, .detail = detail};
}

static enum err no_room(struct err_info *why)
{
    return err_set(why, ERR_TOO_BIG, "there are %d properties and lists already", PROPERTIES_MAX);
}

/* The list's property, which is added when new. */
static uint32_t property_of(struct engine *engine, enum entity object, struct str list)
{
    uint32_t property = catalog_find_list(engine->catalog, object, list);
    if (property == INTERN_NONE && !catalog_is_full(engine->catalog)) {
        property = catalog_list(engine->catalog, object, list);
        lists_note(engine, property);
    }
    return property;
}

static enum err run_make(struct engine *engine, void *argument, struct err_info *why)
{
    const struct making *making = argument;
    uint32_t property = property_of(engine, making->object, making->list);
    if (property == INTERN_NONE) return no_room(why);
    const struct property former = *catalog_at(engine->catalog, property);
    batch_begin(engine);
    declare_put(engine, property, true, TYPE_BOOLEAN);
    audit(engine, making->actor, STR("list.make"), making->list, STR(""));
    enum err e = batch_end(engine, why);
    if (e != ERR_OK) declare_put(engine, property, former.declared, former.type);
    return e;
}

enum err engine_list_make(struct engine *engine, struct str list, enum entity object, struct str actor,
                          struct err_info *why)
{
    struct making making = {.list = list, .object = object, .actor = actor};
    return writer_run(engine, run_make, &making, why);
}

/* What is in force is compiled without the list, which shows whether anything asks for it. */
static enum err run_drop(struct engine *engine, void *argument, struct err_info *why)
{
    const struct making *making = argument;
    if (!catalog_has_list(engine->catalog, making->object, making->list))
        return err_set(why, ERR_NOT_FOUND, "there is no list '" STR_FMT "'", STR_ARG(making->list));
    uint32_t property = catalog_find_list(engine->catalog, making->object, making->list);
    batch_begin(engine);
    declare_put(engine, property, false, TYPE_BOOLEAN);
    audit(engine, making->actor, STR("list.drop"), making->list, STR(""));
    struct err_info trouble = {0};
    enum err e = editions_renew(engine, &trouble);
    if (e != ERR_OK) declare_put(engine, property, true, TYPE_BOOLEAN);
    if (e == ERR_OK) return ERR_OK;
    if (e != ERR_INVALID) return err_set(why, e, "%s", trouble.msg);
    return err_set(why, ERR_CONFLICT, "a definition in force asks who is on the list '" STR_FMT "'",
                   STR_ARG(making->list));
}

enum err engine_list_drop(struct engine *engine, struct str list, enum entity object, struct str actor,
                          struct err_info *why)
{
    struct making making = {.list = list, .object = object, .actor = actor};
    return writer_run(engine, run_drop, &making, why);
}

/* ---- Who is on it. ---- */

/* True when that is news. */
static bool put(struct engine *engine, uint32_t property, uint32_t record, bool on, int64_t at_ms)
{
    const struct history *history = live_history(engine->live);
    const struct property *known = catalog_at(engine->catalog, property);
    if (history_record_id(history, known->entity, record).len == 0) return false; /* erased meanwhile */
    if (is_on(history, property, record, at_ms) == on) return false;
    struct str text = on ? STR(ON_IT) : STR(""), id = take_fact_id(engine);
    if (!live_set(engine->live, property, record, at_ms, text, id)) return false;
    *LIST_ADD(&engine->batch.versions) = (struct version_fact_row){.object = known->entity,
                                                                   .record = record,
                                                                   .property = known->name,
                                                                   .from_ms = at_ms,
                                                                   .text = text,
                                                                   .fact_id = id};
    batch_touch(engine, known->entity, record);
    tell(engine, property, record, on, at_ms, CAUSE_LISTED);
    return true;
}

static enum err run_change(struct engine *engine, void *argument, struct err_info *why)
{
    struct list_change *change = argument;
    uint32_t records = history_records(live_history(engine->live), change->object);
    uint32_t property = property_of(engine, change->object, change->list);
    if (property == INTERN_NONE) return no_room(why);
    int64_t now_ms = engine_now(engine);
    batch_begin(engine);
    change->changed = 0;
    for (size_t i = 0; i < change->count; i++) {
        uint32_t record = change->records[i];
        INVARIANT(record < records);
        record = people_root(engine->people, change->object, record);
        change->changed += put(engine, property, record, change->member, now_ms);
    }
    audit(engine, change->actor, change->member ? STR("list.add") : STR("list.remove"), change->list,
          arena_format(engine->batch.arena, "{\"records\":%u}", change->changed));
    judge_touched(engine, now_ms, CAUSE_LISTED);
    return batch_end(engine, why);
}

enum err engine_list_change(struct engine *engine, struct list_change *change, struct err_info *why)
{
    return writer_run(engine, run_change, change, why);
}

/* ---- Two that are one. ---- */

struct list_merge {
    enum entity object;
    uint32_t stays, goes;
    int64_t at_ms;
    bool (*were_on)[2]; /* by engine->lists: who stays, who goes */
};

static bool is_of(const struct engine *engine, size_t list, enum entity object)
{
    return catalog_at(engine->catalog, engine->lists.at[list])->entity == object;
}

struct list_merge *lists_before_merge(struct engine *engine, enum entity object, uint32_t stays, uint32_t goes,
                                      int64_t at_ms)
{
    struct list_merge *merge = ARENA_NEW(engine->batch.arena, struct list_merge);
    *merge = (struct list_merge){.object = object, .stays = stays, .goes = goes, .at_ms = at_ms};
    merge->were_on = arena_array(engine->batch.arena, engine->lists.count, sizeof *merge->were_on);
    for (size_t i = 0; i < engine->lists.count; i++) {
        if (!is_of(engine, i, object)) continue;
        merge->were_on[i][0] = is_on(live_history(engine->live), engine->lists.at[i], stays, engine_now(engine));
        merge->were_on[i][1] = is_on(live_history(engine->live), engine->lists.at[i], goes, engine_now(engine));
    }
    return merge;
}

void lists_after_merge(struct engine *engine, const struct list_merge *merge)
{
    for (size_t i = 0; i < engine->lists.count; i++) {
        if (!is_of(engine, i, merge->object)) continue;
        uint32_t property = engine->lists.at[i];
        bool on = is_on(live_history(engine->live), property, merge->stays, engine_now(engine));
        if (merge->were_on[i][1]) tell(engine, property, merge->goes, false, merge->at_ms, CAUSE_MERGED);
        if (merge->were_on[i][0] != on) tell(engine, property, merge->stays, on, merge->at_ms, CAUSE_MERGED);
    }
}
