/* train_table.c — `plumb train --table`: options, the table, training, output. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "app/outfile.h"
#include "app/summary.h"
#include "app/table_file.h"
#include "app/threads.h"
#include "app/train.h"
#include "base/instant.h"
#include "base/json.h"
#include "predict/flat_image.h"

#define FOLDS 5
#define DRAWS 500
#define THREADS_MAX 1024
#define PROGRESS_STEPS 1000
#define TEXT_BYTES_MAX ((size_t)64 * 1024)
#define LINE_BYTES_MAX ((size_t)4 * 1024 * 1024)

enum split { SPLIT_RANDOM, SPLIT_TIME };
enum model_choice { MODEL_AUTO, MODEL_ONLY_LOGISTIC, MODEL_ONLY_TREES };

struct request {
    const char *table, *output;
    const struct str *empty;
    size_t empty_count;
    unsigned format;
    bool strict;
    struct flat_training_options training;
};

/* ---- What is asked for. ---- */

static enum err check_request(const struct arguments *arguments, struct err_info *why)
{
    static const char *const others[] = {"contacts", "companies", "deals", "events", "outcome-event", "horizon",
                                         "score",    "object",    "by",    "step",   "per-record",    "as-of"};
    if (options_value(arguments, "outcome") == NULL)
        return err_set(why, ERR_INVALID, "say which column of the table holds the outcome, with --outcome");
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (options_given(arguments, others[i]))
            return err_set(why, ERR_INVALID, "--%s is for histories: a table of leads (--table) has none", others[i]);
    return ERR_OK;
}

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    uint64_t folds = FOLDS, seed = 1, threads = 1;
    unsigned split = SPLIT_RANDOM, model = MODEL_AUTO;
    *out = (struct request){.table = options_value(arguments, "table"),
                            .output = options_value(arguments, "output"),
                            .strict = options_given(arguments, "strict")};
    struct flat_training_options *training = &out->training;
    out->empty = table_names(arena, options_value(arguments, "missing"), &out->empty_count);
    *training = (struct flat_training_options){.outcome = str_from_c(options_value(arguments, "outcome")),
                                               .positive = str_trim(str_from_c(options_value(arguments, "positive"))),
                                               .time = str_from_c(options_value(arguments, "time")),
                                               .id = str_from_c(options_value(arguments, "id")),
                                               .keep_leaks = options_given(arguments, "keep-leaks"),
                                               .protected_too = options_given(arguments, "use-protected")};
    training->exclude = table_names(arena, options_value(arguments, "exclude"), &training->exclude_count);
    enum err e = check_request(arguments, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", TRAIN_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_choice(arguments, "model", MODEL_AUTO, &model, why);
    if (e == ERR_OK)
        e = options_choice(arguments, "split", training->time.len > 0 ? SPLIT_TIME : SPLIT_RANDOM, &split, why);
    if (e == ERR_OK) e = options_number(arguments, "folds", 2, FLAT_FOLDS_MAX, FOLDS, &folds, why);
    if (e == ERR_OK) e = options_number(arguments, "seed", 0, INT64_MAX, 1, &seed, why);
    if (e == ERR_OK) e = options_number(arguments, "threads", 1, THREADS_MAX, threads_to_use(app), &threads, why);
    if (e == ERR_OK && split == SPLIT_TIME && training->time.len == 0)
        e = err_set(why, ERR_INVALID, "a split in time needs --time, the column that says when each lead came");
    training->in_time = split == SPLIT_TIME;
    training->folds = (uint32_t)folds;
    training->learning =
        (struct learning_options){.without_trees = model == MODEL_ONLY_LOGISTIC,
                                  .without_logistic = model == MODEL_ONLY_TREES,
                                  .seed = seed,
                                  .threads = (unsigned)threads,
                                  .bootstrap_draws = DRAWS,
                                  .judged_on = split == SPLIT_TIME ? "later leads" : "leads that it had not seen"};
    return e;
}

/* ---- A page. ---- */

static void append_day(struct buf *out, const char *words, int64_t at_ms)
{
    buf_append_c(out, words);
    instant_format_date(out, at_ms);
}

static void put_head(const struct flat_trained *trained, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(TEXT_BYTES_MAX);
    buf_append_c(&text, "Will it come: ");
    text_clean(&text, trained->outcome);
    buf_append_c(&text, " is ");
    text_clean(&text, trained->positive);
    fprintf(page->to, "%s" STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
    buf_clear(&text);
    text_counted(&text, trained->rows, "lead", "leads");
    buf_append_c(&text, ", of whom it came for ");
    text_count(&text, trained->positives);
    if (trained->rows > 0) buf_format(&text, " (%.1f%%)", 100.0 * (double)trained->positives / (double)trained->rows);
    if (trained->begins_ms < trained->ends_ms) {
        append_day(&text, ", from ", trained->begins_ms);
        append_day(&text, " to ", trained->ends_ms);
    }
    if (trained->in_time) append_day(&text, "; the last third, from ", trained->test_begins_ms);
    if (trained->in_time) buf_append_c(&text, " on, is judged by what was learnt from those before");
    else buf_format(&text, "; each of %" PRIu32 " parts is judged by what was learnt from the others", trained->folds);
    output_note(page, buf_str(&text));
    buf_clear(&text);
    if (trained->without_outcome + trained->without_time == 0) return;
    text_counted(&text, trained->without_outcome, "row has", "rows have");
    buf_append_c(&text, " no outcome, ");
    text_count(&text, trained->without_time);
    buf_append_c(&text, " no time: they take no part");
    output_note(page, buf_str(&text));
}

static void put_left_out(const struct flat_trained *trained, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES_MAX);
    for (enum flat_without why = 0; why < FLAT_WITHOUT_COUNT; why++) {
        uint32_t told = 0;
        for (uint32_t i = 0; i < trained->left_out_count; i++) {
            if (trained->left_out[i].why != why) continue;
            if (told++ == 0) buf_format(&text, "Left out, because it %s: ", flat_without_words(why));
            else buf_append_c(&text, ", ");
            text_clean(&text, trained->left_out[i].name);
        }
        if (told > 0) output_note(page, buf_str(&text));
        buf_clear(&text);
    }
}

static void put_page(const struct flat_trained *trained, struct str kept, const struct page *page)
{
    put_head(trained, page);
    train_page_verdict(&trained->learned, trained->plan.count, kept, page);
    if (trained->learned.kind != MODEL_NONE) {
        train_page_quality(&trained->learned, trained->in_time ? "later leads" : "unseen leads", page);
        train_page_names("It looks at ", trained->plan.inputs, trained->plan.input_count, page);
    }
    put_left_out(trained, page);
    if (trained->leaks.count > 0) fputc('\n', page->to);
    for (uint32_t i = 0; i < trained->leaks.count; i++) train_page_leak(trained->leaks.at[i].sentence, page);
}

/* ---- A line of JSON. ---- */

static void put_str(struct json_writer *json, const char *key, struct str text)
{
    json_key(json, key);
    json_string(json, text);
}

static void put_count(struct json_writer *json, const char *key, uint64_t count)
{
    json_key(json, key);
    json_i64(json, (int64_t)count);
}

static void put_columns(struct json_writer *json, const struct flat_trained *trained)
{
    json_key(json, "uses");
    json_begin_array(json);
    for (uint32_t i = 0; i < trained->plan.input_count; i++) json_string(json, trained->plan.inputs[i]);
    json_end_array(json);
    json_key(json, "leaks");
    json_begin_array(json);
    for (uint32_t i = 0; i < trained->leaks.count; i++) {
        json_begin_object(json);
        put_str(json, "column", trained->leaks.at[i].column);
        put_str(json, "kind", str_from_c(flat_leak_name(trained->leaks.at[i].kind)));
        put_str(json, "sentence", trained->leaks.at[i].sentence);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "left_out");
    json_begin_array(json);
    for (uint32_t i = 0; i < trained->left_out_count; i++) {
        json_begin_object(json);
        put_str(json, "column", trained->left_out[i].name);
        put_str(json, "because", str_from_c(flat_without_words(trained->left_out[i].why)));
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_line(const struct flat_trained *trained, FILE *to)
{
    static const char *const kinds[] = {"none", "logistic", "trees"};
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    struct learned learned = trained->learned;
    for (enum figure f = 0; f < FIGURE_COUNT && learned.kind == MODEL_NONE; f++)
        learned.intervals[f] = learned.against_base_rate[f] = (struct interval){NAN, NAN, NAN};
    json_begin_object(&json);
    put_str(&json, "model", str_from_c(kinds[learned.kind]));
    put_count(&json, "rows", trained->rows);
    put_count(&json, "positives", trained->positives);
    put_str(&json, "split", trained->in_time ? STR("time") : STR("random"));
    put_str(&json, "verdict", str_from_c(verdict_name(learned.verdict)));
    put_str(&json, "sentence", str_from_c(learned.sentence));
    if (learned.why_no_trees[0] != '\0') put_str(&json, "why_no_trees", str_from_c(learned.why_no_trees));
    put_str(&json, "outcome", trained->outcome);
    put_str(&json, "positive", trained->positive);
    if (!trained->in_time) put_count(&json, "folds", trained->folds);
    put_count(&json, "seed", trained->seed);
    put_count(&json, "without_outcome", trained->without_outcome);
    put_count(&json, "without_time", trained->without_time);
    if (learned.kind == MODEL_TREES) put_count(&json, "depth", learned.depth);
    put_count(&json, "features", trained->plan.count);
    train_json_quality(&json, &learned);
    put_columns(&json, trained);
    json_end_object(&json);
    json_newline(&json);
    fwrite(line.at, 1, line.len, to);
}

/* ---- The steps. ---- */

static bool go_on(void *context, double done)
{
    return progress_update(context, (uint64_t)(done * PROGRESS_STEPS));
}

static enum err keep(struct app *app, const char *path, const struct flat_trained *trained, struct err_info *why)
{
    struct outfile file = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    enum err err = flat_image_write(trained, &bytes, why);
    if (err == ERR_OK) err = outfile_open(&file, path, app->out, why);
    if (err != ERR_OK) return err;
    fwrite(bytes.at, 1, bytes.len, file.to);
    err = outfile_finish(&file, why);
    outfile_abandon(&file);
    return err;
}

static int tell(struct app *app, const struct request *request, const struct flat_trained *trained)
{
    struct err_info why = {0};
    struct page page = {.to = app->out, .style = style_for(app->out_colour), .width = app->width};
    bool keeps = request->output != NULL && trained->learned.kind != MODEL_NONE;
    if (keeps && keep(app, request->output, trained, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    if (request->format == TRAIN_JSON) put_line(trained, app->out);
    else put_page(trained, keeps ? str_from_c(request->output) : STR(""), &page);
    if (request->output != NULL && !keeps) return app_fail(app, "there is no model to keep in %s", request->output);
    return STATUS_OK;
}

static int load_and_train(struct app *app, const struct request *request, struct arena *arena)
{
    struct table_file file;
    struct flat_trained trained = {0};
    struct err_info why = {0};
    int status = STATUS_FAILED;
    if (table_file_read(&file, app, request->table, request->empty, request->empty_count, request->strict)) {
        struct flat_training_options training = request->training;
        training.learning.go_on = go_on;
        training.learning.go_on_context = &file.progress;
        progress_begin(&file.progress, "training", "steps", PROGRESS_STEPS);
        enum err e = flat_train(&file.flat, &training, arena, &trained, &why);
        progress_end(&file.progress);
        status = e == ERR_OK ? tell(app, request, &trained) : app_fail(app, "%s: %s", request->table, why.msg);
        summary_put_rejects(app, file.rejects, NULL);
        flat_trained_release(&trained);
    }
    table_file_close(&file);
    return status;
}

int train_from_table(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    return load_and_train(app, &request, arena);
}
