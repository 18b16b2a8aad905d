/* buf.c — appending with one check at the end.
 *
 * Invariants: len <= capacity, len <= ceiling; `at` is NULL exactly when capacity is
 * 0; once `failed` is set, len no longer changes until buf_clear. */
// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/number.h"

#define FIRST_BYTES 256

void buf_release(struct buf *buf)
{
    memory_free(buf->at);
    *buf = (struct buf){.ceiling = buf->ceiling};
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

static void grow(struct buf *buf, size_t needed_bytes)
{
    size_t capacity = buf->capacity < FIRST_BYTES ? FIRST_BYTES : buf->capacity;
    while (capacity < needed_bytes) capacity = capacity > SIZE_MAX / 2 ? needed_bytes : capacity * 2;
    buf->at = memory_resize(buf->at, capacity, 1);
    buf->capacity = capacity;
}

/* Where `bytes` more may be written, NULL when they do not fit below the ceiling. */
static char *make_room(struct buf *buf, size_t bytes)
{
    if (buf->failed) return NULL;
    if (bytes > buf->ceiling - buf->len) {
        buf->failed = true;
        return NULL;
    }
    if (bytes > buf->capacity - buf->len) grow(buf, buf->len + bytes);
    return buf->at + buf->len;
}

void buf_append(struct buf *buf, struct str s)
{
    if (s.len == 0) return;
    char *room = make_room(buf, s.len);
    if (room == NULL) return;
    memcpy(room, s.at, s.len);
    buf->len += s.len;
}

void buf_append_c(struct buf *buf, const char *c_string)
{
    buf_append(buf, str_from_c(c_string));
}

void buf_append_char(struct buf *buf, char c)
{
    char *room = make_room(buf, 1);
    if (room == NULL) return;
    *room = c;
    buf->len++;
}

void buf_append_repeat(struct buf *buf, char c, size_t count)
{
    char *room = count == 0 ? NULL : make_room(buf, count);
    if (room == NULL) return;
    memset(room, c, count);
    buf->len += count;
}

void buf_append_i64(struct buf *buf, int64_t value)
{
    if (value >= 0) {
        buf_append_u64(buf, (uint64_t)value);
        return;
    }
    buf_append_char(buf, '-');
    buf_append_u64(buf, 0 - (uint64_t)value);
}

void buf_append_u64(struct buf *buf, uint64_t value)
{
    char text[20]; /* digits of 2^64 - 1 */
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_append(buf, (struct str){text + at, sizeof text - at});
}

void buf_append_double(struct buf *buf, double value)
{
    INVARIANT(isfinite(value));
    char text[NUMBER_TEXT_MAX];
    buf_append(buf, (struct str){text, number_write(value, text)});
}

void buf_format(struct buf *buf, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    INVARIANT(length >= 0);
    if ((size_t)length < sizeof small) {
        buf_append(buf, (struct str){small, (size_t)length});
        return;
    }
    /* vsnprintf writes a zero byte too: room for it, but it is not counted. */
    if (make_room(buf, (size_t)length) == NULL) return;
    if (buf->capacity - buf->len <= (size_t)length) grow(buf, buf->len + (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(buf->at + buf->len, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buf->len += (size_t)length;
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->at, buf->len};
}
