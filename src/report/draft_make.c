/* draft_make.c — from history to a whole draft, step by step. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "base/instant.h"
#include "report/draft.h"

#define SPREAD 15 /* of the draft's totals, as a standard deviation in points */

struct making {
    const struct feature_source *source;
    const struct lifetime *lives;
    const struct suggest_options *options;
    struct arena *arena;
    struct drafted *out;
    struct draft_plan draft;
};

/* The profile looks at no record of the test and at no time of it. */
static enum err find_profile(struct making *m, int64_t test_begins_ms, struct profile *profile, struct err_info *why)
{
    const uint32_t records = history_records(m->source->history, m->source->object);
    struct lifetime *lives = memory_array(records, sizeof *lives);
    struct profile_options how = {.end_ms = test_begins_ms,
                                  .horizon_ms = m->options->examples.horizon_ms,
                                  .seed = m->options->seed,
                                  .threads = m->options->threads,
                                  .watch = m->options->watch};
    for (uint32_t r = 0; r < records; r++) {
        lives[r] = m->lives[r];
        if (side_of_record(m->source->history, m->source->object, r, &m->options->split) != SIDE_TEST) continue;
        lives[r].began_ms = lives[r].happened_ms = NEVER;
    }
    enum err e = profile_find(m->source, lives, &how, m->arena, profile, why);
    memory_free(lives);
    if (e == ERR_OK && profile->found == 0)
        e = err_set(why, ERR_INVALID,
                    "nothing tells customers from others beyond what chance gives among %" PRIu32 " looks: there is "
                    "nothing to make rules of",
                    profile->count);
    return e;
}

static enum err read_text(struct making *m, struct definitions *set, struct err_info *why)
{
    struct diagnostics *diagnostics = ARENA_NEW(m->arena, struct diagnostics);
    struct source *source = ARENA_NEW(m->arena, struct source);
    diagnostics_init(diagnostics, m->arena);
    definitions_init(set, m->arena, source_catalog(m->source));
    *source = (struct source){STR("the draft"), draft_text(&m->draft, m->arena)};
    if (definitions_parse(set, source, diagnostics) && definitions_check(set, diagnostics) &&
        definitions_bind(set, NULL, diagnostics))
        return ERR_OK;
    struct str said = diagnostics->count > 0 ? diagnostics->item[0].message : STR("");
    return err_set(why, ERR_INTERNAL, "the draft is no definition: " STR_FMT, STR_ARG(said));
}

static enum err weigh(struct making *m, struct err_info *why)
{
    struct definitions *set = ARENA_NEW(m->arena, struct definitions);
    struct suggest_options how = *m->options;
    struct feature_source source = *m->source;
    how.from_nothing = true;
    how.spread = SPREAD;
    enum err e = read_text(m, set, why);
    source.set = set;
    source.score = 0;
    if (e == ERR_OK) e = suggest_points(&source, m->lives, &how, m->arena, &m->out->suggestion, why);
    if (e != ERR_OK) return e;
    m->out->asked = set->scores[0];
    draft_put_points(&m->draft, &m->out->suggestion);
    if (!draft_prune(&m->draft))
        return err_set(why, ERR_INVALID, "none of what customers had more often is worth a point beside the rest");
    return ERR_OK;
}

/* ---- Bands. ---- */

static int falling(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static void choose_bands(struct making *m)
{
    static const double shares[] = {0.05, 0.15, 0.4};
    struct scan *scan = scan_new(&m->out->set, m->source->history, NULL);
    struct scan_options how = {.as_of_ms = m->options->examples.end_ms, .threads = m->options->threads};
    scan_run(scan, &how);
    const struct score_column *column = scan_results(scan, 0);
    int64_t *totals = memory_array(column->count, sizeof *totals);
    uint32_t count = 0;
    for (uint32_t r = 0; r < column->count; r++)
        if (column->known[r] && m->lives[r].happened_ms > how.as_of_ms && m->lives[r].began_ms <= how.as_of_ms)
            totals[count++] = column->total[r];
    qsort(totals, count, sizeof *totals, falling);
    for (size_t i = 0; i < COUNT_OF(shares) && count > 0; i++) {
        int64_t points = totals[(uint32_t)((count - 1) * shares[i])] / MICRO_PER_POINT;
        if (points <= 0) break; /* there is nothing to band */
        if (m->draft.band_count > 0 && points >= m->draft.bands[m->draft.band_count - 1]) continue;
        m->draft.bands[m->draft.band_count++] = (int32_t)points;
    }
    memory_free(totals);
    scan_free(scan);
}

enum err draft_make(const struct feature_source *source, const struct lifetime *lives,
                    const struct suggest_options *options, struct arena *arena, struct drafted *out,
                    struct err_info *why)
{
    struct making m = {.source = source, .lives = lives, .options = options, .arena = arena, .out = out};
    struct profile profile;
    *out = (struct drafted){0};
    int64_t test_begins_ms = suggest_test_begins(source, lives, options);
    enum err e = find_profile(&m, test_begins_ms, &profile, why);
    if (e != ERR_OK) return e;
    draft_of_profile(&profile, source, arena, &m.draft);
    e = weigh(&m, why);
    if (e == ERR_OK) e = read_text(&m, &out->set, why);
    if (e != ERR_OK) return e;
    choose_bands(&m);
    e = read_text(&m, &out->set, why);
    if (e != ERR_OK) return e;
    out->text = out->set.scores[0]->source->text;
    struct feature_source asked = *source;
    asked.set = &out->set;
    asked.score = 0;
    out->tested =
        suggest_test(&asked, &out->set, 0, lives, options, test_begins_ms, &out->test, &out->untested) == ERR_OK;
    return ERR_OK;
}
