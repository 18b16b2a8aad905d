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

/* Who handed us the call. */
enum call_origin {
    CALL_OF_CLIENT, /* somebody's browser or server: its clock may be wrong, and names of events that begin with
                     * "plumb." are ours */
    CALL_OF_FILE,   /* an export: its times are settled, it may hold our own events, and nobody received it: a call
                     * without any time is refused, `receivedAt` is believed, received_ms is not looked at. Its fact has no
                     * context, which nobody would keep */
};

struct call_setting {
    enum call_origin origin;
    enum call_kind kind; /* of the endpoint; CALL_NONE: as the call's own `type` says */
    int64_t received_ms;
    struct str sent_at;              /* of the batch around it; empty: the call's own */
    const struct json_item *context; /* of the batch around it: the call's members win; may be NULL */
    struct str user_agent;           /* of the request; the call's context.userAgent wins */
    struct str bot;                  /* bot_of_request; empty: nothing says that the request is automatic */
    struct str source;
};

#define CALL_SKEW_MS (60 * INT64_C(1000)) /* a client's clock that is wrong by no more is right */

/* Read one call. False: it is refused, and *result says why (state, reason, place, message).
 *
 * Time    `timestamp`; else received - (sentAt - originalTimestamp); else what there is, else received. A `timestamp`
 *         of a client whose sentAt is wrong by more than CALL_SKEW_MS is corrected in the same way. A future one is
 *         clamped to received_ms. Of a file see enum call_origin.
 * Who     identifiers[0] is what the call is by: its userId, else its anonymousId. `previousId` of an alias is a userId
 *         or an anonymousId, the call does not say which: it stands as both.
 * Bots    An event is automatic when its request is (setting->bot), when context.userAgent is that of a program, or when
 *         properties.bot is true; its context says why.
 * Values  are not looked at: the catalog's types, VALUE_TEXT_MAX and the number of records are the writer's. Names
 *         longer than PROPERTY_NAME_MAX are refused, in a file left out.
 * Memory  `item`, `body` and what `setting` points to are borrowed as long as the fact; what is made lives in `arena`. */
bool call_read(const struct json_item *item, struct str body, const struct call_setting *setting, struct arena *arena,
               struct fact *fact, struct fact_result *result);

#endif
