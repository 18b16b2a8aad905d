/* flatten.h — the members of a JSON object as plain names and texts.
 *
 *     {"plan": "pro", "address": {"city": "Brno"}, "tags": ["a", 7], "old": null}
 *
 *     plan = pro    address.city = Brno    tags = a;7    old =
 *
 * A string's text is trimmed, a number's is as it was written, null is the empty text. An array that holds
 * arrays or objects is left out, as is a member without a name. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_FLATTEN_H
#define PLUMB_ENGINE_FLATTEN_H

#include "base/arena.h"
#include "base/json.h"

/* Called for each in the order of the text. Views are borrowed from the document or live in the arena. */
typedef void flatten_visitor(void *context, struct str name, struct str text);

/* Anything but an object has no members. False when at least one name was longer than PROPERTY_NAME_MAX bytes and
 * left out; the others were visited. */
bool flatten(const struct json_item *object, struct arena *arena, flatten_visitor *visit, void *context);

/* A string's or number's text, trimmed; empty of anything else and of NULL. */
struct str flatten_text(const struct json_item *item);

#endif
