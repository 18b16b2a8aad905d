/* look.h — the live history of an engine, for a test that writes nothing while it looks. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_ENGINE_LOOK_H
#define PLUMB_TESTS_ENGINE_LOOK_H

#include "engine/engine.h"

static inline const struct history *look_at(struct engine *engine)
{
    struct visit visit;
    engine_visit(engine, &visit);
    const struct history *history = engine_history(engine);
    engine_leave(engine, &visit);
    return history;
}

#endif
