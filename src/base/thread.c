/* thread.c — a thread names itself before its work: from outside that would cost the starter a file of /proc. */
// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

struct beginning {
    void *(*work)(void *context);
    void *context;
    char name[THREAD_NAME_MAX + 1];
};

static void *begin(void *argument)
{
    struct beginning *given = argument;
    struct beginning beginning = *given;
    memory_free(given);
    pthread_setname_np(pthread_self(), beginning.name); /* without one it works as well */
    return beginning.work(beginning.context);
}

int thread_start(pthread_t *out, void *(*work)(void *context), void *context, const char *format, ...)
{
    struct beginning *beginning = memory_alloc(sizeof *beginning);
    *beginning = (struct beginning){.work = work, .context = context};
    va_list values;
    va_start(values, format);
    (void)vsnprintf(beginning->name, sizeof beginning->name, format, values);
    va_end(values);
    int failed = pthread_create(out, NULL, begin, beginning);
    if (failed != 0) memory_free(beginning);
    return failed;
}
