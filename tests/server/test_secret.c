/* test_secret.c — secrets are random, told apart by their looks, and kept as hashes. */
// SPDX-License-Identifier: Apache-2.0
#include "server/secret.h"

#include <string.h>

#include "harness.h"

static const char *const prefixes[SECRET_KINDS] = {"plumb_key_",   "plumb_token_", "plumb_session_",
                                                   "plumb_start_", "plumb_link_",  "plumb_local_"};

TEST(each_kind_of_secret_is_known_by_its_beginning)
{
    for (enum secret_kind kind = 0; kind < SECRET_KINDS; kind++) {
        AUTO_SECRET secret;
        secret_new(kind, &secret);
        CHECK_TRUE(str_starts_with(secret_str(&secret), str_from_c(prefixes[kind])));
        CHECK_INT(secret.len, strlen(prefixes[kind]) + 36);
        enum secret_kind told = SECRET_KINDS;
        CHECK_TRUE(secret_kind_of(secret_str(&secret), &told));
        CHECK_INT(told, kind);
        struct err_info why = {0};
        CHECK_OK(secret_check(kind, secret_str(&secret), &why), why);
    }
    enum secret_kind told;
    CHECK_FALSE(secret_kind_of(STR("plumb_"), &told));
    CHECK_FALSE(secret_kind_of(STR(""), &told));
}

TEST(no_two_secrets_are_equal)
{
    enum { COUNT = 200 };
    static struct secret secrets[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        secret_new(SECRET_TOKEN, &secrets[i]);
        for (size_t k = 0; k < i; k++) CHECK_FALSE(str_equal(secret_str(&secrets[i]), secret_str(&secrets[k])));
    }
}

TEST(a_change_of_any_one_character_is_told_to_be_a_typo)
{
    AUTO_SECRET secret;
    secret_new(SECRET_KEY, &secret);
    for (size_t i = strlen("plumb_key_"); i < secret.len; i++) {
        struct secret typo = secret;
        typo.text[i] = typo.text[i] == 'x' ? 'y' : 'x';
        struct err_info why = {0};
        CHECK_INT(secret_check(SECRET_KEY, secret_str(&typo), &why), ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), STR("a write key is mistyped: its last 6 characters do not fit the rest"));
    }
}

TEST(what_is_wrong_with_a_secret_is_said_without_repeating_it)
{
    static const struct {
        const char *given, *sentence;
    } row[] = {
        {"", "this is not a token of Plumb's: it begins with 'plumb_token_'"},
        {"ghp_0123456789abcdef", "this is not a token of Plumb's: it begins with 'plumb_token_'"},
        {"plumb_key_0123456789", "this is not a token of Plumb's: it begins with 'plumb_token_'"},
        {"plumb_token_secret", "this is not the whole of a token: behind 'plumb_token_' stand 36 characters, not 6"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct err_info why = {0};
        CHECK_INT(secret_check(SECRET_TOKEN, str_from_c(row[i].given), &why), ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), str_from_c(row[i].sentence));
    }
}

/* BLAKE2b-256 as RFC 7693's reference code gives it. */
TEST(the_hash_that_is_kept_is_blake2b)
{
    struct secret_digest digest = secret_hash(STR("abc"));
    char text[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, text);
    CHECK_STR(str_from_c(text), STR("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"));
}

TEST(a_hash_is_read_back_from_its_text)
{
    struct secret_digest digest = secret_hash(STR("abc")), back, other = secret_hash(STR("abd"));
    char text[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, text);
    CHECK_TRUE(secret_digest_parse(str_from_c(text), &back));
    CHECK_TRUE(secret_digest_equal(&digest, &back));
    CHECK_FALSE(secret_digest_equal(&digest, &other));
    CHECK_FALSE(secret_digest_parse(STR(""), &back));
    text[10] = 'g';
    CHECK_FALSE(secret_digest_parse(str_from_c(text), &back));
}

TEST(equal_means_every_byte)
{
    CHECK_TRUE(secret_equal(STR("abc"), STR("abc")));
    CHECK_FALSE(secret_equal(STR("abc"), STR("abd")));
    CHECK_FALSE(secret_equal(STR("abc"), STR("ab")));
    CHECK_TRUE(secret_equal(STR(""), STR("")));
}

TEST(what_is_derived_from_a_secret_depends_on_the_secret_and_the_purpose)
{
    char one[SECRET_DIGEST_TEXT + 1], again[SECRET_DIGEST_TEXT + 1], other[SECRET_DIGEST_TEXT + 1];
    secret_derive(STR("a secret"), STR("csrf"), one);
    secret_derive(STR("a secret"), STR("csrf"), again);
    CHECK_STR(str_from_c(one), str_from_c(again));
    secret_derive(STR("a secret"), STR("mail"), other);
    CHECK_FALSE(str_equal(str_from_c(one), str_from_c(other)));
    secret_derive(STR("b secret"), STR("csrf"), other);
    CHECK_FALSE(str_equal(str_from_c(one), str_from_c(other)));
    struct secret_digest kept = secret_hash(STR("a secret"));
    secret_digest_text(&kept, other);
    CHECK_FALSE(str_equal(str_from_c(one), str_from_c(other)));
}

TEST(a_wiped_secret_is_gone)
{
    struct secret secret;
    secret_new(SECRET_SESSION, &secret);
    secret_wipe(&secret);
    for (size_t i = 0; i < sizeof secret.text; i++) CHECK_INT(secret.text[i], 0);
    CHECK_INT(secret.len, 0);
}
