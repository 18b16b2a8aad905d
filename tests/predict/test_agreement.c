/* test_agreement.c — what sales say of leads, held against the score as it stood.
 *
 * Kappa and its interval are those of statsmodels 0.13.5 (statsmodels.stats.inter_rater.cohens_kappa). */
// SPDX-License-Identifier: Apache-2.0
#include "predict/agreement.h"

#include <math.h>

#include "base/instant.h"
#include "core/definition.h"
#include "harness.h"
#include "score_helper.h"

#define THRESHOLD (20 * INT64_C(1000000))
#define WORDS_MAX 200

static const char lead[] = "score: lead\ngroups:\n- name: Web\n  category: engagement\n"
                           "  rules:\n  - {name: Page, event: page_viewed, points: 10}\n"
                           "  - {name: Rejected, event: lead_rejected, points: -50}\n";

static uint32_t words_of(struct product *p, const char *from, const char *to, struct sales_word **words,
                         uint32_t *unsaid)
{
    uint32_t count = agreement_words(p->history, instant_of(from), instant_of(to), p->arena, words, unsaid);
    agreement_score(p->scan, 0, *words, count);
    return count;
}

TEST(the_last_word_about_a_lead_counts_with_the_score_as_it_stood_right_before)
{
    struct product *p = product_new("", lead);
    product_facts(p, "contact ada\ncontact ben\ncontact cleo\ncontact dan\n"
                     "event ada page_viewed 2026-01-01T10:00:00Z\n"
                     "event ada page_viewed 2026-01-02T10:00:00Z\n"
                     "event ada lead_rejected 2026-01-03T10:00:00Z reason=\"No budget\" by=user:sam\n"
                     "event ada page_viewed 2026-01-04T10:00:00Z\n"
                     "event ben page_viewed 2026-01-01T10:00:00Z\n"
                     "event ben lead_rejected 2026-01-02T10:00:00Z reason=student\n"
                     "event ben lead_accepted 2026-01-05T10:00:00Z\n"
                     "event cleo page_viewed 2026-01-02T10:00:00Z\n"
                     "event dan lead_accepted 2026-02-01T10:00:00Z\n"); /* after the span */
    product_finish(p);
    struct sales_word *words;
    uint32_t unsaid;
    CHECK_INT(words_of(p, "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", &words, &unsaid), 2);
    CHECK_INT(unsaid, 1);
    CHECK_FALSE(words[0].accepted);
    CHECK_INT(words[0].micro, 20 * MICRO_PER_POINT); /* neither the word nor what came later */
    CHECK_STR(words[0].reason, STR("No budget"));
    CHECK_STR(words[0].by, STR("user:sam"));
    CHECK_TRUE(words[1].accepted);
    CHECK_INT(words[1].micro, -40 * MICRO_PER_POINT);
    CHECK_INT(words_of(p, "2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z", &words, &unsaid), 1);
    CHECK_FALSE(words[0].accepted);
    CHECK_INT(unsaid, 0);
    product_free(p);
}

/* So many words of each kind; scores of 30 and 10 points. */
static uint32_t table_of(struct sales_word *words, unsigned high_accepted, unsigned high_rejected,
                         unsigned low_accepted, unsigned low_rejected)
{
    const struct {
        unsigned count;
        bool high, accepted;
    } cell[] = {{high_accepted, true, true},
                {high_rejected, true, false},
                {low_accepted, false, true},
                {low_rejected, false, false}};
    uint32_t count = 0;
    for (size_t c = 0; c < sizeof cell / sizeof cell[0]; c++)
        for (unsigned i = 0; i < cell[c].count; i++, count++)
            words[count] = (struct sales_word){.contact = count,
                                               .accepted = cell[c].accepted,
                                               .known = true,
                                               .micro = (cell[c].high ? 30 : 10) * MICRO_PER_POINT};
    return count;
}

TEST(kappa_and_its_interval_are_those_of_statsmodels)
{
    struct sales_word words[WORDS_MAX];
    struct agreement found;
    agreement_measure(words, table_of(words, 45, 6, 9, 40), THRESHOLD, &found);
    CHECK_NEAR(found.kappa.value, 0.6995192307692307, 1e-12);
    CHECK_NEAR(found.kappa.low, 0.5595903407506923, 1e-12);
    CHECK_NEAR(found.kappa.high, 0.8394481207877692, 1e-12);
    CHECK_NEAR(found.observed, 0.85, 1e-12);
    CHECK_NEAR(found.rate[1].value, 45.0 / 51, 1e-12);
    CHECK_NEAR(found.rate[0].value, 9.0 / 49, 1e-12);
    agreement_measure(words, table_of(words, 15, 10, 5, 20), THRESHOLD, &found);
    CHECK_NEAR(found.kappa.value, 0.4, 1e-12);
    CHECK_NEAR(found.kappa.low, 0.151092290476661, 1e-12);
    CHECK_NEAR(found.kappa.high, 0.6489077095233389, 1e-12);
    agreement_measure(words, table_of(words, 96, 1, 0, 3), THRESHOLD, &found);
    CHECK_NEAR(found.kappa.value, 0.8520710059171599, 1e-12);
    CHECK_DOUBLE(found.kappa.high, 1.0); /* 1.137 */
}

TEST(sales_who_say_the_same_of_everybody_say_nothing_about_the_score)
{
    struct sales_word words[WORDS_MAX];
    struct agreement found;
    agreement_measure(words, table_of(words, 20, 0, 0, 0), THRESHOLD, &found);
    CHECK_TRUE(isnan(found.kappa.value) && isnan(found.auc.value));
    CHECK_DOUBLE(found.observed, 1.0);
    CHECK_STR(str_from_c(agreement_strength(found.kappa.value)), STR("none"));
    agreement_measure(words, 0, THRESHOLD, &found);
    CHECK_TRUE(isnan(found.observed) && isnan(found.rate[0].value));
}

TEST(the_auc_is_the_chance_that_an_accepted_lead_stood_above_a_rejected_one)
{
    struct sales_word words[WORDS_MAX];
    struct agreement found;
    agreement_measure(words, table_of(words, 30, 10, 10, 30), THRESHOLD, &found);
    CHECK_NEAR(found.auc.value, 0.75 * 0.75 + 0.5 * (0.75 * 0.25 + 0.25 * 0.75), 1e-12);
    CHECK_TRUE(found.auc.low > 0.6 && found.auc.high < 0.9);
    uint32_t count = table_of(words, 1, 0, 0, 1);
    words[0].known = false; /* below every score */
    agreement_measure(words, count, THRESHOLD, &found);
    CHECK_DOUBLE(found.auc.value, 0.0);
}

TEST(reasons_of_high_scores_that_were_rejected_are_counted_without_case)
{
    struct sales_word words[WORDS_MAX];
    AUTO_ARENA arena = arena_new();
    uint32_t count = table_of(words, 1, 5, 0, 2);
    static const char *const said[] = {"", "No budget", "student", "no budget ", "NO BUDGET", "", "ignored", "ignored"};
    for (uint32_t i = 0; i < count; i++) words[i].reason = str_from_c(said[i]);
    struct agreement_reason reasons[2];
    CHECK_INT(agreement_reasons(words, count, THRESHOLD, arena, reasons, 2), 3);
    CHECK_STR(reasons[0].text, STR("No budget"));
    CHECK_INT(reasons[0].count, 3);
    CHECK_STR(reasons[1].text, STR(""));
    CHECK_INT(reasons[1].count, 1);
}

TEST(the_list_of_differences_begins_where_sales_and_the_score_are_farthest_apart)
{
    struct sales_word words[WORDS_MAX];
    uint32_t count = table_of(words, 2, 3, 3, 2), rejected[2], accepted[4], rejected_count, accepted_count;
    words[3].micro = 90 * MICRO_PER_POINT; /* rejected, the highest */
    words[4].micro = 50 * MICRO_PER_POINT;
    words[6].known = false; /* accepted, without a score */
    agreement_differences(words, count, THRESHOLD, 2, rejected, &rejected_count, accepted, &accepted_count);
    CHECK_INT(rejected_count, 2);
    CHECK_INT(rejected[0], 3);
    CHECK_INT(rejected[1], 4);
    CHECK_INT(accepted_count, 2);
    CHECK_INT(accepted[0], 6);
}
