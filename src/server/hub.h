/* hub.h — everybody who listens to the stream of events, and one way to tell them all. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_HUB_H
#define PLUMB_SERVER_HUB_H

#include "http/http.h"

#define HUB_LISTENERS_MAX 1000

struct hub; /* opaque; any thread */

struct hub *hub_new(void);
void hub_free(struct hub *hub); /* closes what is open; NULL is fine */

/* Takes over the stream, which the actor with this text opened. `partings` is what hub_partings said before it was
 * looked whether the actor may listen: whoever was parted since may be this one. False: there are HUB_LISTENERS_MAX
 * already, or somebody was, and it was closed; a page that may comes again by itself. */
bool hub_add(struct hub *hub, struct http_stream *stream, struct str actor, uint64_t partings);
/* Close the streams of an actor who may less from now on. */
void hub_part(struct hub *hub, struct str actor);
uint64_t hub_partings(struct hub *hub);
size_t hub_count(struct hub *hub);
bool hub_is_full(struct hub *hub);
bool hub_is_empty(struct hub *hub);
/* Does not wait for readers: one that has gone, or is too slow, is closed. */
void hub_send(struct hub *hub, struct str event, struct str data);

#endif
