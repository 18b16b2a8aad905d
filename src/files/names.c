/* names.c — a small table of the names with a role, and a memory of all names seen.
 *
 * People write `Email` and `ID`, so a role is also found in another case; the exact
 * name goes first where both stand in one file. */
// SPDX-License-Identifier: Apache-2.0
#include "files/names.h"

#include <string.h>

#include "base/intern.h"

#define PLACES_REMEMBERED 64

static const struct {
    enum entity entity;
    struct str text;
    enum role role;
} with_role[] = {
    {ENTITY_CONTACT, STR_INIT("id"), ROLE_ID},
    {ENTITY_CONTACT, STR_INIT("email"), ROLE_EMAIL},
    {ENTITY_CONTACT, STR_INIT("company"), ROLE_COMPANY},
    {ENTITY_COMPANY, STR_INIT("id"), ROLE_ID},
    {ENTITY_COMPANY, STR_INIT("name"), ROLE_NAME},
    {ENTITY_DEAL, STR_INIT("id"), ROLE_ID},
    {ENTITY_DEAL, STR_INIT("company"), ROLE_COMPANY},
    {ENTITY_DEAL, STR_INIT("contacts"), ROLE_CONTACTS},
    {ENTITY_EVENT, STR_INIT("id"), ROLE_ID},
    {ENTITY_EVENT, STR_INIT("contact"), ROLE_CONTACT},
    {ENTITY_EVENT, STR_INIT("event"), ROLE_EVENT},
    {ENTITY_EVENT, STR_INIT("time"), ROLE_TIME},
    {ENTITY_EVENT, STR_INIT("bot"), ROLE_BOT},
};

struct names {
    const struct catalog *catalog;
    struct catalog *grows; /* the same, when unknown names become properties; else NULL */
    enum entity entity;
    struct str id_column; /* at NULL: not given */
    struct arena *arena;
    struct intern *texts;
    struct name **known; /* by intern code */
    size_t capacity;
    struct name past_ceiling;
    const struct name *last_at[PLACES_REMEMBERED]; /* by place in a row; NULL: none yet */
};

struct names *names_new(const struct catalog *catalog, enum entity entity, const char *id_column)
{
    struct names *names = memory_alloc(sizeof(*names));
    names->catalog = catalog;
    names->entity = entity;
    if (entity != ENTITY_EVENT) names->id_column = str_trim(str_from_c(id_column));
    names->arena = arena_new();
    names->texts = intern_new();
    return names;
}

void names_add_to(struct names *names, struct catalog *catalog)
{
    INVARIANT(catalog == names->catalog);
    names->grows = catalog;
}

void names_free(struct names *names)
{
    if (names == NULL) return;
    arena_free(names->arena);
    intern_free(names->texts);
    memory_free(names->known);
    memory_free(names);
}

enum entity names_entity(const struct names *names)
{
    return names->entity;
}

static bool equal_in_any_case(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

/* Ranks 0 and 1 are for the first choice of a name, 2 and 3 for --id where that is the second choice. */
static void find_role(const struct names *names, struct name *name)
{
    bool own_first = names->id_column.len > 0 && names->entity == ENTITY_CONTACT;
    if (names->id_column.len > 0 && equal_in_any_case(name->text, names->id_column)) {
        name->role = ROLE_ID;
        name->rank = str_equal(name->text, names->id_column) ? 0 : 1;
        if (own_first) return; /* whatever else the name would mean, like `email` */
        name->rank += 2;
    }
    for (size_t i = 0; i < COUNT_OF(with_role); i++) {
        if (with_role[i].entity != names->entity || !equal_in_any_case(name->text, with_role[i].text)) continue;
        if (with_role[i].role == ROLE_ID && own_first) continue; /* --id replaces `id` */
        name->role = with_role[i].role;
        name->rank = str_equal(name->text, with_role[i].text) ? 0 : 1;
    }
}

static struct name describe(const struct names *names, struct str text)
{
    struct name name = {.text = text, .property = INTERN_NONE};
    if (text.len <= PROPERTY_NAME_MAX) name.property = catalog_find(names->catalog, names->entity, text);
    find_role(names, &name);
    name.reserved = names->entity == ENTITY_EVENT && name.role != ROLE_NONE && name.role != ROLE_BOT;
    bool is_new = name.property == INTERN_NONE && text.len > 0 && text.len <= PROPERTY_NAME_MAX;
    bool is_frame = name.reserved && name.rank == 0;
    if (names->grows != NULL && is_new && !is_frame && !catalog_is_full(names->grows))
        name.property = catalog_property(names->grows, names->entity, text);
    return name;
}

const struct name *names_get(struct names *names, struct str text)
{
    text = str_trim(text);
    uint32_t code = intern_find(names->texts, text);
    if (code != INTERN_NONE) return names->known[code];
    if (intern_count(names->texts) >= NAMES_MAX) {
        names->past_ceiling = describe(names, text);
        return &names->past_ceiling;
    }
    code = intern_add(names->texts, text);
    if (code >= names->capacity) {
        names->capacity = names->capacity == 0 ? 64 : names->capacity * 2;
        names->known = memory_resize(names->known, names->capacity, sizeof(struct name *));
    }
    names->known[code] = ARENA_NEW(names->arena, struct name);
    *names->known[code] = describe(names, intern_at(names->texts, code));
    return names->known[code];
}

const struct name *names_get_at(struct names *names, size_t place, struct str text)
{
    if (place >= PLACES_REMEMBERED) return names_get(names, text);
    const struct name *last = names->last_at[place];
    if (last != NULL && str_equal(last->text, text)) return last;
    const struct name *name = names_get(names, text);
    if (name != &names->past_ceiling) names->last_at[place] = name;
    return name;
}

struct str names_of_role(const struct names *names, enum role role)
{
    if (role == ROLE_ID && names->entity == ENTITY_CONTACT && names->id_column.len > 0) return names->id_column;
    for (size_t i = 0; i < COUNT_OF(with_role); i++)
        if (with_role[i].entity == names->entity && with_role[i].role == role) return with_role[i].text;
    return STR("");
}

const struct str *names_unused(const struct names *names, size_t most, struct arena *arena, size_t *count)
{
    struct str *unused = ARENA_ARRAY(arena, struct str, most);
    size_t found = 0;
    for (uint32_t code = 0; code < intern_count(names->texts) && found < most; code++) {
        const struct name *name = names->known[code];
        if (name->property == INTERN_NONE && name->role == ROLE_NONE) unused[found++] = arena_str(arena, name->text);
    }
    *count = found;
    return unused;
}
