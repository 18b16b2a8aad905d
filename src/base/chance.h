/* chance.h — numbers as good as random that a seed decides, the same on every machine.
 *
 * splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * 2014). Good for drawing samples, useless for secrets: those are server/secret.h's. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_CHANCE_H
#define PLUMB_BASE_CHANCE_H

#include <stdint.h>

struct chance {
    uint64_t state; /* any value is a seed */
};

/* Spreads every bit of z over all of the result; different z give different results. */
static inline uint64_t chance_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The generator of the `number`-th of many things that one seed decides, each by itself. */
static inline struct chance chance_of(uint64_t seed, uint64_t number)
{
    return (struct chance){chance_mix(chance_mix(seed) + number * UINT64_C(0xd1342543de82ef95))};
}

static inline uint64_t chance_bits(struct chance *chance)
{
    chance->state += UINT64_C(0x9e3779b97f4a7c15);
    return chance_mix(chance->state);
}

/* 0 to limit - 1; the lesser ones are more likely by at most limit / 2^32. */
static inline uint32_t chance_below(struct chance *chance, uint32_t limit)
{
    return (uint32_t)(((chance_bits(chance) >> 32) * limit) >> 32);
}

/* From 0 up to, not including, 1. */
static inline double chance_unit(struct chance *chance)
{
    return (double)(chance_bits(chance) >> 11) * 0x1p-53;
}

#endif
