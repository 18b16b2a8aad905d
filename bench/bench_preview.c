/* bench_preview.c — how long an author waits to see who would move.
 *
 *     bench_preview DEFINITION CONTACTS EVENTS THREADS RUNS
 *
 * The benchmark's world is told to a live history and scored once. Then: the first preview, which freezes the
 * history and scores everybody twice, and RUNS more with points, limits and bands moved, as by a slider. Prints one
 * JSON object; `edited_ms` is the median. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "engine/bands.h"
#include "engine/preview.h"
#include "history/live_internal.h"
#include "world.h"

#define RUNS_MAX 1000

/* What an engine would have: the live history, what is in force, the bands that everybody is in. */
struct stage {
    struct arena *arena;
    struct catalog *catalog;
    struct live *live;
    struct edition edition;
    struct bands *bands;
    struct str text;
    unsigned threads;
};

static double now_ms(void)
{
    const struct clock *clock = clock_system();
    return (double)clock->monotonic_ns(clock) / 1e6;
}

static void load_definition(struct stage *stage)
{
    struct source *source = ARENA_NEW(stage->arena, struct source);
    *source = (struct source){.name = STR("benchmark"), .text = stage->text};
    struct diagnostics *diagnostics = ARENA_NEW(stage->arena, struct diagnostics);
    diagnostics_init(diagnostics, stage->arena);
    definitions_init(&stage->edition.set, stage->arena, stage->catalog);
    INVARIANT(definitions_parse(&stage->edition.set, source, diagnostics) &&
              definitions_check(&stage->edition.set, diagnostics));
    stage->edition.texts = ARENA_ARRAY(stage->arena, struct str, 1);
    stage->edition.texts[0] = stage->text;
}

/* ---- The world, fact by fact. ---- */

static void tell_contacts(struct live *live, const struct history *built)
{
    for (uint32_t c = 0; c < history_records(built, ENTITY_CONTACT); c++) {
        live_add_record(live, ENTITY_CONTACT, history_record_id(built, ENTITY_CONTACT, c), true);
        for (uint32_t p = 0; p < built->property_count; p++) {
            if (catalog_at(built->catalog, p)->entity != ENTITY_CONTACT) continue;
            const struct value *value = history_value(built, p, c, WORLD_AS_OF_MS);
            if (value != NULL) live_set(live, p, c, WORLD_AS_OF_MS - MS_PER_DAY, value->raw, STR("f"));
        }
    }
}

static void tell_events(struct live *live, const struct history *built)
{
    uint32_t row = 0;
    for (uint32_t c = 0; c < history_records(built, ENTITY_CONTACT); c++) {
        struct run run = events_of_contact(built, c);
        for (uint64_t e = run.first; e < run.first + run.count; e++) {
            const struct event_class *class = &built->classes[built->class_id[e]];
            struct event_property given[32];
            INVARIANT(class->property_count <= COUNT_OF(given));
            for (uint32_t i = 0; i < class->property_count; i++) {
                const struct class_property *pair = &class->properties[i];
                const struct dictionary *values = &built->event_properties[pair->property].values;
                given[i] = (struct event_property){pair->property, dictionary_at(values, pair->code)->raw};
            }
            struct event_fact fact = {.contact = c,
                                      .at_ms = built->minute[e] * MS_PER_MINUTE + built->ms[e],
                                      .name = class->name,
                                      .bot = class->bot,
                                      .properties = given,
                                      .property_count = class->property_count};
            struct err_info why = {0};
            INVARIANT(live_event(live, &fact, row + 1, row, NULL, &why) == ERR_OK);
            row++;
        }
    }
}

static void stage_open(struct stage *stage, const struct world *world)
{
    stage->catalog = catalog_new();
    load_definition(stage);
    struct history_builder *builder = history_builder_new(stage->catalog);
    world_build(world, stage->catalog, builder);
    struct history *built = history_builder_finish(builder, NULL);
    history_builder_free(builder);
    struct diagnostics *diagnostics = ARENA_NEW(stage->arena, struct diagnostics);
    diagnostics_init(diagnostics, stage->arena);
    INVARIANT(definitions_bind(&stage->edition.set, NULL, diagnostics));
    stage->live = live_new(stage->catalog);
    live_begin_alone(stage->live);
    tell_contacts(stage->live, built);
    tell_events(stage->live, built);
    live_commit(stage->live);
    history_free(built);
}

/* ---- The engine's part. ---- */

static void freeze(struct stage *stage, struct everybody *out)
{
    *out = (struct everybody){.edition = &stage->edition, .as_of_ms = WORLD_AS_OF_MS};
    out->history = live_freeze(stage->live);
    out->scan = scan_new(&stage->edition.set, out->history, NULL);
    const struct scan_options options = {.as_of_ms = WORLD_AS_OF_MS, .threads = stage->threads, .keep_signals = true};
    scan_run(out->scan, &options);
}

static void remember_bands(struct stage *stage)
{
    struct everybody everybody;
    freeze(stage, &everybody);
    const struct score_column *column = scan_results(everybody.scan, 0);
    const struct score *score = stage->edition.set.scores[0];
    stage->bands = bands_new();
    uint32_t number = bands_score(stage->bands, score->object, score->name);
    bands_begin(stage->bands);
    for (uint32_t r = 0; r < column->count; r++) {
        uint32_t band = column->known[r] ? band_of(score, column->total[r], BAND_NONE) : BAND_NONE;
        bands_put(stage->bands, number, r, band == BAND_NONE ? STR("") : score->bands[band].label);
    }
    bands_commit(stage->bands);
    scan_free(everybody.scan);
    history_free(everybody.history);
}

static uint32_t remembered(void *context, const struct edition *edition, uint32_t score, uint32_t record)
{
    const struct stage *stage = context;
    const struct score *definition = edition->set.scores[score];
    uint32_t number = bands_find_score(stage->bands, definition->object, definition->name);
    return number == UINT32_MAX ? BAND_NONE : bands_index(stage->bands, number, record, definition);
}

/* The text with one band, one limit and one rule moved. */
static struct str edited(struct stage *stage, unsigned run)
{
    static const char *const moved[] = {"{label: SQL, from: ", "max: 150", "points: "};
    const char *text = stage->text.at, *band = strstr(text, moved[run % COUNT_OF(moved)]);
    INVARIANT(band != NULL);
    while (*band < '0' || *band > '9') band++;
    const char *after = band;
    while (*after >= '0' && *after <= '9') after++;
    return arena_format(stage->arena, "%.*s%lu%s", (int)(band - text), text, strtoul(band, NULL, 10) + run % 7 + 1,
                        after);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double preview(struct stage *stage, struct preview_ground *ground, struct str text, struct preview *out)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    double start = now_ms();
    if (preview_draft(ground, text, STR(""), remembered, stage, arena, out, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        exit(1);
    }
    return now_ms() - start;
}

static void measure(struct stage *stage, unsigned runs)
{
    struct everybody everybody;
    struct preview shown;
    double took[RUNS_MAX], start = now_ms();
    freeze(stage, &everybody);
    struct preview_ground *ground =
        preview_ground_new(&everybody, stage->catalog, stage->threads, stage->edition.set.scores[0]->name);
    double ground_ms = now_ms() - start, draft_ms = preview(stage, ground, edited(stage, 0), &shown);
    uint64_t events = 0;
    for (unsigned r = 0; r < runs; r++) {
        took[r] = preview(stage, ground, edited(stage, r + 1), &shown);
        events += preview_events_read(ground);
    }
    qsort(took, runs, sizeof *took, ascending);
    printf("{\"ground_ms\": %.0f, \"first_ms\": %.0f, \"edited_ms\": %.1f, \"edited_least_ms\": %.1f, "
           "\"edited_most_ms\": %.1f, \"edited_events_read\": %llu, \"records\": %llu, \"moved\": %llu}\n",
           ground_ms, ground_ms + draft_ms, took[runs / 2], took[0], took[runs - 1], (unsigned long long)events,
           (unsigned long long)shown.records, (unsigned long long)shown.moved);
    preview_ground_free(ground);
    history_free(everybody.history);
}

int main(int argc, char **argv)
{
    unsigned runs = argc < 6 ? 0 : (unsigned)strtoul(argv[5], NULL, 10);
    if (runs < 1 || runs > RUNS_MAX) {
        fputs("usage: bench_preview DEFINITION CONTACTS EVENTS THREADS RUNS\n", stderr);
        return 2;
    }
    AUTO_ARENA arena = arena_new();
    struct stage stage = {.arena = arena, .threads = (unsigned)strtoul(argv[4], NULL, 10)};
    struct err_info why = {0};
    if (input_read_all(argv[1], YAML_BYTES_MAX, arena, &stage.text, &why) != ERR_OK) {
        fprintf(stderr, "%s\n", why.msg);
        return 1;
    }
    const struct world world = {
        .contacts = (uint32_t)strtoul(argv[2], NULL, 10), .events = strtoull(argv[3], NULL, 10), .seed = 7};
    stage_open(&stage, &world);
    remember_bands(&stage);
    measure(&stage, runs);
    bands_free(stage.bands);
    live_free(stage.live);
    catalog_free(stage.catalog);
    return 0;
}
