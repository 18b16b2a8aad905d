/* serve_settings.h — what `plumb serve` runs with: a flag wins over the environment, that over plumb.conf, that over
 * the default. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_SERVE_SETTINGS_H
#define PLUMB_APP_SERVE_SETTINGS_H

#include "app/options.h"
#include "base/arena.h"
#include "base/config.h"

#define SERVE_ADDRESS_MAX 63 /* bytes */

struct serve_settings {
    struct config config;
    char address[SERVE_ADDRESS_MAX + 1]; /* "127.0.0.1", "::1" */
    uint16_t port;                       /* 0: any free one */
    const char *tls_cert, *tls_key;      /* PEM texts; NULL: plain */
};

/* When all is well, also makes the data directory if it is not there, for its owner alone.
 * Errors   ERR_INVALID: a value, a line of the file, or listening for others without TLS; ERR_NOT_FOUND: the
 *          certificate; ERR_UNAVAILABLE: the directory or a file may not be used.
 * Memory   texts live in `arena`. */
MUST_CHECK enum err serve_settings_read(struct arena *arena, const char *const *environment,
                                        const struct arguments *arguments, struct serve_settings *out,
                                        struct err_info *why);

/* How this machine reaches a server that has `port`, whatever the base URL. Lives in `arena`. */
struct str serve_settings_nearby(const struct serve_settings *settings, uint16_t port, struct arena *arena);

/* How people reach it: base_url, or what it listens on. Without a slash at its end. Lives in `arena`. */
struct str serve_settings_url(const struct serve_settings *settings, uint16_t port, struct arena *arena);

/* The address it really has: "http://127.0.0.1:41234". Lives in `arena`. */
struct str serve_settings_listens_on(const struct serve_settings *settings, uint16_t port, struct arena *arena);

#endif
