/* server.c — what the product over HTTP stands on, in the order in which it is put up and taken down.
 *
 * Up: engine, who may come in, the port. Down: no more requests; the engine finishes what was submitted, which answers
 * those who wait; only then the port closes and the rest goes. */
// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "server/access.h"
#include "server/answers.h"
#include "server/api_stream.h"
#include "server/dispatch.h"
#include "server/forecasts.h"
#include "server/housekeeper.h"
#include "server/hub.h"
#include "server/intake.h"
#include "server/jobs.h"
#include "server/metrics.h"
#include "server/models.h"
#include "server/parsers.h"
#include "server/previews.h"
#include "server/rates.h"
#include "server/workers.h"

#define HASHINGS_MAX 2       /* passwords at once, 64 MB each */
#define WORKERS 16           /* most of them wait for a commit */
#define QUIESCE_MS 3000      /* of the 5 seconds that a stop may take: for what is under way */
#define LAST_ANSWERS_MS 1000 /* and for clients that are slow to take an answer */
/* Of whom we do not know: a batch of events, and a little over it, which intake refuses in its own words. */
#define STRANGER_BODY_BYTES_MAX (INTAKE_BATCH_BYTES_MAX + (size_t)16 * 1024)

/* How many threads a setting means; 0 is one for each core. */
static unsigned threads_of(int64_t setting)
{
    if (setting > 0) return (unsigned)setting;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}

static enum err open_engine(struct server *server, const char *snapshot, struct err_info *why)
{
    const struct config *config = server->config;
    const struct engine_options options = {
        .store = server->store,
        .clock = server->clock,
        .threads = threads_of(config->threads),
        .sweep_s = (uint32_t)config->sweep_seconds,
        .waiting_max = (uint32_t)config->waiting_max,
        .snapshot_path = snapshot,
        .catalog_locked = config->catalog_locked,
    };
    server->scan_threads = options.threads;
    enum err e = engine_open(&options, &server->engine, why);
    if (e != ERR_OK) return e;
    engine_listen(server->engine, (struct engine_listener){
                                      .bands = api_stream_bands, .members = api_stream_members, .context = server});
    server->previews = previews_new(server->engine, server->clock, options.threads);
    return ERR_OK;
}

static enum err open_access(struct server *server, struct err_info *why)
{
    const struct access_options options = {
        .store = server->store, .clock = server->clock, .hashings_max = HASHINGS_MAX};
    enum err e = access_open(&options, &server->access, why);
    if (e == ERR_OK) e = housekeeper_start(server, &server->housekeeper, why);
    if (e == ERR_OK) e = jobs_start(server, &server->jobs, why);
    if (e == ERR_OK) e = forecasts_start(server, &server->forecasts, why);
    if (e == ERR_OK)
        engine_listen(server->engine,
                      (struct engine_listener){.touched = forecasts_touched, .context = server->forecasts});
    return e;
}

static enum err listen_at(struct server *server, const struct server_options *options, struct err_info *why)
{
    const struct config *config = server->config;
    const struct http_options http = {
        .address = options->address,
        .port = options->port,
        .threads = threads_of(config->http_threads),
        .connections_max = (unsigned)config->connections_max,
        .connections_per_address_max = (unsigned)config->connections_per_address_max,
        .idle_s = (unsigned)config->idle_seconds,
        .last_answers_ms = LAST_ANSWERS_MS,
        .body_max = (size_t)config->body_max_bytes,
        .clock = server->clock,
        .tls_cert = options->tls_cert,
        .tls_key = options->tls_key,
        .body_stranger_max = STRANGER_BODY_BYTES_MAX,
        .trusts = dispatch_trusts,
        .handle = dispatch,
        .rests = dispatch_rests,
        .done = dispatch_done,
        .context = server,
    };
    return http_start(&http, &server->http, why);
}

enum err server_start(const struct server_options *options, struct server **out, struct err_info *why)
{
    struct server *server = memory_alloc(sizeof *server);
    server->store = options->store;
    server->clock = options->clock;
    server->config = options->config;
    server->secure = options->tls_cert != NULL || str_starts_with(options->config->base_url, STR("https://"));
    server->started_ms = options->clock->now_ms(options->clock);
    pthread_mutex_init(&server->texts_lock, NULL);
    server->router = router_new();
    server->metrics = metrics_new();
    server->parsers = parsers_new();
    server->hub = hub_new();
    server->answers = answers_new();
    server->models = models_new(server);
    server->rates = rates_new((uint32_t)options->config->key_events_per_second);
    enum err e = open_engine(server, options->snapshot, why);
    if (e == ERR_OK) e = open_access(server, why);
    if (e == ERR_OK) e = workers_start(WORKERS, &server->workers, why);
    if (e == ERR_OK) e = listen_at(server, options, why);
    if (e != ERR_OK) {
        server_stop(server);
        return e;
    }
    *out = server;
    return ERR_OK;
}

uint16_t server_port(const struct server *server)
{
    return http_port(server->http);
}

void server_stop(struct server *server)
{
    if (server == NULL) return;
    if (server->http != NULL) http_quiesce(server->http, QUIESCE_MS);
    while (atomic_load(&server->handling) > 0) nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    workers_stop(server->workers);
    housekeeper_stop(server->housekeeper);
    jobs_stop(server->jobs);
    forecasts_halt(server->forecasts);
    previews_free(server->previews); /* look at the engine's history */
    models_free(server->models);
    engine_close(server->engine);
    forecasts_free(server->forecasts); /* the engine told it what was touched until now */
    hub_free(server->hub);             /* before the port that its streams belong to */
    http_stop(server->http);
    access_close(server->access);
    answers_free(server->answers);
    rates_free(server->rates);
    parsers_free(server->parsers);
    metrics_free(server->metrics);
    router_free(server->router);
    pthread_mutex_destroy(&server->texts_lock);
    memory_free(server);
}
