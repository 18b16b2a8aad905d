/* generate.h — what world.c and definition.c share while they invent a case. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_REFERENCE_GENERATE_H
#define PLUMB_TESTS_REFERENCE_GENERATE_H

#include "reference/world.h"

#define REF_DURATIONS 4

struct ref_generator {
    struct arena *arena;
    struct ref_random *random;
    const struct ref_sizes *sizes;
    struct ref_world *world;
    struct ref_set *set;
    struct ref_duration duration[REF_DURATIONS]; /* the case's own: windows, decays and times are made of them */
    int64_t now_ms;                              /* facts lie around it */
    int64_t last_ms;                             /* the time invented last */
    uint32_t depth;                              /* of the condition being invented */
    bool large;                                  /* points up to the limit */
};

int64_t ref_some_instant(struct ref_generator *g);
struct str ref_some_text(struct ref_generator *g, const struct ref_property *p); /* a value of its type */
void ref_invent_definitions(struct ref_generator *g);

#endif
