/* record.c — the inputs of one record, read from its own facts.
 *
 * The general way: it knows every kind of rule, pools the events of a company's or
 * deal's contacts, and honours resets. Tables and a snapshot, when given, only spare it
 * work; the answers are the same without. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/instant.h"
#include "history/scan_internal.h"

void view_release(struct view *view)
{
    LIST_RELEASE(&view->moments);
    memory_free(view->values);
    view->values = NULL;
    view->value_capacity = 0;
}

/* ---- Properties ---- */

static uint32_t view_code(const struct view *view, uint32_t property, uint32_t record)
{
    const struct snapshot *snapshot = view->snapshot;
    if (snapshot != NULL && property < view->history->property_count && snapshot->codes[property] != NULL)
        return snapshot->codes[property][record];
    return code_at(view->history, property, record, view->as_of_ms);
}

static uint32_t view_company(const struct view *view, uint32_t record)
{
    const struct snapshot *snapshot = view->snapshot;
    if (snapshot != NULL && snapshot->company_of[view->object] != NULL)
        return snapshot->company_of[view->object][record];
    return primary_company(view->history, view->object, record, view->as_of_ms);
}

static bool view_deal_is_open(const struct view *view, uint32_t deal)
{
    if (view->snapshot != NULL && view->snapshot->deal_is_open != NULL) return view->snapshot->deal_is_open[deal];
    return deal_is_open(view->history, deal, view->as_of_ms);
}

static bool passes_code(const struct property_column *column, const struct test *test, uint32_t code, int64_t as_of_ms)
{
    return test_passes(test, column_value(column, code), as_of_ms);
}

/* `ever`: any version up to as_of, the value that always held included. */
static bool passed_ever(const struct view *view, const struct property_column *column, const struct test *test,
                        uint32_t record)
{
    uint64_t count;
    const struct version *versions = versions_of(column, record, &count);
    uint32_t base = column->base != NULL ? column->base[record] : 0;
    bool any = base != 0;
    if (base != 0 && passes_code(column, test, base, view->as_of_ms)) return true;
    for (uint64_t i = 0; i < count && versions[i].from_ms <= view->as_of_ms; i++) {
        if (versions[i].code == 0) continue;
        any = true;
        if (passes_code(column, test, versions[i].code, view->as_of_ms)) return true;
    }
    return !any && test_passes(test, NULL, view->as_of_ms);
}

static bool changed_within(const struct view *view, const struct property_column *column, const struct test *test,
                           uint32_t record)
{
    uint64_t count;
    const struct version *versions = versions_of(column, record, &count);
    int64_t since_ms = FOREVER;
    uint32_t code = column->base != NULL ? column->base[record] : 0;
    for (uint64_t i = 0; i < count && versions[i].from_ms <= view->as_of_ms; i++) {
        since_ms = versions[i].from_ms;
        code = versions[i].code;
    }
    if (code == 0) return test->or_unknown;
    return since_ms != FOREVER && view->as_of_ms - since_ms < duration_minutes(test->duration) * MS_PER_MINUTE;
}

/* A test on a property of the record `record` (own or at the end of a hop). */
static bool passes(const struct view *view, const struct test *test, uint32_t property, uint32_t record)
{
    bool has_facts = property < view->history->property_count && record != RECORD_NONE;
    const struct property_column *column = has_facts ? &view->history->properties[property] : NULL;
    if (test->op == OP_CHANGED_WITHIN) return has_facts ? changed_within(view, column, test, record) : test->or_unknown;
    if (!has_facts) return test_passes(test, NULL, view->as_of_ms);
    if (test->ever) return passed_ever(view, column, test, record);
    return passes_code(column, test, view_code(view, property, record), view->as_of_ms);
}

bool record_leaf(const struct view *view, const struct leaf *leaf, uint32_t record)
{
    switch (leaf->hop) {
    case HOP_OWN: return passes(view, leaf->test, leaf->property, record);
    case HOP_COMPANY: return passes(view, leaf->test, leaf->property, view_company(view, record));
    case HOP_DEAL: break;
    }
    struct association_view deals = associated(view->history, view->object, record, ENTITY_DEAL);
    for (uint32_t i = 0; i < deals.count; i++) {
        uint32_t deal = edge_end(&deals, i);
        if (deals.edges[i].from_ms <= view->as_of_ms && view_deal_is_open(view, deal) &&
            passes(view, leaf->test, leaf->property, deal))
            return true;
    }
    return false;
}

static uint16_t match_at(const struct view *view, const struct rule *rule, uint32_t record)
{
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (passes(view, &rule->cases[i].test, rule->property, record)) return (uint16_t)i;
    bool known = record != RECORD_NONE && view_code(view, rule->property, record) != 0;
    return (uint16_t)(rule->case_count + (known ? MATCH_OTHERWISE : MATCH_UNKNOWN));
}

uint16_t record_match(const struct view *view, const struct rule *rule, uint32_t record)
{
    switch (rule->hop) {
    case HOP_OWN: return match_at(view, rule, record);
    case HOP_COMPANY: return match_at(view, rule, view_company(view, record));
    case HOP_DEAL: break;
    }
    uint16_t best = (uint16_t)(rule->case_count + MATCH_UNKNOWN);
    struct association_view deals = associated(view->history, view->object, record, ENTITY_DEAL);
    for (uint32_t i = 0; i < deals.count; i++) {
        uint32_t deal = edge_end(&deals, i);
        if (deals.edges[i].from_ms > view->as_of_ms || !view_deal_is_open(view, deal)) continue;
        uint16_t match = match_at(view, rule, deal);
        if (match < best) best = match;
    }
    return best;
}

/* ---- Events ---- */

struct run record_events(struct view *view, uint32_t contact)
{
    if (view->seen != contact + 1) view->seen_word = long_now(&view->history->event_run[contact]);
    view->seen = contact + 1;
    return run_of(view->seen_word);
}

/* Instants of one contact's matching events, latest first, appended to view->moments. */
static void gather(struct view *view, const struct selector *selector, const uint8_t *class_match, uint32_t contact,
                   int64_t after_ms)
{
    const struct history *history = view->history;
    const struct selection *selection = selector->selection;
    const int64_t window_ms = selection->within_minutes < 0 ? INT64_MAX : selection->within_minutes * MS_PER_MINUTE;
    const struct run events = record_events(view, contact);
    const uint32_t known_classes = class_match != NULL ? view->tables->class_count : 0;
    for (uint64_t e = events.first + events.count; e-- > events.first;) {
        int64_t at_ms = event_ms(history, e);
        if (at_ms > view->as_of_ms) continue;
        if (at_ms <= after_ms || view->as_of_ms - at_ms >= window_ms) break;
        uint8_t match = history->class_id[e] < known_classes ? class_match[history->class_id[e]] : CLASS_ASK;
        if (match == CLASS_YES || (match == CLASS_ASK && event_matches(history, selector, e, view->as_of_ms)))
            *LIST_ADD(&view->moments) = at_ms;
    }
}

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Call `visit` for each contact whose events the record sees. */
static void each_contact(struct view *view, uint32_t record,
                         void (*visit)(struct view *view, uint32_t contact, void *context), void *context)
{
    if (view->object == ENTITY_CONTACT) {
        visit(view, record, context);
        return;
    }
    struct association_view contacts = associated(view->history, view->object, record, ENTITY_CONTACT);
    for (uint32_t i = 0; i < contacts.count; i++)
        if (contacts.edges[i].from_ms <= view->as_of_ms) visit(view, edge_end(&contacts, i), context);
}

struct gathering {
    const struct selector *selector;
    const uint8_t *class_match;
    int64_t after_ms;
};

static void gather_contact(struct view *view, uint32_t contact, void *context)
{
    struct gathering *g = context;
    gather(view, g->selector, g->class_match, contact, g->after_ms);
}

void record_tally(struct view *view, const struct selector *selector, const uint8_t *class_match, uint32_t record,
                  int64_t after_ms, struct tally *out)
{
    struct gathering g = {.selector = selector, .class_match = class_match, .after_ms = after_ms};
    view->moments.count = 0;
    each_contact(view, record, gather_contact, &g);
    if (view->object != ENTITY_CONTACT && view->moments.count > 1)
        qsort(view->moments.at, view->moments.count, sizeof *view->moments.at, descending);
    selector_tally(selector, view->moments.at, view->moments.count, view->as_of_ms, out);
}

/* ---- Resets and adjustments (semantics 6) ---- */

struct special_event {
    int64_t at_ms;
    int64_t micro; /* of an adjustment */
    bool reset, all;
};

struct special_events {
    struct special_event *events;
    uint32_t count, capacity;
};

static uint32_t event_property(const struct history *history, struct str name)
{
    return catalog_find(history->catalog, ENTITY_EVENT, name);
}

static void find_specials(struct view *view, uint32_t contact, void *context)
{
    struct special_events *found = context;
    const struct history *history = view->history;
    const struct run events = record_events(view, contact);
    for (uint64_t e = events.first; e < events.first + events.count; e++) {
        int64_t at_ms = event_ms(history, e);
        if (at_ms > view->as_of_ms) break;
        uint32_t class_id = history->class_id[e];
        bool known = view->tables != NULL && class_id < view->tables->class_count;
        bool special = known ? view->tables->special != NULL && view->tables->special[class_id]
                             : class_is_special(history, view->program->score, class_id);
        if (!special) continue;
        const struct value *named = event_value(history, e, event_property(history, STR("score")));
        if (named == NULL || !str_equal(named->raw, view->program->score->name)) continue;
        if (found->count == found->capacity) {
            found->capacity = found->capacity == 0 ? 8 : found->capacity * 2;
            found->events = memory_resize(found->events, found->capacity, sizeof *found->events);
        }
        struct special_event event = {.at_ms = at_ms};
        event.reset = str_equal(history->classes[class_id].folded, STR("plumb.score_reset"));
        uint32_t part = event_property(history, event.reset ? STR("category") : STR("points"));
        const struct value *value = event_value(history, e, part);
        double whole = 0;
        if (event.reset) event.all = value != NULL && str_equal(value->raw, STR("all"));
        else if (value != NULL && str_to_double(value->raw, &whole)) event.micro = (int64_t)whole * MICRO_PER_POINT;
        found->events[found->count++] = event;
    }
}

static int by_time_then_points(const void *a, const void *b)
{
    const struct special_event *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->micro > y->micro) - (x->micro < y->micro);
}

struct specials record_specials(struct view *view, uint32_t record)
{
    struct special_events found = {0};
    struct specials specials = {.engagement_after_ms = INT64_MIN};
    each_contact(view, record, find_specials, &found);
    if (found.count == 0) return specials;
    qsort(found.events, found.count, sizeof *found.events, by_time_then_points);
    int64_t all_after_ms = INT64_MIN;
    for (uint32_t i = 0; i < found.count; i++) {
        if (!found.events[i].reset) continue;
        specials.engagement_after_ms = found.events[i].at_ms;
        if (found.events[i].all) all_after_ms = found.events[i].at_ms;
    }
    specials.adjustments = ARENA_ARRAY(view->arena, struct adjustment, found.count);
    for (uint32_t i = 0; i < found.count; i++) {
        const struct special_event *event = &found.events[i];
        if (event->reset || event->at_ms <= all_after_ms) continue;
        specials.adjustments[specials.adjustment_count++] =
            (struct adjustment){.at_ms = event->at_ms, .micro = event->micro};
        specials.adjustment_micro += event->micro;
    }
    memory_free(found.events);
    return specials;
}

/* ---- Rollups (semantics 4.4) ---- */

/* sum / count, rounded half away from zero. */
static int64_t average(int64_t sum, int64_t count)
{
    int64_t size = sum < 0 ? -sum : sum;
    int64_t rounded = size / count + (size % count >= count - size % count);
    return sum < 0 ? -rounded : rounded;
}

static int64_t take_values(const struct rule *rule, int64_t *values, uint32_t count)
{
    if (count == 0) return 0;
    qsort(values, count, sizeof *values, descending);
    if (rule->take == TAKE_MAX) return values[0];
    if (rule->take == TAKE_MIN) return values[count - 1];
    uint32_t taken = rule->take == TAKE_TOP && rule->top < count ? rule->top : count;
    int64_t sum = 0;
    for (uint32_t i = 0; i < taken; i++) sum += values[i];
    return rule->take == TAKE_AVG ? average(sum, count) : sum;
}

static bool part_of_other(const struct view *view, const struct rule *rule, uint32_t record, int64_t *micro)
{
    if (view->scorer != NULL) return scorer_part(view->scorer, rule->score, record, view->as_of_ms, rule->part, micro);
    return score_part_at(view->scan, rule->score, record, view->as_of_ms, rule->part, micro);
}

struct rollup_value record_rollup(struct view *view, const struct rule *rule, uint32_t record)
{
    struct rollup_value out = {0};
    struct association_view others = associated(view->history, view->object, record, rule->over);
    if (others.count > view->value_capacity) {
        view->value_capacity = (size_t)others.count + others.count / 2;
        view->values = memory_resize(view->values, view->value_capacity, sizeof *view->values);
    }
    for (uint32_t i = 0; i < others.count; i++) {
        if (others.edges[i].from_ms > view->as_of_ms) continue;
        out.records++;
        if (part_of_other(view, rule, edge_end(&others, i), &view->values[out.known])) out.known++;
    }
    out.micro = take_values(rule, view->values, out.known);
    return out;
}
