/* flat_rows.c — rows of a table as numbers, as a plan says.
 *
 * What a feature makes of a text is found out once for each text of the column. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "predict/flat_plan.h"
#include "predict/mail.h"

#define NUMBER_LIMIT 1e18 /* a greater number is taken as this */

bool flat_is_yes(struct str folded)
{
    return str_equal(folded, STR("yes")) || str_equal(folded, STR("true"));
}

bool flat_is_no(struct str folded)
{
    return str_equal(folded, STR("no")) || str_equal(folded, STR("false"));
}

struct str flat_weekday(int64_t at_ms)
{
    static const struct str names[] = {STR_INIT("Monday"),   STR_INIT("Tuesday"), STR_INIT("Wednesday"),
                                       STR_INIT("Thursday"), STR_INIT("Friday"),  STR_INIT("Saturday"),
                                       STR_INIT("Sunday")};
    return names[((floor_div(at_ms, MS_PER_DAY) + 3) % 7 + 7) % 7];
}

enum column_kind flat_column_kind(enum flat_kind kind)
{
    switch (kind) {
    case FLAT_NUMBER: return COLUMN_NUMBER;
    case FLAT_DAYS:
    case FLAT_YES: return COLUMN_LINEAR;
    case FLAT_MEMBERS: return COLUMN_COUNT;
    case FLAT_WEEKDAY:
    case FLAT_IS:
    case FLAT_OTHER:
    case FLAT_MISSING:
    case FLAT_HAS:
    case FLAT_MAIL_FREE:
    case FLAT_MAIL_ROLE: break;
    }
    return COLUMN_LEVEL;
}

enum err flat_plan_bind(const struct flat_plan *plan, const struct flat *flat, uint32_t *inputs, uint32_t *time,
                        struct err_info *why)
{
    struct str missing = {0};
    for (uint32_t i = 0; i < plan->input_count; i++) {
        inputs[i] = flat_find(flat, plan->inputs[i]);
        if (inputs[i] == FLAT_NONE && missing.at == NULL) missing = plan->inputs[i];
    }
    *time = plan->time.len > 0 ? flat_find(flat, plan->time) : FLAT_NONE;
    if (plan->time.len > 0 && *time == FLAT_NONE && missing.at == NULL) missing = plan->time;
    return missing.at == NULL
               ? ERR_OK
               : err_set(why, ERR_NOT_FOUND, "the model asks for the column '" STR_FMT "', which is not in this table",
                         STR_ARG(missing));
}

uint32_t flat_times(const struct flat *flat, uint32_t column, int64_t *out)
{
    const struct flat_column *at = &flat->columns[column];
    uint32_t texts = intern_count(at->texts), known = 0;
    int64_t *times = memory_array(texts, sizeof *times);
    for (uint32_t t = 0; t < texts; t++)
        if (!instant_parse_loose(intern_at(at->texts, t), &times[t])) times[t] = FLAT_NO_TIME;
    for (uint32_t r = 0; r < flat->rows; r++) {
        out[r] = at->code[r] == FLAT_EMPTY ? FLAT_NO_TIME : times[at->code[r]];
        known += out[r] != FLAT_NO_TIME;
    }
    memory_free(times);
    return known;
}

/* ---- Numbers. ---- */

struct members {
    const struct flat_feature *features; /* of the same input, FLAT_IS */
    uint32_t count;
};

static bool is_named(const struct members *named, struct str folded)
{
    for (uint32_t f = 0; f < named->count; f++)
        if (named->features[f].kind == FLAT_IS && str_equal(named->features[f].text, folded)) return true;
    return false;
}

static double member_count(struct str folded, struct str wanted, bool *has)
{
    double count = 0;
    *has = false;
    while (folded.len > 0) {
        struct str member = str_trim(str_cut(&folded, ';'));
        count += member.len > 0;
        *has |= member.len > 0 && str_equal(member, wanted);
    }
    return count;
}

static double number_of(const struct flat_feature *feature, const struct members *named, struct str text,
                        struct str folded)
{
    double number = NAN;
    int64_t at_ms = 0;
    bool has = false;
    switch (feature->kind) {
    case FLAT_NUMBER: return str_to_double(text, &number) ? fmax(-NUMBER_LIMIT, fmin(number, NUMBER_LIMIT)) : NAN;
    case FLAT_DAYS: return instant_parse(text, &at_ms) ? (double)at_ms / MS_PER_DAY : NAN;
    case FLAT_WEEKDAY: return instant_parse(text, &at_ms) && str_equal(flat_weekday(at_ms), feature->text);
    case FLAT_YES: return flat_is_yes(folded) ? 1 : flat_is_no(folded) ? 0 : NAN;
    case FLAT_IS: return str_equal(folded, feature->text);
    case FLAT_OTHER: return !is_named(named, folded);
    case FLAT_MISSING: return 0;
    case FLAT_HAS: member_count(folded, feature->text, &has); return has;
    case FLAT_MEMBERS: return member_count(folded, feature->text, &has);
    case FLAT_MAIL_FREE: return mail_is_address(folded) && mail_is_free(folded);
    case FLAT_MAIL_ROLE: return mail_is_address(folded) && mail_is_of_role(folded);
    }
    return number;
}

/* Of a cell without a value. */
static float nothing_of(enum flat_kind kind)
{
    if (kind == FLAT_MISSING) return 1;
    return kind == FLAT_NUMBER || kind == FLAT_DAYS || kind == FLAT_YES ? NAN : 0;
}

/* In a table with a time: days from the date to it. */
static float days_before(float days, int64_t time_ms)
{
    return time_ms == FLAT_NO_TIME ? NAN : (float)((double)time_ms / MS_PER_DAY - (double)days);
}

void flat_rows_compute(const struct flat_plan *plan, const struct flat *flat, const uint32_t *inputs,
                       const int64_t *time_ms, const uint32_t *row, uint32_t rows, float *out)
{
    for (uint32_t f = 0, first = 0; f < plan->count; f++) {
        AUTO_ARENA scratch = arena_new();
        const struct flat_feature *feature = &plan->features[f];
        const struct flat_column *column = &flat->columns[inputs[feature->input]];
        while (plan->features[first].input != feature->input) first++;
        struct members named = {&plan->features[first], 0};
        while (first + named.count < plan->count && named.features[named.count].input == feature->input) named.count++;
        uint32_t texts = intern_count(column->texts);
        float *number = memory_array(texts, sizeof *number), nothing = nothing_of(feature->kind);
        for (uint32_t t = 0; t < texts; t++) {
            struct str text = intern_at(column->texts, t);
            number[t] = (float)number_of(feature, &named, text, unicode_fold(scratch, text));
        }
        for (uint32_t r = 0; r < rows; r++) {
            uint32_t code = column->code[row[r]];
            float *to = &out[(size_t)r * plan->count + f];
            *to = code == FLAT_EMPTY ? nothing : number[code];
            if (feature->kind == FLAT_DAYS && time_ms != NULL) *to = days_before(*to, time_ms[row[r]]);
        }
        memory_free(number);
    }
}
