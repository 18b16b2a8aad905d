/* page.h — what the page says about a made-up world, as text.
 *
 *     struct str text = page_of(product, (struct page_wish){.width = 60, .top = 3});
 *
 * The text lives in the product's arena. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_APP_PAGE_H
#define PLUMB_TESTS_APP_PAGE_H

#include "app/output.h"
#include "score_helper.h"

struct page_wish {
    uint32_t width; /* 0: 80 */
    uint64_t top, rows;
    unsigned threads; /* 0: 1 */
    bool explain, colour;
    const char *as_of; /* NULL: 2026-01-31 */
};

struct str page_of(struct product *product, struct page_wish wish);

#endif
