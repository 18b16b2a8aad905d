/* test_rejects.c — refused rows: counted, kept, written. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/input.h"
#include "files/rejects.h"
#include "harness.h"

static struct reject a_reject(uint64_t line)
{
    return (struct reject){.file = STR("a,b.csv"),
                           .line = line,
                           .column = STR("age"),
                           .reason = REJECT_WRONG_TYPE,
                           .message = STR("'x' is not a number"),
                           .row = STR("1,\"x\"")};
}

static struct str content(struct arena *arena, const char *path)
{
    struct err_info why = {0};
    struct str text = {0};
    CHECK_OK(input_read_all(path, 1 << 20, arena, &text, &why), why);
    return text;
}

TEST(refused_rows_are_counted_by_reason_and_the_first_are_kept)
{
    struct rejects *rejects = rejects_new(false);
    struct err_info why = {0};
    struct reject no_id = a_reject(999);
    no_id.reason = REJECT_NO_ID;
    for (uint64_t i = 0; i < 200; i++) {
        struct reject reject = a_reject(i + 2);
        CHECK_OK(rejects_add(rejects, &reject, &why), why);
    }
    CHECK_OK(rejects_add(rejects, &no_id, &why), why);
    size_t kept = 0;
    CHECK_INT(rejects_kept(rejects, &kept)[9].line, 11);
    CHECK_INT(kept, REJECTS_KEPT_MAX);
    CHECK_INT(rejects_count(rejects), 201);
    CHECK_INT(rejects_count_of(rejects, REJECT_WRONG_TYPE), 200);
    CHECK_INT(rejects_count_of(rejects, REJECT_NO_ID), 1);
    CHECK_OK(rejects_finish(rejects, &why), why);
    rejects_free(rejects);
}

TEST(refused_rows_are_written_as_csv_or_json_lines_by_the_name_of_the_file)
{
    AUTO_ARENA arena = arena_new();
    static const struct {
        const char *name, *text;
    } row[] = {
        {"out.csv", "file,line,column,reason,row\n\"a,b.csv\",2,age,'x' is not a number,\"1,\"\"x\"\"\"\n"},
        {"out.jsonl", "{\"file\":\"a,b.csv\",\"line\":2,\"column\":\"age\",\"reason\":\"'x' is not a number\","
                      "\"row\":\"1,\\\"x\\\"\"}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct err_info why = {0};
        const char *path = arena_format(arena, "%s/%s", harness_tmpdir(), row[i].name).at;
        struct rejects *rejects = rejects_new(false);
        struct reject reject = a_reject(2);
        rejects_write_to(rejects, path, UINT64_MAX);
        CHECK_OK(rejects_add(rejects, &reject, &why), why);
        CHECK_OK(rejects_finish(rejects, &why), why);
        CHECK_STR(content(arena, path), str_from_c(row[i].text));
        rejects_free(rejects);
    }
}

TEST(a_file_may_have_a_most_of_rows_while_all_are_counted)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    const char *path = arena_format(arena, "%s/most.csv", harness_tmpdir()).at;
    struct rejects *rejects = rejects_new(false);
    rejects_write_to(rejects, path, 2);
    for (uint64_t line = 2; line < 6; line++) {
        struct reject reject = a_reject(line);
        CHECK_OK(rejects_add(rejects, &reject, &why), why);
    }
    CHECK_OK(rejects_finish(rejects, &why), why);
    CHECK_STR(content(arena, path), STR("file,line,column,reason,row\n"
                                        "\"a,b.csv\",2,age,'x' is not a number,\"1,\"\"x\"\"\"\n"
                                        "\"a,b.csv\",3,age,'x' is not a number,\"1,\"\"x\"\"\"\n"));
    CHECK_INT(rejects_count(rejects), 4);
    rejects_free(rejects);
}

TEST(without_a_refused_row_no_file_is_made)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct stat status;
    const char *path = arena_format(arena, "%s/none.csv", harness_tmpdir()).at;
    struct rejects *rejects = rejects_new(false);
    rejects_write_to(rejects, path, UINT64_MAX);
    CHECK_OK(rejects_finish(rejects, &why), why);
    CHECK_TRUE(stat(path, &status) != 0);
    rejects_free(rejects);
}

TEST(a_file_that_cannot_be_written_is_an_error_with_a_sentence)
{
    struct err_info why = {0};
    struct reject reject = a_reject(2);
    struct rejects *rejects = rejects_new(false);
    rejects_write_to(rejects, "/nowhere/at/all.csv", UINT64_MAX);
    CHECK_INT(rejects_add(rejects, &reject, &why), ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(why.msg), STR("cannot write the refused rows to '/nowhere/at/all.csv'"));
    rejects_free(rejects);
}

TEST(a_full_disk_is_noticed_at_the_latest_when_the_file_is_closed)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) harness_skip("there is no /dev/full");
    (void)fclose(full);
    struct err_info why = {0};
    struct reject reject = a_reject(2);
    struct rejects *rejects = rejects_new(false);
    rejects_write_to(rejects, "/dev/full", UINT64_MAX);
    CHECK_OK(rejects_add(rejects, &reject, &why), why);
    CHECK_INT(rejects_finish(rejects, &why), ERR_UNAVAILABLE);
    rejects_free(rejects);
}

TEST(an_endless_row_is_cut_where_it_is_written)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF row = BUF_INIT(REJECT_ROW_MAX * 4);
    buf_append_repeat(&row, '"', REJECT_ROW_MAX * 3);
    struct err_info why = {0};
    const char *path = arena_format(arena, "%s/long.csv", harness_tmpdir()).at;
    struct rejects *rejects = rejects_new(false);
    struct reject reject = a_reject(2);
    reject.row = buf_str(&row);
    rejects_write_to(rejects, path, UINT64_MAX);
    CHECK_OK(rejects_add(rejects, &reject, &why), why);
    CHECK_OK(rejects_finish(rejects, &why), why);
    CHECK_INT(content(arena, path).len, 2 * REJECT_ROW_MAX + 2 + sizeof("file,line,column,reason,row\n") - 1 +
                                            sizeof("\"a,b.csv\",2,age,'x' is not a number,\n") - 1);
    rejects_free(rejects);
}

TEST(a_strict_run_stops_at_the_first_refused_row_and_says_which)
{
    struct err_info why = {0};
    struct reject reject = a_reject(2);
    struct rejects *rejects = rejects_new(true);
    CHECK_INT(rejects_add(rejects, &reject, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("a,b.csv:2: age: 'x' is not a number"));
    CHECK_INT(why.at.line, 2);
    rejects_free(rejects);
}

TEST(what_is_shown_on_a_terminal_cannot_steer_it)
{
    AUTO_BUF out = BUF_INIT(4096);
    struct reject reject = a_reject(2);
    reject.message = STR("'\x1b[2J\xc2\x9b"
                         "1mé\x7f' is odd");
    reject.column = STR("");
    reject_render(&reject, &out);
    CHECK_STR(buf_str(&out), STR("a,b.csv:2: '?[2J?1mé?' is odd"));
}

TEST(every_reason_has_a_name)
{
    for (int reason = 0; reason < REJECT_REASONS; reason++)
        CHECK_TRUE(str_from_c(reject_reason_name((enum reject_reason)reason)).len > 0);
}
