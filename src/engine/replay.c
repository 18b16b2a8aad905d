/* replay.c — the bands that records would have entered had the edition always been in force.
 *
 * A score moves when a fact comes, and with time. So a record is looked at at the instant of
 * each of its facts, and while it is in a band once a day more. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "engine/engine_internal.h"

#define FACT_TIMES_MAX 100000 /* of one record; later ones are looked at by the day */

struct replaying {
    struct engine *engine;
    uint32_t score, record;
    int64_t now_ms;
    uint64_t changes;
};

static bool is_in_band(const struct replaying *r)
{
    return bands_label(r->engine->bands, r->engine->band_scores.at[r->score], r->record).len > 0;
}

static void judge_at(struct replaying *r, int64_t at_ms)
{
    struct engine *engine = r->engine;
    scorer_score(engine->scorer, engine->edition->set.scores[r->score]->object, &r->record, 1, at_ms, engine->values);
    r->changes += judge_band(engine, r->score, r->record, &engine->values[r->score], at_ms, CAUSE_REPLAYED);
}

/* Day by day in (from, to) while the record is in a band. */
static void judge_days(struct replaying *r, int64_t from_ms, int64_t to_ms)
{
    for (int64_t day_ms = (floor_div(from_ms, MS_PER_DAY) + 1) * MS_PER_DAY; day_ms < to_ms && is_in_band(r);
         day_ms += MS_PER_DAY)
        judge_at(r, day_ms);
}

uint64_t replay_bands(struct engine *engine, uint32_t score)
{
    const struct history *history = live_history(engine->live);
    enum entity object = engine->edition->set.scores[score]->object;
    uint32_t records = history_records(history, object);
    int64_t *times = memory_array(FACT_TIMES_MAX, sizeof *times);
    struct replaying r = {.engine = engine, .score = score, .now_ms = engine_now(engine)};
    for (r.record = 0; r.record < records; r.record++) {
        const struct score_value nothing = {.known =
                                                false}; /* the band of the former edition is left, for the log too */
        r.changes += judge_band(engine, score, r.record, &nothing, r.now_ms, CAUSE_REPLAYED);
        uint32_t count = history_fact_times(history, object, r.record, times, FACT_TIMES_MAX);
        for (uint32_t i = 0; i < count && times[i] <= r.now_ms; i++) {
            judge_at(&r, times[i]);
            bool last = i + 1 == count || times[i + 1] > r.now_ms;
            judge_days(&r, times[i], last ? r.now_ms : times[i + 1]);
        }
    }
    memory_free(times);
    return r.changes;
}
