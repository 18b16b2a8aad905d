/* experiments.h — experiments as the API takes, keeps and tells them: one JSON document each.
 *
 *     draft ──start──► running ──stop──► stopped
 *
 * A document is a small text of the store, "experiment/NAME". Who takes part, and what came of it, is kept
 * nowhere: it follows from the facts (predict/assignment.h). What is in the document does not change once the experiment
 * runs, the texts of the arms' scores included. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_EXPERIMENTS_H
#define PLUMB_SERVER_EXPERIMENTS_H

#include "engine/experiments.h"
#include "server/api.h"

#define EXPERIMENTS_MAX 100 /* kept, of any state */
#define EXPERIMENT_LABEL_MAX 80
#define EXPERIMENT_TITLE_MAX 200
#define EXPERIMENT_DAYS_MAX 3660 /* of a horizon */

enum experiment_state { EXPERIMENT_DRAFT, EXPERIMENT_RUNNING, EXPERIMENT_STOPPED };
#define EXPERIMENT_STATES 3
const char *experiment_state_name(enum experiment_state state); /* "draft", "running", "stopped" */

struct experiment_way { /* what an arm is */
    struct str label;
    struct str score; /* the name of a score in force; empty: none */
    uint32_t version; /* of that score, when the experiment began; 0 in a draft, or of a text of its own */
    struct str text;  /* a definition; empty: the label says all */
};

struct experiment {
    struct str name, title;
    enum experiment_state state;
    struct experiment_conditions conditions;
    struct experiment_way ways[ARM_COUNT];
    uint32_t horizon_days;
    bool existing;
    enum analysis analysis;
    double alpha, power, share_b;
    double base_rate;                           /* NAN: to be found in the past */
    double effect, relative_effect;             /* one of them; the other is NAN */
    uint64_t seed;                              /* of the draw; from the start on */
    int64_t created_ms, started_ms, stopped_ms; /* FOREVER: not yet */
    struct str author;                          /* who made it */
};

/* A body as it is sent, or kept. Memory of the request. False: answered by 400. */
bool experiment_read(struct request *request, const struct json_item *body, struct experiment *out);
void experiment_write(struct json_writer *writer, const struct experiment *experiment);

/* False, of all of these: answered. Memory of the request. */
bool experiment_load(struct request *request, struct str name, struct experiment *out); /* 404 */
bool experiment_exists(struct request *request, struct str name, bool *out);
bool experiment_save(struct request *request, const struct experiment *experiment);
bool experiment_remove(struct request *request, struct str name);
bool experiment_names(struct request *request, struct str **out, size_t *count); /* of all, in order */

/* Its numbers for predict/experiment.h; `base_rate` where it has none itself. False: the effect leads to a rate that is no
 * share. */
bool experiment_plan_of(const struct experiment *experiment, double base_rate, struct experiment_plan *out);

/* The ground with the experiment's rules in it, for its assignments until now. False: answered; nothing is to be closed. */
bool experiment_open(struct request *request, const struct experiment *experiment, int64_t now_ms,
                     struct experiment_ground *out);

/* The conversion of those who came in the last EXPERIMENT_PAST_DAYS whose horizon is over, and how many come in a week. */
#define EXPERIMENT_PAST_DAYS 56
struct experiment_past {
    uint64_t records, converted; /* whose horizon is over */
    uint64_t came;               /* in the last EXPERIMENT_PAST_DAYS */
    uint64_t there;              /* who would take part at once: where `existing` */
};
bool experiment_past_of(struct request *request, const struct experiment *experiment, int64_t now_ms,
                        struct experiment_past *out);

#endif
