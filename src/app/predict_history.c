/* predict_history.c — `plumb predict` from files of records and events: the model, files, forecasts of everybody, output.
 *
 * Everybody's numbers are made while they are asked for (predict/forecast.h); reasons only of those who are told. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "app/model_file.h"
#include "app/outfile.h"
#include "app/past.h"
#include "app/person_name.h"
#include "app/predict.h"
#include "app/summary.h"
#include "app/threads.h"
#include "base/instant.h"
#include "predict/forecast.h"
#include "predict/model_image.h"

#define ROWS_AT_ONCE 262144 /* between two looks at the clock */
#define ROWS_SHOWN 20
#define OUTPUT_BYTES_MAX ((size_t)1 << 20)
#define THREADS_MAX 1024

struct request {
    struct load_options files;
    const char *model, *score, *schema, *output;
    int64_t as_of_ms;
    uint64_t rows, threads;
    unsigned format;
    bool explain, strict;
};

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.model = arguments->operands[0],
                            .score = options_value(arguments, "score"),
                            .output = options_value(arguments, "output"),
                            .explain = options_given(arguments, "explain"),
                            .strict = options_given(arguments, "strict")};
    enum err e = record_files_given(arguments, arena, &out->files, &out->schema, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", PREDICT_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_as_of(app, arguments, &out->as_of_ms, why);
    if (e == ERR_OK) e = options_number(arguments, "rows", 1, RECORDS_MAX, ROWS_SHOWN, &out->rows, why);
    if (e == ERR_OK) e = options_number(arguments, "threads", 1, THREADS_MAX, threads_to_use(app), &out->threads, why);
    return e;
}

struct asking {
    struct app *app;
    const struct request *request;
    struct str image;
    struct past_request past_request;
    struct past past;
    struct definitions set; /* of --score */
    struct scan *scan;      /* of it; NULL without */
    struct trained trained;
    double *probability; /* [records]; negative: closed won; NAN: nobody to ask about */
    struct priority_cuts cuts;
    struct told_forecasts all;
    uint64_t told; /* lines */
};

/* ---- Before files are loaded. ---- */

static bool read_model(struct asking *a)
{
    const struct request *request = a->request;
    struct model_needs needs;
    struct err_info why = {0};
    if (!definition_files_read(a->app, &request->score, request->score != NULL, request->schema, false, &a->past.files))
        return false;
    a->set = a->past.files.set;
    if (model_file_read(request->model, a->past.files.arena, &a->image, &why) != ERR_OK)
        return app_fail(a->app, "%s", why.msg), false;
    if (model_image_declare(a->image, a->past.files.catalog, a->past.files.arena, &needs, &why) != ERR_OK)
        return app_fail(a->app, "%s: %s", request->model, why.msg), false;
    if (needs.rules && a->set.score_count == 0)
        return app_fail(a->app, "%s learnt from the rules of a score: give its file with --score DEF", request->model),
               false;
    a->past_request.outcome = ARENA_ARRAY(a->past.files.arena, char, needs.outcome.len + 1);
    snprintf((char *)(uintptr_t)a->past_request.outcome, needs.outcome.len + 1, STR_FMT, STR_ARG(needs.outcome));
    person_name_register(a->past.files.catalog);
    return past_read_outcome(&a->past, a->set.score_count > 0 ? &a->set : NULL, needs.object);
}

/* ---- Forecasts. ---- */

static struct feature_source source_of(const struct asking *a)
{
    return (struct feature_source){
        .history = a->past.history, .object = a->past.object, .scan = a->scan, .set = &a->set, .dates = &a->past.dates};
}

static bool is_asked(const struct asking *a, uint32_t record)
{
    const struct lifetime *life = &a->past.lives[record];
    if (!history_is_listed(a->past.history, a->past.object, record)) return false;
    return life->over_ms == 0 || life->over_ms > a->request->as_of_ms;
}

static bool is_won(const struct asking *a, uint32_t record)
{
    return a->past.lives[record].happened_ms <= a->request->as_of_ms;
}

/* Of all, those who are open; the others are settled. */
static uint64_t choose_open(struct asking *a, struct training_example *open)
{
    uint32_t records = history_records(a->past.history, a->past.object);
    uint64_t count = 0;
    for (uint32_t r = 0; r < records; r++) {
        a->probability[r] = NAN;
        if (!is_asked(a, r)) continue;
        if (is_won(a, r)) {
            a->probability[r] = -1;
            a->all.won++;
        } else {
            open[count++] = (struct training_example){.record = r, .at_ms = a->request->as_of_ms};
        }
    }
    return count;
}

static enum err ask_all(struct asking *a, struct err_info *why)
{
    uint32_t records = history_records(a->past.history, a->past.object);
    struct training_example *open = memory_array(records, sizeof *open);
    struct feature_source source = source_of(a);
    enum err err = ERR_OK;
    a->probability = ARENA_ARRAY(a->past.files.arena, double, records);
    a->all.open = choose_open(a, open);
    double *probability = memory_array(a->all.open, sizeof *probability);
    progress_begin(&a->past.progress, "asking", "records", a->all.open);
    for (uint64_t first = 0; first < a->all.open && err == ERR_OK; first += ROWS_AT_ONCE) {
        uint64_t some = a->all.open - first < ROWS_AT_ONCE ? a->all.open - first : ROWS_AT_ONCE;
        err = forecast_many(&a->trained, &source, open + first, some, (unsigned)a->request->threads, NULL,
                            probability + first, why);
        progress_update(&a->past.progress, first + some);
    }
    progress_end(&a->past.progress);
    for (uint64_t i = 0; i < a->all.open && err == ERR_OK; i++) {
        a->probability[open[i].record] = probability[i];
        a->all.expected += probability[i];
    }
    memory_free(probability);
    memory_free(open);
    return err;
}

static void cut_into_quarters(struct asking *a)
{
    uint32_t records = history_records(a->past.history, a->past.object);
    double *open = memory_array(a->all.open, sizeof *open);
    uint64_t count = 0;
    for (uint32_t r = 0; r < records; r++)
        if (a->probability[r] >= 0) open[count++] = a->probability[r];
    priority_cuts_find(open, count, &a->cuts);
    memory_free(open);
}

/* ---- Output. ---- */

static enum err find_reasons(struct asking *a, uint32_t record, struct arena *arena, struct reasons *out,
                             struct err_info *why)
{
    struct feature_source source = source_of(a);
    struct training_example example = {.record = record, .at_ms = a->request->as_of_ms};
    float *value = ARENA_ARRAY(arena, float, a->trained.plan.count);
    features_compute(&a->trained.plan, &source, &example, 1, 1, NULL, value);
    return reasons_find(&a->trained, a->past.files.catalog, value, PREDICT_REASONS, arena, out, why);
}

static enum err tell_record(struct asking *a, uint32_t record, const struct page *page, struct buf *out,
                            struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF name = BUF_INIT(VALUE_TEXT_MAX);
    struct reasons *reasons = ARENA_NEW(arena, struct reasons);
    double probability = a->probability[record];
    struct told_forecast one = {.id = history_record_id(a->past.history, a->past.object, record),
                                .probability = probability < 0 ? 1 : probability,
                                .priority = probability < 0 ? PRIORITY_CLOSED_WON : priority_of(&a->cuts, probability)};
    if (a->request->explain && probability >= 0) {
        enum err err = find_reasons(a, record, arena, reasons, why);
        if (err != ERR_OK) return err;
        one.reasons = reasons;
    }
    if (a->request->format == PREDICT_TABLE) {
        person_name(&name, a->past.history, a->past.object, record, a->request->as_of_ms);
        one.name = buf_str(&name);
        predict_page_line(&one, page);
    } else {
        predict_line((enum predict_format)a->request->format, a->told++, &one, out);
    }
    if (out->len > 0) fwrite(out->at, 1, out->len, page->to);
    buf_clear(out);
    return ERR_OK;
}

struct ranked {
    double probability;
    uint32_t record;
};

static int likeliest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

/* The likeliest of the open ones. */
static enum err tell_best(struct asking *a, const struct page *page, struct err_info *why)
{
    uint32_t records = history_records(a->past.history, a->past.object);
    struct ranked *order = memory_array(a->all.open, sizeof *order);
    AUTO_BUF unused = BUF_INIT(1);
    uint64_t count = 0;
    enum err err = ERR_OK;
    for (uint32_t r = 0; r < records; r++)
        if (a->probability[r] >= 0) order[count++] = (struct ranked){a->probability[r], r};
    qsort(order, count, sizeof *order, likeliest_first);
    a->all.shown = count < a->request->rows ? count : a->request->rows;
    predict_page_head(&a->all, page);
    for (uint64_t i = 0; i < a->all.shown && err == ERR_OK; i++)
        err = tell_record(a, order[i].record, page, &unused, why);
    predict_page_end(a->all.shown, a->all.open, page);
    memory_free(order);
    return err;
}

/* Everybody, by id. */
static enum err tell_lines(struct asking *a, const struct page *page, struct err_info *why)
{
    uint32_t records = history_records(a->past.history, a->past.object);
    AUTO_BUF out = BUF_INIT(OUTPUT_BYTES_MAX);
    enum err err = ERR_OK;
    enum predict_format format = (enum predict_format)a->request->format;
    predict_lines_begin(format, &out);
    for (uint32_t r = 0; r < records && err == ERR_OK; r++)
        if (!isnan(a->probability[r])) err = tell_record(a, r, page, &out, why);
    predict_lines_end(format, &out);
    fwrite(out.at, 1, out.len, page->to);
    return err;
}

static enum err tell(struct asking *a, struct err_info *why)
{
    struct app *app = a->app;
    struct outfile out = {0};
    enum err err = outfile_open(&out, a->request->output, app->out, why);
    if (err != ERR_OK) return err;
    struct page page = {.to = out.to, .style = style_for(out.to == app->out && app->out_colour), .width = app->width};
    a->all.outcome = a->trained.outcome;
    a->all.object = a->past.object;
    a->all.horizon_ms = a->trained.horizon_ms;
    a->all.as_of_ms = a->request->as_of_ms;
    err = a->request->format == PREDICT_TABLE ? tell_best(a, &page, why) : tell_lines(a, &page, why);
    if (err == ERR_OK) err = outfile_finish(&out, why);
    outfile_abandon(&out);
    return err;
}

/* ---- The steps. ---- */

/* Of several scores of the file the model's is the one whose rules it knows. */
static enum err bind_model(struct asking *a, struct err_info *why)
{
    enum err err = ERR_NOT_FOUND;
    for (uint32_t i = 0; i < a->set.score_count && err != ERR_OK; i++)
        if (!a->set.scores[i]->anonymous && a->set.scores[i]->object == a->past.object)
            err = model_image_read(a->image, a->past.files.catalog, &a->set, i, a->past.files.arena, &a->trained, why);
    if (a->set.score_count == 0)
        err = model_image_read(a->image, a->past.files.catalog, NULL, 0, a->past.files.arena, &a->trained, why);
    return err;
}

static int load_and_ask(struct asking *a)
{
    struct app *app = a->app;
    struct err_info why = {0};
    if (!past_load(&a->past, &a->set, a->set.score_count > 0, false)) return STATUS_FAILED;
    if (a->set.score_count > 0) a->scan = scan_new(&a->set, a->past.history, NULL);
    if (bind_model(a, &why) != ERR_OK) return app_fail(app, "%s: %s", a->request->model, why.msg);
    if (a->trained.rules_changed)
        app_warn(app, "the rules of the score give other points than when the model learnt from them: train it anew");
    past_find_lives(&a->past);
    enum err err = ask_all(a, &why);
    if (err == ERR_OK) cut_into_quarters(a);
    if (err == ERR_OK) err = tell(a, &why);
    if (err != ERR_OK) return app_fail(app, "%s", why.msg);
    summary_put_rejects(app, a->past.rejects, NULL);
    return STATUS_OK;
}

int predict_from_history(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct asking asking = {.app = app, .request = &request};
    asking.past_request = (struct past_request){.files = request.files,
                                                .schema = request.schema,
                                                .now_ms = request.as_of_ms,
                                                .threads = request.threads,
                                                .strict = request.strict};
    past_begin(&asking.past, app, &asking.past_request);
    int status = read_model(&asking) ? load_and_ask(&asking) : STATUS_FAILED;
    trained_release(&asking.trained);
    scan_free(asking.scan);
    past_close(&asking.past);
    return status;
}
