/* names.h — what the name of a column or a JSON key means, for one kind of record.
 *
 * A name has a *role* when the loader itself needs its values (`id`, `time`, ...), and
 * is a *property* when the catalog knows it; it may be both, or neither. Each
 * different name is looked up in the catalog once. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_NAMES_H
#define PLUMB_FILES_NAMES_H

#include "base/arena.h"
#include "core/catalog.h"
#include "core/entity.h"

enum role {
    ROLE_NONE,
    ROLE_ID,       /* all kinds; of an event its message id */
    ROLE_EMAIL,    /* contact */
    ROLE_COMPANY,  /* contact, deal */
    ROLE_NAME,     /* company */
    ROLE_CONTACTS, /* deal */
    ROLE_CONTACT,  /* event, and the three below */
    ROLE_EVENT,
    ROLE_TIME,
    ROLE_BOT,
    ROLE_COUNT
};

struct name {
    struct str text;
    uint32_t property; /* catalog id, or INTERN_NONE */
    enum role role;
    uint32_t rank; /* of several names with one role in a row, the least wins: 0 is the exact name, 1 in another case */
    bool reserved; /* in its role it is no property: the contact, event, time and id of an event */
};

struct names; /* opaque; see names.c */

/* `id_column` (borrowed, may be NULL) is --id: the id of contacts instead of `id`; of
 * companies and deals when they have no `id`; of no meaning for events. */
struct names *names_new(const struct catalog *catalog, enum entity entity, const char *id_column);
/* From now on a name that is no property yet becomes one of `catalog`, which is the one of names_new, while it has room. */
void names_add_to(struct names *names, struct catalog *catalog);
void names_free(struct names *names); /* NULL is fine */

/* Never NULL. The pointer stays valid, but past NAMES_MAX different names only until the next call. */
#define NAMES_MAX 100000
const struct name *names_get(struct names *names, struct str text);

/* The same for the name at a place of its row: rows tend to have the same names in the same order. */
const struct name *names_get_at(struct names *names, size_t place, struct str text);

enum entity names_entity(const struct names *names);

/* "id", "contact", ...: the name that a role has for this kind. */
struct str names_of_role(const struct names *names, enum role role);

/* The first `most` names without property and role, in order of appearance, in `arena`. */
const struct str *names_unused(const struct names *names, size_t most, struct arena *arena, size_t *count);

#endif
