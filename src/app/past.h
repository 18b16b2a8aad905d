/* past.h — a question of the past, asked of files: whose facts, what came of them, and until when they are known.
 *
 *     struct past past;
 *     past_begin(&past, app, &request);       nothing read yet; past_close in any case
 *     ... definitions into past.files, if there are any ...
 *     past_read_outcome(&past, set, object);  a segment of the set, or a condition
 *     past_load(&past, sets, count, &why);    the history; types settled, everything bound
 *     past_find_lives(&past);                 when each record's outcome came
 *
 * What backtests, profiles and advice have in common. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PAST_H
#define PLUMB_APP_PAST_H

#include "app/outcome_given.h"
#include "app/record_files.h"

#define PAST_DAYS_MAX 3660
#define PAST_HORIZON_DAYS 90

// clang-format off
/* The rows of such a command's table that follow its own --outcome and --horizon. */
#define PAST_OPTIONS                                                                                                     \
    {.name = "as-of", .argument = "TIME", .help = "Facts after this time count as unknown. Default: now."},              \
    {.name = "seed", .argument = "N", .help = "Of everything that is drawn. Default: 1."},                               \
    {.name = "threads", .argument = "N", .help = "Default: all cores. The result is the same for any number."},          \
    {.name = "strict", .help = "A bad row ends the program with status 1. Else bad rows are refused one by one."}
// clang-format on

struct past_request {
    struct load_options files;
    const char *schema, *outcome, *outcome_event; /* both NULL: the usual one */
    int64_t now_ms;
    uint64_t horizon_days, seed, threads;
    bool strict;
};

/* What was given for those options; without --outcome the usual one is meant. --horizon is a number of days, or such as 90d
 * or 12w.
 * Errors   ERR_INVALID: a sentence. */
MUST_CHECK enum err past_request_read(const struct app *app, const struct arguments *arguments, struct arena *arena,
                                      struct past_request *out, struct err_info *why);

/* The same without files: somebody else has the facts. */
MUST_CHECK enum err past_question_read(const struct app *app, const struct arguments *arguments,
                                       struct past_request *out, struct err_info *why);

struct past {
    struct app *app;
    const struct past_request *request;
    struct definition_files files; /* definition_files_read is the command's own */
    struct outcome_given outcome;
    enum entity object; /* of the outcome */
    struct rejects *rejects;
    struct history *history;
    struct record_dates dates;
    struct progress progress;
    struct lifetime *lives; /* [records] in files.arena */
    int64_t end_ms;         /* of the latest fact about them that is known */
};

void past_begin(struct past *past, struct app *app, const struct past_request *request);
void past_close(struct past *past);

/* A segment of `set` by its name (NULL: there is none), else a condition on records of `object`. False: said to app->err. */
bool past_read_outcome(struct past *past, const struct definitions *set, enum entity object);

/* Read the files and bind the sets and the outcome. keep_all: columns that nobody named become properties, too.
 * False: said to app->err. */
bool past_load(struct past *past, struct definitions *sets, size_t count, bool keep_all);
void past_find_lives(struct past *past);

/* Whoever computes, watched by the line on the terminal: a phase a stretch, to be ended with progress_end. */
struct watch past_watch(struct progress *progress);

/* Which properties are not to be looked at by themselves, [properties of the catalog] in files.arena: references, where a record
 * stands today, and, unless `protected_too`, what the law protects (predict/column_words.h). */
bool *past_left_out(const struct past *past, bool protected_too);

/* What went wrong with the question, and that the outcome was nobody's choice, if so. Returns STATUS_FAILED. */
int past_fail(struct app *app, bool usual, const struct err_info *why);

#endif
