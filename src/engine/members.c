/* members.c — who is in which segment, remembered as bands are.
 *
 * A segment is remembered under "segment:NAME" with one label. Names of scores have no colon, so the two never meet. Facts
 * and the sweep find who entered and left a segment just as they find it of bands. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

#define MEMBER "member"

void members_use(struct engine *engine)
{
    const struct definitions *set = &engine->edition->set;
    AUTO_ARENA arena = arena_new();
    engine->segment_bands.count = 0;
    for (uint32_t s = 0; s < set->segment_count; s++) {
        struct str name = arena_format(arena, SEGMENT_PREFIX STR_FMT, STR_ARG(set->segments[s]->name));
        *LIST_ADD(&engine->segment_bands) = bands_score(engine->bands, set->segments[s]->object, name);
        engine->scores_of[set->segments[s]->object] = true;
    }
}

bool judge_member(struct engine *engine, uint32_t segment, uint32_t record, bool member, int64_t at_ms,
                  enum band_cause cause)
{
    uint32_t number = engine->segment_bands.at[segment];
    if (number == UINT32_MAX) return false;
    struct str label = member ? STR(MEMBER) : STR(""), former = member ? STR("") : STR(MEMBER);
    if (!bands_put(engine->bands, number, record, label)) return false;
    enum entity object = engine->edition->set.segments[segment]->object;
    struct str name = bands_score_name(engine->bands, number);
    *LIST_ADD(&engine->batch.bands) = (struct band_fact){.object = object,
                                                         .record = record,
                                                         .score = name,
                                                         .band = label,
                                                         .former = former,
                                                         .at_ms = at_ms,
                                                         .version = engine->edition->segment_versions[segment],
                                                         .cause = (int32_t)cause};
    *LIST_ADD(&engine->batch.member_changes) = (struct member_change){
        .object = object, .record = record, .name = name, .entered = member, .at_ms = at_ms, .cause = cause};
    return true;
}

void judge_members(struct engine *engine, enum entity object, uint32_t record, bool judged, int64_t at_ms,
                   enum band_cause cause)
{
    const struct edition *edition = engine->edition;
    for (uint32_t s = 0; s < edition->set.segment_count; s++) {
        if (edition->set.segments[s]->object != object) continue;
        bool member = judged && scorer_in_segment(engine->scorer, s, record, at_ms);
        judge_member(engine, s, record, member, at_ms, cause);
    }
}

bool engine_is_member(struct engine *engine, enum entity object, struct str segment, uint32_t record)
{
    AUTO_ARENA arena = arena_new();
    uint32_t number =
        bands_find_score(engine->bands, object, arena_format(arena, SEGMENT_PREFIX STR_FMT, STR_ARG(segment)));
    return number != UINT32_MAX && bands_label(engine->bands, number, record).len > 0;
}
