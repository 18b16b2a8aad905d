/* flat_leak.c — see flat_leak.h.
 *
 * A column is put into bins: its most frequent texts or, of numbers and dates of many different values, parts with equal
 * shares. Each sign is then a question to the bins. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_leak.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/chance.h"
#include "base/instant.h"
#include "predict/bins.h"

#define PARTS 64            /* of numbers */
#define MOSTLY 0.95         /* cells that are numbers, or differing ones that say one thing */
#define TEXTS_MIN 5         /* of a column that may have a second edition */
#define SUPPORT_MIN 20      /* rows with a value */
#define REST (BINS_MAX - 1) /* the bin of what is not frequent */

const char *flat_leak_name(enum flat_leak_kind kind)
{
    static const char *const names[] = {"tells_all", "filled", "decides", "overwritten"};
    return names[kind];
}

struct judged {
    struct str name;
    uint16_t *bin; /* [rows] 0: no value */
    uint32_t bins;
    bool are_texts; /* each bin but 0 and REST is one text */
    uint32_t *text; /* [BINS_MAX] code in the column */
    double with[BINS_MAX], happened[BINS_MAX];
    double known; /* rows with a value */
};

struct guard {
    const struct flat *flat;
    struct arena *arena;
    uint32_t *row; /* those that are looked at */
    uint8_t *happened;
    uint32_t rows;
    double positives;
    struct judged *judged; /* [column_count] */
    struct flat_leaks *out;
    bool *leaky;
};

static void draw_rows(struct guard *g, const uint32_t *row, const uint8_t *happened, uint32_t rows)
{
    uint32_t step = (rows + FLAT_LEAK_ROWS_MAX - 1) / FLAT_LEAK_ROWS_MAX;
    g->row = ARENA_ARRAY(g->arena, uint32_t, rows);
    g->happened = ARENA_ARRAY(g->arena, uint8_t, rows);
    for (uint32_t r = 0; r < rows; r += step) {
        g->row[g->rows] = row[r];
        g->happened[g->rows++] = happened[r];
        g->positives += happened[r];
    }
}

/* ---- Into bins. ---- */

struct text_count {
    uint32_t code, rows;
};

static int most_first(const void *a, const void *b)
{
    const struct text_count *x = a, *y = b;
    if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

static void bin_texts(const struct guard *g, const struct flat_column *column, struct judged *to)
{
    uint32_t texts = intern_count(column->texts);
    struct text_count *counts = memory_array(texts, sizeof *counts);
    uint16_t *bin = memory_array(texts, sizeof *bin);
    for (uint32_t t = 0; t < texts; t++) counts[t].code = t;
    for (uint32_t r = 0; r < g->rows; r++) {
        uint32_t code = column->code[g->row[r]];
        if (code != FLAT_EMPTY) counts[code].rows++;
    }
    qsort(counts, texts, sizeof *counts, most_first);
    for (uint32_t t = 0; t < texts; t++) {
        bin[counts[t].code] = (uint16_t)(t + 1 < REST ? t + 1 : REST);
        if (t + 1 < REST) to->text[t + 1] = counts[t].code;
    }
    to->are_texts = true;
    to->bins = texts + 1 < REST ? texts + 1 : BINS_MAX;
    for (uint32_t r = 0; r < g->rows; r++) {
        uint32_t code = column->code[g->row[r]];
        to->bin[r] = code == FLAT_EMPTY ? 0 : bin[code];
    }
    memory_free(counts);
    memory_free(bin);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A number, or a date as one; NAN. */
static double number_in(struct str text)
{
    double number;
    int64_t at_ms;
    if (str_to_double(text, &number)) return number;
    return instant_parse(text, &at_ms) ? (double)at_ms : NAN;
}

/* False: they are not numbers of many different values. */
static bool bin_numbers(const struct guard *g, const struct flat_column *column, struct judged *to)
{
    uint32_t texts = intern_count(column->texts), known = 0, with = 0;
    double *number = memory_array(texts, sizeof *number), *sorted = memory_array(g->rows, sizeof *sorted);
    for (uint32_t t = 0; t < texts; t++) number[t] = number_in(intern_at(column->texts, t));
    for (uint32_t r = 0; r < g->rows; r++) {
        uint32_t code = column->code[g->row[r]];
        with += code != FLAT_EMPTY;
        if (code != FLAT_EMPTY && !isnan(number[code])) sorted[known++] = number[code];
    }
    bool are_numbers = texts > PARTS && known > 0 && known >= MOSTLY * with;
    if (are_numbers) {
        double edges[PARTS];
        qsort(sorted, known, sizeof *sorted, ascending);
        for (uint64_t e = 0; e < PARTS; e++) edges[e] = sorted[e * known / PARTS];
        for (uint32_t r = 0; r < g->rows; r++) {
            uint32_t code = column->code[g->row[r]];
            to->bin[r] = 0;
            if (code == FLAT_EMPTY || isnan(number[code])) continue;
            while (to->bin[r] < PARTS && edges[to->bin[r]] <= number[code]) to->bin[r]++;
        }
        to->bins = PARTS + 1;
    }
    memory_free(number);
    memory_free(sorted);
    return are_numbers;
}

static void put_into_bins(struct guard *g, uint32_t column)
{
    struct judged *to = &g->judged[column];
    *to = (struct judged){.name = g->flat->columns[column].name,
                          .bin = ARENA_ARRAY(g->arena, uint16_t, g->rows),
                          .text = ARENA_ARRAY(g->arena, uint32_t, BINS_MAX)};
    if (!bin_numbers(g, &g->flat->columns[column], to)) bin_texts(g, &g->flat->columns[column], to);
    for (uint32_t r = 0; r < g->rows; r++) {
        to->with[to->bin[r]]++;
        to->happened[to->bin[r]] += g->happened[r];
        to->known += to->bin[r] != 0;
    }
}

/* ---- The signs. ---- */

static void report(struct guard *g, uint32_t column, enum flat_leak_kind kind, struct str sentence)
{
    g->leaky[column] = true;
    g->out->at[g->out->count++] = (struct flat_leak){kind, arena_str(g->arena, g->judged[column].name), sentence};
}

static bool tells_all(struct guard *g, uint32_t column)
{
    struct judged *j = &g->judged[column];
    struct bins bins = {.count = j->bins};
    for (uint32_t r = 0; r < g->rows; r++) bins_add(&bins, chance_mix(g->row[r]) & 1, j->bin[r], g->happened[r], 1);
    double auc = bins_auc(&bins);
    if (isnan(auc) || auc < FLAT_LEAK_AUC) return false;
    report(g, column, FLAT_LEAK_TELLS_ALL,
           arena_format(g->arena,
                        "'" STR_FMT "' alone foresees the outcome nearly perfectly (AUC %.3f): perhaps it is filled "
                        "because of it",
                        STR_ARG(j->name), auc));
    return true;
}

static bool is_filled_by_outcome(struct guard *g, uint32_t column)
{
    const struct judged *j = &g->judged[column];
    double of_those = (g->positives - j->happened[0]) / g->positives;
    double of_others = (j->known - (g->positives - j->happened[0])) / (g->rows - g->positives);
    bool when_it_came = of_those > of_others;
    double more = when_it_came ? of_those : of_others, less = when_it_came ? of_others : of_those;
    if (j->known < SUPPORT_MIN || less > FLAT_LEAK_FILLED_MAX * more) return false;
    report(g, column, FLAT_LEAK_FILLED,
           arena_format(g->arena,
                        "'" STR_FMT "' has a value almost only where the outcome %s (%.1f %% of those, %.1f %% of the "
                        "others): perhaps it is filled because of it",
                        STR_ARG(j->name), when_it_came ? "came" : "did not come", 100 * more, 100 * less));
    return true;
}

/* The share of an outcome with a text, believed to have been there once more each way. */
static double share_of(double part, double of)
{
    return (part + 1) / (of + 2);
}

static bool decides_both_ways(struct guard *g, uint32_t column)
{
    const struct judged *j = &g->judged[column];
    double base = g->positives / g->rows, rows[2] = {0};
    uint32_t example[2] = {0};
    for (uint32_t b = 1; j->are_texts && b < j->bins && b != REST; b++) {
        if (j->with[b] < SUPPORT_MIN) continue;
        for (int came = 0; came < 2; came++) {
            double against = came ? j->with[b] - j->happened[b] : j->happened[b];
            if (share_of(against, j->with[b]) > FLAT_LEAK_DECIDED_MAX * (came ? 1 - base : base)) continue;
            rows[came] += j->with[b];
            if (example[came] == 0) example[came] = b; /* texts are sorted: the most frequent */
        }
    }
    if (fmin(rows[0], rows[1]) < FLAT_LEAK_DECIDED_MIN * g->rows) return false;
    const struct flat_column *at = &g->flat->columns[column];
    struct str yes = intern_at(at->texts, j->text[example[1]]), no = intern_at(at->texts, j->text[example[0]]);
    report(g, column, FLAT_LEAK_DECIDES,
           arena_format(g->arena,
                        "'" STR_FMT "' reads like a note of how it ended: of '" STR_FMT
                        "' it came in %.1f %%, of '" STR_FMT "' in %.1f %%",
                        STR_ARG(j->name), STR_ARG(yes), 100 * j->happened[example[1]] / j->with[example[1]],
                        STR_ARG(no), 100 * j->happened[example[0]] / j->with[example[0]]));
    return true;
}

/* ---- A second edition of another column. ---- */

/* For each text of the first edition: rows in which the second differs, of those in which it came, and the same of all. */
struct stratum {
    double differs, differs_came, all, came;
};

/* Mantel and Haenszel 1959: is the outcome the same where the editions differ, the first being equal? */
static double chi_squared(const struct stratum *strata)
{
    double off = 0, variance = 0;
    for (int b = 0; b < BINS_MAX; b++) {
        const struct stratum *s = &strata[b];
        if (s->all < 2) continue;
        off += s->differs_came - s->differs * s->came / s->all;
        variance +=
            s->differs * (s->all - s->differs) * s->came * (s->all - s->came) / (s->all * s->all * (s->all - 1));
    }
    return variance > 0 ? off * off / variance : 0;
}

/* The text that stands in `second` where it is not what `first` says; INTERN_NONE: there is not the one. */
static uint32_t edit_mark(const struct guard *g, uint32_t first, uint32_t second, double *differing)
{
    const struct flat_column *a = &g->flat->columns[first], *b = &g->flat->columns[second];
    const struct judged *j = &g->judged[second];
    double differ[BINS_MAX] = {0}, all = 0;
    uint32_t *same = memory_array(intern_count(a->texts) + 1, sizeof *same), mark = 0;
    for (uint32_t t = 0; t < intern_count(a->texts); t++) same[t] = intern_find(b->texts, intern_at(a->texts, t));
    for (uint32_t r = 0; r < g->rows; r++) {
        uint32_t before = a->code[g->row[r]], after = b->code[g->row[r]];
        uint32_t expected = before == FLAT_EMPTY ? FLAT_EMPTY : same[before];
        if (expected == after && (before == FLAT_EMPTY) == (after == FLAT_EMPTY)) continue;
        differ[j->bin[r]]++;
        all++;
    }
    memory_free(same);
    for (uint32_t bin = 1; bin < REST; bin++)
        if (differ[bin] > differ[mark]) mark = bin;
    *differing = all;
    bool is_one = mark > 0 && differ[mark] >= MOSTLY * all && differ[mark] >= MOSTLY * j->with[mark];
    return is_one && all >= SUPPORT_MIN && all <= (1 - FLAT_LEAK_SAME_MIN) * g->rows ? mark : INTERN_NONE;
}

static bool is_overwritten(struct guard *g, uint32_t first, uint32_t second)
{
    const struct judged *a = &g->judged[first], *b = &g->judged[second];
    struct stratum strata[BINS_MAX] = {0};
    double differing = 0;
    if (!a->are_texts || !b->are_texts || a->bins <= TEXTS_MIN || b->bins <= TEXTS_MIN) return false;
    uint32_t mark = edit_mark(g, first, second, &differing);
    if (mark == INTERN_NONE) return false;
    for (uint32_t r = 0; r < g->rows; r++) {
        struct stratum *s = &strata[a->bin[r]];
        bool differs = b->bin[r] == mark;
        s->all++;
        s->came += g->happened[r];
        s->differs += differs;
        s->differs_came += differs && g->happened[r];
    }
    if (chi_squared(strata) < FLAT_LEAK_CHI_SQUARED) return false;
    report(g, second, FLAT_LEAK_OVERWRITTEN,
           arena_format(g->arena,
                        "'" STR_FMT "' is '" STR_FMT "', overwritten with '" STR_FMT
                        "' in %.0f %% of the rows, and whether it "
                        "was depends on the outcome: it is written afterwards",
                        STR_ARG(b->name), STR_ARG(a->name),
                        STR_ARG(intern_at(g->flat->columns[second].texts, b->text[mark])), 100 * differing / g->rows));
    return true;
}

static bool is_second_edition(struct guard *g, const bool *looked_at, uint32_t column)
{
    for (uint32_t first = 0; first < g->flat->column_count; first++)
        if (looked_at[first] && first != column && is_overwritten(g, first, column)) return true;
    return false;
}

void flat_leaks_find(const struct flat *flat, const bool *looked_at, const uint32_t *row, const uint8_t *happened,
                     uint32_t rows, struct arena *arena, struct flat_leaks *out, bool *leaky)
{
    AUTO_ARENA scratch = arena_new();
    struct guard g = {.flat = flat, .arena = scratch, .out = out, .leaky = leaky};
    *out = (struct flat_leaks){.at = ARENA_ARRAY(arena, struct flat_leak, flat->column_count)};
    memset(leaky, 0, flat->column_count * sizeof *leaky);
    draw_rows(&g, row, happened, rows);
    if (g.positives < 1 || g.positives > g.rows - 1) return;
    g.judged = ARENA_ARRAY(scratch, struct judged, flat->column_count);
    for (uint32_t c = 0; c < flat->column_count; c++)
        if (looked_at[c]) put_into_bins(&g, c);
    for (uint32_t c = 0; c < flat->column_count; c++) {
        if (!looked_at[c] || g.judged[c].known < SUPPORT_MIN) continue;
        if (tells_all(&g, c) || is_filled_by_outcome(&g, c) || decides_both_ways(&g, c)) continue;
        is_second_edition(&g, looked_at, c);
    }
    for (uint32_t i = 0; i < out->count; i++) { /* of the scratch arena so far */
        out->at[i].column = arena_str(arena, out->at[i].column);
        out->at[i].sentence = arena_str(arena, out->at[i].sentence);
    }
}
