/* schemas.h — schemas.def, schemas_past.def and examples.def as tables. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_SCHEMAS_H
#define PLUMB_SERVER_SCHEMAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "http/http.h"

enum schema_row_kind { SCHEMA_TAKES, SCHEMA_GIVES, SCHEMA_FIELD };

struct schema_row {
    enum schema_row_kind kind;
    const char *name; /* of a field perhaps ending in '?' */
    const char *type; /* of a field */
    const char *help;
};

extern const struct schema_row schema_rows[];
extern const size_t schema_row_count;

/* The row of the schema called `name`; NULL. Its fields follow it. */
const struct schema_row *schema_find(struct str name);
/* The field after `row`, which is a schema or a field; NULL after the last. */
const struct schema_row *schema_next_field(const struct schema_row *row);

struct schema_type {
    struct str word; /* text, int, ... or a schema */
    bool list;
    bool nullable;
};
struct schema_type schema_type_of(const struct schema_row *field);
/* The field's name without its mark. */
struct str schema_field_name(const struct schema_row *field, bool *optional);

struct example {
    enum http_method method;
    const char *path;
    const char *body; /* with ' for " */
    unsigned status;
};

extern const struct example examples[];
extern const size_t example_count;

/* Its body as JSON, in `arena`; empty without one. */
struct str example_body(const struct example *example, struct arena *arena);

struct endpoint;
/* Is the example's path, without its query, one of the endpoint's pattern, for its method? A pattern with fewer parameters
 * is not looked for: "/scores/validate" is also of "/scores/{name}". */
bool example_is_of(const struct example *example, const struct endpoint *endpoint);

#endif
