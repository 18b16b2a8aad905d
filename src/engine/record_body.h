/* record_body.h — a record as the API takes it, in a request or as a line of a file, becomes a fact.
 *
 *     {"email": "ada@acme.example", "properties": {"plan": "pro", "tags": ["a", "b"], "old": null},
 *      "company": "acme"} */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_RECORD_BODY_H
#define PLUMB_ENGINE_RECORD_BODY_H

#include "base/json.h"
#include "engine/fact.h"

/* Read identifiers, values and associations. False: *refusal says why. Memory in `arena`; the item is borrowed. */
bool record_body_read(const struct json_item *item, enum entity object, int64_t now_ms, struct arena *arena,
                      struct fact *fact, struct fact_result *refusal);

#endif
