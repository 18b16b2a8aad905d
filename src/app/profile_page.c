/* profile_page.c — the ideal customer on cards: what, how often, how many times as often, how sure. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "app/profile_output.h"

#define PART_BYTES_MAX 4096
#define BAR_CELLS 30
#define BAR_WHOLE 10000 /* a share in hundredths of a percent */

static void put_head(const struct profiled *profiled, const struct page *page)
{
    const struct style *style = page->style;
    const struct profile *profile = &profiled->profile;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    fprintf(page->to, "%sIdeal customer%s\n", style->bold, style->off);
    text_counted(&text, profile->customers, entity_name(profiled->object), entity_plural(profiled->object));
    buf_append_c(&text, " with outcome ");
    text_clean(&text, profiled->outcome);
    buf_format(&text, ", as they were within %" PRIu64 " days before it, and ", profiled->horizon_days);
    text_counted(&text, profile->others, "other", "others");
    buf_append_c(&text, ", when they had been known for as long; ");
    text_counted(&text, profile->count, "trait was", "traits were");
    buf_append_c(&text, " looked at");
    output_note(page, buf_str(&text));
}

/* "2.8 times as often", "a quarter as often" would be guessed at: 0.25 times. */
static void append_times(struct buf *out, double ratio)
{
    buf_format(out, ratio < 0.995 ? "%.2f" : ratio < 99.5 ? "%.1f" : "%.0f", ratio);
}

static void put_bar(const struct page *page, const char *who, double share)
{
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX), bar = BUF_INIT(PART_BYTES_MAX);
    buf_format(&text, "%.1f%%", 100 * share);
    text_bar(&bar, (uint64_t)llround(share * BAR_WHOLE), BAR_WHOLE, BAR_CELLS);
    struct str drawn = buf_str(&bar);
    while (drawn.len > 0 && drawn.at[drawn.len - 1] == ' ') drawn.len--;
    fprintf(page->to, "    %-10s", who);
    AUTO_BUF cell = BUF_INIT(PART_BYTES_MAX);
    text_cell(&cell, buf_str(&text), 6, SIDE_RIGHT);
    fprintf(page->to, STR_FMT "%s" STR_FMT "\n", STR_ARG(buf_str(&cell)), drawn.len > 0 ? "  " : "", STR_ARG(drawn));
}

/* "industry is Software: 2.8 times as often (95 %: 2.1 to 3.7)" and two bars. */
static void put_card(const struct finding *finding, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    text_clean(&text, finding->trait.words);
    buf_append_c(&text, ": ");
    append_times(&text, finding->ratio.value);
    buf_append_c(&text, " times as often (95 %: ");
    append_times(&text, finding->ratio.low);
    buf_append_c(&text, " to ");
    append_times(&text, finding->ratio.high);
    buf_append_c(&text, ")");
    fputs("  ", page->to);
    text_put_wrapped(page->to, buf_str(&text), 4, page_cells(page));
    put_bar(page, "customers", finding->share.value);
    put_bar(page, "others", finding->other_share.value);
}

/* Of a behaviour only how often and how long tells most; the rest is in the lines. */
static void put_cards(const struct profiled *profiled, bool more, const struct page *page)
{
    const struct profile *profile = &profiled->profile;
    uint64_t all = 0, shown = 0;
    for (uint32_t i = 0; i < profile->count; i++) {
        const struct finding *finding = &profile->findings[i];
        if (!finding->found || !finding->best || (finding->ratio.value > 1) != more) continue;
        if (all++ == 0)
            fprintf(page->to, "\n%sCustomers %s often%s\n", page->style->bold, more ? "more" : "less",
                    page->style->off);
        if (shown == profiled->cards) continue;
        put_card(finding, page);
        shown++;
    }
    if (all > shown) fprintf(page->to, "  ... and %" PRIu64 " more: see --cards\n", all - shown);
}

static void put_left_out(const struct leaks *leaks, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    if (leaks->count == 0) return;
    fprintf(page->to, "\n%sLeft out%s\n", page->style->bold, page->style->off);
    for (uint32_t i = 0; i < leaks->count; i++) {
        buf_clear(&text);
        text_clean(&text, leaks->at[i].sentence);
        fputs("  ", page->to);
        text_put_wrapped(page->to, buf_str(&text), 4, page_cells(page));
    }
}

void profile_page(const struct profiled *profiled, const struct page *page)
{
    put_head(profiled, page);
    if (profiled->profile.found == 0) {
        fputc('\n', page->to);
        output_note(page, STR("Nothing tells customers from others beyond what chance gives among so many looks."));
    }
    put_cards(profiled, true, page);
    put_cards(profiled, false, page);
    put_left_out(&profiled->profile.leaks, page);
}
