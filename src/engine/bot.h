/* bot.h — is it somebody, or a program? Evidence in words, or none.
 *
 * What is automatic is kept, marked and not counted (rules do not see it unless told to), and its event says why:
 *
 *     a crawler: Googlebot        a scanner of mail: Barracuda        prefetched
 *     clicked 3 links of one message within 2 s                       opened 400 ms after delivery
 *
 * Pure: times are arguments. A text of evidence is static unless said otherwise; an empty one means "nothing
 * says so", never "it is a person". */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_BOT_H
#define PLUMB_ENGINE_BOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define BOT_AGENT_MAX 512 /* bytes of a user agent that are looked at */

/* What a visitor's user agent says of itself. Without one nothing is said. */
struct str bot_of_user_agent(struct str user_agent);

/* The headers of a request, empty where it has none. */
struct bot_request {
    struct str user_agent;
    struct str sec_purpose; /* Sec-Purpose */
    struct str purpose;     /* Purpose, X-Purpose */
    struct str x_moz;       /* X-Moz */
    bool for_others; /* a tracking call: a server may send it for people, so that a library of HTTP says nothing */
};
struct str bot_of_request(const struct bot_request *request);

/* `context` (a JSON object or empty, see call_context.h) with this evidence in it, in `arena`; as it is when it has
 * evidence already. */
struct str bot_context(struct arena *arena, struct str context, struct str evidence);

#endif
