/* append.c — a batch becomes one transaction. The hot path: bind, step, reset; nothing is allocated for a row. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/sqlite/place.h"
#include "store/sqlite/sqlite_store.h"

/* ---- Seals. ---- */

enum err sqlite_put_seals(struct sqlite_store *store, const struct seal *seals, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, SQL_SEAL_PUT, &query, why);
    for (int part = 0; part < SEAL_PARTS && e == ERR_OK; part++) {
        if (memcmp(&seals[part], &store->seals[part], sizeof seals[part]) == 0) continue;
        query_word(query, 1, str_from_c(seal_part_name((enum seal_part)part)));
        query_i64(query, 2, (int64_t)seals[part].rows);
        query_i64(query, 3, (int64_t)seals[part].sum);
        e = query_run(query, why);
    }
    return e;
}

void sqlite_sealed(struct sqlite_store *store, const struct seal *seals)
{
    memcpy(store->seals, seals, sizeof store->seals);
    place_set_witness(store->lock, seals[SEAL_BATCH].rows);
}

enum err sqlite_get_seals(struct connection *connection, struct seal *seals, struct err_info *why)
{
    struct query *query;
    bool row = false;
    memset(seals, 0, SEAL_PARTS * sizeof *seals);
    enum err e = query_get(connection, SQL_SEAL_ALL, &query, why);
    if (e == ERR_OK) e = query_step(query, &row, why);
    while (e == ERR_OK && row) {
        struct str name = column_text(query, 0);
        for (int part = 0; part < SEAL_PARTS; part++)
            if (str_equal(name, str_from_c(seal_part_name((enum seal_part)part))))
                seals[part] = (struct seal){(uint64_t)column_i64(query, 1), (uint64_t)column_i64(query, 2)};
        e = query_step(query, &row, why);
    }
    return e;
}

/* ---- Each kind of fact. ---- */

static MUST_CHECK enum err add_property(struct connection *writer, const struct property_fact *fact, struct seal *seal,
                                        struct err_info *why)
{
    struct query *query;
    bool row = false;
    enum err e = query_get(writer, SQL_PROPERTY_FIND, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)fact->entity);
    query_word(query, 2, fact->name);
    e = query_step(query, &row, why);
    if (e != ERR_OK) return e;
    if (row) {
        struct property_fact former = row_property(query);
        seal_take(seal, seal_of_property(&former));
        query_end(query);
    }
    seal_add(seal, seal_of_property(fact));
    e = query_get(writer, SQL_PROPERTY_PUT, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)fact->entity);
    query_word(query, 2, fact->name);
    query_i64(query, 3, fact->type);
    query_i64(query, 4, fact->declared);
    query_text(query, 5, fact->options);
    return query_run(query, why);
}

static MUST_CHECK enum err add_record(struct query *query, const struct record_fact *fact, struct seal *seal,
                                      struct err_info *why)
{
    seal_add(seal, seal_of_record(fact, false));
    query_i64(query, 1, (int64_t)fact->object);
    query_i64(query, 2, fact->number);
    query_text(query, 3, fact->id);
    query_i64(query, 4, fact->listed);
    query_i64(query, 5, fact->created_ms);
    return query_run(query, why);
}

static MUST_CHECK enum err change_record(struct connection *writer, const struct record_change *change,
                                         struct seal *seal, struct err_info *why)
{
    struct query *query;
    bool row = false, archived = false;
    enum err e = query_get(writer, SQL_RECORD_FIND, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)change->object);
    query_i64(query, 2, change->number);
    e = query_step(query, &row, why);
    if (e != ERR_OK) return e;
    if (!row) return err_set(why, ERR_INVALID, "%s is damaged (a record is missing): restore a backup", writer->path);
    struct record_fact fact = row_record(query, &archived);
    seal_take(seal, seal_of_record(&fact, archived));
    fact.listed = change->listed;
    seal_add(seal, seal_of_record(&fact, change->archived));
    query_end(query);
    e = query_get(writer, SQL_RECORD_CHANGE, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)change->object);
    query_i64(query, 2, change->number);
    query_i64(query, 3, change->listed);
    query_i64(query, 4, change->archived);
    return query_run(query, why);
}

static MUST_CHECK enum err add_identifier(struct query *query, const struct identifier_fact *fact, struct seal *seal,
                                          struct err_info *why)
{
    seal_add(seal, seal_of_identifier(fact));
    query_i64(query, 1, (int64_t)fact->kind);
    query_word(query, 2, fact->text);
    query_i64(query, 3, fact->contact);
    query_i64(query, 4, fact->since_ms);
    return query_run(query, why);
}

static MUST_CHECK enum err add_merge(struct query *query, const struct merge_fact *fact, struct seal *seal,
                                     struct err_info *why)
{
    seal_add(seal, seal_of_merge(fact));
    query_i64(query, 1, fact->stays);
    query_i64(query, 2, fact->goes);
    query_i64(query, 3, fact->at_ms);
    query_i64(query, 4, fact->object);
    return query_run(query, why);
}

static MUST_CHECK enum err add_version(struct query *query, const struct version_fact_row *fact, struct seal *seal,
                                       struct err_info *why)
{
    seal_add(seal, seal_of_version(fact));
    query_i64(query, 1, (int64_t)fact->object);
    query_i64(query, 2, fact->record);
    query_word(query, 3, fact->property);
    query_i64(query, 4, fact->from_ms);
    query_text(query, 5, fact->text);
    query_text(query, 6, fact->fact_id);
    return query_run(query, why);
}

static MUST_CHECK enum err add_association(struct query *query, const struct association_fact *fact, struct seal *seal,
                                           struct err_info *why)
{
    seal_add(seal, seal_of_association(fact));
    query_i64(query, 1, fact->kind);
    query_i64(query, 2, fact->from);
    query_i64(query, 3, fact->to);
    query_i64(query, 4, fact->from_ms);
    query_i64(query, 5, fact->ended);
    return query_run(query, why);
}

static MUST_CHECK enum err add_event(struct query *query, const struct event_fact_row *fact, struct seal *seal,
                                     struct err_info *why)
{
    seal_add(seal, seal_of_event(fact));
    query_i64(query, 1, (int64_t)fact->number + 1);
    query_i64(query, 2, fact->contact);
    query_i64(query, 3, fact->at_ms);
    query_i64(query, 4, fact->received_ms);
    query_word(query, 5, fact->name);
    query_text(query, 6, fact->message_id);
    query_i64(query, 7, fact->bot);
    query_text(query, 8, fact->properties);
    query_text(query, 9, fact->context);
    query_text(query, 10, fact->source);
    return query_run(query, why);
}

static MUST_CHECK enum err add_definition(struct query *query, const struct definition_fact *fact, struct seal *seal,
                                          struct err_info *why)
{
    seal_add(seal, seal_of_definition(fact));
    query_i64(query, 1, fact->kind);
    query_word(query, 2, fact->name);
    query_i64(query, 3, fact->version);
    query_text(query, 4, fact->text);
    query_text(query, 5, fact->author);
    query_text(query, 6, fact->note);
    query_i64(query, 7, fact->at_ms);
    return query_run(query, why);
}

static MUST_CHECK enum err add_band(struct query *query, const struct band_fact *fact, struct seal *seal,
                                    struct err_info *why)
{
    seal_add(seal, seal_of_band(fact));
    query_i64(query, 1, (int64_t)fact->object);
    query_i64(query, 2, fact->record);
    query_word(query, 3, fact->score);
    query_text(query, 4, fact->band);
    query_text(query, 5, fact->former);
    query_i64(query, 6, fact->at_ms);
    query_i64(query, 7, fact->micro);
    query_i64(query, 8, fact->version);
    query_i64(query, 9, fact->cause);
    return query_run(query, why);
}

static MUST_CHECK enum err add_reject(struct query *query, const struct reject_fact *fact, struct seal *seal,
                                      struct err_info *why)
{
    seal_add(seal, seal_of_reject(fact));
    query_i64(query, 1, fact->at_ms);
    query_text(query, 2, fact->source);
    query_text(query, 3, fact->reason);
    query_text(query, 4, fact->place);
    query_text(query, 5, fact->message);
    query_text(query, 6, fact->body);
    return query_run(query, why);
}

enum err sqlite_add_audit(struct query *query, const struct audit_fact *fact, struct seal *seal, struct err_info *why)
{
    seal_add(seal, seal_of_audit(fact));
    query_i64(query, 1, fact->at_ms);
    query_text(query, 2, fact->actor);
    query_text(query, 3, fact->action);
    query_text(query, 4, fact->target);
    query_text(query, 5, fact->detail);
    return query_run(query, why);
}

/* ---- The batch. ---- */

/* Each row of one array by one statement. Returns from the function that uses it. */
#define ADD_EACH(sql_, array_, count_, add_, ...)                                                        \
    do {                                                                                                 \
        if ((count_) == 0) break;                                                                        \
        struct query *query;                                                                             \
        e = query_get(writer, (sql_), &query, why);                                                      \
        for (size_t i = 0; i < (count_) && e == ERR_OK; i++) e = add_(query, &(array_)[i], __VA_ARGS__); \
        if (e != ERR_OK) return e;                                                                       \
    } while (0)

static MUST_CHECK enum err add_all(struct connection *writer, const struct store_batch *batch, struct seal *seals,
                                   struct err_info *why)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < batch->property_count && e == ERR_OK; i++)
        e = add_property(writer, &batch->properties[i], &seals[SEAL_PROPERTY], why);
    if (e != ERR_OK) return e;
    ADD_EACH(SQL_RECORD_ADD, batch->records, batch->record_count, add_record, &seals[SEAL_RECORD], why);
    for (size_t i = 0; i < batch->change_count && e == ERR_OK; i++)
        e = change_record(writer, &batch->changes[i], &seals[SEAL_RECORD], why);
    if (e != ERR_OK) return e;
    ADD_EACH(SQL_IDENTIFIER_ADD, batch->identifiers, batch->identifier_count, add_identifier, &seals[SEAL_IDENTIFIER],
             why);
    ADD_EACH(SQL_MERGE_ADD, batch->merges, batch->merge_count, add_merge, &seals[SEAL_MERGE], why);
    ADD_EACH(SQL_VERSION_ADD, batch->versions, batch->version_count, add_version, &seals[SEAL_VERSION], why);
    ADD_EACH(SQL_ASSOCIATION_ADD, batch->associations, batch->association_count, add_association,
             &seals[SEAL_ASSOCIATION], why);
    ADD_EACH(SQL_EVENT_ADD, batch->events, batch->event_count, add_event, &seals[SEAL_EVENT], why);
    ADD_EACH(SQL_DEFINITION_ADD, batch->definitions, batch->definition_count, add_definition, &seals[SEAL_DEFINITION],
             why);
    ADD_EACH(SQL_BAND_ADD, batch->bands, batch->band_count, add_band, &seals[SEAL_BAND], why);
    ADD_EACH(SQL_REJECT_ADD, batch->rejects, batch->reject_count, add_reject, &seals[SEAL_REJECT], why);
    ADD_EACH(SQL_AUDIT_ADD, batch->audits, batch->audit_count, sqlite_add_audit, &seals[SEAL_AUDIT], why);
    return ERR_OK;
}

enum err sqlite_append(struct store *base, const struct store_batch *batch, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct seal seals[SEAL_PARTS];
    memcpy(seals, store->seals, sizeof seals);
    seals[SEAL_BATCH].rows++;
    enum err e = transaction_begin(store, why);
    if (e != ERR_OK) return e;
    e = add_all(store->writer, batch, seals, why);
    if (e == ERR_OK) e = sqlite_put_seals(store, seals, why);
    e = transaction_end(store, e, why);
    if (e != ERR_OK) return e;
    sqlite_sealed(store, seals);
    return ERR_OK;
}
