/* suggest_test.c — a draft held against the score as it is, on what neither has seen. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/suggest.h"

#include "base/instant.h"

#define STEP_MS (7 * MS_PER_DAY)

/* Only records of the side of the test take part: others were never heard of. */
static struct lifetime *lives_of_test(const struct feature_source *source, const struct lifetime *lives,
                                      const struct split_options *split, uint32_t *count)
{
    const uint32_t records = history_records(source->history, source->object);
    struct lifetime *out = memory_array(records, sizeof *out);
    *count = 0;
    for (uint32_t r = 0; r < records; r++) {
        out[r] = lives[r];
        if (side_of_record(source->history, source->object, r, split) == SIDE_TEST) (*count)++;
        else out[r].began_ms = NEVER;
    }
    return out;
}

#define RUNS 2 /* the score as it is, and the draft: over the same instants */

struct running {
    const struct watch *watch;
    uint32_t done; /* runs */
};

static void on_instant(void *context, uint64_t done, uint64_t all)
{
    const struct running *running = context;
    watch_tell(running->watch, "testing the draft", running->done * all + done, RUNS * all);
}

static enum err run(const struct feature_source *source, const struct definitions *set, uint32_t score,
                    const struct lifetime *lives, const struct suggest_options *options, int64_t from_ms,
                    struct running *running, struct backtest *out, struct err_info *why)
{
    int64_t end_ms = options->examples.end_ms, horizon_ms = options->examples.horizon_ms;
    struct backtest_options how = {.from_ms = from_ms,
                                   .to_ms = end_ms - horizon_ms,
                                   .step_ms = STEP_MS,
                                   .horizon_ms = horizon_ms,
                                   .end_ms = end_ms,
                                   .threads = options->threads,
                                   .stop = watch_stop(options->watch),
                                   .progress = on_instant,
                                   .progress_context = running};
    struct scan *scan = scan_new(set, source->history, NULL);
    enum err e = backtest_run(scan, set, score, source->history, lives, &how, out, why);
    scan_free(scan);
    running->done++;
    return e;
}

static enum err compare(const struct backtest *now, const struct backtest *then, const struct suggest_options *options,
                        struct suggestion_test *out, struct err_info *why)
{
    struct bootstrap how = {.draws = options->draws,
                            .confidence = 0.95,
                            .seed = options->seed,
                            .threads = options->threads,
                            .stop = watch_stop(options->watch)};
    for (uint32_t i = 0; i < now->instants; i++)
        for (uint32_t r = 0; r < now->records; r++) {
            if (backtest_micro(now, i, r) == SCORE_CLOSED) continue;
            out->snapshots++;
            out->converted += backtest_converts(now, i, r);
        }
    if (out->converted == 0 || out->converted == out->snapshots)
        return err_set(why, ERR_INVALID,
                       "nobody of the records that were kept apart had the outcome later, or everybody");
    out->instants = now->instants;
    out->from_ms = now->at_ms[0];
    out->to_ms = now->at_ms[now->instants - 1];
    backtest_quality(now, &how, out->now);
    backtest_quality(then, &how, out->then);
    backtest_compare(then, now, &how, out->apart);
    return ERR_OK;
}

enum err suggest_test(const struct feature_source *source, const struct definitions *draft_set, uint32_t draft_score,
                      const struct lifetime *lives, const struct suggest_options *options, int64_t from_ms,
                      struct suggestion_test *out, struct err_info *why)
{
    struct running running = {.watch = options->watch};
    struct backtest now = {0}, then = {0};
    *out = (struct suggestion_test){0};
    struct lifetime *apart = lives_of_test(source, lives, &options->split, &out->records);
    enum err e = run(source, source->set, source->score, apart, options, from_ms, &running, &now, why);
    if (e == ERR_OK) e = run(source, draft_set, draft_score, apart, options, from_ms, &running, &then, why);
    if (e == ERR_OK) e = compare(&now, &then, options, out, why);
    backtest_release(&now);
    backtest_release(&then);
    memory_free(apart);
    return e;
}
