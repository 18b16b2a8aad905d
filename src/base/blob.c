/* blob.c — a buffer, a running checksum, and a rename at the end. */
// SPDX-License-Identifier: Apache-2.0
#include "base/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/buf.h"

#define BUFFER_BYTES ((size_t)1024 * 1024)
#define PATH_BYTES_MAX 4096

struct blob_writer {
    struct buf path, draft; /* each ends in a zero byte */
    int fd;
    XXH3_state_t *sum;
    char *buffer;
    size_t used;
    int failed; /* errno of the first failure */
};

/* ---- Writing. ---- */

static void release(struct blob_writer *writer)
{
    if (writer->fd >= 0) close(writer->fd);
    XXH3_freeState(writer->sum);
    buf_release(&writer->path);
    buf_release(&writer->draft);
    memory_free(writer->buffer);
    memory_free(writer);
}

enum err blob_create(const char *path, const char magic[static BLOB_MAGIC_BYTES], struct blob_writer **out,
                     struct err_info *why)
{
    struct blob_writer *writer = memory_alloc(sizeof *writer);
    *writer = (struct blob_writer){.path = BUF_INIT(PATH_BYTES_MAX), .draft = BUF_INIT(PATH_BYTES_MAX), .fd = -1};
    buf_append(&writer->path, (struct str){path, strlen(path) + 1});
    buf_append_c(&writer->draft, path);
    buf_append(&writer->draft, (struct str){".new", sizeof ".new"});
    writer->sum = XXH3_createState();
    writer->buffer = memory_array(BUFFER_BYTES, 1);
    INVARIANT(writer->sum != NULL);
    XXH3_64bits_reset(writer->sum);
    if (!writer->draft.failed)
        writer->fd = open(writer->draft.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (writer->fd < 0) {
        enum err e = err_set(why, ERR_UNAVAILABLE, "%s cannot be written: %s", path, strerror(errno));
        release(writer);
        return e;
    }
    blob_put(writer, magic, BLOB_MAGIC_BYTES);
    *out = writer;
    return ERR_OK;
}

static void write_out(struct blob_writer *writer)
{
    for (size_t done = 0; done < writer->used && writer->failed == 0;) {
        ssize_t wrote = write(writer->fd, writer->buffer + done, writer->used - done);
        if (wrote >= 0) done += (size_t)wrote;
        else if (errno != EINTR) writer->failed = errno;
    }
    writer->used = 0;
}

void blob_put(struct blob_writer *writer, const void *bytes, size_t size)
{
    if (size > 0) XXH3_64bits_update(writer->sum, bytes, size);
    for (const char *at = bytes; size > 0;) {
        size_t part = BUFFER_BYTES - writer->used < size ? BUFFER_BYTES - writer->used : size;
        memcpy(writer->buffer + writer->used, at, part);
        writer->used += part;
        at += part;
        size -= part;
        if (writer->used == BUFFER_BYTES) write_out(writer);
    }
}

void blob_put_u32(struct blob_writer *writer, uint32_t number)
{
    blob_put(writer, &number, sizeof number);
}

void blob_put_u64(struct blob_writer *writer, uint64_t number)
{
    blob_put(writer, &number, sizeof number);
}

void blob_put_str(struct blob_writer *writer, struct str text)
{
    INVARIANT(text.len <= UINT32_MAX);
    blob_put_u32(writer, (uint32_t)text.len);
    blob_put(writer, text.at, text.len);
}

enum err blob_commit(struct blob_writer *writer, struct err_info *why)
{
    blob_put_u64(writer, XXH3_64bits_digest(writer->sum));
    write_out(writer);
    if (writer->failed == 0 && fsync(writer->fd) != 0) writer->failed = errno;
    if (writer->failed == 0 && rename(writer->draft.at, writer->path.at) != 0) writer->failed = errno;
    if (writer->failed == 0) {
        release(writer);
        return ERR_OK;
    }
    enum err e = err_set(why, ERR_UNAVAILABLE, "%s cannot be written: %s", writer->path.at, strerror(writer->failed));
    blob_abandon(writer);
    return e;
}

void blob_abandon(struct blob_writer *writer)
{
    if (writer == NULL) return;
    unlink(writer->draft.at);
    release(writer);
}

/* ---- Reading. ---- */

static enum err check(struct blob_reader *reader, const char *path, const char *magic, struct err_info *why)
{
    const unsigned char *bytes = reader->map;
    size_t whole = reader->map_bytes;
    uint64_t sum;
    if (whole < BLOB_MAGIC_BYTES + sizeof sum || memcmp(bytes, magic, BLOB_MAGIC_BYTES) != 0)
        return err_set(why, ERR_INVALID, "%s is of another kind", path);
    memcpy(&sum, bytes + whole - sizeof sum, sizeof sum);
    if (XXH3_64bits(bytes, whole - sizeof sum) != sum) return err_set(why, ERR_INVALID, "%s is damaged", path);
    reader->at = bytes + BLOB_MAGIC_BYTES;
    reader->end = bytes + whole - sizeof sum;
    return ERR_OK;
}

enum err blob_open(const char *path, const char magic[static BLOB_MAGIC_BYTES], struct blob_reader *out,
                   struct err_info *why)
{
    *out = (struct blob_reader){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, "%s cannot be read: %s", path,
                       strerror(errno));
    struct stat status;
    bool known = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    void *map = known ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (map == MAP_FAILED) return err_set(why, ERR_INVALID, "%s is no file that can be read", path);
    out->map = map;
    out->map_bytes = (size_t)status.st_size;
    out->device = (uint64_t)status.st_dev;
    out->inode = (uint64_t)status.st_ino;
    enum err e = check(out, path, magic, why);
    if (e != ERR_OK) blob_close(out);
    return e;
}

bool blob_was_replaced(const struct blob_reader *reader, const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || (uint64_t)status.st_dev != reader->device ||
           (uint64_t)status.st_ino != reader->inode;
}

void blob_close(struct blob_reader *reader)
{
    if (reader->map != NULL) munmap(reader->map, reader->map_bytes);
    *reader = (struct blob_reader){0};
}

const void *blob_take(struct blob_reader *reader, uint64_t size)
{
    if (reader->failed || size > (uint64_t)(reader->end - reader->at)) {
        reader->failed = true;
        return NULL;
    }
    const void *taken = reader->at;
    reader->at += size;
    return taken;
}

uint32_t blob_take_u32(struct blob_reader *reader)
{
    uint32_t number = 0;
    const void *bytes = blob_take(reader, sizeof number);
    if (bytes != NULL) memcpy(&number, bytes, sizeof number);
    return number;
}

uint64_t blob_take_u64(struct blob_reader *reader)
{
    uint64_t number = 0;
    const void *bytes = blob_take(reader, sizeof number);
    if (bytes != NULL) memcpy(&number, bytes, sizeof number);
    return number;
}

struct str blob_take_str(struct blob_reader *reader)
{
    uint32_t len = blob_take_u32(reader);
    const char *bytes = blob_take(reader, len);
    return bytes == NULL ? (struct str){0} : (struct str){bytes, len};
}
