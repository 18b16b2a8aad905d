/* merge.c — two records are one: in columns, among people, on lists, and as a fact.
 *
 * When everything is taken again from the store, all merges are made first: the two are one from the beginning, and
 * whatever one of them left would be left by both. So associations that are left are remembered, and those that still
 * hold are told again with the merge. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

/* ---- What was left. ---- */

static void note_left(struct engine *engine, enum entity object, uint32_t record)
{
    while (engine->has_left[object].count <= record) *LIST_ADD(&engine->has_left[object]) = false;
    if (engine->has_left[object].at[record]) return;
    engine->has_left[object].at[record] = true;
    *LIST_ADD(&engine->batch.left) = (struct touched){object, record};
}

static bool has_left(const struct engine *engine, enum entity object, uint32_t record)
{
    return record < engine->has_left[object].count && engine->has_left[object].at[record];
}

/* Which end remembers that an association ended: a contact, with whom that is erased, too. */
static enum entity leaving_end(enum association kind)
{
    return kind == ASSOCIATION_DEAL_COMPANY ? ENTITY_DEAL : ENTITY_CONTACT;
}

static uint32_t leaving(enum association kind, uint32_t from, uint32_t to)
{
    return association_ends[kind][0] == leaving_end(kind) ? from : to;
}

void merge_note_left(struct engine *engine, enum association kind, uint32_t from, uint32_t to)
{
    note_left(engine, leaving_end(kind), leaving(kind, from, to));
}

static void tell_again_if_left(void *context, enum association kind, uint32_t from, uint32_t to, int64_t from_ms)
{
    struct engine *engine = context;
    if (!has_left(engine, leaving_end(kind), leaving(kind, from, to))) return;
    *LIST_ADD(&engine->batch.associations) =
        (struct association_fact){.kind = (int32_t)kind, .from = from, .to = to, .from_ms = from_ms};
}

/* ---- Merging. ---- */

static bool same_message_of_two(void *context, uint32_t a, uint32_t b)
{
    struct engine *engine = context;
    const struct batch *batch = &engine->batch;
    AUTO_ARENA arena = arena_new();
    struct str ids[2] = {{0}, {0}};
    const uint32_t numbers[2] = {a, b};
    struct err_info why = {0};
    for (int i = 0; i < 2; i++) {
        if (numbers[i] >= batch->next_event_before)
            ids[i] = batch->events.at[numbers[i] - batch->next_event_before].message_id;
        else if (store_message_id(engine->store, numbers[i], arena, &ids[i], &why) != ERR_OK) return false;
    }
    return str_equal(ids[0], ids[1]);
}

uint32_t merge_records(struct engine *engine, enum entity object, uint32_t a, uint32_t b, int64_t at_ms)
{
    uint32_t stays = people_elder(engine->people, object, a, b), goes = stays == a ? b : a;
    if (history_is_listed(live_history(engine->live), object, goes)) take_list_record(engine, object, stays);
    people_merge(engine->people, object, stays, goes);
    const struct list_merge *lists = lists_before_merge(engine, object, stays, goes, at_ms);
    live_merge(engine->live, object, stays, goes, same_message_of_two, engine);
    lists_after_merge(engine, lists);
    if (has_left(engine, object, goes)) note_left(engine, object, stays);
    live_associations(engine->live, object, stays, tell_again_if_left, engine);
    *LIST_ADD(&engine->batch.merges) =
        (struct merge_fact){.object = object, .stays = stays, .goes = goes, .at_ms = at_ms};
    batch_touch(engine, object, stays);
    batch_touch(engine, object, goes);
    return stays;
}
