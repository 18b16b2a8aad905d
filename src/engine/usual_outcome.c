/* usual_outcome.c — see usual_outcome.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/usual_outcome.h"

#include "base/yaml.h"
#include "predict/column_words.h"
#include "predict/record_dates.h"

void usual_stage_append(struct catalog *catalog, enum entity object, struct buf *out)
{
    uint32_t stage = property_by_words(catalog, object, column_is_lifecycle);
    buf_append_c(out, "{any: [");
    if (stage != INTERN_NONE) {
        buf_append_c(out, "{property: ");
        yaml_append_quoted(out, catalog_at(catalog, stage)->name);
        buf_append_c(out, ", is: customer}");
    }
    buf_append_c(out, "]}");
}
