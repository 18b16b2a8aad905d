/* ledger.h — why a score is what it is: lines that sum to the total (semantics 5).
 *
 * Rule lines hold what a rule contributed before its clamp; every clamp that changed
 * something has a line with the difference; adjustments have a line each. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_LEDGER_H
#define PLUMB_CORE_LEDGER_H

#include <stdint.h>

#include "core/definition.h"

enum ledger_kind { LEDGER_RULE, LEDGER_CLAMP, LEDGER_ADJUSTMENT };

#define LEDGER_NO_TIME INT64_MIN

struct ledger_line {
    enum ledger_kind kind;
    int category;              /* enum category, or -1: the total (clamp, adjustment) */
    const struct group *group; /* NULL: of a category or the total */
    const struct rule *rule;   /* NULL: of a group, a category or the total */
    int64_t micro;             /* micro-points */
    uint64_t events;           /* selected events (rollup: associated records with a value); 0 for others */
    int64_t latest_ms;         /* of the latest selected event, or LEDGER_NO_TIME */
};

struct ledger {
    struct ledger_line *lines; /* in the definition's order; each rule is followed by its clamp */
    uint32_t count;
};

#endif
