/* words.h — conditions and rules as the middle of a sentence.
 *
 *     {property: company.industry, in: [IT, Software]}   company.industry is IT or Software
 *     {not: {event: any, within: 60d}}                   no event within 60 days
 *
 * Author's words are cleaned (text.h). Long lists and deep trees are shortened: these
 * words remind of a rule, they do not replace it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_WORDS_H
#define PLUMB_APP_WORDS_H

#include "base/buf.h"
#include "core/catalog.h"
#include "core/condition.h"
#include "core/definition.h"

void words_condition(struct buf *out, struct catalog *catalog, const struct condition *condition);
void words_test(struct buf *out, const struct test *test);    /* "is between 5 and 100" */
void words_decay(struct buf *out, const struct decay *decay); /* "half-life 30 days" */

#endif
