/* test_metrics.c — counts are told as Prometheus reads them. */
// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include "harness.h"

static struct str told(const struct metrics *metrics, struct buf *out)
{
    buf_clear(out);
    metrics_append_requests(metrics, out);
    return buf_str(out);
}

TEST(a_request_counts_in_every_bucket_that_is_not_below_it)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct metrics *metrics = metrics_new();
    metrics_count(metrics, &endpoints[0], 200, 400);
    metrics_count(metrics, &endpoints[0], 200, 7000000);
    struct str text = told(metrics, &out);
    CHECK_CONTAINS(text, STR("plumb_http_requests_total{route=\"ops_health\",status=\"200\"} 2\n"));
    CHECK_CONTAINS(text, STR("plumb_http_request_seconds_bucket{route=\"ops_health\",le=\"0.00025\"} 0\n"));
    CHECK_CONTAINS(text, STR("plumb_http_request_seconds_bucket{route=\"ops_health\",le=\"0.0005\"} 1\n"));
    CHECK_CONTAINS(text, STR("plumb_http_request_seconds_bucket{route=\"ops_health\",le=\"5\"} 1\n"));
    CHECK_CONTAINS(text, STR("plumb_http_request_seconds_bucket{route=\"ops_health\",le=\"+Inf\"} 2\n"));
    CHECK_CONTAINS(text, STR("plumb_http_request_seconds_sum{route=\"ops_health\"} 7.0004\n"));
    metrics_free(metrics);
}

TEST(a_status_that_we_never_send_is_told_as_other)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct metrics *metrics = metrics_new();
    metrics_count(metrics, NULL, 418, 1);
    CHECK_CONTAINS(told(metrics, &out), STR("plumb_http_requests_total{route=\"none\",status=\"other\"} 1\n"));
    metrics_free(metrics);
}

TEST(what_was_never_asked_for_is_not_told)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct metrics *metrics = metrics_new();
    CHECK_FALSE(str_contains(told(metrics, &out), STR("route=")));
    metrics_free(metrics);
}
