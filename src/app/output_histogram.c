/* output_histogram.c — how many records have how many points, as columns of blocks.
 *
 *     1,204 │█▄
 *           │██▆▂▁              ┊
 *         0 └──────────────────────────────
 *            0         20        40
 *                                 ▲ MQL 45
 *
 * A column stands for `step` points: 1, 2 or 5 times a power of ten, the smallest that fits the width and
 * leaves something in a column. A column many times higher than all others (everyone with 0, say) is cut,
 * and a sentence says so. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/output.h"
#include "base/unicode.h"

#define PLOT_ROWS 6
#define PLOT_CELLS_MAX 120
#define COLUMN_CELLS_MAX 6
#define COLUMNS_MIN 10
#define TOWER 4 /* times the second highest: then it is cut */

struct histogram {
    const struct spread *spread;
    int64_t base, step; /* column i holds base + i * step .. + step - 1 */
    uint32_t columns;
    uint32_t column_cells;
    uint64_t *counts; /* [columns] */
    uint64_t ceiling; /* the count that fills PLOT_ROWS */
    uint32_t cut;     /* the column above the ceiling, or UINT32_MAX */
    size_t label_cells;
};

/* The smallest of 1, 2, 5, 10, 20, ... that is over `than`. */
static int64_t next_nice(int64_t than)
{
    for (int64_t power = 1;; power *= 10)
        for (int64_t digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3)
            if (digit * power > than) return digit * power;
}

static uint32_t square_root(uint64_t n)
{
    uint32_t root = 0;
    while ((uint64_t)(root + 1) * (root + 1) <= n) root++;
    return root;
}

/* Try columns of `step` points from `low` to `high`. */
static void try_step(struct histogram *h, int64_t low, int64_t high, int64_t step, size_t cells)
{
    h->step = step;
    h->base = floor_div(low, step) * step;
    int64_t columns = floor_div(high - h->base, step) + 1;
    h->columns = columns > (int64_t)cells ? (uint32_t)cells + 1 : (uint32_t)columns;
    h->column_cells = (uint32_t)cells / h->columns;
    if (h->column_cells > COLUMN_CELLS_MAX) h->column_cells = COLUMN_CELLS_MAX;
}

/* Choose the columns: as fine as there are records for, and rather some wider ones that fill the page than many thin
 * ones that leave half of it empty. Borders of bands that are not far off are included. */
static void fit_columns(const struct score *score, size_t cells, struct histogram *h)
{
    int64_t low = h->spread->least, high = h->spread->most;
    int64_t far = 4 * (high - low + 10);
    for (uint32_t b = 0; b < score->band_count; b++) {
        int64_t from = score->bands[b].from;
        if (from > high && from - low <= far) high = from;
        if (from < low && high - from <= far) low = from;
    }
    size_t most = 2 * square_root(h->spread->known);
    if (most < COLUMNS_MIN) most = COLUMNS_MIN;
    if (most > cells) most = cells;
    do try_step(h, low, high, next_nice(h->step), cells);
    while (h->columns > most);
    for (struct histogram wider = *h; wider.columns >= COLUMNS_MIN;) {
        try_step(&wider, low, high, next_nice(wider.step), cells);
        uint32_t filled = h->columns * h->column_cells;
        if (wider.columns >= COLUMNS_MIN && wider.columns * wider.column_cells > filled + filled / 6) *h = wider;
    }
}

static void count_columns(const struct results *results, uint32_t score, struct histogram *h)
{
    const struct score_column *column = scan_results(results->scan, score);
    enum entity object = results->set->scores[score]->object;
    for (uint32_t r = 0; r < column->count; r++)
        if (column->known[r] != 0 && history_is_listed(results->history, object, r))
            h->counts[(points_shown(column->total[r]) - h->base) / h->step]++;
    uint64_t second = 0;
    h->cut = UINT32_MAX;
    uint32_t highest = 0;
    for (uint32_t i = 0; i < h->columns; i++) {
        if (h->counts[i] > h->counts[highest]) highest = i;
    }
    for (uint32_t i = 0; i < h->columns; i++)
        if (i != highest && h->counts[i] > second) second = h->counts[i];
    h->ceiling = h->counts[highest];
    if (second == 0 || h->ceiling / TOWER < second) return;
    h->cut = highest;
    h->ceiling = second + (second + 2) / 3;
}

/* ---- Drawing. ---- */

static size_t cell_of(const struct histogram *h, int64_t points)
{
    return (size_t)((points - h->base) * (int64_t)h->column_cells / h->step);
}

static bool border_in_cell(const struct histogram *h, const struct score *score, size_t cell)
{
    for (uint32_t b = 0; b < score->band_count; b++) {
        int64_t from = score->bands[b].from;
        if (from > h->base && from < h->base + h->step * (int64_t)h->columns && cell_of(h, from) == cell) return true;
    }
    return false;
}

/* One cell of the plot: a part of the column, a band's border behind it, or nothing. */
static const char *glyph(const struct histogram *h, const struct score *score, uint32_t row, size_t cell, bool *dim)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint32_t column = (uint32_t)cell / h->column_cells;
    bool gap = h->column_cells > 2 && cell % h->column_cells == h->column_cells - 1;
    uint64_t count = h->counts[column];
    uint64_t eighths = count > h->ceiling ? PLOT_ROWS * 8 : (count * PLOT_ROWS * 8 + h->ceiling - 1) / h->ceiling;
    uint64_t level = eighths > row * 8 ? eighths - row * 8 : 0;
    *dim = gap || level == 0;
    if (!*dim) return h->cut == column && row == PLOT_ROWS - 1 ? "░" : blocks[level > 8 ? 8 : level];
    return border_in_cell(h, score, cell) ? "┊" : " ";
}

static void put_row(const struct histogram *h, const struct score *score, uint32_t row, const struct page *page)
{
    AUTO_BUF out = BUF_INIT((size_t)64 * 1024);
    AUTO_BUF label = BUF_INIT(64);
    if (row == PLOT_ROWS - 1) text_count(&label, h->ceiling);
    buf_append_c(&out, "  ");
    text_cell(&out, buf_str(&label), h->label_cells, SIDE_RIGHT);
    buf_append_c(&out, " │");
    const char *colour = "";
    size_t inked = out.len; /* blanks behind it are not written */
    for (size_t cell = 0; cell < (size_t)h->columns * h->column_cells; cell++) {
        bool dim;
        const char *text = glyph(h, score, row, cell, &dim);
        uint32_t column = (uint32_t)cell / h->column_cells;
        int64_t micro = (h->base + (int64_t)column * h->step) * MICRO_PER_POINT;
        const char *wanted = output_band_colour(page->style, band_of(score, micro, BAND_NONE), score->band_count);
        if (dim) wanted = page->style->dim;
        if (strcmp(wanted, colour) != 0) {
            if (*colour != '\0') buf_append_c(&out, page->style->off);
            buf_append_c(&out, wanted);
            colour = wanted;
        }
        buf_append_c(&out, text);
        if (*text != ' ') inked = out.len;
    }
    out.len = inked;
    if (*colour != '\0') buf_append_c(&out, page->style->off);
    buf_append_char(&out, '\n');
    fwrite(out.at, 1, out.len, page->to);
}

/* Numbers under the axis, each beginning below the left edge of its column. */
static void put_axis(const struct histogram *h, const struct page *page)
{
    size_t cells = (size_t)h->columns * h->column_cells;
    AUTO_BUF line = BUF_INIT((size_t)64 * 1024);
    buf_append_c(&line, "  ");
    text_cell(&line, STR("0"), h->label_cells, SIDE_RIGHT);
    buf_append_c(&line, " └");
    for (size_t i = 0; i < cells; i++) buf_append_c(&line, "─");
    buf_append_char(&line, '\n');

    int64_t tick = h->step;
    while (tick % h->step != 0 || (size_t)(tick / h->step) * h->column_cells < 8) tick = next_nice(tick);
    buf_append_repeat(&line, ' ', h->label_cells + 4);
    size_t at = 0;
    for (int64_t v = -floor_div(-h->base, tick) * tick; v < h->base + h->step * (int64_t)h->columns; v += tick) {
        AUTO_BUF number = BUF_INIT(64);
        text_whole(&number, v);
        size_t cell = cell_of(h, v);
        if (cell < at) continue;
        buf_append_repeat(&line, ' ', cell - at);
        buf_append(&line, buf_str(&number));
        at = cell + unicode_width(buf_str(&number)) + 1;
        buf_append_char(&line, ' ');
    }
    while (line.len > 0 && line.at[line.len - 1] == ' ') line.len--;
    buf_append_char(&line, '\n');
    fwrite(line.at, 1, line.len, page->to);
}

/* "▲ MQL 45", or where the page ends too soon "MQL 45 ▲". */
static void append_border(struct buf *out, const struct band *band, bool before)
{
    if (!before) buf_append_c(out, "▲ ");
    text_cut(out, band->label, LABEL_CELLS_MAX);
    buf_append_char(out, ' ');
    text_whole(out, band->from);
    if (before) buf_append_c(out, " ▲");
}

/* The borders of the bands before `end`, from left to right, each at its column, until one would overlap: returns
 * that one's number + 1, or 0 after the last. */
static uint32_t put_borders(const struct histogram *h, const struct score *score, uint32_t end, const struct page *page)
{
    size_t at = 0;
    for (uint32_t b = end; b-- > 0;) {
        const struct band *band = &score->bands[b];
        if (band->from < h->base || band->from >= h->base + h->step * (int64_t)h->columns) continue;
        AUTO_BUF text = BUF_INIT(4096);
        append_border(&text, band, false);
        size_t cell = h->label_cells + 4 + cell_of(h, band->from), cells = unicode_width(buf_str(&text));
        if (cell + cells > page_cells(page) && cell + 1 >= cells) {
            buf_clear(&text);
            append_border(&text, band, true);
            cell = cell + 1 - cells;
        }
        if (at > 0 && cell < at + 1) {
            fputc('\n', page->to);
            return b + 1;
        }
        fprintf(page->to, "%*s%s" STR_FMT "%s", (int)(cell - at), "",
                output_band_colour(page->style, b, score->band_count), STR_ARG(buf_str(&text)), page->style->off);
        at = cell + cells;
    }
    if (at > 0) fputc('\n', page->to);
    return 0;
}

/* Which column is cut, and what it holds. */
static void put_cut(const struct histogram *h, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(256);
    int64_t from = h->base + (int64_t)h->cut * h->step;
    buf_append_c(&text, "The column at ");
    text_whole(&text, from);
    if (h->step > 1) {
        buf_append_c(&text, " to ");
        text_whole(&text, from + h->step - 1);
    }
    buf_append_c(&text, " is cut: it holds ");
    text_count(&text, h->counts[h->cut]);
    buf_append_char(&text, '.');
    output_note(page, buf_str(&text));
}

void output_histogram(const struct results *results, uint32_t score, const struct spread *spread,
                      const struct page *page)
{
    const struct score *definition = results->set->scores[score];
    AUTO_ARENA arena = arena_new();
    struct histogram histogram = {.spread = spread, .label_cells = spread->count_cells};
    struct histogram *h = &histogram;
    size_t cells = page_cells(page) - h->label_cells - 5;
    fit_columns(definition, cells > PLOT_CELLS_MAX ? PLOT_CELLS_MAX : cells, h);
    h->counts = ARENA_ARRAY(arena, uint64_t, h->columns);
    count_columns(results, score, h);

    for (uint32_t row = PLOT_ROWS; row-- > 0;) put_row(h, definition, row, page);
    put_axis(h, page);
    for (uint32_t end = definition->band_count; end > 0;) end = put_borders(h, definition, end, page);
    if (h->cut != UINT32_MAX) put_cut(h, page);
}
