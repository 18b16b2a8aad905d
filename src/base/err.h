/* err.h — a code for the program, a sentence for the person, and a place.
 *
 * A function that can fail returns `enum err` and, where a person should learn
 * why, fills the caller's `struct err_info`. The first failure wins: a later
 * err_set on a filled err_info changes nothing. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_ERR_H
#define PLUMB_BASE_ERR_H

#include <stdint.h>

#include "base/macros.h"

enum err {
    ERR_OK = 0,
    ERR_INVALID,     /* what was given is wrong; the sentence says what was expected */
    ERR_NOT_FOUND,   /* what was named does not exist */
    ERR_CONFLICT,    /* it contradicts what is there */
    ERR_TOO_BIG,     /* a ceiling was reached; the sentence names it */
    ERR_UNAVAILABLE, /* trying again later may succeed (disk full, file busy) */
    ERR_INTERNAL,    /* our own mistake */
};

/* A place in a text: 1-based; 0 where unknown. `column` and `length` count
 * characters (Unicode code points), not bytes. */
struct place {
    uint32_t line;
    uint32_t column;
    uint32_t length; /* of the offending text */
};

#define ERR_MESSAGE_BYTES 320

struct err_info {
    enum err code;
    struct place at;
    char msg[ERR_MESSAGE_BYTES]; /* a sentence without a full stop, always terminated */
};

/* Fill *why (may be NULL) unless it is filled already. Returns `code`. A message
 * too long for msg is cut at a character border and ends in "...". */
enum err err_set(struct err_info *why, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);
enum err err_set_at(struct err_info *why, enum err code, struct place at, const char *format, ...) PRINTF_LIKE(4, 5);

/* "invalid", "not found", ... for logs. */
const char *err_name(enum err code);

#endif
