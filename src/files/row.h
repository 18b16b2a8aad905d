/* row.h — one row of a file, whatever its format, as the loader wants it.
 *
 * A row knows the texts with a role, and the values of those properties that the
 * catalog knows. Everything in it is valid until the next row is read. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_ROW_H
#define PLUMB_FILES_ROW_H

#include "base/json.h"
#include "engine/fact.h"
#include "files/names.h"
#include "history/builder.h"

struct row {
    uint64_t line;
    struct str role[ROLE_COUNT];   /* trimmed; empty where the row has none */
    struct event_property *values; /* property and trimmed text; from JSON a text may be empty (null, "") */
    uint32_t value_count;
    struct str text;              /* as it came: the line, the record */
    const struct json_item *json; /* ... parsed, when it is JSON; else NULL */

    uint32_t capacity;         /* of values */
    uint32_t rank[ROLE_COUNT]; /* of the name that gave role[]; used by JSON */
    struct arena *arena;       /* texts made for this row */
    uint32_t *place;           /* [properties] 1 + index into values, of JSON's repeated keys */
    uint32_t property_count;
};

void row_init(struct row *row, const struct catalog *catalog);
void row_release(struct row *row);
void row_clear(struct row *row); /* no roles, no values, no texts */

/* Add a value of a property that has none yet. */
void row_append(struct row *row, uint32_t property, struct str text);
/* Add a value; the catalog's property has only one value in a row: a later one replaces it. */
void row_set(struct row *row, uint32_t property, struct str text);

/* The members of a JSON object, flattened (engine/flatten.h), as roles and values. Those inside `properties` of a record
 * count as if they stood beside it, as our API and others write records. */
void row_add_json(struct row *row, struct names *names, const struct json_item *object);

/* What a call says: without roles. */
void row_add_fact_values(struct row *row, struct names *names, const struct fact_value *values, uint32_t count);

#endif
