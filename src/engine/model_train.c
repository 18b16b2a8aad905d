/* model_train.c — see model_train.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/model_train.h"

#include <stdlib.h>

#include "base/instant.h"

#define PER_RECORD 6      /* examples of a record, at most */
#define SPACINGS 3        /* examples of a record lie a third of the horizon apart */
#define ROWS_AT_ONCE 4096 /* of a forecast: memory is theirs alone */
#define DRIFTED_SHARE 0.1 /* of the features with much drift: above, the model is to be trained anew */

/* ---- What all of them are about. ---- */

/* Rows of the past know when deals began and ended. */
static struct feature_source source_of(const struct model_task *task)
{
    struct feature_source source = task->past->ground.source;
    source.dates = &task->past->dates;
    return source;
}

static int64_t horizon_ms(const struct model_task *task)
{
    return (int64_t)task->horizon_days * MS_PER_DAY;
}

static struct example_options examples_wanted(const struct model_task *task)
{
    int64_t spacing_ms = horizon_ms(task) / SPACINGS;
    return (struct example_options){.end_ms = task->past->end_ms,
                                    .horizon_ms = horizon_ms(task),
                                    .spacing_ms = spacing_ms < MS_PER_DAY ? MS_PER_DAY : spacing_ms,
                                    .per_record = PER_RECORD,
                                    .seed = MODEL_SEED};
}

static struct split_options split_wanted(const struct model_task *task)
{
    struct split_options split = SPLIT_DEFAULT;
    split.horizon_ms = horizon_ms(task);
    split.seed = MODEL_SEED;
    return split;
}

/* ---- Learning. ---- */

/* What a page shows the model's quality by: where leads come from. */
static uint32_t report_properties(const struct model_ground *ground, struct report_property *out)
{
    static const struct str names[] = {STR_INIT("source"), STR_INIT("lead_source"), STR_INIT("country")};
    const struct model_terms *terms = ground->terms;
    uint32_t count = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint32_t property = catalog_find(terms->draft.catalog, terms->object, names[i]);
        if (property != INTERN_NONE && property < terms->properties)
            out[count++] = (struct report_property){.property = property};
    }
    return count;
}

enum err model_train(const struct model_task *task, struct arena *arena, struct trained *out, struct err_info *why)
{
    const struct feature_source source = source_of(task);
    struct report_property by[REPORT_PROPERTIES_MAX];
    const struct training_options options = {
        .outcome = task->outcome,
        .examples = examples_wanted(task),
        .split = split_wanted(task),
        .seed = MODEL_SEED,
        .threads = task->threads,
        .bootstrap_draws = MODEL_DRAWS,
        .by = by,
        .by_count = report_properties(&task->past->ground, by),
        .go_on = task->go_on,
        .go_on_context = task->context,
        .stop = task->stop,
    };
    return train_model(&source, task->past->lives, &options, arena, out, why);
}

/* ---- Forecasting. ---- */

static enum err given_up(struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "it was given up");
}

static enum err forecast_examples(const struct feature_source *source, const struct trained *trained,
                                  const struct training_example *examples, uint64_t count, unsigned threads,
                                  stop_flag stop, double *out, struct err_info *why)
{
    const struct watch watch = {.stop = stop};
    float *value = memory_array((size_t)ROWS_AT_ONCE * trained->plan.count, sizeof *value);
    enum err e = ERR_OK;
    for (uint64_t first = 0; first < count && e == ERR_OK; first += ROWS_AT_ONCE) {
        uint64_t rows = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        features_compute(&trained->plan, source, examples + first, rows, threads, &watch, value);
        e = is_stopped(stop) ? given_up(why) : learned_probabilities(&trained->learned, value, rows, out + first, why);
    }
    memory_free(value);
    return e;
}

enum err model_forecast(const struct model_ground *ground, const struct trained *trained, const uint32_t *records,
                        uint64_t count, int64_t at_ms, unsigned threads, double *out, struct err_info *why)
{
    struct training_example *examples = memory_array(count, sizeof *examples);
    for (uint64_t i = 0; i < count; i++) examples[i] = (struct training_example){.record = records[i], .at_ms = at_ms};
    enum err e = forecast_examples(&ground->source, trained, examples, count, threads, NULL, out, why);
    memory_free(examples);
    return e;
}

/* ---- One against another. ---- */

/* Examples of test records from an instant on, moved to the front; returns how many. */
static uint64_t keep_later(struct examples *examples, const uint8_t *sides, int64_t from_ms)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < examples->count; i++)
        if (sides[i] == SIDE_TEST && examples->at[i].at_ms >= from_ms) examples->at[count++] = examples->at[i];
    return count;
}

static uint64_t later_examples(const struct model_task *task, int64_t from_ms, struct examples *out)
{
    const struct model_ground *ground = &task->past->ground;
    const struct example_options wanted = examples_wanted(task);
    const struct split_options split = split_wanted(task);
    int64_t begins_ms;
    examples_choose(ground->history, ground->terms->object, task->past->lives, &wanted, out);
    uint8_t *sides = memory_array(out->count, sizeof *sides);
    examples_split(ground->history, ground->terms->object, out, &split, sides, &begins_ms);
    uint64_t count = keep_later(out, sides, from_ms);
    memory_free(sides);
    return count;
}

struct contest_columns {
    double *challenger, *champion, *weight;
    uint8_t *happened;
    uint32_t *record;
};

static void judge(const struct model_task *task, const struct examples *examples, uint64_t count,
                  const struct contest_columns *c, struct promotion *out)
{
    for (uint64_t i = 0; i < count; i++) {
        c->happened[i] = examples->at[i].happened;
        c->weight[i] = examples->at[i].weight;
        c->record[i] = examples->at[i].record;
    }
    const struct prediction forecast = {count, c->challenger, c->happened, c->weight, c->record};
    const struct bootstrap how = {
        .draws = MODEL_DRAWS, .confidence = 0.95, .seed = MODEL_SEED, .threads = task->threads, .stop = task->stop};
    promotion_judge(&forecast, c->champion, &how, out);
}

enum err model_compare(const struct model_task *task, const struct trained *challenger, const struct trained *champion,
                       struct promotion *out, struct err_info *why)
{
    const struct feature_source source = source_of(task);
    struct examples examples;
    int64_t from_ms =
        challenger->test_begins_ms > champion->test_begins_ms ? challenger->test_begins_ms : champion->test_begins_ms;
    uint64_t count = later_examples(task, from_ms, &examples);
    const struct contest_columns c = {.challenger = memory_array(count, sizeof *c.challenger),
                                      .champion = memory_array(count, sizeof *c.champion),
                                      .weight = memory_array(count, sizeof *c.weight),
                                      .happened = memory_array(count, sizeof *c.happened),
                                      .record = memory_array(count, sizeof *c.record)};
    enum err e =
        forecast_examples(&source, challenger, examples.at, count, task->threads, task->stop, c.challenger, why);
    if (e == ERR_OK)
        e = forecast_examples(&source, champion, examples.at, count, task->threads, task->stop, c.champion, why);
    if (e == ERR_OK) judge(task, &examples, count, &c, out);
    if (e == ERR_OK && is_stopped(task->stop)) e = given_up(why);
    memory_free(c.challenger);
    memory_free(c.champion);
    memory_free(c.weight);
    memory_free(c.happened);
    memory_free(c.record);
    examples_release(&examples);
    return e;
}

/* ---- Drift. ---- */

static bool was_open(const struct lifetime *life, int64_t at_ms)
{
    return life->began_ms <= at_ms && life->happened_ms > at_ms && (life->over_ms == 0 || life->over_ms > at_ms);
}

/* Up to DRIFT_SAMPLE of the records that were open at an instant, spread over all; into *out. */
static uint64_t sample_open(const struct model_task *task, int64_t at_ms, struct training_example **out)
{
    const struct lifetime *lives = task->past->lives;
    uint32_t records = history_records(task->past->ground.history, task->past->terms->object);
    uint64_t open = 0, seen = 0, count = 0;
    for (uint32_t r = 0; r < records; r++) open += was_open(&lives[r], at_ms);
    uint64_t wanted = open < DRIFT_SAMPLE ? open : DRIFT_SAMPLE;
    *out = memory_array(wanted, sizeof **out);
    for (uint32_t r = 0; r < records; r++) {
        if (!was_open(&lives[r], at_ms)) continue;
        if ((seen + 1) * wanted / open > seen * wanted / open)
            (*out)[count++] = (struct training_example){.record = r, .at_ms = at_ms};
        seen++;
    }
    return count;
}

/* Rows of a sample, and what the model says of them. */
struct sample {
    uint64_t rows;
    struct training_example *at;
    float *value;
    double *probability;
    float *score; /* the same, narrower */
};

static enum err take_sample(const struct model_task *task, const struct trained *trained, int64_t at_ms,
                            struct sample *out, struct err_info *why)
{
    const struct feature_source source = source_of(task);
    *out = (struct sample){0};
    out->rows = sample_open(task, at_ms, &out->at);
    out->value = memory_array(out->rows * trained->plan.count, sizeof *out->value);
    out->probability = memory_array(out->rows, sizeof *out->probability);
    out->score = memory_array(out->rows, sizeof *out->score);
    const struct watch watch = {.stop = task->stop};
    features_compute(&trained->plan, &source, out->at, out->rows, task->threads, &watch, out->value);
    if (is_stopped(task->stop)) return given_up(why);
    enum err e = learned_probabilities(&trained->learned, out->value, out->rows, out->probability, why);
    for (uint64_t r = 0; r < out->rows && e == ERR_OK; r++) out->score[r] = (float)out->probability[r];
    return e;
}

static void release_sample(struct sample *sample)
{
    memory_free(sample->at);
    memory_free(sample->value);
    memory_free(sample->probability);
    memory_free(sample->score);
}

/* Keep those that drift most. */
static void note_feature(struct model_drift *out, uint32_t feature, const struct psi *psi)
{
    if (psi->drift == DRIFT_NONE) return;
    out->drifted += psi->drift == DRIFT_MUCH;
    uint32_t at = out->feature_count;
    while (at > 0 && out->features[at - 1].psi.value < psi->value) at--;
    if (at == DRIFT_TOLD_MAX) return;
    uint32_t last = out->feature_count < DRIFT_TOLD_MAX ? out->feature_count++ : DRIFT_TOLD_MAX - 1;
    for (uint32_t i = last; i > at; i--) out->features[i] = out->features[i - 1];
    out->features[at] = (struct feature_drift){feature, *psi};
}

static void compare_samples(const struct trained *trained, const struct sample *then, const struct sample *now,
                            struct model_drift *out)
{
    const uint32_t features = trained->plan.count;
    out->then = then->rows;
    out->now = now->rows;
    psi_measure(&(struct drift_column){then->score, then->rows, 1}, &(struct drift_column){now->score, now->rows, 1},
                &out->scores);
    for (uint32_t f = 0; f < features; f++) {
        struct psi psi;
        psi_measure(&(struct drift_column){then->value + f, then->rows, features},
                    &(struct drift_column){now->value + f, now->rows, features}, &psi);
        note_feature(out, f, &psi);
    }
}

/* Of those who were open a horizon ago: what was to be said of them then, and what came. */
static enum err look_back(const struct model_task *task, const struct trained *trained, struct model_drift *out,
                          struct err_info *why)
{
    const struct lifetime *lives = task->past->lives;
    int64_t at_ms = task->past->end_ms - horizon_ms(task);
    struct sample sample;
    if (at_ms < trained->ends_ms) return ERR_OK; /* it had learnt from some of that */
    enum err e = take_sample(task, trained, at_ms, &sample, why);
    uint8_t *happened = memory_array(sample.rows, sizeof *happened);
    for (uint64_t r = 0; r < sample.rows; r++)
        happened[r] = lives[sample.at[r].record].happened_ms <= task->past->end_ms;
    const struct prediction forecast = {.count = sample.rows, .probability = sample.probability, .happened = happened};
    if (e == ERR_OK) calibration_drift_measure(&forecast, &out->calibration);
    memory_free(happened);
    release_sample(&sample);
    return e;
}

enum err model_drift_measure(const struct model_task *task, const struct trained *trained, struct model_drift *out,
                             struct err_info *why)
{
    struct sample then = {0}, now = {0};
    *out = (struct model_drift){.at_ms = task->past->as_of_ms};
    enum err e = take_sample(task, trained, trained->ends_ms, &then, why);
    if (e == ERR_OK) e = take_sample(task, trained, task->past->as_of_ms, &now, why);
    if (e == ERR_OK) compare_samples(trained, &then, &now, out);
    if (e == ERR_OK) e = look_back(task, trained, out, why);
    release_sample(&then);
    release_sample(&now);
    out->retrain = out->scores.drift == DRIFT_MUCH || out->calibration.drifted ||
                   (double)out->drifted > DRIFTED_SHARE * trained->plan.count;
    return e;
}
