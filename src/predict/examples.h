/* examples.h — what a model learns from: records as they were at past instants, and what came of them.
 *
 * An example is a record at an instant at which the outcome had not happened yet. It is positive
 * when the outcome happened within the horizon after it. An instant whose horizon is not over is left
 * out, whatever happened in it already: those who were quick would else be too many.
 *
 * Instants of a record lie `spacing` apart, counted back from the last possible one from a start of its own,
 * so that no weekday and no end of a month is favoured. Of many, some are drawn, and count
 * for the rest. All that is drawn depends on the seed and the record's id alone, so more facts or records
 * change nothing about the others. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_EXAMPLES_H
#define PLUMB_PREDICT_EXAMPLES_H

#include "base/list.h"
#include "predict/outcome.h"
#include "predict/table.h"

struct training_example {
    int64_t at_ms;
    uint32_t record;
    uint8_t happened; /* 0 or 1: within the horizon */
    double weight;    /* how many instants of the record it stands for */
};

struct examples {
    struct training_example *at; /* by (record, instant) */
    uint64_t count, capacity;
    uint64_t positives;
    uint32_t records; /* that have examples */
    uint32_t unborn;  /* records without any dated fact: nobody knows when they were there */
    uint32_t decided; /* the outcome always held, or came with the first fact */
    uint32_t young;   /* their first horizon is not over */
};

struct example_options {
    int64_t end_ms;      /* the last instant of which facts are known */
    int64_t horizon_ms;  /* more than 0 */
    int64_t spacing_ms;  /* more than 0 */
    uint32_t per_record; /* most examples of one record; 1 to EXAMPLES_OF_RECORD_MAX */
    uint64_t seed;
};
#define EXAMPLES_OF_RECORD_MAX 64

/* `lives` [records of object] from outcome_find. At most EXAMPLES_MAX in all: then fewer of each record.
 * Release with examples_release. */
#define EXAMPLES_MAX UINT64_C(20000000)
void examples_choose(const struct history *history, enum entity object, const struct lifetime *lives,
                     const struct example_options *options, struct examples *out);
void examples_release(struct examples *examples);

/* ---- Learning from some, judging by later ones. ---- */

struct split_options {
    double later;             /* share of the time between the first and the last instant that is the test's: 0.25 */
    double test_records;      /* share of records that are only tested: 0.4 */
    double calibrate_records; /* of the others, share that are only calibrated with: 0.25 */
    int64_t horizon_ms;
    uint64_t seed;
};
#define SPLIT_DEFAULT ((struct split_options){.later = 0.25, .test_records = 0.4, .calibrate_records = 0.25, .seed = 1})

/* The side of each example, into sides[count]: SIDE_CALIBRATE is of the same time as training, but of other records; SIDE_TEST is
 * later, and again of other records; SIDE_NONE has a horizon that reaches into the time of the test, or is of a record of the
 * other side. All that is learnt was known when the test begins: an example of training
 * or calibration has its whole horizon before *begins_ms, one of the test is at or after it. Which side a record
 * is on is drawn by its id; was it by whether it is still there later, those who became customers early would all
 * be learnt from and never judged. */
void examples_split(const struct history *history, enum entity object, const struct examples *examples,
                    const struct split_options *options, uint8_t *sides, int64_t *begins_ms);

/* Whose examples a record's may be: train, calibrate or test, whatever their time. */
enum example_side side_of_record(const struct history *history, enum entity object, uint32_t record,
                                 const struct split_options *options);

#endif
