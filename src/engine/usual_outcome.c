/* usual_outcome.c — see usual_outcome.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/usual_outcome.h"

#include "base/yaml.h"
#include "predict/column_words.h"
#include "predict/record_dates.h"

/* Texts have both ends; of numbers, dates and sets nothing is a stage. */
static bool has_texts(const struct property *property)
{
    return property->type == TYPE_OPEN || property->type == TYPE_STRING || property->type == TYPE_ENUMERATION;
}

void usual_stage_append(const struct catalog *catalog, enum entity object, struct buf *out)
{
    static const char *const ends[] = {"starts_with", "ends_with"};
    uint32_t id = property_by_words(catalog, object, column_is_lifecycle);
    const struct property *stage = id != INTERN_NONE ? catalog_at((struct catalog *)(uintptr_t)catalog, id) : NULL;
    bool is_there = stage != NULL && has_texts(stage);
    buf_append_c(out, is_there ? "{all: [" : "{any: [");
    for (size_t i = 0; i < COUNT_OF(ends) && is_there; i++) {
        buf_append_c(out, i == 0 ? "{property: " : ", {property: ");
        yaml_append_quoted(out, stage->name);
        buf_format(out, ", %s: customer}", ends[i]);
    }
    buf_append_c(out, "]}");
}
