/* models.h — the models of a server: what is to be foreseen, the versions that were learnt, and which of them speaks.
 *
 *     trained ──► champion      the first that is usable; forecasts are its
 *             ──► challenger    every later one, held against the champion on the same later leads, day after day
 *             ──► of no use     too little to learn from, or no signal: said, and never asked
 *     champion ──► retired      when a challenger took its place; rolling back gives it back
 *
 * All of it stands in the store. What is kept here is what asking costs: models out of their bytes, compiled beside the
 * definitions in force (a *forecaster*). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_MODELS_H
#define PLUMB_SERVER_MODELS_H

#include "engine/model_train.h"

#define MODELS_MAX 32
#define MODEL_NAME_MAX 64
#define MODEL_CHALLENGERS_MAX 3 /* the newest; older ones retire */
#define MODEL_IMAGES_MAX 10     /* versions of a model that can still be asked; older ones keep their figures */
#define MODEL_DRIFT_REST_DAYS 7 /* a model that was trained so lately is not trained anew for its drift */

struct server;
struct models; /* opaque; any thread */

struct models *models_new(struct server *server);
void models_free(struct models *models); /* nobody asks any more; NULL is fine */
struct server *models_server(const struct models *models);

/* ---- What there is. Memory in `arena`. ---- */

struct model_info {
    struct model_row row;
    struct model_version_row *versions; /* by number */
    size_t count;
    struct str review; /* JSON of the last review (job_review.c); empty: there was none */
};
/* ERR_NOT_FOUND. */
MUST_CHECK enum err models_find(struct models *models, struct str name, struct arena *arena, struct model_info *out,
                                struct err_info *why);
MUST_CHECK enum err models_all(struct models *models, struct arena *arena, struct model_info **out, size_t *count,
                               struct err_info *why);
/* NULL: there is none. */
const struct model_version_row *model_champion(const struct model_info *info);
const struct model_version_row *model_version(const struct model_info *info, uint32_t number);
const char *model_state_name(enum model_state state); /* "champion", ... */
struct hindsight_wish hindsight_wish_of(const struct model_row *row);

/* Changes with every change of a model. */
uint64_t models_generation(struct models *models);

/* ---- Changing it. ---- */

/* A model that asks something else than before (object, outcome, horizon) loses its versions' bytes: they answered another
 * question. Errors   those of hindsight_compile; ERR_TOO_BIG: too many models. */
MUST_CHECK enum err models_put(struct models *models, const struct model_row *row, bool *made, struct err_info *why);
MUST_CHECK enum err models_delete(struct models *models, struct str name, struct err_info *why);
/* What was learnt becomes a version: `state` is what becomes of it (MODEL_CHAMPION retires the former one). */
MUST_CHECK enum err models_add_version(struct models *models, const struct model_version_row *row, struct str image,
                                       uint32_t *number, struct err_info *why);
/* ERR_NOT_FOUND; ERR_CONFLICT: it is the champion, or cannot be asked. */
MUST_CHECK enum err models_promote(struct models *models, struct str name, uint32_t number, struct err_info *why);
/* The newest version that retired before the champion came is champion again. ERR_NOT_FOUND; ERR_CONFLICT: there is none. */
MUST_CHECK enum err models_roll_back(struct models *models, struct str name, uint32_t *number, struct err_info *why);
MUST_CHECK enum err models_note_review(struct models *models, struct str name, struct str review, struct err_info *why);

/* ---- Asking one. ---- */

struct forecaster {
    struct arena *arena;
    struct model_row row;
    uint32_t version;
    struct model_terms *terms;
    struct trained trained;
    uint32_t references; /* atomic */
};
/* Of a version; 0: the champion. Give back by forecaster_release.
 * Errors   ERR_NOT_FOUND: no such model or version; ERR_CONFLICT: there is no champion, or the version cannot be asked any more:
 *          the sentence says why. */
MUST_CHECK enum err models_forecaster(struct models *models, struct str name, uint32_t version, struct forecaster **out,
                                      struct err_info *why);
void forecaster_release(struct forecaster *forecaster);

/* ---- By itself. ---- */

/* Begin trainings and reviews that are due; called by the housekeeper. */
void models_tend(struct models *models);
/* Begin a training (of `actor`) unless one of this model waits or runs; *number tells the job. */
MUST_CHECK enum err models_train(struct models *models, struct str name, struct str actor, uint64_t *number,
                                 struct err_info *why);

#endif
