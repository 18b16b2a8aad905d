/* stop.h — how whoever asked for a long computation takes the question back.
 *
 * Those who compute look at a flag of the asker's now and then. When it is up they return soon, and what they return
 * then means nothing: the asker, who knows, lets go of it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_STOP_H
#define PLUMB_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef const atomic_bool *stop_flag; /* NULL: never */

static inline bool is_stopped(stop_flag stop)
{
    return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

#endif
