/* test_flat_training.c — from a table to a model, its verdict, its bytes, and its reasons. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_training.h"

#include <math.h>
#include <string.h>

#include "base/chance.h"
#include "flat_world.h"
#include "harness.h"
#include "predict/flat_image.h"
#include "predict/flat_reasons.h"

#define ROWS 1500

static const struct flat_law strong = {.strength = 1.2, .base = -0.5}, lots = {.base = -0.5},
                             crossed = {.crossed = 3, .base = -2};

static struct flat_training_options options_of(void)
{
    return (struct flat_training_options){.outcome = STR("won"),
                                          .folds = 5,
                                          .learning = {.without_trees = true,
                                                       .seed = 1,
                                                       .threads = 2,
                                                       .bootstrap_draws = 200,
                                                       .judged_on = "leads that it had not seen"}};
}

struct world {
    struct flat flat;
    struct flat_trained trained;
    struct arena *arena;
};

static void train(struct world *w, const struct flat_law *law, uint32_t rows,
                  const struct flat_training_options *options)
{
    struct err_info why = {0};
    *w = (struct world){.arena = arena_new()};
    flat_world(&w->flat, law, rows, 5);
    CHECK_OK(flat_train(&w->flat, options, w->arena, &w->trained, &why), why);
}

static void world_free(struct world *w)
{
    flat_trained_release(&w->trained);
    flat_release(&w->flat);
    arena_free(w->arena);
}

static bool is_left_out(const struct flat_trained *trained, const char *column, enum flat_without why)
{
    for (uint32_t i = 0; i < trained->left_out_count; i++)
        if (trained->left_out[i].why == why && str_equal(trained->left_out[i].name, str_from_c(column))) return true;
    return false;
}

static bool looks_at(const struct flat_trained *trained, const char *column)
{
    for (uint32_t i = 0; i < trained->plan.input_count; i++)
        if (str_equal(trained->plan.inputs[i], str_from_c(column))) return true;
    return false;
}

TEST(what_a_table_tells_is_learnt_without_its_leaks_and_judged_on_leads_not_seen)
{
    struct world w;
    struct flat_training_options options = options_of();
    train(&w, &strong, ROWS, &options);
    const struct learned *learned = &w.trained.learned;
    CHECK_INT(learned->verdict, VERDICT_USABLE);
    CHECK_TRUE(learned->intervals[FIGURE_ROC_AUC].low > 0.6 && learned->intervals[FIGURE_ROC_AUC].high < 0.85);
    CHECK_TRUE(learned->quality.figures[FIGURE_ECE] < 0.05);
    CHECK_TRUE(learned->against_base_rate[FIGURE_LOG_LOSS].high < 0);
    CHECK_CONTAINS(str_from_c(learned->sentence),
                   STR("on leads that it had not seen it tells apart with an AUC of 0."));
    CHECK_STR(w.trained.id, STR("id"));
    CHECK_STR(w.trained.positive, STR("1"));
    CHECK_TRUE(looks_at(&w.trained, "source"));
    CHECK_TRUE(is_left_out(&w.trained, "note", FLAT_IS_LEAK));
    CHECK_TRUE(is_left_out(&w.trained, "stage", FLAT_IS_LEAK));
    CHECK_TRUE(is_left_out(&w.trained, "again", FLAT_IS_LEAK));
    CHECK_FALSE(looks_at(&w.trained, "id") || looks_at(&w.trained, "won") || looks_at(&w.trained, "note"));
    world_free(&w);
}

TEST(leaks_that_are_kept_are_told_all_the_same)
{
    struct world w;
    struct flat_training_options options = options_of();
    options.keep_leaks = true;
    train(&w, &strong, ROWS, &options);
    CHECK_TRUE(w.trained.leaks.count >= 3);
    CHECK_TRUE(looks_at(&w.trained, "note"));
    CHECK_TRUE(w.trained.learned.quality.figures[FIGURE_ROC_AUC] > 0.85); /* as it promises, and will not hold */
    world_free(&w);
}

TEST(a_table_that_tells_nothing_gives_no_usable_signal_either_way_it_is_split)
{
    for (int in_time = 0; in_time < 2; in_time++) {
        struct world w;
        struct flat_training_options options = options_of();
        options.in_time = in_time == 1;
        options.time = in_time ? STR("came") : STR("");
        train(&w, &lots, ROWS, &options);
        CHECK_INT(w.trained.learned.verdict, VERDICT_NO_SIGNAL);
        CHECK_CONTAINS(str_from_c(w.trained.learned.sentence), STR("it is not better than drawing lots"));
        world_free(&w);
    }
}

TEST(trees_are_taken_where_only_what_holds_together_tells)
{
    struct world w;
    struct flat_training_options options = options_of();
    options.folds = 2;
    options.learning.without_trees = false;
    train(&w, &crossed, ROWS, &options);
    CHECK_INT(w.trained.learned.kind, MODEL_TREES);
    CHECK_TRUE(w.trained.learned.quality.figures[FIGURE_ROC_AUC] > 0.7);
    world_free(&w);
}

TEST(in_time_the_last_third_is_judged_and_the_order_of_rows_does_not_matter)
{
    struct world w, other;
    struct flat_training_options options = options_of();
    options.in_time = true;
    options.time = STR("came");
    train(&w, &strong, ROWS, &options);
    CHECK_INT((int64_t)w.trained.learned.sides[SIDE_TRAIN].examples, 1000);
    CHECK_INT((int64_t)w.trained.learned.sides[SIDE_TEST].examples, 500);
    CHECK_INT((int64_t)w.trained.learned.quality.examples, 500);
    other = (struct world){.arena = arena_new()};
    flat_init(&other.flat, (struct str[]){STR("id"), STR("came"), STR("source"), STR("won")}, 4, NULL, 0);
    struct err_info why = {0};
    for (uint32_t r = ROWS; r-- > 0;) { /* backwards */
        static const uint32_t columns[] = {0, 1, 2, 9};
        struct str field[4];
        for (int c = 0; c < 4; c++) field[c] = flat_text(&w.flat, columns[c], r);
        CHECK_OK(flat_add(&other.flat, field, &why), why);
    }
    CHECK_OK(flat_train(&other.flat, &options, other.arena, &other.trained, &why), why);
    CHECK_INT(other.trained.test_begins_ms, w.trained.test_begins_ms);
    CHECK_TRUE(other.trained.learned.verdict == VERDICT_USABLE);
    world_free(&w);
    world_free(&other);
}

TEST(too_little_is_said_with_what_is_missing)
{
    struct world w;
    struct flat_training_options options = options_of();
    train(&w, &strong, 20, &options);
    CHECK_INT(w.trained.learned.verdict, VERDICT_TOO_LITTLE);
    CHECK_INT(w.trained.learned.kind, MODEL_NONE);
    CHECK_CONTAINS(str_from_c(w.trained.learned.sentence), STR("20 examples to learn from"));
    CHECK_CONTAINS(str_from_c(w.trained.learned.sentence), STR("at least 10"));
    world_free(&w);
}

TEST(few_of_either_outcome_give_a_model_that_is_marked)
{
    struct world w;
    struct flat_training_options options = options_of();
    train(&w, &(struct flat_law){.strength = 3, .base = 0}, 70, &options);
    CHECK_TRUE(w.trained.positives < 40 || w.trained.rows - w.trained.positives < 40);
    CHECK_INT(w.trained.learned.kind, MODEL_LOGISTIC);
    CHECK_TRUE(w.trained.learned.penalty >= 100);
    CHECK_INT(w.trained.learned.verdict, VERDICT_UNCERTAIN);
    world_free(&w);
}

TEST(whoever_wants_trees_of_a_short_table_is_told_that_it_is_a_regression)
{
    struct world w;
    struct flat_training_options options = options_of();
    options.learning.without_trees = false;
    options.learning.without_logistic = true;
    train(&w, &(struct flat_law){.strength = 3, .base = 0}, 70, &options);
    CHECK_INT(w.trained.learned.kind, MODEL_LOGISTIC);
    CHECK_CONTAINS(str_from_c(w.trained.learned.why_no_trees), STR("no trees were tried: among 70 examples"));
    world_free(&w);
}

TEST(which_value_is_the_good_one_must_be_told_or_plain)
{
    static const struct str names[] = {STR_INIT("x"), STR_INIT("end")};
    struct flat flat;
    struct flat_trained trained;
    struct err_info why = {0};
    AUTO_ARENA arena = arena_new();
    flat_init(&flat, names, 2, NULL, 0);
    for (uint32_t r = 0; r < 60; r++) {
        struct str field[] = {r % 3 ? STR("a") : STR("b"), r % 2 ? STR("signed") : STR("gone")};
        CHECK_OK(flat_add(&flat, field, &why), why);
    }
    struct flat_training_options options = options_of();
    options.outcome = STR("end");
    CHECK_INT(flat_train(&flat, &options, arena, &trained, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg),
              STR("say which value of 'end' means that it came, with --positive: they are 'gone', 'signed'"));
    options.positive = STR("Signed");
    why = (struct err_info){0};
    CHECK_OK(flat_train(&flat, &options, arena, &trained, &why), why);
    CHECK_INT((int64_t)trained.positives, 30);
    flat_trained_release(&trained);
    options.positive = STR("lost");
    CHECK_INT(flat_train(&flat, &options, arena, &trained, &why), ERR_NOT_FOUND);
    CHECK_CONTAINS(str_from_c(why.msg), STR("no row has 'lost' in the column 'end'"));
    flat_release(&flat);
}

TEST(a_column_that_is_not_there_is_refused_with_the_nearest_one)
{
    struct world w = {.arena = arena_new()};
    struct err_info why = {0};
    struct flat_training_options options = options_of();
    options.outcome = STR("wno");
    flat_world(&w.flat, &strong, 100, 5);
    CHECK_INT(flat_train(&w.flat, &options, w.arena, &w.trained, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no column 'wno'; did you mean 'won'?"));
    world_free(&w);
}

static bool not_on(void *context, double done)
{
    (void)context;
    (void)done;
    return false;
}

TEST(a_training_can_be_given_up)
{
    struct world w = {.arena = arena_new()};
    struct err_info why = {0};
    struct flat_training_options options = options_of();
    options.learning.go_on = not_on;
    flat_world(&w.flat, &strong, ROWS, 5);
    CHECK_INT(flat_train(&w.flat, &options, w.arena, &w.trained, &why), ERR_UNAVAILABLE);
    CHECK_INT(w.trained.learned.kind, MODEL_NONE);
    world_free(&w);
}

static bool only_rises(void *context, double done)
{
    double *latest = context;
    CHECK_TRUE(done >= *latest && done <= 1);
    *latest = done;
    return true;
}

TEST(how_far_a_training_is_only_rises_whether_rows_are_split_by_lot_or_in_time)
{
    for (int in_time = 0; in_time < 2; in_time++) {
        struct world w;
        struct flat_training_options options = options_of();
        double latest = 0;
        options.in_time = in_time == 1;
        options.time = in_time ? STR("came") : STR("");
        options.learning.without_trees = false;
        options.learning.go_on = only_rises;
        options.learning.go_on_context = &latest;
        train(&w, &strong, ROWS, &options);
        CHECK_TRUE(latest > 0.9);
        world_free(&w);
    }
}

TEST(rows_are_dealt_to_folds_by_the_seed_and_evenly_of_either_outcome)
{
    uint8_t happened[1000], one[1000], other[1000];
    for (uint32_t r = 0; r < 1000; r++) happened[r] = r % 5 == 0;
    flat_deal(happened, 1000, 4, 42, one);
    flat_deal(happened, 1000, 4, 43, other);
    int rows[4] = {0}, positives[4] = {0}, same = 0;
    for (uint32_t r = 0; r < 1000; r++) {
        rows[one[r]]++;
        positives[one[r]] += happened[r];
        same += one[r] == other[r];
    }
    for (int f = 0; f < 4; f++) {
        CHECK_INT(rows[f], 250);
        CHECK_INT(positives[f], 50);
    }
    CHECK_TRUE(same > 150 && same < 350);
}

/* ---- Bytes. ---- */

static void write_image(const struct flat_trained *trained, struct buf *out)
{
    struct err_info why = {0};
    CHECK_OK(flat_image_write(trained, out, &why), why);
}

TEST(the_same_table_and_seed_give_the_same_bytes_whatever_the_number_of_threads)
{
    for (int with_trees = 0; with_trees < 2; with_trees++) {
        AUTO_BUF one = BUF_INIT(MODEL_BYTES_MAX);
        AUTO_BUF other = BUF_INIT(MODEL_BYTES_MAX);
        struct world w;
        struct flat_training_options options = options_of();
        options.folds = 2;
        options.learning.without_trees = !with_trees;
        train(&w, with_trees ? &crossed : &strong, ROWS, &options);
        write_image(&w.trained, &one);
        world_free(&w);
        options.learning.threads = 3;
        train(&w, with_trees ? &crossed : &strong, ROWS, &options);
        write_image(&w.trained, &other);
        world_free(&w);
        CHECK_TRUE(one.len == other.len && memcmp(one.at, other.at, one.len) == 0);
    }
}

TEST(a_model_that_is_read_back_says_the_same_to_the_bit_and_its_reasons_add_up)
{
    for (int with_trees = 0; with_trees < 2; with_trees++) {
        AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
        struct world w;
        struct flat_trained read;
        struct flat_asking before, after;
        struct err_info why = {0};
        double said[ROWS], again[ROWS];
        struct flat_training_options options = options_of();
        options.folds = 2;
        options.learning.without_trees = !with_trees;
        options.learning.without_logistic = with_trees == 1;
        train(&w, &crossed, ROWS, &options);
        write_image(&w.trained, &bytes);
        CHECK_OK(flat_image_read(buf_str(&bytes), w.arena, &read, &why), why);
        CHECK_OK(flat_asking_begin(&w.trained, &w.flat, w.arena, &before, &why), why);
        CHECK_OK(flat_asking_begin(&read, &w.flat, w.arena, &after, &why), why);
        CHECK_OK(flat_ask(&before, said, &why), why);
        CHECK_OK(flat_ask(&after, again, &why), why);
        for (uint32_t i = 0; i < w.flat.rows; i++) CHECK_NEAR(again[i], said[i], 0);
        CHECK_STR(str_from_c(read.learned.sentence), str_from_c(w.trained.learned.sentence));
        CHECK_INT(read.leaks.count, w.trained.leaks.count);
        CHECK_INT(read.left_out_count, w.trained.left_out_count);
        for (uint32_t r = 0; r < 20; r++) {
            struct reasons reasons;
            CHECK_OK(flat_explain(&after, r, REASONS_MAX, w.arena, &reasons, &why), why);
            double sum = reasons.base + reasons.rest;
            for (uint32_t i = 0; i < reasons.for_count; i++) sum += reasons.in_favour[i].log_odds;
            for (uint32_t i = 0; i < reasons.against_count; i++) sum += reasons.against[i].log_odds;
            CHECK_NEAR(sum, reasons.log_odds, 1e-5);
            CHECK_NEAR(reasons.probability, again[r], 1e-12);
        }
        flat_trained_release(&read);
        world_free(&w);
    }
}

TEST(a_reason_tells_the_column_and_what_stands_there)
{
    struct world w;
    struct flat_asking asking;
    struct reasons reasons;
    struct err_info why = {0};
    struct flat_training_options options = options_of();
    train(&w, &strong, ROWS, &options);
    CHECK_OK(flat_asking_begin(&w.trained, &w.flat, w.arena, &asking, &why), why);
    CHECK_OK(flat_explain(&asking, 0, 3, w.arena, &reasons, &why), why);
    struct str source = flat_text(&w.flat, 2, 0);
    const struct reason *first = reasons.for_count > 0 ? &reasons.in_favour[0] : &reasons.against[0];
    if (reasons.against_count > 0 && fabs(reasons.against[0].log_odds) > fabs(first->log_odds))
        first = &reasons.against[0];
    if (!str_equal(source, STR("web"))) {
        CHECK_STR(first->subject, STR("source"));
        CHECK_STR(first->words, arena_format(w.arena, "source is " STR_FMT, STR_ARG(source)));
    }
    world_free(&w);
}

TEST(bytes_that_are_no_model_of_a_table_are_refused_with_a_sentence)
{
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    struct world w;
    struct flat_trained read;
    struct flat_training_options options = options_of();
    options.learning.without_trees = true;
    train(&w, &strong, ROWS, &options);
    write_image(&w.trained, &bytes);
    const struct {
        struct str bytes;
        const char *words;
    } rows[] = {{STR("id,name\n"), "these bytes are not a model"},
                {STR("plumb model of a table 9\n"), "another version"},
                {STR("plumb model 1\n"), "a model of histories"},
                {{bytes.at, bytes.len - 1}, "damaged"},
                {{bytes.at, 27}, "too early"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err_info why = {0};
        CHECK_INT(flat_image_read(rows[i].bytes, w.arena, &read, &why), ERR_INVALID);
        CHECK_CONTAINS(str_from_c(why.msg), str_from_c(rows[i].words));
    }
    world_free(&w);
}
