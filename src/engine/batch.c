/* batch.c — one transaction: begun, gathered, made durable or taken back.
 *
 * Columns, people and bands are changed as facts are taken, so that later facts of the same
 * batch see earlier ones. When the store refuses, all of them go back to where they were at
 * batch_begin: nobody was told yet that anything was taken. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "engine/engine_internal.h"

void batch_init(struct batch *batch)
{
    *batch = (struct batch){.arena = arena_new()};
}

void batch_release(struct batch *batch)
{
    arena_free(batch->arena);
    LIST_RELEASE(&batch->properties);
    LIST_RELEASE(&batch->records);
    LIST_RELEASE(&batch->changes);
    LIST_RELEASE(&batch->identifiers);
    LIST_RELEASE(&batch->merges);
    LIST_RELEASE(&batch->versions);
    LIST_RELEASE(&batch->associations);
    LIST_RELEASE(&batch->events);
    LIST_RELEASE(&batch->definitions);
    LIST_RELEASE(&batch->bands);
    LIST_RELEASE(&batch->rejects);
    LIST_RELEASE(&batch->audits);
    LIST_RELEASE(&batch->touched);
    LIST_RELEASE(&batch->band_changes);
    LIST_RELEASE(&batch->member_changes);
    LIST_RELEASE(&batch->left);
}

static void batch_empty(struct batch *batch)
{
    arena_reset(batch->arena);
    batch->properties.count = batch->records.count = batch->changes.count = batch->identifiers.count = 0;
    batch->merges.count = batch->versions.count = batch->associations.count = batch->events.count = 0;
    batch->definitions.count = batch->bands.count = batch->rejects.count = batch->audits.count = 0;
    batch->left.count = 0;
    batch->touched.count = batch->band_changes.count = batch->member_changes.count = 0;
}

void batch_begin(struct engine *engine)
{
    batch_empty(&engine->batch);
    engine->batch.next_event_before = engine->next_event;
    engine->batch.judged_before = engine->judged.count;
    engine->batch.fact_id_before = engine->last_fact_id;
    engine->batch_number++;
    live_begin(engine->live);
    people_begin(engine->people);
    bands_begin(engine->bands);
}

/* ---- The catalog's news. ---- */

static bool same_property(const struct property *property, const struct property_fact *stored)
{
    return stored->name.len > 0 && stored->type == (int32_t)property->type && stored->declared == property->declared;
}

static struct str options_text(const struct property *property, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    for (uint32_t i = 0; i < property->option_count; i++) {
        if (i > 0) buf_append_char(&out, ';');
        buf_append(&out, property->options[i]);
    }
    return arena_str(arena, buf_str(&out));
}

/* Properties that the store does not know yet, or knows as of another type. */
static void gather_properties(struct engine *engine)
{
    uint32_t count = catalog_count(engine->catalog);
    while (engine->stored_properties.count < count)
        *LIST_ADD(&engine->stored_properties) = (struct property_fact){.name = {0}};
    for (uint32_t p = 0; p < count; p++) {
        const struct property *property = catalog_at(engine->catalog, p);
        if (same_property(property, &engine->stored_properties.at[p])) continue;
        *LIST_ADD(&engine->batch.properties) = (struct property_fact){
            .entity = property->entity,
            .name = property->name,
            .type = (int32_t)property->type,
            .declared = property->declared,
            .options = options_text(property, engine->batch.arena),
        };
    }
}

static void remember_properties(struct engine *engine)
{
    for (size_t i = 0; i < engine->batch.properties.count; i++) {
        struct property_fact fact = engine->batch.properties.at[i];
        uint32_t property = catalog_find(engine->catalog, fact.entity, fact.name);
        fact.options = (struct str){0}; /* lay in the batch; options only come with a declaration */
        engine->stored_properties.at[property] = fact;
    }
}

/* ---- The end. ---- */

void batch_abandon(struct engine *engine)
{
    pthread_rwlock_wrlock(&engine->people_lock);
    for (size_t i = engine->batch.records.count; i-- > 0;)
        engine->archived[engine->batch.records.at[i].object].count = engine->batch.records.at[i].number;
    for (size_t i = 0; i < engine->batch.left.count; i++)
        engine->has_left[engine->batch.left.at[i].object].at[engine->batch.left.at[i].record] = false;
    live_rollback(engine->live);
    people_rollback(engine->people);
    bands_rollback(engine->bands);
    engine->next_event = engine->batch.next_event_before;
    engine->judged.count = engine->batch.judged_before;
    engine->last_fact_id = engine->batch.fact_id_before;
    bot_watch_forget(engine->watch); /* it has seen what did not come to pass, and will be told again */
    pthread_rwlock_unlock(&engine->people_lock);
}

static void tell(const struct engine *engine)
{
    const struct batch *batch = &engine->batch;
    uint32_t count = __atomic_load_n(&engine->listener_count, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < count; i++) {
        const struct engine_listener *listener = &engine->listeners[i];
        if (batch->band_changes.count > 0 && listener->bands != NULL)
            listener->bands(listener->context, batch->band_changes.at, batch->band_changes.count);
        if (batch->member_changes.count > 0 && listener->members != NULL)
            listener->members(listener->context, batch->member_changes.at, batch->member_changes.count);
        if (batch->touched.count > 0 && listener->touched != NULL)
            listener->touched(listener->context, batch->touched.at, batch->touched.count);
    }
}

void batch_keep(struct engine *engine)
{
    live_commit(engine->live);
    people_commit(engine->people);
    bands_commit(engine->bands);
}

enum err batch_end(struct engine *engine, struct err_info *why)
{
    struct batch *batch = &engine->batch;
    gather_properties(engine);
    const struct store_batch rows = {
        .properties = batch->properties.at,
        .property_count = batch->properties.count,
        .records = batch->records.at,
        .record_count = batch->records.count,
        .changes = batch->changes.at,
        .change_count = batch->changes.count,
        .identifiers = batch->identifiers.at,
        .identifier_count = batch->identifiers.count,
        .merges = batch->merges.at,
        .merge_count = batch->merges.count,
        .versions = batch->versions.at,
        .version_count = batch->versions.count,
        .associations = batch->associations.at,
        .association_count = batch->associations.count,
        .events = batch->events.at,
        .event_count = batch->events.count,
        .definitions = batch->definitions.at,
        .definition_count = batch->definitions.count,
        .bands = batch->bands.at,
        .band_count = batch->bands.count,
        .rejects = batch->rejects.at,
        .reject_count = batch->rejects.count,
        .audits = batch->audits.at,
        .audit_count = batch->audits.count,
    };
    enum err outcome = store_append(engine->store, &rows, why);
    if (outcome != ERR_OK) {
        batch_abandon(engine);
        return outcome;
    }
    remember_properties(engine);
    engine->merge_count += (uint32_t)batch->merges.count;
    batch_keep(engine);
    tell(engine);
    return ERR_OK;
}

void batch_touch(struct engine *engine, enum entity object, uint32_t record)
{
    while (engine->touch_marks[object].count <= record) *LIST_ADD(&engine->touch_marks[object]) = 0;
    if (engine->touch_marks[object].at[record] == engine->batch_number) return;
    engine->touch_marks[object].at[record] = engine->batch_number;
    *LIST_ADD(&engine->batch.touched) = (struct touched){object, record};
}
