/* flat_reasons.c — see flat_reasons.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_reasons.h"

#include <math.h>

#include "base/unicode.h"

#define ROWS_AT_ONCE 65536
#define CELLS_SHOWN 60 /* of a text */

enum err flat_asking_begin(const struct flat_trained *trained, const struct flat *flat, struct arena *arena,
                           struct flat_asking *out, struct err_info *why)
{
    uint32_t time = FLAT_NONE;
    *out = (struct flat_asking){.trained = trained,
                                .flat = flat,
                                .inputs = ARENA_ARRAY(arena, uint32_t, trained->plan.input_count),
                                .arena = arena};
    enum err err = flat_plan_bind(&trained->plan, flat, out->inputs, &time, why);
    if (err != ERR_OK || time == FLAT_NONE) return err;
    out->time_ms = ARENA_ARRAY(arena, int64_t, flat->rows);
    flat_times(flat, time, out->time_ms);
    return ERR_OK;
}

enum err flat_ask(const struct flat_asking *asking, double *out, struct err_info *why)
{
    const struct flat_plan *plan = &asking->trained->plan;
    uint32_t all = asking->flat->rows, room = all < ROWS_AT_ONCE ? all : ROWS_AT_ONCE;
    float *value = memory_array((size_t)room * plan->count, sizeof *value);
    uint32_t *row = memory_array(room, sizeof *row);
    enum err err = ERR_OK;
    for (uint32_t first = 0; first < all && err == ERR_OK; first += ROWS_AT_ONCE) {
        uint32_t rows = all - first < room ? all - first : room;
        for (uint32_t r = 0; r < rows; r++) row[r] = first + r;
        flat_rows_compute(plan, asking->flat, asking->inputs, asking->time_ms, row, rows, value);
        err = learned_probabilities(&asking->trained->learned, value, rows, out + first, why);
    }
    memory_free(value);
    memory_free(row);
    return err;
}

/* ---- Reasons. ---- */

struct telling {
    const struct flat_asking *asking;
    uint32_t row;
    const float *value; /* [plan.count] */
    struct arena *arena;
};

/* The features about an input: the first, and how many. */
static uint32_t features_of(const struct flat_plan *plan, uint32_t input, uint32_t *count)
{
    uint32_t first = 0;
    while (first < plan->count && plan->features[first].input != input) first++;
    *count = 0;
    while (first + *count < plan->count && plan->features[first + *count].input == input) (*count)++;
    return first;
}

static struct str mail_words(const struct telling *t, uint32_t first, uint32_t count)
{
    const struct flat_plan *plan = &t->asking->trained->plan;
    for (uint32_t f = first; f < first + count; f++) {
        if (plan->features[f].kind == FLAT_MAIL_FREE && t->value[f] == 1) return STR("is of a free provider");
        if (plan->features[f].kind == FLAT_MAIL_ROLE && t->value[f] == 1) return STR("is a function's, not a person's");
    }
    return STR("is a person's of a domain of its own");
}

static void put_reason(void *context, uint32_t input, struct reason *out)
{
    const struct telling *t = context;
    const struct flat_plan *plan = &t->asking->trained->plan;
    uint32_t count = 0, first = features_of(plan, input, &count);
    struct str name = plan->inputs[input], text = flat_text(t->asking->flat, t->asking->inputs[input], t->row);
    struct str shown = unicode_cut(text, CELLS_SHOWN);
    bool is_mail = plan->features[first].kind == FLAT_MAIL_FREE;
    out->subject = arena_str(t->arena, name);
    if (text.at == NULL) out->words = arena_format(t->arena, STR_FMT " is not known", STR_ARG(name));
    else if (is_mail)
        out->words = arena_format(t->arena, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(mail_words(t, first, count)));
    else
        out->words = arena_format(t->arena, STR_FMT " is " STR_FMT "%s", STR_ARG(name), STR_ARG(shown),
                                  shown.len < text.len ? "\u2026" : "");
}

enum err flat_explain(const struct flat_asking *asking, uint32_t row, uint32_t most, struct arena *arena,
                      struct reasons *out, struct err_info *why)
{
    const struct flat_plan *plan = &asking->trained->plan;
    struct telling telling = {.asking = asking, .row = row, .arena = arena};
    float *value = ARENA_ARRAY(arena, float, plan->count);
    double *adds = ARENA_ARRAY(arena, double, plan->count);
    struct reason_part *parts = ARENA_ARRAY(arena, struct reason_part, plan->input_count);
    telling.value = value;
    *out = (struct reasons){0};
    flat_rows_compute(plan, asking->flat, asking->inputs, asking->time_ms, &row, 1, value);
    enum err err = learned_reasons(&asking->trained->learned, value, &out->base, &out->log_odds, adds, why);
    if (err != ERR_OK) return err;
    for (uint32_t i = 0; i < plan->input_count; i++) parts[i].subject = i;
    for (uint32_t f = 0; f < plan->count; f++) parts[plan->features[f].input].adds += adds[f];
    reasons_choose(&asking->trained->learned, parts, plan->input_count, most, put_reason, &telling, out);
    return ERR_OK;
}
