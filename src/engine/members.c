/* members.c — who is in which segment, remembered as bands are; and lists, whose members somebody names.
 *
 * A segment is remembered under "segment:NAME", a list under "list:OBJECT:NAME", with one label. Names of scores have
 * no colon, so the three never meet. Facts and the sweep find who entered and left a segment just as they find it of
 * bands. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

#define MEMBER "member"

struct membership {
    enum entity object;
    uint32_t record;
    struct str name; /* as it is remembered under */
    uint32_t number; /* in bands */
    bool member;
    uint32_t version; /* of the segment; 0 of a list */
    int64_t at_ms;
    enum band_cause cause;
};

/* True when that is news. */
static bool note(struct engine *engine, const struct membership *m)
{
    struct str label = m->member ? STR(MEMBER) : STR(""), former = m->member ? STR("") : STR(MEMBER);
    if (!bands_put(engine->bands, m->number, m->record, label)) return false;
    *LIST_ADD(&engine->batch.bands) = (struct band_fact){.object = m->object,
                                                         .record = m->record,
                                                         .score = m->name,
                                                         .band = label,
                                                         .former = former,
                                                         .at_ms = m->at_ms,
                                                         .version = m->version,
                                                         .cause = (int32_t)m->cause};
    *LIST_ADD(&engine->batch.member_changes) = (struct member_change){.object = m->object,
                                                                      .record = m->record,
                                                                      .name = m->name,
                                                                      .entered = m->member,
                                                                      .at_ms = m->at_ms,
                                                                      .cause = m->cause};
    return true;
}

/* ---- Segments. ---- */

void members_use(struct engine *engine)
{
    const struct definitions *set = &engine->edition->set;
    AUTO_ARENA arena = arena_new();
    engine->segment_bands.count = 0;
    for (uint32_t s = 0; s < set->segment_count; s++) {
        struct str name = arena_format(arena, SEGMENT_PREFIX STR_FMT, STR_ARG(set->segments[s]->name));
        *LIST_ADD(&engine->segment_bands) = bands_score(engine->bands, name);
        engine->scores_of[set->segments[s]->object] = true;
    }
}

bool judge_member(struct engine *engine, uint32_t segment, uint32_t record, bool member, int64_t at_ms,
                  enum band_cause cause)
{
    uint32_t number = engine->segment_bands.at[segment];
    if (number == UINT32_MAX) return false;
    const struct membership m = {.object = engine->edition->set.segments[segment]->object,
                                 .record = record,
                                 .name = bands_score_name(engine->bands, number),
                                 .number = number,
                                 .member = member,
                                 .version = engine->edition->segment_versions[segment],
                                 .at_ms = at_ms,
                                 .cause = cause};
    return note(engine, &m);
}

void judge_members(struct engine *engine, enum entity object, uint32_t record, bool judged, int64_t at_ms,
                   enum band_cause cause)
{
    const struct edition *edition = engine->edition;
    for (uint32_t s = 0; s < edition->set.segment_count; s++) {
        if (edition->set.segments[s]->object != object) continue;
        bool member = judged && scan_in_segment(edition->scan, s, record, at_ms);
        judge_member(engine, s, record, member, at_ms, cause);
    }
}

bool engine_is_member(struct engine *engine, struct str segment, uint32_t record)
{
    AUTO_ARENA arena = arena_new();
    uint32_t number = bands_find_score(engine->bands, arena_format(arena, SEGMENT_PREFIX STR_FMT, STR_ARG(segment)));
    return number != UINT32_MAX && bands_label(engine->bands, number, record).len > 0;
}

void members_forget(struct engine *engine, uint32_t contact)
{
    for (uint32_t s = 0; s < engine->edition->set.segment_count; s++)
        if (engine->edition->set.segments[s]->object == ENTITY_CONTACT)
            bands_put(engine->bands, engine->segment_bands.at[s], contact, STR(""));
    for (uint32_t i = 0; i < bands_score_count(engine->bands); i++)
        if (str_starts_with(bands_score_name(engine->bands, i), STR(LIST_PREFIX "contact:")))
            bands_put(engine->bands, i, contact, STR(""));
}

/* ---- Lists. ---- */

static struct str list_name(struct arena *arena, enum entity object, struct str list)
{
    return arena_format(arena, LIST_PREFIX "%s:" STR_FMT, entity_name(object), STR_ARG(list));
}

bool engine_in_list(struct engine *engine, struct str list, enum entity object, uint32_t record)
{
    AUTO_ARENA arena = arena_new();
    uint32_t number = bands_find_score(engine->bands, list_name(arena, object, list));
    return number != UINT32_MAX && bands_label(engine->bands, number, record).len > 0;
}

void members_merge(struct engine *engine, uint32_t stays, uint32_t goes, int64_t at_ms)
{
    for (uint32_t i = 0; i < bands_score_count(engine->bands); i++) {
        struct membership m = {.object = ENTITY_CONTACT,
                               .record = goes,
                               .name = bands_score_name(engine->bands, i),
                               .number = i,
                               .at_ms = at_ms,
                               .cause = CAUSE_MERGED};
        if (!str_starts_with(m.name, STR(LIST_PREFIX "contact:"))) continue;
        if (bands_label(engine->bands, i, goes).len == 0) continue;
        note(engine, &m);
        m.record = stays;
        m.member = true;
        note(engine, &m);
    }
}

static enum err run_list_change(struct engine *engine, void *argument, struct err_info *why)
{
    struct list_change *change = argument;
    AUTO_ARENA arena = arena_new();
    uint32_t records = history_records(live_history(engine->live), change->object);
    uint32_t number = bands_score(engine->bands, list_name(arena, change->object, change->list));
    if (number == UINT32_MAX)
        return err_set(why, ERR_TOO_BIG, "there are %d scores, segments and lists already", BANDED_SCORES_MAX);
    batch_begin(engine);
    change->changed = 0;
    for (size_t i = 0; i < change->count; i++) {
        INVARIANT(change->records[i] < records);
        uint32_t record = change->records[i];
        if (change->object == ENTITY_CONTACT) record = people_root(engine->people, record);
        const struct membership m = {.object = change->object,
                                     .record = record,
                                     .name = bands_score_name(engine->bands, number),
                                     .number = number,
                                     .member = change->member,
                                     .at_ms = engine_now(engine),
                                     .cause = CAUSE_LISTED};
        change->changed += note(engine, &m);
    }
    *LIST_ADD(&engine->batch.audits) =
        (struct audit_fact){.at_ms = engine_now(engine),
                            .actor = change->actor,
                            .action = change->member ? STR("list.add") : STR("list.remove"),
                            .target = change->list,
                            .detail = arena_format(engine->batch.arena, "{\"records\":%u}", change->changed)};
    return batch_end(engine, why);
}

enum err engine_list_change(struct engine *engine, struct list_change *change, struct err_info *why)
{
    return writer_run(engine, run_list_change, change, why);
}
