/* judge.c — the records that a batch touched: their scores now, and which bands and segments they entered or left.
 *
 * Nothing of a score is kept but the band: a score is computed again from the record's own
 * facts. What somebody did also touches the company and the deals that person belongs to,
 * when there are scores of those. Visitors without a name, archived and merged records are in no band. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

#define NEIGHBOURS_MAX 64 /* companies or deals of one contact that a fact moves at once; the sweep sees to the rest */

const char *band_cause_name(enum band_cause cause)
{
    static const char *const names[] = {
        [CAUSE_FACT] = "fact",           [CAUSE_TIME] = "time",
        [CAUSE_PUBLISHED] = "published", [CAUSE_PUBLISHED_SILENTLY] = "published_silently",
        [CAUSE_REPLAYED] = "replayed",   [CAUSE_MERGED] = "merged",
        [CAUSE_LISTED] = "listed",
    };
    return names[cause];
}

bool is_judged(const struct engine *engine, enum entity object, uint32_t record)
{
    return history_is_listed(live_history(engine->live), object, record) && !engine->states[object].at[record].archived;
}

bool judge_band(struct engine *engine, uint32_t score, uint32_t record, const struct score_value *value, int64_t at_ms,
                enum band_cause cause)
{
    const struct score *definition = engine->edition->set.scores[score];
    uint32_t number = engine->band_scores.at[score];
    if (number == UINT32_MAX) return false;
    uint32_t band = BAND_NONE;
    if (value->known && is_judged(engine, definition->object, record))
        band = band_of(definition, value->total, bands_index(engine->bands, number, record, definition));
    struct str label = band == BAND_NONE ? STR("") : definition->bands[band].label;
    struct str former = bands_label(engine->bands, number, record);
    if (!bands_put(engine->bands, number, record, label)) return false;
    struct batch *batch = &engine->batch;
    *LIST_ADD(&batch->bands) = (struct band_fact){
        .object = definition->object,
        .record = record,
        .score = definition->name,
        .band = label,
        .former = former,
        .at_ms = at_ms,
        .micro = value->total,
        .version = engine->edition->versions[score],
        .cause = (int32_t)cause,
    };
    *LIST_ADD(&batch->band_changes) = (struct band_change){
        .object = definition->object,
        .record = record,
        .score = definition->name,
        .band = label,
        .former = former,
        .micro = value->total,
        .at_ms = at_ms,
        .cause = cause,
    };
    return true;
}

static void touch_neighbours(struct engine *engine, enum entity object, uint32_t record, enum entity over,
                             int64_t now_ms)
{
    if (!engine->scores_of[over]) return;
    uint32_t neighbours[NEIGHBOURS_MAX];
    uint32_t count =
        history_associated(live_history(engine->live), object, record, over, now_ms, neighbours, NEIGHBOURS_MAX);
    for (uint32_t i = 0; i < count && i < NEIGHBOURS_MAX; i++) batch_touch(engine, over, neighbours[i]);
}

static void judge_record(struct engine *engine, enum entity object, uint32_t record, int64_t now_ms,
                         enum band_cause cause)
{
    const struct definitions *set = &engine->edition->set;
    bool judged = is_judged(engine, object, record);
    if (judged) {
        scorer_score(engine->scorer, object, record, now_ms, engine->values);
    } else {
        for (uint32_t s = 0; s < set->score_count; s++) engine->values[s] = (struct score_value){.known = false};
    }
    if (object == ENTITY_CONTACT && people_root(engine->people, record) != record) cause = CAUSE_MERGED;
    for (uint32_t s = 0; s < set->score_count; s++)
        if (set->scores[s]->object == object) judge_band(engine, s, record, &engine->values[s], now_ms, cause);
    judge_members(engine, object, record, judged, now_ms, cause);
}

void judge_touched(struct engine *engine, int64_t now_ms, enum band_cause cause)
{
    /* The list grows while it is walked: a contact's company and deals come behind it. */
    for (size_t i = 0; i < engine->batch.touched.count; i++) {
        struct touched touched = engine->batch.touched.at[i];
        if (touched.object == ENTITY_CONTACT) {
            touch_neighbours(engine, ENTITY_CONTACT, touched.record, ENTITY_COMPANY, now_ms);
            touch_neighbours(engine, ENTITY_CONTACT, touched.record, ENTITY_DEAL, now_ms);
        }
        if (engine->scores_of[touched.object]) judge_record(engine, touched.object, touched.record, now_ms, cause);
    }
}
