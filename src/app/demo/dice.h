/* dice.h — chance that a seed decides, in whole numbers.
 *
 * Each record has dice of its own, made from the world's seed, a word for what they
 * decide and the record's number. So anything about a record can be told again at any
 * time without keeping it, and one record more changes nothing about another.
 *
 * C leaves open in which order the operands of a sum, arguments and initialisers are
 * evaluated. So an expression throws once at most: a second throw is a statement of its own. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEMO_DICE_H
#define PLUMB_APP_DEMO_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* What is decided. */
enum about { ABOUT_COMPANY, ABOUT_PLACES, ABOUT_CONTACT, ABOUT_PERSON, ABOUT_EVENTS, ABOUT_DEAL };

struct dice dice_for(uint64_t seed, enum about about, uint64_t number);
uint64_t dice_bits(struct dice *dice);

/* 0 .. limit-1, limit > 0. */
uint32_t dice_below(struct dice *dice, uint32_t limit);

/* least .. most, both in. */
int32_t dice_between(struct dice *dice, int32_t least, int32_t most);
bool dice_chance(struct dice *dice, uint32_t permille);

/* An index into weights whose sum is 1000. */
size_t dice_pick(struct dice *dice, const uint16_t *weights, size_t count);

/* 1 / (1 + e^-x) in permille, x in thousandths: a table with straight lines between,
 * so that no mathematics library can change a byte. */
uint32_t logistic_permille(int32_t x_milli);

#endif
