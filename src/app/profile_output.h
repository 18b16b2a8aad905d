/* profile_output.h — an ideal customer profile, as cards for people and as lines for programs. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PROFILE_OUTPUT_H
#define PLUMB_APP_PROFILE_OUTPUT_H

#include "app/output.h"
#include "predict/profile.h"

struct profiled {
    struct profile profile;
    struct str outcome; /* as the person wrote it */
    enum entity object;
    uint64_t horizon_days;
    uint64_t cards; /* most that are shown of either direction */
};

void profile_page(const struct profiled *profiled, const struct page *page);
/* JSON Lines: "summary", then a "trait" for each that was looked at, then a "left_out" for each leak. */
void profile_lines(const struct profiled *profiled, FILE *to);

#endif
