/* page.c — see page.h. */
// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include <stdlib.h>

#include "harness.h"

struct str page_of(struct product *product, struct page_wish wish)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    CHECK_TRUE(to != NULL);
    struct results results = {.set = &product->set,
                              .history = product->history,
                              .scan = product->scan,
                              .as_of_ms = instant_of(wish.as_of != NULL ? wish.as_of : "2026-01-31T00:00:00Z"),
                              .explain = wish.explain,
                              .top = wish.top,
                              .threads = wish.threads > 0 ? wish.threads : 1};
    struct page page = {
        .to = to, .style = style_for(wish.colour), .width = wish.width > 0 ? wish.width : 80, .rows = wish.rows};
    struct scan_options options = {.as_of_ms = results.as_of_ms, .threads = 1};
    scan_run(product->scan, &options);
    output_table(&results, &page);
    CHECK_INT(fclose(to), 0);
    struct str copy = arena_str(product->arena, (struct str){text, length});
    free(text);
    return copy;
}
