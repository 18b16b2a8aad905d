/* candidate.c — a regression or trees: fitted to a table, asked about rows. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/candidate.h"

#include <math.h>

#define ROWS_AT_ONCE 65536
#define SMALL_COUNTS 256
#define ROWS_FOR_THREADS 20000 /* below, threads of trees wait for each other more than they work */

/* The question of learning, put to somebody who asks without telling how much is done. */
static bool go_on(void *context)
{
    const struct learning_options *options = context;
    return options->go_on == NULL || options->go_on(options->go_on_context, 0.5);
}

static enum err fit_logistic(struct candidate *candidate, const struct table *table,
                             const struct learning_options *options, struct arena *arena, struct err_info *why)
{
    struct encoded encoded;
    struct logistic_options how = {.penalty = candidate->penalty,
                                   .threads = options->threads,
                                   .go_on = go_on,
                                   .go_on_context = (void *)(uintptr_t)options};
    encoding_choose(table->kinds, table->columns, table->value, table->weight, table->rows, arena,
                    &candidate->encoding);
    bool *is_level = memory_array(candidate->encoding.count, sizeof *is_level);
    for (uint32_t c = 0; c < candidate->encoding.count; c++)
        is_level[c] = table->kinds[candidate->encoding.columns[c].feature] == COLUMN_LEVEL;
    how.is_level = is_level;
    encoding_apply(&candidate->encoding, table->value, table->columns, table->rows, &encoded);
    enum err err =
        logistic_fit(&encoded.sparse, table->happened, table->weight, &how, arena, &candidate->logistic, why);
    encoded_release(&encoded);
    memory_free(is_level);
    return err;
}

static struct boost_set set_of(const struct table *table)
{
    return (struct boost_set){table->rows, table->value, table->happened, table->weight};
}

static enum err fit_trees(struct candidate *candidate, const struct table *table, const struct table *watched,
                          const struct learning_options *options, struct err_info *why)
{
    struct boost_options how = BOOST_DEFAULT;
    struct boost_set learn = set_of(table), watch = watched != NULL ? set_of(watched) : (struct boost_set){0};
    how.depth = candidate->depth;
    how.seed = (uint32_t)options->seed;
    if (table->rows >= ROWS_FOR_THREADS)
        how.threads = options->threads < BOOST_THREADS_MAX ? options->threads : BOOST_THREADS_MAX;
    how.go_on = options->go_on;
    how.go_on_context = options->go_on_context;
    if (candidate->learning_rate > 0) { /* smaller steps take longer to show that they lead nowhere */
        how.patience = (uint32_t)(how.patience * how.learning_rate / candidate->learning_rate);
        how.learning_rate = candidate->learning_rate;
    }
    if (watched == NULL) how.rounds_max = candidate->rounds;
    enum err err = boost_train(&learn, &watch, table->columns, &how, &candidate->boost, why);
    if (err == ERR_OK) candidate->rounds = boost_rounds(candidate->boost);
    return err;
}

/* Weights that fade with age; `out` [rows]. */
static void fade(const struct table *table, int64_t half_life_ms, double *out)
{
    int64_t latest_ms = table->rows > 0 ? table->at_ms[table->rows - 1] : 0;
    for (uint64_t r = 0; r < table->rows; r++)
        out[r] = table->weight[r] * exp2(-(double)(latest_ms - table->at_ms[r]) / (double)half_life_ms);
}

enum err candidate_fit(struct candidate *candidate, const struct table *table, const struct table *watched,
                       const struct learning_options *options, struct arena *arena, struct err_info *why)
{
    struct table faded = *table;
    double *weight = NULL;
    if (candidate->half_life_ms > 0) {
        faded.weight = weight = memory_array(table->rows, sizeof *weight);
        fade(table, candidate->half_life_ms, weight);
    }
    enum err err = candidate->kind == MODEL_TREES ? fit_trees(candidate, &faded, watched, options, why)
                                                  : fit_logistic(candidate, &faded, options, arena, why);
    memory_free(weight);
    return err;
}

/* Logarithms of small counts, which most numbers are. */
struct small_logs {
    double of[SMALL_COUNTS];
};

static void small_logs_init(struct small_logs *logs)
{
    static const struct encoded_column count = {.how = ENCODE_LOG, .low = 0, .high = SMALL_COUNTS};
    for (int n = 0; n < SMALL_COUNTS; n++) logs->of[n] = (double)(float)encoding_number(&count, n);
}

/* The log-odds of a row: those of logistic_margin after encoding_apply, without writing anything down. */
static double logistic_row(const struct candidate *candidate, const struct small_logs *logs, const float *value)
{
    const struct logistic *logistic = &candidate->logistic;
    double margin = logistic->intercept;
    for (uint32_t c = 0; c < candidate->encoding.count; c++) {
        const struct encoded_column *column = &candidate->encoding.columns[c];
        double number = (double)value[column->feature];
        if (column->how == ENCODE_LOG && number >= column->low && number <= column->high && number >= 0 &&
            number < SMALL_COUNTS && number == (double)(int)number)
            margin += logistic->coefficient[c] * logs->of[(int)number];
        else margin += logistic->coefficient[c] * (double)(float)encoding_number(column, number);
    }
    return margin;
}

static enum err some_margins(const struct candidate *candidate, const float *value, uint32_t columns, uint64_t rows,
                             double *out, struct err_info *why)
{
    if (candidate->kind == MODEL_LOGISTIC) {
        struct small_logs logs;
        small_logs_init(&logs);
        for (uint64_t r = 0; r < rows; r++) out[r] = logistic_row(candidate, &logs, value + r * columns);
        return ERR_OK;
    }
    float *margins = memory_array(rows, sizeof *margins);
    enum err err = boost_margins(candidate->boost, value, rows, margins, why);
    for (uint64_t r = 0; r < rows && err == ERR_OK; r++) out[r] = (double)margins[r];
    memory_free(margins);
    return err;
}

enum err candidate_margins(const struct candidate *candidate, const float *value, uint32_t columns, uint64_t rows,
                           double *out, struct err_info *why)
{
    enum err err = ERR_OK;
    for (uint64_t first = 0; first < rows && err == ERR_OK; first += ROWS_AT_ONCE) {
        uint64_t some = rows - first < ROWS_AT_ONCE ? rows - first : ROWS_AT_ONCE;
        err = some_margins(candidate, value + first * columns, columns, some, out + first, why);
    }
    return err;
}

/* ---- Reasons. ---- */

static void logistic_reasons(const struct candidate *candidate, const float *value, uint32_t columns, double *base,
                             double *out)
{
    struct encoded encoded;
    double *parts = memory_array(candidate->encoding.count, sizeof *parts);
    encoding_apply(&candidate->encoding, value, columns, 1, &encoded);
    logistic_contributions(&candidate->logistic, &encoded.sparse, 0, base, parts);
    for (uint32_t f = 0; f < columns; f++) out[f] = 0;
    for (uint32_t c = 0; c < candidate->encoding.count; c++) out[candidate->encoding.columns[c].feature] += parts[c];
    encoded_release(&encoded);
    memory_free(parts);
}

static enum err tree_reasons(const struct candidate *candidate, const float *value, uint32_t columns, double *base,
                             double *out, struct err_info *why)
{
    float *parts = memory_array((size_t)columns + 1, sizeof *parts);
    enum err err = boost_contributions(candidate->boost, value, 1, parts, why);
    for (uint32_t f = 0; f < columns; f++) out[f] = (double)parts[f];
    *base = (double)parts[columns];
    memory_free(parts);
    return err;
}

enum err candidate_reasons(const struct candidate *candidate, const float *value, uint32_t columns, double *base,
                           double *out, struct err_info *why)
{
    if (candidate->kind == MODEL_TREES) return tree_reasons(candidate, value, columns, base, out, why);
    logistic_reasons(candidate, value, columns, base, out);
    return ERR_OK;
}
