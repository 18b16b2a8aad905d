/* past.c — see past.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/past.h"

#include "app/threads.h"
#include "base/instant.h"
#include "predict/backtest.h"
#include "predict/column_words.h"

#define THREADS_MAX 1024
#define MINUTES_PER_DAY 1440

/* A number of days, or a duration of whole days. */
static enum err read_horizon(const struct arguments *arguments, uint64_t *days, struct err_info *why)
{
    struct duration duration;
    const char *text = options_value(arguments, "horizon");
    if (text == NULL || !duration_parse(str_from_c(text), &duration) ||
        duration_minutes(duration) % MINUTES_PER_DAY != 0)
        return options_number(arguments, "horizon", 1, PAST_DAYS_MAX, PAST_HORIZON_DAYS, days, why);
    *days = (uint64_t)duration_minutes(duration) / MINUTES_PER_DAY;
    if (*days <= PAST_DAYS_MAX) return ERR_OK;
    return err_set(why, ERR_INVALID, "--horizon is at most %d days, found '%s'", PAST_DAYS_MAX, text);
}

enum err past_question_read(const struct app *app, const struct arguments *arguments, struct past_request *out,
                            struct err_info *why)
{
    out->outcome = options_value(arguments, "outcome");
    enum err e = read_horizon(arguments, &out->horizon_days, why);
    if (e == ERR_OK) e = options_number(arguments, "seed", 0, INT64_MAX, 1, &out->seed, why);
    if (e == ERR_OK) e = options_number(arguments, "threads", 1, THREADS_MAX, threads_to_use(app), &out->threads, why);
    if (e == ERR_OK) e = options_as_of(app, arguments, &out->now_ms, why);
    return e;
}

enum err past_request_read(const struct app *app, const struct arguments *arguments, struct arena *arena,
                           struct past_request *out, struct err_info *why)
{
    *out = (struct past_request){.strict = options_given(arguments, "strict")};
    enum err e = record_files_given(arguments, arena, &out->files, &out->schema, why);
    return e == ERR_OK ? past_question_read(app, arguments, out, why) : e;
}

void past_begin(struct past *past, struct app *app, const struct past_request *request)
{
    *past = (struct past){.app = app, .request = request, .rejects = rejects_new(request->strict)};
    progress_init(&past->progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
}

void past_close(struct past *past)
{
    rejects_free(past->rejects);
    record_dates_release(&past->dates);
    history_free(past->history);
    definition_files_close(&past->files);
}

bool past_read_outcome(struct past *past, const struct definitions *set, enum entity object)
{
    const struct past_request *request = past->request;
    past->object = object;
    if (set != NULL && request->outcome != NULL) {
        uint32_t segment = definitions_find_segment(set, str_trim(str_from_c(request->outcome)));
        if (segment != UINT32_MAX) past->object = set->segments[segment]->object;
    }
    return outcome_given_read(past->app, &past->files, set, past->object, request->outcome, request->outcome_event,
                              &past->outcome);
}

bool past_load(struct past *past, struct definitions *sets, size_t count, bool keep_all)
{
    struct load_options files = past->request->files;
    struct load_summary summary = {0};
    struct err_info why = {0};
    const bool *seen = NULL;
    files.progress = &past->progress;
    files.keep_all = keep_all || past->outcome.usual; /* it asks for columns by what they are called */
    if (load_history(&files, past->files.catalog, past->rejects, &past->history, &seen, &summary, &why) != ERR_OK)
        return app_fail(past->app, "%s", why.msg), false;
    bool good = true;
    for (size_t i = 0; i < count; i++) good &= definitions_bind(&sets[i], seen, past->files.diagnostics);
    good &= outcome_given_bind(past->app, &past->files, seen, &past->outcome);
    if (good) record_dates_find(past->history, NULL, &past->dates);
    return good;
}

/* A new label is a new stretch. */
static void on_progress(void *context, const char *phase, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    if (progress->label != phase) {
        progress_end(progress);
        progress_begin(progress, phase, "steps", all);
    }
    progress->all = all;
    progress_update(progress, done);
}

struct watch past_watch(struct progress *progress)
{
    return (struct watch){.progress = on_progress, .context = progress};
}

void past_find_lives(struct past *past)
{
    past->lives = ARENA_ARRAY(past->files.arena, struct lifetime, history_records(past->history, past->object));
    const struct watch watch = past_watch(&past->progress);
    outcome_given_find(&past->outcome, past->history, &past->dates, (unsigned)past->request->threads, &watch,
                       past->lives);
    progress_end(&past->progress);
    past->end_ms = backtest_latest_fact(past->history, past->object, past->request->now_ms);
}

bool *past_left_out(const struct past *past, bool protected_too)
{
    struct catalog *catalog = past->files.catalog;
    bool *left_out = ARENA_ARRAY(past->files.arena, bool, catalog_count(catalog));
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        const struct property *property = catalog_at(catalog, p);
        bool of_record = property->entity != ENTITY_EVENT;
        left_out[p] = of_record && (column_is_reference(property->name) || column_is_standing(property->name));
        left_out[p] |= column_is_protected(property->name) && !protected_too;
    }
    return left_out;
}

int past_fail(struct app *app, bool usual, const struct err_info *why)
{
    if (!usual) return app_fail(app, "%s", why->msg);
    return app_fail(app, "%s. The outcome is '%s': another is told with --outcome, such as '{event: bought}'", why->msg,
                    OUTCOME_USUAL);
}
