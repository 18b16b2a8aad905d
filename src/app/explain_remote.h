/* explain_remote.h — `plumb explain` over the API: a server's ledger, told in the words of its definition. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_EXPLAIN_REMOTE_H
#define PLUMB_APP_EXPLAIN_REMOTE_H

#include "app/output.h"
#include "app/remote.h"

/* Ask the server of --url and print. Errors: app->err has been told. */
MUST_CHECK enum err explain_remotely(struct app *app, const struct arguments *arguments, int64_t as_of_ms,
                                     const struct page *page);

/* "Lead score on 5 January 2026, 10:00 UTC" */
void explain_put_title(const struct score *score, int64_t as_of_ms, const struct page *page);

#endif
