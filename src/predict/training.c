/* training.c — the steps from a history to tables, and what is learnt from them; see training.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/training.h"

#include <inttypes.h>
#include <stdlib.h>

#include "predict/rules_print.h"
#include "predict/thinning.h"
#include "predict/training_report.h"

/* ---- Tables. ---- */

struct training {
    const struct feature_source *source;
    const struct training_options *options;
    struct arena *arena;
    struct trained *out;
    const struct lifetime *lives;
    struct examples examples;
    uint8_t *sides;
    struct table tables[SIDE_COUNT];
    uint64_t rows_read, rows_all; /* of all sides: done, and in the end */
};

#define READING 0.25 /* of all that training does, about: the facts of the examples */

static void on_reading(void *context, const char *phase, uint64_t done, uint64_t all)
{
    const struct training *t = context;
    const struct training_options *options = t->options;
    double share = (double)(t->rows_read + done) / (double)t->rows_all;
    (void)phase, (void)all;
    if (options->go_on != NULL) /* what it answers, it answers again when learning begins */
        (void)options->go_on(options->go_on_context, READING * (share < 1 ? share : 1));
}

static bool on_learning(void *context, double done)
{
    const struct training *t = context;
    return t->options->go_on == NULL || t->options->go_on(t->options->go_on_context, READING + (1 - READING) * done);
}

static void count_sides(struct training *t)
{
    for (uint64_t i = 0; i < t->examples.count; i++) {
        const struct training_example *example = &t->examples.at[i];
        struct side_count *side = &t->out->learned.sides[t->sides[i]];
        side->examples++;
        side->positives += example->happened;
        side->records += i == 0 || example[-1].record != example->record || t->sides[i - 1] != t->sides[i];
    }
}

static int by_time(const void *a, const void *b)
{
    const struct training_example *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

/* Examples of a side in order of time, thinned to `most`; how many. */
static uint64_t choose_rows(const struct training *t, enum example_side side, uint64_t most,
                            struct training_example *chosen)
{
    const struct side_count *count = &t->out->learned.sides[side];
    struct thinning thinning;
    uint64_t rows = 0, kept = 0;
    for (uint64_t i = 0; i < t->examples.count; i++)
        if (t->sides[i] == side) chosen[rows++] = t->examples.at[i];
    qsort(chosen, rows, sizeof *chosen, by_time);
    if (rows <= most) return rows;
    thinning_init(&thinning, rows - count->positives, count->positives, most);
    for (uint64_t r = 0; r < rows; r++) {
        struct training_example example = chosen[r];
        if (!thinning_keeps(&thinning, example.happened)) continue;
        example.weight *= thinning_weight(&thinning, example.happened);
        chosen[kept++] = example;
    }
    return kept;
}

static void fill_table(struct training *t, enum example_side side, uint64_t most, struct table *table)
{
    struct training_example *chosen = memory_array(t->out->learned.sides[side].examples, sizeof *chosen);
    uint64_t rows = choose_rows(t, side, most, chosen);
    table_init(table, rows, t->out->plan.count, NULL);
    const struct watch watch = {.stop = t->options->stop, .progress = on_reading, .context = t};
    features_compute(&t->out->plan, t->source, chosen, rows, t->options->threads, &watch, table->value);
    t->rows_read += rows;
    for (uint64_t r = 0; r < rows; r++) {
        table->happened[r] = chosen[r].happened;
        table->weight[r] = chosen[r].weight;
        table->record[r] = chosen[r].record;
        table->at_ms[r] = chosen[r].at_ms;
    }
    t->out->memory.kept += rows;
    memory_free(chosen);
}

/* Bytes of an example: its numbers, and of those that are not 0 a column and a value, plain and brought to scale. Mostly half
 * of them are. */
static uint64_t bytes_of_row(const struct feature_plan *plan)
{
    return (uint64_t)plan->count * (sizeof(float) + 2 * (sizeof(uint32_t) + sizeof(float)) / 2) + 64;
}

static void fill_tables(struct training *t)
{
    struct training_memory *memory = &t->out->memory;
    feature_plan_choose(t->source, &t->examples, t->sides, t->arena, &t->out->plan);
    uint64_t limit = t->options->memory_bytes > 0 ? t->options->memory_bytes : TRAINING_BYTES;
    uint64_t row_bytes = bytes_of_row(&t->out->plan), room = limit / row_bytes;
    memory->examples = t->examples.count - t->out->learned.sides[SIDE_NONE].examples;
    if (room < TRAINING_ROWS_MIN) room = TRAINING_ROWS_MIN;
    t->rows_all = memory->examples < room ? memory->examples : room;
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        double share = (double)t->out->learned.sides[side].examples / (double)memory->examples;
        uint64_t most = (uint64_t)(share * (double)room);
        fill_table(t, side, most > 2 ? most : 2, &t->tables[side]);
    }
    memory->bytes = memory->kept * row_bytes;
}

/* Close the gaps that dropped features leave in each row. */
static void drop_columns(struct table *table, const bool *dropped)
{
    uint64_t to = 0, all = table->rows * table->columns;
    uint32_t left = 0;
    for (uint64_t from = 0; from < all; from++)
        if (!dropped[from % table->columns]) table->value[to++] = table->value[from];
    for (uint32_t f = 0; f < table->columns; f++) left += !dropped[f];
    table->columns = left;
}

static void guard_against_leaks(struct training *t)
{
    const struct table *train = &t->tables[SIDE_TRAIN];
    struct feature_plan *plan = &t->out->plan;
    struct leaks *leaks = &t->out->leaks;
    struct leak_rows rows = {train->rows, train->value, train->happened, train->weight, train->record};
    leaks_find(plan, t->source, t->lives, &rows, t->arena, leaks);
    if (t->options->keep_leaks) return;
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++)
        drop_columns(&t->tables[side], leaks->features);
    uint32_t left = 0;
    for (uint32_t f = 0; f < plan->count; f++)
        if (!leaks->features[f]) plan->features[left++] = plan->features[f];
    plan->count = left;
}

/* The kinds of the columns that are left. */
static void tell_kinds(struct training *t)
{
    const struct feature_plan *plan = &t->out->plan;
    enum column_kind *kinds = ARENA_ARRAY(t->arena, enum column_kind, plan->count);
    for (uint32_t f = 0; f < plan->count; f++) kinds[f] = feature_column_kind(plan->features[f].kind);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) t->tables[side].kinds = kinds;
}

static void release(struct training *t)
{
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) table_release(&t->tables[side]);
    memory_free(t->sides);
    examples_release(&t->examples);
}

/* ---- All steps. ---- */

static enum err given_up(struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "training was given up");
}

static enum err learn_from_tables(struct training *t, struct err_info *why)
{
    const struct training_options *options = t->options;
    const struct learning_options how = {.without_trees = options->without_trees,
                                         .without_logistic = options->without_logistic,
                                         .seed = options->seed,
                                         .threads = options->threads,
                                         .bootstrap_draws = options->bootstrap_draws,
                                         .go_on = on_learning,
                                         .go_on_context = t,
                                         .stop = options->stop};
    fill_tables(t);
    if (is_stopped(options->stop)) return given_up(why);
    guard_against_leaks(t);
    tell_kinds(t);
    enum err err = learn(t->tables, &how, t->arena, &t->out->learned, why);
    if (err == ERR_OK) err = training_report(t->source, t->tables, options, t->arena, t->out, why);
    return err == ERR_OK && is_stopped(options->stop) ? given_up(why) : err;
}

static int64_t first_instant(const struct examples *examples, int64_t before_ms)
{
    int64_t first_ms = before_ms;
    for (uint64_t i = 0; i < examples->count; i++)
        if (examples->at[i].at_ms < first_ms) first_ms = examples->at[i].at_ms;
    return first_ms;
}

enum err train_model(const struct feature_source *source, const struct lifetime *lives,
                     const struct training_options *options, struct arena *arena, struct trained *out,
                     struct err_info *why)
{
    struct training t = {.source = source, .options = options, .arena = arena, .out = out, .lives = lives};
    struct split_options split = options->split;
    split.horizon_ms = options->examples.horizon_ms;
    *out = (struct trained){.outcome = arena_str(arena, options->outcome),
                            .object = source->object,
                            .horizon_ms = split.horizon_ms,
                            .ends_ms = options->examples.end_ms,
                            .seed = options->seed};
    if (source->scan != NULL) out->rules_print = rules_print(source->set, source->score);
    examples_choose(source->history, source->object, lives, &options->examples, &t.examples);
    out->begins_ms = first_instant(&t.examples, out->ends_ms);
    t.sides = memory_array(t.examples.count, sizeof *t.sides);
    examples_split(source->history, source->object, &t.examples, &split, t.sides, &out->test_begins_ms);
    count_sides(&t);
    enum err err = learning_has_enough(&out->learned) ? learn_from_tables(&t, why) : ERR_OK;
    if (err != ERR_OK) trained_release(out);
    release(&t);
    return err;
}

void trained_release(struct trained *trained)
{
    learned_release(&trained->learned);
}
