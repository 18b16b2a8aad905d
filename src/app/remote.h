/* remote.h — a running server, asked over its API.
 *
 * The token comes from PLUMB_TOKEN or a file, never from an argument, which others on the machine could see. What the
 * server refuses is told in its own sentence. One thread. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_REMOTE_H
#define PLUMB_APP_REMOTE_H

#include <stdio.h>

#include "app/options.h"
#include "base/buf.h"
#include "base/json.h"

/* The options of every command that can ask a server. */
#define REMOTE_OPTIONS                                                                                       \
    {.heading = "A running server",                                                                          \
     .name = "url",                                                                                          \
     .argument = "URL",                                                                                      \
     .help = "Ask the server there, http://127.0.0.1:7420 for instance. Its token is in PLUMB_TOKEN, or in " \
             "the file that --token-file names; 'plumb token create' makes one."},                           \
    {                                                                                                        \
        .name = "token-file", .argument = "FILE", .help = "The first line of this file is the token."        \
    }

struct remote; /* opaque; see remote.c */

bool remote_is_named(const struct arguments *arguments); /* by --url */

/* Nothing is sent yet. Without --url it is the server that listens where the settings say.
 * Errors   ERR_INVALID: no http or https URL, no token, not a token; ERR_NOT_FOUND: the file. */
MUST_CHECK enum err remote_open(const struct app *app, const struct arguments *arguments, struct remote **out,
                                struct err_info *why);
/* Ask the server that has `folder` open, so that nobody else can: by what it left there for us (running.h), else as
 * remote_open does. ERR_CONFLICT: by neither. */
MUST_CHECK enum err remote_open_holder(const struct app *app, const struct arguments *arguments, struct str folder,
                                       struct remote **out, struct err_info *why);
void remote_close(struct remote *remote); /* NULL is fine */

/* One request; `path` begins with /. `body` is JSON, empty: none. *answer is what came back, NULL when that was nothing;
 * it lives until the next call.
 * Errors   ERR_UNAVAILABLE: nobody answers, or the server is busy (trying again later may succeed); ERR_NOT_FOUND,
 *          ERR_CONFLICT, ERR_INVALID by the status. *answer is the problem then, when there is one. */
MUST_CHECK enum err remote_call(struct remote *remote, const char *method, const char *path, struct str body,
                                const struct json_item **answer, struct err_info *why);

/* GET a file, as large as it is, and write it to `to` as it comes.
 * Errors   those of remote_call; ERR_UNAVAILABLE also when `to` cannot be written or the answer ends before its time. */
MUST_CHECK enum err remote_fetch(struct remote *remote, const char *path, FILE *to, struct err_info *why);

/* Members of an answer. What is not there, or of another kind: NULL, an empty text, false. */
const struct json_item *remote_member(const struct json_item *item, const char *name);
struct str remote_text(const struct json_item *item, const char *name);
bool remote_number(const struct json_item *item, const char *name, uint64_t *out);
bool remote_flag(const struct json_item *item, const char *name);

/* `name` as one segment of a path, in `arena`. */
struct str remote_segment(struct remote *remote, struct arena *arena, struct str name);

#endif
