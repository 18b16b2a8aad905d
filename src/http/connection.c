/* connection.c — who is connected: how many in all, how many from one address. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <string.h>

#include "http/http_internal.h"

/* The bytes that tell one client from another: of IPv6 the first 64 bits, which are one line's. */
static struct str address_bytes(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        return (struct str){(const char *)&v4->sin_addr, sizeof v4->sin_addr};
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        const char *at = (const char *)&v6->sin6_addr;
        return IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? (struct str){at + 12, 4} : (struct str){at, 8};
    }
    return STR("");
}

static uint64_t address_hash(const struct http_server *server, const struct sockaddr *address)
{
    return str_hash(address_bytes(address), (uint64_t)(uintptr_t)server);
}

static struct connection **bucket_of(struct http_server *server, uint64_t hash)
{
    return &server->by_address[hash % ADDRESS_BUCKETS];
}

/* Two loops that accept in the same moment may both let the last one in: the ceilings are that much soft. */
enum MHD_Result on_accept(void *loop, const struct sockaddr *address, socklen_t length)
{
    (void)length;
    struct http_server *server = ((struct loop *)loop)->server;
    const struct http_options *options = &server->options;
    if (atomic_load(&server->quiescing)) return MHD_NO;
    uint64_t hash = address_hash(server, address);
    unsigned same = 0;
    pthread_mutex_lock(&server->lock);
    unsigned all = server->connection_count;
    if (options->connections_per_address_max > 0)
        for (const struct connection *c = *bucket_of(server, hash); c != NULL; c = c->neighbour)
            if (c->address_hash == hash) same++;
    pthread_mutex_unlock(&server->lock);
    bool full = all >= options->connections_max ||
                (options->connections_per_address_max > 0 && same >= options->connections_per_address_max);
    return full ? MHD_NO : MHD_YES;
}

static void write_peer(char *out, socklen_t size, const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, out, size);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
        inet_ntop(mapped ? AF_INET : AF_INET6, &v6->sin6_addr.s6_addr[mapped ? 12 : 0], out, size);
    }
}

static void enlist(struct http_server *server, struct connection *connection)
{
    pthread_mutex_lock(&server->lock);
    connection->after = server->connections;
    if (connection->after != NULL) connection->after->before = connection;
    server->connections = connection;
    server->connection_count++;
    struct connection **bucket = bucket_of(server, connection->address_hash);
    connection->neighbour = *bucket;
    *bucket = connection;
    pthread_mutex_unlock(&server->lock);
}

static void delist(struct http_server *server, struct connection *connection)
{
    pthread_mutex_lock(&server->lock);
    if (connection->after != NULL) connection->after->before = connection->before;
    *(connection->before != NULL ? &connection->before->after : &server->connections) = connection->after;
    server->connection_count--;
    struct connection **place = bucket_of(server, connection->address_hash);
    while (*place != connection) place = &(*place)->neighbour;
    *place = connection->neighbour;
    pthread_mutex_unlock(&server->lock);
}

static struct connection *connection_open(struct loop *loop, struct MHD_Connection *mhd)
{
    struct connection *connection = memory_alloc(sizeof *connection);
    connection->loop = loop;
    connection->mhd = mhd;
    connection->socket = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    connection->exchange = exchange_new(connection);
    const struct sockaddr *address = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    write_peer(connection->exchange->peer, sizeof connection->exchange->peer, address);
    connection->address_hash = address_hash(loop->server, address);
    connection_idles(connection);
    enlist(loop->server, connection);
    return connection;
}

static void connection_close(struct connection *connection)
{
    delist(connection->loop->server, connection);
    exchange_free(connection->exchange);
    memory_free(connection);
}

void on_connection(void *loop, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = connection_open(loop, mhd);
    } else if (*context != NULL) {
        connection_close(*context);
        *context = NULL;
        ((struct loop *)loop)->busy = true; /* there may be room for another: libmicrohttpd sees that when it is run */
    }
}
