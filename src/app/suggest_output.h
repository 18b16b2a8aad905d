/* suggest_output.h — suggested points beside the present ones, as a page for people and as lines for programs. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_SUGGEST_OUTPUT_H
#define PLUMB_APP_SUGGEST_OUTPUT_H

#include "app/output.h"
#include "predict/suggest.h"

struct suggested {
    const struct score
        *score; /* the one asked about; of a draft from nothing, the draft before its points were weighed */
    struct suggestion suggestion;
    struct suggestion_test test;
    bool tested;       /* else `untested` says why not */
    bool from_nothing; /* there is no present score: `then` is all there is */
    struct str untested;
    struct str outcome;
    uint64_t horizon_days;
    const char *written_to; /* the draft's file; NULL: none */
};

void suggest_page(const struct suggested *suggested, const struct page *page);
/* JSON Lines: "summary", "points" for each number, "half_life" for each decay, "test". */
void suggest_lines(const struct suggested *suggested, FILE *to);

#endif
