/* bench_live.c — what a fact costs a history that grows, and what the scores after it cost.
 *
 *     bench_live DEFINITION CONTACTS EVENTS
 *
 * The benchmark's world is built, then told to a live history: the first event of every contact,
 * then the second of every contact, and so on. Prints one JSON object. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/instant.h"
#include "history/live_internal.h"
#include "history/scan.h"
#include "history/scorer.h"
#include "world.h"

static double now_ns(void)
{
    const struct clock *clock = clock_system();
    return (double)clock->monotonic_ns(clock);
}

static void load_definition(struct arena *arena, struct str text, struct definitions *set)
{
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = STR("benchmark"), .text = text};
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    INVARIANT(definitions_parse(set, source, diagnostics) && definitions_check(set, diagnostics));
}

static void tell_event(struct live *live, const struct history *built, uint32_t contact, uint64_t event, uint32_t row)
{
    const struct event_class *class = &built->classes[built->class_id[event]];
    struct event_property given[32];
    INVARIANT(class->property_count <= COUNT_OF(given));
    for (uint32_t i = 0; i < class->property_count; i++) {
        const struct class_property *pair = &class->properties[i];
        const struct dictionary *values = &built->event_properties[pair->property].values;
        given[i] = (struct event_property){pair->property, dictionary_at(values, pair->code)->raw};
    }
    struct event_fact fact = {.contact = contact,
                              .at_ms = built->minute[event] * MS_PER_MINUTE + built->ms[event],
                              .name = class->name,
                              .bot = class->bot,
                              .properties = given,
                              .property_count = class->property_count};
    struct err_info why = {0};
    INVARIANT(live_event(live, &fact, row + 1, row, NULL, &why) == ERR_OK);
}

static void tell_contacts(struct live *live, const struct history *built)
{
    live_begin_alone(live);
    for (uint32_t c = 0; c < history_records(built, ENTITY_CONTACT); c++) {
        live_add_record(live, ENTITY_CONTACT, history_record_id(built, ENTITY_CONTACT, c), true);
        for (uint32_t p = 0; p < built->property_count; p++) {
            if (catalog_at(built->catalog, p)->entity != ENTITY_CONTACT) continue;
            const struct value *value = history_value(built, p, c, WORLD_AS_OF_MS);
            if (value != NULL) live_set(live, p, c, FOREVER, value->raw, STR(""));
        }
    }
    live_commit(live);
}

/* In batches of a thousand, or alone in one. Returns ns an event. */
static double tell_events(struct live *live, const struct history *built, bool alone)
{
    uint32_t row = 0, before = UINT32_MAX;
    double start = now_ns();
    if (alone) live_begin_alone(live);
    else live_begin(live);
    for (uint32_t k = 0; row != before; k++) {
        before = row;
        for (uint32_t c = 0; c < history_records(built, ENTITY_CONTACT); c++) {
            struct run run = events_of_contact(built, c);
            if (k >= run.count) continue;
            tell_event(live, built, c, run.first + k, row++);
            if (alone || row % 1000 != 0) continue;
            live_commit(live);
            live_begin(live);
        }
    }
    live_commit(live);
    return (now_ns() - start) / (row > 0 ? row : 1);
}

/* ns to score a contact with 20 events or nearly so. */
static double time_scorer(const struct definitions *set, const struct history *history, double *sum)
{
    enum { RUNS = 200000 };
    struct scorer *scorer = scorer_new(set, history);
    struct score_value value = {0};
    uint32_t who = 0;
    while (events_of_contact(history, who).count != 20) who++;
    scorer_score(scorer, ENTITY_CONTACT, &who, 1, WORLD_AS_OF_MS, &value);
    double start = now_ns();
    for (int i = 0; i < RUNS; i++) {
        scorer_score(scorer, ENTITY_CONTACT, &who, 1, WORLD_AS_OF_MS - i % 1000, &value);
        *sum += (double)value.total;
    }
    double ns = (now_ns() - start) / RUNS;
    scorer_free(scorer);
    return ns;
}

static void measure(const struct definitions *set, const struct history *built, bool alone)
{
    struct live *live = live_new(built->catalog);
    tell_contacts(live, built);
    double event_ns = tell_events(live, built, alone), start = now_ns(), sum = 0;
    struct history *frozen = live_freeze(live);
    double freeze_ms = (now_ns() - start) / 1e6;
    struct scan *scan = scan_new(set, frozen, NULL);
    struct scan_options options = {.as_of_ms = WORLD_AS_OF_MS, .threads = 1};
    scan_run(scan, &options);
    start = now_ns();
    scan_run(scan, &options);
    double scan_ms = (now_ns() - start) / 1e6, scorer_ns = time_scorer(set, live_history(live), &sum);
    printf("{\"alone\": %d, \"event_ns\": %.0f, \"bytes_an_event\": %.1f, \"freeze_ms\": %.2f, \"scan_ms\": %.2f, "
           "\"scorer_ns\": %.0f, \"sum\": %.0f}\n",
           alone, event_ns, (double)live->events.end * 16 / (double)history_events(frozen), freeze_ms, scan_ms,
           scorer_ns, sum);
    scan_free(scan);
    history_free(frozen);
    live_free(live);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: bench_live DEFINITION CONTACTS EVENTS\n", stderr);
        return 2;
    }
    AUTO_ARENA arena = arena_new();
    struct str text;
    struct err_info why = {0};
    if (input_read_all(argv[1], YAML_BYTES_MAX, arena, &text, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        return 1;
    }
    struct world world = {
        .contacts = (uint32_t)strtoul(argv[2], NULL, 10), .events = strtoull(argv[3], NULL, 10), .seed = 7};
    struct catalog *catalog = catalog_new();
    struct definitions set;
    definitions_init(&set, arena, catalog);
    load_definition(arena, text, &set);
    struct history_builder *builder = history_builder_new(catalog);
    world_build(&world, catalog, builder);
    struct history *built = history_builder_finish(builder, NULL);
    history_builder_free(builder);
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    INVARIANT(definitions_bind(&set, NULL, diagnostics));
    measure(&set, built, false);
    measure(&set, built, true);
    history_free(built);
    catalog_free(catalog);
    return 0;
}
