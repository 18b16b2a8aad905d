/* parsers.h — JSON parsers, lent out: what a parser read lives in it until the request was answered. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_PARSERS_H
#define PLUMB_SERVER_PARSERS_H

#include "base/json.h"

struct parsers; /* opaque; any thread */

struct parsers *parsers_new(void);
void parsers_free(struct parsers *parsers); /* all are back; NULL is fine */

struct json_parser *parsers_borrow(struct parsers *parsers);
/* `text_bytes`: of the largest text it read. One that has grown for it is not kept. */
void parsers_return(struct parsers *parsers, struct json_parser *parser, size_t text_bytes);

#endif
