/* flat_image.c — see flat_image.h; how a walk goes in both directions says image_walk.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_image.h"

#define EMPTY_MAX 1000

static void pass_story(struct image_walk *w, struct flat_trained *trained)
{
    pass_str(w, &trained->outcome);
    pass_str(w, &trained->positive);
    pass_str(w, &trained->id);
    pass_count(w, &trained->empty_count, EMPTY_MAX);
    PASS_ARRAY(w, trained->empty, trained->empty_count);
    for (uint32_t i = 0; i < trained->empty_count; i++) pass_str(w, &trained->empty[i]);
    trained->in_time = passed_u32(w, trained->in_time, 1);
    trained->folds = passed_u32(w, trained->folds, FLAT_FOLDS_MAX);
    pass_u64(w, &trained->seed);
    pass_u64(w, &trained->rows);
    pass_u64(w, &trained->positives);
    pass_u64(w, &trained->without_outcome);
    pass_u64(w, &trained->without_time);
    pass_i64(w, &trained->begins_ms);
    pass_i64(w, &trained->test_begins_ms);
    pass_i64(w, &trained->ends_ms);
    for (int q = 0; q < QUARTERS - 1; q++) pass_double(w, &trained->cuts.least[q]);
}

static void pass_plan(struct image_walk *w, struct flat_plan *plan)
{
    pass_str(w, &plan->time);
    pass_count(w, &plan->input_count, FLAT_COLUMNS_MAX);
    pass_count(w, &plan->count, FLAT_FEATURES_MAX);
    if (plan->input_count == 0 || plan->count == 0) pass_refuse(w, "it has no features");
    PASS_ARRAY(w, plan->inputs, plan->input_count);
    PASS_ARRAY(w, plan->features, plan->count);
    for (uint32_t i = 0; i < plan->input_count; i++) pass_str(w, &plan->inputs[i]);
    for (uint32_t f = 0; f < plan->count && w->err == ERR_OK; f++) {
        struct flat_feature *feature = &plan->features[f];
        feature->kind = (enum flat_kind)passed_u32(w, feature->kind, FLAT_KIND_COUNT - 1);
        feature->input = passed_u32(w, feature->input, plan->input_count - 1);
        pass_str(w, &feature->text);
        pass_str(w, &feature->name);
        if (f > 0 && feature->input < feature[-1].input) pass_refuse(w, "its features are in disorder");
    }
}

static void pass_leaks(struct image_walk *w, struct flat_trained *trained)
{
    pass_count(w, &trained->leaks.count, FLAT_COLUMNS_MAX);
    PASS_ARRAY(w, trained->leaks.at, trained->leaks.count);
    for (uint32_t i = 0; i < trained->leaks.count && w->err == ERR_OK; i++) {
        struct flat_leak *leak = &trained->leaks.at[i];
        leak->kind = (enum flat_leak_kind)passed_u32(w, leak->kind, FLAT_LEAK_OVERWRITTEN);
        pass_str(w, &leak->column);
        pass_str(w, &leak->sentence);
    }
    pass_count(w, &trained->left_out_count, 2 * FLAT_COLUMNS_MAX);
    PASS_ARRAY(w, trained->left_out, trained->left_out_count);
    for (uint32_t i = 0; i < trained->left_out_count && w->err == ERR_OK; i++) {
        pass_str(w, &trained->left_out[i].name);
        trained->left_out[i].why = (enum flat_without)passed_u32(w, trained->left_out[i].why, FLAT_WITHOUT_COUNT - 1);
    }
}

static void pass_model(struct image_walk *w, struct flat_trained *trained)
{
    pass_story(w, trained);
    pass_plan(w, &trained->plan);
    pass_leaks(w, trained);
    pass_learned(w, trained->plan.count, &trained->learned);
}

enum err flat_image_write(const struct flat_trained *trained, struct buf *out, struct err_info *why)
{
    INVARIANT(trained->learned.kind != MODEL_NONE);
    AUTO_BUF body = BUF_INIT(MODEL_BYTES_MAX);
    struct flat_trained written = *trained; /* a walk that writes changes nothing, but may */
    struct image_walk walk = {.out = &body, .why = why};
    pass_model(&walk, &written);
    if (walk.err != ERR_OK) return walk.err;
    if (body.failed) return err_set(why, ERR_TOO_BIG, "a model is over %zu bytes", body.ceiling);
    return image_seal(IMAGE_OF_TABLE, buf_str(&body), out, why);
}

enum err flat_image_read(struct str bytes, struct arena *arena, struct flat_trained *out, struct err_info *why)
{
    struct image_walk walk = {.arena = arena, .why = why};
    *out = (struct flat_trained){0};
    walk.err = image_open(IMAGE_OF_TABLE, bytes, &walk.in, why);
    if (walk.err == ERR_OK) pass_model(&walk, out);
    if (walk.err == ERR_OK && walk.in.len > 0) pass_refuse(&walk, "there is something behind its end");
    if (walk.err != ERR_OK) flat_trained_release(out);
    return walk.err;
}
