/* verbs.c — what people do to records: merge, archive, erase, associate. Each is one transaction. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

struct verb {
    enum entity object;
    uint32_t record, other;
    enum association kind;
    bool on;
    uint32_t stays;
    struct str actor, action, target, detail;
};

static void audit(struct engine *engine, const struct verb *verb, struct str action, struct str target)
{
    *LIST_ADD(&engine->batch.audits) = (struct audit_fact){.at_ms = engine->clock->now_ms(engine->clock),
                                                           .actor = verb->actor,
                                                           .action = action,
                                                           .target = target,
                                                           .detail = verb->detail};
}

static enum err finish(struct engine *engine, struct err_info *why)
{
    judge_touched(engine, engine_now(engine), CAUSE_FACT);
    return batch_end(engine, why);
}

static struct str id_of(const struct engine *engine, enum entity object, uint32_t record)
{
    return history_record_id(live_history(engine->live), object, record);
}

/* Of erased people only a number is left. */
static bool exists(const struct engine *engine, enum entity object, uint32_t record)
{
    return record < history_records(live_history(engine->live), object) && id_of(engine, object, record).len > 0;
}

static enum err no_such(enum entity object, struct err_info *why)
{
    return err_set(why, ERR_NOT_FOUND, "there is no such %s", entity_name(object));
}

/* ---- Merge. ---- */

#define MERGE_NEIGHBOURS_MAX 65536 /* of each object, whose scores follow at once; the sweep sees to the rest */

/* Whoever is associated with the record now may ask for its values. */
static void touch_associated(struct engine *engine, enum entity object, uint32_t record)
{
    const struct history *history = live_history(engine->live);
    const int64_t now_ms = engine_now(engine);
    for (enum entity over = ENTITY_CONTACT; over < OBJECT_COUNT; over++) {
        if (over == object) continue;
        uint32_t count = history_associated(history, object, record, over, now_ms, NULL, 0);
        if (count > MERGE_NEIGHBOURS_MAX) count = MERGE_NEIGHBOURS_MAX;
        uint32_t *others = ARENA_ARRAY(engine->batch.arena, uint32_t, count);
        (void)history_associated(history, object, record, over, now_ms, others, count);
        for (uint32_t i = 0; i < count; i++) batch_touch(engine, over, others[i]);
    }
}

static enum err check_merge(const struct engine *engine, enum entity object, const uint32_t pair[2],
                            struct err_info *why)
{
    if (pair[0] == pair[1]) return err_set(why, ERR_CONFLICT, "they are one and the same already");
    for (int i = 0; i < 2; i++)
        if (engine->archived[object].at[pair[i]])
            return err_set(why, ERR_CONFLICT, "the %s '" STR_FMT "' is archived: restore it before merging",
                           entity_name(object), STR_ARG(id_of(engine, object, pair[i])));
    return ERR_OK;
}

static enum err run_merge(struct engine *engine, void *argument, struct err_info *why)
{
    static const struct str actions[OBJECT_COUNT] = {STR_INIT("contact.merge"), STR_INIT("company.merge"),
                                                     STR_INIT("deal.merge")};
    struct verb *verb = argument;
    const enum entity object = verb->object;
    if (!exists(engine, object, verb->record) || !exists(engine, object, verb->other)) return no_such(object, why);
    const uint32_t pair[2] = {people_root(engine->people, object, verb->record),
                              people_root(engine->people, object, verb->other)};
    enum err e = check_merge(engine, object, pair, why);
    if (e != ERR_OK) return e;
    batch_begin(engine);
    pthread_rwlock_wrlock(&engine->people_lock);
    verb->stays = merge_records(engine, object, pair[0], pair[1], engine->clock->now_ms(engine->clock));
    pthread_rwlock_unlock(&engine->people_lock);
    touch_associated(engine, object, verb->stays);
    audit(engine, verb, actions[object], id_of(engine, object, verb->stays));
    return finish(engine, why);
}

enum err engine_merge(struct engine *engine, enum entity object, uint32_t a, uint32_t b, struct str actor,
                      uint32_t *stays, struct err_info *why)
{
    struct verb verb = {.object = object, .record = a, .other = b, .actor = actor};
    enum err e = writer_run(engine, run_merge, &verb, why);
    if (stays != NULL) *stays = verb.stays;
    return e;
}

/* ---- Archive. ---- */

static enum err run_archive(struct engine *engine, void *argument, struct err_info *why)
{
    struct verb *verb = argument;
    if (!exists(engine, verb->object, verb->record)) return no_such(verb->object, why);
    verb->record = people_root(engine->people, verb->object, verb->record);
    bool was = engine->archived[verb->object].at[verb->record];
    if (was == verb->on) return ERR_OK;
    batch_begin(engine);
    pthread_rwlock_wrlock(&engine->people_lock);
    engine->archived[verb->object].at[verb->record] = verb->on;
    pthread_rwlock_unlock(&engine->people_lock);
    *LIST_ADD(&engine->batch.changes) = (struct record_change){
        .object = verb->object,
        .number = verb->record,
        .listed = !verb->on || history_is_listed(live_history(engine->live), verb->object, verb->record),
        .archived = verb->on,
    };
    live_list_record(engine->live, verb->object, verb->record, !verb->on); /* scans over everybody leave it out */
    batch_touch(engine, verb->object, verb->record);
    audit(engine, verb, verb->on ? STR("record.archive") : STR("record.restore"),
          id_of(engine, verb->object, verb->record));
    enum err e = finish(engine, why);
    if (e == ERR_OK) return ERR_OK;
    pthread_rwlock_wrlock(&engine->people_lock);
    engine->archived[verb->object].at[verb->record] = was;
    pthread_rwlock_unlock(&engine->people_lock);
    return e;
}

enum err engine_archive(struct engine *engine, enum entity object, uint32_t record, bool archived, struct str actor,
                        struct err_info *why)
{
    struct verb verb = {.object = object, .record = record, .on = archived, .actor = actor};
    return writer_run(engine, run_archive, &verb, why);
}

/* ---- Erase. ---- */

static void forget(struct engine *engine, uint32_t contact)
{
    people_forget(engine->people, contact);
    live_erase(engine->live, ENTITY_CONTACT, contact);
    bands_forget(engine->bands, ENTITY_CONTACT, contact);
    engine->archived[ENTITY_CONTACT].at[contact] = true;
}

/* The store first: what it has forgotten cannot come back. Then the columns, which follow it whatever comes. */
static enum err run_erase(struct engine *engine, void *argument, struct err_info *why)
{
    struct verb *verb = argument;
    AUTO_ARENA arena = arena_new();
    if (verb->record >= history_records(live_history(engine->live), ENTITY_CONTACT))
        return no_such(ENTITY_CONTACT, why);
    snapshots_end(engine);
    uint32_t *family = NULL, root = people_root(engine->people, ENTITY_CONTACT, verb->record);
    uint32_t count = people_family(engine->people, root, arena, &family);
    const struct audit_fact line = {.at_ms = engine->clock->now_ms(engine->clock),
                                    .actor = verb->actor,
                                    .action = STR("contact.erase")}; /* not even who it was */
    bool gone = false;
    enum err e =
        store_erase_contact(engine->store, root, exists(engine, ENTITY_CONTACT, root) ? &line : NULL, &gone, why);
    if (!gone) return e;
    batch_begin(engine);
    pthread_rwlock_wrlock(&engine->people_lock);
    for (uint32_t i = 0; i < count; i++) forget(engine, family[i]);
    pthread_rwlock_unlock(&engine->people_lock);
    batch_keep(engine);
    return e;
}

enum err engine_erase(struct engine *engine, uint32_t contact, struct str actor, struct err_info *why)
{
    struct verb verb = {.record = contact, .actor = actor};
    return writer_run(engine, run_erase, &verb, why);
}

/* ---- Associate. ---- */

static enum err run_associate(struct engine *engine, void *argument, struct err_info *why)
{
    struct verb *verb = argument;
    enum entity from = association_ends[verb->kind][0], to = association_ends[verb->kind][1];
    if (!exists(engine, from, verb->record)) return no_such(from, why);
    if (!exists(engine, to, verb->other)) return no_such(to, why);
    verb->record = people_root(engine->people, from, verb->record);
    verb->other = people_root(engine->people, to, verb->other);
    int64_t now_ms = engine->clock->now_ms(engine->clock);
    batch_begin(engine);
    bool changed = verb->on ? live_associate(engine->live, verb->kind, verb->record, verb->other, now_ms)
                            : live_dissociate(engine->live, verb->kind, verb->record, verb->other);
    if (changed)
        *LIST_ADD(&engine->batch.associations) = (struct association_fact){.kind = (int32_t)verb->kind,
                                                                           .from = verb->record,
                                                                           .to = verb->other,
                                                                           .from_ms = now_ms,
                                                                           .ended = !verb->on};
    batch_touch(engine, from, verb->record);
    batch_touch(engine, to, verb->other);
    if (changed && !verb->on) merge_note_left(engine, verb->kind, verb->record, verb->other);
    return finish(engine, why);
}

enum err engine_associate(struct engine *engine, enum association kind, uint32_t from, uint32_t to, bool ended,
                          struct str actor, struct err_info *why)
{
    struct verb verb = {.record = from, .other = to, .kind = kind, .on = !ended, .actor = actor};
    return writer_run(engine, run_associate, &verb, why);
}

/* ---- Audit. ---- */

static enum err run_audit(struct engine *engine, void *argument, struct err_info *why)
{
    struct verb *verb = argument;
    batch_begin(engine);
    audit(engine, verb, verb->action, verb->target);
    return batch_end(engine, why);
}

enum err engine_audit(struct engine *engine, struct str actor, struct str action, struct str target, struct str detail,
                      struct err_info *why)
{
    struct verb verb = {.actor = actor, .action = action, .target = target, .detail = detail};
    return writer_run(engine, run_audit, &verb, why);
}
