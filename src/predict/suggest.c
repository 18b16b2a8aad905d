/* suggest.c — see suggest.h: one step after the other. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/suggest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "predict/suggest_internal.h"

#define EVIDENCE_PENALTY 1
#define STOPPED "it was stopped"

/* ---- 1. Examples. ---- */

void suggest_add_up(const struct suggesting *s, struct table *table)
{
    for (uint64_t r = 0; r < table->rows; r++) {
        float *row = table->value + r * table->columns;
        double sum = 0;
        for (uint32_t c = 0; c < s->units.columns; c++) sum += s->claims[c] * (double)row[c];
        row[s->units.columns] = (float)sum;
    }
}

/* Those of a side that are in the scope, at most SUGGEST_ROWS_MAX of them, each standing for as many as there were. */
static void fill_part(struct suggesting *s, enum part part, const struct examples *all, const uint8_t *sides,
                      enum example_side side)
{
    uint64_t count = 0, seen = 0, rows = 0;
    for (uint64_t i = 0; i < all->count; i++) count += sides[i] == side;
    uint64_t wanted = count < SUGGEST_ROWS_MAX ? count : SUGGEST_ROWS_MAX;
    struct training_example *examples = ARENA_ARRAY(s->arena, struct training_example, wanted);
    for (uint64_t i = 0; i < all->count; i++) {
        if (sides[i] != side) continue;
        uint64_t place = seen++;
        if ((place + 1) * wanted / count > place * wanted / count) examples[rows++] = all->at[i];
    }
    float *value = memory_array((size_t)rows * s->units.columns, sizeof *value);
    uint8_t *in_scope = memory_array(rows, sizeof *in_scope);
    rule_units_compute(&s->units, s->source, NULL, examples, rows, s->options->threads, watch_stop(s->options->watch),
                       value, in_scope);
    struct table *table = &s->tables[part];
    uint64_t kept = 0;
    for (uint64_t r = 0; r < rows; r++) kept += in_scope[r];
    table_init(table, kept, s->units.columns + 1, NULL);
    kept = 0;
    for (uint64_t r = 0; r < rows; r++) {
        if (!in_scope[r]) continue;
        memcpy(table->value + kept * table->columns, value + r * s->units.columns, s->units.columns * sizeof *value);
        table->happened[kept] = examples[r].happened;
        table->weight[kept] = examples[r].weight;
        table->record[kept] = examples[r].record;
        examples[kept++] = examples[r];
    }
    s->examples[part] = examples;
    suggest_add_up(s, table);
    memory_free(value);
    memory_free(in_scope);
}

static uint64_t positives_of(const struct table *table)
{
    uint64_t positives = 0;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    return positives;
}

static enum err check_enough(const struct suggesting *s, struct err_info *why)
{
    uint64_t positives = s->out->positives, negatives = s->out->examples - positives;
    if (positives >= SUGGEST_POSITIVES_MIN && negatives >= SUGGEST_POSITIVES_MIN) return ERR_OK;
    bool few = positives < SUGGEST_POSITIVES_MIN;
    return err_set(why, ERR_INVALID,
                   "there are only %" PRIu64 " examples %s the outcome within %" PRId64
                   " days to learn points from; at least %d are needed: more %s, or a longer horizon",
                   few ? positives : negatives, few ? "with" : "without", s->options->examples.horizon_ms / MS_PER_DAY,
                   SUGGEST_POSITIVES_MIN, few ? "customers whose outcome has a time" : "others");
}

static enum err choose_examples(struct suggesting *s, const struct lifetime *lives, struct err_info *why)
{
    struct examples all;
    examples_choose(s->source->history, s->source->object, lives, &s->options->examples, &all);
    uint8_t *sides = memory_array(all.count, sizeof *sides);
    examples_split(s->source->history, s->source->object, &all, &s->options->split, sides, &s->out->test_begins_ms);
    watch_tell(s->options->watch, "reading facts", PART_LEARN, PART_COUNT);
    fill_part(s, PART_LEARN, &all, sides, SIDE_TRAIN);
    watch_tell(s->options->watch, "reading facts", PART_JUDGE, PART_COUNT);
    fill_part(s, PART_JUDGE, &all, sides, SIDE_CALIBRATE);
    s->out->examples = s->tables[PART_LEARN].rows;
    s->out->positives = positives_of(&s->tables[PART_LEARN]);
    memory_free(sides);
    examples_release(&all);
    return is_watch_over(s->options->watch) ? err_set(why, ERR_UNAVAILABLE, STOPPED) : check_enough(s, why);
}

int64_t suggest_test_begins(const struct feature_source *source, const struct lifetime *lives,
                            const struct suggest_options *options)
{
    struct examples all;
    int64_t begins_ms = 0;
    examples_choose(source->history, source->object, lives, &options->examples, &all);
    uint8_t *sides = memory_array(all.count, sizeof *sides);
    examples_split(source->history, source->object, &all, &options->split, sides, &begins_ms);
    memory_free(sides);
    examples_release(&all);
    return begins_ms;
}

/* ---- 2. The penalty. ---- */

static bool can_choose(const struct suggesting *s)
{
    uint64_t positives = positives_of(&s->tables[PART_JUDGE]);
    return positives >= SUGGEST_POSITIVES_MIN && s->tables[PART_JUDGE].rows - positives >= SUGGEST_POSITIVES_MIN;
}

bool suggest_goes_on(const struct suggesting *s)
{
    return can_choose(s) && !is_watch_over(s->options->watch);
}

static enum err choose_penalty(struct suggesting *s, struct err_info *why)
{
    static const double penalties[] = {1, 10, 100, 1000};
    const struct table *learn = &s->tables[PART_LEARN], *judge = &s->tables[PART_JUDGE];
    double *probability = memory_array(judge->rows, sizeof *probability), best = INFINITY;
    enum err e = ERR_OK;
    s->out->penalty = penalties[1];
    for (size_t i = 0; i < COUNT_OF(penalties) && suggest_goes_on(s) && e == ERR_OK; i++) {
        e = units_forecast(learn, judge, s->columns, penalties[i], s->options->threads, probability, why);
        double loss = e == ERR_OK ? units_log_loss(judge, probability) : INFINITY;
        if (loss < best) s->out->penalty = penalties[i];
        best = fmin(best, loss);
    }
    memory_free(probability);
    return e;
}

/* ---- 3 and 4. What each says. ---- */

/* When nothing is left to choose, those that it was chosen by are learnt from, too. */
static void join_parts(struct suggesting *s)
{
    struct table *learn = &s->tables[PART_LEARN], *judge = &s->tables[PART_JUDGE], all;
    table_init(&all, learn->rows + judge->rows, learn->columns, NULL);
    for (int part = 0; part < PART_COUNT; part++) {
        const struct table *from = &s->tables[part];
        uint64_t first = part == PART_LEARN ? 0 : learn->rows;
        if (from->rows == 0) continue;
        memcpy(all.value + first * all.columns, from->value, from->rows * all.columns * sizeof *all.value);
        memcpy(all.happened + first, from->happened, from->rows * sizeof *all.happened);
        memcpy(all.weight + first, from->weight, from->rows * sizeof *all.weight);
        memcpy(all.record + first, from->record, from->rows * sizeof *all.record);
    }
    table_release(learn);
    table_release(judge);
    *learn = all;
    *judge = (struct table){0};
    s->out->examples = all.rows;
    s->out->positives = positives_of(&all);
}

/* Who had any of a column. */
struct havers {
    uint32_t records;
    double expected; /* examples with the outcome, were they like all */
};

static struct havers havers_of(const struct suggesting *s, uint32_t column, uint8_t *seen, uint32_t records)
{
    const struct table *learn = &s->tables[PART_LEARN];
    struct havers out = {0};
    uint64_t rows = 0;
    memset(seen, 0, records);
    for (uint64_t r = 0; r < learn->rows; r++) {
        if (!(fabsf(learn->value[r * learn->columns + column]) > 0)) continue;
        rows++;
        out.records += !seen[learn->record[r]];
        seen[learn->record[r]] = 1;
    }
    out.expected = (double)rows * (double)s->out->positives / (double)s->out->examples;
    return out;
}

static enum err weigh(struct suggesting *s, struct err_info *why)
{
    const uint32_t records = history_records(s->source->history, s->source->object);
    const struct table *learn = &s->tables[PART_LEARN];
    struct suggestion *out = s->out;
    struct interval *evidence = ARENA_ARRAY(s->arena, struct interval, learn->columns);
    struct interval *weighed = ARENA_ARRAY(s->arena, struct interval, learn->columns);
    struct drawn alone = {EVIDENCE_PENALTY, s->options->draws, s->options->seed, s->options->threads,
                          s->options->watch};
    struct drawn both = {out->penalty, 1, s->options->seed, s->options->threads, NULL};
    enum err e = units_coefficients(learn, s->units.columns, NULL, &alone, evidence, why);
    if (e == ERR_OK)
        e = units_coefficients(learn, s->columns, s->options->from_nothing ? NULL : s->claims, &both, weighed, why);
    if (e != ERR_OK) return e;
    uint8_t *seen = memory_array(records, sizeof *seen);
    out->count = s->units.place_count;
    out->points = ARENA_ARRAY(s->arena, struct suggested_points, out->count);
    for (uint32_t i = 0; i < out->count; i++) {
        struct havers havers = havers_of(s, i, seen, records);
        bool rare = havers.records < SUGGEST_RECORDS_MIN || havers.expected < SUGGEST_EXPECTED_MIN;
        out->points[i] = (struct suggested_points){.place = s->units.places[i],
                                                   .now = points_at(s->score, s->units.places[i]),
                                                   .records = havers.records,
                                                   .log_odds = evidence[i],
                                                   .weighed = weighed[i].value,
                                                   .said = rare ? SAID_TOO_RARELY : SAID_SOMETHING};
    }
    memory_free(seen);
    return ERR_OK;
}

/* ---- All steps. ---- */

static void claim(struct suggesting *s)
{
    s->claims = ARENA_ARRAY(s->arena, double, (size_t)s->units.columns + 1);
    for (uint32_t c = 0; c < s->units.columns; c++) /* of a rollup, units are points */
        s->claims[c] = c < s->units.place_count ? points_at(s->score, s->units.places[c]) : 1;
    s->columns = s->units.columns + (s->options->from_nothing ? 0 : 1);
}

enum err suggest_points(const struct feature_source *source, const struct lifetime *lives,
                        const struct suggest_options *options, struct arena *arena, struct suggestion *out,
                        struct err_info *why)
{
    const struct score *score = source->set->scores[source->score];
    struct suggesting s = {.source = source, .options = options, .score = score, .arena = arena, .out = out};
    INVARIANT(score->object == source->object && options->draws >= 1 && options->threads >= 1);
    *out = (struct suggestion){0};
    rule_units_find(score, arena, &s.units);
    claim(&s);
    s.draft = score_copy(score, arena);
    enum err e =
        s.units.place_count > 0 ? ERR_OK : err_set(why, ERR_INVALID, "the score has no rule with points of its own");
    if (e == ERR_OK) e = choose_examples(&s, lives, why);
    if (e == ERR_OK) e = choose_penalty(&s, why);
    if (e == ERR_OK) e = suggest_choose_half_lives(&s, why);
    if (e == ERR_OK) join_parts(&s);
    if (e == ERR_OK) e = weigh(&s, why);
    if (e == ERR_OK && is_watch_over(options->watch)) e = err_set(why, ERR_UNAVAILABLE, STOPPED);
    if (e == ERR_OK) suggest_choose_points(&s);
    out->score = s.draft;
    definitions_with(source->set, source->score, s.draft, arena, &out->set);
    for (int part = 0; part < PART_COUNT; part++) table_release(&s.tables[part]);
    return e;
}
