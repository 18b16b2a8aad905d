/* leak.h — what knows the outcome because it came of it.
 *
 * A model that may read "invoice number" is brilliant on the past and useless tomorrow. Two signs give such a leak away:
 *
 *     tells all     alone it foresees the outcome nearly perfectly, on examples of training. Judged by the rate of its
 *                   values on one half of the records, asked on the other, so chance does not look like it
 *     afterwards    those for whom the outcome came have it only from then on, and others hardly ever. No example has
 *                   seen it yet, but the next file may bring it without its time
 *
 * What is found is told, and may be dropped from the plan. Whether it *is* a leak only its owner knows. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_LEAK_H
#define PLUMB_PREDICT_LEAK_H

#include "predict/feature_plan.h"

#define LEAK_AUC 0.95        /* alone, from here on it tells all */
#define LEAK_SUPPORT_MIN 10  /* positive examples, or records that have it */
#define LEAK_BEFORE_MAX 0.05 /* share of those with the outcome who had it before: above, it is no sign */
#define LEAK_OTHERS_MAX 0.1  /* share of those who never did against that of those who did, likewise */
#define LEAK_ROWS_MAX 20000  /* examples that are looked at */

enum leak_kind { LEAK_TELLS_ALL, LEAK_AFTERWARDS };

struct leak {
    enum leak_kind kind;
    struct str subject; /* "industry", "company.size", "event invoice sent", "rule Web / Pricing" */
    /* One of them says which features: */
    uint32_t property; /* of a record or, of_company, of its company; INTERN_NONE */
    bool of_company;
    struct str event; /* folded name; empty */
    double auc;       /* LEAK_TELLS_ALL; else NAN */
    struct str sentence;
};

struct leaks {
    struct leak *at;
    uint32_t count;
    bool *features; /* [count of the plan that was judged] one of them is about it */
};

/* Rows of examples, by the plan, in order of time; borrowed. */
struct leak_rows {
    uint64_t rows;
    const float *value;      /* [rows][plan->count] */
    const uint8_t *happened; /* [rows] 0 or 1 */
    const double *weight;    /* [rows] */
    const uint32_t *record;  /* [rows] */
};

/* Memory of *out in `arena`. Cost: sorting LEAK_ROWS_MAX rows for each feature, and one pass over the records' facts. */
void leaks_find(const struct feature_plan *plan, const struct feature_source *source, const struct lifetime *lives,
                const struct leak_rows *rows, struct arena *arena, struct leaks *out);

/* ---- Its two halves. Never outside src/predict. ---- */

/* The AUC of the run of features `first` to `first + count` (one property, kind of events, ...), each alone, the best of them;
 * NAN when there are too few positives. */
double leak_auc(const struct feature_plan *plan, const struct leak_rows *rows, uint32_t first, uint32_t count);

/* What came only afterwards: appended to out->at, which has room for all properties and LEAK_NAMES_MAX names of events. */
#define LEAK_NAMES_MAX 1000
void leaks_afterwards(const struct feature_source *source, const struct lifetime *lives, struct arena *arena,
                      struct leaks *out);

#endif
