/* hub.c — a list of streams under a lock; whoever has gone is found when something is sent. */
// SPDX-License-Identifier: Apache-2.0
#include "server/hub.h"

#include <pthread.h>

#include "base/arena.h"

struct hub {
    pthread_mutex_t lock;
    struct http_stream *streams[HUB_LISTENERS_MAX];
    size_t count;
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
    for (size_t i = 0; i < hub->count; i++) http_stream_close(hub->streams[i]);
    pthread_mutex_destroy(&hub->lock);
    memory_free(hub);
}

bool hub_add(struct hub *hub, struct http_stream *stream)
{
    pthread_mutex_lock(&hub->lock);
    bool has_room = hub->count < HUB_LISTENERS_MAX;
    if (has_room) hub->streams[hub->count++] = stream;
    pthread_mutex_unlock(&hub->lock);
    if (!has_room) http_stream_close(stream);
    return has_room;
}

static size_t count_of(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    size_t count = hub->count;
    pthread_mutex_unlock(&hub->lock);
    return count;
}

bool hub_is_full(struct hub *hub)
{
    return count_of(hub) == HUB_LISTENERS_MAX;
}

bool hub_is_empty(struct hub *hub)
{
    return count_of(hub) == 0;
}

void hub_send(struct hub *hub, struct str event, struct str data)
{
    pthread_mutex_lock(&hub->lock);
    size_t kept = 0;
    for (size_t i = 0; i < hub->count; i++) {
        struct http_stream *stream = hub->streams[i];
        if (http_stream_send(stream, event, data)) hub->streams[kept++] = stream;
        else http_stream_close(stream);
    }
    hub->count = kept;
    pthread_mutex_unlock(&hub->lock);
}
