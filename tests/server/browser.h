/* browser.h — who is signed in: what a browser keeps, and what its page sends.
 *
 *     struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
 *     CHECK_INT(browser_act(site, &ada, "POST /api/v1/contacts", "{'email': 'x@x.example'}").status, 201);
 *
 * Bodies may have ' for ". */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_BROWSER_H
#define PLUMB_TESTS_SERVER_BROWSER_H

#include "server/role.h"
#include "site.h"

#define PASSWORD "a long walk home"

struct browser {
    struct str cookie, csrf;
};

/* With the cookie (of nobody: NULL) and further headers, each ended by "\r\n". */
struct reply browser_ask(struct site *site, const struct browser *browser, const char *line, const char *headers,
                         const char *body);
/* The same with the token that the page was given. */
struct reply browser_act(struct site *site, const struct browser *browser, const char *line, const char *body);

/* What an answer that signs in leaves in the browser. */
struct browser browser_of(struct site *site, struct reply reply);
struct browser browser_sign_in(struct site *site, const char *email, const char *password);
/* Add a user with PASSWORD, past the API. Returns the number. */
uint64_t browser_add_user(struct site *site, const char *email, enum role role);

#endif
