/* access_http.h — from a request to who makes it, at the head of every handler.
 *
 *     struct visitor visitor;
 *     if (!access_http_enter(access, exchange, PERM_READ_RECORDS, &visitor)) return;   it is answered
 *
 * 401 when nobody is shown or believed, 403 when the actor may not or a page of another site made
 * the browser ask, 503 when the store cannot tell. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ACCESS_HTTP_H
#define PLUMB_SERVER_ACCESS_HTTP_H

#include "http/http.h"
#include "server/access.h"

struct visitor {
    struct actor actor; /* ACTOR_NOBODY when nothing was shown. Texts live until the answer */
    struct str session; /* the cookie's secret; empty unless the visitor came by it */
};

/* Who makes the request, if anybody; for routes that are open to all. A session that has ended is nobody.
 * False: a key or token is not good, or the request may be forged; it is answered. */
MUST_CHECK bool access_http_visitor(struct access *access, struct http_exchange *exchange, struct visitor *out);

/* Does somebody make the request whom somebody here has let in: by a token, a session, or on this machine? A write key
 * stands in pages for all to read and says nothing. Answers nothing. */
bool access_http_knows(struct access *access, struct http_exchange *exchange);

/* Somebody who may. False: it is answered. */
MUST_CHECK bool access_http_enter(struct access *access, struct http_exchange *exchange, enum permission permission,
                                  struct visitor *out);

/* Does the request come from a page of ours? For what changes something without a session yet: signing in, the first
 * start. False: it is answered. */
MUST_CHECK bool access_http_is_own_page(struct http_exchange *exchange);

/* Send the cookie with the answer; an empty secret takes it away. `secure`: the browser came by https, to us or to a
 * proxy before us. */
void access_http_set_session(struct http_exchange *exchange, struct str secret, bool secure);

/* Answer what access_sign_in refused: 401, 429 with Retry-After, 503. */
void access_http_refuse_sign_in(struct http_exchange *exchange, uint32_t wait_s, const struct err_info *why);

#endif
