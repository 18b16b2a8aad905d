/* log.c — the write-ahead log: moved into the database away from the hot path, and overwritten when somebody was erased.
 *
 * A log that was moved whole is written again from its beginning, over blocks that the disk and the page cache have
 * already: a commit then costs the disk one write less (the file's length stays), and half of the processor. While facts
 * keep coming a log is never moved whole by itself, so the last little is moved while the writer waits. The store's own
 * thread does this whenever the log has grown to LOG_PAGES_LARGE. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/sqlite/sqlite_store.h"

#define LOG_PAGES_LARGE 1024 /* 4 MB: to be moved, little enough that a commit that comes meanwhile waits for some ms */
#define LOG_PAGES_CUT 65536  /* 256 MB, because somebody read for long: the file is cut */
#define WIPE_WAIT_MS 5000    /* for readers to end */
#define ZEROS 65536
#define LOG_HEADER_BYTES 32

/* Under `keeping`. */
static MUST_CHECK enum err keeper_get(struct sqlite_store *store, struct err_info *why)
{
    if (store->keeper != NULL) return ERR_OK;
    enum err e = connection_open(store->path, store->vfs, CONNECTION_WRITES, &store->keeper, why);
    int64_t format;
    return e == ERR_OK ? connection_ask(store->keeper, "PRAGMA user_version", &format, why) : e; /* opens the log */
}

static int move_log(struct sqlite_store *store, int how, int *pages, int *moved)
{
    return sqlite3_wal_checkpoint_v2(store->keeper->db, NULL, how, pages, moved);
}

/* What came meanwhile, while the writer waits for the moment that it takes; as good as nothing when somebody reads. */
static void move_rest(struct sqlite_store *store, int pages)
{
    int moved = 0;
    pthread_mutex_lock(&store->base.writing);
    pthread_mutex_lock(&store->keeping);
    sqlite3_busy_timeout(store->keeper->db, 0);
    (void)move_log(store, pages > LOG_PAGES_CUT ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages,
                   &moved);
    pthread_mutex_unlock(&store->keeping);
    pthread_mutex_unlock(&store->base.writing);
}

void sqlite_checkpoint(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    struct err_info why = {0}; /* what is not moved now is moved the next time */
    int pages = 0, moved = 0;
    pthread_mutex_lock(&store->keeping);
    bool done = keeper_get(store, &why) == ERR_OK &&
                move_log(store, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved) == SQLITE_OK && moved == pages;
    pthread_mutex_unlock(&store->keeping);
    if (done && pages >= LOG_PAGES_LARGE) move_rest(store, pages);
}

/* ---- The thread. ---- */

static void *move_when_large(void *context)
{
    struct sqlite_store *store = context;
    struct log_mover *mover = &store->mover;
    pthread_mutex_lock(&mover->lock);
    while (!mover->ends) {
        if (!mover->wanted) {
            pthread_cond_wait(&mover->changed, &mover->lock);
            continue;
        }
        mover->wanted = false;
        pthread_mutex_unlock(&mover->lock);
        sqlite_checkpoint(&store->base);
        pthread_mutex_lock(&mover->lock);
    }
    pthread_mutex_unlock(&mover->lock);
    return NULL;
}

void log_mover_start(struct sqlite_store *store)
{
    struct log_mover *mover = &store->mover;
    pthread_mutex_init(&mover->lock, NULL);
    pthread_cond_init(&mover->changed, NULL);
    int failed = thread_start(&mover->thread, move_when_large, store, "plumb-store-log");
    INVARIANT(failed == 0);
    mover->started = true;
}

void log_mover_stop(struct sqlite_store *store)
{
    struct log_mover *mover = &store->mover;
    if (!mover->started) return;
    pthread_mutex_lock(&mover->lock);
    mover->ends = true;
    pthread_cond_signal(&mover->changed);
    pthread_mutex_unlock(&mover->lock);
    pthread_join(mover->thread, NULL);
    pthread_cond_destroy(&mover->changed);
    pthread_mutex_destroy(&mover->lock);
}

void log_grew(struct sqlite_store *store, int pages)
{
    struct log_mover *mover = &store->mover;
    /* Once for every so many pages: when somebody's long reading keeps the log, trying after each commit is no use. */
    if (pages < mover->pages_before) mover->pages_before = 0;
    if (pages - mover->pages_before < LOG_PAGES_LARGE) return;
    mover->pages_before = pages;
    pthread_mutex_lock(&mover->lock);
    mover->wanted = true;
    pthread_cond_signal(&mover->changed);
    pthread_mutex_unlock(&mover->lock);
}

/* ---- Overwriting. ---- */

static bool write_zeros(int fd, off_t from, off_t to)
{
    static const char zeros[ZEROS];
    while (from < to) {
        size_t n = to - from < ZEROS ? (size_t)(to - from) : ZEROS;
        ssize_t written = pwrite(fd, zeros, n, from);
        if (written <= 0) return false;
        from += written;
    }
    return fdatasync(fd) == 0;
}

/* The header goes first: a log that is killed half way is then no log, not one that ends early. */
static MUST_CHECK enum err overwrite(const char *path, struct err_info *why)
{
    char *log = NULL;
    INVARIANT(asprintf(&log, "%s-wal", path) >= 0);
    int fd = open(log, O_WRONLY | O_CLOEXEC);
    struct stat status;
    bool done = fd < 0 ? errno == ENOENT : fstat(fd, &status) == 0;
    if (done && fd >= 0)
        done = write_zeros(fd, 0, status.st_size < LOG_HEADER_BYTES ? status.st_size : LOG_HEADER_BYTES) &&
               write_zeros(fd, LOG_HEADER_BYTES, status.st_size);
    enum err e = done ? ERR_OK : err_set(why, ERR_UNAVAILABLE, "cannot overwrite %s: %s", log, strerror(errno));
    if (fd >= 0) close(fd);
    free(log);
    return e;
}

static MUST_CHECK enum err wipe(struct sqlite_store *store, struct err_info *why)
{
    enum err e = keeper_get(store, why);
    if (e != ERR_OK) return e;
    sqlite3_busy_timeout(store->keeper->db, WIPE_WAIT_MS);
    /* From here on everything is in the database and nobody looks into the log; nobody writes either. */
    int pages = 0, moved = 0, rc = move_log(store, SQLITE_CHECKPOINT_RESTART, &pages, &moved);
    if (rc == SQLITE_BUSY)
        return err_set(why, ERR_UNAVAILABLE, "it is erased, but a long reading keeps the log of %s: try again later",
                       store->path);
    if (rc != SQLITE_OK) return connection_fail(store->keeper, rc, why);
    e = overwrite(store->path, why);
    if (e != ERR_OK) return e;
    rc = move_log(store, SQLITE_CHECKPOINT_TRUNCATE, &pages, &moved);
    return rc == SQLITE_OK || rc == SQLITE_BUSY ? ERR_OK : connection_fail(store->keeper, rc, why);
}

enum err sqlite_wipe_log(struct sqlite_store *store, struct err_info *why)
{
    pthread_mutex_lock(&store->keeping);
    enum err e = wipe(store, why);
    pthread_mutex_unlock(&store->keeping);
    return e;
}
