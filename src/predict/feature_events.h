/* feature_events.h — a record's events up to an instant, and what there is of each kind. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FEATURE_EVENTS_H
#define PLUMB_PREDICT_FEATURE_EVENTS_H

#include "predict/feature_plan.h"

#define POOLED_CONTACTS_MAX 1000 /* of a company or deal: the first ones */

struct event_tally {
    uint32_t within_7, within_30, within_60, within_90, ever, days;
    int64_t latest_ms, latest_day;
    double decayed;
};

/* For one thread. */
struct event_reader {
    const struct history *history;
    const struct event_kind *kinds;
    uint32_t kind_count;
    uint64_t *class_kinds; /* [event classes] bit k: the name is that of kind k */
    struct event_tally tallies[EVENT_KINDS_MAX];
    LIST(struct dated_event) events; /* of the record that was read last, by time */
    uint32_t contacts[POOLED_CONTACTS_MAX];
};

void event_reader_init(struct event_reader *reader, const struct history *history, const struct event_kind *kinds,
                       uint32_t kind_count);
void event_reader_release(struct event_reader *reader);

/* Read the events of a record up to an instant, pooled of a company's or deal's contacts of that instant. */
void event_reader_read(struct event_reader *reader, enum entity object, uint32_t record, int64_t as_of_ms);
/* Fill the tallies from them. */
void event_reader_tally(struct event_reader *reader, int64_t as_of_ms);

/* Events within 30 days of the company's contacts but this one. */
uint32_t event_reader_colleagues(struct event_reader *reader, uint32_t company, uint32_t contact, int64_t as_of_ms);

/* The text by which a value of an event's property is one of a kind; empty for what is no category. */
struct str event_text(const struct value *value);

#endif
