/* credentials.h — what a request shows to come in, read from its headers. Pure: nothing is looked up.
 *
 *     Authorization: Bearer plumb_token_...      a program
 *     Authorization: Basic base64(plumb_key_...:)   Segment's libraries; without the colon too
 *     Authorization: Bearer plumb_local_...      a command beside the server
 *     Cookie: plumb_session=plumb_session_...    a browser
 *
 * The prefix of the secret says what it is, so a key or a token is taken under either scheme, as whatever
 * tool is at hand sends it. Authorization wins over a cookie: only a program of ours or a person sets it on
 * purpose, a browser sends the cookie by itself. That is also why a cookie alone is not believed when something is
 * to be changed: the page must be ours (page_is_own) and show the session's text (access_csrf_fits). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_CREDENTIALS_H
#define PLUMB_SERVER_CREDENTIALS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "server/secret.h"

#define SESSION_COOKIE "plumb_session"
#define CSRF_HEADER "X-CSRF-Token"

enum shown { SHOWN_NOTHING, SHOWN_BY_HEADER, SHOWN_BY_COOKIE };

struct credentials {
    enum shown by;
    enum secret_kind kind; /* by header: SECRET_KEY, SECRET_TOKEN, SECRET_LOCAL; by cookie: SECRET_SESSION */
    struct str secret;     /* as it was shown, not checked; a view, or in `arena` */
};

/* `authorization` is the header, `cookie` the value of SESSION_COOKIE; at == NULL or empty when absent.
 * Errors   ERR_INVALID: the header is there and holds no key or token. The sentence repeats nothing of it. */
MUST_CHECK enum err credentials_read(struct str authorization, struct str cookie, struct arena *arena,
                                     struct credentials *out, struct err_info *why);

/* Was this request made by a page of this server, as far as the browser tells? Headers, empty when absent:
 * Sec-Fetch-Site decides; else the Origin must name the Host (whatever the scheme: a proxy may end TLS). A client
 * that sends neither is no browser of today, and is believed. */
bool page_is_own(struct str fetch_site, struct str origin, struct str host);

/* The value of Set-Cookie: HttpOnly, SameSite=Lax, for 90 days, after which no session lives. An empty secret takes
 * the cookie away. `secure`: the browser came by https. */
void session_cookie_append(struct buf *out, struct str secret, bool secure);

#endif
