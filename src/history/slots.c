/* slots.c — many signals of many events in one pass without branches.
 *
 * What an event adds to a signal depends only on its class and its age in whole days,
 * when the signal's window and decay are in days. Signals stand in *packs* of 32, of which
 * 24 add up and 8 keep the greatest: four vector registers. Then one event moves a whole
 * pack at once:
 *
 *     sums[pack]    +=  curves[pack][day of age]  where  moves[pack][class]
 *     maxima likewise, with the greater of both
 *
 *     curves    what an event of that age adds to each of the pack's signals: ppm, or 1
 *               for a count, and 0 outside the signal's window
 *     moves     which signals an event's class moves, a bit each
 *
 * While the events of one record pass by, its sums never leave the registers; registers
 * that no signal needs are left out. Ages beyond the last day see the last day, from which
 * by construction all curves are level. A program of more than 32 signals takes a pass over
 * the events, which are then in the first cache, for each pack.
 *
 * Sums are of 32 bits, enough for SPILL_EVENTS events of 10^6 ppm; a record with more has
 * them moved to 64-bit sums in between (spill).
 *
 * A signal stays out (slots_has is false, the general way serves it) when its selector
 * has a daily or total limit, a window or decay in hours or minutes, or a predicate that
 * needs values kept beside the events. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/instant.h"
#include "history/scan_internal.h"

#define MINUTES_PER_DAY 1440
#define PACK 32          /* signals of a pack ... */
#define PACK_SUMS 24     /* ... of which the first add up and the others keep the greatest */
#define WIDTH 8          /* signals of a vector register */
#define MEMBERS_MAX 4096 /* signals folded in: keeps the tables small */
#define PIECE 2048       /* events taken at a time: what is known of them fits the first cache */
#define CACHE_LINE 64
#define SPILL_EVENTS 4000 /* of one record: 4,000 * (10^6 + 1) fits 32 bits */

/* A number for each signal of a pack: two cache lines. */
struct row {
    uint32_t of[PACK];
};

struct pack {
    uint32_t *curves;     /* [day][PACK] */
    uint32_t *moves;      /* [class] bit by signal */
    uint32_t sum_vectors; /* registers that its sums take */
    bool maxima;          /* some signal keeps the greatest */
};

struct slots {
    struct arena *arena;
    struct pack *packs;
    uint32_t pack_count;
    uint32_t days;             /* days of age that curves tell apart */
    uint32_t *place_of_signal; /* [signal_count + 1] index into a lane's sums, NO_INDEX when left out */
    uint32_t signal_count;     /* the program's; number signal_count stands for special events */
    uint32_t as_of_minute;
    uint16_t as_of_ms;
    bool some_move;  /* some event class moves some signal */
    bool some_later; /* some event is later than as_of */
};

/* Events of the piece at hand that one lane sees. */
struct lane_run {
    uint32_t lane;
    uint32_t from, to;
};

struct slot_sums {
    struct row *sums;                    /* [BLOCK_RECORDS][pack_count] */
    uint64_t *spilled;                   /* [BLOCK_RECORDS][pack_count * PACK]; valid for lanes that spilled */
    uint32_t since_spill[BLOCK_RECORDS]; /* events */
    uint64_t spills;                     /* bit by lane */
    uint32_t (*columns)[BLOCK_RECORDS];  /* [pack_count * PACK], filled by slots_finish */
    struct lane_run runs[BLOCK_RECORDS];
    uint32_t at_day[PIECE]; /* of each event of the piece: where in a pack's curves its day of age begins */
};

/* Zeroed memory that begins with a cache line, so that no group lies across two. */
static void *cache_aligned(struct arena *arena, size_t count, size_t element_bytes)
{
    char *at = arena_array(arena, count * element_bytes + CACHE_LINE, 1);
    return at + (CACHE_LINE - (uintptr_t)at % CACHE_LINE) % CACHE_LINE;
}

/* ---- Which signals, and how many days ---- */

struct folding {
    const struct history *history;
    const struct program *program;
    const struct tables *tables;
    struct slots *slots;
    uint32_t *members; /* signals folded in */
    uint32_t member_count;
};

static bool in_days(const struct selector *selector)
{
    const struct selection *selection = selector->selection;
    return selection->per_day == 0 && selection->at_most == 0 &&
           (selection->within_minutes < 0 || selection->within_minutes % MINUTES_PER_DAY == 0) &&
           (selector->decay.shape == DECAY_NONE || selector->decay.unit_minutes == MINUTES_PER_DAY);
}

static bool asks_rows(const struct folding *f, uint32_t selector)
{
    return f->history->class_count > 0 &&
           memchr(f->tables->class_match[selector], CLASS_ASK, f->history->class_count) != NULL;
}

static void choose_members(struct folding *f, const bool *wanted)
{
    f->members = ARENA_ARRAY(f->slots->arena, uint32_t, (size_t)f->program->signal_count + 1);
    if (f->tables->special != NULL) f->members[f->member_count++] = f->program->signal_count;
    for (uint32_t s = 0; s < f->program->signal_count && f->member_count < MEMBERS_MAX; s++) {
        const struct selector *selector = &f->program->selectors[f->program->signals[s].selector];
        if (wanted[s] && in_days(selector) && !asks_rows(f, f->program->signals[s].selector))
            f->members[f->member_count++] = s;
    }
}

/* The first day of age from which the signal's curve is level. A decay that ends within the
 * window levels nothing: the events still count until the window closes. */
static uint64_t level_from(const struct selector *selector)
{
    int64_t within = selector->selection->within_minutes;
    if (within >= 0) return (uint64_t)within / MINUTES_PER_DAY;
    return selector->decay.shape == DECAY_NONE ? 0 : decay_end(&selector->decay);
}

/* Up to the age of the oldest event, but no further than where the last curve is level. */
static uint32_t days_needed(const struct folding *f, int64_t as_of_ms)
{
    int64_t oldest = as_of_ms > f->history->earliest_ms ? (as_of_ms - f->history->earliest_ms) / MS_PER_DAY : 0;
    uint64_t level = 0;
    for (uint32_t m = 0; m < f->member_count; m++) {
        if (f->members[m] == f->program->signal_count) continue;
        uint64_t from = level_from(&f->program->selectors[f->program->signals[f->members[m]].selector]);
        if (from > level) level = from;
    }
    return (uint32_t)((uint64_t)oldest < level ? (uint64_t)oldest : level) + 1;
}

static bool keeps_greatest(const struct program *program, uint32_t signal)
{
    return signal < program->signal_count && program->signals[signal].measure == MEASURE_LATEST;
}

static bool moves(const struct folding *f, uint32_t signal, uint32_t class_id)
{
    if (signal == f->program->signal_count) return f->tables->special[class_id] != 0;
    return f->tables->class_match[f->program->signals[signal].selector][class_id] == CLASS_YES;
}

/* ---- Packs ---- */

/* Give each member a place, in order of the program: those that add up, those that keep the greatest. */
static void place_members(struct folding *f)
{
    struct slots *slots = f->slots;
    uint32_t sums = 0, maxima = 0;
    for (uint32_t m = 0; m < f->member_count; m++) {
        bool greatest = keeps_greatest(f->program, f->members[m]);
        uint32_t number = greatest ? maxima++ : sums++, room = greatest ? PACK - PACK_SUMS : PACK_SUMS;
        slots->place_of_signal[f->members[m]] = number / room * PACK + (greatest ? PACK_SUMS : 0) + number % room;
        if (number / room == slots->pack_count) slots->pack_count++;
    }
    slots->packs = ARENA_ARRAY(slots->arena, struct pack, slots->pack_count);
    for (uint32_t p = 0; p < slots->pack_count; p++) {
        uint32_t here = sums < PACK_SUMS ? sums : PACK_SUMS;
        slots->packs[p] =
            (struct pack){.sum_vectors = (here + WIDTH - 1) / WIDTH, .maxima = maxima > p * (PACK - PACK_SUMS)};
        sums -= here;
    }
}

/* ---- Curves ---- */

static uint32_t curve_at(const struct selector *selector, enum measure measure, uint32_t day)
{
    int64_t within = selector->selection->within_minutes;
    if (within >= 0 && (int64_t)day * MINUTES_PER_DAY >= within) return 0;
    switch (measure) {
    case MEASURE_COUNT: return 1;
    case MEASURE_SUM: return selector_ppm(selector, (int64_t)day * MS_PER_DAY);
    case MEASURE_LATEST: return selector_ppm(selector, (int64_t)day * MS_PER_DAY) + 1;
    }
    return 0;
}

static void draw_curve(const struct folding *f, uint32_t signal, const struct pack *pack, uint32_t place)
{
    for (uint32_t day = 0; day < f->slots->days; day++) {
        uint32_t *at = &pack->curves[(size_t)day * PACK + place];
        if (signal == f->program->signal_count) *at = 1;
        else
            *at = curve_at(&f->program->selectors[f->program->signals[signal].selector],
                           f->program->signals[signal].measure, day);
    }
}

static void fill_packs(struct folding *f)
{
    struct slots *slots = f->slots;
    for (uint32_t p = 0; p < slots->pack_count; p++) {
        slots->packs[p].curves = cache_aligned(slots->arena, slots->days, sizeof(struct row));
        slots->packs[p].moves = ARENA_ARRAY(slots->arena, uint32_t, (size_t)f->history->class_count + 1);
    }
    for (uint32_t m = 0; m < f->member_count; m++) {
        uint32_t place = slots->place_of_signal[f->members[m]];
        const struct pack *pack = &slots->packs[place / PACK];
        draw_curve(f, f->members[m], pack, place % PACK);
        for (uint32_t c = 0; c < f->history->class_count; c++) {
            if (!moves(f, f->members[m], c)) continue;
            pack->moves[c] |= UINT32_C(1) << place % PACK;
            slots->some_move = true;
        }
    }
}

/* ---- Making ---- */

struct slots *slots_new(const struct history *history, const struct program *program, const struct tables *tables,
                        int64_t as_of_ms, const bool *wanted)
{
    struct arena *arena = arena_new();
    struct slots *slots = ARENA_NEW(arena, struct slots);
    slots->arena = arena;
    slots->signal_count = program->signal_count;
    slots->as_of_minute = (uint32_t)floor_div(as_of_ms, MS_PER_MINUTE);
    slots->as_of_ms = (uint16_t)(as_of_ms - floor_div(as_of_ms, MS_PER_MINUTE) * MS_PER_MINUTE);
    slots->some_later = history->event_count > 0 && as_of_ms < history->latest_ms;
    slots->place_of_signal = ARENA_ARRAY(arena, uint32_t, (size_t)program->signal_count + 1);
    for (uint32_t s = 0; s <= program->signal_count; s++) slots->place_of_signal[s] = NO_INDEX;
    struct folding f = {.history = history, .program = program, .tables = tables, .slots = slots};
    choose_members(&f, wanted);
    slots->days = days_needed(&f, as_of_ms);
    place_members(&f);
    fill_packs(&f);
    return slots;
}

void slots_free(struct slots *slots)
{
    if (slots != NULL) arena_free(slots->arena);
}

bool slots_has(const struct slots *slots, uint32_t signal)
{
    return slots->place_of_signal[signal] != NO_INDEX;
}

static uint32_t lane_width(const struct slots *slots)
{
    return slots->pack_count * PACK;
}

struct slot_sums *slot_sums_new(struct arena *arena, const struct slots *slots)
{
    struct slot_sums *sums = ARENA_NEW(arena, struct slot_sums);
    sums->sums = cache_aligned(arena, (size_t)BLOCK_RECORDS * slots->pack_count, sizeof *sums->sums);
    sums->spilled = arena_array(arena, (size_t)BLOCK_RECORDS * lane_width(slots), sizeof *sums->spilled);
    sums->columns = cache_aligned(arena, lane_width(slots), sizeof *sums->columns);
    return sums;
}

void slot_sums_clear(struct slot_sums *sums, const struct slots *slots)
{
    memset(sums->sums, 0, (size_t)BLOCK_RECORDS * slots->pack_count * sizeof *sums->sums);
    memset(sums->since_spill, 0, sizeof sums->since_spill);
    sums->spills = 0;
}

/* ---- Adding ---- */

/* Sums use all 32 bits; no entry of a curve reaches 2^31, so maxima compare as signed, which
 * every machine can. */
typedef uint32_t vector __attribute__((vector_size(WIDTH * sizeof(uint32_t)), may_alias));
typedef int32_t signed_vector __attribute__((vector_size(WIDTH * sizeof(int32_t)), may_alias));

/* The events of a run onto its lane's sums. The last two are constants wherever this is inlined. */
static ALWAYS_INLINE void add_run(const struct pack *pack, const struct lane_run *run, const uint16_t *class_id,
                                  const uint32_t *at_day, struct row *row, uint32_t sum_vectors, bool maxima)
{
    enum { VECTORS = PACK / WIDTH, FIRST_MAXIMUM = PACK_SUMS / WIDTH };
    vector sums[VECTORS], bits[VECTORS];
    const uint32_t end = maxima ? VECTORS : sum_vectors;
    const vector first_bits = {1, 2, 4, 8, 16, 32, 64, 128};
    for (uint32_t v = 0; v < end; v++) {
        sums[v] = ((const vector *)row->of)[v];
        bits[v] = first_bits << v * WIDTH;
    }
    for (uint32_t e = run->from; e < run->to; e++) {
        const vector moved = pack->moves[class_id[e]] + (vector){0};
        const vector *curve = (const vector *)(pack->curves + at_day[e]);
        for (uint32_t v = 0; v < sum_vectors; v++) sums[v] += curve[v] & (vector)((moved & bits[v]) == bits[v]);
        for (uint32_t v = FIRST_MAXIMUM; v < end; v++) {
            const signed_vector one = (signed_vector)(curve[v] & (vector)((moved & bits[v]) == bits[v]));
            const signed_vector above = one > (signed_vector)sums[v];
            sums[v] = (vector)((one & above) | ((signed_vector)sums[v] & ~above));
        }
    }
    for (uint32_t v = 0; v < end; v++) ((vector *)row->of)[v] = sums[v];
}

static ALWAYS_INLINE void add_runs(const struct pack *pack, const struct lane_run *runs, uint32_t count,
                                   const uint16_t *class_id, const uint32_t *at_day, struct row *rows, uint32_t stride,
                                   uint32_t sum_vectors, bool maxima)
{
    const struct pack local = *pack; /* what never changes may stay in registers */
    for (uint32_t i = 0; i < count; i++)
        add_run(&local, &runs[i], class_id, at_day, rows + (size_t)runs[i].lane * stride, sum_vectors, maxima);
}

VECTORISED static void add_to_pack(const struct pack *pack, const struct lane_run *runs, uint32_t count,
                                   const uint16_t *class_id, const uint32_t *at_day, struct row *rows, uint32_t stride)
{
    if (pack->sum_vectors == 3 && pack->maxima) add_runs(pack, runs, count, class_id, at_day, rows, stride, 3, true);
    else if (pack->sum_vectors == 3) add_runs(pack, runs, count, class_id, at_day, rows, stride, 3, false);
    else if (pack->sum_vectors == 2 && pack->maxima)
        add_runs(pack, runs, count, class_id, at_day, rows, stride, 2, true);
    else if (pack->sum_vectors == 2) add_runs(pack, runs, count, class_id, at_day, rows, stride, 2, false);
    else if (pack->maxima) add_runs(pack, runs, count, class_id, at_day, rows, stride, 1, true);
    else add_runs(pack, runs, count, class_id, at_day, rows, stride, 1, false);
}

/* The runs of the piece that begins with event `first`, whose days are known. */
static void add_piece(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
                      uint32_t run_count)
{
    for (uint32_t p = 0; p < slots->pack_count; p++)
        add_to_pack(&slots->packs[p], sums->runs, run_count, history->class_id + first, sums->at_day, sums->sums + p,
                    slots->pack_count);
}

/* Move a lane's sums to 64 bits, so that it has room for SPILL_EVENTS more. */
static void spill(const struct slots *slots, struct slot_sums *sums, uint32_t lane)
{
    const uint32_t width = lane_width(slots);
    uint32_t *narrow = sums->sums[(size_t)lane * slots->pack_count].of;
    uint64_t *wide = sums->spilled + (size_t)lane * width;
    if ((sums->spills >> lane & 1) == 0) memset(wide, 0, width * sizeof *wide);
    for (uint32_t i = 0; i < width; i++) {
        if (i % PACK < PACK_SUMS) wide[i] += narrow[i];
        else if (narrow[i] > wide[i]) wide[i] = narrow[i];
    }
    memset(narrow, 0, width * sizeof *narrow);
    sums->spills |= UINT64_C(1) << lane;
    sums->since_spill[lane] = 0;
}

/* ---- Days of age ---- */

/* Where in a pack's curves each event's day of age begins, at most the last. Ages are counted modulo 2^32 minutes, enough for the
 * years 1900 to 5999. */
VECTORISED static void find_days(const struct slots *slots, const int32_t *restrict minute, const uint16_t *restrict ms,
                                 uint32_t count, uint32_t *restrict at_day)
{
    const uint32_t as_of_minute = slots->as_of_minute, as_of_ms = slots->as_of_ms, last = slots->days - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t age = as_of_minute - (uint32_t)minute[i] - (ms[i] > as_of_ms);
        uint32_t days = age / MINUTES_PER_DAY;
        at_day[i] = (days < last ? days : last) * PACK;
    }
}

/* The end of the events [first, last) of one contact that are not later than as_of. */
static uint64_t end_of_past(const struct slots *slots, const struct history *history, uint64_t first, uint64_t last)
{
    const int32_t minute = (int32_t)slots->as_of_minute;
    while (slots->some_later && last > first &&
           (history->minute[last - 1] > minute ||
            (history->minute[last - 1] == minute && history->ms[last - 1] > slots->as_of_ms)))
        last--;
    return last;
}

/* ---- Records ---- */

void slots_add(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
               uint64_t last, uint32_t lane)
{
    if (!slots->some_move) return;
    last = end_of_past(slots, history, first, last);
    while (first < last) {
        if (sums->since_spill[lane] == SPILL_EVENTS) spill(slots, sums, lane);
        uint32_t count = last - first < PIECE ? (uint32_t)(last - first) : PIECE;
        if (count > SPILL_EVENTS - sums->since_spill[lane]) count = SPILL_EVENTS - sums->since_spill[lane];
        find_days(slots, history->minute + first, history->ms + first, count, sums->at_day);
        sums->runs[0] = (struct lane_run){.lane = lane, .to = count};
        add_piece(slots, sums, history, first, 1);
        sums->since_spill[lane] += count;
        first += count;
    }
}

/* Ask the memory for `count` events from `first` on, those of the next block, while this one is worked on. */
static void fetch_ahead(const struct history *history, uint64_t first, uint64_t count)
{
    if (first >= history->event_count) return; /* of a live history, too: its events may lie further on */
    if (count > history->event_count - first) count = history->event_count - first;
    for (uint64_t i = 0; i < count; i += CACHE_LINE / sizeof(int32_t))
        __builtin_prefetch(&history->minute[first + i], 0, 2);
    for (uint64_t i = 0; i < count; i += CACHE_LINE / sizeof(uint16_t))
        __builtin_prefetch(&history->ms[first + i], 0, 2);
    for (uint64_t i = 0; i < count; i += CACHE_LINE / sizeof(uint16_t))
        __builtin_prefetch(&history->class_id[first + i], 0, 2);
}

/* Do the events of these contacts lie together, in their order? */
static bool lie_together(const struct run *runs, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (runs[i].first != runs[i - 1].first + runs[i - 1].count) return false;
    return true;
}

uint64_t slots_add_contacts(const struct slots *slots, struct slot_sums *sums, const struct history *history,
                            uint32_t first_contact, uint32_t count)
{
    struct run runs[BLOCK_RECORDS];
    uint64_t events = 0;
    for (uint32_t i = 0; i < count; i++) {
        runs[i] = events_of_contact(history, first_contact + i);
        events += runs[i].count;
    }
    if (!slots->some_move || events == 0) return events;
    if (events > PIECE || !lie_together(runs, count)) {
        for (uint32_t i = 0; i < count; i++)
            slots_add(slots, sums, history, runs[i].first, runs[i].first + runs[i].count, i);
        return events;
    }
    const uint64_t first = runs[0].first;
    fetch_ahead(history, first + events, events);
    find_days(slots, history->minute + first, history->ms + first, (uint32_t)events, sums->at_day);
    for (uint32_t i = 0; i < count; i++)
        sums->runs[i] = (struct lane_run){
            .lane = i,
            .from = (uint32_t)(runs[i].first - first),
            .to = (uint32_t)(end_of_past(slots, history, runs[i].first, runs[i].first + runs[i].count) - first),
        };
    add_piece(slots, sums, history, first, count);
    return events;
}

/* ---- Columns ---- */

#define PAIRS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* Eight lanes' numbers, rows, to eight columns. Three rounds of exchanging: single numbers, pairs, halves. */
static ALWAYS_INLINE void transpose(const struct row *rows, uint32_t stride, uint32_t place,
                                    uint32_t (*columns)[BLOCK_RECORDS], uint32_t lane)
{
    vector r[WIDTH], s[WIDTH];
    for (uint32_t i = 0; i < WIDTH; i++) r[i] = *(const vector *)(rows[(size_t)(lane + i) * stride].of + place);
    for (int i = 0; i < WIDTH; i += 2) {
        s[i] = PAIRS(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        s[i + 1] = PAIRS(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < WIDTH; i += 4) {
        for (int k = 0; k < 2; k++) {
            r[i + k] = PAIRS(s[i + k], s[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            r[i + k + 2] = PAIRS(s[i + k], s[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int k = 0; k < 4; k++) {
        s[k] = PAIRS(r[k], r[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        s[k + 4] = PAIRS(r[k], r[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int k = 0; k < WIDTH; k++) *(vector *)&columns[k][lane] = s[k];
}

VECTORISED static void make_columns(const struct slots *slots, struct slot_sums *sums)
{
    for (uint32_t p = 0; p < slots->pack_count; p++)
        for (uint32_t place = 0; place < PACK; place += WIDTH)
            for (uint32_t lane = 0; lane < BLOCK_RECORDS; lane += WIDTH)
                transpose(sums->sums + p, slots->pack_count, place, sums->columns + (size_t)p * PACK + place, lane);
}

void slots_finish(const struct slots *slots, struct slot_sums *sums)
{
    for (uint32_t lane = 0; lane < BLOCK_RECORDS; lane++)
        if (sums->spills >> lane & 1) spill(slots, sums, lane);
    make_columns(slots, sums);
}

void slots_column(const struct slots *slots, const struct slot_sums *sums, uint32_t signal, struct signal_column *out)
{
    INVARIANT(slots_has(slots, signal));
    const uint32_t place = slots->place_of_signal[signal];
    out->low = sums->columns[place];
    out->high = NULL;
    for (uint32_t lane = 0; lane < BLOCK_RECORDS && sums->spills != 0; lane++)
        if (sums->spills >> lane & 1) signal_set(out, lane, sums->spilled[(size_t)lane * lane_width(slots) + place]);
}
