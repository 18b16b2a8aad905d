/* suggest_page.c — what each number of points is and what it should be, why, and whether the draft is better. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "app/suggest_output.h"
#include "base/instant.h"

#define PART_BYTES_MAX 4096
#define NAME_CELLS 40

static void put_head(const struct suggested *suggested, const struct page *page)
{
    const struct style *style = page->style;
    const struct suggestion *suggestion = &suggested->suggestion;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    text_clean(&text, suggested->score->title);
    fprintf(page->to, "%s" STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
    buf_clear(&text);
    buf_append_c(&text, "learnt from ");
    text_counted(&text, suggestion->examples, "example", "examples");
    buf_append_c(&text, " before ");
    instant_format_date(&text, suggestion->test_begins_ms);
    buf_append_c(&text, ", of which ");
    text_count(&text, suggestion->positives);
    buf_append_c(&text, " had the outcome ");
    text_clean(&text, suggested->outcome);
    buf_format(&text, " within %" PRIu32 " days", suggested->horizon_days);
    output_note(page, buf_str(&text));
}

static void put_cell(const struct page *page, struct buf *text, size_t cells, enum side side)
{
    AUTO_BUF cell = BUF_INIT(PART_BYTES_MAX);
    text_cell(&cell, buf_str(text), cells, side);
    fwrite(cell.at, 1, cell.len, page->to);
    buf_clear(text);
}

/* "x 2.13 (1.62 to 2.80)": how many times the odds. */
static void append_odds(struct buf *out, const struct suggested_points *points, bool from_nothing)
{
    static const char *const words[] = {"", ", says nothing", ", too little to say", ""};
    const struct interval *log_odds = &points->log_odds;
    if (points->said == SAID_TOO_RARELY && !from_nothing) buf_append_c(out, "had too rarely to say");
    else
        buf_format(out, "x %.2f (%.2f to %.2f)%s", exp(log_odds->value), exp(log_odds->low), exp(log_odds->high),
                   from_nothing ? "" : words[points->said]);
}

static void put_points(const struct suggested *suggested, const struct suggested_points *points,
                       const struct page *page)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX), name = BUF_INIT(PART_BYTES_MAX);
    const struct rule *rule = &suggested->score->groups[points->place.group].rules[points->place.rule];
    struct str words = points_words(suggested->score, points->place, arena);
    buf_append(&name, rule->name);
    if (words.len > 0) buf_format(&name, ": " STR_FMT, STR_ARG(words));
    fputs("    ", page->to);
    put_cell(page, &name, NAME_CELLS, SIDE_LEFT);
    if (!suggested->from_nothing) {
        text_whole(&text, points->now);
        put_cell(page, &text, 6, SIDE_RIGHT);
    }
    const char *colour = points->then > 0 ? page->style->good : points->then < 0 ? page->style->bad : "";
    text_whole(&text, points->then);
    fputs(colour, page->to);
    put_cell(page, &text, 6, SIDE_RIGHT);
    fputs(*colour != '\0' ? page->style->off : "", page->to);
    fputs("   ", page->to);
    append_odds(&text, points, suggested->from_nothing);
    fprintf(page->to, STR_FMT "\n", STR_ARG(buf_str(&text)));
}

static void put_all_points(const struct suggested *suggested, const struct page *page)
{
    const struct suggestion *suggestion = &suggested->suggestion;
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    uint32_t group = UINT32_MAX;
    fprintf(page->to, "\n  %s%-*s%s  Draft   One more multiplies the odds by%s\n", style->dim, NAME_CELLS + 2, "",
            suggested->from_nothing ? "" : "  Now ", style->off);
    for (uint32_t i = 0; i < suggestion->count; i++) {
        const struct suggested_points *points = &suggestion->points[i];
        if (points->place.group != group) {
            group = points->place.group;
            text_clean(&text, suggested->score->groups[group].name);
            fprintf(page->to, "  %s" STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
            buf_clear(&text);
        }
        put_points(suggested, points, page);
    }
}

static void append_decay(struct buf *out, const struct decay *decay)
{
    if (decay->shape != DECAY_HALF_LIFE) buf_format(out, "%g%% less every ", decay->percent);
    text_minutes(out, (int64_t)decay->period * decay->unit_minutes);
    if (decay->shape == DECAY_HALF_LIFE) buf_append_c(out, " half-life");
}

static void put_half_lives(const struct suggested *suggested, const struct page *page)
{
    const struct suggestion *suggestion = &suggested->suggestion;
    if (suggestion->half_life_count > 0) fputc('\n', page->to);
    for (uint32_t i = 0; i < suggestion->half_life_count; i++) {
        const struct suggested_half_life *half_life = &suggestion->half_lives[i];
        AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
        text_clean(&text, suggested->score->groups[half_life->group].name);
        buf_append_c(&text, suggested->from_nothing ? ", " : ", now ");
        append_decay(&text, &half_life->now);
        if (half_life->days == 0) buf_append_c(&text, ": none of those tried foresees better");
        else {
            buf_format(&text, ": %u days ", half_life->days);
            buf_append_c(&text, half_life->sure ? "foresee better, and are in the draft"
                                                : "may foresee better, but that is not sure: it stays");
            buf_format(&text, " (log loss %.5f less, 95 %%: %.5f to %.5f)", half_life->better.value,
                       half_life->better.low, half_life->better.high);
        }
        fputs("  ", page->to);
        text_put_wrapped(page->to, buf_str(&text), 4, page_cells(page));
    }
}

static void put_figure(const char *label, const struct interval *figure, const struct page *page)
{
    fprintf(page->to, "  %-26s %.3f (95 %%: %.3f to %.3f)\n", label, figure->value, figure->low, figure->high);
}

static const char *verdict_of(const struct interval *apart)
{
    if (apart->low > 0) return "The draft orders later leads better.";
    if (apart->high < 0) return "The draft orders later leads worse: keep what you have.";
    return "Whether the draft orders later leads better cannot be told.";
}

static void put_test(const struct suggested *suggested, const struct page *page)
{
    const struct suggestion_test *test = &suggested->test;
    AUTO_BUF text = BUF_INIT(PART_BYTES_MAX);
    fprintf(page->to, "\n%sOn later leads that nothing was learnt from%s\n", page->style->bold, page->style->off);
    if (!suggested->tested) {
        output_note(page, suggested->untested);
        return;
    }
    text_counted(&text, test->instants, "instant", "instants");
    buf_append_c(&text, " from ");
    instant_format_date(&text, test->from_ms);
    buf_append_c(&text, " to ");
    instant_format_date(&text, test->to_ms);
    buf_append_c(&text, ", ");
    text_counted(&text, test->snapshots, "snapshot", "snapshots");
    buf_append_c(&text, ", ");
    text_count(&text, test->converted);
    buf_append_c(&text, " converted");
    output_note(page, buf_str(&text));
    if (!suggested->from_nothing) put_figure("AUC now", &test->now[FIGURE_ROC_AUC], page);
    put_figure("AUC of the draft", &test->then[FIGURE_ROC_AUC], page);
    if (!suggested->from_nothing) put_figure("difference", &test->apart[FIGURE_ROC_AUC], page);
    if (!suggested->from_nothing) put_figure("Lift of the best tenth now", &test->now[FIGURE_LIFT], page);
    put_figure("Lift of the best tenth", &test->then[FIGURE_LIFT], page);
    if (suggested->from_nothing) {
        output_note(page, test->then[FIGURE_ROC_AUC].low > 0.5
                              ? STR("The draft orders later leads better than chance.")
                              : STR("Whether the draft orders later leads better than chance cannot be told."));
    } else {
        output_note(page, str_from_c(verdict_of(&test->apart[FIGURE_ROC_AUC])));
    }
}

void suggest_page(const struct suggested *suggested, const char *written_to, const struct page *page)
{
    put_head(suggested, page);
    put_all_points(suggested, page);
    put_half_lives(suggested, page);
    if (suggested->suggestion.said == 0 && !suggested->from_nothing) {
        fputc('\n', page->to);
        output_note(page, STR("No rule tells customers from others beyond chance: the points stay as they are."));
    }
    put_test(suggested, page);
    if (written_to != NULL) fprintf(page->to, "\nThe draft is in %s.\n", written_to);
    else if (suggested->from_nothing) fputs("\n--output FILE writes the draft.\n", page->to);
}
