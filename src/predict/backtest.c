/* backtest.c — the instants, and how well the score orders the snapshots; calls.c is about thresholds. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/backtest.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/list.h"

#define Z95 1.959963984540054 /* of the normal distribution, for 95 % */

/* ---- Running. ---- */

static void run_instant(struct scan *scan, uint32_t score, const struct scan_options *how, struct backtest *out,
                        uint32_t instant)
{
    int64_t *to = out->micro + (uint64_t)instant * out->records, at_ms = out->at_ms[instant];
    scan_run(scan, how);
    const struct score_column *column = scan_results(scan, score);
    for (uint32_t r = 0; r < out->records; r++) {
        const struct lifetime *life = &out->lives[r];
        bool open = life->began_ms <= at_ms && life->happened_ms > at_ms && life->happened_ms != FOREVER &&
                    (life->over_ms == 0 || life->over_ms > at_ms);
        to[r] = !open ? SCORE_CLOSED : column->known[r] ? column->total[r] : SCORE_UNKNOWN;
    }
}

enum err backtest_run(struct scan *scan, const struct definitions *set, uint32_t score, const struct history *history,
                      const struct lifetime *lives, const struct backtest_options *options, struct backtest *out,
                      struct err_info *why)
{
    INVARIANT(score < set->score_count && options->step_ms > 0 && options->horizon_ms > 0);
    int64_t last_ms = options->end_ms - options->horizon_ms;
    int64_t from_ms = options->from_ms > EVENT_MIN_MS ? options->from_ms : EVENT_MIN_MS; /* nobody was there before */
    enum entity object = set->scores[score]->object;
    *out = (struct backtest){.records = history_records(history, object),
                             .object = object,
                             .horizon_ms = options->horizon_ms,
                             .step_ms = options->step_ms,
                             .lives = lives};
    if (options->end_ms <= EVENT_MIN_MS)
        return err_set(why, ERR_INVALID, "nothing that is known of them has a time, so there is no past to ask");
    if (last_ms > options->to_ms) last_ms = options->to_ms;
    if (last_ms < from_ms)
        return err_set(why, ERR_INVALID,
                       "no instant of the span has its horizon over: what came of it is not known yet");
    uint64_t instants = (uint64_t)(last_ms - from_ms) / (uint64_t)options->step_ms + 1;
    if (instants > BACKTEST_INSTANTS_MAX)
        return err_set(why, ERR_TOO_BIG, "%" PRIu64 " instants are more than %d: take a longer step", instants,
                       BACKTEST_INSTANTS_MAX);
    if (out->records > 0 && instants > BACKTEST_CELLS_MAX / out->records)
        return err_set(why, ERR_TOO_BIG, "%" PRIu64 " instants of %" PRIu32 " records are too many: take a longer step",
                       instants, out->records);
    out->instants = (uint32_t)instants;
    out->at_ms = memory_array(instants, sizeof *out->at_ms);
    out->micro = memory_array(instants * out->records, sizeof *out->micro);
    bool *wanted = memory_array(set->score_count, sizeof *wanted);
    wanted[score] = true;
    for (uint32_t i = 0; i < out->instants && !is_stopped(options->stop); i++) {
        out->at_ms[i] = from_ms + i * options->step_ms;
        struct scan_options how = {.as_of_ms = out->at_ms[i], .threads = options->threads, .wanted = wanted};
        run_instant(scan, score, &how, out, i);
        if (options->progress != NULL) options->progress(options->progress_context, i + 1, instants);
    }
    memory_free(wanted);
    if (!is_stopped(options->stop)) return ERR_OK;
    backtest_release(out);
    return err_set(why, ERR_UNAVAILABLE, "it was stopped");
}

void backtest_release(struct backtest *backtest)
{
    memory_free(backtest->at_ms);
    memory_free(backtest->micro);
    *backtest = (struct backtest){0};
}

int64_t backtest_latest_fact(const struct history *history, enum entity object, int64_t until_ms)
{
    int64_t *instants = memory_array(OUTCOME_FACTS_MAX, sizeof *instants), latest_ms = EVENT_MIN_MS;
    for (uint32_t r = 0; r < history_records(history, object); r++) {
        uint32_t count = history_fact_times(history, object, r, instants, OUTCOME_FACTS_MAX);
        while (count > 0 && instants[count - 1] > until_ms) count--;
        if (count > 0 && instants[count - 1] > latest_ms) latest_ms = instants[count - 1];
    }
    memory_free(instants);
    return latest_ms;
}

double backtest_weeks(const struct backtest *backtest)
{
    return (double)backtest->instants * (double)backtest->step_ms / (7.0 * (double)MS_PER_DAY);
}

/* ---- Order. ---- */

static uint64_t cells(const struct backtest *b)
{
    return (uint64_t)b->instants * b->records;
}

/* Neighbouring instants at which a record had the same scores and the same came of it: most of them, so that figures cost a
 * fraction of what all snapshots would. */
struct stay {
    int64_t one, other; /* micro-points by either score */
    uint32_t record, instants;
    bool converts;
};

struct stays {
    struct stay *at;
    size_t count, capacity; /* a LIST */
};

static void add_snapshot(struct stays *stays, const struct stay *snapshot)
{
    struct stay *last = stays->count > 0 ? &stays->at[stays->count - 1] : NULL;
    bool same = last != NULL && last->record == snapshot->record && last->one == snapshot->one &&
                last->other == snapshot->other && last->converts == snapshot->converts;
    if (same) last->instants++;
    else *LIST_ADD(stays) = *snapshot;
}

static void find_stays(const struct backtest *one, const struct backtest *other, struct stays *out)
{
    for (uint32_t r = 0; r < one->records; r++)
        for (uint32_t i = 0; i < one->instants; i++) {
            if (backtest_micro(one, i, r) == SCORE_CLOSED) continue;
            struct stay snapshot = {backtest_micro(one, i, r), backtest_micro(other, i, r), r, 1,
                                    backtest_converts(one, i, r)};
            add_snapshot(out, &snapshot);
        }
}

/* A score as a "probability" that only has its order: between 0 (unknown) and 1, rising. */
struct scale {
    int64_t least, most;
};

static struct scale scale_of(const struct backtest *b)
{
    struct scale scale = {INT64_MAX, INT64_MIN};
    for (uint64_t i = 0; i < cells(b); i++) {
        if (b->micro[i] <= SCORE_UNKNOWN) continue;
        if (b->micro[i] < scale.least) scale.least = b->micro[i];
        if (b->micro[i] > scale.most) scale.most = b->micro[i];
    }
    return scale;
}

static double place_on(const struct scale *scale, int64_t micro)
{
    if (micro == SCORE_UNKNOWN) return 0;
    return (double)(micro - scale->least + 1) / (double)(scale->most - scale->least + 1);
}

struct forecasts {
    struct prediction one;
    double *probability, *other, *weight;
    uint8_t *happened;
    uint32_t *record;
};

static void forecasts_init(struct forecasts *out, const struct backtest *one, const struct backtest *other)
{
    struct stays stays = {0};
    struct scale first = scale_of(one), second = scale_of(other);
    find_stays(one, other, &stays);
    *out = (struct forecasts){.probability = memory_array(stays.count, sizeof *out->probability),
                              .other = memory_array(stays.count, sizeof *out->other),
                              .weight = memory_array(stays.count, sizeof *out->weight),
                              .happened = memory_array(stays.count, sizeof *out->happened),
                              .record = memory_array(stays.count, sizeof *out->record)};
    for (size_t i = 0; i < stays.count; i++) {
        const struct stay *stay = &stays.at[i];
        out->probability[i] = place_on(&first, stay->one);
        out->other[i] = place_on(&second, stay->other);
        out->weight[i] = stay->instants;
        out->happened[i] = stay->converts;
        out->record[i] = stay->record;
    }
    out->one = (struct prediction){stays.count, out->probability, out->happened, out->weight, out->record};
    LIST_RELEASE(&stays);
}

static void forecasts_release(struct forecasts *forecasts)
{
    memory_free(forecasts->probability);
    memory_free(forecasts->other);
    memory_free(forecasts->weight);
    memory_free(forecasts->happened);
    memory_free(forecasts->record);
}

void backtest_quality(const struct backtest *backtest, const struct bootstrap *how, struct interval out[FIGURE_COUNT])
{
    struct forecasts forecasts;
    forecasts_init(&forecasts, backtest, backtest);
    quality_intervals(&forecasts.one, how, out);
    forecasts_release(&forecasts);
}

void backtest_compare(const struct backtest *one, const struct backtest *other, const struct bootstrap *how,
                      struct interval out[FIGURE_COUNT])
{
    struct forecasts forecasts;
    INVARIANT(cells(one) == cells(other) && one->lives == other->lives);
    forecasts_init(&forecasts, one, other);
    quality_compare(&forecasts.one, forecasts.other, how, out);
    forecasts_release(&forecasts);
}

/* ---- Bins. ---- */

void backtest_bins(const struct backtest *backtest, struct backtest_bin *out, uint32_t count)
{
    INVARIANT(count > 0 && out[count - 1].from_micro == SCORE_UNKNOWN);
    uint64_t snapshots = 0, converted = 0;
    for (uint32_t b = 0; b < count; b++) out[b].snapshots = out[b].converted = 0;
    for (uint32_t i = 0; i < backtest->instants; i++)
        for (uint32_t r = 0; r < backtest->records; r++) {
            int64_t micro = backtest_micro(backtest, i, r);
            uint32_t bin = 0;
            if (micro == SCORE_CLOSED) continue;
            while (micro < out[bin].from_micro) bin++;
            out[bin].snapshots++;
            out[bin].converted += backtest_converts(backtest, i, r);
        }
    for (uint32_t b = 0; b < count; b++) snapshots += out[b].snapshots, converted += out[b].converted;
    for (uint32_t b = 0; b < count; b++) {
        out[b].conversion = interval_wilson((double)out[b].converted, (double)out[b].snapshots, Z95);
        out[b].lift = out[b].conversion.value / ((double)converted / (double)snapshots);
    }
}

static int falling(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static int64_t whole_points(int64_t micro)
{
    int64_t rest = micro % MICRO_PER_POINT;
    return micro - (rest < 0 ? rest + MICRO_PER_POINT : rest);
}

uint32_t backtest_bin_ends(const struct backtest *backtest, uint32_t most, int64_t *out)
{
    int64_t *known = memory_array(cells(backtest), sizeof *known);
    uint64_t count = 0;
    uint32_t ends = 0;
    for (uint64_t i = 0; i < cells(backtest); i++)
        if (backtest->micro[i] > SCORE_UNKNOWN) known[count++] = backtest->micro[i];
    qsort(known, count, sizeof *known, falling);
    for (uint32_t b = 1; b < most && count > 0; b++) {
        int64_t end = whole_points(known[(count - 1) * b / most]);
        if (ends == 0 || end < out[ends - 1]) out[ends++] = end;
    }
    memory_free(known);
    out[ends++] = SCORE_UNKNOWN;
    return ends;
}
