/* segment.h — where an element lies in an array that grows without moving.
 *
 * Such an array is a short list of segments: the first holds SEGMENT_FIRST elements, each
 * other one as many as all before it. A segment is made when its first element is, and stays,
 * so whoever knows an index may read the element while others are added. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_SEGMENT_H
#define PLUMB_BASE_SEGMENT_H

#include <stdint.h>

#define SEGMENT_BITS 4
#define SEGMENT_FIRST (UINT32_C(1) << SEGMENT_BITS)
#define SEGMENTS_MAX (32 - SEGMENT_BITS + 1) /* enough for every 32-bit index */

struct segment_place {
    uint32_t segment;
    uint32_t at; /* in the segment */
};

static inline struct segment_place segment_place(uint32_t index)
{
    if (index < SEGMENT_FIRST) return (struct segment_place){0, index};
    uint32_t top = 31 - (uint32_t)__builtin_clz(index);
    return (struct segment_place){top - SEGMENT_BITS + 1, index - (UINT32_C(1) << top)};
}

/* The index of a segment's first element. */
static inline uint32_t segment_begin(uint32_t segment)
{
    return segment == 0 ? 0 : SEGMENT_FIRST << (segment - 1);
}

/* How many elements a segment holds. */
static inline uint32_t segment_size(uint32_t segment)
{
    return segment == 0 ? SEGMENT_FIRST : SEGMENT_FIRST << (segment - 1);
}

#endif
