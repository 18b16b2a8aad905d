/* secret.c — characters drawn evenly, a check behind them, and BLAKE2b over the whole. */
// SPDX-License-Identifier: Apache-2.0
#include "server/secret.h"

#include <sodium.h>
#include <string.h>

#define RANDOM_CHARACTERS 30 /* log2(62) * 30 = 178 bits */
#define CHECK_CHARACTERS 6   /* 62^6 > 2^32 */
#define ALPHABET_CHARACTERS 62

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct {
    struct str prefix;
    const char *what;
} kinds[SECRET_KINDS] = {
    [SECRET_KEY] = {STR_INIT("plumb_key_"), "a write key"},
    [SECRET_TOKEN] = {STR_INIT("plumb_token_"), "a token"},
    [SECRET_SESSION] = {STR_INIT("plumb_session_"), "a session"},
    [SECRET_START] = {STR_INIT("plumb_start_"), "a first sign-in"},
    [SECRET_LOCAL] = {STR_INIT("plumb_local_"), "a secret of a running server"},
    [SECRET_LINK] = {STR_INIT("plumb_link_"), "a one-time link"},
};

/* CRC-32 (IEEE 802.3), bit by bit: it is asked for when a secret is made or was not found. */
static uint32_t crc32(struct str s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.at[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}

static void put_check(struct str random, char out[CHECK_CHARACTERS])
{
    uint32_t rest = crc32(random);
    for (size_t i = CHECK_CHARACTERS; i-- > 0; rest /= ALPHABET_CHARACTERS)
        out[i] = alphabet[rest % ALPHABET_CHARACTERS];
}

void secret_new(enum secret_kind kind, struct secret *out)
{
    int ready = sodium_init(); /* again is fine, from any thread */
    INVARIANT(ready >= 0);
    struct str prefix = kinds[kind].prefix;
    memcpy(out->text, prefix.at, prefix.len);
    char *random = out->text + prefix.len;
    for (size_t i = 0; i < RANDOM_CHARACTERS; i++) random[i] = alphabet[randombytes_uniform(ALPHABET_CHARACTERS)];
    put_check((struct str){random, RANDOM_CHARACTERS}, random + RANDOM_CHARACTERS);
    out->len = prefix.len + RANDOM_CHARACTERS + CHECK_CHARACTERS;
    INVARIANT(out->len <= SECRET_BYTES_MAX);
    out->text[out->len] = '\0';
}

struct str secret_str(const struct secret *secret)
{
    return (struct str){secret->text, secret->len};
}

struct str secret_hint(const struct secret *secret)
{
    return (struct str){secret->text + secret->len - SECRET_HINT_BYTES, SECRET_HINT_BYTES};
}

void secret_wipe(struct secret *secret)
{
    sodium_memzero(secret, sizeof *secret);
}

bool secret_kind_of(struct str text, enum secret_kind *out)
{
    for (enum secret_kind kind = 0; kind < SECRET_KINDS; kind++) {
        if (!str_starts_with(text, kinds[kind].prefix)) continue;
        *out = kind;
        return true;
    }
    return false;
}

enum err secret_check(enum secret_kind kind, struct str text, struct err_info *why)
{
    struct str prefix = kinds[kind].prefix;
    if (!str_starts_with(text, prefix))
        return err_set(why, ERR_INVALID, "this is not %s of Plumb's: it begins with '" STR_FMT "'", kinds[kind].what,
                       STR_ARG(prefix));
    struct str rest = {text.at + prefix.len, text.len - prefix.len};
    if (rest.len != RANDOM_CHARACTERS + CHECK_CHARACTERS)
        return err_set(why, ERR_INVALID,
                       "this is not the whole of %s: behind '" STR_FMT "' stand %d characters, not %zu",
                       kinds[kind].what, STR_ARG(prefix), RANDOM_CHARACTERS + CHECK_CHARACTERS, rest.len);
    char expected[CHECK_CHARACTERS];
    put_check((struct str){rest.at, RANDOM_CHARACTERS}, expected);
    if (memcmp(expected, rest.at + RANDOM_CHARACTERS, CHECK_CHARACTERS) != 0)
        return err_set(why, ERR_INVALID, "%s is mistyped: its last %d characters do not fit the rest", kinds[kind].what,
                       CHECK_CHARACTERS);
    return ERR_OK;
}

struct secret_digest secret_hash(struct str text)
{
    struct secret_digest digest;
    int failed =
        crypto_generichash(digest.bytes, sizeof digest.bytes, (const unsigned char *)text.at, text.len, NULL, 0);
    INVARIANT(failed == 0);
    return digest;
}

void secret_digest_text(const struct secret_digest *digest, char out[SECRET_DIGEST_TEXT + 1])
{
    sodium_bin2hex(out, SECRET_DIGEST_TEXT + 1, digest->bytes, sizeof digest->bytes);
}

bool secret_digest_parse(struct str text, struct secret_digest *out)
{
    struct secret_digest digest;
    size_t bytes = 0;
    if (text.len != SECRET_DIGEST_TEXT) return false;
    if (sodium_hex2bin(digest.bytes, sizeof digest.bytes, text.at, text.len, NULL, &bytes, NULL) != 0) return false;
    if (bytes != sizeof digest.bytes) return false;
    *out = digest;
    return true;
}

bool secret_digest_equal(const struct secret_digest *a, const struct secret_digest *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool secret_equal(struct str a, struct str b)
{
    if (a.len != b.len) return false;
    return a.len == 0 || sodium_memcmp(a.at, b.at, a.len) == 0;
}

void secret_derive(struct str secret, struct str purpose, char out[SECRET_DIGEST_TEXT + 1])
{
    INVARIANT(secret.len >= 1 && secret.len <= crypto_generichash_KEYBYTES_MAX);
    struct secret_digest digest;
    int failed = crypto_generichash(digest.bytes, sizeof digest.bytes, (const unsigned char *)purpose.at, purpose.len,
                                    (const unsigned char *)secret.at, secret.len);
    INVARIANT(failed == 0);
    secret_digest_text(&digest, out);
}
