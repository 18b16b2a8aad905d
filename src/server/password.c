/* password.c — Argon2id behind a gate. */
// SPDX-License-Identifier: Apache-2.0
#include "server/password.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/unicode.h"

/* More bytes than any password that password_check takes: no such password fits. */
#define PASSWORD_BYTES_MAX ((size_t)4 * PASSWORD_CHARACTERS_MAX)

/* A hash of the right form that no password is known to have, compared with when there is none to compare with,
 * so that an unknown account costs the same time. */
static const struct str no_hash =
    STR_INIT("$argon2id$v=19$m=65536,t=2,p=1$cGx1bWJwbHVtYnBsdW1iYQ$bm9ib2R5a25vd3N3aGF0aGFzaGVzdG90aGlzdmFsdWU");

/* Of the lists of leaked passwords those that are long enough for us, folded. */
static const struct str worst[] = {
    STR_INIT("12345678"),      STR_INIT("123456789"),     STR_INIT("1234567890"),  STR_INIT("0123456789"),
    STR_INIT("87654321"),      STR_INIT("11111111"),      STR_INIT("00000000"),    STR_INIT("password"),
    STR_INIT("password1"),     STR_INIT("password12"),    STR_INIT("password123"), STR_INIT("password1234"),
    STR_INIT("passw0rd"),      STR_INIT("p@ssw0rd"),      STR_INIT("p@ssword"),    STR_INIT("qwertyui"),
    STR_INIT("qwertyuiop"),    STR_INIT("qwerty123"),     STR_INIT("qwerty12345"), STR_INIT("1q2w3e4r"),
    STR_INIT("1q2w3e4r5t"),    STR_INIT("1qaz2wsx"),      STR_INIT("q1w2e3r4"),    STR_INIT("asdfghjk"),
    STR_INIT("asdfghjkl"),     STR_INIT("zxcvbnm1"),      STR_INIT("abcd1234"),    STR_INIT("abc12345"),
    STR_INIT("abcdefgh"),      STR_INIT("a1b2c3d4"),      STR_INIT("iloveyou"),    STR_INIT("iloveyou1"),
    STR_INIT("sunshine"),      STR_INIT("princess"),      STR_INIT("football"),    STR_INIT("baseball"),
    STR_INIT("superman"),      STR_INIT("trustno1"),      STR_INIT("welcome1"),    STR_INIT("welcome123"),
    STR_INIT("letmein1"),      STR_INIT("letmein123"),    STR_INIT("changeme"),    STR_INIT("changeme1"),
    STR_INIT("changeit"),      STR_INIT("administrator"), STR_INIT("admin123"),    STR_INIT("admin1234"),
    STR_INIT("administrador"), STR_INIT("secret123"),     STR_INIT("default1"),    STR_INIT("testtest"),
    STR_INIT("computer"),      STR_INIT("internet"),      STR_INIT("whatever"),    STR_INIT("starwars"),
    STR_INIT("dragon123"),     STR_INIT("monkey123"),     STR_INIT("plumb123"),    STR_INIT("plumbplumb"),
};

static bool is_one_character_again_and_again(struct str s)
{
    for (size_t i = 1; i < s.len; i++)
        if (s.at[i] != s.at[0]) return false;
    return true;
}

enum err password_check(struct str password, struct str email, struct err_info *why)
{
    if (password.len > PASSWORD_BYTES_MAX || !unicode_valid(password, NULL)) {
        if (password.len > PASSWORD_BYTES_MAX)
            return err_set(why, ERR_INVALID, "the password has more than %d characters", PASSWORD_CHARACTERS_MAX);
        return err_set(why, ERR_INVALID, "the password is not valid UTF-8");
    }
    size_t characters = unicode_length(password);
    if (characters < PASSWORD_CHARACTERS_MIN)
        return err_set(why, ERR_INVALID, "the password has %zu characters, but needs at least %d", characters,
                       PASSWORD_CHARACTERS_MIN);
    if (characters > PASSWORD_CHARACTERS_MAX)
        return err_set(why, ERR_INVALID, "the password has more than %d characters", PASSWORD_CHARACTERS_MAX);

    AUTO_ARENA arena = arena_new();
    struct str folded = unicode_fold(arena, password);
    enum err e = ERR_OK;
    struct str address = unicode_valid(email, NULL) ? unicode_fold(arena, email) : email;
    struct str before_at = address;
    before_at = str_cut(&before_at, '@');
    if (str_equal(folded, address) || str_equal(folded, before_at))
        e = err_set(why, ERR_INVALID, "the password is the e-mail address, which everybody knows");
    for (size_t i = 0; e == ERR_OK && i < COUNT_OF(worst); i++)
        if (str_equal(folded, worst[i]))
            e = err_set(why, ERR_INVALID, "the password is one of those that are tried first; choose another");
    if (e == ERR_OK && is_one_character_again_and_again(folded))
        e = err_set(why, ERR_INVALID, "the password is one character again and again; choose another");
    /* The arena goes back to the system: leave nothing in it. */
    if (folded.at != NULL && (folded.at < password.at || folded.at >= password.at + password.len))
        sodium_memzero((char *)folded.at, folded.len);
    return e;
}

/* ---- The gate. ---- */

struct password_hasher {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    unsigned most, busy, waiting;
};

struct password_hasher *password_hasher_new(unsigned most)
{
    int ready = sodium_init();
    INVARIANT(ready >= 0 && most >= 1);
    struct password_hasher *hasher = memory_alloc(sizeof *hasher);
    hasher->most = most;
    pthread_mutex_init(&hasher->lock, NULL);
    pthread_cond_init(&hasher->freed, NULL);
    return hasher;
}

void password_hasher_free(struct password_hasher *hasher)
{
    if (hasher == NULL) return;
    INVARIANT(hasher->busy == 0 && hasher->waiting == 0);
    pthread_cond_destroy(&hasher->freed);
    pthread_mutex_destroy(&hasher->lock);
    memory_free(hasher);
}

static MUST_CHECK enum err enter(struct password_hasher *hasher, struct err_info *why)
{
    pthread_mutex_lock(&hasher->lock);
    bool full = hasher->busy == hasher->most && hasher->waiting == hasher->most * PASSWORD_WAITING_PER_HASHING;
    if (!full) {
        hasher->waiting++;
        while (hasher->busy == hasher->most) pthread_cond_wait(&hasher->freed, &hasher->lock);
        hasher->waiting--;
        hasher->busy++;
    }
    pthread_mutex_unlock(&hasher->lock);
    if (full)
        return err_set(why, ERR_UNAVAILABLE, "too many are signing in at this moment; try again in a few seconds");
    return ERR_OK;
}

static void leave(struct password_hasher *hasher)
{
    pthread_mutex_lock(&hasher->lock);
    hasher->busy--;
    pthread_cond_signal(&hasher->freed);
    pthread_mutex_unlock(&hasher->lock);
}

enum err password_hash(struct password_hasher *hasher, struct str password, char out[PASSWORD_HASH_BYTES],
                       struct err_info *why)
{
    _Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "the library's text fits");
    enum err e = enter(hasher, why);
    if (e != ERR_OK) return e;
    int failed = crypto_pwhash_str(out, password.len > 0 ? password.at : "", password.len,
                                   crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
    leave(hasher);
    if (failed != 0) return err_set(why, ERR_UNAVAILABLE, "there is not enough memory to hash a password");
    return ERR_OK;
}

static void copy_hash(struct str hash, char out[PASSWORD_HASH_BYTES])
{
    INVARIANT(hash.len < PASSWORD_HASH_BYTES);
    if (hash.len > 0) memcpy(out, hash.at, hash.len);
    out[hash.len] = '\0';
}

/* 0: of today's limits, 1: of others, -1: not a hash. */
static int compare_limits(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
}

static bool is_readable(const char *hash)
{
    return compare_limits(hash) != -1;
}

enum err password_verify(struct password_hasher *hasher, struct str password, struct str hash, bool *fits,
                         struct err_info *why)
{
    *fits = false;
    char text[PASSWORD_HASH_BYTES];
    bool sound = hash.len < sizeof text && password.len <= PASSWORD_BYTES_MAX;
    copy_hash(sound ? hash : no_hash, text);
    if (!is_readable(text)) { /* it would be answered at once */
        sound = false;
        copy_hash(no_hash, text);
    }
    if (!sound) password = STR("nobody's");
    enum err e = enter(hasher, why);
    if (e != ERR_OK) return e;
    bool same = crypto_pwhash_str_verify(text, password.len > 0 ? password.at : "", password.len) == 0;
    leave(hasher);
    *fits = same && sound;
    return ERR_OK;
}

bool password_needs_rehash(struct str hash)
{
    char text[PASSWORD_HASH_BYTES];
    if (hash.len >= sizeof text) return true;
    copy_hash(hash, text);
    return compare_limits(text) != 0;
}
