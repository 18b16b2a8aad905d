/* test_password.c — what a password must be, and that its hash holds. */
// SPDX-License-Identifier: Apache-2.0
#include "server/password.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "harness.h"

static const char *complaint(const char *password)
{
    static struct err_info why;
    why = (struct err_info){0};
    if (password_check(str_from_c(password), STR("Ada.Lovelace@acme.example"), &why) == ERR_OK) return "fine";
    CHECK_INT(why.code, ERR_INVALID);
    return why.msg;
}

TEST(a_password_has_8_to_128_characters_of_any_alphabet)
{
    CHECK_STR(str_from_c(complaint("correct horse")), STR("fine"));
    CHECK_STR(str_from_c(complaint("8 chars!")), STR("fine"));
    CHECK_STR(str_from_c(complaint("пароль из слов")), STR("fine"));
    CHECK_STR(str_from_c(complaint("seven 7")), STR("the password has 7 characters, but needs at least 8"));
    CHECK_STR(str_from_c(complaint("сЕмь123")), STR("the password has 7 characters, but needs at least 8"));
    CHECK_STR(str_from_c(complaint("")), STR("the password has 0 characters, but needs at least 8"));
    char longest[130];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = (char)('a' + i % 26);
    longest[128] = 0;
    CHECK_STR(str_from_c(complaint(longest)), STR("fine"));
    longest[128] = 'x';
    longest[129] = 0;
    CHECK_STR(str_from_c(complaint(longest)), STR("the password has more than 128 characters"));
    CHECK_STR(str_from_c(complaint("bytes \xff\xfe are none")), STR("the password is not valid UTF-8"));
}

TEST(a_password_that_is_guessed_first_is_refused)
{
    CHECK_STR(str_from_c(complaint("12345678")),
              STR("the password is one of those that are tried first; choose another"));
    CHECK_STR(str_from_c(complaint("Password123")),
              STR("the password is one of those that are tried first; choose another"));
    CHECK_STR(str_from_c(complaint("zzzzzzzzz")), STR("the password is one character again and again; choose another"));
}

TEST(the_email_address_is_no_password)
{
    CHECK_STR(str_from_c(complaint("ada.lovelace@ACME.example")),
              STR("the password is the e-mail address, which everybody knows"));
    CHECK_STR(str_from_c(complaint("ada.lovelace")), STR("the password is the e-mail address, which everybody knows"));
}

TEST(a_hash_fits_its_password_and_no_other)
{
    struct password_hasher *hasher = password_hasher_new(2);
    char hash[PASSWORD_HASH_BYTES];
    struct err_info why = {0};
    CHECK_OK(password_hash(hasher, STR("correct horse"), hash, &why), why);
    CHECK_TRUE(str_starts_with(str_from_c(hash), STR("$argon2id$v=19$m=65536,t=2,p=1$")));
    bool fits;
    CHECK_OK(password_verify(hasher, STR("correct horse"), str_from_c(hash), &fits, &why), why);
    CHECK_TRUE(fits);
    CHECK_OK(password_verify(hasher, STR("correct horsf"), str_from_c(hash), &fits, &why), why);
    CHECK_FALSE(fits);
    CHECK_FALSE(password_needs_rehash(str_from_c(hash)));
    password_hasher_free(hasher);
}

/* The processor's time of this thread: who else is on the machine does not matter. */
static int64_t worked_ns(void)
{
    struct timespec now;
    CHECK_INT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A stranger must not learn from a quick answer that there is no such account. */
TEST(what_is_no_hash_fits_nothing_and_is_compared_all_the_same)
{
    struct password_hasher *hasher = password_hasher_new(1);
    static const char *const none[] = {"", "plain text", "$argon2id$v=19$m=65536,t=2,p=1$broken"};
    struct err_info why = {0};
    bool fits = true;
    char hash[PASSWORD_HASH_BYTES];
    int64_t begun = worked_ns();
    CHECK_OK(password_hash(hasher, STR("anything"), hash, &why), why);
    int64_t one_ns = worked_ns() - begun;
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        begun = worked_ns();
        CHECK_OK(password_verify(hasher, STR("anything"), str_from_c(none[i]), &fits, &why), why);
        CHECK_FALSE(fits);
        /* An answer without hashing would be thousands of times faster. */
        CHECK_TRUE(worked_ns() - begun > one_ns / 20);
    }
    password_hasher_free(hasher);
}

TEST(a_password_of_a_megabyte_is_no_way_to_keep_us_busy)
{
    static char huge[1024 * 1024];
    memset(huge, 'x', sizeof huge);
    struct password_hasher *hasher = password_hasher_new(1);
    char hash[PASSWORD_HASH_BYTES];
    struct err_info why = {0};
    bool fits = true;
    CHECK_INT(password_check((struct str){huge, sizeof huge}, STR("a@b.example"), &why), ERR_INVALID);
    why = (struct err_info){0};
    CHECK_OK(password_hash(hasher, STR(""), hash, &why), why);
    CHECK_OK(password_verify(hasher, (struct str){huge, sizeof huge}, str_from_c(hash), &fits, &why), why);
    CHECK_FALSE(fits);
    password_hasher_free(hasher);
}

TEST(a_hash_of_weaker_days_is_to_be_made_anew)
{
    CHECK_TRUE(password_needs_rehash(
        STR("$argon2id$v=19$m=8192,t=1,p=1$cGx1bWJwbHVtYnBsdW1iYQ$bm9ib2R5a25vd3N3aGF0aGFzaGVzdG90aGlzdmFsdWU")));
    CHECK_TRUE(password_needs_rehash(STR("")));
}

struct
try {
    struct password_hasher *hasher;
    enum err result;
};

static void *verify_once(void *context)
{
    struct try *try = context;
    bool fits;
    struct err_info why = {0};
    try->result = password_verify(try->hasher, STR("x"), STR(""), &fits, &why);
    return NULL;
}

TEST(more_than_may_wait_are_turned_away_and_the_rest_served)
{
    enum { TRIES = 30 }; /* one is computed, eight wait */
    struct password_hasher *hasher = password_hasher_new(1);
    static struct try tries[TRIES];
    pthread_t threads[TRIES];
    for (size_t i = 0; i < TRIES; i++) {
        tries[i] = (struct try){.hasher = hasher, .result = ERR_INTERNAL};
        CHECK_INT(pthread_create(&threads[i], NULL, verify_once, &tries[i]), 0);
    }
    int served = 0;
    for (size_t i = 0; i < TRIES; i++) {
        pthread_join(threads[i], NULL);
        CHECK_TRUE(tries[i].result == ERR_OK || tries[i].result == ERR_UNAVAILABLE);
        served += tries[i].result == ERR_OK;
    }
    CHECK_TRUE(served >= 1 + PASSWORD_WAITING_PER_HASHING);
    password_hasher_free(hasher);
}
