/* suggest_half_lives.c — each decay of a group is tried with other half-lives, and learnt anew; the best is taken where it
 * foresees the outcomes of other records better beyond doubt. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "predict/suggest_internal.h"

#define CHOICE_DRAWS 200 /* for the interval by which a half-life is chosen */
#define UNIT_MINUTES_OF_A_DAY 1440

static const uint32_t half_lives_tried[] = {7, 14, 30, 60, 90, 180};
#define TRIED COUNT_OF(half_lives_tried)

/* Each decay of a group once: what decays alike in it is tried together. */
static void list_half_lives(struct suggesting *s)
{
    uint32_t rules = 0;
    for (uint32_t g = 0; g < s->score->group_count; g++) rules += s->score->groups[g].rule_count;
    s->out->half_lives = ARENA_ARRAY(s->arena, struct suggested_half_life, rules);
    for (uint32_t g = 0; g < s->score->group_count; g++)
        for (uint32_t r = 0; r < s->score->groups[g].rule_count; r++) {
            const struct rule *rule = &s->score->groups[g].rules[r];
            if (!rule->enabled || rule->kind != RULE_EVENT || rule->decay.shape == DECAY_NONE) continue;
            bool listed = false;
            for (uint32_t i = 0; i < s->out->half_life_count; i++) {
                const struct suggested_half_life *other = &s->out->half_lives[i];
                listed |= other->group == g && decay_equal(&other->now, &rule->decay);
            }
            if (!listed)
                s->out->half_lives[s->out->half_life_count++] =
                    (struct suggested_half_life){.group = g, .now = rule->decay};
        }
}

static bool is_tried_decay(const struct decay *decay, uint32_t days)
{
    return decay->shape == DECAY_HALF_LIFE &&
           (uint64_t)decay->period * decay->unit_minutes == (uint64_t)days * UNIT_MINUTES_OF_A_DAY;
}

static bool is_of_decay(const struct suggesting *s, uint32_t column, uint32_t group, const struct decay *decay)
{
    if (column >= s->units.place_count || s->units.places[column].group != group) return false;
    const struct rule *rule = &s->score->groups[group].rules[s->units.places[column].rule];
    return rule->kind == RULE_EVENT && decay_equal(&rule->decay, decay);
}

/* The tables with one decay in another way: only its columns differ. */
static void with_half_life(const struct suggesting *s, const struct half_life_trial *trial,
                           struct table out[PART_COUNT])
{
    for (int part = 0; part < PART_COUNT; part++) {
        const struct table *from = &s->tables[part];
        uint8_t *in_scope = memory_array(from->rows, sizeof *in_scope);
        float *value = memory_array((size_t)from->rows * s->units.columns, sizeof *value);
        rule_units_compute(&s->units, s->source, trial, s->examples[part], from->rows, s->options->threads,
                           watch_stop(s->options->watch), value, in_scope);
        out[part] = *from;
        out[part].value = memory_array((size_t)from->rows * from->columns, sizeof *value);
        memcpy(out[part].value, from->value, (size_t)from->rows * from->columns * sizeof *value);
        for (uint32_t c = 0; c < s->units.columns; c++) {
            if (!is_of_decay(s, c, trial->group, &trial->from)) continue;
            for (uint64_t r = 0; r < from->rows; r++)
                out[part].value[r * from->columns + c] = value[r * s->units.columns + c];
        }
        suggest_add_up(s, &out[part]);
        memory_free(in_scope);
        memory_free(value);
    }
}

/* The best of those tried takes the place of the present one where it is better beyond doubt. */
static enum err choose_half_life(struct suggesting *s, struct suggested_half_life *half_life, const double *present,
                                 struct err_info *why)
{
    struct table *judge = &s->tables[PART_JUDGE];
    double *probability = memory_array(judge->rows, sizeof *probability), least = units_log_loss(judge, present);
    struct bootstrap how = {.draws = CHOICE_DRAWS,
                            .confidence = 0.95,
                            .seed = s->options->seed,
                            .threads = s->options->threads,
                            .stop = watch_stop(s->options->watch)};
    enum err e = ERR_OK;
    for (size_t i = 0; i < TRIED && suggest_goes_on(s) && e == ERR_OK; i++) {
        struct half_life_trial trial = {half_life->group, half_life->now, half_lives_tried[i]};
        struct table tried[PART_COUNT];
        watch_tell(s->options->watch, "trying half-lives", s->decays_done * TRIED + i, s->out->half_life_count * TRIED);
        if (is_tried_decay(&half_life->now, trial.days)) continue;
        with_half_life(s, &trial, tried);
        e = units_forecast(&tried[PART_LEARN], &tried[PART_JUDGE], s->columns, s->out->penalty, s->options->threads,
                           probability, why);
        double loss = e == ERR_OK ? units_log_loss(judge, probability) : INFINITY;
        if (loss < least) {
            struct prediction was = {judge->rows, present, judge->happened, judge->weight, judge->record};
            struct interval apart[FIGURE_COUNT];
            quality_compare(&was, probability, &how, apart);
            half_life->days = trial.days;
            half_life->better = apart[FIGURE_LOG_LOSS];
            least = loss;
        }
        for (int part = 0; part < PART_COUNT; part++) memory_free(tried[part].value);
    }
    half_life->sure = half_life->days != 0 && half_life->better.low > 0;
    memory_free(probability);
    return e;
}

static void take_half_life(struct suggesting *s, const struct suggested_half_life *half_life)
{
    struct half_life_trial trial = {half_life->group, half_life->now, half_life->days};
    const struct group *group = &s->score->groups[half_life->group];
    struct table taken[PART_COUNT];
    with_half_life(s, &trial, taken);
    for (int part = 0; part < PART_COUNT; part++) {
        memory_free(s->tables[part].value);
        s->tables[part].value = taken[part].value;
    }
    for (uint32_t r = 0; r < group->rule_count; r++)
        if (group->rules[r].kind == RULE_EVENT && decay_equal(&group->rules[r].decay, &half_life->now))
            decay_put(s->draft, half_life->group, r,
                      (struct decay){DECAY_HALF_LIFE, 0, half_life->days, UNIT_MINUTES_OF_A_DAY});
}

enum err suggest_choose_half_lives(struct suggesting *s, struct err_info *why)
{
    const struct table *judge = &s->tables[PART_JUDGE];
    double *present = memory_array(judge->rows, sizeof *present);
    enum err e = ERR_OK;
    list_half_lives(s);
    for (uint32_t i = 0; i < s->out->half_life_count && suggest_goes_on(s) && e == ERR_OK; i++) {
        struct suggested_half_life *half_life = &s->out->half_lives[i];
        s->decays_done = i;
        e = units_forecast(&s->tables[PART_LEARN], judge, s->columns, s->out->penalty, s->options->threads, present,
                           why);
        if (e == ERR_OK) e = choose_half_life(s, half_life, present, why);
        if (e == ERR_OK && half_life->sure) take_half_life(s, half_life);
    }
    memory_free(present);
    return e;
}
