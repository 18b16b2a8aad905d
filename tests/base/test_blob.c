/* test_blob.c — what was put is what is taken, or the file is refused. */
// SPDX-License-Identifier: Apache-2.0
#include "base/blob.h"

#include <stdio.h>
#include <unistd.h>

#include "harness.h"

static char path[256];

static void write_one(const char *name)
{
    struct err_info why = {0};
    struct blob_writer *out;
    snprintf(path, sizeof path, "%s/%s", harness_tmpdir(), name);
    CHECK_OK(blob_create(path, "TESTBLOB", &out, &why), why);
    blob_put_u32(out, 7);
    blob_put_str(out, STR("seven"));
    blob_put_u64(out, UINT64_MAX);
    for (int i = 0; i < 300000; i++) blob_put_u32(out, (uint32_t)i); /* more than a buffer */
    CHECK_OK(blob_commit(out, &why), why);
}

TEST(a_file_is_read_back_as_it_was_written)
{
    struct err_info why = {0};
    struct blob_reader in;
    write_one("whole");
    CHECK_OK(blob_open(path, "TESTBLOB", &in, &why), why);
    CHECK_INT(blob_take_u32(&in), 7);
    CHECK_STR(blob_take_str(&in), STR("seven"));
    CHECK_TRUE(blob_take_u64(&in) == UINT64_MAX);
    for (int i = 0; i < 300000; i++) CHECK_INT(blob_take_u32(&in), i);
    CHECK_FALSE(in.failed);
    CHECK_INT(blob_take_u32(&in), 0); /* there is no more */
    CHECK_TRUE(in.failed);
    blob_close(&in);
}

TEST(a_length_beyond_the_end_is_not_followed)
{
    struct err_info why = {0};
    struct blob_writer *out;
    struct blob_reader in;
    snprintf(path, sizeof path, "%s/long", harness_tmpdir());
    CHECK_OK(blob_create(path, "TESTBLOB", &out, &why), why);
    blob_put_u32(out, UINT32_MAX);
    CHECK_OK(blob_commit(out, &why), why);
    CHECK_OK(blob_open(path, "TESTBLOB", &in, &why), why);
    CHECK_INT(blob_take_str(&in).len, 0);
    CHECK_TRUE(in.failed);
    CHECK_TRUE(blob_take(&in, 0) == NULL);
    blob_close(&in);
}

TEST(a_changed_a_shortened_and_a_foreign_file_are_refused)
{
    struct err_info why = {0};
    struct blob_reader in;
    write_one("refused");
    CHECK_INT(blob_open(path, "ANOTHER1", &in, &why), ERR_INVALID);
    why = (struct err_info){0};
    FILE *file = fopen(path, "r+b");
    CHECK_TRUE(file != NULL);
    fseek(file, 1000, SEEK_SET);
    fputc(0xFF, file);
    fclose(file);
    CHECK_INT(blob_open(path, "TESTBLOB", &in, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("is damaged"));
    CHECK_INT(truncate(path, 5), 0);
    CHECK_INT(blob_open(path, "TESTBLOB", &in, &why), ERR_INVALID);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(blob_open(path, "TESTBLOB", &in, &why), ERR_NOT_FOUND);
}

TEST(what_was_there_stays_until_all_of_the_new_is_there)
{
    struct err_info why = {0};
    struct blob_writer *out;
    struct blob_reader in;
    write_one("stays");
    CHECK_OK(blob_create(path, "TESTBLOB", &out, &why), why);
    blob_put_u32(out, 8);
    CHECK_OK(blob_open(path, "TESTBLOB", &in, &why), why);
    CHECK_INT(blob_take_u32(&in), 7);
    blob_close(&in);
    blob_abandon(out);
    CHECK_OK(blob_open(path, "TESTBLOB", &in, &why), why);
    blob_close(&in);
}
