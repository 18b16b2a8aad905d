/* fuzz_table_model.c — whatever the body of a model of a table is, it is refused with a sentence, or answers with
 * probabilities and reasons whatever the table holds.
 *
 * The input is a body: its head is put before it here, since nobody guesses a checksum. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/unicode.h"
#include "predict/flat_image.h"
#include "predict/flat_reasons.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define ROWS 3

/* A table with the columns that the model asks for: numbers, texts, nothing. */
static void make_table(const struct flat_trained *trained, struct flat *flat)
{
    static const struct str texts[ROWS] = {STR_INIT("1e300"), STR_INIT("a; B;2026-01-05"), STR_INIT("")};
    uint32_t inputs = trained->plan.input_count, count = inputs + (trained->plan.time.len > 0);
    struct str *names = memory_array(count, sizeof *names), *fields = memory_array(count, sizeof *fields);
    for (uint32_t i = 0; i < inputs; i++) names[i] = trained->plan.inputs[i];
    if (count > inputs) names[inputs] = trained->plan.time;
    flat_init(flat, names, count, trained->empty, trained->empty_count);
    for (int r = 0; r < ROWS; r++) {
        for (uint32_t i = 0; i < count; i++) fields[i] = texts[((uint32_t)r + i) % ROWS];
        INVARIANT(flat_add(flat, fields, NULL) == ERR_OK);
    }
    memory_free(names);
    memory_free(fields);
}

static void ask(const struct flat_trained *trained, struct arena *arena)
{
    struct flat flat;
    struct flat_asking asking;
    double probability[ROWS];
    make_table(trained, &flat);
    INVARIANT(flat_asking_begin(trained, &flat, arena, &asking, NULL) == ERR_OK);
    if (flat_ask(&asking, probability, NULL) == ERR_OK)
        for (uint32_t r = 0; r < ROWS; r++) {
            struct reasons reasons;
            INVARIANT(probability[r] >= 0 && probability[r] <= 1);
            if (flat_explain(&asking, r, REASONS_MAX, arena, &reasons, NULL) != ERR_OK) continue;
            for (uint32_t i = 0; i < reasons.for_count; i++) INVARIANT(unicode_valid(reasons.in_favour[i].words, NULL));
        }
    flat_release(&flat);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct str body = {(const char *)data, size};
    AUTO_ARENA arena = arena_new();
    AUTO_BUF image = BUF_INIT(MODEL_BYTES_MAX);
    AUTO_BUF again = BUF_INIT(MODEL_BYTES_MAX);
    struct flat_trained trained;
    struct err_info why = {0};
    INVARIANT(image_seal(IMAGE_OF_TABLE, body, &image, NULL) == ERR_OK);
    if (flat_image_read(buf_str(&image), arena, &trained, &why) == ERR_OK) {
        ask(&trained, arena);
        INVARIANT(flat_image_write(&trained, &again, NULL) == ERR_OK);
        INVARIANT(trained.learned.kind == MODEL_TREES || str_equal(buf_str(&again), buf_str(&image)));
    } else {
        INVARIANT(why.msg[0] != 0 && unicode_valid(str_from_c(why.msg), NULL));
    }
    flat_trained_release(&trained);
    return 0;
}
