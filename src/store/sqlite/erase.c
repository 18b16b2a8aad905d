/* erase.c — a person is gone: from the tables in one transaction, then from the log.
 *
 * SQLite overwrites what is deleted (secure_delete). The long tables are read whole for it, as they have no index by
 * contact: seconds for ten million events, and rare. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/sqlite/sqlite_store.h"

/* What is known of the person while it is being erased. */
struct erasing {
    struct sqlite_store *store;
    struct connection *writer;
    struct seal seals[SEAL_PARTS];
    struct arena *arena;
    void *names; /* struct str: ids and identifiers, to find in rejects */
    size_t name_count, name_capacity;
};

static void note_name(struct erasing *erasing, struct str name)
{
    if (name.len == 0) return;
    *(struct str *)rows_next(erasing->arena, &erasing->names, erasing->name_count++, &erasing->name_capacity,
                             sizeof(struct str)) = arena_str(erasing->arena, name);
}

/* What a row of a statement was worth in its seal. */
static uint64_t hash_row(enum sql sql, struct erasing *erasing, const struct query *query)
{
    switch (sql) {
    case SQL_IDENTIFIER_OF: {
        struct identifier_fact fact = row_identifier(query);
        note_name(erasing, fact.text);
        return seal_of_identifier(&fact);
    }
    case SQL_VERSION_OF: return seal_of_version((struct version_fact_row[]){row_version(query)});
    case SQL_ASSOCIATION_OF: return seal_of_association((struct association_fact[]){row_association(query)});
    case SQL_EVENT_OF: return seal_of_event((struct event_fact_row[]){row_event(query)});
    default: INVARIANT(sql == SQL_BAND_OF); return seal_of_band((struct band_fact[]){row_band(query)});
    }
}

static MUST_CHECK enum err get_bound(struct erasing *erasing, enum sql sql, bool by_object, uint32_t contact,
                                     struct query **out, struct err_info *why)
{
    enum err e = query_get(erasing->writer, sql, out, why);
    if (e != ERR_OK) return e;
    if (by_object) query_i64(*out, 1, ENTITY_CONTACT);
    query_i64(*out, by_object ? 2 : 1, contact);
    return ERR_OK;
}

static MUST_CHECK enum err erase_rows(struct erasing *erasing, uint32_t contact, struct err_info *why)
{
    static const struct {
        enum sql select, erase;
        enum seal_part part;
        bool by_object; /* asks for object and record, not for a contact */
    } tables[] = {
        {SQL_IDENTIFIER_OF, SQL_IDENTIFIER_ERASE, SEAL_IDENTIFIER, false},
        {SQL_VERSION_OF, SQL_VERSION_ERASE, SEAL_VERSION, true},
        {SQL_ASSOCIATION_OF, SQL_ASSOCIATION_ERASE, SEAL_ASSOCIATION, false},
        {SQL_EVENT_OF, SQL_EVENT_NOTE_ERASED, SEAL_EVENT, false},
        {SQL_BAND_OF, SQL_BAND_ERASE, SEAL_BAND, true},
    };
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        struct query *query;
        bool row = false;
        enum err e = get_bound(erasing, tables[i].select, tables[i].by_object, contact, &query, why);
        if (e == ERR_OK) e = query_step(query, &row, why);
        while (e == ERR_OK && row) {
            seal_take(&erasing->seals[tables[i].part], hash_row(tables[i].select, erasing, query));
            e = query_step(query, &row, why);
        }
        if (e == ERR_OK) e = get_bound(erasing, tables[i].erase, tables[i].by_object, contact, &query, why);
        if (e == ERR_OK) e = query_run(query, why);
        if (e != ERR_OK) return e;
    }
    struct query *query;
    enum err e = get_bound(erasing, SQL_EVENT_ERASE, false, contact, &query, why);
    return e == ERR_OK ? query_run(query, why) : e;
}

static MUST_CHECK enum err empty_record(struct erasing *erasing, uint32_t contact, struct err_info *why)
{
    struct query *query;
    bool row = false, archived = false;
    enum err e = get_bound(erasing, SQL_RECORD_FIND, true, contact, &query, why);
    if (e == ERR_OK) e = query_step(query, &row, why);
    if (e != ERR_OK) return e;
    if (!row)
        return err_set(why, ERR_INVALID, "%s is damaged (a record is missing): restore a backup",
                       erasing->writer->path);
    struct record_fact fact = row_record(query, &archived);
    note_name(erasing, fact.id);
    seal_take(&erasing->seals[SEAL_RECORD], seal_of_record(&fact, archived));
    seal_add(&erasing->seals[SEAL_RECORD],
             seal_of_record(&(struct record_fact){.object = ENTITY_CONTACT, .number = contact}, true));
    query_end(query);
    e = get_bound(erasing, SQL_RECORD_ERASE, true, contact, &query, why);
    return e == ERR_OK ? query_run(query, why) : e;
}

static bool is_named(const struct erasing *erasing, const struct reject_fact *reject, struct arena *scratch)
{
    const struct str *names = erasing->names;
    for (size_t i = 0; i < erasing->name_count; i++)
        if (person_mentioned(reject->body, names[i], scratch) || person_mentioned(reject->message, names[i], scratch))
            return true;
    return false;
}

static MUST_CHECK enum err erase_rejects(struct erasing *erasing, struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    void *keys = NULL;
    size_t count = 0, capacity = 0;
    struct query *query;
    bool row = false;
    enum err e = query_get(erasing->writer, SQL_REJECT_ALL, &query, why);
    if (e == ERR_OK) e = query_step(query, &row, why);
    while (e == ERR_OK && row) {
        arena_reset(scratch);
        struct reject_fact reject = row_reject(query);
        if (is_named(erasing, &reject, scratch)) {
            seal_take(&erasing->seals[SEAL_REJECT], seal_of_reject(&reject));
            *(int64_t *)rows_next(erasing->arena, &keys, count++, &capacity, sizeof(int64_t)) = column_i64(query, 0);
        }
        e = query_step(query, &row, why);
    }
    if (e == ERR_OK) e = query_get(erasing->writer, SQL_REJECT_ERASE, &query, why);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        query_i64(query, 1, ((int64_t *)keys)[i]);
        e = query_run(query, why);
    }
    return e;
}

static MUST_CHECK enum err note_in_audit(struct erasing *erasing, const struct audit_fact *audit, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(erasing->writer, SQL_AUDIT_ADD, &query, why);
    return e == ERR_OK ? sqlite_add_audit(query, audit, &erasing->seals[SEAL_AUDIT], why) : e;
}

static MUST_CHECK enum err erase_all(struct erasing *erasing, struct contact_set person, const struct audit_fact *audit,
                                     struct err_info *why)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < person.count && e == ERR_OK; i++) {
        e = erase_rows(erasing, person.at[i], why);
        if (e == ERR_OK) e = empty_record(erasing, person.at[i], why);
    }
    if (e == ERR_OK) e = erase_rejects(erasing, why);
    if (e == ERR_OK && audit != NULL) e = note_in_audit(erasing, audit, why);
    if (e == ERR_OK) e = sqlite_put_seals(erasing->store, erasing->seals, why);
    return e;
}

enum err sqlite_erase(struct store *base, struct contact_set person, const struct audit_fact *audit, bool *gone,
                      struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    AUTO_ARENA arena = arena_new();
    struct erasing erasing = {.store = store, .writer = store->writer, .arena = arena};
    memcpy(erasing.seals, store->seals, sizeof erasing.seals);
    erasing.seals[SEAL_BATCH].rows++;
    enum err e = transaction_begin(store, why);
    if (e != ERR_OK) return e;
    e = transaction_end(store, erase_all(&erasing, person, audit, why), why);
    if (e != ERR_OK) return e;
    *gone = true;
    sqlite_sealed(store, erasing.seals);
    return sqlite_wipe_log(store, why);
}
