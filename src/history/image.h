/* image.h — the events and values of a live history as bytes, and back.
 *
 * Taking them again from the facts costs microseconds each; from an image they are copied. An
 * image has what is costly: dictionaries, classes, events, versions. Records, merges and
 * associations come from the facts, before it is read.
 *
 * Taking an image copies words only; the writer may go on while it is written. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_IMAGE_H
#define PLUMB_HISTORY_IMAGE_H

#include "base/blob.h"
#include "history/live.h"

struct live_image; /* opaque; see image.c */

/* What is there now. The writer's thread, outside live_begin and live_commit. Cost: 8 bytes copied for each contact,
 * and for each record and property that has versions. The live history must outlive it. */
struct live_image *live_image_take(const struct live *live);
void live_image_free(struct live_image *image); /* NULL is fine */
/* Any thread. */
void live_image_write(const struct live_image *image, struct blob_writer *out);

/* Into a live history with all records and properties, but without events and versions; between
 * live_begin_alone and live_commit.
 * Errors   ERR_INVALID: it is not of these records and properties. The history is then good for nothing. */
MUST_CHECK enum err live_image_read(struct live *live, struct blob_reader *in, struct err_info *why);

#endif
