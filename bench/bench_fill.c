/* bench_startup.c — how soon a store of many events is ready: bench_startup FOLDER [EVENTS].
 *
 * Writes a store into FOLDER once, with 20 events a contact, and then opens an engine over it several
 * times. Tells the seconds until it is ready, from the facts and from a snapshot, what reading the
 * store alone takes, and the memory. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/engine.h"

#define EVENTS_DEFAULT 10000000
#define EVENTS_EACH 20
#define BATCH 5000
#define ROUNDS 3

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_startup: %s\n", what);
    exit(1);
}

static double seconds_since(int64_t start_ns)
{
    return (double)(clock_system()->monotonic_ns(clock_system()) - start_ns) / 1e9;
}

static struct store *open_store(const char *path)
{
    struct store *store = NULL;
    struct err_info why = {0};
    const struct store_options options = {.path = path, .clock = clock_system()};
    if (store_open(&options, &store, &why) != ERR_OK) give_up(why.msg);
    return store;
}

static void append(struct store *store, const struct store_batch *batch)
{
    struct err_info why = {0};
    if (store_append(store, batch, &why) != ERR_OK) give_up(why.msg);
}

static void write_contacts(struct store *store, uint32_t contacts)
{
    for (uint32_t first = 0; first < contacts; first += BATCH) {
        AUTO_ARENA arena = arena_new();
        uint32_t count = contacts - first < BATCH ? contacts - first : BATCH;
        struct record_fact *records = ARENA_ARRAY(arena, struct record_fact, count);
        struct identifier_fact *identifiers = ARENA_ARRAY(arena, struct identifier_fact, count);
        struct version_fact_row *versions = ARENA_ARRAY(arena, struct version_fact_row, count);
        for (uint32_t i = 0; i < count; i++) {
            struct str id = arena_format(arena, "contact-%u", first + i);
            records[i] = (struct record_fact){.number = first + i, .id = id, .listed = true};
            identifiers[i] = (struct identifier_fact){.kind = IDENTIFIER_ID, .text = id, .contact = first + i};
            versions[i] = (struct version_fact_row){.record = first + i,
                                                    .property = STR("employees"),
                                                    .from_ms = INT64_C(1767607200000),
                                                    .text = arena_format(arena, "%u", (first + i) % 500)};
        }
        append(store, &(struct store_batch){.records = records,
                                            .record_count = count,
                                            .identifiers = identifiers,
                                            .identifier_count = count,
                                            .versions = versions,
                                            .version_count = count});
    }
}

static void write_events(struct store *store, uint32_t events, uint32_t contacts)
{
    static const char *const names[] = {"page_viewed", "email_opened", "demo_requested", "pricing_viewed"};
    for (uint32_t first = 0; first < events; first += BATCH) {
        AUTO_ARENA arena = arena_new();
        uint32_t count = events - first < BATCH ? events - first : BATCH;
        struct event_fact_row *rows = ARENA_ARRAY(arena, struct event_fact_row, count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t number = first + i, dice = number * 2654435761u;
            rows[i] = (struct event_fact_row){
                .number = number,
                .contact = (uint32_t)((uint64_t)dice * contacts >> 32),
                .at_ms = INT64_C(1733000000000) + number * INT64_C(3456),
                .received_ms = INT64_C(1733000000100) + number * INT64_C(3456),
                .name = str_from_c(names[dice & 3]),
                .message_id = arena_format(arena, "%08x-0b7e-4a52-9d1c-%012x", dice, number),
                .properties = arena_format(arena, "{\"path\":\"/p/%u\",\"title\":\"Pricing\"}", dice % 50),
            };
        }
        append(store, &(struct store_batch){.events = rows, .event_count = count});
        if (first % (BATCH * 40) == 0) store_checkpoint(store);
    }
    store_checkpoint(store);
}

static enum err count_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    (void)why;
    *(uint64_t *)context += fact->properties.len;
    return ERR_OK;
}

static double read_alone(struct store *store)
{
    struct err_info why = {0};
    uint64_t bytes = 0;
    const struct store_reader reader = {.context = &bytes, .event = count_event};
    int64_t start_ns = clock_system()->monotonic_ns(clock_system());
    if (store_read(store, &reader, &why) != ERR_OK) give_up(why.msg);
    return seconds_since(start_ns);
}

static double open_engine(struct store *store, const char *snapshot)
{
    struct err_info why = {0};
    struct engine *engine = NULL;
    const struct engine_options options = {
        .store = store, .clock = clock_system(), .threads = 2, .waiting_max = 100000, .snapshot_path = snapshot};
    int64_t start_ns = clock_system()->monotonic_ns(clock_system());
    if (engine_open(&options, &engine, &why) != ERR_OK || engine_wait_ready(engine, &why) != ERR_OK) give_up(why.msg);
    double took = seconds_since(start_ns);
    engine_close(engine);
    return took;
}

int main(int argc, char **argv)
{
    if (argc < 2) give_up("usage: bench_startup FOLDER [EVENTS]");
    AUTO_ARENA arena = arena_new();
    uint64_t events = EVENTS_DEFAULT;
    if (argc > 2 && !str_to_u64(str_from_c(argv[2]), &events)) give_up("EVENTS is a whole number");
    uint32_t contacts = (uint32_t)(events / EVENTS_EACH) + 1;
    const char *path = arena_format(arena, "%s/startup-%u.db", argv[1], (unsigned)events).at;
    bool is_new = access(path, F_OK) != 0;
    struct store *store = open_store(path);
    if (is_new) {
        write_contacts(store, contacts);
        write_events(store, (uint32_t)events, contacts);
    }
    printf("{\"events\": %u, \"read_s\": %.3f", (unsigned)events, read_alone(store));
    const char *snapshot = arena_format(arena, "%s.snapshot", path).at;
    unlink(snapshot);
    printf(", \"ready_from_facts_s\": %.3f", open_engine(store, snapshot)); /* which writes it when closed */
    fflush(stdout);
    for (int round = 0; round < ROUNDS; round++)
        printf(", \"ready_from_snapshot_s_%d\": %.3f", round, open_engine(store, snapshot));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf(", \"memory_mb\": %ld}\n", usage.ru_maxrss / 1024);
    store_close(store);
    return 0;
}
