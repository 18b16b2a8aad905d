/* test_unfinished.c — half a file is worse than none. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unfinished.h"

#include <stdio.h>
#include <unistd.h>

#include "../harness.h"

static const char *begin_file(char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/half", harness_tmpdir());
    FILE *to = fopen(path, "w");
    CHECK_TRUE(to != NULL);
    fclose(to);
    return path;
}

TEST(a_file_that_was_begun_goes_with_the_program)
{
    char path[4096];
    unfinished_begin(begin_file(path, sizeof path));
    unfinished_remove();
    CHECK_INT(access(path, F_OK), -1);
    unfinished_remove(); /* a second signal */
    unfinished_end();
}

TEST(a_file_that_is_complete_stays)
{
    char path[4096];
    unfinished_begin(begin_file(path, sizeof path));
    unfinished_end();
    unfinished_remove();
    CHECK_INT(access(path, F_OK), 0);
}
