/* catalog.c — properties by id and by name, and what is known of their types.
 *
 * One shared intern holds all names, each with a letter for its entity in front, so its
 * codes are the property ids. A property is in its place before its name can be found. */
// SPDX-License-Identifier: Apache-2.0
#include "core/catalog.h"

#include <string.h>

#include "base/unicode.h"
#include "base/yaml.h"
#include "core/nearest.h"

#define QUOTED_CELLS 60 /* of a name in a message */

struct slot {
    struct property property;
    const struct source *declared_in; /* for a message about a second declaration */
    struct place declared_at;
};

struct catalog {
    struct arena *arena;
    struct intern *keys;
    struct slot **slots; /* [PROPERTIES_MAX]; the slots live in `arena` and never move */
    bool trusts_lists;
};

struct key {
    char bytes[1 + PROPERTY_NAME_MAX];
    struct str text;
};

struct catalog *catalog_new(void)
{
    struct catalog *catalog = memory_alloc(sizeof *catalog);
    catalog->arena = arena_new();
    catalog->keys = intern_new_shared();
    catalog->slots = memory_array(PROPERTIES_MAX, sizeof *catalog->slots);
    return catalog;
}

void catalog_free(struct catalog *catalog)
{
    if (catalog == NULL) return;
    memory_free(catalog->slots);
    intern_free(catalog->keys);
    arena_free(catalog->arena);
    memory_free(catalog);
}

struct arena *catalog_arena(struct catalog *catalog)
{
    return catalog->arena;
}

uint32_t catalog_count(const struct catalog *catalog)
{
    return intern_count(catalog->keys);
}

bool catalog_is_full(const struct catalog *catalog)
{
    return catalog_count(catalog) >= PROPERTIES_MAX;
}

static void make_key(enum entity entity, struct str name, struct key *key)
{
    INVARIANT(name.len <= PROPERTY_NAME_MAX);
    key->bytes[0] = (char)('0' + (int)entity);
    if (name.len > 0) memcpy(key->bytes + 1, name.at, name.len);
    key->text = (struct str){key->bytes, 1 + name.len};
}

uint32_t catalog_find(const struct catalog *catalog, enum entity entity, struct str name)
{
    name = str_trim(name);
    if (name.len > PROPERTY_NAME_MAX) return INTERN_NONE;
    struct key key;
    make_key(entity, name, &key);
    return intern_find(catalog->keys, key.text);
}

uint32_t catalog_property(struct catalog *catalog, enum entity entity, struct str name)
{
    struct key key;
    make_key(entity, str_trim(name), &key);
    uint32_t known = intern_find(catalog->keys, key.text);
    if (known != INTERN_NONE) return known;
    uint32_t id = catalog_count(catalog);
    INVARIANT(id < PROPERTIES_MAX);
    struct slot *slot = ARENA_NEW(catalog->arena, struct slot);
    struct str stored = arena_str(catalog->arena, key.text);
    slot->property.entity = entity;
    slot->property.name = (struct str){stored.at + 1, stored.len - 1};
    catalog->slots[id] = slot;
    return intern_add(catalog->keys, key.text);
}

static struct slot *slot_at(const struct catalog *catalog, uint32_t property)
{
    INVARIANT(property < catalog_count(catalog));
    return catalog->slots[property];
}

struct property *catalog_at(struct catalog *catalog, uint32_t property)
{
    return &slot_at(catalog, property)->property;
}

const struct source *catalog_declared_in(const struct catalog *catalog, uint32_t property, struct place *at)
{
    const struct slot *slot = slot_at(catalog, property);
    *at = slot->declared_at;
    return slot->declared_in;
}

struct catalog *catalog_copy(const struct catalog *catalog)
{
    struct catalog *copy = catalog_new();
    copy->trusts_lists = catalog->trusts_lists;
    for (uint32_t id = 0; id < catalog_count(catalog); id++) {
        const struct property *from = &slot_at(catalog, id)->property;
        struct property *to = catalog_at(copy, catalog_property(copy, from->entity, from->name));
        to->declared = from->declared;
        to->type = from->type;
        to->inferred = from->inferred;
        struct str *options = ARENA_ARRAY(copy->arena, struct str, from->option_count);
        for (uint32_t i = 0; i < from->option_count; i++) options[i] = arena_str(copy->arena, from->options[i]);
        to->options = options;
        to->option_count = from->option_count;
    }
    return copy;
}

/* ---- Names of Plumb's own, and lists. ---- */

bool catalog_is_reserved(enum entity entity, struct str name)
{
    return entity != ENTITY_EVENT && str_starts_with(str_trim(name), STR(RESERVED_PREFIX));
}

struct list_key {
    char bytes[sizeof LIST_PROPERTY_PREFIX - 1 + LIST_NAME_MAX];
    struct str text;
};

static void make_list_key(struct str name, struct list_key *key)
{
    const size_t prefix = sizeof LIST_PROPERTY_PREFIX - 1;
    INVARIANT(name.len > 0 && name.len <= LIST_NAME_MAX);
    memcpy(key->bytes, LIST_PROPERTY_PREFIX, prefix);
    memcpy(key->bytes + prefix, name.at, name.len);
    key->text = (struct str){key->bytes, prefix + name.len};
}

uint32_t catalog_list(struct catalog *catalog, enum entity object, struct str name)
{
    struct list_key key;
    make_list_key(name, &key);
    return catalog_property(catalog, object, key.text);
}

uint32_t catalog_find_list(const struct catalog *catalog, enum entity object, struct str name)
{
    if (name.len == 0 || name.len > LIST_NAME_MAX) return INTERN_NONE;
    struct list_key key;
    make_list_key(name, &key);
    return catalog_find(catalog, object, key.text);
}

bool catalog_has_list(const struct catalog *catalog, enum entity object, struct str name)
{
    uint32_t list = catalog_find_list(catalog, object, name);
    return list != INTERN_NONE && slot_at(catalog, list)->property.declared;
}

struct str catalog_list_name(const struct property *property)
{
    const size_t prefix = sizeof LIST_PROPERTY_PREFIX - 1;
    if (!property->declared || !str_starts_with(property->name, STR(LIST_PROPERTY_PREFIX))) return (struct str){0};
    return (struct str){property->name.at + prefix, property->name.len - prefix};
}

void catalog_trust_lists(struct catalog *catalog)
{
    catalog->trusts_lists = true;
}

bool catalog_trusts_lists(const struct catalog *catalog)
{
    return catalog->trusts_lists;
}

/* ---- Needs. ---- */

/* What an undeclared property becomes: enumerations are declared only, and a date is a datetime. */
static enum type undeclared_type(enum type type)
{
    if (type == TYPE_DATE) return TYPE_DATETIME;
    return type == TYPE_ENUMERATION ? TYPE_STRING : type;
}

void catalog_put_need(struct catalog *catalog, uint32_t property, const struct property *other)
{
    static const struct property nothing = {.need = NEED_NONE};
    struct property *p = catalog_at(catalog, property);
    if (other == NULL) other = &nothing;
    p->need = other->need;
    p->needed = other->needed;
    p->need_source = other->need_source;
    p->need_at = other->need_at;
}

void catalog_need(struct catalog *catalog, uint32_t property, enum need need, enum type type,
                  const struct source *source, struct place at, struct diagnostics *diagnostics)
{
    struct property *p = catalog_at(catalog, property);
    if (p->declared || need < p->need || need == NEED_NONE) return;
    type = undeclared_type(type);
    if (need > p->need) {
        p->need = need;
        p->needed = type;
        p->need_source = source;
        p->need_at = at;
    } else if (type != p->needed && need == NEED_WEAK) {
        p->needed = TYPE_STRING;
    } else if (type != p->needed) {
        diagnostics_error(diagnostics, source, at,
                          "the %s property '" STR_FMT "' is used as a %s here, but as a %s in " STR_FMT
                          ":%u:%u; a schema can declare what it is",
                          entity_name(p->entity), STR_ARG(p->name), type_name(type), type_name(p->needed),
                          STR_ARG(p->need_source->name), p->need_at.line, p->need_at.column);
    }
}

enum type catalog_door_type(const struct catalog *catalog, uint32_t property)
{
    const struct property *p = &slot_at(catalog, property)->property;
    if (p->declared) return p->type;
    return p->need == NEED_STRONG ? p->needed : TYPE_OPEN;
}

enum type catalog_settled_type(const struct catalog *catalog, uint32_t property, enum type inferred)
{
    const struct property *p = &slot_at(catalog, property)->property;
    if (p->declared) return p->type;
    if (p->need == NEED_STRONG) return p->needed;
    if (p->need == NEED_WEAK) return inferred == p->needed || inferred == TYPE_OPEN ? p->needed : TYPE_STRING;
    return inferred == TYPE_OPEN ? TYPE_STRING : inferred;
}

void catalog_resolve(struct catalog *catalog, uint32_t property, enum type inferred)
{
    catalog_at(catalog, property)->type = catalog_settled_type(catalog, property, inferred);
}

void catalog_meet(struct catalog *catalog, uint32_t property, struct str text)
{
    struct property *p = catalog_at(catalog, property);
    p->inferred = type_infer(p->inferred, text);
}

void catalog_set_options(struct catalog *catalog, uint32_t property, struct str options)
{
    struct property *p = catalog_at(catalog, property);
    uint32_t most = 1;
    for (size_t i = 0; i < options.len; i++) most += options.at[i] == ';';
    /* Room for those before, too: somebody may look with the former count. */
    struct str *list = ARENA_ARRAY(catalog->arena, struct str, most > p->option_count ? most : p->option_count);
    uint32_t count = 0;
    while (options.len > 0) {
        struct str folded = unicode_fold(catalog->arena, str_trim(str_cut(&options, ';')));
        if (folded.len > 0) list[count++] = arena_str(catalog->arena, folded); /* folding may copy nothing */
    }
    __atomic_store_n(&p->options, list, __ATOMIC_RELEASE);
    __atomic_store_n(&p->option_count, count, __ATOMIC_RELEASE);
}

/* ---- The schema file: {contact: {industry: string, plan: {enumeration: [free, pro]}}, company: ...}. ---- */

struct reading {
    struct catalog *catalog;
    struct arena *arena; /* the tree's; what outlives it is copied into the catalog's own */
    const struct source *source;
    struct diagnostics *diagnostics;
};

#define REFUSE(reading, at, ...) diagnostics_error((reading)->diagnostics, (reading)->source, (at), __VA_ARGS__)

static const char *const type_list[] = {"boolean", "number", "date", "datetime", "string", "enumeration", "set", NULL};
#define TYPE_LIST "boolean, number, date, datetime, string, set or {enumeration: [...]}"

static const char *const entity_list[] = {"contact", "company", "deal", "event", NULL};

struct quoted {
    int bytes; /* for "%.*s" */
    const char *at;
    const char *more;
};

static struct quoted quote(struct str s)
{
    struct str shown = unicode_cut(s, QUOTED_CELLS);
    return (struct quoted){(int)shown.len, shown.at, shown.len < s.len ? "..." : ""};
}

static bool read_type_name(struct reading *reading, const struct yaml_node *node, enum type *out)
{
    struct quoted word = quote(node->text);
    if (type_from_name(node->text, out)) return true;
    const char *near = nearest(node->text, type_list);
    if (near != NULL)
        REFUSE(reading, node->at, "unknown type '%.*s%s'; did you mean '%s'?", word.bytes, word.at, word.more, near);
    else REFUSE(reading, node->at, "unknown type '%.*s%s'; expected " TYPE_LIST, word.bytes, word.at, word.more);
    return false;
}

static bool is_option(const struct str *options, uint32_t count, struct str folded)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(options[i], folded)) return true;
    return false;
}

static bool read_options(struct reading *reading, const struct yaml_node *list, struct property *out)
{
    if (list->kind != YAML_SEQUENCE || list->count == 0) {
        REFUSE(reading, list->at, "expected the list of options, as in {enumeration: [free, pro]}");
        return false;
    }
    if (list->count > OPTIONS_MAX) {
        REFUSE(reading, list->at, "an enumeration of %zu options; at most %d are taken", list->count, OPTIONS_MAX);
        return false;
    }
    struct arena *arena = reading->catalog->arena;
    struct str *options = ARENA_ARRAY(arena, struct str, list->count);
    bool good = true;
    uint32_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *option = list->values[i];
        struct str folded = {0};
        if (option->kind == YAML_SCALAR) folded = unicode_fold(reading->arena, option->text);
        if (folded.len == 0) {
            REFUSE(reading, option->at, "an option is a text that is not empty");
            good = false;
        } else if (is_option(options, count, folded)) {
            struct quoted word = quote(option->text);
            REFUSE(reading, option->at, "the option '%.*s%s' is there twice", word.bytes, word.at, word.more);
            good = false;
        } else {
            options[count++] = arena_str(arena, folded);
        }
    }
    out->type = TYPE_ENUMERATION;
    out->options = options;
    out->option_count = count;
    return good;
}

/* number | {type: number} | {enumeration: [a, b]} | {type: enumeration, options: [a, b]} */
static bool read_type(struct reading *reading, const struct yaml_node *node, struct property *out)
{
    if (node->kind == YAML_MAPPING && node->count == 1 && str_equal(node->keys[0]->text, STR("enumeration")))
        return read_options(reading, node->values[0], out);
    const struct yaml_node *name = node, *options = NULL;
    if (node->kind == YAML_MAPPING) {
        name = yaml_get(node, STR("type"));
        options = yaml_get(node, STR("options"));
        if (name != NULL && node->count > 1 + (size_t)(options != NULL)) name = NULL;
    }
    if (name == NULL || name->kind != YAML_SCALAR || yaml_is_null(name)) {
        REFUSE(reading, node->at, "expected a type: " TYPE_LIST);
        return false;
    }
    if (!read_type_name(reading, name, &out->type)) return false;
    if (out->type == TYPE_ENUMERATION && options != NULL) return read_options(reading, options, out);
    if (out->type == TYPE_ENUMERATION) {
        REFUSE(reading, name->at, "an enumeration names its options: {enumeration: [free, pro]}");
        return false;
    }
    if (options != NULL) {
        REFUSE(reading, options->at, "only an enumeration has options");
        return false;
    }
    return true;
}

static bool check_name(struct reading *reading, enum entity entity, const struct yaml_node *key)
{
    struct str name = str_trim(key->text);
    struct quoted word = quote(name);
    if (name.len == 0) {
        REFUSE(reading, key->at, "a property without a name");
        return false;
    }
    if (catalog_is_reserved(entity, name)) {
        REFUSE(reading, key->at, "names that begin with '" RESERVED_PREFIX "' are Plumb's own");
        return false;
    }
    if (name.len > PROPERTY_NAME_MAX) {
        REFUSE(reading, key->at, "the name '%.*s%s' is too long: at most %d bytes are taken", word.bytes, word.at,
               word.more, PROPERTY_NAME_MAX);
        return false;
    }
    if (catalog_find(reading->catalog, entity, name) == INTERN_NONE && catalog_is_full(reading->catalog)) {
        REFUSE(reading, key->at, "more than %d properties", PROPERTIES_MAX);
        return false;
    }
    return true;
}

static void declare(struct reading *reading, enum entity entity, const struct yaml_node *key,
                    const struct yaml_node *type)
{
    if (!check_name(reading, entity, key)) return;
    struct slot *slot = slot_at(reading->catalog, catalog_property(reading->catalog, entity, key->text));
    struct property *property = &slot->property;
    if (property->declared) {
        REFUSE(reading, key->at, "the %s property '" STR_FMT "' is declared already in " STR_FMT ":%u:%u",
               entity_name(entity), STR_ARG(property->name), STR_ARG(slot->declared_in->name), slot->declared_at.line,
               slot->declared_at.column);
        return;
    }
    struct property declared = *property;
    if (!read_type(reading, type, &declared)) return;
    declared.declared = true;
    *property = declared;
    slot->declared_in = reading->source;
    slot->declared_at = key->at;
}

static bool find_entity(struct str name, enum entity *out)
{
    for (int i = 0; i < ENTITY_COUNT; i++) {
        if (!str_equal(name, str_from_c(entity_list[i]))) continue;
        *out = (enum entity)i;
        return true;
    }
    return false;
}

static void read_entity(struct reading *reading, const struct yaml_node *key, const struct yaml_node *properties)
{
    enum entity entity;
    struct quoted word = quote(key->text);
    if (!find_entity(str_trim(key->text), &entity)) {
        const char *near = nearest(key->text, entity_list);
        if (near != NULL)
            REFUSE(reading, key->at, "unknown '%.*s%s'; did you mean '%s'?", word.bytes, word.at, word.more, near);
        else
            REFUSE(reading, key->at, "unknown '%.*s%s'; expected contact, company, deal or event", word.bytes, word.at,
                   word.more);
        return;
    }
    if (yaml_is_null(properties)) return;
    if (properties->kind != YAML_MAPPING) {
        REFUSE(reading, properties->at, "expected the properties of a %s, as in {industry: string, employees: number}",
               entity_name(entity));
        return;
    }
    for (size_t i = 0; i < properties->count; i++) declare(reading, entity, properties->keys[i], properties->values[i]);
}

void catalog_read_schema(struct catalog *catalog, const struct source *schema, struct diagnostics *diagnostics)
{
    AUTO_ARENA arena = arena_new();
    struct reading reading = {catalog, arena, schema, diagnostics};
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (yaml_parse(arena, schema->text, &documents, &count, &why) != ERR_OK) {
        REFUSE(&reading, why.at, "%s", why.msg);
        return;
    }
    if (count == 0) REFUSE(&reading, (struct place){0}, "nothing in it; expected {contact: {industry: string}}");
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *document = documents[i];
        if (document->kind != YAML_MAPPING) {
            REFUSE(&reading, document->at, "expected a mapping, as in {contact: {industry: string}}");
            continue;
        }
        for (size_t k = 0; k < document->count; k++) read_entity(&reading, document->keys[k], document->values[k]);
    }
}
