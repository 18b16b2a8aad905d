/* write_key.h — which write key a request carries: by Basic auth as the user's name, or in its body or query. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_WRITE_KEY_H
#define PLUMB_SERVER_WRITE_KEY_H

#include <stdbool.h>

#include "server/request.h"

/* `elsewhere` is the key that the body or query names; empty for none. Basic auth wins. `*key` lives in the request's
 * arena. False: none, or not one of ours; the request was answered by 401. */
bool write_key_find(struct request *request, struct str elsewhere, struct actor *key);

/* The same without an answer. */
bool write_key_look_up(struct request *request, struct str elsewhere, struct actor *key);

#endif
