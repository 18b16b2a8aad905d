/* outcome_given.h — what is to be foreseen, as it was given: a condition, an event, a segment, or the usual.
 *
 * The usual outcome is the lifecycle stage customer, or an associated deal won. Which property holds the stage is known only
 * when files were read; when a deal was won is told by its stage or its closing date (predict/record_dates.h). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_OUTCOME_GIVEN_H
#define PLUMB_APP_OUTCOME_GIVEN_H

#include "app/definition_files.h"
#include "engine/usual_outcome.h"
#include "predict/outcome.h"

struct outcome_given {
    struct str words; /* how it is told; reading those again gives the same outcome */
    enum entity object;
    bool usual;
    struct definitions own;       /* of a condition, and of the usual's stage */
    const struct definitions *of; /* whose segment it is: that, or those beside which it was read */
    uint32_t segment;
};

/* Before files are loaded. `condition` may be the name of a segment of `beside` (NULL: there are none), a condition, or
 * OUTCOME_USUAL; `event` the name of one; both NULL: the usual. False after saying what is wrong. `files` lives as long. */
bool outcome_given_read(struct app *app, struct definition_files *files, const struct definitions *beside,
                        enum entity object, const char *condition, const char *event, struct outcome_given *out);

/* When they are. `seen` from load_history. */
bool outcome_given_bind(struct app *app, struct definition_files *files, const bool *seen,
                        struct outcome_given *outcome);

/* When it came to each record, into lives[records of its object], which begin at creation dates, too. */
void outcome_given_find(const struct outcome_given *outcome, const struct history *history,
                        const struct record_dates *dates, unsigned threads, const struct watch *watch,
                        struct lifetime *lives);

#endif
