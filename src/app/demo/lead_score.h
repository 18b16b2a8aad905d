/* lead_score.h — examples/b2b-saas/lead_score.yaml line by line, made into C by tools/embed-text. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEMO_LEAD_SCORE_H
#define PLUMB_APP_DEMO_LEAD_SCORE_H

extern const char *const demo_lead_score[]; /* NULL-ended; each ends in a line feed */

#endif
