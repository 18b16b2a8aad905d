/* rows.c — one face over CSV and JSON Lines.
 *
 * Of a CSV file the columns that matter are found once, from its header: those with
 * a role and those the catalog knows. All others are never looked at again. Records come
 * in batches (csv_batch.h); a large file is read by a thread of its own. Not a pipe: a
 * thread that waits for one could not be told to stop. */
// SPDX-License-Identifier: Apache-2.0
#include "files/rows.h"

#include <string.h>

#include "base/csv.h"
#include "base/intern.h"
#include "base/unicode.h"
#include "files/csv_reader.h"

#define THREAD_FROM_BYTES ((int64_t)1024 * 1024) /* smaller files are read before a thread has begun */

struct column {
    uint32_t property; /* INTERN_NONE: none */
    enum role role;    /* ROLE_NONE: none, or another column has it */
};

struct rows {
    struct input *input;
    struct names *names;
    struct csv *csv; /* NULL: JSON Lines */
    struct json_parser *parser;
    struct column *columns;
    uint32_t *fields; /* of the columns: index in the header */
    size_t column_count;
    size_t column_of[ROLE_COUNT]; /* 1 + index into columns; 0: no column has the role */
    struct csv_reader *reader;
    const struct csv_batch *batch; /* NULL: none yet */
    uint32_t next;                 /* row of the batch */
    bool bad_told;                 /* the bad record behind the batch was given out */
    int64_t position;
    struct row row;
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
    const struct name *by[ROLE_COUNT] = {NULL};
    rows->columns = memory_array(count, sizeof *rows->columns);
    rows->fields = memory_array(count, sizeof *rows->fields);
    for (size_t i = 0; i < count; i++) {
        const struct name *name = names_get(rows->names, header[i]);
        if (name->role == ROLE_NONE && name->property == INTERN_NONE) continue;
        rows->fields[rows->column_count] = (uint32_t)i;
        rows->columns[rows->column_count++] = (struct column){.property = name->property, .role = name->role};
        if (name->role == ROLE_NONE || (by[name->role] != NULL && by[name->role]->rank <= name->rank)) continue;
        by[name->role] = name;
        rows->column_of[name->role] = rows->column_count;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        struct column *column = &rows->columns[i];
        if (rows->column_of[column->role] != i + 1) column->role = ROLE_NONE;
        else if (by[column->role]->reserved) column->property = INTERN_NONE;
    }
}

/* csv_open, with the name of the file before its sentence. */
static MUST_CHECK enum err open_csv(struct input *input, struct csv **out, struct err_info *why)
{
    struct err_info trouble = {.code = ERR_OK};
    enum err failed = csv_open(input, out, &trouble);
    if (failed == ERR_OK) return ERR_OK;
    return err_set_at(why, failed, trouble.at, STR_FMT ":%u: %s", STR_ARG(input_name(input)),
                      trouble.at.line > 0 ? trouble.at.line : 1, trouble.msg);
}

enum err rows_open(struct input *input, const struct catalog *catalog, struct names *names, bool one_thread,
                   struct rows **out, struct err_info *why)
{
    *out = NULL;
    char first = '\0';
    enum err failed = first_byte(input, &first, why);
    if (failed == ERR_OK) failed = check_content(input, first, why);
    struct csv *csv = NULL;
    if (failed == ERR_OK && first != '{') failed = open_csv(input, &csv, why);
    if (failed != ERR_OK) return failed;
    struct rows *rows = memory_alloc(sizeof(*rows));
    rows->input = input;
    rows->names = names;
    rows->csv = csv;
    *out = rows;
    if (csv != NULL) choose_columns(rows); /* which may make properties */
    row_init(&rows->row, catalog);
    if (csv == NULL) {
        rows->parser = json_parser_new();
        return ERR_OK;
    }
    bool own_thread = !one_thread && input_size(input) >= THREAD_FROM_BYTES;
    rows->reader = csv_reader_new(csv, input, rows->fields, rows->column_count, own_thread);
    return ERR_OK;
}

void rows_close(struct rows *rows)
{
    if (rows == NULL) return;
    csv_reader_free(rows->reader);
    csv_close(rows->csv);
    json_parser_free(rows->parser);
    memory_free(rows->columns);
    memory_free(rows->fields);
    row_release(&rows->row);
    memory_free(rows);
}

bool rows_are_json(const struct rows *rows)
{
    return rows->csv == NULL;
}

bool rows_have(const struct rows *rows, enum role role)
{
    return rows->csv == NULL || rows->column_of[role] != 0;
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

/* Behind the last row of a batch, one that could not be read. */
static enum rows_state bad_record(struct rows *rows, struct reject *bad, struct err_info *why)
{
    size_t count = 0;
    const struct str *header = csv_header(rows->csv, &count);
    rows->bad = rows->batch->why;
    rows->row.line = rows->batch->bad_line;
    uint32_t field = rows->bad.at.column;
    struct str column = field >= 1 && field <= count ? header[field - 1] : STR("");
    bool bad_text = str_contains(str_from_c(rows->bad.msg), STR("UTF-8"));
    return bad_row(rows, bad_text ? REJECT_BAD_TEXT : REJECT_FIELD_COUNT, column, bad, why);
}

static enum rows_state next_csv(struct rows *rows, struct reject *bad, struct err_info *why)
{
    struct row *row = &rows->row;
    row->value_count = 0; /* the roles that columns have are all set below */
    while (rows->batch == NULL || rows->next == rows->batch->count) {
        bool was_bad = rows->batch != NULL && rows->batch->end == CSV_BATCH_BAD && !rows->bad_told;
        if (was_bad) {
            rows->bad_told = true;
            return bad_record(rows, bad, why);
        }
        if (rows->batch != NULL && rows->batch->end == CSV_BATCH_END) return ROWS_END;
        rows->batch = csv_reader_next(rows->reader);
        rows->position = rows->batch->position;
        rows->next = 0;
        rows->bad_told = false;
    }
    const struct csv_batch *batch = rows->batch;
    uint32_t next = rows->next++;
    row->line = batch->line[next];
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct column *column = &rows->columns[i];
        struct str text = csv_batch_text(batch, next, i);
        if (column->role != ROLE_NONE) row->role[column->role] = text;
        if (column->property != INTERN_NONE && text.len > 0) row_append(row, column->property, text);
    }
    row->text = csv_batch_text(batch, next, rows->column_count);
    return ROWS_ROW;
}

static enum rows_state next_json(struct rows *rows, struct reject *bad, struct err_info *why)
{
    struct row *row = &rows->row;
    struct str no_column = {0};
    struct str line = {0};
    row_clear(row);
    row->json = NULL;
    rows->bad = (struct err_info){.code = ERR_OK};
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

enum rows_state rows_read(struct rows *rows, struct row **out, struct reject *bad, struct err_info *why)
{
    rows->row.text = (struct str){0};
    *out = &rows->row;
    return rows->csv != NULL ? next_csv(rows, bad, why) : next_json(rows, bad, why);
}

struct str rows_ahead(const struct rows *rows, enum role role, uint32_t distance)
{
    const struct csv_batch *batch = rows->batch;
    size_t column = rows->column_of[role];
    if (batch == NULL || column == 0 || rows->next + distance >= batch->count) return STR("");
    return csv_batch_text(batch, rows->next + distance, column - 1);
}

int64_t rows_position(const struct rows *rows)
{
    return rows->csv != NULL ? rows->position : input_position(rows->input);
}
