/* call_context.h — what is kept beside an event of the circumstances of its call, as a small JSON object:
 *
 *     {"campaign":{"name":"Spring","source":"google"},"referrer":{"url":"https://a.example/"},
 *      "page":{"referrer":"https://b.example/"},"userAgent":"Mozilla/5.0 ...","bot":"a crawler: Googlebot"} */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_CALL_CONTEXT_H
#define PLUMB_ENGINE_CALL_CONTEXT_H

#include "base/arena.h"
#include "base/json.h"

#define CALL_CONTEXT_TEXT_MAX 1024 /* bytes of one text in it; the rest is cut at a character border */

struct call_circumstances {
    const struct json_item *campaign, *referrer; /* objects, or NULL */
    struct str page_referrer;
    struct str user_agent;
    struct str bot; /* why the event counts as automatic; empty: it does not */
};

/* In `arena`; empty when there is nothing to keep. */
struct str call_context(const struct call_circumstances *circumstances, struct arena *arena);

#endif
