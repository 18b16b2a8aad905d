/* bands.h — which band each record is in: the one thing remembered beside the facts (semantics 5).
 *
 * Kept by the objects and names of scores, and by labels, so it outlives every edition. The writer changes it,
 * between bands_begin and bands_commit or bands_rollback; readers may look at one record at any
 * time. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_BANDS_H
#define PLUMB_ENGINE_BANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/band.h"

struct bands; /* opaque; see bands.c */

#define BANDED_SCORES_MAX 1000 /* different objects and names of scores with bands, ever */
#define BAND_LABELS_MAX 65535  /* different labels, ever */

struct bands *bands_new(void);
void bands_free(struct bands *bands); /* NULL is fine */

void bands_begin(struct bands *bands);
void bands_commit(struct bands *bands);
void bands_rollback(struct bands *bands);

/* A number for a score of this object and name; the same for ever. UINT32_MAX over BANDED_SCORES_MAX. */
uint32_t bands_score(struct bands *bands, enum entity object, struct str score);

/* The same by any thread; UINT32_MAX when it was never given one. */
uint32_t bands_find_score(const struct bands *bands, enum entity object, struct str score);

struct str bands_score_name(const struct bands *bands, uint32_t score);

/* The label of the band that a record is in; empty: none. */
struct str bands_label(const struct bands *bands, uint32_t score, uint32_t record);
/* Its index in the definition; BAND_NONE when it is in none, or in one that is not there any more. */
uint32_t bands_index(const struct bands *bands, uint32_t score, uint32_t record, const struct score *definition);

/* The record is in no band of any score that ever was. */
void bands_forget(struct bands *bands, enum entity object, uint32_t record);

/* The record is in this band now ("": in none). True when that is another than before. */
bool bands_put(struct bands *bands, uint32_t score, uint32_t record, struct str label);

#endif
