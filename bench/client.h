/* client.h — the load: connections that ask a server on this machine, and how long its answers take.
 *
 * Without a rate every connection asks again as soon as it was answered: that finds out how much the server takes. With
 * one, requests are due at fixed instants, and a latency counts from the instant at which a request was due, also when
 * it had to wait because all connections were waiting for answers. A server that stops for a second thereby shows a
 * second in every request that was due meanwhile, and not in one ("coordinated omission" is what hides them).
 *
 * One thread, HTTP/1.1 connections that are kept. What makes measuring pointless ends the program with a sentence: a
 * server that is not there, an answer that is not HTTP. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BENCH_CLIENT_H
#define PLUMB_BENCH_CLIENT_H

#include "requests.h"

#define CLIENT_CONNECTIONS_MAX 4096

struct client_options {
    uint16_t port;             /* of 127.0.0.1 */
    uint32_t connections;      /* 1..CLIENT_CONNECTIONS_MAX */
    uint32_t seconds;          /* how long to ask; then answers are waited for, 10 seconds at most */
    uint64_t rate;             /* requests a second that are due; 0: as many as are answered */
    uint64_t requests_most;    /* end after so many; 0: after the seconds */
    struct requests *requests; /* borrowed */
};

struct client_result {
    uint64_t answered;    /* with a status of 200 to 299 */
    uint64_t in_time;     /* of them, before the seconds were over */
    uint64_t errors;      /* another status, or the connection was closed */
    uint64_t unanswered;  /* due or sent, and nothing came until the end */
    int64_t took_ns;      /* in all */
    uint32_t *latency_us; /* [answered], ascending */
};

void client_run(const struct client_options *options, struct client_result *out);
void client_result_free(struct client_result *result);

/* The latency that `per_million` of a million answers do not exceed; 0 without any. */
double client_percentile_ms(const struct client_result *result, uint64_t per_million);

_Noreturn void client_give_up(const char *what, const char *why); /* the sentence, and status 1 */

#endif
