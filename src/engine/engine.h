/* engine.h — the product's verbs over a store and a history in memory.
 *
 * One writer thread takes what clients tell (facts), groups what has gathered, appends it to
 * the columns, scores the records it touched, compares bands, and makes all of it durable in
 * one transaction. Only then is anybody told that it was taken. Readers never wait for it:
 * they read the live history and an immutable *edition* of the published definitions.
 *
 * Everything here may be called from any thread unless it says otherwise. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_ENGINE_H
#define PLUMB_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "core/definition.h"
#include "engine/bot_exceptions.h"
#include "engine/fact.h"
#include "history/live.h"
#include "history/scan.h"
#include "store/store.h"

struct engine; /* opaque; see engine.c */

struct engine_options {
    struct store *store;       /* borrowed; closed by the caller after engine_close */
    const struct clock *clock; /* borrowed */
    unsigned threads;          /* for scans over everybody; at least 1 */
    uint32_t sweep_s;          /* seconds between two sweeps; 0: only when asked (engine_sweep) */
    uint32_t waiting_max;      /* facts that may wait for the writer; more are refused (ERR_UNAVAILABLE) */
    const char *snapshot_path; /* a cache of the columns, beside the store; NULL: none; read_only: read, never kept */
    bool catalog_locked;       /* facts with a property that nobody declared are refused */
    bool read_only;            /* the store is: questions only, nothing is submitted or changed */
};

/* Start the writer, which first takes everything from the store (engine_progress tells how far it is)
 * and then goes on with what was submitted meanwhile. */
MUST_CHECK enum err engine_open(const struct engine_options *options, struct engine **out, struct err_info *why);
/* Finish what was submitted, then stop. NULL is fine. */
void engine_close(struct engine *engine);

enum engine_phase { ENGINE_LOADING, ENGINE_READY, ENGINE_FAILED };
struct engine_progress {
    enum engine_phase phase;
    uint64_t done, all;  /* events taken from the store, and how many there are */
    struct err_info why; /* of ENGINE_FAILED */
};
struct engine_progress engine_progress(struct engine *engine);
/* Wait until it is no longer loading. Errors: those of the loading. */
MUST_CHECK enum err engine_wait_ready(struct engine *engine, struct err_info *why);

/* Write the cache of the columns now. It is also written when much has come, and by engine_close; not once somebody was erased,
 * until the next start. */
MUST_CHECK enum err engine_snapshot(struct engine *engine, struct err_info *why);

/* ---- Intake. ---- */

/* Facts that are taken or not taken together with others, in order, and told about together. Owned by the
 * submitter until `done` was called. */
struct submission {
    struct fact *facts;
    struct fact_result *results; /* [count], filled before done */
    size_t count;
    struct arena *arena; /* of the submitter; used in engine_submit, and no more afterwards */
    /* On the writer's thread: what was taken is durable and scored (ERR_OK), or nothing is (ERR_UNAVAILABLE: trying
     * again later may succeed). Must not block. */
    void (*done)(struct submission *submission, enum err outcome, const struct err_info *why);
    void *context;
    /* The engine's own: */
    struct str *event_texts; /* [count] */
    struct submission *next;
};

/* Queue it. The writer begins when a crowd waits, or with engine_hand_over, which whoever submits owes: so many that
 * came at the same time share a commit. Any thread.
 *
 * Errors   ERR_UNAVAILABLE: too much is waiting, or the engine stops; done is then not called. */
MUST_CHECK enum err engine_submit(struct engine *engine, struct submission *submission, struct err_info *why);
/* Nothing more is submitted for the moment: the writer begins with all that is queued, by anybody. Any thread. */
void engine_hand_over(struct engine *engine);
/* The same, and wait. */
MUST_CHECK enum err engine_take(struct engine *engine, struct fact *facts, struct fact_result *results, size_t count,
                                struct err_info *why);

/* ---- Who is who. ---- */

/* The contact with this identifier (RECORD_NONE), aliases and merges followed. */
uint32_t engine_find_contact(struct engine *engine, enum identifier_kind kind, struct str text);
/* By our id: contacts, companies, deals; the ids of those merged away, too. */
uint32_t engine_find(struct engine *engine, enum entity object, struct str id);

struct record_info {
    struct str id;
    int64_t created_ms;
    bool listed, archived;
    uint32_t merged_into;                /* RECORD_NONE: it stands for itself */
    struct fact_identifier *identifiers; /* of a contact */
    uint32_t identifier_count;
};
/* Memory in `arena`. */
void engine_record(struct engine *engine, enum entity object, uint32_t record, struct arena *arena,
                   struct record_info *out);

/* The numbers of a contact and of all that were merged into it, in `arena`; returns how many. Reads through all contacts. */
uint32_t engine_family(struct engine *engine, uint32_t contact, struct arena *arena, uint32_t **out);

/* A contact's events from the latest on: `skip` of them left out, the numbers of at most `most` into rows (for
 * store_events). Returns how many. */
uint32_t engine_event_rows(struct engine *engine, uint32_t contact, uint32_t skip, uint32_t most, uint32_t *rows);
uint32_t engine_event_count(struct engine *engine, uint32_t contact);

/* ---- Verbs about records: each is done and durable when it returns. ---- */

/* Two contacts, companies or deals are one from now on. The older stays; *stays (may be NULL) tells which that is.
 * Errors   ERR_NOT_FOUND; ERR_CONFLICT: they are one and the same already, or one of them is archived. */
MUST_CHECK enum err engine_merge(struct engine *engine, enum entity object, uint32_t a, uint32_t b, struct str actor,
                                 uint32_t *stays, struct err_info *why);
MUST_CHECK enum err engine_archive(struct engine *engine, enum entity object, uint32_t record, bool archived,
                                   struct str actor, struct err_info *why);
/* Nothing about this person is left but a number. Contacts only. */
MUST_CHECK enum err engine_erase(struct engine *engine, uint32_t contact, struct str actor, struct err_info *why);
MUST_CHECK enum err engine_associate(struct engine *engine, enum association kind, uint32_t from, uint32_t to,
                                     bool ended, struct str actor, struct err_info *why);

/* ---- Who is a program. ---- */

/* Events keep what they were judged to be; an exception takes it back for those that fit it, past and future, and who
 * is touched is scored anew. Each is durable when it returns. *changed: how many events are read differently.
 * Errors   ERR_INVALID: bot_exception_check; ERR_CONFLICT: it is there; ERR_TOO_BIG: too many. ERR_UNAVAILABLE: the store;
 *          it may then hold after the next start, and asking again is right. */
MUST_CHECK enum err engine_add_bot_exception(struct engine *engine, enum bot_exception_kind kind, struct str text,
                                             struct str actor, uint64_t *number, uint64_t *changed,
                                             struct err_info *why);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err engine_drop_bot_exception(struct engine *engine, uint64_t number, struct str actor,
                                              uint64_t *changed, struct err_info *why);
/* By number. Memory in `arena`. */
void engine_bot_exceptions(struct engine *engine, struct arena *arena, struct bot_exception **out, size_t *count);
/* Does an event of the store count as automatic now? */
bool engine_is_bot(struct engine *engine, const struct event_fact_row *event);
/* What somebody says that a property is. */
struct declaration {
    enum entity entity;
    struct str name;
    enum type type;     /* not TYPE_OPEN */
    struct str options; /* of an enumeration, divided by ';'; empty: any text */
    bool force;         /* values that contradict may become none */
    struct str actor;
};
/* Values are read as that from now on, and others are refused; scores follow.
 * Errors   ERR_CONFLICT: *contradicting of the different values would be none, and it is not forced (events are never
 *          forced); ERR_INVALID: a definition in force would not hold, or it is no declaration; ERR_TOO_BIG. */
MUST_CHECK enum err engine_declare(struct engine *engine, const struct declaration *declaration,
                                   uint32_t *contradicting, struct err_info *why);

/* A line in the audit log about something that was done elsewhere (a sign-in, a token). */
MUST_CHECK enum err engine_audit(struct engine *engine, struct str actor, struct str action, struct str target,
                                 struct str detail, struct err_info *why);

/* ---- What is published. ---- */

/* Every definition in force, compiled together. Immutable, but for the live history under its scan. */
struct edition {
    struct arena *arena;
    struct definitions set;
    struct scan *scan;          /* for scan_explain and scan_in_segment on the live history; never for scan_run */
    uint32_t *versions;         /* [score_count] of the scores; 0 of anonymous ones */
    struct str *texts;          /* [score_count] as their authors wrote them */
    uint32_t *segment_versions; /* [segment_count] */
    struct str *segment_texts;  /* [segment_count] */
    uint32_t references;        /* atomic */
};
const struct edition *engine_edition(struct engine *engine); /* give back by edition_release */
void edition_release(const struct edition *edition);

/* Whoever looks at the live history says so, around each look: what facts replace meanwhile stays until the visit is over.
 * A long one (minutes) keeps a lot. Any thread, once the engine is ready; a visit ends on the thread it began on. Visits may
 * contain each other. */
void engine_visit(struct engine *engine, struct visit *visit);
void engine_leave(struct engine *engine, struct visit *visit);
const struct history *engine_history(struct engine *engine); /* the live one; a listener is visiting, too */
struct catalog *engine_catalog(struct engine *engine);       /* for reading */

enum band_cause {
    CAUSE_FACT,
    CAUSE_TIME,
    CAUSE_PUBLISHED,
    CAUSE_PUBLISHED_SILENTLY,
    CAUSE_REPLAYED,
    CAUSE_MERGED,
    CAUSE_LISTED
};
const char *band_cause_name(enum band_cause cause); /* "fact", "time", ... */

enum publish_changes { PUBLISH_SILENT, PUBLISH_NET, PUBLISH_REPLAY };

struct edited {   /* a definition that the author had before them */
    bool segment; /* else a score */
    struct str name;
    uint32_t version; /* 0: there was none */
};

struct publish {
    struct str text;   /* documents, YAML or JSON, scores and segments; replaces those of the same names */
    struct str retire; /* or: the name of a score (retires_segment: of a segment) to take out of force; empty */
    bool retires_segment;
    struct str source;           /* what to call the text in messages: "lead_score.yaml" */
    uint32_t expected;           /* the version that the author edited, of its one document; 0: do not ask */
    const struct edited *edited; /* the same of some of several documents; their versions are asked */
    size_t edited_count;
    bool guarded; /* refused when it replaces a definition whose version is not asked */
    enum publish_changes changes;
    struct str author, note;
};
struct published {
    uint32_t documents, changed; /* in the text; of them, with a new version */
    uint64_t band_changes;       /* records whose band differs now */
    bool unguarded;              /* of ERR_CONFLICT: no version was asked where one had to be */
};
/* Errors   ERR_INVALID: `diagnostics` has every mistake with its place (memory in its arena); ERR_CONFLICT: the
 *          version is not `expected` any more. Nothing has changed then. */
MUST_CHECK enum err engine_publish(struct engine *engine, const struct publish *publish,
                                   struct diagnostics *diagnostics, struct published *out, struct err_info *why);

/* Would it publish? Warnings and mistakes to `diagnostics`. */
MUST_CHECK enum err engine_validate(struct engine *engine, struct str text, struct str source,
                                    struct diagnostics *diagnostics, struct err_info *why);

/* ---- Scores. ---- */

/* The band that a record is in, by its index; BAND_NONE. Of the edition's score. */
uint32_t engine_band(struct engine *engine, const struct edition *edition, uint32_t score, uint32_t record);

/* Everybody's scores at an instant, in a scan of its own over a frozen history. */
struct everybody {
    const struct edition *edition;
    struct history *history; /* frozen */
    struct scan *scan;       /* run */
    int64_t as_of_ms;
};
void engine_everybody(struct engine *engine, int64_t as_of_ms, struct everybody *out);
/* The same of one score alone, by its name, and what it builds on; of a name that is not in force: of none. */
void engine_everybody_of(struct engine *engine, struct str score, int64_t as_of_ms, struct everybody *out);
void everybody_release(struct everybody *everybody);

/* ---- Segments and lists. ---- */

/* Is the record remembered as a member of this segment? */
bool engine_is_member(struct engine *engine, enum entity object, struct str segment, uint32_t record);
/* Is the record on this list now? */
bool engine_in_list(struct engine *engine, struct str list, enum entity object, uint32_t record);

/* There is a list of this name from now on, without members of its own until somebody names them; a condition may ask
 * who is on it. Errors   ERR_TOO_BIG: the catalog is full. */
MUST_CHECK enum err engine_list_make(struct engine *engine, struct str list, enum entity object, struct str actor,
                                     struct err_info *why);
/* There is none. Its members are to be taken off first, or stay noted. ERR_CONFLICT: a definition in force asks for it. */
MUST_CHECK enum err engine_list_drop(struct engine *engine, struct str list, enum entity object, struct str actor,
                                     struct err_info *why);

/* Members that somebody names, or takes off again, from this instant on. */
struct list_change {
    struct str list; /* its name, of 1 to LIST_NAME_MAX bytes; it need not be there any more */
    enum entity object;
    const uint32_t *records;
    size_t count;
    bool member;
    struct str actor;
    uint32_t changed; /* out: how many were not so before */
};
/* Errors   ERR_TOO_BIG: the catalog is full. */
MUST_CHECK enum err engine_list_change(struct engine *engine, struct list_change *change, struct err_info *why);

/* The names under which their changes are told: "segment:NAME" (so they stand among those of bands), "list:NAME". */
#define SEGMENT_PREFIX "segment:"
#define LIST_PREFIX "list:"

/* Look at everybody for whom time alone has changed a band; returns when that is durable. */
MUST_CHECK enum err engine_sweep(struct engine *engine, uint64_t *changes, struct err_info *why);

/* ---- What happened. ---- */

struct band_change {
    enum entity object;
    uint32_t record;
    struct str score, band, former;
    int64_t micro, at_ms;
    enum band_cause cause;
};
struct member_change { /* of a segment or list */
    enum entity object;
    uint32_t record;
    struct str name; /* with its prefix */
    bool entered;
    int64_t at_ms;
    enum band_cause cause;
};
struct touched { /* a record about which there are new facts, or whose scores were looked at */
    enum entity object;
    uint32_t record;
};
/* Whoever wants to know. Its functions are called on the writer's thread after each commit that changed something of
 * that kind; they must not block. NULL: not wanted. */
struct engine_listener {
    void (*bands)(void *context, const struct band_change *changes, size_t count);
    void (*members)(void *context, const struct member_change *changes, size_t count);
    void (*touched)(void *context, const struct touched *records, size_t count);
    void *context;
};
#define ENGINE_LISTENERS_MAX 8
/* Called in the order in which they were added, until the engine is closed. */
void engine_listen(struct engine *engine, struct engine_listener listener);

struct engine_counts {
    uint64_t facts_taken, facts_refused, facts_duplicate, commits, commit_failures, band_changes, waiting;
    uint64_t commit_us, score_us; /* spent in all */
    uint64_t records[OBJECT_COUNT], events;
};
struct engine_counts engine_counts(struct engine *engine);

#endif
