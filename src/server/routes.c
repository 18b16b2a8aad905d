/* routes.c — routes.def as a table. */
// SPDX-License-Identifier: Apache-2.0
#include "server/routes.h"

#include "base/macros.h"

const struct endpoint endpoints[] = {
#define ROUTE(method, pattern, handler, permission, sentence, query, takes, gives) \
    {HTTP_##method, pattern, #handler, handler, permission, sentence, query, takes, gives},
#include "server/routes.def"
#undef ROUTE
};

const size_t endpoint_count = COUNT_OF(endpoints);
