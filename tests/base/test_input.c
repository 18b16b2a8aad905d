/* test_input.c — files, pipes and what is no text. */
// SPDX-License-Identifier: Apache-2.0
#include "base/input.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "harness.h"

static struct input *over(struct str bytes)
{
    struct input *input = NULL;
    struct err_info why = {0};
    CHECK_OK(input_from_memory(STR("test.csv"), bytes, &input, &why), why);
    return input;
}

/* A file of the test's own; the path lives in `arena`. */
static const char *write_file(struct arena *arena, const char *name, struct str bytes)
{
    const char *path = arena_format(arena, "%s/%s", harness_tmpdir(), name).at;
    FILE *file = fopen(path, "wb");
    CHECK_TRUE(file != NULL);
    CHECK_INT(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
    CHECK_INT(fclose(file), 0);
    return path;
}

static void check_refused(const char *path, enum err code, const char *sentence)
{
    struct input *input = NULL;
    struct err_info why = {0};
    CHECK_INT(input_open(path, &input, &why), code);
    CHECK_TRUE(input == NULL);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(strrchr(path, '/')));
}

TEST(what_is_no_text_is_named_for_what_it_is)
{
    static const struct {
        const char *name;
        struct str bytes;
        const char *sentence;
    } row[] = {
        {"leads.pdf", STR_INIT("%PDF-1.7\n%\xe2\xe3"), "is a PDF document, expected CSV or JSON Lines"},
        {"leads.csv.gz", STR_INIT("\x1f\x8b\x08\x00\x00"), "is compressed with gzip"},
        {"leads.xlsx", STR_INIT("PK\x03\x04\x14\x00"), "is a Zip archive or an Excel workbook"},
        {"leads.db", STR_INIT("SQLite format 3\0\x10"), "is an SQLite database"},
        {"leads.utf16", STR_INIT("\xff\xfei\0d\0"), "is a text in UTF-16 instead of UTF-8"},
        {"leads.be", STR_INIT("\xfe\xff\0i\0d"), "is a text in UTF-16 instead of UTF-8"},
        {"leads.bin", STR_INIT("id,name\n1,\0\n"), "is not a text (it holds zero bytes)"},
        {"leads.html", STR_INIT("<!DOCTYPE html>\n"), "is a web page"},
        {"empty.csv", STR_INIT(""), "is empty"},
        {"bom.csv", STR_INIT("\xef\xbb\xbf"), "is empty"},
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(row); i++)
        check_refused(write_file(arena, row[i].name, row[i].bytes), ERR_INVALID, row[i].sentence);
}

TEST(a_missing_file_and_a_directory_have_their_own_sentences)
{
    AUTO_ARENA arena = arena_new();
    check_refused(arena_format(arena, "%s/nowhere.csv", harness_tmpdir()).at, ERR_NOT_FOUND, "does not exist");
    const char *folder = arena_format(arena, "%s/folder", harness_tmpdir()).at;
    CHECK_INT(mkdir(folder, 0700), 0);
    check_refused(folder, ERR_INVALID, "is a directory, expected CSV or JSON Lines");
    rmdir(folder);
}

TEST(a_byte_order_mark_is_skipped_and_counted)
{
    struct input *input = over(STR("\xef\xbb\xbfid\n"));
    bool at_end;
    CHECK_STR(input_window(input, &at_end), STR("id\n"));
    CHECK_INT(input_position(input), 3);
    CHECK_INT(input_size(input), 6);
    CHECK_STR(input_name(input), STR("test.csv"));
    input_close(input);
}

TEST(lines_end_in_lf_or_crlf_and_the_last_one_in_nothing)
{
    struct input *input = over(STR("one\ntwo\r\n\nlast\rone"));
    static const struct str expected[] = {STR_INIT("one"), STR_INIT("two"), STR_INIT(""), STR_INIT("last\rone")};
    struct str line;
    uint64_t number = 0;
    struct err_info why = {.code = ERR_INTERNAL};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        CHECK_TRUE(input_line(input, &line, &number, &why));
        CHECK_INT(why.code, ERR_OK);
        CHECK_STR(line, expected[i]);
        CHECK_INT(number, i + 1);
    }
    CHECK_FALSE(input_line(input, &line, &number, &why));
    CHECK_INT(input_position(input), input_size(input));
    input_close(input);
}

TEST(every_line_is_followed_by_readable_bytes)
{
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < 3000; i++) buf_format(&text, "%d\n", i);
    struct input *input = over(buf_str(&text));
    struct str line;
    uint64_t number;
    struct err_info why = {0};
    unsigned sum = 0;
    while (input_line(input, &line, &number, &why))
        for (int i = 0; i < INPUT_PADDING; i++) sum += (unsigned char)line.at[line.len + (size_t)i];
    CHECK_TRUE(sum > 0);
    CHECK_INT(number, 3000);
    input_close(input);
}

TEST(a_line_over_the_ceiling_is_skipped_and_the_next_one_is_read)
{
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    buf_append(&text, STR("first\n"));
    buf_append_repeat(&text, 'x', INPUT_RECORD_MAX + 100000);
    buf_append(&text, STR("\nthird\n"));
    struct input *input = over(buf_str(&text));
    struct str line;
    uint64_t number;
    struct err_info why = {0};
    CHECK_TRUE(input_line(input, &line, &number, &why));
    CHECK_TRUE(input_line(input, &line, &number, &why));
    CHECK_INT(why.code, ERR_TOO_BIG);
    CHECK_INT(why.at.line, 2);
    CHECK_STR(str_from_c(why.msg), STR("a line longer than 16 MiB"));
    CHECK_TRUE(input_line(input, &line, &number, &why));
    CHECK_INT(why.code, ERR_OK);
    CHECK_STR(line, STR("third"));
    CHECK_INT(number, 3);
    CHECK_FALSE(input_line(input, &line, &number, &why));
    input_close(input);
}

/* Standard input is replaced by a pipe that gives three bytes at a time at first. */
TEST(a_pipe_is_read_to_its_end_whatever_its_pieces)
{
    int ends[2];
    CHECK_INT(pipe(ends), 0);
    int kept = dup(STDIN_FILENO);
    CHECK_INT(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    pid_t writer = fork();
    CHECK_TRUE(writer >= 0);
    if (writer == 0) {
        static const char *const pieces[] = {"a,b", "\n1,",
                                             "2\n3,4,and something longer than what opening waits for\n"};
        for (size_t i = 0; i < COUNT_OF(pieces); i++)
            if (write(ends[1], pieces[i], strlen(pieces[i])) < 0) _exit(1);
        for (int i = 0; i < 100000; i++)
            if (write(ends[1], "5,6\n", 4) < 0) _exit(1);
        _exit(0);
    }
    close(ends[1]);
    close(ends[0]);
    struct input *input = NULL;
    struct err_info why = {0};
    CHECK_OK(input_open("-", &input, &why), why);
    CHECK_STR(input_name(input), STR("standard input"));
    CHECK_INT(input_size(input), -1);
    struct str line;
    uint64_t number;
    while (input_line(input, &line, &number, &why)) CHECK_INT(why.code, ERR_OK);
    CHECK_INT(number, 100003);
    input_close(input);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

TEST(a_small_file_is_read_whole_up_to_its_ceiling)
{
    AUTO_ARENA arena = arena_new();
    const char *path = write_file(arena, "definition.yaml", STR("score: a\n"));
    struct str text = {0};
    struct err_info why = {0};
    CHECK_OK(input_read_all(path, 9, arena, &text, &why), why);
    CHECK_STR(text, STR("score: a\n"));
    CHECK_INT(text.at[text.len], 0);
    CHECK_INT(input_read_all(path, 8, arena, &text, &why), ERR_TOO_BIG);
    struct err_info pdf = {0};
    CHECK_INT(input_read_all(write_file(arena, "x.pdf", STR("%PDF-")), 100, arena, &text, &pdf), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(pdf.msg), STR("is a PDF document, expected YAML or JSON"));
}
