/* api_client.h — requests to a site's own API, and a look into the answers.
 *
 *     struct str id = api_text(site, api_post(site, "/api/v1/contacts", "{'email': 'a@b.example'}", 201), "id");
 *
 * Bodies may have ' for ". A status other than the one expected ends the test with the answer. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_API_CLIENT_H
#define PLUMB_TESTS_SERVER_API_CLIENT_H

#include "base/json.h"
#include "site.h"

struct reply api_call(struct site *site, const char *line, const char *body, unsigned status);
struct reply api_call_with(struct site *site, const char *line, const char *headers, const char *body, unsigned status);

/* The answer parsed; lives as long as the site, until the next api_read. */
const struct json_item *api_read(struct site *site, struct reply reply);
/* A text or number under a path of members and indexes: "results.0.id"; "(absent)" when it is not there. */
struct str api_at(struct site *site, struct reply reply, const char *path);

#endif
