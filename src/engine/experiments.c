/* experiments.c — see experiments.h. The conditions are segments of our own, each on a line that is known, so that a
 * mistake is told of the condition that has it. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/experiments.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/band.h"
#include "engine/engine_internal.h"

#define TEXT_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define LINES_A_SEGMENT 4
#define PREFIX "plumb_experiment_" /* names of users may not begin so */

static const char *const segment_names[] = {"outcome", "who", "pilot"};

static void append_segment(struct buf *out, enum entity object, const char *name, struct str condition)
{
    buf_format(out, "segment: " PREFIX "%s\nobject: %s\nwhen: ", name, entity_name(object));
    buf_append(out, condition);
    buf_append_c(out, "\n---\n");
}

static uint32_t find_segment(const struct draft *draft, const char *name)
{
    AUTO_ARENA arena = arena_new();
    return definitions_find_segment(&draft->set, arena_format(arena, PREFIX "%s", name));
}

/* Those given, one after the other; *order has their names. */
static void write_segments(const struct experiment_conditions *conditions, struct buf *out, const char *order[3])
{
    const struct str texts[] = {conditions->outcome, conditions->who, conditions->pilot};
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].len == 0) continue;
        append_segment(out, conditions->object, segment_names[i], texts[i]);
        order[count++] = segment_names[i];
    }
}

/* [records] Those that somebody put away, but not those erased, who have no id any more. */
static const bool *find_put_away(struct engine *engine, const struct history *history, enum entity object,
                                 struct arena *arena)
{
    uint32_t records = history_records(history, object);
    bool *put_away = ARENA_ARRAY(arena, bool, records);
    pthread_rwlock_rdlock(&engine->people_lock);
    for (uint32_t r = 0; r < records && r < engine->archived[object].count; r++)
        put_away[r] = engine->archived[object].at[r] && history_record_id(history, object, r).len > 0;
    pthread_rwlock_unlock(&engine->people_lock);
    return put_away;
}

enum err experiment_ground_open(struct engine *engine, const struct experiment_conditions *conditions, int64_t now_ms,
                                struct experiment_ground *out, const char **which, struct err_info *why)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES_MAX);
    const char *order[COUNT_OF(segment_names)] = {0};
    *which = NULL;
    *out = (struct experiment_ground){.engine = engine, .object = conditions->object};
    write_segments(conditions, &text, order);
    if (text.failed) return err_set(why, ERR_TOO_BIG, "the conditions are too long");
    engine_everybody_of(engine, STR(""), now_ms, &out->everybody);
    if (!draft_compile(&out->draft, out->everybody.edition, engine_catalog(engine), buf_str(&text), STR("condition"))) {
        enum err e = draft_why(&out->draft, why);
        size_t place = why->at.line > 0 ? (why->at.line - 1) / LINES_A_SEGMENT : COUNT_OF(order);
        if (place < COUNT_OF(order)) *which = order[place];
        return e;
    }
    out->scan = scan_new(&out->draft.set, out->everybody.history, NULL);
    out->rules = (struct assignment_rules){
        .outcome = find_segment(&out->draft, "outcome"),
        .who = find_segment(&out->draft, "who"),
        .pilot = find_segment(&out->draft, "pilot"),
        .now_ms = now_ms,
        .put_away = find_put_away(engine, out->everybody.history, out->object, out->draft.arena)};
    return ERR_OK;
}

void experiment_ground_close(struct experiment_ground *ground)
{
    scan_free(ground->scan);
    draft_release(&ground->draft);
    everybody_release(&ground->everybody);
    *ground = (struct experiment_ground){0};
}

uint64_t experiment_assignments(const struct experiment_ground *ground, unsigned threads, struct assignment **out)
{
    return assignments_find(ground->scan, ground->everybody.history, ground->object, &ground->rules, threads, out);
}

/* ---- The score of an arm. ---- */

enum err experiment_score_open(const struct experiment_ground *ground, struct str text, struct experiment_score *out,
                               struct err_info *why)
{
    *out = (struct experiment_score){.index = UINT32_MAX};
    if (!draft_compile(&out->draft, ground->everybody.edition, engine_catalog(ground->engine), text, STR("text")))
        return draft_why(&out->draft, why);
    for (uint32_t i = out->draft.set.score_count; i-- > 0;) {
        const struct score *score = out->draft.set.scores[i];
        if (!score->anonymous && score->source == out->draft.source && score->object == ground->object) out->index = i;
    }
    if (out->index == UINT32_MAX)
        return err_set(why, ERR_INVALID, "the text defines no score of a %s", entity_name(ground->object));
    out->scan = scan_new(&out->draft.set, ground->everybody.history, NULL);
    return ERR_OK;
}

void experiment_score_close(struct experiment_score *score)
{
    scan_free(score->scan);
    draft_release(&score->draft);
    *score = (struct experiment_score){0};
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void run(struct experiment_score *score, int64_t as_of_ms, unsigned threads)
{
    bool *wanted = memory_array(score->draft.set.score_count, sizeof *wanted);
    wanted[score->index] = true;
    const struct scan_options options = {.as_of_ms = as_of_ms, .threads = threads, .wanted = wanted};
    scan_run(score->scan, &options);
    memory_free(wanted);
}

void experiment_score_figures(const struct experiment_ground *ground, struct experiment_score *score, uint32_t arm,
                              const struct assignment *assignments, uint64_t count, unsigned threads,
                              struct arena *arena, struct arm_figures *out)
{
    const struct score *definition = score->draft.set.scores[score->index];
    int64_t *micro = memory_array(count, sizeof *micro);
    run(score, ground->rules.now_ms, threads);
    const struct score_column *column = scan_results(score->scan, score->index);
    *out = (struct arm_figures){.band_count = definition->band_count + 1};
    out->bands = ARENA_ARRAY(arena, struct arm_band, out->band_count);
    for (uint32_t b = 0; b < definition->band_count; b++) out->bands[b].label = definition->bands[b].label;
    for (uint64_t i = 0; i < count; i++) {
        const struct assignment *one = &assignments[i];
        if (one->arm != arm) continue;
        bool known = column->known[one->record] != 0;
        if (known) micro[out->known++] = column->total[one->record];
        else out->unknown++;
        uint32_t in = known ? band_of(definition, column->total[one->record], BAND_NONE) : BAND_NONE;
        struct arm_band *band = &out->bands[in != BAND_NONE ? in : definition->band_count];
        band->records++;
        band->counted += one->over;
        band->converted += one->over && one->converted;
    }
    if (out->known > 0) {
        qsort(micro, out->known, sizeof *micro, by_size);
        uint64_t last = out->known - 1;
        out->lowest = micro[0];
        out->quarter = micro[last / 4];
        out->median = micro[last / 2];
        out->three_quarters = micro[last * 3 / 4];
        out->highest = micro[last];
    }
    memory_free(micro);
}
