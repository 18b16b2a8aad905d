/* emit.c — from the model to the product: definitions as text, facts to the builder.
 *
 * Definitions become a small tree of words first, which is then printed in one of many
 * equal ways: blocks, flow, a mixture, JSON; with quotes or without; documents in any order. */
// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <string.h>

#include "base/instant.h"
#include "base/macros.h"
#include "reference/world.h"

enum node_kind { NODE_WORD, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct str text; /* a word (number, true) is never quoted; a text may be */
    struct arena *arena;
    const char **key;
    struct node **child;
    uint32_t count, room;
};

struct writer {
    struct arena *arena;
    const struct ref_world *world;
    const struct ref_set *set;
    struct ref_random random;
    struct buf *out;
    bool json;
    uint32_t flow_percent;
};

/* ---- The tree. ---- */

static struct node *new_node(struct writer *w, enum node_kind kind, struct str text)
{
    struct node *node = ARENA_NEW(w->arena, struct node);
    node->kind = kind;
    node->text = text;
    node->arena = w->arena;
    return node;
}

static struct node *map(struct writer *w)
{
    return new_node(w, NODE_MAP, (struct str){0});
}
static struct node *list(struct writer *w)
{
    return new_node(w, NODE_LIST, (struct str){0});
}
static struct node *word(struct writer *w, struct str text)
{
    return new_node(w, NODE_WORD, text);
}
static struct node *text_node(struct writer *w, struct str text)
{
    return new_node(w, NODE_TEXT, text);
}
static struct node *number(struct writer *w, int64_t n)
{
    return word(w, arena_format(w->arena, "%lld", (long long)n));
}

static void put(struct node *node, const char *key, struct node *child)
{
    if (node->count == node->room) {
        const char **keys = node->key;
        struct node **children = node->child;
        node->room = 2 * node->room + 4;
        node->key = ARENA_ARRAY(node->arena, const char *, node->room);
        node->child = ARENA_ARRAY(node->arena, struct node *, node->room);
        for (uint32_t i = 0; i < node->count; i++) {
            node->key[i] = keys[i];
            node->child[i] = children[i];
        }
    }
    node->key[node->count] = key;
    node->child[node->count++] = child;
}

static void put_text(struct writer *w, struct node *node, const char *key, const char *text)
{
    put(node, key, text_node(w, str_from_c(text)));
}

static struct node *duration(struct writer *w, struct ref_duration d)
{
    return text_node(w, arena_format(w->arena, "%u%c", d.count, d.unit));
}

static const char *const object_name[] = {"contact", "company", "deal", "event"};
static const char *const object_names[] = {"contacts", "companies", "deals", "events"};
static const char *const part_name[] = {"total", "fit", "engagement"};
static const char *const op_name[] = {
    "known",       "unknown",       "is",       "is_not",     "in",     "not_in", "contains", "not_contains",
    "starts_with", "ends_with",     "gt",       "gte",        "lt",     "lte",    "between",  "not_between",
    "has_any",     "has_all",       "has_none", "is_exactly", "before", "after",  "within",   "older_than",
    "in_next",     "changed_within"};

/* Quotes are part of the meaning only where no schema tells the type: a word is what it looks like. */
static struct node *argument(struct writer *w, struct str text, enum ref_type type)
{
    return type == REF_NUMBER || type == REF_BOOLEAN ? word(w, text) : text_node(w, text);
}

static struct node *operand(struct writer *w, const struct ref_test *test, enum ref_type type)
{
    switch (test->op) {
    case REF_KNOWN:
    case REF_UNKNOWN: return word(w, STR("true"));
    case REF_WITHIN:
    case REF_OLDER_THAN:
    case REF_IN_NEXT:
    case REF_CHANGED_WITHIN: return duration(w, test->duration);
    case REF_IN:
    case REF_NOT_IN:
    case REF_BETWEEN:
    case REF_NOT_BETWEEN: break;
    default:
        if (test->argument_count == 1 && ref_chance(&w->random, 70)) return argument(w, test->argument[0], type);
        if (test->op == REF_IS || test->op == REF_IS_NOT || (test->op >= REF_GT && test->op <= REF_LTE) ||
            test->op == REF_BEFORE || test->op == REF_AFTER)
            return argument(w, test->argument[0], type);
    }
    struct node *node = list(w);
    for (uint32_t i = 0; i < test->argument_count; i++) put(node, NULL, argument(w, test->argument[i], type));
    return node;
}

static void put_test(struct writer *w, struct node *node, const struct ref_test *test, enum ref_type type)
{
    const char *op = op_name[test->op];
    struct node *value = operand(w, test, type);
    if ((test->op == REF_KNOWN || test->op == REF_UNKNOWN) && ref_chance(&w->random, 30)) {
        op = op_name[test->op == REF_KNOWN ? REF_UNKNOWN : REF_KNOWN];
        value = word(w, STR("false"));
    }
    if (test->ever) {
        struct node *inside = map(w);
        put(inside, op, value);
        put(node, "ever", inside);
    } else {
        put(node, op, value);
    }
    if (test->or_unknown) put(node, "or_unknown", word(w, STR("true")));
}

static struct node *condition(struct writer *w, const struct ref_condition *c, enum ref_entity object);

static void put_selection(struct writer *w, struct node *node, const struct ref_selection *s)
{
    put(node, "event", text_node(w, s->event.len == 0 ? STR("any") : s->event));
    if (s->where != NULL) put(node, "where", condition(w, s->where, REF_EVENT));
    if (s->has_within) put(node, "within", duration(w, s->within));
    if (s->per_day > 0) put(node, "per_day", number(w, s->per_day));
    if (s->at_most > 0) put(node, "at_most", number(w, s->at_most));
    if (s->include_bots) put_text(w, node, "bots", "include");
    else if (ref_chance(&w->random, 5)) put_text(w, node, "bots", "exclude");
}

static struct node *property_name(struct writer *w, const struct ref_property *p, enum ref_entity object)
{
    if (p->of == object) return text_node(w, p->name);
    return text_node(w, arena_format(w->arena, "%s." STR_FMT, object_name[p->of], STR_ARG(p->name)));
}

static void put_event_condition(struct writer *w, struct node *node, const struct ref_condition *c)
{
    put_selection(w, node, &c->selection);
    if (!c->has_at_least && !c->has_at_most) return;
    struct node *count = map(w);
    if (c->has_at_least) put(count, "at_least", number(w, c->at_least));
    if (c->has_at_most) put(count, "at_most", number(w, c->at_most));
    put(node, "count", count);
}

static struct node *condition(struct writer *w, const struct ref_condition *c, enum ref_entity object)
{
    struct node *node = map(w), *children = list(w);
    for (uint32_t i = 0; i < c->child_count; i++) put(children, NULL, condition(w, c->child[i], object));
    switch (c->kind) {
    case REF_ALL_OF: put(node, "all", children); break;
    case REF_ANY_OF: put(node, "any", children); break;
    case REF_NOT_OF: put(node, "not", children->child[0]); break;
    case REF_PROPERTY:
        put(node, "property", property_name(w, &w->world->property[c->property], object));
        put_test(w, node, &c->test, w->world->property[c->property].type);
        break;
    case REF_EVENTS: put_event_condition(w, node, c); break;
    case REF_SEGMENT: put(node, "segment", text_node(w, w->set->segment[c->target].name)); break;
    case REF_LIST: put(node, "list", text_node(w, w->world->list[c->target].name)); break;
    case REF_SCORE:
        put(node, "score", text_node(w, w->set->score[c->target].name));
        if (c->part != REF_TOTAL || ref_chance(&w->random, 20)) put_text(w, node, "part", part_name[c->part]);
        put_test(w, node, &c->test, REF_NUMBER);
        break;
    }
    return node;
}

static void put_clamp(struct writer *w, struct node *node, struct ref_clamp clamp)
{
    if (clamp.has_min) put(node, "min", number(w, clamp.min));
    if (clamp.has_max) put(node, "max", number(w, clamp.max));
}

static void put_decay(struct writer *w, struct node *node, const struct ref_decay *decay)
{
    static const char *const shape_name[] = {"", "", "linear", "step", "compound"};
    if (!decay->written) return;
    if (decay->shape == REF_NO_DECAY) {
        put_text(w, node, "decay", "none");
        return;
    }
    struct node *inside = map(w);
    if (decay->shape == REF_HALF_LIFE) {
        put(inside, "half_life", duration(w, decay->period));
    } else {
        put(inside, "percent", word(w, arena_format(w->arena, "%g", decay->percent)));
        put(inside, "every", duration(w, decay->period));
        if (decay->shape != REF_LINEAR) put_text(w, inside, "shape", shape_name[decay->shape]);
    }
    put(node, "decay", inside);
}

static struct node *values_entries(struct writer *w, const struct ref_rule *rule)
{
    struct node *entries = list(w);
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        struct node *entry = map(w);
        put_test(w, entry, &rule->entry[i].test, w->world->property[rule->property].type);
        put(entry, "points", number(w, rule->entry[i].points));
        put(entries, NULL, entry);
    }
    return entries;
}

static struct node *ranges(struct writer *w, const struct ref_rule *rule)
{
    struct node *node = list(w);
    for (uint32_t i = 0; i < rule->range_count; i++) {
        struct node *range = map(w);
        put(range, "from", number(w, rule->range[i].from));
        if (!rule->range[i].open) put(range, "to", number(w, rule->range[i].to));
        put(range, "points", number(w, rule->range[i].points));
        put(node, NULL, range);
    }
    return node;
}

static struct node *rule_node(struct writer *w, const struct ref_rule *rule, enum ref_entity object);

static void put_rollup(struct writer *w, struct node *node, const struct ref_rule *rule)
{
    static const char *const take_name[] = {"sum", "avg", "min", "max"};
    put_text(w, node, "over", object_names[rule->over]);
    if (rule->take == REF_TOP) put(node, "take", text_node(w, arena_format(w->arena, "top %u", rule->top)));
    else put_text(w, node, "take", take_name[rule->take]);
    if (rule->inner != NULL) {
        put(node, "rule", rule_node(w, rule->inner, rule->over));
        return;
    }
    put(node, "score", text_node(w, w->set->score[rule->target].name));
    if (rule->part != REF_TOTAL || ref_chance(&w->random, 20)) put_text(w, node, "part", part_name[rule->part]);
}

static struct node *rule_node(struct writer *w, const struct ref_rule *rule, enum ref_entity object)
{
    struct node *node = map(w);
    if (rule->name.len > 0) put(node, "name", text_node(w, rule->name));
    if (rule->disabled) put(node, "enabled", word(w, STR("false")));
    else if (rule->name.len > 0 && ref_chance(&w->random, 5)) put(node, "enabled", word(w, STR("true")));
    switch (rule->kind) {
    case REF_WHEN:
        put(node, "when", condition(w, rule->when, object));
        put(node, "points", number(w, rule->points));
        break;
    case REF_VALUES:
        put(node, "property", property_name(w, &w->world->property[rule->property], object));
        put(node, "values", values_entries(w, rule));
        if (rule->has_unknown) put(node, "unknown", number(w, rule->unknown));
        break;
    case REF_EACH:
    case REF_ONCE:
        put_selection(w, node, &rule->selection);
        put(node, "points", number(w, rule->points));
        if (rule->kind == REF_ONCE) put_text(w, node, "count", "once");
        else if (ref_chance(&w->random, 10)) put_text(w, node, "count", "each");
        break;
    case REF_RANGES:
        put_selection(w, node, &rule->selection);
        put(node, "ranges", ranges(w, rule));
        break;
    case REF_ROLLUP: put_rollup(w, node, rule); break;
    }
    if (rule->has_otherwise && (rule->kind == REF_WHEN || rule->kind == REF_VALUES))
        put(node, "otherwise", number(w, rule->otherwise));
    put_decay(w, node, &rule->decay);
    put_clamp(w, node, rule->clamp);
    return node;
}

static struct node *groups(struct writer *w, const struct ref_score *score)
{
    struct node *node = list(w);
    for (uint32_t i = 0; i < score->group_count; i++) {
        const struct ref_group *group = &score->group[i];
        struct node *g = map(w), *rules = list(w);
        if (group->dropped) continue;
        put(g, "name", text_node(w, group->name));
        put_text(w, g, "category", part_name[group->category]);
        put_clamp(w, g, group->clamp);
        put_decay(w, g, &group->decay);
        for (uint32_t k = 0; k < group->rule_count; k++)
            if (!group->rule[k].dropped) put(rules, NULL, rule_node(w, &group->rule[k], score->object));
        put(g, "rules", rules);
        put(node, NULL, g);
    }
    return node;
}

static void put_bands_and_grades(struct writer *w, struct node *node, const struct ref_score *score)
{
    struct node *bands = list(w), *grades = map(w);
    for (uint32_t i = 0; i < score->band_count; i++) {
        struct node *band = map(w);
        put(band, "label", text_node(w, score->band[i].label));
        put(band, "from", number(w, score->band[i].from));
        if (score->band[i].has_until) put(band, "until", number(w, score->band[i].until));
        put(bands, NULL, band);
    }
    for (enum ref_part part = REF_FIT; part <= REF_ENGAGEMENT; part++) {
        struct node *side = list(w);
        for (uint32_t i = 0; i < score->grade_count[part]; i++) {
            struct node *grade = map(w);
            put(grade, "label", text_node(w, score->grade[part][i].label));
            if (i + 1 < score->grade_count[part]) put(grade, "from", number(w, score->grade[part][i].from));
            put(side, NULL, grade);
        }
        put(grades, part_name[part], side);
    }
    if (score->band_count > 0) put(node, "bands", bands);
    if (score->grade_count[REF_FIT] > 0) put(node, "grades", grades);
}

static struct node *score_node(struct writer *w, const struct ref_score *score)
{
    struct node *node = map(w);
    put(node, "score", text_node(w, score->name));
    if (score->object != REF_CONTACT || ref_chance(&w->random, 50))
        put_text(w, node, "object", object_name[score->object]);
    if (score->scope != NULL) put(node, "for", condition(w, score->scope, score->object));
    if (score->no_match_unknown) put_text(w, node, "no_match", "unknown");
    for (enum ref_part part = REF_FIT; part <= REF_ENGAGEMENT; part++) {
        struct node *clamp = map(w);
        put_clamp(w, clamp, score->clamp[part]);
        if (clamp->count > 0) put(node, part_name[part], clamp);
    }
    put_clamp(w, node, score->clamp[REF_TOTAL]);
    put_bands_and_grades(w, node, score);
    put(node, "groups", groups(w, score));
    return node;
}

static struct node *segment_node(struct writer *w, const struct ref_segment *segment)
{
    struct node *node = map(w);
    put(node, "segment", text_node(w, segment->name));
    if (segment->object != REF_CONTACT || ref_chance(&w->random, 50))
        put_text(w, node, "object", object_name[segment->object]);
    put(node, "when", condition(w, segment->when, segment->object));
    return node;
}

/* ---- Printing. ---- */

/* A text that YAML would not take for anything else. */
static bool needs_no_quotes(struct str s)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off"};
    double n;
    if (!isalpha((unsigned char)s.at[0]) || s.at[s.len - 1] == ' ')
        return str_starts_with(s, STR("/")) && !str_contains(s, STR(" "));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (s.len == str_from_c(words[i]).len && strncasecmp(s.at, words[i], s.len) == 0) return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.at[i]) && strchr("_.- /@+", s.at[i]) == NULL) return false;
    return !str_to_double(s, &n);
}

static void write_quoted(struct writer *w, struct str s)
{
    bool single = !w->json && ref_chance(&w->random, 40);
    char quote = single ? '\'' : '"';
    buf_append_char(w->out, quote);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == quote) buf_append_char(w->out, single ? '\'' : '\\');
        buf_append_char(w->out, s.at[i]);
    }
    buf_append_char(w->out, quote);
}

static void write_scalar(struct writer *w, const struct node *node)
{
    bool plain = node->kind == NODE_WORD ||
                 (!w->json && node->text.len > 0 && needs_no_quotes(node->text) && ref_chance(&w->random, 70));
    if (plain) buf_append(w->out, node->text);
    else write_quoted(w, node->text);
}

static void write_key(struct writer *w, const char *key)
{
    if (w->json) write_quoted(w, str_from_c(key));
    else buf_append_c(w->out, key);
    buf_append_c(w->out, ": ");
}

static void write_flow(struct writer *w, const struct node *node)
{
    if (node->kind <= NODE_TEXT) {
        write_scalar(w, node);
        return;
    }
    buf_append_char(w->out, node->kind == NODE_LIST ? '[' : '{');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i > 0) buf_append_c(w->out, ", ");
        if (node->kind == NODE_MAP) write_key(w, node->key[i]);
        write_flow(w, node->child[i]);
    }
    buf_append_char(w->out, node->kind == NODE_LIST ? ']' : '}');
}

static void write_block(struct writer *w, const struct node *node, size_t indent)
{
    for (uint32_t i = 0; i < node->count; i++) {
        const struct node *child = node->child[i];
        buf_append_repeat(w->out, ' ', indent);
        if (node->kind == NODE_MAP) write_key(w, node->key[i]);
        else buf_append_c(w->out, "- ");
        bool flow = child->kind <= NODE_TEXT || child->count == 0 || ref_chance(&w->random, w->flow_percent);
        if (flow) write_flow(w, child);
        buf_append_char(w->out, '\n');
        if (!flow) write_block(w, child, indent + 2);
    }
}

static void write_document(struct writer *w, const struct node *node)
{
    buf_append_c(w->out, "---\n");
    if (w->json) {
        write_flow(w, node);
        buf_append_char(w->out, '\n');
    } else {
        write_block(w, node, 0);
    }
}

void ref_emit_definitions(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint64_t style,
                          struct buf *out)
{
    static const uint32_t percents[] = {0, 0, 20, 50, 100};
    struct writer w = {.arena = arena, .world = world, .set = set, .random = {style}, .out = out};
    w.json = ref_chance(&w.random, 15);
    w.flow_percent = percents[ref_below(&w.random, COUNT_OF(percents))];
    uint32_t all = set->score_count + set->segment_count, first = ref_below(&w.random, all);
    bool backwards = ref_chance(&w.random, 50);
    for (uint32_t i = 0; i < all; i++) {
        uint32_t which = (first + (backwards ? all - i : i)) % all;
        if (which >= set->score_count) write_document(&w, segment_node(&w, &set->segment[which - set->score_count]));
        else if (!set->score[which].dropped) write_document(&w, score_node(&w, &set->score[which]));
    }
}

/* ---- The schema. ---- */

static void emit_type(const struct ref_property *p, struct buf *out)
{
    static const char *const name[] = {"boolean", "number", "date", "datetime", "string", "enumeration", "set"};
    if (p->type != REF_ENUMERATION) {
        buf_append_c(out, name[p->type]);
        return;
    }
    buf_append_c(out, "{enumeration: [");
    for (uint32_t i = 0; i < p->option_count; i++)
        buf_format(out, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(p->options[i]));
    buf_append_c(out, "]}");
}

void ref_emit_schema(const struct ref_world *world, struct buf *out)
{
    for (enum ref_entity of = REF_CONTACT; of <= REF_EVENT; of++) {
        bool first = true;
        for (uint32_t i = 0; i < world->property_count; i++) {
            const struct ref_property *p = &world->property[i];
            if (p->of != of || !p->declared) continue;
            if (first) buf_format(out, "%s:\n", object_name[of]);
            first = false;
            buf_format(out, "  " STR_FMT ": ", STR_ARG(p->name));
            emit_type(p, out);
            buf_append_char(out, '\n');
        }
    }
}
