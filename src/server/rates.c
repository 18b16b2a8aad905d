/* rates.c — buckets of tokens in whole numbers: a token is a thousandth of an event, so none is lost to rounding.
 *
 * Keys are few and numbered from 1 by the store, so the buckets are an array. */
// SPDX-License-Identifier: Apache-2.0
#include "server/rates.h"

#include <pthread.h>

#include "base/arena.h"

#define KEYS_MAX 1000000 /* keys above share the last bucket */
#define TOKENS_PER_EVENT 1000
#define NS_PER_MS 1000000

struct bucket {
    int64_t tokens; /* negative: a debt */
    int64_t seen_ms;
    bool used;
};

struct rates {
    int64_t per_second; /* events */
    pthread_mutex_t lock;
    struct bucket *buckets;
    size_t count;
};

struct rates *rates_new(uint32_t per_second)
{
    struct rates *rates = memory_alloc(sizeof *rates);
    rates->per_second = per_second;
    pthread_mutex_init(&rates->lock, NULL);
    return rates;
}

void rates_free(struct rates *rates)
{
    if (rates == NULL) return;
    pthread_mutex_destroy(&rates->lock);
    memory_free(rates->buckets);
    memory_free(rates);
}

static struct bucket *bucket_of(struct rates *rates, uint64_t key)
{
    size_t index = key < KEYS_MAX ? (size_t)key : KEYS_MAX;
    if (index >= rates->count) {
        size_t count = index + 1;
        rates->buckets = memory_resize(rates->buckets, count, sizeof *rates->buckets);
        for (size_t i = rates->count; i < count; i++) rates->buckets[i] = (struct bucket){0};
        rates->count = count;
    }
    return &rates->buckets[index];
}

/* per_second events a second are per_second tokens a millisecond. */
static void refill(const struct rates *rates, struct bucket *bucket, int64_t now_ms)
{
    int64_t full = rates->per_second * TOKENS_PER_EVENT;
    int64_t passed_ms = now_ms - bucket->seen_ms;
    if (!bucket->used || passed_ms > (full - bucket->tokens) / rates->per_second) bucket->tokens = full;
    else if (passed_ms > 0) bucket->tokens += passed_ms * rates->per_second;
    bucket->used = true;
    bucket->seen_ms = now_ms;
}

bool rates_take(struct rates *rates, uint64_t key, uint32_t count, int64_t now_ns, uint32_t *wait_ms)
{
    if (rates->per_second == 0) return true;
    pthread_mutex_lock(&rates->lock);
    struct bucket *bucket = bucket_of(rates, key);
    refill(rates, bucket, now_ns / NS_PER_MS);
    bool taken = bucket->tokens > 0;
    if (taken) bucket->tokens -= (int64_t)count * TOKENS_PER_EVENT;
    else *wait_ms = (uint32_t)(-bucket->tokens / rates->per_second) + 1;
    pthread_mutex_unlock(&rates->lock);
    return taken;
}
