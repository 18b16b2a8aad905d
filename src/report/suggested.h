/* suggested.h — advice on points as one answer: the suggestion, its test on later leads, and the draft as a text.
 *
 * Of a score the draft is its author's own text with other numbers; from nothing it is a whole score (report/draft.h). The
 * command and the server make the same of the same facts. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_SUGGESTED_H
#define PLUMB_REPORT_SUGGESTED_H

#include "base/json.h"
#include "predict/suggest.h"

struct suggested_question {
    /* With a set and a score of it, which has its text; without a set: a score from nothing. Its catalog comes to know the
     * properties that such a draft names. */
    const struct feature_source *source;
    const struct lifetime *lives;
    int64_t end_ms; /* the last instant of which facts are known */
    uint32_t horizon_days;
    uint64_t seed;
    unsigned threads;
    const struct watch
        *watch;         /* may be NULL; as suggest_options, and of a score from nothing also as profile_options */
    struct str outcome; /* in words */
};

struct suggested {
    const struct score *score; /* the one asked about; from nothing: the draft before its points were weighed */
    struct suggestion suggestion;
    struct suggestion_test test;
    bool tested;         /* else `untested` says why not */
    struct str untested; /* a sentence */
    bool from_nothing;   /* there is no present score: `then` is all there is */
    struct str outcome;
    uint32_t horizon_days;
    struct str draft;
};

/* Errors and memory: those of suggest_points and definition_edit, or of draft_make. ERR_UNAVAILABLE: stopped. */
MUST_CHECK enum err suggested_make(const struct suggested_question *question, struct arena *arena,
                                   struct suggested *out, struct err_info *why);

/* Members of the object that the caller has begun: "score", "outcome", "horizon_days", the summary, "points", "half_lives",
 * "test" or "untested", "draft". */
void suggested_document(struct json_writer *json, const struct suggested *suggested);

#endif
