/* model_image.h — a trained model as bytes, and back.
 *
 * The body has everything that a forecast needs and everything that was said of the model: outcome, horizon, seed, span of
 * the data, features, leaks that were found, regression or trees, calibration, figures. Properties stand by their names and
 * types, since another start numbers them anew. Numbers lie with their least byte first.
 *
 * The same training gives the same bytes. A model that was read back gives the same probabilities, to the bit.
 *
 * The checksum guards against damage, not against malice. Bytes from a stranger can make a model that is
 * nonsense; every length, place and number that code relies on is looked at. Only of trees XGBoost's own
 * reader is trusted (boost.h). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_MODEL_IMAGE_H
#define PLUMB_PREDICT_MODEL_IMAGE_H

#include "predict/image_walk.h"
#include "predict/training.h"

/* Append the image of a model (kind is not MODEL_NONE). `catalog` is that of the history it was trained on.
 * Errors   ERR_TOO_BIG: over the buffer's ceiling, or a text over MODEL_TEXT_MAX; those of boost_save. */
MUST_CHECK enum err model_image_write(const struct trained *trained, struct catalog *catalog, struct buf *out,
                                      struct err_info *why);

/* A model for the properties of `catalog`, whose types are settled, and the rules of a score of `set` (NULL: there is none).
 * out->rules_changed says whether that score gives other points than when the model learnt from it.
 * Errors   ERR_INVALID: not a model, damaged, of another version, or it cannot be; ERR_NOT_FOUND: it asks for a
 *          property, or a rule, that is not here; ERR_CONFLICT: for one of another type; those of boost_load.
 * Memory   what *out points to in `arena`, nothing in `bytes`; the trees are released by trained_release. */
MUST_CHECK enum err model_image_read(struct str bytes, struct catalog *catalog, const struct definitions *set,
                                     uint32_t score, struct arena *arena, struct trained *out, struct err_info *why);

/* What must be known of a model before files are loaded for it. */
struct model_needs {
    struct str outcome;
    enum entity object;
    bool rules; /* of a score */
};

/* The properties that it asks for are declared as what it learnt them as, so that they are kept and read so. A schema that was
 * read before has the last word. Texts of *out in `arena`. Errors as above. */
MUST_CHECK enum err model_image_declare(struct str bytes, struct catalog *catalog, struct arena *arena,
                                        struct model_needs *out, struct err_info *why);

#endif
