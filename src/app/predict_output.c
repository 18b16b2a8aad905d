/* predict_output.c — forecasts as a page, as CSV and as JSON Lines. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "app/predict.h"
#include "base/csv.h"
#include "base/instant.h"
#include "base/json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)
#define ID_CELLS 16
#define NAME_CELLS 30

/* ---- The page. ---- */

void predict_page_head(const struct told_forecasts *all, const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    text_clean(&text, all->outcome);
    fprintf(page->to, "%sWill it come: " STR_FMT "%s\n", style->bold, STR_ARG(buf_str(&text)), style->off);
    buf_clear(&text);
    buf_format(&text, "within %" PRId64 " days from ", all->horizon_ms / MS_PER_DAY);
    text_moment(&text, all->as_of_ms);
    buf_append_c(&text, "; ");
    text_counted(&text, all->open, entity_name(all->object), entity_plural(all->object));
    buf_format(&text, " open, of which %.1f are expected; ", all->expected);
    text_count(&text, all->won);
    buf_append_c(&text, " closed won");
    output_note(page, buf_str(&text));
    fprintf(page->to, "\n  %sChance  Priority    Who%s\n", style->dim, style->off);
}

static void put_cell(const struct page *page, struct buf *text, size_t cells, enum side side)
{
    AUTO_BUF padded = BUF_INIT(LINE_BYTES_MAX);
    text_cell(&padded, buf_str(text), cells, side);
    fwrite(padded.at, 1, padded.len, page->to);
    buf_clear(text);
}

static void put_reason(const struct reason *reason, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    bool for_it = reason->log_odds > 0;
    text_clean(&text, reason->words);
    buf_format(&text, " (without: %.1f%%)", 100 * reason->without);
    fprintf(page->to, "          %s%s%s ", for_it ? page->style->good : page->style->bad, for_it ? "+" : "-",
            page->style->off);
    text_put_wrapped(page->to, buf_str(&text), 12, page_cells(page));
}

void predict_page_line(const struct told_forecast *one, const struct page *page)
{
    const struct style *style = page->style;
    const char *const colours[PRIORITY_COUNT] = {style->good, style->accent, style->fair, style->dim, style->dim};
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    fputs("  ", page->to);
    buf_format(&text, "%.1f%%", 100 * one->probability);
    put_cell(page, &text, 6, SIDE_RIGHT);
    fprintf(page->to, "  %s", colours[one->priority]);
    buf_append_c(&text, priority_name(one->priority));
    put_cell(page, &text, 12, SIDE_LEFT);
    fputs(style->off, page->to);
    text_cut(&text, one->id, ID_CELLS);
    if (one->name.len > 0) {
        buf_append_c(&text, "  ");
        text_cut(&text, one->name, NAME_CELLS);
    }
    fprintf(page->to, STR_FMT "\n", STR_ARG(buf_str(&text)));
    if (one->reasons == NULL) return;
    for (uint32_t i = 0; i < one->reasons->for_count; i++) put_reason(&one->reasons->in_favour[i], page);
    for (uint32_t i = 0; i < one->reasons->against_count; i++) put_reason(&one->reasons->against[i], page);
}

void predict_page_end(uint64_t shown, uint64_t all, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    if (shown >= all) return;
    buf_append_c(&text, "... and ");
    text_count(&text, all - shown);
    buf_append_c(&text, " more; --rows N shows as many, --format csv all");
    output_note(page, buf_str(&text));
}

/* ---- Lines. ---- */

/* "+ pricing 3 times in 30 days; - belongs to no company" */
static void append_reasons(struct buf *out, const struct reasons *reasons)
{
    for (uint32_t i = 0; i < reasons->for_count; i++)
        buf_format(out, "%s+ " STR_FMT, i > 0 ? "; " : "", STR_ARG(reasons->in_favour[i].words));
    for (uint32_t i = 0; i < reasons->against_count; i++)
        buf_format(out, "%s- " STR_FMT, i + reasons->for_count > 0 ? "; " : "", STR_ARG(reasons->against[i].words));
}

static void put_csv(const struct told_forecast *one, struct buf *out)
{
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    csv_append_field(out, one->id, ',');
    buf_format(out, ",%.6g,%s,", one->probability, priority_name(one->priority));
    if (one->reasons != NULL) append_reasons(&text, one->reasons);
    csv_append_field(out, buf_str(&text), ',');
    buf_append_char(out, '\n');
}

static void put_reason_json(struct json_writer *json, const struct reason *reason)
{
    json_begin_object(json);
    json_key(json, "subject");
    json_string(json, reason->subject);
    json_key(json, "words");
    json_string(json, reason->words);
    json_key(json, "log_odds");
    json_double(json, reason->log_odds);
    json_key(json, "without");
    json_double(json, reason->without);
    json_end_object(json);
}

static void put_json(const struct told_forecast *one, struct buf *out)
{
    struct json_writer json = {.out = out};
    json_begin_object(&json);
    json_key(&json, "id");
    json_string(&json, one->id);
    json_key(&json, "probability");
    json_double(&json, one->probability);
    json_key(&json, "priority");
    json_string(&json, str_from_c(priority_name(one->priority)));
    if (one->reasons != NULL) {
        json_key(&json, "base");
        json_double(&json, one->reasons->base);
        json_key(&json, "log_odds");
        json_double(&json, one->reasons->log_odds);
        json_key(&json, "reasons");
        json_begin_array(&json);
        for (uint32_t i = 0; i < one->reasons->for_count; i++) put_reason_json(&json, &one->reasons->in_favour[i]);
        for (uint32_t i = 0; i < one->reasons->against_count; i++) put_reason_json(&json, &one->reasons->against[i]);
        json_end_array(&json);
        json_key(&json, "rest");
        json_double(&json, one->reasons->rest);
    }
    json_end_object(&json);
}

void predict_lines_begin(enum predict_format format, struct buf *out)
{
    if (format == PREDICT_CSV) buf_append_c(out, "id,probability,priority,reasons\n");
    if (format == PREDICT_JSON) buf_append_char(out, '[');
}

void predict_line(enum predict_format format, uint64_t number, const struct told_forecast *one, struct buf *out)
{
    if (format == PREDICT_CSV) {
        put_csv(one, out);
        return;
    }
    if (format == PREDICT_JSON && number > 0) buf_append_c(out, ",\n");
    put_json(one, out);
    if (format == PREDICT_JSONL) buf_append_char(out, '\n');
}

void predict_lines_end(enum predict_format format, struct buf *out)
{
    if (format == PREDICT_JSON) buf_append_c(out, "]\n");
}
