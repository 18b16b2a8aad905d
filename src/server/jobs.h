/* jobs.h — imports and exports: work that takes longer than a request may.
 *
 * One thread does them one after the other, so that they take from events and questions no more than one would. What
 * waits and what is remembered is bounded; a stop cancels what is left. Files lie in the folder `jobs` of the data
 * directory: what an import is to take, until it was taken; the rows that it refused and what an export wrote, as long as
 * the job is remembered, at most until the next start. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOBS_H
#define PLUMB_SERVER_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "core/entity.h"
#include "files/export.h"

#define JOBS_WAITING_MAX 4 /* with what they are to take */
#define JOBS_KEPT_MAX 100  /* the oldest that is over goes first */
#define JOB_REFUSALS_MAX 20
#define JOB_REFUSED_ROWS_MAX 100000 /* in the file of an import; more are only counted */

struct server;
struct jobs; /* opaque; any thread */

enum job_kind { JOB_IMPORT, JOB_EXPORT };
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

enum job_file {
    JOB_BODY,    /* what an import is to take */
    JOB_REFUSED, /* the rows that it refused: CSV with file, line, column, reason, row */
    JOB_RESULT,  /* of an export */
    JOB_FILES
};

struct job_refusal {
    uint64_t line;   /* from 1 */
    char column[64]; /* empty: the row as a whole */
    char reason[32];
    char message[200];
};

struct job {
    uint64_t number; /* from 1 */
    enum job_kind kind;
    enum job_state state;
    char actor[64];
    /* Of an import: */
    enum entity object;
    char name[32];       /* what its body is called in sentences, "contacts.csv" */
    char id_column[257]; /* as load_options.id_column; empty: `id` */
    /* Of an export: */
    enum export_subject subject;
    enum lines_format format;
    bool now; /* as everything stands when its turn comes; else as_of_ms */
    int64_t as_of_ms;
    /* How far it is: */
    uint64_t done, all;                            /* bytes of an import, lines of an export */
    uint64_t taken, duplicate, refused;            /* rows of an import; taken: lines of an export */
    struct job_refusal refusals[JOB_REFUSALS_MAX]; /* the first ones */
    uint32_t refusal_count;
    int64_t made_ms, ended_ms;
    char why[320];         /* of JOB_FAILED */
    atomic_bool cancelled; /* the jobs' own */
};

MUST_CHECK enum err jobs_start(struct server *server, struct jobs **out, struct err_info *why);
void jobs_stop(struct jobs *jobs); /* cancels what is left, waits for what runs; NULL is fine */

/* Gives it a number; `body` (of an import) is written to its file. ERR_UNAVAILABLE: too many wait, or the disk. */
MUST_CHECK enum err jobs_add(struct jobs *jobs, struct job *job, struct str body, struct err_info *why);
/* A copy of it. False: there is none. */
bool jobs_look(struct jobs *jobs, uint64_t number, struct job *out);
/* Newest first, at most `most`; returns how many. */
uint32_t jobs_list(struct jobs *jobs, struct job *out, uint32_t most);
/* One that waits or runs is cancelled, one that is over is forgotten with its files. False: there is none. */
bool jobs_cancel(struct jobs *jobs, uint64_t number);
/* A file of a job that is over, open for reading; -1: it has none. */
int jobs_open(struct jobs *jobs, uint64_t number, enum job_file file, uint64_t *bytes);

/* For those who do the work: how far it is. False: stop, it was cancelled. Sends a job event from time to time. */
bool jobs_progress(struct jobs *jobs, struct job *job);
void job_write(struct json_writer *writer, const struct job *job);

/* ---- What is done: job_import.c, job_export.c. Errors fail the job. ---- */
/* What is in the file `body`; rows that are refused go to the file `refused`. */
MUST_CHECK enum err job_import(struct server *server, struct jobs *jobs, struct job *job, const char *body,
                               const char *refused, struct err_info *why);
MUST_CHECK enum err job_export(struct server *server, struct jobs *jobs, struct job *job, FILE *to,
                               struct err_info *why);
/* "contacts", "scores", ...: what it is about. */
const char *job_what(const struct job *job);

#endif
