/* password.h — what a password must be, and its slow hash.
 *
 * A person's password can be guessed, so its hash is slow and wants memory: Argon2id with libsodium's
 * limits for interactive use (64 MB, two passes, about a tenth of a second). Because that is also what a
 * stranger could make us do, only so many are computed at the same time; a few wait, further ones are
 * turned away. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_PASSWORD_H
#define PLUMB_SERVER_PASSWORD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

#define PASSWORD_CHARACTERS_MIN 8
#define PASSWORD_CHARACTERS_MAX 128
#define PASSWORD_HASH_BYTES 128 /* of the hash's text, with its end */
#define PASSWORD_WAITING_PER_HASHING 8

/* Is it good enough for who has this e-mail address? Characters are Unicode's.
 * Errors   ERR_INVALID with a sentence that never repeats it. */
MUST_CHECK enum err password_check(struct str password, struct str email, struct err_info *why);

struct password_hasher; /* opaque; any thread may use one */

/* At most `most` (at least 1) hashes at the same time, and PASSWORD_WAITING_PER_HASHING times as many that wait. */
struct password_hasher *password_hasher_new(unsigned most);
void password_hasher_free(struct password_hasher *hasher); /* NULL is fine; nobody may be using it */

/* Errors   ERR_UNAVAILABLE: too many wait, or there is no memory for it. Any length is taken. */
MUST_CHECK enum err password_hash(struct password_hasher *hasher, struct str password, char out[PASSWORD_HASH_BYTES],
                                  struct err_info *why);

/* *fits: is `hash` that of `password`? An empty or damaged hash fits nothing, and takes as long to say so.
 * Errors   ERR_UNAVAILABLE as above; *fits is then false. */
MUST_CHECK enum err password_verify(struct password_hasher *hasher, struct str password, struct str hash, bool *fits,
                                    struct err_info *why);

/* Was it made with other limits than today's? Then hash anew, when the password is at hand. */
bool password_needs_rehash(struct str hash);

#endif
