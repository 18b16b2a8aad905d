/* names.h — what a request calls by a name that its endpoint does not know is refused, as a mistyped one would change what is done
 * without a word: {"change": "silent"} would tell everybody. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_NAMES_H
#define PLUMB_SERVER_NAMES_H

#include "base/json.h"
#include "server/request.h"

/* The names of the query are among those of the route; only those of our own API are looked at, as addresses of letters and pages get
 * names from others. False: it was answered by 400, with the name as the place. */
bool names_of_query_are_known(struct request *request);

/* The members of an object are among those of the schema that the route takes; what is in them is not looked at. False: as above. */
bool names_of_body_are_known(struct request *request, const struct json_item *body);

/* The first member of an object that the schema does not list; at == NULL: it knows all of them. */
struct str names_unknown_member(struct str schema, const struct json_item *object);

#endif
