/* jobs.h — work that takes longer than a request may: files in and out, and analyses, which are questions of the past.
 *
 * There are two *lanes*, each a thread that does its jobs one after the other: files, whose senders wait, and analyses,
 * which yield the processor to everything else, so that neither waits for the other. What waits and what is remembered
 * is bounded; a stop cancels what is left. Files lie in the folder `jobs` of the data directory: what an import is to
 * take, until it was taken; the rows that it refused and what a job results in, as long as the job is remembered, at
 * most until the next start.
 *
 * To add a kind:
 *   1. Say in a struct of your own what is wished for, in job_kinds.h.
 *   2. Write job_NAME.c with its `const struct job_kind job_NAME` and its work function, which reads `run->wish`, calls
 *      jobs_progress at least a few times a second and stops when that says so, and writes its result: an analysis one
 *      JSON document, by job_answer.
 *   3. Write a handler that checks a request wholly, lays the wish into an arena with copies of every text (the request
 *      is gone when the work begins) and ends with api_job_begin.
 *   4. A route in routes.def, whose schema of the answer is Job; a schema for the result, and its name in schemas.def
 *      where the kinds of Job are listed. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOBS_H
#define PLUMB_SERVER_JOBS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/stop.h"
#include "core/definition.h"
#include "server/role.h"

#define JOBS_WAITING_MAX 4 /* of a lane, with what they are to take */
#define JOBS_KEPT_MAX 100  /* the oldest that is over goes first */
#define JOB_REFUSALS_MAX 20
#define JOB_REFUSED_ROWS_MAX 100000               /* in the file of an import; more are only counted */
#define JOB_ANSWER_MAX ((size_t)64 * 1024 * 1024) /* bytes of the result of an analysis */

struct server;
struct job_run;
struct jobs; /* opaque; any thread */

enum job_lane { LANE_FILES, LANE_ANALYSES, JOB_LANES };
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };
enum job_result { RESULT_NONE, RESULT_CSV, RESULT_JSONL, RESULT_JSON };

struct job_kind {
    const char *name; /* "import" */
    enum job_lane lane;
    enum permission sees;   /* that it is there, and how far it is */
    enum permission reads;  /* its result; asked where it has one */
    bool names;             /* its result, or the rows that it refused, may name people */
    enum permission clears; /* takes back, or forgets, one of somebody else's; one's own always */
    /* On the lane's thread. An error fails the job, unless it was cancelled. */
    enum err (*work)(struct job_run *run, struct err_info *why);
};

struct job_refusal {
    uint64_t line;   /* from 1 */
    char column[64]; /* empty: the row as a whole */
    char reason[32];
    char message[200];
};

struct job {
    uint64_t number; /* from 1 */
    const struct job_kind *kind;
    enum job_state state;
    enum job_result result; /* what it gives when it is done */
    char actor[64];
    char what[NAME_MAX_BYTES + 1]; /* what it is about: "contacts", the name of a score */
    /* How far it is: */
    char phase[40];                                /* what is being done, "scoring"; empty: what the kind says */
    uint64_t done, all;                            /* bytes of an import, lines of an export, units of the phase */
    uint64_t taken, duplicate, refused;            /* rows of an import; taken: lines of an export */
    struct job_refusal refusals[JOB_REFUSALS_MAX]; /* the first ones */
    uint32_t refusal_count;
    int64_t made_ms, ended_ms;
    char why[320]; /* of JOB_FAILED, and after jobs_forget_people */
};

/* What a job is to do, beside what others see of it. */
struct job_order {
    struct arena *arena; /* of `wish`: taken over by jobs_add, whatever becomes of it; NULL: there is no wish */
    const void *wish;    /* of the kind's own type */
    struct str body;     /* of an import: written to its file */
};

/* A job at work: what its function is given. */
struct job_run {
    struct server *server;
    struct jobs *jobs;
    struct job *job; /* the function's to change; others see it as of the last jobs_progress */
    const void *wish;
    const char *body, *refused; /* paths: of what is to be taken; of where refused rows go */
    FILE *to;                   /* the result; NULL for RESULT_NONE */
    const char *counted;        /* see jobs_watch */
    stop_flag stop; /* it was cancelled, or the server stops: what jobs_progress says, for whoever computes */
};

MUST_CHECK enum err jobs_start(struct server *server, struct jobs **out, struct err_info *why);
void jobs_stop(struct jobs *jobs); /* cancels what is left, waits for what runs; NULL is fine */

/* Gives it a number. ERR_UNAVAILABLE: too many wait, or the disk. */
MUST_CHECK enum err jobs_add(struct jobs *jobs, struct job *job, struct job_order order, struct err_info *why);
/* A copy of it. False: there is none. */
bool jobs_look(struct jobs *jobs, uint64_t number, struct job *out);
/* Newest first, at most `most`; returns how many. */
uint32_t jobs_list(struct jobs *jobs, struct job *out, uint32_t most);
/* One that waits or runs is cancelled, one that is over is forgotten with its files. False: there is none. */
bool jobs_cancel(struct jobs *jobs, uint64_t number);
/* Somebody was erased: what may name people is taken from jobs that are over, and those at work that give such a result are
 * cancelled. Their `why` says so. */
void jobs_forget_people(struct jobs *jobs);
/* Files of a job that is over, open for reading; -1: it has none. */
int jobs_open_result(struct jobs *jobs, uint64_t number, uint64_t *bytes);
int jobs_open_refused(struct jobs *jobs, uint64_t number, uint64_t *bytes);

/* For those who do the work: how far it is. False: stop, it was cancelled. Sends a job event from time to time. Any
 * thread of the job, one at a time. */
bool jobs_progress(struct job_run *run);
/* A phase begins, of `all` units. How far a job is never falls, so at most one phase is counted; `all` is 0 of the others, before and after
 * it. False as above. */
bool jobs_phase(struct job_run *run, const char *phase, uint64_t all);
/* Whoever computes for the job, watched: it stops when the job does, and of the phases that it tells the one called
 * `counted` is counted (NULL: none is) and the others are named. Borrows `run`, and keeps `counted` in it. */
struct watch jobs_watch(struct job_run *run, const char *counted);
/* The document is the result. Errors   ERR_TOO_BIG: it outgrew its buffer; ERR_UNAVAILABLE: the disk. */
MUST_CHECK enum err job_answer(struct job_run *run, const struct buf *document, struct err_info *why);

void job_write(struct json_writer *writer, const struct job *job);
const char *job_result_ending(enum job_result result); /* "csv" */

#endif
