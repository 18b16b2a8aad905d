/* intern.h — each different text once, known by a small number.
 *
 * Codes are dense from 0 in order of first appearance, so whatever belongs to a
 * text lives in a plain array beside it. Reading is safe from many threads while
 * nobody adds; of a shared intern also while one thread adds. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_INTERN_H
#define PLUMB_BASE_INTERN_H

#include <stdint.h>

#include "base/str.h"

#define INTERN_NONE UINT32_MAX

struct intern; /* opaque; see intern.c */

struct intern *intern_new(void);
struct intern *intern_new_shared(void);  /* costs memory: its outgrown tables stay until it is freed */
void intern_free(struct intern *intern); /* NULL is fine */

/* The code of `s`, added (copied) when new. At most 2^32-2 texts; past that the
 * process stops, so callers keep a ceiling of their own. */
uint32_t intern_add(struct intern *intern, struct str s);
uint32_t intern_find(const struct intern *intern, struct str s); /* INTERN_NONE when absent */
/* Reading `s` a little later then waits less for memory: first its slot, then (when that is there) where its text lies,
 * then the text are asked for, by three calls some time apart. */
enum intern_step { INTERN_SLOT, INTERN_PLACE, INTERN_TEXT };
void intern_look_ahead(const struct intern *intern, struct str s, enum intern_step step);
struct str intern_at(const struct intern *intern, uint32_t code); /* stable; also followed by a zero byte */
uint32_t intern_count(const struct intern *intern);
size_t intern_bytes(const struct intern *intern); /* memory it holds */

#endif
