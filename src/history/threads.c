/* threads.c — the same work on several threads at once. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "history/scan_internal.h"

void run_threads(unsigned threads, void *(*work)(void *), void *context)
{
    pthread_t *others = memory_array(threads, sizeof *others);
    unsigned started = 0;
    while (started + 1 < threads && pthread_create(&others[started], NULL, work, context) == 0) started++;
    work(context); /* fewer threads than asked for only take longer */
    for (unsigned t = 0; t < started; t++) pthread_join(others[t], NULL);
    memory_free(others);
}
