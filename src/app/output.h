/* output.h — results as a page for people; files/score_lines.h has the lines for programs. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_OUTPUT_H
#define PLUMB_APP_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "app/text.h"
#include "files/results.h"

/* How the page looks. */
struct page {
    FILE *to;
    const struct style *style;
    uint32_t width; /* cells; at least PAGE_WIDTH_MIN are used */
    uint64_t rows;  /* records listed for each score when `top` does not say; 0: all */
};

#define PAGE_WIDTH_MIN 40
#define PAGE_WIDTH_MAX 160
#define LABEL_CELLS_MAX 16 /* of a band or grade */

static inline size_t page_cells(const struct page *page)
{
    if (page->width < PAGE_WIDTH_MIN) return PAGE_WIDTH_MIN;
    return page->width > PAGE_WIDTH_MAX ? PAGE_WIDTH_MAX : page->width;
}

/* The page: for each score its highest records, or with `explain` the reasons of each;
 * under them the distribution. */
void output_table(const struct results *results, const struct page *page);

/* Before files are loaded: register the properties by which the page names records, so
 * that they are kept. */
void output_table_prepare(struct catalog *catalog);

/* ---- Parts of the outputs. ---- */

/* How many of a score's listed records lie where: the histogram, then counts. */
void output_distribution(const struct results *results, uint32_t score, const struct page *page);

/* Where the whole points of a score's listed records lie. */
struct spread {
    int64_t least, most; /* of the known ones */
    uint64_t listed, known;
    size_t count_cells; /* width of `listed` as text */
};

void output_histogram(const struct results *results, uint32_t score, const struct spread *spread,
                      const struct page *page);

/* The tree of reasons under a heading line that the caller has written. */
void output_reasons(const struct results *results, uint32_t score, const struct explanation *explanation,
                    const struct page *page);

/* "Ada Lovelace  c-12  49  MQL  A1" */
void output_record_head(const struct score *score, struct str name, struct str id, const struct result *result,
                        const struct page *page);
/* That, and the tree of reasons, for the score with this index. No scan need have run. Memory in `arena`. */
void output_record(const struct results *results, uint32_t index, uint32_t record, struct arena *arena,
                   const struct page *page);

/* A dim sentence, indented by two and wrapped. */
void output_note(const struct page *page, struct str sentence);

/* Colour of the band number `band` (BAND_NONE: none) of `count`, best first. */
const char *output_band_colour(const struct style *style, uint32_t band, uint32_t count);

#endif
