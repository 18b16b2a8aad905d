/* memory_read.c — everything in order, and questions about few rows. */
// SPDX-License-Identifier: Apache-2.0
#include "store/memory/memory_store.h"

/* Every element of a list, handed to a member of the reader. Returns from the function that uses it. */
#define READ_EACH(list_, type_, member_, ...) READ_FROM(0, list_, type_, member_, __VA_ARGS__)
#define READ_FROM(from_, list_, type_, member_, ...)                              \
    for (size_t i = (from_); reader->member_ != NULL && i < (list_).count; i++) { \
        const type_ *row = &(list_).at[i];                                        \
        enum err e = reader->member_(reader->context, __VA_ARGS__, why);          \
        if (e != ERR_OK) return e;                                                \
    }

/* Is there a later one of the same record and score? */
static bool is_latest(const struct memory_store *store, size_t index)
{
    const struct band_fact *fact = &store->bands.at[index].fact;
    for (size_t i = index + 1; i < store->bands.count; i++) {
        const struct band_fact *later = &store->bands.at[i].fact;
        if (later->object == fact->object && later->record == fact->record && str_equal(later->score, fact->score))
            return false;
    }
    return true;
}

/* Numbers ascend, with gaps where somebody was erased. */
static size_t first_event(const struct memory_store *store, uint32_t number)
{
    size_t low = 0, high = store->events.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (store->events.at[middle].number < number) low = middle + 1;
        else high = middle;
    }
    return low;
}

static MUST_CHECK enum err read_all(struct memory_store *store, const struct store_reader *reader, struct err_info *why)
{
    READ_EACH(store->properties, struct property_fact, property, row);
    for (int object = 0; object < OBJECT_COUNT; object++)
        READ_EACH(store->records[object], struct memory_record, record, &row->fact, row->archived);
    READ_EACH(store->identifiers, struct identifier_fact, identifier, row);
    READ_EACH(store->merges, struct merge_fact, merge, row);
    enum err follows = reader->facts_follow != NULL ? reader->facts_follow(reader->context, why) : ERR_OK;
    if (follows != ERR_OK) return follows;
    READ_FROM(reader->versions_after, store->versions, struct version_fact_row, version, row);
    READ_EACH(store->associations, struct association_fact, association, row);
    READ_FROM(first_event(store, reader->events_from), store->events, struct event_fact_row, event, row);
    READ_EACH(store->definitions, struct definition_fact, definition, row);
    for (size_t i = 0; reader->band != NULL && i < store->bands.count; i++) {
        if (!is_latest(store, i)) continue;
        enum err e = reader->band(reader->context, &store->bands.at[i].fact, why);
        if (e != ERR_OK) return e;
    }
    return ERR_OK;
}

enum err memory_read(struct store *base, const struct store_reader *reader, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    return memory_leave(store, read_all(store, reader, why));
}

static const struct event_fact_row *find_event(const struct memory_store *store, uint32_t number)
{
    size_t low = first_event(store, number);
    if (low == store->events.count) return NULL;
    const struct event_fact_row *row = &store->events.at[low];
    return row->number == number ? row : NULL;
}

enum err memory_look_again(struct store *base, struct err_info *why)
{
    (void)base, (void)why;
    return ERR_OK; /* nobody else writes it */
}

enum err memory_last_version(struct store *base, uint64_t *out, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    *out = store->versions.count;
    return memory_leave(store, ERR_OK);
}

enum err memory_events(struct store *base, const uint32_t *numbers, size_t count, struct arena *arena,
                       struct event_fact_row *out, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    for (size_t i = 0; i < count; i++) {
        const struct event_fact_row *row = find_event(store, numbers[i]);
        out[i] = row != NULL ? *row : (struct event_fact_row){.number = UINT32_MAX};
        out[i].name = arena_str(arena, out[i].name);
        out[i].message_id = arena_str(arena, out[i].message_id);
        out[i].properties = arena_str(arena, out[i].properties);
        out[i].context = arena_str(arena, out[i].context);
        out[i].source = arena_str(arena, out[i].source);
    }
    return memory_leave(store, ERR_OK);
}

enum err memory_rejects(struct store *base, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                        size_t *count, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = store->rejects.count; i-- > 0 && n < most;) {
        struct reject_row row = store->rejects.at[i];
        if (row.number >= before) continue;
        row.fact.source = arena_str(arena, row.fact.source);
        row.fact.reason = arena_str(arena, row.fact.reason);
        row.fact.place = arena_str(arena, row.fact.place);
        row.fact.message = arena_str(arena, row.fact.message);
        row.fact.body = arena_str(arena, row.fact.body);
        *(struct reject_row *)rows_next(arena, &rows, n++, &capacity, sizeof row) = row;
    }
    *out = rows;
    *count = n;
    return memory_leave(store, ERR_OK);
}

enum err memory_audits(struct store *base, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                       size_t *count, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = store->audits.count; i-- > 0 && n < most;) {
        struct audit_row row = store->audits.at[i];
        if (row.number >= before) continue;
        row.fact.actor = arena_str(arena, row.fact.actor);
        row.fact.action = arena_str(arena, row.fact.action);
        row.fact.target = arena_str(arena, row.fact.target);
        row.fact.detail = arena_str(arena, row.fact.detail);
        *(struct audit_row *)rows_next(arena, &rows, n++, &capacity, sizeof row) = row;
    }
    *out = rows;
    *count = n;
    return memory_leave(store, ERR_OK);
}

enum err memory_bands(struct store *base, enum entity object, uint32_t record, uint64_t before, size_t most,
                      struct arena *arena, struct band_row **out, size_t *count, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = store->bands.count; i-- > 0 && n < most;) {
        struct band_row row = store->bands.at[i];
        if (row.number >= before || row.fact.object != object) continue;
        if (record != UINT32_MAX && row.fact.record != record) continue;
        row.fact.score = arena_str(arena, row.fact.score);
        row.fact.band = arena_str(arena, row.fact.band);
        row.fact.former = arena_str(arena, row.fact.former);
        *(struct band_row *)rows_next(arena, &rows, n++, &capacity, sizeof row) = row;
    }
    *out = rows;
    *count = n;
    return memory_leave(store, ERR_OK);
}

enum err memory_definitions(struct store *base, int32_t kind, struct str name, struct arena *arena,
                            struct definition_fact **out, size_t *count, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < store->definitions.count; i++) {
        struct definition_fact row = store->definitions.at[i];
        if (row.kind != kind || (name.len > 0 && !str_equal(row.name, name))) continue;
        row.name = arena_str(arena, row.name);
        row.text = arena_str(arena, row.text);
        row.author = arena_str(arena, row.author);
        row.note = arena_str(arena, row.note);
        *(struct definition_fact *)rows_next(arena, &rows, n++, &capacity, sizeof row) = row;
    }
    *out = rows;
    *count = n;
    return memory_leave(store, ERR_OK);
}
