/* drafts.c — see drafts.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/drafts.h"

struct str draft_key(struct arena *arena, struct str score)
{
    return arena_format(arena, "draft/" STR_FMT, STR_ARG(score));
}

struct str draft_tag(struct arena *arena, struct str text)
{
    return arena_format(arena, "\"%016llx\"", (unsigned long long)str_hash(text, 0));
}

enum err draft_load(const struct server *server, struct str score, struct arena *arena, struct str *text,
                    struct err_info *why)
{
    return store_get_text(server->store, draft_key(arena, score), arena, text, why);
}

enum err draft_may_put(const struct server *server, struct str score, struct str text, struct str seen, bool *there,
                       struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct err_info failed = {0};
    struct str former = {0};
    enum err e = draft_load(server, score, arena, &former, &failed);
    *there = e == ERR_OK;
    if (e != ERR_OK && e != ERR_NOT_FOUND) return err_set(why, e, "%s", failed.msg);
    if (str_equal(seen, STR(DRAFT_ANY)) || (*there && str_equal(former, text))) return ERR_OK;
    if (*there ? str_equal(seen, draft_tag(arena, former)) : seen.len == 0) return ERR_OK;
    return err_set(why, ERR_CONFLICT, "the draft is not the one that was edited");
}

enum err draft_put(struct server *server, struct str score, struct str text, struct str seen, bool *there,
                   struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    pthread_mutex_lock(&server->texts_lock); /* no other between looking and putting */
    enum err e = draft_may_put(server, score, text, seen, there, why);
    if (e == ERR_OK) e = store_put_text(server->store, draft_key(arena, score), text, why);
    pthread_mutex_unlock(&server->texts_lock);
    return e;
}
