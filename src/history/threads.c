/* threads.c — see threads.h. */
// SPDX-License-Identifier: Apache-2.0
#include "history/threads.h"

#include "base/arena.h"
#include "base/thread.h"

void run_threads(unsigned threads, void *(*work)(void *), void *context)
{
    pthread_t *others = memory_array(threads, sizeof *others);
    unsigned started = 0;
    while (started + 1 < threads && thread_start(&others[started], work, context, "plumb-scan-%u", started) == 0)
        started++;
    work(context); /* fewer threads than asked for only take longer */
    for (unsigned t = 0; t < started; t++) pthread_join(others[t], NULL);
    memory_free(others);
}

bool shared_work_did(struct shared_work *work, uint64_t count)
{
    atomic_fetch_add(&work->done, count);
    /* Whoever finds another telling goes on: what it did is told the next time. */
    if (!atomic_flag_test_and_set(&work->is_told)) {
        watch_tell(work->watch, work->phase, atomic_load(&work->done), work->all);
        atomic_flag_clear(&work->is_told);
    }
    return !is_watch_over(work->watch);
}
