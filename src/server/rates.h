/* rates.h — how fast each write key may send: a bucket of tokens each, refilled with time.
 *
 * A batch is never split: it is taken when the bucket is not empty, even if that leaves a debt. Who has a debt waits
 * until it is paid. So a batch larger than a second's worth still comes through, and the mean rate holds. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_RATES_H
#define PLUMB_SERVER_RATES_H

#include <stdbool.h>
#include <stdint.h>

struct rates; /* opaque; any thread */

/* `per_second` events for each key, and as many at once; 0 sets no limit. */
struct rates *rates_new(uint32_t per_second);
void rates_free(struct rates *rates); /* NULL is fine */

/* May this key send `count` events now? False: not before *wait_ms have passed. `key` is its number, `now_ns` of a
 * monotonic clock. */
bool rates_take(struct rates *rates, uint64_t key, uint32_t count, int64_t now_ns, uint32_t *wait_ms);

#endif
