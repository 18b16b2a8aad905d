/* job_files.c — see job_files.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/job_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PREFIX "job-"

const char *job_file_path(const char *folder, struct arena *arena, uint64_t number, enum job_file file)
{
    static const char *const endings[JOB_FILES] = {
        [JOB_BODY] = "body", [JOB_REFUSED] = "refused.csv", [JOB_RESULT] = "result"};
    return arena_format(arena, "%s/" FILE_PREFIX "%llu.%s", folder, (unsigned long long)number, endings[file]).at;
}

enum err job_file_create(const char *folder, const char *path, int *fd, struct err_info *why)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return err_set(why, ERR_UNAVAILABLE, "the folder '%s' cannot be made: %s", folder, strerror(errno));
    *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd >= 0) return ERR_OK;
    return err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(errno));
}

enum err job_file_write(const char *folder, const char *path, struct str body, struct err_info *why)
{
    int fd = -1;
    enum err e = job_file_create(folder, path, &fd, why);
    if (e != ERR_OK) return e;
    size_t at = 0;
    while (at < body.len) {
        ssize_t written = write(fd, body.at + at, body.len - at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        at += (size_t)written;
    }
    int failure = errno;
    if (close(fd) == 0 && at == body.len) return ERR_OK;
    (void)unlink(path);
    return err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(failure));
}

int job_file_open(const char *path, uint64_t *bytes)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && fstat(fd, &about) != 0) {
        close(fd);
        return -1;
    }
    if (fd >= 0) *bytes = (uint64_t)about.st_size;
    return fd;
}

void job_files_drop(const char *folder, uint64_t number)
{
    AUTO_ARENA arena = arena_new();
    for (enum job_file file = 0; file < JOB_FILES; file++) (void)unlink(job_file_path(folder, arena, number, file));
}

void job_files_empty(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}
