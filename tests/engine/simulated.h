/* simulated.h — things that happen to an engine, drawn at random, and done to several engines alike. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_ENGINE_SIMULATED_H
#define PLUMB_TESTS_ENGINE_SIMULATED_H

#include "engine_fixture.h"

enum act_kind {
    ACT_FACTS,
    ACT_MERGE,
    ACT_ARCHIVE,
    ACT_ERASE,
    ACT_ASSOCIATE,
    ACT_PUBLISH,
    ACT_SWEEP,
    ACT_LIST,
    ACT_LISTED
};
#define ACT_KINDS 9
#define ACT_FACTS_MAX 6

struct act {
    enum act_kind kind;
    struct fact facts[ACT_FACTS_MAX];
    size_t fact_count;
    enum entity object;       /* of an archive */
    enum association between; /* of an association */
    uint32_t record, other;
    bool on;
    int text; /* which definitions */
    enum publish_changes changes;
};

uint32_t draw(uint64_t *dice, uint32_t below);

/* Something that may happen to this engine now. Memory in `arena`. */
struct act act_draw(uint64_t *dice, struct fixture *fixture, struct arena *arena);
/* Do it. What came of it but for the outcome (results of facts, who stays, how many bands) is appended to `out`. */
enum err act_do(const struct act *act, struct fixture *fixture, struct buf *out, struct err_info *why);
const char *act_name(enum act_kind kind);

#endif
