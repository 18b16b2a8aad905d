/* test_csv.c — CSV as people write it, good and broken. */
// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "harness.h"

/* Everything a reader says about `bytes`, a line for each record:
 *     ,                   the separator
 *     1 [a][b]            line, fields; the first is the header
 *     3:2 sentence        line and field of a record that is broken */
static struct str read_all(struct arena *arena, struct str bytes)
{
    struct input *input = NULL;
    struct csv *csv = NULL;
    struct err_info why = {0};
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    CHECK_OK(input_from_memory(STR("test.csv"), bytes, &input, &why), why);
    if (csv_open(input, &csv, &why) != ERR_OK) {
        CHECK_TRUE(csv == NULL);
        buf_format(&out, "%s %u:%u %s", err_name(why.code), why.at.line, why.at.column, why.msg);
        input_close(input);
        return arena_str(arena, buf_str(&out));
    }
    struct csv_record record = {.line = 0};
    record.fields = csv_header(csv, &record.count);
    buf_append_char(&out, csv_separator(csv));
    buf_append_char(&out, '\n');
    do {
        if (why.code != ERR_OK) {
            buf_format(&out, "%u:%u %s\n", why.at.line, why.at.column, why.msg);
            continue;
        }
        buf_format(&out, "%u ", (unsigned)record.line);
        for (size_t i = 0; i < record.count; i++) buf_format(&out, "[" STR_FMT "]", STR_ARG(record.fields[i]));
        buf_append_char(&out, '\n');
    } while (csv_next(csv, &record, &why));
    CHECK_INT(input_position(input), input_size(input));
    csv_close(csv);
    input_close(input);
    return arena_str(arena, buf_str(&out));
}

static void check_reads(struct str bytes, const char *expected)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(read_all(arena, bytes), str_from_c(expected));
}

TEST(a_header_and_records_are_read)
{
    check_reads(STR("id, name ,note\n1,Ann,\n2, Bob ,x\n"), ",\n0 [id][name][note]\n2 [1][Ann][]\n3 [2][ Bob ][x]\n");
}

TEST(the_last_line_needs_no_end)
{
    check_reads(STR("a,b\n1,2\n3,"), ",\n0 [a][b]\n2 [1][2]\n3 [3][]\n");
    check_reads(STR("a,b\n1,\"2\""), ",\n0 [a][b]\n2 [1][2]\n");
    check_reads(STR("a,b"), ",\n0 [a][b]\n");
}

TEST(lines_end_in_lf_crlf_or_cr)
{
    check_reads(STR("a,b\r\n1,2\r\n3,4\r\n"), ",\n0 [a][b]\n2 [1][2]\n3 [3][4]\n");
    check_reads(STR("a,b\r1,2\r\"3\",4\r"), ",\n0 [a][b]\n2 [1][2]\n3 [3][4]\n");
    check_reads(STR("a,b\n1,2\r3,4\r\n5,6"), ",\n0 [a][b]\n2 [1][2]\n3 [3][4]\n4 [5][6]\n");
}

TEST(the_separator_is_found_from_the_header_outside_quotes)
{
    check_reads(STR("a;b,c;d\n1;2;3\n"), ";\n0 [a][b,c][d]\n2 [1][2][3]\n");
    check_reads(STR("a\tb\n1\t2,5\n"), "\t\n0 [a][b]\n2 [1][2,5]\n");
    check_reads(STR("\"x;y;z\",b\n1;2,3\n"), ",\n0 [x;y;z][b]\n2 [1;2][3]\n");
    check_reads(STR("alone\n1\n"), ",\n0 [alone]\n2 [1]\n");
}

TEST(quotes_protect_separators_line_ends_and_doubled_quotes)
{
    check_reads(STR("a,b,c\n\"1,5\",\"two\nlines\",\"say \"\"hi\"\"\"\n4,5,6\n"),
                ",\n0 [a][b][c]\n2 [1,5][two\nlines][say \"hi\"]\n4 [4][5][6]\n");
    check_reads(STR("a,b\n\"\",\"\"\"\"\n\"\"\"\"\"\",x\n"), ",\n0 [a][b]\n2 [][\"]\n3 [\"\"][x]\n");
    check_reads(STR("a,b\n\"1\r\n2\r3\",x\ny,z\n"), ",\n0 [a][b]\n2 [1\r\n2\r3][x]\n5 [y][z]\n");
}

TEST(a_quote_in_the_middle_of_a_field_is_kept_and_blanks_behind_a_closing_one_are_not)
{
    check_reads(STR("a,b\n5\" disk,x\"\"y\n \"z\",\"q\"  \n"), ",\n0 [a][b]\n2 [5\" disk][x\"\"y]\n3 [ \"z\"][q]\n");
}

TEST(blank_lines_are_skipped_but_counted)
{
    check_reads(STR("\n\r\n  \na,b\n\n   \n1,2\n\n\n\"\",\n"), ",\n0 [a][b]\n7 [1][2]\n10 [][]\n");
    check_reads(STR("a\n\n\"\"\nx\n"), ",\n0 [a]\n3 []\n4 [x]\n");
}

TEST(a_byte_order_mark_is_no_part_of_the_first_name)
{
    check_reads(STR("\xef\xbb\xbf\"id\",b\n1,2\n"), ",\n0 [id][b]\n2 [1][2]\n");
}

TEST(a_record_of_another_length_is_refused_at_the_field_without_partner)
{
    check_reads(STR("a,b,c\n1,2\n1,2,3,4\n1,2,3\nx\n"), ",\n0 [a][b][c]\n2:3 2 fields, but the header has 3\n"
                                                        "3:4 4 fields, but the header has 3\n4 [1][2][3]\n"
                                                        "5:2 1 field, but the header has 3\n");
}

TEST(a_quote_that_is_never_closed_takes_no_other_line_along)
{
    check_reads(STR("a,b\n1,\"open\n3,4\n5,6\n"),
                ",\n0 [a][b]\n2:2 the quote that opens field 2 is never closed\n3 [3][4]\n4 [5][6]\n");
}

TEST(text_behind_a_closing_quote_is_refused_alone)
{
    check_reads(STR("a,b\n\"x\"y,2\n3,4\n1,\"a \"b\" c\"\n5,6\n"),
                ",\n0 [a][b]\n"
                "2:1 text follows the closing quote of field 1; within quotes a quote is written twice\n3 [3][4]\n"
                "4:2 text follows the closing quote of field 2; within quotes a quote is written twice\n5 [5][6]\n");
}

TEST(invalid_utf_8_is_refused_record_by_record)
{
    check_reads(STR("a,b\n1,\xc5\x82\n2,\xff\n3,4\n\xc5,6\n7,8\n"),
                ",\n0 [a][b]\n2 [1][\xc5\x82]\n3:2 field 2 is not valid UTF-8; save the file as UTF-8\n4 [3][4]\n"
                "5:1 field 1 is not valid UTF-8; save the file as UTF-8\n6 [7][8]\n");
}

TEST(a_field_over_the_ceiling_is_refused_and_reading_goes_on)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    buf_append(&text, STR("a,b\n1,"));
    buf_append_repeat(&text, 'x', CSV_FIELD_MAX);
    buf_append(&text, STR("\n2,"));
    buf_append_repeat(&text, 'y', CSV_FIELD_MAX + 1);
    buf_append(&text, STR("\n3,4\n5,\"open\n"));
    for (size_t i = 0; i < CSV_FIELD_MAX / 4; i++) buf_append(&text, STR("6,7\n"));
    struct str all = read_all(arena, buf_str(&text));
    CHECK_CONTAINS(all, STR("\n3:2 field 2 is longer than 1024 KiB\n4 [3][4]\n"
                            "5:2 field 2 is longer than 1024 KiB, or its quote is never closed\n6 [6][7]\n7 [6][7]\n"));
}

TEST(a_record_over_the_ceiling_is_refused_and_reading_goes_on)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    buf_append(&text, STR("a,b\n"));
    for (size_t i = 0; i <= INPUT_RECORD_MAX / CSV_FIELD_MAX; i++) {
        buf_append_repeat(&text, 'x', CSV_FIELD_MAX);
        buf_append_char(&text, ',');
    }
    buf_append(&text, STR("x\n3,4\n"));
    CHECK_STR(read_all(arena, buf_str(&text)), STR(",\n0 [a][b]\n2:1 a record longer than 16 MiB\n3 [3][4]\n"));
}

TEST(more_columns_than_the_ceiling_are_refused)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < CSV_COLUMNS_MAX - 1; i++) buf_format(&text, "c%d,", i);
    size_t almost = text.len;
    buf_append(&text, STR("last\n"));
    CHECK_CONTAINS(read_all(arena, buf_str(&text)), STR("[last]"));
    text.len = almost;
    buf_append(&text, STR("x,y\n"));
    CHECK_STR(read_all(arena, buf_str(&text)), STR("too big 1:4097 more than 4096 fields"));
}

TEST(a_header_must_name_every_column_once)
{
    check_reads(STR("id,,name\n"), "invalid 1:2 column 2 has no name");
    check_reads(STR("\nid,name, id \n"), "invalid 2:3 two columns have the name 'id'");
    check_reads(STR("\n \n"), "invalid 0:0 only blank lines, no header");
    check_reads(STR("id,\xff\n"), "invalid 1:2 field 2 is not valid UTF-8; save the file as UTF-8");
}

/* The window of a test is 4 KiB and moves: records lie across its edge at every offset. */
TEST(records_that_lie_across_the_edge_of_the_window_are_read_alike)
{
    for (size_t shift = 0; shift < 40; shift++) {
        AUTO_ARENA arena = arena_new();
        AUTO_BUF text = BUF_INIT(SIZE_MAX), expected = BUF_INIT(SIZE_MAX);
        buf_append(&text, STR("id,name,note\r\n"));
        buf_append(&expected, STR(",\n0 [id][name][note]\n"));
        buf_append_repeat(&text, 'x', shift);
        buf_append(&text, STR(",,\r\n"));
        buf_append(&expected, STR("2 ["));
        buf_append_repeat(&expected, 'x', shift);
        buf_append(&expected, STR("][][]\n"));
        for (unsigned i = 0; i < 400; i++) {
            buf_format(&text, "%u,\"\xc5\x82\"\"%u\"\"\",\"a\r\nb\"\r\n", i, i * 7);
            buf_format(&expected, "%u [%u][\xc5\x82\"%u\"][a\r\nb]\n", 3 + 2 * i, i, i * 7);
        }
        CHECK_STR(read_all(arena, buf_str(&text)), buf_str(&expected));
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

TEST(what_is_written_is_read_back)
{
    static const char alphabet[] = "ab,;\"\n\r\t \xc5\x82";
    uint64_t state = harness_seed();
    for (int round = 0; round < 300; round++) {
        AUTO_ARENA arena = arena_new();
        AUTO_BUF text = BUF_INIT(SIZE_MAX), expected = BUF_INIT(SIZE_MAX), field = BUF_INIT(SIZE_MAX);
        buf_append(&text, STR("h1,h2,h3\n"));
        buf_append(&expected, STR(",\n0 [h1][h2][h3]\n"));
        unsigned line = 2;
        for (int record = 0; record < 30; record++) {
            buf_format(&expected, "%u ", line++);
            for (int column = 0; column < 3; column++) {
                buf_clear(&field);
                for (uint64_t n = next_random(&state) % 6; n > 0; n--) {
                    char c = alphabet[next_random(&state) % (sizeof alphabet - 3)];
                    buf_append_char(&field, c);
                    line += c == '\n' ? !(field.len > 1 && field.at[field.len - 2] == '\r') : c == '\r';
                }
                buf_append(&field, STR("\xc5\x82"));
                csv_append_field(&text, buf_str(&field), ',');
                buf_append(&text, column < 2 ? STR(",") : STR("\r\n"));
                buf_format(&expected, "[" STR_FMT "]", STR_ARG(buf_str(&field)));
            }
            buf_append_char(&expected, '\n');
        }
        CHECK_STR(read_all(arena, buf_str(&text)), buf_str(&expected));
    }
}
