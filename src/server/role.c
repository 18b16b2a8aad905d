/* role.c — everything that follows from permissions.def. */
// SPDX-License-Identifier: Apache-2.0
#include "server/role.h"

#include "core/nearest.h"

#define EVERYTHING ((UINT32_C(1) << PERM_COUNT) - 1)
_Static_assert(PERM_COUNT < 32 && SCOPE_COUNT < 32, "masks are 32 bits");

static const struct {
    const char *name, *help;
} role_table[ROLE_COUNT] = {
#define ROLE(name, help) [ROLE_##name] = {#name, help},
#define SCOPE(name, text, help)
#define PERMISSION(name, help, roles, scopes)
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
};

static const struct {
    const char *name, *help;
} scope_table[SCOPE_COUNT] = {
#define ROLE(name, help)
#define SCOPE(name, text, help) [SCOPE_##name] = {text, help},
#define PERMISSION(name, help, roles, scopes)
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
};

/* The words of the lists: a bit for each role and each scope. */
enum {
#define ROLE(name, help) name = 1 << ROLE_##name,
#define SCOPE(name, text, help) name = 1 << SCOPE_##name,
#define PERMISSION(name, help, roles, scopes)
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
};

static const struct {
    const char *help;
    uint32_t roles, scopes; /* without the admin's */
} permission_table[PERM_COUNT] = {
#define ROLE(name, help)
#define SCOPE(name, text, help)
#define PERMISSION(name, help, roles, scopes) [PERM_##name] = {help, (roles), (scopes)},
#include "server/permissions.def"
#undef ROLE
#undef SCOPE
#undef PERMISSION
};

bool may(const struct actor *actor, enum permission permission)
{
    return (actor->permissions >> permission & 1) != 0;
}

const char *permission_help(enum permission permission)
{
    return permission_table[permission].help;
}

/* ---- Roles. ---- */

const char *role_name(enum role role)
{
    return role_table[role].name;
}

const char *role_help(enum role role)
{
    return role_table[role].help;
}

uint32_t role_permissions(enum role role)
{
    if (role == ROLE_admin) return EVERYTHING;
    uint32_t mask = 0;
    for (unsigned p = 0; p < PERM_COUNT; p++) mask |= (permission_table[p].roles >> role & 1) << p;
    return mask;
}

enum err role_parse(struct str text, enum role *out, struct err_info *why)
{
    AUTO_BUF names = BUF_INIT(256);
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        if (str_equal(text, str_from_c(role_table[role].name))) {
            *out = role;
            return ERR_OK;
        }
        buf_format(&names, "%s%s", role == 0 ? "" : role + 1 == ROLE_COUNT ? " or " : ", ", role_table[role].name);
    }
    return err_set(why, ERR_INVALID, "there is no role '" STR_FMT "'; it is " STR_FMT, STR_ARG(text),
                   STR_ARG(buf_str(&names)));
}

/* ---- Scopes. ---- */

const char *scope_name(enum scope scope)
{
    return scope_table[scope].name;
}

const char *scope_help(enum scope scope)
{
    return scope_table[scope].help;
}

uint32_t scope_permissions(uint32_t scopes)
{
    if ((scopes & everything) != 0) return EVERYTHING;
    uint32_t mask = 0;
    for (unsigned p = 0; p < PERM_COUNT; p++)
        if ((permission_table[p].scopes & scopes) != 0) mask |= UINT32_C(1) << p;
    return mask;
}

static enum err refuse_scope(struct str word, struct err_info *why)
{
    const char *known[SCOPE_COUNT + 1] = {NULL};
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++) known[scope] = scope_table[scope].name;
    const char *near = nearest(word, known);
    if (near != NULL)
        return err_set(why, ERR_INVALID, "there is no scope '" STR_FMT "'; did you mean '%s'?", STR_ARG(word), near);
    return err_set(why, ERR_INVALID, "there is no scope '" STR_FMT "'", STR_ARG(word));
}

enum err scopes_parse(struct str text, uint32_t *out, struct err_info *why)
{
    uint32_t mask = 0;
    while (text.len > 0) {
        size_t len = 0;
        while (len < text.len && text.at[len] != ' ' && text.at[len] != ',') len++;
        struct str word = {text.at, len};
        len += len < text.len;
        text = (struct str){text.at + len, text.len - len};
        if (word.len == 0) continue;
        enum scope scope = 0;
        while (scope < SCOPE_COUNT && !str_equal(word, str_from_c(scope_table[scope].name))) scope++;
        if (scope == SCOPE_COUNT) return refuse_scope(word, why);
        mask |= UINT32_C(1) << scope;
    }
    if (mask == 0) return err_set(why, ERR_INVALID, "a token without a scope may do nothing: name at least one");
    *out = mask;
    return ERR_OK;
}

void scopes_append(struct buf *out, uint32_t scopes)
{
    bool first = true;
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++) {
        if ((scopes >> scope & 1) == 0) continue;
        buf_format(out, "%s%s", first ? "" : " ", scope_table[scope].name);
        first = false;
    }
}

/* ---- Those without a role. ---- */

uint32_t key_permissions(void)
{
    return UINT32_C(1) << PERM_SEND_EVENTS;
}

struct actor actor_cli(void)
{
    return (struct actor){
        .kind = ACTOR_CLI, .name = STR("command line"), .text = STR("cli"), .permissions = EVERYTHING};
}

struct actor actor_plumb(void)
{
    return (struct actor){.kind = ACTOR_PLUMB, .name = STR("Plumb"), .text = STR("plumb"), .permissions = EVERYTHING};
}

/* ---- For people. ---- */

static void append_matrix(struct buf *out)
{
    buf_append(out, STR("## What each role may\n\n| |"));
    for (enum role role = 0; role < ROLE_COUNT; role++) buf_format(out, " %s |", role_table[role].name);
    buf_append(out, STR(" scope of a token |\n|---|"));
    for (enum role role = 0; role < ROLE_COUNT; role++) buf_append(out, STR(":-:|"));
    buf_append(out, STR("---|\n"));
    for (enum permission p = 0; p < PERM_COUNT; p++) {
        buf_format(out, "| %s |", permission_table[p].help);
        for (enum role role = 0; role < ROLE_COUNT; role++)
            buf_append(out, (role_permissions(role) >> p & 1) != 0 ? STR(" yes |") : STR(" |"));
        const char *between = " ";
        for (enum scope scope = 0; scope < SCOPE_COUNT; scope++) {
            if ((permission_table[p].scopes >> scope & 1) == 0) continue;
            buf_format(out, "%s`%s`", between, scope_table[scope].name);
            between = ", ";
        }
        buf_append(out, permission_table[p].scopes == 0 ? STR(" `admin` only |\n") : STR(" |\n"));
    }
}

void permissions_append_doc(struct buf *out)
{
    buf_append(out, STR("# Who may do what\n\n"
                        "People have a role, programs a token with scopes, and websites a write key. The tables follow "
                        "`src/server/permissions.def`; a test compares them.\n\n"
                        "| role | what it is for |\n|---|---|\n"));
    for (enum role role = 0; role < ROLE_COUNT; role++)
        buf_format(out, "| %s | %s |\n", role_table[role].name, role_table[role].help);
    buf_append_char(out, '\n');
    append_matrix(out);
    buf_append(out, STR("\n## Scopes of tokens\n\n| scope | what a token with it may do |\n|---|---|\n"));
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++)
        buf_format(out, "| `%s` | %s |\n", scope_table[scope].name, scope_table[scope].help);
    buf_append(out, STR("\nA write key may send events and nothing else, so it may stand in a web page. Power over "
                        "others (people, keys, tokens, the audit) is no scope of its own: a token that may make "
                        "tokens could make itself an admin.\n"));
}
