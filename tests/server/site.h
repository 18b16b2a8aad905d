/* site.h — a whole server over a store in memory, and a client that asks it.
 *
 *     struct site *site = site_open((struct site_options){0});
 *     struct reply reply = site_send(site, "/v1/track", "{\"event\":\"x\",\"userId\":\"u\"}");
 *     CHECK_INT(reply.status, 200);
 *     site_close(site);
 *
 * The clock stands at SITE_NOW_MS until a test moves it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_SITE_H
#define PLUMB_TESTS_SERVER_SITE_H

#include "base/arena.h"
#include "base/config.h"
#include "server/server.h"

#define SITE_NOW_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */

struct site_options {
    const char *setting, *value;   /* of config.def, when not the default */
    const char *setting2, *value2; /* and another */
    const char *database;          /* path of a file; NULL: in memory */
    const char *snapshot;          /* the engine's; then site_open does not wait until everything is loaded */
};

struct site {
    struct arena *arena; /* of the replies */
    struct clock clock;
    struct config config;
    struct store *store;
    struct server *server;
    uint16_t port;
    struct str key;   /* a write key */
    struct str token; /* of everything */
};

struct reply {
    unsigned status; /* 0: the connection ended before an answer */
    struct str head, body;
};

struct site *site_open(struct site_options options);  /* ready */
void site_time_passes(struct site *site, int64_t ms); /* its clock is read by threads of the server; back, too */
void site_close(struct site *site);

/* Any request: a line, headers each ended by "\r\n", a body. Host, length and an end of the connection are added. */
struct reply site_ask(struct site *site, const char *line, const char *headers, struct str body);
/* POST with the site's write key by Basic auth. */
struct reply site_send(struct site *site, const char *path, const char *body);
/* The same from any thread that has an arena of its own in its copy of *site; status 0 also when there is no
 * server any more. */
struct reply site_try(struct site *site, const char *path, const char *body);
/* GET and POST with the site's token. */
struct reply site_get(struct site *site, const char *path);
struct reply site_post(struct site *site, const char *path, const char *body);

struct str reply_header(struct reply reply, const char *name); /* at == NULL: it has none */
bool reply_has(struct reply reply, const char *part);          /* of the body */

/* The number of events that the engine has. */
uint64_t site_events(const struct site *site);

#endif
