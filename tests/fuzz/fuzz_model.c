/* fuzz_model.c — whatever the body of a model is, it is refused with a sentence, or answers with probabilities.
 *
 * The input is a body: its head is put before it here, since nobody guesses a checksum. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/unicode.h"
#include "predict/model_image.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define ROWS 3

#define SCHEMA "contact: {region: string, branch: string, noise: number, told: string}"
#define DEFINITION               \
    "score: s\n"                 \
    "object: contact\n"          \
    "groups:\n"                  \
    "  - name: Web\n"            \
    "    category: engagement\n" \
    "    rules:\n"               \
    "      - {name: Pricing, event: pricing, points: 3}\n"

/* Rows of zeros, of numbers that nobody has, of what is missing. */
static void ask(const struct trained *trained)
{
    double probability[ROWS], base, log_odds;
    size_t features = trained->plan.count;
    float *value = memory_array(ROWS * features, sizeof *value);
    double *part = memory_array(features, sizeof *part);
    for (size_t f = 0; f < features; f++) {
        value[features + f] = 1e18F;
        value[2 * features + f] = NAN;
    }
    if (learned_probabilities(&trained->learned, value, ROWS, probability, NULL) == ERR_OK)
        for (int r = 0; r < ROWS; r++) INVARIANT(probability[r] >= 0 && probability[r] <= 1);
    if (learned_reasons(&trained->learned, value, &base, &log_odds, part, NULL) == ERR_OK)
        for (size_t f = 0; f < features; f++) part[f] += base; /* a sanitizer looks on */
    memory_free(value);
    memory_free(part);
}

static void check(const struct trained *trained)
{
    INVARIANT(trained->learned.kind == MODEL_LOGISTIC || trained->learned.kind == MODEL_TREES);
    INVARIANT(trained->object < OBJECT_COUNT && trained->horizon_ms > 0);
    INVARIANT(strnlen(trained->learned.sentence, sizeof trained->learned.sentence) < sizeof trained->learned.sentence);
    for (uint32_t f = 0; f < trained->plan.count; f++) {
        const struct feature *feature = &trained->plan.features[f];
        INVARIANT(unicode_valid(feature->name, NULL) && feature->events < trained->plan.kind_count);
        INVARIANT(feature->kind < FEATURE_RULE || feature->rule == 0);
    }
}

/* What was read can be written, and is then the same. */
static void write_again(const struct trained *trained, struct catalog *catalog, struct str image)
{
    AUTO_BUF again = BUF_INIT(MODEL_BYTES_MAX);
    INVARIANT(model_image_write(trained, catalog, &again, NULL) == ERR_OK);
    INVARIANT(trained->learned.kind == MODEL_TREES || str_equal(buf_str(&again), image));
}

/* For files that are read only now: what it asks for is declared, or the image is refused. */
static void declare(struct str image, struct arena *arena)
{
    struct model_needs needs;
    struct catalog *catalog = catalog_new();
    struct err_info why = {0};
    if (model_image_declare(image, catalog, arena, &needs, &why) != ERR_OK)
        INVARIANT(why.msg[0] != 0 && unicode_valid(str_from_c(why.msg), NULL));
    catalog_free(catalog);
}

static void append_head(struct buf *image, struct str body)
{
    uint64_t hash = str_hash(body, 0);
    buf_append_c(image, "plumb model 1\n");
    for (int i = 0; i < 8; i++) buf_append_char(image, (char)(hash >> (8 * i)));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct source schema_source = {.name = STR_INIT("schema.yaml"), .text = STR_INIT(SCHEMA)};
    static struct source score_source = {.name = STR_INIT("score.yaml"), .text = STR_INIT(DEFINITION)};
    struct str body = {(const char *)data, size};
    AUTO_ARENA arena = arena_new();
    AUTO_BUF image = BUF_INIT(MODEL_BYTES_MAX);
    struct catalog *catalog = catalog_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    struct definitions set;
    struct trained trained;
    struct err_info why = {0};
    catalog_read_schema(catalog, &schema_source, diagnostics);
    definitions_init(&set, arena, catalog);
    INVARIANT(definitions_parse(&set, &score_source, diagnostics) && definitions_check(&set, diagnostics));
    append_head(&image, body);
    buf_append(&image, body);
    if (model_image_read(buf_str(&image), catalog, &set, 0, arena, &trained, &why) == ERR_OK) {
        check(&trained);
        ask(&trained);
        write_again(&trained, catalog, buf_str(&image));
    } else {
        INVARIANT(why.msg[0] != 0 && unicode_valid(str_from_c(why.msg), NULL));
    }
    trained_release(&trained);
    catalog_free(catalog);
    declare(buf_str(&image), arena);
    return 0;
}
