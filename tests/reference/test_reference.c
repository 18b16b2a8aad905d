/* test_reference.c — the reference alone, on the contract's own numbers (semantics 8). */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "base/macros.h"
#include "harness.h"
#include "reference/world.h"

#define MICRO INT64_C(1000000)
#define START (INT64_C(20454) * MS_PER_DAY) /* 2026-01-01 */

/* One score with one rule, about contacts 0.. and company 0 of a small world. */
struct small {
    struct arena *arena;
    struct ref_world world;
    struct ref_set set;
    struct ref_group group;
    struct ref_score score[2];
};

static void begin(struct small *s, struct arena *arena, struct ref_rule *rule)
{
    *s = (struct small){.arena = arena};
    s->world.record_count[REF_CONTACT] = 3;
    s->world.record[REF_CONTACT] = ARENA_ARRAY(arena, struct ref_record, 3);
    s->world.record_count[REF_COMPANY] = 1;
    s->world.record[REF_COMPANY] = ARENA_ARRAY(arena, struct ref_record, 1);
    s->world.person = ARENA_ARRAY(arena, uint32_t, 3);
    s->world.fact = ARENA_ARRAY(arena, struct ref_fact, 50);
    s->world.association = ARENA_ARRAY(arena, const struct ref_fact *, 50);
    s->world.event = ARENA_ARRAY(arena, const struct ref_fact *, 50);
    rule->name = STR("rule");
    s->group = (struct ref_group){.name = STR("group"), .category = REF_ENGAGEMENT, .rule = rule, .rule_count = 1};
    s->score[0] = (struct ref_score){.name = STR("s"), .group = &s->group, .group_count = 1};
    s->set = (struct ref_set){.score = s->score, .score_count = 1};
}

static void happened(struct small *s, uint32_t contact, int64_t at_ms)
{
    s->world.fact[s->world.fact_count++] =
        (struct ref_fact){.kind = REF_HAPPENING, .record = contact, .at_ms = at_ms, .name = STR("form")};
}

static int64_t total_at(struct small *s, uint32_t record, int64_t as_of_ms)
{
    struct ref_result result;
    ref_settle(&s->world);
    ref_evaluate(s->arena, &s->world, &s->set, 0, record, as_of_ms, &result);
    int64_t sum = 0;
    for (uint32_t i = 0; i < result.line_count; i++) sum += result.line[i].micro;
    CHECK_INT(sum, result.micro[REF_TOTAL]);
    return result.micro[REF_TOTAL];
}

TEST(the_reference_decays_linearly_as_in_worked_example_2)
{
    static const struct {
        int64_t age_ms, micro;
    } row[] = {{0, 10000000},
               {29 * MS_PER_DAY + 23 * MS_PER_HOUR, 5166670},
               {30 * MS_PER_DAY, 5000000},
               {45 * MS_PER_DAY, 2500000},
               {60 * MS_PER_DAY, 0},
               {90 * MS_PER_DAY, 0}};
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct ref_rule rule = {.kind = REF_EACH, .points = 10, .decay = {true, REF_LINEAR, 50, {30, 'd'}}};
    begin(&s, arena, &rule);
    happened(&s, 0, START);
    for (size_t i = 0; i < COUNT_OF(row); i++) CHECK_INT(total_at(&s, 0, START + row[i].age_ms), row[i].micro);
    happened(&s, 0, START + 30 * MS_PER_DAY);
    CHECK_INT(total_at(&s, 0, START + 45 * MS_PER_DAY), 2500000 + 7500000);
}

TEST(the_reference_halves_as_in_worked_example_3)
{
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct ref_rule rule = {.kind = REF_ONCE, .points = 20, .decay = {true, REF_HALF_LIFE, 0, {30, 'd'}}};
    begin(&s, arena, &rule);
    happened(&s, 0, START);
    CHECK_INT(ref_ppm(&rule.decay, 45), 353553);
    CHECK_INT(total_at(&s, 0, START + 45 * MS_PER_DAY), 7071060);
}

TEST(the_reference_counts_into_ranges_as_in_worked_example_4)
{
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct ref_range ranges[] = {{1, false, 3, 5}, {4, true, 0, 15}};
    struct ref_rule rule = {.kind = REF_RANGES, .range = ranges, .range_count = 2};
    begin(&s, arena, &rule);
    for (int i = 0; i < 4; i++) happened(&s, 0, START + i);
    CHECK_INT(total_at(&s, 0, START + 2), 5 * MICRO);
    CHECK_INT(total_at(&s, 0, START + 3), 15 * MICRO);
}

TEST(the_reference_clamps_as_in_worked_example_5)
{
    static const int64_t points[] = {5, 10, 12, 12};
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct ref_rule rule = {.kind = REF_EACH, .points = 5, .clamp = {.has_max = true, .max = 12}};
    begin(&s, arena, &rule);
    for (int i = 0; i < 4; i++) happened(&s, 0, START + i);
    for (int i = 0; i < 4; i++) CHECK_INT(total_at(&s, 0, START + i), points[i] * MICRO);
}

TEST(the_reference_tells_unknown_from_unmatched_as_in_worked_example_7)
{
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct str limit[] = {STR("5"), STR("100")};
    struct ref_property employees = {.of = REF_CONTACT, .name = STR("employees"), .type = REF_NUMBER};
    struct ref_entry entry = {{.op = REF_BETWEEN, .argument = limit, .argument_count = 2}, 5};
    struct ref_rule rule = {
        .kind = REF_VALUES, .entry = &entry, .entry_count = 1, .has_otherwise = true, .otherwise = -5};
    begin(&s, arena, &rule);
    s.world.property = &employees;
    s.world.property_count = 1;
    s.world.fact[s.world.fact_count++] =
        (struct ref_fact){.kind = REF_VERSION, .record = 0, .at_ms = REF_ALWAYS, .text = STR("4")};
    s.world.fact[s.world.fact_count++] =
        (struct ref_fact){.kind = REF_VERSION, .record = 1, .at_ms = REF_ALWAYS, .text = STR("100")};
    CHECK_INT(total_at(&s, 0, START), -5 * MICRO);
    CHECK_INT(total_at(&s, 1, START), 5 * MICRO);
    CHECK_INT(total_at(&s, 2, START), 0);
}

TEST(the_reference_rolls_up_as_in_worked_example_8)
{
    static const struct {
        enum ref_take take;
        int64_t points;
    } row[] = {{REF_SUM, 90}, {REF_AVG, 30}, {REF_MIN, 10}, {REF_MAX, 60}, {REF_TOP, 80}};
    AUTO_ARENA arena = arena_new();
    struct small s;
    struct ref_rule inner = {.kind = REF_EACH, .points = 10};
    struct ref_rule rule = {.kind = REF_ROLLUP, .over = REF_CONTACT, .top = 2, .inner = &inner};
    begin(&s, arena, &rule);
    s.score[0].object = REF_COMPANY;
    for (uint32_t contact = 0; contact < 3; contact++) {
        s.world.fact[s.world.fact_count++] = (struct ref_fact){
            .kind = REF_ASSOCIATION, .record = contact, .from = REF_CONTACT, .to = REF_COMPANY, .at_ms = REF_ALWAYS};
        for (uint32_t i = 0; i < (contact == 0 ? 1 : contact == 1 ? 2 : 6); i++) happened(&s, contact, START);
    }
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        rule.take = row[i].take;
        CHECK_INT(total_at(&s, 0, START), row[i].points * MICRO);
    }
}

TEST(the_same_seed_invents_the_same_case)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF one = BUF_INIT((size_t)1 << 20), two = BUF_INIT((size_t)1 << 20);
    struct buf *out[] = {&one, &two};
    for (int i = 0; i < 2; i++) {
        struct ref_case c;
        static const struct ref_sizes sizes = {6, 3, 3, 40, 60, 6, 0};
        ref_generate(arena, 42, &sizes, &c);
        ref_emit_schema(&c.world, out[i]);
        ref_emit_definitions(arena, &c.world, &c.set, 7, out[i]);
        ref_emit_facts(&c.world, out[i]);
    }
    CHECK_STR(buf_str(&one), buf_str(&two));
}
