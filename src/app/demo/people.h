/* people.h — what people and companies are called, and how that is spelt in an address. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEMO_PEOPLE_H
#define PLUMB_APP_DEMO_PEOPLE_H

#include <stdint.h>

#include "base/buf.h"

enum language { LANGUAGE_POLISH, LANGUAGE_DUTCH, LANGUAGE_CZECH, LANGUAGE_ENGLISH };
#define LANGUAGE_COUNT 4
#define FIRST_NAME_COUNT 48
#define LAST_NAME_COUNT 40
#define COMPANY_STEM_COUNT 24

struct person {
    struct str first;
    struct str last;
};

/* Names by number, as they go together: Pavel Novák, Jana Nováková. */
struct person person_at(enum language language, uint32_t first, uint32_t last);
const char *company_stem(enum language language, uint32_t stem); /* "Wisła", "Noordzee" */
const char *company_form(enum language language);                /* "Sp. z o.o.", "B.V." */

/* As in an address: lower case, no diacritics, `gap` for blanks (none when 0), nothing
 * for other marks.
 * Knows the letters of our four languages. */
void append_plain(struct buf *out, struct str name, char gap);

#endif
