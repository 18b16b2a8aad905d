/* catalog.h — which properties there are and of which type (semantics 4.5).
 *
 * A property's type is *declared* by a schema, or follows from the operators that
 * definitions use on it (its *need*), or is inferred from its values. Ids are dense
 * from 0 per catalog and never change, so columns are indexed by them. One thread adds
 * properties; any thread may find them and look at their names meanwhile. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_CATALOG_H
#define PLUMB_CORE_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/intern.h"
#include "core/diagnostic.h"
#include "core/entity.h"
#include "core/value.h"

#define PROPERTIES_MAX 20000
#define PROPERTY_NAME_MAX 256 /* bytes */
#define OPTIONS_MAX 5000      /* of a declared enumeration */

/* How strongly an operator asks for a type. `is: 5` is also good for a text column
 * that happens to hold 5, so it is weak and gives way to what the values are; `gt: 5`
 * is strong. */
enum need { NEED_NONE, NEED_WEAK, NEED_STRONG };

struct property {
    enum entity entity;
    struct str name;
    bool declared;             /* by a schema: `type` is final */
    enum type type;            /* TYPE_OPEN until declared or resolved */
    enum type inferred;        /* what all values so far have in common, while the type is open */
    const struct str *options; /* of a declared enumeration: folded; values outside are refused */
    uint32_t option_count;
    enum need need;                   /* the strongest so far */
    enum type needed;                 /* the type it asks for */
    const struct source *need_source; /* the first test that asked, for messages */
    struct place need_at;
};

struct catalog; /* opaque; see catalog.c */

/* Names of records' properties that begin so are Plumb's own: nobody sends, declares or tests one by its name. */
#define RESERVED_PREFIX "plumb."
/* A list is a property that its members have a value of, from the instant when they were put on it. */
#define LIST_PROPERTY_PREFIX RESERVED_PREFIX "list."
#define LIST_NAME_MAX 64 /* bytes */

struct catalog *catalog_new(void);
void catalog_free(struct catalog *catalog); /* NULL is fine */
struct arena *catalog_arena(struct catalog *catalog);

/* The same properties under the same ids, and the types that are settled; without the needs of definitions,
 * which come back when those are read again. For trying definitions beside those in force. */
struct catalog *catalog_copy(const struct catalog *catalog);

/* The id of a property; added undeclared and open when new. Names are compared as
 * bytes after trimming. PROPERTIES_MAX and PROPERTY_NAME_MAX are the caller's to
 * check at its door (catalog_is_full). */
uint32_t catalog_property(struct catalog *catalog, enum entity entity, struct str name);
uint32_t catalog_find(const struct catalog *catalog, enum entity entity, struct str name); /* INTERN_NONE */
struct property *catalog_at(struct catalog *catalog, uint32_t property);
uint32_t catalog_count(const struct catalog *catalog);
bool catalog_is_full(const struct catalog *catalog);

/* Is it one of those? What an event has may be called anything. */
bool catalog_is_reserved(enum entity entity, struct str name);

/* The id of a list's property, added when new. There is such a list while the property is declared. `name` has 1 to
 * LIST_NAME_MAX bytes. */
uint32_t catalog_list(struct catalog *catalog, enum entity object, struct str name);
uint32_t catalog_find_list(const struct catalog *catalog, enum entity object, struct str name); /* INTERN_NONE */
bool catalog_has_list(const struct catalog *catalog, enum entity object, struct str name);
/* The name of the list that a property is; empty when it is none, or there is no such list any more. */
struct str catalog_list_name(const struct property *property);
/* Lists are kept elsewhere: a condition may name any. */
void catalog_trust_lists(struct catalog *catalog);
bool catalog_trusts_lists(const struct catalog *catalog);

/* Read a schema file's text (YAML or JSON, semantics 4.5) and declare its properties.
 * Mistakes go to `diagnostics`: unknown type, unknown entity, a property twice. */
void catalog_read_schema(struct catalog *catalog, const struct source *schema, struct diagnostics *diagnostics);

/* Where a schema declared it; NULL: no schema did. */
const struct source *catalog_declared_in(const struct catalog *catalog, uint32_t property, struct place *at);

/* Its need is that of `other`; NULL: no definition needs it. */
void catalog_put_need(struct catalog *catalog, uint32_t property, const struct property *other);

/* Record that a test needs `type`. Two strong needs of different types on an undeclared
 * property are an error at `at` that names the place of the first. Date and datetime
 * agree; string and enumeration agree; a strong need replaces a weak one. Two different
 * weak needs meet at string. */
void catalog_need(struct catalog *catalog, uint32_t property, enum need need, enum type type,
                  const struct source *source, struct place at, struct diagnostics *diagnostics);

/* The type values of this property must parse as at the door: declared, or strongly
 * needed; else TYPE_OPEN (any text is taken, see catalog_resolve). */
enum type catalog_door_type(const struct catalog *catalog, uint32_t property);

/* Settle an open type once all values were seen: declared, else strong need, else
 * for a weak need the needed type if `inferred` is that type (an integer column also
 * satisfies boolean 1/0 never), else string; without a need `inferred`, or string when
 * there was no value. */
enum type catalog_settled_type(const struct catalog *catalog, uint32_t property, enum type inferred);
void catalog_resolve(struct catalog *catalog, uint32_t property, enum type inferred);

/* An open property has this value, too: `inferred` narrows. A catalog that lives on while values come. */
void catalog_meet(struct catalog *catalog, uint32_t property, struct str text);

/* The options of a declared enumeration, divided by ';', as they were declared. */
void catalog_set_options(struct catalog *catalog, uint32_t property, struct str options);

#endif
