/* blob.h — a file of bytes that is written once, whole, and read back only if nothing of it has changed.
 *
 *     magic (8 bytes) | what was put | checksum (8 bytes)
 *
 * Numbers lie in the order of this machine's bytes: such a file is a cache of this machine's, not
 * something to send. Writing has a sticky error, and so has reading: look once, at the end. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_BLOB_H
#define PLUMB_BASE_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define BLOB_MAGIC_BYTES 8

/* ---- Writing: into "PATH.new", renamed to PATH when all is there. ---- */

struct blob_writer; /* opaque; see blob.c */

/* Errors   ERR_UNAVAILABLE: the file cannot be made. */
MUST_CHECK enum err blob_create(const char *path, const char magic[static BLOB_MAGIC_BYTES], struct blob_writer **out,
                                struct err_info *why);
void blob_put(struct blob_writer *writer, const void *bytes, size_t size);
void blob_put_u32(struct blob_writer *writer, uint32_t number);
void blob_put_u64(struct blob_writer *writer, uint64_t number);
void blob_put_str(struct blob_writer *writer, struct str text);
/* Durable under its own name; or ERR_UNAVAILABLE, and whatever was there before stays. Frees the writer. */
MUST_CHECK enum err blob_commit(struct blob_writer *writer, struct err_info *why);
void blob_abandon(struct blob_writer *writer); /* NULL is fine */

/* ---- Reading. ---- */

struct blob_reader {
    const unsigned char *at, *end; /* what is left */
    bool failed;                   /* more was asked for than there is */
    void *map;
    size_t map_bytes;
    uint64_t device, inode; /* of the file */
};

/* Errors   ERR_NOT_FOUND; ERR_INVALID: another magic, cut short, changed; ERR_UNAVAILABLE. */
MUST_CHECK enum err blob_open(const char *path, const char magic[static BLOB_MAGIC_BYTES], struct blob_reader *out,
                              struct err_info *why);
void blob_close(struct blob_reader *reader); /* of zeroes is fine */
/* Does `path` lead to another file by now, or to none? What is open stays readable as it was. */
bool blob_was_replaced(const struct blob_reader *reader, const char *path);
/* The next bytes, unaligned; NULL when there are fewer. */
const void *blob_take(struct blob_reader *reader, uint64_t size);
uint32_t blob_take_u32(struct blob_reader *reader); /* 0 when there is none */
uint64_t blob_take_u64(struct blob_reader *reader);
struct str blob_take_str(struct blob_reader *reader);

#endif
