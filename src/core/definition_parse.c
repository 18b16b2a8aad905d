/* definition_parse.c — documents of a file into the set: scores, their groups, segments.
 *
 * A document with a good name joins the set even when other things in it are wrong, and
 * holds what could be read: so a mistake in one definition does not make those that use
 * it look wrong too. Whoever asked must not use a set that has errors. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition.h"

#include <string.h>

#include "base/intern.h"
#include "core/definition_internal.h"
#include "core/nearest.h"

const char *const object_names[] = {"contact", "company", "deal", NULL};
const char *const category_names[] = {"fit", "engagement", NULL};
const char *const part_names[] = {"total", "fit", "engagement", NULL};

void definitions_init(struct definitions *set, struct arena *arena, struct catalog *catalog)
{
    *set = (struct definitions){.arena = arena, .catalog = catalog};
}

/* An array of pointers whose capacity is the next power of two, with room for one more. */
static void *with_room(struct arena *arena, const void *array, uint32_t count)
{
    bool full = (count & (count - 1)) == 0;
    if (!full) return (void *)(uintptr_t)array;
    void **larger = ARENA_ARRAY(arena, void *, count == 0 ? 1 : (size_t)count * 2);
    if (count > 0) memcpy(larger, array, count * sizeof *larger);
    return larger;
}

uint32_t definitions_add_score(struct definitions *set, const struct score *score)
{
    set->scores = with_room(set->arena, set->scores, set->score_count);
    set->scores[set->score_count] = score;
    return set->score_count++;
}

static void add_segment(struct definitions *set, const struct segment *segment)
{
    set->segments = with_room(set->arena, set->segments, set->segment_count);
    set->segments[set->segment_count++] = segment;
}

/* ---- Names ---- */

static bool is_name(struct str text)
{
    if (text.len == 0 || text.at[0] < 'a' || text.at[0] > 'z') return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return true;
}

/* "Lead Score" -> "lead_score"; what cannot be kept becomes '_'. */
static struct str as_name(struct arena *arena, struct str text)
{
    struct str copy = arena_str(arena, text);
    char *bytes = (char *)(uintptr_t)copy.at;
    size_t kept = 0;
    for (size_t i = 0; i < copy.len; i++) {
        char c = bytes[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && kept > 0);
        if (good) bytes[kept++] = c;
        else if (kept > 0 && bytes[kept - 1] != '_') bytes[kept++] = '_';
    }
    while (kept > 0 && bytes[kept - 1] == '_') kept--;
    return (struct str){bytes, kept};
}

bool read_score_name(const struct reader *reader, const struct yaml_node *node, const char *key, struct str *out)
{
    struct str name = {0};
    if (!read_text(reader, node, key, &name)) return false;
    *out = name;
    if (is_name(name)) return true;
    struct str advice = as_name(reader->arena, name);
    complain(reader, node->at, "a %s's name has small letters a-z, digits and '_', and begins with a letter%s" STR_FMT,
             key, advice.len > 0 ? "; write " : "", STR_ARG(advice));
    return false;
}

struct named {
    struct str name;
    struct place at;
};

/* Each name once; `what` in the singular. */
static bool check_unique(const struct reader *reader, const char *what, const struct named *items, size_t count)
{
    struct intern *names = intern_new();
    struct place *first = ARENA_ARRAY(reader->arena, struct place, count);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        uint32_t known = intern_count(names);
        uint32_t code = intern_add(names, items[i].name);
        if (code == known) {
            first[code] = items[i].at;
            continue;
        }
        complain(reader, items[i].at, "a second %s %s; the first is in line %u", what, quoted(reader, items[i].name),
                 first[code].line);
        good = false;
    }
    intern_free(names);
    return good;
}

/* ---- Bands and grades ---- */

static bool read_band(const struct reader *reader, const struct yaml_node *node, struct band *out)
{
    if (!read_keys(reader, node, KEYS_BAND)) return false;
    const struct yaml_node *label = value_of(node, "label"), *until = value_of(node, "until");
    int64_t from = 0, until_points = 0;
    bool good = read_required(reader, node, node->at, KEYS_BAND, "label");
    good &= read_required(reader, node, node->at, KEYS_BAND, "from");
    good &= read_text(reader, label, "label", &out->label);
    good &= read_whole(reader, value_of(node, "from"), "from", -CLAMP_MAX, CLAMP_MAX, &from);
    good &= read_whole(reader, until, "until", -CLAMP_MAX, CLAMP_MAX, &until_points);
    if (!good) return false;
    out->at = label->at;
    out->from = (int32_t)from;
    out->has_until = until != NULL;
    out->until = (int32_t)(until != NULL ? until_points : from);
    if (out->until <= out->from) return true;
    complain(reader, until->at, "'until' is %d, above 'from', which is %d: a record would leave the band as it enters",
             out->until, out->from);
    return false;
}

static bool read_bands(const struct reader *reader, const struct yaml_node *list, struct score *out)
{
    if (list == NULL) return true;
    if (!read_list(reader, list, "bands", 0, "[{label: SQL, from: 85}, {label: MQL, from: 45}]")) return false;
    struct band *bands = ARENA_ARRAY(reader->arena, struct band, list->count);
    struct named *labels = ARENA_ARRAY(reader->arena, struct named, list->count);
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        good &= read_band(reader, list->values[i], &bands[i]);
        labels[i] = (struct named){bands[i].label, bands[i].at};
    }
    if (!good) return false;
    for (size_t i = 1; i < list->count; i++) {
        if (bands[i].from < bands[i - 1].from) continue;
        complain(reader, bands[i].at,
                 "bands go from the best down: %s begins at %d, not below %d of the band before it",
                 quoted(reader, bands[i].label), bands[i].from, bands[i - 1].from);
        good = false;
    }
    out->bands = bands;
    out->band_count = (uint32_t)list->count;
    return check_unique(reader, "band", labels, list->count) && good;
}

static bool read_grade(const struct reader *reader, const struct yaml_node *node, bool last, struct grade *out)
{
    if (!read_keys(reader, node, KEYS_GRADE)) return false;
    const struct yaml_node *label = value_of(node, "label"), *from = value_of(node, "from");
    int64_t points = INT32_MIN;
    bool good = read_required(reader, node, node->at, KEYS_GRADE, "label");
    good &= read_text(reader, label, "label", &out->label);
    good &= read_whole(reader, from, "from", -CLAMP_MAX, CLAMP_MAX, &points);
    if (!good) return false;
    out->at = label->at;
    out->from = (int32_t)points;
    if (last == (from == NULL)) return true;
    complain(reader, label->at,
             last ? "the last grade takes all that are left, so it has no 'from'; add one more label without"
                  : "only the last grade goes without 'from'; as in [{label: A, from: 38}, {label: B}]");
    return false;
}

static bool read_grade_side(const struct reader *reader, const struct yaml_node *list, enum category category,
                            struct score *out)
{
    const char *key = category_names[category];
    if (!read_list(reader, list, key, 1, "[{label: A, from: 38}, {label: B}]")) return false;
    struct grade *grades = ARENA_ARRAY(reader->arena, struct grade, list->count);
    struct named *labels = ARENA_ARRAY(reader->arena, struct named, list->count);
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        good &= read_grade(reader, list->values[i], i + 1 == list->count, &grades[i]);
        labels[i] = (struct named){grades[i].label, grades[i].at};
    }
    if (!good) return false;
    for (size_t i = 1; i < list->count; i++) {
        if (grades[i].from < grades[i - 1].from) continue;
        complain(reader, grades[i].at,
                 "grades go from the best down: %s begins at %d, not below %d of the grade before it",
                 quoted(reader, grades[i].label), grades[i].from, grades[i - 1].from);
        good = false;
    }
    out->grades[category] = grades;
    out->grade_count[category] = (uint32_t)list->count;
    return check_unique(reader, "grade", labels, list->count) && good;
}

static bool read_grades(const struct reader *reader, const struct yaml_node *node, struct score *out)
{
    if (node == NULL) return true;
    if (!read_keys(reader, node, KEYS_GRADES)) return false;
    bool good = true;
    for (int category = 0; category < CATEGORY_COUNT; category++) {
        const char *key = category_names[category];
        good &= read_required(reader, node, node->at, KEYS_GRADES, key) &&
                read_grade_side(reader, value_of(node, key), (enum category)category, out);
    }
    return good;
}

/* ---- Groups ---- */

static bool read_rules(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *list,
                       struct group *out)
{
    if (!read_list(reader, list, "rules", 0, "[{name: ..., when: ..., points: 5}]")) return false;
    struct rule *rules = ARENA_ARRAY(reader->arena, struct rule, list->count);
    struct named *names = ARENA_ARRAY(reader->arena, struct named, list->count);
    uint32_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!read_rule(reader, frame, list->values[i], &rules[count])) continue;
        names[count] = (struct named){rules[count].name, rules[count].at};
        count++;
    }
    out->rules = rules;
    out->rule_count = count;
    return check_unique(reader, "rule of this group is named", names, count) && count == list->count;
}

static bool read_group(const struct reader *reader, const struct score *score, bool include_bots,
                       const struct yaml_node *node, struct group *out)
{
    if (!read_keys(reader, node, KEYS_GROUP)) return false;
    const struct yaml_node *name = value_of(node, "name"), *rules = value_of(node, "rules");
    bool good =
        read_required(reader, node, node->at, KEYS_GROUP, "name") && read_text(reader, name, "name", &out->name);
    out->at = name != NULL ? name->at : node->at;
    good &= read_required(reader, node, out->at, KEYS_GROUP, "category");
    good &= read_required(reader, node, out->at, KEYS_GROUP, "rules");
    int category = CATEGORY_FIT;
    struct rule_frame frame = {
        .score = score->name, .group = out->name, .object = score->object, .include_bots = include_bots};
    good &= read_word(reader, value_of(node, "category"), "category", category_names, &category);
    good &= read_clamp(reader, node, &out->clamp);
    good &= read_decay(reader, value_of(node, "decay"), &frame.decay);
    good &= read_bots(reader, node, &frame.include_bots);
    out->category = (enum category)category;
    if (rules == NULL) return false;
    return read_rules(reader, &frame, rules, out) && good;
}

static void read_groups(const struct reader *reader, const struct yaml_node *list, bool include_bots, struct score *out)
{
    if (list == NULL) return;
    if (!read_list(reader, list, "groups", 0, "[{name: ..., category: fit, rules: [...]}]")) return;
    struct group *groups = ARENA_ARRAY(reader->arena, struct group, list->count);
    struct named *names = ARENA_ARRAY(reader->arena, struct named, list->count);
    uint32_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct group *group = &groups[count];
        *group = (struct group){0};
        bool good = read_group(reader, out, include_bots, list->values[i], group);
        if (group->name.len == 0 || (!good && group->rules == NULL)) continue;
        names[count++] = (struct named){group->name, group->at};
    }
    out->groups = groups;
    out->group_count = count;
    (void)check_unique(reader, "group is named", names, count);
}

/* ---- Documents ---- */

static void read_category_clamp(const struct reader *reader, const struct yaml_node *node, struct clamp *out)
{
    if (node != NULL && read_keys(reader, node, KEYS_CLAMP)) (void)read_clamp(reader, node, out);
}

static void read_score(const struct reader *reader, const struct yaml_node *node)
{
    static const char *const no_matches[] = {"zero", "unknown", NULL};
    const struct yaml_node *name = value_of(node, "score"), *scope = value_of(node, "for");
    struct score *score = ARENA_NEW(reader->arena, struct score);
    *score = (struct score){.source = reader->source, .at = name != NULL ? name->at : node->at};
    bool complete = read_keys(reader, node, KEYS_SCORE);
    bool named = name != NULL && read_score_name(reader, name, "score", &score->name);
    score->title = score->name;
    if (complete) (void)read_required(reader, node, score->at, KEYS_SCORE, "groups");
    (void)read_text(reader, value_of(node, "title"), "title", &score->title);
    int object = ENTITY_CONTACT, no_match = NO_MATCH_ZERO;
    bool include_bots = false;
    bool has_object = read_word(reader, value_of(node, "object"), "object", object_names, &object);
    (void)read_word(reader, value_of(node, "no_match"), "no_match", no_matches, &no_match);
    (void)read_bots(reader, node, &include_bots);
    score->object = (enum entity)object;
    score->no_match = (enum no_match)no_match;
    for (int category = 0; category < CATEGORY_COUNT; category++)
        read_category_clamp(reader, value_of(node, category_names[category]), &score->category[category]);
    (void)read_clamp(reader, node, &score->total);
    (void)read_bands(reader, value_of(node, "bands"), score);
    (void)read_grades(reader, value_of(node, "grades"), score);
    if (has_object) { /* else every property would be looked for in the wrong place */
        if (scope != NULL)
            score->scope = condition_parse(reader->arena, reader->catalog, score->object, scope, reader->source,
                                           reader->diagnostics);
        read_groups(reader, value_of(node, "groups"), include_bots, score);
    }
    if (named) (void)definitions_add_score(reader->set, score);
}

static void read_segment(const struct reader *reader, const struct yaml_node *node)
{
    const struct yaml_node *name = value_of(node, "segment"), *when = value_of(node, "when");
    struct segment *segment = ARENA_NEW(reader->arena, struct segment);
    *segment = (struct segment){.source = reader->source, .at = name != NULL ? name->at : node->at};
    bool complete = read_keys(reader, node, KEYS_SEGMENT);
    bool named = name != NULL && read_score_name(reader, name, "segment", &segment->name);
    segment->title = segment->name;
    if (complete) (void)read_required(reader, node, segment->at, KEYS_SEGMENT, "when");
    (void)read_text(reader, value_of(node, "title"), "title", &segment->title);
    int object = ENTITY_CONTACT;
    bool has_object = read_word(reader, value_of(node, "object"), "object", object_names, &object);
    segment->object = (enum entity)object;
    if (has_object && when != NULL)
        segment->when =
            condition_parse(reader->arena, reader->catalog, segment->object, when, reader->source, reader->diagnostics);
    if (named) add_segment(reader->set, segment);
}

static void complain_no_document(const struct reader *reader, const struct yaml_node *node)
{
    static const char *const names[] = {"score", "segment", NULL}, *const schema[] = {"contact", "company", "deal",
                                                                                      "event"};
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        const char *near = nearest(node->keys[i]->text, names);
        if (near == NULL) continue;
        complain(reader, node->keys[i]->at, "unknown key %s; did you mean '%s'?", quoted(reader, node->keys[i]->text),
                 near);
        return;
    }
    for (size_t i = 0; node->kind == YAML_MAPPING && i < COUNT_OF(schema); i++) {
        if (yaml_get(node, str_from_c(schema[i])) == NULL) continue;
        complain(reader, node->at,
                 "this looks like a schema of properties, not like a score; give it as the schema file");
        return;
    }
    complain(
        reader, node->at,
        "a definition begins with 'score: NAME' or 'segment: NAME'; several in one file are divided by a line '---'");
}

static void read_document(const struct reader *reader, const struct yaml_node *node)
{
    bool mapping = node->kind == YAML_MAPPING;
    const struct yaml_node *score = mapping ? yaml_get(node, STR("score")) : NULL;
    const struct yaml_node *segment = mapping ? yaml_get(node, STR("segment")) : NULL;
    if (score != NULL && segment != NULL)
        complain(reader, node->at, "a document is a score or a segment, not both; divide them by a line '---'");
    else if (score != NULL) read_score(reader, node);
    else if (segment != NULL) read_segment(reader, node);
    else complain_no_document(reader, node);
}

static bool is_before(struct place a, struct place b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* In the order of the text, as an author reads it; scores are read in an order of their own. */
static void sort_by_place(struct diagnostic *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct diagnostic moved = items[i];
        size_t k = i;
        for (; k > 0 && is_before(moved.at, items[k - 1].at); k--) items[k] = items[k - 1];
        items[k] = moved;
    }
}

bool definitions_parse(struct definitions *set, const struct source *source, struct diagnostics *diagnostics)
{
    const struct reader reader = {set->arena, set->catalog, set, source, diagnostics};
    size_t before = diagnostics->errors, kept_before = diagnostics->count;
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (yaml_parse(set->arena, source->text, &documents, &count, &why) != ERR_OK) {
        complain(&reader, why.at, "%s", why.msg);
        return false;
    }
    if (count == 0) complain(&reader, (struct place){0}, "nothing is defined here; begin with 'score: NAME'");
    for (size_t i = 0; i < count; i++) read_document(&reader, documents[i]);
    sort_by_place(diagnostics->item + kept_before, diagnostics->count - kept_before);
    return diagnostics->errors == before;
}
