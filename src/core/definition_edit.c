/* definition_edit.c — see definition_edit.h.
 *
 * The text is read again as a tree whose words know where they stand; a word is replaced there. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_edit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/yaml.h"

#define WORDS_BYTES_MAX 64

struct splice {
    size_t at, length; /* bytes of the text */
    struct str words;
};

struct editing {
    struct str text;
    struct arena *arena;
    const struct score *score;
    const struct yaml_node *groups;
    LIST(size_t) lines; /* where each begins */
    LIST(struct splice) splices;
    uint32_t kept;
};

/* ---- Places. ---- */

static void find_lines(struct editing *e)
{
    *LIST_ADD(&e->lines) = 0;
    for (size_t i = 0; i < e->text.len; i++)
        if (e->text.at[i] == '\n') *LIST_ADD(&e->lines) = i + 1;
}

/* The byte behind `count` characters from `at`. */
static size_t behind(struct str text, size_t at, uint32_t count)
{
    for (; count > 0 && at < text.len; count--) {
        at++;
        while (at < text.len && ((unsigned char)text.at[at] & 0xc0) == 0x80) at++;
    }
    return at;
}

static size_t offset_of(const struct editing *e, struct place place)
{
    if (place.line == 0 || place.line > e->lines.count) return e->text.len;
    return behind(e->text, e->lines.at[place.line - 1], place.column - 1);
}

static void replace(struct editing *e, size_t at, size_t length, struct str words)
{
    *LIST_ADD(&e->splices) = (struct splice){at, length, words};
}

static void replace_scalar(struct editing *e, const struct yaml_node *node, struct str words)
{
    size_t at = offset_of(e, node->at);
    replace(e, at, behind(e->text, at, node->at.length) - at, words);
}

/* ---- Points. ---- */

static const struct yaml_node *element(const struct yaml_node *list, uint32_t index)
{
    return list != NULL && list->kind == YAML_SEQUENCE && index < list->count ? list->values[index] : NULL;
}

static const struct yaml_node *member(const struct yaml_node *mapping, const char *key)
{
    return mapping != NULL && mapping->kind == YAML_MAPPING ? yaml_get(mapping, str_from_c(key)) : NULL;
}

static const struct yaml_node *rule_node(const struct editing *e, uint32_t group, uint32_t rule)
{
    return element(member(element(e->groups, group), "rules"), rule);
}

/* Ranges were sorted when they were parsed: it is known by where it begins. */
static const struct yaml_node *range_node(const struct yaml_node *list, uint32_t from)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const struct yaml_node *begins = member(list->values[i], "from");
        uint64_t number = 1;
        if (begins != NULL && !str_to_u64(begins->text, &number)) continue;
        if (number == from) return list->values[i];
    }
    return NULL;
}

static const struct yaml_node *points_node(const struct editing *e, struct points_place place)
{
    const struct yaml_node *node = rule_node(e, place.group, place.rule);
    const struct rule *rule = &e->score->groups[place.group].rules[place.rule];
    switch (place.kind) {
    case POINTS_OF_RULE: return member(node, "points");
    case POINTS_OTHERWISE: return member(node, "otherwise");
    case POINTS_UNKNOWN: return member(node, "unknown");
    case POINTS_OF_CASE: return member(element(member(node, "values"), place.index), "points");
    case POINTS_OF_RANGE: return member(range_node(member(node, "ranges"), rule->ranges[place.index].from), "points");
    }
    return NULL;
}

static enum err edit_points(struct editing *e, const struct points_edit *edit, struct err_info *why)
{
    const struct yaml_node *node = points_node(e, edit->place);
    if (node == NULL || node->kind != YAML_SCALAR)
        return err_set(why, ERR_NOT_FOUND, "the text has no points at a place where the definition has some");
    replace_scalar(e, node, arena_format(e->arena, "%d", (int)edit->points));
    const struct yaml_node *rule = rule_node(e, edit->place.group, edit->place.rule);
    const struct yaml_node *limit = member(rule, edit->limit > 0 ? "max" : "min");
    if (edit->limit != 0 && limit != NULL) replace_scalar(e, limit, arena_format(e->arena, "%d", (int)edit->limit));
    return ERR_OK;
}

/* ---- Half-lives. ---- */

static void edit_decay_node(struct editing *e, const struct yaml_node *node, uint32_t days)
{
    const struct yaml_node *half_life = member(node, "half_life");
    size_t at = offset_of(e, node->at), end = at;
    if (half_life != NULL) {
        replace_scalar(e, half_life, arena_format(e->arena, half_life->plain ? "%ud" : "\"%ud\"", days));
        return;
    }
    if (node->kind != YAML_MAPPING || at >= e->text.len || e->text.at[at] != '{') {
        e->kept++;
        return;
    }
    while (end < e->text.len && e->text.at[end] != '}') end++; /* no decay has a brace inside */
    replace(e, at, end + 1 - at, arena_format(e->arena, "{half_life: %ud}", days));
}

static bool decays_so(const struct rule *rule, const struct decay *decay)
{
    return (rule->kind == RULE_EVENT || rule->kind == RULE_RANGES) && decay_equal(&rule->decay, decay);
}

static void edit_decay(struct editing *e, const struct decay_edit *edit)
{
    const struct group *group = &e->score->groups[edit->group];
    const struct yaml_node *of_group = member(element(e->groups, edit->group), "decay");
    bool inherited = false;
    for (uint32_t r = 0; r < group->rule_count; r++) {
        const struct yaml_node *own = member(rule_node(e, edit->group, r), "decay");
        if (!decays_so(&group->rules[r], &edit->from)) continue;
        if (own != NULL) edit_decay_node(e, own, edit->half_life_days);
        inherited |= own == NULL;
    }
    if (inherited && of_group != NULL) edit_decay_node(e, of_group, edit->half_life_days);
}

/* ---- All of it. ---- */

static int first_first(const void *a, const void *b)
{
    const struct splice *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static struct str spliced(struct editing *e)
{
    size_t bytes = e->text.len + e->splices.count * WORDS_BYTES_MAX + 1, read = 0;
    AUTO_BUF out = BUF_INIT(bytes);
    if (e->splices.count > 0) qsort(e->splices.at, e->splices.count, sizeof *e->splices.at, first_first);
    for (uint64_t i = 0; i < e->splices.count; i++) {
        const struct splice *splice = &e->splices.at[i];
        buf_append(&out, (struct str){e->text.at + read, splice->at - read});
        buf_append(&out, splice->words);
        read = splice->at + splice->length;
    }
    buf_append(&out, (struct str){e->text.at + read, e->text.len - read});
    return arena_str(e->arena, buf_str(&out));
}

static enum err find_groups(struct editing *e, struct err_info *why)
{
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    enum err code = yaml_parse(e->arena, e->text, &documents, &count, why);
    for (size_t d = 0; code == ERR_OK && d < count; d++) {
        const struct yaml_node *name = member(documents[d], "score");
        if (name != NULL && str_equal(name->text, e->score->name)) e->groups = member(documents[d], "groups");
    }
    if (code == ERR_OK && e->groups == NULL)
        code =
            err_set(why, ERR_NOT_FOUND, "the text has no groups of the score '" STR_FMT "'", STR_ARG(e->score->name));
    return code;
}

enum err definition_edit(struct str text, const struct score *score, const struct definition_edits *edits,
                         struct arena *arena, struct str *out, uint32_t *kept, struct err_info *why)
{
    struct editing e = {.text = text, .arena = arena, .score = score};
    find_lines(&e);
    enum err code = find_groups(&e, why);
    for (uint32_t i = 0; i < edits->point_count && code == ERR_OK; i++) code = edit_points(&e, &edits->points[i], why);
    for (uint32_t i = 0; i < edits->decay_count && code == ERR_OK; i++) edit_decay(&e, &edits->decays[i]);
    if (code == ERR_OK) *out = spliced(&e);
    if (kept != NULL) *kept = e.kept;
    LIST_RELEASE(&e.lines);
    LIST_RELEASE(&e.splices);
    return code;
}
