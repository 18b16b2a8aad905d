/* replay.c — feeds a fuzzer the inputs that once mattered, as ordinary tests.
 *
 *     fuzz_NAME FOLDER-OR-FILE...
 *
 * Each file is one test named after it, reported as TAP; the empty input is always one
 * more. A bad input kills the program, as it does under the fuzzer, and the runner then
 * counts the name printed last. */
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static int count;

static void feed(const char *name, const unsigned char *data, size_t size)
{
    printf("# next: %s\n", name);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    printf("ok %d - %s\n", ++count, name);
}

static _Noreturn void stop(const char *path)
{
    fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
    exit(2);
}

static void feed_file(const char *path, const char *name)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) stop(path);
    if (fseek(file, 0, SEEK_END) != 0) stop(path);
    long size = ftell(file);
    if (size < 0) stop(path);
    rewind(file);
    /* Exactly as large as the input, so that a sanitizer sees the first byte read past it. */
    unsigned char *data = malloc(size > 0 ? (size_t)size : 1);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) stop(path);
    fclose(file);
    feed(name, data, (size_t)size);
    free(data);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void feed_folder(const char *path)
{
    struct dirent **entries = NULL;
    int found = scandir(path, &entries, is_shown, alphasort);
    if (found < 0 && errno == ENOENT) return; /* nothing has been found yet */
    if (found < 0 && errno == ENOTDIR) {
        feed_file(path, path);
        return;
    }
    if (found < 0) stop(path);
    for (int i = 0; i < found; i++) {
        char file[PATH_MAX_BYTES];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        feed_file(file, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    feed("the empty input", (const unsigned char *)"", 0);
    for (int i = 1; i < argc; i++) feed_folder(argv[i]);
    printf("1..%d\n", count);
    return 0;
}
