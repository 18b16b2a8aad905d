/* test_simulation.c — a random life, lived by two engines: one over memory, one over a file on a disk that fails.
 *
 * Facts, merges, archives, erasures, publishes and sweeps are drawn from a seed and done to both. Now and then the
 * disk refuses (then nothing may have changed), one of them is closed and opened again (the second
 * from a snapshot), or time passes. After every
 * step both must know the same: identities, values, bands, scores to the last digit of their ledgers, and stores.
 * Now and then the scores are those of a history built of the surviving facts. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "../score_helper.h"
#include "../store/facts.h"
#include "../store/fault_vfs.h"
#include "engine_dump.h"
#include "harness.h"
#include "rebuilt.h"
#include "simulated.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIVES 1
#define STEPS 150
#else
#define LIVES 8
#define STEPS 250
#endif

struct lives {
    struct fixture one, other; /* in memory, and over a file */
    uint64_t dice;
    struct arena *arena; /* of one step */
};

static void compare(struct lives *l, const char *when)
{
    check_same_dump(engine_dump(&l->one, l->arena), engine_dump(&l->other, l->arena), when);
}

/* The disk fails at one of the next operations. What is refused for it has changed nothing, and goes well when it is
 * tried again. */
static enum err do_on_failing_disk(struct lives *l, const struct act *act, struct buf *out, struct err_info *why)
{
    struct str before = engine_dump(&l->other, l->arena);
    fault_set((enum fault_kind)draw(&l->dice, FAULT_KINDS), 1 + (int)draw(&l->dice, 3));
    enum err e = act_do(act, &l->other, out, why);
    fault_set(FAULT_ONCE, 0);
    if (e != ERR_UNAVAILABLE) return e;
    struct str after = engine_dump(&l->other, l->arena);
    if (act->kind == ACT_PUBLISH) {
        before = dump_without_values(before, l->arena);
        after = dump_without_values(after, l->arena);
    }
    if (act->kind != ACT_ERASE) check_same_dump(before, after, "a refusal by the disk"); /* it may be erased already */
    buf_clear(out);
    *why = (struct err_info){0};
    return act_do(act, &l->other, out, why);
}

static void act_on_both(struct lives *l)
{
    AUTO_BUF out_one = BUF_INIT(SIZE_MAX), out_other = BUF_INIT(SIZE_MAX);
    struct err_info why_one = {0}, why_other = {0};
    struct act act = act_draw(&l->dice, &l->one, l->arena);
    bool failing = draw(&l->dice, 5) == 0;
    enum err other =
        failing ? do_on_failing_disk(l, &act, &out_other, &why_other) : act_do(&act, &l->other, &out_other, &why_other);
    enum err one = act_do(&act, &l->one, &out_one, &why_one);
    if (one != other) FAIL("%s: %d (%s) and %d (%s)", act_name(act.kind), one, why_one.msg, other, why_other.msg);
    CHECK_STR(buf_str(&out_one), buf_str(&out_other));
    compare(l, act_name(act.kind));
}

static int live(uint64_t seed)
{
    int rebuilt = 0;
    struct err_info why = {0};
    struct lives l = {.dice = seed, .arena = arena_new()};
    AUTO_ARENA arena = arena_new();
    fault_register();
    fixture_open(&l.one, NULL);
    fixture_open_on(&l.other, fresh_path(arena), FAULT_VFS);
    l.other.snapshot = arena_format(arena, "%s.snapshot", l.other.path).at;
    fixture_reopen(&l.other);
    for (int step = 0; step < STEPS; step++) {
        arena_reset(l.arena);
        uint32_t chance = draw(&l.dice, 40);
        if (chance == 0) fixture_reopen(&l.one);
        if (chance == 1) fixture_reopen(&l.other);
        if (chance == 2) l.one.clock.fixed_ms = l.other.clock.fixed_ms += draw(&l.dice, 5) * DAY;
        if (chance == 0) compare(&l, "a restart of the first");
        if (chance == 4) CHECK_OK(engine_snapshot(l.other.engine, &why), why);
        if (chance == 3) rebuilt += check_against_rebuilt(&l.one);
        if (chance == 1) compare(&l, "a restart of the second");
        act_on_both(&l);
    }
    /* Ids of the engine's own follow from the greatest that a start finds, which somebody erased may have had. */
    check_same_dump(dump_sorted(dump_without_made_ids(store_dump(l.one.store, l.arena), l.arena), l.arena),
                    dump_sorted(dump_without_made_ids(store_dump(l.other.store, l.arena), l.arena), l.arena),
                    "all of it");
    CHECK_STR(store_findings(l.other.store, l.arena), STR(""));
    fixture_close(&l.one);
    fixture_close(&l.other);
    arena_free(l.arena);
    return rebuilt;
}

static int cases(void)
{
    const char *text = getenv("PLUMB_TEST_CASES");
    uint64_t wanted = 0;
    return text != NULL && str_to_u64(str_from_c(text), &wanted) && wanted < 1000000 ? (int)wanted : LIVES;
}

TEST(two_engines_that_live_through_the_same_know_the_same_whatever_fails_or_restarts)
{
    int rebuilt = 0;
    for (int i = 0; i < cases(); i++) rebuilt += live(harness_seed() + (uint64_t)i);
    printf("# %d histories rebuilt\n", rebuilt);
    CHECK_TRUE(rebuilt > 0 || cases() < 8);
}
