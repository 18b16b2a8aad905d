/* forecast.c — see forecast.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/forecast.h"

#include "base/unicode.h"
#include "core/band.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)
#define COUNT_CELLS 12
#define ID_CELLS 28

/* ---- Where it comes from. ---- */

static struct str label_at(const struct preview *preview, uint32_t index)
{
    return preview->bands[index].label;
}

struct forecast forecast_of_preview(const struct preview *preview, const struct history *history)
{
    struct forecast forecast = {.score = preview->score,
                                .object = preview->object,
                                .records = preview->records,
                                .known_before = preview->known_before,
                                .changed = preview->changed,
                                .moved = preview->moved,
                                .alerts = preview->alerts,
                                .bands = preview->bands,
                                .band_count = preview->band_count,
                                .floor = preview->floor,
                                .width = preview->width,
                                .bins_before = preview->bins_before,
                                .bins_after = preview->bins_after,
                                .bin_count = preview->bin_count};
    for (uint32_t i = 0; i < preview->mover_count && i < FORECAST_MOVERS; i++) {
        const struct preview_mover *mover = &preview->movers[i];
        forecast.movers[forecast.mover_count++] =
            (struct forecast_mover){.id = history_record_id(history, preview->object, mover->record),
                                    .from = label_at(preview, mover->from),
                                    .to = label_at(preview, mover->to),
                                    .known_before = mover->known_before,
                                    .known_after = mover->known_after,
                                    .before = mover->before,
                                    .after = mover->after};
    }
    return forecast;
}

static bool read_number(const struct json_item *object, const char *name, int64_t *out)
{
    const struct json_item *item = json_member(object, str_from_c(name));
    *out = 0;
    return item != NULL && item->kind == JSON_NUMBER && str_to_i64(item->text, out);
}

static bool read_count(const struct json_item *object, const char *name, uint64_t *out)
{
    int64_t number;
    bool good = read_number(object, name, &number) && number >= 0;
    *out = good ? (uint64_t)number : 0;
    return good;
}

static struct str read_text(const struct json_item *object, const char *name, struct arena *arena)
{
    const struct json_item *item = json_member(object, str_from_c(name));
    return item != NULL && item->kind == JSON_STRING ? arena_str(arena, item->text) : STR("");
}

static bool read_bins(const struct json_item *histogram, const char *name, struct arena *arena, const uint64_t **out,
                      uint32_t *count)
{
    const struct json_item *list = json_member(histogram, str_from_c(name));
    uint64_t *bins = ARENA_ARRAY(arena, uint64_t, PREVIEW_BINS_MAX);
    *count = 0;
    *out = bins;
    if (list == NULL || list->kind != JSON_ARRAY) return false;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one))
        if (*count == PREVIEW_BINS_MAX || !str_to_u64(one->text, &bins[(*count)++])) return false;
    return true;
}

static bool read_bands(const struct json_item *list, struct arena *arena, struct forecast *out)
{
    struct preview_band *bands = ARENA_ARRAY(arena, struct preview_band, 2 * PREVIEW_BANDS_MAX + 1);
    out->bands = bands;
    if (list == NULL || list->kind != JSON_ARRAY) return false;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        if (out->band_count > 2 * PREVIEW_BANDS_MAX || one->kind != JSON_OBJECT) return false;
        struct preview_band *band = &bands[out->band_count++];
        band->label = read_text(one, "band", arena);
        if (!read_count(one, "before", &band->before) || !read_count(one, "after", &band->after)) return false;
    }
    return true;
}

static void read_movers(const struct json_item *list, struct arena *arena, struct forecast *out)
{
    if (list == NULL || list->kind != JSON_ARRAY) return;
    for (const struct json_item *one = json_first(list); one != NULL && out->mover_count < FORECAST_MOVERS;
         one = json_next(list, one)) {
        if (one->kind != JSON_OBJECT) continue;
        struct forecast_mover *mover = &out->movers[out->mover_count++];
        *mover = (struct forecast_mover){.id = read_text(one, "id", arena),
                                         .from = read_text(one, "from", arena),
                                         .to = read_text(one, "to", arena)};
        mover->known_before = read_number(one, "before_micro", &mover->before);
        mover->known_after = read_number(one, "after_micro", &mover->after);
    }
}

bool forecast_of_json(const struct json_item *item, struct arena *arena, struct forecast *out)
{
    *out = (struct forecast){0};
    if (item == NULL || item->kind != JSON_OBJECT) return false;
    const struct json_item *histogram = json_member(item, STR("histogram"));
    if (histogram == NULL || histogram->kind != JSON_OBJECT) return false;
    out->score = read_text(item, "score", arena);
    struct str object = read_text(item, "object", arena);
    while (out->object < ENTITY_DEAL && !str_equal(object, str_from_c(entity_name(out->object)))) out->object++;
    uint32_t count;
    read_movers(json_member(item, STR("movers")), arena, out);
    return read_count(item, "records", &out->records) && read_count(item, "known_before", &out->known_before) &&
           read_count(item, "changed", &out->changed) && read_count(item, "moved", &out->moved) &&
           read_count(item, "alerts", &out->alerts) && read_number(histogram, "floor", &out->floor) &&
           read_number(histogram, "width", &out->width) &&
           read_bins(histogram, "before", arena, &out->bins_before, &out->bin_count) &&
           read_bins(histogram, "after", arena, &out->bins_after, &count) && count == out->bin_count &&
           read_bands(json_member(item, STR("bands")), arena, out);
}

/* ---- How it is told. ---- */

static void put_line(const struct page *page, struct buf *line)
{
    while (line->len > 0 && line->at[line->len - 1] == ' ') line->len--;
    buf_append_char(line, '\n');
    fwrite(line->at, 1, line->len, page->to);
    buf_clear(line);
}

static void put_bold(const struct page *page, struct str text)
{
    fputs(page->style->bold, page->to);
    text_put_wrapped(page->to, text, 2, page_cells(page));
    fputs(page->style->off, page->to);
}

/* "lead_score: 5,000 contacts; the score of 1,204 changes, 310 come into another band (120 rise)" */
static void put_head(const struct forecast *f, const struct page *page)
{
    AUTO_BUF text = BUF_INIT(LINE_BYTES_MAX);
    text_clean(&text, f->score);
    if (f->known_before == 0) buf_append_c(&text, ", new");
    buf_append_c(&text, ": ");
    text_counted(&text, f->records, entity_name(f->object), entity_plural(f->object));
    if (f->known_before == 0) {
        buf_append_c(&text, ", of which ");
        text_counted(&text, f->moved, "comes into a band", "come into a band");
        put_bold(page, buf_str(&text));
        return;
    }
    buf_append_c(&text, f->changed == 0 ? "; no score changes" : "; the score of ");
    if (f->changed > 0) text_count(&text, f->changed);
    if (f->changed > 0) buf_append_c(&text, " changes");
    buf_append_c(&text, ", ");
    if (f->moved == 0) buf_append_c(&text, "nobody comes into another band");
    else text_counted(&text, f->moved, "comes into another band", "come into another band");
    if (f->moved > 0) {
        buf_append_c(&text, " (");
        text_counted(&text, f->alerts, "rises", "rise");
        buf_append_char(&text, ')');
    }
    put_bold(page, buf_str(&text));
}

static void put_count(struct buf *line, uint64_t count)
{
    AUTO_BUF text = BUF_INIT(64);
    text_count(&text, count);
    text_cell(line, buf_str(&text), COUNT_CELLS, SIDE_RIGHT);
}

static void put_bands(const struct forecast *f, const struct page *page)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    bool is_new = f->known_before == 0;
    if (f->band_count <= 1) return;
    buf_append_c(&line, "  ");
    text_cell(&line, STR("Band"), LABEL_CELLS_MAX, SIDE_LEFT);
    if (!is_new) text_cell(&line, STR("now"), COUNT_CELLS, SIDE_RIGHT);
    text_cell(&line, STR("then"), COUNT_CELLS, SIDE_RIGHT);
    put_line(page, &line);
    for (uint32_t b = 0; b < f->band_count; b++) {
        const struct preview_band *band = &f->bands[b];
        int64_t more = (int64_t)(band->after - band->before);
        AUTO_BUF change = BUF_INIT(64);
        if (more > 0) buf_append_char(&change, '+');
        if (more != 0) text_whole(&change, more);
        buf_append_c(&line, "  ");
        text_cell(&line, band->label.len > 0 ? band->label : STR("no band"), LABEL_CELLS_MAX, SIDE_LEFT);
        if (!is_new) put_count(&line, band->before);
        put_count(&line, band->after);
        if (!is_new) text_cell(&line, buf_str(&change), COUNT_CELLS, SIDE_RIGHT);
        put_line(page, &line);
    }
}

/* One row of blocks, as high as `highest` at most; the root spreads what is low. */
static void put_blocks(struct buf *line, const uint64_t *bins, uint32_t count, uint64_t highest)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t height = highest == 0 ? 0 : (bins[i] * 8 + highest - 1) / highest;
        buf_append_c(line, blocks[height > 8 ? 8 : height]);
    }
}

static uint64_t highest_of(const uint64_t *bins, uint32_t count, uint64_t highest)
{
    for (uint32_t i = 0; i < count; i++)
        if (bins[i] > highest) highest = bins[i];
    return highest;
}

static void put_histogram(const struct forecast *f, const struct page *page)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    uint64_t highest = highest_of(f->bins_after, f->bin_count, highest_of(f->bins_before, f->bin_count, 0));
    if (f->bin_count == 0 || highest == 0) return;
    if (f->known_before > 0) {
        buf_append_c(&line, "  now   ");
        put_blocks(&line, f->bins_before, f->bin_count, highest);
        put_line(page, &line);
    }
    buf_append_c(&line, "  then  ");
    put_blocks(&line, f->bins_after, f->bin_count, highest);
    put_line(page, &line);
    buf_append_c(&line, "        ");
    buf_append_c(&line, "from ");
    text_whole(&line, f->floor);
    buf_format(&line, " on, %lld %s a column", (long long)f->width, f->width == 1 ? "point" : "points");
    put_line(page, &line);
}

static void put_points(struct buf *line, bool known, int64_t micro)
{
    if (known) text_whole(line, points_shown(micro));
    else buf_append_c(line, "unknown");
}

static void put_movers(const struct forecast *f, const struct page *page)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    if (f->mover_count == 0) return;
    fputs("  Farthest:\n", page->to);
    for (uint32_t i = 0; i < f->mover_count; i++) {
        const struct forecast_mover *mover = &f->movers[i];
        buf_append_c(&line, "    ");
        text_cut(&line, mover->id, ID_CELLS);
        buf_append_c(&line, "  ");
        put_points(&line, mover->known_before, mover->before);
        buf_append_c(&line, " → ");
        put_points(&line, mover->known_after, mover->after);
        buf_append_c(&line, "  ");
        text_cut(&line, mover->from.len > 0 ? mover->from : STR("no band"), LABEL_CELLS_MAX);
        buf_append_c(&line, " → ");
        text_cut(&line, mover->to.len > 0 ? mover->to : STR("no band"), LABEL_CELLS_MAX);
        put_line(page, &line);
    }
}

void forecast_put(const struct forecast *forecast, const struct page *page)
{
    put_head(forecast, page);
    put_bands(forecast, page);
    put_histogram(forecast, page);
    if (forecast->known_before > 0) put_movers(forecast, page); /* of a new score everybody comes from nowhere */
}
