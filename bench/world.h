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

/* ---- One by one. Any thread. ---- */

#define WORLD_COLUMNS 9
#define WORLD_VALUE_BYTES 64
extern const char *const world_columns[WORLD_COLUMNS]; /* the properties of contacts */

/* The value of each column, "" for none. */
void world_contact(const struct world *world, uint32_t contact, char values[WORLD_COLUMNS][WORLD_VALUE_BYTES]);
struct str world_contact_id(uint32_t contact, char text[WORLD_VALUE_BYTES]);

struct world_event {
    uint32_t contact;
    int64_t at_ms;
    const char *name;
    const char *property, *value; /* NULL: none */
};

/* The next event; `state` begins as the seed. The texts are static. */
struct world_event world_draw(const struct world *world, uint64_t *state);

/* ---- All of it. ---- */

/* Feed the world to a builder; `catalog` names the properties that are wanted. */
void world_build(const struct world *world, struct catalog *catalog, struct history_builder *builder);

/* Write it as CSV or JSON Lines with the columns that plumb score reads. */
void world_write_contacts(const struct world *world, FILE *out);
void world_write_events(const struct world *world, FILE *out);
void world_write_events_json(const struct world *world, FILE *out);

#endif
