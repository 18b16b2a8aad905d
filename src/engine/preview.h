/* preview.h — what would change for everybody if a draft were published now.
 *
 * Pure: two columns of one score (in force and drafted) over the same frozen history at
 * the same instant are compared. A preview_ground holds what such a comparison needs and
 * keeps the signals of events, so that a second draft that moves only points, limits or
 * bands reads no event. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_PREVIEW_H
#define PLUMB_ENGINE_PREVIEW_H

#include "core/band.h"
#include "engine/draft.h"
#include "history/scan.h"

#define PREVIEW_BINS_MAX 40
#define PREVIEW_MOVERS_MAX 100
#define PREVIEW_BANDS_MAX 200 /* of either definition; a draft with more is refused */

/* ---- The comparison. ---- */

struct preview_side {
    const struct score *score; /* NULL: there was none */
    const int64_t *total;      /* [records], micro-points; NULL as above */
    const uint8_t *known;
};

struct preview_question {
    const struct history *history;
    struct preview_side before, after;
    const uint8_t *converted; /* [records] 1: the outcome that the score should tell has happened; NULL: not asked */
    /* [records] The band that each is in by the definition in force, by its index, BAND_NONE: in none. NULL: as
     * computed without memory. */
    const uint32_t *band;
    unsigned threads; /* at least 1; the answer does not depend on it */
};

struct preview_band { /* the last of either side's is "in none" */
    struct str label;
    uint64_t before, after; /* records */
    uint64_t converted;     /* of those `after` */
};

struct preview_mover {
    uint32_t record;
    bool known_before, known_after;
    int64_t before, after;            /* micro-points */
    uint32_t band_before, band_after; /* of either definition; BAND_NONE */
    uint32_t from, to;                /* the same as indexes of preview.bands */
};

struct preview {
    struct str score; /* its name */
    enum entity object;
    uint64_t records;                            /* listed ones of the score's object */
    uint64_t known_before, known_after, changed; /* changed: in micro-points, or known or not */
    /* The histogram, in whole points: bin i holds floor + i * width up to but without the next. */
    int64_t floor;
    int64_t width;
    uint32_t bin_count;
    uint64_t bins_before[PREVIEW_BINS_MAX], bins_after[PREVIEW_BINS_MAX];
    struct preview_band *bands; /* the draft's, then those that only the former has, then "in none" (an empty label) */
    uint32_t band_count;
    uint64_t *moves; /* [band_count * band_count] records from the band (row) to the band (column) */
    uint64_t moved;  /* records whose band changes */
    uint64_t alerts; /* of them, those that rise: publishing with net changes would tell of each */
    struct preview_mover movers[PREVIEW_MOVERS_MAX]; /* of those that move, by how far, then by number */
    uint32_t mover_count;
};

/* Memory in `arena`. */
void preview_compare(const struct preview_question *question, struct arena *arena, struct preview *out);

/* ---- Everybody. ---- */

/* The band that a record is in, by its index in the edition's score; BAND_NONE. */
typedef uint32_t preview_memory(void *context, const struct edition *edition, uint32_t score, uint32_t record);

struct preview_ground; /* opaque; one thread at a time */

/* For drafts of the score called `score` over `everybody`, which is borrowed but for its scan: that is taken over, with
 * the signals it kept. `catalog` is borrowed too, and copied for each draft. What the first draft has to find out
 * (bands, outcomes, the state of properties) is kept for those after it: they are about the same instant. */
struct preview_ground *preview_ground_new(struct everybody *everybody, const struct catalog *catalog, unsigned threads,
                                          struct str score);
void preview_ground_free(struct preview_ground *ground); /* NULL is fine */

/* Score everybody by the text, and compare the ground's score, which the text must define. `outcome` is a condition in YAML or JSON about a contact that
 * became a customer; empty: the lifecycle stage is customer, or a deal was won. Ignored for companies and deals.
 * Errors   ERR_INVALID with a place in the text: it does not compile or does not define the score; ERR_TOO_BIG: too many bands.
 * Memory   in `arena`. */
MUST_CHECK enum err preview_draft(struct preview_ground *ground, struct str text, struct str outcome,
                                  preview_memory *band, void *context, struct arena *arena, struct preview *out,
                                  struct err_info *why);
/* Events that the last one read from the columns: 0 when all signals were kept. */
uint64_t preview_events_read(const struct preview_ground *ground);

#endif
