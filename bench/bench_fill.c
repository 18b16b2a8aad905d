/* bench_fill.c — the benchmark's world as a store that a server can be started over.
 *
 *     bench_fill DIR CONTACTS EVENTS
 *
 * Writes DIR/plumb.db through the store's own door, so that it is what a server of some years would have. Events stand in
 * the order in which they happened and end now, because rules with windows are to see them. Contacts are known by the
 * userId that bench_client sends ("c00000042"). Prints one JSON object. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "store/store.h"
#include "world.h"

#define BATCH 5000
#define CHECKPOINT_ROWS 200000

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_fill: %s\n", what);
    exit(1);
}

static void append(struct store *store, const struct store_batch *batch)
{
    struct err_info why = {0};
    if (store_append(store, batch, &why) != ERR_OK) give_up(why.msg);
}

static uint32_t batch_of(uint64_t first, uint64_t all)
{
    return all - first < BATCH ? (uint32_t)(all - first) : BATCH;
}

static void write_contacts(struct store *store, const struct world *world, int64_t since_ms)
{
    for (uint32_t first = 0; first < world->contacts; first += BATCH) {
        AUTO_ARENA arena = arena_new();
        uint32_t count = batch_of(first, world->contacts);
        struct record_fact *records = ARENA_ARRAY(arena, struct record_fact, count);
        struct identifier_fact *identifiers = ARENA_ARRAY(arena, struct identifier_fact, count);
        struct version_fact_row *versions = ARENA_ARRAY(arena, struct version_fact_row, (size_t)count * WORLD_COLUMNS);
        size_t version_count = 0;
        for (uint32_t i = 0; i < count; i++) {
            char id_text[WORLD_VALUE_BYTES], values[WORLD_COLUMNS][WORLD_VALUE_BYTES];
            uint32_t contact = first + i;
            struct str id = arena_str(arena, world_contact_id(contact, id_text));
            records[i] = (struct record_fact){.number = contact, .id = id, .listed = true, .created_ms = since_ms};
            identifiers[i] =
                (struct identifier_fact){.kind = IDENTIFIER_USER, .text = id, .contact = contact, .since_ms = since_ms};
            world_contact(world, contact, values);
            for (size_t p = 0; p < WORLD_COLUMNS; p++) {
                if (values[p][0] == '\0') continue;
                versions[version_count++] = (struct version_fact_row){.record = contact,
                                                                      .property = str_from_c(world_columns[p]),
                                                                      .from_ms = since_ms,
                                                                      .text = arena_str(arena, str_from_c(values[p]))};
            }
        }
        append(store, &(struct store_batch){.records = records,
                                            .record_count = count,
                                            .identifiers = identifiers,
                                            .identifier_count = count,
                                            .versions = versions,
                                            .version_count = version_count});
    }
    store_checkpoint(store);
}

static void write_events(struct store *store, const struct world *world, int64_t since_ms)
{
    uint64_t state = world->seed, span_ms = (uint64_t)WORLD_DAYS * (uint64_t)MS_PER_DAY;
    for (uint64_t first = 0; first < world->events; first += BATCH) {
        AUTO_ARENA arena = arena_new();
        uint32_t count = batch_of(first, world->events);
        struct event_fact_row *rows = ARENA_ARRAY(arena, struct event_fact_row, count);
        for (uint32_t i = 0; i < count; i++) {
            struct world_event event = world_draw(world, &state);
            uint32_t number = (uint32_t)first + i;
            int64_t at_ms = since_ms + (int64_t)(span_ms / world->events * number);
            rows[i] = (struct event_fact_row){
                .number = number,
                .contact = event.contact,
                .at_ms = at_ms,
                .received_ms = at_ms + 100,
                .name = str_from_c(event.name),
                .message_id = arena_format(arena, "%08x-0b7e-4a52-9d1c-%012x", number * 2654435761u, number),
            };
            if (event.value != NULL)
                rows[i].properties = arena_format(arena, "{\"%s\":\"%s\"}", event.property, event.value);
        }
        append(store, &(struct store_batch){.events = rows, .event_count = count});
        if (first % CHECKPOINT_ROWS == 0) store_checkpoint(store);
    }
    store_checkpoint(store);
}

int main(int argc, char **argv)
{
    uint64_t contacts, events;
    if (argc != 4 || !str_to_u64(str_from_c(argv[2]), &contacts) || !str_to_u64(str_from_c(argv[3]), &events) ||
        contacts == 0 || contacts >= UINT32_MAX || events >= UINT32_MAX)
        give_up("usage: bench_fill DIR CONTACTS EVENTS");
    AUTO_ARENA arena = arena_new();
    const struct clock *clock = clock_system();
    const struct world world = {.contacts = (uint32_t)contacts, .events = events, .seed = 7};
    struct store_options options = {.path = arena_format(arena, "%s/plumb.db", argv[1]).at, .clock = clock};
    struct store *store;
    struct err_info why = {0};
    if (store_open(&options, &store, &why) != ERR_OK) give_up(why.msg);
    if (store_next_event(store) != 0) give_up("there are events in this store already");
    int64_t start_ns = clock->monotonic_ns(clock), since_ms = clock->now_ms(clock) - WORLD_DAYS * MS_PER_DAY;
    write_contacts(store, &world, since_ms);
    write_events(store, &world, since_ms);
    store_close(store);
    printf("{\"contacts\": %u, \"events\": %llu, \"seconds\": %.1f}\n", world.contacts, (unsigned long long)events,
           (double)(clock->monotonic_ns(clock) - start_ns) / 1e9);
    return 0;
}
