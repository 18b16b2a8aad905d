/* test_boost.c — trees learn what adding up cannot, say why, and are the same each time. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/boost.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"
#include "predict/logit.h"
#include "predict/quality.h"

#define ROWS 6000
#define COLUMNS 6

struct examples {
    float value[ROWS][COLUMNS];
    uint8_t happened[ROWS];
    double weight[ROWS];
    double truth[ROWS]; /* the probability that made the outcome */
};

/* Columns 0 and 1 matter only together, column 2 only when it is missing, column 3 has a threshold; 4 and 5 are noise. */
static void fill(struct examples *e, struct chance *chance)
{
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t c = 0; c < COLUMNS; c++) e->value[r][c] = (float)chance_unit(chance);
        if (chance_below(chance, 4) == 0) e->value[r][2] = NAN;
        double z = -1.5;
        if ((e->value[r][0] > 0.5F) != (e->value[r][1] > 0.5F)) z += 2;
        if (e->value[r][0] > 0.5F) z += 0.7; /* a trace, by which a tree finds the pair */
        if (isnan(e->value[r][2])) z += 1.5;
        if (e->value[r][3] > 0.7F) z -= 1.5;
        e->truth[r] = sigmoid(z);
        e->happened[r] = chance_unit(chance) < e->truth[r];
        e->weight[r] = 1;
    }
}

static struct boost_set part(const struct examples *e, size_t first, size_t rows)
{
    return (struct boost_set){rows, e->value[first], e->happened + first, e->weight + first};
}

static struct boost *train(const struct examples *e, struct boost_options options)
{
    struct boost_set learn = part(e, 0, 3000), watched = part(e, 3000, 1500);
    struct boost *model = NULL;
    struct err_info why = {0};
    CHECK_OK(boost_train(&learn, &watched, COLUMNS, &options, &model, &why), why);
    return model;
}

static void margins(struct boost *model, const struct examples *e, size_t first, size_t rows, float *out)
{
    struct err_info why = {0};
    CHECK_OK(boost_margins(model, e->value[first], rows, out, &why), why);
}

static struct examples *examples_of(uint64_t seed)
{
    static struct examples examples;
    struct chance chance = {seed};
    fill(&examples, &chance);
    return &examples;
}

static double auc_of(const double *probability, const uint8_t *happened, size_t rows)
{
    struct quality quality;
    quality_measure(&(struct prediction){.count = rows, .probability = probability, .happened = happened}, &quality);
    return quality.figures[FIGURE_ROC_AUC];
}

/* ---- What they learn. ---- */

TEST(trees_learn_what_only_holds_together_and_what_a_missing_number_means)
{
    struct examples *e = examples_of(harness_seed());
    struct boost *model = train(e, BOOST_DEFAULT);
    float margin[1500];
    double probability[1500], off = 0, plain_off = 0; /* of the model, and of who says one number to all */
    margins(model, e, 4500, 1500, margin);
    for (size_t i = 0; i < 1500; i++) {
        probability[i] = sigmoid((double)margin[i]);
        off += fabs(probability[i] - e->truth[4500 + i]);
        plain_off += fabs(0.45 - e->truth[4500 + i]);
    }
    CHECK_TRUE(auc_of(probability, e->happened + 4500, 1500) >
               auc_of(e->truth + 4500, e->happened + 4500, 1500) - 0.05);
    CHECK_TRUE(off < plain_off * 0.55);
    boost_free(model);
}

TEST(training_ends_when_what_is_watched_gets_no_better)
{
    struct examples *e = examples_of(harness_seed() + 1);
    struct boost_options options = BOOST_DEFAULT;
    options.learning_rate = 0.3;
    struct boost *model = train(e, options);
    CHECK_TRUE(boost_rounds(model) > 3 && boost_rounds(model) < 300);
    boost_free(model);
    for (size_t r = 0; r < ROWS; r++) e->happened[r] = (r * 7919) % 5 == 0; /* nothing to learn */
    model = train(e, options);
    CHECK_TRUE(boost_rounds(model) < 10);
    boost_free(model);
}

TEST(who_has_no_weight_teaches_nothing)
{
    struct examples *e = examples_of(harness_seed() + 2);
    static struct examples spoilt;
    struct boost_options options = BOOST_DEFAULT;
    options.row_share = 1;
    options.rounds_max = 20;
    spoilt = *e;
    for (size_t r = 0; r < ROWS; r += 2) {
        e->weight[r] = spoilt.weight[r] = 0;
        spoilt.happened[r] = !spoilt.happened[r];
    }
    struct boost *one = train(e, options), *other = train(&spoilt, options);
    float a[100], b[100];
    margins(one, e, 0, 100, a);
    margins(other, e, 0, 100, b);
    for (size_t i = 0; i < 100; i++) CHECK_NEAR((double)a[i], (double)b[i], 1e-6);
    boost_free(one);
    boost_free(other);
}

/* ---- Reasons. ---- */

TEST(what_each_column_adds_sums_to_the_log_odds)
{
    struct examples *e = examples_of(harness_seed() + 3);
    struct boost *model = train(e, BOOST_DEFAULT);
    float margin[200], reasons[200][COLUMNS + 1];
    double size[COLUMNS] = {0};
    struct err_info why = {0};
    margins(model, e, 4500, 200, margin);
    CHECK_OK(boost_contributions(model, e->value[4500], 200, reasons[0], &why), why);
    for (size_t i = 0; i < 200; i++) {
        double sum = 0;
        for (size_t c = 0; c <= COLUMNS; c++) sum += (double)reasons[i][c];
        CHECK_NEAR(sum, (double)margin[i], 1e-4);
        CHECK_NEAR((double)reasons[i][COLUMNS], (double)reasons[0][COLUMNS], 1e-6);
        for (size_t c = 0; c < COLUMNS; c++) size[c] += fabs((double)reasons[i][c]);
    }
    for (int c = 0; c < 4; c++) CHECK_TRUE(size[c] > 2 * size[4] && size[c] > 2 * size[5]);
    boost_free(model);
}

/* Shapley's own definition: what a column adds, averaged over all orders in which columns may become known. What a model says
 * of a row of which only some columns are known is, for one tree of depth 1, its leaf or the mean of its leaves. */
TEST(a_reason_is_shapleys_for_a_tree_that_can_be_reckoned_by_hand)
{
    float value[8][2];
    static const uint8_t happened[8] = {0, 0, 0, 1, 1, 1, 1, 0};
    struct err_info why = {0};
    for (int i = 0; i < 8; i++) {
        value[i][0] = i < 4 ? 0 : 1;
        value[i][1] = 0;
    }
    struct boost_options options = BOOST_DEFAULT;
    options.rounds_max = 1;
    options.depth = 1;
    options.row_share = options.column_share = options.learning_rate = 1;
    options.leaf_weight_min = 0;
    options.l2 = 0;
    struct boost_set set = {8, value[0], happened, NULL}, nothing = {0};
    struct boost *model = NULL;
    float reasons[8][3];
    CHECK_OK(boost_train(&set, &nothing, 2, &options, &model, &why), why);
    CHECK_OK(boost_contributions(model, value[0], 8, reasons[0], &why), why);
    /* A leaf is Newton's step from one half: sum of (outcome - 1/2) over sum of 1/4. */
    for (int i = 0; i < 8; i++) {
        CHECK_NEAR((double)reasons[i][0], i < 4 ? -1 : 1, 1e-6);
        CHECK_NEAR((double)reasons[i][1], 0, 1e-6);
        CHECK_NEAR((double)reasons[i][2], 0, 1e-6);
    }
    boost_free(model);
}

/* ---- The same again. ---- */

static void bytes_of(struct boost *model, struct buf *out)
{
    struct err_info why = {0};
    CHECK_OK(boost_save(model, out, &why), why);
}

TEST(the_same_examples_and_seed_give_the_same_bytes_on_any_number_of_threads_and_another_seed_others)
{
    struct examples *e = examples_of(harness_seed() + 4);
    struct boost_options options = BOOST_DEFAULT;
    options.rounds_max = 30; /* OpenMP's threads are slow where others work, too */
    AUTO_BUF first = BUF_INIT(BOOST_BYTES_MAX);
    for (int run = 0; run < 6; run++) {
        AUTO_BUF again = BUF_INIT(BOOST_BYTES_MAX);
        options.seed = run < 5 ? 1 : 2;
        options.threads = 1 + (uint32_t)run % 4;
        struct boost *model = train(e, options);
        bytes_of(model, run == 0 ? &first : &again);
        if (run > 0) CHECK_TRUE(str_equal(buf_str(&first), buf_str(&again)) == (run < 5));
        boost_free(model);
    }
}

struct asker {
    struct boost *model;
    const struct examples *examples;
    float margin[500];
    enum err err;
};

static void *train_beside(void *context)
{
    struct asker *asker = context;
    struct boost_options options = BOOST_DEFAULT;
    struct boost_set learn = part(asker->examples, 0, 3000), watched = part(asker->examples, 3000, 1500);
    asker->err = boost_train(&learn, &watched, COLUMNS, &options, &asker->model, NULL);
    return NULL;
}

TEST(training_on_several_threads_at_once_gives_the_same_bytes)
{
    struct examples *e = examples_of(harness_seed() + 5);
    struct boost *alone = train(e, BOOST_DEFAULT);
    AUTO_BUF first = BUF_INIT(BOOST_BYTES_MAX);
    bytes_of(alone, &first);
    boost_free(alone);
    struct asker askers[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        askers[i] = (struct asker){.examples = e};
        CHECK_INT(pthread_create(&threads[i], NULL, train_beside, &askers[i]), 0);
    }
    for (int i = 0; i < 3; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 3; i++) {
        AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
        CHECK_INT(askers[i].err, ERR_OK);
        bytes_of(askers[i].model, &bytes);
        CHECK_TRUE(str_equal(buf_str(&first), buf_str(&bytes)));
        boost_free(askers[i].model);
    }
}

TEST(a_model_that_was_kept_gives_the_same_answers_to_the_bit)
{
    struct examples *e = examples_of(harness_seed() + 6);
    struct boost *model = train(e, BOOST_DEFAULT), *kept = NULL;
    AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
    AUTO_BUF again = BUF_INIT(BOOST_BYTES_MAX);
    float before[1500], after[1500];
    struct err_info why = {0};
    bytes_of(model, &bytes);
    CHECK_OK(boost_load(buf_str(&bytes), &kept, &why), why);
    bytes_of(kept, &again);
    CHECK_TRUE(str_equal(buf_str(&bytes), buf_str(&again)));
    CHECK_INT(boost_columns(kept), COLUMNS);
    CHECK_INT(boost_rounds(kept), boost_rounds(model));
    margins(model, e, 4500, 1500, before);
    margins(kept, e, 4500, 1500, after);
    for (size_t i = 0; i < 1500; i++) CHECK_DOUBLE((double)after[i], (double)before[i]);
    boost_free(model);
    boost_free(kept);
}

static void *ask(void *context)
{
    struct asker *asker = context;
    asker->err = boost_margins(asker->model, asker->examples->value[0], 500, asker->margin, NULL);
    return NULL;
}

TEST(many_threads_may_ask_one_model)
{
    struct examples *e = examples_of(harness_seed() + 7);
    struct boost *model = train(e, BOOST_DEFAULT);
    static struct asker askers[8];
    pthread_t threads[8];
    float margin[500];
    margins(model, e, 0, 500, margin);
    for (int i = 0; i < 8; i++) {
        askers[i] = (struct asker){.model = model, .examples = e};
        CHECK_INT(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
        CHECK_INT(askers[i].err, ERR_OK);
        for (size_t r = 0; r < 500; r++) CHECK_DOUBLE((double)askers[i].margin[r], (double)margin[r]);
    }
    boost_free(model);
}

/* ---- Refusals. ---- */

static void check_refused(const struct boost_set *set, uint32_t columns, struct boost_options options, enum err code,
                          const char *sentence)
{
    struct boost_set nothing = {0};
    struct boost *model = NULL;
    struct err_info why = {0};
    CHECK_INT(boost_train(set, &nothing, columns, &options, &model, &why), code);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
    CHECK_TRUE(model == NULL);
}

TEST(what_nothing_can_be_learnt_from_is_refused_with_a_reason)
{
    struct examples *e = examples_of(harness_seed() + 8);
    struct boost_set set = part(e, 0, 100);
    struct boost_options options = BOOST_DEFAULT;
    check_refused(&set, 0, options, ERR_INVALID, "0 columns are not 1 to 5000");
    check_refused(&set, 5001, options, ERR_TOO_BIG, "5001 columns are not 1 to 5000");
    e->value[3][1] = INFINITY;
    check_refused(&set, COLUMNS, options, ERR_INVALID, "column 2 of example 4 is not a finite number");
    e->value[3][1] = 0;
    options.depth = 17;
    check_refused(&set, COLUMNS, options, ERR_INVALID, "depth is 17: it must be 1 to 16");
    options = BOOST_DEFAULT;
    options.learning_rate = NAN;
    check_refused(&set, COLUMNS, options, ERR_INVALID, "learning_rate is nan: it must be 0.0001 to 1");
    memset(e->happened, 1, sizeof e->happened);
    check_refused(&set, COLUMNS, BOOST_DEFAULT, ERR_INVALID, "all examples have one outcome");
    e->happened[0] = 0;
    struct boost *model = NULL;
    struct err_info why = {0};
    struct boost_set endless = {BOOST_CELLS_MAX / COLUMNS + 1, e->value[0], e->happened, NULL};
    options = BOOST_DEFAULT;
    CHECK_INT(boost_train(&set, &endless, COLUMNS, &options, &model, &why), ERR_TOO_BIG);
    CHECK_CONTAINS(str_from_c(why.msg), STR("are more than 2147483648 numbers"));
}

static bool three_times(void *context, double done)
{
    CHECK_TRUE(done >= 0 && done < 1);
    return ++*(int *)context < 3;
}

TEST(training_can_be_given_up)
{
    struct examples *e = examples_of(harness_seed() + 9);
    int asked = 0;
    struct boost_options options = BOOST_DEFAULT;
    options.go_on = three_times;
    options.go_on_context = &asked;
    struct boost_set set = part(e, 0, 1000);
    check_refused(&set, COLUMNS, options, ERR_UNAVAILABLE, "training was given up");
    CHECK_INT(asked, 3);
}

TEST(bytes_that_are_damaged_or_no_model_are_refused_before_anybody_reads_them)
{
    struct examples *e = examples_of(harness_seed() + 10);
    struct boost_options options = BOOST_DEFAULT;
    options.rounds_max = 2;
    struct boost *model = train(e, options);
    AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
    bytes_of(model, &bytes);
    boost_free(model);
    struct chance chance = {harness_seed()};
    for (int round = 0; round < 200; round++) {
        struct err_info why = {0};
        size_t at = chance_below(&chance, (uint32_t)bytes.len);
        char bit = (char)(1 << chance_below(&chance, 7));
        bytes.at[at] ^= bit;
        CHECK_INT(boost_load(buf_str(&bytes), &model, &why), ERR_INVALID);
        bytes.at[at] ^= bit;
        CHECK_INT(boost_load((struct str){bytes.at, at}, &model, NULL), ERR_INVALID); /* cut short */
    }
    struct err_info why = {0};
    CHECK_OK(boost_load(buf_str(&bytes), &model, &why), why); /* whole again */
    boost_free(model);
    CHECK_INT(boost_load(STR("a text"), &model, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("these bytes are not a model of trees"));
}
