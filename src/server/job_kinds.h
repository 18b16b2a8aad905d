/* job_kinds.h — every kind of job, and what one of it is told to do. See jobs.h. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOB_KINDS_H
#define PLUMB_SERVER_JOB_KINDS_H

#include "core/entity.h"
#include "engine/hindsight.h"
#include "files/export.h"
#include "report/backtest_report.h"
#include "server/jobs.h"

/* The rows of the body are taken; those that are refused go to a file: CSV with file, line, column, reason, row. */
struct import_wish {
    enum entity object;
    const char *name;      /* what its body is called in sentences, "contacts.csv" */
    const char *id_column; /* as load_options.id_column; NULL: `id` */
};
extern const struct job_kind job_import;

struct export_wish {
    enum export_subject subject;
    enum lines_format format;
    bool now; /* as everything stands when its turn comes; else as_of_ms */
    int64_t as_of_ms;
};
extern const struct job_kind job_export;

/* ---- Analyses: each a question of the past. ---- */

struct backtest_wish {
    struct {
        struct str called; /* in sentences and the result: "lead version 3", "lead draft", "text" */
        struct str score;  /* its name */
        struct str text;   /* empty: the one in force */
    } of[BACKTESTED_MAX];  /* with two: what it is held against first, then what is tested */
    uint32_t count;
    struct str outcome;     /* as hindsight_wish.outcome */
    int64_t from_ms, to_ms; /* FOREVER: as backtest_question has it, and so are the rest */
    uint32_t horizon_days, step_days, missed;
    struct goals goals;
    bool asked[GOAL_COUNT];
    uint64_t seed;
};
extern const struct job_kind job_backtest;
/* Would it begin? Errors   ERR_INVALID: with a place in the text, or ERR_NOT_FOUND: a score that is not in force. */
MUST_CHECK enum err backtest_wish_check(const struct server *server, const struct backtest_wish *wish,
                                        struct err_info *why);

struct profile_wish {
    struct hindsight_wish question;
    uint32_t horizon_days;
    uint64_t seed;
};
extern const struct job_kind job_profile;

/* A model learns what there is by now; the version it becomes is the result. */
struct model_wish {
    struct str name;
};
extern const struct job_kind job_training;
/* A model's champion is watched for drift, and its challengers are held against it once more. */
extern const struct job_kind job_review;

#endif
