/* value_json.h — a property's value as JSON, as answers of the API and lines of files spell it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_VALUE_JSON_H
#define PLUMB_REPORT_VALUE_JSON_H

#include "base/json.h"
#include "core/catalog.h"

/* By its type: a number, true or false, a set as an array, dates in RFC 3339; else its text. While nothing has
 * settled the type, it is told as what all values so far have in common. */
void value_json(struct json_writer *writer, const struct value *value, const struct property *property);

#endif
