/* rows.c — one face over CSV and JSON Lines.
 *
 * Of a CSV file the columns that matter are found once, from its header: those with
 * a role and those the catalog knows. All others are never looked at again. */
// SPDX-License-Identifier: Apache-2.0
#include "app/rows.h"

#include <string.h>

#include "base/csv.h"
#include "base/intern.h"
#include "base/unicode.h"

#define TEXT_BYTES_MAX (2 * INPUT_RECORD_MAX + CSV_COLUMNS_MAX)

struct column {
    uint32_t field;    /* index in the header */
    uint32_t property; /* INTERN_NONE: none */
    enum role role;    /* ROLE_NONE: none, or another column has it */
};

struct rows {
    struct input *input;
    struct names *names;
    struct csv *csv; /* NULL: JSON Lines */
    struct json_parser *parser;
    struct column *columns;
    size_t column_count;
    bool has_role[ROLE_COUNT];
    struct row row;
    struct buf text;
    struct err_info bad; /* of the last ROWS_BAD */
};

/* The first byte that is not blank, in *out; 0 when there is none. Nothing is consumed. */
static MUST_CHECK enum err first_byte(struct input *input, char *out, struct err_info *why)
{
    for (;;) {
        bool at_end = false;
        struct str window = input_window(input, &at_end);
        size_t blank = 0;
        while (blank < window.len && strchr(" \t\r\n\v\f", window.at[blank]) != NULL && window.at[blank] != '\0')
            blank++;
        *out = blank < window.len ? window.at[blank] : '\0';
        if (blank < window.len || at_end) return ERR_OK;
        enum err failed = input_more(input, why);
        if (failed != ERR_OK) return failed;
    }
}

/* A '{' alone on its line begins JSON that is spread over many. */
static bool is_spread_json(const struct input *input)
{
    bool at_end = false;
    struct str window = input_window(input, &at_end);
    struct str line = {NULL, 0};
    while (window.len > 0 && line.len == 0) line = str_trim(str_cut(&window, '\n'));
    return str_equal(line, STR("{")) && str_trim(window).len > 0;
}

static MUST_CHECK enum err check_content(struct input *input, char first, struct err_info *why)
{
    struct str name = input_name(input);
    if (first == '\0')
        return err_set(why, ERR_INVALID, STR_FMT " is empty: it holds nothing but blanks", STR_ARG(name));
    if (first == '[')
        return err_set(why, ERR_INVALID,
                       STR_FMT " holds a JSON array; JSON Lines is expected: one object on each line, without "
                               "brackets and commas around them",
                       STR_ARG(name));
    if (first == '{' && is_spread_json(input))
        return err_set(why, ERR_INVALID,
                       STR_FMT " holds JSON spread over several lines; JSON Lines is expected: one object on "
                               "each line",
                       STR_ARG(name));
    if (first == '<')
        return err_set(why, ERR_INVALID, STR_FMT " is a web page or XML; CSV or JSON Lines is expected", STR_ARG(name));
    return ERR_OK;
}

/* Of the columns with one role the one with the least rank has it, the first of equals. */
static void choose_columns(struct rows *rows)
{
    size_t count = 0;
    const struct str *header = csv_header(rows->csv, &count);
    const struct column *chosen[ROLE_COUNT] = {NULL};
    const struct name *by[ROLE_COUNT] = {NULL};
    rows->columns = memory_array(count, sizeof(struct column));
    for (size_t i = 0; i < count; i++) {
        const struct name *name = names_get(rows->names, header[i]);
        if (name->role == ROLE_NONE && name->property == INTERN_NONE) continue;
        struct column *column = &rows->columns[rows->column_count++];
        *column = (struct column){.field = (uint32_t)i, .property = name->property, .role = name->role};
        if (name->role == ROLE_NONE) continue;
        if (chosen[name->role] != NULL && by[name->role]->rank <= name->rank) continue;
        chosen[name->role] = column;
        by[name->role] = name;
        rows->has_role[name->role] = true;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        struct column *column = &rows->columns[i];
        if (chosen[column->role] != column) column->role = ROLE_NONE;
        else if (by[column->role]->reserved) column->property = INTERN_NONE;
    }
}

enum err rows_open(struct input *input, const struct catalog *catalog, struct names *names, struct rows **out,
                   struct err_info *why)
{
    *out = NULL;
    char first = '\0';
    enum err failed = first_byte(input, &first, why);
    if (failed == ERR_OK) failed = check_content(input, first, why);
    struct csv *csv = NULL;
    if (failed == ERR_OK && first != '{') failed = csv_open(input, &csv, why);
    if (failed != ERR_OK) return failed;
    struct rows *rows = memory_alloc(sizeof(*rows));
    rows->input = input;
    rows->names = names;
    rows->csv = csv;
    rows->text = (struct buf)BUF_INIT(TEXT_BYTES_MAX);
    row_init(&rows->row, catalog);
    if (csv != NULL) choose_columns(rows);
    else rows->parser = json_parser_new();
    *out = rows;
    return ERR_OK;
}

void rows_close(struct rows *rows)
{
    if (rows == NULL) return;
    csv_close(rows->csv);
    json_parser_free(rows->parser);
    memory_free(rows->columns);
    row_release(&rows->row);
    buf_release(&rows->text);
    memory_free(rows);
}

bool rows_are_json(const struct rows *rows)
{
    return rows->csv == NULL;
}

bool rows_have(const struct rows *rows, enum role role)
{
    return rows->csv == NULL || rows->has_role[role];
}

const struct str *rows_columns(const struct rows *rows, size_t *count)
{
    INVARIANT(rows->csv != NULL);
    return csv_header(rows->csv, count);
}

/* What cannot be read says why in rows->bad; what reading itself says is passed on. */
static enum rows_state bad_row(struct rows *rows, enum reject_reason reason, struct str column, struct reject *bad,
                               struct err_info *why)
{
    enum err code = rows->bad.code;
    struct str message = str_from_c(rows->bad.msg);
    if (code != ERR_INVALID && code != ERR_TOO_BIG) {
        (void)err_set(why, code, STR_FMT, STR_ARG(message));
        return ROWS_FAILED;
    }
    if (code == ERR_TOO_BIG) reason = REJECT_TOO_BIG;
    *bad = (struct reject){.line = rows->row.line, .column = column, .reason = reason, .message = message};
    return ROWS_BAD;
}

static enum rows_state next_csv(struct rows *rows, struct reject *bad, struct err_info *why)
{
    struct csv_record record = {0};
    if (!csv_next(rows->csv, &record, &rows->bad)) {
        struct str no_column = {0};
        return rows->bad.code == ERR_OK ? ROWS_END : bad_row(rows, REJECT_FIELD_COUNT, no_column, bad, why);
    }
    struct row *row = &rows->row;
    row->line = record.line;
    row->fields = record.fields;
    row->field_count = record.count;
    if (rows->bad.code != ERR_OK) {
        size_t count = 0;
        const struct str *header = csv_header(rows->csv, &count);
        uint32_t field = rows->bad.at.column;
        struct str column = field >= 1 && field <= count ? header[field - 1] : STR("");
        bool bad_text = str_contains(str_from_c(rows->bad.msg), STR("UTF-8"));
        return bad_row(rows, bad_text ? REJECT_BAD_TEXT : REJECT_FIELD_COUNT, column, bad, why);
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct column *column = &rows->columns[i];
        struct str text = str_trim(record.fields[column->field]);
        if (text.len == 0) continue;
        if (column->role != ROLE_NONE) row->role[column->role] = text;
        if (column->property != INTERN_NONE) row_set(row, column->property, text);
    }
    return ROWS_ROW;
}

static enum rows_state next_json(struct rows *rows, struct reject *bad, struct err_info *why)
{
    struct row *row = &rows->row;
    struct str no_column = {0};
    struct str line = {0};
    do {
        if (!input_line(rows->input, &line, &row->line, &rows->bad))
            return rows->bad.code == ERR_OK ? ROWS_END : bad_row(rows, REJECT_NOT_JSON, no_column, bad, why);
        if (rows->bad.code != ERR_OK) return bad_row(rows, REJECT_NOT_JSON, no_column, bad, why);
    } while (str_trim(line).len == 0);
    row->text = line;
    if (json_parse(rows->parser, line, &row->json, &rows->bad) != ERR_OK)
        return bad_row(rows, unicode_valid(line, NULL) ? REJECT_NOT_JSON : REJECT_BAD_TEXT, no_column, bad, why);
    if (row->json->kind == JSON_OBJECT) return ROWS_ROW;
    (void)err_set(&rows->bad, ERR_INVALID, "the line is JSON, but no object in braces");
    return bad_row(rows, REJECT_NOT_JSON, no_column, bad, why);
}

enum rows_state rows_next(struct rows *rows, struct row **out, struct reject *bad, struct err_info *why)
{
    row_clear(&rows->row);
    rows->row.text = (struct str){0};
    rows->row.json = NULL;
    rows->row.field_count = 0;
    rows->bad.code = ERR_OK;
    rows->bad.at = (struct place){0};
    *out = &rows->row;
    return rows->csv != NULL ? next_csv(rows, bad, why) : next_json(rows, bad, why);
}

struct str rows_text(struct rows *rows)
{
    if (rows->csv == NULL) return rows->row.text;
    buf_clear(&rows->text);
    for (size_t i = 0; i < rows->row.field_count; i++) {
        if (i > 0) buf_append_char(&rows->text, ',');
        csv_append_field(&rows->text, rows->row.fields[i], ',');
    }
    return buf_str(&rows->text);
}
