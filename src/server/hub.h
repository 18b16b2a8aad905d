/* hub.h — everybody who listens to the stream of events, and one way to tell them all. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_HUB_H
#define PLUMB_SERVER_HUB_H

#include "http/http.h"

#define HUB_LISTENERS_MAX 1000

struct hub; /* opaque; any thread */

struct hub *hub_new(void);
void hub_free(struct hub *hub); /* closes what is open; NULL is fine */

/* Takes over the stream. False: there are HUB_LISTENERS_MAX already, and it was closed. */
bool hub_add(struct hub *hub, struct http_stream *stream);
bool hub_is_full(struct hub *hub);
bool hub_is_empty(struct hub *hub);
/* Does not wait for readers: one that has gone, or is too slow, is closed. */
void hub_send(struct hub *hub, struct str event, struct str data);

#endif
