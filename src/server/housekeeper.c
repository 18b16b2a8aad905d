/* housekeeper.c — a thread that sleeps, writes down when tokens were used, moves the store's log along, and drops what
 * nobody looks at any more. */
// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeper.h"

#include <stdbool.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/thread.h"
#include "server/access.h"
#include "server/models.h"
#include "server/previews.h"
#include "server/server.h"

#define ROUND_S 10
#define ROUNDS_A_MINUTE 6

struct housekeeper {
    struct server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ends;
};

static void go_round(struct server *server, unsigned round)
{
    struct err_info why = {0};
    previews_sweep(server->previews);
    if (round % ROUNDS_A_MINUTE != 0) return;
    if (access_refresh(server->access, &why) != ERR_OK)
        log_warn("access_refresh_failed", LOG_STR("why", str_from_c(why.msg)));
    store_checkpoint(server->store);
    models_tend(server->models);
}

/* False: it is time to end. */
static bool sleep_a_round(struct housekeeper *housekeeper)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ROUND_S;
    pthread_mutex_lock(&housekeeper->lock);
    int woken = 0;
    while (!housekeeper->ends && woken == 0)
        woken = pthread_cond_timedwait(&housekeeper->changed, &housekeeper->lock, &until);
    bool goes_on = !housekeeper->ends;
    pthread_mutex_unlock(&housekeeper->lock);
    return goes_on;
}

static void *keep_house(void *context)
{
    struct housekeeper *housekeeper = context;
    for (unsigned round = 1; sleep_a_round(housekeeper); round++) go_round(housekeeper->server, round);
    return NULL;
}

enum err housekeeper_start(struct server *server, struct housekeeper **out, struct err_info *why)
{
    struct housekeeper *housekeeper = memory_alloc(sizeof *housekeeper);
    housekeeper->server = server;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&housekeeper->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&housekeeper->lock, NULL);
    if (thread_start(&housekeeper->thread, keep_house, housekeeper, "plumb-house") != 0) {
        pthread_cond_destroy(&housekeeper->changed);
        pthread_mutex_destroy(&housekeeper->lock);
        memory_free(housekeeper);
        return err_set(why, ERR_UNAVAILABLE, "a thread could not be started");
    }
    *out = housekeeper;
    return ERR_OK;
}

void housekeeper_stop(struct housekeeper *housekeeper)
{
    if (housekeeper == NULL) return;
    pthread_mutex_lock(&housekeeper->lock);
    housekeeper->ends = true;
    pthread_cond_signal(&housekeeper->changed);
    pthread_mutex_unlock(&housekeeper->lock);
    pthread_join(housekeeper->thread, NULL);
    pthread_cond_destroy(&housekeeper->changed);
    pthread_mutex_destroy(&housekeeper->lock);
    memory_free(housekeeper);
}
