/* cross_fit.c — see cross_fit.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/cross_fit.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "history/threads.h"
#include "predict/candidate.h"
#include "predict/logit.h"

#define CERTAIN 0.9 /* how sure it must be that trees are better */
#define FEW_PENALTY 100
#define WAYS_MAX 8
#define LAST_STEPS 4                         /* of the progress, as long as so many blocks: learning from all rows */
#define ROWS_FOR_LARGE_STEPS 50000           /* many rows steady the trees by themselves: fewer, larger steps do */
#define COPIED_CELLS_MAX (UINT64_C(1) << 29) /* numbers in the copies of all threads: 2 GB */

/* A way to learn, and what it says of each row. */
struct way {
    struct candidate candidate;
    double *margin; /* [rows] NAN: the row was not judged */
    uint32_t rounds[CROSS_BLOCKS_MAX];
    double loss;
};

struct run {
    const struct table *table;
    struct crossing crossing;
    const struct learning_options *options;
    struct arena *arena;
    struct learned *out;
    struct way ways[WAYS_MAX];
    uint32_t way_count;
    unsigned threads; /* that judge blocks; each has a copy of the table */
    atomic_uint next; /* task: a way and a block */
    uint32_t steps;   /* blocks to be judged until the end, and LAST_STEPS to learn from all rows */
    /* Under the lock: */
    pthread_mutex_t lock;
    uint32_t done;
    enum err err;
    struct err_info why;
};

/* ---- One block by one way. ---- */

static bool go_on(void *context, double done)
{
    struct run *run = context;
    (void)done; /* of one task; what counts is how many are through */
    pthread_mutex_lock(&run->lock);
    bool on = run->err == ERR_OK && (run->options->go_on == NULL ||
                                     run->options->go_on(run->options->go_on_context, (double)run->done / run->steps));
    pthread_mutex_unlock(&run->lock);
    return on;
}

/* Of the model of all rows. */
static bool go_on_at_last(void *context, double done)
{
    const struct run *run = context;
    return run->options->go_on == NULL ||
           run->options->go_on(run->options->go_on_context, (run->done + done * LAST_STEPS) / run->steps);
}

static bool is_learnt_from(const struct crossing *crossing, uint64_t row, uint32_t block)
{
    return crossing->in_order ? crossing->block[row] < block : crossing->block[row] != block;
}

static bool has_both(const struct table *table)
{
    uint64_t positives = 0;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    return positives > 0 && positives < table->rows;
}

static enum err judge_rows(const struct run *run, struct way *way, uint32_t block, const struct table *learn,
                           const struct table *judged, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct candidate candidate = way->candidate;
    struct learning_options options = {.seed = run->options->seed,
                                       .threads = run->options->threads / run->threads,
                                       .go_on = go_on,
                                       .go_on_context = (void *)(uintptr_t)run};
    double *margin = memory_array(judged->rows, sizeof *margin);
    enum err err = candidate_fit(&candidate, learn, judged, &options, arena, why);
    if (err == ERR_OK) err = candidate_margins(&candidate, judged->value, judged->columns, judged->rows, margin, why);
    way->rounds[block] = candidate.rounds;
    for (uint64_t r = 0, j = 0; r < run->table->rows && err == ERR_OK; r++)
        if (run->crossing.block[r] == block) way->margin[r] = margin[j++];
    boost_free(candidate.boost);
    memory_free(margin);
    return err;
}

static enum err judge_block(const struct run *run, struct way *way, uint32_t block, struct err_info *why)
{
    const struct crossing *crossing = &run->crossing;
    struct table learn = {0}, judged = {0};
    enum err err = ERR_OK;
    bool *keep = memory_array(run->table->rows, sizeof *keep);
    if (crossing->in_order && block < crossing->blocks / 2) {
        memory_free(keep);
        return ERR_OK; /* too little lies before it */
    }
    for (uint64_t r = 0; r < run->table->rows; r++) keep[r] = is_learnt_from(crossing, r, block);
    table_some(run->table, keep, &learn);
    for (uint64_t r = 0; r < run->table->rows; r++) keep[r] = crossing->block[r] == block;
    table_some(run->table, keep, &judged);
    memory_free(keep);
    if (judged.rows > 0 && has_both(&learn)) err = judge_rows(run, way, block, &learn, &judged, why);
    table_release(&learn);
    table_release(&judged);
    return err;
}

static void *judge_some(void *context)
{
    struct run *run = context;
    uint32_t all = run->way_count * run->crossing.blocks;
    for (uint32_t task; (task = atomic_fetch_add(&run->next, 1)) < all;) {
        struct err_info why = {0};
        if (!go_on(run, 0)) break;
        enum err err = judge_block(run, &run->ways[task / run->crossing.blocks], task % run->crossing.blocks, &why);
        pthread_mutex_lock(&run->lock);
        run->done++;
        if (err != ERR_OK && run->err == ERR_OK) {
            run->err = err;
            run->why = why;
        }
        pthread_mutex_unlock(&run->lock);
    }
    return NULL;
}

/* As many as wanted, but fewer where their copies would not fit. */
static unsigned threads_for(const struct table *table, unsigned wanted)
{
    uint64_t fit = COPIED_CELLS_MAX / (table->rows * table->columns + 1);
    if (fit < 1) return 1;
    return fit < wanted ? (unsigned)fit : wanted;
}

/* Every way on every block. */
static void judge_all(struct run *run)
{
    uint32_t until = run->done + run->way_count * run->crossing.blocks;
    atomic_store(&run->next, 0);
    run_threads(run->threads, judge_some, run);
    if (run->err == ERR_OK && run->done < until)
        run->err = err_set(&run->why, ERR_UNAVAILABLE, "training was given up");
}

/* ---- Choosing. ---- */

static void add_way(struct run *run, struct candidate candidate)
{
    INVARIANT(run->way_count < WAYS_MAX);
    struct way *way = &run->ways[run->way_count++];
    *way = (struct way){.candidate = candidate, .margin = memory_array(run->table->rows, sizeof *way->margin)};
    for (uint64_t r = 0; r < run->table->rows; r++) way->margin[r] = NAN;
}

static void add_ways(struct run *run)
{
    static const double penalties[] = {1, 3, 10, 30, 100, 1000};
    static const uint32_t depths[] = {3, 5};
    const double rate = run->table->rows > ROWS_FOR_LARGE_STEPS ? 0.1 : 0.02;
    const struct side_count *side = &run->out->sides[SIDE_TRAIN];
    bool few = side->positives < POSITIVES_FOR_ALL || side->examples - side->positives < POSITIVES_FOR_ALL;
    bool with_logistic = few || !run->options->without_logistic;
    bool with_trees = !few && !run->options->without_trees;
    if (few && !run->options->without_trees) learning_says_too_few_for_trees(run->out);
    if (with_logistic && with_trees) with_trees = learning_finds_trees(run->out);
    for (size_t i = 0; i < COUNT_OF(penalties) && with_logistic; i++)
        if (!few || penalties[i] >= FEW_PENALTY)
            add_way(run, (struct candidate){.kind = MODEL_LOGISTIC, .penalty = penalties[i]});
    for (size_t i = 0; i < COUNT_OF(depths) && with_trees; i++)
        add_way(run, (struct candidate){.kind = MODEL_TREES, .depth = depths[i], .learning_rate = rate});
}

static void measure_loss(const struct run *run, struct way *way)
{
    double weight = 0, loss = 0;
    for (uint64_t r = 0; r < run->table->rows; r++) {
        double z = way->margin[r], w = run->table->weight[r];
        if (isnan(z)) continue;
        loss += w * softplus(run->table->happened[r] ? -z : z);
        weight += w;
    }
    way->loss = weight > 0 ? loss / weight : INFINITY;
}

/* The rows that were judged, and what two ways say of them. */
struct judged_rows {
    uint64_t count, room;
    double *one, *other, *weight;
    uint8_t *happened, *block;
    uint32_t *record;
};

static struct judged_rows judged_rows(const struct run *run, const struct way *one, const struct way *other,
                                      struct arena *arena)
{
    uint64_t rows = run->table->rows;
    struct judged_rows j = {
        .one = ARENA_ARRAY(arena, double, rows),
        .other = ARENA_ARRAY(arena, double, rows),
        .weight = ARENA_ARRAY(arena, double, rows),
        .happened = ARENA_ARRAY(arena, uint8_t, rows),
        .block = ARENA_ARRAY(arena, uint8_t, rows),
        .record = ARENA_ARRAY(arena, uint32_t, rows),
    };
    for (uint64_t r = 0; r < rows; r++) {
        if (isnan(one->margin[r])) continue;
        j.one[j.count] = one->margin[r];
        j.other[j.count] = other->margin[r];
        j.weight[j.count] = run->table->weight[r];
        j.happened[j.count] = run->table->happened[r];
        j.record[j.count] = run->table->record[r];
        j.block[j.count++] = run->crossing.block[r];
    }
    return j;
}

static bool is_better_beyond_doubt(const struct run *run, const struct way *one, const struct way *other)
{
    AUTO_ARENA arena = arena_new();
    struct judged_rows j = judged_rows(run, one, other, arena);
    struct interval apart[FIGURE_COUNT];
    struct bootstrap how = {
        .draws = 200, .confidence = CERTAIN, .seed = run->options->seed, .threads = run->options->threads};
    for (uint64_t i = 0; i < j.count; i++) {
        j.one[i] = sigmoid(j.one[i]);
        j.other[i] = sigmoid(j.other[i]);
    }
    struct prediction forecast = {j.count, j.one, j.happened, j.weight, j.record};
    quality_compare(&forecast, j.other, &how, apart);
    return apart[FIGURE_LOG_LOSS].high < 0;
}

static struct way *best_of(struct run *run, enum model_kind kind)
{
    struct way *best = NULL;
    for (uint32_t i = 0; i < run->way_count; i++)
        if (run->ways[i].candidate.kind == kind && (best == NULL || run->ways[i].loss < best->loss))
            best = &run->ways[i];
    return best;
}

static struct way *winner_of(struct run *run)
{
    for (uint32_t i = 0; i < run->way_count; i++) measure_loss(run, &run->ways[i]);
    struct way *sums = best_of(run, MODEL_LOGISTIC), *trees = best_of(run, MODEL_TREES);
    if (sums == NULL || trees == NULL) return sums != NULL ? sums : trees;
    bool trees_win = trees->loss < sums->loss && is_better_beyond_doubt(run, trees, sums);
    return trees_win ? trees : sums;
}

/* The winner becomes the only way. */
static void keep_winner(struct run *run)
{
    struct way winner = *winner_of(run);
    for (uint32_t i = 0; i < run->way_count; i++)
        if (run->ways[i].margin != winner.margin) memory_free(run->ways[i].margin);
    run->ways[0] = winner;
    run->way_count = 1;
}

/* In order of time early blocks are not judged, and the others by less than is learnt from in the end: fine for choosing, but
 * not for how sure the model may be. For that each block is judged by all others. */
static void judge_all_by_others(struct run *run)
{
    run->crossing.in_order = false;
    judge_all(run);
}

/* ---- Probabilities. ---- */

/* The mean log loss of a block's probabilities. */
static double block_loss(const struct judged_rows *j, uint32_t block, const struct isotonic *steps,
                         const struct platt *curve)
{
    double loss = 0;
    for (uint64_t i = 0; i < j->count; i++) {
        if (j->block[i] != block) continue;
        double p = steps != NULL ? isotonic_probability(steps, j->one[i]) : platt_probability(curve, j->one[i]);
        loss -= j->weight[i] * log(fmax(j->happened[i] ? p : 1 - p, LOG_LOSS_FLOOR));
    }
    return loss;
}

/* The judged rows but those of a block. Memory in `arena`. */
static struct outcomes outcomes_without(const struct judged_rows *j, uint32_t block, struct arena *arena)
{
    double *score = ARENA_ARRAY(arena, double, j->count), *weight = ARENA_ARRAY(arena, double, j->count);
    uint8_t *happened = ARENA_ARRAY(arena, uint8_t, j->count);
    uint64_t count = 0;
    for (uint64_t i = 0; i < j->count; i++) {
        if (j->block[i] == block) continue;
        score[count] = j->one[i];
        weight[count] = j->weight[i];
        happened[count++] = j->happened[i];
    }
    return (struct outcomes){count, score, happened, weight};
}

enum curve { CURVE_NONE, CURVE_PLATT, CURVE_STEPS };

/* Which one does best on each block, fitted on the others; the simplest of equals. */
static enum curve best_curve(const struct run *run, const struct judged_rows *j, bool with_steps)
{
    static const struct platt as_it_is = {.slope = 1};
    double loss[] = {0, 0, with_steps ? 0 : INFINITY};
    enum curve best = CURVE_NONE;
    for (uint32_t block = 0; block < run->crossing.blocks; block++) {
        AUTO_ARENA arena = arena_new();
        struct outcomes others = outcomes_without(j, block, arena);
        struct isotonic steps;
        struct platt curve;
        if (others.count == 0 || others.count == j->count) continue;
        platt_fit(&others, &curve);
        loss[CURVE_NONE] += block_loss(j, block, NULL, &as_it_is);
        loss[CURVE_PLATT] += block_loss(j, block, NULL, &curve);
        if (!with_steps) continue;
        isotonic_fit(&others, arena, &steps);
        loss[CURVE_STEPS] += block_loss(j, block, &steps, NULL);
    }
    for (enum curve c = CURVE_PLATT; c <= CURVE_STEPS; c++)
        if (loss[c] < loss[best]) best = c;
    return best;
}

static void calibrate(const struct run *run, const struct way *way)
{
    AUTO_ARENA arena = arena_new();
    struct learned *out = run->out;
    struct judged_rows j = judged_rows(run, way, way, arena);
    struct outcomes outcomes = {j.count, j.one, j.happened, j.weight};
    uint64_t positives = 0;
    for (uint64_t i = 0; i < j.count; i++) positives += j.happened[i];
    uint64_t rarer = positives < j.count - positives ? positives : j.count - positives;
    out->curve = (struct platt){.slope = 1};
    if (rarer < POSITIVES_NEEDED) return; /* the model's own word is all there is */
    enum curve curve = best_curve(run, &j, rarer >= POSITIVES_FOR_STEPS);
    out->has_steps = curve == CURVE_STEPS;
    if (curve == CURVE_STEPS) isotonic_fit(&outcomes, run->arena, &out->steps);
    else if (curve == CURVE_PLATT) platt_fit(&outcomes, &out->curve);
}

/* ---- All of it. ---- */

/* As many as on average for the blocks that were judged. */
static uint32_t rounds_of(const struct run *run, const struct way *way)
{
    uint32_t sum = 0, blocks = 0;
    for (uint32_t b = 0; b < run->crossing.blocks; b++) {
        sum += way->rounds[b];
        blocks += way->rounds[b] > 0;
    }
    return blocks > 0 ? (sum + blocks - 1) / blocks : 1;
}

static enum err learn_from_all(const struct run *run, const struct way *way, struct err_info *why)
{
    struct candidate winner = way->candidate;
    struct learned *out = run->out;
    struct learning_options options = *run->options;
    options.go_on = go_on_at_last;
    options.go_on_context = (void *)(uintptr_t)run;
    winner.rounds = rounds_of(run, way);
    enum err err = candidate_fit(&winner, run->table, NULL, &options, run->arena, why);
    if (err != ERR_OK) return err;
    out->kind = winner.kind;
    out->columns = run->table->columns;
    out->encoding = winner.encoding;
    out->logistic = winner.logistic;
    out->penalty = winner.penalty;
    out->depth = winner.depth;
    out->boost = winner.boost;
    calibrate(run, way);
    return ERR_OK;
}

enum err learn_crossed(const struct table *table, const struct crossing *crossing,
                       const struct learning_options *options, struct arena *arena, struct learned *out,
                       struct err_info *why)
{
    struct run run = {.table = table, .crossing = *crossing, .options = options, .arena = arena, .out = out};
    INVARIANT(crossing->blocks >= 2 && crossing->blocks <= CROSS_BLOCKS_MAX && table->columns > 0);
    INVARIANT(pthread_mutex_init(&run.lock, NULL) == 0);
    run.threads = threads_for(table, options->threads);
    add_ways(&run);
    run.steps = (run.way_count + crossing->in_order) * crossing->blocks + LAST_STEPS;
    judge_all(&run);
    if (run.err == ERR_OK) keep_winner(&run);
    if (run.err == ERR_OK && crossing->in_order) judge_all_by_others(&run);
    enum err err = run.err;
    if (err == ERR_OK) err = learn_from_all(&run, &run.ways[0], why);
    else err_set(why, err, "%s", run.why.msg);
    for (uint32_t i = 0; i < run.way_count; i++) memory_free(run.ways[i].margin);
    pthread_mutex_destroy(&run.lock);
    return err;
}
