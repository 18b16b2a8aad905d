/* forecast.c — see forecast.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/forecast.h"

#include <stdatomic.h>

#include "history/threads.h"
#include "predict/feature_rows.h"

#define STRETCH 512       /* records a thread takes at a time, of a regression */
#define TREE_STRETCH 8192 /* of trees: to ask XGBoost costs something each time */

struct forecasting {
    const struct trained *trained;
    const struct feature_source *source;
    const struct training_example *examples;
    uint64_t count, stretch;
    stop_flag stop;
    double *out;
    struct str trees; /* as bytes, for the threads behind the first */
    atomic_uint next, thread;
    atomic_int failed; /* an enum err */
    struct err_info why;
};

/* A thread's own copy of the trees; the first one takes the model's. */
static enum err own_copy(struct forecasting *f, struct learned *own, struct err_info *why)
{
    *own = f->trained->learned;
    if (own->kind != MODEL_TREES || atomic_fetch_add(&f->thread, 1) == 0) return ERR_OK;
    return boost_load(f->trees, &own->boost, why);
}

static enum err forecast_stretch(struct forecasting *f, const struct learned *own, struct feature_reader *reader,
                                 uint64_t first, float *value, struct err_info *why)
{
    uint64_t rows = f->count - first < f->stretch ? f->count - first : f->stretch;
    for (uint64_t i = 0; i < rows; i++)
        feature_reader_row(reader, &f->examples[first + i], value + i * f->trained->plan.count);
    return learned_probabilities(own, value, rows, f->out + first, why);
}

static void *forecast_some(void *context)
{
    struct forecasting *f = context;
    struct learned own;
    struct err_info why = {0};
    enum err err = own_copy(f, &own, &why);
    struct feature_reader *reader = feature_reader_new(&f->trained->plan, f->source);
    float *value = memory_array(f->stretch * f->trained->plan.count, sizeof *value);
    for (uint64_t first; err == ERR_OK && !is_stopped(f->stop) && atomic_load(&f->failed) == ERR_OK &&
                         (first = (uint64_t)atomic_fetch_add(&f->next, 1) * f->stretch) < f->count;)
        err = forecast_stretch(f, &own, reader, first, value, &why);
    int fine = ERR_OK;
    if (err != ERR_OK && atomic_compare_exchange_strong(&f->failed, &fine, (int)err)) f->why = why;
    memory_free(value);
    feature_reader_free(reader);
    if (own.boost != f->trained->learned.boost) boost_free(own.boost);
    return NULL;
}

enum err forecast_many(const struct trained *trained, const struct feature_source *source,
                       const struct training_example *examples, uint64_t count, unsigned threads, stop_flag stop,
                       double *out, struct err_info *why)
{
    AUTO_BUF trees = BUF_INIT(BOOST_BYTES_MAX);
    bool has_trees = trained->learned.kind == MODEL_TREES;
    struct forecasting f = {.trained = trained,
                            .source = source,
                            .examples = examples,
                            .count = count,
                            .stretch = has_trees ? TREE_STRETCH : STRETCH,
                            .stop = stop,
                            .out = out};
    if (count <= f.stretch) threads = 1;
    if (has_trees && threads > 1) {
        enum err err = boost_save(trained->learned.boost, &trees, why);
        if (err != ERR_OK) return err;
        f.trees = buf_str(&trees);
    }
    run_threads(threads, forecast_some, &f);
    enum err err = (enum err)atomic_load(&f.failed);
    return err == ERR_OK ? ERR_OK : err_set(why, err, "%s", f.why.msg);
}
