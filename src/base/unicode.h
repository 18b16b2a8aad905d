/* unicode.h — is it UTF-8, how do two texts compare, how wide is it on a terminal.
 *
 * A face on utf8proc. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_UNICODE_H
#define PLUMB_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Well-formed UTF-8 (no surrogates, no overlong forms). When false and `bad` is
 * given, *bad is the byte offset of the first byte that is not. */
bool unicode_valid(struct str s, size_t *bad);

/* Bytes before the first that is not; looks no further than that. */
size_t unicode_valid_length(struct str s);

/* The line and column of the byte at `offset` (at most text.len), of length 1. */
struct place unicode_place(struct str text, size_t offset);

/* Trimmed of Unicode white space, NFKC and case folded (UAX #15, full case folding):
 * two texts are equal for a rule when their folded forms have the same bytes. Text
 * without a letter to fold is returned as a view of `s`; else it lives in `arena`.
 * `s` must be valid UTF-8. */
struct str unicode_fold(struct arena *arena, struct str s);

size_t unicode_length(struct str s); /* code points */
size_t unicode_width(struct str s);  /* terminal cells; wide East Asian characters take two */

/* The longest prefix of whole characters that is at most `cells` wide. */
struct str unicode_cut(struct str s, size_t cells);

#endif
