/* rule_parse.c — one rule of a group (semantics 4.1), its decay (4.3) and rollups (4.4).
 *
 * A rule is what its telling keys say: when; property and values; event, with ranges or
 * without; over and take. A rollup's inner `rule` becomes a score of its own that nobody
 * sees, so that whoever evaluates knows only rollups over scores. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/definition_internal.h"
#include "core/nearest.h"

static const struct {
    const char *key;
    enum rule_kind kind;
} telling_keys[] = {
    {"when", RULE_WHEN},     {"property", RULE_VALUES}, {"values", RULE_VALUES}, {"event", RULE_EVENT},
    {"ranges", RULE_RANGES}, {"over", RULE_ROLLUP},     {"take", RULE_ROLLUP},
};

static const enum keys keys_of_kind[] = {
    [RULE_WHEN] = KEYS_RULE_WHEN,     [RULE_VALUES] = KEYS_RULE_VALUES, [RULE_EVENT] = KEYS_RULE_EVENT,
    [RULE_RANGES] = KEYS_RULE_RANGES, [RULE_ROLLUP] = KEYS_RULE_ROLLUP,
};

/* ---- Decay ---- */

static bool read_half_life(const struct reader *reader, const struct yaml_node *node, struct decay *out)
{
    static const char *const others[] = {"percent", "every", "shape", NULL};
    struct duration half_life;
    for (size_t i = 0; others[i] != NULL; i++) {
        const struct yaml_node *other = value_of(node, others[i]);
        if (other == NULL) continue;
        complain(reader, other->at,
                 "'%s' does not go with 'half_life'; a decay is either {half_life: 30d} or "
                 "{percent: 50, every: 30d}",
                 others[i]);
        return false;
    }
    if (!read_duration(reader, value_of(node, "half_life"), "half_life", &half_life)) return false;
    *out = (struct decay){DECAY_HALF_LIFE, 0, half_life.count, half_life.unit_minutes};
    return true;
}

static bool read_percent(const struct reader *reader, const struct yaml_node *node, double *out)
{
    double percent;
    if (node->kind == YAML_SCALAR && node->plain && str_to_double(node->text, &percent) && percent > 0 &&
        percent <= 100) {
        *out = percent;
        return true;
    }
    bool sign = node->kind == YAML_SCALAR && str_ends_with(node->text, STR("%"));
    complain(reader, node->at, "'percent' must be a number above 0 and up to 100, not %s%s", in_words(reader, node),
             sign ? "; leave the sign '%' out" : "");
    return false;
}

bool read_decay(const struct reader *reader, const struct yaml_node *node, struct decay *out)
{
    static const char *const shapes[] = {"linear", "step", "compound", NULL};
    if (node == NULL) return true;
    if (node->kind == YAML_SCALAR && str_equal(node->text, STR("none"))) {
        *out = (struct decay){0};
        return true;
    }
    if (!read_keys(reader, node, KEYS_DECAY)) return false;
    if (value_of(node, "half_life") != NULL) return read_half_life(reader, node, out);
    if (!read_required(reader, node, node->at, KEYS_DECAY, "percent")) return false;
    if (!read_required(reader, node, node->at, KEYS_DECAY, "every")) return false;
    double percent = 0;
    struct duration every = {0};
    int shape = 0;
    bool good = read_percent(reader, value_of(node, "percent"), &percent);
    good &= read_duration(reader, value_of(node, "every"), "every", &every);
    good &= read_word(reader, value_of(node, "shape"), "shape", shapes, &shape);
    if (good) *out = (struct decay){DECAY_LINEAR + (enum decay_shape)shape, percent, every.count, every.unit_minutes};
    return good;
}

/* ---- Which kind? ---- */

static void complain_no_kind(const struct reader *reader, const struct yaml_node *node)
{
    const char *names[COUNT_OF(telling_keys) + 1] = {NULL};
    for (size_t i = 0; i < COUNT_OF(telling_keys); i++) names[i] = telling_keys[i].key;
    for (size_t i = 0; i < node->count; i++) {
        const char *near = nearest(node->keys[i]->text, names);
        if (near == NULL) continue;
        complain(reader, node->keys[i]->at, "unknown key %s; did you mean '%s'?", quoted(reader, node->keys[i]->text),
                 near);
        return;
    }
    complain(reader, node->at,
             "a rule says what it looks at: 'when', 'property' with 'values', 'event', or 'over' with "
             "'take'; as in %s",
             key_sets[KEYS_RULE_WHEN].example);
}

static bool is_of_events(enum rule_kind kind)
{
    return kind == RULE_EVENT || kind == RULE_RANGES;
}

/* The kind that a key tells; false for a key that many kinds have. */
static bool tells(struct str key, enum rule_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(telling_keys); i++) {
        if (!str_equal(key, str_from_c(telling_keys[i].key))) continue;
        *out = telling_keys[i].kind;
        return true;
    }
    return false;
}

static bool find_kind(const struct reader *reader, const struct yaml_node *node, enum rule_kind *out)
{
    if (node->kind != YAML_MAPPING) {
        complain(reader, node->at, "expected a rule such as %s, not %s", key_sets[KEYS_RULE_WHEN].example,
                 in_words(reader, node));
        return false;
    }
    const struct yaml_node *found = NULL;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->keys[i];
        enum rule_kind kind;
        if (!tells(key->text, &kind)) continue;
        bool events = found != NULL && is_of_events(*out) && is_of_events(kind);
        if (found != NULL && *out != kind && !events) {
            complain(reader, key->at,
                     "a rule looks at one thing, but here are '" STR_FMT "' and '" STR_FMT "'; make two rules of it",
                     STR_ARG(found->text), STR_ARG(key->text));
            return false;
        }
        *out = events && *out == RULE_RANGES ? RULE_RANGES : kind;
        found = key;
    }
    if (found == NULL) complain_no_kind(reader, node);
    return found != NULL;
}

/* ---- The kinds ---- */

static bool read_otherwise(const struct reader *reader, const struct yaml_node *node, struct rule *out)
{
    const struct yaml_node *otherwise = value_of(node, "otherwise");
    out->has_otherwise = otherwise != NULL;
    return read_points(reader, otherwise, "otherwise", &out->otherwise);
}

static bool read_when(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                      struct rule *out)
{
    bool good = read_points(reader, value_of(node, "points"), "points", &out->points);
    good &= read_otherwise(reader, node, out);
    out->when = condition_parse(reader->arena, reader->catalog, frame->object, value_of(node, "when"), reader->source,
                                reader->diagnostics);
    return out->when != NULL && good;
}

static bool read_case(const struct reader *reader, uint32_t property, const struct yaml_node *node,
                      struct value_case *out)
{
    static const char *const other_keys[] = {"points", NULL};
    if (!read_keys(reader, node, KEYS_VALUE_CASE)) return false;
    bool good = read_required(reader, node, node->at, KEYS_VALUE_CASE, "points") &&
                read_points(reader, value_of(node, "points"), "points", &out->points);
    return test_parse(reader->arena, reader->catalog, property, node, other_keys, reader->source, reader->diagnostics,
                      &out->test) &&
           good;
}

static bool read_values(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                        struct rule *out)
{
    const struct yaml_node *property = value_of(node, "property"), *values = value_of(node, "values");
    const struct yaml_node *unknown = value_of(node, "unknown");
    bool good = read_otherwise(reader, node, out);
    out->has_unknown = unknown != NULL;
    good &= read_points(reader, unknown, "unknown", &out->unknown);
    out->property_at = property->at;
    if (!read_property(reader, frame->object, property, &out->property, &out->hop)) return false;
    if (!read_list(reader, values, "values", 1, "[{gt: 100, points: 2}]")) return false;
    out->cases = ARENA_ARRAY(reader->arena, struct value_case, values->count);
    out->case_count = (uint32_t)values->count;
    for (size_t i = 0; i < values->count; i++)
        good &= read_case(reader, out->property, values->values[i], &out->cases[i]);
    return good;
}

/* What event rules with and without ranges share. */
static bool read_events(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                        struct rule *out)
{
    out->decay = frame->decay;
    bool good =
        selection_parse(reader->arena, reader->catalog, node, reader->source, reader->diagnostics, &out->selection);
    if (value_of(node, "bots") == NULL) out->selection.include_bots = frame->include_bots;
    return read_decay(reader, value_of(node, "decay"), &out->decay) && good;
}

static bool read_event(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                       struct rule *out)
{
    static const char *const counts[] = {"each", "once", NULL};
    int count = 0;
    bool good = read_events(reader, frame, node, out);
    good &= read_points(reader, value_of(node, "points"), "points", &out->points);
    good &= read_word(reader, value_of(node, "count"), "count", counts, &count);
    out->once = count == 1;
    return good;
}

struct placed_range {
    struct range range;
    struct place at;
};

static int compare_ranges(const void *a, const void *b)
{
    uint32_t x = ((const struct placed_range *)a)->range.from, y = ((const struct placed_range *)b)->range.from;
    return (x > y) - (x < y);
}

static bool read_range(const struct reader *reader, const struct yaml_node *node, struct placed_range *out)
{
    if (!read_keys(reader, node, KEYS_RANGE)) return false;
    bool good = read_required(reader, node, node->at, KEYS_RANGE, "from");
    good &= read_required(reader, node, node->at, KEYS_RANGE, "points");
    int64_t from = 1, to = UINT32_MAX;
    const struct yaml_node *to_node = value_of(node, "to");
    good &= read_whole(reader, value_of(node, "from"), "from", 1, EVENTS_COUNTED_MAX, &from);
    good &= read_whole(reader, to_node, "to", 1, EVENTS_COUNTED_MAX, &to);
    good &= read_points(reader, value_of(node, "points"), "points", &out->range.points);
    if (good && to < from) {
        complain(reader, to_node->at, "'to' is %lld, below 'from', which is %lld", (long long)to, (long long)from);
        return false;
    }
    out->range.from = (uint32_t)from;
    out->range.to = (uint32_t)to;
    out->at = node->at;
    return good;
}

static bool check_overlaps(const struct reader *reader, const struct placed_range *sorted, size_t count)
{
    bool good = true;
    for (size_t i = 1; i < count; i++) {
        const struct range *lower = &sorted[i - 1].range;
        if (sorted[i].range.from > lower->to) continue;
        struct place at = sorted[i].at;
        if (lower->to == UINT32_MAX)
            complain(reader, at, "ranges overlap: %u events are also in the one that begins at %u and has no 'to'",
                     sorted[i].range.from, lower->from);
        else
            complain(reader, at, "ranges overlap: %u events are also in the one from %u to %u", sorted[i].range.from,
                     lower->from, lower->to);
        good = false;
    }
    return good;
}

static bool read_ranges(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                        struct rule *out)
{
    const struct yaml_node *list = value_of(node, "ranges");
    bool good = read_events(reader, frame, node, out);
    if (!read_list(reader, list, "ranges", 1, "[{from: 1, to: 3, points: 5}, {from: 4, points: 15}]")) return false;
    struct placed_range *ranges = ARENA_ARRAY(reader->arena, struct placed_range, list->count);
    for (size_t i = 0; i < list->count; i++) good &= read_range(reader, list->values[i], &ranges[i]);
    if (!good) return false;
    qsort(ranges, list->count, sizeof *ranges, compare_ranges);
    struct range *sorted = ARENA_ARRAY(reader->arena, struct range, list->count);
    for (size_t i = 0; i < list->count; i++) sorted[i] = ranges[i].range;
    out->ranges = sorted;
    out->range_count = (uint32_t)list->count;
    return check_overlaps(reader, ranges, list->count);
}

/* ---- Rollups ---- */

static bool read_over(const struct reader *reader, enum entity object, const struct yaml_node *node, enum entity *out)
{
    const char *others[OBJECT_COUNT] = {NULL};
    enum entity entities[OBJECT_COUNT] = {0};
    int count = 0, word = 0;
    for (enum entity entity = ENTITY_CONTACT; entity < OBJECT_COUNT; entity++) {
        if (entity == object) continue;
        others[count] = entity_plural(entity);
        entities[count++] = entity;
    }
    if (node->kind == YAML_SCALAR && str_equal(node->text, str_from_c(entity_plural(object)))) {
        complain(reader, node->at, "a score of %s cannot roll up %s; 'over' must be %s", entity_plural(object),
                 entity_plural(object), listed(reader, others, " or "));
        return false;
    }
    if (!read_word(reader, node, "over", others, &word)) return false;
    *out = entities[word];
    return true;
}

/* sum | avg | min | max | top N | {top: N} */
static bool read_take(const struct reader *reader, const struct yaml_node *node, struct rule *out)
{
    static const char *const words[] = {"sum", "avg", "min", "max", "top N (such as top 3)", NULL};
    if (node->kind == YAML_MAPPING) {
        out->take = TAKE_TOP;
        if (!read_keys(reader, node, KEYS_TOP)) return false;
        return read_required(reader, node, node->at, KEYS_TOP, "top") &&
               read_limit(reader, value_of(node, "top"), "top", &out->top);
    }
    struct str rest = node->kind == YAML_SCALAR ? node->text : STR("");
    if (!str_equal(str_cut(&rest, ' '), STR("top"))) {
        int word = 0;
        if (!read_word(reader, node, "take", words, &word)) return false;
        out->take = (enum take)word;
        return true;
    }
    int64_t top = 0;
    out->take = TAKE_TOP;
    if (!str_to_i64(str_trim(rest), &top) || top < 1 || top > LIMIT_MAX) {
        complain(reader, node->at, "'take: top N' needs a whole number from 1 to %d, as in top 3, not %s", LIMIT_MAX,
                 in_words(reader, node));
        return false;
    }
    out->top = (uint32_t)top;
    return true;
}

/* The inner rule becomes the only one of a score named "score/group/rule". */
static bool read_inner_rule(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                            struct rule *out)
{
    struct rule_frame inner = *frame;
    inner.object = out->over;
    inner.default_name = out->name;
    struct rule *rule = ARENA_NEW(reader->arena, struct rule);
    if (node->kind == YAML_MAPPING && yaml_get(node, STR("over")) != NULL) {
        complain(reader, node->at, "a rollup's 'rule' cannot be a rollup itself; give that one a score of its own");
        return false;
    }
    if (!read_rule(reader, &inner, node, rule)) return false;
    struct group *group = ARENA_NEW(reader->arena, struct group);
    *group = (struct group){.name = frame->group,
                            .category = is_of_events(rule->kind) ? CATEGORY_ENGAGEMENT : CATEGORY_FIT,
                            .rules = rule,
                            .rule_count = 1,
                            .at = rule->at};
    struct score *score = ARENA_NEW(reader->arena, struct score);
    *score = (struct score){.object = out->over,
                            .anonymous = true,
                            .groups = group,
                            .group_count = 1,
                            .source = reader->source,
                            .at = rule->at};
    score->name = score->title = arena_format(reader->arena, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(frame->score),
                                              STR_ARG(frame->group), STR_ARG(out->name));
    out->score = definitions_add_score(reader->set, score);
    return true;
}

static bool read_rollup(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                        struct rule *out)
{
    const struct yaml_node *score = value_of(node, "score"), *part = value_of(node, "part");
    const struct yaml_node *rule = value_of(node, "rule");
    int part_word = PART_TOTAL;
    bool good = read_take(reader, value_of(node, "take"), out);
    good &= read_word(reader, part, "part", part_names, &part_word);
    good &= read_text(reader, score, "score", &out->score_name);
    out->part = (enum score_part)part_word;
    if ((score == NULL) == (rule == NULL)) {
        complain(reader, out->at, "a rollup takes either a 'score' or a 'rule', %s",
                 rule == NULL ? "and here is neither" : "not both");
        return false;
    }
    if (part != NULL && rule != NULL) {
        complain(reader, part->at, "'part' goes with 'score'; a 'rule' has no parts");
        return false;
    }
    if (!read_over(reader, frame->object, value_of(node, "over"), &out->over)) return false;
    return (rule == NULL || read_inner_rule(reader, frame, rule, out)) && good;
}

/* ---- The rule ---- */

static bool read_name(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
                      enum rule_kind kind, struct rule *out)
{
    const struct yaml_node *name = value_of(node, "name");
    out->at = name != NULL ? name->at : node->at;
    out->name = frame->default_name;
    if (name == NULL && out->name.len > 0) return true;
    return read_required(reader, node, node->at, keys_of_kind[kind], "name") &&
           read_text(reader, name, "name", &out->name);
}

/* The keys that no rule of a kind can do without. */
static bool check_required(const struct reader *reader, const struct yaml_node *node, const struct rule *rule)
{
    static const char *const needed[][3] = {
        [RULE_WHEN] = {"when", "points", NULL},   [RULE_VALUES] = {"property", "values", NULL},
        [RULE_EVENT] = {"event", "points", NULL}, [RULE_RANGES] = {"event", "ranges", NULL},
        [RULE_ROLLUP] = {"over", "take", NULL},
    };
    bool good = true;
    for (size_t i = 0; needed[rule->kind][i] != NULL; i++)
        good &= read_required(reader, node, rule->at, keys_of_kind[rule->kind], needed[rule->kind][i]);
    return good;
}

bool read_rule(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
               struct rule *out)
{
    *out = (struct rule){.enabled = true, .score = UINT32_MAX, .at = node->at};
    if (!find_kind(reader, node, &out->kind)) return false;
    if (!read_keys(reader, node, keys_of_kind[out->kind])) return false;
    bool good = read_name(reader, frame, node, out->kind, out);
    good &= read_boolean(reader, value_of(node, "enabled"), "enabled", &out->enabled);
    good &= read_clamp(reader, node, &out->clamp);
    if (!check_required(reader, node, out)) return false;
    switch (out->kind) {
    case RULE_WHEN: return read_when(reader, frame, node, out) && good;
    case RULE_VALUES: return read_values(reader, frame, node, out) && good;
    case RULE_EVENT: return read_event(reader, frame, node, out) && good;
    case RULE_RANGES: return read_ranges(reader, frame, node, out) && good;
    case RULE_ROLLUP: return read_rollup(reader, frame, node, out) && good;
    }
    return false;
}
