/* test_assignment.c — who takes part in an experiment, since when, and what counts. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/assignment.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/instant.h"
#include "harness.h"
#include "score_helper.h"

static const char definitions[] =
    "segment: who\nwhen: {event: form_sent}\n---\n"
    "segment: outcome\nwhen: {any: [{event: bought}, {property: stage, is: customer}]}\n---\n"
    "segment: pilot\nwhen: {property: country, is: NL}\n";
enum { WHO, OUTCOME, PILOT };

/* March, of which all facts until the 31st are known. */
static struct assignment_rules march(void)
{
    return (struct assignment_rules){.who = WHO,
                                     .outcome = OUTCOME,
                                     .pilot = SEGMENT_NONE,
                                     .seed = 7,
                                     .share_b = 0.5,
                                     .from_ms = instant_of("2026-03-01T00:00:00Z"),
                                     .to_ms = instant_of("2026-03-31T00:00:00Z"),
                                     .now_ms = instant_of("2026-03-31T00:00:00Z"),
                                     .horizon_ms = 10 * MS_PER_DAY};
}

static struct product *world(const char *facts)
{
    struct product *product = product_new("", definitions);
    product_facts(product, facts);
    product_finish(product);
    return product;
}

static struct assignment of(const struct product *p, struct assignment_rules rules, const char *id)
{
    return assignment_of(p->scan, p->history, ENTITY_CONTACT, &rules,
                         history_find(p->history, ENTITY_CONTACT, str_from_c(id)));
}

TEST(a_record_is_assigned_at_the_first_fact_after_the_start_at_which_it_may_take_part)
{
    struct product *p = world("contact ada\ncontact ben\ncontact cleo\ncontact dan\n"
                              "event ada page_viewed 2026-03-04T10:00:00Z\n"
                              "event ada form_sent 2026-03-05T10:00:00Z\n"
                              "event ada form_sent 2026-03-06T10:00:00Z\n"
                              "event ben form_sent 2026-02-05T10:00:00Z\n" /* before the start */
                              "event ben form_sent 2026-03-05T10:00:00Z\n"
                              "event cleo page_viewed 2026-03-05T10:00:00Z\n"
                              "event dan form_sent 2026-04-01T10:00:00Z\n"); /* after the end */
    struct assignment ada = of(p, march(), "ada");
    CHECK_TRUE(ada.arm != ARM_NONE);
    CHECK_INT(ada.at_ms, instant_of("2026-03-05T10:00:00Z"));
    CHECK_INT(of(p, march(), "ben").arm, ARM_NONE);
    CHECK_INT(of(p, march(), "cleo").arm, ARM_NONE);
    CHECK_INT(of(p, march(), "dan").arm, ARM_NONE);
    struct assignment_rules all = march();
    all.existing = true;
    CHECK_INT(of(p, all, "ben").at_ms, all.from_ms);
    product_free(p);
}

TEST(without_a_condition_everybody_takes_part_who_is_first_heard_of_after_the_start)
{
    struct product *p = world("contact ada\ncontact ben\ncontact cleo\n"
                              "event ada page_viewed 2026-03-04T10:00:00Z\n"
                              "event ben page_viewed 2026-02-04T10:00:00Z\n"
                              "event ben page_viewed 2026-03-04T10:00:00Z\n");
    struct assignment_rules rules = march();
    rules.who = SEGMENT_NONE;
    CHECK_INT(of(p, rules, "ada").at_ms, instant_of("2026-03-04T10:00:00Z"));
    CHECK_INT(of(p, rules, "ben").arm, ARM_NONE);
    CHECK_INT(of(p, rules, "cleo").arm, ARM_NONE); /* nobody knows since when */
    product_free(p);
}

TEST(only_what_comes_after_the_assignment_and_within_the_horizon_converts)
{
    struct product *p = world("contact early\ncontact late\ncontact sold\ncontact young\n"
                              "event early form_sent 2026-03-05T10:00:00Z\n"
                              "event early bought 2026-03-15T10:00:00Z\n" /* ten days later to the minute */
                              "event late form_sent 2026-03-05T10:00:00Z\n"
                              "event late bought 2026-03-15T10:01:00Z\n"
                              "event sold bought 2026-03-02T10:00:00Z\n"
                              "event sold form_sent 2026-03-05T10:00:00Z\n"
                              "event young form_sent 2026-03-25T10:00:00Z\n"
                              "event young bought 2026-03-26T10:00:00Z\n");
    struct assignment early = of(p, march(), "early"), late = of(p, march(), "late"), young = of(p, march(), "young");
    CHECK_TRUE(early.over && early.converted);
    CHECK_TRUE(late.over && !late.converted);
    CHECK_INT(of(p, march(), "sold").arm, ARM_NONE); /* a customer before */
    CHECK_TRUE(!young.over && young.converted);      /* it is known, and does not count yet */
    product_free(p);
}

TEST(nothing_that_is_not_known_yet_changes_who_takes_part)
{
    struct product *p = world("contact ada\nevent ada form_sent 2026-03-05T10:00:00Z\n"
                              "event ada bought 2026-03-07T10:00:00Z\n");
    struct assignment_rules then = march();
    then.now_ms = instant_of("2026-03-06T00:00:00Z");
    struct assignment ada = of(p, then, "ada");
    CHECK_TRUE(ada.arm == of(p, march(), "ada").arm && !ada.over && !ada.converted);
    then.now_ms = instant_of("2026-03-05T09:00:00Z");
    CHECK_INT(of(p, then, "ada").arm, ARM_NONE);
    then.now_ms = instant_of("2026-02-05T09:00:00Z");
    CHECK_INT(of(p, then, "ada").arm, ARM_NONE);
    product_free(p);
}

TEST(a_pilot_group_is_whoever_was_in_its_segment_when_assigned)
{
    struct product *p = world("contact ada\ncontact ben\n"
                              "from 2026-01-01T00:00:00Z contact ada country=NL\n"
                              "from 2026-03-20T00:00:00Z contact ada country=DE\n"
                              "event ada form_sent 2026-03-05T10:00:00Z\n"
                              "event ben form_sent 2026-03-05T10:00:00Z\n"
                              "from 2026-03-20T00:00:00Z contact ben country=NL\n");
    struct assignment_rules rules = march();
    rules.pilot = PILOT;
    CHECK_INT(of(p, rules, "ada").arm, ARM_B);
    CHECK_INT(of(p, rules, "ben").arm, ARM_A);
    product_free(p);
}

TEST(two_contacts_who_are_one_have_the_arm_of_the_one_that_stays)
{
    struct product *p = world("contact ada\ncontact visitor-1\nsame ada visitor-1\n"
                              "event visitor-1 form_sent 2026-03-05T10:00:00Z\n");
    struct assignment ada = of(p, march(), "ada");
    CHECK_INT(ada.at_ms, instant_of("2026-03-05T10:00:00Z"));
    CHECK_INT(ada.arm, experiment_arm(7, history_record_id(p->history, ENTITY_CONTACT, ada.record), 0.5));
    product_free(p);
}

TEST(everybody_is_told_in_the_order_of_assignment_by_any_number_of_threads)
{
    AUTO_BUF facts = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_format(&facts, "contact c%d\nevent c%d form_sent 2026-03-%02dT10:%02d:00Z\n", i, i, 1 + i % 28, i % 7);
    buf_append_char(&facts, '\0');
    struct product *p = world(facts.at);
    struct assignment_rules rules = march();
    struct assignment *one, *two;
    uint64_t count = assignments_find(p->scan, p->history, ENTITY_CONTACT, &rules, 1, &one);
    CHECK_INT(count, 2000);
    CHECK_INT(assignments_find(p->scan, p->history, ENTITY_CONTACT, &rules, 3, &two), count);
    for (uint64_t i = 0; i < count; i++) {
        CHECK_TRUE(one[i].record == two[i].record && one[i].arm == two[i].arm);
        CHECK_TRUE(i == 0 || one[i - 1].at_ms <= one[i].at_ms);
    }
    memory_free(one);
    memory_free(two);
    product_free(p);
}
