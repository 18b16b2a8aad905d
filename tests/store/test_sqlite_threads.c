/* test_sqlite_threads.c — one appends, others read, sign in and move the log, all at once. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "facts.h"

#define APPENDS 150
#define EVENTS_EACH 10
#define READERS 10 /* more than the store keeps connections for */

struct shared {
    struct store *store;
    atomic_bool done;     /* the appending is over */
    atomic_uint promised; /* events that were acknowledged */
    atomic_int wrong;     /* promises that were broken */
};

static enum err count_next(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    (void)why;
    uint32_t *next = context;
    return fact->number == (*next)++ ? ERR_OK : ERR_INTERNAL;
}

/* Every reading holds whole batches, and at least those that were acknowledged before it began. */
static void *read_on(void *argument)
{
    struct shared *shared = argument;
    do {
        struct err_info why = {0};
        uint32_t next = 0, promised = atomic_load(&shared->promised);
        struct store_reader reader = {.context = &next, .event = count_next};
        if (store_read(shared->store, &reader, &why) != ERR_OK || next < promised || next % EVENTS_EACH != 0)
            atomic_fetch_add(&shared->wrong, 1);
    } while (!atomic_load(&shared->done));
    return NULL;
}

static void *sign_in(void *argument)
{
    struct shared *shared = argument;
    do {
        AUTO_ARENA arena = arena_new();
        struct err_info why = {0};
        struct str text;
        struct store_size size;
        if (store_put_text(shared->store, STR("draft"), STR("x"), &why) != ERR_OK ||
            store_get_text(shared->store, STR("draft"), arena, &text, &why) != ERR_OK ||
            store_measure(shared->store, &size, &why) != ERR_OK)
            atomic_fetch_add(&shared->wrong, 1);
        store_checkpoint(shared->store);
    } while (!atomic_load(&shared->done));
    return NULL;
}

TEST(reading_signing_in_and_moving_the_log_go_on_while_facts_are_appended)
{
    AUTO_ARENA arena = arena_new();
    struct shared shared = {.store = open_file(fresh_path(arena))};
    append_ada(shared.store);
    pthread_t threads[READERS + 1];
    for (int i = 0; i <= READERS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, i < READERS ? read_on : sign_in, &shared), 0);
    int failed = 0;
    for (uint32_t i = 0; i < APPENDS; i++) {
        struct err_info why = {0};
        failed += append_visits(shared.store, i * EVENTS_EACH, EVENTS_EACH, &why) != ERR_OK;
        atomic_store(&shared.promised, (i + 1) * EVENTS_EACH);
    }
    atomic_store(&shared.done, true);
    for (int i = 0; i <= READERS; i++) pthread_join(threads[i], NULL);
    CHECK_INT(failed, 0);
    CHECK_INT(atomic_load(&shared.wrong), 0);
    CHECK_STR(store_findings(shared.store, arena), STR(""));
    store_close(shared.store);
}
