/* place.c — the file: is it ours, who else is writing to it, how it comes to be.
 *
 * A store is made under another name and gets its own when it is complete: a file of that
 * name that is empty or no store was never ours, and is left alone. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE (S_IRUSR | S_IWUSR) /* people's data, and hashes of passwords */
#define HEADER_BYTES 100              /* of an SQLite database */
#define APPLICATION_ID_AT 68
#define WITNESS_BYTES 20 /* digits */

static enum err refused(const char *doing, const char *path, struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "cannot %s %s: %s", doing, path, strerror(errno));
}

static char *joined(const char *a, const char *separator, const char *b)
{
    char *out = NULL;
    INVARIANT(asprintf(&out, "%s%s%s", a, separator, b) >= 0);
    return out;
}

enum err place_resolve(const char *path, char **out, struct err_info *why)
{
    *out = realpath(path, NULL);
    if (*out != NULL) return ERR_OK;
    if (errno != ENOENT) return refused("open", path, why);
    char *for_folder = joined(path, "", ""), *for_name = joined(path, "", ""); /* which dirname and basename change */
    char *folder = realpath(dirname(for_folder), NULL);
    enum err e = folder != NULL ? ERR_OK : refused("open the folder of", path, why);
    if (folder != NULL) *out = joined(folder, strcmp(folder, "/") == 0 ? "" : "/", basename(for_name));
    free(folder);
    free(for_folder);
    free(for_name);
    return e;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static MUST_CHECK enum err judge_header(const char *path, const unsigned char *header, struct err_info *why)
{
    if (memcmp(header, "SQLite format 3", 16) != 0)
        return err_set(why, ERR_INVALID,
                       "%s is not a store of Plumb's: it is no SQLite database, or its first bytes are damaged; if it "
                       "was a store, restore a backup",
                       path);
    if (big_endian(header + APPLICATION_ID_AT) != PLACE_APPLICATION_ID)
        return err_set(why, ERR_INVALID, "%s is a database of another program, not a store of Plumb's", path);
    return ERR_OK;
}

/* Through SQLite's own files: closing one of ours would drop the locks that this process holds on the database, as
 * POSIX has it. A file that is too short reads as zeros. */
static MUST_CHECK enum err read_header(const char *path, const char *vfs_name, unsigned char *header,
                                       struct err_info *why)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
    INVARIANT(vfs != NULL);
    const char *name = sqlite3_create_filename(path, "", "", 0, NULL);
    sqlite3_file *file = memory_alloc((size_t)vfs->szOsFile);
    int rc = vfs->xOpen(vfs, name, file, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK) rc = file->pMethods->xRead(file, header, HEADER_BYTES, 0);
    if (file->pMethods != NULL) file->pMethods->xClose(file);
    memory_free(file);
    sqlite3_free_filename((sqlite3_filename)name);
    if (rc == SQLITE_OK || rc == SQLITE_IOERR_SHORT_READ) return ERR_OK;
    return err_set(why, ERR_UNAVAILABLE, "cannot read %s: %s", path, sqlite3_errstr(rc));
}

enum err place_look(const char *path, const char *vfs, struct err_info *why)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT) return err_set(why, ERR_NOT_FOUND, "there is no store at %s", path);
        return refused("open", path, why);
    }
    if (S_ISDIR(status.st_mode)) return err_set(why, ERR_INVALID, "%s is a folder, not a store of Plumb's", path);
    if (!S_ISREG(status.st_mode)) return err_set(why, ERR_INVALID, "%s is no regular file", path);
    if (status.st_size == 0)
        return err_set(why, ERR_INVALID, "%s is an empty file, not a store of Plumb's: remove it to have a store made",
                       path);
    unsigned char header[HEADER_BYTES] = {0};
    enum err e = read_header(path, vfs, header, why);
    return e == ERR_OK ? judge_header(path, header, why) : e;
}

enum err place_lock(const char *path, int *lock, struct err_info *why)
{
    char *beside = joined(path, "-", "lock");
    int fd = open(beside, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    enum err e = fd >= 0 ? ERR_OK : refused("write", beside, why);
    if (e == ERR_OK && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        e = errno == EWOULDBLOCK
                ? err_set(why, ERR_CONFLICT, "another Plumb works on %s, mostly a server: stop it first", path)
                : refused("lock", beside, why);
        close(fd);
    }
    if (e == ERR_OK) *lock = fd;
    free(beside);
    return e;
}

void place_set_witness(int lock, uint64_t batches)
{
    char digits[WITNESS_BYTES + 2];
    int n = snprintf(digits, sizeof digits, "%0*llu\n", WITNESS_BYTES, (unsigned long long)batches);
    /* A witness that cannot be written is behind, which is allowed: it accuses only when it is ahead. */
    if (batches == 0 ? ftruncate(lock, 0) != 0 : pwrite(lock, digits, (size_t)n, 0) != n) return;
}

uint64_t place_witness(const char *path)
{
    char *beside = joined(path, "-", "lock");
    char digits[WITNESS_BYTES];
    int fd = open(beside, O_RDONLY | O_CLOEXEC);
    free(beside);
    if (fd < 0) return 0;
    uint64_t batches = 0;
    ssize_t got = pread(fd, digits, sizeof digits, 0);
    close(fd);
    if (got != WITNESS_BYTES || !str_to_u64((struct str){digits, sizeof digits}, &batches)) return 0;
    return batches;
}

/* ---- Formats. ---- */

static MUST_CHECK enum err migrate_to(struct connection *connection, const struct sql_migration *migration,
                                      struct err_info *why)
{
    char version[64];
    snprintf(version, sizeof version, "PRAGMA user_version = %d;", migration->number);
    enum err e = connection_run(connection, "BEGIN IMMEDIATE", why);
    if (e == ERR_OK) e = connection_run(connection, migration->text, why);
    if (e == ERR_OK) e = connection_run(connection, version, why);
    if (e == ERR_OK) e = connection_run(connection, "COMMIT", why);
    if (e != ERR_OK && sqlite3_get_autocommit(connection->db) == 0)
        sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL); /* a failure here leaves it undone as well */
    return e;
}

enum err place_settle(struct connection *connection, bool migrate, struct err_info *why)
{
    int64_t format = 0;
    enum err e = connection_ask(connection, "PRAGMA user_version", &format, why);
    if (e != ERR_OK) return e;
    if (format > SQL_FORMAT)
        return err_set(why, ERR_INVALID, "%s was made by a newer Plumb (format %lld, this one knows %d): use that one",
                       connection->path, (long long)format, SQL_FORMAT);
    if (format < 0) return err_set(why, ERR_INVALID, "%s has no format this program knows", connection->path);
    if (format < SQL_FORMAT && !migrate)
        return err_set(why, ERR_INVALID, "%s was made by an older Plumb: open it once for writing, as plumb serve does",
                       connection->path);
    for (int64_t i = format; i < SQL_FORMAT && e == ERR_OK; i++) e = migrate_to(connection, &sql_migrations[i], why);
    return e;
}

enum err place_claim(const char *path, struct err_info *why)
{
    unlink(path); /* of one that was killed */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0) return refused("write", path, why);
    close(fd);
    return ERR_OK;
}

static MUST_CHECK enum err fill_new(const char *path, const char *vfs, struct err_info *why)
{
    sqlite3 *db = NULL;
    enum err claimed = place_claim(path, why);
    if (claimed != ERR_OK) return claimed;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs);
    struct connection broken = {.db = db, .path = path};
    char mark[64];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d;", PLACE_APPLICATION_ID);
    enum err e = rc == SQLITE_OK ? connection_run(&broken, mark, why) : connection_fail(&broken, rc, why);
    sqlite3_close(db);
    if (e != ERR_OK) return e;
    struct connection *connection = NULL;
    e = connection_open(path, vfs, CONNECTION_WRITES, &connection, why);
    if (e != ERR_OK) return e;
    e = place_settle(connection, true, why);
    connection_close(connection);
    return e;
}

static MUST_CHECK enum err sync_path(const char *path, int flags, struct err_info *why)
{
    int fd = open(path, flags | O_CLOEXEC);
    enum err e = fd >= 0 && fsync(fd) == 0 ? ERR_OK : refused("write", path, why);
    if (fd >= 0) close(fd);
    return e;
}

enum err place_publish(const char *temporary, const char *path, struct err_info *why)
{
    enum err e = sync_path(temporary, O_RDONLY, why);
    if (e == ERR_OK && link(temporary, path) != 0)
        e = errno == EEXIST ? err_set(why, ERR_CONFLICT, "%s is there already and is left as it is", path)
                            : refused("write", path, why);
    unlink(temporary);
    if (e != ERR_OK) return e;
    char *copy = joined(path, "", "");
    e = sync_path(dirname(copy), O_RDONLY | O_DIRECTORY, why);
    free(copy);
    return e;
}

enum err place_create(const char *path, const char *vfs, struct err_info *why)
{
    char *temporary = joined(path, "-", "new");
    char *journal = joined(temporary, "-", "journal");
    unlink(journal); /* of a making that was killed */
    enum err e = fill_new(temporary, vfs, why);
    if (e == ERR_OK) {
        e = place_publish(temporary, path, why);
    } else {
        unlink(temporary);
        unlink(journal);
    }
    free(temporary);
    free(journal);
    return e;
}
