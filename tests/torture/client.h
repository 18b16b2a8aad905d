/* client.h — one connection to a server that may die at any instant. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_TORTURE_CLIENT_H
#define PLUMB_TESTS_TORTURE_CLIENT_H

#include "base/buf.h"

struct client {
    uint16_t port; /* on 127.0.0.1 */
    int socket;    /* -1: not connected */
    struct buf in; /* the last reply */
};

struct client client_new(uint16_t port);
void client_close(struct client *client);

/* Send a request ("POST /v1/batch", header lines that end in CRLF) and wait for the whole reply; connects when there is
 * no connection. Returns the status; 0: the connection ended or nothing came for 30 seconds, and nobody knows whether
 * the server did it. *body is borrowed until the next call. */
unsigned client_ask(struct client *client, const char *line, struct str headers, struct str body, struct str *reply);

#endif
