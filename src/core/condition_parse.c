/* condition_parse.c — from a YAML tree to a condition (semantics 4.2).
 *
 * A mapping is what its one telling key says: property, event, segment, list, score,
 * all, any or not. */
// SPDX-License-Identifier: Apache-2.0
#include "core/condition.h"

#include "core/definition_internal.h"
#include "core/nearest.h"

/* ---- Properties ---- */

/* Why a property of `target` cannot be named so from `entity`; NULL when it can. */
static const char *hop_mistake(enum entity entity, enum entity target)
{
    if (entity == ENTITY_EVENT)
        return "inside 'where' only properties of the event itself can be tested; test the record's beside the event, "
               "with all: [...]";
    if (entity == target) return "a record's own property is named without the kind in front";
    if (target == ENTITY_CONTACT)
        return "a record has many contacts, so none of their properties can be named; sum them up with a rollup rule: "
               "{over: contacts, ...}";
    if (entity == ENTITY_COMPANY)
        return "a company has many deals, so none of their properties can be named; sum them up with a rollup rule: "
               "{over: deals, ...}";
    return NULL;
}

/* Split "company.industry" seen from `entity`. */
static bool read_hop(const struct reader *reader, enum entity entity, struct place at, struct str *name,
                     enum entity *owner, enum hop *hop)
{
    struct str rest = *name;
    struct str prefix = str_cut(&rest, '.');
    bool dotted = prefix.len < name->len;
    *owner = entity;
    *hop = HOP_OWN;
    for (enum entity target = ENTITY_CONTACT; dotted && target < OBJECT_COUNT; target++) {
        if (!str_equal(prefix, str_from_c(entity_name(target)))) continue;
        const char *mistake = hop_mistake(entity, target);
        if (mistake != NULL) {
            complain(reader, at, "%s", mistake);
            return false;
        }
        *owner = target;
        *hop = target == ENTITY_COMPANY ? HOP_COMPANY : HOP_DEAL;
        *name = str_trim(rest);
    }
    return true;
}

bool read_property(const struct reader *reader, enum entity entity, const struct yaml_node *node, uint32_t *property,
                   enum hop *hop)
{
    if (node->kind != YAML_SCALAR) {
        complain(reader, node->at, "'property' must be a property's name, not %s", in_words(reader, node));
        return false;
    }
    struct str name = str_trim(node->text);
    enum entity owner;
    if (!read_hop(reader, entity, node->at, &name, &owner, hop)) return false;
    if (name.len == 0 || name.len > PROPERTY_NAME_MAX) {
        complain(reader, node->at, "a property's name has 1 to %d bytes; this one has %zu", PROPERTY_NAME_MAX,
                 name.len);
        return false;
    }
    if (catalog_find(reader->catalog, owner, name) == INTERN_NONE && catalog_is_full(reader->catalog)) {
        complain(reader, node->at, "there are %d properties already, and no more are taken", PROPERTIES_MAX);
        return false;
    }
    if (catalog_is_reserved(owner, name)) {
        complain(reader, node->at,
                 "names that begin with '" RESERVED_PREFIX "' are Plumb's own; membership of a list "
                 "is tested by {list: NAME}");
        return false;
    }
    *property = catalog_property(reader->catalog, owner, name);
    return true;
}

/* ---- Conditions ---- */

static const struct {
    const char *key;
    enum keys keys;
} kinds[] = {
    /* by enum condition_kind */
    [CONDITION_ALL] = {"all", KEYS_IF_ALL},       [CONDITION_ANY] = {"any", KEYS_IF_ANY},
    [CONDITION_NOT] = {"not", KEYS_IF_NOT},       [CONDITION_PROPERTY] = {"property", KEYS_IF_PROPERTY},
    [CONDITION_EVENT] = {"event", KEYS_IF_EVENT}, [CONDITION_SEGMENT] = {"segment", KEYS_IF_SEGMENT},
    [CONDITION_LIST] = {"list", KEYS_IF_LIST},    [CONDITION_SCORE] = {"score", KEYS_IF_SCORE},
};

#define CONDITION_EXAMPLE "{property: industry, is: IT}"

static void complain_no_kind(const struct reader *reader, const struct yaml_node *node)
{
    const char *names[COUNT_OF(kinds) + 1] = {NULL};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) names[i] = kinds[i].key;
    if (node->kind == YAML_SEQUENCE) {
        complain(reader, node->at, "a list of conditions says how they are joined: all: [...] or any: [...]");
        return;
    }
    if (node->kind == YAML_SCALAR || node->count == 0) {
        complain(reader, node->at, "expected a condition such as " CONDITION_EXAMPLE ", not %s",
                 node->kind == YAML_MAPPING ? "nothing" : in_words(reader, node));
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const char *near = nearest(node->keys[i]->text, names);
        if (near == NULL) continue;
        complain(reader, node->keys[i]->at, "unknown key %s; did you mean '%s'?", quoted(reader, node->keys[i]->text),
                 near);
        return;
    }
    complain(reader, node->keys[0]->at, "a condition has one of %s, as in " CONDITION_EXAMPLE,
             listed(reader, names, " or "));
}

/* Which of `kinds` a node is. */
static bool find_kind(const struct reader *reader, const struct yaml_node *node, size_t *out)
{
    size_t found = COUNT_OF(kinds);
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        for (size_t k = 0; k < COUNT_OF(kinds); k++) {
            if (!str_equal(node->keys[i]->text, str_from_c(kinds[k].key))) continue;
            if (found < COUNT_OF(kinds)) {
                complain(reader, node->keys[i]->at,
                         "a condition is about one thing, but here are '%s' and '%s'; join two with all: [...] or any: "
                         "[...]",
                         kinds[found].key, kinds[k].key);
                return false;
            }
            found = k;
        }
    }
    *out = found;
    if (found < COUNT_OF(kinds)) return true;
    complain_no_kind(reader, node);
    return false;
}

static bool read_children(const struct reader *reader, enum entity entity, const struct yaml_node *node,
                          struct condition *out)
{
    bool list = node->kind == YAML_SEQUENCE;
    if (out->kind == CONDITION_NOT && list) {
        complain(reader, node->at,
                 "'not' takes one condition; for a list write not: {any: [...]} or not: {all: [...]}");
        return false;
    }
    if (out->kind != CONDITION_NOT && !list) {
        complain(reader, node->at, "'%s' takes a list of conditions, as in %s: [" CONDITION_EXAMPLE ", ...], not %s",
                 kinds[out->kind].key, kinds[out->kind].key, in_words(reader, node));
        return false;
    }
    size_t count = list ? node->count : 1;
    const struct yaml_node *const *nodes = list ? node->values : &node;
    const struct condition **children = ARENA_ARRAY(reader->arena, const struct condition *, count);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        children[i] =
            condition_parse(reader->arena, reader->catalog, entity, nodes[i], reader->source, reader->diagnostics);
        good &= children[i] != NULL;
    }
    out->children = children;
    out->child_count = (uint32_t)count;
    return good;
}

static bool read_property_test(const struct reader *reader, enum entity entity, const struct yaml_node *node,
                               struct condition *out)
{
    static const char *const other_keys[] = {"property", NULL};
    out->test = ARENA_NEW(reader->arena, struct test);
    if (!read_property(reader, entity, value_of(node, "property"), &out->property, &out->hop)) return false;
    return test_parse(reader->arena, reader->catalog, out->property, node, other_keys, reader->source,
                      reader->diagnostics, out->test);
}

/* count: {at_least: 3, at_most: 5} */
static bool read_count(const struct reader *reader, const struct yaml_node *node, struct condition *out)
{
    out->at_least = 1;
    out->at_most = UINT32_MAX;
    if (node == NULL) return true;
    if (node->kind == YAML_SCALAR && node->plain) {
        complain(reader, node->at,
                 "'count' must say which end it is: {at_least: " STR_FMT "} or {at_most: " STR_FMT "}",
                 STR_ARG(node->text), STR_ARG(node->text));
        return false;
    }
    if (!read_keys(reader, node, KEYS_COUNT_OF_EVENTS)) return false;
    const struct yaml_node *least_node = value_of(node, "at_least"), *most_node = value_of(node, "at_most");
    int64_t least = 1, most = UINT32_MAX;
    if (!read_whole(reader, least_node, "at_least", 0, EVENTS_COUNTED_MAX, &least)) return false;
    if (!read_whole(reader, most_node, "at_most", 0, EVENTS_COUNTED_MAX, &most)) return false;
    if (most < least) {
        complain(reader, most_node->at, "'at_most' is %lld, but 'at_least' is %lld%s", (long long)most,
                 (long long)least,
                 least_node == NULL ? " unless it is written; for no event at all write not: {event: ...}" : "");
        return false;
    }
    out->at_least = (uint32_t)least;
    out->at_most = (uint32_t)most;
    return true;
}

bool selection_parse(struct arena *arena, struct catalog *catalog, const struct yaml_node *mapping,
                     const struct source *source, struct diagnostics *diagnostics, struct selection *out)
{
    const struct reader reader = {arena, catalog, NULL, source, diagnostics};
    *out = (struct selection){.within_minutes = -1};
    bool good = read_text(&reader, value_of(mapping, "event"), "event", &out->event);
    if (str_equal(out->event, STR("any"))) out->event = (struct str){0};
    const struct yaml_node *where = value_of(mapping, "where"), *within = value_of(mapping, "within");
    if (where != NULL) {
        out->where = condition_parse(arena, catalog, ENTITY_EVENT, where, source, diagnostics);
        good &= out->where != NULL;
    }
    struct duration duration = {0};
    good &= read_duration(&reader, within, "within", &duration);
    if (within != NULL) out->within_minutes = duration_minutes(duration);
    good &= read_limit(&reader, value_of(mapping, "per_day"), "per_day", &out->per_day);
    good &= read_limit(&reader, value_of(mapping, "at_most"), "at_most", &out->at_most);
    good &= read_bots(&reader, mapping, &out->include_bots);
    return good;
}

static bool read_event_test(const struct reader *reader, const struct yaml_node *node, struct condition *out)
{
    bool good =
        selection_parse(reader->arena, reader->catalog, node, reader->source, reader->diagnostics, &out->selection);
    return read_count(reader, value_of(node, "count"), out) && good;
}

/* {list: NAME}: members have a value of the list's property. Whether there is the list is asked when all is read. */
static bool read_list_test(const struct reader *reader, enum entity entity, const struct yaml_node *node,
                           struct condition *out)
{
    if (!read_text(reader, node, "list", &out->name)) return false;
    if (out->name.len > LIST_NAME_MAX) {
        complain(reader, node->at, "a list's name has at most %d bytes; this one has %zu", LIST_NAME_MAX,
                 out->name.len);
        return false;
    }
    if (catalog_find_list(reader->catalog, entity, out->name) == INTERN_NONE && catalog_is_full(reader->catalog)) {
        complain(reader, node->at, "there are %d properties already, and no more are taken", PROPERTIES_MAX);
        return false;
    }
    out->property = catalog_list(reader->catalog, entity, out->name);
    out->test = ARENA_NEW(reader->arena, struct test);
    *out->test = (struct test){.op = OP_KNOWN, .at = node->at, .type = TYPE_BOOLEAN};
    return true;
}

/* {score: NAME, part: fit, gte: 30}: as a number, of whole points. */
static bool read_score_test(const struct reader *reader, const struct yaml_node *node, struct condition *out)
{
    static const char *const other_keys[] = {"score", "part", NULL};
    int part = PART_TOTAL;
    bool good = read_text(reader, value_of(node, "score"), "score", &out->name);
    good &= read_word(reader, value_of(node, "part"), "part", part_names, &part);
    out->part = (enum score_part)part;
    out->test = ARENA_NEW(reader->arena, struct test);
    return read_number_test(reader, node, other_keys, out->test) && good;
}

const struct condition *condition_parse(struct arena *arena, struct catalog *catalog, enum entity entity,
                                        const struct yaml_node *node, const struct source *source,
                                        struct diagnostics *diagnostics)
{
    const struct reader reader = {arena, catalog, NULL, source, diagnostics};
    size_t which = 0;
    if (!find_kind(&reader, node, &which) || !read_keys(&reader, node, kinds[which].keys)) return NULL;
    const struct yaml_node *subject = value_of(node, kinds[which].key);
    struct condition *condition = ARENA_NEW(arena, struct condition);
    condition->kind = (enum condition_kind)which;
    condition->at = subject->at;
    condition->target = UINT32_MAX;
    if (entity == ENTITY_EVENT && condition->kind >= CONDITION_EVENT) {
        complain(&reader, subject->at, "%s", hop_mistake(ENTITY_EVENT, ENTITY_EVENT));
        return NULL;
    }
    bool good = false;
    switch (condition->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT: good = read_children(&reader, entity, subject, condition); break;
    case CONDITION_PROPERTY: good = read_property_test(&reader, entity, node, condition); break;
    case CONDITION_EVENT: good = read_event_test(&reader, node, condition); break;
    case CONDITION_SEGMENT: good = read_text(&reader, subject, "segment", &condition->name); break;
    case CONDITION_LIST: good = read_list_test(&reader, entity, subject, condition); break;
    case CONDITION_SCORE: good = read_score_test(&reader, node, condition); break;
    }
    return good ? condition : NULL;
}
