/* live.h — a history that grows: one writer, any number of readers, no locks.
 *
 * The layout is that of history.h, in arrays that never move (they lie in reserved address
 * space) and are only appended to. What belongs to one owner (a contact's events, a
 * record's versions of a property, its associations) is a *run*: a sorted stretch of a
 * pool, named by one 64-bit word {first, count}. A fact that belongs at the end of a run
 * with room behind it is written there; any other copies the run to the end of the pool.
 * Then the word is swung, with release order. Whoever read the old word keeps a whole,
 * unchanged run.
 *
 * What runs have outgrown is used again when every visit that may have seen it is over.
 *
 * So a reader may look at one record at any time, and a copy of the words of events and
 * associations (live_freeze) is a consistent history for a scan over everybody.
 *
 * Records are numbered in the order in which they were added, event classes and the codes
 * of values likewise: those numbers differ from a history that a builder made of the same
 * facts, scores and ledgers do not. A number is never used again.
 *
 * Writing happens between live_begin and live_commit or live_rollback. Readers see facts
 * at once, also before the commit, but for events that come late: those wait for live_place_late,
 * which a commit implies. A rollback takes back what was seen. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_LIVE_H
#define PLUMB_HISTORY_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/visits.h"
#include "history/builder.h"
#include "history/history.h"

struct live; /* opaque; see live.c */

/* An empty one. The catalog is borrowed. An open property takes any text and remembers what its texts
 * have in common (catalog_meet); live_settle makes that its type. */
struct live *live_new(struct catalog *catalog);
void live_free(struct live *live); /* NULL is fine; no reader may be left */

/* Around each look at facts of the growing history by others than the writer: what was outgrown stays until the visit is
 * over. Any thread; visits may overlap and contain each other. Cost: two short locks. */
void live_visit(const struct live *live, struct visit *visit);
void live_leave(const struct live *live, struct visit *visit);

/* The growing history itself, for questions about one record: history_value, history_find,
 * scan_explain. Any thread, at any time, for whoever visits; records and their names may be asked for by anybody. */
const struct history *live_history(const struct live *live);

/* The history as it is now, for scans over everybody: it shares the pools and has words of its own. Only
 * values of properties are those of the time when a scan of it begins (or an explanation asks). It is a visit in itself.
 * Any thread, also while the writer writes. Free with history_free before the live one.
 * Cost: 8 bytes copied a record, and as much again for each kind of association. */
struct history *live_freeze(const struct live *live);

/* ---- Writing: one thread. ---- */

void live_begin(struct live *live);
/* As live_begin, while nobody reads until live_commit: loading at start. Nothing outgrown is left behind then,
 * whatever the order of the facts, and it cannot be rolled back. */
void live_begin_alone(struct live *live);
void live_commit(struct live *live);
void live_rollback(
    struct live *live); /* everything since live_begin is gone, but for codes and classes that nobody uses */

/* The next number of this object. Ids are at most 256 bytes and new: the caller asked history_find. An empty one, of who
 * was erased, leads nowhere.
 * RECORD_NONE over RECORDS_MAX. */
uint32_t live_add_record(struct live *live, enum entity object, struct str id, bool listed);
/* Shown and counted, or not (archived, merged, erased). */
void live_list_record(struct live *live, enum entity object, uint32_t record, bool listed);

/* Would the property take this text? Errors as history_builder_property. An open property
 * takes any text, and so does one whose type only a question has settled: what does not parse is
 * then kept and is no value. */
MUST_CHECK enum err live_check(const struct live *live, uint32_t property, struct str text, struct err_info *why);

/* The property has this value from from_ms (FOREVER: always) on; empty: none from then on. Of several
 * at one instant the greatest (fact_id, text) holds. The caller asked live_check: a text that
 * does not parse stops the process. True when that changed anything. */
bool live_set(struct live *live, uint32_t property, uint32_t record, int64_t from_ms, struct str text,
              struct str fact_id);

/* `from` is associated with `to` from from_ms on. An earlier instant replaces a later one. True when that
 * changed anything. */
bool live_associate(struct live *live, enum association kind, uint32_t from, uint32_t to, int64_t from_ms);
/* Whoever is not associated any more: as if it had never been. */
bool live_dissociate(struct live *live, enum association kind, uint32_t from, uint32_t to);

/* Tell each association of a record, from either end. The writer's thread. */
void live_associations(const struct live *live, enum entity object, uint32_t record,
                       void (*tell)(void *context, enum association kind, uint32_t from, uint32_t to, int64_t from_ms),
                       void *context);

/* The open type of a property becomes `type` (see catalog_settled_type), and its values are read as that. One that
 * does not parse is no value from then on; returns how many of the different ones those are. A property that is
 * settled stays as it is. Outside begin and commit, too. */
uint32_t live_settle(struct live *live, uint32_t property, enum type type);

/* The catalog's word about a property has changed: its values are read as that says. Outside begin and commit, too. */
void live_reread(struct live *live, uint32_t property);
/* How many of the different values that it ever had would be none, were it declared like `as`. */
uint32_t live_contradicting(const struct live *live, const struct property *as, uint32_t property);

/* Events of this contact are asked about a little later, and then wait less for memory: first their run, then (when that
 * is there) its latest events are asked for, by two calls some time apart. */
enum live_step { LIVE_RUN, LIVE_LATEST };
void live_look_ahead(const struct live *live, uint32_t contact, enum live_step step);

/* Is there an event of this contact whose message id has this hash? Calls same(context, row)
 * for each such event until it says yes. */
bool live_has_event(const struct live *live, uint32_t contact, uint32_t id_hash,
                    bool (*same)(void *context, uint32_t row), void *context);

/* Append one event. `fact->id` is not looked at: id_hash (0: it has none) and row stand for it. Rows
 * rise from event to event; those of a batch that was rolled back are given again.
 * Errors as history_builder_event; nothing is kept of a refused event. */
MUST_CHECK enum err live_event(struct live *live, const struct event_fact *fact, uint32_t id_hash, uint32_t row,
                               uint32_t *bad_property, struct err_info *why);

/* Events of the batch that belong before others of their contact are seen from now on: each contact's run is copied once
 * for all of them. Whoever scores within a batch calls it first. */
void live_place_late(struct live *live);

/* The event of this row is judged automatic, or not any more. False: the contact has no such event, or it bears this
 * mark already, or there is no room for another kind of event. Never while the live history is alone. */
bool live_mark_event(struct live *live, uint32_t contact, uint32_t row, bool bot);

/* The rows of a contact's events from the latest on, at most `most`; `skip` of them left out. For
 * timelines. Returns how many. Any thread. */
uint32_t live_event_rows(const struct live *live, uint32_t contact, uint32_t skip, uint32_t most, uint32_t *rows);
uint32_t live_event_count(const struct live *live, uint32_t contact);

/* Two records are one (semantics 7): events, versions and associations of `goes` become those
 * of `stays`; `goes` has none left, is not listed, and its id finds `stays`. Events of both with
 * one message id become one: `same` tells of two rows with equal hashes; it is asked of contacts only. */
void live_merge(struct live *live, enum entity object, uint32_t stays, uint32_t goes,
                bool (*same)(void *context, uint32_t a, uint32_t b), void *context);

/* Forget all facts about a record but its number: erased people. Its id reads as empty and, like its
 * aliases, leads nowhere, until it is given anew. Values and names that nobody has any more stay in memory,
 * out of reach, until the process ends. */
void live_erase(struct live *live, enum entity object, uint32_t record);

#endif
