/* rejects.h — the rows that were refused: counted, the first ones kept, all written.
 *
 *     struct rejects *rejects = rejects_new(strict);
 *     if (path) rejects_write_to(rejects, path, &why);
 *     ... load_history(...) ...
 *     rejects_finish(rejects, &why);             flushes; a full disk is an error here
 *     for (kept...) reject_render(&kept[i], &text);
 *     rejects_free(rejects);
 *
 * The file is JSON Lines when its name ends in .jsonl, .ndjson or .json, else CSV:
 * file,line,column,reason,row. It is made only when a row is refused; an older one of
 * that name is then replaced. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_REJECTS_H
#define PLUMB_FILES_REJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define REJECTS_KEPT_MAX 100                /* the first ones, for the screen */
#define REJECT_ROW_MAX ((size_t)256 * 1024) /* bytes of a row that are written; the rest is cut */

enum reject_reason {
    REJECT_WRONG_TYPE,      /* a value is not of its property's type */
    REJECT_NO_ID,           /* no id, contact or userId */
    REJECT_REPEATED_ID,     /* the id is on an earlier line of the same file */
    REJECT_UNKNOWN_CONTACT, /* an event of nobody in the contacts file */
    REJECT_NO_EVENT,        /* no event name */
    REJECT_BAD_TIME,        /* no time, or one that cannot be read */
    REJECT_BAD_TEXT,        /* invalid UTF-8 */
    REJECT_FIELD_COUNT,     /* more or fewer fields than the header, an unclosed quote */
    REJECT_NOT_JSON,        /* the line is no JSON object */
    REJECT_NOT_A_CALL,      /* neither an event nor a Segment call */
    REJECT_NOT_DECLARED,    /* a property that nobody declared, where only those are taken */
    REJECT_TOO_BIG,         /* over a ceiling, which the sentence names */
    REJECT_REASONS
};

/* "wrong type", "no id", ...: for counts at the end. */
const char *reject_reason_name(enum reject_reason reason);
/* "wrong_type", "no_id", ...: for programs. */
const char *reject_reason_word(enum reject_reason reason);

struct reject {
    struct str file;
    uint64_t line;     /* from 1 */
    struct str column; /* empty when the row as a whole is meant */
    enum reject_reason reason;
    struct str message; /* a sentence without a full stop */
    struct str row;     /* as it came, or its fields as CSV again; empty when it could not be read */
};

struct rejects; /* opaque; see rejects.c */

/* `strict`: rejects_add refuses to go on. */
struct rejects *rejects_new(bool strict);
void rejects_free(struct rejects *rejects); /* NULL is fine; finishes a file that was not */

/* Write the first `most` refused rows to `path` (borrowed), UINT64_MAX: all. Nothing is opened yet. */
void rejects_write_to(struct rejects *rejects, const char *path, uint64_t most);
const char *rejects_path(const struct rejects *rejects); /* NULL: nothing is written */

/* Count, keep, write. Everything in `reject` is copied.
 * Errors   ERR_INVALID when strict, with the rendered row as the sentence;
 *          ERR_UNAVAILABLE: the file cannot be written. */
MUST_CHECK enum err rejects_add(struct rejects *rejects, const struct reject *reject, struct err_info *why);

/* Close the file. Errors ERR_UNAVAILABLE. */
MUST_CHECK enum err rejects_finish(struct rejects *rejects, struct err_info *why);

uint64_t rejects_count(const struct rejects *rejects); /* in all */
uint64_t rejects_count_of(const struct rejects *rejects, enum reject_reason reason);
const struct reject *rejects_kept(const struct rejects *rejects, size_t *count); /* the first REJECTS_KEPT_MAX */

/* "contacts.csv:12: age: 'abc' is not a number", with '?' for control characters. */
void reject_render(const struct reject *reject, struct buf *out);

#endif
