/* engine_fixture.h — an engine to talk to in a test: a store, a clock that stands, facts in one line. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_ENGINE_FIXTURE_H
#define PLUMB_TESTS_ENGINE_FIXTURE_H

#include "engine/engine.h"

#define MONDAY INT64_C(1767571200000) /* 2026-01-05T00:00:00Z */
#define DAY INT64_C(86400000)

struct fixture {
    struct clock clock; /* fixed_ms is now; assign to let time pass */
    struct store *store;
    struct engine *engine;
    const char *path;        /* of the store; NULL: in memory */
    const char *snapshot;    /* of the engine's; assign and reopen */
    const char *vfs;         /* of the file: NULL, or a disk that can fail (../store/fault_vfs.h) */
    struct fact_result last; /* of the last fact */
    uint64_t messages;       /* for message ids that are new */
};

/* Over a memory store, or a file. The clock stands at MONDAY. */
void fixture_open(struct fixture *fixture, const char *path);
void fixture_open_on(struct fixture *fixture, const char *path, const char *vfs);
/* Close the engine and, of a file, the store; then open both again. */
void fixture_reopen(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

/* Publish or fail the test. */
struct published fixture_publish(struct fixture *fixture, const char *text, enum publish_changes changes);

/* One fact about a contact; returns what became of it. `who` is "user:u1", "anon:a1", "email:a@b.c", "id:7", and
 * several of them divided by a blank are one person. */
enum fact_state fixture_event(struct fixture *fixture, const char *who, const char *event, int64_t at_ms,
                              const char *message_id, const char *property, const char *value);
enum fact_state fixture_set(struct fixture *fixture, const char *who, int64_t at_ms, const char *property,
                            const char *value);
enum fact_state fixture_company(struct fixture *fixture, const char *who, const char *company, const char *property,
                                const char *value);

/* The contact known by this one identifier, as "user:u1"; RECORD_NONE. */
uint32_t fixture_contact(struct fixture *fixture, const char *who);
/* Micro-points now; fails the test when the score is unknown or the ledger does not sum to it. */
int64_t fixture_score(struct fixture *fixture, const char *score, uint32_t record);
/* The band that the record is remembered in; "" for none. In a buffer that the next call overwrites. */
struct str fixture_band(struct fixture *fixture, const char *score, uint32_t record);

/* Rows of the store's log of bands, newest first, as "MQL<-" for entered from none, "<-MQL" for left. */
struct str fixture_band_log(struct fixture *fixture, uint32_t record, struct arena *arena);

#endif
