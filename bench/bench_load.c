/* bench_load.c — how long reading files into a history takes.
 *
 *     bench_load DEFINITION CONTACTS.csv EVENTS-FILE
 *
 * The definition decides which columns are kept. Prints one JSON object. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "base/clock.h"
#include "base/input.h"
#include "core/definition.h"
#include "files/load.h"

static double now_ms(void)
{
    const struct clock *clock = clock_system();
    return (double)clock->monotonic_ns(clock) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: bench_load DEFINITION CONTACTS EVENTS\n", stderr);
        return 2;
    }
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct source source = {.name = str_from_c(argv[1])};
    if (input_read_all(argv[1], YAML_BYTES_MAX, arena, &source.text, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        return 1;
    }
    struct catalog *catalog = catalog_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    struct definitions set;
    diagnostics_init(diagnostics, arena);
    definitions_init(&set, arena, catalog);
    INVARIANT(definitions_parse(&set, &source, diagnostics));
    const char *events[] = {argv[3]};
    struct load_options options = {.contacts = argv[2], .events = events, .event_file_count = 1};
    struct rejects *rejects = rejects_new(false);
    struct history *history = NULL;
    struct load_summary summary;
    double start = now_ms();
    if (load_history(&options, catalog, rejects, &history, NULL, &summary, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        return 1;
    }
    double ms = now_ms() - start;
    printf("{\"load_ms\": %.1f, \"bytes\": %llu, \"rows\": %llu}\n", ms, (unsigned long long)summary.bytes,
           (unsigned long long)(summary.rows[ENTITY_CONTACT] + summary.rows[ENTITY_EVENT]));
    history_free(history);
    rejects_free(rejects);
    catalog_free(catalog);
    return 0;
}
