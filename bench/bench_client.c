/* bench_client.c — load for a server on this machine, from a command line; client.h says what is measured.
 *
 *     AUTHORIZATION='Basic …' bench_client port=7420 path=/v1/track connections=64 seconds=5
 *     ... rate=5000          a request every 200 us, whether or not the former ones were answered
 *     ... events=100         so many in each request        contacts=200000     whom they are about
 *     ... requests=2000      end after so many              body=FILE           send this instead (requests.h)
 *
 * Prints one JSON object. What is secret comes by the environment, because others on the machine see a command line. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/input.h"
#include "client.h"

#define BODY_FILE_MAX ((size_t)512 * 1024)

struct options {
    uint64_t port, connections, seconds, rate, requests, events, contacts;
    const char *path, *body;
};

static void read_options(int argc, char **argv, struct options *out)
{
    const struct {
        const char *name;
        uint64_t *number;
        const char **text;
    } known[] = {
        {"port=", &out->port, NULL}, {"connections=", &out->connections, NULL}, {"seconds=", &out->seconds, NULL},
        {"rate=", &out->rate, NULL}, {"events=", &out->events, NULL},           {"contacts=", &out->contacts, NULL},
        {"path=", NULL, &out->path}, {"requests=", &out->requests, NULL},       {"body=", NULL, &out->body}};
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < COUNT_OF(known) && strncmp(argv[i], known[k].name, strlen(known[k].name)) != 0) k++;
        if (k == COUNT_OF(known)) client_give_up("unknown option", argv[i]);
        const char *value = argv[i] + strlen(known[k].name);
        if (known[k].text != NULL) *known[k].text = value;
        else if (!str_to_u64(str_from_c(value), known[k].number)) client_give_up("not a whole number", argv[i]);
    }
    if (out->port == 0 || out->port > UINT16_MAX) client_give_up("port=1..65535 is needed", "");
    if (out->connections == 0 || out->connections > CLIENT_CONNECTIONS_MAX) client_give_up("connections=1..4096", "");
    if (out->contacts == 0 || out->contacts > 99999999) client_give_up("contacts=1..99999999", "");
    if (out->events == 0 || out->events > 1000) client_give_up("events=1..1000", "");
    if (out->seconds == 0 || out->seconds > 3600) client_give_up("seconds=1..3600", "");
}

static void print_result(const struct client_result *result, const struct options *options)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
                    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    double seconds = options->requests > 0 ? (double)result->took_ns / 1e9 : (double)options->seconds;
    printf("{\"per_s\": %.1f, \"answered\": %llu, \"unanswered\": %llu, \"errors\": %llu, \"p50_ms\": %.3f, "
           "\"p99_ms\": %.3f, \"p999_ms\": %.3f, \"most_ms\": %.3f, \"client_us_each\": %.2f}\n",
           (double)result->in_time / seconds, (unsigned long long)result->answered,
           (unsigned long long)result->unanswered, (unsigned long long)result->errors,
           client_percentile_ms(result, 500000), client_percentile_ms(result, 990000),
           client_percentile_ms(result, 999000), client_percentile_ms(result, 1000000),
           result->answered > 0 ? cpu_us / (double)result->answered : 0);
}

int main(int argc, char **argv)
{
    struct options options = {.connections = 64, .seconds = 5, .events = 1, .contacts = 200000, .path = "/v1/track"};
    read_options(argc, argv, &options);
    AUTO_ARENA arena = arena_new();
    struct request_options asked = {.path = options.path,
                                    .authorization = getenv("AUTHORIZATION"),
                                    .contacts = (uint32_t)options.contacts,
                                    .events_each = (uint32_t)options.events};
    struct err_info why = {0};
    if (options.body != NULL && input_read_all(options.body, BODY_FILE_MAX, arena, &asked.body, &why) != ERR_OK)
        client_give_up("cannot read what to send", why.msg);
    struct client_options how = {.port = (uint16_t)options.port,
                                 .connections = (uint32_t)options.connections,
                                 .seconds = (uint32_t)options.seconds,
                                 .rate = options.rate,
                                 .requests_most = options.requests,
                                 .requests = requests_new(&asked)};
    struct client_result result;
    client_run(&how, &result);
    print_result(&result, &options);
    client_result_free(&result);
    requests_free(how.requests);
    return 0;
}
