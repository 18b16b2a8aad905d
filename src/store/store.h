/* store.h — the one door to durable facts.
 *
 * Facts are appended, many at once: store_append is one transaction, and when it returns
 * ERR_OK they are on the disk. Whoever calls it is the one writer; reads come from any
 * thread and never wait for it. Behind the door stands a table of operations: sqlite
 * (the default), memory (the model that tests compare with). What holds for every database
 * is checked here.
 *
 * Records and events are known by numbers that the writer gives: dense, from 0, never used
 * twice. Numbers of records count per object. Times are UTC milliseconds since 1970. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_STORE_H
#define PLUMB_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "core/entity.h"

struct store; /* opaque; see store.c */

struct store_options {
    const char *path; /* of the file; NULL: the memory store */
    const struct clock *clock;
    bool read_only;  /* another process may be serving from it */
    const char *vfs; /* of SQLite; NULL: the system's. Tests inject faults here */
};

/* Open, make when missing (not when read_only), migrate.
 * Errors   ERR_NOT_FOUND (read_only and not there), ERR_INVALID (not a store of Plumb's, made by a newer
 *          Plumb, damaged: the sentence says which and what to do), ERR_CONFLICT (another
 *          process writes to it), ERR_UNAVAILABLE (disk, permissions). */
MUST_CHECK enum err store_open(const struct store_options *options, struct store **out, struct err_info *why);
void store_close(struct store *store);             /* NULL is fine */
const char *store_kind(const struct store *store); /* "sqlite", "memory" */

/* ---- Facts. Views are borrowed for the call. ---- */

enum identifier_kind { IDENTIFIER_ID, IDENTIFIER_USER, IDENTIFIER_ANONYMOUS, IDENTIFIER_EMAIL };
#define IDENTIFIER_KINDS 4

struct record_fact {
    enum entity object;
    uint32_t number; /* the next one */
    struct str id;   /* what people and programs call it: unique per object */
    bool listed;     /* false: only mentioned (a visitor without a name, a company in a field) */
    int64_t created_ms;
};

/* Changes of what record_fact said. */
struct record_change {
    enum entity object;
    uint32_t number;
    bool listed;
    bool archived;
};

struct identifier_fact { /* a contact is also known as this; the last fact about an identifier holds */
    enum identifier_kind kind;
    struct str text;
    uint32_t contact;
    int64_t since_ms;
};

struct merge_fact { /* two records turned out to be one */
    enum entity object;
    uint32_t stays, goes;
    int64_t at_ms;
};

struct property_fact { /* the catalog learns a property, or its type */
    enum entity entity;
    struct str name;
    int32_t type; /* enum type; TYPE_OPEN until a value settled it */
    bool declared;
    struct str options; /* of an enumeration: texts divided by ';' */
};

struct version_fact_row {
    enum entity object;
    uint32_t record;
    struct str property; /* its name */
    int64_t from_ms;
    struct str text; /* empty: no value from then on */
    struct str fact_id;
};

struct association_fact {
    int32_t kind; /* enum association */
    uint32_t from, to;
    int64_t from_ms;
    bool ended; /* as if it had never been */
};

struct event_fact_row {
    uint32_t number; /* the next one */
    uint32_t contact;
    int64_t at_ms;
    int64_t received_ms;
    struct str name;
    struct str message_id;
    bool bot;
    struct str properties; /* a JSON object of texts by name; empty: none */
    struct str context;    /* JSON as it came: campaign, referrer, why a bot; empty: none */
    struct str source;     /* by which way it came: "key:3", "import:events.csv"; empty: not known */
};

struct band_fact { /* a record entered a band, or left all ("") */
    enum entity object;
    uint32_t record;
    struct str score;
    struct str band, former;
    int64_t at_ms;
    int64_t micro;
    uint32_t version; /* of the definition */
    int32_t cause;    /* enum band_cause of the engine */
};

struct reject_fact {
    int64_t at_ms;
    struct str source; /* which key or file */
    struct str reason; /* a word for programs: "no_id" */
    struct str place;  /* the field, or empty */
    struct str message;
    struct str body; /* what was refused, at most 32 KB of it */
};

struct definition_fact { /* a version of a score or segment; texts are whole documents */
    struct str name;
    int32_t kind;     /* 0 score, 1 segment */
    uint32_t version; /* from 1 per kind and name */
    struct str text;  /* YAML or JSON as its author wrote it; empty: retired from this version on */
    struct str author, note;
    int64_t at_ms;
};

struct audit_fact {
    int64_t at_ms;
    struct str actor;  /* "user:ada@acme.example", "token:7", "key:3", "cli", "plumb" */
    struct str action; /* "score.publish" */
    struct str target;
    struct str detail; /* JSON, no secret in it */
};

/* One transaction's worth. Arrays may be NULL with a count of 0. They are applied in the order of
 * these members. */
struct store_batch {
    const struct property_fact *properties;
    size_t property_count;
    const struct record_fact *records;
    size_t record_count;
    const struct record_change *changes;
    size_t change_count;
    const struct identifier_fact *identifiers;
    size_t identifier_count;
    const struct merge_fact *merges;
    size_t merge_count;
    const struct version_fact_row *versions;
    size_t version_count;
    const struct association_fact *associations;
    size_t association_count;
    const struct event_fact_row *events;
    size_t event_count;
    const struct definition_fact *definitions;
    size_t definition_count;
    const struct band_fact *bands;
    size_t band_count;
    const struct reject_fact *rejects;
    size_t reject_count;
    const struct audit_fact *audits;
    size_t audit_count;
};

/* All of it, durable, or nothing.
 * Errors   ERR_UNAVAILABLE: no room, the disk refused (trying again later may succeed); ERR_CONFLICT: a number or
 *          id that is there already; ERR_INTERNAL. */
MUST_CHECK enum err store_append(struct store *store, const struct store_batch *batch, struct err_info *why);

/* The number that the next event must have. Greater than that of the last one read when the last ones were erased. */
uint32_t store_next_event(struct store *store);
/* Of a store that is read while another process writes it: that number as it is by now. Else nothing is to be done. */
MUST_CHECK enum err store_look_again(struct store *store, struct err_info *why);
/* The place of the last version. Places ascend; one is given again only after somebody was erased. Any thread. */
MUST_CHECK enum err store_last_version(struct store *store, uint64_t *out, struct err_info *why);

/* Everything, in the order in which it can be taken again: properties, records, changes,
 * identifiers, merges, versions, associations, events (by number), definitions, bands (the latest
 * of each record and score). Members that are NULL are not called. Returning other than
 * ERR_OK ends the reading with that. Views live until the call returns. A member may not call the store.
 * Events ascend, with gaps where a person was erased. All of it is of one moment. */
struct store_reader {
    void *context;
    uint64_t versions_after; /* only versions behind this place (store_last_version); 0: all */
    uint32_t events_from;    /* only events with this number and greater ones */
    enum err (*property)(void *context, const struct property_fact *fact, struct err_info *why);
    enum err (*record)(void *context, const struct record_fact *fact, bool archived, struct err_info *why);
    enum err (*identifier)(void *context, const struct identifier_fact *fact, struct err_info *why);
    enum err (*merge)(void *context, const struct merge_fact *fact, struct err_info *why);
    enum err (*facts_follow)(void *context, struct err_info *why); /* once: who there is has been told */
    enum err (*version)(void *context, const struct version_fact_row *fact, struct err_info *why);
    enum err (*association)(void *context, const struct association_fact *fact, struct err_info *why);
    enum err (*event)(void *context, const struct event_fact_row *fact, struct err_info *why);
    enum err (*definition)(void *context, const struct definition_fact *fact, struct err_info *why);
    enum err (*band)(void *context, const struct band_fact *fact, struct err_info *why);
};
MUST_CHECK enum err store_read(struct store *store, const struct store_reader *reader, struct err_info *why);

/* ---- Questions about few rows. Any thread; memory in `arena`. ---- */

/* The events with these numbers, in this order; one that is not there has number UINT32_MAX. */
MUST_CHECK enum err store_events(struct store *store, const uint32_t *numbers, size_t count, struct arena *arena,
                                 struct event_fact_row **out, struct err_info *why);
/* The message id of an event. */
MUST_CHECK enum err store_message_id(struct store *store, uint32_t number, struct arena *arena, struct str *out,
                                     struct err_info *why);

/* Newest first, below `before` (a number that the row told; 0: from the newest on). */
struct reject_row {
    uint64_t number;
    struct reject_fact fact;
};
MUST_CHECK enum err store_rejects(struct store *store, uint64_t before, size_t most, struct arena *arena,
                                  struct reject_row **out, size_t *count, struct err_info *why);
struct audit_row {
    uint64_t number;
    struct audit_fact fact;
};
MUST_CHECK enum err store_audits(struct store *store, uint64_t before, size_t most, struct arena *arena,
                                 struct audit_row **out, size_t *count, struct err_info *why);
struct band_row {
    uint64_t number;
    struct band_fact fact;
};
/* Of one record (object, number), or of all with record UINT32_MAX. */
MUST_CHECK enum err store_bands(struct store *store, enum entity object, uint32_t record, uint64_t before, size_t most,
                                struct arena *arena, struct band_row **out, size_t *count, struct err_info *why);
/* All versions of one definition, or with an empty name of all; oldest first. */
MUST_CHECK enum err store_definitions(struct store *store, int32_t kind, struct str name, struct arena *arena,
                                      struct definition_fact **out, size_t *count, struct err_info *why);

/* ---- Who may come in (accounts). Small and rarely written: each call is a transaction of its own, from any thread. ---- */

struct user_row {
    uint64_t number;
    struct str email; /* folded, unique */
    struct str name;
    struct str role;          /* admin, marketer, sales, reader */
    struct str password_hash; /* Argon2id in libsodium's text form; empty: cannot sign in by password */
    int64_t created_ms;
    bool disabled;
};
struct session_row {
    struct str hash; /* SHA-256 or BLAKE2b of the cookie's secret, hex */
    uint64_t user;
    int64_t created_ms, expires_ms, seen_ms;
};
struct token_row {
    uint64_t number;
    struct str name;
    struct str hash;
    struct str scopes;  /* divided by ' ' */
    struct str creator; /* as the audit has it: "user:ada@acme.example", "cli"; empty: not known */
    int64_t created_ms, last_used_ms;
    bool revoked;
};
struct key_row { /* a write key: may only send events */
    uint64_t number;
    struct str name; /* the source */
    struct str hash;
    struct str hint;    /* its last four characters */
    struct str creator; /* as of a token */
    int64_t created_ms;
    bool revoked;
};

/* Put: number 0 adds and fills *number; else replaces. ERR_CONFLICT: the e-mail or hash is another's. */
MUST_CHECK enum err store_put_user(struct store *store, const struct user_row *row, uint64_t *number,
                                   struct err_info *why);
MUST_CHECK enum err store_users(struct store *store, struct arena *arena, struct user_row **out, size_t *count,
                                struct err_info *why);
/* The row is emptied and told no more, its sessions are gone; the number is never another's. ERR_NOT_FOUND. */
MUST_CHECK enum err store_delete_user(struct store *store, uint64_t number, struct err_info *why);
MUST_CHECK enum err store_put_session(struct store *store, const struct session_row *row, struct err_info *why);
MUST_CHECK enum err store_find_session(struct store *store, struct str hash, struct arena *arena,
                                       struct session_row *out, struct err_info *why); /* ERR_NOT_FOUND */
MUST_CHECK enum err store_delete_session(struct store *store, struct str hash, struct err_info *why);
/* The sessions of a user, ended ones too, the latest seen first; at most `most`. */
MUST_CHECK enum err store_sessions(struct store *store, uint64_t user, size_t most, struct arena *arena,
                                   struct session_row **out, size_t *count, struct err_info *why);
/* All sessions of a user but this one; an empty hash spares none. */
MUST_CHECK enum err store_delete_sessions_but(struct store *store, uint64_t user, struct str hash,
                                              struct err_info *why);
MUST_CHECK enum err store_put_token(struct store *store, const struct token_row *row, uint64_t *number,
                                    struct err_info *why);
MUST_CHECK enum err store_tokens(struct store *store, struct arena *arena, struct token_row **out, size_t *count,
                                 struct err_info *why);
MUST_CHECK enum err store_put_key(struct store *store, const struct key_row *row, uint64_t *number,
                                  struct err_info *why);
MUST_CHECK enum err store_keys(struct store *store, struct arena *arena, struct key_row **out, size_t *count,
                               struct err_info *why);

/* ---- Models: what is to be foreseen, and what was learnt for it. Each call is a transaction of its own, from any thread. ---- */

struct model_row {
    struct str name; /* unique */
    enum entity object;
    struct str outcome; /* a condition as its author wrote it; empty: customer, or a deal won */
    uint32_t horizon_days;
    struct str score;      /* whose rules are features; empty: none */
    uint32_t retrain_days; /* 0: only when somebody asks */
    bool by_hand;          /* a better challenger waits for somebody */
    bool use_protected;    /* gender, age, religion and the like are features, too */
    int64_t made_ms;
};

enum model_state { MODEL_CHALLENGER, MODEL_CHAMPION, MODEL_RETIRED, MODEL_USELESS };

struct model_version_row {
    struct str model;
    uint32_t number; /* from 1 for each model */
    enum model_state state;
    int64_t trained_ms, begins_ms, ends_ms; /* when; the span of its data */
    uint64_t seed;
    struct str figures;   /* JSON */
    uint64_t image_bytes; /* 0: there is no image */
};
#define MODEL_IMAGE_MAX ((size_t)512 << 20) /* bytes; SQLite takes no row above 1 GB */

/* Adds, or replaces all but made_ms. */
MUST_CHECK enum err store_put_model(struct store *store, const struct model_row *row, struct err_info *why);
/* With its versions. ERR_NOT_FOUND. */
MUST_CHECK enum err store_delete_model(struct store *store, struct str name, struct err_info *why);
/* By name. */
MUST_CHECK enum err store_models(struct store *store, struct arena *arena, struct model_row **out, size_t *count,
                                 struct err_info *why);
/* The model's next version; its number and image_bytes are not looked at. An empty image: there is none.
 * ERR_NOT_FOUND: no such model; ERR_TOO_BIG. */
MUST_CHECK enum err store_add_model_version(struct store *store, const struct model_version_row *row, struct str image,
                                            uint32_t *number, struct err_info *why);
/* States and figures of several versions at once; image_bytes 0 drops the image. ERR_NOT_FOUND: nothing has changed. */
MUST_CHECK enum err store_change_model_versions(struct store *store, const struct model_version_row *rows, size_t count,
                                                struct err_info *why);
/* Of all models, by name and number. */
MUST_CHECK enum err store_model_versions(struct store *store, struct arena *arena, struct model_version_row **out,
                                         size_t *count, struct err_info *why);
/* ERR_NOT_FOUND: there is none, or it was dropped. */
MUST_CHECK enum err store_model_image(struct store *store, struct str model, uint32_t number, struct arena *arena,
                                      struct str *out, struct err_info *why);

/* Small named texts that belong to the store: the hash seed, the one-time sign-in, drafts, experiments.
 * ERR_NOT_FOUND. An empty text deletes. */
MUST_CHECK enum err store_get_text(struct store *store, struct str name, struct arena *arena, struct str *out,
                                   struct err_info *why);
MUST_CHECK enum err store_put_text(struct store *store, struct str name, struct str text, struct err_info *why);
/* Names that begin with `prefix`. */
MUST_CHECK enum err store_text_names(struct store *store, struct str prefix, struct arena *arena, struct str **out,
                                     size_t *count, struct err_info *why);

/* ---- Keeping. ---- */

/* Everything that a person's row, identifiers, values, associations, events, rejects and bands say is gone, also of
 * contacts that were merged with this one; the records' numbers stay, as empty rows (no id, not listed, archived), and
 * so do merges, which hold numbers alone. Numbers of erased events are not used again. Overwritten on the disk, not
 * only unlinked. A reject goes when it names one of the person's identifiers.
 * `audit` (NULL: none) is written in the same transaction. *gone (may be NULL) tells whether the person is out of the tables.
 * Errors   ERR_NOT_FOUND; ERR_UNAVAILABLE: with *gone false nothing has changed; with *gone true the disk or somebody's
 *          long reading kept the log from being overwritten: call again. */
MUST_CHECK enum err store_erase_contact(struct store *store, uint32_t contact, const struct audit_fact *audit,
                                        bool *gone, struct err_info *why);

/* A copy of the store in another file, while others write. ERR_CONFLICT: there is a file already. */
MUST_CHECK enum err store_backup(struct store *store, const char *path, struct err_info *why);

/* Look for damage: each finding is a sentence. Reads everything. */
MUST_CHECK enum err store_check(struct store *store, void (*finding)(void *context, const char *sentence),
                                void *context, struct err_info *why);

/* Move what the write-ahead log holds into the database, away from the hot path; any thread. */
void store_checkpoint(struct store *store);

/* Counts for metrics and the doctor. */
struct store_size {
    uint64_t records[OBJECT_COUNT], events, bytes, log_bytes;
};
MUST_CHECK enum err store_measure(struct store *store, struct store_size *out, struct err_info *why);

#endif
