/* fuzz_access.c — headers, cookies, secrets, scopes and passwords of a stranger.
 *
 * Lines: Authorization, the session's cookie, Sec-Fetch-Site, Origin, Host; the last is all that is left. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "server/credentials.h"
#include "server/password.h"
#include "server/role.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_secret(struct str text)
{
    int good = 0;
    for (enum secret_kind kind = 0; kind < SECRET_KINDS; kind++) {
        struct err_info why = {0};
        enum err e = secret_check(kind, text, &why);
        INVARIANT(why.code == e && (e == ERR_OK || e == ERR_INVALID));
        good += e == ERR_OK;
    }
    INVARIANT(good <= 1);
    struct secret_digest digest, hash = secret_hash(text), back;
    if (secret_digest_parse(text, &digest)) INVARIANT(text.len == SECRET_DIGEST_TEXT);
    char hex[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&hash, hex);
    INVARIANT(secret_digest_parse(str_from_c(hex), &back) && secret_digest_equal(&hash, &back));
}

static void check_scopes(struct str text)
{
    uint32_t mask, again;
    struct err_info why = {0};
    enum err e = scopes_parse(text, &mask, &why);
    INVARIANT(why.code == e);
    if (e != ERR_OK) return;
    AUTO_BUF words = BUF_INIT(4096);
    scopes_append(&words, mask);
    INVARIANT(scopes_parse(buf_str(&words), &again, &why) == ERR_OK && again == mask);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct str rest = {(const char *)data, size};
    struct str authorization = str_cut(&rest, '\n'), cookie = str_cut(&rest, '\n');
    struct str fetch_site = str_cut(&rest, '\n'), origin = str_cut(&rest, '\n');
    struct credentials shown;
    struct err_info why = {0};
    enum err e = credentials_read(authorization, cookie, arena, &shown, &why);
    INVARIANT(why.code == e);
    INVARIANT(e == ERR_OK || (e == ERR_INVALID && shown.by == SHOWN_NOTHING));
    INVARIANT(shown.by != SHOWN_BY_HEADER || shown.kind == SECRET_KEY || shown.kind == SECRET_TOKEN ||
              shown.kind == SECRET_LOCAL);
    INVARIANT(shown.by == SHOWN_NOTHING || shown.secret.len > 0);
    check_secret(shown.secret);
    check_secret(cookie);
    check_scopes(rest);
    if (page_is_own(fetch_site, origin, rest)) INVARIANT(!str_equal(fetch_site, STR("cross-site")));
    struct err_info of_password = {0};
    e = password_check(authorization, rest, &of_password);
    INVARIANT(e == of_password.code);
    INVARIANT(e != ERR_OK || unicode_length(authorization) >= PASSWORD_CHARACTERS_MIN);
    return 0;
}
