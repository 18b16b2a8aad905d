/* suggest_output.h — suggested points beside the present ones, as a page for people and as lines for programs. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_SUGGEST_OUTPUT_H
#define PLUMB_APP_SUGGEST_OUTPUT_H

#include "app/output.h"
#include "report/suggested.h"

/* `written_to`: the draft's file; NULL: none. */
void suggest_page(const struct suggested *suggested, const char *written_to, const struct page *page);
/* JSON Lines: "summary", "points" for each number, "half_life" for each decay, "test". */
void suggest_lines(const struct suggested *suggested, FILE *to);

#endif
