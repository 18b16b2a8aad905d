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
    return history_is_listed(live_history(engine->live), object, record) && !engine->archived[object].at[record];
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

/* Up to SCORER_RECORDS_MAX records, scored together. */
static void judge_records(struct engine *engine, enum entity object, const uint32_t *records, uint32_t count,
                          int64_t now_ms, enum band_cause cause)
{
    const struct definitions *set = &engine->edition->set;
    uint32_t scored[SCORER_RECORDS_MAX], scored_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (is_judged(engine, object, records[i])) scored[scored_count++] = records[i];
    if (scored_count > 0) scorer_score(engine->scorer, object, scored, scored_count, now_ms, engine->values);
    for (uint32_t i = 0, at = 0; i < count; i++) {
        uint32_t record = records[i];
        bool judged = at < scored_count && scored[at] == record;
        const struct score_value *values = engine->values + (size_t)at * set->score_count;
        bool merged = people_root(engine->people, object, record) != record;
        enum band_cause why = merged ? CAUSE_MERGED : cause;
        for (uint32_t s = 0; s < set->score_count; s++)
            if (set->scores[s]->object == object)
                judge_band(engine, s, record, judged ? &values[s] : &(struct score_value){.known = false}, now_ms, why);
        judge_members(engine, object, record, judged, now_ms, why);
        at += judged;
    }
}

/* The records from `first` on that are of one object, as many as are scored together; what is theirs is touched, too:
 * a contact's company and deals. */
static uint32_t touched_together(struct engine *engine, size_t first, int64_t now_ms, uint32_t *records)
{
    const enum entity object = engine->batch.touched.at[first].object;
    uint32_t count = 0;
    for (size_t i = first; i < engine->batch.touched.count && count < SCORER_RECORDS_MAX; i++, count++) {
        struct touched touched = engine->batch.touched.at[i];
        if (touched.object != object) break;
        records[count] = touched.record;
        if (object != ENTITY_CONTACT) continue;
        touch_neighbours(engine, ENTITY_CONTACT, touched.record, ENTITY_COMPANY, now_ms);
        touch_neighbours(engine, ENTITY_CONTACT, touched.record, ENTITY_DEAL, now_ms);
    }
    return count;
}

void judge_touched(struct engine *engine, int64_t now_ms, enum band_cause cause)
{
    uint32_t records[SCORER_RECORDS_MAX];
    live_place_late(engine->live);
    /* The list grows while it is walked. */
    for (size_t i = 0; i < engine->batch.touched.count;) {
        enum entity object = engine->batch.touched.at[i].object;
        uint32_t count = touched_together(engine, i, now_ms, records);
        if (engine->scores_of[object]) judge_records(engine, object, records, count, now_ms, cause);
        i += count;
    }
}
