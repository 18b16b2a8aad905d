/* operator_parse.c — one operator and what it compares with (semantics 4.2, the table).
 *
 * What a test needs of its property's type is told to the catalog on the way. Numbers,
 * dates and durations are checked here already, as far as the operator alone decides
 * what they must be; the rest waits for the property's type (test_bind). */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "core/definition_internal.h"

/* What stands behind an operator. */
enum shape { SHAPE_FLAG, SHAPE_ONE, SHAPE_LIST, SHAPE_ONE_OR_LIST, SHAPE_PAIR, SHAPE_DURATION };

struct operator_row {
    enum shape shape;
    enum need need; /* weak: the type is what the arguments look like */
    enum type type;
};

static const struct operator_row operators[] = {
    [OP_KNOWN] = {SHAPE_FLAG, NEED_NONE, TYPE_OPEN},
    [OP_UNKNOWN] = {SHAPE_FLAG, NEED_NONE, TYPE_OPEN},
    [OP_IS] = {SHAPE_ONE, NEED_WEAK, TYPE_OPEN},
    [OP_IS_NOT] = {SHAPE_ONE, NEED_WEAK, TYPE_OPEN},
    [OP_IN] = {SHAPE_LIST, NEED_WEAK, TYPE_OPEN},
    [OP_NOT_IN] = {SHAPE_LIST, NEED_WEAK, TYPE_OPEN},
    [OP_CONTAINS] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_STRING},
    [OP_NOT_CONTAINS] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_STRING},
    [OP_STARTS_WITH] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_STRING},
    [OP_ENDS_WITH] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_STRING},
    [OP_GT] = {SHAPE_ONE, NEED_STRONG, TYPE_NUMBER},
    [OP_GTE] = {SHAPE_ONE, NEED_STRONG, TYPE_NUMBER},
    [OP_LT] = {SHAPE_ONE, NEED_STRONG, TYPE_NUMBER},
    [OP_LTE] = {SHAPE_ONE, NEED_STRONG, TYPE_NUMBER},
    [OP_BETWEEN] = {SHAPE_PAIR, NEED_STRONG, TYPE_OPEN},
    [OP_NOT_BETWEEN] = {SHAPE_PAIR, NEED_STRONG, TYPE_NUMBER},
    [OP_HAS_ANY] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_SET},
    [OP_HAS_ALL] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_SET},
    [OP_HAS_NONE] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_SET},
    [OP_IS_EXACTLY] = {SHAPE_ONE_OR_LIST, NEED_STRONG, TYPE_SET},
    [OP_BEFORE] = {SHAPE_ONE, NEED_STRONG, TYPE_DATETIME},
    [OP_AFTER] = {SHAPE_ONE, NEED_STRONG, TYPE_DATETIME},
    [OP_WITHIN] = {SHAPE_DURATION, NEED_STRONG, TYPE_DATETIME},
    [OP_OLDER_THAN] = {SHAPE_DURATION, NEED_STRONG, TYPE_DATETIME},
    [OP_IN_NEXT] = {SHAPE_DURATION, NEED_STRONG, TYPE_DATETIME},
    [OP_CHANGED_WITHIN] = {SHAPE_DURATION, NEED_NONE, TYPE_OPEN},
};

static bool find_operator(struct str key, enum operator_ *out)
{
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (!str_equal(key, str_from_c(operator_keys[i]))) continue;
        *out = (enum operator_)i;
        return true;
    }
    return false;
}

/* ---- Arguments ---- */

static bool is_number(const struct argument *argument)
{
    double number;
    return str_to_double(argument->text, &number);
}

/* "now", "now-30d", "now+7d", a date, or an instant. */
static bool is_instant(const struct argument *argument)
{
    struct str text = argument->text;
    int64_t at_ms;
    struct duration duration;
    if (!str_starts_with(text, STR("now"))) return instant_parse(text, &at_ms);
    if (text.len == 3) return true;
    bool sign = text.at[3] == '-' || text.at[3] == '+';
    return sign && duration_parse((struct str){text.at + 4, text.len - 4}, &duration);
}

static bool is_boolean(const struct argument *argument)
{
    return str_equal(argument->text, STR("true")) || str_equal(argument->text, STR("false"));
}

static bool read_argument(const struct reader *reader, enum operator_ op, const struct yaml_node *node,
                          struct argument *out)
{
    const char *name = operator_name(op);
    if (node->kind != YAML_SCALAR) {
        complain(reader, node->at, "'%s' compares with one value, not with %s", name, in_words(reader, node));
        return false;
    }
    *out = (struct argument){.text = str_trim(node->text), .plain = node->plain, .at = node->at};
    if (yaml_is_null(node) || out->text.len == 0) {
        complain(reader, node->at, "'%s' has nothing to compare with; a property without a value is {unknown: true}",
                 name);
        return false;
    }
    return true;
}

static bool read_arguments(const struct reader *reader, const struct yaml_node *node, struct test *out)
{
    bool list = node->kind == YAML_SEQUENCE;
    size_t count = list ? node->count : 1;
    const struct yaml_node *const *nodes = list ? node->values : &node;
    bool good = true;
    out->arguments = ARENA_ARRAY(reader->arena, struct argument, count);
    out->argument_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) good &= read_argument(reader, out->op, nodes[i], &out->arguments[i]);
    return good;
}

/* A list where one is due, and of the right length. */
static bool check_shape(const struct reader *reader, enum operator_ op, const struct yaml_node *node)
{
    const char *name = operator_name(op);
    enum shape shape = operators[op].shape;
    bool list = node->kind == YAML_SEQUENCE;
    if (shape == SHAPE_PAIR && (!list || node->count != 2)) {
        complain(reader, node->at, "'%s' takes two values, as in {%s: [5, 100]}", name, name);
        return false;
    }
    if (shape == SHAPE_LIST && !list) {
        complain(reader, node->at, "'%s' takes a list, as in {%s: [a, b]}; for one value use '%s'", name, name,
                 op == OP_IN ? "is" : "is_not");
        return false;
    }
    if (list && shape == SHAPE_ONE) {
        complain(reader, node->at, "'%s' compares with one value, not with a list%s", name,
                 op == OP_IS       ? "; for several use 'in'"
                 : op == OP_IS_NOT ? "; for several use 'not_in'"
                                   : "");
        return false;
    }
    if (list && node->count == 0) {
        complain(reader, node->at, "'%s' has an empty list; it needs at least one value", name);
        return false;
    }
    return true;
}

static bool check_numbers(const struct reader *reader, const struct test *test)
{
    bool good = true;
    for (uint32_t i = 0; i < test->argument_count; i++) {
        const struct argument *argument = &test->arguments[i];
        if (is_number(argument)) continue;
        const char *advice = is_instant(argument) ? "; dates are compared with 'before' and 'after'" : "";
        complain(reader, argument->at, "'%s' compares numbers, and %s is none%s", operator_name(test->op),
                 quoted(reader, argument->text), advice);
        good = false;
    }
    return good;
}

/* between: of two numbers or of two dates. Tells the type. */
static bool check_pair(const struct reader *reader, const struct test *test, enum type *type)
{
    const struct argument *a = &test->arguments[0], *b = &test->arguments[1];
    double low, high;
    if (str_to_double(a->text, &low) && str_to_double(b->text, &high)) {
        *type = TYPE_NUMBER;
        if (low <= high) return true;
        complain(reader, a->at, "'%s' is written from the lower to the higher end: [" STR_FMT ", " STR_FMT "]",
                 operator_name(test->op), STR_ARG(b->text), STR_ARG(a->text));
        return false;
    }
    if (test->op == OP_NOT_BETWEEN) return check_numbers(reader, test);
    *type = TYPE_DATETIME;
    if (is_instant(a) && is_instant(b)) return true;
    const struct argument *odd = is_number(a) || is_instant(a) ? b : a;
    complain(reader, odd->at, "'between' takes two numbers or two dates, not %s and %s", quoted(reader, a->text),
             quoted(reader, b->text));
    return false;
}

static bool check_instant(const struct reader *reader, const struct test *test)
{
    const struct argument *argument = &test->arguments[0];
    if (is_instant(argument)) return true;
    complain(reader, argument->at,
             "'%s' takes a date such as 2026-01-31, 2026-01-31T09:00:00Z, now, now-30d or now+7d, not %s",
             operator_name(test->op), quoted(reader, argument->text));
    return false;
}

/* What arguments that fit several types look like. Only plain words are more than text. */
static enum type apparent_type(const struct test *test)
{
    bool numbers = true, booleans = test->op == OP_IS || test->op == OP_IS_NOT;
    for (uint32_t i = 0; i < test->argument_count; i++) {
        const struct argument *argument = &test->arguments[i];
        numbers = numbers && argument->plain && is_number(argument);
        booleans = booleans && argument->plain && is_boolean(argument);
    }
    return numbers ? TYPE_NUMBER : booleans ? TYPE_BOOLEAN : TYPE_STRING;
}

/* The argument behind out->op; tells the type that it asks for. */
static bool read_operand(const struct reader *reader, const struct yaml_node *node, struct test *out, enum type *type)
{
    const struct operator_row *row = &operators[out->op];
    *type = row->type;
    bool yes = false;
    switch (row->shape) {
    case SHAPE_FLAG:
        if (!read_boolean(reader, node, operator_name(out->op), &yes)) return false;
        if (!yes) out->op = out->op == OP_KNOWN ? OP_UNKNOWN : OP_KNOWN;
        return true;
    case SHAPE_DURATION: return read_duration(reader, node, operator_name(out->op), &out->duration);
    default: break;
    }
    if (!check_shape(reader, out->op, node) || !read_arguments(reader, node, out)) return false;
    if (row->shape == SHAPE_PAIR) return check_pair(reader, out, type);
    if (row->type == TYPE_NUMBER) return check_numbers(reader, out);
    if (row->type == TYPE_DATETIME) return check_instant(reader, out);
    if (row->need == NEED_WEAK) *type = apparent_type(out);
    return true;
}

/* ---- Tests ---- */

/* What is tested; a score has no property. */
struct subject {
    uint32_t property; /* INTERN_NONE: another score */
    bool of_event;
};

static bool is_in(struct str word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (str_equal(word, str_from_c(*list))) return true;
    return false;
}

/* The one operator key of a mapping, by its position; also "ever" counts as one. */
static bool find_only_operator(const struct reader *reader, const struct yaml_node *mapping,
                               const char *const *other_keys, size_t *out)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_node *key = mapping->keys[i];
        enum operator_ op;
        if (is_in(key->text, other_keys)) continue;
        if (!str_equal(key->text, STR("ever")) && !find_operator(key->text, &op)) continue;
        if (found != SIZE_MAX) {
            complain(reader, key->at,
                     "a test has one operator, but here are '" STR_FMT "' and '" STR_FMT
                     "'; use 'between', or join two tests with all: [...]",
                     STR_ARG(mapping->keys[found]->text), STR_ARG(key->text));
            return false;
        }
        found = i;
    }
    *out = found;
    if (found != SIZE_MAX) return true;
    complain(reader, mapping->at, "there is no operator here, such as is, in, contains, gt, known or within");
    return false;
}

static bool read_operator(const struct reader *reader, struct subject subject, const struct yaml_node *key,
                          const struct yaml_node *value, struct test *out)
{
    bool is_operator = find_operator(key->text, &out->op);
    INVARIANT(is_operator);
    out->at = key->at;
    enum operator_ written = out->op;
    if (written == OP_CHANGED_WITHIN && (out->ever || subject.of_event)) {
        complain(reader, key->at,
                 out->ever ? "'changed_within' looks at changes already; it does not go inside 'ever'"
                           : "an event's property never changes, so there is nothing for 'changed_within' to see");
        return false;
    }
    enum type type = TYPE_OPEN;
    if (!read_operand(reader, value, out, &type)) return false;
    if (subject.property != INTERN_NONE && operators[written].need != NEED_NONE)
        catalog_need(reader->catalog, subject.property, operators[written].need, type, reader->source, key->at,
                     reader->diagnostics);
    return true;
}

/* {OP: arg} behind "ever". */
static bool read_ever(const struct reader *reader, struct subject subject, const struct yaml_node *key,
                      const struct yaml_node *value, struct test *out)
{
    static const char *const no_other_keys[] = {NULL};
    size_t at = 0;
    if (subject.of_event) {
        complain(reader, key->at, "an event's property never changes, so 'ever' does not go here");
        return false;
    }
    if (!read_keys(reader, value, KEYS_EVER) || !find_only_operator(reader, value, no_other_keys, &at)) return false;
    out->ever = true;
    return read_operator(reader, subject, value->keys[at], value->values[at], out);
}

static bool read_test(const struct reader *reader, struct subject subject, const struct yaml_node *mapping,
                      const char *const *other_keys, struct test *out)
{
    *out = (struct test){0};
    const struct yaml_node *or_unknown = value_of(mapping, "or_unknown");
    size_t at = 0;
    bool good = read_boolean(reader, or_unknown, "or_unknown", &out->or_unknown);
    if (!find_only_operator(reader, mapping, other_keys, &at)) return false;
    const struct yaml_node *key = mapping->keys[at], *value = mapping->values[at];
    if (str_equal(key->text, STR("ever"))) return read_ever(reader, subject, key, value, out) && good;
    if (!read_operator(reader, subject, key, value, out)) return false;
    if (out->or_unknown && (out->op == OP_KNOWN || out->op == OP_UNKNOWN)) {
        complain(reader, or_unknown->at, "'or_unknown' says nothing beside '%s'", operator_name(out->op));
        return false;
    }
    return good;
}

/* Only operators, or_unknown and `other_keys`? */
static bool check_test_keys(const struct reader *reader, const struct yaml_node *mapping, const char *const *other_keys)
{
    bool good = true;
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_node *key = mapping->keys[i];
        if (is_in(key->text, other_keys) || is_in(key->text, key_sets[KEYS_VALUE_CASE].known)) continue;
        complain_unknown_key(reader, key, "a test", key_sets[KEYS_VALUE_CASE].known);
        good = false;
    }
    return good;
}

bool test_parse(struct arena *arena, struct catalog *catalog, uint32_t property, const struct yaml_node *mapping,
                const char *const *other_keys, const struct source *source, struct diagnostics *diagnostics,
                struct test *out)
{
    const struct reader reader = {arena, catalog, NULL, source, diagnostics};
    const struct subject subject = {property, catalog_at(catalog, property)->entity == ENTITY_EVENT};
    size_t before = diagnostics->errors;
    if (!check_test_keys(&reader, mapping, other_keys)) return false;
    return read_test(&reader, subject, mapping, other_keys, out) && diagnostics->errors == before;
}

bool read_number_test(const struct reader *reader, const struct yaml_node *mapping, const char *const *other_keys,
                      struct test *out)
{
    const struct subject subject = {.property = INTERN_NONE};
    return read_test(reader, subject, mapping, other_keys, out) && check_numbers(reader, out);
}
