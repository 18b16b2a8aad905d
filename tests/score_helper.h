/* score_helper.h — the real way from texts to scores, in a few words.
 *
 *     struct product *p = product_new("", yaml);         a schema and definitions
 *     product_facts(p, "contact ada industry=IT\n"       a fact a line, see below
 *                      "event ada page_viewed 2026-01-05T10:00:00Z path=/pricing id=m1\n");
 *     product_finish(p);
 *     struct explanation why = product_explain(p, "lead_score", "ada", "2026-01-05T10:00:00Z");
 *     product_free(p);
 *
 * Facts: words divided by blanks; a value with blanks stands in double quotes.
 *
 *     contact ID [NAME=VALUE ...]        also company, deal; properties that always held
 *     from TIME contact ID NAME=VALUE    property versions with a time; an empty VALUE ends one
 *     ID in COMPANY [TIME]               a contact is associated with a company
 *     deal ID in COMPANY [TIME]          a deal with a company
 *     deal ID with CONTACT [TIME]        a deal with a contact
 *     same ID OTHER                      two contacts are one person
 *     event CONTACT NAME TIME [id=MESSAGE] [bot] [NAME=VALUE ...]
 *
 * Whatever is refused ends the running test with the reason; the ..._try functions append
 * it to `why` and return NULL or false instead. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SCORE_HELPER_H
#define PLUMB_TESTS_SCORE_HELPER_H

#include "base/buf.h"
#include "history/builder.h"
#include "history/scan.h"

struct product {
    struct arena *arena;
    struct catalog *catalog;
    struct diagnostics *diagnostics;
    struct definitions set;
    struct history_builder *builder; /* until finished */
    struct history *history;         /* from then on */
    const bool *seen;
    struct scan *scan;
};

struct product *product_new(const char *schema, const char *definitions);
struct product *product_try(struct str schema, struct str definitions, struct buf *why);
void product_free(struct product *product); /* NULL is fine */

void product_facts(struct product *product, const char *lines);
void product_finish(struct product *product);
bool product_finish_try(struct product *product, struct buf *why);

/* Other definitions over the same history; the caller passes a new scan the former one if it likes. */
bool product_read_definitions(struct product *product, struct str definitions, struct definitions *out,
                              struct buf *why);

/* The ledger lives in the product's arena. */
struct explanation product_explain(struct product *product, const char *score, const char *id, const char *as_of);
/* The same record's total, from a scan of all by `threads`; INT64_MIN when unknown. */
int64_t product_scan(struct product *product, const char *score, const char *id, const char *as_of, unsigned threads);

/* The line of a rule, clamp or adjustment; NULL when absent. Empty names: of the group, the category, the total. */
const struct ledger_line *ledger_find(const struct ledger *ledger, enum ledger_kind kind, const char *group,
                                      const char *rule);
int64_t ledger_sum(const struct ledger *ledger);
void ledger_print(const struct ledger *ledger, struct buf *out);

int64_t instant_of(const char *text); /* RFC 3339 */

#endif
