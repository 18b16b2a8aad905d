/* promotion.c — see promotion.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/promotion.h"

#include <inttypes.h>
#include <stdio.h>

static void measure(const struct prediction *forecast, double *figures)
{
    struct quality quality;
    quality_measure(forecast, &quality);
    for (unsigned f = 0; f < FIGURE_COUNT; f++) figures[f] = quality.figures[f];
}

static void say(struct promotion *out)
{
    const char *verdict = out->replaces ? "better in both" : "not better in both beyond doubt";
    snprintf(out->sentence, sizeof out->sentence,
             "on %" PRIu64 " examples of later leads, %" PRIu64
             " of them positive, the challenger is %s: Brier %.4f against %.4f (difference %.4f to %.4f), AUC %.3f "
             "against %.3f (difference %.3f to %.3f)",
             out->examples, out->positives, verdict, out->challenger[FIGURE_BRIER], out->champion[FIGURE_BRIER],
             out->brier.low, out->brier.high, out->challenger[FIGURE_ROC_AUC], out->champion[FIGURE_ROC_AUC],
             out->auc.low, out->auc.high);
}

void promotion_judge(const struct prediction *challenger, const double *champion_probability,
                     const struct bootstrap *how, struct promotion *out)
{
    *out = (struct promotion){.examples = challenger->count};
    for (uint64_t i = 0; i < challenger->count; i++) out->positives += challenger->happened[i];
    if (out->positives < PROMOTION_POSITIVES_MIN || out->examples - out->positives < PROMOTION_POSITIVES_MIN) {
        snprintf(out->sentence, sizeof out->sentence,
                 "%" PRIu64 " examples of later leads, %" PRIu64
                 " of them positive: at least %d of each outcome are needed to judge by",
                 out->examples, out->positives, PROMOTION_POSITIVES_MIN);
        return;
    }
    struct prediction champion = *challenger;
    struct interval apart[FIGURE_COUNT];
    champion.probability = champion_probability;
    measure(challenger, out->challenger);
    measure(&champion, out->champion);
    quality_compare(challenger, champion_probability, how, apart);
    out->brier = apart[FIGURE_BRIER];
    out->auc = apart[FIGURE_ROC_AUC];
    out->replaces = out->brier.high < 0 && out->auc.low > 0; /* NAN: nobody can tell */
    say(out);
}
