/* server.h — the product over HTTP: an engine, who may come in, and a port.
 *
 * The server opens the engine over a store that its caller opened, and listens before everything is loaded: until then
 * /readyz tells the progress and everything else answers 503. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_SERVER_H
#define PLUMB_SERVER_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "engine/engine.h"
#include "http/http.h"
#include "store/store.h"

struct access;      /* access.h */
struct answers;     /* answers.h */
struct forecasts;   /* forecasts.h */
struct hub;         /* hub.h */
struct housekeeper; /* housekeeper.h */
struct jobs;        /* jobs.h */
struct metrics;     /* metrics.h */
struct models;      /* models.h */
struct parsers;     /* parsers.h */
struct previews;    /* previews.h */
struct rates;       /* rates.h */
struct router;      /* dispatch.h */
struct workers;     /* workers.h */

struct server {
    /* Borrowed; outlive the server. */
    struct store *store;
    const struct clock *clock;
    const struct config *config;
    /* Its own. */
    struct engine *engine;
    struct access *access;
    struct http_server *http;
    struct router *router;
    struct metrics *metrics;
    struct parsers *parsers;
    struct rates *rates;
    struct hub *hub;
    struct previews *previews;
    struct models *models;
    struct forecasts *forecasts;
    struct jobs *jobs;
    struct answers *answers;
    struct housekeeper *housekeeper;
    struct workers *workers;
    pthread_mutex_t texts_lock; /* whoever looks at a draft or an experiment, and then puts another */
    bool secure;                /* people reach it by https, ours or a proxy's: cookies are for https alone */
    int64_t started_ms;
    atomic_uint handling;  /* handlers at work */
    atomic_bool loaded;    /* the engine was seen to be ready, which it then stays */
    unsigned scan_threads; /* for questions over everybody */
    atomic_uint scans;     /* such questions that are being answered, see api_enter */
};

struct server_options {
    struct store *store;            /* borrowed */
    const struct clock *clock;      /* borrowed */
    const struct config *config;    /* borrowed; see config.def */
    const char *snapshot;           /* path of the engine's cache; NULL: none */
    const char *address;            /* "127.0.0.1" */
    uint16_t port;                  /* 0: any free one */
    const char *tls_cert, *tls_key; /* PEM texts; NULL: plain */
};

/* Errors   ERR_UNAVAILABLE (the port is taken), ERR_INVALID (certificate), those of engine_open. */
MUST_CHECK enum err server_start(const struct server_options *options, struct server **out, struct err_info *why);
uint16_t server_port(const struct server *server);
/* Answer what is under way, finish what was submitted, let go of everything. Within 5 seconds. NULL is fine. */
void server_stop(struct server *server);

#endif
