/* accounts.h — what `plumb user`, `plumb token` and `plumb key` share: verbs, and the way to the store.
 *
 * The first operand is a verb; a table tells what each takes. The commands work on the store's file
 * itself, so they need no server and no password: who may write the file may do everything. While a server
 * runs it is the one writer; then only listing works, and the sentence says where to go instead.
 * accounts_open is the one place that would choose another way in. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_ACCOUNTS_H
#define PLUMB_APP_ACCOUNTS_H

#include "app/command.h"
#include "app/options.h"
#include "server/access.h"

struct accounts {
    struct app *app;
    const struct arguments *arguments;
    struct arena *arena;
    struct store *store;
    struct access *access;
};

struct verb {
    const char *name;
    const char *operands; /* "EMAIL ROLE": one word each; "" for none */
    const char *options;  /* that make sense with it, "name role"; beside --data */
    bool reads_only;      /* works beside a running server */
    /* Are the words what they should be? Before anything is opened or made. Returns a STATUS_; NULL: any are. */
    int (*check)(const struct accounts *accounts);
    int (*run)(struct accounts *accounts);
};

/* Which verb, is all there that it takes, open the store, run it. Returns a STATUS_. */
int accounts_main(struct app *app, const struct arguments *arguments, const struct verb *verbs, size_t count);

/* The operand behind the verb, from 0; it is there when the verb takes it. */
const char *accounts_operand(const struct accounts *accounts, size_t index);
/* A number that a list shows. False: it is none, and app->err has been told. */
bool accounts_number(const struct accounts *accounts, size_t index, uint64_t *out);

/* Say what went wrong. Returns STATUS_FAILED. */
int accounts_fail(const struct accounts *accounts, const struct err_info *why);

/* Write down who did it: the command line. `detail` is JSON or empty. */
void accounts_audit(const struct accounts *accounts, const char *action, struct str target);

/* A table on app->out: `cells` row by row, the first row the headings. */
void accounts_put_table(const struct accounts *accounts, const struct str *cells, size_t rows, size_t columns);
struct str accounts_date(const struct accounts *accounts, int64_t at_ms); /* "2026-01-05"; "never" for 0 */

#endif
