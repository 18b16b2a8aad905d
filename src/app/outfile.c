/* outfile.c — a file that is there whole or not at all. */
// SPDX-License-Identifier: Apache-2.0
#include "app/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unfinished.h"

#define MODE_DEFAULT 0666 /* less the umask */

static enum err fail(const struct outfile *out, const char *doing, struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "cannot %s %s: %s", doing, out->path, strerror(errno));
}

/* Where a symbolic link leads; a copy of `path` when nothing is there yet. */
static char *resolve(const char *path)
{
    char *resolved = realpath(path, NULL);
    return resolved != NULL ? resolved : strdup(path);
}

enum err outfile_open(struct outfile *out, const char *path, FILE *standard, struct err_info *why)
{
    *out = (struct outfile){.to = standard, .path = "standard output"};
    if (path == NULL || strcmp(path, "-") == 0) return ERR_OK;
    out->path = path;
    out->to = NULL;
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return fail(out, "write", why);
    }
    out->opened = true;
    if (exists && !S_ISREG(status.st_mode)) {
        out->to = fopen(path, "we");
        return out->to != NULL ? ERR_OK : fail(out, "write", why);
    }
    out->target = resolve(path);
    if (out->target == NULL || asprintf(&out->temporary, "%s.tmp-%ld", out->target, (long)getpid()) < 0) abort();
    mode_t mode = exists ? status.st_mode & 07777 : MODE_DEFAULT;
    unfinished_begin(out->temporary);
    int fd = open(out->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd >= 0) out->to = fdopen(fd, "w");
    if (out->to != NULL) return ERR_OK;
    enum err e = fail(out, "write", why);
    outfile_abandon(out);
    return e;
}

/* Everything written is on its way to the disk, and the file has its name. */
static bool put_in_place(struct outfile *out)
{
    bool written = fflush(out->to) == 0 && !ferror(out->to);
    if (!out->opened) return written;
    if (written && out->target != NULL) written = fsync(fileno(out->to)) == 0;
    int reason = errno;
    bool closed = fclose(out->to) == 0;
    out->to = NULL;
    if (!written) errno = reason;
    return written && closed && (out->target == NULL || rename(out->temporary, out->target) == 0);
}

void outfile_abandon(struct outfile *out)
{
    if (out->opened && out->to != NULL) fclose(out->to);
    if (out->temporary != NULL) {
        unlink(out->temporary);
        unfinished_end();
    }
    free(out->target);
    free(out->temporary);
    *out = (struct outfile){0};
}

enum err outfile_finish(struct outfile *out, struct err_info *why)
{
    enum err e = put_in_place(out) ? ERR_OK : fail(out, "write", why);
    outfile_abandon(out); /* the temporary name is gone when all went well */
    return e;
}
