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

static void put_head(const struct backtest_report *report, const struct backtested *tested, const struct page *page)
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
    text_clean(&text, report->outcome_words);
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

/* "20 and up", "below", or a band's label; "20 and up" is of whole points. */
static void append_range(struct buf *out, const struct backtest_bin *range, bool alone)
{
    if (range->from_micro > SCORE_UNKNOWN) {
        text_whole(out, range->from_micro / MICRO_PER_POINT);
        buf_append_c(out, " and up");
    } else {
        buf_append_c(out, alone ? "all" : "below");
    }
}

static void put_range_line(const struct page *page, struct buf *text, const struct backtest_bin *range)
{
    fputs("  ", page->to);
    put_cell(page, text, 11, SIDE_LEFT);
    put_count(page, text, range->snapshots, 11);
    put_count(page, text, range->converted, 11);
    put_percent(page, text, range->conversion.value, 12);
    put_range(page, text, &range->conversion, 15);
    if (isfinite(range->lift)) buf_format(text, "%.2f", range->lift);
    put_right(page, text, 7);
    fputc('\n', page->to);
}

static void put_ranges_head(const struct page *page, const char *what)
{
    fprintf(page->to, "\n  %s%-11s  Snapshots  Converted  Conversion         (95 %%)   Lift%s\n", page->style->dim,
            what, page->style->off);
}

static void put_bins(const struct backtested *tested, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    put_ranges_head(page, "Score");
    for (uint32_t i = 0; i < tested->bin_count; i++) {
        if (tested->bins[i].snapshots == 0) continue;
        append_range(&text, &tested->bins[i], tested->bin_count == 1);
        put_range_line(page, &text, &tested->bins[i]);
    }
}

/* Also a band that nobody was in: its author asks what it was worth. */
static void put_bands(const struct backtested *tested, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    if (tested->band_count == 0) return;
    put_ranges_head(page, "Band");
    for (uint32_t i = 0; i <= tested->band_count; i++) {
        if (i < tested->band_count) text_cut(&text, tested->score->bands[i].label, 11);
        else buf_append_c(&text, "in none");
        put_range_line(page, &text, &tested->bands[i]);
    }
}

static void put_thresholds(const struct backtested *tested, const struct page *page)
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
    case GOAL_REACH: buf_format(out, "Reach %.0f%% of those who convert", 100 * goals->reach); break;
    }
}

/* " (95 %: 38 to 47)" */
static void append_points(struct buf *out, const struct advice *advice)
{
    text_whole(out, advice->micro / MICRO_PER_POINT);
    buf_append_c(out, " (95 %: ");
    text_whole(out, advice->low_micro / MICRO_PER_POINT);
    buf_append_c(out, " to ");
    text_whole(out, advice->high_micro / MICRO_PER_POINT);
    buf_append_c(out, ")");
}

/* "; SQL begins at 20 now" */
static void append_stage(struct buf *out, const struct backtested *tested, enum stage stage)
{
    int64_t now_micro;
    struct str label = str_from_c(stage_name(stage));
    if (stage == STAGE_NONE) return;
    buf_format(out, "; " STR_FMT, STR_ARG(label));
    if (backtested_band(tested, label, &now_micro)) {
        buf_append_c(out, " begins at ");
        text_whole(out, now_micro / MICRO_PER_POINT);
        buf_append_c(out, " now");
    } else {
        buf_append_c(out, " might begin there");
    }
}

/* "At least 30% convert: call from 42 (95 %: 38 to 47): 31.2% convert (27.0 to 35.1%), 12.3 calls a week (10.1 to 14.0)" */
static void put_advice(const struct backtested *tested, enum goal goal, const struct goals *goals,
                       const struct page *page)
{
    const struct advice *advice = &tested->advice[goal];
    AUTO_BUF text = BUF_INIT(1024);
    append_goal(&text, goal, goals);
    if (!advice->met) {
        buf_append_c(&text, ": no threshold does that");
    } else if (goal == GOAL_REACH) {
        buf_append_c(&text, ": from ");
        append_points(&text, advice);
        buf_format(&text, " on: %.1f%% (%.1f to %.1f%%), %.1f leads a week (%.1f to %.1f)", 100 * advice->reach.value,
                   100 * advice->reach.low, 100 * advice->reach.high, advice->calls_a_week.value,
                   advice->calls_a_week.low, advice->calls_a_week.high);
    } else {
        buf_append_c(&text, ": call from ");
        append_points(&text, advice);
        buf_format(&text, ": %.1f%% convert (%.1f to %.1f%%), %.1f calls a week (%.1f to %.1f)",
                   100 * advice->precision.value, 100 * advice->precision.low, 100 * advice->precision.high,
                   advice->calls_a_week.value, advice->calls_a_week.low, advice->calls_a_week.high);
        if (goal == GOAL_PROFIT) buf_format(&text, ", profit %.0f", advice->profit);
    }
    if (advice->met) append_stage(&text, tested, tested->stage[goal]);
    fputs("  ", page->to);
    text_put_wrapped(page->to, buf_str(&text), 4, page_cells(page));
}

static void put_all_advice(const struct backtest_report *report, const struct backtested *tested,
                           const struct page *page)
{
    fputc('\n', page->to);
    for (enum goal goal = 0; goal < GOAL_COUNT; goal++)
        if (tested->asked[goal]) put_advice(tested, goal, &report->goals, page);
}

static void put_missed(const struct backtest_report *report, const struct backtested *tested, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(4096);
    if (tested->missed_count == 0) return;
    text_counted(&text, tested->missed_count, "converted", "converted");
    buf_append_c(&text, " without ever having been at ");
    text_whole(&text, tested->missed_below / MICRO_PER_POINT);
    fprintf(page->to, "\n  %s" STR_FMT "%s\n", style->dim, STR_ARG(buf_str(&text)), style->off);
    for (uint32_t i = 0; i < tested->missed_told && i < MISSED_ON_PAGE; i++) {
        const struct backtest_missed *missed = &tested->missed[i];
        buf_clear(&text);
        text_cut(&text, history_record_id(report->history, report->object, missed->record), 40);
        buf_append_c(&text, missed->best_micro > SCORE_UNKNOWN ? ": at most " : ": never had a score");
        if (missed->best_micro > SCORE_UNKNOWN) text_whole(&text, missed->best_micro / MICRO_PER_POINT);
        buf_append_c(&text, ", converted on ");
        instant_format_date(&text, missed->happened_ms);
        fprintf(page->to, "  " STR_FMT "\n", STR_ARG(buf_str(&text)));
    }
}

void backtest_page(const struct backtest_report *report, const struct page *page)
{
    for (uint32_t t = 0; t < report->count; t++) {
        const struct backtested *tested = &report->of[t];
        if (t > 0) fputc('\n', page->to);
        if (report->count > 1) fprintf(page->to, STR_FMT "\n", STR_ARG(tested->called));
        put_head(report, tested, page);
        put_order("AUC", &tested->figures[FIGURE_ROC_AUC], page);
        put_order("Lift of the best tenth", &tested->figures[FIGURE_LIFT], page);
        put_bins(tested, page);
        put_bands(tested, page);
        put_thresholds(tested, page);
        put_all_advice(report, tested, page);
        put_missed(report, tested, page);
    }
    if (report->count < 2) return;
    fprintf(page->to, "\n" STR_FMT " against " STR_FMT ", on the same snapshots\n", STR_ARG(report->of[1].called),
            STR_ARG(report->of[0].called));
    put_order("AUC: difference", &report->apart[FIGURE_ROC_AUC], page);
    put_order("Lift of the best tenth: difference", &report->apart[FIGURE_LIFT], page);
}
