/* world.h — random worlds and definitions from a seed, and their way into the product.
 *
 * world.c invents, emit.c writes the definitions as YAML or JSON for the real parser and
 * gives the facts to the real builder. The same seed gives the same case. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_REFERENCE_WORLD_H
#define PLUMB_TESTS_REFERENCE_WORLD_H

#include "base/buf.h"
#include "core/catalog.h"
#include "history/builder.h"
#include "reference/reference.h"

struct ref_random {
    uint64_t state;
};

uint64_t ref_next(struct ref_random *random);
uint32_t ref_below(struct ref_random *random, uint32_t limit); /* 0 .. limit - 1 */
bool ref_chance(struct ref_random *random, uint32_t percent);

#define REF_INSTANTS 4

struct ref_case {
    struct ref_world world;
    struct ref_set set;
    int64_t as_of_ms[REF_INSTANTS]; /* the first is the one whose borders the facts sit on */
};

/* The most there may be of each. */
struct ref_sizes {
    uint32_t contacts, companies, deals, events;
    uint32_t days;  /* events lie within so many before now */
    uint32_t rules; /* of a group */
    uint32_t texts; /* different texts of string properties, besides the usual ones */
};

/* A world and definitions over it; all in `arena`. */
void ref_generate(struct arena *arena, uint64_t seed, const struct ref_sizes *sizes, struct ref_case *out);

/* Change points, clamps and bands; unless `only_points` also windows and which rules are enabled. */
void ref_edit(struct arena *arena, struct ref_set *set, uint64_t seed, bool only_points);

/* The schema of the declared properties, and the definitions, as texts. `style` picks
 * block or flow or JSON, quotes, order of documents: nothing that has a meaning. */
void ref_emit_schema(const struct ref_world *world, struct buf *out);
void ref_emit_definitions(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint64_t style,
                          struct buf *out);
void ref_emit_facts(const struct ref_world *world, struct buf *out); /* for people */

/* Give all facts to a builder in an order of the seed's choosing; with `repeat` also some
 * of them again. Seed 0 keeps the order. */
MUST_CHECK enum err ref_feed(struct arena *arena, const struct ref_world *world, struct catalog *catalog,
                             struct history_builder *builder, uint64_t seed, bool repeat, struct err_info *why);

#endif
