/* metrics.h — what the server counts of itself, as Prometheus reads it.
 *
 * Counting takes no lock. Reading sees each counter whole, though not all at one instant. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_METRICS_H
#define PLUMB_SERVER_METRICS_H

#include <stdint.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "server/routes.h"

struct metrics; /* opaque; any thread */

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* NULL is fine */

/* A request was answered. `endpoint` is NULL when no route had its path. */
void metrics_count(struct metrics *metrics, const struct endpoint *endpoint, unsigned status, uint64_t took_us);

/* Text format 0.0.4. */
void metrics_append_requests(const struct metrics *metrics, struct buf *out);
void metrics_append_engine(const struct engine_counts *counts, const struct engine_progress *progress, struct buf *out);
struct forecasts; /* forecasts.h */
void metrics_append_forecasts(struct forecasts *forecasts, struct buf *out);
void metrics_append_store(const struct store_size *size, struct buf *out);

#endif
