/* predict_table.c — `plumb predict --table`: the model, the table, forecasts of its leads, output. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "app/model_file.h"
#include "app/outfile.h"
#include "app/predict.h"
#include "app/summary.h"
#include "app/table_file.h"
#include "predict/flat_image.h"
#include "predict/flat_reasons.h"

#define ROWS_SHOWN 20
#define FEW_LEADS 20 /* fewer are held against those that the model was judged on, not against each other */
#define LINE_BYTES_MAX ((size_t)256 * 1024)

struct request {
    const char *model, *table, *id, *output;
    unsigned format;
    uint64_t rows;
    bool explain, strict;
};

struct session {
    struct app *app;
    const struct request *request;
    struct arena *arena;
    struct flat_trained trained;
    struct table_file file;
    struct flat_asking asking;
    uint32_t id;         /* a column; FLAT_NONE */
    double *probability; /* [rows] */
    struct priority_cuts cuts;
};

/* ---- What is asked for. ---- */

static enum err read_request(const struct arguments *arguments, struct request *out, struct err_info *why)
{
    static const char *const others[] = {"contacts", "companies", "deals", "events", "score", "as-of"};
    *out = (struct request){.model = arguments->operands[0],
                            .table = options_value(arguments, "table"),
                            .id = options_value(arguments, "id"),
                            .output = options_value(arguments, "output"),
                            .explain = options_given(arguments, "explain"),
                            .strict = options_given(arguments, "strict")};
    enum err e = options_choice(arguments, "format", PREDICT_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_number(arguments, "rows", 1, FLAT_ROWS_MAX, ROWS_SHOWN, &out->rows, why);
    for (size_t i = 0; i < COUNT_OF(others) && e == ERR_OK; i++)
        if (options_given(arguments, others[i]))
            e = err_set(why, ERR_INVALID, "--%s is for histories: a table of leads (--table) has none", others[i]);
    return e;
}

static enum err read_model(struct session *s, struct err_info *why)
{
    struct str bytes = {0};
    struct err_info trouble = {0};
    enum err err = model_file_read(s->request->model, s->arena, &bytes, why);
    if (err != ERR_OK) return err;
    err = flat_image_read(bytes, s->arena, &s->trained, &trouble);
    return err == ERR_OK ? ERR_OK : err_set(why, err, "%s: %s", s->request->model, trouble.msg);
}

/* ---- Asking. ---- */

static enum err find_id(struct session *s, struct err_info *why)
{
    const struct flat *flat = &s->file.flat;
    if (s->request->id != NULL) {
        s->id = flat_find(flat, str_from_c(s->request->id));
        if (s->id == FLAT_NONE) return err_set(why, ERR_NOT_FOUND, "there is no column '%s'", s->request->id);
        return ERR_OK;
    }
    s->id = s->trained.id.len > 0 ? flat_find(flat, s->trained.id) : FLAT_NONE;
    return ERR_OK;
}

static enum err ask_all(struct session *s, struct err_info *why)
{
    const struct flat *flat = &s->file.flat;
    s->probability = ARENA_ARRAY(s->arena, double, flat->rows);
    enum err err = find_id(s, why);
    if (err == ERR_OK) err = flat_asking_begin(&s->trained, flat, s->arena, &s->asking, why);
    if (err == ERR_OK) err = flat_ask(&s->asking, s->probability, why);
    s->cuts = s->trained.cuts;
    if (err != ERR_OK || flat->rows < FEW_LEADS) return err;
    double *sorted = memory_array(flat->rows, sizeof *sorted);
    for (uint32_t r = 0; r < flat->rows; r++) sorted[r] = s->probability[r];
    priority_cuts_find(sorted, flat->rows, &s->cuts);
    memory_free(sorted);
    return ERR_OK;
}

/* ---- Output. ---- */

static enum err tell_row(const struct session *s, uint32_t row, const struct page *page, struct buf *out,
                         struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str id = s->id == FLAT_NONE ? (struct str){0} : flat_text(&s->file.flat, s->id, row);
    struct reasons *reasons = ARENA_NEW(arena, struct reasons);
    struct told_forecast one = {.id = id.at != NULL ? id : arena_format(arena, "%" PRIu32, row + 1),
                                .probability = s->probability[row],
                                .priority = priority_of(&s->cuts, s->probability[row])};
    if (s->request->explain) {
        enum err err = flat_explain(&s->asking, row, PREDICT_REASONS, arena, reasons, why);
        if (err != ERR_OK) return err;
        one.reasons = reasons;
    }
    if (s->request->format == PREDICT_TABLE) predict_page_line(&one, page);
    else predict_line((enum predict_format)s->request->format, row, &one, out);
    if (out->len > 0) fwrite(out->at, 1, out->len, page->to);
    buf_clear(out);
    return ERR_OK;
}

struct ranked {
    double probability;
    uint32_t row;
};

static int likeliest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void put_head(const struct session *s, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    double expected = 0;
    for (uint32_t r = 0; r < s->file.flat.rows; r++) expected += s->probability[r];
    text_clean(&text, s->trained.outcome);
    buf_append_c(&text, " is ");
    text_clean(&text, s->trained.positive);
    fprintf(page->to, "%sWill it come: " STR_FMT "%s\n", page->style->bold, STR_ARG(buf_str(&text)), page->style->off);
    buf_clear(&text);
    text_counted(&text, s->file.flat.rows, "lead", "leads");
    buf_format(&text, ", of which %.1f are expected", expected);
    if (s->trained.learned.verdict == VERDICT_NO_SIGNAL)
        buf_append_c(&text, "; but the model has no usable signal: on leads that it had not seen it was no better than "
                            "drawing lots");
    output_note(page, buf_str(&text));
    fprintf(page->to, "\n  %sChance  Priority    Who%s\n", page->style->dim, page->style->off);
}

static enum err tell_best(const struct session *s, const struct page *page, struct err_info *why)
{
    uint32_t rows = s->file.flat.rows, shown = s->request->rows < rows ? (uint32_t)s->request->rows : rows;
    struct ranked *order = ARENA_ARRAY(s->arena, struct ranked, rows);
    AUTO_BUF unused = BUF_INIT(1);
    enum err err = ERR_OK;
    for (uint32_t r = 0; r < rows; r++) order[r] = (struct ranked){s->probability[r], r};
    qsort(order, rows, sizeof *order, likeliest_first);
    put_head(s, page);
    for (uint32_t i = 0; i < shown && err == ERR_OK; i++) err = tell_row(s, order[i].row, page, &unused, why);
    predict_page_end(shown, rows, page);
    return err;
}

static enum err tell_lines(const struct session *s, const struct page *page, struct err_info *why)
{
    enum predict_format format = (enum predict_format)s->request->format;
    AUTO_BUF out = BUF_INIT(LINE_BYTES_MAX);
    enum err err = ERR_OK;
    predict_lines_begin(format, &out);
    for (uint32_t r = 0; r < s->file.flat.rows && err == ERR_OK; r++) err = tell_row(s, r, page, &out, why);
    predict_lines_end(format, &out);
    fwrite(out.at, 1, out.len, page->to);
    return err;
}

static enum err tell(const struct session *s, struct err_info *why)
{
    struct app *app = s->app;
    struct outfile out = {0};
    enum err err = outfile_open(&out, s->request->output, app->out, why);
    if (err != ERR_OK) return err;
    struct page page = {.to = out.to, .style = style_for(out.to == app->out && app->out_colour), .width = app->width};
    err = s->request->format == PREDICT_TABLE ? tell_best(s, &page, why) : tell_lines(s, &page, why);
    if (err == ERR_OK) err = outfile_finish(&out, why);
    outfile_abandon(&out);
    return err;
}

/* ---- The steps. ---- */

static int ask_and_tell(struct session *s)
{
    struct err_info why = {0};
    if (ask_all(s, &why) != ERR_OK) return app_fail(s->app, "%s: %s", s->request->table, why.msg);
    if (tell(s, &why) != ERR_OK) return app_fail(s->app, "%s", why.msg);
    summary_put_rejects(s->app, s->file.rejects, NULL);
    return STATUS_OK;
}

int predict_from_table(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(arguments, &request, &why) != ERR_OK) return app_usage(app, arguments->command, "%s", why.msg);
    struct session s = {.app = app, .request = &request, .arena = arena};
    if (read_model(&s, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    int status = STATUS_FAILED;
    if (table_file_read(&s.file, app, request.table, s.trained.empty, s.trained.empty_count, request.strict))
        status = ask_and_tell(&s);
    table_file_close(&s.file);
    flat_trained_release(&s.trained);
    return status;
}
