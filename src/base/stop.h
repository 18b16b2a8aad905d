/* stop.h — how whoever asked for a long computation hears how far it is, and takes the question back.
 *
 * Those who compute look at a flag of the asker's now and then. When it is up they return soon, and what they return
 * then means nothing: the asker, who knows, lets go of it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_STOP_H
#define PLUMB_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef const atomic_bool *stop_flag; /* NULL: never */

static inline bool is_stopped(stop_flag stop)
{
    return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

/* Somebody who waits. Where one is asked for, NULL means that nobody does. */
struct watch {
    stop_flag stop;
    /* `done` of `all` units of a phase, such as "finding outcomes": within a phase it only rises. Any thread, one at a
     * time. NULL: nobody listens. */
    void (*progress)(void *context, const char *phase, uint64_t done, uint64_t all);
    void *context;
};

static inline stop_flag watch_stop(const struct watch *watch)
{
    return watch != NULL ? watch->stop : NULL;
}

static inline bool is_watch_over(const struct watch *watch)
{
    return is_stopped(watch_stop(watch));
}

static inline void watch_tell(const struct watch *watch, const char *phase, uint64_t done, uint64_t all)
{
    if (watch != NULL && watch->progress != NULL) watch->progress(watch->context, phase, done, all);
}

#endif
