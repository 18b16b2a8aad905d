/* backtest_page.c — a backtest as people read it: what each band of scores was worth, what each threshold would have done. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "app/backtest_output.h"
#include "base/instant.h"

#define PART_BYTES_MAX 256
#define MISSED_ON_PAGE 10

/* "12.3%", or "-" where nobody is asked. */
static void append_percent(struct buf *out, double share)
{
    if (isfinite(share)) buf_format(out, "%.1f%%", 100 * share);
    else buf_append_c(out, "-");
}

static void put_cell(const struct page *page, struct buf *text, size_t cells, enum side side)
{
    AUTO_BUF padded = BUF_INIT(PART_BYTES_MAX);
    text_cell(&padded, buf_str(text), cells, side);
    fwrite(padded.at, 1, padded.len, page->to);
    buf_clear(text);
}

static void put_right(const struct page *page, struct buf *text, size_t cells)
{
    put_cell(page, text, cells, SIDE_RIGHT);
}

static void put_count(const struct page *page, struct buf *text, uint64_t count, size_t cells)
{
    text_count(text, count);
    put_right(page, text, cells);
}

static void put_percent(const struct page *page, struct buf *text, double share, size_t cells)
{
    append_percent(text, share);
    put_right(page, text, cells);
}

/* "8.1 to 12.2%" */
static void put_range(const struct page *page, struct buf *text, const struct interval *interval, size_t cells)
{
    if (isfinite(interval->low)) buf_format(text, "%.1f to %.1f%%", 100 * interval->low, 100 * interval->high);
    put_right(page, text, cells);
}

static void put_head(const struct tested_all *all, const struct tested *tested, const struct page *page)
{
    const struct style *style = page->style;
    const struct backtest *b = &tested->backtest;
    AUTO_BUF text = BUF_INIT(4096);
    text_clean(&text, tested->score->title);
    fprintf(page->to, "%s" STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
    buf_clear(&text);
    text_counted(&text, b->instants, "instant", "instants");
    buf_append_c(&text, " from ");
    instant_format_date(&text, b->at_ms[0]);
    buf_append_c(&text, " to ");
    instant_format_date(&text, b->at_ms[b->instants - 1]);
    buf_append_c(&text, ", outcome ");
    text_clean(&text, all->outcome);
    buf_format(&text, " within %" PRId64 " days; ", b->horizon_ms / MS_PER_DAY);
    text_counted(&text, tested->calls[0].converters, entity_name(b->object), entity_plural(b->object));
    buf_append_c(&text, " converted");
    output_note(page, buf_str(&text));
}

static void put_order(const char *label, const struct interval *interval, const struct page *page)
{
    if (!isfinite(interval->value)) fprintf(page->to, "  %s: nobody can tell\n", label);
    else fprintf(page->to, "  %s %.3f (95 %%: %.3f to %.3f)\n", label, interval->value, interval->low, interval->high);
}

static void put_bins(const struct tested *tested, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    fprintf(page->to, "\n  %sScore        Snapshots  Converted  Conversion         (95 %%)   Lift%s\n", style->dim,
            style->off);
    for (uint32_t i = 0; i < tested->bin_count; i++) {
        const struct backtest_bin *bin = &tested->bins[i];
        if (bin->snapshots == 0) continue;
        if (bin->from_micro > SCORE_UNKNOWN) {
            text_whole(&text, bin->from_micro / MICRO_PER_POINT);
            buf_append_c(&text, " and up");
        } else {
            buf_append_c(&text, tested->bin_count > 1 ? "below" : "all");
        }
        fputs("  ", page->to);
        put_cell(page, &text, 11, SIDE_LEFT);
        put_count(page, &text, bin->snapshots, 11);
        put_count(page, &text, bin->converted, 11);
        put_percent(page, &text, bin->conversion.value, 12);
        put_range(page, &text, &bin->conversion, 15);
        if (isfinite(bin->lift)) buf_format(&text, "%.2f", bin->lift);
        put_right(page, &text, 7);
        fputc('\n', page->to);
    }
}

static void put_thresholds(const struct tested *tested, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    fprintf(page->to, "\n  %sCall from     Called   A week  Converted  Precision   Recall     F1   Missed%s\n",
            style->dim, style->off);
    for (uint32_t i = tested->threshold_count; i-- > 0;) {
        const struct backtest_calls *calls = &tested->calls[i];
        text_whole(&text, tested->thresholds[i] / MICRO_PER_POINT);
        fputs("  ", page->to);
        put_right(page, &text, 9);
        put_count(page, &text, calls->called, 11);
        buf_format(&text, "%.1f", calls->calls_a_week);
        put_right(page, &text, 9);
        put_count(page, &text, calls->converted, 11);
        put_percent(page, &text, calls->precision, 11);
        put_percent(page, &text, calls->recall, 9);
        if (isfinite(calls->f1)) buf_format(&text, "%.3f", calls->f1);
        put_right(page, &text, 7);
        put_count(page, &text, calls->missed, 9);
        fputc('\n', page->to);
    }
}

static void append_goal(struct buf *out, enum goal goal, const struct goals *goals)
{
    switch (goal) {
    case GOAL_F1: buf_append_c(out, "Best F1"); break;
    case GOAL_CONVERSION: buf_format(out, "At least %.0f%% convert", 100 * goals->conversion); break;
    case GOAL_CALLS: buf_format(out, "At most %.0f calls a week", goals->calls_a_week); break;
    case GOAL_PROFIT: buf_format(out, "Best profit (value %.0f, cost %.0f)", goals->value, goals->cost); break;
    case GOAL_REACH: buf_format(out, "At least %.0f%% of those who convert", 100 * goals->reach); break;
    }
}

/* "At least 30% convert: call from 42 (38 to 47): 31.2% convert (27.0 to 35.1%), 12.3 calls a week (10.1 to 14.0)" */
static void put_advice(const struct tested *tested, enum goal goal, const struct goals *goals, const struct page *page)
{
    const struct advice *advice = &tested->advice[goal];
    AUTO_BUF text = BUF_INIT(1024);
    append_goal(&text, goal, goals);
    if (!advice->met) buf_append_c(&text, ": no threshold does that");
    else {
        buf_append_c(&text, ": call from ");
        text_whole(&text, advice->micro / MICRO_PER_POINT);
        buf_append_c(&text, " (95 %: ");
        text_whole(&text, advice->low_micro / MICRO_PER_POINT);
        buf_append_c(&text, " to ");
        text_whole(&text, advice->high_micro / MICRO_PER_POINT);
        buf_format(&text, "): %.1f%% convert (%.1f to %.1f%%), %.1f calls a week (%.1f to %.1f)",
                   100 * advice->precision.value, 100 * advice->precision.low, 100 * advice->precision.high,
                   advice->calls_a_week.value, advice->calls_a_week.low, advice->calls_a_week.high);
        if (goal == GOAL_PROFIT) buf_format(&text, ", profit %.0f", advice->profit);
    }
    fputs("  ", page->to);
    text_put_wrapped(page->to, buf_str(&text), 4, page_cells(page));
}

static void put_all_advice(const struct tested_all *all, const struct tested *tested, const struct page *page)
{
    fputc('\n', page->to);
    for (enum goal goal = 0; goal < GOAL_COUNT; goal++)
        if (tested->asked[goal]) put_advice(tested, goal, &all->goals, page);
}

static void put_missed(const struct tested_all *all, const struct tested *tested, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(4096);
    if (tested->missed_count == 0) return;
    text_counted(&text, tested->missed_count, "converted", "converted");
    buf_append_c(&text, " without ever having been at ");
    text_whole(&text, tested->missed_below / MICRO_PER_POINT);
    fprintf(page->to, "\n  %s" STR_FMT "%s\n", style->dim, STR_ARG(buf_str(&text)), style->off);
    for (uint32_t i = 0; i < tested->missed_shown && i < MISSED_ON_PAGE; i++) {
        const struct backtest_missed *missed = &tested->missed[i];
        buf_clear(&text);
        text_cut(&text, history_record_id(all->history, tested->backtest.object, missed->record), 40);
        buf_append_c(&text, missed->best_micro > SCORE_UNKNOWN ? ": at most " : ": never had a score");
        if (missed->best_micro > SCORE_UNKNOWN) text_whole(&text, missed->best_micro / MICRO_PER_POINT);
        buf_append_c(&text, ", converted on ");
        instant_format_date(&text, missed->happened_ms);
        fprintf(page->to, "  " STR_FMT "\n", STR_ARG(buf_str(&text)));
    }
}

void backtest_page(const struct tested_all *all, const struct page *page)
{
    for (uint32_t t = 0; t < all->count; t++) {
        const struct tested *tested = &all->tested[t];
        if (t > 0) fputc('\n', page->to);
        if (all->count > 1) fprintf(page->to, "%s\n", tested->path);
        put_head(all, tested, page);
        put_order("AUC", &tested->figures[FIGURE_ROC_AUC], page);
        put_order("Lift of the best tenth", &tested->figures[FIGURE_LIFT], page);
        put_bins(tested, page);
        put_thresholds(tested, page);
        put_all_advice(all, tested, page);
        put_missed(all, tested, page);
    }
    if (all->count < 2) return;
    fprintf(page->to, "\n%s against %s, on the same snapshots\n", all->tested[1].path, all->tested[0].path);
    put_order("AUC: difference", &all->apart[FIGURE_ROC_AUC], page);
    put_order("Lift of the best tenth: difference", &all->apart[FIGURE_LIFT], page);
}
