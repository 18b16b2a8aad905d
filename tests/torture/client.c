/* client.c — see client.h. */
// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_S 30

struct client client_new(uint16_t port)
{
    return (struct client){.port = port, .socket = -1, .in = BUF_INIT(SIZE_MAX)};
}

static void hang_up(struct client *client)
{
    if (client->socket >= 0) close(client->socket);
    client->socket = -1;
}

void client_close(struct client *client)
{
    hang_up(client);
    buf_release(&client->in);
}

static bool connected(struct client *client)
{
    if (client->socket >= 0) return true;
    client->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->socket < 0) return false;
    const struct timeval wait = {.tv_sec = WAIT_S};
    const int yes = 1;
    setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(client->socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(client->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(client->socket, (const struct sockaddr *)&address, sizeof address) == 0;
}

static bool send_all(struct client *client, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(client->socket, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes = (struct str){bytes.at + sent, bytes.len - (size_t)sent};
    }
    return true;
}

static bool read_more(struct client *client)
{
    char piece[16 * 1024];
    ssize_t got = recv(client->socket, piece, sizeof piece, 0);
    if (got <= 0) return false;
    buf_append(&client->in, (struct str){piece, (size_t)got});
    return true;
}

static size_t find(struct str whole, const char *part)
{
    const char *hit = whole.len == 0 ? NULL : memmem(whole.at, whole.len, part, strlen(part));
    return hit == NULL ? SIZE_MAX : (size_t)(hit - whole.at);
}

/* Every reply that is asked for here tells its length. */
static unsigned read_reply(struct client *client, struct str *reply)
{
    static const char length_name[] = "\r\nContent-Length: ";
    size_t head;
    buf_clear(&client->in);
    while ((head = find(buf_str(&client->in), "\r\n\r\n")) == SIZE_MAX)
        if (!read_more(client)) return 0;
    struct str bytes = buf_str(&client->in);
    size_t length_at = find((struct str){bytes.at, head + 2}, length_name);
    size_t length = length_at == SIZE_MAX ? 0 : strtoul(bytes.at + length_at + sizeof length_name - 1, NULL, 10);
    while (client->in.len < head + 4 + length)
        if (!read_more(client)) return 0;
    bytes = buf_str(&client->in);
    *reply = (struct str){bytes.at + head + 4, length};
    size_t status_at = find(bytes, " ");
    return status_at == SIZE_MAX ? 0 : (unsigned)strtoul(bytes.at + status_at, NULL, 10);
}

unsigned client_ask(struct client *client, const char *line, struct str headers, struct str body, struct str *reply)
{
    AUTO_BUF request = BUF_INIT(SIZE_MAX);
    buf_format(&request, "%s HTTP/1.1\r\nHost: localhost\r\n" STR_FMT "Content-Length: %zu\r\n\r\n", line,
               STR_ARG(headers), body.len);
    buf_append(&request, body);
    unsigned status = 0;
    if (connected(client) && send_all(client, buf_str(&request))) status = read_reply(client, reply);
    if (status == 0) hang_up(client);
    return status;
}
