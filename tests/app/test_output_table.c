/* test_output_table.c — the page: what fits, what is cut, what is said. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "harness.h"
#include "page.h"

static const char definition[] = "score: s\ntitle: Lead score\nobject: contact\nmin: -50\n"
                                 "bands: [{label: SQL, from: 60}, {label: MQL, from: 30}]\n"
                                 "groups:\n  - name: g\n    category: fit\n    rules:\n"
                                 "      - {name: Size, property: size, values: [{gt: 60, points: 70}, {gt: 30, points: "
                                 "31}, {gt: 3, points: 4}, {gt: 1, points: 2}, {gt: 0, points: 1}], otherwise: -7}\n";

/* `count` contacts whose ids begin with `prefix`, with this size. */
static void people(struct product *product, const char *prefix, unsigned count, int size)
{
    for (unsigned i = 0; i < count; i++) {
        char line[128];
        snprintf(line, sizeof line, "contact %s%03u size=%d name=\"%s %u\"\n", prefix, i, size, prefix, i);
        product_facts(product, line);
    }
}

static struct product *world(void)
{
    struct product *product = product_new("contact: {size: number, name: string}", definition);
    return product;
}

static size_t widest_line(struct str text)
{
    size_t widest = 0;
    while (text.len > 0) {
        size_t cells = unicode_width(str_cut(&text, '\n'));
        if (cells > widest) widest = cells;
    }
    return widest;
}

TEST(no_line_is_wider_than_the_page)
{
    struct product *product = world();
    people(product, "somebody-with-a-very-long-identifier-", 30, 5);
    people(product, "b", 30, 50);
    people(product, "c", 30, 70);
    product_finish(product);
    for (uint32_t width = PAGE_WIDTH_MIN; width <= PAGE_WIDTH_MAX; width += 3) {
        CHECK_TRUE(widest_line(page_of(product, (struct page_wish){.width = width})) <= width);
        CHECK_TRUE(widest_line(page_of(product, (struct page_wish){.width = width, .explain = true, .top = 5})) <=
                   width);
    }
    product_free(product);
}

TEST(no_line_ends_in_blanks)
{
    struct product *product = world();
    people(product, "a", 30, 5);
    people(product, "b", 30, 50);
    product_facts(product, "contact nameless\n");
    product_finish(product);
    CHECK_FALSE(str_contains(page_of(product, (struct page_wish){.width = 120}), STR(" \n")));
    CHECK_FALSE(str_contains(page_of(product, (struct page_wish){.width = 60, .explain = true}), STR(" \n")));
    product_free(product);
}

TEST(a_narrow_page_cuts_with_an_ellipsis_and_a_wide_one_names_the_rules)
{
    struct product *product = world();
    people(product, "somebody-with-a-very-long-identifier-", 1, 50);
    product_finish(product);
    struct str narrow = page_of(product, (struct page_wish){.width = 40});
    CHECK_CONTAINS(narrow, STR("\u2026"));
    CHECK_FALSE(str_contains(narrow, STR("Most points from")));
    struct str wide = page_of(product, (struct page_wish){.width = 160});
    CHECK_CONTAINS(wide, STR("Most points from"));
    CHECK_CONTAINS(wide, STR("Size +31"));
    product_free(product);
}

TEST(rows_that_are_left_out_are_counted)
{
    struct product *product = world();
    people(product, "a", 30, 50);
    product_finish(product);
    CHECK_CONTAINS(page_of(product, (struct page_wish){.rows = 8}), STR("\u2026 and 22 more (--top N)\n"));
    CHECK_FALSE(str_contains(page_of(product, (struct page_wish){.rows = 30}), STR("more (--top N)")));
    CHECK_FALSE(str_contains(page_of(product, (struct page_wish){0}), STR("more (--top N)")));
    product_free(product);
}

TEST(bands_are_counted_with_their_shares)
{
    struct product *product = world();
    people(product, "a", 5, 70);
    people(product, "b", 15, 50);
    people(product, "c", 20, 5);
    product_finish(product);
    struct str page = page_of(product, (struct page_wish){0});
    CHECK_CONTAINS(page, STR("  SQL      60 and more   5   12.5%  ███\n"));
    CHECK_CONTAINS(page, STR("  MQL      30 to 59     15   37.5%  █████████\n"));
    CHECK_CONTAINS(page, STR("  no band  under 30     20   50.0%  ████████████\n"));
    CHECK_FALSE(str_contains(page, STR("unknown")));
    product_free(product);
}

TEST(the_histogram_marks_the_borders_of_bands)
{
    struct product *product = world();
    people(product, "a", 10, 70);
    people(product, "b", 20, 5);
    product_finish(product);
    struct str page = page_of(product, (struct page_wish){0});
    CHECK_CONTAINS(page, STR("▲ MQL 30"));
    CHECK_CONTAINS(page, STR("▲ SQL 60"));
    CHECK_CONTAINS(page, STR("┊"));
    product_free(product);
}

TEST(a_column_that_dwarfs_the_others_is_cut_and_says_so)
{
    struct product *product = world();
    people(product, "a", 900, 0); /* otherwise: -7 */
    people(product, "b", 12, 70);
    people(product, "c", 9, 50);
    product_finish(product);
    struct str page = page_of(product, (struct page_wish){0});
    CHECK_CONTAINS(page, STR(" is cut: it holds 900."));
    CHECK_CONTAINS(page, STR("░"));
    product_free(product);
}

TEST(where_all_scores_are_equal_a_sentence_stands_for_the_histogram)
{
    struct product *product = world();
    people(product, "a", 12, 50);
    product_finish(product);
    struct str page = page_of(product, (struct page_wish){0});
    CHECK_CONTAINS(page, STR("  All 12 known scores are 31.\n"));
    CHECK_FALSE(str_contains(page, STR("│")));
    product_free(product);
}

TEST(nobody_at_all_is_a_page_too)
{
    struct product *product = world();
    product_finish(product);
    CHECK_STR(page_of(product, (struct page_wish){0}),
              STR("Lead score: 0 contacts on 31 January 2026, 00:00 UTC\n\n\n"));
    product_free(product);
}

TEST(colours_are_only_there_when_wanted)
{
    struct product *product = world();
    people(product, "a", 12, 50);
    people(product, "b", 12, 5);
    product_finish(product);
    CHECK_FALSE(str_contains(page_of(product, (struct page_wish){0}), STR("\033")));
    struct str page = page_of(product, (struct page_wish){.colour = true});
    CHECK_CONTAINS(page, STR("\033[32m")); /* the bars of the best band ... */
    CHECK_CONTAINS(page, STR("\033[33m")); /* ... and of the second */
    product_free(product);
}

TEST(the_reasons_say_which_case_gave_the_points)
{
    struct product *product = world();
    product_facts(product, "contact ada size=50 name=\"Ada Lovelace\"\ncontact bob size=-3\n");
    product_finish(product);
    struct str page = page_of(product, (struct page_wish){.explain = true});
    CHECK_CONTAINS(page, STR("Ada Lovelace  ada  31  MQL\n"));
    CHECK_CONTAINS(page, STR("     +31  Size: more than 30\n"));
    CHECK_CONTAINS(page, STR("      \u22127  Size: another value\n"));
    product_free(product);
}
