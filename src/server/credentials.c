/* credentials.c — two schemes and a cookie. */
// SPDX-License-Identifier: Apache-2.0
#include "server/credentials.h"

#include <sodium.h>

#define AUTHORIZATION_MAX 1024 /* bytes of the header; ours have 110 at most */
#define COOKIE_SECONDS (90 * 24 * 60 * 60)

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_any_case(struct str a, struct str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

static bool decode_base64(struct str text, struct arena *arena, struct str *out)
{
    unsigned char *bytes = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    static const int variants[] = {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING};
    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        if (sodium_base642bin(bytes, text.len + 1, text.at, text.len, NULL, &len, NULL, variants[i]) != 0) continue;
        *out = (struct str){(const char *)bytes, len};
        return true;
    }
    return false;
}

/* "plumb_key_...:" and whatever follows the colon, or nothing does. Some tools put it on the other side. */
static struct str secret_of_pair(struct str pair)
{
    struct str password = pair, user = str_cut(&password, ':');
    return user.len > 0 ? user : password;
}

static MUST_CHECK enum err read_header(struct str authorization, struct arena *arena, struct credentials *out,
                                       struct err_info *why)
{
    if (authorization.len > AUTHORIZATION_MAX)
        return err_set(why, ERR_INVALID, "the Authorization header has more than %d bytes", AUTHORIZATION_MAX);
    struct str secret = authorization, scheme = str_cut(&secret, ' ');
    secret = str_trim(secret);
    if (equal_any_case(scheme, STR("basic"))) {
        struct str pair;
        if (!decode_base64(secret, arena, &pair))
            return err_set(why, ERR_INVALID, "what follows 'Basic' in the Authorization header is not base64");
        secret = str_trim(secret_of_pair(pair));
    } else if (!equal_any_case(scheme, STR("bearer"))) {
        return err_set(why, ERR_INVALID, "the Authorization header begins with neither 'Bearer' nor 'Basic'");
    }
    enum secret_kind kind;
    bool known = secret_kind_of(secret, &kind);
    if (!known || (kind != SECRET_KEY && kind != SECRET_TOKEN && kind != SECRET_LOCAL))
        return err_set(why, ERR_INVALID,
                       "the Authorization header holds neither a token (plumb_token_...) nor a write "
                       "key (plumb_key_...)");
    *out = (struct credentials){.by = SHOWN_BY_HEADER, .kind = kind, .secret = secret};
    return ERR_OK;
}

enum err credentials_read(struct str authorization, struct str cookie, struct arena *arena, struct credentials *out,
                          struct err_info *why)
{
    *out = (struct credentials){.by = SHOWN_NOTHING};
    authorization = str_trim(authorization);
    if (authorization.len > 0) return read_header(authorization, arena, out, why);
    if (cookie.len > 0) *out = (struct credentials){.by = SHOWN_BY_COOKIE, .kind = SECRET_SESSION, .secret = cookie};
    return ERR_OK;
}

bool page_is_own(struct str fetch_site, struct str origin, struct str host)
{
    if (fetch_site.len > 0) return str_equal(fetch_site, STR("same-origin")) || str_equal(fetch_site, STR("none"));
    if (origin.len == 0) return true;
    static const struct str schemes[] = {STR_INIT("http://"), STR_INIT("https://")};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (!str_starts_with(origin, schemes[i])) continue;
        struct str authority = {origin.at + schemes[i].len, origin.len - schemes[i].len};
        return authority.len > 0 && equal_any_case(authority, host);
    }
    return false; /* "null", an extension, a file */
}

void session_cookie_append(struct buf *out, struct str secret, bool secure)
{
    buf_append(out, STR(SESSION_COOKIE "="));
    buf_append(out, secret);
    buf_format(out, "; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax", secret.len > 0 ? COOKIE_SECONDS : 0);
    if (secure) buf_append(out, STR("; Secure"));
}
