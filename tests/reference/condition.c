/* condition.c — the reference's answers about properties and events (semantics 4.2).
 *
 * A value is a text; it is parsed again each time somebody asks. The version that holds,
 * the primary company, the events of a record: each is found by looking at every fact. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "reference/reference.h"

int64_t ref_duration_ms(struct ref_duration d)
{
    switch (d.unit) {
    case 'm': return d.count * MS_PER_MINUTE;
    case 'h': return d.count * MS_PER_HOUR;
    case 'w': return d.count * 7 * MS_PER_DAY;
    default: return d.count * MS_PER_DAY;
    }
}

/* ---- Who is who. ---- */

static void find_people(struct ref_world *world)
{
    for (uint32_t i = 0; i < world->record_count[REF_CONTACT]; i++) world->person[i] = i;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < world->fact_count; i++) {
            const struct ref_fact *f = &world->fact[i];
            if (f->dropped || f->kind != REF_JOIN) continue;
            uint32_t *a = &world->person[f->record], *b = &world->person[f->other];
            changed |= *a != *b;
            if (*a < *b) *b = *a;
            else *a = *b;
        }
    }
}

/* The same message id twice for the same contact is one event. */
static bool happened_before(const struct ref_world *world, const struct ref_fact *f)
{
    if (f->id.len == 0) return false;
    for (uint32_t i = 0; i < world->event_count; i++)
        if (world->person[world->event[i]->record] == world->person[f->record] && str_equal(world->event[i]->id, f->id))
            return true;
    return false;
}

void ref_settle(struct ref_world *world)
{
    find_people(world);
    world->association_count = world->event_count = 0;
    for (uint32_t i = 0; i < world->fact_count; i++) {
        struct ref_fact *f = &world->fact[i];
        if (f->dropped) continue;
        if (f->kind == REF_ASSOCIATION) world->association[world->association_count++] = f;
        if (f->kind == REF_HAPPENING && !happened_before(world, f)) world->event[world->event_count++] = f;
    }
}

static bool same(const struct ref_world *world, enum ref_entity of, uint32_t a, uint32_t b)
{
    return of == REF_CONTACT ? world->person[a] == world->person[b] : a == b;
}

bool ref_associated(const struct ref_world *world, enum ref_entity of, uint32_t record, enum ref_entity with,
                    uint32_t other, int64_t as_of_ms)
{
    for (uint32_t i = 0; i < world->association_count; i++) {
        const struct ref_fact *f = world->association[i];
        if (f->at_ms > as_of_ms) continue;
        if (f->from == of && f->to == with && same(world, of, f->record, record) && same(world, with, f->other, other))
            return true;
        if (f->to == of && f->from == with && same(world, of, f->other, record) && same(world, with, f->record, other))
            return true;
    }
    return false;
}

/* When a record's association with a company began: it does so once, however often it is told again. */
static int64_t began_ms(const struct ref_view *view, uint32_t company)
{
    int64_t began = INT64_MAX;
    for (uint32_t i = 0; i < view->world->association_count; i++) {
        const struct ref_fact *f = view->world->association[i];
        if (f->to != REF_COMPANY || f->other != company) continue;
        if (f->from == view->object && same(view->world, f->from, f->record, view->record) && f->at_ms < began)
            began = f->at_ms;
    }
    return began;
}

/* The company whose association began last; of several at once the one with the greatest id. */
static uint32_t primary_company(const struct ref_view *view)
{
    const struct ref_world *world = view->world;
    uint32_t best = REF_NONE;
    for (uint32_t company = 0; company < world->record_count[REF_COMPANY]; company++) {
        int64_t began = began_ms(view, company);
        if (began > view->as_of_ms) continue;
        int64_t best_began = best == REF_NONE ? 0 : began_ms(view, best);
        if (best == REF_NONE || began > best_began ||
            (began == best_began &&
             str_compare(world->record[REF_COMPANY][company].id, world->record[REF_COMPANY][best].id) > 0))
            best = company;
    }
    return best;
}

/* ---- Properties and their versions. ---- */

static bool is_version_of(const struct ref_world *world, const struct ref_fact *f, uint32_t property, uint32_t record)
{
    return !f->dropped && f->kind == REF_VERSION && f->property == property &&
           same(world, world->property[property].of, f->record, record);
}

static bool is_later_version(const struct ref_fact *a, const struct ref_fact *b)
{
    if (a->at_ms != b->at_ms) return a->at_ms > b->at_ms;
    int by_id = str_compare(a->id, b->id);
    return by_id != 0 ? by_id > 0 : str_compare(str_trim(a->text), str_trim(b->text)) > 0;
}

/* The version that holds at an instant, or NULL. It may say "no value". */
static const struct ref_fact *version_at(const struct ref_world *world, uint32_t property, uint32_t record,
                                         int64_t at_ms)
{
    const struct ref_fact *best = NULL;
    for (uint32_t i = 0; i < world->fact_count; i++) {
        const struct ref_fact *f = &world->fact[i];
        if (is_version_of(world, f, property, record) && f->at_ms <= at_ms &&
            (best == NULL || is_later_version(f, best)))
            best = f;
    }
    return best;
}

static bool has_value(const struct ref_fact *version)
{
    return version != NULL && str_trim(version->text).len > 0;
}

static bool folded_is(struct arena *arena, struct str a, const char *b)
{
    return str_equal(unicode_fold(arena, a), str_from_c(b));
}

/* A deal is open unless its stage or is_closed says otherwise. */
static bool deal_is_open(const struct ref_view *view, uint32_t deal)
{
    static const char *const ends[] = {"won", "lost", "closed", "closedwon", "closedlost", "closed won", "closed lost"};
    for (uint32_t p = 0; p < view->world->property_count; p++) {
        const struct ref_property *property = &view->world->property[p];
        if (property->of != REF_DEAL) continue;
        bool stage = str_equal(property->name, STR("stage")) || str_equal(property->name, STR("dealstage")) ||
                     str_equal(property->name, STR("deal_stage"));
        bool closed = str_equal(property->name, STR("is_closed"));
        const struct ref_fact *version = version_at(view->world, p, deal, view->as_of_ms);
        if (!has_value(version)) continue;
        for (size_t i = 0; stage && i < sizeof ends / sizeof ends[0]; i++)
            if (folded_is(view->arena, version->text, ends[i])) return false;
        if (closed && (folded_is(view->arena, version->text, "true") || folded_is(view->arena, version->text, "yes") ||
                       folded_is(view->arena, version->text, "1")))
            return false;
    }
    return true;
}

/* ---- Lists. ---- */

/* The latest word that was said about the record and the list by as_of. */
static bool is_on_list(const struct ref_view *view, uint32_t list)
{
    const struct ref_fact *last = NULL;
    for (uint32_t i = 0; i < view->world->fact_count; i++) {
        const struct ref_fact *f = &view->world->fact[i];
        if (f->dropped || f->kind != REF_LISTING || f->list != list || f->at_ms > view->as_of_ms) continue;
        if (!same(view->world, view->object, f->record, view->record)) continue;
        int by_id = last == NULL ? 0 : str_compare(f->id, last->id);
        if (last == NULL || f->at_ms > last->at_ms || (f->at_ms == last->at_ms && (by_id > 0 || (by_id == 0 && f->on))))
            last = f;
    }
    return last != NULL && last->on;
}

/* ---- One test on one value. ---- */

static bool truth(struct arena *arena, struct str text)
{
    return folded_is(arena, text, "true") || folded_is(arena, text, "yes") || folded_is(arena, text, "1");
}

static double number(struct str text)
{
    double value = 0;
    if (!str_to_double(str_trim(text), &value)) abort();
    return value;
}

static struct ref_duration duration_of(struct str text)
{
    int64_t count = 0;
    if (!str_to_i64((struct str){text.at, text.len - 1}, &count)) abort();
    return (struct ref_duration){(uint32_t)count, text.at[text.len - 1]};
}

/* An instant of a value or an argument: RFC 3339, a date, or relative to now. */
static int64_t instant(struct str text, int64_t as_of_ms)
{
    text = str_trim(text);
    if (str_equal(text, STR("now"))) return as_of_ms;
    if (str_starts_with(text, STR("now"))) {
        int64_t by = ref_duration_ms(duration_of((struct str){text.at + 4, text.len - 4}));
        return text.at[3] == '-' ? as_of_ms - by : as_of_ms + by;
    }
    int64_t at = 0;
    if (!instant_parse_loose(text, &at)) abort();
    return at;
}

static bool text_passes(struct arena *arena, const struct ref_test *test, struct str text)
{
    struct str value = unicode_fold(arena, text);
    bool equal = false, contains = false, starts = false, ends = false;
    for (uint32_t i = 0; i < test->argument_count; i++) {
        struct str argument = unicode_fold(arena, test->argument[i]);
        equal |= str_equal(value, argument);
        contains |= str_contains(value, argument);
        starts |= str_starts_with(value, argument);
        ends |= str_ends_with(value, argument);
    }
    switch (test->op) {
    case REF_IS:
    case REF_IN: return equal;
    case REF_IS_NOT:
    case REF_NOT_IN: return !equal;
    case REF_CONTAINS: return contains;
    case REF_NOT_CONTAINS: return !contains;
    case REF_STARTS_WITH: return starts;
    case REF_ENDS_WITH: return ends;
    default: abort();
    }
}

static bool number_passes(const struct ref_test *test, double value)
{
    bool equal = false;
    for (uint32_t i = 0; i < test->argument_count; i++) equal |= value == number(test->argument[i]);
    double first = test->argument_count > 0 ? number(test->argument[0]) : 0;
    double second = test->argument_count > 1 ? number(test->argument[1]) : 0;
    switch (test->op) {
    case REF_IS:
    case REF_IN: return equal;
    case REF_IS_NOT:
    case REF_NOT_IN: return !equal;
    case REF_GT: return value > first;
    case REF_GTE: return value >= first;
    case REF_LT: return value < first;
    case REF_LTE: return value <= first;
    case REF_BETWEEN: return value >= first && value <= second;
    case REF_NOT_BETWEEN: return value < first || value > second;
    default: abort();
    }
}

static bool instant_passes(const struct ref_test *test, int64_t value, int64_t as_of_ms)
{
    int64_t first = test->argument_count > 0 ? instant(test->argument[0], as_of_ms) : 0;
    int64_t second = test->argument_count > 1 ? instant(test->argument[1], as_of_ms) : 0;
    int64_t age = as_of_ms - value, limit = ref_duration_ms(test->duration);
    switch (test->op) {
    case REF_BEFORE: return value < first;
    case REF_AFTER: return value > first;
    case REF_BETWEEN: return value >= first && value <= second;
    case REF_WITHIN: return age >= 0 && age < limit;
    case REF_OLDER_THAN: return age >= limit;
    case REF_IN_NEXT: return age < 0 && -age <= limit;
    default: abort();
    }
}

static bool set_holds(struct arena *arena, struct str text, struct str wanted)
{
    while (text.len > 0) {
        struct str member = unicode_fold(arena, str_cut(&text, ';'));
        if (member.len > 0 && str_equal(member, unicode_fold(arena, wanted))) return true;
    }
    return false;
}

static bool set_passes(struct arena *arena, const struct ref_test *test, struct str text)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < test->argument_count; i++) held += set_holds(arena, text, test->argument[i]);
    bool others = false; /* members that no argument names */
    struct str rest = text;
    while (rest.len > 0) {
        struct str member = unicode_fold(arena, str_cut(&rest, ';'));
        bool named = member.len == 0;
        for (uint32_t i = 0; i < test->argument_count; i++)
            named |= str_equal(member, unicode_fold(arena, test->argument[i]));
        others |= !named;
    }
    switch (test->op) {
    case REF_HAS_ANY: return held > 0;
    case REF_HAS_ALL: return held == test->argument_count;
    case REF_HAS_NONE: return held == 0;
    case REF_IS_EXACTLY: return held == test->argument_count && !others;
    default: abort();
    }
}

static bool value_passes(struct arena *arena, const struct ref_test *test, enum ref_type type, struct str text,
                         int64_t as_of_ms)
{
    if (test->op == REF_KNOWN) return true;
    if (test->op == REF_UNKNOWN) return false;
    switch (type) {
    case REF_BOOLEAN: return (truth(arena, text) == truth(arena, test->argument[0])) == (test->op == REF_IS);
    case REF_NUMBER: return number_passes(test, number(text));
    case REF_DATE:
    case REF_DATETIME: return instant_passes(test, instant(text, as_of_ms), as_of_ms);
    case REF_STRING:
    case REF_ENUMERATION: return text_passes(arena, test, text);
    case REF_SET: return set_passes(arena, test, text);
    }
    abort();
}

static bool without_a_value(const struct ref_test *test)
{
    return test->op == REF_UNKNOWN || test->or_unknown;
}

/* Any version up to as_of that was not replaced in the very instant it began. */
static bool ever_passes(const struct ref_view *view, const struct ref_test *test, uint32_t property, uint32_t record)
{
    for (uint32_t i = 0; i < view->world->fact_count; i++) {
        const struct ref_fact *f = &view->world->fact[i];
        if (!is_version_of(view->world, f, property, record) || f->at_ms > view->as_of_ms || !has_value(f)) continue;
        const struct ref_fact *held = version_at(view->world, property, record, f->at_ms);
        if (str_equal(held->text, f->text) &&
            value_passes(view->arena, test, view->world->property[property].type, f->text, view->as_of_ms))
            return true;
    }
    return false;
}

/* Has any version up to as_of a value? */
static bool ever_known(const struct ref_view *view, uint32_t property, uint32_t record)
{
    struct ref_test known = {.op = REF_KNOWN};
    return ever_passes(view, &known, property, record);
}

/* A test on a property of a given record. */
static bool property_passes(const struct ref_view *view, const struct ref_test *test, uint32_t property,
                            uint32_t record)
{
    const struct ref_fact *version = version_at(view->world, property, record, view->as_of_ms);
    if (test->ever)
        return ever_passes(view, test, property, record) || (test->or_unknown && !ever_known(view, property, record));
    if (!has_value(version)) return without_a_value(test);
    if (test->op == REF_CHANGED_WITHIN)
        return version->at_ms != REF_ALWAYS && view->as_of_ms - version->at_ms < ref_duration_ms(test->duration);
    return value_passes(view->arena, test, view->world->property[property].type, version->text, view->as_of_ms);
}

/* A test on a property seen from the record of the view: its own, or one hop away. */
static bool test_passes_here(const struct ref_view *view, const struct ref_test *test, uint32_t property)
{
    enum ref_entity of = view->world->property[property].of;
    if (of == view->object) return property_passes(view, test, property, view->record);
    if (of == REF_COMPANY) {
        uint32_t company = primary_company(view);
        return company == REF_NONE ? without_a_value(test) : property_passes(view, test, property, company);
    }
    for (uint32_t deal = 0; deal < view->world->record_count[REF_DEAL]; deal++)
        if (ref_associated(view->world, view->object, view->record, REF_DEAL, deal, view->as_of_ms) &&
            deal_is_open(view, deal) && property_passes(view, test, property, deal))
            return true;
    return false;
}

uint32_t ref_first_entry(const struct ref_view *view, uint32_t property, const struct ref_entry *entry,
                         uint32_t entry_count, bool *known)
{
    struct ref_test is_known = {.op = REF_KNOWN};
    *known = test_passes_here(view, &is_known, property);
    for (uint32_t i = 0; i < entry_count; i++)
        if (test_passes_here(view, &entry[i].test, property)) return i;
    return entry_count;
}

/* ---- Events. ---- */

bool ref_event_text(const struct ref_world *world, const struct ref_fact *event, struct str name, struct str *out)
{
    for (uint32_t i = 0; i < event->value_count; i++) {
        if (!str_equal(world->property[event->value[i].property].name, name)) continue;
        *out = event->value[i].text;
        return true;
    }
    return false;
}

static bool event_holds(const struct ref_view *view, const struct ref_condition *condition,
                        const struct ref_fact *event)
{
    switch (condition->kind) {
    case REF_ALL_OF:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (!event_holds(view, condition->child[i], event)) return false;
        return true;
    case REF_ANY_OF:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (event_holds(view, condition->child[i], event)) return true;
        return false;
    case REF_NOT_OF: return !event_holds(view, condition->child[0], event);
    case REF_PROPERTY: {
        const struct ref_property *property = &view->world->property[condition->property];
        struct str text;
        if (!ref_event_text(view->world, event, property->name, &text)) return without_a_value(&condition->test);
        return value_passes(view->arena, &condition->test, property->type, text, view->as_of_ms);
    }
    default: abort();
    }
}

/* Is it an event of the record, or of a contact associated with it? */
static bool is_event_of(const struct ref_view *view, const struct ref_fact *f)
{
    if (view->object == REF_CONTACT) return same(view->world, REF_CONTACT, f->record, view->record);
    return ref_associated(view->world, view->object, view->record, REF_CONTACT, f->record, view->as_of_ms);
}

const struct ref_fact **ref_events(const struct ref_view *view, uint32_t *count)
{
    const struct ref_fact **events = ARENA_ARRAY(view->arena, const struct ref_fact *, view->world->event_count);
    *count = 0;
    for (uint32_t i = 0; i < view->world->event_count; i++) {
        const struct ref_fact *f = view->world->event[i];
        if (f->at_ms <= view->as_of_ms && is_event_of(view, f)) events[(*count)++] = f;
    }
    return events;
}

static int latest_first(const void *a, const void *b)
{
    const struct ref_fact *x = *(const struct ref_fact *const *)a, *y = *(const struct ref_fact *const *)b;
    return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

static bool is_selected(const struct ref_view *view, const struct ref_selection *selection, const struct ref_fact *f)
{
    if (f->at_ms <= view->hidden_through_ms) return false;
    if (f->bot && !selection->include_bots) return false;
    struct str name = unicode_fold(view->arena, f->name);
    if (selection->event.len == 0 && str_starts_with(name, STR("plumb."))) return false;
    if (selection->event.len > 0 && !str_equal(name, unicode_fold(view->arena, selection->event))) return false;
    if (selection->where != NULL && !event_holds(view, selection->where, f)) return false;
    return !selection->has_within || view->as_of_ms - f->at_ms < ref_duration_ms(selection->within);
}

const struct ref_fact **ref_select(const struct ref_view *view, const struct ref_selection *selection, uint32_t *count)
{
    uint32_t all = 0;
    const struct ref_fact **events = ref_events(view, &all);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < all; i++)
        if (is_selected(view, selection, events[i])) events[kept++] = events[i];
    if (kept > 0) qsort(events, kept, sizeof events[0], latest_first);

    *count = 0;
    int64_t day = 0;
    uint32_t of_day = 0;
    for (uint32_t i = 0; i < kept; i++) {
        int64_t its_day = floor_div(events[i]->at_ms, MS_PER_DAY);
        if (i == 0 || its_day != day) of_day = 0;
        day = its_day;
        of_day++;
        if (selection->per_day > 0 && of_day > selection->per_day) continue;
        if (selection->at_most > 0 && *count == selection->at_most) break;
        events[(*count)++] = events[i];
    }
    return events;
}

/* ---- The tree. ---- */

static bool score_passes(const struct ref_view *view, const struct ref_condition *condition)
{
    struct ref_result result;
    ref_evaluate(view->arena, view->world, view->set, condition->target, view->record, view->as_of_ms, &result);
    if (!result.known) return without_a_value(&condition->test);
    if (condition->test.op == REF_KNOWN || condition->test.op == REF_UNKNOWN) return condition->test.op == REF_KNOWN;
    int64_t points = floor_div(result.micro[condition->part], 1000000);
    return number_passes(&condition->test, (double)points);
}

bool ref_holds(const struct ref_view *view, const struct ref_condition *condition)
{
    switch (condition->kind) {
    case REF_ALL_OF:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (!ref_holds(view, condition->child[i])) return false;
        return true;
    case REF_ANY_OF:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (ref_holds(view, condition->child[i])) return true;
        return false;
    case REF_NOT_OF: return !ref_holds(view, condition->child[0]);
    case REF_PROPERTY: return test_passes_here(view, &condition->test, condition->property);
    case REF_EVENTS: {
        uint32_t count = 0;
        ref_select(view, &condition->selection, &count);
        return count >= (condition->has_at_least ? condition->at_least : 1) &&
               (!condition->has_at_most || count <= condition->at_most);
    }
    case REF_SEGMENT: /* its events are events of the score that asks: a reset hides them, too */
        return ref_holds(view, view->set->segment[condition->target].when);
    case REF_LIST: return is_on_list(view, condition->target);
    case REF_SCORE: return score_passes(view, condition);
    }
    abort();
}
