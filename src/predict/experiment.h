/* experiment.h — which of two ways converts more leads: drawn by lot, sized before, looked at without fooling oneself.
 *
 *     arms      a record is in arm A or B by a hash of the experiment's seed and its id: half and half, or by other shares.
 *               Nothing is kept, nothing depends on the order of arrival, and two experiments are independent.
 *               Records that are merged are known by the id of the one that stays, and so have its arm
 *     size      how many records it takes until an effect as large as hoped for is seen
 *     result    rates, their difference and ratio, with intervals
 *
 * Whoever looks every day and stops when the usual test says "significant" finds something in a third of the
 * experiments that hold nothing. Two ways are safe, and one of them is chosen before the start:
 *
 *     always    may be looked at and stopped at any time, at the price of about twice the records for the same effect
 *     planned   one look, at the first records up to the size that was planned: it says nothing before, and the same ever after
 *
 * Records count in the order of their assignment, once their horizon is over. Pure; threads may share everything. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_EXPERIMENT_H
#define PLUMB_PREDICT_EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "predict/quality.h"

enum { ARM_A, ARM_B };
#define ARM_COUNT 2
#define ARM_NONE UINT32_MAX

/* ARM_A or ARM_B. */
uint32_t experiment_arm(uint64_t seed, struct str id, double share_b);

/* ---- Size. ---- */

enum analysis { ANALYSIS_ALWAYS, ANALYSIS_PLANNED };
#define ANALYSIS_COUNT 2
const char *analysis_name(enum analysis analysis); /* "always", "planned" */

struct experiment_plan {
    double base_rate; /* share that converts in arm A: above 0, below 1 */
    double effect;    /* to be seen: B's rate minus A's, either sign; not 0, and B's rate above 0 and below 1 */
    double share_b;   /* of the records: above 0, below 1 */
    double alpha;     /* chance to find a difference where there is none: 0.05 */
    double power;     /* chance to find the effect when it is there: 0.8 */
    enum analysis analysis;
};

struct experiment_size {
    uint64_t planned; /* records of both arms for the one look */
    uint64_t
        always; /* with so many an analysis that may be looked at any time has the power, too; mostly it ends earlier */
};

/* One look: the two-sided z test of two proportions without correction for continuity (Fleiss, Levin and Paik, "Statistical
 * methods for rates and proportions", 2003, formulas 4.14 and 4.19; R's power.prop.test). */
struct experiment_size experiment_size(const struct experiment_plan *plan);
/* By the plan's analysis. */
uint64_t experiment_needed(const struct experiment_plan *plan);
/* The chance that one look at so many records finds the effect. */
double experiment_power(const struct experiment_plan *plan, uint64_t records);
/* The least effect upwards that one look at so many records finds with the plan's power; NAN when none is small enough. The
 * plan's effect is not used. */
double experiment_detectable(const struct experiment_plan *plan, uint64_t records);

/* ---- Result. ---- */

/* A record whose horizon is over. */
struct experiment_record {
    uint8_t arm;       /* ARM_A or ARM_B */
    uint8_t converted; /* 0 or 1: within the horizon after its assignment */
};

/* The two arms compared as if there were no other look. Intervals at 1 - alpha. */
struct experiment_look {
    uint64_t records[ARM_COUNT], converted[ARM_COUNT];
    struct interval rate[ARM_COUNT]; /* Wilson 1927; NAN without records */
    struct interval difference;      /* B minus A: Newcombe, "Interval estimation for the difference between independent
                                   proportions", 1998, method 10 */
    struct interval ratio; /* B over A: Katz and others, "Obtaining confidence intervals for the risk ratio", 1978;
                                   NAN when an arm has no conversion */
    double p;              /* two-sided z test with a common rate; NAN when all or none converted */
};

enum experiment_verdict {
    EXPERIMENT_WAITING, /* nothing can be said yet */
    EXPERIMENT_A_BETTER,
    EXPERIMENT_B_BETTER,
    EXPERIMENT_ALIKE, /* enough records, and no difference shown */
};
#define EXPERIMENT_VERDICT_COUNT 4
const char *experiment_verdict_name(enum experiment_verdict verdict); /* "waiting", "a_better", ... */

/* Fewer conversions, or records that did not convert, of one arm are too few for the normal distribution. */
#define EXPERIMENT_OUTCOMES_MIN 10

struct experiment_result {
    struct experiment_look all; /* of everybody so far: to look at, not to decide by */
    /* May be looked at any time: */
    struct interval always; /* of the difference, B minus A; infinite before EXPERIMENT_OUTCOMES_MIN */
    double always_p;        /* the least so far: it never rises */
    uint64_t always_at;     /* records after which it fell below alpha; 0: not yet */
    bool always_b;          /* then: B was better */
    bool drifted;           /* an earlier interval contradicts a later one: the rates moved amid the experiment */
    /* The one look: */
    bool planned_reached;
    struct experiment_look planned; /* of exactly the planned number; of nobody before that */
    /* The draw: chance that shares lie as far from the plan's as these, or farther. Below 0.001 something is wrong with who
     * takes part. */
    double lots_p;
    uint64_t needed; /* by the plan's analysis */
    enum experiment_verdict verdict;
};
#define EXPERIMENT_LOTS_DOUBTFUL 0.001

/* `records` in the order of their assignment; `drawn` everybody of each arm, those whose horizon is not over, too.
 *
 * Always: the mixture sequential probability ratio test (Johari, Koomen, Pekelis and Walsh, "Always valid inference: continuous
 * monitoring of A/B tests", Operations Research 70, 2022) with the variance of the difference estimated, as in the
 * asymptotic confidence sequences of Waudby-Smith and others ("Time-uniform central limit theory and asymptotic confidence
 * sequences", Annals of Statistics 52, 2024); the mixture is the one that is narrowest at experiment_size.always.
 * tests/predict/test_experiment.c looks after every single record and counts. */
void experiment_analyse(const struct experiment_plan *plan, const struct experiment_record *records, uint64_t count,
                        const uint64_t drawn[ARM_COUNT], struct experiment_result *out);

/* The verdict as a sentence without a full stop, with its numbers. Labels of more than 80 bytes may not fit. */
void experiment_tell(const struct experiment_plan *plan, const struct experiment_result *result, struct str label_a,
                     struct str label_b, char out[ERR_MESSAGE_BYTES]);

#endif
