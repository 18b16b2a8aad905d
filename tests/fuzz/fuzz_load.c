/* fuzz_load.c — whatever files hold, loading ends with a history or with a sentence.
 *
 * The input is up to five files, separated by bytes 1E: companies, contacts, deals, events,
 * events. Every row is taken or refused with a reason; the history has no more than what
 * was taken; and events first read from the other file give as many events. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/input.h"
#include "base/unicode.h"
#include "files/load_internal.h"

#define INPUT_MAX ((size_t)64 * 1024)
#define FILES_MAX 5
#define SEPARATOR '\x1e'

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct outcome {
    bool loaded;
    uint32_t records[OBJECT_COUNT];
    uint64_t events;
    uint64_t taken, refused;
};

static const struct {
    enum entity entity;
    const char *name;
    enum type type;
} properties[] = {
    {ENTITY_CONTACT, "email", TYPE_STRING}, {ENTITY_CONTACT, "age", TYPE_NUMBER},
    {ENTITY_CONTACT, "tags", TYPE_SET},     {ENTITY_CONTACT, "plan", TYPE_ENUMERATION},
    {ENTITY_CONTACT, "a.b", TYPE_OPEN},     {ENTITY_COMPANY, "name", TYPE_STRING},
    {ENTITY_COMPANY, "size", TYPE_NUMBER},  {ENTITY_DEAL, "amount", TYPE_NUMBER},
    {ENTITY_EVENT, "url", TYPE_STRING},     {ENTITY_EVENT, "path", TYPE_OPEN},
    {ENTITY_EVENT, "seconds", TYPE_NUMBER}, {ENTITY_EVENT, "bot", TYPE_BOOLEAN},
    {ENTITY_EVENT, "score", TYPE_OPEN},     {ENTITY_EVENT, "points", TYPE_NUMBER},
};

static struct catalog *new_catalog(void)
{
    static const struct str options[] = {STR_INIT("free"), STR_INIT("pro")};
    struct catalog *catalog = catalog_new();
    for (size_t i = 0; i < COUNT_OF(properties); i++) {
        uint32_t id = catalog_property(catalog, properties[i].entity, str_from_c(properties[i].name));
        struct property *property = catalog_at(catalog, id);
        property->declared = properties[i].type != TYPE_OPEN;
        property->type = properties[i].type;
        if (properties[i].type != TYPE_ENUMERATION) continue;
        property->options = options;
        property->option_count = COUNT_OF(options);
    }
    return catalog;
}

static void check_sentence(struct str message)
{
    INVARIANT(message.len > 0 && unicode_valid(message, NULL));
}

static enum err load_part(struct loader *loader, enum entity entity, struct str bytes)
{
    struct err_info why = {0};
    struct input *input = NULL;
    if (bytes.len == 0) return ERR_OK;
    enum err e = input_from_memory(str_from_c(entity_plural(entity)), bytes, &input, &why);
    if (e == ERR_OK) e = load_input(loader, entity, input, &why);
    INVARIANT(e == ERR_OK || (why.code == e && e != ERR_INTERNAL));
    if (e != ERR_OK) check_sentence(str_from_c(why.msg));
    input_close(input);
    return e;
}

static void check_rejects(const struct rejects *rejects)
{
    size_t kept = 0;
    const struct reject *reject = rejects_kept(rejects, &kept);
    uint64_t sum = 0;
    for (int i = 0; i < REJECT_REASONS; i++) sum += rejects_count_of(rejects, (enum reject_reason)i);
    INVARIANT(sum == rejects_count(rejects));
    for (size_t i = 0; i < kept; i++) {
        INVARIANT(reject[i].line > 0);
        check_sentence(reject[i].message);
    }
}

static struct outcome load(const struct str *files, const size_t *order)
{
    static const enum entity entities[FILES_MAX] = {ENTITY_COMPANY, ENTITY_CONTACT, ENTITY_DEAL, ENTITY_EVENT,
                                                    ENTITY_EVENT};
    struct catalog *catalog = new_catalog();
    struct rejects *rejects = rejects_new(false);
    struct load_options options = {.deals = "deals"};
    struct load_summary summary;
    struct loader *loader = loader_new(&options, catalog, rejects, &summary);
    struct outcome outcome = {.loaded = true};
    for (size_t i = 0; i < FILES_MAX && outcome.loaded; i++)
        outcome.loaded = load_part(loader, entities[order[i]], files[order[i]]) == ERR_OK;
    check_rejects(rejects);
    if (outcome.loaded) {
        const bool *seen = NULL;
        struct history *history = loader_finish(loader, &seen);
        for (enum entity object = 0; object < OBJECT_COUNT; object++)
            outcome.records[object] = history_records(history, object);
        outcome.events = history_events(history);
        INVARIANT(outcome.events <= summary.events);
        INVARIANT(summary.events <= summary.rows[ENTITY_EVENT]);
        history_free(history);
    }
    for (size_t i = 0; i < ENTITY_COUNT; i++) {
        outcome.taken += summary.rows[i];
        outcome.refused += summary.refused[i];
    }
    INVARIANT(outcome.refused == rejects_count(rejects));
    loader_free(loader);
    rejects_free(rejects);
    catalog_free(catalog);
    return outcome;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const size_t forward[FILES_MAX] = {0, 1, 2, 3, 4};
    static const size_t swapped[FILES_MAX] = {0, 1, 2, 4, 3};
    struct str files[FILES_MAX] = {{NULL, 0}};
    if (size > INPUT_MAX) return 0;
    struct str rest = {(const char *)data, size};
    for (size_t i = 0; i < FILES_MAX; i++) files[i] = str_cut(&rest, SEPARATOR);
    struct outcome once = load(files, forward);
    struct outcome again = load(files, swapped);
    INVARIANT(once.loaded == again.loaded);
    if (!once.loaded) return 0;
    INVARIANT(once.taken == again.taken && once.refused == again.refused && once.events == again.events);
    INVARIANT(memcmp(once.records, again.records, sizeof once.records) == 0);
    return 0;
}
