/* routes.h — routes.def as a table, and the declarations of its handlers. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ROUTES_H
#define PLUMB_SERVER_ROUTES_H

#include <stddef.h>

#include "http/http.h"
#include "server/role.h"

struct request;

/* What a route may ask for beside the permissions of permissions.def. */
enum { PERM_PUBLIC = PERM_COUNT, PERM_SIGNED_IN, PERM_WRITE_KEY };

struct endpoint {
    enum http_method method;
    const char *pattern; /* "/api/v1/contacts/{ref}" */
    const char *name;    /* of the handler: operation id, label of metrics */
    void (*handle)(struct request *request);
    int permission;       /* enum permission, or one of the above */
    const char *sentence; /* what it does, without a full stop */
    const char *query;    /* names of query parameters, divided by blanks */
    const char *takes;    /* schema of the body, or its content type; "" for none */
    const char *gives;    /* schema of the answer, or its content type */
};

extern const struct endpoint endpoints[];
extern const size_t endpoint_count;

#define ROUTE(method, pattern, handler, permission, sentence, query, takes, gives) \
    void handler(struct request *request);
#include "server/routes.def"
#undef ROUTE

#endif
