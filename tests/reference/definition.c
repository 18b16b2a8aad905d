/* definition.c — invents definitions: every kind of rule, condition, clamp and decay.
 *
 * Definitions are invented one after the other; each may use those before it, so there
 * is never a cycle. They are written in another order (emit.c). */
// SPDX-License-Identifier: Apache-2.0
#include "base/macros.h"
#include "reference/generate.h"

#define CONDITION_DEPTH 2

static int32_t some_points(struct ref_generator *g)
{
    int32_t most = g->large && ref_chance(g->random, 30) ? 10000 : 20;
    return (int32_t)ref_below(g->random, (uint32_t)(2 * most + 1)) - most;
}

static struct ref_duration some_duration(struct ref_generator *g)
{
    return g->duration[ref_below(g->random, REF_DURATIONS)];
}

static struct ref_clamp some_clamp(struct ref_generator *g, uint32_t percent, int32_t width)
{
    struct ref_clamp clamp = {.has_min = ref_chance(g->random, percent), .has_max = ref_chance(g->random, percent)};
    clamp.min = (int32_t)ref_below(g->random, (uint32_t)width) - width / 2;
    clamp.max = clamp.min + (int32_t)ref_below(g->random, (uint32_t)width);
    return clamp;
}

/* ---- Tests on properties. ---- */

static struct str trimmed_text(struct ref_generator *g, const struct ref_property *p)
{
    struct str text;
    do text = str_trim(ref_some_text(g, p));
    while (text.len == 0);
    return text;
}

/* A single member, of a set's text. */
static struct str some_member(struct ref_generator *g, const struct ref_property *p)
{
    struct str text = trimmed_text(g, p), member;
    do member = str_trim(str_cut(&text, ';'));
    while (member.len == 0 || (text.len > 0 && ref_chance(g->random, 50)));
    return member;
}

static struct str some_instant_argument(struct ref_generator *g, const struct ref_property *p)
{
    struct ref_duration d = some_duration(g);
    switch (ref_below(g->random, 4)) {
    case 0: return STR("now");
    case 1: return arena_format(g->arena, "now%c%u%c", ref_chance(g->random, 70) ? '-' : '+', d.count, d.unit);
    default: {
        struct str text = ref_some_text(g, p);
        int64_t number;
        return str_to_i64(text, &number) ? STR("now") : text; /* milliseconds are for values only */
    }
    }
}

static struct str some_argument(struct ref_generator *g, const struct ref_property *p, enum ref_op op)
{
    static const char *const pieces[] = {"it", "STRASSE", "ß", "a", "b", "x@", "/pricing", "Ż", "fi", "10", ": no"};
    switch (p->type) {
    case REF_BOOLEAN: return ref_chance(g->random, 50) ? STR("true") : STR("false");
    case REF_DATE:
    case REF_DATETIME: return some_instant_argument(g, p);
    case REF_SET: return some_member(g, p);
    case REF_STRING:
        if (op >= REF_CONTAINS && op <= REF_ENDS_WITH && ref_chance(g->random, 70))
            return str_from_c(pieces[ref_below(g->random, COUNT_OF(pieces))]);
        return trimmed_text(g, p);
    default: return trimmed_text(g, p);
    }
}

static enum ref_op some_op(struct ref_generator *g, enum ref_type type)
{
    static const enum ref_op of_text[] = {REF_IS,       REF_IS_NOT,       REF_IN,          REF_NOT_IN,
                                          REF_CONTAINS, REF_NOT_CONTAINS, REF_STARTS_WITH, REF_ENDS_WITH};
    static const enum ref_op of_number[] = {REF_IS,  REF_IS_NOT, REF_IN,  REF_NOT_IN,  REF_GT,
                                            REF_GTE, REF_LT,     REF_LTE, REF_BETWEEN, REF_NOT_BETWEEN};
    static const enum ref_op of_instant[] = {REF_BEFORE,     REF_AFTER,   REF_WITHIN,
                                             REF_OLDER_THAN, REF_IN_NEXT, REF_BETWEEN};
    switch (type) {
    case REF_BOOLEAN: return of_text[ref_below(g->random, 2)];
    case REF_NUMBER: return of_number[ref_below(g->random, COUNT_OF(of_number))];
    case REF_DATE:
    case REF_DATETIME: return of_instant[ref_below(g->random, COUNT_OF(of_instant))];
    case REF_STRING:
    case REF_ENUMERATION: return of_text[ref_below(g->random, COUNT_OF(of_text))];
    case REF_SET: return (enum ref_op)(REF_HAS_ANY + (int)ref_below(g->random, 4));
    }
    return REF_KNOWN;
}

static uint32_t argument_count(struct ref_generator *g, enum ref_op op)
{
    switch (op) {
    case REF_KNOWN:
    case REF_UNKNOWN:
    case REF_WITHIN:
    case REF_OLDER_THAN:
    case REF_IN_NEXT:
    case REF_CHANGED_WITHIN: return 0;
    case REF_BETWEEN:
    case REF_NOT_BETWEEN: return 2;
    case REF_IN:
    case REF_NOT_IN:
    case REF_HAS_ANY:
    case REF_HAS_ALL:
    case REF_HAS_NONE:
    case REF_IS_EXACTLY: return 1 + ref_below(g->random, 3);
    case REF_CONTAINS:
    case REF_NOT_CONTAINS:
    case REF_STARTS_WITH:
    case REF_ENDS_WITH: return ref_chance(g->random, 30) ? 2 : 1;
    default: return 1;
    }
}

static void sort_numbers(struct ref_test *test)
{
    double a = 0, b = 0;
    if (!str_to_double(test->argument[0], &a) || !str_to_double(test->argument[1], &b) || a <= b) return;
    struct str swap = test->argument[0];
    test->argument[0] = test->argument[1];
    test->argument[1] = swap;
}

static struct ref_test invent_test(struct ref_generator *g, const struct ref_property *p)
{
    struct ref_test test = {.op = some_op(g, p->type), .duration = some_duration(g)};
    if (ref_chance(g->random, 15)) test.op = ref_chance(g->random, 50) ? REF_KNOWN : REF_UNKNOWN;
    if (p->of != REF_EVENT && ref_chance(g->random, 12)) test.op = REF_CHANGED_WITHIN;
    test.argument_count = argument_count(g, test.op);
    test.argument = ARENA_ARRAY(g->arena, struct str, test.argument_count);
    for (uint32_t i = 0; i < test.argument_count; i++) test.argument[i] = some_argument(g, p, test.op);
    if (p->type == REF_NUMBER && (test.op == REF_BETWEEN || test.op == REF_NOT_BETWEEN)) sort_numbers(&test);
    test.ever =
        p->of != REF_EVENT && test.op != REF_CHANGED_WITHIN && test.op != REF_UNKNOWN && ref_chance(g->random, 15);
    bool open = test.ever || (test.op != REF_KNOWN && test.op != REF_UNKNOWN);
    test.or_unknown = open && ref_chance(g->random, 20);
    return test;
}

/* ---- Conditions. ---- */

static struct ref_condition *invent_condition(struct ref_generator *g, enum ref_entity of);

/* A property of this entity; REF_NONE when the case has none. */
static uint32_t some_property(struct ref_generator *g, enum ref_entity of)
{
    uint32_t count = 0, chosen = REF_NONE;
    for (uint32_t p = 0; p < g->world->property_count; p++)
        if (g->world->property[p].of == of && ref_below(g->random, ++count) == 0) chosen = p;
    return chosen;
}

/* Own or one hop away. */
static uint32_t some_visible_property(struct ref_generator *g, enum ref_entity object)
{
    uint32_t dice = ref_below(g->random, 10);
    if (object != REF_COMPANY && object != REF_EVENT && dice < 3) return some_property(g, REF_COMPANY);
    if (object == REF_CONTACT && dice < 5) return some_property(g, REF_DEAL);
    return some_property(g, object);
}

static struct ref_selection invent_selection(struct ref_generator *g, bool with_limits)
{
    static const char *const names[] = {"page_viewed",          "Form_Submitted",    "page_viewed",
                                        "STRASSE gekauft",      "Meeting Booked",    "plumb.note",
                                        "plumb.score_adjusted", "plumb.score_reset", "never happened"};
    struct ref_selection s = {0};
    if (!ref_chance(g->random, 25))
        s.event = str_from_c(names[ref_below(g->random, ref_chance(g->random, 75) ? 3 : COUNT_OF(names))]);
    if (ref_chance(g->random, 35)) s.where = invent_condition(g, REF_EVENT);
    s.has_within = ref_chance(g->random, 45);
    s.within = some_duration(g);
    if (with_limits && ref_chance(g->random, 25)) s.per_day = 1 + ref_below(g->random, 2);
    if (with_limits && ref_chance(g->random, 25)) s.at_most = 1 + ref_below(g->random, 3);
    s.include_bots = ref_chance(g->random, 15);
    return s;
}

static void invent_event_condition(struct ref_generator *g, struct ref_condition *c)
{
    c->kind = REF_EVENTS;
    c->selection = invent_selection(g, false);
    c->has_at_least = ref_chance(g->random, 40);
    c->has_at_most = ref_chance(g->random, 25);
    c->at_least = ref_below(g->random, 4);
    c->at_most = (c->has_at_least ? c->at_least : 1) + ref_below(g->random, 3);
}

/* Another score or segment of the same object; false when there is none. */
static bool invent_use(struct ref_generator *g, enum ref_entity object, struct ref_condition *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->set->segment_count; i++)
        if (g->set->segment[i].object == object && ref_below(g->random, ++count) == 0) {
            c->kind = REF_SEGMENT;
            c->target = i;
        }
    for (uint32_t i = 0; i < g->set->score_count; i++)
        if (g->set->score[i].object == object && ref_below(g->random, ++count) == 0) {
            c->kind = REF_SCORE;
            c->target = i;
        }
    if (count > 0 && c->kind == REF_SCORE) {
        static const struct ref_property points = {.type = REF_NUMBER, .of = REF_EVENT};
        c->part = (enum ref_part)ref_below(g->random, 3);
        do c->test = invent_test(g, &points);
        while (c->test.op == REF_KNOWN || c->test.op == REF_UNKNOWN);
    }
    return count > 0;
}

static void invent_children(struct ref_generator *g, enum ref_entity of, struct ref_condition *c, uint32_t count)
{
    c->child_count = count;
    c->child = ARENA_ARRAY(g->arena, struct ref_condition *, count);
    g->depth++;
    for (uint32_t i = 0; i < count; i++) c->child[i] = invent_condition(g, of);
    g->depth--;
}

static void invent_list_test(struct ref_generator *g, enum ref_entity of, struct ref_condition *c)
{
    uint32_t count = 0;
    c->kind = REF_LIST;
    for (uint32_t i = 0; i < g->world->list_count; i++)
        if (g->world->list[i].of == of && ref_below(g->random, ++count) == 0) c->target = i;
}

/* `of` is REF_EVENT inside `where`. */
static struct ref_condition *invent_condition(struct ref_generator *g, enum ref_entity of)
{
    struct ref_condition *c = ARENA_NEW(g->arena, struct ref_condition);
    uint32_t dice = ref_below(g->random, 100);
    if (g->depth < CONDITION_DEPTH && dice < 30) {
        c->kind = dice < 10 ? REF_ALL_OF : dice < 20 ? REF_ANY_OF : REF_NOT_OF;
        invent_children(g, of, c, c->kind == REF_NOT_OF ? 1 : ref_below(g->random, 4));
        return c;
    }
    if (of != REF_EVENT && dice >= 88 && invent_use(g, of, c)) return c;
    if (of != REF_EVENT && dice >= 60 && dice < 66) {
        invent_list_test(g, of, c);
        return c;
    }
    uint32_t property = some_visible_property(g, of);
    if (of != REF_EVENT && (dice >= 65 || property == REF_NONE)) {
        invent_event_condition(g, c);
        return c;
    }
    c->kind = REF_PROPERTY;
    c->property = property;
    c->test = invent_test(g, &g->world->property[property]);
    return c;
}

/* ---- Rules. ---- */

static struct ref_decay invent_decay(struct ref_generator *g, uint32_t percent)
{
    static const double percents[] = {50, 25, 10, 12.5, 33.3, 100, 1, 0.5};
    struct ref_decay decay = {0};
    if (!ref_chance(g->random, percent)) return decay;
    decay.written = true;
    decay.shape = (enum ref_shape)ref_below(g->random, 5);
    decay.percent = percents[ref_below(g->random, COUNT_OF(percents))];
    decay.period = some_duration(g);
    return decay;
}

static void invent_values_rule(struct ref_generator *g, struct ref_rule *rule)
{
    rule->entry_count = 1 + ref_below(g->random, 4);
    rule->entry = ARENA_ARRAY(g->arena, struct ref_entry, rule->entry_count);
    for (uint32_t i = 0; i < rule->entry_count; i++)
        rule->entry[i] = (struct ref_entry){invent_test(g, &g->world->property[rule->property]), some_points(g)};
    rule->has_unknown = ref_chance(g->random, 40);
    rule->unknown = some_points(g);
}

static void invent_event_rule(struct ref_generator *g, struct ref_rule *rule)
{
    rule->selection = invent_selection(g, true);
    rule->decay = invent_decay(g, 50);
    if (rule->kind != REF_RANGES) return;
    rule->range_count = 1 + ref_below(g->random, 3);
    rule->range = ARENA_ARRAY(g->arena, struct ref_range, rule->range_count);
    uint32_t from = 1;
    for (uint32_t i = 0; i < rule->range_count; i++) {
        from += ref_below(g->random, 3);
        struct ref_range *range = &rule->range[i];
        *range = (struct ref_range){.from = from, .to = from + ref_below(g->random, 4), .points = some_points(g)};
        range->open = i + 1 == rule->range_count && ref_chance(g->random, 60);
        from = range->to + 1;
    }
}

static struct ref_rule invent_rule(struct ref_generator *g, enum ref_entity object, bool inner);

static void invent_rollup(struct ref_generator *g, enum ref_entity object, struct ref_rule *rule)
{
    rule->over = (enum ref_entity)(((uint32_t)object + 1 + ref_below(g->random, 2)) % REF_OBJECTS);
    rule->take = (enum ref_take)ref_below(g->random, 5);
    rule->top = 1 + ref_below(g->random, 3);
    rule->part = (enum ref_part)ref_below(g->random, 3);
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->set->score_count; i++)
        if (g->set->score[i].object == rule->over && ref_below(g->random, ++count) == 0) rule->target = i;
    if (count > 0 && ref_chance(g->random, 60)) return;
    rule->inner = ARENA_NEW(g->arena, struct ref_rule);
    *rule->inner = invent_rule(g, rule->over, true);
}

static struct ref_rule invent_rule(struct ref_generator *g, enum ref_entity object, bool inner)
{
    struct ref_rule rule = {.clamp = some_clamp(g, 20, 40), .points = some_points(g)};
    rule.kind = (enum ref_rule_kind)ref_below(g->random, inner ? 5 : 6);
    if (ref_chance(g->random, 25)) rule.kind = REF_EACH;
    rule.disabled = !inner && ref_chance(g->random, 6);
    rule.has_otherwise = ref_chance(g->random, 35);
    rule.otherwise = some_points(g);
    rule.property = some_visible_property(g, object);
    if (rule.kind == REF_VALUES && rule.property == REF_NONE) rule.kind = REF_WHEN;
    switch (rule.kind) {
    case REF_WHEN: rule.when = invent_condition(g, object); break;
    case REF_VALUES: invent_values_rule(g, &rule); break;
    case REF_EACH:
    case REF_ONCE:
    case REF_RANGES: invent_event_rule(g, &rule); break;
    case REF_ROLLUP: invent_rollup(g, object, &rule); break;
    }
    return rule;
}

/* ---- Scores and segments. ---- */

static void invent_bands(struct ref_generator *g, struct ref_score *score)
{
    score->band_count = ref_below(g->random, 4);
    score->band = ARENA_ARRAY(g->arena, struct ref_band, score->band_count);
    int32_t from = 30 - (int32_t)ref_below(g->random, 20);
    for (uint32_t i = 0; i < score->band_count; i++) {
        score->band[i] = (struct ref_band){.label = arena_format(g->arena, "B%u", i), .from = from};
        score->band[i].has_until = ref_chance(g->random, 50);
        score->band[i].until = from - (int32_t)ref_below(g->random, 12);
        from -= 1 + (int32_t)ref_below(g->random, 15);
    }
}

static void invent_grades(struct ref_generator *g, struct ref_score *score)
{
    if (!ref_chance(g->random, 50)) return;
    for (enum ref_part part = REF_FIT; part <= REF_ENGAGEMENT; part++) {
        score->grade_count[part] = 1 + ref_below(g->random, 3);
        score->grade[part] = ARENA_ARRAY(g->arena, struct ref_grade, score->grade_count[part]);
        int32_t from = 15;
        for (uint32_t i = 0; i < score->grade_count[part]; i++) {
            from -= 1 + (int32_t)ref_below(g->random, 10);
            score->grade[part][i] =
                (struct ref_grade){arena_format(g->arena, part == REF_FIT ? "%c" : "%c!", 'A' + (int)i), from};
        }
    }
}

static void invent_group(struct ref_generator *g, enum ref_entity object, struct ref_group *group, uint32_t number)
{
    *group = (struct ref_group){.name = arena_format(g->arena, "Group %u", number), .clamp = some_clamp(g, 20, 60)};
    group->category = ref_chance(g->random, 50) ? REF_FIT : REF_ENGAGEMENT;
    group->decay = invent_decay(g, 40);
    group->rule_count = 1 + ref_below(g->random, g->sizes->rules);
    group->rule = ARENA_ARRAY(g->arena, struct ref_rule, group->rule_count);
    for (uint32_t i = 0; i < group->rule_count; i++) {
        group->rule[i] = invent_rule(g, object, false);
        group->rule[i].name = arena_format(g->arena, "Rule %u", i);
    }
}

static enum ref_entity some_object(struct ref_generator *g)
{
    uint32_t dice = ref_below(g->random, 10);
    return dice < 6 ? REF_CONTACT : dice < 8 ? REF_COMPANY : REF_DEAL;
}

static void invent_score(struct ref_generator *g)
{
    struct ref_score score = {.name = arena_format(g->arena, "score_%u", g->set->score_count),
                              .object = some_object(g)};
    if (ref_chance(g->random, 25)) score.scope = invent_condition(g, score.object);
    score.no_match_unknown = ref_chance(g->random, 35);
    for (int part = 0; part < 3; part++) score.clamp[part] = some_clamp(g, 20, 80);
    invent_bands(g, &score);
    invent_grades(g, &score);
    score.group_count = 1 + ref_below(g->random, 3);
    score.group = ARENA_ARRAY(g->arena, struct ref_group, score.group_count);
    for (uint32_t i = 0; i < score.group_count; i++) invent_group(g, score.object, &score.group[i], i);
    g->set->score[g->set->score_count++] = score; /* from now on others may use it */
}

static void invent_segment(struct ref_generator *g)
{
    struct ref_segment segment = {.name = arena_format(g->arena, "segment_%u", g->set->segment_count),
                                  .object = some_object(g)};
    segment.when = invent_condition(g, segment.object);
    g->set->segment[g->set->segment_count++] = segment;
}

void ref_invent_definitions(struct ref_generator *g)
{
    uint32_t scores = 1 + ref_below(g->random, 3), segments = ref_below(g->random, 3);
    g->set->score = ARENA_ARRAY(g->arena, struct ref_score, scores);
    g->set->segment = ARENA_ARRAY(g->arena, struct ref_segment, segments);
    g->large = ref_chance(g->random, 10);
    while (scores + segments > 0) {
        if (ref_below(g->random, scores + segments) < scores) {
            invent_score(g);
            scores--;
        } else {
            invent_segment(g);
            segments--;
        }
    }
}

/* ---- An edit. ---- */

static void edit_rule(struct ref_generator *g, struct ref_rule *rule, bool only_points)
{
    if (ref_chance(g->random, 60)) rule->points = some_points(g);
    if (ref_chance(g->random, 30)) rule->clamp = some_clamp(g, 50, 40);
    if (ref_chance(g->random, 30)) rule->otherwise = some_points(g);
    for (uint32_t i = 0; i < rule->entry_count; i++) rule->entry[i].points = some_points(g);
    for (uint32_t i = 0; i < rule->range_count; i++) rule->range[i].points = some_points(g);
    if (rule->inner != NULL) edit_rule(g, rule->inner, only_points);
    if (only_points) return;
    if (ref_chance(g->random, 30)) rule->selection.within = (struct ref_duration){1 + ref_below(g->random, 40), 'd'};
    if (ref_chance(g->random, 20)) rule->selection.has_within = !rule->selection.has_within;
    if (ref_chance(g->random, 20)) rule->disabled = !rule->disabled && rule->name.len > 0;
}

void ref_edit(struct arena *arena, struct ref_set *set, uint64_t seed, bool only_points)
{
    struct ref_random random = {seed};
    struct ref_generator g = {.arena = arena, .random = &random, .set = set};
    for (uint32_t i = 0; i < set->score_count; i++) {
        struct ref_score *score = &set->score[i];
        for (uint32_t j = 0; j < score->group_count; j++) {
            struct ref_group *group = &score->group[j];
            for (uint32_t k = 0; k < group->rule_count; k++) edit_rule(&g, &group->rule[k], only_points);
            if (ref_chance(&random, 40)) group->clamp = some_clamp(&g, 50, 60);
        }
        for (int part = 0; part < 3; part++)
            if (ref_chance(&random, 40)) score->clamp[part] = some_clamp(&g, 50, 80);
        invent_bands(&g, score);
    }
}
