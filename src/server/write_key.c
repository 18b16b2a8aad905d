/* write_key.c — Basic auth's "key:" and the key that a beacon can only put into its body.
 *
 * A header that holds something else than one of our keys (a library's OAuth token, a password for a proxy on the way) gives
 * way to a key in the body.
 *
 * The same program mostly sends the same header again, and decoding and hashing it costs as much as parsing the event. So
 * each thread remembers the last header that was good, for as long as nobody's rights change. */
// SPDX-License-Identifier: Apache-2.0
#include "server/write_key.h"

#include <sodium.h>
#include <string.h>

#include "server/credentials.h"
#include "server/server.h"

#define HEADER_MAX 128 /* bytes of a header that is remembered */

static _Thread_local struct {
    uint64_t version; /* access_version when it was good; 0: nothing is remembered */
    size_t len;
    char header[HEADER_MAX];
    struct actor key; /* its texts are here below */
    char name[ACCESS_NAME_MAX], text[ACCESS_NAME_MAX];
} last;

static bool is_last(struct str header, uint64_t version)
{
    return last.version == version && last.len == header.len && sodium_memcmp(last.header, header.at, header.len) == 0;
}

static struct str kept(struct str text, char *at)
{
    if (text.len > 0) memcpy(at, text.at, text.len);
    return (struct str){at, text.len};
}

static void remember(struct str header, uint64_t version, const struct actor *key)
{
    if (header.len > HEADER_MAX || key->name.len > sizeof last.name || key->text.len > sizeof last.text) return;
    last.version = version;
    last.len = kept(header, last.header).len;
    last.key = *key;
    last.key.name = kept(key->name, last.name);
    last.key.text = kept(key->text, last.text);
}

static enum err look_up(struct request *request, struct str elsewhere, struct actor *key, struct err_info *why)
{
    struct access *access = request->server->access;
    struct str header = http_header(request->exchange, "Authorization");
    const uint64_t version = access_version(access); /* before looking: what changes meanwhile makes it old */
    if (header.len > 0 && is_last(header, version)) {
        *key = last.key;
        key->name = arena_str(request->arena, last.key.name);
        key->text = arena_str(request->arena, last.key.text);
        return ERR_OK;
    }
    struct credentials shown;
    struct err_info of_header = {0};
    enum err e = credentials_read(header, STR(""), request->arena, &shown, &of_header);
    elsewhere = str_trim(elsewhere);
    bool in_header = e == ERR_OK && shown.by == SHOWN_BY_HEADER && (shown.kind == SECRET_KEY || elsewhere.len == 0);
    if (e != ERR_OK && elsewhere.len == 0) return err_set(why, e, "%s", of_header.msg);
    struct str secret = in_header ? shown.secret : elsewhere;
    if (secret.len == 0)
        return err_set(why, ERR_INVALID, "there is no write key, neither by Basic auth nor as writeKey in the body");
    e = access_key(access, secret, request->arena, key, why);
    if (e == ERR_OK && in_header) remember(header, version, key);
    return e;
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
