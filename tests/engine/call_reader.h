/* call_reader.h — a call as a test writes it, and the fact as a test wants to see it: one line of text.
 *
 *     struct reader r = reader_new();
 *     reader_read(&r, "{'type':'track','userId':'u','event':'e'}");      single quotes stand for double ones
 *     CHECK_STR(reader_fact(&r), STR("user:u lists e"));
 *     reader_free(&r); */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_CALL_READER_H
#define PLUMB_TESTS_CALL_READER_H

#include "base/arena.h"
#include "base/json.h"
#include "engine/call.h"

#define NOON INT64_C(1767614400000) /* 2026-01-05T12:00:00Z, when every call of a test is received */

struct reader {
    struct arena *arena;
    struct json_parser *parser, *context_parser;
    struct call_setting setting;
    struct fact fact;
    struct fact_result result;
    bool taken;
};

struct reader reader_new(void); /* a client's call, received at NOON */
void reader_free(struct reader *reader);

/* Fails the test when it is no JSON. */
void reader_read(struct reader *reader, const char *call);
void reader_read_bytes(struct reader *reader, struct str call);
void reader_context(struct reader *reader, const char *context); /* of the batch around the calls */

/* "user:u anonymous:a lists bot EVENT{name=text,...} has{...} company:id{...}", or "REASON PLACE: MESSAGE". */
struct str reader_fact(struct reader *reader);
struct str reader_time(struct reader *reader); /* of the fact */

#endif
