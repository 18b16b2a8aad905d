/* bot_exceptions.h — judgements that a team does not share: whoever fits one of them is somebody.
 *
 *     rule        "a scanner: Barracuda"   the evidence as an event's context has it, or
 *                 "a scanner"              all of its kind
 *     user_agent  "AcmeKiosk"              a part of the user agent, in any case
 *     source      "key:3"                  all that came that way: a write key, a token, "import:events.csv"
 *
 * An event is kept as it was judged when it came, with its evidence; an exception only says how that is read. So taking
 * one back restores what was. Pure, and it never changes: a change makes a new list. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_BOT_EXCEPTIONS_H
#define PLUMB_ENGINE_BOT_EXCEPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define BOT_EXCEPTIONS_MAX 100
#define BOT_EXCEPTION_BYTES_MAX 200 /* of its text */

enum bot_exception_kind { BOT_EXCEPTION_RULE, BOT_EXCEPTION_USER_AGENT, BOT_EXCEPTION_SOURCE };
#define BOT_EXCEPTION_KINDS 3
const char *bot_exception_kind_name(enum bot_exception_kind kind); /* "rule", "user_agent", "source" */

struct bot_exception {
    uint64_t number; /* of its own */
    enum bot_exception_kind kind;
    struct str text;
    struct str actor;
    int64_t made_ms;
};

/* ERR_INVALID: the text is empty, too long, no UTF-8, or has a control character. */
MUST_CHECK enum err bot_exception_check(const struct bot_exception *exception, struct err_info *why);

/* As one line that the store keeps, and back (views into the line). False: not such a line. */
struct str bot_exception_line(const struct bot_exception *exception, struct arena *arena);
bool bot_exception_read(struct str line, struct bot_exception *out);

struct bot_exceptions; /* opaque; see bot_exceptions.c */

/* Copied. */
struct bot_exceptions *bot_exceptions_new(const struct bot_exception *list, size_t count);
void bot_exceptions_free(struct bot_exceptions *exceptions); /* NULL is fine */
const struct bot_exception *bot_exceptions_list(const struct bot_exceptions *exceptions, size_t *count);

/* Of what they are about, so that two lists that read all events alike have one. */
uint64_t bot_exceptions_hash(const struct bot_exceptions *exceptions);

/* Is one of them about the event with this context (call_context.h) that came this way? */
bool bot_exceptions_hold(const struct bot_exceptions *exceptions, struct str context, struct str source);

#endif
