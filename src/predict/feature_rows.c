/* feature_rows.c — rows of numbers, as a plan says.
 *
 * Features that are about the same thing stand together in a plan, so what was asked last is
 * kept: the value of a property, the state of the record's associations. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/feature_rows.h"

#include <math.h>
#include <stdatomic.h>

#include "base/instant.h"
#include "base/intern.h"
#include "history/threads.h"
#include "predict/feature_events.h"
#include "predict/mail.h"

#define STRETCH 64        /* examples a thread takes at a time */
#define NUMBER_LIMIT 1e18 /* a greater number is taken as this */
#define DEALS_MAX 256     /* of one record that are looked at */
#define VERSIONS_AT_ONCE 16

/* What one thread needs, and knows of the example at hand. */
struct feature_reader {
    const struct feature_plan *plan;
    const struct feature_source *source;
    struct event_reader events;
    struct arena *scratch; /* of an explanation */
    uint32_t *first_rule;  /* [group_count] number of a group's first rule */
    double *rules;         /* [all rules] points; and last the total */
    uint32_t rule_count;
    bool wants_rules, wants_colleagues;

    uint32_t record;
    int64_t at_ms;
    uint32_t company; /* RECORD_NONE: none */
    uint32_t contacts, colleagues, deals, open_deals;

    uint32_t property; /* whose value is at hand; INTERN_NONE */
    bool of_company;
    const struct value *value;
    struct arena *values; /* of `room` */
    struct value room;
};

/* ---- Once for each example. ---- */

static void read_deals(struct feature_reader *row)
{
    uint32_t deals[DEALS_MAX];
    enum entity object = row->source->object;
    const struct record_dates *dates = row->source->dates;
    row->deals = row->open_deals = 0;
    if (object == ENTITY_DEAL) return;
    uint32_t count =
        history_associated(row->source->history, object, row->record, ENTITY_DEAL, row->at_ms, deals, DEALS_MAX);
    if (dates == NULL) row->deals = count;
    for (uint32_t i = 0; i < count && i < DEALS_MAX; i++)
        if (dates == NULL) row->open_deals += history_deal_is_open(row->source->history, deals[i], row->at_ms);
        else {
            row->deals += deal_exists(&dates->deals[deals[i]], row->at_ms);
            row->open_deals += deal_is_running(&dates->deals[deals[i]], row->at_ms);
        }
}

static void read_associations(struct feature_reader *row)
{
    const struct history *history = row->source->history;
    enum entity object = row->source->object;
    row->company = object == ENTITY_COMPANY ? RECORD_NONE : history_company(history, object, row->record, row->at_ms);
    row->contacts = 0;
    if (object != ENTITY_CONTACT)
        row->contacts = history_associated(history, object, row->record, ENTITY_CONTACT, row->at_ms, NULL, 0);
    else if (row->company != RECORD_NONE)
        row->contacts = history_associated(history, ENTITY_COMPANY, row->company, ENTITY_CONTACT, row->at_ms, NULL, 0);
    row->colleagues = 0;
    if (row->wants_colleagues && row->company != RECORD_NONE && row->contacts > 1)
        row->colleagues = event_reader_colleagues(&row->events, row->company, row->record, row->at_ms);
    read_deals(row);
}

static void read_rules(struct feature_reader *row)
{
    const struct feature_source *source = row->source;
    const struct score *score = source->set->scores[source->score];
    struct explanation explanation;
    arena_reset(row->scratch);
    scan_explain(source->scan, source->score, row->record, row->at_ms, row->scratch, &explanation);
    for (uint32_t r = 0; r <= row->rule_count; r++) row->rules[r] = 0;
    for (uint32_t i = 0; i < explanation.ledger.count; i++) {
        const struct ledger_line *line = &explanation.ledger.lines[i];
        if (line->kind != LEDGER_RULE) continue;
        uint32_t rule = row->first_rule[line->group - score->groups] + (uint32_t)(line->rule - line->group->rules);
        row->rules[rule] += (double)line->micro / (double)MICRO_PER_POINT;
    }
    row->rules[row->rule_count] = (double)explanation.total / (double)MICRO_PER_POINT;
}

static void begin_example(struct feature_reader *row, const struct training_example *example)
{
    row->record = example->record;
    row->at_ms = example->at_ms;
    row->property = INTERN_NONE;
    arena_reset(row->values);
    read_associations(row); /* reads events of colleagues */
    event_reader_read(&row->events, row->source->object, row->record, row->at_ms);
    event_reader_tally(&row->events, row->at_ms);
    if (row->wants_rules) read_rules(row);
}

/* ---- One number. ---- */

/* Did the value that holds at the instant always hold? */
static bool always_held(const struct history *history, uint32_t property, uint32_t record, int64_t at_ms)
{
    struct dated_value versions[VERSIONS_AT_ONCE];
    uint32_t count, skip = 0;
    do {
        count = history_versions(history, property, record, skip, VERSIONS_AT_ONCE, versions);
        for (uint32_t v = 0; v < count; v++)
            if (versions[v].from_ms <= at_ms) return versions[v].from_ms == FOREVER;
        skip += count;
    } while (count == VERSIONS_AT_ONCE);
    return false;
}

/* As it was known then. */
static const struct value *value_then(struct feature_reader *row, uint32_t property, uint32_t record)
{
    const struct history *history = row->source->history;
    const struct value *value = history_value(history, property, record, row->at_ms);
    value = source_value(row->source, property, value, row->values, &row->room);
    bool is_date = value != NULL && (value->type == TYPE_DATE || value->type == TYPE_DATETIME);
    if (is_date && value->instant_ms > row->at_ms && always_held(history, property, record, row->at_ms)) return NULL;
    return value;
}

static const struct value *value_of(struct feature_reader *row, const struct feature *feature)
{
    if (row->property == feature->property && row->of_company == feature->of_company) return row->value;
    uint32_t record = feature->of_company ? row->company : row->record;
    row->property = feature->property;
    row->of_company = feature->of_company;
    row->value = record == RECORD_NONE ? NULL : value_then(row, feature->property, record);
    return row->value;
}

static bool has_member(const struct value *value, struct str text)
{
    for (uint32_t m = 0; m < value->member_count; m++)
        if (str_equal(value->members[m], text)) return true;
    return false;
}

/* A value that is none of those the plan knows by name: they stand before this feature. */
static bool is_other(const struct feature_plan *plan, const struct feature *feature, const struct value *value)
{
    for (const struct feature *f = feature; f-- > plan->features;) {
        if (f->property != feature->property || f->of_company != feature->of_company) break;
        if (f->kind == FEATURE_IS && str_equal(f->text, value->folded)) return false;
    }
    return true;
}

static double of_value(struct feature_reader *row, const struct feature *feature)
{
    const struct value *value = value_of(row, feature);
    if (feature->kind == FEATURE_MISSING) return value == NULL;
    bool is_number = feature->kind <= FEATURE_BOOLEAN || feature->kind == FEATURE_MEMBERS;
    if (value == NULL) return is_number ? NAN : 0;
    switch (feature->kind) {
    case FEATURE_NUMBER: return fmax(-NUMBER_LIMIT, fmin(value->number, NUMBER_LIMIT));
    case FEATURE_AGE: return (double)(row->at_ms - value->instant_ms) / (double)MS_PER_DAY;
    case FEATURE_BOOLEAN: return value->boolean;
    case FEATURE_IS: return str_equal(value->folded, feature->text);
    case FEATURE_OTHER: return is_other(row->plan, feature, value);
    case FEATURE_HAS: return has_member(value, feature->text);
    case FEATURE_MEMBERS: return value->member_count;
    case FEATURE_MAIL_FREE: return mail_is_free(value->folded);
    case FEATURE_MAIL_ROLE: return mail_is_of_role(value->folded);
    default: INVARIANT(!"a feature of a value"); return 0;
    }
}

static double of_events(const struct feature_reader *row, const struct feature *feature)
{
    const struct event_tally *tally = &row->events.tallies[feature->events];
    switch (feature->kind) {
    case FEATURE_EVENTS_7: return tally->within_7;
    case FEATURE_EVENTS_30: return tally->within_30;
    case FEATURE_EVENTS_90: return tally->within_90;
    case FEATURE_EVENTS: return tally->ever;
    case FEATURE_EVENTS_SINCE:
        return tally->ever > 0 ? (double)(row->at_ms - tally->latest_ms) / (double)MS_PER_DAY : NAN;
    case FEATURE_EVENTS_DECAYED: return tally->decayed;
    case FEATURE_EVENTS_DAYS: return tally->days;
    default: return log((1.0 + tally->within_30) / (1.0 + tally->within_60 - tally->within_30));
    }
}

static double number_of(struct feature_reader *row, const struct feature *feature)
{
    switch (feature->kind) {
    case FEATURE_COMPANY: return row->company != RECORD_NONE;
    case FEATURE_CONTACTS: return row->contacts;
    case FEATURE_COLLEAGUES: return row->colleagues;
    case FEATURE_DEALS: return row->deals;
    case FEATURE_OPEN_DEALS: return row->open_deals;
    case FEATURE_RULE: return row->rules[feature->rule];
    case FEATURE_SCORE: return row->rules[row->rule_count];
    default: return feature->kind >= FEATURE_EVENTS_7 ? of_events(row, feature) : of_value(row, feature);
    }
}

/* ---- All rows. ---- */

struct feature_reader *feature_reader_new(const struct feature_plan *plan, const struct feature_source *source)
{
    struct feature_reader *row = memory_array(1, sizeof *row);
    *row = (struct feature_reader){.plan = plan, .source = source, .scratch = arena_new(), .values = arena_new()};
    event_reader_init(&row->events, source->history, plan->kinds, plan->kind_count);
    for (uint32_t f = 0; f < plan->count; f++) {
        row->wants_rules |= plan->features[f].kind >= FEATURE_RULE;
        row->wants_colleagues |= plan->features[f].kind == FEATURE_COLLEAGUES;
    }
    if (!row->wants_rules) return row;
    INVARIANT(source->scan != NULL && source->set->scores[source->score]->object == source->object);
    const struct score *score = source->set->scores[source->score];
    row->first_rule = memory_array(score->group_count, sizeof *row->first_rule);
    for (uint32_t g = 0; g < score->group_count; g++) {
        row->first_rule[g] = row->rule_count;
        row->rule_count += score->groups[g].rule_count;
    }
    row->rules = memory_array((size_t)row->rule_count + 1, sizeof *row->rules);
    return row;
}

void feature_reader_free(struct feature_reader *row)
{
    event_reader_release(&row->events);
    arena_free(row->scratch);
    arena_free(row->values);
    memory_free(row->first_rule);
    memory_free(row->rules);
    memory_free(row);
}

void feature_reader_row(struct feature_reader *row, const struct training_example *example, float *out)
{
    begin_example(row, example);
    for (uint32_t f = 0; f < row->plan->count; f++) out[f] = (float)number_of(row, &row->plan->features[f]);
}

struct computing {
    const struct feature_plan *plan;
    const struct feature_source *source;
    const struct training_example *examples;
    uint64_t count;
    float *out;
    atomic_uint next;
    struct shared_work work;
};

static void *compute_some(void *context)
{
    struct computing *c = context;
    struct feature_reader *reader = feature_reader_new(c->plan, c->source);
    for (uint64_t first, end; (first = (uint64_t)atomic_fetch_add(&c->next, 1) * STRETCH) < c->count;) {
        end = c->count - first < STRETCH ? c->count : first + STRETCH;
        for (uint64_t i = first; i < end; i++) feature_reader_row(reader, &c->examples[i], c->out + i * c->plan->count);
        if (!shared_work_did(&c->work, end - first)) break;
    }
    feature_reader_free(reader);
    return NULL;
}

void features_compute(const struct feature_plan *plan, const struct feature_source *source,
                      const struct training_example *examples, uint64_t count, unsigned threads,
                      const struct watch *watch, float *out)
{
    struct computing computing = {.plan = plan,
                                  .source = source,
                                  .examples = examples,
                                  .count = count,
                                  .out = out,
                                  .work = SHARED_WORK(watch, "reading facts", count)};
    INVARIANT(threads >= 1);
    run_threads(threads, compute_some, &computing);
}

enum column_kind feature_column_kind(enum feature_kind kind)
{
    switch (kind) {
    case FEATURE_NUMBER: return COLUMN_NUMBER;
    case FEATURE_AGE:
    case FEATURE_MEMBERS:
    case FEATURE_BOOLEAN: return COLUMN_LINEAR;
    case FEATURE_EVENTS_SINCE: return COLUMN_SINCE;
    case FEATURE_EVENTS_7:
    case FEATURE_EVENTS_30:
    case FEATURE_EVENTS_90:
    case FEATURE_EVENTS:
    case FEATURE_EVENTS_DECAYED:
    case FEATURE_EVENTS_DAYS:
    case FEATURE_CONTACTS:
    case FEATURE_COLLEAGUES:
    case FEATURE_DEALS:
    case FEATURE_OPEN_DEALS: return COLUMN_COUNT;
    case FEATURE_IS:
    case FEATURE_OTHER:
    case FEATURE_MISSING:
    case FEATURE_HAS:
    case FEATURE_MAIL_FREE:
    case FEATURE_MAIL_ROLE:
    case FEATURE_EVENTS_TREND:
    case FEATURE_COMPANY:
    case FEATURE_RULE:
    case FEATURE_SCORE: return COLUMN_SIGN;
    }
    return COLUMN_SIGN;
}
