/* boost.c — see boost.h.
 *
 * A saved model is a head (magic, checksum of the rest) and XGBoost's own UBJSON. What
 * XGBoost hands out is its own until its next call, so it is copied at once; a lock on the
 * model keeps that next call away.
 *
 * Whoever asks is answered on his own thread: OpenMP's threads wait for each other by spinning, which on a
 * busy machine has taken ten times as long as the work. Where they grow trees they spin for about a tenth of a
 * millisecond and then sleep: a step is mostly over by then, and if not, the one that is waited for has no core. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/boost.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "predict/logit.h"
#include "predict/xgboost_library.h"

#define MAGIC STR("plumb trees 1\n")
#define HEAD_BYTES (MAGIC.len + sizeof(uint64_t))
#define HASH_SEED 0
#define ROWS_AT_ONCE 65536 /* a copy of so many is handed over at a time when asking */

struct boost {
    const struct xgboost_library *xgboost;
    BoosterHandle handle;
    pthread_mutex_t lock;
    uint32_t columns, rounds;
};

/* ---- Errors. ---- */

/* XGBoost's last error of this thread, without the place in its sources: "[10:00:00] ./src/x.cc:12: Check failed: ...". */
static enum err fail(const struct xgboost_library *xgboost, struct err_info *why)
{
    struct str rest = str_from_c(xgboost->XGBGetLastError()), line = str_cut(&rest, '\n');
    for (size_t i = 0; i + 6 < line.len; i++)
        if (memcmp(line.at + i, ".cc:", 4) == 0 || memcmp(line.at + i, ".h:", 3) == 0) {
            str_cut(&line, ':'), str_cut(&line, ':'); /* the time has two */
            str_cut(&line, ':'), str_cut(&line, ':'); /* file, line */
            break;
        }
    line = str_trim(line);
    return err_set(why, ERR_INTERNAL, "XGBoost refuses: " STR_FMT, STR_ARG(line));
}

/* ---- Matrices. ---- */

static enum err check_set(const float *value, uint64_t rows, uint32_t columns, struct err_info *why)
{
    if (columns == 0 || columns > BOOST_COLUMNS_MAX)
        return err_set(why, columns == 0 ? ERR_INVALID : ERR_TOO_BIG, "%" PRIu32 " columns are not 1 to %d", columns,
                       BOOST_COLUMNS_MAX);
    if (rows > BOOST_CELLS_MAX / columns)
        return err_set(why, ERR_TOO_BIG,
                       "%" PRIu64 " examples of %" PRIu32 " columns are more than %" PRIu64 " numbers", rows, columns,
                       BOOST_CELLS_MAX);
    for (uint64_t i = 0; i < rows * columns; i++)
        if (isinf(value[i]))
            return err_set(why, ERR_INVALID, "column %" PRIu64 " of example %" PRIu64 " is not a finite number",
                           i % columns + 1, i / columns + 1);
    return ERR_OK;
}

static enum err make_matrix(const struct xgboost_library *xgboost, const float *value, uint64_t rows, uint32_t columns,
                            unsigned threads, DMatrixHandle *out, struct err_info *why)
{
    if (xgboost->XGDMatrixCreateFromMat_omp(value, rows, columns, NAN, out, (int)threads) == 0) return ERR_OK;
    *out = NULL;
    return fail(xgboost, why);
}

static enum err put_outcomes(const struct xgboost_library *xgboost, DMatrixHandle matrix, const struct boost_set *set,
                             struct err_info *why)
{
    float *numbers = memory_array(set->rows, sizeof *numbers);
    for (uint64_t i = 0; i < set->rows; i++) numbers[i] = set->happened[i];
    bool fine = xgboost->XGDMatrixSetFloatInfo(matrix, "label", numbers, set->rows) == 0;
    for (uint64_t i = 0; i < set->rows; i++) numbers[i] = set->weight != NULL ? (float)set->weight[i] : 1;
    fine = fine && xgboost->XGDMatrixSetFloatInfo(matrix, "weight", numbers, set->rows) == 0;
    memory_free(numbers);
    return fine ? ERR_OK : fail(xgboost, why);
}

/* ---- A model. ---- */

static struct boost *model_of(const struct xgboost_library *xgboost, BoosterHandle handle)
{
    struct boost *model = memory_alloc(sizeof *model);
    *model = (struct boost){.xgboost = xgboost, .handle = handle};
    INVARIANT(pthread_mutex_init(&model->lock, NULL) == 0);
    return model;
}

void boost_free(struct boost *model)
{
    if (model == NULL) return;
    model->xgboost->XGBoosterFree(model->handle);
    pthread_mutex_destroy(&model->lock);
    memory_free(model);
}

uint32_t boost_columns(const struct boost *model)
{
    return model->columns;
}

uint32_t boost_rounds(const struct boost *model)
{
    return model->rounds;
}

/* Ask the model what it is. */
static enum err measure(struct boost *model, struct err_info *why)
{
    bst_ulong columns = 0;
    int rounds = 0;
    if (model->xgboost->XGBoosterGetNumFeature(model->handle, &columns) != 0 ||
        model->xgboost->XGBoosterBoostedRounds(model->handle, &rounds) != 0)
        return fail(model->xgboost, why);
    if (columns == 0 || columns > BOOST_COLUMNS_MAX || rounds < 0 || rounds > BOOST_ROUNDS_MAX)
        return err_set(why, ERR_TOO_BIG, "a model of %d trees on %" PRIu64 " columns is over %d or %d", rounds,
                       (uint64_t)columns, BOOST_ROUNDS_MAX, BOOST_COLUMNS_MAX);
    model->columns = (uint32_t)columns;
    model->rounds = (uint32_t)rounds;
    return ERR_OK;
}

/* ---- Training. ---- */

struct training {
    const struct boost_options *options;
    const struct boost_set *watched;
    struct boost *model;
    DMatrixHandle train, watch; /* watch: NULL when nothing is watched */
    uint32_t best_rounds;
    double best_loss;
};

static enum err check_options(const struct boost_options *o, struct err_info *why)
{
    const struct {
        const char *name;
        double value, least, most;
    } rows[] = {{"rounds_max", o->rounds_max, 1, BOOST_ROUNDS_MAX},
                {"patience", o->patience, 1, BOOST_ROUNDS_MAX},
                {"depth", o->depth, 1, 16},
                {"learning_rate", o->learning_rate, 1e-4, 1},
                {"leaf_weight_min", o->leaf_weight_min, 0, 1e9},
                {"l2", o->l2, 0, 1e9},
                {"row_share", o->row_share, 0.01, 1},
                {"column_share", o->column_share, 0.01, 1},
                {"threads", o->threads, 1, BOOST_THREADS_MAX}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (!(rows[i].value >= rows[i].least && rows[i].value <= rows[i].most))
            return err_set(why, ERR_INVALID, "%s is %g: it must be %g to %g", rows[i].name, rows[i].value,
                           rows[i].least, rows[i].most);
    return ERR_OK;
}

/* The share of those who did, from which the first tree starts; NAN with one outcome only. */
static double base_rate(const struct boost_set *set)
{
    double weight = 0, positives = 0;
    for (uint64_t i = 0; i < set->rows; i++) {
        double w = set->weight != NULL ? set->weight[i] : 1;
        INVARIANT(isfinite(w) && w >= 0 && set->happened[i] <= 1);
        weight += w;
        if (set->happened[i]) positives += w;
    }
    return positives > 0 && positives < weight ? positives / weight : NAN;
}

static enum err put_options(const struct training *t, double rate, struct err_info *why)
{
    const struct boost_options *o = t->options;
    struct buf text = BUF_INIT(4096);
    static const char *const fixed[][2] = {{"objective", "binary:logistic"},
                                           {"tree_method", "hist"},
                                           {"disable_default_eval_metric", "1"},
                                           {"verbosity", "0"}};
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"nthread", o->threads},
                   {"seed", o->seed},
                   {"max_depth", o->depth},
                   {"eta", o->learning_rate},
                   {"min_child_weight", o->leaf_weight_min},
                   {"lambda", o->l2},
                   {"subsample", o->row_share},
                   {"colsample_bytree", o->column_share},
                   {"base_score", rate}};
    bool fine = true;
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        fine = fine && t->model->xgboost->XGBoosterSetParam(t->model->handle, fixed[i][0], fixed[i][1]) == 0;
    for (size_t i = 0; i < COUNT_OF(numbers) && fine; i++) {
        buf_clear(&text);
        buf_append_double(&text, numbers[i].value);
        buf_append_char(&text, '\0');
        fine = t->model->xgboost->XGBoosterSetParam(t->model->handle, numbers[i].name, text.at) == 0;
    }
    buf_release(&text);
    return fine ? ERR_OK : fail(t->model->xgboost, why);
}

/* XGBoost's answer to a matrix; borrowed until its next call. `type` as in its c_api.h. */
static enum err predict(struct boost *model, DMatrixHandle matrix, int type, const float **out, bst_ulong *count,
                        struct err_info *why)
{
    char config[160];
    const bst_ulong *shape = NULL;
    bst_ulong dimensions = 0;
    snprintf(config, sizeof config,
             "{\"type\":%d,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false}", type);
    if (model->xgboost->XGBoosterPredictFromDMatrix(model->handle, matrix, config, &shape, &dimensions, out) != 0)
        return fail(model->xgboost, why);
    *count = 1;
    for (bst_ulong d = 0; d < dimensions; d++) *count *= shape[d];
    return ERR_OK;
}
#define TYPE_MARGIN 1
#define TYPE_CONTRIBUTIONS 2

static enum err watched_loss(struct training *t, double *out, struct err_info *why)
{
    const float *margin = NULL;
    bst_ulong count = 0;
    double loss = 0, weight = 0;
    enum err err = predict(t->model, t->watch, TYPE_MARGIN, &margin, &count, why);
    if (err != ERR_OK) return err;
    INVARIANT(count == t->watched->rows);
    for (uint64_t i = 0; i < count; i++) {
        double w = t->watched->weight != NULL ? t->watched->weight[i] : 1, z = (double)margin[i];
        loss += w * softplus(t->watched->happened[i] ? -z : z);
        weight += w;
    }
    *out = loss / weight;
    return ERR_OK;
}

static enum err grow(struct training *t, struct err_info *why)
{
    const struct boost_options *o = t->options;
    t->best_loss = INFINITY;
    for (uint32_t round = 0; round < o->rounds_max; round++) {
        double loss = 0;
        if (o->go_on != NULL && !o->go_on(o->go_on_context, (double)round / o->rounds_max))
            return err_set(why, ERR_UNAVAILABLE, "training was given up");
        if (t->model->xgboost->XGBoosterUpdateOneIter(t->model->handle, (int)round, t->train) != 0)
            return fail(t->model->xgboost, why);
        if (t->watch == NULL) {
            t->best_rounds = round + 1;
            continue;
        }
        enum err err = watched_loss(t, &loss, why);
        if (err != ERR_OK) return err;
        if (loss < t->best_loss) {
            t->best_loss = loss;
            t->best_rounds = round + 1;
        }
        if (round + 1 - t->best_rounds >= o->patience) break;
    }
    return ERR_OK;
}

/* Saved and loaded: what trained and what was kept are then the same, and no cache of the training is left. */
static enum err cut_and_settle(struct training *t, struct boost **out, struct err_info *why)
{
    BoosterHandle cut = NULL;
    AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
    if (t->model->xgboost->XGBoosterSlice(t->model->handle, 0, (int)t->best_rounds, 1, &cut) != 0)
        return fail(t->model->xgboost, why);
    t->model->xgboost->XGBoosterFree(t->model->handle);
    t->model->handle = cut;
    enum err err = boost_save(t->model, &bytes, why);
    return err == ERR_OK ? boost_load(buf_str(&bytes), out, why) : err;
}

static enum err train_on(struct training *t, const struct boost_set *train, double rate, uint32_t columns,
                         struct boost **out, struct err_info *why)
{
    const struct xgboost_library *xgboost = t->model->xgboost;
    enum err err = make_matrix(xgboost, train->value, train->rows, columns, t->options->threads, &t->train, why);
    if (err == ERR_OK) err = put_outcomes(xgboost, t->train, train, why);
    if (err == ERR_OK && t->watched->rows > 0)
        err = make_matrix(xgboost, t->watched->value, t->watched->rows, columns, t->options->threads, &t->watch, why);
    if (err != ERR_OK) return err;
    DMatrixHandle known[] = {t->train, t->watch};
    if (xgboost->XGBoosterCreate(known, t->watch != NULL ? 2 : 1, &t->model->handle) != 0) return fail(xgboost, why);
    err = put_options(t, rate, why);
    if (err == ERR_OK) err = grow(t, why);
    return err == ERR_OK ? cut_and_settle(t, out, why) : err;
}

void boost_spin_briefly(void)
{
    (void)setenv("GOMP_SPINCOUNT", "10000", 0); /* without it up to 300,000 turns, some ten milliseconds */
}

bool boost_is_there(void)
{
    const struct xgboost_library *library;
    return xgboost_library(&library, NULL) == ERR_OK;
}

enum err boost_train(const struct boost_set *train, const struct boost_set *watched, uint32_t columns,
                     const struct boost_options *options, struct boost **out, struct err_info *why)
{
    const struct xgboost_library *xgboost = NULL;
    double rate = base_rate(train);
    enum err err = check_options(options, why);
    if (err == ERR_OK) err = check_set(train->value, train->rows, columns, why);
    if (err == ERR_OK) err = check_set(watched->value, watched->rows, columns, why);
    if (err == ERR_OK && isnan(rate))
        err = err_set(why, ERR_INVALID, "all examples have one outcome: there is nothing to tell apart");
    if (err == ERR_OK) err = xgboost_library(&xgboost, why);
    if (err != ERR_OK) return err;
    struct training t = {.options = options, .watched = watched, .model = model_of(xgboost, NULL)};
    err = train_on(&t, train, rate, columns, out, why);
    boost_free(t.model);
    if (t.train != NULL) xgboost->XGDMatrixFree(t.train);
    if (t.watch != NULL) xgboost->XGDMatrixFree(t.watch);
    return err;
}

/* ---- Asking. ---- */

/* Some rows at once; `width` numbers come back for each. */
static enum err ask_some(struct boost *model, const float *value, uint64_t rows, int type, uint32_t width, float *out,
                         struct err_info *why)
{
    const float *answer = NULL;
    bst_ulong count = 0;
    DMatrixHandle matrix = NULL;
    enum err err = make_matrix(model->xgboost, value, rows, model->columns, 1, &matrix, why);
    if (err != ERR_OK) return err;
    pthread_mutex_lock(&model->lock);
    err = predict(model, matrix, type, &answer, &count, why);
    INVARIANT(err != ERR_OK || count == rows * width);
    if (err == ERR_OK) memcpy(out, answer, count * sizeof *out);
    pthread_mutex_unlock(&model->lock);
    model->xgboost->XGDMatrixFree(matrix);
    return err;
}

static enum err ask(struct boost *model, const float *value, uint64_t rows, int type, uint32_t width, float *out,
                    struct err_info *why)
{
    enum err err = check_set(value, rows, model->columns, why);
    for (uint64_t first = 0; first < rows && err == ERR_OK; first += ROWS_AT_ONCE) {
        uint64_t some = rows - first < ROWS_AT_ONCE ? rows - first : ROWS_AT_ONCE;
        err = ask_some(model, value + first * model->columns, some, type, width, out + first * width, why);
    }
    return err;
}

enum err boost_margins(struct boost *model, const float *value, uint64_t rows, float *out, struct err_info *why)
{
    return ask(model, value, rows, TYPE_MARGIN, 1, out, why);
}

enum err boost_contributions(struct boost *model, const float *value, uint64_t rows, float *out, struct err_info *why)
{
    return ask(model, value, rows, TYPE_CONTRIBUTIONS, model->columns + 1, out, why);
}

/* ---- Bytes. ---- */

enum err boost_save(struct boost *model, struct buf *out, struct err_info *why)
{
    bst_ulong count = 0;
    const char *bytes = NULL;
    pthread_mutex_lock(&model->lock);
    bool fine = model->xgboost->XGBoosterSaveModelToBuffer(model->handle, "{\"format\":\"ubj\"}", &count, &bytes) == 0;
    if (fine) {
        struct str body = {bytes, count};
        uint64_t hash = str_hash(body, HASH_SEED);
        buf_append(out, MAGIC);
        buf_append(out, (struct str){(const char *)&hash, sizeof hash});
        buf_append(out, body);
    }
    enum err err = fine ? ERR_OK : fail(model->xgboost, why);
    pthread_mutex_unlock(&model->lock);
    if (fine && out->failed) err = err_set(why, ERR_TOO_BIG, "a model of trees is over %zu bytes", out->ceiling);
    return err;
}

enum err boost_load(struct str bytes, struct boost **out, struct err_info *why)
{
    const struct xgboost_library *xgboost = NULL;
    uint64_t hash = 0;
    BoosterHandle handle = NULL;
    if (bytes.len > BOOST_BYTES_MAX)
        return err_set(why, ERR_TOO_BIG, "a model of trees has at most %zu bytes", BOOST_BYTES_MAX);
    if (bytes.len <= HEAD_BYTES || !str_starts_with(bytes, MAGIC))
        return err_set(why, ERR_INVALID, "these bytes are not a model of trees");
    struct str body = {bytes.at + HEAD_BYTES, bytes.len - HEAD_BYTES};
    memcpy(&hash, bytes.at + MAGIC.len, sizeof hash);
    if (hash != str_hash(body, HASH_SEED)) return err_set(why, ERR_INVALID, "this model of trees is damaged");
    enum err err = xgboost_library(&xgboost, why);
    if (err != ERR_OK) return err;
    if (xgboost->XGBoosterCreate(NULL, 0, &handle) != 0) return fail(xgboost, why);
    struct boost *model = model_of(xgboost, handle);
    if (xgboost->XGBoosterLoadModelFromBuffer(handle, body.at, body.len) != 0 ||
        xgboost->XGBoosterSetParam(handle, "nthread", "1") != 0)
        err = fail(xgboost, why);
    if (err == ERR_OK) err = measure(model, why);
    if (err == ERR_OK) *out = model;
    else boost_free(model);
    return err;
}
