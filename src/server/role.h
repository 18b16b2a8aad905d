/* role.h — who acts, and what they may do.
 *
 * One table (permissions.def) has the roles of people, the scopes of tokens and the permissions that
 * routes ask for. An actor carries what it may as a mask, so that asking costs nothing. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ROLE_H
#define PLUMB_SERVER_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum role {
#define ROLE(name, help) ROLE_##name,
#define SCOPE(name, text, help)
#define PERMISSION(name, help, roles, scopes)
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
    ROLE_COUNT
};

enum scope {
#define ROLE(name, help)
#define SCOPE(name, text, help) SCOPE_##name,
#define PERMISSION(name, help, roles, scopes)
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
    SCOPE_COUNT
};

enum permission {
#define ROLE(name, help)
#define SCOPE(name, text, help)
#define PERMISSION(name, help, roles, scopes) PERM_##name,
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
    PERM_COUNT
};

enum actor_kind {
    ACTOR_NOBODY, /* may nothing */
    ACTOR_USER,
    ACTOR_TOKEN,
    ACTOR_KEY,
    ACTOR_CLI,   /* who has the machine: may everything */
    ACTOR_PLUMB, /* the program itself, by a clock or a workflow */
};

struct actor {
    enum actor_kind kind;
    uint64_t number;      /* of the user, token or key */
    struct str name;      /* of the user or what the token or key is for */
    struct str text;      /* for the audit: "user:ada@acme.example", "token:7", "key:3", "cli", "plumb" */
    enum role role;       /* of a user */
    uint32_t permissions; /* bit 1 << enum permission */
};

bool may(const struct actor *actor, enum permission permission);

const char *permission_help(enum permission permission); /* "send events": "you may not send events" */

const char *role_name(enum role role);
const char *role_help(enum role role);
uint32_t role_permissions(enum role role);
/* Errors   ERR_INVALID, and the sentence lists the roles. */
MUST_CHECK enum err role_parse(struct str text, enum role *out, struct err_info *why);

/* Scopes are a mask too: bit 1 << enum scope. */
const char *scope_name(enum scope scope); /* "records.read" */
const char *scope_help(enum scope scope);
uint32_t scope_permissions(uint32_t scopes);
/* Scopes divided by blanks or commas; at least one.
 * Errors   ERR_INVALID: none, an unknown one (and the nearest known one). */
MUST_CHECK enum err scopes_parse(struct str text, uint32_t *out, struct err_info *why);
void scopes_append(struct buf *out, uint32_t scopes); /* divided by blanks, in the order of the table */

uint32_t key_permissions(void); /* of a write key */
struct actor actor_cli(void);   /* the command line, which has the store's file in its hands */
struct actor actor_plumb(void); /* the program itself */

void permissions_append_doc(struct buf *out); /* docs/permissions.md, whole */

#endif
