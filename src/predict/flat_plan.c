/* flat_plan.c — what each column of a table is, and which numbers it becomes.
 *
 * Texts are surveyed once for each different one, with how many rows have it. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/list.h"
#include "base/unicode.h"
#include "predict/mail.h"

#define MOSTLY 0.95      /* share of the cells with a value that say what a column is */
#define LIST_SHARE 0.05  /* likewise, with a ';' in it, that make a list */
#define CLOCK_LIKE 0.98  /* correlation with the time from which on a number is one */
#define MEMBERS_MAX 1000 /* of one cell; further ones are not looked at */

struct planning {
    const struct flat *flat;
    const uint32_t *row;
    uint32_t rows, support_min;
    const int64_t *time_ms; /* NULL: none */
    struct arena *arena;
    LIST(struct flat_feature) features;
    LIST(struct str) inputs;
};

/* A text that is met, however it is written. */
struct met {
    struct str folded;
    struct str shown; /* as it is written first */
    uint32_t rows;
};

struct survey {
    const struct flat_column *column;
    struct intern *folded;
    LIST(struct met) met; /* by the code in `folded` */
    uint32_t known, numbers, dates, yes_or_no, mails, lists;
    struct arena *scratch;
};

static void note(struct survey *s, struct str folded, struct str shown, uint32_t rows)
{
    uint32_t code = intern_find(s->folded, folded);
    if (code == INTERN_NONE) {
        code = intern_add(s->folded, folded);
        *LIST_ADD(&s->met) = (struct met){.folded = intern_at(s->folded, code), .shown = shown};
    }
    INVARIANT(code < s->met.count && s->met.at != NULL);
    s->met.at[code].rows += rows;
}

static void look_at_text(struct survey *s, struct str text, uint32_t rows)
{
    double number;
    int64_t at_ms;
    struct str folded = unicode_fold(s->scratch, text);
    s->known += rows;
    s->numbers += str_to_double(text, &number) ? rows : 0;
    s->dates += instant_parse(text, &at_ms) ? rows : 0;
    s->yes_or_no += flat_is_yes(folded) || flat_is_no(folded) ? rows : 0;
    s->mails += mail_is_address(folded) ? rows : 0;
    s->lists += str_contains(folded, STR(";")) ? rows : 0;
    note(s, folded, text, rows);
}

static void survey_begin(struct survey *s, const struct planning *p, uint32_t column)
{
    *s = (struct survey){.column = &p->flat->columns[column], .folded = intern_new(), .scratch = arena_new()};
    uint32_t texts = intern_count(s->column->texts);
    uint32_t *rows = memory_array(texts, sizeof *rows);
    for (uint32_t r = 0; r < p->rows; r++) {
        uint32_t code = s->column->code[p->row[r]];
        if (code != FLAT_EMPTY) rows[code]++;
    }
    for (uint32_t t = 0; t < texts; t++)
        if (rows[t] > 0) look_at_text(s, intern_at(s->column->texts, t), rows[t]);
    memory_free(rows);
}

static void survey_end(struct survey *s)
{
    intern_free(s->folded);
    arena_free(s->scratch);
    LIST_RELEASE(&s->met);
}

/* ---- Features. ---- */

static void add(struct planning *p, const struct survey *s, enum flat_kind kind, struct str text, const char *words,
                struct str shown)
{
    if (p->features.count == FLAT_FEATURES_MAX) return;
    struct flat_feature feature = {.kind = kind, .input = (uint32_t)p->inputs.count, .text = arena_str(p->arena, text)};
    feature.name = arena_format(p->arena, STR_FMT "%s" STR_FMT, STR_ARG(s->column->name), words, STR_ARG(shown));
    *LIST_ADD(&p->features) = feature;
}

static int most_first(const void *a, const void *b)
{
    const struct met *x = a, *y = b;
    if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
    return str_compare(x->folded, y->folded);
}

/* Those with support by name; returns how many rows they cover. */
static uint64_t add_met(struct planning *p, struct survey *s, enum flat_kind kind, const char *words, bool dry)
{
    uint64_t covered = 0;
    if (s->met.count > 1) qsort(s->met.at, s->met.count, sizeof *s->met.at, most_first);
    for (uint64_t i = 0; i < s->met.count && i < FLAT_VALUES_MAX && s->met.at[i].rows >= p->support_min; i++) {
        covered += s->met.at[i].rows;
        if (!dry) add(p, s, kind, s->met.at[i].folded, words, s->met.at[i].shown);
    }
    return covered;
}

static void add_category(struct planning *p, struct survey *s)
{
    uint64_t covered = add_met(p, s, FLAT_IS, " is ", true);
    if (covered * 2 >= s->known) {
        add_met(p, s, FLAT_IS, " is ", false);
        if (s->known - covered >= p->support_min) add(p, s, FLAT_OTHER, STR(""), " is something else", STR(""));
    }
    if (p->rows - s->known >= p->support_min && s->known >= p->support_min)
        add(p, s, FLAT_MISSING, STR(""), " is missing", STR(""));
}

/* The texts are lists: what is met are their members. */
static void add_list(struct planning *p, struct survey *s)
{
    struct survey members = {.column = s->column, .folded = intern_new(), .scratch = arena_new(), .known = s->known};
    for (uint64_t i = 0; i < s->met.count; i++) {
        struct str rest = s->met.at[i].folded;
        for (int m = 0; m < MEMBERS_MAX && rest.len > 0; m++) {
            struct str member = str_trim(str_cut(&rest, ';'));
            if (member.len > 0) note(&members, member, member, s->met.at[i].rows);
        }
    }
    add_met(p, &members, FLAT_HAS, " has ", false);
    add(p, s, FLAT_MEMBERS, STR(""), ": how many", STR(""));
    survey_end(&members);
}

static void add_weekdays(struct planning *p, const struct survey *s)
{
    uint32_t rows[7] = {0}, days = 0;
    for (uint64_t i = 0; i < s->met.count; i++) {
        int64_t at_ms;
        if (instant_parse(s->met.at[i].shown, &at_ms))
            rows[((floor_div(at_ms, MS_PER_DAY) + 3) % 7 + 7) % 7] += s->met.at[i].rows;
    }
    for (int d = 0; d < 7; d++) days += rows[d] >= p->support_min;
    for (int d = 0; d < 7 && days > 1; d++) {
        struct str day = flat_weekday((d + 4) * MS_PER_DAY); /* 5 January 1970 was a Monday */
        if (rows[d] >= p->support_min) add(p, s, FLAT_WEEKDAY, day, " is a ", day);
    }
}

static void add_date(struct planning *p, const struct survey *s, bool is_time)
{
    const char *words = p->time_ms != NULL ? ": days before the row's time" : ": days since 1970";
    if (!is_time) add(p, s, FLAT_DAYS, STR(""), words, STR(""));
    add_weekdays(p, s);
}

/* ---- A number that is a clock. ---- */

struct moments {
    double count, x, y, xx, yy, xy;
};

static bool rises_with_time(const struct planning *p, const struct flat_column *column)
{
    struct moments m = {0};
    for (uint32_t r = 0; r < p->rows; r++) {
        uint32_t row = p->row[r], code = column->code[row];
        double number;
        if (code == FLAT_EMPTY || p->time_ms[row] == FLAT_NO_TIME ||
            !str_to_double(intern_at(column->texts, code), &number))
            continue;
        double time = (double)p->time_ms[row] / MS_PER_DAY;
        m.count++;
        m.x += number, m.xx += number * number;
        m.y += time, m.yy += time * time;
        m.xy += number * time;
    }
    double spread = (m.count * m.xx - m.x * m.x) * (m.count * m.yy - m.y * m.y);
    return spread > 0 && (m.count * m.xy - m.x * m.y) / sqrt(spread) > CLOCK_LIKE;
}

/* ---- Columns. ---- */

static bool mostly(uint32_t rows, const struct survey *s)
{
    return rows >= MOSTLY * s->known;
}

static enum flat_left_out add_column(struct planning *p, struct survey *s, bool is_time)
{
    uint64_t before = p->features.count;
    if (s->known == 0) return FLAT_NO_VALUE;
    if (s->met.count == 1 && p->rows - s->known < p->support_min) return FLAT_CONSTANT;
    if (mostly(s->numbers, s)) {
        if (p->time_ms != NULL && rises_with_time(p, s->column)) return FLAT_TELLS_TIME;
        add(p, s, FLAT_NUMBER, STR(""), "", STR(""));
    } else if (mostly(s->dates, s)) {
        add_date(p, s, is_time);
        if (is_time && p->features.count == before) return FLAT_TELLS_TIME;
    } else if (mostly(s->yes_or_no, s)) {
        add(p, s, FLAT_YES, STR(""), "", STR(""));
    } else if (mostly(s->mails, s)) {
        add(p, s, FLAT_MAIL_FREE, STR(""), " is of a free provider", STR(""));
        add(p, s, FLAT_MAIL_ROLE, STR(""), " is a function's", STR(""));
    } else if (s->lists >= LIST_SHARE * s->known && s->lists >= p->support_min) {
        add_list(p, s);
    } else {
        add_category(p, s);
    }
    return p->features.count > before ? FLAT_USED : FLAT_EACH_ANOTHER;
}

void flat_plan_choose(const struct flat *flat, const bool *looked_at, const uint32_t *row, uint32_t rows, uint32_t time,
                      const int64_t *time_ms, struct arena *arena, struct flat_plan *out, enum flat_left_out *why_not)
{
    struct planning p = {.flat = flat, .row = row, .rows = rows, .time_ms = time_ms, .arena = arena};
    p.support_min = rows / 1000 > FLAT_SUPPORT_MIN ? rows / 1000 : FLAT_SUPPORT_MIN;
    for (uint32_t c = 0; c < flat->column_count; c++) {
        struct survey survey;
        if (!looked_at[c]) continue;
        survey_begin(&survey, &p, c);
        why_not[c] = add_column(&p, &survey, c == time);
        if (why_not[c] == FLAT_USED) *LIST_ADD(&p.inputs) = arena_str(arena, flat->columns[c].name);
        survey_end(&survey);
    }
    *out = (struct flat_plan){
        .inputs = ARENA_ARRAY(arena, struct str, p.inputs.count),
        .input_count = (uint32_t)p.inputs.count,
        .features = ARENA_ARRAY(arena, struct flat_feature, p.features.count),
        .count = (uint32_t)p.features.count,
    };
    if (time != FLAT_NONE) out->time = arena_str(arena, flat->columns[time].name);
    if (p.inputs.count > 0) memcpy(out->inputs, p.inputs.at, p.inputs.count * sizeof *out->inputs);
    if (p.features.count > 0) memcpy(out->features, p.features.at, p.features.count * sizeof *out->features);
    LIST_RELEASE(&p.features);
    LIST_RELEASE(&p.inputs);
}
