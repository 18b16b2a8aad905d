/* facts.h — batches drawn at random, and a store as one text to compare. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_STORE_FACTS_H
#define PLUMB_TESTS_STORE_FACTS_H

#include "harness.h"
#include "store/store.h"

/* Draws batches that a store will take. Copy it to draw the same again. */
struct facts {
    uint64_t state;
    uint32_t records[OBJECT_COUNT], events; /* next numbers */
    uint32_t batches;
};

struct facts facts_new(uint64_t seed);
uint32_t facts_draw(struct facts *facts, uint32_t below);

/* A batch of about `size` facts of every kind; lives in `arena`. */
struct store_batch facts_batch(struct facts *facts, uint32_t size, struct arena *arena);
/* The batch of the latest draw was not taken: its numbers are free again. */
void facts_refused(struct facts *facts, const struct store_batch *batch);

/* Everything that store_read tells, a fact a line, then rejects, audits and all bands. */
struct str store_dump(struct store *store, struct arena *arena);

/* Findings of store_check, a line each; empty when all is well. */
struct str store_findings(struct store *store, struct arena *arena);

/* A file name of this test program's own; no file is there. */
const char *fresh_path(struct arena *arena);

/* A store in this file; CHECKs that it opens. */
struct store *open_file(const char *path);

/* One contact "ada" (number 0), as a first batch. */
void append_ada(struct store *store);
/* `count` events of contact 0, from number `first` on. */
enum err append_visits(struct store *store, uint32_t first, uint32_t count, struct err_info *why);

#endif
