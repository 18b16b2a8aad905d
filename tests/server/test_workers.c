/* test_workers.c — everything that is added is done once, in turn, and before they end. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "harness.h"
#include "server/workers.h"

#define MANY 900
#define TOO_MANY 2000

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open; /* else the first piece of work waits */
    unsigned count;
    const struct work *order[TOO_MANY];
} done = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void note(void *context)
{
    pthread_mutex_lock(&done.lock);
    while (!done.open) pthread_cond_wait(&done.changed, &done.lock);
    done.order[done.count++] = context;
    pthread_mutex_unlock(&done.lock);
}

static void open_gate(bool open)
{
    pthread_mutex_lock(&done.lock);
    done.open = open;
    pthread_cond_broadcast(&done.changed);
    pthread_mutex_unlock(&done.lock);
}

static struct workers *start(unsigned threads)
{
    struct workers *workers = NULL;
    struct err_info why = {0};
    CHECK_OK(workers_start(threads, &workers, &why), why);
    done.count = 0;
    return workers;
}

TEST(one_worker_does_what_comes_first_first)
{
    static struct work work[MANY];
    struct workers *workers = start(1);
    open_gate(false);
    for (int i = 0; i < MANY; i++) {
        work[i] = (struct work){.run = note, .context = &work[i]};
        CHECK_TRUE(workers_add(workers, &work[i]));
    }
    open_gate(true);
    workers_stop(workers);
    CHECK_INT(done.count, MANY);
    for (int i = 0; i < MANY; i++) CHECK_TRUE(done.order[i] == &work[i]);
}

TEST(many_workers_do_everything_once_before_they_end)
{
    static struct work work[MANY];
    struct workers *workers = start(8);
    open_gate(true);
    for (int i = 0; i < MANY; i++) {
        work[i] = (struct work){.run = note, .context = &work[i]};
        CHECK_TRUE(workers_add(workers, &work[i]));
    }
    workers_stop(workers);
    CHECK_INT(done.count, MANY);
}

TEST(what_nobody_would_wait_for_is_refused)
{
    static struct work work[TOO_MANY];
    struct workers *workers = start(1);
    open_gate(false);
    unsigned added = 0;
    for (int i = 0; i < TOO_MANY; i++) {
        work[i] = (struct work){.run = note, .context = &work[i]};
        added += workers_add(workers, &work[i]);
    }
    CHECK_TRUE(added >= 1000 && added <= 1001); /* and the one that is being done */
    open_gate(true);
    workers_stop(workers);
    CHECK_INT(done.count, added);
    workers_stop(NULL);
}
