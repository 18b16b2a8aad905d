/* fact_json.h — a whole fact as JSON, so that an import over the API means what it means in the folder.
 *
 *     {"object": "contact", "identifiers": [{"kind": "id", "value": "c-1"}], "lists": true, "at": "always",
 *      "properties": {"plan": "pro"}, "company": "acme", "company_is_mentioned": true}
 *
 * What is written is read back as the same fact, but for the row it came from. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_FACT_JSON_H
#define PLUMB_SERVER_FACT_JSON_H

#include "base/json.h"
#include "engine/fact.h"

#define FACTS_AT_ONCE_MAX 4000 /* of one request: as many as a batch of the writer */

void fact_json_write(struct json_writer *writer, const struct fact *fact);

/* False: *refusal says why. Memory in `arena`; texts are borrowed from the item. */
bool fact_json_read(const struct json_item *item, int64_t now_ms, struct arena *arena, struct fact *fact,
                    struct fact_result *refusal);

#endif
