/* hub.c — a list of streams under a lock; whoever has gone is found when something is sent. */
// SPDX-License-Identifier: Apache-2.0
#include "server/hub.h"

#include <pthread.h>

#include "base/arena.h"

struct listener {
    struct http_stream *stream;
    uint64_t actor; /* the hash of the actor's text; two of one hash part together */
};

struct hub {
    pthread_mutex_t lock;
    struct listener listeners[HUB_LISTENERS_MAX];
    size_t count;
    uint64_t partings;
};

struct hub *hub_new(void)
{
    struct hub *hub = memory_alloc(sizeof *hub);
    INVARIANT(pthread_mutex_init(&hub->lock, NULL) == 0);
    return hub;
}

void hub_free(struct hub *hub)
{
    if (hub == NULL) return;
    for (size_t i = 0; i < hub->count; i++) http_stream_close(hub->listeners[i].stream);
    pthread_mutex_destroy(&hub->lock);
    memory_free(hub);
}

bool hub_add(struct hub *hub, struct http_stream *stream, struct str actor, uint64_t partings)
{
    pthread_mutex_lock(&hub->lock);
    bool stays = hub->count < HUB_LISTENERS_MAX && hub->partings == partings;
    if (stays) hub->listeners[hub->count++] = (struct listener){stream, str_hash(actor, 0)};
    pthread_mutex_unlock(&hub->lock);
    if (!stays) http_stream_close(stream);
    return stays;
}

size_t hub_count(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    size_t count = hub->count;
    pthread_mutex_unlock(&hub->lock);
    return count;
}

bool hub_is_full(struct hub *hub)
{
    return hub_count(hub) == HUB_LISTENERS_MAX;
}

bool hub_is_empty(struct hub *hub)
{
    return hub_count(hub) == 0;
}

void hub_send(struct hub *hub, struct str event, struct str data)
{
    pthread_mutex_lock(&hub->lock);
    size_t kept = 0;
    for (size_t i = 0; i < hub->count; i++) {
        struct listener listener = hub->listeners[i];
        if (http_stream_send(listener.stream, event, data)) hub->listeners[kept++] = listener;
        else http_stream_close(listener.stream);
    }
    hub->count = kept;
    pthread_mutex_unlock(&hub->lock);
}

void hub_part(struct hub *hub, struct str actor)
{
    uint64_t hash = str_hash(actor, 0);
    pthread_mutex_lock(&hub->lock);
    size_t kept = 0;
    hub->partings++;
    for (size_t i = 0; i < hub->count; i++) {
        struct listener listener = hub->listeners[i];
        if (listener.actor != hash) hub->listeners[kept++] = listener;
        else http_stream_close(listener.stream);
    }
    hub->count = kept;
    pthread_mutex_unlock(&hub->lock);
}

uint64_t hub_partings(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    uint64_t partings = hub->partings;
    pthread_mutex_unlock(&hub->lock);
    return partings;
}
