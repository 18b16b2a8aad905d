/* bench_score.c — how long scoring everybody takes, beside merely reading the columns.
 *
 *     bench_score DEFINITION CONTACTS EVENTS THREADS RUNS [TOTALS]
 *
 * Prints one JSON object of medians. TOTALS gets "contact,micro" lines, for comparing with
 * another engine's answer. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "history/scan.h"
#include "world.h"

struct loaded {
    struct definitions set;
    const struct source *source;
};

/* Parse `text` as the definition, with its points multiplied where `edit` asks. */
static void load_definition(struct arena *arena, struct catalog *catalog, struct str text, struct loaded *out)
{
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = STR("benchmark"), .text = text};
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    definitions_init(&out->set, arena, catalog);
    INVARIANT(definitions_parse(&out->set, source, diagnostics));
    INVARIANT(definitions_check(&out->set, diagnostics));
    out->source = source;
}

static void bind(struct arena *arena, struct loaded *loaded)
{
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    INVARIANT(definitions_bind(&loaded->set, NULL, diagnostics));
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *ms, int count)
{
    qsort(ms, (size_t)count, sizeof *ms, ascending);
    return ms[count / 2];
}

static double now_ms(void)
{
    const struct clock *clock = clock_system();
    return (double)clock->monotonic_ns(clock) / 1e6;
}

static double time_scan(struct scan *scan, unsigned threads, bool keep, int runs)
{
    double ms[101];
    struct scan_options options = {.as_of_ms = WORLD_AS_OF_MS, .threads = threads, .keep_signals = keep};
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        scan_run(scan, &options);
        ms[i] = now_ms() - start;
    }
    return median(ms, runs);
}

static double time_read(const struct history *history, unsigned threads, int runs)
{
    double ms[101];
    volatile uint64_t sink = 0;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        sink += history_read_columns(history, threads);
        ms[i] = now_ms() - start;
    }
    return median(ms, runs);
}

/* An edit of one rule's points: compile the edited definition over the kept signals. */
static double time_edit(struct arena *arena, const struct history *history, struct catalog *catalog, struct str text,
                        struct scan *scan, unsigned threads, int runs, uint64_t *events_read)
{
    double ms[101];
    struct scan_options options = {.as_of_ms = WORLD_AS_OF_MS, .threads = threads, .keep_signals = true};
    char *edited = arena_alloc(arena, text.len + 1);
    memcpy(edited, text.at, text.len);
    char *points = strstr(edited, "points: 20, count: once}");
    INVARIANT(points != NULL);
    for (int i = 0; i < runs; i++) {
        points[8] = (char)('1' + i % 8);
        struct loaded *loaded = ARENA_NEW(arena, struct loaded);
        load_definition(arena, catalog, (struct str){edited, text.len}, loaded);
        bind(arena, loaded);
        double start = now_ms();
        scan = scan_new(&loaded->set, history, scan);
        scan_run(scan, &options);
        ms[i] = now_ms() - start;
        *events_read = scan_events_read(scan);
    }
    scan_free(scan);
    return median(ms, runs);
}

static void write_totals(const struct scan *scan, const struct history *history, const char *path)
{
    FILE *out = fopen(path, "w");
    INVARIANT(out != NULL);
    const struct score_column *column = scan_results(scan, 0);
    for (uint32_t i = 0; i < column->count; i++)
        fprintf(out, STR_FMT ",%lld\n", STR_ARG(history_record_id(history, ENTITY_CONTACT, i)),
                (long long)column->total[i]);
    INVARIANT(fclose(out) == 0);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fputs("usage: bench_score DEFINITION CONTACTS EVENTS THREADS RUNS [TOTALS]\n", stderr);
        return 2;
    }
    AUTO_ARENA arena = arena_new();
    struct world world = {
        .contacts = (uint32_t)strtoul(argv[2], NULL, 10), .events = strtoull(argv[3], NULL, 10), .seed = 7};
    unsigned threads = (unsigned)strtoul(argv[4], NULL, 10);
    int runs = (int)strtol(argv[5], NULL, 10);
    INVARIANT(runs >= 1 && runs <= 101);
    struct str text;
    struct err_info why = {0};
    if (input_read_all(argv[1], YAML_BYTES_MAX, arena, &text, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        return 1;
    }
    struct catalog *catalog = catalog_new();
    struct loaded loaded;
    load_definition(arena, catalog, text, &loaded);
    struct history_builder *builder = history_builder_new(catalog);
    double start = now_ms();
    world_build(&world, catalog, builder);
    struct history *history = history_builder_finish(builder, NULL);
    double build_ms = now_ms() - start;
    history_builder_free(builder);
    bind(arena, &loaded);
    struct scan *scan = scan_new(&loaded.set, history, NULL);
    double read_ms = time_read(history, threads, runs);
    double first_ms = time_scan(scan, threads, false, 1);
    double scan_ms = time_scan(scan, threads, false, runs);
    if (argc > 6) write_totals(scan, history, argv[6]);
    double keep_ms = time_scan(scan, threads, true, 1);
    uint64_t events_read = 0;
    double edit_ms = time_edit(arena, history, catalog, text, scan, threads, runs, &events_read);
    double events = (double)history_events(history);
    printf("{\"contacts\": %u, \"events\": %.0f, \"threads\": %u, \"classes\": %u, \"build_ms\": %.0f, \"read_ms\": "
           "%.3f, \"first_ms\": %.3f, "
           "\"scan_ms\": %.3f, \"scan_per_read\": %.2f, \"ns_per_event\": %.3f, \"keep_ms\": %.3f, \"edit_ms\": %.3f, "
           "\"edit_events_read\": %llu, \"event_bytes_each\": %.2f, \"property_bytes\": %llu}\n",
           world.contacts, events, threads, history_event_classes(history), build_ms, read_ms, first_ms, scan_ms,
           scan_ms / read_ms, scan_ms * 1e6 / events, keep_ms, edit_ms, (unsigned long long)events_read,
           (double)history_event_bytes(history) / events, (unsigned long long)history_property_bytes(history));
    history_free(history);
    catalog_free(catalog);
    return 0;
}
