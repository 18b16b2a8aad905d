/* metrics.c — a row of counters for each route, and the text they are told by.
 *
 * Routes that share a handler share its name, so their rows are added up when they are told. */
// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "server/forecasts.h"

/* What we answer; anything else counts as the last. */
static const unsigned statuses[] = {200, 201, 202, 204, 206, 302, 303, 304, 400, 401, 403, 404, 405,
                                    409, 412, 413, 415, 422, 428, 429, 500, 501, 502, 503, 0};

/* Upper bounds of the histogram; the last has none. */
static const uint64_t bounds_us[] = {250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000};

struct row {
    atomic_uint_fast64_t by_status[COUNT_OF(statuses)];
    atomic_uint_fast64_t by_time[COUNT_OF(bounds_us) + 1]; /* each request in one of them */
    atomic_uint_fast64_t took_us;
};

struct metrics {
    struct row *rows; /* [endpoint_count + 1]; the last of paths without a route */
};

/* The same as plain numbers. */
struct sums {
    uint64_t by_status[COUNT_OF(statuses)];
    uint64_t by_time[COUNT_OF(bounds_us) + 1];
    uint64_t took_us;
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = memory_alloc(sizeof *metrics);
    metrics->rows = memory_array(endpoint_count + 1, sizeof *metrics->rows);
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL) return;
    memory_free(metrics->rows);
    memory_free(metrics);
}

static void add(atomic_uint_fast64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

void metrics_count(struct metrics *metrics, const struct endpoint *endpoint, unsigned status, uint64_t took_us)
{
    struct row *row = &metrics->rows[endpoint != NULL ? (size_t)(endpoint - endpoints) : endpoint_count];
    size_t s = 0, t = 0;
    while (s + 1 < COUNT_OF(statuses) && statuses[s] != status) s++;
    while (t < COUNT_OF(bounds_us) && took_us > bounds_us[t]) t++;
    add(&row->by_status[s], 1);
    add(&row->by_time[t], 1);
    add(&row->took_us, took_us);
}

static const char *name_of(size_t index)
{
    return index < endpoint_count ? endpoints[index].name : "none";
}

static bool told_before(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(name_of(i), name_of(index)) == 0) return true;
    return false;
}

/* All rows of the name at `index`. */
static struct sums sum_of(const struct metrics *metrics, size_t index)
{
    struct sums sums = {0};
    for (size_t i = index; i <= endpoint_count; i++) {
        if (strcmp(name_of(i), name_of(index)) != 0) continue;
        const struct row *row = &metrics->rows[i];
        for (size_t s = 0; s < COUNT_OF(statuses); s++)
            sums.by_status[s] += atomic_load_explicit(&row->by_status[s], memory_order_relaxed);
        for (size_t t = 0; t <= COUNT_OF(bounds_us); t++)
            sums.by_time[t] += atomic_load_explicit(&row->by_time[t], memory_order_relaxed);
        sums.took_us += atomic_load_explicit(&row->took_us, memory_order_relaxed);
    }
    return sums;
}

static void append_help(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_statuses(struct buf *out, const char *route, const struct sums *sums)
{
    for (size_t s = 0; s < COUNT_OF(statuses); s++) {
        if (sums->by_status[s] == 0) continue;
        buf_format(out, "plumb_http_requests_total{route=\"%s\",status=\"", route);
        if (statuses[s] != 0) buf_append_u64(out, statuses[s]);
        else buf_append(out, STR("other"));
        buf_append(out, STR("\"} "));
        buf_append_u64(out, sums->by_status[s]);
        buf_append_char(out, '\n');
    }
}

static void append_seconds(struct buf *out, uint64_t us)
{
    buf_append_double(out, (double)us / 1e6);
}

static void append_times(struct buf *out, const char *route, const struct sums *sums)
{
    uint64_t count = 0;
    for (size_t t = 0; t <= COUNT_OF(bounds_us); t++) count += sums->by_time[t];
    if (count == 0) return;
    uint64_t below = 0;
    for (size_t t = 0; t <= COUNT_OF(bounds_us); t++) {
        below += sums->by_time[t];
        buf_format(out, "plumb_http_request_seconds_bucket{route=\"%s\",le=\"", route);
        if (t < COUNT_OF(bounds_us)) append_seconds(out, bounds_us[t]);
        else buf_append(out, STR("+Inf"));
        buf_append(out, STR("\"} "));
        buf_append_u64(out, below);
        buf_append_char(out, '\n');
    }
    buf_format(out, "plumb_http_request_seconds_sum{route=\"%s\"} ", route);
    append_seconds(out, sums->took_us);
    buf_format(out, "\nplumb_http_request_seconds_count{route=\"%s\"} ", route);
    buf_append_u64(out, count);
    buf_append_char(out, '\n');
}

void metrics_append_requests(const struct metrics *metrics, struct buf *out)
{
    append_help(out, "plumb_http_requests_total", "counter", "Requests answered, by route and status.");
    for (size_t i = 0; i <= endpoint_count; i++) {
        if (told_before(i)) continue;
        struct sums sums = sum_of(metrics, i);
        append_statuses(out, name_of(i), &sums);
    }
    append_help(out, "plumb_http_request_seconds", "histogram", "From a request's head to its answer's last byte.");
    for (size_t i = 0; i <= endpoint_count; i++) {
        if (told_before(i)) continue;
        struct sums sums = sum_of(metrics, i);
        append_times(out, name_of(i), &sums);
    }
}

static void append_one(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    append_help(out, name, type, help);
    buf_format(out, "%s ", name);
    buf_append_u64(out, value);
    buf_append_char(out, '\n');
}

static void append_time(struct buf *out, const char *name, const char *help, uint64_t us)
{
    append_help(out, name, "counter", help);
    buf_format(out, "%s ", name);
    append_seconds(out, us);
    buf_append_char(out, '\n');
}

void metrics_append_engine(const struct engine_counts *counts, const struct engine_progress *progress, struct buf *out)
{
    append_help(out, "plumb_facts_total", "counter", "Facts that clients sent, by what became of them.");
    const struct {
        const char *outcome;
        uint64_t count;
    } facts[] = {
        {"taken", counts->facts_taken}, {"refused", counts->facts_refused}, {"duplicate", counts->facts_duplicate}};
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        buf_format(out, "plumb_facts_total{outcome=\"%s\"} ", facts[i].outcome);
        buf_append_u64(out, facts[i].count);
        buf_append_char(out, '\n');
    }
    append_one(out, "plumb_facts_waiting", "gauge", "Facts that wait for the writer.", counts->waiting);
    append_one(out, "plumb_commits_total", "counter", "Transactions that became durable.", counts->commits);
    append_one(out, "plumb_commit_failures_total", "counter", "Transactions that the disk refused.",
               counts->commit_failures);
    append_time(out, "plumb_commit_seconds_total", "Time spent making facts durable.", counts->commit_us);
    append_time(out, "plumb_score_seconds_total", "Time spent scoring records that facts touched.", counts->score_us);
    append_one(out, "plumb_band_changes_total", "counter", "Records that entered or left a band.",
               counts->band_changes);
    append_help(out, "plumb_records", "gauge", "Records in memory.");
    for (int object = 0; object < OBJECT_COUNT; object++) {
        buf_format(out, "plumb_records{object=\"%s\"} ", entity_name((enum entity)object));
        buf_append_u64(out, counts->records[object]);
        buf_append_char(out, '\n');
    }
    append_one(out, "plumb_events", "gauge", "Events in memory.", counts->events);
    append_one(out, "plumb_ready", "gauge", "1 when everything is loaded.", progress->phase == ENGINE_READY ? 1 : 0);
}

void metrics_append_forecasts(struct forecasts *forecasts, struct buf *out)
{
    static const char *const states[FORECAST_STATES] = {
        [FORECAST_NONE] = "none", [FORECAST_OPEN] = "open", [FORECAST_WON] = "won", [FORECAST_LOST] = "lost"};
    struct forecast_counts counts;
    append_one(out, "plumb_forecasts_waiting", "gauge", "Records that facts touched since they were last forecast.",
               forecasts_waiting(forecasts));
    append_help(out, "plumb_forecasts", "gauge", "Records that a model's champion was asked about, by what they are.");
    for (size_t i = 0; forecasts_counts(forecasts, i, &counts); i++)
        for (enum forecast_state state = FORECAST_OPEN; state < FORECAST_STATES; state++) {
            buf_format(out, "plumb_forecasts{model=\"%s\",state=\"%s\"} ", counts.model, states[state]);
            buf_append_u64(out, counts.states[state]);
            buf_append_char(out, '\n');
        }
    append_help(out, "plumb_model_version", "gauge", "The version that is a model's champion.");
    for (size_t i = 0; forecasts_counts(forecasts, i, &counts); i++) {
        buf_format(out, "plumb_model_version{model=\"%s\"} ", counts.model);
        buf_append_u64(out, counts.version);
        buf_append_char(out, '\n');
    }
}

void metrics_append_store(const struct store_size *size, struct buf *out)
{
    append_one(out, "plumb_store_bytes", "gauge", "The store's file.", size->bytes);
    append_one(out, "plumb_store_log_bytes", "gauge", "Its write-ahead log.", size->log_bytes);
}
