/* fuzz_csv.c — whatever the bytes, a CSV reader keeps its promises.
 *
 * Good records have as many fields as the header, of valid UTF-8, within the ceilings;
 * a bad one has a code, a sentence and a place; lines and positions never go back; and
 * what was read, written again and read again, is the same. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/unicode.h"

#define INPUT_MAX ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_place(const struct err_info *why)
{
    INVARIANT(why->msg[0] != 0);
    INVARIANT(unicode_valid(str_from_c(why->msg), NULL));
}

static bool is_blank(struct str s)
{
    while (s.len > 0 && s.at[s.len - 1] == ' ') s.len--;
    return s.len == 0;
}

static void append_record(struct buf *out, const struct str *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_append_char(out, ',');
        bool blank = count == 1 && is_blank(fields[i]); /* a blank line would be skipped */
        if (blank) buf_append_char(out, '"');
        csv_append_field(out, fields[i], ',');
        if (blank) buf_append_char(out, '"');
    }
    buf_append_char(out, '\n');
}

/* Read `bytes` to the end; append each good record to *written, as CSV with commas. */
static uint64_t read_all(struct str bytes, struct buf *written)
{
    struct err_info why = {0};
    struct input *input = NULL;
    struct csv *csv = NULL;
    enum err e = input_from_memory(STR("fuzz.csv"), bytes, &input, &why);
    INVARIANT((e == ERR_OK) == (input != NULL));
    if (e == ERR_OK) e = csv_open(input, &csv, &why);
    INVARIANT((e == ERR_OK) == (csv != NULL));
    uint64_t good = 0;
    if (e != ERR_OK) {
        INVARIANT(why.code == e);
        check_place(&why);
        input_close(input);
        return good;
    }
    size_t columns;
    const struct str *header = csv_header(csv, &columns);
    INVARIANT(columns > 0 && columns <= CSV_COLUMNS_MAX);
    for (size_t i = 0; i < columns; i++) INVARIANT(header[i].len > 0 && unicode_valid(header[i], NULL));
    append_record(written, header, columns);

    struct csv_record record;
    uint64_t last_line = 0;
    int64_t last_position = 0;
    while (csv_next(csv, &record, &why)) {
        INVARIANT(record.line > last_line);
        INVARIANT(input_position(input) >= last_position && input_position(input) <= input_size(input));
        last_line = record.line;
        last_position = input_position(input);
        if (why.code != ERR_OK) {
            INVARIANT(record.count == 0 && why.at.line == record.line && why.at.column > 0);
            check_place(&why);
            continue;
        }
        INVARIANT(record.count == columns);
        for (size_t i = 0; i < columns; i++) INVARIANT(unicode_valid(record.fields[i], NULL));
        append_record(written, record.fields, columns);
        good++;
    }
    csv_close(csv);
    input_close(input);
    return good;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size > INPUT_MAX) return 0;
    AUTO_BUF once = BUF_INIT(INPUT_MAX * 8);
    AUTO_BUF twice = BUF_INIT(INPUT_MAX * 8);
    uint64_t good = read_all((struct str){(const char *)data, size}, &once);
    INVARIANT(!once.failed);
    if (once.len == 0) return 0;
    /* A name that holds a tab or semicolon would have it taken for the separator, and one
     * that begins with a byte order mark would lose it. */
    struct str rest = buf_str(&once);
    struct str header = str_cut(&rest, '\n');
    if (str_contains(header, STR(";")) || str_contains(header, STR("\t")) || str_contains(header, STR("\""))) return 0;
    if (str_starts_with(header, STR("\xef\xbb\xbf"))) return 0;
    uint64_t again = read_all(buf_str(&once), &twice);
    if (twice.len == 0) return 0; /* it looks like another kind of file now, or holds zero bytes at its beginning */
    INVARIANT(again == good && str_equal(buf_str(&once), buf_str(&twice)));
    return 0;
}
