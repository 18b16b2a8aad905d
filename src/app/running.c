/* running.c — two lines, the address and the secret, written beside and renamed so that nobody reads half of them. */
// SPDX-License-Identifier: Apache-2.0
#include "app/running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"

#define FILE_BYTES_MAX 1024

static const char *path_of(struct str folder, const char *ending, struct arena *arena)
{
    return arena_format(arena, STR_FMT "/plumb.running%s", STR_ARG(folder), ending).at;
}

static bool write_lines(int fd, struct str url, const struct secret *secret)
{
    FILE *to = fdopen(fd, "w");
    if (to == NULL) {
        close(fd);
        return false;
    }
    bool good = fprintf(to, STR_FMT "\n%s\n", STR_ARG(url), secret->text) > 0;
    return fclose(to) == 0 && good;
}

enum err running_write(struct str folder, struct str url, const struct secret *secret, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    const char *path = path_of(folder, "", arena), *fresh = path_of(folder, "-new", arena);
    unlink(fresh); /* so that O_EXCL sees to its mode */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 && write_lines(fd, url, secret) && rename(fresh, path) == 0) return ERR_OK;
    return err_set(why, ERR_UNAVAILABLE, "%s cannot be written, so commands beside this server need a token: %s", path,
                   strerror(errno));
}

void running_remove(struct str folder)
{
    AUTO_ARENA arena = arena_new();
    unlink(path_of(folder, "", arena));
}

enum err running_read(struct str folder, struct arena *arena, struct str *url, struct str *secret, struct err_info *why)
{
    struct str text = {0};
    const char *path = path_of(folder, "", arena);
    enum err e = input_read_all(path, FILE_BYTES_MAX, arena, &text, why);
    if (e != ERR_OK) return e;
    *url = str_cut(&text, '\n');
    *secret = str_cut(&text, '\n');
    struct err_info ignored = {0};
    if (url->len > 0 && secret_check(SECRET_LOCAL, *secret, &ignored) == ERR_OK) return ERR_OK;
    return err_set(why, ERR_INVALID, "%s is no file of a server's", path);
}
