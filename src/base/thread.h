/* thread.h — a thread that says what it is for: `top -H`, gdb and a core dump show its name.
 *
 *     failed = thread_start(&loop->thread, run, loop, "plumb-http-%u", i);
 *
 * All threads of ours are started here, none without a name. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_THREAD_H
#define PLUMB_BASE_THREAD_H

#include <pthread.h>

#include "base/macros.h"

#define THREAD_NAME_MAX 15 /* bytes that the system keeps of a name; longer ones are cut */

/* Call work(context) on a thread of its own, whose name is `format` filled in; pthread_join ends it. Returns what
 * pthread_create returns: 0, or the errno for which there is no thread and *out is not set. */
int thread_start(pthread_t *out, void *(*work)(void *context), void *context, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
