/* output_distribution.c — what the scores add up to: the histogram, shares of bands, grades. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/output.h"
#include "base/unicode.h"

#define SHARE_BAR_CELLS 24
#define GRADE_PAIRS_MAX 144     /* more do not fit a page */
#define HISTOGRAM_RECORDS_MIN 8 /* fewer are better read in the list */

const char *output_band_colour(const struct style *style, uint32_t band, uint32_t count)
{
    if (count == 0) return style->accent;
    if (band == BAND_NONE || band >= count) return style->dim;
    if (band == 0) return style->good;
    return band == 1 ? style->fair : style->accent;
}

/* How many, and from where to where. */
static void measure(const struct results *results, uint32_t score, struct spread *spread)
{
    const struct score_column *column = scan_results(results->scan, score);
    enum entity object = results->set->scores[score]->object;
    for (uint32_t r = 0; r < column->count; r++) {
        if (!history_is_listed(results->history, object, r)) continue;
        spread->listed++;
        if (column->known[r] == 0) continue;
        int64_t points = points_shown(column->total[r]);
        if (spread->known == 0 || points < spread->least) spread->least = points;
        if (spread->known == 0 || points > spread->most) spread->most = points;
        spread->known++;
    }
    AUTO_BUF widest = BUF_INIT(64);
    text_count(&widest, spread->listed);
    spread->count_cells = unicode_width(buf_str(&widest));
}

struct tally {
    uint64_t *bands;  /* [band_count + 1]; the last is "no band" */
    uint64_t *grades; /* [fit labels * engagement labels]; NULL: none, or too many for a page */
};

static void count_labels(const struct results *results, uint32_t score, struct tally *tally)
{
    const struct score *definition = results->set->scores[score];
    uint32_t records = scan_results(results->scan, score)->count;
    uint32_t columns = definition->grade_count[CATEGORY_ENGAGEMENT];
    for (uint32_t r = 0; r < records; r++) {
        if (!history_is_listed(results->history, definition->object, r)) continue;
        struct result result = result_of(results, score, r);
        if (!result.known) continue;
        tally->bands[result.band == BAND_NONE ? definition->band_count : result.band]++;
        if (tally->grades != NULL)
            tally->grades[result.grade[CATEGORY_FIT] * columns + result.grade[CATEGORY_ENGAGEMENT]]++;
    }
}

/* "MQL      45 to 84     830   16.6%  ███▎" */
static void put_share(const struct spread *spread, struct str label, struct str range, uint64_t count,
                      const size_t widths[2], const char *colour, const struct page *page)
{
    AUTO_BUF out = BUF_INIT((size_t)16 * 1024);
    AUTO_BUF number = BUF_INIT(64);
    buf_append_c(&out, "  ");
    buf_append_c(&out, colour);
    text_cell(&out, label, widths[0], SIDE_LEFT);
    if (*colour != '\0') buf_append_c(&out, page->style->off);
    buf_append_c(&out, "  ");
    text_cell(&out, range, widths[1], SIDE_LEFT);
    text_count(&number, count);
    text_cell(&out, buf_str(&number), spread->count_cells + 2, SIDE_RIGHT);
    buf_clear(&number);
    text_share(&number, count, spread->listed);
    text_cell(&out, buf_str(&number), 8, SIDE_RIGHT);
    buf_append_c(&out, "  ");
    buf_append_c(&out, colour);
    size_t used = 2 + widths[0] + 2 + widths[1] + spread->count_cells + 2 + 8 + 2;
    size_t room = page_cells(page) > used ? page_cells(page) - used : 0;
    if (room >= 8) text_bar(&out, count, spread->listed, room > SHARE_BAR_CELLS ? SHARE_BAR_CELLS : room);
    while (out.at[out.len - 1] == ' ') out.len--;
    if (*colour != '\0') buf_append_c(&out, page->style->off);
    buf_append_char(&out, '\n');
    fwrite(out.at, 1, out.len, page->to);
}

/* "85 and more", "45 to 84", "under 45" for the band number `b`; the count of bands stands for none of them. */
static void append_range(struct buf *out, const struct score *score, uint32_t b)
{
    if (b == score->band_count) {
        if (b > 0) buf_append_c(out, "under ");
        if (b > 0) text_whole(out, score->bands[b - 1].from);
        return;
    }
    text_whole(out, score->bands[b].from);
    if (b == 0) {
        buf_append_c(out, " and more");
    } else if (score->bands[b - 1].from - 1 > score->bands[b].from) {
        buf_append_c(out, " to ");
        text_whole(out, (int64_t)score->bands[b - 1].from - 1);
    }
}

static void put_bands(const struct score *score, const struct spread *spread, const struct tally *tally,
                      const struct page *page)
{
    AUTO_BUF range = BUF_INIT(256);
    size_t widths[2] = {strlen("unknown"), 0};
    for (uint32_t b = 0; b <= score->band_count; b++) {
        size_t cells = b < score->band_count ? unicode_width(score->bands[b].label) : 0;
        if (cells > widths[0]) widths[0] = cells < LABEL_CELLS_MAX ? cells : LABEL_CELLS_MAX;
        buf_clear(&range);
        append_range(&range, score, b);
        if (unicode_width(buf_str(&range)) > widths[1]) widths[1] = unicode_width(buf_str(&range));
    }
    for (uint32_t b = 0; b <= score->band_count; b++) {
        if (score->band_count == 0 || (b == score->band_count && tally->bands[b] == 0)) continue;
        buf_clear(&range);
        append_range(&range, score, b);
        put_share(spread, b < score->band_count ? score->bands[b].label : STR("no band"), buf_str(&range),
                  tally->bands[b], widths, output_band_colour(page->style, b, score->band_count), page);
    }
    if (spread->known < spread->listed)
        put_share(spread, STR("unknown"), STR(""), spread->listed - spread->known, widths, page->style->dim, page);
}

static size_t widest_label(const struct score *score, enum category category)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < score->grade_count[category]; i++)
        if (unicode_width(score->grades[category][i].label) > widest)
            widest = unicode_width(score->grades[category][i].label);
    return widest;
}

/* Fit down, engagement across; not at all when the page is too narrow for it. */
static void put_grades(const struct score *score, const struct spread *spread, const struct tally *tally,
                       const struct page *page)
{
    uint32_t fits = score->grade_count[CATEGORY_FIT], columns = score->grade_count[CATEGORY_ENGAGEMENT];
    size_t left = widest_label(score, CATEGORY_FIT) + 2, cells = widest_label(score, CATEGORY_ENGAGEMENT);
    if (cells < spread->count_cells) cells = spread->count_cells;
    if (2 + left + columns * (cells + 2) > page_cells(page)) return;
    AUTO_BUF out = BUF_INIT((size_t)1024 * 1024);
    buf_append_c(&out, "\n  Fit down, engagement across:\n");
    buf_append_repeat(&out, ' ', 2 + left);
    for (uint32_t e = 0; e < columns; e++) {
        buf_append_c(&out, "  ");
        text_cell(&out, score->grades[CATEGORY_ENGAGEMENT][e].label, cells, SIDE_RIGHT);
    }
    buf_append_char(&out, '\n');
    for (uint32_t f = 0; f < fits; f++) {
        buf_append_c(&out, "  ");
        text_cell(&out, score->grades[CATEGORY_FIT][f].label, left, SIDE_LEFT);
        for (uint32_t e = 0; e < columns; e++) {
            AUTO_BUF number = BUF_INIT(64);
            text_count(&number, tally->grades[f * columns + e]);
            buf_append_c(&out, "  ");
            text_cell(&out, buf_str(&number), cells, SIDE_RIGHT);
        }
        buf_append_char(&out, '\n');
    }
    fwrite(out.at, 1, out.len, page->to);
}

void output_note(const struct page *page, struct str sentence)
{
    fprintf(page->to, "  %s", page->style->dim);
    text_put_wrapped(page->to, sentence, 2, page_cells(page));
    fputs(page->style->off, page->to);
}

static void put_all_equal(const struct spread *spread, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(256);
    buf_append_c(&text, "All ");
    text_count(&text, spread->known);
    buf_append_c(&text, " known scores are ");
    text_whole(&text, spread->least);
    buf_append_char(&text, '.');
    output_note(page, buf_str(&text));
    fputc('\n', page->to);
}

void output_distribution(const struct results *results, uint32_t score, const struct page *page)
{
    const struct score *definition = results->set->scores[score];
    AUTO_ARENA arena = arena_new();
    struct spread spread = {0};
    struct tally tally = {.bands = ARENA_ARRAY(arena, uint64_t, definition->band_count + 1)};
    uint64_t pairs = (uint64_t)definition->grade_count[CATEGORY_FIT] * definition->grade_count[CATEGORY_ENGAGEMENT];
    if (pairs > 0 && pairs <= GRADE_PAIRS_MAX) tally.grades = ARENA_ARRAY(arena, uint64_t, pairs);
    measure(results, score, &spread);
    if (spread.listed == 0) return;
    if (spread.known >= HISTOGRAM_RECORDS_MIN && spread.least == spread.most) {
        put_all_equal(&spread, page);
    } else if (spread.known >= HISTOGRAM_RECORDS_MIN) {
        output_histogram(results, score, &spread, page);
        fputc('\n', page->to);
    }
    count_labels(results, score, &tally);
    put_bands(definition, &spread, &tally, page);
    if (spread.known > 0 && tally.grades != NULL) put_grades(definition, &spread, &tally, page);
}
