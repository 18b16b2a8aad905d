/* call.h — a call of Segment's tracking API becomes a fact.
 *
 *     track     an event of that name           identify  traits: versions of the contact's properties
 *     page      the event page_viewed           group     a company, its traits, an association
 *     screen    the event screen_viewed         alias     two identifiers are one person
 *
 * Pure: no clock, no store. The same reading serves the server's endpoints and files of calls. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_CALL_H
#define PLUMB_ENGINE_CALL_H

#include "base/arena.h"
#include "base/json.h"
#include "engine/fact.h"

enum call_kind { CALL_TRACK, CALL_PAGE, CALL_SCREEN, CALL_IDENTIFY, CALL_GROUP, CALL_ALIAS, CALL_NONE };

enum call_kind call_kind_of(struct str type); /* any case; CALL_NONE */

struct call_setting {
    enum call_kind kind; /* of the endpoint; CALL_NONE: as the call's own `type` says */
    int64_t received_ms;
    struct str sent_at;              /* of the batch around it; empty: the call's own */
    const struct json_item *context; /* of the batch around it: the call's members win; may be NULL */
    struct str user_agent;           /* of the request; the call's context.userAgent wins */
    struct str source;
};

/* Read one call. False: it is refused, and *result says why (state, reason, place, message).
 * The time is `timestamp`, else received - (sentAt - originalTimestamp), else what there is, else received; a future
 * one is clamped to received_ms. `item` is borrowed as long as the fact; what must be made lives in `arena`. */
bool call_read(const struct json_item *item, struct str body, const struct call_setting *setting, struct arena *arena,
               struct fact *fact, struct fact_result *result);

#endif
