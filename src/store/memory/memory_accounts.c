/* memory_accounts.c — users, sessions, tokens, write keys and small texts, in lists. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "store/memory/memory_store.h"

static enum err taken(struct err_info *why, const char *what)
{
    return err_set(why, ERR_CONFLICT, "it is there already (%s)", what);
}

static enum err missing(struct err_info *why, const char *what, uint64_t number)
{
    return err_set(why, ERR_NOT_FOUND, "there is no %s %llu", what, (unsigned long long)number);
}

static struct user_row copy_user(struct user_row row, struct arena *arena)
{
    row.email = arena_str(arena, row.email);
    row.name = arena_str(arena, row.name);
    row.role = arena_str(arena, row.role);
    row.password_hash = arena_str(arena, row.password_hash);
    return row;
}

static struct token_row copy_token(struct token_row row, struct arena *arena)
{
    row.name = arena_str(arena, row.name);
    row.hash = arena_str(arena, row.hash);
    row.scopes = arena_str(arena, row.scopes);
    row.creator = arena_str(arena, row.creator);
    return row;
}

static struct key_row copy_key(struct key_row row, struct arena *arena)
{
    row.name = arena_str(arena, row.name);
    row.hash = arena_str(arena, row.hash);
    row.hint = arena_str(arena, row.hint);
    row.creator = arena_str(arena, row.creator);
    return row;
}

/* Rows have a number, counted from 1 as none is ever taken out, and a text that only one of them may have; one without
 * that text is gone. */
// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in them
#define DEFINE_ROWS(put_, all_, type_, list_, copy_, unique_, what_)                                         \
    enum err put_(struct store *base, const type_ *row, uint64_t *number, struct err_info *why)              \
    {                                                                                                        \
        struct memory_store *store = memory_enter(base);                                                     \
        for (size_t i = 0; i < store->list_.count; i++) {                                                    \
            const type_ *other = &store->list_.at[i];                                                        \
            if (other->number != row->number && str_equal(other->unique_, row->unique_))                     \
                return memory_leave(store, taken(why, what_));                                               \
        }                                                                                                    \
        if (row->number > store->list_.count ||                                                              \
            (row->number != 0 && store->list_.at[row->number - 1].unique_.len == 0))                         \
            return memory_leave(store, missing(why, what_, row->number));                                    \
        type_ *to = row->number == 0 ? LIST_ADD(&store->list_) : &store->list_.at[row->number - 1];          \
        *to = copy_(*row, store->arena);                                                                     \
        if (row->number == 0) *number = to->number = store->list_.count;                                     \
        return memory_leave(store, ERR_OK);                                                                  \
    }                                                                                                        \
    enum err all_(struct store *base, struct arena *arena, type_ **out, size_t *count, struct err_info *why) \
    {                                                                                                        \
        (void)why;                                                                                           \
        struct memory_store *store = memory_enter(base);                                                     \
        *out = ARENA_ARRAY(arena, type_, store->list_.count);                                                \
        *count = 0;                                                                                          \
        for (size_t i = 0; i < store->list_.count; i++) {                                                    \
            const type_ *row = &store->list_.at[i];                                                          \
            if (row->unique_.len > 0) (*out)[(*count)++] = copy_(*row, arena);                               \
        }                                                                                                    \
        return memory_leave(store, ERR_OK);                                                                  \
    }
// NOLINTEND(bugprone-macro-parentheses)

DEFINE_ROWS(memory_put_user, memory_users, struct user_row, users, copy_user, email, "user")
DEFINE_ROWS(memory_put_token, memory_tokens, struct token_row, tokens, copy_token, hash, "token")
DEFINE_ROWS(memory_put_key, memory_keys, struct key_row, keys, copy_key, hash, "write key")

/* ---- Sessions. ---- */

static struct session_row *find_session(const struct memory_store *store, struct str hash)
{
    for (size_t i = 0; i < store->sessions.count; i++) {
        struct session_row *row = &store->sessions.at[i];
        if (str_equal(row->hash, hash)) return row;
    }
    return NULL;
}

enum err memory_put_session(struct store *base, const struct session_row *row, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    if (row->user == 0 || row->user > store->users.count)
        return memory_leave(store, err_set(why, ERR_NOT_FOUND, "what it belongs to does not exist"));
    struct session_row *to = find_session(store, row->hash);
    if (to == NULL) to = LIST_ADD(&store->sessions);
    *to = *row;
    to->hash = arena_str(store->arena, row->hash);
    return memory_leave(store, ERR_OK);
}

enum err memory_find_session(struct store *base, struct str hash, struct arena *arena, struct session_row *out,
                             struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    const struct session_row *row = find_session(store, hash);
    if (row == NULL) return memory_leave(store, err_set(why, ERR_NOT_FOUND, "there is no such session"));
    *out = *row;
    out->hash = arena_str(arena, row->hash);
    return memory_leave(store, ERR_OK);
}

enum err memory_delete_session(struct store *base, struct str hash, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    struct session_row *row = find_session(store, hash);
    if (row != NULL) LIST_REMOVE(&store->sessions, (size_t)(row - store->sessions.at));
    return memory_leave(store, ERR_OK);
}

static int by_latest_seen(const void *a, const void *b)
{
    const struct session_row *x = a, *y = b;
    if (x->seen_ms != y->seen_ms) return x->seen_ms < y->seen_ms ? 1 : -1;
    return str_compare(x->hash, y->hash);
}

enum err memory_sessions(struct store *base, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                         size_t *count, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    *out = ARENA_ARRAY(arena, struct session_row, store->sessions.count);
    *count = 0;
    for (size_t i = 0; i < store->sessions.count; i++) {
        struct session_row row = store->sessions.at[i];
        if (row.user != user) continue;
        row.hash = arena_str(arena, row.hash);
        (*out)[(*count)++] = row;
    }
    if (*count > 0) qsort(*out, *count, sizeof **out, by_latest_seen);
    if (*count > most) *count = most;
    return memory_leave(store, ERR_OK);
}

static void delete_sessions_but(struct memory_store *store, uint64_t user, struct str hash)
{
    for (size_t i = store->sessions.count; i-- > 0;) {
        const struct session_row *row = &store->sessions.at[i];
        if (row->user == user && !str_equal(row->hash, hash)) LIST_REMOVE(&store->sessions, i);
    }
}

enum err memory_delete_sessions_but(struct store *base, uint64_t user, struct str hash, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    delete_sessions_but(store, user, hash);
    return memory_leave(store, ERR_OK);
}

enum err memory_delete_user(struct store *base, uint64_t number, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    struct user_row *row = number == 0 || number > store->users.count ? NULL : &store->users.at[number - 1];
    if (row == NULL || row->email.len == 0) return memory_leave(store, missing(why, "user", number));
    *row = (struct user_row){.number = number, .disabled = true};
    delete_sessions_but(store, number, STR(""));
    return memory_leave(store, ERR_OK);
}

/* ---- Small texts. ---- */

static struct memory_text *find_text(const struct memory_store *store, struct str name)
{
    for (size_t i = 0; i < store->texts.count; i++) {
        struct memory_text *row = &store->texts.at[i];
        if (str_equal(row->name, name)) return row;
    }
    return NULL;
}

enum err memory_put_text(struct store *base, struct str name, struct str text, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    struct memory_text *row = find_text(store, name);
    if (text.len == 0 && row != NULL) LIST_REMOVE(&store->texts, (size_t)(row - store->texts.at));
    if (text.len > 0) {
        if (row == NULL) row = LIST_ADD(&store->texts);
        *row = (struct memory_text){arena_str(store->arena, name), arena_str(store->arena, text)};
    }
    return memory_leave(store, ERR_OK);
}

enum err memory_get_text(struct store *base, struct str name, struct arena *arena, struct str *out,
                         struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    const struct memory_text *row = find_text(store, name);
    enum err e = ERR_OK;
    if (row == NULL) e = err_set(why, ERR_NOT_FOUND, "there is no text \"" STR_FMT "\"", STR_ARG(name));
    else *out = arena_str(arena, row->text);
    return memory_leave(store, e);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

enum err memory_text_names(struct store *base, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                           struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < store->texts.count; i++) {
        struct str name = store->texts.at[i].name;
        if (str_starts_with(name, prefix))
            *(struct str *)rows_next(arena, &rows, n++, &capacity, sizeof name) = arena_str(arena, name);
    }
    if (n > 0) qsort(rows, n, sizeof(struct str), by_text);
    *out = rows;
    *count = n;
    return memory_leave(store, ERR_OK);
}
