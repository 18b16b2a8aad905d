/* test_logistic.c — the minimum is found, whatever the columns look like, and told in numbers that add up. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/logistic.h"

#include <math.h>
#include <string.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"
#include "predict/logit.h"

#define ROWS_MAX 600
#define COLUMNS_MAX 8

/* ---- Examples, whole and sparse. ---- */

struct table {
    uint32_t columns;
    uint64_t rows;
    float value[ROWS_MAX][COLUMNS_MAX];
    uint8_t happened[ROWS_MAX];
    double weight[ROWS_MAX];
    uint64_t start[ROWS_MAX + 1];
    uint32_t column[ROWS_MAX * COLUMNS_MAX];
    float entry[ROWS_MAX * COLUMNS_MAX];
};

static struct sparse sparse_of(struct table *table)
{
    uint64_t count = 0;
    for (uint64_t r = 0; r < table->rows; r++) {
        table->start[r] = count;
        for (uint32_t c = 0; c < table->columns; c++) {
            if (table->value[r][c] == 0) continue;
            table->column[count] = c;
            table->entry[count++] = table->value[r][c];
        }
    }
    table->start[table->rows] = count;
    return (struct sparse){table->rows, table->columns, table->start, table->column, table->entry};
}

/* Columns as they come: dense, rare, always the same, large numbers that differ little, two that say the same. */
static void fill_random(struct table *table, struct chance *chance, uint64_t rows)
{
    *table = (struct table){.columns = 7, .rows = rows};
    for (uint64_t r = 0; r < rows; r++) {
        float *value = table->value[r];
        value[0] = (float)(chance_unit(chance) * 10 - 5);
        value[1] = chance_below(chance, 20) == 0;
        value[2] = 3;
        value[3] = (float)(20000 + 30 * chance_unit(chance));
        value[4] = (float)chance_below(chance, 3);
        value[5] = value[4] * 2;
        value[6] = chance_below(chance, 3) == 0 ? (float)(100 * chance_unit(chance)) : 0;
        double margin =
            0.4 * (double)value[0] + 2 * (double)value[1] + 0.05 * ((double)value[3] - 20015) - 0.02 * (double)value[6];
        table->happened[r] = chance_unit(chance) < sigmoid(margin - 0.5);
        table->weight[r] = 0.5 + chance_below(chance, 3);
    }
}

static struct logistic fit(struct arena *arena, struct table *table, struct logistic_options options)
{
    struct sparse sparse = sparse_of(table);
    struct logistic model;
    struct err_info why = {0};
    CHECK_OK(logistic_fit(&sparse, table->happened, table->weight, &options, arena, &model, &why), why);
    return model;
}

/* ---- The plain definition. ---- */

static double margin_of(const struct table *table, const double *coefficient, double intercept, uint64_t row)
{
    double margin = intercept;
    for (uint32_t c = 0; c < table->columns; c++) margin += coefficient[c] * (double)table->value[row][c];
    return margin;
}

static double deviation_of(const struct table *table, uint32_t column)
{
    double weight = 0, mean = 0, squares = 0;
    for (uint64_t r = 0; r < table->rows; r++) weight += table->weight[r];
    for (uint64_t r = 0; r < table->rows; r++) mean += table->weight[r] * (double)table->value[r][column] / weight;
    for (uint64_t r = 0; r < table->rows; r++) {
        double off = (double)table->value[r][column] - mean;
        squares += table->weight[r] * off * off / weight;
    }
    return sqrt(squares);
}

/* How the penalised loss changes with each coefficient, in units of its column's deviation; last: the intercept. */
static void plain_gradient(const struct table *table, const struct logistic *model, double penalty, double *out)
{
    for (uint32_t c = 0; c <= table->columns; c++) out[c] = 0;
    for (uint64_t r = 0; r < table->rows; r++) {
        double error = sigmoid(margin_of(table, model->coefficient, model->intercept, r)) - table->happened[r];
        for (uint32_t c = 0; c < table->columns; c++) {
            if (model->deviation[c] == 0) continue;
            double off = (double)table->value[r][c] - model->mean[c]; /* the intercept is taken where all are mean */
            out[c] += table->weight[r] * error * off / model->deviation[c];
        }
        out[table->columns] += table->weight[r] * error;
    }
    for (uint32_t c = 0; c < table->columns; c++) out[c] += penalty * model->coefficient[c] * model->deviation[c];
}

TEST(at_the_minimum_no_coefficient_wants_to_move)
{
    static struct table table;
    struct chance chance = {harness_seed()};
    for (int round = 0; round < 20; round++) {
        AUTO_ARENA arena = arena_new();
        double gradient[COLUMNS_MAX + 1], penalty = pow(10, round % 5 - 2);
        fill_random(&table, &chance, 100 + chance_below(&chance, ROWS_MAX - 100));
        struct logistic model = fit(arena, &table, (struct logistic_options){.penalty = penalty, .threads = 2});
        plain_gradient(&table, &model, penalty, gradient);
        for (uint32_t c = 0; c <= table.columns; c++) CHECK_NEAR(gradient[c] / (double)table.rows, 0, 2e-7);
        for (uint32_t c = 0; c < table.columns; c++)
            CHECK_NEAR(model.deviation[c], deviation_of(&table, c), 1e-6 * (1 + model.deviation[c]));
        CHECK_NEAR(model.coefficient[2], 0, 0); /* always the same: says nothing */
        CHECK_NEAR(model.coefficient[4] * model.deviation[4], model.coefficient[5] * model.deviation[5], 1e-6);
        CHECK_TRUE(model.rounds < 20);
    }
}

/* scikit-learn 1.2.1, LogisticRegression(C=1/penalty, solver="newton-cholesky", tol=1e-10) on columns brought to weighted mean 0 and deviation 1,
 * told in the columns' own units. */
TEST(the_coefficients_are_those_of_scikit_learn)
{
    static const uint8_t did[] = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
    static const double weights[] = {1, 2, 1, .5, 1, 1, 3, 1, 2, 1, 1, .5, 1, 2, 1, 1};
    static const struct {
        double penalty, one, two, intercept;
    } row[] = {{1, -0.9714543656262599, 0.21074316150584507, 1.1444553865404687},
               {10, -0.3451621798678518, 0.06319463863670359, 0.41418187023322994},
               {0.1, -1.2453090763069623, 0.2879095120148692, 1.4564010917220152}};
    static struct table table = {.columns = 2, .rows = 16};
    for (uint64_t i = 0; i < 16; i++) {
        table.value[i][0] = (float)(i * 7 % 11) / 4;
        table.value[i][1] = (float)(i * 5 % 13) / 2 - 2;
        table.happened[i] = did[i];
        table.weight[i] = weights[i];
    }
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_ARENA arena = arena_new();
        struct logistic model = fit(arena, &table, (struct logistic_options){.penalty = row[i].penalty, .threads = 1});
        CHECK_NEAR(model.coefficient[0], row[i].one, 1e-6);
        CHECK_NEAR(model.coefficient[1], row[i].two, 1e-6);
        CHECK_NEAR(model.intercept, row[i].intercept, 1e-6);
    }
}

/* The slowest way downhill: small steps along the gradient, until nothing moves. */
/* scikit-learn 1.2.1, LogisticRegression(C=1/2, solver="newton-cg") of the columns as they are: 0 or 1. */
TEST(levels_are_pulled_to_zero_in_their_own_unit_the_harder_the_fewer_have_them)
{
    static const struct {
        uint64_t rows, came;
        float value[2];
    } groups[] = {{20, 12, {1, 0}}, {4, 4, {0, 1}}, {16, 4, {0, 0}}};
    static struct table table;
    static const bool is_level[] = {true, true};
    AUTO_ARENA arena = arena_new();
    struct logistic model;
    struct err_info why = {0};
    table = (struct table){.columns = 2};
    for (size_t g = 0; g < COUNT_OF(groups); g++)
        for (uint64_t i = 0; i < groups[g].rows; i++) {
            memcpy(table.value[table.rows], groups[g].value, sizeof groups[g].value);
            table.happened[table.rows++] = i < groups[g].came;
        }
    struct sparse rows = sparse_of(&table);
    struct logistic_options options = {.penalty = 2, .threads = 1, .is_level = is_level};
    CHECK_OK(logistic_fit(&rows, table.happened, NULL, &options, arena, &model, &why), why);
    CHECK_NEAR(model.coefficient[0], 0.53259568, 1e-6);
    CHECK_NEAR(model.coefficient[1], 0.78399985, 1e-6);
    CHECK_NEAR(model.intercept, -0.34508648, 1e-6);
}

TEST(stepping_downhill_in_small_steps_ends_at_the_same_place)
{
    static struct table table;
    AUTO_ARENA arena = arena_new();
    struct chance chance = {harness_seed() + 1};
    fill_random(&table, &chance, 200);
    struct logistic model = fit(arena, &table, (struct logistic_options){.penalty = 5, .threads = 1});
    struct logistic slow = model;
    double coefficient[COLUMNS_MAX] = {0}, gradient[COLUMNS_MAX + 1], middle = 0; /* the intercept where all are mean */
    slow.coefficient = coefficient;
    for (int step = 0; step < 20000; step++) {
        slow.intercept = middle;
        for (uint32_t c = 0; c < table.columns; c++) slow.intercept -= coefficient[c] * slow.mean[c];
        plain_gradient(&table, &slow, 5, gradient);
        for (uint32_t c = 0; c < table.columns; c++)
            if (slow.deviation[c] > 0) coefficient[c] -= 0.002 * gradient[c] / slow.deviation[c];
        middle -= 0.002 * gradient[table.columns];
    }
    for (uint32_t c = 0; c < table.columns; c++)
        CHECK_NEAR(coefficient[c] * slow.deviation[c], model.coefficient[c] * slow.deviation[c], 1e-6);
    for (uint64_t r = 0; r < table.rows; r++)
        CHECK_NEAR(margin_of(&table, coefficient, slow.intercept, r),
                   margin_of(&table, model.coefficient, model.intercept, r), 1e-5);
}

TEST(a_column_that_separates_perfectly_does_not_grow_without_end)
{
    static struct table table = {.columns = 1, .rows = 40};
    for (uint64_t r = 0; r < table.rows; r++) {
        table.value[r][0] = (float)r;
        table.happened[r] = r >= 20;
        table.weight[r] = 1;
    }
    AUTO_ARENA arena = arena_new();
    double before = 0;
    for (int power = 1; power > -10; power--) {
        double penalty = pow(10, power);
        struct logistic model = fit(arena, &table, (struct logistic_options){.penalty = penalty, .threads = 1});
        double gradient[2];
        plain_gradient(&table, &model, penalty, gradient);
        CHECK_TRUE(isfinite(model.coefficient[0]) && model.coefficient[0] > before);
        CHECK_NEAR(gradient[0], 0, 1e-5);
        CHECK_NEAR(gradient[1], 0, 1e-5);
        before = model.coefficient[0];
    }
}

/* ---- The same again. ---- */

TEST(the_number_of_threads_changes_no_bit_of_the_model)
{
    static struct table table;
    struct chance chance = {harness_seed() + 2};
    fill_random(&table, &chance, ROWS_MAX);
    AUTO_ARENA arena = arena_new();
    struct logistic one = fit(arena, &table, (struct logistic_options){.penalty = 1, .threads = 1, .covariance = true});
    for (unsigned threads = 2; threads < 6; threads++) {
        struct logistic other =
            fit(arena, &table, (struct logistic_options){.penalty = 1, .threads = threads, .covariance = true});
        for (uint32_t c = 0; c < table.columns; c++) CHECK_DOUBLE(other.coefficient[c], one.coefficient[c]);
        CHECK_DOUBLE(other.intercept, one.intercept);
        for (uint32_t i = 0; i < (table.columns + 1) * (table.columns + 1); i++)
            CHECK_DOUBLE(other.covariance[i], one.covariance[i]);
    }
}

TEST(a_weight_of_two_counts_as_two_examples)
{
    static struct table table, twice;
    struct chance chance = {harness_seed() + 3};
    fill_random(&table, &chance, 200);
    twice = (struct table){.columns = table.columns};
    for (uint64_t r = 0; r < table.rows; r++) {
        table.weight[r] = 1 + (double)(r % 2);
        for (uint64_t copy = 0; copy <= r % 2; copy++) {
            memcpy(twice.value[twice.rows], table.value[r], sizeof table.value[r]);
            twice.weight[twice.rows] = 1;
            twice.happened[twice.rows++] = table.happened[r];
        }
    }
    AUTO_ARENA arena = arena_new();
    struct logistic one = fit(arena, &table, (struct logistic_options){.penalty = 1, .threads = 1});
    struct logistic other = fit(arena, &twice, (struct logistic_options){.penalty = 1, .threads = 1});
    for (uint32_t c = 0; c < table.columns; c++)
        CHECK_NEAR(one.coefficient[c] * one.deviation[c], other.coefficient[c] * one.deviation[c], 1e-6);
}

TEST(an_example_without_weight_changes_no_bit_of_the_model)
{
    static struct table table, without;
    struct chance chance = {harness_seed() + 4};
    fill_random(&table, &chance, ROWS_MAX);
    without = (struct table){.columns = table.columns};
    for (uint64_t r = 0; r < table.rows; r++) {
        if (r % 3 == 0) {
            table.weight[r] = 0;
            continue;
        }
        memcpy(without.value[without.rows], table.value[r], sizeof table.value[r]);
        without.weight[without.rows] = table.weight[r];
        without.happened[without.rows++] = table.happened[r];
    }
    AUTO_ARENA arena = arena_new();
    struct logistic one = fit(arena, &table, (struct logistic_options){.penalty = 1, .threads = 2});
    struct logistic other = fit(arena, &without, (struct logistic_options){.penalty = 1, .threads = 2});
    for (uint32_t c = 0; c < table.columns; c++) CHECK_DOUBLE(one.coefficient[c], other.coefficient[c]);
    CHECK_DOUBLE(one.intercept, other.intercept);
}

/* ---- Reasons and doubt. ---- */

TEST(what_each_column_adds_sums_to_the_log_odds)
{
    static struct table table;
    struct chance chance = {harness_seed() + 4};
    fill_random(&table, &chance, 300);
    AUTO_ARENA arena = arena_new();
    struct logistic model = fit(arena, &table, (struct logistic_options){.penalty = 1, .threads = 1});
    struct sparse sparse = sparse_of(&table);
    for (uint64_t r = 0; r < table.rows; r++) {
        double base, part[COLUMNS_MAX];
        logistic_contributions(&model, &sparse, r, &base, part);
        double sum = base, margin = logistic_margin(&model, &sparse, r);
        for (uint32_t c = 0; c < table.columns; c++) sum += part[c];
        CHECK_NEAR(sum, margin, 1e-9);
        CHECK_NEAR(margin, margin_of(&table, model.coefficient, model.intercept, r), 1e-9);
        CHECK_NEAR(part[0], model.coefficient[0] * ((double)table.value[r][0] - model.mean[0]), 1e-12);
    }
}

/* Times the second derivatives in the columns' own units, it is the unit matrix. */
TEST(the_covariance_is_the_inverse_of_the_second_derivatives)
{
    static struct table table;
    struct chance chance = {harness_seed() + 5};
    fill_random(&table, &chance, 300);
    table.columns = 5;                                                    /* without the one that repeats another */
    for (uint64_t r = 0; r < table.rows; r++) table.value[r][3] -= 20000; /* which would drown the others here */
    AUTO_ARENA arena = arena_new();
    struct logistic model =
        fit(arena, &table, (struct logistic_options){.penalty = 2, .threads = 1, .covariance = true});
    double second[6][6] = {0};
    for (uint64_t r = 0; r < table.rows; r++) {
        double p = sigmoid(margin_of(&table, model.coefficient, model.intercept, r)), x[6] = {[5] = 1};
        for (int c = 0; c < 5; c++) x[c] = (double)table.value[r][c];
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < 6; k++) second[i][k] += table.weight[r] * p * (1 - p) * x[i] * x[k];
    }
    for (int c = 0; c < 5; c++) second[c][c] += 2 * model.deviation[c] * model.deviation[c];
    for (int i = 0; i < 6; i++) {
        if (i == 2) continue; /* always the same: left out */
        for (int k = 0; k < 6; k++) {
            double sum = 0;
            for (int m = 0; m < 6; m++) sum += second[i][m] * model.covariance[m * 6 + k];
            if (k != 2) CHECK_NEAR(sum, i == k, 1e-4);
            else CHECK_NEAR(sum, 0, 0);
        }
    }
}

/* Of a single rare column in 2 x 2 cells the standard error of the log-odds is known: sqrt(1/a + 1/b). */
TEST(the_doubt_of_a_rows_log_odds_is_the_textbooks)
{
    static struct table table = {.columns = 1, .rows = 500};
    for (uint64_t r = 0; r < table.rows; r++) {
        table.value[r][0] = r < 100;
        table.happened[r] = r < 100 ? r < 30 : r % 8 == 0; /* 30 of 100, 50 of 400 */
        table.weight[r] = 1;
    }
    AUTO_ARENA arena = arena_new();
    struct logistic model =
        fit(arena, &table, (struct logistic_options){.penalty = 1e-6, .threads = 1, .covariance = true});
    struct sparse sparse = sparse_of(&table);
    double scratch[2];
    CHECK_NEAR(logistic_margin(&model, &sparse, 0), log(30.0 / 70), 1e-5);
    CHECK_NEAR(logistic_margin(&model, &sparse, 400), log(50.0 / 350), 1e-5);
    CHECK_NEAR(logistic_margin_error(&model, &sparse, 0, scratch), sqrt(1.0 / 30 + 1.0 / 70), 1e-5);
    CHECK_NEAR(logistic_margin_error(&model, &sparse, 400, scratch), sqrt(1.0 / 50 + 1.0 / 350), 1e-5);
}

/* ---- Refusals. ---- */

static void check_refused(struct table *table, uint32_t columns, enum err code, const char *sentence)
{
    AUTO_ARENA arena = arena_new();
    struct sparse sparse = sparse_of(table);
    struct logistic model;
    struct err_info why = {0};
    if (columns > 0) sparse.columns = columns;
    struct logistic_options options = {.penalty = 1, .threads = 1};
    CHECK_INT(logistic_fit(&sparse, table->happened, table->weight, &options, arena, &model, &why), code);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
}

TEST(examples_that_nothing_can_be_learnt_from_are_refused_with_a_reason)
{
    static struct table table, good;
    struct chance chance = {harness_seed() + 6};
    fill_random(&good, &chance, 100);
    table = good;
    memset(table.happened, 0, sizeof table.happened);
    check_refused(&table, 0, ERR_INVALID, "all examples have one outcome");
    table = good;
    table.value[6][0] = INFINITY;
    check_refused(&table, 0, ERR_INVALID, "column 1 of example 7 is not a finite number");
    table.value[6][0] = 1e19F;
    check_refused(&table, 0, ERR_TOO_BIG, "column 1 of example 7 is over 1e+18");
    table = good;
    table.weight[3] = -1;
    check_refused(&table, 0, ERR_INVALID, "the weight of example 4 is not a number from 0 on");
    check_refused(&good, LOGISTIC_COLUMNS_MAX + 1, ERR_TOO_BIG, "2001 columns are more than the 2000");
    table = (struct table){.columns = 1};
    check_refused(&table, 0, ERR_INVALID, "all examples have one outcome");
}

static bool no(void *context)
{
    ++*(int *)context;
    return false;
}

TEST(training_can_be_given_up)
{
    static struct table table;
    struct chance chance = {harness_seed() + 7};
    fill_random(&table, &chance, 100);
    AUTO_ARENA arena = arena_new();
    struct sparse sparse = sparse_of(&table);
    struct logistic model;
    int asked = 0;
    struct logistic_options options = {.penalty = 1, .threads = 1, .go_on = no, .go_on_context = &asked};
    CHECK_INT(logistic_fit(&sparse, table.happened, NULL, &options, arena, &model, NULL), ERR_UNAVAILABLE);
    CHECK_INT(asked, 1);
}
