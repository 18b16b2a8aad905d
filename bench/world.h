/* world.h — the benchmarks' contacts and events, the same for a seed, in memory or as files. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BENCH_WORLD_H
#define PLUMB_BENCH_WORLD_H

#include <stdint.h>
#include <stdio.h>

#include "history/builder.h"

#define WORLD_AS_OF_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define WORLD_DAYS 400

struct world {
    uint32_t contacts;
    uint64_t events;
    uint64_t seed;
};

/* Feed the world to a builder; `catalog` names the properties that are wanted. */
void world_build(const struct world *world, struct catalog *catalog, struct history_builder *builder);

/* Write it as CSV or JSON Lines with the columns that plumb score reads. */
void world_write_contacts(const struct world *world, FILE *out);
void world_write_events(const struct world *world, FILE *out);
void world_write_events_json(const struct world *world, FILE *out);

#endif
