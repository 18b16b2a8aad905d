/* err.c — sentences that always fit and can be shown anywhere.
 *
 * A message may quote text from a stranger's file. So it is made fit to print: valid
 * UTF-8, no control characters (a terminal obeys those), cut at a character border. */
// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void invariant_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "plumb: a bug in plumb itself: %s does not hold (%s:%d)\n", condition, file, line);
    abort();
}

const char *err_name(enum err code)
{
    switch (code) {
    case ERR_OK: return "ok";
    case ERR_INVALID: return "invalid";
    case ERR_NOT_FOUND: return "not found";
    case ERR_CONFLICT: return "conflict";
    case ERR_TOO_BIG: return "too big";
    case ERR_UNAVAILABLE: return "unavailable";
    case ERR_INTERNAL: return "internal";
    }
    return "unknown";
}

/* Bytes of the printable character that begins at `at`, 0 when there is none: a stray
 * byte, an overlong form, a surrogate, or a control character. `at` ends in zero. */
static size_t printable_length(const unsigned char *at)
{
    if (at[0] < 0x80) return at[0] >= 0x20 && at[0] != 0x7f;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80) return 0;
    if (at[0] == 0xc2 && at[1] < 0xa0) return 0; /* U+0080 to U+009F are control characters */
    if (at[0] == 0xe0 && at[1] < 0xa0) return 0;
    if (at[0] == 0xed && at[1] > 0x9f) return 0;
    if (at[0] == 0xf0 && at[1] < 0x90) return 0;
    if (at[0] == 0xf4 && at[1] > 0x8f) return 0;
    return length;
}

/* Every byte that cannot be shown becomes a blank or '?'; the length stays. */
static void make_printable(char *msg)
{
    unsigned char *at = (unsigned char *)msg;
    while (*at != 0) {
        size_t length = printable_length(at);
        if (length == 0) {
            *at = *at < 0x20 ? ' ' : '?';
            length = 1;
        }
        at += length;
    }
}

static void cut_at_border(char msg[ERR_MESSAGE_BYTES])
{
    size_t end = ERR_MESSAGE_BYTES - sizeof "...";
    while (end > 0 && ((unsigned char)msg[end] & 0xc0) == 0x80) end--;
    memcpy(msg + end, "...", sizeof "...");
}

static PRINTF_LIKE(4, 0) enum err
    set(struct err_info *why, enum err code, struct place at, const char *format, va_list arguments)
{
    if (why == NULL || why->code != ERR_OK) return code;
    why->code = code;
    why->at = at;
    int length = vsnprintf(why->msg, sizeof why->msg, format, arguments);
    INVARIANT(length >= 0);
    if ((size_t)length >= sizeof why->msg) cut_at_border(why->msg);
    make_printable(why->msg);
    return code;
}

enum err err_set(struct err_info *why, enum err code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(why, code, (struct place){0}, format, arguments);
    va_end(arguments);
    return code;
}

enum err err_set_at(struct err_info *why, enum err code, struct place at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(why, code, at, format, arguments);
    va_end(arguments);
    return code;
}
