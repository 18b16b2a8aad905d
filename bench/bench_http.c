/* bench_http.c — a server whose only work is to answer, for a load generator to be pointed at; see bench/serve.mjs.
 *
 *     bench_http PORT THREADS now     the handler answers at once
 *     bench_http PORT THREADS group   another thread answers all that came meanwhile, every GROUP_US microseconds,
 *                                     as a commit of a group does
 *
 * Ends with its standard input. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"

#define GROUP_US 300
#define GROUP_MAX 4096

static struct {
    pthread_mutex_t lock;
    struct http_exchange *waiting[GROUP_MAX];
    size_t count;
    atomic_bool ends;
} group = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void answer(struct http_exchange *exchange)
{
    http_answer(exchange, 202, "application/json", STR("{\"accepted\":1}"));
}

static void handle_now(void *context, struct http_exchange *exchange)
{
    (void)context;
    answer(exchange);
}

static void handle_in_group(void *context, struct http_exchange *exchange)
{
    (void)context;
    pthread_mutex_lock(&group.lock);
    INVARIANT(group.count < GROUP_MAX);
    group.waiting[group.count++] = exchange;
    pthread_mutex_unlock(&group.lock);
}

static void *answer_groups(void *context)
{
    (void)context;
    static struct http_exchange *taken[GROUP_MAX];
    while (!atomic_load(&group.ends)) {
        nanosleep(&(struct timespec){.tv_nsec = GROUP_US * 1000}, NULL);
        pthread_mutex_lock(&group.lock);
        size_t count = group.count;
        memcpy(taken, group.waiting, count * sizeof taken[0]);
        group.count = 0;
        pthread_mutex_unlock(&group.lock);
        for (size_t i = 0; i < count; i++) answer(taken[i]);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int64_t port, threads;
    if (argc != 4 || !str_to_i64(str_from_c(argv[1]), &port) || !str_to_i64(str_from_c(argv[2]), &threads)) {
        fprintf(stderr, "usage: bench_http PORT THREADS now|group\n");
        return 2;
    }
    struct http_options options = {
        .address = "127.0.0.1",
        .port = (uint16_t)port,
        .threads = (unsigned)threads,
        .connections_max = GROUP_MAX,
        .idle_s = 30,
        .body_max = (size_t)1024 * 1024,
        .handle = strcmp(argv[3], "now") == 0 ? handle_now : handle_in_group,
    };
    struct http_server *server;
    struct err_info why = {0};
    if (http_start(&options, &server, &why) != ERR_OK) {
        fprintf(stderr, "bench_http: %s\n", why.msg);
        return 1;
    }
    pthread_t thread;
    pthread_create(&thread, NULL, answer_groups, NULL);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    http_quiesce(server, 1000);
    atomic_store(&group.ends, true);
    pthread_join(thread, NULL);
    http_stop(server);
    return 0;
}
