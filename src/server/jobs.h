/* jobs.h — imports and exports: work that takes longer than a request may.
 *
 * One thread does them one after the other, so that they take from events and questions no more than one would. What
 * waits and what is remembered is bounded; a stop cancels what is left. Files of exports lie in the folder `jobs` of the
 * data directory as long as their job is remembered, at most until the next start. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOBS_H
#define PLUMB_SERVER_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "core/entity.h"

#define JOBS_WAITING_MAX 4 /* with their bodies in memory */
#define JOBS_KEPT_MAX 100  /* the oldest that is over goes first */
#define JOB_REFUSALS_MAX 20

struct server;
struct jobs; /* opaque; any thread */

enum job_kind { JOB_IMPORT, JOB_EXPORT };
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

struct job_refusal {
    uint64_t line; /* from 1 */
    char reason[32];
    char message[200];
};

struct job {
    uint64_t number; /* from 1 */
    enum job_kind kind;
    enum job_state state;
    char actor[64];
    enum entity object; /* ENTITY_EVENT: calls as Segment's */
    bool as_csv;        /* of an export; else JSON Lines */
    uint64_t done, all; /* bytes of an import, records of an export */
    uint64_t taken, duplicate, refused;
    struct job_refusal refusals[JOB_REFUSALS_MAX]; /* the first ones */
    uint32_t refusal_count;
    int64_t made_ms, ended_ms;
    char why[320]; /* of JOB_FAILED */
    /* The jobs' own: */
    char *body; /* of an import, followed by JSON_PADDING bytes */
    size_t bytes;
    atomic_bool cancelled;
};

MUST_CHECK enum err jobs_start(struct server *server, struct jobs **out, struct err_info *why);
void jobs_stop(struct jobs *jobs); /* cancels what is left, waits for what runs; NULL is fine */

/* Takes over job->body. Gives it a number. False: too many wait, and the body was freed. */
bool jobs_add(struct jobs *jobs, struct job *job);
/* A copy of it; its body is not to be looked at. False: there is none. */
bool jobs_look(struct jobs *jobs, uint64_t number, struct job *out);
/* Newest first, at most `most`; returns how many. */
uint32_t jobs_list(struct jobs *jobs, struct job *out, uint32_t most);
/* One that waits or runs is cancelled, one that is over is forgotten with its file. False: there is none. */
bool jobs_cancel(struct jobs *jobs, uint64_t number);
/* An export's file, open for reading; -1. */
int jobs_open_result(struct jobs *jobs, uint64_t number, uint64_t *bytes);

/* For those who do the work: how far it is. False: stop, it was cancelled. Sends a job event from time to time. */
bool jobs_progress(struct jobs *jobs, struct job *job);
void job_refuse(struct job *job, uint64_t line, const char *reason, const char *message);
void job_write(struct json_writer *writer, const struct job *job);

/* ---- What is done: job_import.c, job_export.c. Errors fail the job. ---- */
MUST_CHECK enum err job_import(struct server *server, struct jobs *jobs, struct job *job, struct err_info *why);
/* Into the file, which is open for writing. */
MUST_CHECK enum err job_export(struct server *server, struct jobs *jobs, struct job *job, int fd, struct err_info *why);

#endif
