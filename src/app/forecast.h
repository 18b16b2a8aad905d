/* forecast.h — what publishing a definition would change, as it is told to its author. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_FORECAST_H
#define PLUMB_APP_FORECAST_H

#include "app/output.h"
#include "base/json.h"
#include "engine/preview.h"

#define FORECAST_MOVERS 5 /* shown */

struct forecast_mover {
    struct str id, from, to; /* bands; empty: none */
    bool known_before, known_after;
    int64_t before, after; /* micro-points */
};

/* All texts are borrowed. */
struct forecast {
    struct str score;
    enum entity object;
    uint64_t records, known_before, changed, moved, alerts;
    const struct preview_band *bands; /* the last is "in none" */
    uint32_t band_count;
    int64_t floor, width;
    const uint64_t *bins_before, *bins_after;
    uint32_t bin_count;
    struct forecast_mover movers[FORECAST_MOVERS];
    uint32_t mover_count;
};

/* `preview` is borrowed, too. */
struct forecast forecast_of_preview(const struct preview *preview, const struct history *history);

/* The same as the API tells it. False: the answer is not one. Memory in `arena`. */
bool forecast_of_json(const struct json_item *item, struct arena *arena, struct forecast *out);

void forecast_put(const struct forecast *forecast, const struct page *page);

#endif
