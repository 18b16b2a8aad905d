/* workers.c — one queue under a lock, and threads that wait for it. */
// SPDX-License-Identifier: Apache-2.0
#include "server/workers.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/thread.h"

#define WAITING_MAX 1000 /* a thousand requests that wait are more than anybody waits for */
#define NICE 5           /* a third of the processor that a thread of http gets where both want it */

struct workers {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct work *first, **end;
    unsigned waiting;
    bool ends;
    unsigned thread_count;
    pthread_t threads[];
};

static void *work(void *context)
{
    struct workers *workers = context;
    /* Of this thread alone, and inherited by those that it starts. A system that refuses is only less polite. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        struct work *next = workers->first;
        if (next == NULL && workers->ends) break;
        if (next == NULL) {
            pthread_cond_wait(&workers->changed, &workers->lock);
            continue;
        }
        workers->first = next->next;
        if (workers->first == NULL) workers->end = &workers->first;
        workers->waiting--;
        pthread_mutex_unlock(&workers->lock);
        next->run(next->context);
        pthread_mutex_lock(&workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

enum err workers_start(unsigned threads, struct workers **out, struct err_info *why)
{
    struct workers *workers = memory_alloc(sizeof *workers + threads * sizeof workers->threads[0]);
    workers->end = &workers->first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    int failed = 0;
    while (failed == 0 && workers->thread_count < threads) {
        failed = thread_start(&workers->threads[workers->thread_count], work, workers, "plumb-work-%u",
                              workers->thread_count);
        if (failed == 0) workers->thread_count++;
    }
    if (failed != 0) {
        workers_stop(workers);
        return err_set(why, ERR_UNAVAILABLE, "no thread could be made: %s", strerror(failed));
    }
    *out = workers;
    return ERR_OK;
}

bool workers_add(struct workers *workers, struct work *work)
{
    work->next = NULL;
    pthread_mutex_lock(&workers->lock);
    bool room = workers->waiting < WAITING_MAX;
    if (room) {
        *workers->end = work;
        workers->end = &work->next;
        workers->waiting++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return room;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL) return;
    pthread_mutex_lock(&workers->lock);
    workers->ends = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++) pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    memory_free(workers);
}
