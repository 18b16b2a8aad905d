/* judge.h — do the product and the reference agree about a case?
 *
 * The product reads the definitions from text, takes the facts in a random order (some
 * twice), scans with one thread and with two and explains every record; the reference
 * looks at the model. Totals, parts, ledgers, bands, grades and segments must be equal to
 * the last digit. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_REFERENCE_JUDGE_H
#define PLUMB_TESTS_REFERENCE_JUDGE_H

#include "reference/world.h"

enum ref_verdict { REF_AGREED, REF_DIFFERENT, REF_REFUSED };

/* `seed` picks the way the definitions are written and the order of the facts. With `edit`
 * points, clamps and bands are then changed (in *c) and everybody scored again from kept
 * signals. What is found goes to `why`. */
enum ref_verdict ref_judge(struct arena *arena, struct ref_case *c, uint64_t seed, bool edit, struct buf *why);

/* End the test as failed unless the case with this seed is agreed upon; what disagrees is made
 * smaller and printed first. Only failures without an edit are made smaller, since an edit
 * changes the case itself. */
void ref_check_case(struct arena *arena, uint64_t seed, const struct ref_sizes *sizes, bool edit);

/* All results of a case as text: to compare one order of facts with another. */
struct str ref_results(struct arena *arena, const struct ref_case *c, uint64_t order, bool repeat);

#endif
