/* preview.c — two columns of one score compared: where everybody stands before and after. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/preview.h"

#include <stdatomic.h>

#include "base/instant.h"
#include "history/threads.h"

/* The bands of both sides in one list: the draft's, then those that only the former has, then "in none". */
struct band_list {
    struct preview_band *at;
    uint32_t count;
    uint32_t of_before[PREVIEW_BANDS_MAX]; /* by index in the former definition */
    uint32_t in_draft[PREVIEW_BANDS_MAX];  /* by index in the former: the draft's, or BAND_NONE */
    uint32_t none;
};

static uint32_t find_label(const struct score *score, struct str label)
{
    for (uint32_t b = 0; score != NULL && b < score->band_count; b++)
        if (str_equal(score->bands[b].label, label)) return b;
    return BAND_NONE;
}

static void list_bands(const struct score *before, const struct score *after, struct arena *arena,
                       struct band_list *out)
{
    uint32_t former = before != NULL ? before->band_count : 0;
    *out = (struct band_list){.at = ARENA_ARRAY(arena, struct preview_band, after->band_count + former + 1)};
    for (uint32_t b = 0; b < after->band_count; b++) out->at[out->count++].label = after->bands[b].label;
    for (uint32_t b = 0; b < former; b++) {
        out->in_draft[b] = find_label(after, before->bands[b].label);
        out->of_before[b] = out->in_draft[b] != BAND_NONE ? out->in_draft[b] : out->count;
        if (out->in_draft[b] == BAND_NONE) out->at[out->count++].label = before->bands[b].label;
    }
    out->none = out->count++;
}

/* ---- The histogram. ---- */

struct extent {
    int64_t low, high; /* whole points */
    bool any;
};

static void stretch(struct extent *extent, const struct preview_side *side, uint32_t record)
{
    if (side->known == NULL || side->known[record] == 0) return;
    int64_t points = points_shown(side->total[record]);
    if (!extent->any || points < extent->low) extent->low = points;
    if (!extent->any || points > extent->high) extent->high = points;
    extent->any = true;
}

/* 1, 2, 5, 10, 20, 50 ... points a bin, so that PREVIEW_BINS_MAX hold all. */
static void choose_bins(const struct extent *extent, struct preview *out)
{
    static const int64_t steps[] = {2, 5, 10};
    int64_t decade = 1, width = 1;
    for (size_t s = 0;; s = (s + 1) % COUNT_OF(steps)) {
        out->floor = floor_div(extent->low, width) * width;
        int64_t bins = floor_div(extent->high - out->floor, width) + 1;
        out->width = width;
        out->bin_count = bins <= PREVIEW_BINS_MAX ? (uint32_t)bins : 0;
        if (out->bin_count > 0) return;
        width = steps[s] * decade;
        if (s + 1 == COUNT_OF(steps)) decade *= 10;
    }
}

static void count_in_bin(const struct preview *out, const struct preview_side *side, uint32_t record, uint64_t *bins)
{
    if (side->known == NULL || side->known[record] == 0) return;
    bins[floor_div(points_shown(side->total[record]) - out->floor, out->width)]++;
}

/* ---- One record. ---- */

/* Nearly all fields of a mover: where a record stood and where it would stand. */
static struct preview_mover look_at(const struct preview_question *question, const struct band_list *bands,
                                    uint32_t record)
{
    const struct preview_side *before = &question->before, *after = &question->after;
    struct preview_mover m = {.record = record, .band_before = BAND_NONE, .band_after = BAND_NONE};
    m.known_before = before->known != NULL && before->known[record] != 0;
    m.known_after = after->known[record] != 0;
    if (m.known_before) m.before = before->total[record];
    if (m.known_after) m.after = after->total[record];
    if (before->score != NULL && question->band != NULL) m.band_before = question->band[record];
    else if (m.known_before) m.band_before = band_of(before->score, m.before, BAND_NONE);
    uint32_t previous = m.band_before != BAND_NONE ? bands->in_draft[m.band_before] : BAND_NONE;
    if (m.known_after) m.band_after = band_of(after->score, m.after, previous);
    return m;
}

/* Is the new band better than the former? Of a band that the draft does not have, the points it began at decide. */
static bool rises(const struct preview_question *question, const struct band_list *bands, const struct preview_mover *m)
{
    if (m->band_after == BAND_NONE) return false;
    if (m->band_before == BAND_NONE) return true;
    uint32_t former = bands->in_draft[m->band_before];
    if (former != BAND_NONE) return m->band_after < former;
    return question->after.score->bands[m->band_after].from > question->before.score->bands[m->band_before].from;
}

static uint64_t distance(const struct preview_mover *m)
{
    return m->after > m->before ? (uint64_t)m->after - (uint64_t)m->before : (uint64_t)m->before - (uint64_t)m->after;
}

/* Keep the PREVIEW_MOVERS_MAX that move furthest; records come in the order of their numbers. */
static void keep_mover(struct preview *out, const struct preview_mover *m)
{
    uint32_t at = out->mover_count;
    while (at > 0 && distance(&out->movers[at - 1]) < distance(m)) at--;
    if (at == PREVIEW_MOVERS_MAX) return;
    uint32_t last = out->mover_count < PREVIEW_MOVERS_MAX ? out->mover_count++ : PREVIEW_MOVERS_MAX - 1;
    for (uint32_t i = last; i > at; i--) out->movers[i] = out->movers[i - 1];
    out->movers[at] = *m;
}

static void count_record(const struct preview_question *question, const struct band_list *bands, uint32_t record,
                         struct preview *out)
{
    struct preview_mover m = look_at(question, bands, record);
    uint32_t from = m.band_before != BAND_NONE ? bands->of_before[m.band_before] : bands->none;
    uint32_t to = m.band_after != BAND_NONE ? m.band_after : bands->none;
    m.from = from;
    m.to = to;
    out->records++;
    out->known_before += m.known_before;
    out->known_after += m.known_after;
    out->changed += m.known_before != m.known_after || m.before != m.after;
    bands->at[from].before++;
    bands->at[to].after++;
    if (question->converted != NULL) bands->at[to].converted += question->converted[record];
    out->moves[(size_t)from * bands->count + to]++;
    count_in_bin(out, &question->before, record, out->bins_before);
    count_in_bin(out, &question->after, record, out->bins_after);
    if (from == to) return;
    out->moved++;
    out->alerts += rises(question, bands, &m);
    keep_mover(out, &m);
}

/* ---- All of them. ---- */

/* A stretch of records and what was counted of it. Stretches are put together in their order, so that the answer does
 * not depend on how many there are. */
struct part {
    uint32_t first, end;
    struct extent extent;
    struct band_list bands; /* with counts of its own */
    struct preview out;
};

struct comparing {
    const struct preview_question *question;
    struct part *parts;
    unsigned part_count;
    atomic_uint next;
};

static void *find_extents(void *context)
{
    struct comparing *c = context;
    for (unsigned p; (p = atomic_fetch_add(&c->next, 1)) < c->part_count;) {
        struct part *part = &c->parts[p];
        for (uint32_t r = part->first; r < part->end; r++) {
            if (!history_is_listed(c->question->history, part->out.object, r)) continue;
            stretch(&part->extent, &c->question->before, r);
            stretch(&part->extent, &c->question->after, r);
        }
    }
    return NULL;
}

static void *count_parts(void *context)
{
    struct comparing *c = context;
    for (unsigned p; (p = atomic_fetch_add(&c->next, 1)) < c->part_count;) {
        struct part *part = &c->parts[p];
        for (uint32_t r = part->first; r < part->end; r++)
            if (history_is_listed(c->question->history, part->out.object, r))
                count_record(c->question, &part->bands, r, &part->out);
    }
    return NULL;
}

static void add_extent(struct extent *to, const struct extent *from)
{
    if (!from->any) return;
    if (!to->any || from->low < to->low) to->low = from->low;
    if (!to->any || from->high > to->high) to->high = from->high;
    to->any = true;
}

static void add_part(struct preview *to, const struct preview *from)
{
    to->records += from->records;
    to->known_before += from->known_before;
    to->known_after += from->known_after;
    to->changed += from->changed;
    to->moved += from->moved;
    to->alerts += from->alerts;
    for (uint32_t i = 0; i < to->bin_count; i++) {
        to->bins_before[i] += from->bins_before[i];
        to->bins_after[i] += from->bins_after[i];
    }
    for (uint32_t b = 0; b < to->band_count; b++) {
        to->bands[b].before += from->bands[b].before;
        to->bands[b].after += from->bands[b].after;
        to->bands[b].converted += from->bands[b].converted;
    }
    for (uint32_t i = 0; i < to->band_count * to->band_count; i++) to->moves[i] += from->moves[i];
    for (uint32_t i = 0; i < from->mover_count; i++) keep_mover(to, &from->movers[i]);
}

static void part_begin(struct part *part, const struct preview_question *question, struct arena *arena)
{
    list_bands(question->before.score, question->after.score, arena, &part->bands);
    part->out.object = question->after.score->object;
    part->out.bands = part->bands.at;
    part->out.band_count = part->bands.count;
    part->out.moves = ARENA_ARRAY(arena, uint64_t, (size_t)part->bands.count * part->bands.count);
}

void preview_compare(const struct preview_question *question, struct arena *arena, struct preview *out)
{
    const struct score *before = question->before.score, *after = question->after.score;
    INVARIANT(after->band_count <= PREVIEW_BANDS_MAX && (before == NULL || before->band_count <= PREVIEW_BANDS_MAX));
    INVARIANT(question->threads >= 1);
    uint32_t records = history_records(question->history, after->object);
    struct comparing c = {.question = question, .part_count = question->threads};
    c.parts = ARENA_ARRAY(arena, struct part, c.part_count);
    for (unsigned p = 0; p < c.part_count; p++) {
        c.parts[p].first = (uint32_t)((uint64_t)records * p / c.part_count);
        c.parts[p].end = (uint32_t)((uint64_t)records * (p + 1) / c.part_count);
        part_begin(&c.parts[p], question, arena);
    }
    run_threads(question->threads, find_extents, &c);
    struct extent extent = {0};
    for (unsigned p = 0; p < c.part_count; p++) add_extent(&extent, &c.parts[p].extent);
    for (unsigned p = 0; p < c.part_count; p++) choose_bins(&extent, &c.parts[p].out);
    atomic_store(&c.next, 0);
    run_threads(question->threads, count_parts, &c);
    *out = c.parts[0].out;
    out->score = arena_str(arena, after->name);
    for (unsigned p = 1; p < c.part_count; p++) add_part(out, &c.parts[p].out);
}
