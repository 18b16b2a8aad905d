/* forecasts.h — what every model's champion says of everybody, kept up to date as facts come.
 *
 * A thread of its own, which yields the processor to everything else, asks again about records that facts touched: within seconds.
 * Everybody is asked about again, in slices, when there is another champion, and once a day, since time alone changes what
 * is so ("days since the last"). Whoever's outcome has come once is closed, whatever comes later. Lost when the server stops, and made
 * again from the facts. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_FORECASTS_H
#define PLUMB_SERVER_FORECASTS_H

#include "predict/priority.h"
#include "server/models.h"

#define FORECAST_REASONS 3 /* for and against, of each in a queue */

struct forecasts; /* opaque; any thread */

MUST_CHECK enum err forecasts_start(struct server *server, struct forecasts **out, struct err_info *why);
/* Its thread ends; looks and notes go on. Then, when nobody looks and the engine is closed: let go. NULL is fine. */
void forecasts_halt(struct forecasts *forecasts);
void forecasts_free(struct forecasts *forecasts);

/* A listener of the engine; `context` are the forecasts. Does not block. */
void forecasts_touched(void *context, const struct touched *records, size_t count);

/* All that is due, now; what the thread does every second. */
MUST_CHECK enum err forecasts_refresh(struct forecasts *forecasts, struct err_info *why);

enum forecast_state {
    FORECAST_NONE, /* not listed, or not looked at yet */
    FORECAST_OPEN,
    FORECAST_WON,  /* the outcome has come */
    FORECAST_LOST, /* a deal that is closed without it */
};
#define FORECAST_STATES 4
enum forecast_state forecast_state_of(enum hindsight_state state);

struct forecast_row {
    uint32_t record;
    double probability; /* of an open one; else NAN */
    enum forecast_state state;
    enum priority priority; /* of an open or won one */
    uint32_t stamp;         /* changes when it is asked about again */
};

/* What is known of one record. False: the model's champion has not been asked about everybody yet. */
bool forecasts_look(struct forecasts *forecasts, struct str model, uint32_t version, uint32_t record,
                    struct forecast_row *out);

/* Where the quarters of the open records begin. False as above. */
bool forecasts_cuts(struct forecasts *forecasts, struct str model, uint32_t version, struct priority_cuts *out);

/* The open records, the likeliest first: `skip` of them left out, at most `most`; all, or those of one priority. */
struct forecast_question {
    struct str model;
    bool of_priority;
    enum priority priority;
    uint64_t skip, most; /* most: 1 or more */
};
#define FORECAST_SKIP_MAX 100000
struct forecast_queue {
    uint32_t version;
    int64_t all_ms;                  /* when everybody was last asked about */
    uint64_t counts[PRIORITY_COUNT]; /* records of each priority */
    struct priority_cuts cuts;
    struct forecast_row *rows; /* in `arena` */
    uint64_t count, matching;
};
/* False as above. */
bool forecasts_queue(struct forecasts *forecasts, const struct forecast_question *question, struct arena *arena,
                     struct forecast_queue *out);

/* Texts that somebody made about a row, kept until it is asked about again; a bounded number of them. */
bool forecasts_find_text(struct forecasts *forecasts, struct str model, const struct forecast_row *row,
                         struct arena *arena, struct str *out);
void forecasts_keep_text(struct forecasts *forecasts, struct str model, const struct forecast_row *row,
                         struct str text);

/* For metrics: of the `index`th model. False behind the last. */
struct forecast_counts {
    char model[MODEL_NAME_MAX + 1];
    uint32_t version;
    uint64_t states[FORECAST_STATES];
};
bool forecasts_counts(struct forecasts *forecasts, size_t index, struct forecast_counts *out);
uint64_t forecasts_waiting(struct forecasts *forecasts); /* records that were touched and not asked about yet */

#endif
