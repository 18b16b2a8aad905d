/* api_stream.h — what happens, told to whoever listens at /api/v1/stream. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_STREAM_H
#define PLUMB_SERVER_API_STREAM_H

#include "engine/engine.h"

struct server;

/* For engine_listen; `context` is the server, which has a hub. */
void api_stream_bands(void *context, const struct band_change *changes, size_t count);
void api_stream_members(void *context, const struct member_change *changes, size_t count);

/* A model has another champion, or (0) none any more: it was "trained", "promoted", "rolled_back", "redefined" or "deleted". Any thread. */
void api_stream_champion(struct server *server, struct str model, uint32_t former, uint32_t champion,
                         const char *cause);

#endif
