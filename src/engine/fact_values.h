/* fact_values.h — the values of one fact as they are collected: each name once, the last one said holds. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_FACT_VALUES_H
#define PLUMB_ENGINE_FACT_VALUES_H

#include "base/arena.h"
#include "base/json.h"
#include "engine/fact.h"

struct fact_values {
    struct arena *arena;   /* of the list; names and texts are borrowed */
    struct fact_value *at; /* in the order in which their names came first */
    uint32_t count;
    uint32_t capacity;
    uint16_t *slots;    /* [4 * capacity] 1 + index, by hash of the name */
    bool too_many;      /* more than FACT_VALUES_MAX names: the others are not here */
    bool name_too_long; /* a name was longer than PROPERTY_NAME_MAX bytes: it is not here */
};

struct fact_values fact_values_new(struct arena *arena);

void fact_values_set(struct fact_values *values, struct str name, struct str text);
/* Only where there is none, or an empty one; an empty text changes nothing. */
void fact_values_set_missing(struct fact_values *values, struct str name, struct str text);

/* All members of an object, as flatten.h says. */
void fact_values_add(struct fact_values *values, const struct json_item *object);

/* An event knows no empty values. Nothing may be set afterwards. */
void fact_values_drop_empty(struct fact_values *values);

#endif
