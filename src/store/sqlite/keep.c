/* keep.c — a copy of the store, a search for damage, and its size. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unfinished.h"
#include "store/sqlite/place.h"
#include "store/sqlite/sqlite_store.h"

/* ---- A copy. ---- */

/* In one step, so that it is of one moment; the writer goes on meanwhile. The copy is synced when it gets its name. */
static MUST_CHECK enum err copy_to(struct connection *source, const char *vfs, const char *path, struct err_info *why)
{
    struct connection target = {.path = path};
    enum err claimed = place_claim(path, why);
    if (claimed != ERR_OK) return claimed;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &target.db, flags, vfs);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(target.db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;", NULL, NULL, NULL);
    sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(target.db, "main", source->db, "main") : NULL;
    if (backup != NULL) {
        rc = sqlite3_backup_step(backup, -1);
        int finished = sqlite3_backup_finish(backup);
        rc = rc == SQLITE_DONE ? finished : rc;
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_extended_errcode(target.db);
    }
    enum err e = rc == SQLITE_OK ? ERR_OK : connection_fail(&target, rc, why);
    sqlite3_close(target.db);
    return e;
}

enum err sqlite_backup(struct store *base, const char *path, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    char *resolved = NULL, *temporary = NULL;
    enum err e = place_resolve(path, &resolved, why);
    if (e != ERR_OK) return e;
    INVARIANT(asprintf(&temporary, "%s.tmp-%ld", resolved, (long)getpid()) >= 0);
    struct connection *source = NULL;
    if (access(resolved, F_OK) == 0)
        e = err_set(why, ERR_CONFLICT, "%s is there already and is left as it is", resolved);
    if (e == ERR_OK) e = reader_take(store, &source, why);
    if (e == ERR_OK) {
        unfinished_begin(temporary);
        e = copy_to(source, store->vfs, temporary, why);
        reader_give(store, source);
        if (e == ERR_OK) e = place_publish(temporary, resolved, why);
        else unlink(temporary);
        unfinished_end();
    }
    free(resolved);
    free(temporary);
    return e;
}

/* ---- A search for damage. ---- */

struct search {
    void (*finding)(void *context, const char *sentence);
    void *context;
    struct seal seals[SEAL_PARTS]; /* of what was read */
};

static enum err seal_property(void *context, const struct property_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_PROPERTY], seal_of_property(fact));
    return ERR_OK;
}

static enum err seal_record(void *context, const struct record_fact *fact, bool archived, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_RECORD], seal_of_record(fact, archived));
    return ERR_OK;
}

static enum err seal_identifier(void *context, const struct identifier_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_IDENTIFIER], seal_of_identifier(fact));
    return ERR_OK;
}

static enum err seal_merge(void *context, const struct merge_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_MERGE], seal_of_merge(fact));
    return ERR_OK;
}

static enum err seal_version(void *context, const struct version_fact_row *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_VERSION], seal_of_version(fact));
    return ERR_OK;
}

static enum err seal_association(void *context, const struct association_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_ASSOCIATION], seal_of_association(fact));
    return ERR_OK;
}

static enum err seal_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_EVENT], seal_of_event(fact));
    return ERR_OK;
}

static enum err seal_definition(void *context, const struct definition_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_DEFINITION], seal_of_definition(fact));
    return ERR_OK;
}

static enum err seal_band(void *context, const struct band_fact *fact, struct err_info *why)
{
    (void)why;
    seal_add(&((struct search *)context)->seals[SEAL_BAND], seal_of_band(fact));
    return ERR_OK;
}

static void found(const struct search *search, const char *format, ...) PRINTF_LIKE(2, 3);
static void found(const struct search *search, const char *format, ...)
{
    char sentence[ERR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    search->finding(search->context, sentence);
}

/* Damage that stops a reading is a finding like others; only what is no damage is an error. */
static MUST_CHECK enum err tell_damage(const struct search *search, enum err e, const struct err_info *told,
                                       struct err_info *why)
{
    if (e == ERR_OK) return ERR_OK;
    if (e != ERR_INVALID) return err_set(why, e, "%s", told->msg);
    found(search, "%s", told->msg);
    return ERR_OK;
}

static MUST_CHECK enum err run_statement(struct connection *connection, enum sql sql, const struct search *search,
                                         struct err_info *why)
{
    struct query *query;
    bool row = false;
    struct err_info told = {0};
    enum err e = query_get(connection, sql, &query, &told);
    if (e == ERR_OK) e = query_step(query, &row, &told);
    while (e == ERR_OK && row) {
        struct str sentence = column_text(query, 0);
        if (!str_equal(sentence, STR("ok"))) found(search, STR_FMT, STR_ARG(sentence));
        e = query_step(query, &row, &told);
    }
    return tell_damage(search, e, &told, why);
}

/* Refusals and audits are not part of a reading. */
static MUST_CHECK enum err seal_logs(struct connection *connection, struct search *search, struct err_info *why)
{
    static const enum sql statements[] = {SQL_REJECT_ALL, SQL_AUDIT_ALL};
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct query *query;
        bool row = false;
        enum err e = query_get(connection, statements[i], &query, why);
        if (e == ERR_OK) e = query_step(query, &row, why);
        while (e == ERR_OK && row) {
            if (statements[i] == SQL_REJECT_ALL)
                seal_add(&search->seals[SEAL_REJECT], seal_of_reject((struct reject_fact[]){row_reject(query)}));
            else seal_add(&search->seals[SEAL_AUDIT], seal_of_audit((struct audit_fact[]){row_audit(query)}));
            e = query_step(query, &row, why);
        }
        if (e != ERR_OK) return e;
    }
    return ERR_OK;
}

static MUST_CHECK enum err compare_seals(struct connection *connection, struct search *search, uint64_t acknowledged,
                                         struct err_info *why)
{
    static const struct store_reader reader = {.property = seal_property,
                                               .record = seal_record,
                                               .identifier = seal_identifier,
                                               .merge = seal_merge,
                                               .version = seal_version,
                                               .association = seal_association,
                                               .event = seal_event,
                                               .definition = seal_definition,
                                               .band = seal_band};
    struct store_reader mine = reader;
    mine.context = search;
    struct seal written[SEAL_PARTS];
    struct err_info told = {0};
    enum err e = sqlite_get_seals(connection, written, &told);
    if (e == ERR_OK) e = sqlite_read_on(connection, &mine, SQL_BAND_ALL, &told);
    if (e == ERR_OK) e = seal_logs(connection, search, &told);
    if (e != ERR_OK) return tell_damage(search, e, &told, why);
    for (int part = 0; part < SEAL_BATCH; part++) {
        const struct seal *is = &search->seals[part], *was = &written[part];
        const char *name = seal_part_name((enum seal_part)part);
        if (is->rows != was->rows)
            found(search, "table %s has %llu rows, and %llu were written", name, (unsigned long long)is->rows,
                  (unsigned long long)was->rows);
        else if (is->sum != was->sum) found(search, "a row of table %s is not what was written", name);
    }
    if (acknowledged > written[SEAL_BATCH].rows)
        found(search, "the last %llu changes are missing: the log was damaged or removed",
              (unsigned long long)(acknowledged - written[SEAL_BATCH].rows));
    return ERR_OK;
}

enum err sqlite_check(struct store *base, void (*finding)(void *context, const char *sentence), void *context,
                      struct err_info *why)
{
    static const enum sql statements[] = {SQL_CHECK_STRUCTURE,
                                          SQL_CHECK_REFERENCES,
                                          SQL_CHECK_RECORDS,
                                          SQL_CHECK_EVENTS,
                                          SQL_CHECK_EVENT_CONTACTS,
                                          SQL_CHECK_VERSION_RECORDS,
                                          SQL_CHECK_IDENTIFIER_CONTACTS,
                                          SQL_CHECK_MERGE_RECORDS,
                                          SQL_CHECK_ASSOCIATION_RECORDS,
                                          SQL_CHECK_BAND_RECORDS};
    struct sqlite_store *store = sqlite_of(base);
    struct search search = {.finding = finding, .context = context};
    uint64_t acknowledged = place_witness(store->path); /* before the snapshot, which then holds as many or more */
    struct connection *connection;
    enum err e = reader_take(store, &connection, why);
    if (e != ERR_OK) return e;
    e = snapshot_begin(connection, why);
    for (size_t i = 0; i < COUNT_OF(statements) && e == ERR_OK; i++)
        e = run_statement(connection, statements[i], &search, why);
    if (e == ERR_OK) e = compare_seals(connection, &search, acknowledged, why);
    snapshot_end(connection);
    reader_give(store, connection);
    return e;
}

/* ---- Size. ---- */

static uint64_t bytes_of(const char *path, const char *ending)
{
    char *name = NULL;
    struct stat status;
    INVARIANT(asprintf(&name, "%s%s", path, ending) >= 0);
    uint64_t bytes = stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
    free(name);
    return bytes;
}

enum err sqlite_measure(struct store *base, struct store_size *out, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct question question;
    enum err e = question_begin(&question, base, SQL_EVENT_COUNT, why);
    if (e == ERR_OK) e = question_next(&question, why);
    if (e == ERR_OK && question.row) out->events = (uint64_t)column_i64(question.query, 0);
    e = question_end(&question, e);
    for (int object = 0; object < OBJECT_COUNT && e == ERR_OK; object++) {
        e = question_begin(&question, base, SQL_RECORD_NEXT, why);
        if (e == ERR_OK) {
            query_i64(question.query, 1, object);
            e = question_next(&question, why);
        }
        if (e == ERR_OK && question.row) out->records[object] = (uint64_t)column_i64(question.query, 0);
        e = question_end(&question, e);
    }
    out->bytes = bytes_of(store->path, "");
    out->log_bytes = bytes_of(store->path, "-wal");
    return e;
}
