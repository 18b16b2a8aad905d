/* bench_store.c — appending and reading events, beside plain SQLite: bench_store FOLDER [EVENTS].
 *
 * Both write the same rows in transactions of the same size, each synced to the disk, to
 * files in FOLDER, turn about and several times; medians are told. Plain SQLite is one
 * table of the same columns and one prepared statement. */
// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

#define ROUNDS 5
#define EVENTS_DEFAULT 200000
#define CHECKPOINT_ROWS 100000
#define CONTACTS 1000

static double seconds_since(int64_t start_ns)
{
    const struct clock *clock = clock_system();
    return (double)(clock->monotonic_ns(clock) - start_ns) / 1e9;
}

static int64_t now_ns(void)
{
    const struct clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_store: %s\n", what);
    exit(1);
}

static struct event_fact_row *make_events(struct arena *arena, uint32_t count)
{
    static const char *const names[] = {"page_viewed", "email_opened", "demo_requested", "pricing_viewed"};
    struct event_fact_row *rows = ARENA_ARRAY(arena, struct event_fact_row, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t dice = i * 2654435761u;
        rows[i] = (struct event_fact_row){
            .number = i,
            .contact = dice % CONTACTS,
            .at_ms = INT64_C(1767607200000) + i * 37,
            .received_ms = INT64_C(1767607200100) + i * 37,
            .name = str_from_c(names[dice >> 30]),
            .message_id = arena_format(arena, "%08x-0b7e-4a52-9d1c-%012x", (unsigned)dice, (unsigned)i),
            .properties =
                arena_format(arena, "{\"path\":\"/pricing/%u\",\"title\":\"Pricing\"}", (unsigned)(dice % 50)),
        };
    }
    return rows;
}

/* ---- Ours. ---- */

static struct store *open_store(const char *path)
{
    struct store *store = NULL;
    struct err_info why = {0};
    if (store_open(&(struct store_options){.path = path, .clock = clock_system()}, &store, &why) != ERR_OK)
        give_up(why.msg);
    return store;
}

static void append(struct store *store, const struct store_batch *batch)
{
    struct err_info why = {0};
    if (store_append(store, batch, &why) != ERR_OK) give_up(why.msg);
}

static double append_ours(const char *path, const struct event_fact_row *rows, uint32_t count, uint32_t size)
{
    struct store *store = open_store(path);
    AUTO_ARENA arena = arena_new();
    struct record_fact *contacts = ARENA_ARRAY(arena, struct record_fact, CONTACTS);
    for (uint32_t i = 0; i < CONTACTS; i++)
        contacts[i] = (struct record_fact){.number = i, .id = arena_format(arena, "contact-%u", (unsigned)i)};
    append(store, &(struct store_batch){.records = contacts, .record_count = CONTACTS});
    int64_t start = now_ns();
    for (uint32_t i = 0; i < count; i += size) {
        append(store, &(struct store_batch){.events = rows + i, .event_count = size < count - i ? size : count - i});
        if ((i + size) % CHECKPOINT_ROWS < size) store_checkpoint(store);
    }
    double took = seconds_since(start);
    store_close(store);
    return took;
}

static enum err count_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    (void)why;
    *(uint64_t *)context += fact->name.len + fact->properties.len;
    return ERR_OK;
}

static double read_ours(const char *path)
{
    struct store *store = open_store(path);
    struct err_info why = {0};
    uint64_t bytes = 0;
    struct store_reader reader = {.context = &bytes, .event = count_event};
    int64_t start = now_ns();
    if (store_read(store, &reader, &why) != ERR_OK) give_up(why.msg);
    double took = seconds_since(start);
    store_close(store);
    return bytes > 0 ? took : 0;
}

/* ---- Plain SQLite. ---- */

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) give_up(sqlite3_errmsg(db));
}

static void bind_text(sqlite3_stmt *statement, int at, struct str text)
{
    sqlite3_bind_text(statement, at, text.at, (int)text.len, SQLITE_STATIC);
}

static double append_plain(const char *path, const struct event_fact_row *rows, uint32_t count, uint32_t size)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK) give_up(sqlite3_errmsg(db));
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
            "CREATE TABLE event (key INTEGER PRIMARY KEY, contact, at_ms, received_ms, name, message_id, bot,"
            "                    properties, context)");
    if (sqlite3_prepare_v2(db, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?)", -1, &insert, NULL) != SQLITE_OK)
        give_up(sqlite3_errmsg(db));
    int64_t start = now_ns();
    for (uint32_t i = 0; i < count;) {
        run(db, "BEGIN");
        for (uint32_t end = i + size < count ? i + size : count; i < end; i++) {
            sqlite3_bind_int64(insert, 1, rows[i].number + INT64_C(1));
            sqlite3_bind_int64(insert, 2, rows[i].contact);
            sqlite3_bind_int64(insert, 3, rows[i].at_ms);
            sqlite3_bind_int64(insert, 4, rows[i].received_ms);
            bind_text(insert, 5, rows[i].name);
            bind_text(insert, 6, rows[i].message_id);
            sqlite3_bind_int(insert, 7, rows[i].bot);
            bind_text(insert, 8, rows[i].properties);
            sqlite3_bind_null(insert, 9);
            if (sqlite3_step(insert) != SQLITE_DONE) give_up(sqlite3_errmsg(db));
            sqlite3_reset(insert);
        }
        run(db, "COMMIT");
        if (i % CHECKPOINT_ROWS < size) run(db, "PRAGMA wal_checkpoint(PASSIVE)");
    }
    double took = seconds_since(start);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return took;
}

/* ---- Both. ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

static void remove_all(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    char name[4096];
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fputs("usage: bench_store FOLDER [EVENTS]\n", stderr);
        return 2;
    }
    uint32_t count = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : EVENTS_DEFAULT;
    AUTO_ARENA arena = arena_new();
    const struct event_fact_row *rows = make_events(arena, count);
    char ours_path[4000], plain_path[4000];
    snprintf(ours_path, sizeof ours_path, "%s/bench-ours.db", argv[1]);
    snprintf(plain_path, sizeof plain_path, "%s/bench-plain.db", argv[1]);
    for (uint32_t size = 100; size <= 1000; size *= 10) {
        double ours[ROUNDS], plain[ROUNDS], reading[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            remove_all(ours_path);
            ours[round] = append_ours(ours_path, rows, count, size);
            reading[round] = read_ours(ours_path);
            remove_all(plain_path);
            plain[round] = append_plain(plain_path, rows, count, size);
        }
        double mine = median(ours), other = median(plain);
        printf("transactions of %4u: store_append %8.0f rows/s, plain SQLite %8.0f rows/s, ratio %.2f; "
               "store_read %.0f ns a row\n",
               (unsigned)size, count / mine, count / other, other / mine, median(reading) / count * 1e9);
    }
    remove_all(ours_path);
    remove_all(plain_path);
    return 0;
}
