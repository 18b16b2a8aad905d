/* model_file.c — see model_file.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/model_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "predict/model_image.h"

static enum err read_opened(FILE *file, const char *path, struct arena *arena, struct str *out, struct err_info *why)
{
    struct stat about;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode))
        return err_set(why, ERR_INVALID, "%s is not a file", path);
    if ((uint64_t)about.st_size > MODEL_BYTES_MAX)
        return err_set(why, ERR_TOO_BIG, "%s is over %zu bytes: that is no model", path, MODEL_BYTES_MAX);
    char *bytes = arena_alloc(arena, (size_t)about.st_size + 1);
    *out = (struct str){bytes, fread(bytes, 1, (size_t)about.st_size, file)};
    return ferror(file) ? err_set(why, ERR_UNAVAILABLE, "%s cannot be read", path) : ERR_OK;
}

enum err model_file_read(const char *path, struct arena *arena, struct str *out, struct err_info *why)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return err_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    enum err err = read_opened(file, path, arena, out, why);
    fclose(file);
    return err;
}
