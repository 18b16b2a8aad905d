/* buf.h — bytes that grow up to a ceiling, with a sticky error.
 *
 * Ten appends need one check at the end: after the first that does not fit,
 * `failed` is set and further appends do nothing. Memory is malloc'ed. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_BUF_H
#define PLUMB_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
    char *at;        /* NULL until something was appended */
    size_t len;      /* bytes in use */
    size_t capacity; /* bytes allocated */
    size_t ceiling;  /* len never exceeds it */
    bool failed;     /* something did not fit: the content is incomplete */
};

// clang-format off
#define BUF_INIT(ceiling_bytes) {.ceiling = (ceiling_bytes)} /* which clang-format takes for a block */
// clang-format on
#define AUTO_BUF __attribute__((cleanup(buf_release))) struct buf

void buf_release(struct buf *buf); /* frees; empty and usable afterwards */
void buf_clear(struct buf *buf);   /* len = 0, not failed; keeps the memory */
void buf_append(struct buf *buf, struct str s);
void buf_append_c(struct buf *buf, const char *c_string);
void buf_append_char(struct buf *buf, char c);
void buf_append_repeat(struct buf *buf, char c, size_t count);
void buf_append_i64(struct buf *buf, int64_t value);
void buf_append_u64(struct buf *buf, uint64_t value);
void buf_append_double(struct buf *buf, double value); /* shortest text that reads back as the same double */
void buf_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
struct str buf_str(const struct buf *buf); /* a view, valid until the next append */

#endif
