/* forecasts_internal.h — the columns of forecasts. Never outside of forecasts*.c.
 *
 *   forecasts.c          what is asked of them
 *   forecasts_refresh.c  who is asked about again, and when */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_FORECASTS_INTERNAL_H
#define PLUMB_SERVER_FORECASTS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/list.h"
#include "server/forecasts.h"

#define TEXTS_KEPT 1024 /* of a column */

struct kept_text {
    uint32_t record, stamp;
    struct str text; /* from memory_alloc; empty: free */
};

/* What one champion says of all records. */
struct column {
    char model[MODEL_NAME_MAX + 1]; /* empty: the place is free */
    enum entity object;
    uint32_t version, count, capacity;
    float *probability; /* [count] */
    uint8_t *state;     /* [count] enum forecast_state */
    uint32_t *stamp;    /* [count] */
    uint32_t last_stamp;
    int64_t all_ms; /* FOREVER: everybody is to be asked about */
    struct priority_cuts cuts;
    struct kept_text texts[TEXTS_KEPT];
};

/* Records that facts have touched, each once. */
struct dirty {
    LIST(uint32_t) records;
    LIST(uint8_t) marks; /* by record */
};

struct forecasts {
    struct server *server;
    pthread_t thread;
    bool runs;
    pthread_mutex_t refreshing; /* one at a time */
    pthread_mutex_t lock;       /* of columns and `ends` */
    pthread_cond_t changed;
    struct column *columns; /* [MODELS_MAX] */
    bool ends;
    pthread_mutex_t touching; /* of these two: never held for long, since the writer waits for it */
    struct dirty dirty[OBJECT_COUNT];
    bool listens;                       /* some model has a champion */
    atomic_bool stop;                   /* the same, for whoever computes */
    atomic_uint_fast64_t generation;    /* of models_generation, that the columns are of */
    atomic_int_fast64_t rests_until_ms; /* something failed: not before then again */
};

/* NULL: there is none. Under the lock. */
struct column *forecasts_column(struct forecasts *forecasts, struct str model);
void column_release(struct column *column);
void dirty_add(struct dirty *dirty, uint32_t record);
void dirty_release(struct dirty *dirty);

#endif
