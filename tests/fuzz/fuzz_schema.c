/* fuzz_schema.c — any text as a schema: what it declares is whole, what it does not is said. */
// SPDX-License-Identifier: Apache-2.0
#include "core/catalog.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_property(const struct property *property)
{
    INVARIANT(property->name.len > 0 && property->name.len <= PROPERTY_NAME_MAX);
    INVARIANT(property->declared == (property->type != TYPE_OPEN));
    INVARIANT((property->type == TYPE_ENUMERATION) == (property->option_count > 0));
    for (uint32_t i = 0; i < property->option_count; i++) INVARIANT(property->options[i].len > 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct catalog *catalog = catalog_new();
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    struct source source = {STR("fuzz.yaml"), {(const char *)data, size}};
    catalog_read_schema(catalog, &source, &diagnostics);
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        const struct property *property = catalog_at(catalog, i);
        check_property(property);
        INVARIANT(property->declared || diagnostics.errors > 0);
        INVARIANT(catalog_find(catalog, property->entity, property->name) == i);
    }
    catalog_free(catalog);
    return 0;
}
