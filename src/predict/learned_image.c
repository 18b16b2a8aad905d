/* learned_image.c — what was learnt from tables as bytes, and back: see pass_learned in image_walk.h. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "predict/image_walk.h"

#define TREE_DEPTH_MAX 16

static void pass_encoding(struct image_walk *w, uint32_t features, struct encoding *encoding)
{
    pass_count(w, &encoding->count, LOGISTIC_COLUMNS_MAX);
    PASS_ARRAY(w, encoding->columns, encoding->count);
    for (uint32_t c = 0; c < encoding->count && w->err == ERR_OK; c++) {
        struct encoded_column *column = &encoding->columns[c];
        column->feature = passed_u32(w, column->feature, features - 1);
        column->how = (enum encode)passed_u32(w, column->how, ENCODE_MISSING);
        pass_finite(w, &column->low);
        pass_finite(w, &column->high);
        pass_finite(w, &column->fill);
        if (c > 0 && column->feature < column[-1].feature) pass_refuse(w, "its columns are in disorder");
    }
}

static void pass_logistic(struct image_walk *w, uint32_t columns, struct logistic *logistic)
{
    logistic->columns = columns;
    logistic->rounds = passed_u32(w, logistic->rounds, UINT32_MAX);
    pass_finite(w, &logistic->intercept);
    pass_finites(w, &logistic->coefficient, columns);
    pass_finites(w, &logistic->mean, columns);
    pass_finites(w, &logistic->deviation, columns);
}

static void write_trees(struct image_walk *w, struct boost *trees)
{
    AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
    if (w->err == ERR_OK) w->err = boost_save(trees, &bytes, w->why);
    passed_u32(w, (uint32_t)bytes.len, UINT32_MAX);
    buf_append(w->out, buf_str(&bytes));
}

static void read_trees(struct image_walk *w, uint32_t features, struct boost **trees)
{
    uint32_t length = 0;
    pass_count(w, &length, (uint32_t)BOOST_BYTES_MAX);
    if (w->err == ERR_OK) w->err = boost_load((struct str){w->in.at, length}, trees, w->why);
    if (w->err != ERR_OK) return;
    w->in = (struct str){w->in.at + length, w->in.len - length};
    if (boost_columns(*trees) != features) pass_refuse(w, "its trees are of other features");
}

static void pass_calibration(struct image_walk *w, struct learned *learned)
{
    struct isotonic *steps = &learned->steps;
    learned->has_steps = passed_u32(w, learned->has_steps, 1);
    pass_finite(w, &learned->curve.slope);
    pass_finite(w, &learned->curve.offset);
    pass_finite(w, &learned->base_then);
    pass_finite(w, &learned->base_now);
    bool has_moved = learned->base_then != 0 || learned->base_now != 0;
    bool may_move = learned->base_then > 0 && learned->base_then < 1 && learned->base_now > 0 && learned->base_now < 1;
    if (has_moved && !may_move) pass_refuse(w, "its base rate is none");
    if (!learned->has_steps) return;
    pass_count(w, &steps->count, MODEL_KNOTS_MAX);
    pass_finites(w, &steps->score, steps->count);
    pass_finites(w, &steps->probability, steps->count);
    if (steps->count == 0) pass_refuse(w, "its staircase has no steps");
    for (uint32_t k = 0; k < steps->count && w->err == ERR_OK; k++) {
        if (!(steps->probability[k] > 0 && steps->probability[k] < 1)) pass_refuse(w, "a step is no probability");
        if (k > 0 && (steps->score[k] <= steps->score[k - 1] || steps->probability[k] < steps->probability[k - 1]))
            pass_refuse(w, "its staircase falls");
    }
}

/* ---- Figures: any number, NAN is one of them. ---- */

void pass_interval(struct image_walk *w, struct interval *interval)
{
    pass_double(w, &interval->value);
    pass_double(w, &interval->low);
    pass_double(w, &interval->high);
}

static void pass_tenth(struct image_walk *w, struct tenth *tenth)
{
    double *const numbers[] = {&tenth->weight, &tenth->forecast, &tenth->observed, &tenth->low,
                               &tenth->high,   &tenth->lift,     &tenth->gain};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) pass_double(w, numbers[i]);
}

static void pass_figures(struct image_walk *w, struct learned *learned)
{
    struct quality *quality = &learned->quality;
    double *const brier[] = {&quality->brier.reliability, &quality->brier.resolution, &quality->brier.uncertainty,
                             &quality->brier.spread};
    pass_u64(w, &quality->examples);
    pass_double(w, &quality->weight);
    pass_double(w, &quality->positives);
    for (size_t i = 0; i < COUNT_OF(brier); i++) pass_double(w, brier[i]);
    for (int t = 0; t < TENTHS; t++) pass_tenth(w, &quality->tenths[t]);
    for (int f = 0; f < FIGURE_COUNT; f++) {
        pass_double(w, &quality->figures[f]);
        pass_interval(w, &learned->intervals[f]);
        pass_interval(w, &learned->against_base_rate[f]);
    }
}

static void pass_verdict(struct image_walk *w, struct learned *learned)
{
    struct str sentence = str_from_c(learned->sentence);
    learned->verdict = (enum verdict)passed_u32(w, learned->verdict, VERDICT_NO_SIGNAL);
    pass_str(w, &sentence);
    if (sentence.len >= sizeof learned->sentence) pass_refuse(w, "its verdict is too long");
    else if (sentence.len > 0 && memchr(sentence.at, 0, sentence.len) != NULL)
        pass_refuse(w, "its verdict ends amid it");
    else if (w->out == NULL && w->err == ERR_OK) memcpy(learned->sentence, sentence.at, sentence.len);
    for (enum example_side side = SIDE_NONE; side < SIDE_COUNT; side++) {
        pass_u64(w, &learned->sides[side].examples);
        pass_u64(w, &learned->sides[side].positives);
        pass_u64(w, &learned->sides[side].records);
    }
}

void pass_learned(struct image_walk *w, uint32_t columns, struct learned *learned)
{
    learned->columns = columns;
    pass_verdict(w, learned);
    learned->kind = (enum model_kind)passed_u32(w, learned->kind, MODEL_TREES);
    pass_i64(w, &learned->half_life_ms);
    pass_finite(w, &learned->penalty);
    learned->depth = passed_u32(w, learned->depth, TREE_DEPTH_MAX);
    if (w->err != ERR_OK) return;
    if (learned->kind == MODEL_LOGISTIC) {
        pass_encoding(w, columns, &learned->encoding);
        pass_logistic(w, learned->encoding.count, &learned->logistic);
    } else if (learned->kind == MODEL_NONE) {
        pass_refuse(w, "nothing was learnt");
    } else if (w->out != NULL) {
        write_trees(w, learned->boost);
    } else {
        read_trees(w, columns, &learned->boost);
    }
    pass_calibration(w, learned);
    pass_figures(w, learned);
}
