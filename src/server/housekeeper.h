/* housekeeper.h — what has to be done every minute and that no request waits for. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_HOUSEKEEPER_H
#define PLUMB_SERVER_HOUSEKEEPER_H

#include "base/err.h"

struct server;
struct housekeeper; /* opaque: a thread of its own */

/* Errors   ERR_UNAVAILABLE: no thread is to be had. */
MUST_CHECK enum err housekeeper_start(struct server *server, struct housekeeper **out, struct err_info *why);
void housekeeper_stop(struct housekeeper *housekeeper); /* NULL is fine */

#endif
