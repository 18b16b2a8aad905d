/* test_backtest_report.c — what is told of a backtest, on a world whose figures are counted on one's fingers. */
// SPDX-License-Identifier: Apache-2.0
#include "report/backtest_report.h"

#include <stdlib.h>
#include <string.h>

#include "../score_helper.h"
#include "base/instant.h"
#include "harness.h"
#include "report/backtest_json.h"

#define POINTS(n) ((n)*MICRO_PER_POINT)
#define PEOPLE 100
#define TEXT_MAX ((size_t)1 << 20)

static const char definitions[] =
    "score: lead\nobject: contact\nbands: [{label: SQL, from: 15}, {label: MQL, from: 5}]\n"
    "groups:\n  - name: Fit\n    category: fit\n    rules:\n"
    "      - {name: Heat, property: heat, values: [{is: hot, points: 20}, {is: warm, points: 10}]}\n"
    "---\nsegment: customer\nobject: contact\nwhen: {event: bought}\n";

/* Twenty are hot, of whom fifteen buy; twenty are warm, of whom five buy; forty are cold, and one of them buys. All are
 * there from the first of January and buy on the twentieth. */
static struct product *world(void)
{
    static const struct {
        const char *heat;
        int people, buyers;
    } kinds[] = {{"hot", 20, 15}, {"warm", 20, 5}, {"cold", 40, 1}};
    struct product *product = product_new("contact: {heat: string}", definitions);
    AUTO_BUF facts = BUF_INIT(TEXT_MAX);
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (int i = 0; i < kinds[k].people; i++) {
            buf_format(&facts, "contact %s%d heat=%s\nevent %s%d seen 2026-01-01T00:00:00Z\n", kinds[k].heat, i,
                       kinds[k].heat, kinds[k].heat, i);
            if (i < kinds[k].buyers) buf_format(&facts, "event %s%d bought 2026-01-20T00:00:00Z\n", kinds[k].heat, i);
        }
    buf_append_c(&facts, "event late seen 2026-06-01T00:00:00Z\n");
    buf_append_char(&facts, '\0');
    product_facts(product, facts.at);
    product_finish(product);
    return product;
}

static struct lifetime lives[PEOPLE];

/* Three instants: 1, 8 and 15 January. */
static struct backtest_question ask(const struct product *product)
{
    INVARIANT(history_records(product->history, ENTITY_CONTACT) <= PEOPLE);
    outcome_find(product->scan, &product->set, product->history, 0, 1, NULL, lives);
    return (struct backtest_question){.of = {{STR("lead.yaml"), &product->set, 0}},
                                      .count = 1,
                                      .outcome_words = STR("customer"),
                                      .history = product->history,
                                      .lives = lives,
                                      .end_ms = instant_of("2026-06-01T00:00:00Z"),
                                      .from_ms = instant_of("2026-01-01T00:00:00Z"),
                                      .to_ms = instant_of("2026-01-15T00:00:00Z"),
                                      .horizon_days = 30,
                                      .step_days = 7,
                                      .cells_max = BACKTEST_CELLS_MAX,
                                      .goals = {.reach = 0.8},
                                      .missed = 10,
                                      .seed = 1,
                                      .threads = 1};
}

static void make(const struct backtest_question *question, struct backtest_report *report)
{
    struct err_info why = {0};
    CHECK_OK(backtest_report_make(question, report, &why), why);
}

TEST(each_band_of_the_score_has_its_snapshots_and_how_many_of_them_converted)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    make(&question, &report);
    const struct backtested *tested = &report.of[0];
    CHECK_INT(tested->band_count, 2);
    CHECK_INT(tested->bands[0].from_micro, POINTS(15));
    CHECK_INT(tested->bands[0].snapshots, 3 * 20);
    CHECK_INT(tested->bands[0].converted, 3 * 15);
    CHECK_INT(tested->bands[1].snapshots, 3 * 20);
    CHECK_INT(tested->bands[1].converted, 3 * 5);
    CHECK_INT(tested->bands[2].snapshots, 3 * 40);
    CHECK_INT(tested->bands[2].converted, 3 * 1);
    CHECK_INT(tested->snapshots, 3 * 80);
    CHECK_NEAR(tested->bands[0].lift, 0.75 / (21.0 / 80), 1e-12);
    /* Pairs of one who buys and one who does not: the buyer has more points, or as many. */
    double above = 15 * (15 + 39) + 5 * 39, same = 15 * 5 + 5 * 15 + 1 * 39;
    CHECK_NEAR(tested->figures[FIGURE_ROC_AUC].value, (above + same / 2) / (21.0 * 59), 1e-12);
    backtest_report_release(&report);
    product_free(product);
}

static void only_rises(void *context, const char *phase, uint64_t done, uint64_t all)
{
    double *share = context;
    if (all == 0) return;
    CHECK_STR(str_from_c(phase), STR("scoring"));
    CHECK_TRUE((double)done / (double)all > *share);
    *share = (double)done / (double)all;
}

TEST(how_far_a_backtest_is_only_rises_also_where_two_definitions_are_compared)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    double share = 0;
    static struct backtest_report report;
    question.of[question.count++] = question.of[0];
    question.progress = only_rises;
    question.progress_context = &share;
    make(&question, &report);
    CHECK_NEAR(share, 1, 1e-12);
    backtest_report_release(&report);
    product_free(product);
}

TEST(thresholds_are_where_bands_begin_and_where_scores_part)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    make(&question, &report);
    const struct backtested *tested = &report.of[0];
    static const int64_t expected[] = {0, POINTS(5), POINTS(10), POINTS(15), POINTS(20)};
    CHECK_INT(tested->threshold_count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++) CHECK_INT(tested->thresholds[i], expected[i]);
    CHECK_INT(tested->calls[1].called, 40);
    CHECK_INT(tested->calls[1].converted, 20);
    CHECK_NEAR(tested->calls[1].calls_a_week, 40.0 / 3, 1e-12);
    CHECK_INT(tested->calls[3].called, 20);
    CHECK_INT(tested->calls[3].missed, 6);
    backtest_report_release(&report);
    product_free(product);
}

TEST(sql_begins_where_the_goal_says_and_mql_where_nearly_all_are_seen_who_convert)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    question.goals.conversion = 0.6; /* 75 % of the hot; 50 % of the hot and the warm */
    question.asked[GOAL_CONVERSION] = true;
    make(&question, &report);
    const struct backtested *tested = &report.of[0];
    CHECK_INT(tested->stage[GOAL_CONVERSION], STAGE_SQL);
    CHECK_INT(tested->advice[GOAL_CONVERSION].micro, POINTS(20));
    CHECK_NEAR(tested->advice[GOAL_CONVERSION].precision.value, 0.75, 1e-12);
    CHECK_INT(tested->stage[GOAL_REACH], STAGE_MQL); /* from 20 on 15 of 21, from 10 on 20 of 21 */
    CHECK_INT(tested->advice[GOAL_REACH].micro, POINTS(10));
    CHECK_NEAR(tested->advice[GOAL_REACH].reach.value, 20.0 / 21, 1e-12);
    CHECK_INT(tested->stage[GOAL_F1], STAGE_NONE);
    CHECK_INT(tested->missed_below, POINTS(20));
    CHECK_INT(tested->missed_count, 6);
    CHECK_INT(tested->missed[0].best_micro, POINTS(10));
    CHECK_INT(tested->missed[5].best_micro, 0);
    backtest_report_release(&report);
    question.goals.reach = 0.7;
    make(&question, &report);
    CHECK_INT(report.of[0].stage[GOAL_REACH], STAGE_NONE); /* from SQL on so many are seen already */
    backtest_report_release(&report);
    product_free(product);
}

TEST(two_definitions_are_told_apart_on_the_same_snapshots)
{
    static const char flat[] = "score: lead\nobject: contact\ngroups:\n  - name: Fit\n    category: fit\n    rules:\n"
                               "      - {name: Any, when: {property: heat, known: true}, points: 20}\n";
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    struct definitions other;
    AUTO_BUF words = BUF_INIT(4096);
    CHECK_TRUE(product_read_definitions(product, str_from_c(flat), &other, &words));
    question.of[1].called = STR("flat.yaml");
    question.of[1].set = &other;
    question.count = 2;
    make(&question, &report);
    CHECK_NEAR(report.of[1].figures[FIGURE_ROC_AUC].value, 0.5, 1e-12);
    CHECK_NEAR(report.apart[FIGURE_ROC_AUC].value, 0.5 - report.of[0].figures[FIGURE_ROC_AUC].value, 1e-12);
    CHECK_TRUE(report.apart[FIGURE_ROC_AUC].high < 0);
    CHECK_INT(report.of[1].band_count, 0);
    backtest_report_release(&report);
    product_free(product);
}

TEST(too_many_instants_are_spread_when_nobody_says_how_far_apart_and_refused_when_somebody_does)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    struct err_info why = {0};
    question.cells_max = (uint64_t)2 * history_records(product->history, ENTITY_CONTACT);
    CHECK_INT(backtest_report_make(&question, &report, &why), ERR_TOO_BIG);
    CHECK_CONTAINS(str_from_c(why.msg), STR("take 8 days or more between them"));
    backtest_report_release(&report);
    question.step_days = 0;
    make(&question, &report);
    CHECK_INT(report.of[0].backtest.instants, 2);
    CHECK_INT(report.of[0].backtest.step_ms, 8 * MS_PER_DAY);
    backtest_report_release(&report);
    product_free(product);
}

TEST(the_number_of_threads_changes_nothing_that_is_told)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report one, three;
    make(&question, &one);
    question.threads = 3;
    make(&question, &three);
    for (int f = 0; f < FIGURE_COUNT; f++) {
        CHECK_NEAR(one.of[0].figures[f].low, three.of[0].figures[f].low, 0);
        CHECK_NEAR(one.of[0].figures[f].high, three.of[0].figures[f].high, 0);
    }
    for (int goal = 0; goal < GOAL_COUNT; goal++) {
        CHECK_INT(one.of[0].advice[goal].micro, three.of[0].advice[goal].micro);
        CHECK_NEAR(one.of[0].advice[goal].precision.low, three.of[0].advice[goal].precision.low, 0);
    }
    backtest_report_release(&one);
    backtest_report_release(&three);
    product_free(product);
}

TEST(a_question_that_is_taken_back_has_no_answer_and_so_has_a_span_in_which_nobody_was_there)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    struct err_info why = {0}, empty = {0};
    atomic_bool stop = true;
    question.stop = &stop;
    CHECK_INT(backtest_report_make(&question, &report, &why), ERR_UNAVAILABLE);
    backtest_report_release(&report);
    question.stop = NULL;
    question.from_ms = instant_of("2025-06-01T00:00:00Z");
    question.to_ms = instant_of("2025-07-01T00:00:00Z");
    CHECK_INT(backtest_report_make(&question, &report, &empty), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(empty.msg), STR("nobody was there in that span"));
    backtest_report_release(&report);
    product_free(product);
}

/* ---- Lines and the document. ---- */

static void link_to(struct buf *out, enum entity object, struct str id)
{
    buf_format(out, "/%s/" STR_FMT, entity_plural(object), STR_ARG(id));
}

/* The members of a finding, without what says of what kind and definition it is. */
static struct str members_of(struct str line)
{
    struct str score = STR("\"score\":\"lead\",");
    for (size_t at = 0; at + score.len < line.len; at++)
        if (memcmp(line.at + at, score.at, score.len) == 0)
            return (struct str){line.at + at + score.len, line.len - at - score.len - 1}; /* and without the brace */
    FAIL("no finding of a score: " STR_FMT, STR_ARG(line));
}

TEST(the_document_has_every_finding_of_the_lines_byte_for_byte)
{
    struct product *product = world();
    struct backtest_question question = ask(product);
    static struct backtest_report report;
    char *text = NULL;
    size_t length = 0;
    AUTO_BUF document = BUF_INIT(TEXT_MAX);
    struct json_writer json = {.out = &document};
    make(&question, &report);
    FILE *to = open_memstream(&text, &length);
    backtest_lines(&report, to);
    CHECK_INT(fclose(to), 0);
    backtest_document(&json, &report, link_to);
    struct str rest = {text, length};
    int lines = 0;
    for (; rest.len > 0; lines++) CHECK_CONTAINS(buf_str(&document), members_of(str_cut(&rest, '\n')));
    CHECK_INT(lines, 1 + 4 + 3 + 5 + 2 + (int)report.of[0].missed_told);
    CHECK_CONTAINS(buf_str(&document), STR("\"band\":\"SQL\",\"from_micro\":15000000,\"until_micro\":null"));
    CHECK_CONTAINS(buf_str(&document), STR("\"link\":\"/contacts/cold0\"}"));
    free(text);
    backtest_report_release(&report);
    product_free(product);
}
