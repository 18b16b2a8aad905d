/* trait.c — see trait.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/trait.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/intern.h"

#define WORDS_BYTES_MAX 1024

struct choosing {
    const struct feature_plan *plan;
    const struct feature_source *source;
    const struct training_example *examples;
    const float *value;
    uint64_t rows;
    struct arena *arena;
    struct trait *out;
    uint32_t count, families;
    float *known; /* [rows] scratch */
};

static void add_trait(struct choosing *c, uint32_t feature, double from, double until, uint32_t family,
                      struct str words)
{
    c->out[c->count++] = (struct trait){feature, from, until, family, words};
}

/* ---- Ranges of a number. ---- */

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The known numbers of a feature, ascending; are they whole? */
static uint64_t sort_known(struct choosing *c, uint32_t feature, bool *whole)
{
    uint64_t count = 0;
    *whole = true;
    for (uint64_t r = 0; r < c->rows; r++) {
        float number = c->value[r * c->plan->count + feature];
        if (isnan(number)) continue;
        *whole &= floorf(number) >= number;
        c->known[count++] = number;
    }
    qsort(c->known, count, sizeof *c->known, ascending);
    return count;
}

/* The roundest number that lies no farther than a quarter of `room` from `number`: a multiple of 1, 2 or 5 times a power
 * of ten. */
static double rounded(double number, double room)
{
    double power = pow(10, floor(log10(room / 2))), step = power;
    if (5 * power <= room / 2) step = 5 * power;
    else if (2 * power <= room / 2) step = 2 * power;
    if (step >= 1) return round(number / step) * step;
    double parts = round(1 / step); /* 10 tenths: no sum of them is as near to a decimal number as a quotient */
    return round(number * parts) / parts;
}

/* The least, what lies between fifths, and the greatest, each once. */
static uint32_t choose_cuts(const struct choosing *c, uint64_t count, double cuts[TRAIT_BINS_MAX + 1])
{
    uint32_t found = 0;
    cuts[found++] = (double)c->known[0];
    for (uint32_t i = 1; i <= TRAIT_BINS_MAX; i++) {
        double cut = (double)c->known[(count - 1) * i / TRAIT_BINS_MAX];
        if (cut > cuts[found - 1]) cuts[found++] = cut;
    }
    return found;
}

/* Where ranges begin, rising; the lowest has no beginning. Are nearly all the least, so the others are one range. */
static uint32_t choose_ends(const struct choosing *c, uint64_t count, bool whole, double ends[TRAIT_BINS_MAX - 1])
{
    double cuts[TRAIT_BINS_MAX + 1];
    uint32_t found = choose_cuts(c, count, cuts), kept = 0;
    if (found < 2) return 0;
    if (found == 2) {
        uint64_t next = 0;
        while ((double)c->known[next] <= cuts[0]) next++;
        ends[0] = (double)c->known[next];
        return 1;
    }
    for (uint32_t i = 1; i + 1 < found; i++) {
        double end = rounded(cuts[i], fmin(cuts[i] - cuts[i - 1], cuts[i + 1] - cuts[i]));
        if (whole) end = ceil(end);
        if (end > cuts[0] && (kept == 0 || end > ends[kept - 1])) ends[kept++] = end;
    }
    return kept;
}

/* What goes before and behind a range: "company.employees is " ..., "created is " ... " days ago". */
struct range_words {
    struct str name;
    const char *verb, *unit;
};

/* "is 50 to 199", "is less than 10", "is 1000 or more"; of whole numbers the last one in. */
static struct str words_of_range(const struct choosing *c, const struct range_words *how, double from, double until,
                                 bool whole)
{
    AUTO_BUF words = BUF_INIT(WORDS_BYTES_MAX);
    double last = whole ? until - 1 : until;
    buf_append(&words, how->name);
    buf_append_c(&words, how->verb);
    buf_append_c(&words, isinf(from) ? "less than " : "");
    buf_append_double(&words, isinf(from) ? until : from);
    if (isinf(until)) buf_append_c(&words, " or more");
    else if (!isinf(from) && last > from) {
        buf_append_c(&words, whole ? " to " : " up to ");
        buf_append_double(&words, last);
    }
    buf_append_c(&words, how->unit);
    return arena_str(c->arena, buf_str(&words));
}

static void add_ranges(struct choosing *c, uint32_t f, struct range_words how)
{
    double ends[TRAIT_BINS_MAX - 1];
    bool whole;
    uint64_t count = sort_known(c, f, &whole);
    if (c->plan->features[f].kind == FEATURE_AGE) { /* of days, the part of one does not count */
        whole = true;
        for (uint64_t i = 0; i < count; i++) c->known[i] = floorf(c->known[i]);
    }
    uint32_t kept = count > 0 ? choose_ends(c, count, whole, ends) : 0;
    for (uint32_t i = 0; i <= kept && kept > 0; i++) {
        double from = i == 0 ? -INFINITY : ends[i - 1], until = i == kept ? INFINITY : ends[i];
        add_trait(c, f, from, until, c->families++, words_of_range(c, &how, from, until, whole));
    }
}

/* ---- One feature. ---- */

/* "industry is Software", in the writing of the first who has it. */
static struct str value_words(const struct choosing *c, uint32_t f)
{
    const struct feature *feature = &c->plan->features[f];
    struct str words = feature->name;
    for (uint64_t r = 0; r < c->rows; r++) {
        if (c->value[r * c->plan->count + f] < 0.5f) continue;
        const struct training_example *example = &c->examples[r];
        uint32_t record = example->record;
        if (feature->of_company)
            record = history_company(c->source->history, c->source->object, record, example->at_ms);
        if (record == RECORD_NONE) continue;
        const struct value *value = history_value(c->source->history, feature->property, record, example->at_ms);
        if (value == NULL || value->raw.len == 0 || words.len < feature->text.len) continue;
        words.len -= feature->text.len;
        return arena_format(c->arena, STR_FMT STR_FMT, STR_ARG(words), STR_ARG(value->raw));
    }
    return words;
}

/* "pricing: 3 or more in 30 days" */
static void add_counts(struct choosing *c, uint32_t f, uint32_t family)
{
    static const int often[] = {1, 3, 10};
    const struct feature *feature = &c->plan->features[f];
    struct str what = feature->name, window;
    size_t colon = what.len;
    while (colon > 0 && what.at[colon - 1] != ':') colon--;
    window = (struct str){what.at + colon, what.len - colon}; /* " in 30 days", " ever" */
    what.len = colon > 0 ? colon - 1 : 0;
    bool once = feature->kind == FEATURE_EVENTS_7 || feature->kind == FEATURE_EVENTS;
    for (size_t i = 0; i < (once ? 1 : COUNT_OF(often)); i++) {
        struct str words = often[i] == 1 ? arena_format(c->arena, STR_FMT STR_FMT, STR_ARG(what), STR_ARG(window))
                                         : arena_format(c->arena, STR_FMT ": %d or more" STR_FMT, STR_ARG(what),
                                                        often[i], STR_ARG(window));
        add_trait(c, f, often[i], INFINITY, family, words);
    }
}

static void add_flag(struct choosing *c, uint32_t f, struct str words)
{
    add_trait(c, f, 0.5, INFINITY, c->families++, words);
}

static void add_of_feature(struct choosing *c, uint32_t f)
{
    const struct feature *feature = &c->plan->features[f];
    const struct str name = feature->name;
    switch (feature->kind) {
    case FEATURE_NUMBER: add_ranges(c, f, (struct range_words){name, " is ", ""}); break;
    case FEATURE_CONTACTS: add_ranges(c, f, (struct range_words){name, ": ", ""}); break;
    case FEATURE_AGE: {
        struct str date = name; /* "created: days ago" */
        date.len -= STR(": days ago").len;
        add_ranges(c, f, (struct range_words){date, " is ", " days ago"});
        break;
    }
    case FEATURE_BOOLEAN: add_flag(c, f, arena_format(c->arena, STR_FMT " is true", STR_ARG(name))); break;
    case FEATURE_IS: add_flag(c, f, value_words(c, f)); break;
    case FEATURE_MISSING:
    case FEATURE_HAS:
    case FEATURE_MAIL_FREE:
    case FEATURE_MAIL_ROLE:
    case FEATURE_COMPANY: add_flag(c, f, name); break;
    case FEATURE_COLLEAGUES:
    case FEATURE_DEALS:
    case FEATURE_OPEN_DEALS: add_flag(c, f, arena_format(c->arena, "has " STR_FMT, STR_ARG(name))); break;
    case FEATURE_EVENTS_7:
    case FEATURE_EVENTS_30:
    case FEATURE_EVENTS_90:
    case FEATURE_EVENTS: add_counts(c, f, UINT32_MAX - feature->events); break;
    case FEATURE_OTHER: /* says the same as the values by name, less plainly; so do the rest of their kinds */
    case FEATURE_MEMBERS:
    case FEATURE_EVENTS_SINCE:
    case FEATURE_EVENTS_DECAYED:
    case FEATURE_EVENTS_DAYS:
    case FEATURE_EVENTS_TREND:
    case FEATURE_RULE:
    case FEATURE_SCORE: break;
    }
}

uint32_t traits_choose(const struct feature_plan *plan, const struct feature_source *source,
                       const struct training_example *examples, const float *value, uint64_t rows, struct arena *arena,
                       struct trait **out)
{
    struct choosing c = {.plan = plan,
                         .source = source,
                         .examples = examples,
                         .value = value,
                         .rows = rows,
                         .arena = arena,
                         .out = ARENA_ARRAY(arena, struct trait, (size_t)plan->count * TRAITS_OF_FEATURE_MAX),
                         .known = memory_array(rows, sizeof *c.known)};
    for (uint32_t f = 0; f < plan->count; f++) add_of_feature(&c, f);
    memory_free(c.known);
    *out = c.out;
    return c.count;
}
