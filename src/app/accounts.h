/* accounts.h — what `plumb user`, `plumb token` and `plumb key` share: verbs, and two ways to do what they say.
 *
 * The first operand is a verb; a table tells what each takes. The commands work on the store's file itself, so they need
 * no password: who may write the file may do everything. While a server runs it is the one writer; then it is asked over
 * its API, as it is with --url. Verbs call accounts->way and do not know which it is. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_ACCOUNTS_H
#define PLUMB_APP_ACCOUNTS_H

#include "app/command.h"
#include "app/options.h"
#include "app/remote.h"
#include "server/access.h"

struct accounts {
    struct app *app;
    const struct arguments *arguments;
    struct arena *arena;
    const struct accounts_way *way;
    struct store *store; /* in the folder, */
    struct access *access;
    struct remote *remote; /* or by a server; NULL otherwise */
};

/* What can be done, with the errors of access.h. What changes something also writes it to the audit. Texts of what is
 * found live in accounts->arena. */
struct accounts_way {
    enum err (*users)(struct accounts *accounts, struct user_view **out, size_t *count, struct err_info *why);
    /* By number or e-mail address. */
    enum err (*find_user)(struct accounts *accounts, struct str ref, struct user_view *out, struct err_info *why);
    /* Without a password *link is a one-time link, else empty; also below. */
    enum err (*add_user)(struct accounts *accounts, const struct new_user *user, struct user_view *out,
                         struct str *link, struct err_info *why);
    enum err (*change_user)(struct accounts *accounts, const struct user_view *user, const struct user_change *change,
                            struct err_info *why);
    enum err (*set_password)(struct accounts *accounts, const struct user_view *user, struct str password,
                             struct str *link, struct err_info *why);
    enum err (*delete_user)(struct accounts *accounts, const struct user_view *user, struct err_info *why);
    enum err (*tokens)(struct accounts *accounts, struct token_view **out, size_t *count, struct err_info *why);
    enum err (*add_token)(struct accounts *accounts, struct str name, uint32_t scopes, struct secret *secret,
                          uint64_t *number, struct err_info *why);
    enum err (*revoke_token)(struct accounts *accounts, uint64_t number, struct err_info *why);
    enum err (*keys)(struct accounts *accounts, struct key_view **out, size_t *count, struct err_info *why);
    enum err (*add_key)(struct accounts *accounts, struct str name, struct secret *secret, uint64_t *number,
                        struct err_info *why);
    enum err (*revoke_key)(struct accounts *accounts, uint64_t number, struct err_info *why);
};
extern const struct accounts_way accounts_here;  /* in the folder: accounts_here.c */
extern const struct accounts_way accounts_there; /* by a running server: accounts_there.c */

struct verb {
    const char *name;
    const char *operands; /* "EMAIL ROLE": one word each; "" for none */
    const char *options;  /* that make sense with it, "name role"; beside --data and those of a server */
    bool reads_only;      /* needs no server to be asked while one runs */
    /* Are the words what they should be? Before anything is opened or made. Returns a STATUS_; NULL: any are. */
    int (*check)(const struct accounts *accounts);
    int (*run)(struct accounts *accounts);
};

/* Which verb, is all there that it takes, open the way, run it. Returns a STATUS_. */
int accounts_main(struct app *app, const struct arguments *arguments, const struct verb *verbs, size_t count);

/* The operand behind the verb, from 0; it is there when the verb takes it. */
const char *accounts_operand(const struct accounts *accounts, size_t index);
/* A number that a list shows. False: it is none, and app->err has been told. */
bool accounts_number(const struct accounts *accounts, size_t index, uint64_t *out);
/* A verb's check: the first operand is a number. */
int accounts_check_number(const struct accounts *accounts);

/* Say what went wrong. Returns STATUS_FAILED. */
int accounts_fail(const struct accounts *accounts, const struct err_info *why);
/* A new secret, alone on standard output. False: it could not be written, and app->err has been told. */
bool accounts_put_secret(const struct accounts *accounts, const struct secret *secret);

/* A table on app->out: `cells` row by row, the first row the headings. */
void accounts_put_table(const struct accounts *accounts, const struct str *cells, size_t rows, size_t columns);
struct str accounts_date(const struct accounts *accounts, int64_t at_ms); /* "2026-01-05"; "never" for 0 */

#endif
