/* test_running.c — a server leaves its address and a secret in its folder, for the folder's owner. */
// SPDX-License-Identifier: Apache-2.0
#include "app/running.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *path_of(struct arena *arena)
{
    return arena_format(arena, "%s/plumb.running", harness_tmpdir()).at;
}

TEST(what_a_server_leaves_is_found_again_and_replaced_by_the_next_one)
{
    AUTO_ARENA arena = arena_new();
    struct str folder = str_from_c(harness_tmpdir()), url, found;
    struct secret former, latter;
    struct err_info why = {0};
    secret_new(SECRET_LOCAL, &former);
    secret_new(SECRET_LOCAL, &latter);
    CHECK_OK(running_write(folder, STR("http://127.0.0.1:1"), &former, &why), why);
    CHECK_OK(running_write(folder, STR("http://127.0.0.1:7420"), &latter, &why), why);
    CHECK_OK(running_read(folder, arena, &url, &found, &why), why);
    CHECK_STR(url, STR("http://127.0.0.1:7420"));
    CHECK_STR(found, secret_str(&latter));
    running_remove(folder);
    running_remove(folder);
    CHECK_INT(running_read(folder, arena, &url, &found, &why), ERR_NOT_FOUND);
}

TEST(it_is_for_the_owner_of_the_folder_alone)
{
    AUTO_ARENA arena = arena_new();
    struct secret secret;
    struct stat status;
    struct err_info why = {0};
    secret_new(SECRET_LOCAL, &secret);
    mode_t former = umask(0);
    CHECK_OK(running_write(str_from_c(harness_tmpdir()), STR("http://127.0.0.1:1"), &secret, &why), why);
    umask(former);
    CHECK_INT(stat(path_of(arena), &status), 0);
    CHECK_INT(status.st_mode & 0777, 0600);
    running_remove(str_from_c(harness_tmpdir()));
}

TEST(what_is_no_file_of_a_server_is_told_without_what_stands_in_it)
{
    static const char *const texts[] = {"\n", "http://127.0.0.1:1\n", "http://127.0.0.1:1\nplumb_local_mistyped\n",
                                        "\nplumb_local_x\n"};
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct str url, secret;
        struct err_info why = {0};
        FILE *to = fopen(path_of(arena), "w");
        CHECK_TRUE(to != NULL);
        fputs(texts[i], to);
        fclose(to);
        CHECK_INT(running_read(str_from_c(harness_tmpdir()), arena, &url, &secret, &why), ERR_INVALID);
        CHECK_CONTAINS(str_from_c(why.msg), STR("is no file of a server's"));
        CHECK_FALSE(str_contains(str_from_c(why.msg), STR("mistyped")));
    }
}

TEST(a_folder_that_cannot_be_written_to_is_told)
{
    struct secret secret;
    struct err_info why = {0};
    secret_new(SECRET_LOCAL, &secret);
    CHECK_INT(running_write(STR("/no/such/folder"), STR("http://127.0.0.1:1"), &secret, &why), ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(why.msg), STR("so commands beside this server need a token"));
}
