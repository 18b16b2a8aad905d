/* engine_dump.h — all that an engine knows, as one text to compare. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_ENGINE_DUMP_H
#define PLUMB_TESTS_ENGINE_DUMP_H

#include "engine_fixture.h"

/* Every record with its identifiers, events, values, neighbours, bands and scores with their ledgers, a line each. In
 * an order that does not depend on how the engine came to know it. In `arena`. */
struct str engine_dump(struct fixture *fixture, struct arena *arena);

/* The same without the lines of values. A publish settles types that were open, and one that the disk refuses has
 * settled them already: nothing that is in force asks for those values. */
struct str dump_without_values(struct str dump, struct arena *arena);

/* A dump of a store with nothing behind the '~' of ids that the engine made up. */
struct str dump_without_made_ids(struct str dump, struct arena *arena);

/* The same lines in order of their texts. */
struct str dump_sorted(struct str dump, struct arena *arena);

/* Fails the test at the first line in which two such texts differ. `when` says what was done before. */
void check_same_dump(struct str a, struct str b, const char *when);

#endif
