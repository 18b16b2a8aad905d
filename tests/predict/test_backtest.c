/* test_backtest.c — a score is asked at past instants, answers by what was known, and is held against what came. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/backtest.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

#define LIVES_MAX 2000
#define POINTS(n) ((n)*MICRO_PER_POINT)

static const char small[] = "score: s\nobject: contact\nfor: {not: {property: plan, is: staff}}\n"
                            "groups:\n  - name: Web\n    category: engagement\n    rules:\n"
                            "      - {name: Visit, event: visited, points: 10}\n"
                            "---\nsegment: customer\nobject: contact\nwhen: {event: bought}\n";

/* ann is called at the second instant and converts; bea converts uncalled; cid is called and does not convert; dan
 * converts after the horizon; eve is staff and buys; fay was a customer before. */
static const char facts[] = "event ann visited 2026-01-01T00:00:00Z\nevent ann visited 2026-01-10T00:00:00Z\n"
                            "event ann bought 2026-02-01T00:00:00Z\n"
                            "event bea visited 2026-01-02T00:00:00Z\nevent bea bought 2026-01-20T00:00:00Z\n"
                            "event cid visited 2026-01-03T00:00:00Z\nevent cid visited 2026-01-04T00:00:00Z\n"
                            "event dan visited 2026-01-05T00:00:00Z\nevent dan bought 2026-06-01T00:00:00Z\n"
                            "contact eve plan=staff\nevent eve visited 2026-01-01T00:00:00Z\n"
                            "event eve bought 2026-01-25T00:00:00Z\n"
                            "event fay bought 2026-01-01T00:00:00Z\nevent fay visited 2026-01-02T00:00:00Z\n";

static struct lifetime lives[LIVES_MAX];

static struct backtest_options options_of(const char *from, const char *to)
{
    return (struct backtest_options){.from_ms = instant_of(from),
                                     .to_ms = instant_of(to),
                                     .step_ms = 7 * MS_PER_DAY,
                                     .horizon_ms = 30 * MS_PER_DAY,
                                     .end_ms = instant_of("2026-12-01T00:00:00Z"),
                                     .threads = 1};
}

static struct product *small_world(const char *more)
{
    struct product *product = product_new("contact: {plan: string}", small);
    product_facts(product, facts);
    product_facts(product, more);
    product_finish(product);
    return product;
}

static struct backtest run(struct product *product, struct backtest_options options)
{
    struct backtest backtest;
    struct err_info why = {0};
    INVARIANT(history_records(product->history, ENTITY_CONTACT) <= LIVES_MAX);
    outcome_find(product->scan, &product->set, product->history, 0, 1, NULL, lives);
    CHECK_OK(backtest_run(product->scan, &product->set, 0, product->history, lives, &options, &backtest, &why), why);
    return backtest;
}

static int64_t micro_of(const struct product *product, const struct backtest *backtest, uint32_t instant,
                        const char *id)
{
    return backtest_micro(backtest, instant, history_find(product->history, ENTITY_CONTACT, str_from_c(id)));
}

/* ---- What it would have said. ---- */

TEST(at_each_instant_everybody_has_the_score_of_that_day_while_they_are_open)
{
    struct product *p = small_world("");
    struct backtest b = run(p, options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z"));
    CHECK_INT(b.instants, 5);
    CHECK_INT(micro_of(p, &b, 0, "ann"), POINTS(10));
    CHECK_INT(micro_of(p, &b, 1, "ann"), POINTS(20)); /* 14 January: the visit of the 10th is known */
    CHECK_INT(micro_of(p, &b, 4, "ann"), SCORE_CLOSED);
    CHECK_INT(micro_of(p, &b, 0, "eve"), SCORE_UNKNOWN);
    CHECK_INT(micro_of(p, &b, 0, "fay"), SCORE_CLOSED);
    backtest_release(&b);
    product_free(p);
}

TEST(nothing_of_the_future_changes_what_it_would_have_said)
{
    static struct backtest before, after;
    struct product *p = small_world("");
    before = run(p, options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z"));
    struct product *q = small_world("event ann visited 2026-01-29T00:00:00Z\nevent bea visited 2026-02-03T00:00:00Z\n"
                                    "event cid bought 2026-01-29T00:00:00Z\n"
                                    "from 2026-01-29T00:00:00Z contact cid plan=staff\n"
                                    "from 2026-01-29T00:00:00Z contact dan plan=staff\n");
    after = run(q, options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z"));
    for (uint32_t i = 0; i < 4; i++) /* the last of them is 28 January */
        for (uint32_t r = 0; r < before.records; r++)
            CHECK_INT(backtest_micro(&after, i, r), backtest_micro(&before, i, r));
    CHECK_INT(micro_of(q, &after, 4, "cid"), SCORE_CLOSED); /* and then it does */
    CHECK_INT(micro_of(q, &after, 4, "dan"), SCORE_UNKNOWN);
    backtest_release(&before);
    backtest_release(&after);
    product_free(p);
    product_free(q);
}

TEST(instants_whose_horizon_is_not_over_are_left_out)
{
    struct product *p = small_world("");
    struct backtest_options options = options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z");
    struct err_info why = {0};
    struct backtest b;
    options.end_ms = instant_of("2026-02-14T00:00:00Z"); /* 30 days after 15 January */
    b = run(p, options);
    CHECK_INT(b.instants, 2);
    backtest_release(&b);
    options.end_ms = instant_of("2026-01-20T00:00:00Z");
    CHECK_INT(backtest_run(p->scan, &p->set, 0, p->history, lives, &options, &b, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("no instant of the span has its horizon over"));
    options = options_of("1990-01-07T00:00:00Z", "2026-02-04T00:00:00Z");
    CHECK_INT(backtest_run(p->scan, &p->set, 0, p->history, lives, &options, &b, NULL), ERR_TOO_BIG);
    product_free(p);
}

/* ---- What came of it. ---- */

TEST(who_calls_from_a_threshold_on_calls_each_once_and_sees_what_came_and_who_was_missed)
{
    static const int64_t thresholds[] = {POINTS(10), POINTS(20), POINTS(30)};
    struct backtest_calls calls[3];
    struct backtest_missed missed[8];
    struct product *p = small_world("");
    struct backtest b = run(p, options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z"));
    backtest_calls(&b, thresholds, 3, calls);
    CHECK_INT(calls[0].called, 4); /* ann, bea, cid, dan */
    CHECK_INT(calls[0].converted, 2);
    CHECK_INT(calls[0].converters, 3); /* and eve */
    CHECK_INT(calls[0].missed, 1);
    CHECK_INT(calls[1].called, 2); /* ann, cid */
    CHECK_INT(calls[1].converted, 1);
    CHECK_INT(calls[1].missed, 2);
    CHECK_NEAR(calls[1].precision, 0.5, 1e-12);
    CHECK_NEAR(calls[1].recall, 1.0 / 3, 1e-12);
    CHECK_NEAR(calls[1].f1, 0.4, 1e-12);
    CHECK_NEAR(calls[1].calls_a_week, 2.0 / 5, 1e-12);
    CHECK_INT(calls[2].called, 0);
    CHECK_TRUE(isnan(calls[2].precision));
    CHECK_INT(backtest_missed(&b, POINTS(20), missed, 8), 2);
    CHECK_STR(history_record_id(p->history, ENTITY_CONTACT, missed[0].record), STR("bea"));
    CHECK_INT(missed[0].best_micro, POINTS(10));
    CHECK_STR(history_record_id(p->history, ENTITY_CONTACT, missed[1].record), STR("eve"));
    backtest_release(&b);
    product_free(p);
}

TEST(bins_hold_every_snapshot_once_with_the_share_that_converted)
{
    struct backtest_bin bins[] = {
        {.from_micro = POINTS(20)}, {.from_micro = POINTS(10)}, {.from_micro = SCORE_UNKNOWN}};
    struct product *p = small_world("");
    struct backtest b = run(p, options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z"));
    backtest_bins(&b, bins, 3);
    CHECK_INT(bins[0].snapshots, 3 + 5); /* ann from the second instant to the fourth, cid always */
    CHECK_INT(bins[0].converted, 3);
    CHECK_INT(bins[1].snapshots, 1 + 2 + 5); /* ann, bea, dan */
    CHECK_INT(bins[1].converted, 3);
    CHECK_INT(bins[2].snapshots, 3); /* eve */
    CHECK_INT(bins[2].converted, 3);
    CHECK_NEAR(bins[0].conversion.value, 3.0 / 8, 1e-12);
    CHECK_NEAR(bins[0].lift, 3.0 / 8 / (9.0 / 19), 1e-12);
    backtest_release(&b);
    product_free(p);
}

/* ---- A world with a law. ---- */

TEST(a_score_that_sees_the_law_orders_better_than_one_that_does_not_beyond_doubt)
{
    static const struct law law = {.people = 1500, .interest = 5, .a_day = -9};
    static const char blind[] = "score: s\nobject: contact\ngroups:\n  - name: G\n    category: fit\n    rules:\n"
                                "      - {name: Noise, when: {property: noise, gt: 500}, points: 5}\n";
    struct product *p = buyers_world(&law, 5);
    struct backtest_options options = options_of("2025-06-01T00:00:00Z", "2025-12-01T00:00:00Z");
    struct bootstrap how = BOOTSTRAP_DEFAULT;
    struct interval seeing[FIGURE_COUNT], apart[FIGURE_COUNT], same[FIGURE_COUNT];
    struct definitions other_set;
    struct err_info why = {0};
    struct backtest other, one;
    AUTO_BUF words = BUF_INIT(4096);
    how.draws = 200;
    options.end_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY;
    one = run(p, options);
    CHECK_TRUE(product_read_definitions(p, str_from_c(blind), &other_set, &words));
    struct scan *other_scan = scan_new(&other_set, p->history, NULL);
    CHECK_OK(backtest_run(other_scan, &other_set, 0, p->history, lives, &options, &other, &why), why);
    backtest_quality(&one, &how, seeing);
    backtest_compare(&one, &other, &how, apart);
    backtest_compare(&one, &one, &how, same);
    CHECK_TRUE(seeing[FIGURE_ROC_AUC].low > 0.55);
    CHECK_TRUE(seeing[FIGURE_LIFT].value > 1.2);
    CHECK_TRUE(apart[FIGURE_ROC_AUC].low > 0);
    CHECK_NEAR(same[FIGURE_ROC_AUC].high, 0, 1e-12);
    scan_free(other_scan);
    backtest_release(&one);
    backtest_release(&other);
    product_free(p);
}

/* The plain way: for each threshold and record, walk the instants. */
TEST(calls_of_many_thresholds_at_once_are_those_of_each_alone)
{
    static const struct law law = {.people = 400, .interest = 3.5, .fit = 2.5, .a_day = -8};
    static int64_t thresholds[40];
    static struct backtest_calls calls[40];
    struct product *p = buyers_world(&law, harness_seed());
    struct backtest_options options = options_of("2025-03-01T00:00:00Z", "2025-12-01T00:00:00Z");
    struct backtest b = run(p, options);
    for (int t = 0; t < 40; t++) thresholds[t] = t * MICRO_PER_POINT / 2 + 1;
    backtest_calls(&b, thresholds, 40, calls);
    for (int t = 0; t < 40; t++) {
        uint64_t called = 0, converted = 0;
        for (uint32_t r = 0; r < b.records; r++)
            for (uint32_t i = 0; i < b.instants; i++) {
                if (backtest_micro(&b, i, r) < thresholds[t]) continue;
                called++;
                converted += backtest_converts(&b, i, r);
                break;
            }
        CHECK_INT(calls[t].called, called);
        CHECK_INT(calls[t].converted, converted);
        CHECK_TRUE(t == 0 || calls[t].called <= calls[t - 1].called);
        CHECK_INT(calls[t].missed, backtest_missed(&b, thresholds[t], NULL, 0));
    }
    CHECK_TRUE(calls[0].called > calls[39].called);
    backtest_release(&b);
    product_free(p);
}

TEST(a_question_that_is_taken_back_ends_without_an_answer)
{
    atomic_bool stop = true;
    struct product *p = small_world("");
    struct backtest_options options = options_of("2026-01-07T00:00:00Z", "2026-02-04T00:00:00Z");
    struct err_info why = {0};
    struct backtest b;
    options.stop = &stop;
    outcome_find(p->scan, &p->set, p->history, 0, 1, NULL, lives);
    CHECK_INT(backtest_run(p->scan, &p->set, 0, p->history, lives, &options, &b, &why), ERR_UNAVAILABLE);
    CHECK_TRUE(b.micro == NULL);
    product_free(p);
}
