/* str.h — a view of bytes that somebody else owns.
 *
 * A `struct str` is passed by value, is not terminated by zero, and is mostly
 * UTF-8. C strings exist only at the border to libc and libraries. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_STR_H
#define PLUMB_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct str {
    const char *at; /* borrowed; may be NULL when len is 0 */
    size_t len;     /* bytes */
};

/* A view of a literal, at run time and as a static initialiser. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
// clang-format off
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1} /* which clang-format takes for a block */
// clang-format on

/* printf of a view: printf("'" STR_FMT "'", STR_ARG(s)). */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).at

struct str str_from_c(const char *c_string); /* NULL gives the empty view */

bool str_equal(struct str a, struct str b);
/* Bytewise order, like strcmp: negative, zero, positive. */
int str_compare(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part); /* the empty part is in every string */

/* Without the ASCII white space (space, tab, CR, LF, VT, FF) at both ends. */
struct str str_trim(struct str s);

/* Split off and return what stands before the first `separator`, and move *rest
 * behind it. Without a separator all of *rest is returned and *rest is empty. */
struct str str_cut(struct str *rest, char separator);

/* Whole text, no white space, no sign '+'. False leaves *out alone. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);

/* A finite decimal number ("12", "-3.5", "1e6"), whole text, whatever the locale;
 * no hexadecimal, "inf" or "nan". False leaves *out alone. */
bool str_to_double(struct str s, double *out);

/* 64 bits of xxHash3 with a seed. */
uint64_t str_hash(struct str s, uint64_t seed);

#endif
