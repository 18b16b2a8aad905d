/* fault_vfs.c — a disk that fails when a test says so. */
// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct fault_file {
    sqlite3_file base;
    sqlite3_file *real; /* stands behind this struct */
};

static sqlite3_vfs vfs;
static sqlite3_vfs *below;
static struct {
    enum fault_kind kind;
    int left; /* operations until the fault; 0: none is set */
    bool happened;
} fault;

void fault_set(enum fault_kind kind, int n)
{
    fault.kind = kind;
    fault.left = n;
    fault.happened = false;
}

bool fault_happened(void)
{
    return fault.happened;
}

/* Does this operation fail? `first`: it is the one that breaks the disk. */
static bool fails(bool is_write, bool *first)
{
    *first = false;
    if (fault.happened) {
        if (fault.kind == FAULT_ONCE) return false;
        return fault.kind == FAULT_NO_ROOM ? is_write : true;
    }
    if (fault.left == 0 || --fault.left > 0) return false;
    if (fault.kind == FAULT_NO_ROOM && !is_write) {
        fault.left = 1; /* the next write */
        return false;
    }
    fault.happened = *first = true;
    return true;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

static int do_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int do_read(sqlite3_file *file, void *to, int bytes, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, bytes, at);
}

static int do_write(sqlite3_file *file, const void *from, int bytes, sqlite3_int64 at)
{
    bool first;
    if (!fails(true, &first)) return real_of(file)->pMethods->xWrite(real_of(file), from, bytes, at);
    if (first && fault.kind == FAULT_HALF_DONE)
        (void)real_of(file)->pMethods->xWrite(real_of(file), from, bytes / 2, at);
    return fault.kind == FAULT_NO_ROOM ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int do_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
    bool first;
    if (fails(false, &first)) return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), bytes);
}

static int do_sync(sqlite3_file *file, int flags)
{
    bool first;
    (void)file, (void)flags;
    return fails(false, &first) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int do_file_size(sqlite3_file *file, sqlite3_int64 *bytes)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), bytes);
}

static int do_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int do_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int do_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int do_control(sqlite3_file *file, int what, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int do_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int do_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int do_shm_map(sqlite3_file *file, int page, int bytes, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, bytes, extend, out);
}

static int do_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void do_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int do_shm_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_file_size,
    .xLock = do_lock,
    .xUnlock = do_unlock,
    .xCheckReservedLock = do_check_lock,
    .xFileControl = do_control,
    .xSectorSize = do_sector_size,
    .xDeviceCharacteristics = do_characteristics,
    .xShmMap = do_shm_map,
    .xShmLock = do_shm_lock,
    .xShmBarrier = do_shm_barrier,
    .xShmUnmap = do_shm_unmap,
};

static int do_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)self;
    struct fault_file *mine = (struct fault_file *)file;
    mine->real = (sqlite3_file *)(void *)(mine + 1);
    int rc = below->xOpen(below, name, mine->real, flags, out);
    mine->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
    return rc;
}

void fault_register(void)
{
    if (below != NULL) return;
    below = sqlite3_vfs_find(NULL);
    vfs = *below; /* all that is not about an open file works as below */
    vfs.zName = FAULT_VFS;
    vfs.szOsFile = (int)sizeof(struct fault_file) + below->szOsFile;
    vfs.xOpen = do_open;
    sqlite3_vfs_register(&vfs, 0);
}
