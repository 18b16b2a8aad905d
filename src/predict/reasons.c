/* reasons.c — features put together by their subject, and said in words.
 *
 * A plan keeps the features of one subject together, so a subject is a run of them. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/reasons.h"

#include <math.h>
#include <stdlib.h>

#define WORDS_MAX ((size_t)2048)
#define MEMBERS_TOLD 3

/* ---- Subjects. ---- */

struct run {
    const struct feature *feature; /* the first */
    const float *value;            /* its number; NULL when nobody's */
    uint32_t count;
};

static bool is_of_events(const struct feature *feature)
{
    return feature->kind >= FEATURE_EVENTS_7 && feature->kind <= FEATURE_EVENTS_TREND;
}

static bool same_subject(const struct feature *a, const struct feature *b)
{
    if (is_of_events(a) && is_of_events(b)) return a->events == b->events;
    return a->property != INTERN_NONE && a->property == b->property && a->of_company == b->of_company;
}

static struct run run_at(const struct feature_plan *plan, const float *value, uint32_t first)
{
    struct run run = {.feature = &plan->features[first], .value = value != NULL ? value + first : NULL, .count = 1};
    while (first + run.count < plan->count && same_subject(run.feature, &plan->features[first + run.count]))
        run.count++;
    return run;
}

static struct str property_name(struct catalog *catalog, const struct feature *feature, struct arena *arena)
{
    struct str name = catalog_at(catalog, feature->property)->name;
    return feature->of_company ? arena_format(arena, "company." STR_FMT, STR_ARG(name)) : name;
}

static struct str kind_name(struct catalog *catalog, const struct event_kind *kind, struct arena *arena)
{
    if (kind->name.len == 0) return STR("events of any kind");
    if (kind->property == INTERN_NONE) return kind->name;
    return arena_format(arena, STR_FMT " with " STR_FMT " " STR_FMT, STR_ARG(kind->name),
                        STR_ARG(catalog_at(catalog, kind->property)->name), STR_ARG(kind->text));
}

static struct str subject_of(const struct trained *trained, struct catalog *catalog, const struct run *run,
                             struct arena *arena)
{
    if (run->feature->property != INTERN_NONE) return property_name(catalog, run->feature, arena);
    if (is_of_events(run->feature)) return kind_name(catalog, &trained->plan.kinds[run->feature->events], arena);
    return arena_str(arena, run->feature->name);
}

/* ---- Words. ---- */

/* The number of this kind in the run; NAN when there is none. */
static double number_of(const struct run *run, enum feature_kind kind)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->feature[i].kind == kind) return (double)run->value[i];
    return NAN;
}

/* "today", "1 day ago", "in 3 days" */
static void say_days(struct buf *out, double days)
{
    double whole = floor(fabs(days));
    const char *unit = whole == 1 ? "day" : "days";
    if (whole == 0) buf_append_c(out, "today");
    else if (days > 0) buf_format(out, "%.0f %s ago", whole, unit);
    else buf_format(out, "in %.0f %s", whole, unit);
}

static void say_times(struct buf *out, double times)
{
    if (times == 1) buf_append_c(out, "once");
    else buf_format(out, "%.0f times", times);
}

static void say_events(struct buf *out, struct str name, const struct run *run)
{
    double ever = number_of(run, FEATURE_EVENTS), month = number_of(run, FEATURE_EVENTS_30);
    double since = number_of(run, FEATURE_EVENTS_SINCE);
    bool never = isnan(ever) ? isnan(since) : ever == 0;
    if (never) {
        buf_format(out, "no " STR_FMT " yet", STR_ARG(name));
        return;
    }
    buf_append(out, name);
    if (month > 0) {
        buf_append_char(out, ' ');
        say_times(out, month);
        buf_append_c(out, " in 30 days");
    } else if (month == 0) {
        buf_append_c(out, " not in 30 days");
    }
    if (isnan(since)) return;
    buf_append_c(out, ", the last ");
    say_days(out, since);
}

/* The value among those that the plan knows by name. */
static void say_category(struct buf *out, const struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct feature *feature = &run->feature[i];
        if (run->value[i] == 0) continue;
        switch (feature->kind) {
        case FEATURE_IS: buf_format(out, " is " STR_FMT, STR_ARG(feature->text)); return;
        case FEATURE_OTHER: buf_append_c(out, " is something rarer"); return;
        case FEATURE_MISSING: buf_append_c(out, " is not known"); return;
        case FEATURE_MAIL_FREE: buf_append_c(out, " is of a free provider"); return;
        case FEATURE_MAIL_ROLE: buf_append_c(out, " is a function's, not a person's"); return;
        default: break;
        }
    }
    bool mail = !isnan(number_of(run, FEATURE_MAIL_FREE)) || !isnan(number_of(run, FEATURE_MAIL_ROLE));
    buf_append_c(out, mail ? " is a person's of a domain of its own" : " is none of the frequent ones");
}

static void say_set(struct buf *out, const struct run *run)
{
    unsigned told = 0, has = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->feature[i].kind != FEATURE_HAS || run->value[i] == 0 || ++has > MEMBERS_TOLD) continue;
        buf_format(out, "%s" STR_FMT, told++ == 0 ? " has " : ", ", STR_ARG(run->feature[i].text));
    }
    if (has > MEMBERS_TOLD) buf_format(out, " and %u more", has - MEMBERS_TOLD);
    if (has == 0) buf_append_c(out, isnan(number_of(run, FEATURE_MEMBERS)) ? " is not known" : " has none of them");
}

static void say_property(struct buf *out, struct str name, const struct run *run)
{
    double number = (double)run->value[0];
    buf_format(out, "%s" STR_FMT, run->feature->of_company ? "the company's " : "", STR_ARG(name));
    switch (run->feature->kind) {
    case FEATURE_HAS:
    case FEATURE_MEMBERS: say_set(out, run); return;
    case FEATURE_NUMBER:
    case FEATURE_AGE:
    case FEATURE_BOOLEAN: break;
    default: say_category(out, run); return;
    }
    if (isnan(number)) {
        buf_append_c(out, " is not known");
    } else if (run->feature->kind == FEATURE_AGE) {
        buf_append_c(out, number < 0 ? " is " : " was ");
        say_days(out, number);
    } else if (run->feature->kind == FEATURE_BOOLEAN) {
        buf_append_c(out, number != 0 ? " is true" : " is false");
    } else {
        buf_format(out, " is %.6g", number);
    }
}

static void say_association(struct buf *out, const struct run *run)
{
    double number = (double)run->value[0];
    const char *plural = number == 1 ? "" : "s";
    switch (run->feature->kind) {
    case FEATURE_COMPANY: buf_append_c(out, number != 0 ? "belongs to a company" : "belongs to no company"); return;
    case FEATURE_CONTACTS: buf_format(out, "%.0f contact%s there", number, plural); return;
    case FEATURE_COLLEAGUES: buf_format(out, "%.0f event%s of colleagues in 30 days", number, plural); return;
    case FEATURE_DEALS: buf_format(out, "%.0f deal%s", number, plural); return;
    case FEATURE_OPEN_DEALS: buf_format(out, "%.0f open deal%s", number, plural); return;
    default: break;
    }
    /* A rule's points, or a score's. */
    buf_append(out, run->feature->name);
    if (isnan(number)) buf_append_c(out, " is not known");
    else buf_format(out, ": %.4g point%s", number, plural);
}

static struct str words_of(struct str subject, struct catalog *catalog, const struct run *run, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(WORDS_MAX);
    if (run->feature->property != INTERN_NONE)
        say_property(&out, catalog_at(catalog, run->feature->property)->name, run);
    else if (is_of_events(run->feature)) say_events(&out, subject, run);
    else say_association(&out, run);
    return out.failed ? subject : arena_str(arena, buf_str(&out));
}

/* ---- All of them. ---- */

static int greatest_first(const void *a, const void *b)
{
    const struct reason_part *x = a, *y = b;
    double of_x = fabs(x->adds), of_y = fabs(y->adds);
    if (of_x != of_y) return of_x > of_y ? -1 : 1;
    return (x->subject > y->subject) - (x->subject < y->subject);
}

void reasons_choose(const struct learned *learned, struct reason_part *parts, uint32_t count, uint32_t most,
                    void (*put)(void *context, uint32_t subject, struct reason *out), void *context,
                    struct reasons *out)
{
    INVARIANT(most <= REASONS_MAX);
    out->probability = learned_probability(learned, out->log_odds);
    if (count > 0) qsort(parts, count, sizeof *parts, greatest_first);
    for (uint32_t i = 0; i < count; i++) {
        bool for_it = parts[i].adds > 0;
        uint32_t *told = for_it ? &out->for_count : &out->against_count;
        struct reason *reason = for_it ? &out->in_favour[*told] : &out->against[*told];
        if (*told == most || fabs(parts[i].adds) < REASON_LEAST) {
            out->rest += parts[i].adds;
            continue;
        }
        *reason = (struct reason){.log_odds = parts[i].adds,
                                  .without = learned_probability(learned, out->log_odds - parts[i].adds)};
        put(context, parts[i].subject, reason);
        (*told)++;
    }
}

struct telling {
    const struct trained *trained;
    struct catalog *catalog;
    const float *value;
    struct arena *arena;
};

/* A subject is told by its first feature. */
static void put_reason(void *context, uint32_t first, struct reason *out)
{
    const struct telling *t = context;
    struct run run = run_at(&t->trained->plan, t->value, first);
    out->subject = subject_of(t->trained, t->catalog, &run, t->arena);
    out->words = words_of(out->subject, t->catalog, &run, t->arena);
}

enum err reasons_find(const struct trained *trained, struct catalog *catalog, const float *value, uint32_t most,
                      struct arena *arena, struct reasons *out, struct err_info *why)
{
    const struct feature_plan *plan = &trained->plan;
    struct telling telling = {trained, catalog, value, arena};
    double *adds = ARENA_ARRAY(arena, double, plan->count);
    struct reason_part *parts = ARENA_ARRAY(arena, struct reason_part, plan->count);
    uint32_t count = 0;
    *out = (struct reasons){0};
    enum err err = learned_reasons(&trained->learned, value, &out->base, &out->log_odds, adds, why);
    if (err != ERR_OK) return err;
    for (uint32_t f = 0, end; f < plan->count; f = end) {
        parts[count] = (struct reason_part){.subject = f};
        end = f + run_at(plan, value, f).count;
        for (uint32_t i = f; i < end; i++) parts[count].adds += adds[i];
        count++;
    }
    reasons_choose(&trained->learned, parts, count, most, put_reason, &telling, out);
    return ERR_OK;
}

/* A regression may have columns that never varied. */
static bool adds_nothing(const struct trained *trained, uint32_t first, uint32_t count)
{
    const struct learned *learned = &trained->learned;
    if (learned->kind != MODEL_LOGISTIC) return false;
    for (uint32_t c = 0; c < learned->encoding.count; c++) {
        uint32_t feature = learned->encoding.columns[c].feature;
        if (feature >= first && feature < first + count && learned->logistic.coefficient[c] != 0) return false;
    }
    return true;
}

void reasons_subjects(const struct trained *trained, struct catalog *catalog, struct arena *arena, struct str **out,
                      uint32_t *count)
{
    const struct feature_plan *plan = &trained->plan;
    *out = ARENA_ARRAY(arena, struct str, plan->count);
    *count = 0;
    for (uint32_t f = 0; f < plan->count;) {
        struct run run = run_at(plan, NULL, f);
        if (!adds_nothing(trained, f, run.count)) (*out)[(*count)++] = subject_of(trained, catalog, &run, arena);
        f += run.count;
    }
}
