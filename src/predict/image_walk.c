/* image_walk.c — see image_walk.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/image_walk.h"

#include <math.h>
#include <string.h>

#include "base/unicode.h"

#define HASH_SEED 0
#define NUMBER_MAX 1e60 /* above the greatest float, which bounds a column that has no bounds */

void pass_refuse(struct image_walk *w, const char *what)
{
    if (w->err == ERR_OK) w->err = err_set(w->why, ERR_INVALID, "this cannot be a model: %s", what);
}

/* ---- Numbers and texts. ---- */

void pass_u64(struct image_walk *w, uint64_t *number)
{
    unsigned char bytes[sizeof *number];
    if (w->out != NULL) {
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(*number >> (8 * i));
        buf_append(w->out, (struct str){(const char *)bytes, sizeof bytes});
        return;
    }
    *number = 0;
    if (w->in.len < sizeof bytes) pass_refuse(w, "it ends too early");
    if (w->err != ERR_OK) return;
    memcpy(bytes, w->in.at, sizeof bytes);
    w->in = (struct str){w->in.at + sizeof bytes, w->in.len - sizeof bytes};
    for (size_t i = 0; i < sizeof bytes; i++) *number |= (uint64_t)bytes[i] << (8 * i);
}

void pass_i64(struct image_walk *w, int64_t *number)
{
    uint64_t bits = (uint64_t)*number;
    pass_u64(w, &bits);
    *number = (int64_t)bits;
}

void pass_double(struct image_walk *w, double *number)
{
    uint64_t bits = 0;
    memcpy(&bits, number, sizeof bits);
    pass_u64(w, &bits);
    memcpy(number, &bits, sizeof bits);
}

/* A number that is counted with: small enough that no sum or product of a forecast leaves a double. */
void pass_finite(struct image_walk *w, double *number)
{
    pass_double(w, number);
    if (fabs(*number) <= NUMBER_MAX) return;
    pass_refuse(w, "a number is too large");
    *number = 0;
}

/* 0 to `most`. */
uint32_t passed_u32(struct image_walk *w, uint32_t number, uint32_t most)
{
    uint64_t wide = number;
    pass_u64(w, &wide);
    if (wide <= most) return (uint32_t)wide;
    pass_refuse(w, "a number is too large");
    return 0;
}

/* How many elements follow. Each takes some bytes, so a small image cannot ask for much memory. */
void pass_count(struct image_walk *w, uint32_t *count, uint32_t most)
{
    *count = passed_u32(w, *count, most);
    if (w->out != NULL || *count <= w->in.len) return;
    pass_refuse(w, "it ends too early");
    *count = 0;
}

void pass_str(struct image_walk *w, struct str *text)
{
    if (text->len > MODEL_TEXT_MAX && w->err == ERR_OK)
        w->err = err_set(w->why, ERR_TOO_BIG, "a text of the model is over %d bytes", MODEL_TEXT_MAX);
    uint32_t length = w->err == ERR_OK ? (uint32_t)text->len : 0;
    pass_count(w, &length, MODEL_TEXT_MAX);
    if (w->out != NULL) {
        buf_append(w->out, (struct str){text->at, length});
        return;
    }
    *text = arena_str(w->arena, (struct str){w->in.at, length});
    w->in = (struct str){w->in.at + length, w->in.len - length};
    if (!unicode_valid(*text, NULL)) pass_refuse(w, "a text is not UTF-8");
}

void pass_finites(struct image_walk *w, double **numbers, uint32_t count)
{
    PASS_ARRAY(w, *numbers, count);
    for (uint32_t i = 0; i < count; i++) pass_finite(w, &(*numbers)[i]);
}

/* ---- Head. ---- */

enum err image_seal(struct str magic, struct str body, struct buf *out, struct err_info *why)
{
    uint64_t hash = str_hash(body, HASH_SEED);
    struct image_walk walk = {.out = out, .why = why};
    buf_append(out, magic);
    pass_u64(&walk, &hash);
    buf_append(out, body);
    return out->failed ? err_set(why, ERR_TOO_BIG, "a model is over %zu bytes", out->ceiling) : ERR_OK;
}

/* What bytes are that are not the model one wants. */
static const char *what_else(struct str bytes)
{
    if (str_starts_with(bytes, IMAGE_OF_HISTORY)) return "this is a model of histories, not of a table";
    if (str_starts_with(bytes, IMAGE_OF_TABLE))
        return "this is a model of a table with one row a lead, not of histories";
    return str_starts_with(bytes, IMAGE_FAMILY) ? "this model was written by another version of Plumb"
                                                : "these bytes are not a model";
}

enum err image_open(struct str magic, struct str bytes, struct str *body, struct err_info *why)
{
    uint64_t hash = 0;
    struct image_walk walk = {.why = why};
    if (bytes.len > MODEL_BYTES_MAX) return err_set(why, ERR_TOO_BIG, "a model has at most %zu bytes", MODEL_BYTES_MAX);
    if (!str_starts_with(bytes, magic)) return err_set(why, ERR_INVALID, "%s", what_else(bytes));
    walk.in = (struct str){bytes.at + magic.len, bytes.len - magic.len};
    pass_u64(&walk, &hash);
    *body = walk.in;
    if (walk.err == ERR_OK && hash != str_hash(*body, HASH_SEED))
        walk.err = err_set(why, ERR_INVALID, "this model is damaged");
    return walk.err;
}
