/* agreement.h — do sales and the score mean the same leads?
 *
 * Sales say of a contact that it was accepted or rejected, by the events `lead_accepted` and `lead_rejected` with the
 * properties `reason` and `by`: facts like any other, so conditions, outcomes and features know them too. Each
 * contact's last word in a span is held against the score as it stood right before it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_AGREEMENT_H
#define PLUMB_PREDICT_AGREEMENT_H

#include "base/arena.h"
#include "history/scan.h"
#include "predict/quality.h"

#define EVENT_LEAD_ACCEPTED "lead_accepted"
#define EVENT_LEAD_REJECTED "lead_rejected"
#define AGREEMENT_EVENTS_MAX 100000 /* of one contact that are looked at: the latest ones */

struct sales_word {
    uint32_t contact;
    int64_t at_ms;
    bool accepted;
    struct str reason, by; /* of the history; empty: not said */
    bool known;            /* the score was */
    int64_t micro;         /* 0 when it was not */
};

/* The last word about each listed contact from from_ms to to_ms, by contact; memory in `arena`, texts of the history. *unsaid: words
 * that the contact's own later one in the span replaced. The score is left open: see agreement_score. */
uint32_t agreement_words(const struct history *history, int64_t from_ms, int64_t to_ms, struct arena *arena,
                         struct sales_word **out, uint32_t *unsaid);

/* The score of contacts with this index of the scan's set, a millisecond before each word. */
void agreement_score(const struct scan *scan, uint32_t score, struct sales_word *words, uint32_t count);

struct agreement {
    uint64_t accepted[2], rejected[2]; /* [1]: of scores at or above the threshold, [0]: below, or unknown */
    struct interval rate[2];           /* accepted of those; Wilson, 95 % */
    struct interval auc; /* chance that an accepted lead stood above a rejected one; percentile bootstrap, 95 % */
    double observed;     /* share of words in which accepted and "at or above" agree; NAN without words */
    struct interval
        kappa; /* the same beyond chance: Cohen, "A coefficient of agreement for nominal scales", 1960, with the
                              standard error of Fleiss, Cohen and Everitt, 1969; NAN when chance alone would agree always */
};

void agreement_measure(const struct sales_word *words, uint32_t count, int64_t threshold_micro, struct agreement *out);

/* "slight", "fair", "moderate", "substantial", "almost perfect" (Landis and Koch, 1977), "none" when not above 0 or NAN. */
const char *agreement_strength(double kappa);

/* ---- Why high scores are rejected. ---- */

struct agreement_reason {
    struct str text; /* as it was first said; empty: none was given */
    uint64_t count;
};
/* Of those rejected at or above the threshold, compared without case; the most frequent first, at most `most` into out.
 * Returns how many different ones there are. Memory in `arena`. */
uint32_t agreement_reasons(const struct sales_word *words, uint32_t count, int64_t threshold_micro, struct arena *arena,
                           struct agreement_reason *out, uint32_t most);

/* Where they differ most: rejected with the highest scores, accepted with the lowest. Indexes of words, at most `most` of
 * either into rejected and accepted; returns by *rejected_count, *accepted_count how many were put there. */
void agreement_differences(const struct sales_word *words, uint32_t count, int64_t threshold_micro, uint32_t most,
                           uint32_t *rejected, uint32_t *rejected_count, uint32_t *accepted, uint32_t *accepted_count);

#endif
