/* bench_train.c — how long learning from many snapshots takes, and asking about everybody.
 *
 *     bench_train CONTACTS EVENTS SNAPSHOTS FEATURES MEMORY_MB THREADS KIND
 *
 * SNAPSHOTS examples of FEATURES numbers each are learnt from as tables (KIND: logistic, trees or auto); then a model is learnt
 * from a world of contacts and events, and everybody in it is asked about. Prints one JSON object. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/chance.h"
#include "base/clock.h"
#include "base/instant.h"
#include "predict/forecast.h"
#include "predict/logit.h"
#include "predict/thinning.h"
#include "world.h"

#define NOT_ZERO 0.4 /* of the numbers */
#define WORLD_HORIZON_DAYS 30

static double now_ms(void)
{
    const struct clock *clock = clock_system();
    return (double)clock->monotonic_ns(clock) / 1e6;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* Sparse counts; the outcome follows from a tenth of them. */
static void fill(struct table *table, uint64_t seed)
{
    for (uint64_t r = 0; r < table->rows; r++) {
        struct chance chance = chance_of(seed, r);
        double log_odds = -4.5;
        for (uint32_t c = 0; c < table->columns; c++) {
            float number = chance_unit(&chance) < NOT_ZERO ? (float)(1 + chance_below(&chance, 9)) : 0;
            table->value[r * table->columns + c] = number;
            if (c % 10 == 0) log_odds += (c % 20 == 0 ? 0.25 : -0.15) * (double)number;
        }
        table->happened[r] = chance_unit(&chance) < sigmoid(log_odds);
        table->weight[r] = 1;
        table->record[r] = (uint32_t)(r / 4);
        table->at_ms[r] = (int64_t)(r * (300 * (uint64_t)MS_PER_DAY / table->rows));
    }
}

static struct learning_options options_for(const char *kind, unsigned threads)
{
    return (struct learning_options){.without_trees = strcmp(kind, "logistic") == 0,
                                     .without_logistic = strcmp(kind, "trees") == 0,
                                     .seed = 1,
                                     .threads = threads,
                                     .bootstrap_draws = 200};
}

/* Three fifths learnt from, a fifth to calibrate, a fifth to judge by. */
static double learn_tables(uint64_t rows, uint32_t columns, const char *kind, unsigned threads, double *auc)
{
    static const uint64_t shares[SIDE_COUNT] = {0, 3, 1, 1};
    AUTO_ARENA arena = arena_new();
    struct table tables[SIDE_COUNT] = {0};
    enum column_kind *kinds = ARENA_ARRAY(arena, enum column_kind, columns);
    struct learning_options options = options_for(kind, threads);
    struct learned learned = {0};
    struct err_info why = {0};
    for (uint32_t c = 0; c < columns; c++) kinds[c] = COLUMN_COUNT;
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        table_init(&tables[side], rows * shares[side] / 5, columns, kinds);
        fill(&tables[side], side);
        learned.sides[side].examples = tables[side].rows;
        for (uint64_t r = 0; r < tables[side].rows; r++) learned.sides[side].positives += tables[side].happened[r];
    }
    double start = now_ms();
    INVARIANT(learn(tables, &options, arena, &learned, &why) == ERR_OK);
    double ms = now_ms() - start;
    *auc = learned.quality.figures[FIGURE_ROC_AUC];
    learned_release(&learned);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) table_release(&tables[side]);
    return ms;
}

/* Who books a meeting within a month, learnt from some of the world's contacts. */
struct asked {
    double train_ms, ask_ms;
    uint32_t features;
    uint64_t kept, bytes;
};

static void name_columns(struct catalog *catalog)
{
    for (int c = 0; c < WORLD_COLUMNS; c++) catalog_property(catalog, ENTITY_CONTACT, str_from_c(world_columns[c]));
    catalog_property(catalog, ENTITY_EVENT, STR("path"));
    catalog_property(catalog, ENTITY_EVENT, STR("form"));
}

static void find_outcome(const struct history *history, struct arena *arena, struct lifetime *lives)
{
    uint32_t most = 100000;
    struct dated_event *events = ARENA_ARRAY(arena, struct dated_event, most);
    for (uint32_t r = 0; r < history_records(history, ENTITY_CONTACT); r++) {
        uint32_t count = history_contact_events(history, r, WORLD_AS_OF_MS, most, events);
        lives[r] = (struct lifetime){.began_ms = history_first_fact(history, ENTITY_CONTACT, r), .happened_ms = NEVER};
        for (uint32_t e = 0; e < count && e < most && lives[r].happened_ms == NEVER; e++)
            if (str_equal(history_class_name(history, events[e].class_id), STR("meeting_booked")))
                lives[r].happened_ms = events[e].at_ms;
    }
}

static struct asked ask_everybody(const struct world *world, uint64_t memory_mb, const char *kind, unsigned threads)
{
    AUTO_ARENA arena = arena_new();
    struct catalog *catalog = catalog_new();
    struct history *history = NULL;
    struct err_info why = {0};
    struct trained trained;
    struct asked asked = {0};
    name_columns(catalog);
    struct history_builder *builder = history_builder_new(catalog);
    world_build(world, catalog, builder);
    history = history_builder_finish(builder, NULL);
    history_builder_free(builder);
    uint32_t records = history_records(history, ENTITY_CONTACT);
    struct lifetime *lives = ARENA_ARRAY(arena, struct lifetime, records);
    find_outcome(history, arena, lives);
    struct learning_options how = options_for(kind, threads);
    struct training_options options = {.examples = {.end_ms = WORLD_AS_OF_MS,
                                                    .horizon_ms = WORLD_HORIZON_DAYS * MS_PER_DAY,
                                                    .spacing_ms = 30 * MS_PER_DAY,
                                                    .per_record = 4,
                                                    .seed = 1},
                                       .split = SPLIT_DEFAULT,
                                       .without_trees = how.without_trees,
                                       .without_logistic = how.without_logistic,
                                       .memory_bytes = memory_mb << 20,
                                       .seed = 1,
                                       .threads = threads,
                                       .bootstrap_draws = 200};
    struct feature_source source = {.history = history, .object = ENTITY_CONTACT};
    double start = now_ms();
    INVARIANT(train_model(&source, lives, &options, arena, &trained, &why) == ERR_OK);
    asked.train_ms = now_ms() - start;
    asked.features = trained.plan.count;
    asked.kept = trained.memory.kept;
    asked.bytes = trained.memory.bytes;
    INVARIANT(trained.learned.kind != MODEL_NONE); /* the world has too few who did */
    struct training_example *everybody = memory_array(records, sizeof *everybody);
    double *probability = memory_array(records, sizeof *probability);
    for (uint32_t r = 0; r < records; r++)
        everybody[r] = (struct training_example){.record = r, .at_ms = WORLD_AS_OF_MS};
    start = now_ms();
    INVARIANT(forecast_many(&trained, &source, everybody, records, threads, NULL, probability, &why) == ERR_OK);
    asked.ask_ms = now_ms() - start;
    memory_free(everybody);
    memory_free(probability);
    trained_release(&trained);
    history_free(history);
    catalog_free(catalog);
    return asked;
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fputs("usage: bench_train CONTACTS EVENTS SNAPSHOTS FEATURES MEMORY_MB THREADS KIND\n", stderr);
        return 2;
    }
    struct world world = {
        .contacts = (uint32_t)strtoul(argv[1], NULL, 10), .events = strtoull(argv[2], NULL, 10), .seed = 7};
    uint64_t snapshots = strtoull(argv[3], NULL, 10), memory_mb = strtoull(argv[5], NULL, 10);
    uint32_t features = (uint32_t)strtoul(argv[4], NULL, 10);
    unsigned threads = (unsigned)strtoul(argv[6], NULL, 10);
    double auc = 0, learn_ms = learn_tables(snapshots, features, argv[7], threads, &auc), learn_peak = peak_mb();
    struct asked asked = ask_everybody(&world, memory_mb, argv[7], threads);
    printf("{\"kind\":\"%s\",\"snapshots\":%llu,\"features\":%u,\"learn_ms\":%.0f,\"learn_peak_mb\":%.0f,\"auc\":%.4f,"
           "\"contacts\":%u,\"events\":%llu,\"world_features\":%u,\"world_train_ms\":%.0f,\"world_kept\":%llu,"
           "\"world_bytes\":%llu,\"ask_ms\":%.0f,\"peak_mb\":%.0f}\n",
           argv[7], (unsigned long long)snapshots, features, learn_ms, learn_peak, auc, world.contacts,
           (unsigned long long)world.events, asked.features, asked.train_ms, (unsigned long long)asked.kept,
           (unsigned long long)asked.bytes, asked.ask_ms, peak_mb());
    return 0;
}
