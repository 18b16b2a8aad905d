/* lookup.c — an interning of folded texts, and a record number beside each. */
// SPDX-License-Identifier: Apache-2.0
#include "files/lookup.h"

#include "base/intern.h"
#include "base/unicode.h"

struct lookup {
    struct intern *texts;
    uint32_t *record; /* by intern code */
    size_t capacity;
};

struct lookup *lookup_new(void)
{
    struct lookup *lookup = memory_alloc(sizeof(*lookup));
    lookup->texts = intern_new();
    return lookup;
}

void lookup_free(struct lookup *lookup)
{
    if (lookup == NULL) return;
    intern_free(lookup->texts);
    memory_free(lookup->record);
    memory_free(lookup);
}

void lookup_add(struct lookup *lookup, struct arena *scratch, struct str text, uint32_t record)
{
    struct str folded = unicode_fold(scratch, text);
    if (folded.len == 0) return;
    uint32_t known = intern_count(lookup->texts);
    uint32_t code = intern_add(lookup->texts, folded);
    if (code < known) {
        if (lookup->record[code] != record) lookup->record[code] = LOOKUP_SEVERAL;
        return;
    }
    if (code >= lookup->capacity) {
        lookup->capacity = lookup->capacity == 0 ? 1024 : lookup->capacity * 2;
        lookup->record = memory_resize(lookup->record, lookup->capacity, sizeof(uint32_t));
    }
    lookup->record[code] = record;
}

uint32_t lookup_find(const struct lookup *lookup, struct arena *scratch, struct str text)
{
    uint32_t code = intern_find(lookup->texts, unicode_fold(scratch, text));
    return code == INTERN_NONE ? RECORD_NONE : lookup->record[code];
}
