/* reader.c — single values of a definition, each mistake with a sentence of its own. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/unicode.h"
#include "core/definition_internal.h"
#include "core/nearest.h"

#define QUOTED_CELLS 60
#define LISTED_BYTES 600

const struct yaml_node *value_of(const struct yaml_node *mapping, const char *key)
{
    const struct yaml_node *node = yaml_get(mapping, str_from_c(key));
    return yaml_is_null(node) ? NULL : node;
}

const char *quoted(const struct reader *reader, struct str text)
{
    struct str cut = unicode_cut(text, QUOTED_CELLS);
    return arena_format(reader->arena, "'" STR_FMT "%s'", STR_ARG(cut), cut.len < text.len ? "..." : "").at;
}

const char *in_words(const struct reader *reader, const struct yaml_node *node)
{
    if (node->kind == YAML_SEQUENCE) return "a list";
    if (node->kind == YAML_MAPPING) return "keys with values";
    return yaml_is_null(node) || node->text.len == 0 ? "nothing" : quoted(reader, node->text);
}

const char *listed(const struct reader *reader, const char *const *words, const char *last)
{
    AUTO_BUF text = BUF_INIT(LISTED_BYTES);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0) buf_append_c(&text, words[i + 1] == NULL ? last : ", ");
        buf_append_c(&text, words[i]);
    }
    return arena_str(reader->arena, buf_str(&text)).at;
}

static bool is_among(struct str word, const char *const *known)
{
    for (; *known != NULL; known++)
        if (str_equal(word, str_from_c(*known))) return true;
    return false;
}

void complain_unknown_key(const struct reader *reader, const struct yaml_node *key, const char *what,
                          const char *const *known)
{
    const char *near = nearest(key->text, known);
    if (near != NULL) complain(reader, key->at, "unknown key %s; did you mean '%s'?", quoted(reader, key->text), near);
    else
        complain(reader, key->at, "unknown key %s; %s may have: %s", quoted(reader, key->text), what,
                 listed(reader, known, ", "));
}

/* The kind of rule, or of condition, that has this key when `kind` has not; KEYS_KINDS for none. */
static enum keys sibling_with(enum keys kind, struct str key)
{
    enum keys first = kind, last = kind;
    if (kind >= KEYS_RULE_WHEN && kind <= KEYS_RULE_ROLLUP) {
        first = KEYS_RULE_WHEN;
        last = KEYS_RULE_ROLLUP;
    } else if (kind >= KEYS_IF_PROPERTY && kind <= KEYS_IF_SCORE) {
        first = KEYS_IF_PROPERTY;
        last = KEYS_IF_SCORE;
    }
    for (enum keys sibling = first; sibling <= last; sibling++)
        if (sibling != kind && is_among(key, key_sets[sibling].known)) return sibling;
    return KEYS_KINDS;
}

/* Keys that authors expect in a place for a reason, and what to do instead. */
static const struct {
    enum keys kind;
    const char *key;
    const char *sentence;
} expected_elsewhere[] = {
    {KEYS_RULE_VALUES, "points", "each entry of 'values' has its own 'points', as in {gt: 100, points: 2}"},
    {KEYS_RULE_RANGES, "points", "each range has its own 'points', as in {from: 10, to: 24, points: 5}"},
    {KEYS_RULE_RANGES, "count", "with 'ranges' the number of events picks the points, so 'count' has nothing to say"},
    {KEYS_RULE_ROLLUP, "points", "a rollup has no 'points'; it takes those of its 'score' or 'rule'"},
    {KEYS_RULE_ROLLUP, "decay", "a rollup has no 'decay'; its 'score' or 'rule' may have one"},
    {KEYS_IF_EVENT, "per_day", "'per_day' limits what a rule counts; a condition says count: {at_least: 3}"},
    {KEYS_IF_EVENT, "at_most", "'at_most' stands inside 'count' here, as in count: {at_least: 1, at_most: 5}"},
    {KEYS_IF_EVENT, "at_least", "'at_least' stands inside 'count', as in count: {at_least: 3}"},
    {KEYS_SCORE, "decay", "'decay' is a group's or an event rule's, not a whole score's"},
};

static bool complain_expected_elsewhere(const struct reader *reader, const struct yaml_node *key, enum keys kind)
{
    for (size_t i = 0; i < COUNT_OF(expected_elsewhere); i++) {
        if (expected_elsewhere[i].kind != kind || !str_equal(key->text, str_from_c(expected_elsewhere[i].key)))
            continue;
        complain(reader, key->at, "%s", expected_elsewhere[i].sentence);
        return true;
    }
    return false;
}

static void complain_about_key(const struct reader *reader, const struct yaml_node *key, enum keys kind)
{
    const struct key_set *set = &key_sets[kind];
    enum keys sibling = sibling_with(kind, key->text);
    if (complain_expected_elsewhere(reader, key, kind)) return;
    if (sibling != KEYS_KINDS)
        complain(reader, key->at, "%s belongs to %s, but this is %s", quoted(reader, key->text), key_sets[sibling].what,
                 set->what);
    else if (kind == KEYS_RULE_VALUES && is_among(key->text, operator_keys))
        complain(reader, key->at,
                 "a single test stands under 'when', as in {when: {property: ..., " STR_FMT ": ...}, points: ...}",
                 STR_ARG(key->text));
    else complain_unknown_key(reader, key, set->what, set->known);
}

bool read_keys(const struct reader *reader, const struct yaml_node *node, enum keys kind)
{
    const struct key_set *set = &key_sets[kind];
    if (node->kind != YAML_MAPPING) {
        complain(reader, node->at, "expected %s such as %s, not %s", set->what, set->example, in_words(reader, node));
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->keys[i];
        if (!is_among(key->text, set->known)) {
            complain_about_key(reader, key, kind);
            good = false;
        } else if (yaml_is_null(node->values[i])) {
            complain(reader, key->at, "%s has no value; give it one or leave it out", quoted(reader, key->text));
            good = false;
        }
    }
    return good;
}

bool read_required(const struct reader *reader, const struct yaml_node *mapping, struct place at, enum keys kind,
                   const char *key)
{
    if (value_of(mapping, key) != NULL) return true;
    complain(reader, at, "%s needs '%s', as in %s", key_sets[kind].what, key, key_sets[kind].example);
    return false;
}

/* A whole number as YAML writes it, so also "+5". */
static bool parse_whole(struct str text, int64_t *out)
{
    if (text.len > 1 && text.at[0] == '+' && text.at[1] != '-') {
        text.at++;
        text.len--;
    }
    return str_to_i64(text, out);
}

bool read_whole(const struct reader *reader, const struct yaml_node *node, const char *key, int64_t min, int64_t max,
                int64_t *out)
{
    if (node == NULL) return true;
    int64_t value = 0;
    bool whole = node->kind == YAML_SCALAR && parse_whole(node->text, &value);
    if (whole && !node->plain) {
        complain(reader, node->at, "'%s' must be a number: write %lld without quotes", key, (long long)value);
        return false;
    }
    if (!whole || value < min || value > max) {
        complain(reader, node->at, "'%s' must be a whole number from %lld to %lld, not %s", key, (long long)min,
                 (long long)max, in_words(reader, node));
        return false;
    }
    *out = value;
    return true;
}

bool read_points(const struct reader *reader, const struct yaml_node *node, const char *key, int32_t *out)
{
    int64_t points = *out;
    if (!read_whole(reader, node, key, -POINTS_MAX, POINTS_MAX, &points)) return false;
    *out = (int32_t)points;
    return true;
}

bool read_limit(const struct reader *reader, const struct yaml_node *node, const char *key, uint32_t *out)
{
    int64_t limit = *out;
    if (!read_whole(reader, node, key, 1, LIMIT_MAX, &limit)) return false;
    *out = (uint32_t)limit;
    return true;
}

bool read_boolean(const struct reader *reader, const struct yaml_node *node, const char *key, bool *out)
{
    if (node == NULL) return true;
    static const char *const yes[] = {"true", "True", "TRUE", NULL}, *const no[] = {"false", "False", "FALSE", NULL};
    bool is_yes = node->kind == YAML_SCALAR && node->plain && is_among(node->text, yes);
    bool is_no = node->kind == YAML_SCALAR && node->plain && is_among(node->text, no);
    if (!is_yes && !is_no) {
        complain(reader, node->at, "'%s' must be true or false, not %s", key, in_words(reader, node));
        return false;
    }
    *out = is_yes;
    return true;
}

bool read_text(const struct reader *reader, const struct yaml_node *node, const char *key, struct str *out)
{
    if (node == NULL) return true;
    if (node->kind != YAML_SCALAR) {
        complain(reader, node->at, "'%s' must be a text, not %s", key, in_words(reader, node));
        return false;
    }
    struct str text = str_trim(node->text);
    if (text.len == 0) {
        complain(reader, node->at, "'%s' is empty; it needs a text", key);
        return false;
    }
    if (text.len > NAME_MAX_BYTES) {
        complain(reader, node->at, "'%s' is too long: %zu bytes, at most %d are taken", key, text.len, NAME_MAX_BYTES);
        return false;
    }
    *out = text;
    return true;
}

bool read_word(const struct reader *reader, const struct yaml_node *node, const char *key, const char *const *words,
               int *out)
{
    if (node == NULL) return true;
    for (int i = 0; node->kind == YAML_SCALAR && words[i] != NULL; i++) {
        if (!str_equal(node->text, str_from_c(words[i]))) continue;
        *out = i;
        return true;
    }
    const char *near = node->kind == YAML_SCALAR ? nearest(node->text, words) : NULL;
    const char *all = listed(reader, words, " or ");
    if (near != NULL)
        complain(reader, node->at, "'%s' must be %s, not %s; did you mean '%s'?", key, all, in_words(reader, node),
                 near);
    else complain(reader, node->at, "'%s' must be %s, not %s", key, all, in_words(reader, node));
    return false;
}

bool read_duration(const struct reader *reader, const struct yaml_node *node, const char *key, struct duration *out)
{
    if (node == NULL) return true;
    if (node->kind == YAML_SCALAR && duration_parse(node->text, out)) return true;
    complain(reader, node->at, "'%s' must be a duration such as 15m, 36h, 30d or 12w (from 1m to 100 years), not %s",
             key, in_words(reader, node));
    return false;
}

bool read_list(const struct reader *reader, const struct yaml_node *node, const char *key, size_t least,
               const char *example)
{
    if (node == NULL) return true;
    if (node->kind == YAML_SEQUENCE && node->count >= least) return true;
    if (node->kind == YAML_SEQUENCE) complain(reader, node->at, "'%s' must not be empty: %s", key, example);
    else complain(reader, node->at, "'%s' must be a list such as %s, not %s", key, example, in_words(reader, node));
    return false;
}

static bool read_clamp_end(const struct reader *reader, const struct yaml_node *mapping, const char *key, bool *has,
                           int32_t *out)
{
    int64_t points = 0;
    const struct yaml_node *node = value_of(mapping, key);
    if (!read_whole(reader, node, key, -CLAMP_MAX, CLAMP_MAX, &points)) return false;
    *has = node != NULL;
    *out = (int32_t)points;
    return true;
}

bool read_clamp(const struct reader *reader, const struct yaml_node *mapping, struct clamp *out)
{
    struct clamp clamp = {0};
    bool good = read_clamp_end(reader, mapping, "min", &clamp.has_min, &clamp.min);
    good &= read_clamp_end(reader, mapping, "max", &clamp.has_max, &clamp.max);
    if (good && clamp.has_min && clamp.has_max && clamp.min > clamp.max) {
        complain(reader, value_of(mapping, "max")->at, "'max' is %d, below 'min', which is %d", clamp.max, clamp.min);
        good = false;
    }
    if (good) *out = clamp;
    return good;
}

bool read_bots(const struct reader *reader, const struct yaml_node *mapping, bool *include)
{
    static const char *const words[] = {"exclude", "include", NULL};
    int word = *include;
    if (!read_word(reader, value_of(mapping, "bots"), "bots", words, &word)) return false;
    *include = word == 1;
    return true;
}
