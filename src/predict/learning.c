/* learning.c — candidates, calibration, judgement; see learning.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/learning.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "predict/candidate.h"
#include "predict/logit.h"
#include "predict/thinning.h"

#define CONTEST_ROWS_MAX 60000 /* examples that candidates learn from, and as many that they are judged on */
#define CERTAIN 0.9            /* how sure it must be that trees are better */
#define STEPS 16.0             /* of all that is fitted, about: the last one is of all examples */
#define LAST_STEPS 4
#define WORTH 0.998    /* of a loss: less gain is not worth a refinement */
#define SLOW_RATE 0.02 /* of trees that learn slowly */
#define RECENT 4       /* the last of so many parts of the examples tell the base rate of late */
#define DRIFT_DRAWS 400
#define DRIFT_CONFIDENCE 0.99 /* how sure it must be that the base rate has moved */

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {"usable", "usable, but of few examples", "no usable signal",
                                                     "too little to learn from"};
    return names[verdict];
}

/* How far all steps are, told to whoever asked for them. */
struct steps {
    const struct learning_options *options;
    double done; /* whole steps */
};

static bool on_step(void *context, double done)
{
    const struct steps *steps = context;
    const struct learning_options *options = steps->options;
    return options->go_on == NULL ||
           options->go_on(options->go_on_context,
                          fmin((steps->done + done * (steps->done < STEPS - LAST_STEPS ? 1 : LAST_STEPS)) / STEPS, 1));
}

struct learning {
    const struct table *tables; /* [SIDE_COUNT] */
    const struct learning_options *options;
    struct steps *steps;
    struct arena *arena;
    struct learned *out;
};

/* Fit as one of the steps. */
static enum err fit(const struct learning *l, struct candidate *candidate, const struct table *table,
                    const struct table *watched, struct arena *arena, struct err_info *why)
{
    struct learning_options stepped = *l->options;
    stepped.go_on = on_step;
    stepped.go_on_context = l->steps;
    enum err err = candidate_fit(candidate, table, watched, &stepped, arena, why);
    l->steps->done++;
    return err;
}

/* ---- Choosing among candidates. ---- */

void learning_says_too_few_for_trees(struct learned *out)
{
    const struct side_count *side = &out->sides[SIDE_TRAIN];
    snprintf(out->why_no_trees, sizeof out->why_no_trees,
             "no trees were tried: among %" PRIu64 " examples to learn from it happened in %" PRIu64
             " and did not in %" PRIu64 ", too few to tell whether trees would be better",
             side->examples, side->positives, side->examples - side->positives);
}

bool learning_finds_trees(struct learned *out)
{
    if (boost_is_there()) return true;
    snprintf(out->why_no_trees, sizeof out->why_no_trees, "no trees were tried: XGBoost is not on this machine");
    return false;
}

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
    const struct learning *learning;
    struct table learn, watched, judged;
    double *best_probability; /* [judged.rows] of the best so far of a kind; NULL: none yet */
    double best_loss;
    struct candidate best;
};

/* Fit, judge, keep when it is better: its loss is below `worth` times the best so far. What was learnt is dropped: only the way
 * of learning matters here. */
static enum err try_candidate(struct contest *c, struct candidate candidate, double worth, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    double *probability = memory_array(c->judged.rows, sizeof *probability);
    struct quality quality;
    enum err err = fit(c->learning, &candidate, &c->learn, &c->watched, arena, why);
    if (err == ERR_OK)
        err = candidate_margins(&candidate, c->judged.value, c->judged.columns, c->judged.rows, probability, why);
    boost_free(candidate.boost);
    if (err == ERR_OK) {
        for (uint64_t r = 0; r < c->judged.rows; r++) probability[r] = sigmoid(probability[r]);
        struct prediction forecast = prediction_of(&c->judged, probability);
        quality_measure(&forecast, &quality);
    }
    if (err != ERR_OK || (c->best_probability != NULL && quality.figures[FIGURE_LOG_LOSS] >= c->best_loss * worth)) {
        memory_free(probability);
        return err;
    }
    memory_free(c->best_probability);
    c->best_probability = probability;
    c->best_loss = quality.figures[FIGURE_LOG_LOSS];
    c->best = (struct candidate){.kind = candidate.kind,
                                 .half_life_ms = candidate.half_life_ms,
                                 .penalty = candidate.penalty,
                                 .depth = candidate.depth,
                                 .learning_rate = candidate.learning_rate};
    return ERR_OK;
}

/* Does it help to forget? Only halves that the examples reach over are tried. */
static enum err try_half_lives(struct contest *c, struct err_info *why)
{
    static const int64_t days[] = {180, 90};
    int64_t span_ms = c->learn.at_ms[c->learn.rows - 1] - c->learn.at_ms[0];
    struct candidate best = c->best;
    enum err err = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(days) && err == ERR_OK; i++) {
        best.half_life_ms = days[i] * MS_PER_DAY;
        if (best.half_life_ms < span_ms) err = try_candidate(c, best, WORTH, why);
    }
    return err;
}

static enum err try_regressions(struct contest *c, struct err_info *why)
{
    static const double penalties[] = {1, 10, 100, 1000};
    enum err err = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(penalties) && err == ERR_OK; i++)
        err = try_candidate(c, (struct candidate){.kind = MODEL_LOGISTIC, .penalty = penalties[i]}, 1, why);
    return err == ERR_OK ? try_half_lives(c, why) : err;
}

/* What is costly is only tried with trees that are ahead already of a loss. */
static enum err try_trees(struct contest *c, double ahead_of, struct err_info *why)
{
    static const uint32_t depths[] = {3, 5};
    enum err err = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(depths) && err == ERR_OK; i++)
        err = try_candidate(c, (struct candidate){.kind = MODEL_TREES, .depth = depths[i]}, 1, why);
    if (err != ERR_OK || c->best_loss >= ahead_of) return err;
    struct candidate slow = c->best;
    slow.learning_rate = SLOW_RATE;
    err = try_candidate(c, slow, WORTH, why);
    return err == ERR_OK ? try_half_lives(c, why) : err;
}

static enum err hold_contest(struct contest *c, bool with_trees, struct candidate *winner, struct err_info *why)
{
    struct contest trees = *c;
    bool with_logistic = !c->learning->options->without_logistic || !with_trees;
    enum err err = with_logistic ? try_regressions(c, why) : ERR_OK;
    if (with_trees && err == ERR_OK) err = try_trees(&trees, with_logistic ? c->best_loss : INFINITY, why);
    if (err == ERR_OK) *winner = with_logistic ? c->best : trees.best;
    if (err == ERR_OK && with_logistic && trees.best_probability != NULL) {
        struct interval apart[FIGURE_COUNT];
        struct prediction forecast = prediction_of(&c->judged, trees.best_probability);
        struct bootstrap how = {.draws = 200,
                                .confidence = CERTAIN,
                                .seed = c->learning->options->seed,
                                .threads = c->learning->options->threads,
                                .stop = c->learning->options->stop};
        quality_compare(&forecast, c->best_probability, &how, apart);
        if (apart[FIGURE_LOG_LOSS].high < 0) *winner = trees.best;
    }
    memory_free(trees.best_probability);
    memory_free(c->best_probability);
    return err;
}

/* Which way is better shows on some of the examples, too. */
static enum err hold_small_contest(struct contest *c, bool with_trees, struct candidate *winner, struct err_info *why)
{
    struct table learn = c->learn, judged = c->judged;
    bool own_learn = table_thin(&learn, CONTEST_ROWS_MAX, &c->learn);
    bool own_judged = table_thin(&judged, CONTEST_ROWS_MAX, &c->judged);
    enum err err = hold_contest(c, with_trees, winner, why);
    if (own_learn) table_release(&c->learn);
    if (own_judged) table_release(&c->judged);
    return err;
}

static enum err choose(const struct learning *l, bool few, struct candidate *winner, struct err_info *why)
{
    const struct table *train = &l->tables[SIDE_TRAIN], *calibrate = &l->tables[SIDE_CALIBRATE];
    int64_t cut_ms = train->at_ms[train->rows / 2];
    uint64_t early = rows_until(train, cut_ms), watched = rows_until(calibrate, cut_ms);
    struct contest contest = {.learning = l,
                              .learn = table_part(train, 0, early),
                              .watched = table_part(calibrate, 0, watched),
                              .judged = table_part(calibrate, watched, calibrate->rows - watched)};
    bool with_trees = !l->options->without_trees;
    *winner = (struct candidate){.kind = MODEL_LOGISTIC, .penalty = few ? 100 : 10};
    bool can_choose = !few && has_both(&contest.learn, POSITIVES_NEEDED) && has_both(&contest.judged, POSITIVES_NEEDED);
    if (with_trees && !(can_choose && has_both(&contest.watched, POSITIVES_NEEDED))) {
        learning_says_too_few_for_trees(l->out);
        with_trees = false;
    }
    if (!can_choose) return ERR_OK;
    bool insists = l->options->without_logistic; /* and is told by boost_train what is missing */
    if (with_trees && !insists) with_trees = learning_finds_trees(l->out);
    return hold_small_contest(&contest, with_trees, winner, why);
}

/* ---- From log-odds to probabilities, and to figures. ---- */

static enum err calibrate(const struct learning *l, const struct candidate *winner, struct err_info *why)
{
    const struct table *table = &l->tables[SIDE_CALIBRATE];
    l->out->curve = (struct platt){.slope = 1};
    if (!has_both(table, POSITIVES_NEEDED)) return ERR_OK; /* the model's own word is all there is */
    double *margin = memory_array(table->rows, sizeof *margin);
    enum err err = candidate_margins(winner, table->value, table->columns, table->rows, margin, why);
    struct outcomes outcomes = {table->rows, margin, table->happened, table->weight};
    if (err == ERR_OK) {
        l->out->has_steps = has_both(table, POSITIVES_FOR_STEPS);
        if (l->out->has_steps) isotonic_fit(&outcomes, l->arena, &l->out->steps);
        else platt_fit(&outcomes, &l->out->curve);
    }
    memory_free(margin);
    return err;
}

/* Has the base rate moved? What was forecast of the latest examples whose outcome is known is held against what came of
 * them; where that is no chance, all forecasts move along (prior_shifted). */
static enum err follow_base_rate(const struct learning *l, struct err_info *why)
{
    const struct table *all = &l->tables[SIDE_CALIBRATE];
    uint64_t first = all->rows - all->rows / RECENT;
    struct table late = table_part(all, first, all->rows - first);
    double *probability, weight = 0, forecast = 0;
    if (!has_both(&late, POSITIVES_FOR_ALL)) return ERR_OK;
    probability = memory_array(late.rows, sizeof *probability);
    enum err err = learned_probabilities(l->out, late.value, late.rows, probability, why);
    if (err == ERR_OK) {
        struct interval figures[FIGURE_COUNT];
        struct prediction said = prediction_of(&late, probability);
        struct bootstrap how = {.draws = DRIFT_DRAWS,
                                .confidence = DRIFT_CONFIDENCE,
                                .seed = l->options->seed,
                                .threads = l->options->threads,
                                .stop = l->options->stop};
        const struct interval *came = &figures[FIGURE_BASE_RATE];
        quality_intervals(&said, &how, figures);
        for (uint64_t r = 0; r < late.rows; r++) {
            weight += late.weight[r];
            forecast += late.weight[r] * probability[r];
        }
        forecast /= weight;
        if (forecast > 0 && (forecast < came->low || forecast > came->high)) {
            l->out->base_then = forecast;
            l->out->base_now = came->value;
        }
    }
    memory_free(probability);
    return err;
}

/* ---- Verdicts. ---- */

bool learning_has_enough(struct learned *out)
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
        return false;
    }
    return true;
}

static void say_verdict(struct learned *out, const char *judged_on)
{
    const struct interval *auc = &out->intervals[FIGURE_ROC_AUC];
    const struct side_count *side = &out->sides[SIDE_TRAIN];
    bool few = side->positives < POSITIVES_FOR_ALL || side->examples - side->positives < POSITIVES_FOR_ALL;
    bool signal = auc->low > 0.5; /* NAN: nobody can tell */
    out->verdict = !signal ? VERDICT_NO_SIGNAL : few ? VERDICT_UNCERTAIN : VERDICT_USABLE;
    if (signal)
        snprintf(out->sentence, sizeof out->sentence,
                 "on %s it tells apart with an AUC of %.3f (95 %%: %.3f to %.3f); the best tenth closes %.1f "
                 "times as often as all",
                 judged_on, auc->value, auc->low, auc->high, out->quality.figures[FIGURE_LIFT]);
    else
        snprintf(out->sentence, sizeof out->sentence,
                 "on %s it is not better than drawing lots: AUC %.3f (95 %%: %.3f to %.3f)", judged_on, auc->value,
                 auc->low, auc->high);
}

void learned_judge(const struct prediction *forecast, double base_rate, const struct learning_options *options,
                   struct learned *out)
{
    struct bootstrap how = {.draws = options->bootstrap_draws,
                            .confidence = 0.95,
                            .seed = options->seed,
                            .threads = options->threads,
                            .stop = options->stop};
    double *same = memory_array(forecast->count, sizeof *same);
    for (uint64_t r = 0; r < forecast->count; r++) same[r] = base_rate;
    quality_measure(forecast, &out->quality);
    quality_intervals(forecast, &how, out->intervals);
    quality_compare(forecast, same, &how, out->against_base_rate);
    memory_free(same);
    say_verdict(out, options->judged_on != NULL ? options->judged_on : "later leads");
}

static enum err judge(const struct learning *l, struct err_info *why)
{
    const struct table *test = &l->tables[SIDE_TEST], *train = &l->tables[SIDE_TRAIN];
    double *probability = memory_array(test->rows, sizeof *probability), weight = 0, positives = 0;
    enum err err = learned_probabilities(l->out, test->value, test->rows, probability, why);
    if (err == ERR_OK) {
        struct prediction forecast = prediction_of(test, probability);
        for (uint64_t r = 0; r < train->rows; r++) {
            weight += train->weight[r];
            positives += train->happened[r] ? train->weight[r] : 0;
        }
        learned_judge(&forecast, positives / weight, l->options, l->out);
    }
    memory_free(probability);
    return err;
}

/* ---- All steps. ---- */

enum err learn(const struct table tables[SIDE_COUNT], const struct learning_options *options, struct arena *arena,
               struct learned *out, struct err_info *why)
{
    struct steps steps = {.options = options};
    const struct learning l = {.tables = tables, .options = options, .steps = &steps, .arena = arena, .out = out};
    const struct side_count *side = &out->sides[SIDE_TRAIN];
    bool few = side->positives < POSITIVES_FOR_ALL || side->examples - side->positives < POSITIVES_FOR_ALL;
    struct candidate winner;
    enum err err = choose(&l, few, &winner, why);
    steps.done = STEPS - LAST_STEPS;
    if (err == ERR_OK) err = fit(&l, &winner, &tables[SIDE_TRAIN], &tables[SIDE_CALIBRATE], arena, why);
    if (err != ERR_OK) return err;
    out->kind = winner.kind;
    out->columns = tables[SIDE_TRAIN].columns;
    out->encoding = winner.encoding;
    out->logistic = winner.logistic;
    out->penalty = winner.penalty;
    out->depth = winner.depth;
    out->boost = winner.boost;
    out->half_life_ms = winner.half_life_ms;
    err = calibrate(&l, &winner, why);
    if (err == ERR_OK) err = follow_base_rate(&l, why);
    if (err == ERR_OK) err = judge(&l, why);
    if (err == ERR_OK && is_stopped(options->stop)) err = err_set(why, ERR_UNAVAILABLE, "training was given up");
    if (err != ERR_OK) learned_release(out);
    return err;
}

void learned_release(struct learned *learned)
{
    boost_free(learned->boost);
    learned->boost = NULL;
    learned->kind = MODEL_NONE;
}

/* What asks and answers, of what was learnt. */
static struct candidate model_of(const struct learned *learned)
{
    INVARIANT(learned->kind != MODEL_NONE);
    return (struct candidate){
        .kind = learned->kind, .encoding = learned->encoding, .logistic = learned->logistic, .boost = learned->boost};
}

double learned_probability(const struct learned *learned, double log_odds)
{
    double probability = learned->has_steps ? isotonic_probability(&learned->steps, log_odds)
                                            : platt_probability(&learned->curve, log_odds);
    return learned->base_then > 0 ? prior_shifted(probability, learned->base_then, learned->base_now) : probability;
}

enum err learned_probabilities(const struct learned *learned, const float *value, uint64_t rows, double *out,
                               struct err_info *why)
{
    struct candidate model = model_of(learned);
    enum err err = candidate_margins(&model, value, learned->columns, rows, out, why);
    for (uint64_t r = 0; r < rows && err == ERR_OK; r++) out[r] = learned_probability(learned, out[r]);
    return err;
}

enum err learned_reasons(const struct learned *learned, const float *value, double *base, double *log_odds, double *out,
                         struct err_info *why)
{
    struct candidate model = model_of(learned);
    enum err err = candidate_margins(&model, value, learned->columns, 1, log_odds, why);
    return err == ERR_OK ? candidate_reasons(&model, value, learned->columns, base, out, why) : err;
}
