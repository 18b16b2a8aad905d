/* schema_check.h — does a JSON value keep the promises of an OpenAPI document?
 *
 * The part of JSON Schema that the document uses: $ref, type, properties, required, additionalProperties: false, items,
 * format date-time. Another keyword about values ends the test: what is promised must be looked at. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_SCHEMA_CHECK_H
#define PLUMB_TESTS_SERVER_SCHEMA_CHECK_H

#include "base/buf.h"
#include "base/json.h"

/* Append to `why` what is wrong and where ("$.results[3].at: ..."); nothing when all is right. */
void schema_check(const struct json_item *document, struct str schema, const struct json_item *value, struct buf *why);

#endif
