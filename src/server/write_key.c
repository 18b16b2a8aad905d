/* write_key.c — Basic auth's "key:" and the key that a beacon can only put into its body. */
// SPDX-License-Identifier: Apache-2.0
#include "server/write_key.h"

#include "server/credentials.h"
#include "server/server.h"

static enum err look_up(struct request *request, struct str elsewhere, struct actor *key, struct err_info *why)
{
    struct credentials shown;
    enum err e =
        credentials_read(http_header(request->exchange, "Authorization"), STR(""), request->arena, &shown, why);
    if (e != ERR_OK) return e;
    struct str secret = shown.by == SHOWN_BY_HEADER ? shown.secret : str_trim(elsewhere);
    if (secret.len == 0)
        return err_set(why, ERR_INVALID, "there is no write key, neither by Basic auth nor as writeKey in the body");
    return access_key(request->server->access, secret, request->arena, key, why);
}

bool write_key_look_up(struct request *request, struct str elsewhere, struct actor *key)
{
    return look_up(request, elsewhere, key, NULL) == ERR_OK;
}

bool write_key_find(struct request *request, struct str elsewhere, struct actor *key)
{
    struct err_info why = {0};
    if (look_up(request, elsewhere, key, &why) == ERR_OK) return true;
    http_problem(request->exchange, 401, "bad_key", STR("writeKey"), "%s", why.msg);
    return false;
}
