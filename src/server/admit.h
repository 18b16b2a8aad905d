/* admit.h — who asks: a program by its token, a person by their session's cookie. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ADMIT_H
#define PLUMB_SERVER_ADMIT_H

#include <stdbool.h>

#include "server/request.h"
#include "server/secret.h"

/* Fill *actor from `Authorization: Bearer plumb_token_...`, else from the session's cookie. A change (any method but
 * GET and HEAD) that a cookie vouches for must carry the session's X-CSRF-Token, as other sites' pages cannot. False:
 * the request was answered, by 401 or 403. */
bool admit(struct request *request, struct actor *actor);

/* The session that the cookie names; empty for none. */
struct str admit_session(const struct request *request);
/* Give the browser a session with the answer, or take it away (empty). */
void admit_set_session(struct request *request, struct str session);

#endif
