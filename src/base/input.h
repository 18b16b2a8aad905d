/* input.h — a file or standard input as a window of bytes that moves forward.
 *
 * Readers (csv.h, lines here) take records from the window; a record must fit the
 * ceiling. The window is followed by INPUT_PADDING readable bytes, as simdjson
 * wants. A gzip, PDF, Zip or SQLite file, a directory, or text in UTF-16 is
 * recognised and named in one sentence when it is opened. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_INPUT_H
#define PLUMB_BASE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define INPUT_PADDING 64
#define INPUT_RECORD_MAX ((size_t)16 * 1024 * 1024) /* bytes of one CSV record or line, its end included */

struct input; /* opaque; see input.c */

/* Open `path` ("-" is standard input) and read its first bytes. A UTF-8 byte order
 * mark is skipped.
 * Errors   ERR_NOT_FOUND, ERR_UNAVAILABLE (may not be read), ERR_INVALID (a directory,
 *          an empty file, not a text) with a sentence that names the path.
 * Memory   *out is closed with input_close. */
MUST_CHECK enum err input_open(const char *path, struct input **out, struct err_info *why);

/* The same of a file that is called `name` in sentences and by input_name: its path is nothing to the person. */
MUST_CHECK enum err input_open_as(const char *path, struct str name, struct input **out, struct err_info *why);

/* The same over bytes in memory, for tests and fuzzers; `bytes` are copied. */
MUST_CHECK enum err input_from_memory(struct str name, struct str bytes, struct input **out, struct err_info *why);
void input_close(struct input *input); /* NULL is fine */

struct str input_name(const struct input *input);  /* the path, or "standard input" */
int64_t input_size(const struct input *input);     /* bytes in all, -1 when not known (a pipe) */
int64_t input_position(const struct input *input); /* bytes consumed so far */

/* The unread bytes at hand; *at_end tells that the file ends with them. Valid until
 * the next input_more or input_consume. */
struct str input_window(const struct input *input, bool *at_end);

/* Read more behind the window (which may move). ERR_TOO_BIG when the window already
 * holds INPUT_RECORD_MAX bytes; ERR_UNAVAILABLE when reading fails. */
MUST_CHECK enum err input_more(struct input *input, struct err_info *why);
void input_consume(struct input *input, size_t bytes);

/* The next line without its "\n" or "\r\n", in *line; *line_number counts from 1.
 * Returns false at the end. why->code is ERR_OK, or with an empty line: ERR_TOO_BIG (a
 * line over the ceiling was skipped), ERR_UNAVAILABLE (reading failed; the next call
 * returns false). Valid until the next call. */
bool input_line(struct input *input, struct str *line, uint64_t *line_number, struct err_info *why);

/* A whole small text file (a definition, a schema) into *out, in `arena`, followed by
 * a zero byte. Errors as input_open, and ERR_TOO_BIG over `ceiling` bytes. */
struct arena;
MUST_CHECK enum err input_read_all(const char *path, size_t ceiling, struct arena *arena, struct str *out,
                                   struct err_info *why);

#endif
