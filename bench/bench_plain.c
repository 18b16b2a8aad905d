/* bench_plain.c — how many rows a second plain SQLite appends, of those that a server has written.
 *
 *     bench_plain STORE SCRATCH SECONDS [ROWS-IN-A-TRANSACTION]
 *
 * Reads the first events of the store at the path STORE (a server may be writing to it), and appends them again and
 * again to a database SCRATCH, which is made anew and removed. Prints one JSON object. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "plain.h"

#define ROWS_MAX 100000

struct taken {
    struct arena *arena;
    struct event_fact_row *rows; /* [ROWS_MAX] */
    uint32_t count;
    uint64_t text_bytes;
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_plain: %s\n", what);
    exit(1);
}

/* Ends the reading with an error of ours when there are enough. */
static enum err take(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    struct taken *taken = context;
    if (taken->count == ROWS_MAX) return err_set(why, ERR_TOO_BIG, "that is enough");
    struct event_fact_row *row = &taken->rows[taken->count++];
    *row = *fact;
    row->name = arena_str(taken->arena, fact->name);
    row->message_id = arena_str(taken->arena, fact->message_id);
    row->properties = arena_str(taken->arena, fact->properties);
    row->context = arena_str(taken->arena, fact->context);
    taken->text_bytes += row->name.len + row->message_id.len + row->properties.len + row->context.len;
    return ERR_OK;
}

static void read_rows(const char *path, struct taken *out)
{
    struct store *store;
    struct err_info why = {0};
    const struct store_options options = {.path = path, .clock = clock_system(), .read_only = true};
    if (store_open(&options, &store, &why) != ERR_OK) give_up(why.msg);
    const struct store_reader reader = {.context = out, .event = take};
    enum err e = store_read(store, &reader, &why);
    if (e != ERR_OK && e != ERR_TOO_BIG) give_up(why.msg);
    store_close(store);
}

int main(int argc, char **argv)
{
    uint64_t seconds = 0, size = 100;
    if (argc < 4 || !str_to_u64(str_from_c(argv[3]), &seconds) || seconds == 0 || seconds > 3600 ||
        (argc > 4 && (!str_to_u64(str_from_c(argv[4]), &size) || size == 0)))
        give_up("usage: bench_plain STORE SCRATCH SECONDS [ROWS-IN-A-TRANSACTION]");
    AUTO_ARENA arena = arena_new();
    struct taken taken = {.arena = arena, .rows = ARENA_ARRAY(arena, struct event_fact_row, ROWS_MAX)};
    read_rows(argv[1], &taken);
    if (taken.count < size) give_up("the store has fewer events than a transaction is to have");
    struct plain *plain = plain_open(argv[2]);
    const struct clock *clock = clock_system();
    int64_t start_ns = clock->monotonic_ns(clock), now_ns = start_ns;
    uint64_t appended = 0;
    for (uint32_t at = 0; now_ns - start_ns < (int64_t)seconds * 1000000000; now_ns = clock->monotonic_ns(clock)) {
        if (at + size > taken.count) at = 0;
        plain_append(plain, taken.rows + at, (uint32_t)size);
        at += (uint32_t)size;
        appended += size;
    }
    plain_close(plain);
    plain_remove(argv[2]);
    printf("{\"rows_per_s\": %.0f, \"rows\": %llu, \"text_bytes_each\": %.1f}\n",
           (double)appended / ((double)(now_ns - start_ns) / 1e9), (unsigned long long)appended,
           (double)taken.text_bytes / taken.count);
    return 0;
}
