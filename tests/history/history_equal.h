/* history_equal.h — are two histories the same, layout and all; and how to make one by hand. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_HISTORY_EQUAL_H
#define PLUMB_TESTS_HISTORY_EQUAL_H

#include "history/builder.h"
#include "history/history_internal.h"

/* CHECK that both hold the same in the same places. Properties are told by their names:
 * the histories may be of different catalogs, with different ids. */
void check_equal(const struct history *a, const struct history *b);

/* CHECK what history_internal.h promises of every history. */
void check_invariants(const struct history *history);

/* The text of an event's property, from its class or its rows; empty when it has none. */
struct str event_text(const struct history *history, uint64_t event, uint32_t property);

#endif
