/* train_page.c — what was learnt, as people read it: can it be foreseen, how well, where not, and by what. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "app/train.h"
#include "base/instant.h"

#define CELL_BYTES_MAX 1024
#define SUBJECTS_SHOWN 40
#define MODEL_SENTENCE_MAX ((size_t)64 * 1024)

/* ---- Cells. ---- */

static void put_cell(const struct page *page, struct buf *text, size_t cells, enum side side)
{
    AUTO_BUF padded = BUF_INIT(CELL_BYTES_MAX);
    text_cell(&padded, buf_str(text), cells, side);
    fwrite(padded.at, 1, padded.len, page->to);
    buf_clear(text);
}

static void put_percent(const struct page *page, struct buf *text, double share, size_t cells)
{
    if (isfinite(share)) buf_format(text, "%.1f%%", 100 * share);
    else buf_append_c(text, "-");
    put_cell(page, text, cells, SIDE_RIGHT);
}

static void put_percents(const struct page *page, struct buf *text, double low, double high, size_t cells)
{
    if (isfinite(low) && isfinite(high)) buf_format(text, "%.1f to %.1f%%", 100 * low, 100 * high);
    put_cell(page, text, cells, SIDE_RIGHT);
}

static void put_count(const struct page *page, struct buf *text, double count, size_t cells)
{
    text_count(text, (uint64_t)(count + 0.5));
    put_cell(page, text, cells, SIDE_RIGHT);
}

static void put_head_line(const struct page *page, const char *line)
{
    fprintf(page->to, "\n  %s%s%s\n", page->style->dim, line, page->style->off);
}

/* ---- The head: what, of whom, from when, and the verdict. ---- */

static void append_side(struct buf *out, const char *words, const struct side_count *side, enum entity object)
{
    text_counted(out, side->examples, "example", "examples");
    buf_format(out, " %s (", words);
    text_counted(out, side->records, entity_name(object), entity_plural(object));
    buf_append_c(out, "; it came in ");
    text_count(out, side->positives);
    buf_append_c(out, ")");
}

static void put_head(const struct trained *trained, const struct page *page)
{
    const struct style *style = page->style;
    const struct learned *learned = &trained->learned;
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX * 8);
    buf_append_c(&text, "Will it come: ");
    text_clean(&text, trained->outcome);
    fprintf(page->to, "%s" STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
    buf_clear(&text);
    buf_format(&text, "within %" PRId64 " days; ", trained->horizon_ms / MS_PER_DAY);
    append_side(&text, "to learn from", &learned->sides[SIDE_TRAIN], trained->object);
    buf_append_c(&text, ", ");
    append_side(&text, "to calibrate with", &learned->sides[SIDE_CALIBRATE], trained->object);
    buf_append_c(&text, ", ");
    append_side(&text, "of later leads to judge by", &learned->sides[SIDE_TEST], trained->object);
    if (trained->begins_ms < trained->ends_ms) {
        buf_append_c(&text, "; from ");
        instant_format_date(&text, trained->begins_ms);
        buf_append_c(&text, ", judged from ");
        instant_format_date(&text, trained->test_begins_ms);
        buf_append_c(&text, ", facts until ");
        instant_format_date(&text, trained->ends_ms);
    }
    if (trained->memory.kept < trained->memory.examples) {
        buf_append_c(&text, "; for memory ");
        text_count(&text, trained->memory.kept);
        buf_append_c(&text, " of them were kept, which count for all");
    }
    output_note(page, buf_str(&text));
}

void train_page_verdict(const struct learned *learned, uint32_t features, struct str kept, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX * 4);
    buf_format(&text, "%s: %s", verdict_name(learned->verdict), learned->sentence);
    fprintf(page->to, "\n  %s", learned->verdict == VERDICT_USABLE ? style->good : style->fair);
    text_put_wrapped(page->to, buf_str(&text), 2, page_cells(page));
    fputs(style->off, page->to);
    buf_clear(&text);
    if (learned->kind == MODEL_NONE) return;
    if (learned->kind == MODEL_TREES) buf_format(&text, "Trees of depth %" PRIu32 ", of ", learned->depth);
    else buf_format(&text, "A logistic regression with a penalty of %g, of ", learned->penalty);
    text_counted(&text, features, "feature", "features");
    if (learned->half_life_ms > 0)
        buf_format(&text, "; an example %" PRId64 " days older counts half", learned->half_life_ms / MS_PER_DAY);
    if (learned->base_then > 0)
        buf_format(&text, "; of late it came to %.1f%% instead of the %.1f%% that were forecast, which is followed",
                   100 * learned->base_now, 100 * learned->base_then);
    if (learned->why_no_trees[0] != '\0') buf_format(&text, "; %s", learned->why_no_trees);
    if (kept.len > 0) {
        buf_append_c(&text, "; kept in ");
        text_clean(&text, kept);
    }
    output_note(page, buf_str(&text));
}

/* ---- Figures. ---- */

static void append_figure(struct buf *out, enum figure figure, double number, bool is_difference)
{
    const char *format = figure == FIGURE_LIFT ? (is_difference ? "%+.2f" : "%.2f") : is_difference ? "%+.4f" : "%.4f";
    if (isfinite(number)) buf_format(out, format, number);
    else buf_append_c(out, "-");
}

static void put_interval(const struct page *page, struct buf *text, enum figure figure, const struct interval *interval,
                         bool is_difference, size_t cells)
{
    if (isfinite(interval->low)) {
        append_figure(text, figure, interval->low, is_difference);
        buf_append_c(text, " to ");
        append_figure(text, figure, interval->high, is_difference);
    }
    put_cell(page, text, cells, SIDE_RIGHT);
}

/* `manual` NULL: there is none to hold it against. */
static void put_figures(const struct learned *learned, const struct manual_quality *manual, const char *judged_on,
                        const struct page *page)
{
    static const char *const names[FIGURE_COUNT] = {"AUC", "PR AUC",      "Log loss", "Brier score",
                                                    "ECE", "Lift of 10%", "Base rate"};
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX);
    buf_format(&text, "On %-14s", judged_on);
    buf_append_c(&text, manual != NULL ? "  Model             (95 %)    Score    Difference (95 %)"
                                       : "  Model             (95 %)    Against the base rate (95 %)");
    buf_append_char(&text, '\0');
    put_head_line(page, text.at);
    buf_clear(&text);
    for (enum figure f = 0; f < FIGURE_COUNT; f++) {
        const struct interval *apart = manual != NULL ? &manual->apart[f] : &learned->against_base_rate[f];
        fputs("  ", page->to);
        buf_append_c(&text, names[f]);
        put_cell(page, &text, 15, SIDE_LEFT);
        append_figure(&text, f, learned->intervals[f].value, false);
        put_cell(page, &text, 9, SIDE_RIGHT);
        put_interval(page, &text, f, &learned->intervals[f], false, 19);
        if (manual != NULL) {
            append_figure(&text, f, manual->figures[f], false);
            put_cell(page, &text, 9, SIDE_RIGHT);
        }
        if (f != FIGURE_BASE_RATE) put_interval(page, &text, f, apart, true, 21);
        fputc('\n', page->to);
    }
}

static void put_tenths(const struct quality *quality, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX);
    put_head_line(page, "By tenths   Forecast   It came          (95 %)    Lift   Found so far");
    for (int t = 0; t < TENTHS; t++) {
        const struct tenth *tenth = &quality->tenths[t];
        if (tenth->weight <= 0) continue;
        fputs("  ", page->to);
        buf_format(&text, "%d to %d%%", t * 10, t * 10 + 10);
        put_cell(page, &text, 10, SIDE_LEFT);
        put_percent(page, &text, tenth->forecast, 10);
        put_percent(page, &text, tenth->observed, 10);
        put_percents(page, &text, tenth->low, tenth->high, 16);
        buf_format(&text, "%.2f", tenth->lift);
        put_cell(page, &text, 8, SIDE_RIGHT);
        put_percent(page, &text, tenth->gain, 15);
        fputc('\n', page->to);
    }
}

/* From about so many per cent of the leads on: who calls is more interested in the first ones. */
static void put_thresholds(const struct quality_report *report, const struct page *page)
{
    static const uint32_t percents[] = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX);
    put_head_line(page, "Call from    Called    It came   Precision    Recall      F1");
    for (size_t p = 0, i = 0; p < COUNT_OF(percents) && i < report->threshold_count; p++) {
        const struct threshold_row *row = &report->thresholds[i];
        double all = row->confusion.true_positive + row->confusion.false_positive + row->confusion.true_negative +
                     row->confusion.false_negative;
        while (i + 1 < report->threshold_count &&
               row->confusion.true_positive + row->confusion.false_positive < all * percents[p] / 100)
            row = &report->thresholds[++i];
        fputs("  ", page->to);
        put_percent(page, &text, row->threshold, 9);
        put_count(page, &text, row->confusion.true_positive + row->confusion.false_positive, 10);
        put_count(page, &text, row->confusion.true_positive, 11);
        put_percent(page, &text, row->confusion.precision, 12);
        put_percent(page, &text, row->confusion.recall, 10);
        if (isfinite(row->confusion.f1)) buf_format(&text, "%.3f", row->confusion.f1);
        put_cell(page, &text, 8, SIDE_RIGHT);
        fputc('\n', page->to);
        i++;
    }
}

/* ---- Where it fails. ---- */

static void put_segment(const struct quality_segment *segment, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX);
    fputs("  ", page->to);
    if (segment->kind == SEGMENT_VALUE) text_clean(&text, segment->value);
    else buf_append_c(&text, segment->kind == SEGMENT_OTHERS ? "(others)" : "(none)");
    put_cell(page, &text, 21, SIDE_LEFT);
    put_count(page, &text, (double)segment->examples, 10);
    put_percent(page, &text, segment->forecast, 10);
    put_percent(page, &text, segment->observed.value, 9);
    put_percents(page, &text, segment->observed.low, segment->observed.high, 16);
    if (isfinite(segment->auc.value)) buf_format(&text, "%.3f", segment->auc.value);
    put_cell(page, &text, 7, SIDE_RIGHT);
    if (segment->fails) fprintf(page->to, "  %sfails%s", page->style->bad, page->style->off);
    fputc('\n', page->to);
}

static void put_segments(const struct quality_report *report, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(CELL_BYTES_MAX);
    for (uint32_t i = 0; i < report->segment_count; i++) {
        const struct quality_segment *segment = &report->segments[i];
        if (i == 0 || !str_equal(segment->property, segment[-1].property)) {
            text_clean(&text, segment->property);
            fprintf(page->to, "\n  %s", page->style->dim);
            put_cell(page, &text, 21, SIDE_LEFT);
            fprintf(page->to, "  Examples  Forecast  It came          (95 %%)    AUC%s\n", page->style->off);
        }
        put_segment(segment, page);
    }
}

/* ---- What it looks at, and what it must not. ---- */

void train_page_leak(struct str sentence, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(MODEL_SENTENCE_MAX);
    fprintf(page->to, "  %sleak%s  ", page->style->bad, page->style->off);
    text_clean(&text, sentence);
    text_put_wrapped(page->to, buf_str(&text), 8, page_cells(page));
}

void train_page_names(const char *words, const struct str *names, uint32_t count, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(MODEL_SENTENCE_MAX);
    buf_append_c(&text, words);
    for (uint32_t i = 0; i < count && i < SUBJECTS_SHOWN; i++) {
        if (i > 0) buf_append_c(&text, ", ");
        text_clean(&text, names[i]);
    }
    if (count > SUBJECTS_SHOWN) buf_format(&text, " and %" PRIu32 " more", count - SUBJECTS_SHOWN);
    fputc('\n', page->to);
    output_note(page, buf_str(&text));
}

void train_page_quality(const struct learned *learned, const char *judged_on, const struct page *page)
{
    put_figures(learned, NULL, judged_on, page);
    put_tenths(&learned->quality, page);
}

void train_page(const struct told_model *told, const struct page *page)
{
    const struct trained *trained = told->trained;
    const struct learned *learned = &trained->learned;
    put_head(trained, page);
    train_page_verdict(learned, trained->plan.count, told->kept, page);
    if (learned->kind != MODEL_NONE) {
        put_figures(learned, trained->report.manual.there ? &trained->report.manual : NULL, "later leads", page);
        put_tenths(&learned->quality, page);
        put_thresholds(&trained->report, page);
        put_segments(&trained->report, page);
        train_page_names("It looks at ", told->subjects, told->subject_count, page);
    }
    if (trained->leaks.count > 0) fputc('\n', page->to);
    for (uint32_t i = 0; i < trained->leaks.count; i++) train_page_leak(trained->leaks.at[i].sentence, page);
}
