/* listen.c — the socket a server listens on, made here so that what fails has its own sentence. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_internal.h"

union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_address(const struct http_options *options, union any_address *out, socklen_t *length)
{
    *out = (union any_address){0};
    if (inet_pton(AF_INET, options->address, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(options->port);
        *length = sizeof out->v4;
        return true;
    }
    if (inet_pton(AF_INET6, options->address, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(options->port);
        *length = sizeof out->v6;
        return true;
    }
    return false;
}

static uint16_t port_of(int listener)
{
    union any_address address = {0};
    socklen_t length = sizeof address;
    int failed = getsockname(listener, &address.any, &length);
    INVARIANT(failed == 0);
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

enum err listen_on(const struct http_options *options, int *out, uint16_t *port, struct err_info *why)
{
    union any_address address;
    socklen_t length;
    if (!parse_address(options, &address, &length))
        return err_set(why, ERR_INVALID, "'%s' is not an IP address to listen on", options->address);
    int listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) return err_set(why, ERR_UNAVAILABLE, "cannot make a socket: %s", strerror(errno));
    int on = 1; /* the port of a server that has just ended may be had again at once */
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, &address.any, length) != 0 || listen(listener, SOMAXCONN) != 0) {
        int cause = errno;
        close(listener);
        return err_set(why, ERR_UNAVAILABLE, "cannot listen on %s port %u: %s", options->address,
                       (unsigned)options->port, strerror(cause));
    }
    *out = listener;
    *port = port_of(listener);
    return ERR_OK;
}
