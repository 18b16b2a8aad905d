/* history.h — every record's facts, laid out in columns for the evaluator.
 *
 * Records of each object are numbered from 0 in the order of their ids' bytes, so the
 * order of arrival shows nowhere. Properties are columns of codes into a dictionary of
 * parsed values; versions with a time overlay them. A contact's events lie together,
 * sorted by time: 8 bytes each,
 *
 *     minute    int32   whole minutes since 1970, rounded down
 *     ms        uint16  milliseconds within that minute
 *     class_id  uint16  event class
 *
 * An event *class* is a name, the bot mark and the low-cardinality properties; a
 * predicate is evaluated once per class. A property with too many different values
 * (see EVENT_CLASS_VALUES_MAX) is kept beside the events, sorted by event number.
 * All durations are whole minutes, so floor(age / minute) decides every window and
 * every count of decay units exactly.
 *
 * A finished history never changes; threads share it without a lock. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_HISTORY_H
#define PLUMB_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/catalog.h"
#include "core/entity.h"
#include "core/value.h"

#define RECORD_NONE UINT32_MAX
#define FOREVER INT64_MIN /* the time of a fact that always held (a column of a file) */

#define RECORDS_MAX UINT32_C(200000000)
#define EVENTS_MAX UINT64_C(4000000000)
#define EVENT_CLASSES_MAX 65535
#define EVENT_CLASS_VALUES_MAX 1024             /* different values a property may have inside classes */
#define EVENT_MIN_MS (INT64_C(-2208988800000))  /* 1900-01-01 */
#define EVENT_MAX_MS (INT64_C(127174492799999)) /* 5999-12-31T23:59:59.999 */

enum association { ASSOCIATION_CONTACT_COMPANY, ASSOCIATION_DEAL_COMPANY, ASSOCIATION_DEAL_CONTACT };
#define ASSOCIATION_COUNT 3
extern const enum entity association_ends[ASSOCIATION_COUNT][2]; /* from, to */

struct history; /* opaque here; layout in history_internal.h for src/history */

void history_free(struct history *history); /* NULL is fine */
struct catalog *history_catalog(const struct history *history);

uint32_t history_records(const struct history *history, enum entity object);
struct str history_record_id(const struct history *history, enum entity object, uint32_t record);
/* By id or alias; RECORD_NONE when unknown. */
uint32_t history_find(const struct history *history, enum entity object, struct str id);
/* False for a record that exists only because another fact mentioned it (a company named
 * in a contact's `company` column, say). */
bool history_is_listed(const struct history *history, enum entity object, uint32_t record);

uint64_t history_events(const struct history *history);
uint32_t history_event_classes(const struct history *history);
/* Bytes of all event columns and offsets, without dictionaries. */
uint64_t history_event_bytes(const struct history *history);
uint64_t history_property_bytes(const struct history *history);

/* The value of a property at as_of; NULL when it has none. */
const struct value *history_value(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms);

/* What a record's property was over time: from each instant on this value. */
struct dated_value {
    int64_t from_ms;           /* FOREVER: always */
    const struct value *value; /* NULL: none from then on */
};
/* Latest first, the first `skip` left out, at most `most` into `out`; returns how many. */
uint32_t history_versions(const struct history *history, uint32_t property, uint32_t record, uint32_t skip,
                          uint32_t most, struct dated_value *out);

/* Records of `over` that a record is associated with at as_of, the first `most` of them into `out`; returns how many
 * there are. */
uint32_t history_associated(const struct history *history, enum entity object, uint32_t record, enum entity over,
                            int64_t as_of_ms, uint32_t *out, uint32_t most);

/* The instants at which a fact began that a score of this record may depend on: events (pooled of a company's or
 * deal's contacts), values of its own properties and of those one hop away, associations. Ascending, each
 * once; at most `most`, of which `out` has room. */
uint32_t history_fact_times(const struct history *history, enum entity object, uint32_t record, int64_t *out,
                            uint32_t most);

/* An event of a contact; `number` is its name in this history. */
struct dated_event {
    int64_t at_ms;
    uint64_t number;
    uint32_t class_id;
};
/* A contact's events up to as_of, bots' among them: the latest `most` in the order of their times into `out`; returns how
 * many there are in all. */
uint32_t history_contact_events(const struct history *history, uint32_t contact, int64_t as_of_ms, uint32_t most,
                                struct dated_event *out);

/* The name of a class's events, folded as `event:` compares it; empty when `event: any` does not mean them (bots'
 * and Plumb's own). Lives as long as the history. */
struct str history_class_name(const struct history *history, uint32_t class_id);
/* The value of an event's property; NULL when it has none. */
const struct value *history_event_value(const struct history *history, uint64_t number, uint32_t property);

/* The primary company of a contact or deal at as_of; RECORD_NONE without one. */
uint32_t history_company(const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms);

/* Neither won nor lost by as_of, as far as its stage or its is_closed tell. */
bool history_deal_is_open(const struct history *history, uint32_t deal, int64_t as_of_ms);

/* When a record was first heard of: the first fact with a time among its own values, its associations and its events (a
 * company's or deal's: those of its contacts). INT64_MAX without any. */
int64_t history_first_fact(const struct history *history, enum entity object, uint32_t record);

/* Sum over all event columns and all property columns, each read once, by `threads`
 * threads: the physical limit that benchmarks compare the scan with. */
uint64_t history_read_columns(const struct history *history, unsigned threads);

#endif
