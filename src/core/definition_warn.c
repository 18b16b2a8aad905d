/* definition_warn.c — what is allowed, but hardly meant. */
// SPDX-License-Identifier: Apache-2.0
#include "base/intern.h"
#include "core/definition_internal.h"

#define TEST_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of a test as one text */

struct warner {
    const struct definitions *set;
    struct diagnostics *diagnostics;
    const struct score *score;
};

#define warn_at(warner_, at_, ...) \
    diagnostics_warning((warner_)->diagnostics, (warner_)->score->source, (at_), __VA_ARGS__)

static bool has_points(const struct rule *rule)
{
    bool some = rule->otherwise != 0 || rule->unknown != 0;
    switch (rule->kind) {
    case RULE_WHEN:
    case RULE_EVENT: return some || rule->points != 0;
    case RULE_VALUES:
        for (uint32_t i = 0; i < rule->case_count && !some; i++) some = rule->cases[i].points != 0;
        return some;
    case RULE_RANGES:
        for (uint32_t i = 0; i < rule->range_count && !some; i++) some = rule->ranges[i].points != 0;
        return some;
    case RULE_ROLLUP: return true;
    }
    return true;
}

static void warn_of_no_effect(const struct warner *warner, const struct rule *rule)
{
    bool clamped = rule->clamp.has_min && rule->clamp.has_max && rule->clamp.min == 0 && rule->clamp.max == 0;
    if (clamped) warn_at(warner, rule->at, "this rule never counts: its 'min' and 'max' are both 0");
    else if (!has_points(rule)) warn_at(warner, rule->at, "this rule never counts: all its points are 0");
}

/* A window that reaches further back than points last. The number of events in `ranges` is counted undecayed. */
static void warn_of_long_window(const struct warner *warner, const struct rule *rule)
{
    if (rule->kind != RULE_EVENT || rule->selection.within_minutes < 0) return;
    uint64_t end = decay_end(&rule->decay);
    if (end == UINT64_MAX || end > (uint64_t)DURATION_MINUTES_MAX) return;
    uint64_t end_minutes = end * rule->decay.unit_minutes;
    if ((uint64_t)rule->selection.within_minutes <= end_minutes) return;
    const char *unit = rule->decay.unit_minutes == 1440 ? "days" : rule->decay.unit_minutes == 60 ? "hours" : "minutes";
    warn_at(warner, rule->at, "'within' reaches further back than points last: after %llu %s the decay leaves nothing",
            (unsigned long long)end, unit);
}

/* A test as one text, the same for tests that are written alike. */
static void append_test(struct buf *buf, const struct test *test)
{
    buf_clear(buf);
    buf_format(buf, "%d %d %d %u %u", test->op, test->ever, test->or_unknown, test->duration.count,
               test->duration.unit_minutes);
    for (uint32_t i = 0; i < test->argument_count; i++) {
        buf_append_char(buf, '\0');
        buf_append(buf, test->arguments[i].text);
    }
}

static void warn_of_shadows(const struct warner *warner, const struct rule *rule)
{
    struct intern *tests = intern_new();
    AUTO_BUF text = BUF_INIT(TEST_BYTES_MAX);
    for (uint32_t i = 0; i < rule->case_count; i++) {
        append_test(&text, &rule->cases[i].test);
        uint32_t known = intern_count(tests);
        if (!text.failed && intern_add(tests, buf_str(&text)) != known)
            warn_at(warner, rule->cases[i].test.at,
                    "an earlier entry says the same and comes first, so this one never counts");
    }
    intern_free(tests);
}

static void warn_of_group(const struct warner *warner, const struct group *group)
{
    uint32_t enabled = 0;
    for (uint32_t i = 0; i < group->rule_count; i++) {
        const struct rule *rule = &group->rules[i];
        if (!rule->enabled) continue;
        enabled++;
        warn_of_no_effect(warner, rule);
        warn_of_long_window(warner, rule);
        warn_of_shadows(warner, rule);
    }
    if (enabled == 0) warn_at(warner, group->at, "this group has no rule that is switched on");
}

static void warn_of_bands(const struct warner *warner)
{
    const struct score *score = warner->score;
    for (uint32_t i = 0; i < score->band_count && score->total.has_max; i++) {
        if (score->bands[i].from <= score->total.max) continue;
        warn_at(warner, score->bands[i].at, "no record reaches this band: it begins at %d, and the score's 'max' is %d",
                score->bands[i].from, score->total.max);
    }
    for (int category = 0; category < CATEGORY_COUNT; category++) {
        const struct clamp *clamp = &score->category[category];
        for (uint32_t i = 0; i < score->grade_count[category] && clamp->has_max; i++) {
            const struct grade *grade = &score->grades[category][i];
            if (grade->from <= clamp->max) continue;
            warn_at(warner, grade->at, "no record reaches this grade: it begins at %d, and 'max' of '%s' is %d",
                    grade->from, category_names[category], clamp->max);
        }
    }
}

void definitions_warn(const struct definitions *set, struct diagnostics *diagnostics)
{
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct warner warner = {set, diagnostics, set->scores[i]};
        if (set->scores[i]->group_count == 0)
            warn_at(&warner, set->scores[i]->at, "this score has no groups, so nothing ever counts");
        for (uint32_t g = 0; g < set->scores[i]->group_count; g++) warn_of_group(&warner, &set->scores[i]->groups[g]);
        warn_of_bands(&warner);
    }
}
