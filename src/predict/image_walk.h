/* image_walk.h — numbers and texts of a model as bytes, and back. Never outside src/predict.
 *
 *     magic | checksum of the body (8 bytes) | body
 *
 * One walk over a model describes its format. It is taken in either direction: a *pass* of a
 * number appends it when writing, and fills it when reading. So what is written and what is
 * read cannot differ. Reading fails once, stickily; after it all numbers are 0.
 *
 * Numbers lie with their least byte first. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_IMAGE_WALK_H
#define PLUMB_PREDICT_IMAGE_WALK_H

#include "base/arena.h"
#include "base/buf.h"
#include "predict/learning.h"
#include "predict/quality_report.h"

#define MODEL_BYTES_MAX ((size_t)300 << 20) /* above BOOST_BYTES_MAX */
#define MODEL_TEXT_MAX 65536                /* bytes of a name or value in it */
#define MODEL_KNOTS_MAX 10000000            /* of a staircase */
#define IMAGE_FAMILY STR("plumb model ")    /* how each magic begins */
#define IMAGE_OF_HISTORY STR("plumb model 1\n")
#define IMAGE_OF_TABLE STR("plumb model of a table 1\n")

struct image_walk {
    struct buf *out;     /* NULL: reading */
    struct str in;       /* what is left to read */
    struct arena *arena; /* of what is read */
    struct err_info *why;
    enum err err;
};

/* "this cannot be a model: ..." */
void pass_refuse(struct image_walk *w, const char *what);

void pass_u64(struct image_walk *w, uint64_t *number);
void pass_i64(struct image_walk *w, int64_t *number);
void pass_double(struct image_walk *w, double *number); /* any; NAN is one of them */

/* A number that is counted with: small enough that no sum or product of a forecast leaves a double. */
void pass_finite(struct image_walk *w, double *number);
void pass_finites(struct image_walk *w, double **numbers, uint32_t count);

/* 0 to `most`; returned. */
uint32_t passed_u32(struct image_walk *w, uint32_t number, uint32_t most);

/* How many elements follow. Each takes some bytes, so a small image cannot ask for much memory. */
void pass_count(struct image_walk *w, uint32_t *count, uint32_t most);

/* UTF-8 of at most MODEL_TEXT_MAX bytes; ERR_TOO_BIG when it is longer. */
void pass_str(struct image_walk *w, struct str *text);

/* The array that `count` elements are read into; what is written stays where it is. */
#define PASS_ARRAY(w, array, count) \
    ((array) = (w)->out != NULL ? (array) : arena_array((w)->arena, (count), sizeof *(array)))

/* What was learnt from tables of `columns`, with its verdict and figures. When reading failed, release it all the same. */
void pass_learned(struct image_walk *w, uint32_t columns, struct learned *learned);

/* What a page tells of its test (report_image.c). */
void pass_report(struct image_walk *w, struct quality_report *report);
void pass_interval(struct image_walk *w, struct interval *interval);

/* Append magic, checksum and body. */
MUST_CHECK enum err image_seal(struct str magic, struct str body, struct buf *out, struct err_info *why);

/* The body of an image whose head is right. */
MUST_CHECK enum err image_open(struct str magic, struct str bytes, struct str *body, struct err_info *why);

#endif
