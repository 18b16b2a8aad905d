/* timeline.c — a contact's events, newest first, for whoever asks from outside the engine. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

uint32_t engine_event_rows(struct engine *engine, uint32_t contact, uint32_t skip, uint32_t most, uint32_t *rows)
{
    struct visit visit;
    engine_visit(engine, &visit);
    uint32_t count = live_event_rows(engine->live, contact, skip, most, rows);
    engine_leave(engine, &visit);
    return count;
}

uint32_t engine_event_count(struct engine *engine, uint32_t contact)
{
    return live_event_count(engine->live, contact); /* a word */
}
