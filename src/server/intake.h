/* intake.h — calls in the body of a request become the facts of one submission.
 *
 * What is wrong with one call refuses that call alone: it goes along as a fact that is refused already, so that the
 * engine writes it to the reject log in the same transaction. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_INTAKE_H
#define PLUMB_SERVER_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/call.h"
#include "engine/engine.h"
#include "server/request.h"

#define INTAKE_CALL_BYTES_MAX ((size_t)32 * 1024)   /* of one call */
#define INTAKE_BATCH_BYTES_MAX ((size_t)500 * 1024) /* of a batch */
#define INTAKE_CALLS_MAX 2500                       /* of a batch */

struct intake_calls {
    const struct json_item *container; /* the array of calls; or the one call */
    bool one;                          /* it is the one call, and the whole body */
    uint32_t member;                   /* of an array: its place in the body, see slices.h */
    enum call_kind kind;               /* CALL_NONE: as each says */
    struct str sent_at;                /* of the batch; empty: as each says */
    const struct json_item *context;   /* of the batch; may be NULL */
    struct str source;                 /* "key:3" */
};

/* How many calls there are. Linear. */
size_t intake_count(const struct intake_calls *calls);

/* Read them. Everything lives in the request's arena and in its parser, so until the answer. */
void intake_read(struct request *request, const struct intake_calls *calls, struct submission *out);

/* Why the request is a program's own doing, by its headers; empty: nothing says so. `for_others`: a server may send it
 * for people. */
struct str intake_bot(const struct request *request, bool for_others);

#endif
