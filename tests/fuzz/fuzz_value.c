/* fuzz_value.c — any text as a value of every type. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "core/value.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_members(const struct value *value)
{
    for (uint32_t i = 0; i < value->member_count; i++) {
        INVARIANT(value->members[i].len > 0);
        INVARIANT(i == 0 || str_compare(value->members[i - 1], value->members[i]) < 0);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct str text = {(const char *)data, size};
    if (!unicode_valid(text, NULL)) return 0;
    AUTO_ARENA arena = arena_new();
    enum type inferred = type_infer(TYPE_OPEN, text);
    INVARIANT((inferred == TYPE_OPEN) == (str_trim(text).len == 0));
    for (enum type type = TYPE_OPEN; type <= TYPE_SET; type++) {
        struct value value;
        struct err_info why = {0};
        enum err e = value_parse(arena, type, text, &value, &why);
        INVARIANT(e == why.code);
        INVARIANT(e == ERR_OK || type != inferred || size > VALUE_TEXT_MAX);
        if (e != ERR_OK) continue;
        INVARIANT(value.type == (type == TYPE_OPEN ? TYPE_STRING : type));
        if (type == TYPE_NUMBER) INVARIANT(isfinite(value.number));
        if (type == TYPE_DATE) INVARIANT(value.instant_ms % MS_PER_DAY == 0);
        if (type == TYPE_DATETIME) INVARIANT(value.instant_ms >= INSTANT_MIN && value.instant_ms <= INSTANT_MAX);
        if (type == TYPE_SET) check_members(&value);
    }
    return 0;
}
