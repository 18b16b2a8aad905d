/* past.c — see past.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/past.h"

#include "app/threads.h"
#include "base/instant.h"
#include "predict/backtest.h"

#define THREADS_MAX 1024

enum err past_request_read(const struct app *app, const struct arguments *arguments, struct arena *arena,
                           const char *wanted, struct past_request *out, struct err_info *why)
{
    *out = (struct past_request){.outcome = options_value(arguments, "outcome"),
                                 .strict = options_given(arguments, "strict")};
    enum err e = record_files_given(arguments, arena, &out->files, &out->schema, why);
    if (e == ERR_OK)
        e = options_number(arguments, "horizon", 1, PAST_DAYS_MAX, PAST_HORIZON_DAYS, &out->horizon_days, why);
    if (e == ERR_OK) e = options_number(arguments, "seed", 0, INT64_MAX, 1, &out->seed, why);
    if (e == ERR_OK) e = options_number(arguments, "threads", 1, THREADS_MAX, threads_to_use(app), &out->threads, why);
    if (e == ERR_OK) e = options_as_of(app, arguments, &out->now_ms, why);
    if (e == ERR_OK && out->outcome == NULL)
        e = err_set(why, ERR_INVALID, "%s, such as --outcome '{event: bought}'", wanted);
    return e;
}

void past_begin(struct past *past, struct app *app, const struct past_request *request)
{
    *past = (struct past){.app = app, .request = request, .rejects = rejects_new(request->strict)};
    progress_init(&past->progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
}

void past_close(struct past *past)
{
    rejects_free(past->rejects);
    history_free(past->history);
    definition_files_close(&past->files);
}

bool past_read_outcome(struct past *past, const struct definitions *set, enum entity object)
{
    struct str words = str_trim(str_from_c(past->request->outcome));
    past->outcome_of = set;
    past->outcome = set != NULL ? definitions_find_segment(set, words) : UINT32_MAX;
    if (past->outcome == UINT32_MAX) {
        struct arena *arena = past->files.arena;
        struct source *source = ARENA_NEW(arena, struct source);
        source->name = STR("--outcome");
        source->text = arena_format(arena, "segment: outcome\nobject: %s\nwhen: " STR_FMT "\n", entity_name(object),
                                    STR_ARG(words));
        past->outcome_of = &past->outcome_set;
        past->outcome = 0;
        if (!definition_files_beside(past->app, &past->files, NULL, source, &past->outcome_set)) return false;
        if (past->outcome_set.segment_count != 1) return app_fail(past->app, "--outcome takes one condition"), false;
    }
    past->object = past->outcome_of->segments[past->outcome]->object;
    return true;
}

bool past_load(struct past *past, struct definitions *sets, size_t count, bool keep_all)
{
    struct load_options files = past->request->files;
    struct load_summary summary = {0};
    struct err_info why = {0};
    const bool *seen = NULL;
    files.progress = &past->progress;
    files.keep_all = keep_all;
    if (load_history(&files, past->files.catalog, past->rejects, &past->history, &seen, &summary, &why) != ERR_OK)
        return app_fail(past->app, "%s", why.msg), false;
    bool good = true;
    for (size_t i = 0; i < count; i++) good &= definitions_bind(&sets[i], seen, past->files.diagnostics);
    if (past->outcome_of == &past->outcome_set)
        good &= definitions_bind(&past->outcome_set, seen, past->files.diagnostics);
    definition_files_report(past->app, &past->files);
    return good;
}

void past_find_lives(struct past *past)
{
    struct scan *scan = scan_new(past->outcome_of, past->history, NULL);
    past->lives = ARENA_ARRAY(past->files.arena, struct lifetime, history_records(past->history, past->object));
    outcome_find(scan, past->outcome_of, past->history, past->outcome, (unsigned)past->request->threads, NULL,
                 past->lives);
    scan_free(scan);
    past->end_ms = backtest_latest_fact(past->history, past->object, past->request->now_ms);
}
