/* output_table.c — the page for people: the highest records, or the reasons of each.
 *
 * Columns are as wide as what they show and as the page allows. A narrow page loses
 * first the bar, then the name; texts that still do not fit end in an ellipsis. A wide one
 * has room for the rules that gave most. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/output.h"
#include "app/person_name.h"
#include "base/unicode.h"

#define GAP 2 /* cells between columns */
#define ID_CELLS_MIN 8
#define ID_CELLS_MAX 28
#define NAME_CELLS_MIN 12
#define NAME_CELLS_MAX 32
#define BAR_CELLS_MIN 8
#define BAR_CELLS_MAX 24
#define WHY_CELLS_MIN 30 /* the rules that gave most, where a wide page has room */
#define WHY_CELLS_MAX 60
#define WHY_RULES 3
#define ROW_BYTES_MAX ((size_t)256 * 1024)
#define WIDE_PAGE 72 /* from here on "Engagement" is spelled out */

struct layout {
    size_t id, name, score, bar, fit, engagement, band, grade, why; /* cells; 0: not shown */
    int64_t full_bar;                                               /* whole points that fill the bar */
};

/* One listing: these records of this score on this page. */
struct listing {
    const struct results *results;
    uint32_t score;
    const uint32_t *records;
    uint64_t count;
    const struct page *page;
    struct layout layout;
};

static const struct score *definition_of(const struct listing *listing)
{
    return listing->results->set->scores[listing->score];
}

static void widen(size_t *cells, size_t needed)
{
    if (needed > *cells) *cells = needed;
}

static size_t cells_of_number(int64_t micro)
{
    AUTO_BUF text = BUF_INIT(64);
    text_whole(&text, points_shown(micro));
    return unicode_width(buf_str(&text));
}

/* How wide each column would like to be. */
static struct layout wishes(const struct listing *listing)
{
    const struct results *results = listing->results;
    const struct score *score = definition_of(listing);
    bool wide = page_cells(listing->page) >= WIDE_PAGE;
    struct layout layout = {.id = strlen("Contact"), .score = 5, .fit = 3, .engagement = wide ? 10 : 6};
    for (uint64_t i = 0; i < listing->count; i++) {
        struct result result = result_of(results, listing->score, listing->records[i]);
        AUTO_BUF name = BUF_INIT(ROW_BYTES_MAX);
        person_name(&name, results->history, score->object, result.record, results->as_of_ms);
        widen(&layout.id, unicode_width(history_record_id(results->history, score->object, result.record)));
        widen(&layout.name, unicode_width(buf_str(&name)));
        widen(&layout.score, cells_of_number(result.total));
        widen(&layout.fit, cells_of_number(result.fit));
        widen(&layout.engagement, cells_of_number(result.engagement));
        if (result.band != BAND_NONE) widen(&layout.band, unicode_width(score->bands[result.band].label));
        AUTO_BUF grade = BUF_INIT(ROW_BYTES_MAX);
        result_grade(&grade, score, &result);
        widen(&layout.grade, unicode_width(buf_str(&grade)));
    }
    if (score->band_count > 0) widen(&layout.band, strlen("Band"));
    if (score->grade_count[CATEGORY_FIT] > 0) widen(&layout.grade, strlen("Grade"));
    if (layout.name > 0) widen(&layout.name, strlen("Name"));
    return layout;
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Cut the wishes to the page. */
static void fit_layout(struct layout *layout, size_t page)
{
    layout->band = least_of(layout->band, LABEL_CELLS_MAX);
    layout->grade = least_of(layout->grade, LABEL_CELLS_MAX);
    size_t fixed = layout->score + GAP + layout->fit + GAP + layout->engagement;
    if (layout->band > 0) fixed += GAP + layout->band;
    if (layout->grade > 0) fixed += GAP + layout->grade;
    size_t room = page > fixed + GAP + ID_CELLS_MIN ? page - fixed - GAP : ID_CELLS_MIN;

    size_t id_wish = least_of(layout->id, ID_CELLS_MAX);
    layout->id = least_of(id_wish, room);
    room -= layout->id;
    size_t name_wish = least_of(layout->name, NAME_CELLS_MAX);
    layout->name = 0;
    if (name_wish > 0 && room >= least_of(name_wish, NAME_CELLS_MIN) + GAP) {
        layout->name = least_of(name_wish, room - GAP);
        room -= layout->name + GAP;
    }
    if (room < BAR_CELLS_MIN + GAP) return;
    layout->bar = least_of(room - GAP, BAR_CELLS_MAX);
    room -= layout->bar + GAP;
    if (room >= WHY_CELLS_MIN + GAP) layout->why = least_of(room - GAP, WHY_CELLS_MAX);
}

/* The whole points of a full bar: the ceiling of the score, else the highest anyone has. */
static int64_t full_bar(const struct listing *listing)
{
    const struct score *score = definition_of(listing);
    if (score->total.has_max && score->total.max > 0) return score->total.max;
    const struct score_column *column = scan_results(listing->results->scan, listing->score);
    int64_t highest = 1;
    for (uint32_t r = 0; r < column->count; r++)
        if (column->known[r] != 0 && points_shown(column->total[r]) > highest) highest = points_shown(column->total[r]);
    return highest;
}

static void put_cell(struct buf *out, struct str text, size_t cells, enum side side)
{
    if (cells == 0) return;
    text_cell(out, text, cells, side);
    buf_append_repeat(out, ' ', GAP);
}

static void put_header(const struct listing *listing, struct buf *out)
{
    static const struct str objects[] = {STR_INIT("Contact"), STR_INIT("Company"), STR_INIT("Deal")};
    const struct layout *layout = &listing->layout;
    bool wide = page_cells(listing->page) >= WIDE_PAGE;
    buf_append_c(out, listing->page->style->dim);
    put_cell(out, objects[definition_of(listing)->object], layout->id, SIDE_LEFT);
    put_cell(out, STR("Name"), layout->name, SIDE_LEFT);
    put_cell(out, STR("Score"), layout->score, SIDE_RIGHT);
    put_cell(out, STR(""), layout->bar, SIDE_LEFT);
    put_cell(out, STR("Fit"), layout->fit, SIDE_RIGHT);
    put_cell(out, wide ? STR("Engagement") : STR("Engag."), layout->engagement, SIDE_RIGHT);
    put_cell(out, STR("Band"), layout->band, SIDE_LEFT);
    put_cell(out, STR("Grade"), layout->grade, SIDE_LEFT);
    put_cell(out, STR("Most points from"), layout->why, SIDE_LEFT);
    while (out->at[out->len - 1] == ' ') out->len--;
    buf_append_c(out, listing->page->style->off);
    buf_append_char(out, '\n');
}

static void put_number(struct buf *out, bool known, int64_t micro, size_t cells)
{
    AUTO_BUF text = BUF_INIT(64);
    if (known) text_whole(&text, points_shown(micro));
    else buf_append_c(&text, "\u2014");
    put_cell(out, buf_str(&text), cells, SIDE_RIGHT);
}

/* The rule line with most points after `last` (by points, then by place); NULL when none has any. */
static const struct ledger_line *next_best(const struct ledger *ledger, const struct ledger_line *last)
{
    const struct ledger_line *best = NULL;
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_line *line = &ledger->lines[i];
        if (line->kind != LEDGER_RULE || line->micro <= 0) continue;
        bool later = last == NULL || line->micro < last->micro || (line->micro == last->micro && line > last);
        if (later && (best == NULL || line->micro > best->micro)) best = line;
    }
    return best;
}

/* "Meeting booked +52, IT industry +12": as many as fit. */
static void put_why(const struct listing *listing, uint32_t record, struct buf *out)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(ROW_BYTES_MAX);
    const struct results *results = listing->results;
    struct explanation explanation;
    scan_explain(results->scan, listing->score, record, results->as_of_ms, arena, &explanation);
    const struct ledger_line *line = next_best(&explanation.ledger, NULL);
    for (uint32_t i = 0; i < WHY_RULES && line != NULL; i++, line = next_best(&explanation.ledger, line)) {
        size_t before = text.len;
        if (i > 0) buf_append_c(&text, ", ");
        text_clean(&text, line->rule->name);
        buf_append_char(&text, ' ');
        text_points(&text, line->micro);
        if (i > 0 && unicode_width(buf_str(&text)) > listing->layout.why) {
            text.len = before;
            break;
        }
    }
    buf_append_c(out, listing->page->style->dim);
    text_cell(out, buf_str(&text), listing->layout.why, SIDE_LEFT);
    while (out->at[out->len - 1] == ' ') out->len--;
    buf_append_c(out, listing->page->style->off);
}

static void put_row(const struct listing *listing, uint32_t record, struct buf *out)
{
    const struct results *results = listing->results;
    const struct score *score = definition_of(listing);
    const struct layout *layout = &listing->layout;
    struct result result = result_of(results, listing->score, record);
    const char *colour = output_band_colour(listing->page->style, result.band, score->band_count);
    AUTO_BUF text = BUF_INIT(ROW_BYTES_MAX);

    put_cell(out, history_record_id(results->history, score->object, record), layout->id, SIDE_LEFT);
    if (layout->name > 0) person_name(&text, results->history, score->object, record, results->as_of_ms);
    put_cell(out, buf_str(&text), layout->name, SIDE_LEFT);
    buf_append_c(out, listing->page->style->bold);
    put_number(out, result.known, result.total, layout->score);
    buf_append_c(out, listing->page->style->off);
    if (layout->bar > 0) {
        int64_t points = result.known ? points_shown(result.total) : 0;
        buf_append_c(out, colour);
        text_bar(out, points > 0 ? (uint64_t)points : 0, (uint64_t)listing->layout.full_bar, layout->bar);
        buf_append_c(out, listing->page->style->off);
        buf_append_repeat(out, ' ', GAP);
    }
    put_number(out, result.known, result.fit, layout->fit);
    put_number(out, result.known, result.engagement, layout->engagement);
    buf_append_c(out, colour);
    put_cell(out, result.band != BAND_NONE ? score->bands[result.band].label : STR(""), layout->band, SIDE_LEFT);
    buf_append_c(out, listing->page->style->off);
    buf_clear(&text);
    result_grade(&text, score, &result);
    put_cell(out, buf_str(&text), layout->grade, SIDE_LEFT);
    if (layout->why > 0) put_why(listing, record, out);
    while (out->at[out->len - 1] == ' ') out->len--;
    buf_append_char(out, '\n');
}

static void put_list(struct listing *listing)
{
    AUTO_BUF out = BUF_INIT(ROW_BYTES_MAX);
    listing->layout = wishes(listing);
    fit_layout(&listing->layout, page_cells(listing->page));
    listing->layout.full_bar = full_bar(listing);
    put_header(listing, &out);
    for (uint64_t i = 0; i < listing->count; i++) {
        put_row(listing, listing->records[i], &out);
        fwrite(out.at, 1, out.len, listing->page->to);
        buf_clear(&out);
    }
}

void output_record_head(const struct score *score, struct str name, struct str id, const struct result *result,
                        const struct page *page)
{
    const struct style *style = page->style;
    AUTO_BUF out = BUF_INIT(ROW_BYTES_MAX);
    buf_append_c(&out, style->bold);
    if (text_cut(&out, name, page_cells(page) / 3) > 0) buf_append_c(&out, "  ");
    text_cut(&out, id, page_cells(page) / 3);
    buf_append_c(&out, "  ");
    if (result->known) text_whole(&out, points_shown(result->total));
    else buf_append_c(&out, "unknown");
    buf_append_c(&out, style->off);
    if (result->band != BAND_NONE) {
        buf_append_c(&out, "  ");
        buf_append_c(&out, output_band_colour(style, result->band, score->band_count));
        text_cut(&out, score->bands[result->band].label, LABEL_CELLS_MAX);
        buf_append_c(&out, style->off);
    }
    if (result->known && score->grade_count[CATEGORY_FIT] > 0) buf_append_c(&out, "  ");
    result_grade(&out, score, result);
    buf_append_char(&out, '\n');
    fwrite(out.at, 1, out.len, page->to);
}

void output_record(const struct results *results, uint32_t index, uint32_t record, struct arena *arena,
                   const struct page *page)
{
    const struct score *score = results->set->scores[index];
    struct explanation explanation;
    scan_explain(results->scan, index, record, results->as_of_ms, arena, &explanation);
    struct result result = result_explained(results, index, record, &explanation);
    AUTO_BUF name = BUF_INIT(ROW_BYTES_MAX);
    person_name(&name, results->history, score->object, record, results->as_of_ms);
    output_record_head(score, buf_str(&name), history_record_id(results->history, score->object, record), &result,
                       page);
    output_reasons(results, index, &explanation, page);
}

static uint64_t count_listed(const struct results *results, enum entity object)
{
    uint64_t count = 0;
    for (uint32_t r = 0; r < history_records(results->history, object); r++)
        count += history_is_listed(results->history, object, r);
    return count;
}

/* "Lead score: 5,000 contacts on 5 January 2026, 10:00 UTC" */
static void put_title(const struct listing *listing, uint64_t all)
{
    const struct score *score = definition_of(listing);
    const struct style *style = listing->page->style;
    AUTO_BUF out = BUF_INIT(ROW_BYTES_MAX);
    text_clean(&out, score->title);
    buf_append_c(&out, ": ");
    text_counted(&out, all, entity_name(score->object), entity_plural(score->object));
    buf_append_c(&out, " on ");
    text_moment(&out, listing->results->as_of_ms);
    fputs(style->bold, listing->page->to);
    text_put_wrapped(listing->page->to, buf_str(&out), 0, page_cells(listing->page));
    fprintf(listing->page->to, "%s\n", style->off);
}

static void put_more(const struct listing *listing, uint64_t all)
{
    if (listing->count >= all) return;
    AUTO_BUF text = BUF_INIT(256);
    text_count(&text, all - listing->count);
    fprintf(listing->page->to, "%s\u2026 and " STR_FMT " more (--top N)%s\n", listing->page->style->dim,
            STR_ARG(buf_str(&text)), listing->page->style->off);
}

static void put_score(const struct results *results, uint32_t score, const struct page *page)
{
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA reasons = arena_new();
    uint64_t most = results->top > 0 ? results->top : page->rows;
    uint64_t all = count_listed(results, results->set->scores[score]->object);
    struct listing listing = {.results = results, .score = score, .page = page};
    listing.records = results_ranked(results, score, RANKING_HIGHEST_FIRST, most, arena, &listing.count);
    put_title(&listing, all);
    if (results->explain)
        for (uint64_t i = 0; i < listing.count; i++) {
            output_record(results, score, listing.records[i], reasons, page);
            fputc('\n', page->to);
            arena_reset(reasons);
        }
    else if (listing.count > 0) put_list(&listing);
    put_more(&listing, all);
    if (listing.count < all || !results->explain) fputc('\n', page->to);
    output_distribution(results, score, page);
}

void output_table(const struct results *results, const struct page *page)
{
    uint32_t first = results_first_score(results);
    for (uint32_t s = first; s != UINT32_MAX; s = results_next_score(results, s)) {
        if (s != first) fputs("\n\n", page->to);
        put_score(results, s, page);
    }
}

void output_table_prepare(struct catalog *catalog)
{
    person_name_register(catalog);
}
