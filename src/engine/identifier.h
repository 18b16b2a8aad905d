/* identifier.h — which texts name somebody, and which only look so.
 *
 * Whoever is told under one identifier is one person for ever, so a text that many people share would make one of them
 * all. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_IDENTIFIER_H
#define PLUMB_ENGINE_IDENTIFIER_H

#include <stdbool.h>

#include "base/str.h"

/* Would a mail server take it? One '@', a dot in the name behind it, nothing blank. */
bool identifier_is_address(struct str text);

/* Is it what a program writes when it has no id: "undefined", "null", "[object Object]", the UUID of zeros and the like,
 * in any case? */
bool identifier_is_blank(struct str text);

#endif
