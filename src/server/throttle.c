/* throttle.c — sets of a few slots, found by a hash; a newcomer replaces the least guilty of its set. */
// SPDX-License-Identifier: Apache-2.0
#include "server/throttle.h"

#include <pthread.h>

#include "base/arena.h"

#define SET_SLOTS 8
#define SETS (THROTTLE_SLOTS / SET_SLOTS)

struct slot {
    uint64_t hash; /* 0: free */
    uint32_t failures;
    int64_t last_ms;
};

struct throttle {
    struct throttle_limits limits;
    uint64_t seed;
    pthread_mutex_t lock;
    struct slot slots[SETS][SET_SLOTS];
};

struct throttle *throttle_new(struct throttle_limits limits, uint64_t seed)
{
    struct throttle *throttle = memory_alloc(sizeof *throttle);
    throttle->limits = limits;
    throttle->seed = seed;
    pthread_mutex_init(&throttle->lock, NULL);
    return throttle;
}

void throttle_free(struct throttle *throttle)
{
    if (throttle == NULL) return;
    pthread_mutex_destroy(&throttle->lock);
    memory_free(throttle);
}

static uint64_t hash_of(const struct throttle *throttle, struct str who)
{
    uint64_t hash = str_hash(who, throttle->seed);
    return hash != 0 ? hash : 1;
}

static struct slot *find(struct throttle *throttle, uint64_t hash)
{
    struct slot *set = throttle->slots[hash % SETS];
    for (size_t i = 0; i < SET_SLOTS; i++)
        if (set[i].hash == hash) return &set[i];
    return NULL;
}

/* Fewer failures before more, and of equals the longest ago; a free slot has none. */
static struct slot *least_guilty(struct slot *set, int64_t now_ms)
{
    struct slot *least = &set[0];
    for (size_t i = 0; i < SET_SLOTS; i++) {
        if (set[i].hash == 0 || now_ms - set[i].last_ms > THROTTLE_MEMORY_MS) return &set[i];
        if (set[i].failures < least->failures ||
            (set[i].failures == least->failures && set[i].last_ms < least->last_ms))
            least = &set[i];
    }
    return least;
}

/* Milliseconds from the last failure to the next try. */
static int64_t wait_after(const struct throttle *throttle, uint32_t failures)
{
    if (failures <= throttle->limits.free_tries) return 0;
    uint32_t doublings = failures - throttle->limits.free_tries - 1;
    uint64_t seconds = doublings < 31 ? UINT64_C(1) << doublings : UINT32_MAX;
    if (seconds > throttle->limits.longest_s) seconds = throttle->limits.longest_s;
    return (int64_t)seconds * 1000;
}

uint32_t throttle_enter(struct throttle *throttle, struct str who, int64_t now_ms)
{
    uint64_t hash = hash_of(throttle, who);
    uint32_t wait_s = 0;
    pthread_mutex_lock(&throttle->lock);
    struct slot *slot = find(throttle, hash);
    if (slot == NULL || now_ms - slot->last_ms > THROTTLE_MEMORY_MS) {
        if (slot == NULL) slot = least_guilty(throttle->slots[hash % SETS], now_ms);
        *slot = (struct slot){.hash = hash};
    }
    int64_t left_ms = slot->last_ms + wait_after(throttle, slot->failures) - now_ms;
    if (slot->failures > 0 && left_ms > 0) {
        wait_s = (uint32_t)((left_ms + 999) / 1000);
    } else {
        if (slot->failures < UINT32_MAX) slot->failures++;
        slot->last_ms = now_ms;
    }
    pthread_mutex_unlock(&throttle->lock);
    return wait_s;
}

void throttle_forgive(struct throttle *throttle, struct str who)
{
    pthread_mutex_lock(&throttle->lock);
    struct slot *slot = find(throttle, hash_of(throttle, who));
    if (slot != NULL && slot->failures > 0) slot->failures--;
    pthread_mutex_unlock(&throttle->lock);
}

void throttle_forget(struct throttle *throttle, struct str who)
{
    pthread_mutex_lock(&throttle->lock);
    struct slot *slot = find(throttle, hash_of(throttle, who));
    if (slot != NULL) *slot = (struct slot){0};
    pthread_mutex_unlock(&throttle->lock);
}
