/* score_json.h — one record's result for one score as JSON: the same text from every door.
 *
 *     {"id":"ada","score":"lead_score","value":49,"micro":49000000,"fit_micro":2000000,
 *      "engagement_micro":47000000,"band":"MQL","grade":"A3"}
 *
 * An unknown score has null from value on. With a ledger a member "ledger" follows. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_SCORE_JSON_H
#define PLUMB_REPORT_SCORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/band.h"
#include "core/ledger.h"

/* One record's result for one score. */
struct result {
    uint32_t record;
    bool known;
    int64_t total, fit, engagement; /* micro-points; 0 when unknown */
    uint32_t band;                  /* BAND_NONE also when unknown */
    uint32_t grade[CATEGORY_COUNT]; /* only when the score has grades and is known */
};

/* Settle band and grade from the numbers; `previous` is the band the record was last in, or
 * BAND_NONE. The numbers are not looked at when unknown. */
void result_settle(struct result *result, const struct score *score, uint32_t previous);

/* The labels of fit and engagement, "A1"; nothing without grades or a known score. */
void result_grade(struct buf *out, const struct score *score, const struct result *result);

/* What is the same for every record of a score, made once: a million lines are a matter of copying. */
struct score_shape; /* opaque; never changes, so threads may share it */

/* Memory in `arena`; `score` is not kept. */
const struct score_shape *score_shape_new(struct arena *arena, const struct score *score);

/* Append the object. `ledger` NULL: without one. */
void score_json(const struct score_shape *shape, struct str id, const struct result *result,
                const struct ledger *ledger, struct buf *out);

/* A ledger alone, as an array. */
void ledger_json(const struct ledger *ledger, struct buf *out);

#endif
