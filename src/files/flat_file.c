/* flat_file.c — see flat_file.h. */
// SPDX-License-Identifier: Apache-2.0
#include "files/flat_file.h"

#include "base/csv.h"

#define ROWS_BETWEEN 1024 /* of two looks at the progress */

struct reading {
    struct input *input;
    struct csv *csv;
    struct progress *progress;
    struct rejects *rejects;
    struct flat *out;
};

static enum err open_table(struct reading *r, const struct str *empty, size_t empty_count, struct err_info *why)
{
    struct err_info trouble = {.code = ERR_OK};
    struct str name = input_name(r->input);
    size_t count = 0;
    enum err failed = csv_open(r->input, &r->csv, &trouble);
    if (failed != ERR_OK)
        return err_set_at(why, failed, trouble.at, STR_FMT ":%u: %s", STR_ARG(name),
                          trouble.at.line > 0 ? trouble.at.line : 1, trouble.msg);
    const struct str *header = csv_header(r->csv, &count);
    if (count > FLAT_COLUMNS_MAX)
        return err_set(why, ERR_TOO_BIG, STR_FMT ": a table has at most %d columns", STR_ARG(name), FLAT_COLUMNS_MAX);
    flat_init(r->out, header, count, empty, empty_count);
    return ERR_OK;
}

static enum err refuse_row(struct reading *r, const struct csv_record *record, const struct err_info *bad,
                           struct err_info *why)
{
    struct str message = str_from_c(bad->msg);
    bool is_text = str_contains(message, STR("UTF-8"));
    if (bad->code != ERR_INVALID && bad->code != ERR_TOO_BIG) return err_set(why, bad->code, "%s", bad->msg);
    struct reject reject = {.file = input_name(r->input),
                            .line = record->line,
                            .reason = bad->code == ERR_TOO_BIG ? REJECT_TOO_BIG
                                      : is_text                ? REJECT_BAD_TEXT
                                                               : REJECT_FIELD_COUNT,
                            .message = message};
    return rejects_add(r->rejects, &reject, why);
}

static enum err read_rows(struct reading *r, struct err_info *why)
{
    struct csv_record record;
    enum err err = ERR_OK;
    for (uint64_t read = 0; err == ERR_OK; read++) {
        struct err_info bad = {.code = ERR_OK};
        if (!csv_next(r->csv, &record, &bad)) break;
        err = bad.code != ERR_OK ? refuse_row(r, &record, &bad, why) : flat_add(r->out, record.fields, why);
        if (err == ERR_OK && read % ROWS_BETWEEN == 0 &&
            !progress_update(r->progress, (uint64_t)input_position(r->input)))
            err = err_set(why, ERR_UNAVAILABLE, "reading was given up");
    }
    if (err == ERR_OK && r->out->rows == 0)
        err = err_set(why, ERR_INVALID, STR_FMT " has a header, but no rows", STR_ARG(input_name(r->input)));
    return err;
}

enum err flat_file_read(const char *path, const struct str *empty, size_t empty_count, struct progress *progress,
                        struct rejects *rejects, struct flat *out, struct err_info *why)
{
    struct reading r = {.progress = progress, .rejects = rejects, .out = out};
    *out = (struct flat){0};
    enum err err = input_open(path, &r.input, why);
    if (err != ERR_OK) return err;
    int64_t bytes = input_size(r.input);
    progress_begin(progress, "loading", "B", bytes > 0 ? (uint64_t)bytes : 0);
    err = open_table(&r, empty, empty_count, why);
    if (err == ERR_OK) err = read_rows(&r, why);
    progress_end(progress);
    csv_close(r.csv);
    input_close(r.input);
    return err;
}
