/* flat_image.h — a model of a table as bytes, and back.
 *
 * As model_image.h, but columns stand by their names, and their values as texts: any table with these columns can be asked
 * about. Texts that mean "no value" are kept with it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_IMAGE_H
#define PLUMB_PREDICT_FLAT_IMAGE_H

#include "predict/flat_training.h"
#include "predict/image_walk.h"

/* Append the image of a model (kind is not MODEL_NONE).
 * Errors   ERR_TOO_BIG: over the buffer's ceiling, or a text over MODEL_TEXT_MAX; those of boost_save. */
MUST_CHECK enum err flat_image_write(const struct flat_trained *trained, struct buf *out, struct err_info *why);

/* Errors   ERR_INVALID: not a model of a table, damaged, of another version, or it cannot be; those of boost_load.
 * Memory   what *out points to in `arena`, nothing in `bytes`; the trees are released by flat_trained_release. */
MUST_CHECK enum err flat_image_read(struct str bytes, struct arena *arena, struct flat_trained *out,
                                    struct err_info *why);

#endif
