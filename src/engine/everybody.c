/* everybody.c — scans over a frozen history, and the sweep that finds what time alone has changed.
 *
 * The sweep costs the writer nothing but the changes it finds: a scan of its own tells who is in
 * another band than remembered, and the writer then looks at those records again, as they are
 * by then. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "engine/engine_internal.h"

#define SWEEP_BATCH 10000 /* records that are looked at again in one transaction */

static void look_at(struct engine *engine, int64_t as_of_ms, const struct str *only, struct everybody *out)
{
    AUTO_ARENA arena = arena_new();
    *out = (struct everybody){.edition = engine_edition(engine), .as_of_ms = as_of_ms};
    out->history = live_freeze(engine->live);
    out->scan = scan_new(&out->edition->set, out->history, NULL);
    bool *wanted = NULL;
    if (only != NULL) {
        uint32_t score = definitions_find_score(&out->edition->set, *only);
        wanted = ARENA_ARRAY(arena, bool, out->edition->set.score_count);
        if (score != UINT32_MAX) wanted[score] = true;
    }
    const struct scan_options options = {
        .as_of_ms = as_of_ms, .threads = engine->options.threads, .keep_signals = true, .wanted = wanted};
    scan_run(out->scan, &options);
}

void engine_everybody(struct engine *engine, int64_t as_of_ms, struct everybody *out)
{
    look_at(engine, as_of_ms, NULL, out);
}

void engine_everybody_of(struct engine *engine, struct str score, int64_t as_of_ms, struct everybody *out)
{
    look_at(engine, as_of_ms, &score, out);
}

void everybody_release(struct everybody *everybody)
{
    scan_free(everybody->scan);
    history_free(everybody->history);
    edition_release(everybody->edition);
    *everybody = (struct everybody){0};
}

/* ---- The sweep. ---- */

struct sweep {
    const struct touched *records;
    size_t count;
    uint64_t changes;
};

static enum err judge_again(struct engine *engine, void *argument, struct err_info *why)
{
    struct sweep *sweep = argument;
    batch_begin(engine);
    for (size_t i = 0; i < sweep->count; i++) batch_touch(engine, sweep->records[i].object, sweep->records[i].record);
    judge_touched(engine, engine_now(engine), CAUSE_TIME);
    size_t changes = engine->batch.band_changes.count + engine->batch.member_changes.count;
    enum err e = batch_end(engine, why);
    if (e == ERR_OK) sweep->changes += changes;
    return e;
}

struct candidates {
    struct touched *at;
    uint64_t count, capacity; /* a LIST */
};

/* Whose band by the scan differs from the one remembered. */
static void find_candidates(struct engine *engine, const struct everybody *everybody, uint32_t score,
                            struct candidates *found)
{
    const struct score *definition = everybody->edition->set.scores[score];
    const struct score_column *column = scan_results(everybody->scan, score);
    for (uint32_t r = 0; r < column->count; r++) {
        uint32_t before = engine_band(engine, everybody->edition, score, r);
        uint32_t now = column->known[r] ? band_of(definition, column->total[r], before) : BAND_NONE;
        bool shown = history_is_listed(everybody->history, definition->object, r);
        if (now != before && (shown || before != BAND_NONE)) *LIST_ADD(found) = (struct touched){definition->object, r};
    }
}

/* Who is in a segment and not remembered so, or the other way about. */
static void find_members(struct engine *engine, const struct everybody *everybody, uint32_t segment,
                         struct candidates *found)
{
    const struct segment *definition = everybody->edition->set.segments[segment];
    uint32_t records = history_records(everybody->history, definition->object);
    AUTO_ARENA arena = arena_new();
    struct str name = arena_format(arena, SEGMENT_PREFIX STR_FMT, STR_ARG(definition->name));
    uint32_t number = bands_find_score(engine->bands, definition->object, name);
    uint8_t *members = memory_array(records, 1);
    scan_members(everybody->scan, segment, engine->options.threads, members);
    for (uint32_t r = 0; r < records; r++) {
        bool before = number != UINT32_MAX && bands_label(engine->bands, number, r).len > 0;
        bool now = members[r] != 0 && history_is_listed(everybody->history, definition->object, r);
        if (now != before) *LIST_ADD(found) = (struct touched){definition->object, r};
    }
    memory_free(members);
}

enum err engine_sweep(struct engine *engine, uint64_t *changes, struct err_info *why)
{
    struct everybody everybody;
    struct candidates found = {0};
    engine_everybody(engine, engine_now(engine), &everybody);
    for (uint32_t s = 0; s < everybody.edition->set.score_count; s++) {
        const struct score *score = everybody.edition->set.scores[s];
        if (!score->anonymous && score->band_count > 0) find_candidates(engine, &everybody, s, &found);
    }
    for (uint32_t s = 0; s < everybody.edition->set.segment_count; s++) find_members(engine, &everybody, s, &found);
    everybody_release(&everybody);
    struct sweep sweep = {0};
    enum err e = ERR_OK;
    for (size_t at = 0; at < found.count && e == ERR_OK; at += SWEEP_BATCH) {
        sweep.records = found.at + at;
        sweep.count = found.count - at < SWEEP_BATCH ? found.count - at : SWEEP_BATCH;
        e = writer_run(engine, judge_again, &sweep, why);
    }
    LIST_RELEASE(&found);
    if (changes != NULL) *changes = sweep.changes;
    return e;
}

/* ---- Its thread. ---- */

/* Wait for the next sweep; false when the engine stops. */
static bool wait_for_next(struct engine *engine)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += engine->options.sweep_s;
    pthread_mutex_lock(&engine->queue_lock);
    int timed_out = 0;
    while (!engine->stopping && timed_out != ETIMEDOUT)
        timed_out = pthread_cond_timedwait(&engine->state_changed, &engine->queue_lock, &until);
    bool goes_on = !engine->stopping;
    pthread_mutex_unlock(&engine->queue_lock);
    return goes_on;
}

static void *sweep_until_stopped(void *context)
{
    struct engine *engine = context;
    struct err_info why = {0};
    if (engine_wait_ready(engine, &why) != ERR_OK) return NULL;
    while (wait_for_next(engine)) {
        uint64_t changes;
        struct err_info failed = {0};
        (void)!engine_sweep(engine, &changes, &failed); /* the next one finds what this one could not write */
        if (snapshot_is_due(engine)) (void)!engine_snapshot(engine, &failed);
    }
    return NULL;
}

enum err sweeper_start(struct engine *engine, struct err_info *why)
{
    if (engine->options.sweep_s == 0) return ERR_OK;
    int failed = thread_start(&engine->sweeper, sweep_until_stopped, engine, "plumb-sweeper");
    if (failed != 0) return err_set(why, ERR_UNAVAILABLE, "no thread could be made: %s", strerror(failed));
    engine->sweeper_started = true;
    return ERR_OK;
}

void sweeper_stop(struct engine *engine)
{
    if (engine->sweeper_started) pthread_join(engine->sweeper, NULL);
}
