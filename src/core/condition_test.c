/* condition_test.c — an operator meets a type (binding), then values (testing).
 *
 * One table says which operator fits which type; a misfit is answered with the words
 * that would fit. Invariant, established by binding and relied on by testing: every
 * argument holds its value in the field of the test's type. */
// SPDX-License-Identifier: Apache-2.0
#include "core/condition.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "core/definition_keys.h"

#define QUOTED_CELLS 60     /* of an argument in a message */
#define OPTIONS_SHOWN 8     /* of an enumeration in a message */
#define SENTENCE_BYTES 4096 /* ceiling of a list in a message */

#define ONLY(type) (1U << (type))
#define TEXT (ONLY(TYPE_STRING) | ONLY(TYPE_ENUMERATION))
#define NUMBER ONLY(TYPE_NUMBER)
#define BOOLEAN ONLY(TYPE_BOOLEAN)
#define SET ONLY(TYPE_SET)
#define TIME (ONLY(TYPE_DATE) | ONLY(TYPE_DATETIME))
#define ALL (TEXT | NUMBER | BOOLEAN | SET | TIME)

/* semantics 4.2, the table of operators: the types each fits. */
static const unsigned fitting[] = {
    [OP_KNOWN] = ALL,
    [OP_UNKNOWN] = ALL,
    [OP_IS] = TEXT | NUMBER | BOOLEAN,
    [OP_IS_NOT] = TEXT | NUMBER | BOOLEAN,
    [OP_IN] = TEXT | NUMBER,
    [OP_NOT_IN] = TEXT | NUMBER,
    [OP_CONTAINS] = TEXT,
    [OP_NOT_CONTAINS] = TEXT,
    [OP_STARTS_WITH] = TEXT,
    [OP_ENDS_WITH] = TEXT,
    [OP_GT] = NUMBER,
    [OP_GTE] = NUMBER,
    [OP_LT] = NUMBER,
    [OP_LTE] = NUMBER,
    [OP_BETWEEN] = NUMBER | TIME,
    [OP_NOT_BETWEEN] = NUMBER,
    [OP_HAS_ANY] = SET,
    [OP_HAS_ALL] = SET,
    [OP_HAS_NONE] = SET,
    [OP_IS_EXACTLY] = SET,
    [OP_BEFORE] = TIME,
    [OP_AFTER] = TIME,
    [OP_WITHIN] = TIME,
    [OP_OLDER_THAN] = TIME,
    [OP_IN_NEXT] = TIME,
    [OP_CHANGED_WITHIN] = ALL,
};

const char *operator_name(enum operator_ op)
{
    return operator_keys[op];
}

/* ---- Binding. ---- */

struct binding {
    struct arena *arena;
    struct test *test;
    enum type type;
    struct str name;                 /* of the property or score, for messages */
    const struct property *property; /* NULL: a score, or a type alone */
    bool of_score;
    struct place fallback; /* where to point when the test itself knows no place */
    const struct source *source;
    struct diagnostics *diagnostics;
};

/* Report, and be false. */
#define REFUSE(binding, at, ...) \
    (diagnostics_error((binding)->diagnostics, (binding)->source, (at), __VA_ARGS__), false)

static const char *with_article(enum type type)
{
    static const char *const names[] = {
        [TYPE_OPEN] = "a string",      [TYPE_BOOLEAN] = "a boolean",          [TYPE_NUMBER] = "a number",
        [TYPE_DATE] = "a date",        [TYPE_DATETIME] = "a datetime",        [TYPE_STRING] = "a string",
        [TYPE_SET] = "a set of texts", [TYPE_ENUMERATION] = "an enumeration",
    };
    return names[type];
}

static struct place place_of(const struct binding *b)
{
    const struct test *test = b->test;
    if (test->at.line > 0) return test->at;
    return test->argument_count > 0 && test->arguments[0].at.line > 0 ? test->arguments[0].at : b->fallback;
}

/* Of a score only its points are compared: it has no versions, and no `known` in semantics 4.2. */
static bool fits(const struct binding *b, enum operator_ op)
{
    if (b->of_score && fitting[op] == ALL) return false;
    return (fitting[op] & ONLY(b->type)) != 0;
}

static bool refuse_operator(const struct binding *b)
{
    AUTO_BUF words = BUF_INIT(SENTENCE_BYTES);
    for (size_t op = 0; op < COUNT_OF(fitting); op++) {
        if (fitting[op] == ALL || !fits(b, (enum operator_)op)) continue;
        if (words.len > 0) buf_append_c(&words, ", ");
        buf_append_c(&words, operator_keys[op]);
    }
    struct str shown = unicode_cut(b->name, QUOTED_CELLS);
    const char *op = operator_name(b->test->op);
    if (b->of_score)
        return REFUSE(b, place_of(b), "'%s' does not fit a score; for the points of '" STR_FMT "' use " STR_FMT, op,
                      STR_ARG(shown), STR_ARG(buf_str(&words)));
    return REFUSE(b, place_of(b), "'%s' does not fit '" STR_FMT "', which is %s; for %s use " STR_FMT, op,
                  STR_ARG(shown), with_article(b->type), with_article(b->type), STR_ARG(buf_str(&words)));
}

static bool refuse_argument(const struct binding *b, const struct argument *a, const char *expected)
{
    struct str shown = unicode_cut(a->text, QUOTED_CELLS), name = unicode_cut(b->name, QUOTED_CELLS);
    return REFUSE(b, a->at, "'" STR_FMT "%s' is not %s; '" STR_FMT "' is %s", STR_ARG(shown),
                  shown.len < a->text.len ? "..." : "", expected, STR_ARG(name), with_article(b->type));
}

/* now, now-30d, now+7d, RFC 3339, or a date. */
static bool bind_instant(struct argument *a)
{
    struct str text = a->text;
    a->relative_to_now = str_starts_with(text, STR("now"));
    if (!a->relative_to_now) return instant_parse(text, &a->instant_ms);
    a->instant_ms = 0;
    if (text.len == 3) return true;
    struct duration duration;
    if (text.at[3] != '+' && text.at[3] != '-') return false;
    if (!duration_parse((struct str){text.at + 4, text.len - 4}, &duration)) return false;
    a->instant_ms = duration_minutes(duration) * MS_PER_MINUTE * (text.at[3] == '-' ? -1 : 1);
    return true;
}

static bool refuse_option(const struct binding *b, const struct argument *a)
{
    const struct property *p = b->property;
    uint32_t shown = p->option_count < OPTIONS_SHOWN ? p->option_count : OPTIONS_SHOWN;
    AUTO_BUF options = BUF_INIT(SENTENCE_BYTES);
    for (uint32_t i = 0; i < shown; i++) {
        if (i > 0) buf_append_c(&options, ", ");
        buf_append(&options, unicode_cut(p->options[i], QUOTED_CELLS));
    }
    if (shown < p->option_count) buf_format(&options, " and %u more", p->option_count - shown);
    struct str word = unicode_cut(a->text, QUOTED_CELLS);
    return REFUSE(b, a->at, "'" STR_FMT "%s' is not an option of '" STR_FMT "'; its options are " STR_FMT,
                  STR_ARG(word), word.len < a->text.len ? "..." : "", STR_ARG(p->name), STR_ARG(buf_str(&options)));
}

/* Does the operator mean a whole value, rather than a part of its text? */
static bool means_whole_value(enum operator_ op)
{
    return op == OP_IS || op == OP_IS_NOT || op == OP_IN || op == OP_NOT_IN;
}

static bool bind_text(const struct binding *b, struct argument *a)
{
    a->folded = unicode_fold(b->arena, a->text);
    if (a->folded.len == 0)
        return REFUSE(b, a->at, "an empty text is no value; to ask for a missing one write 'unknown: true'");
    const struct property *p = b->property;
    if (p == NULL || p->option_count == 0 || !means_whole_value(b->test->op)) return true;
    for (uint32_t i = 0; i < p->option_count; i++)
        if (str_equal(p->options[i], a->folded)) return true;
    return refuse_option(b, a);
}

static bool bind_member(const struct binding *b, struct argument *a)
{
    a->folded = unicode_fold(b->arena, a->text);
    if (a->folded.len == 0)
        return REFUSE(b, a->at, "an empty text is no member; to ask for an empty set write 'unknown: true'");
    if (str_contains(a->text, STR(";")))
        return REFUSE(b, a->at, "';' separates the members of a set; here they are a list: [a, b]");
    return true;
}

static bool bind_argument(const struct binding *b, struct argument *a)
{
    struct value value;
    *a = (struct argument){.text = a->text, .plain = a->plain, .at = a->at};
    switch (b->type) {
    case TYPE_NUMBER: return str_to_double(a->text, &a->number) || refuse_argument(b, a, "a number");
    case TYPE_BOOLEAN:
        if (value_parse(b->arena, TYPE_BOOLEAN, a->text, &value, NULL) != ERR_OK)
            return refuse_argument(b, a, "true or false");
        a->boolean = value.boolean;
        return true;
    case TYPE_DATE:
    case TYPE_DATETIME:
        return bind_instant(a) ||
               refuse_argument(b, a, "an instant such as 2026-01-05, 2026-01-05T10:00:00Z, now, now-30d or now+7d");
    case TYPE_SET: return bind_member(b, a);
    case TYPE_OPEN:
    case TYPE_STRING:
    case TYPE_ENUMERATION: break;
    }
    return bind_text(b, a);
}

/* `between: [100, 5]` is not wrong, but nobody means it. */
static void warn_of_empty_range(const struct binding *b)
{
    const struct argument *low = &b->test->arguments[0], *high = &b->test->arguments[1];
    bool comparable = low->relative_to_now == high->relative_to_now; /* of numbers both are false */
    if (!comparable || (low->number <= high->number && low->instant_ms <= high->instant_ms)) return;
    struct str low_text = unicode_cut(low->text, QUOTED_CELLS), high_text = unicode_cut(high->text, QUOTED_CELLS);
    diagnostics_warning(b->diagnostics, b->source, low->at,
                        "nothing lies between '" STR_FMT "' and '" STR_FMT "': the first end is the larger",
                        STR_ARG(low_text), STR_ARG(high_text));
}

static bool bind(struct binding *b)
{
    struct test *test = b->test;
    if (b->type == TYPE_OPEN) b->type = TYPE_STRING;
    test->type = b->type;
    if (!fits(b, test->op)) return refuse_operator(b);
    bool is_range = test->op == OP_BETWEEN || test->op == OP_NOT_BETWEEN;
    INVARIANT(test->argument_count == 2 || !is_range);
    INVARIANT(test->argument_count > 0 || test->duration.count > 0 || fitting[test->op] == ALL);
    bool good = true;
    for (uint32_t i = 0; i < test->argument_count; i++) good = bind_argument(b, &test->arguments[i]) && good;
    if (good && is_range) warn_of_empty_range(b);
    return good;
}

bool test_bind(struct arena *arena, struct test *test, enum type type, struct str property_name,
               const struct source *source, struct diagnostics *diagnostics)
{
    struct binding b = {.arena = arena,
                        .test = test,
                        .type = type,
                        .name = property_name,
                        .source = source,
                        .diagnostics = diagnostics};
    return bind(&b);
}

static bool bind_property(struct arena *arena, struct test *test, struct catalog *catalog, uint32_t property,
                          struct place fallback, const struct source *source, struct diagnostics *diagnostics)
{
    const struct property *p = catalog_at(catalog, property);
    struct binding b = {.arena = arena,
                        .test = test,
                        .type = p->type,
                        .name = p->name,
                        .property = p,
                        .fallback = fallback,
                        .source = source,
                        .diagnostics = diagnostics};
    return bind(&b);
}

bool test_bind_property(struct arena *arena, struct test *test, struct catalog *catalog, uint32_t property,
                        const struct source *source, struct diagnostics *diagnostics)
{
    return bind_property(arena, test, catalog, property, (struct place){0}, source, diagnostics);
}

static bool bind_score(struct arena *arena, const struct condition *condition, const struct source *source,
                       struct diagnostics *diagnostics)
{
    struct binding b = {.arena = arena,
                        .test = condition->test,
                        .type = TYPE_NUMBER,
                        .name = condition->name,
                        .of_score = true,
                        .fallback = condition->at,
                        .source = source,
                        .diagnostics = diagnostics};
    return bind(&b);
}

bool condition_bind(struct arena *arena, struct catalog *catalog, const struct condition *condition,
                    const struct source *source, struct diagnostics *diagnostics)
{
    bool good = true;
    switch (condition->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
        for (uint32_t i = 0; i < condition->child_count; i++)
            good = condition_bind(arena, catalog, condition->children[i], source, diagnostics) && good;
        return good;
    case CONDITION_PROPERTY:
        return bind_property(arena, condition->test, catalog, condition->property, condition->at, source, diagnostics);
    case CONDITION_EVENT:
        return condition->selection.where == NULL ||
               condition_bind(arena, catalog, condition->selection.where, source, diagnostics);
    case CONDITION_SCORE: return bind_score(arena, condition, source, diagnostics);
    case CONDITION_SEGMENT:
    case CONDITION_LIST: return true;
    }
    return true;
}

/* ---- Testing. ---- */

static bool is_text(enum type type)
{
    return type == TYPE_STRING || type == TYPE_ENUMERATION || type == TYPE_OPEN;
}

static bool is_time(enum type type)
{
    return type == TYPE_DATE || type == TYPE_DATETIME;
}

static bool same_kind(enum type a, enum type b)
{
    return a == b || (is_text(a) && is_text(b)) || (is_time(a) && is_time(b));
}

/* A text of nothing but white space and a set without members are no value. */
static bool has_value(const struct value *value)
{
    if (value == NULL) return false;
    if (value->type == TYPE_SET) return value->member_count > 0;
    return !is_text(value->type) || value->folded.len > 0;
}

static bool equals(const struct argument *a, const struct value *value)
{
    if (value->type == TYPE_NUMBER) return value->number == a->number;
    if (value->type == TYPE_BOOLEAN) return value->boolean == a->boolean;
    return str_equal(value->folded, a->folded);
}

static bool equals_any(const struct test *test, const struct value *value)
{
    for (uint32_t i = 0; i < test->argument_count; i++)
        if (equals(&test->arguments[i], value)) return true;
    return false;
}

/* The whole text holds / begins with / ends with any of the arguments. */
static bool text_with_any(const struct test *test, struct str text, bool (*with)(struct str whole, struct str part))
{
    for (uint32_t i = 0; i < test->argument_count; i++)
        if (with(text, test->arguments[i].folded)) return true;
    return false;
}

static bool is_between(const struct test *test, const struct value *value, int64_t as_of_ms)
{
    const struct argument *low = &test->arguments[0], *high = &test->arguments[1];
    if (value->type == TYPE_NUMBER) return value->number >= low->number && value->number <= high->number;
    int64_t at_ms = value->instant_ms;
    return at_ms >= argument_instant(low, as_of_ms) && at_ms <= argument_instant(high, as_of_ms);
}

static int compare_member(const void *word, const void *member)
{
    return str_compare(*(const struct str *)word, *(const struct str *)member);
}

static bool has_member(const struct value *set, struct str folded)
{
    return bsearch(&folded, set->members, set->member_count, sizeof *set->members, compare_member) != NULL;
}

static bool has_any(const struct test *test, const struct value *set)
{
    for (uint32_t i = 0; i < test->argument_count; i++)
        if (has_member(set, test->arguments[i].folded)) return true;
    return false;
}

static bool has_all(const struct test *test, const struct value *set)
{
    for (uint32_t i = 0; i < test->argument_count; i++)
        if (!has_member(set, test->arguments[i].folded)) return false;
    return true;
}

static bool is_exactly(const struct test *test, const struct value *set)
{
    if (set->member_count > test->argument_count || !has_all(test, set)) return false;
    for (uint32_t m = 0; m < set->member_count; m++) {
        bool named = false;
        for (uint32_t i = 0; i < test->argument_count && !named; i++)
            named = str_equal(set->members[m], test->arguments[i].folded);
        if (!named) return false;
    }
    return true;
}

static int64_t duration_ms(const struct test *test)
{
    return duration_minutes(test->duration) * MS_PER_MINUTE;
}

static bool value_passes(const struct test *test, const struct value *value, int64_t as_of_ms)
{
    const struct argument *first = test->arguments;
    int64_t age_ms = as_of_ms - value->instant_ms; /* of a date: negative in the future */
    switch (test->op) {
    case OP_KNOWN: return true;
    case OP_UNKNOWN: return false;
    case OP_IS:
    case OP_IN: return equals_any(test, value);
    case OP_IS_NOT:
    case OP_NOT_IN: return !equals_any(test, value);
    case OP_CONTAINS: return text_with_any(test, value->folded, str_contains);
    case OP_NOT_CONTAINS: return !text_with_any(test, value->folded, str_contains);
    case OP_STARTS_WITH: return text_with_any(test, value->folded, str_starts_with);
    case OP_ENDS_WITH: return text_with_any(test, value->folded, str_ends_with);
    case OP_GT: return value->number > first->number;
    case OP_GTE: return value->number >= first->number;
    case OP_LT: return value->number < first->number;
    case OP_LTE: return value->number <= first->number;
    case OP_BETWEEN: return is_between(test, value, as_of_ms);
    case OP_NOT_BETWEEN: return !is_between(test, value, as_of_ms);
    case OP_HAS_ANY: return has_any(test, value);
    case OP_HAS_ALL: return has_all(test, value);
    case OP_HAS_NONE: return !has_any(test, value);
    case OP_IS_EXACTLY: return is_exactly(test, value);
    case OP_BEFORE: return value->instant_ms < argument_instant(first, as_of_ms);
    case OP_AFTER: return value->instant_ms > argument_instant(first, as_of_ms);
    case OP_WITHIN: return age_ms >= 0 && age_ms < duration_ms(test);
    case OP_OLDER_THAN: return age_ms >= duration_ms(test);
    case OP_IN_NEXT: return age_ms < 0 && -age_ms <= duration_ms(test);
    case OP_CHANGED_WITHIN: break;
    }
    return false;
}

bool test_passes(const struct test *test, const struct value *value, int64_t as_of_ms)
{
    INVARIANT(test->op != OP_CHANGED_WITHIN);
    if (!has_value(value)) return test->op == OP_UNKNOWN || test->or_unknown;
    if (fitting[test->op] == ALL || same_kind(test->type, value->type)) return value_passes(test, value, as_of_ms);
    INVARIANT(is_text(value->type)); /* of a property that only a draft needs */
    AUTO_ARENA arena = arena_new();
    struct value read;
    if (!value_read_as(arena, test->type, value, &read)) return test->or_unknown;
    return value_passes(test, &read, as_of_ms);
}
