/* bench_store.c — appending and reading events, beside plain SQLite: bench_store FOLDER [EVENTS].
 *
 * Both write the same rows in transactions of the same size, each synced to the disk, to
 * files in FOLDER, turn about and several times; medians are told. What plain SQLite is
 * stands in plain.h. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "plain.h"

#define ROUNDS 5
#define EVENTS_DEFAULT 200000
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
        if ((i + size) % PLAIN_CHECKPOINT_ROWS < size) store_checkpoint(store);
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

static double append_plain(const char *path, const struct event_fact_row *rows, uint32_t count, uint32_t size)
{
    struct plain *plain = plain_open(path);
    int64_t start = now_ns();
    for (uint32_t i = 0; i < count; i += size) plain_append(plain, rows + i, size < count - i ? size : count - i);
    double took = seconds_since(start);
    plain_close(plain);
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
            plain_remove(ours_path);
            ours[round] = append_ours(ours_path, rows, count, size);
            reading[round] = read_ours(ours_path);
            plain[round] = append_plain(plain_path, rows, count, size);
        }
        double mine = median(ours), other = median(plain);
        printf("transactions of %4u: store_append %8.0f rows/s, plain SQLite %8.0f rows/s, ratio %.2f; "
               "store_read %.0f ns a row\n",
               (unsigned)size, count / mine, count / other, other / mine, median(reading) / count * 1e9);
    }
    plain_remove(ours_path);
    plain_remove(plain_path);
    return 0;
}
