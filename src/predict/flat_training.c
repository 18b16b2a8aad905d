/* flat_training.c — see flat_training.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_training.h"

#include <stdlib.h>

#include "base/chance.h"
#include "predict/cross_fit.h"
#include "predict/flat_outcome.h"

#define BLOCKS_OF_MANY 2 /* of more rows than... */
#define MANY_ROWS 50000
#define BLOCKS 5                    /* a training is cross-fitted with */
#define INNER_SEED UINT64_C(0x5eed) /* so that blocks are not dealt as folds are */

const char *flat_without_words(enum flat_without why)
{
    static const char *const words[FLAT_WITHOUT_COUNT] = {
        "has no values",
        "always says the same",
        "says something else of nearly everybody",
        "only rises with the time",
        "looks like a leak",
        "is protected by law",
    };
    return words[why];
}

struct training {
    const struct flat *flat;
    const struct flat_training_options *options;
    struct arena *arena;
    struct flat_trained *out;
    struct flat_roles roles;
    uint32_t *row; /* rows of the table that are learnt from or judged, in order */
    uint8_t *happened;
    uint32_t rows;
    uint32_t learnt;      /* in time: the first so many; else all */
    uint32_t part, parts; /* of the progress */
};

/* ---- Rows. ---- */

struct dated_row {
    int64_t at_ms;
    uint32_t row;
};

static int by_time(const void *a, const void *b)
{
    const struct dated_row *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void choose_rows(struct training *t)
{
    const struct flat_roles *roles = &t->roles;
    struct dated_row *dated = memory_array(t->flat->rows, sizeof *dated);
    for (uint32_t r = 0; r < t->flat->rows; r++) {
        int64_t at_ms = roles->time_ms != NULL ? roles->time_ms[r] : 0;
        t->out->without_outcome += roles->came[r] < 0;
        t->out->without_time += roles->came[r] >= 0 && at_ms == FLAT_NO_TIME;
        if (roles->came[r] >= 0 && at_ms != FLAT_NO_TIME) dated[t->rows++] = (struct dated_row){at_ms, r};
    }
    qsort(dated, t->rows, sizeof *dated, by_time);
    t->row = ARENA_ARRAY(t->arena, uint32_t, t->rows);
    t->happened = ARENA_ARRAY(t->arena, uint8_t, t->rows);
    t->learnt = t->options->in_time ? (uint32_t)((uint64_t)t->rows * (FLAT_LEARNT_OF - 1) / FLAT_LEARNT_OF) : t->rows;
    for (uint32_t i = 0; i < t->rows; i++) {
        t->row[i] = dated[i].row;
        t->happened[i] = (uint8_t)roles->came[dated[i].row];
        t->out->positives += t->happened[i];
    }
    t->out->rows = t->rows;
    if (roles->time_ms != NULL && t->rows > 0) {
        t->out->begins_ms = dated[0].at_ms;
        t->out->test_begins_ms = dated[t->learnt < t->rows ? t->learnt : 0].at_ms;
        t->out->ends_ms = dated[t->rows - 1].at_ms;
    }
    memory_free(dated);
}

static struct side_count count(const uint8_t *happened, uint32_t rows)
{
    struct side_count side = {.examples = rows, .records = rows};
    for (uint32_t r = 0; r < rows; r++) side.positives += happened[r];
    return side;
}

struct draw {
    uint64_t key;
    uint32_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

void flat_deal(const uint8_t *happened, uint32_t rows, uint32_t folds, uint64_t seed, uint8_t *fold)
{
    struct draw *draws = memory_array(rows, sizeof *draws);
    uint32_t dealt = 0;
    for (int came = 0; came < 2; came++) {
        uint32_t drawn = 0;
        for (uint32_t r = 0; r < rows; r++) {
            struct chance chance = chance_of(seed, r);
            if (happened[r] == came) draws[drawn++] = (struct draw){chance_bits(&chance), r};
        }
        qsort(draws, drawn, sizeof *draws, by_key);
        for (uint32_t d = 0; d < drawn; d++) fold[draws[d].row] = (uint8_t)(dealt++ % folds);
    }
    memory_free(draws);
}

/* ---- Learning from some rows, and asking about others. ---- */

static bool go_on(void *context, double done)
{
    const struct training *t = context;
    const struct learning_options *learning = &t->options->learning;
    return learning->go_on == NULL || learning->go_on(learning->go_on_context, (t->part + done) / t->parts);
}

struct attempt {
    struct learned learned;
    struct flat_plan plan;
    enum flat_left_out *why_not; /* [column_count] */
};

static void fill_table(const struct training *t, const struct attempt *a, const uint32_t *row, const uint8_t *happened,
                       uint32_t rows, enum column_kind *kinds, struct table *table)
{
    uint32_t *inputs = memory_array(a->plan.input_count, sizeof *inputs), time;
    struct err_info why = {0};
    for (uint32_t f = 0; f < a->plan.count; f++) kinds[f] = flat_column_kind(a->plan.features[f].kind);
    table_init(table, rows, a->plan.count, kinds);
    INVARIANT(flat_plan_bind(&a->plan, t->flat, inputs, &time, &why) == ERR_OK);
    flat_rows_compute(&a->plan, t->flat, inputs, t->roles.time_ms, row, rows, table->value);
    for (uint32_t r = 0; r < rows; r++) {
        table->happened[r] = happened[r];
        table->weight[r] = 1;
        table->record[r] = row[r];
        table->at_ms[r] = t->roles.time_ms != NULL ? t->roles.time_ms[row[r]] : 0;
    }
    memory_free(inputs);
}

/* `row` and `happened` [rows] in order. */
static enum err learn_from(struct training *t, const uint32_t *row, const uint8_t *happened, uint32_t rows,
                           struct arena *arena, struct attempt *a, struct err_info *why)
{
    struct learning_options learning = t->options->learning;
    struct table table;
    learning.go_on = go_on;
    learning.go_on_context = t;
    *a = (struct attempt){.why_not = ARENA_ARRAY(arena, enum flat_left_out, t->flat->column_count)};
    flat_plan_choose(t->flat, t->roles.looked_at, row, rows, t->roles.time, t->roles.time_ms, arena, &a->plan,
                     a->why_not);
    if (a->plan.count == 0)
        return err_set(why, ERR_INVALID,
                       "no column is left to learn from: what they say is the same of all rows, "
                       "different of each, or not to be used");
    if ((uint64_t)rows * a->plan.count > BOOST_CELLS_MAX)
        return err_set(why, ERR_TOO_BIG, "%u rows of %u features are more than %llu numbers", rows, a->plan.count,
                       (unsigned long long)BOOST_CELLS_MAX);
    enum column_kind *kinds = ARENA_ARRAY(arena, enum column_kind, a->plan.count);
    uint8_t *block = memory_array(rows, sizeof *block);
    uint32_t blocks = rows > MANY_ROWS ? BLOCKS_OF_MANY : BLOCKS;
    fill_table(t, a, row, happened, rows, kinds, &table);
    flat_deal(happened, rows, blocks, t->options->learning.seed ^ INNER_SEED, block);
    for (uint32_t r = 0; r < rows && t->options->in_time; r++) block[r] = (uint8_t)((uint64_t)r * blocks / rows);
    a->learned.sides[SIDE_TRAIN] = count(happened, rows);
    enum err err = learn_crossed(&table, &(struct crossing){block, blocks, t->options->in_time}, &learning, arena,
                                 &a->learned, why);
    memory_free(block);
    table_release(&table);
    t->part++;
    return err;
}

static enum err ask(const struct training *t, const struct attempt *a, const uint32_t *row, uint32_t rows, double *out,
                    struct err_info *why)
{
    uint32_t *inputs = memory_array(a->plan.input_count, sizeof *inputs), time;
    float *value = memory_array((size_t)rows * a->plan.count, sizeof *value);
    enum err err = flat_plan_bind(&a->plan, t->flat, inputs, &time, why);
    if (err == ERR_OK) {
        flat_rows_compute(&a->plan, t->flat, inputs, t->roles.time_ms, row, rows, value);
        err = learned_probabilities(&a->learned, value, rows, out, why);
    }
    memory_free(value);
    memory_free(inputs);
    return err;
}

/* ---- Figures. ---- */

static enum err forecast_later(struct training *t, double *probability, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct attempt a;
    enum err err = learn_from(t, t->row, t->happened, t->learnt, arena, &a, why);
    if (err == ERR_OK) err = ask(t, &a, t->row + t->learnt, t->rows - t->learnt, probability, why);
    learned_release(&a.learned);
    return err;
}

static enum err forecast_fold(struct training *t, const uint8_t *fold, uint8_t which, double *probability,
                              struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct attempt a;
    uint32_t *row = ARENA_ARRAY(arena, uint32_t, t->rows), *asked = ARENA_ARRAY(arena, uint32_t, t->rows);
    uint8_t *happened = ARENA_ARRAY(arena, uint8_t, t->rows);
    double *answer = ARENA_ARRAY(arena, double, t->rows);
    uint32_t rows = 0, asked_rows = 0;
    for (uint32_t r = 0; r < t->rows; r++) {
        if (fold[r] == which) {
            asked[asked_rows++] = t->row[r];
        } else {
            row[rows] = t->row[r];
            happened[rows++] = t->happened[r];
        }
    }
    enum err err = learn_from(t, row, happened, rows, arena, &a, why);
    if (err == ERR_OK) err = ask(t, &a, asked, asked_rows, answer, why);
    for (uint32_t r = 0, i = 0; r < t->rows && err == ERR_OK; r++)
        if (fold[r] == which) probability[r] = answer[i++];
    learned_release(&a.learned);
    return err;
}

static enum err forecast_folds(struct training *t, double *probability, struct err_info *why)
{
    enum err err = ERR_OK;
    uint8_t *fold = memory_array(t->rows, sizeof *fold);
    flat_deal(t->happened, t->rows, t->options->folds, t->options->learning.seed, fold);
    for (uint8_t f = 0; f < t->options->folds && err == ERR_OK; f++) err = forecast_fold(t, fold, f, probability, why);
    memory_free(fold);
    return err;
}

/* Forecasts of the rows that are judged, and the model of all rows with the figures of those. */
static enum err learn_and_judge(struct training *t, struct err_info *why)
{
    struct flat_trained *out = t->out;
    struct attempt a;
    uint32_t first = t->learnt < t->rows ? t->learnt : 0, judged = t->rows - first;
    double *probability = memory_array(judged, sizeof *probability);
    struct side_count sides[SIDE_COUNT];
    for (int s = 0; s < SIDE_COUNT; s++) sides[s] = out->learned.sides[s];
    enum err err = t->options->in_time ? forecast_later(t, probability, why) : forecast_folds(t, probability, why);
    if (err == ERR_OK) err = learn_from(t, t->row, t->happened, t->rows, t->arena, &a, why);
    if (err == ERR_OK) {
        struct prediction forecast = {judged, probability, t->happened + first, NULL, NULL};
        out->learned = a.learned;
        out->plan = a.plan;
        for (int s = 0; s < SIDE_COUNT; s++) out->learned.sides[s] = sides[s];
        learned_judge(&forecast, (double)sides[SIDE_TRAIN].positives / (double)sides[SIDE_TRAIN].examples,
                      &t->options->learning, &out->learned);
        priority_cuts_find(probability, judged, &out->cuts);
        static const enum flat_without without[] = {[FLAT_NO_VALUE] = FLAT_WITHOUT_VALUE,
                                                    [FLAT_CONSTANT] = FLAT_WITHOUT_VARIETY,
                                                    [FLAT_EACH_ANOTHER] = FLAT_WITHOUT_REPEAT,
                                                    [FLAT_TELLS_TIME] = FLAT_IS_CLOCK};
        for (uint32_t c = 0; c < t->flat->column_count; c++)
            if (t->roles.looked_at[c] && a.why_not[c] != FLAT_USED)
                out->left_out[out->left_out_count++] =
                    (struct flat_column_left_out){arena_str(t->arena, t->flat->columns[c].name), without[a.why_not[c]]};
    }
    memory_free(probability);
    return err;
}

/* ---- All steps. ---- */

static void leave_out(struct training *t, const bool *columns, enum flat_without why)
{
    struct flat_trained *out = t->out;
    for (uint32_t c = 0; c < t->flat->column_count; c++)
        if (columns[c])
            out->left_out[out->left_out_count++] =
                (struct flat_column_left_out){arena_str(t->arena, t->flat->columns[c].name), why};
}

static void guard_against_leaks(struct training *t)
{
    bool *leaky = memory_array(t->flat->column_count, sizeof *leaky);
    flat_leaks_find(t->flat, t->roles.looked_at, t->row, t->happened, t->learnt, t->arena, &t->out->leaks, leaky);
    if (!t->options->keep_leaks) {
        leave_out(t, leaky, FLAT_IS_LEAK);
        for (uint32_t c = 0; c < t->flat->column_count; c++) t->roles.looked_at[c] &= !leaky[c];
    }
    memory_free(leaky);
}

static void tell_story(struct training *t)
{
    struct flat_trained *out = t->out;
    out->outcome = arena_str(t->arena, t->options->outcome);
    out->positive = t->roles.positive;
    if (t->roles.id != FLAT_NONE) out->id = arena_str(t->arena, t->flat->columns[t->roles.id].name);
    out->empty_count = (uint32_t)t->flat->empty_count;
    out->empty = ARENA_ARRAY(t->arena, struct str, out->empty_count);
    for (uint32_t i = 0; i < out->empty_count; i++) out->empty[i] = arena_str(t->arena, t->flat->empty[i]);
    out->left_out = ARENA_ARRAY(t->arena, struct flat_column_left_out, 2 * (size_t)t->flat->column_count);
    leave_out(t, t->roles.is_protected, FLAT_IS_PROTECTED);
}

enum err flat_train(const struct flat *flat, const struct flat_training_options *options, struct arena *arena,
                    struct flat_trained *out, struct err_info *why)
{
    struct training t = {.flat = flat, .options = options, .arena = arena, .out = out};
    *out = (struct flat_trained){.in_time = options->in_time, .folds = options->folds, .seed = options->learning.seed};
    enum err err = flat_roles_find(flat, options, arena, &t.roles, why);
    if (err != ERR_OK) return err;
    tell_story(&t);
    choose_rows(&t);
    t.parts = (options->in_time ? 1 : options->folds) + 1;
    out->learned.sides[SIDE_TRAIN] = count(t.happened, t.learnt);
    out->learned.sides[SIDE_TEST] =
        options->in_time ? count(t.happened + t.learnt, t.rows - t.learnt) : out->learned.sides[SIDE_TRAIN];
    if (!learning_has_enough(&out->learned)) return ERR_OK;
    guard_against_leaks(&t);
    err = learn_and_judge(&t, why);
    if (err != ERR_OK) flat_trained_release(out);
    return err;
}

void flat_trained_release(struct flat_trained *trained)
{
    learned_release(&trained->learned);
}
