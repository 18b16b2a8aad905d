/* site.c — see site.h. */
// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "server/access.h"

#define REPLY_BYTES_MAX ((size_t)64 * 1024 * 1024)

static void set(struct config *config, const char *name, const char *value)
{
    struct err_info why = {0};
    if (name != NULL) CHECK_OK(config_set(config, str_from_c(name), str_from_c(value), &why), why);
}

static void add_secrets(struct site *site)
{
    struct err_info why = {0};
    struct secret secret;
    uint64_t number;
    CHECK_OK(access_add_key(site->server->access, STR("web"), STR("cli"), &secret, &number, &why), why);
    site->key = arena_str(site->arena, secret_str(&secret));
    CHECK_OK(access_add_token(site->server->access, STR("test"), UINT32_C(1) << SCOPE_everything, STR("cli"), &secret,
                              &number, &why),
             why);
    site->token = arena_str(site->arena, secret_str(&secret));
}

void site_time_passes(struct site *site, int64_t ms)
{
    __atomic_fetch_add(&site->clock.fixed_ms, ms, __ATOMIC_RELAXED);
}

struct site *site_open(struct site_options options)
{
    struct site *site = memory_alloc(sizeof *site);
    site->arena = arena_new();
    site->clock = clock_fixed(SITE_NOW_MS);
    site->config = config_default();
    site->config.log_requests = false;
    site->config.sweep_seconds = 0;
    site->config.http_threads = 2;
    site->config.data = arena_str(site->arena, str_from_c(harness_tmpdir()));
    set(&site->config, options.setting, options.value);
    set(&site->config, options.setting2, options.value2);
    struct err_info why = {0};
    const struct store_options store = {.path = options.database, .clock = &site->clock};
    CHECK_OK(store_open(&store, &site->store, &why), why);
    const struct server_options server = {
        .store = site->store,
        .clock = &site->clock,
        .config = &site->config,
        .snapshot = options.snapshot,
        .address = "127.0.0.1",
    };
    CHECK_OK(server_start(&server, &site->server, &why), why);
    site->port = server_port(site->server);
    if (options.snapshot == NULL) CHECK_OK(engine_wait_ready(site->server->engine, &why), why);
    add_secrets(site);
    return site;
}

void site_close(struct site *site)
{
    server_stop(site->server);
    store_close(site->store);
    arena_free(site->arena);
    memory_free(site);
}

/* -1: nobody listens. */
static int connect_to(const struct site *site)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(site->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

static void send_all(int fd, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return; /* it was refused before all was read: the answer tells */
        bytes = (struct str){bytes.at + sent, bytes.len - (size_t)sent};
    }
}

static struct reply parse(struct str all)
{
    struct reply reply = {0};
    const char *end = memmem(all.at, all.len, "\r\n\r\n", 4);
    if (end == NULL) return reply;
    size_t length = (size_t)(end - all.at) + 4;
    reply.head = (struct str){all.at, length};
    reply.body = (struct str){all.at + length, all.len - length};
    struct str rest = reply.head;
    (void)str_cut(&rest, ' ');
    uint64_t status = 0;
    (void)str_to_u64(str_cut(&rest, ' '), &status);
    reply.status = (unsigned)status;
    return reply;
}

static struct reply ask(struct site *site, const char *line, const char *headers, struct str body)
{
    int fd = connect_to(site);
    if (fd < 0) return (struct reply){0};
    struct str head =
        arena_format(site->arena, "%s HTTP/1.1\r\nHost: plumb\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n",
                     line, body.len, headers);
    send_all(fd, head);
    send_all(fd, body);
    AUTO_BUF in = BUF_INIT(REPLY_BYTES_MAX);
    char piece[65536];
    for (ssize_t got = 0; (got = recv(fd, piece, sizeof piece, 0)) > 0;)
        buf_append(&in, (struct str){piece, (size_t)got});
    close(fd);
    return parse(arena_str(site->arena, buf_str(&in)));
}

struct reply site_ask(struct site *site, const char *line, const char *headers, struct str body)
{
    struct reply reply = ask(site, line, headers, body);
    CHECK_TRUE(reply.status != 0);
    return reply;
}

static const char *basic(struct site *site, struct str key)
{
    char text[256], encoded[512];
    int length = snprintf(text, sizeof text, STR_FMT ":", STR_ARG(key));
    sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)text, (size_t)length,
                      sodium_base64_VARIANT_ORIGINAL);
    return arena_format(site->arena, "Authorization: Basic %s\r\n", encoded).at;
}

static const char *bearer(struct site *site)
{
    return arena_format(site->arena, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(site->token)).at;
}

struct reply site_try(struct site *site, const char *path, const char *body)
{
    const char *line = arena_format(site->arena, "POST %s", path).at;
    return ask(site, line, basic(site, site->key), str_from_c(body));
}

struct reply site_send(struct site *site, const char *path, const char *body)
{
    struct reply reply = site_try(site, path, body);
    CHECK_TRUE(reply.status != 0);
    return reply;
}

struct reply site_get(struct site *site, const char *path)
{
    return site_ask(site, arena_format(site->arena, "GET %s", path).at, bearer(site), STR(""));
}

struct reply site_post(struct site *site, const char *path, const char *body)
{
    return site_ask(site, arena_format(site->arena, "POST %s", path).at, bearer(site), str_from_c(body));
}

struct str reply_header(struct reply reply, const char *name)
{
    struct str rest = reply.head;
    while (rest.len > 0) {
        struct str value = str_cut(&rest, '\n');
        struct str found = str_cut(&value, ':');
        if (found.len == strlen(name) && strncasecmp(found.at, name, found.len) == 0) return str_trim(value);
    }
    return (struct str){NULL, 0};
}

bool reply_has(struct reply reply, const char *part)
{
    return str_contains(reply.body, str_from_c(part));
}

uint64_t site_events(const struct site *site)
{
    return engine_counts(site->server->engine).events;
}
