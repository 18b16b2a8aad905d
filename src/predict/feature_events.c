/* feature_events.c — see feature_events.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/feature_events.h"

#include <math.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/intern.h"

#define HALF_LIFE_DAYS 30.0

void event_reader_init(struct event_reader *reader, const struct history *history, const struct event_kind *kinds,
                       uint32_t kind_count)
{
    const uint32_t classes = history_event_classes(history);
    INVARIANT(kind_count <= EVENT_KINDS_MAX);
    *reader = (struct event_reader){.history = history, .kinds = kinds, .kind_count = kind_count};
    reader->class_kinds = memory_array(classes, sizeof *reader->class_kinds);
    for (uint32_t c = 0; c < classes; c++) {
        struct str name = history_class_name(history, c);
        for (uint32_t k = 0; k < kind_count && name.len > 0; k++)
            if (kinds[k].name.len == 0 || str_equal(kinds[k].name, name)) reader->class_kinds[c] |= UINT64_C(1) << k;
    }
}

void event_reader_release(struct event_reader *reader)
{
    memory_free(reader->class_kinds);
    LIST_RELEASE(&reader->events);
}

/* ---- Reading. ---- */

static void add_contact(struct event_reader *reader, uint32_t contact, int64_t as_of_ms)
{
    uint32_t count = history_contact_events(reader->history, contact, as_of_ms, 0, NULL);
    while (reader->events.capacity < reader->events.count + count)
        reader->events.at =
            list_grown(reader->events.at, reader->events.capacity, &reader->events.capacity, sizeof *reader->events.at);
    if (count == 0) return;
    history_contact_events(reader->history, contact, as_of_ms, count, reader->events.at + reader->events.count);
    reader->events.count += count;
}

static int by_time(const void *a, const void *b)
{
    const struct dated_event *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

void event_reader_read(struct event_reader *reader, enum entity object, uint32_t record, int64_t as_of_ms)
{
    reader->events.count = 0;
    if (object == ENTITY_CONTACT) {
        add_contact(reader, record, as_of_ms);
        return;
    }
    uint32_t count = history_associated(reader->history, object, record, ENTITY_CONTACT, as_of_ms, reader->contacts,
                                        POOLED_CONTACTS_MAX);
    if (count > POOLED_CONTACTS_MAX) count = POOLED_CONTACTS_MAX;
    for (uint32_t i = 0; i < count; i++) add_contact(reader, reader->contacts[i], as_of_ms);
    if (count > 1) qsort(reader->events.at, reader->events.count, sizeof *reader->events.at, by_time);
}

/* ---- Tallies. ---- */

/* An event as it is told to each of its kinds. */
struct told_event {
    int64_t at_ms, age_ms, day;
    double decayed;
};

static struct told_event tell_event(int64_t at_ms, int64_t as_of_ms)
{
    int64_t age_ms = as_of_ms - at_ms;
    return (struct told_event){at_ms, age_ms, floor_div(at_ms, MS_PER_DAY),
                               exp2(-(double)age_ms / (double)MS_PER_DAY / HALF_LIFE_DAYS)};
}

static void tally_event(struct event_tally *tally, const struct told_event *event)
{
    tally->within_7 += event->age_ms < 7 * MS_PER_DAY;
    tally->within_30 += event->age_ms < 30 * MS_PER_DAY;
    tally->within_60 += event->age_ms < 60 * MS_PER_DAY;
    tally->within_90 += event->age_ms < 90 * MS_PER_DAY;
    tally->days += tally->ever == 0 || tally->latest_day != event->day;
    tally->ever++;
    tally->latest_ms = event->at_ms;
    tally->latest_day = event->day;
    tally->decayed += event->decayed;
}

struct str event_text(const struct value *value)
{
    if (value == NULL) return STR("");
    switch (value->type) {
    case TYPE_BOOLEAN: return value->boolean ? STR("true") : STR("false");
    case TYPE_OPEN:
    case TYPE_STRING:
    case TYPE_ENUMERATION: return value->folded;
    case TYPE_NUMBER:
    case TYPE_DATE:
    case TYPE_DATETIME:
    case TYPE_SET: break;
    }
    return STR("");
}

void event_reader_tally(struct event_reader *reader, int64_t as_of_ms)
{
    for (uint32_t k = 0; k < reader->kind_count; k++) reader->tallies[k] = (struct event_tally){0};
    for (uint64_t e = 0; e < reader->events.count; e++) {
        const struct dated_event *event = &reader->events.at[e];
        uint64_t kinds = reader->class_kinds[event->class_id];
        if (kinds == 0) continue;
        const struct told_event told = tell_event(event->at_ms, as_of_ms);
        uint32_t asked = INTERN_NONE; /* the property whose text is at hand */
        struct str text = {0};
        for (; kinds != 0; kinds &= kinds - 1) {
            uint32_t k = (uint32_t)__builtin_ctzll(kinds);
            const struct event_kind *kind = &reader->kinds[k];
            if (kind->property != INTERN_NONE) {
                if (kind->property != asked)
                    text = event_text(history_event_value(reader->history, event->number, kind->property));
                asked = kind->property;
                if (!str_equal(text, kind->text)) continue;
            }
            tally_event(&reader->tallies[k], &told);
        }
    }
}

uint32_t event_reader_colleagues(struct event_reader *reader, uint32_t company, uint32_t contact, int64_t as_of_ms)
{
    uint32_t sum = 0;
    uint32_t count = history_associated(reader->history, ENTITY_COMPANY, company, ENTITY_CONTACT, as_of_ms,
                                        reader->contacts, POOLED_CONTACTS_MAX);
    if (count > POOLED_CONTACTS_MAX) count = POOLED_CONTACTS_MAX;
    reader->events.count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (reader->contacts[i] != contact) add_contact(reader, reader->contacts[i], as_of_ms);
    for (uint64_t e = 0; e < reader->events.count; e++)
        if (as_of_ms - reader->events.at[e].at_ms < 30 * MS_PER_DAY)
            sum += history_class_name(reader->history, reader->events.at[e].class_id).len > 0;
    return sum;
}
