/* test_profile.c — what customers had more often, as it was before they were customers. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/profile.h"

#include <math.h>
#include <string.h>

#include "base/chance.h"
#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

static const struct law taste = {.people = 3000, .interest = 5, .fit = 2, .a_day = -10};
static const struct law luck = {.people = 3000, .a_day = -7};

static struct profile profile_of(struct product *product, unsigned threads)
{
    struct lifetime *lives =
        ARENA_ARRAY(product->arena, struct lifetime, history_records(product->history, ENTITY_CONTACT));
    struct feature_source source = {.history = product->history, .object = ENTITY_CONTACT};
    struct profile_options options = {
        .end_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY, .horizon_ms = 14 * MS_PER_DAY, .seed = 1, .threads = threads};
    struct profile profile;
    struct err_info why = {0};
    outcome_find(product->scan, &product->set, product->history, 0, 1, NULL, lives);
    CHECK_OK(profile_find(&source, lives, &options, product->arena, &profile, &why), why);
    return profile;
}
static const struct finding *finding_of(const struct profile *profile, const char *words)
{
    for (uint32_t i = 0; i < profile->count; i++)
        if (str_equal(profile->findings[i].trait.words, str_from_c(words))) return &profile->findings[i];
    return NULL;
}

static const struct finding *must_find(const struct profile *profile, const char *words)
{
    const struct finding *finding = finding_of(profile, words);
    if (finding == NULL) FAIL("nothing is said of '%s'", words);
    return finding;
}

TEST(what_makes_customers_is_found_with_how_often_and_how_sure)
{
    struct product *p = buyers_world(&taste, harness_seed());
    struct profile profile = profile_of(p, 1);
    const struct finding *branch = must_find(&profile, "branch is it");
    CHECK_TRUE(branch->found && branch->best);
    CHECK_TRUE(branch->ratio.low > 1.2 && branch->ratio.low < branch->ratio.value &&
               branch->ratio.value < branch->ratio.high);
    CHECK_NEAR(branch->ratio.value, branch->share.value / branch->other_share.value, 1e-12);
    CHECK_INT(branch->count.group, profile.customers);
    CHECK_TRUE(must_find(&profile, "branch is steel")->ratio.high < 1);
    CHECK_TRUE(must_find(&profile, "pricing in 7 days")->ratio.low > 1);
    CHECK_FALSE(must_find(&profile, "region is north")->found);
    product_free(p);
}

TEST(among_what_chance_alone_gives_hardly_anything_is_found)
{
    uint32_t looked_at = 0, found = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct product *p = buyers_world(&luck, seed);
        struct profile profile = profile_of(p, 1);
        for (uint32_t i = 0; i < profile.count; i++) {
            if (strncmp(profile.findings[i].trait.words.at, "blog", 4) != 0) continue;
            looked_at++;
            found += profile.findings[i].found;
        }
        CHECK_FALSE(must_find(&profile, "branch is it")->found);
        CHECK_FALSE(must_find(&profile, "region is north")->found);
        product_free(p);
    }
    CHECK_TRUE(looked_at > 20);
    CHECK_INT(found, 0);
}

TEST(what_came_of_being_a_customer_is_named_and_left_out)
{
    struct law law = taste;
    law.stamped = true;
    struct product *p = buyers_world(&law, harness_seed());
    struct profile profile = profile_of(p, 1);
    bool named = false;
    for (uint32_t i = 0; i < profile.leaks.count; i++) named |= str_equal(profile.leaks.at[i].subject, STR("stamp"));
    CHECK_TRUE(named);
    CHECK_TRUE(finding_of(&profile, "stamp is yes") == NULL);
    CHECK_TRUE(finding_of(&profile, "told is yes") == NULL);
    product_free(p);
}

TEST(any_number_of_threads_gives_the_same_profile)
{
    struct product *p = buyers_world(&taste, 3);
    struct profile one = profile_of(p, 1), three = profile_of(p, 3);
    CHECK_INT(one.count, three.count);
    for (uint32_t i = 0; i < one.count; i++) {
        CHECK_STR(one.findings[i].trait.words, three.findings[i].trait.words);
        CHECK_INT(memcmp(&one.findings[i].count, &three.findings[i].count, sizeof one.findings[i].count), 0);
    }
    product_free(p);
}

/* ---- Small worlds, written by hand. ---- */

static const char segment[] = "segment: customer\nobject: contact\nwhen: {event: bought}\n";

/* 30 who bought in April and 30 who did not; of either some have more. */
static struct product *thirty_and_thirty(const char *more)
{
    struct product *p = product_new("contact: {industry: string, vip: boolean, size: number, email: string, since: "
                                    "date, topics: set, phone: string, even: string}\ncompany: {land: string}",
                                    segment);
    AUTO_BUF facts = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 60; i++) {
        bool buys = i < 30;
        buf_format(&facts,
                   "contact c%02d industry=%s vip=%s size=%d email=x%d@%s since=%s topics=%s\n"
                   "event c%02d came 2026-01-01T00:00:00Z\n",
                   i,
                   buys     ? "\"Big Steel\""
                   : i < 45 ? "Food"
                            : "Farms",
                   buys || i < 40 ? "yes" : "no", buys ? 100 + i : i, i, buys || i < 45 ? "acme.example" : "gmail.com",
                   buys     ? "2025-12-01"
                   : i < 40 ? "2024-01-01"
                            : "2020-01-01",
                   i % 2 == 0 ? "a;b" : "b", i);
        buf_format(&facts, "company k%d land=%s\nc%02d in k%d 2026-01-01T00:00:00Z\n", i, i % 3 == 0 ? "DE" : "FR", i,
                   i);
        if (buys) buf_format(&facts, "event c%02d bought 2026-04-01T00:00:00Z\n", i);
        if (i % 2 == 0) buf_format(&facts, "contact c%02d even=yes\n", i);
        if (i >= 45) buf_format(&facts, "contact c%02d phone=%d\n", i, i);
    }
    buf_append_c(&facts, more);
    buf_append_char(&facts, '\0');
    product_facts(p, facts.at);
    product_finish(p);
    return p;
}

static struct profile small_profile(struct product *p, const char *end)
{
    struct lifetime *lives = ARENA_ARRAY(p->arena, struct lifetime, history_records(p->history, ENTITY_CONTACT));
    struct feature_source source = {.history = p->history, .object = ENTITY_CONTACT};
    struct profile_options options = {
        .end_ms = instant_of(end), .horizon_ms = 30 * MS_PER_DAY, .seed = 1, .threads = 1};
    struct profile profile;
    struct err_info why = {0};
    outcome_find(p->scan, &p->set, p->history, 0, 1, NULL, lives);
    CHECK_OK(profile_find(&source, lives, &options, p->arena, &profile, &why), why);
    return profile;
}

TEST(traits_are_told_in_the_writing_of_the_facts_and_in_round_numbers)
{
    struct product *p = thirty_and_thirty("");
    struct profile profile = small_profile(p, "2026-07-01T00:00:00Z");
    struct trait *traits = NULL;
    struct training_example examples[60] = {{0}};
    CHECK_INT(profile.customers, 30);
    CHECK_INT(profile.others, 30);
    for (uint32_t r = 0; r < 60; r++)
        examples[r] = (struct training_example){.record = r, .at_ms = instant_of("2026-03-20T00:00:00Z")};
    struct feature_source source = {.history = p->history, .object = ENTITY_CONTACT};
    float *value = ARENA_ARRAY(p->arena, float, (size_t)60 * profile.plan.count);
    features_compute(&profile.plan, &source, examples, 60, 1, NULL, value);
    uint32_t count = traits_choose(&profile.plan, &source, examples, value, 60, p->arena, &traits);
    static const struct {
        const char *words;
        uint32_t have;
    } rows[] = {{"industry is Big Steel", 30},
                {"vip is true", 40},
                {"email is of a free provider", 15},
                {"since is less than 800 days ago", 30},
                {"topics has a", 30},
                {"phone is missing", 45},
                {"company.land is DE", 20},
                {"has a company", 60},
                {"came in 90 days", 60},
                {"any event: 3 or more in 90 days", 0},
                {"size is 40 to 54", 15},
                {"size is 105 to 114", 10}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t have = 0, t = 0;
        while (t < count && !str_equal(traits[t].words, str_from_c(rows[i].words))) t++;
        if (t == count) FAIL("there is no trait '%s'", rows[i].words);
        for (uint32_t r = 0; r < 60; r++) have += trait_holds(&traits[t], value + (size_t)r * profile.plan.count);
        CHECK_INT(have, rows[i].have);
    }
    product_free(p);
}

TEST(of_traits_that_the_same_records_have_one_is_shown)
{
    struct product *p = thirty_and_thirty("");
    struct profile profile = small_profile(p, "2026-07-01T00:00:00Z");
    const struct finding *topics = must_find(&profile, "topics has a"), *even = must_find(&profile, "even is yes");
    CHECK_INT(topics->count.with, even->count.with);
    CHECK_TRUE(topics->best != even->best);
    product_free(p);
}

TEST(nothing_after_the_outcome_or_its_instant_is_looked_at)
{
    struct product *p = thirty_and_thirty(""),
                   *q = thirty_and_thirty(
                       "event c00 came 2026-04-02T00:00:00Z\nevent c01 came 2026-05-02T00:00:00Z\nevent c40 came "
                       "2026-06-20T00:00:00Z\n"
                       "event c40 bought 2026-06-20T00:00:00Z\nfrom 2026-04-01T00:00:01Z contact c02 industry=Food\n");
    struct profile before = small_profile(p, "2026-05-01T00:00:00Z"), after = small_profile(q, "2026-05-01T00:00:00Z");
    CHECK_INT(after.count, before.count);
    CHECK_INT(after.customers, 30);
    for (uint32_t i = 0; i < before.count; i++) {
        CHECK_STR(after.findings[i].trait.words, before.findings[i].trait.words);
        CHECK_INT(after.findings[i].count.with, before.findings[i].count.with);
    }
    product_free(p);
    product_free(q);
}

TEST(too_few_customers_or_an_outcome_without_a_time_is_told_with_what_is_missing)
{
    struct product *p = product_new("contact: {stage: string}",
                                    "segment: customer\nobject: contact\nwhen: {property: stage, is: customer}\n");
    AUTO_BUF facts = BUF_INIT((size_t)1 << 16);
    for (int i = 0; i < 40; i++)
        buf_format(&facts, "contact c%d stage=%s\nevent c%d came 2026-01-01T00:00:00Z\n", i,
                   i < 20 ? "customer" : "lead", i);
    buf_append_char(&facts, '\0');
    product_facts(p, facts.at);
    product_finish(p);
    struct lifetime lives[40];
    struct feature_source source = {.history = p->history, .object = ENTITY_CONTACT};
    struct profile_options options = {
        .end_ms = instant_of("2026-12-01T00:00:00Z"), .horizon_ms = 30 * MS_PER_DAY, .seed = 1, .threads = 1};
    struct profile profile;
    struct err_info why = {0};
    outcome_find(p->scan, &p->set, p->history, 0, 1, NULL, lives);
    CHECK_INT(profile_find(&source, lives, &options, p->arena, &profile, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("Of 20 it always held"));
    why = (struct err_info){0};
    for (int i = 0; i < 40; i++) lives[i].happened_ms = i < 3 ? instant_of("2026-05-01T00:00:00Z") : NEVER;
    CHECK_INT(profile_find(&source, lives, &options, p->arena, &profile, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("came for only 3 contacts"));
    CHECK_CONTAINS(str_from_c(why.msg), STR("at least 10 are needed"));
    product_free(p);
}
