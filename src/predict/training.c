/* training.c — the steps from a history to a model with its figures; see training.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/training.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "predict/logit.h"
#include "predict/rules_print.h"
#include "predict/training_internal.h"

#define CERTAIN 0.9 /* how sure it must be that trees are better */

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {"usable", "usable, but of few examples", "no usable signal",
                                                     "too little to learn from"};
    return names[verdict];
}

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
};

static void count_sides(struct training *t)
{
    for (uint64_t i = 0; i < t->examples.count; i++) {
        const struct training_example *example = &t->examples.at[i];
        struct side_count *side = &t->out->sides[t->sides[i]];
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

static void fill_table(const struct training *t, enum example_side side, struct table *table)
{
    uint64_t rows = t->out->sides[side].examples, row = 0;
    struct training_example *chosen = memory_array(rows, sizeof *chosen);
    for (uint64_t i = 0; i < t->examples.count; i++)
        if (t->sides[i] == side) chosen[row++] = t->examples.at[i];
    qsort(chosen, rows, sizeof *chosen, by_time);
    *table = (struct table){
        .rows = rows,
        .features = t->out->plan.count,
        .value = memory_array((size_t)rows * t->out->plan.count, sizeof *table->value),
        .happened = memory_array(rows, sizeof *table->happened),
        .weight = memory_array(rows, sizeof *table->weight),
        .record = memory_array(rows, sizeof *table->record),
        .at_ms = memory_array(rows, sizeof *table->at_ms),
    };
    features_compute(&t->out->plan, t->source, chosen, rows, t->options->threads, table->value);
    for (uint64_t r = 0; r < rows; r++) {
        table->happened[r] = chosen[r].happened;
        table->weight[r] = chosen[r].weight;
        table->record[r] = chosen[r].record;
        table->at_ms[r] = chosen[r].at_ms;
    }
    memory_free(chosen);
}

static enum err fill_tables(struct training *t, struct err_info *why)
{
    uint64_t rows = t->examples.count - t->out->sides[SIDE_NONE].examples;
    feature_plan_choose(t->source, &t->examples, t->sides, t->arena, &t->out->plan);
    if (rows > TRAINING_BYTES_MAX / sizeof(float) / (t->out->plan.count + 1))
        return err_set(why, ERR_TOO_BIG,
                       "%" PRIu64 " examples of %" PRIu32 " features are more than %" PRIu64
                       " bytes: take fewer of each "
                       "record",
                       rows, t->out->plan.count, TRAINING_BYTES_MAX);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) fill_table(t, side, &t->tables[side]);
    return ERR_OK;
}

/* Close the gaps that dropped features leave in each row. */
static void drop_columns(struct table *table, const bool *dropped)
{
    uint64_t to = 0, all = table->rows * table->features;
    uint32_t left = 0;
    for (uint64_t from = 0; from < all; from++)
        if (!dropped[from % table->features]) table->value[to++] = table->value[from];
    for (uint32_t f = 0; f < table->features; f++) left += !dropped[f];
    table->features = left;
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

static void release(struct training *t)
{
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        memory_free(t->tables[side].value);
        memory_free(t->tables[side].happened);
        memory_free(t->tables[side].weight);
        memory_free(t->tables[side].record);
        memory_free(t->tables[side].at_ms);
    }
    memory_free(t->sides);
    examples_release(&t->examples);
}

/* ---- Choosing among candidates. ---- */

static bool has_both(const struct table *table, uint64_t least)
{
    uint64_t positives = 0;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    return positives >= least && table->rows - positives >= least;
}

static struct prediction prediction_of(const struct table *table, const double *probability)
{
    return (struct prediction){table->rows, probability, table->happened, table->weight, table->record};
}

/* Rows up to the instant. */
static uint64_t rows_until(const struct table *table, int64_t until_ms)
{
    uint64_t rows = 0;
    while (rows < table->rows && table->at_ms[rows] <= until_ms) rows++;
    return rows;
}

struct contest {
    struct training *training;
    struct table learn, watched, judged;
    double *best_probability; /* [judged.rows] of the best so far of a kind; NULL: none yet */
    double best_loss;
    struct candidate best;
};

/* Fit, judge, keep when it is better. What was learnt is dropped: only the way of learning matters here. */
static enum err try_candidate(struct contest *c, struct candidate candidate, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    double *probability = memory_array(c->judged.rows, sizeof *probability);
    struct quality quality;
    enum err err =
        candidate_fit(&candidate, &c->training->out->plan, &c->learn, &c->watched, c->training->options, arena, why);
    if (err == ERR_OK)
        err = candidate_margins(&candidate, c->judged.value, c->judged.features, c->judged.rows, probability, why);
    boost_free(candidate.boost);
    if (err == ERR_OK) {
        for (uint64_t r = 0; r < c->judged.rows; r++) probability[r] = sigmoid(probability[r]);
        struct prediction forecast = prediction_of(&c->judged, probability);
        quality_measure(&forecast, &quality);
    }
    if (err != ERR_OK || (c->best_probability != NULL && quality.figures[FIGURE_LOG_LOSS] >= c->best_loss)) {
        memory_free(probability);
        return err;
    }
    memory_free(c->best_probability);
    c->best_probability = probability;
    c->best_loss = quality.figures[FIGURE_LOG_LOSS];
    c->best = (struct candidate){.kind = candidate.kind, .penalty = candidate.penalty, .depth = candidate.depth};
    return ERR_OK;
}

static enum err hold_contest(struct contest *c, bool with_trees, struct candidate *winner, struct err_info *why)
{
    static const double penalties[] = {1, 10, 100, 1000};
    static const uint32_t depths[] = {3, 5};
    struct contest trees = *c;
    enum err err = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(penalties) && err == ERR_OK; i++)
        err = try_candidate(c, (struct candidate){.kind = MODEL_LOGISTIC, .penalty = penalties[i]}, why);
    for (size_t i = 0; i < COUNT_OF(depths) && with_trees && err == ERR_OK; i++)
        err = try_candidate(&trees, (struct candidate){.kind = MODEL_TREES, .depth = depths[i]}, why);
    if (err == ERR_OK) *winner = c->best;
    if (err == ERR_OK && trees.best_probability != NULL) {
        struct interval apart[FIGURE_COUNT];
        struct prediction forecast = prediction_of(&c->judged, trees.best_probability);
        struct bootstrap how = {.draws = 200,
                                .confidence = CERTAIN,
                                .seed = c->training->options->seed,
                                .threads = c->training->options->threads};
        quality_compare(&forecast, c->best_probability, &how, apart);
        if (apart[FIGURE_LOG_LOSS].high < 0) *winner = trees.best;
    }
    memory_free(trees.best_probability);
    memory_free(c->best_probability);
    return err;
}

static enum err choose(struct training *t, bool few, struct candidate *winner, struct err_info *why)
{
    const struct table *train = &t->tables[SIDE_TRAIN], *calibrate = &t->tables[SIDE_CALIBRATE];
    int64_t cut_ms = train->at_ms[train->rows / 2];
    uint64_t learn = rows_until(train, cut_ms), watched = rows_until(calibrate, cut_ms);
    struct contest contest = {.training = t,
                              .learn = table_part(train, 0, learn),
                              .watched = table_part(calibrate, 0, watched),
                              .judged = table_part(calibrate, watched, calibrate->rows - watched)};
    *winner = (struct candidate){.kind = MODEL_LOGISTIC, .penalty = few ? 100 : 10};
    if (few || !has_both(&contest.learn, POSITIVES_NEEDED) || !has_both(&contest.judged, POSITIVES_NEEDED))
        return ERR_OK; /* nothing to choose by */
    bool with_trees = !t->options->without_trees && has_both(&contest.watched, POSITIVES_NEEDED);
    return hold_contest(&contest, with_trees, winner, why);
}

/* ---- From log-odds to probabilities, and to figures. ---- */

static enum err calibrate(struct training *t, const struct candidate *winner, struct err_info *why)
{
    const struct table *table = &t->tables[SIDE_CALIBRATE];
    t->out->curve = (struct platt){.slope = 1};
    if (!has_both(table, POSITIVES_NEEDED)) return ERR_OK; /* the model's own word is all there is */
    double *margin = memory_array(table->rows, sizeof *margin);
    enum err err = candidate_margins(winner, table->value, table->features, table->rows, margin, why);
    struct outcomes outcomes = {table->rows, margin, table->happened, table->weight};
    if (err == ERR_OK) {
        t->out->has_steps = has_both(table, POSITIVES_FOR_STEPS);
        if (t->out->has_steps) isotonic_fit(&outcomes, t->arena, &t->out->steps);
        else platt_fit(&outcomes, &t->out->curve);
    }
    memory_free(margin);
    return err;
}

static enum err judge(struct training *t, struct err_info *why)
{
    const struct table *test = &t->tables[SIDE_TEST], *train = &t->tables[SIDE_TRAIN];
    double *probability = memory_array(test->rows, sizeof *probability);
    double *base_rate = memory_array(test->rows, sizeof *base_rate), weight = 0, positives = 0;
    enum err err = trained_probabilities(t->out, test->value, test->rows, probability, why);
    if (err == ERR_OK) {
        struct prediction forecast = prediction_of(test, probability);
        struct bootstrap how = {.draws = t->options->bootstrap_draws,
                                .confidence = 0.95,
                                .seed = t->options->seed,
                                .threads = t->options->threads};
        for (uint64_t r = 0; r < train->rows; r++) {
            weight += train->weight[r];
            positives += train->happened[r] ? train->weight[r] : 0;
        }
        for (uint64_t r = 0; r < test->rows; r++) base_rate[r] = positives / weight;
        quality_measure(&forecast, &t->out->quality);
        quality_intervals(&forecast, &how, t->out->intervals);
        quality_compare(&forecast, base_rate, &how, t->out->against_base_rate);
    }
    memory_free(probability);
    memory_free(base_rate);
    return err;
}

/* ---- Verdicts. ---- */

static bool too_little(struct trained *out)
{
    static const struct {
        enum example_side side;
        const char *words;
    } rows[] = {{SIDE_TRAIN, "to learn from"}, {SIDE_TEST, "of later leads to judge by"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct side_count *side = &out->sides[rows[i].side];
        uint64_t negatives = side->examples - side->positives;
        if (side->positives >= POSITIVES_NEEDED && negatives >= POSITIVES_NEEDED) continue;
        out->verdict = VERDICT_TOO_LITTLE;
        snprintf(out->sentence, sizeof out->sentence,
                 "%" PRIu64 " examples %s, in %" PRIu64 " of which it happened: at least %d in which it did and %d in "
                 "which it did not are needed",
                 side->examples, rows[i].words, side->positives, POSITIVES_NEEDED, POSITIVES_NEEDED);
        return true;
    }
    return false;
}

static void say_verdict(struct trained *out, bool few)
{
    const struct interval *auc = &out->intervals[FIGURE_ROC_AUC];
    bool signal = auc->low > 0.5; /* NAN: nobody can tell */
    out->verdict = !signal ? VERDICT_NO_SIGNAL : few ? VERDICT_UNCERTAIN : VERDICT_USABLE;
    if (signal)
        snprintf(out->sentence, sizeof out->sentence,
                 "on later leads it tells apart with an AUC of %.3f (95 %%: %.3f to %.3f); the best tenth closes %.1f "
                 "times as often as all",
                 auc->value, auc->low, auc->high, out->quality.figures[FIGURE_LIFT]);
    else
        snprintf(out->sentence, sizeof out->sentence,
                 "on later leads it is not better than drawing lots: AUC %.3f (95 %%: %.3f to %.3f)", auc->value,
                 auc->low, auc->high);
}

/* ---- All steps. ---- */

static enum err learn(struct training *t, struct err_info *why)
{
    const struct side_count *side = &t->out->sides[SIDE_TRAIN];
    bool few = side->positives < POSITIVES_FOR_ALL || side->examples - side->positives < POSITIVES_FOR_ALL;
    struct candidate winner;
    enum err err = fill_tables(t, why);
    if (err == ERR_OK) guard_against_leaks(t);
    if (err == ERR_OK) err = choose(t, few, &winner, why);
    if (err == ERR_OK)
        err = candidate_fit(&winner, &t->out->plan, &t->tables[SIDE_TRAIN], &t->tables[SIDE_CALIBRATE], t->options,
                            t->arena, why);
    if (err != ERR_OK) return err;
    t->out->kind = winner.kind;
    t->out->encoding = winner.encoding;
    t->out->logistic = winner.logistic;
    t->out->penalty = winner.penalty;
    t->out->depth = winner.depth;
    t->out->boost = winner.boost;
    err = calibrate(t, &winner, why);
    if (err == ERR_OK) err = judge(t, why);
    if (err == ERR_OK) say_verdict(t->out, few);
    return err;
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
    enum err err = too_little(out) ? ERR_OK : learn(&t, why);
    if (err != ERR_OK) trained_release(out);
    release(&t);
    return err;
}

void trained_release(struct trained *trained)
{
    boost_free(trained->boost);
    trained->boost = NULL;
    trained->kind = MODEL_NONE;
}

/* What asks and answers, of a trained model. */
static struct candidate model_of(const struct trained *trained)
{
    INVARIANT(trained->kind != MODEL_NONE);
    return (struct candidate){
        .kind = trained->kind, .encoding = trained->encoding, .logistic = trained->logistic, .boost = trained->boost};
}

enum err trained_probabilities(const struct trained *trained, const float *value, uint64_t rows, double *out,
                               struct err_info *why)
{
    struct candidate model = model_of(trained);
    enum err err = candidate_margins(&model, value, trained->plan.count, rows, out, why);
    for (uint64_t r = 0; r < rows && err == ERR_OK; r++)
        out[r] = trained->has_steps ? isotonic_probability(&trained->steps, out[r])
                                    : platt_probability(&trained->curve, out[r]);
    return err;
}

enum err trained_reasons(const struct trained *trained, const float *value, double *base, double *log_odds, double *out,
                         struct err_info *why)
{
    struct candidate model = model_of(trained);
    enum err err = candidate_margins(&model, value, trained->plan.count, 1, log_odds, why);
    return err == ERR_OK ? candidate_reasons(&model, value, trained->plan.count, base, out, why) : err;
}
