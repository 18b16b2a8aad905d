/* openapi.h — this API told to programs (OpenAPI 3.1) and to people, from the tables alone. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_OPENAPI_H
#define PLUMB_SERVER_OPENAPI_H

#include "base/buf.h"
#include "base/json.h"
#include "http/http.h"

void openapi_append_json(struct buf *out);     /* the document */
void openapi_append_markdown(struct buf *out); /* docs/api.md, whole */
void openapi_append_html(struct buf *out);     /* the page at /api: no script, nothing from elsewhere */

/* What the names of query parameters mean, and who may call. */
const char *openapi_query_help(struct str name);
struct endpoint;
const char *openapi_who_may(const struct endpoint *endpoint);
const char *openapi_method(enum http_method method); /* "GET" */

#endif
