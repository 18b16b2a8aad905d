/* percent.h — percent-encoding of paths and queries, and what stands in cookies. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HTTP_PERCENT_H
#define PLUMB_HTTP_PERCENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* Decode %HH of a path's segment. Without any, *out is `text` itself; else it lives in `arena`.
 * False: a '%' without two hexadecimal digits, or %00; *out is left alone. */
MUST_CHECK bool percent_decode(struct str text, struct arena *arena, struct str *out);

/* A text as a segment of a path: all but letters, digits, '-', '.', '_' and '~' becomes %HH. */
void percent_encode(struct str text, struct buf *out);

/* The value of the first member called `name` in "a=1&b=x%20y+z": decoded, '+' a blank. A value that
 * is not well encoded (see above) is given as it came. at == NULL: there is none. */
struct str query_value(struct str query, struct str name, struct arena *arena);

/* The name of member `index` of such a query, from 0; at == NULL: there are not so many. */
struct str query_name(struct str query, size_t index, struct arena *arena);

/* The value of cookie `name` in "a=1; b=\"2\"", as it came but without quotes; at == NULL: there is none. */
struct str cookie_value(struct str header, struct str name);

#endif
