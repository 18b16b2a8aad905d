/* read.c — everything, streamed in the order in which it can be taken again, as of one moment. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#define EVERY INT64_C(-1)

/* Every row of a statement as a `fact`, handed to a member of the reader; those with keys above `after_`. */
#define READ_EACH(sql_, after_, member_, fact_type_, row_, ...)              \
    do {                                                                     \
        if (reader->member_ == NULL) break;                                  \
        struct query *query;                                                 \
        bool more = false;                                                   \
        e = query_get(connection, (sql_), &query, why);                      \
        if (e == ERR_OK && (after_) != EVERY) query_i64(query, 1, (after_)); \
        if (e == ERR_OK) e = query_step(query, &more, why);                  \
        while (e == ERR_OK && more) {                                        \
            fact_type_ fact = row_;                                          \
            e = reader->member_(reader->context, &fact, __VA_ARGS__);        \
            if (e == ERR_OK) e = query_step(query, &more, why);              \
            else query_end(query);                                           \
        }                                                                    \
        if (e != ERR_OK) return e;                                           \
    } while (0)

/* Who there is. */
static MUST_CHECK enum err read_records(struct connection *connection, const struct store_reader *reader,
                                        struct err_info *why)
{
    enum err e = ERR_OK;
    bool archived = false;
    READ_EACH(SQL_PROPERTY_ALL, EVERY, property, struct property_fact, row_property(query), why);
    READ_EACH(SQL_RECORD_ALL, EVERY, record, struct record_fact, row_record(query, &archived), archived, why);
    READ_EACH(SQL_IDENTIFIER_ALL, EVERY, identifier, struct identifier_fact, row_identifier(query), why);
    READ_EACH(SQL_MERGE_ALL, EVERY, merge, struct merge_fact, row_merge(query), why);
    return e;
}

/* What is known of them. */
static MUST_CHECK enum err read_facts(struct connection *connection, const struct store_reader *reader,
                                      struct err_info *why)
{
    enum err e = ERR_OK;
    READ_EACH(SQL_VERSION_AFTER, (int64_t)reader->versions_after, version, struct version_fact_row, row_version(query),
              why);
    READ_EACH(SQL_ASSOCIATION_ALL, EVERY, association, struct association_fact, row_association(query), why);
    READ_EACH(SQL_EVENT_AFTER, (int64_t)reader->events_from, event, struct event_fact_row, row_event(query), why);
    return e;
}

enum err sqlite_read_on(struct connection *connection, const struct store_reader *reader, enum sql bands,
                        struct err_info *why)
{
    enum err e = read_records(connection, reader, why);
    if (e == ERR_OK && reader->facts_follow != NULL) e = reader->facts_follow(reader->context, why);
    if (e == ERR_OK) e = read_facts(connection, reader, why);
    if (e != ERR_OK) return e;
    READ_EACH(SQL_DEFINITION_ALL, EVERY, definition, struct definition_fact, row_definition(query), why);
    READ_EACH(bands, EVERY, band, struct band_fact, row_band(query), why);
    return e;
}

enum err snapshot_begin(struct connection *connection, struct err_info *why)
{
    return connection_run(connection, "BEGIN", why);
}

void snapshot_end(struct connection *connection)
{
    if (sqlite3_get_autocommit(connection->db) == 0) sqlite3_exec(connection->db, "COMMIT", NULL, NULL, NULL);
}

enum err sqlite_read(struct store *base, const struct store_reader *reader, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct connection *connection;
    enum err e = reader_take(store, &connection, why);
    if (e != ERR_OK) return e;
    e = snapshot_begin(connection, why);
    if (e == ERR_OK) e = sqlite_read_on(connection, reader, SQL_BAND_LATEST, why);
    snapshot_end(connection);
    reader_give(store, connection);
    return e;
}
