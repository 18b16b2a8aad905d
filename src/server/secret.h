/* secret.h — random secrets that stand for somebody: write keys, tokens, sessions, links that are good once.
 *
 *     plumb_key_9vK2...c7Qm41     prefix, 30 random characters, 6 that check them
 *
 * The prefix tells people and scanners of repositories what they have found; the check (CRC-32
 * of the random characters in base 62) tells a mistyped secret from an unknown one without a look-up.
 *
 * A secret has 178 bits of chance, so nobody can try them all and a fast hash keeps it: BLAKE2b, not
 * the slow Argon2id that a person's password needs (password.h). Only hashes are stored, so who reads the
 * store cannot come in. All functions may be called from any thread. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_SECRET_H
#define PLUMB_SERVER_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum secret_kind {
    SECRET_KEY,     /* plumb_key_...: a write key, may only send events */
    SECRET_TOKEN,   /* plumb_token_...: a program */
    SECRET_SESSION, /* plumb_session_...: a browser's cookie */
    SECRET_START,   /* plumb_start_...: makes the first admin, once */
    SECRET_LINK,    /* plumb_link_...: somebody chooses a password, once */
    SECRET_LOCAL,   /* plumb_local_...: a command beside the server, as long as it runs */
};
#define SECRET_KINDS 6

#define SECRET_BYTES_MAX 50 /* of a whole secret's text */
#define SECRET_HINT_BYTES 4 /* of its end, by which people tell keys apart */

struct secret {
    char text[SECRET_BYTES_MAX + 1];
    size_t len;
};

/* Wiped when it goes out of scope: AUTO_SECRET session; secret_new(SECRET_SESSION, &session); */
#define AUTO_SECRET __attribute__((cleanup(secret_wipe))) struct secret

void secret_new(enum secret_kind kind, struct secret *out);
struct str secret_str(const struct secret *secret);  /* a view */
struct str secret_hint(const struct secret *secret); /* its last SECRET_HINT_BYTES, a view */
void secret_wipe(struct secret *secret);

/* What kind of secret `text` wants to be, by its prefix alone. False: of none. */
bool secret_kind_of(struct str text, enum secret_kind *out);

/* Could `text` be a secret of this kind?
 * Errors   ERR_INVALID: another prefix, length or character, or mistyped. The sentence never
 *          repeats any of it. */
MUST_CHECK enum err secret_check(enum secret_kind kind, struct str text, struct err_info *why);

/* ---- What is kept of it. ---- */

#define SECRET_DIGEST_BYTES 32
#define SECRET_DIGEST_TEXT (2 * SECRET_DIGEST_BYTES) /* characters of its hexadecimal form */

struct secret_digest {
    unsigned char bytes[SECRET_DIGEST_BYTES];
};

/* BLAKE2b-256; about 0.2 microseconds for a secret. */
struct secret_digest secret_hash(struct str text);
void secret_digest_text(const struct secret_digest *digest, char out[SECRET_DIGEST_TEXT + 1]);
bool secret_digest_parse(struct str text, struct secret_digest *out); /* false leaves *out alone */

/* In a time that does not depend on where they differ. */
bool secret_digest_equal(const struct secret_digest *a, const struct secret_digest *b);
bool secret_equal(struct str a, struct str b); /* the length is no secret */

/* Another text that only who has the secret can tell, for one purpose: keyed BLAKE2b, hexadecimal. Neither the
 * secret nor its hash follows from it. `secret` has 1 to 64 bytes. */
void secret_derive(struct str secret, struct str purpose, char out[SECRET_DIGEST_TEXT + 1]);

#endif
