/* dice.c — what is thrown with base/chance.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/dice.h"

#include "base/chance.h"
#include "base/macros.h"

struct dice dice_for(uint64_t seed, enum about about, uint64_t number)
{
    uint64_t world = chance_mix(seed + UINT64_C(0x9e3779b97f4a7c15) * ((uint64_t)about + 1));
    return (struct dice){chance_mix(world + number * UINT64_C(0xd1342543de82ef95))};
}

uint64_t dice_bits(struct dice *dice)
{
    dice->state += UINT64_C(0x9e3779b97f4a7c15);
    return chance_mix(dice->state);
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
    return (uint32_t)(((dice_bits(dice) >> 32) * limit) >> 32);
}

int32_t dice_between(struct dice *dice, int32_t least, int32_t most)
{
    return least + (int32_t)dice_below(dice, (uint32_t)(most - least) + 1);
}

bool dice_chance(struct dice *dice, uint32_t permille)
{
    return dice_below(dice, 1000) < permille;
}

size_t dice_pick(struct dice *dice, const uint16_t *weights, size_t count)
{
    uint32_t ticket = dice_below(dice, 1000);
    size_t i = 0;
    while (i + 1 < count && ticket >= weights[i]) ticket -= weights[i++];
    return i;
}

uint32_t logistic_permille(int32_t x_milli)
{
    /* At 0, 0.5, 1 ... 6. */
    static const uint16_t table[] = {500, 622, 731, 818, 881, 924, 953, 971, 982, 989, 993, 996, 998};
    int32_t size = x_milli < 0 ? -x_milli : x_milli;
    uint32_t value = table[COUNT_OF(table) - 1];
    if (size < 6000) {
        int32_t cell = size / 500, rest = size % 500;
        value = (uint32_t)(table[cell] + (table[cell + 1] - table[cell]) * rest / 500);
    }
    return x_milli < 0 ? 1000 - value : value;
}
