/* flat_world.c — see flat_world.h. */
// SPDX-License-Identifier: Apache-2.0
#include "flat_world.h"

#include <stdio.h>

#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"
#include "predict/logit.h"

#define TEXT_MAX 64

void flat_world(struct flat *flat, const struct flat_law *law, uint32_t rows, uint64_t seed)
{
    static const struct str names[] = {STR_INIT("id"),    STR_INIT("came"), STR_INIT("source"), STR_INIT("visits"),
                                       STR_INIT("noise"), STR_INIT("note"), STR_INIT("stage"),  STR_INIT("last"),
                                       STR_INIT("again"), STR_INIT("won")};
    static const char *const sources[] = {"ads", "web", "fair"}, *const lasts[] = {"call", "mail", "visit", "chat",
                                                                                   "form"};
    struct chance chance = {seed};
    struct err_info why = {0};
    flat_init(flat, names, FLAT_WORLD_COLUMNS, NULL, 0);
    for (uint32_t r = 0; r < rows; r++) {
        char text[FLAT_WORLD_COLUMNS][TEXT_MAX] = {{0}};
        struct str field[FLAT_WORLD_COLUMNS];
        AUTO_BUF day = BUF_INIT(TEXT_MAX);
        uint32_t source = chance_below(&chance, 3), visits = chance_below(&chance, 12), last = chance_below(&chance, 5);
        double odds =
            law->base + law->strength * ((double)source - 1) + (((visits > 5) != (source == 1)) ? law->crossed : 0);
        bool won = chance_unit(&chance) < sigmoid(odds), noted = chance_unit(&chance) < 0.5;
        bool edited = chance_unit(&chance) < (won ? 0.6 : 0.2);
        instant_format_date(&day, (int64_t)(18000 + r) * MS_PER_DAY);
        snprintf(text[0], TEXT_MAX, "lead-%u", r);
        snprintf(text[1], TEXT_MAX, STR_FMT, STR_ARG(buf_str(&day)));
        snprintf(text[2], TEXT_MAX, "%s", sources[source]);
        snprintf(text[3], TEXT_MAX, "%u", visits);
        snprintf(text[4], TEXT_MAX, "%.6f", chance_unit(&chance));
        snprintf(text[5], TEXT_MAX, "%s", !noted ? "calling" : won ? "signed" : "not interested");
        snprintf(text[6], TEXT_MAX, "%s", won && noted ? "onboarding" : "");
        snprintf(text[7], TEXT_MAX, "%s", lasts[last]);
        snprintf(text[8], TEXT_MAX, "%s", edited ? "edited" : lasts[last]);
        snprintf(text[9], TEXT_MAX, "%d", won);
        for (int c = 0; c < FLAT_WORLD_COLUMNS; c++) field[c] = str_from_c(text[c]);
        CHECK_OK(flat_add(flat, field, &why), why);
    }
}
