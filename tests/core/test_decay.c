/* test_decay.c — the curves of semantics 4.3, to the millionth. */
// SPDX-License-Identifier: Apache-2.0
#include "core/decay.h"

#include "harness.h"

#define MINUTE 1
#define HOUR 60
#define DAY 1440

static const struct decay none = {.shape = DECAY_NONE};

static struct decay half_life(uint32_t days)
{
    return (struct decay){.shape = DECAY_HALF_LIFE, .period = days, .unit_minutes = DAY};
}

static struct decay falling(enum decay_shape shape, double percent, uint32_t days)
{
    return (struct decay){.shape = shape, .percent = percent, .period = days, .unit_minutes = DAY};
}

/* What `points` are worth after a number of minutes, in micro-points. */
static int64_t worth(int points, struct decay decay, uint64_t age_minutes)
{
    return (int64_t)points * decay_ppm(&decay, age_minutes / decay.unit_minutes);
}

/* Semantics 8.2. */
TEST(worked_example_2_linear_decay)
{
    struct decay decay = falling(DECAY_LINEAR, 50, 30);
    CHECK_INT(worth(10, decay, 0), 10000000);
    CHECK_INT(worth(10, decay, 29 * DAY + 23 * HOUR), 5166670);
    CHECK_INT(worth(10, decay, 30 * DAY), 5000000);
    CHECK_INT(worth(10, decay, 45 * DAY), 2500000);
    CHECK_INT(worth(10, decay, 60 * DAY), 0);
    CHECK_INT(worth(10, decay, 90 * DAY), 0);
    CHECK_INT(worth(10, decay, 45 * DAY) + worth(10, decay, 15 * DAY), 2500000 + 7500000);
}

/* Semantics 8.3. */
TEST(worked_example_3_half_life)
{
    struct decay decay = half_life(30);
    CHECK_INT(decay_ppm(&decay, 45), 353553);
    CHECK_INT(worth(20, decay, 45 * DAY), 7071060);
}

TEST(without_decay_an_event_keeps_its_points_for_ever)
{
    CHECK_INT(decay_ppm(&none, 0), PPM_ONE);
    CHECK_INT(decay_ppm(&none, UINT64_MAX), PPM_ONE);
    CHECK_TRUE(decay_end(&none) == UINT64_MAX);
}

TEST(after_each_half_life_half_is_left)
{
    struct decay decay = half_life(7);
    CHECK_INT(decay_ppm(&decay, 0), 1000000);
    CHECK_INT(decay_ppm(&decay, 7), 500000);
    CHECK_INT(decay_ppm(&decay, 14), 250000);
    CHECK_INT(decay_ppm(&decay, 21), 125000);
    CHECK_INT(decay_ppm(&decay, 42), 15625);
    CHECK_INT(decay_ppm(&decay, 49), 7813); /* 7812.5 is rounded up */
}

TEST(steps_fall_only_when_a_whole_period_has_passed)
{
    struct decay decay = falling(DECAY_STEP, 25, 10);
    CHECK_INT(decay_ppm(&decay, 0), 1000000);
    CHECK_INT(decay_ppm(&decay, 9), 1000000);
    CHECK_INT(decay_ppm(&decay, 10), 750000);
    CHECK_INT(decay_ppm(&decay, 19), 750000);
    CHECK_INT(decay_ppm(&decay, 39), 250000);
    CHECK_INT(decay_ppm(&decay, 40), 0);
    CHECK_INT(decay_ppm(&decay, 1000), 0);
    CHECK_INT(decay_end(&decay), 40);
}

TEST(compound_decay_takes_its_percent_of_what_is_left)
{
    struct decay decay = falling(DECAY_COMPOUND, 10, 30);
    CHECK_INT(decay_ppm(&decay, 29), 1000000);
    CHECK_INT(decay_ppm(&decay, 30), 900000);
    CHECK_INT(decay_ppm(&decay, 60), 810000);
    CHECK_INT(decay_ppm(&decay, 90), 729000);
}

TEST(all_is_lost_after_one_period_at_a_hundred_percent)
{
    static const enum decay_shape shape[] = {DECAY_LINEAR, DECAY_STEP, DECAY_COMPOUND};
    for (size_t i = 0; i < COUNT_OF(shape); i++) {
        struct decay decay = falling(shape[i], 100, 30);
        CHECK_INT(decay_ppm(&decay, 0), PPM_ONE);
        CHECK_INT(decay_ppm(&decay, 30), 0);
        CHECK_INT(decay_end(&decay), 30);
    }
}

TEST(an_age_beyond_all_measure_is_no_accident)
{
    struct decay decay[] = {half_life(1), half_life(UINT32_MAX), falling(DECAY_LINEAR, 100, 1),
                            falling(DECAY_STEP, 100, 1), falling(DECAY_COMPOUND, 99, UINT32_MAX)};
    for (size_t i = 0; i < COUNT_OF(decay); i++) CHECK_INT(decay_ppm(&decay[i], UINT64_MAX), 0);
}

TEST(a_percent_too_small_to_matter_never_ends)
{
    static const enum decay_shape shape[] = {DECAY_LINEAR, DECAY_STEP, DECAY_COMPOUND};
    for (size_t i = 0; i < COUNT_OF(shape); i++) {
        struct decay decay = falling(shape[i], 1e-300, 1);
        CHECK_INT(decay_ppm(&decay, UINT64_MAX), PPM_ONE);
        CHECK_TRUE(decay_end(&decay) == UINT64_MAX);
    }
}

/* xorshift64*: small, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static struct decay random_decay(uint64_t *state)
{
    static const double percent[] = {100, 50, 33.3, 12.5, 10, 1, 0.1, 0.007, 99.99};
    return (struct decay){
        .shape = (enum decay_shape)(DECAY_HALF_LIFE + next_random(state) % 4),
        .percent = percent[next_random(state) % COUNT_OF(percent)],
        .period = (uint32_t)(1 + next_random(state) % (next_random(state) % 2 == 0 ? 400 : 50000)),
        .unit_minutes = DAY,
    };
}

TEST(points_never_come_back_with_age)
{
    uint64_t state = harness_seed() | 1;
    for (int i = 0; i < 300; i++) {
        struct decay decay = random_decay(&state);
        uint64_t n = next_random(&state) % 3 == 0 ? next_random(&state) % 2000000 : 0;
        uint32_t before = decay_ppm(&decay, n);
        for (uint64_t end = n + 1500; n <= end; n++) {
            uint32_t ppm = decay_ppm(&decay, n);
            if (ppm > before || ppm > PPM_ONE)
                FAIL("shape %d, %g percent every %u: %u ppm at %llu units after %u", (int)decay.shape, decay.percent,
                     decay.period, ppm, (unsigned long long)n, before);
            before = ppm;
        }
    }
}

TEST(the_end_is_the_first_unit_at_which_nothing_is_left)
{
    uint64_t state = harness_seed() | 1;
    for (int i = 0; i < 300; i++) {
        struct decay decay = random_decay(&state);
        uint64_t end = decay_end(&decay);
        CHECK_TRUE(end > 0 && end < UINT64_MAX);
        CHECK_INT(decay_ppm(&decay, end), 0);
        CHECK_TRUE(decay_ppm(&decay, end - 1) > 0);
        CHECK_INT(decay_ppm(&decay, end + 1), 0);
        CHECK_INT(decay_ppm(&decay, end * 3), 0);
    }
    struct decay decay = half_life(30);
    CHECK_INT(decay_end(&decay), 628); /* 2^(-n/30) < 0.0000005 */
    struct decay linear = falling(DECAY_LINEAR, 50, 30);
    CHECK_INT(decay_end(&linear), 60);
}

TEST(decays_are_equal_when_they_give_the_same_factors)
{
    struct decay a = falling(DECAY_STEP, 25, 10), b = a;
    CHECK_TRUE(decay_equal(&a, &b));
    b.percent = 26;
    CHECK_FALSE(decay_equal(&a, &b));
    b = a;
    b.period = 11;
    CHECK_FALSE(decay_equal(&a, &b));
    b = a;
    b.unit_minutes = HOUR;
    CHECK_FALSE(decay_equal(&a, &b));
    b = a;
    b.shape = DECAY_LINEAR;
    CHECK_FALSE(decay_equal(&a, &b));

    struct decay c = half_life(30), d = half_life(30);
    d.percent = 5; /* has no meaning there */
    CHECK_TRUE(decay_equal(&c, &d));
    struct decay e = none;
    e.period = 3;
    CHECK_TRUE(decay_equal(&none, &e));
}
