/* ops.c — how the server is, for whoever keeps it running. */
// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"
#include "server/request.h"
#include "server/server.h"

void ops_health(struct request *request)
{
    http_answer(request->exchange, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

void ops_ready(struct request *request)
{
    static const char *const phases[] = {
        [ENGINE_LOADING] = "loading", [ENGINE_READY] = "ready", [ENGINE_FAILED] = "failed"};
    struct engine_progress progress = engine_progress(request->server->engine);
    AUTO_BUF out = BUF_INIT(4096);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_key(&writer, "phase");
    json_string(&writer, str_from_c(phases[progress.phase]));
    json_key(&writer, "events_loaded");
    json_i64(&writer, (int64_t)progress.done);
    json_key(&writer, "events_to_load");
    json_i64(&writer, (int64_t)progress.all);
    if (progress.phase == ENGINE_FAILED) {
        json_key(&writer, "why");
        json_string(&writer, str_from_c(progress.why.msg));
    }
    json_end_object(&writer);
    if (progress.phase == ENGINE_LOADING) http_set_header(request->exchange, "Retry-After", STR("1"));
    request_answer(request, progress.phase == ENGINE_READY ? 200 : 503, &out);
}

void ops_metrics(struct request *request)
{
    struct server *server = request->server;
    AUTO_BUF out = BUF_INIT(REQUEST_JSON_MAX);
    metrics_append_requests(server->metrics, &out);
    struct engine_counts counts = engine_counts(server->engine);
    struct engine_progress progress = engine_progress(server->engine);
    metrics_append_engine(&counts, &progress, &out);
    metrics_append_forecasts(server->forecasts, &out);
    struct store_size size;
    struct err_info why = {0};
    if (store_measure(server->store, &size, &why) == ERR_OK) metrics_append_store(&size, &out);
    http_answer(request->exchange, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
}
