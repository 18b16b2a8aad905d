/* experiment_words.c — what an experiment says, to somebody who has to decide. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "predict/experiment.h"

/* The difference that the verdict goes by. */
static struct interval decisive(const struct experiment_plan *plan, const struct experiment_result *result)
{
    return plan->analysis == ANALYSIS_ALWAYS ? result->always : result->planned.difference;
}

static void tell_winner(const struct experiment_plan *plan, const struct experiment_result *result, struct str better,
                        struct str other, char *out, size_t bytes)
{
    struct interval d = decisive(plan, result);
    uint64_t after = plan->analysis == ANALYSIS_ALWAYS
                         ? result->always_at
                         : result->planned.records[ARM_A] + result->planned.records[ARM_B];
    bool b = result->verdict == EXPERIMENT_B_BETTER;
    snprintf(out, bytes,
             "'" STR_FMT "' converts more than '" STR_FMT "': %.1f points of percent more (%.1f to %.1f), as %" PRIu64
             " records showed",
             STR_ARG(better), STR_ARG(other), 100 * fabs(d.value), 100 * (b ? d.low : -d.high),
             100 * (b ? d.high : -d.low), after);
}

void experiment_tell(const struct experiment_plan *plan, const struct experiment_result *result, struct str label_a,
                     struct str label_b, char out[ERR_MESSAGE_BYTES])
{
    uint64_t counted = result->all.records[ARM_A] + result->all.records[ARM_B];
    struct interval d = decisive(plan, result);
    switch (result->verdict) {
    case EXPERIMENT_A_BETTER: tell_winner(plan, result, label_a, label_b, out, ERR_MESSAGE_BYTES); return;
    case EXPERIMENT_B_BETTER: tell_winner(plan, result, label_b, label_a, out, ERR_MESSAGE_BYTES); return;
    case EXPERIMENT_WAITING:
        if (counted < result->needed)
            snprintf(out, ERR_MESSAGE_BYTES,
                     "nothing can be said yet: the horizon of %" PRIu64 " records is over, and %s%" PRIu64
                     " are needed",
                     counted, plan->analysis == ANALYSIS_ALWAYS ? "at most " : "", result->needed);
        else
            snprintf(
                out, ERR_MESSAGE_BYTES,
                "nothing can be said yet: in one of the arms fewer than %d records converted, or fewer than %d did not",
                EXPERIMENT_OUTCOMES_MIN, EXPERIMENT_OUTCOMES_MIN);
        return;
    case EXPERIMENT_ALIKE:
        snprintf(out, ERR_MESSAGE_BYTES,
                 "no difference was shown with %" PRIu64 " records: '" STR_FMT "' minus '" STR_FMT
                 "' lies between %.1f and %.1f points of percent",
                 counted, STR_ARG(label_b), STR_ARG(label_a), 100 * d.low, 100 * d.high);
        return;
    }
}
