/* job_kinds.h — every kind of job, and what one of it is told to do. See jobs.h. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOB_KINDS_H
#define PLUMB_SERVER_JOB_KINDS_H

#include "core/entity.h"
#include "files/export.h"
#include "report/backtest_asked.h"
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

/* Its wish is a struct backtest_wish. */
extern const struct job_kind job_backtest;

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

struct suggestion_wish {
    struct hindsight_wish question; /* with the score */
    uint32_t horizon_days;
    uint64_t seed;
    bool keep_draft;
    struct str seen_draft; /* the tag of the draft that there was, see draft_put */
};
extern const struct job_kind job_suggestion;

#endif
