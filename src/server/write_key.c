/* write_key.c — Basic auth's "key:" and the key that a beacon can only put into its body. */
// SPDX-License-Identifier: Apache-2.0
#include "server/write_key.h"

#include <sodium.h>

#include "server/access.h"
#include "server/server.h"

/* The user's name in "Basic BASE64(name:password)"; empty when there is none. */
static struct str basic_name(struct request *request)
{
    struct str header = http_header(request->exchange, "Authorization");
    if (!str_starts_with(header, STR("Basic "))) return STR("");
    struct str encoded = str_trim((struct str){header.at + 6, header.len - 6});
    char *text = arena_alloc(request->arena, encoded.len + 1);
    size_t length = 0;
    if (sodium_base642bin((unsigned char *)text, encoded.len, encoded.at, encoded.len, NULL, &length, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return STR("");
    struct str name = {text, length};
    return str_cut(&name, ':');
}

static enum err look_up(struct request *request, struct str elsewhere, struct actor *key, struct err_info *why)
{
    struct str secret = basic_name(request);
    if (secret.len == 0) secret = str_trim(elsewhere);
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
