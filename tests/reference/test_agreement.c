/* test_agreement.c — the product and the reference must say the same of random worlds.
 *
 * Each case is a seed: a world, definitions, four instants; see judge.h.
 *
 *     PLUMB_TEST_CASES=100000 meson test ...          more of them
 *     PLUMB_TEST_SEED=N PLUMB_TEST_CASES=1            the case with seed N and no other */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "harness.h"
#include "reference/judge.h"

#if defined(__SANITIZE_ADDRESS__)
#define CASES 1000 /* of which each takes ten times as long */
#else
#define CASES 10000
#endif

static const struct ref_sizes small = {.contacts = 6, .companies = 3, .deals = 3, .events = 40, .days = 60, .rules = 6};

static uint64_t case_count(void)
{
    const char *text = getenv("PLUMB_TEST_CASES");
    return text != NULL ? strtoull(text, NULL, 10) : CASES;
}

TEST(random_worlds_are_scored_as_the_plain_evaluator_scores_them)
{
    AUTO_ARENA arena = arena_new();
    uint64_t first = harness_seed(), count = case_count();
    for (uint64_t seed = first; seed < first + count; seed++) {
        ref_check_case(arena, seed, &small, seed % 4 == 0);
        arena_reset(arena);
    }
}

/* Beyond what the contract promises: two different events under one message id, two contacts of
 * one person told in any order. Whatever the product makes of it, it must not be the order's doing. */
static void contradict(struct arena *arena, struct ref_world *world)
{
    uint32_t count = world->fact_count;
    struct ref_fact *facts = ARENA_ARRAY(arena, struct ref_fact, (size_t)count * 2);
    for (uint32_t i = 0; i < count; i++) {
        struct ref_fact *f = &world->fact[i];
        facts[i] = *f;
        if (f->kind != REF_HAPPENING || f->id.len == 0 || i % 3 != 0) continue;
        struct ref_fact *other = &facts[world->fact_count++];
        *other = *f;
        other->at_ms += (int64_t)(i % 2) * 1000;
        if (i % 4 == 0) other->name = STR("page_viewed");
        if (i % 5 == 0 && !str_starts_with(other->name, STR("plumb."))) other->value_count = 0;
        other->bot = i % 6 == 0;
    }
    world->fact = facts;
}

TEST(the_order_of_facts_shows_nowhere_even_when_they_contradict_each_other)
{
    AUTO_ARENA arena = arena_new();
    uint64_t first = harness_seed(), count = (case_count() + 49) / 50;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct ref_case c;
        ref_generate(arena, seed, &small, &c);
        contradict(arena, &c.world);
        struct str one = ref_results(arena, &c, 0, false);
        for (uint64_t order = 1; order < 4; order++) CHECK_STR(ref_results(arena, &c, order * 7919, order == 2), one);
        arena_reset(arena);
    }
}
