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

/* ---- Who was in both arms. ---- */

struct mixing {
    const struct experiment_ground *ground;
    const struct assignment **of;   /* [records] who takes part */
    bool *was_known, *mixed;        /* [records] as the store has them: listed or put away; counted already */
    LIST(struct merge_fact) merges; /* since the experiment began */
};

static enum err keep_merge(void *context, const struct merge_fact *fact, struct err_info *why)
{
    struct mixing *mixing = context;
    (void)why;
    if (fact->object == mixing->ground->object && fact->at_ms > mixing->ground->rules.from_ms)
        *LIST_ADD(&mixing->merges) = *fact;
    return ERR_OK;
}

/* Whether a record is listed stays in the store as it was when it was merged away. */
static enum err keep_known(void *context, const struct record_fact *fact, bool archived, struct err_info *why)
{
    struct mixing *mixing = context;
    const struct experiment_ground *ground = mixing->ground;
    (void)why;
    if (fact->object == ground->object && fact->number < history_records(ground->everybody.history, ground->object))
        mixing->was_known[fact->number] = fact->listed || archived;
    return ERR_OK;
}

static bool was_in_other_arm(const struct mixing *mixing, const struct merge_fact *merge,
                             const struct assignment *stayed)
{
    const struct assignment_rules *rules = &mixing->ground->rules;
    struct str id = history_record_id(mixing->ground->everybody.history, mixing->ground->object, merge->goes);
    if (merge->at_ms <= stayed->at_ms || id.len == 0 || !mixing->was_known[merge->goes]) return false;
    return experiment_arm(rules->seed, id, rules->share_b) != stayed->arm;
}

static void count_merges(struct mixing *mixing, uint64_t mixed[ARM_COUNT])
{
    struct engine *engine = mixing->ground->engine;
    const enum entity object = mixing->ground->object;
    const uint32_t records = history_records(mixing->ground->everybody.history, object);
    for (size_t i = 0; i < mixing->merges.count; i++) {
        const struct merge_fact *merge = &mixing->merges.at[i];
        pthread_rwlock_rdlock(&engine->people_lock);
        uint32_t stayed = people_root(engine->people, object, merge->stays);
        pthread_rwlock_unlock(&engine->people_lock);
        if (stayed >= records || merge->goes >= records || mixing->of[stayed] == NULL || mixing->mixed[stayed])
            continue;
        if (!was_in_other_arm(mixing, merge, mixing->of[stayed])) continue;
        mixing->mixed[stayed] = true;
        mixed[mixing->of[stayed]->arm]++;
    }
}

static enum err look_at_merged(struct mixing *mixing, const struct assignment *assignments, uint64_t count,
                               uint64_t mixed[ARM_COUNT], struct err_info *why)
{
    const struct store_reader reader = {.context = mixing, .record = keep_known};
    const uint32_t records = history_records(mixing->ground->everybody.history, mixing->ground->object);
    mixing->of = memory_array(records, sizeof *mixing->of);
    mixing->was_known = memory_array(records, sizeof *mixing->was_known);
    mixing->mixed = memory_array(records, sizeof *mixing->mixed);
    for (uint64_t i = 0; i < count; i++) mixing->of[assignments[i].record] = &assignments[i];
    enum err e = store_read(mixing->ground->engine->store, &reader, why);
    if (e == ERR_OK) count_merges(mixing, mixed);
    memory_free(mixing->of);
    memory_free(mixing->was_known);
    memory_free(mixing->mixed);
    return e;
}

enum err experiment_count_mixed(const struct experiment_ground *ground, const struct assignment *assignments,
                                uint64_t count, uint64_t mixed[ARM_COUNT], struct err_info *why)
{
    struct mixing mixing = {.ground = ground};
    const struct store_reader reader = {.context = &mixing, .merge = keep_merge};
    for (int arm = 0; arm < ARM_COUNT; arm++) mixed[arm] = 0;
    if (ground->rules.pilot != SEGMENT_NONE) return ERR_OK;
    enum err e = store_read(ground->engine->store, &reader, why);
    if (e == ERR_OK && mixing.merges.count > 0) e = look_at_merged(&mixing, assignments, count, mixed, why);
    LIST_RELEASE(&mixing.merges);
    return e;
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
