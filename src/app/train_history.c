/* train_history.c — `plumb train` from files of records and events: files, outcome, options, training, output. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/outfile.h"
#include "app/past.h"
#include "app/summary.h"
#include "app/train.h"
#include "base/instant.h"
#include "predict/model_image.h"
#include "predict/reasons.h"

#define STEP_DAYS 14
#define PER_RECORD 8
#define DRAWS 500
#define MEMORY_MB_MAX 1048576
#define BY_DEFAULT 3
#define PROGRESS_STEPS 1000

enum model_choice { MODEL_AUTO, MODEL_ONLY_LOGISTIC, MODEL_ONLY_TREES };

struct request {
    struct past_request past;
    const char *score, *by, *exclude, *output;
    uint64_t step_days, per_record, memory_mb;
    unsigned format, model, object;
    bool protected_too, keep_leaks, object_given;
};

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.score = options_value(arguments, "score"),
                            .by = options_value(arguments, "by"),
                            .exclude = options_value(arguments, "exclude"),
                            .output = options_value(arguments, "output"),
                            .protected_too = options_given(arguments, "use-protected"),
                            .keep_leaks = options_given(arguments, "keep-leaks"),
                            .object_given = options_given(arguments, "object")};
    enum err e = past_request_read(app, arguments, arena, &out->past, why);
    out->past.outcome_event = options_value(arguments, "outcome-event");
    if (e == ERR_OK) e = options_number(arguments, "step", 1, PAST_DAYS_MAX, STEP_DAYS, &out->step_days, why);
    if (e == ERR_OK)
        e = options_number(arguments, "per-record", 1, EXAMPLES_OF_RECORD_MAX, PER_RECORD, &out->per_record, why);
    if (e == ERR_OK)
        e = options_number(arguments, "memory", 1, MEMORY_MB_MAX, TRAINING_BYTES >> 20, &out->memory_mb, why);
    if (e == ERR_OK) e = options_choice(arguments, "model", MODEL_AUTO, &out->model, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", TRAIN_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_choice(arguments, "object", ENTITY_CONTACT, &out->object, why);
    if (e == ERR_OK && out->past.outcome != NULL && out->past.outcome_event != NULL)
        e = err_set(why, ERR_INVALID, "--outcome and --outcome-event say the same thing: give one of them");
    return e;
}

struct session {
    struct app *app;
    const struct request *request;
    struct past past;
    struct definitions set; /* of --score; empty without */
    uint32_t score;         /* in it; UINT32_MAX: none */
    struct scan *scan;      /* of it; NULL */
    bool *left_out;
    struct report_property by[REPORT_PROPERTIES_MAX];
    uint32_t by_count;
};

/* ---- Before files are loaded. ---- */

static bool read_definitions(struct session *s)
{
    const struct request *request = s->request;
    enum entity object = (enum entity)request->object;
    if (!definition_files_read(s->app, &request->score, request->score != NULL, request->past.schema, false,
                               &s->past.files))
        return false;
    s->set = s->past.files.set;
    s->score = UINT32_MAX;
    for (uint32_t i = 0; i < s->set.score_count && s->score == UINT32_MAX; i++)
        if (!s->set.scores[i]->anonymous) s->score = i;
    if (request->score != NULL && s->score == UINT32_MAX)
        return app_fail(s->app, "there is no score in %s", request->score), false;
    if (s->score != UINT32_MAX) {
        if (request->object_given && s->set.scores[s->score]->object != object)
            return app_fail(s->app, "the score of %s is of a %s, and --object says %s", request->score,
                            entity_name(s->set.scores[s->score]->object), entity_name(object)),
                   false;
        object = s->set.scores[s->score]->object;
    }
    return past_read_outcome(&s->past, s->score != UINT32_MAX ? &s->set : NULL, object);
}

/* ---- Properties by their names. ---- */

/* "company.country" is the company's of a contact or deal. */
static bool find_property(const struct session *s, struct str name, struct report_property *out)
{
    static const struct str prefix = STR_INIT("company.");
    *out = (struct report_property){catalog_find(s->past.files.catalog, s->past.object, name), false};
    if (out->property == INTERN_NONE && str_starts_with(name, prefix) && s->past.object != ENTITY_COMPANY) {
        name = (struct str){name.at + prefix.len, name.len - prefix.len};
        *out = (struct report_property){catalog_find(s->past.files.catalog, ENTITY_COMPANY, name), true};
    }
    return out->property != INTERN_NONE;
}

static bool leave_out(struct session *s)
{
    s->left_out = past_left_out(&s->past, s->request->protected_too);
    for (struct str rest = str_from_c(s->request->exclude != NULL ? s->request->exclude : ""); rest.len > 0;) {
        struct report_property property;
        struct str name = str_trim(str_cut(&rest, ','));
        if (!find_property(s, name, &property))
            return app_fail(s->app, "--exclude: there is no property '" STR_FMT "' of %s", STR_ARG(name),
                            entity_plural(s->past.object)),
                   false;
        s->left_out[property.property] = true;
    }
    return true;
}

static bool choose_segments(struct session *s)
{
    static const struct str usual[] = {STR_INIT("source"),          STR_INIT("lead_source"),      STR_INIT("country"),
                                       STR_INIT("company.country"), STR_INIT("company.industry"), STR_INIT("industry")};
    for (size_t i = 0; i < COUNT_OF(usual) && s->request->by == NULL && s->by_count < BY_DEFAULT; i++)
        s->by_count += find_property(s, usual[i], &s->by[s->by_count]);
    for (struct str rest = str_from_c(s->request->by != NULL ? s->request->by : ""); rest.len > 0;) {
        struct str name = str_trim(str_cut(&rest, ','));
        if (s->by_count == REPORT_PROPERTIES_MAX - 1)
            return app_fail(s->app, "--by takes at most %d properties", REPORT_PROPERTIES_MAX - 1), false;
        if (!find_property(s, name, &s->by[s->by_count++]))
            return app_fail(s->app, "--by: there is no property '" STR_FMT "' of %s", STR_ARG(name),
                            entity_plural(s->past.object)),
                   false;
    }
    return true;
}

/* ---- Training. ---- */

static bool go_on(void *context, double done)
{
    return progress_update(context, (uint64_t)(done * PROGRESS_STEPS));
}

static struct training_options options_for(struct session *s)
{
    const struct request *request = s->request;
    return (struct training_options){
        .outcome = s->past.outcome.words,
        .examples = {.end_ms = s->past.end_ms,
                     .horizon_ms = (int64_t)request->past.horizon_days * MS_PER_DAY,
                     .spacing_ms = (int64_t)request->step_days * MS_PER_DAY,
                     .per_record = (uint32_t)request->per_record,
                     .seed = request->past.seed},
        .split = {.later = SPLIT_DEFAULT.later,
                  .test_records = SPLIT_DEFAULT.test_records,
                  .calibrate_records = SPLIT_DEFAULT.calibrate_records,
                  .seed = request->past.seed},
        .without_trees = request->model == MODEL_ONLY_LOGISTIC,
        .without_logistic = request->model == MODEL_ONLY_TREES,
        .keep_leaks = request->keep_leaks,
        .seed = request->past.seed,
        .threads = (unsigned)request->past.threads,
        .bootstrap_draws = DRAWS,
        .memory_bytes = request->memory_mb << 20,
        .by = s->by,
        .by_count = s->by_count,
        .go_on = go_on,
        .go_on_context = &s->past.progress,
    };
}

static enum err train(struct session *s, struct trained *out, struct err_info *why)
{
    struct feature_source source = {
        .history = s->past.history, .object = s->past.object, .left_out = s->left_out, .dates = &s->past.dates};
    if (s->score != UINT32_MAX) {
        s->scan = scan_new(&s->set, s->past.history, NULL);
        source.scan = s->scan;
        source.set = &s->set;
        source.score = s->score;
    }
    past_find_lives(&s->past);
    progress_begin(&s->past.progress, "training", "steps", PROGRESS_STEPS);
    struct training_options options = options_for(s);
    enum err err = train_model(&source, s->past.lives, &options, s->past.files.arena, out, why);
    progress_end(&s->past.progress);
    return err;
}

/* ---- Output. ---- */

static enum err keep(const struct session *s, const struct trained *trained, struct err_info *why)
{
    struct outfile file = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    enum err err = model_image_write(trained, s->past.files.catalog, &bytes, why);
    if (err == ERR_OK) err = outfile_open(&file, s->request->output, s->app->out, why);
    if (err != ERR_OK) return err;
    fwrite(bytes.at, 1, bytes.len, file.to);
    err = outfile_finish(&file, why);
    outfile_abandon(&file);
    return err;
}

static int tell(struct session *s, const struct trained *trained)
{
    struct app *app = s->app;
    struct err_info why = {0};
    struct str *subjects = NULL;
    struct told_model told = {.trained = trained};
    struct page page = {.to = app->out, .style = style_for(app->out_colour), .width = app->width};
    bool is_model = trained->learned.kind != MODEL_NONE;
    if (s->request->output != NULL && is_model) {
        if (keep(s, trained, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
        told.kept = str_from_c(s->request->output);
    }
    if (is_model) {
        reasons_subjects(trained, s->past.files.catalog, s->past.files.arena, &subjects, &told.subject_count);
        told.subjects = subjects;
    }
    if (s->score != UINT32_MAX) told.score = s->set.scores[s->score]->title;
    if (s->request->format == TRAIN_JSON) train_json(&told, app->out);
    else train_page(&told, &page);
    summary_put_rejects(app, s->past.rejects, NULL);
    if (s->request->output != NULL && !is_model)
        return app_fail(app, "there is no model to keep in %s", s->request->output);
    return STATUS_OK;
}

static int load_and_train(struct session *s)
{
    struct trained trained = {0};
    struct err_info why = {0};
    if (!past_load(&s->past, &s->set, s->score != UINT32_MAX, true)) return STATUS_FAILED;
    if (!leave_out(s) || !choose_segments(s)) return STATUS_FAILED;
    if (train(s, &trained, &why) != ERR_OK) return app_fail(s->app, "%s", why.msg);
    int status = tell(s, &trained);
    trained_release(&trained);
    return status;
}

int train_from_history(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct session session = {.app = app, .request = &request};
    past_begin(&session.past, app, &request.past);
    int status = read_definitions(&session) ? load_and_train(&session) : STATUS_FAILED;
    scan_free(session.scan);
    past_close(&session.past);
    return status;
}
