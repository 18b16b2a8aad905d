/* engine_internal.h — how the files of the engine share their work. Never outside src/engine.
 *
 *   engine.c      opening, closing, questions from any thread
 *   writer.c      the queue, the writer's thread, group commit
 *   ahead.c       memory that the next facts will read
 *   batch.c       what one transaction will hold, and taking it back
 *   take.c        one fact into columns and batch
 *   merge.c       two records are one
 *   judge.c       records that were touched: scores, bands, what changed
 *   bots.c        exceptions from what is judged automatic
 *   verbs.c       merge, archive, erase, associate, audit
 *   declare.c     a property's type, said by a person
 *   members.c     segments that records entered and left
 *   lists.c       lists, whose members somebody names
 *   model_terms.c what a model asks, compiled
 *   model_train.c models learnt, compared and watched
 *   editions.c    published definitions: compile, publish, swap
 *   replay.c      bands as they would have been entered in the past
 *   everybody.c   scans over a frozen history, the sweep
 *   startup.c     everything from the store, once
 *   snapshot.c    the columns as a file, so that starting is quick
 *
 * Who may touch what: `live`, `people`, `bands`, `batch`, `catalog` and `scorer` are changed by the
 * writer alone. Readers on other threads use the live history freely, `people` and
 * `archived` under `people_lock` (which the writer holds for one fact at a time, never while the
 * disk is written), and an edition by its count of references. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_ENGINE_INTERNAL_H
#define PLUMB_ENGINE_ENGINE_INTERNAL_H

#include <pthread.h>

#include "base/blob.h"
#include "base/list.h"
#include "core/band.h"
#include "engine/bands.h"
#include "engine/bot_exceptions.h"
#include "engine/bot_watch.h"
#include "engine/engine.h"
#include "engine/people.h"
#include "history/scorer.h"

/* ---- engine.c ---- */

/* Empty columns, people, bands and catalog, while loading. */
void engine_forget_columns(struct engine *engine);

void engine_visit_for_ever(void); /* of the writer's thread */

/* ---- batch.c ---- */

/* The facts of one transaction as they gather. Views in them are borrowed from submissions, or lie in `arena`. */
struct batch {
    struct arena *arena;
    LIST(struct property_fact) properties;
    LIST(struct record_fact) records;
    LIST(struct record_change) changes;
    LIST(struct identifier_fact) identifiers;
    LIST(struct merge_fact) merges;
    LIST(struct version_fact_row) versions;
    LIST(struct association_fact) associations;
    LIST(struct event_fact_row) events;
    LIST(struct definition_fact) definitions;
    LIST(struct band_fact) bands;
    LIST(struct reject_fact) rejects;
    LIST(struct audit_fact) audits;
    LIST(struct touched) touched;
    LIST(struct band_change) band_changes; /* for listeners */
    LIST(struct member_change) member_changes;
    LIST(struct touched) left; /* records of which merge_note_left was news */
    uint32_t next_event_before;
    size_t judged_before;
    uint64_t fact_id_before;
};

/* A verb that runs alone on the writer's thread. */
struct errand {
    enum err (*run)(struct engine *engine, void *argument, struct err_info *why);
    void *argument;
    enum err outcome;
    struct err_info why;
    bool finished;
    struct errand *next;
};

struct engine {
    struct engine_options options;
    struct store *store;
    const struct clock *clock;
    struct catalog *catalog;
    struct live *live;
    struct people *people;
    struct bands *bands;
    struct batch batch;
    LIST(bool) archived[OBJECT_COUNT];        /* put away; changed under people_lock */
    LIST(uint32_t) touch_marks[OBJECT_COUNT]; /* number of the batch that touched a record last */
    uint32_t batch_number;
    LIST(bool) has_left[OBJECT_COUNT];            /* it was once taken out of a company or deal, see merge_note_left */
    LIST(struct property_fact) stored_properties; /* by property: as the store knows it; its name empty when not */
    LIST(uint32_t) lists;                         /* properties of lists that there are or were */
    uint32_t next_event;
    uint64_t last_fact_id; /* of facts that came without one, see take.c */
    uint32_t merge_count;  /* in the store */
    uint64_t hash_seed;    /* of message ids; the store's, so that hashes hold for ever */
    pthread_rwlock_t people_lock;
    int64_t latest_ms; /* atomic: see engine_now */

    /* Who is a program. */
    struct bot_watch *watch;           /* the writer's */
    struct bot_exceptions *exceptions; /* changed by the writer under people_lock */
    LIST(uint32_t) judged;             /* rows of all events that were judged automatic when they came; rising */

    /* editions.c */
    struct edition *edition;   /* what the writer judges by */
    struct edition *published; /* what readers get; under edition_lock */
    pthread_mutex_t edition_lock;
    struct scorer *scorer;        /* of the edition, the writer's */
    struct score_value *values;   /* [SCORER_RECORDS_MAX][score_count] scratch of the writer */
    LIST(uint32_t) band_scores;   /* [score_count] number in bands of the edition's scores; UINT32_MAX without bands */
    LIST(uint32_t) segment_bands; /* [segment_count] likewise of its segments */
    bool scores_of[OBJECT_COUNT]; /* the edition has a score with bands, or a segment, of this object */

    /* writer.c */
    pthread_t writer;
    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled, state_changed;
    struct submission *first, *last;
    struct errand *first_errand, *last_errand;
    uint32_t waiting; /* facts */
    uint32_t queued;  /* submissions */
    uint32_t wake_at; /* so many of them wake the writer */
    uint64_t last_commit_us;
    uint32_t last_answered, last_queued; /* submissions, when the last batch ended */
    bool writer_started, stopping;
    enum engine_phase phase;
    struct err_info failure;
    uint64_t loaded, to_load;

    /* everybody.c */
    pthread_t sweeper;
    bool sweeper_started;

    /* snapshot.c */
    pthread_mutex_t snapshot_lock; /* of the file */
    uint64_t snapshot_events;      /* that the file knows; 0: there is none */
    bool snapshots_ended;          /* none is written any more; under snapshot_lock */

    struct engine_listener listeners[ENGINE_LISTENERS_MAX];
    uint32_t listener_count;     /* atomic; those below it stand */
    struct engine_counts counts; /* under queue_lock */
};

void batch_init(struct batch *batch);
void batch_release(struct batch *batch);
/* Everything that is changed from now on can be taken back. */
void batch_begin(struct engine *engine);
/* Make it durable, or take it back: from columns, people and bands. Calls the listener. */
MUST_CHECK enum err batch_end(struct engine *engine, struct err_info *why);
void batch_abandon(struct engine *engine);
/* It is durable already by other means: nothing is written, and nothing taken back. */
void batch_keep(struct engine *engine);
/* The record's scores are looked at before the batch ends. */
void batch_touch(struct engine *engine, enum entity object, uint32_t record);

/* ---- engine.c ---- */

/* The instant at which bands are judged: the clock's, but while that was stepped back by at most CLOCK_STEP_HELD_MS the
 * latest before the step, so that facts which have just counted go on counting. Any thread. */
#define CLOCK_STEP_HELD_MS (60 * 60 * INT64_C(1000)) /* a clock that was wrong by more is believed at once */
int64_t engine_now(struct engine *engine);
/* Something was noted at this instant before the start. */
void engine_noted_at(struct engine *engine, int64_t at_ms);

/* ---- take.c ---- */

/* The fact into columns and batch, whole or not at all. */
void take_fact(struct engine *engine, const struct fact *fact, struct str event_text, struct fact_result *result);
/* The record is listed from now on, unless it was put away. */
void take_list_record(struct engine *engine, enum entity object, uint32_t record);
/* An id for a value that somebody set without one: greater than all before it. Memory of the batch. */
struct str take_fact_id(struct engine *engine);
/* The store has this id of a value: those to come are greater. */
void take_note_fact_id(struct engine *engine, struct str id);
/* A message id's hash, never 0. */
uint32_t message_hash(const struct engine *engine, struct str message_id);
/* The values of an event as one JSON object of texts, in `arena`. */
struct str event_text_of(const struct fact *fact, struct arena *arena);

/* ---- merge.c ---- */

/* Two records, which stand for themselves, are one; returns the one that stays. */
uint32_t merge_records(struct engine *engine, enum entity object, uint32_t a, uint32_t b, int64_t at_ms);
/* An association ended: when one of its ends is merged, those that its contact (of a deal and a company: its deal) still
 * has with it are told again. */
void merge_note_left(struct engine *engine, enum association kind, uint32_t from, uint32_t to);

/* ---- bots.c ---- */

/* The exceptions that the store has. */
MUST_CHECK enum err bots_load(struct engine *engine, struct err_info *why);
/* On the writer's thread: does an event with this judgement and context that came this way count as automatic? */
bool bots_marks(const struct engine *engine, bool bot, struct str context, struct str source);

/* ---- judge.c ---- */

/* Listed and not put away: only those are in bands and segments. */
bool is_judged(const struct engine *engine, enum entity object, uint32_t record);
/* Score all that the batch touched, with their companies and deals, and note which bands changed. */
void judge_touched(struct engine *engine, int64_t now_ms, enum band_cause cause);
/* The same of one score of one record. True when its band changed. */
bool judge_band(struct engine *engine, uint32_t score, uint32_t record, const struct score_value *value, int64_t at_ms,
                enum band_cause cause);

/* ---- members.c ---- */

/* The edition that the writer judges by has changed. */
void members_use(struct engine *engine);
/* The record's segments now, of its object; `judged`: it can be in any. */
void judge_members(struct engine *engine, enum entity object, uint32_t record, bool judged, int64_t at_ms,
                   enum band_cause cause);
/* The record is in this segment of the edition, or not. True when that is news. */
bool judge_member(struct engine *engine, uint32_t segment, uint32_t record, bool member, int64_t at_ms,
                  enum band_cause cause);

/* ---- lists.c ---- */

/* A property that the store knows, or a new one: remember it when it is a list's. */
void lists_note(struct engine *engine, uint32_t property);
/* Two records become one, whose membership follows from the facts of both: who was on which list before, and who
 * entered and left by that. Memory of the batch. */
struct list_merge;
struct list_merge *lists_before_merge(struct engine *engine, enum entity object, uint32_t stays, uint32_t goes,
                                      int64_t at_ms);
void lists_after_merge(struct engine *engine, const struct list_merge *merge);

/* ---- declare.c ---- */

/* The property is of this type from now on, its values are read anew, and the batch writes it. */
void declare_put(struct engine *engine, uint32_t property, bool declared, enum type type);

/* ---- writer.c ---- */

MUST_CHECK enum err writer_start(struct engine *engine, struct err_info *why);
void writer_stop(struct engine *engine);
/* Run a verb on the writer's thread, between batches, and wait. ERR_UNAVAILABLE when the engine stops. */
MUST_CHECK enum err writer_run(struct engine *engine,
                               enum err (*run)(struct engine *engine, void *argument, struct err_info *why),
                               void *argument, struct err_info *why);

/* ---- editions.c ---- */

/* Compile these definitions (in force in the store) as the first edition. On the writer's thread. */
MUST_CHECK enum err editions_load(struct engine *engine, const struct definition_fact *facts, size_t count,
                                  struct err_info *why);
void editions_close(struct engine *engine);
/* Compile what is in force anew, because the catalog has changed; ends the batch under way with whose band differs
 * then. Errors ERR_INVALID: it does not hold with this catalog; the batch was abandoned. Those of batch_end. */
MUST_CHECK enum err editions_renew(struct engine *engine, struct err_info *why);

/* ---- replay.c ---- */

/* Every record's band of this score from its first fact until now, as this edition would have put it; each
 * entry with its own time, into the batch. Returns how many. */
uint64_t replay_bands(struct engine *engine, uint32_t score);

/* ---- everybody.c ---- */

MUST_CHECK enum err sweeper_start(struct engine *engine, struct err_info *why);
void sweeper_stop(struct engine *engine);

/* ---- startup.c ---- */

MUST_CHECK enum err startup_load(struct engine *engine, struct err_info *why);

/* ---- snapshot.c ---- */

#define SNAPSHOT_EVENTS 100000 /* fewer new ones are quicker taken than written */

/* How much of the facts is in a snapshot. */
struct snapshot_position {
    uint64_t exceptions; /* bot_exceptions_hash: an event's mark is part of the columns */
    uint32_t next_event;
    uint64_t last_version; /* store_last_version */
    uint64_t last_fact_id; /* see take_fact_id */
    uint32_t merges;
};

/* A good snapshot of this store: *in stands at its image; the caller closes it. */
bool snapshot_open(struct engine *engine, struct blob_reader *in, struct snapshot_position *position);
/* One that was opened is of no use after all. */
void snapshot_ignored(const struct engine *engine, const char *why);
bool snapshot_is_due(struct engine *engine);
/* After the writer has stopped. */
void snapshot_at_close(struct engine *engine);
/* There is no file any more. */
void snapshot_forget(struct engine *engine);
/* Somebody is to be erased: nor will there be another before the next start. The columns keep texts in dictionaries that
 * all share, and no file may know those of whom the store has forgotten; who starts takes everything from the store. */
void snapshots_end(struct engine *engine);

#endif
