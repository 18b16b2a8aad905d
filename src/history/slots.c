/* slots.c — many signals of many events in one pass without branches.
 *
 * What an event adds to a signal depends only on its class and its age in whole days,
 * when the signal's window and decay are in days. So all signals are folded into one
 * table:
 *
 *     row(class, age) = what each signal that the class can move gets, ppm or 1
 *
 * Classes that move the same signals share a *pattern*. A pattern moves at most WIDTH_MAX
 * signals; each pattern is padded to the same number of slots, spare ones leading to
 * sinks, so that the inner loop has no branch but its end. Ages beyond the last row see
 * the last row, which by construction holds from there on.
 *
 * Two loops for each run of events: *find_days* computes ages, eight at a time in vector
 * registers; *accumulate* adds rows to the sums of a lane (record). What bounds the second
 * is adding to a sum that the event before it has just stored (some eight cycles), so spare
 * slots are spread over several sinks. Sums are 64-bit: 2^32 events of 10^6 ppm fit.
 *
 * A signal stays out (slots_has is false, the general way serves it) when its selector
 * has a daily or total limit, a window or decay in hours or minutes, a predicate that
 * needs values kept beside the events, or when it would make the table too large. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/instant.h"
#include "history/scan_internal.h"

#define MINUTES_PER_DAY 1440
#define WIDTH_MAX 24 /* slots of a pattern of each kind */
#define TABLE_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define CHUNK 2048 /* events whose ages are found at a time: they fit the first cache */
#define SINKS 8

struct slots {
    struct arena *arena;
    uint32_t sums, maxima;      /* slots of a pattern that add, and that keep the greatest */
    uint32_t stride;            /* sums + maxima: entries of a row */
    uint32_t days;              /* rows of a pattern */
    uint32_t *rows;             /* [pattern][day][stride] */
    uint32_t *slot_of;          /* [pattern][stride] offset of the slot's column in slot_sums */
    uint32_t *pattern_of_class; /* [class] */
    uint32_t *column_of_signal; /* [signal_count + 1] column, NO_INDEX when left out; last: special events */
    uint32_t column_count;      /* the sinks come first */
    uint32_t as_of_minute;
    uint16_t as_of_ms;
    bool some_later; /* some event is later than as_of */
};

struct slot_sums {
    uint64_t (*columns)[BLOCK_RECORDS]; /* [column_count] */
    uint32_t day[CHUNK];
};

/* ---- Which signals, and how many days of rows ---- */

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

/* The first day of age from which the signal's entry stays as it is. */
static uint64_t settled_from(const struct selector *selector)
{
    uint64_t window = selector->selection->within_minutes < 0
                          ? UINT64_MAX
                          : (uint64_t)selector->selection->within_minutes / MINUTES_PER_DAY;
    uint64_t end = selector->decay.shape == DECAY_NONE ? UINT64_MAX : decay_end(&selector->decay);
    uint64_t settled = window < end ? window : end;
    return settled == UINT64_MAX && selector->decay.shape == DECAY_NONE ? 0 : settled;
}

static uint32_t entry(const struct selector *selector, enum measure measure, uint32_t day)
{
    int64_t within = selector->selection->within_minutes;
    if (within >= 0 && (int64_t)day * MINUTES_PER_DAY >= within) return 0;
    uint32_t ppm = selector_ppm(selector, (int64_t)day * MS_PER_DAY);
    switch (measure) {
    case MEASURE_COUNT: return 1;
    case MEASURE_SUM: return ppm;
    case MEASURE_LATEST: return ppm + 1;
    }
    return 0;
}

static bool is_maximum(const struct folding *f, uint32_t member)
{
    return member < f->program->signal_count && f->program->signals[member].measure == MEASURE_LATEST;
}

static bool moves(const struct folding *f, uint32_t member, uint32_t class_id)
{
    if (member == f->program->signal_count) return f->tables->special[class_id] != 0;
    return f->tables->class_match[f->program->signals[member].selector][class_id] == CLASS_YES;
}

/* ---- Patterns ---- */

struct pattern {
    uint32_t sums[WIDTH_MAX], maxima[WIDTH_MAX]; /* member positions */
    uint32_t sum_count, maximum_count;
};

static void pattern_of(const struct folding *f, uint32_t class_id, const bool *left_out, struct pattern *out)
{
    memset(out, 0, sizeof *out);
    for (uint32_t m = 0; m < f->member_count; m++) {
        if (left_out[m] || !moves(f, f->members[m], class_id)) continue;
        if (is_maximum(f, f->members[m])) {
            if (out->maximum_count < WIDTH_MAX) out->maxima[out->maximum_count] = m;
            out->maximum_count++;
        } else {
            if (out->sum_count < WIDTH_MAX) out->sums[out->sum_count] = m;
            out->sum_count++;
        }
    }
}

/* Leave out signals, last first, until no class moves more than WIDTH_MAX of a kind. */
static void limit_width(const struct folding *f, bool *left_out)
{
    for (uint32_t c = 0; c < f->history->class_count; c++) {
        uint32_t width[2] = {0, 0};
        for (uint32_t m = 0; m < f->member_count; m++) {
            if (left_out[m] || !moves(f, f->members[m], c)) continue;
            if (++width[is_maximum(f, f->members[m])] > WIDTH_MAX) left_out[m] = true;
        }
    }
}

static uint32_t padded(uint32_t width)
{
    static const uint32_t widths[] = {0, 1, 2, 3, 4, 6, 8, 12, 16, WIDTH_MAX};
    uint32_t i = 0;
    while (widths[i] < width) i++;
    return widths[i];
}

static void fill_pattern(const struct folding *f, uint32_t index, const struct pattern *pattern)
{
    struct slots *slots = f->slots;
    uint32_t *slot_of = slots->slot_of + (size_t)index * slots->stride;
    uint32_t *rows = slots->rows + (size_t)index * slots->days * slots->stride;
    for (uint32_t k = 0; k < slots->stride; k++) {
        bool maximum = k >= slots->sums;
        uint32_t position = maximum ? k - slots->sums : k;
        if (position >= (maximum ? pattern->maximum_count : pattern->sum_count)) {
            slot_of[k] = (index + k) % SINKS * BLOCK_RECORDS;
            continue;
        }
        uint32_t member = f->members[maximum ? pattern->maxima[position] : pattern->sums[position]];
        slot_of[k] = slots->column_of_signal[member] * BLOCK_RECORDS;
        for (uint32_t day = 0; day < slots->days; day++) {
            uint32_t *cell = &rows[(size_t)day * slots->stride + k];
            if (member == f->program->signal_count) {
                *cell = 1;
            } else {
                const struct signal *signal = &f->program->signals[member];
                *cell = entry(&f->program->selectors[signal->selector], signal->measure, day);
            }
        }
    }
}

static uint32_t find_patterns(const struct folding *f, struct arena *scratch, const bool *left_out,
                              struct pattern **out)
{
    uint32_t classes = f->history->class_count, count = 1;
    struct intern *known = intern_new();
    struct pattern *patterns = ARENA_ARRAY(scratch, struct pattern, (size_t)classes + 1);
    intern_add(known, (struct str){(const char *)&patterns[0], sizeof *patterns}); /* pattern 0 moves nothing */
    for (uint32_t c = 0; c < classes; c++) {
        pattern_of(f, c, left_out, &patterns[count]);
        uint32_t index = intern_add(known, (struct str){(const char *)&patterns[count], sizeof *patterns});
        f->slots->pattern_of_class[c] = index;
        if (index == count) count++;
        if (patterns[index].sum_count > f->slots->sums) f->slots->sums = patterns[index].sum_count;
        if (patterns[index].maximum_count > f->slots->maxima) f->slots->maxima = patterns[index].maximum_count;
    }
    intern_free(known);
    *out = patterns;
    return count;
}

/* ---- Making ---- */

static void choose_members(struct folding *f, const bool *wanted)
{
    f->members = ARENA_ARRAY(f->slots->arena, uint32_t, (size_t)f->program->signal_count + 1);
    if (f->tables->special != NULL) f->members[f->member_count++] = f->program->signal_count;
    for (uint32_t s = 0; s < f->program->signal_count; s++) {
        const struct selector *selector = &f->program->selectors[f->program->signals[s].selector];
        if (wanted[s] && in_days(selector) && !asks_rows(f, f->program->signals[s].selector))
            f->members[f->member_count++] = s;
    }
}

/* Days of rows: up to the age of the oldest event, but no further than where the last
 * signal settles. */
static uint32_t days_needed(const struct folding *f, int64_t as_of_ms)
{
    int64_t oldest = as_of_ms > f->history->earliest_ms ? (as_of_ms - f->history->earliest_ms) / MS_PER_DAY : 0;
    uint64_t settled = 0;
    for (uint32_t m = 0; m < f->member_count; m++) {
        if (f->members[m] == f->program->signal_count) continue;
        uint64_t from = settled_from(&f->program->selectors[f->program->signals[f->members[m]].selector]);
        if (from > settled) settled = from;
    }
    return (uint32_t)((uint64_t)oldest < settled ? (uint64_t)oldest : settled) + 1;
}

struct slots *slots_new(const struct history *history, const struct program *program, const struct tables *tables,
                        int64_t as_of_ms, const bool *wanted)
{
    struct arena *arena = arena_new();
    struct slots *slots = ARENA_NEW(arena, struct slots);
    slots->arena = arena;
    slots->as_of_minute = (uint32_t)floor_div(as_of_ms, MS_PER_MINUTE);
    slots->as_of_ms = (uint16_t)(as_of_ms - floor_div(as_of_ms, MS_PER_MINUTE) * MS_PER_MINUTE);
    slots->some_later = history->event_count > 0 && as_of_ms < history->latest_ms;
    slots->pattern_of_class = ARENA_ARRAY(arena, uint32_t, (size_t)history->class_count + 1);
    slots->column_of_signal = ARENA_ARRAY(arena, uint32_t, (size_t)program->signal_count + 1);
    for (uint32_t s = 0; s <= program->signal_count; s++) slots->column_of_signal[s] = NO_INDEX;
    struct folding f = {.history = history, .program = program, .tables = tables, .slots = slots};
    choose_members(&f, wanted);
    slots->days = days_needed(&f, as_of_ms);

    AUTO_ARENA scratch = arena_new();
    struct pattern *patterns;
    bool *left_out = ARENA_ARRAY(scratch, bool, (size_t)f.member_count + 1);
    limit_width(&f, left_out);
    uint32_t pattern_count = find_patterns(&f, scratch, left_out, &patterns);
    slots->sums = padded(slots->sums);
    slots->maxima = padded(slots->maxima);
    slots->stride = slots->sums + slots->maxima;
    size_t cells = (size_t)pattern_count * slots->days * slots->stride;
    slots->column_count = SINKS;
    if (cells * sizeof(uint32_t) > TABLE_BYTES_MAX) { /* leave all to the general way */
        memset(slots->pattern_of_class, 0, history->class_count * sizeof *slots->pattern_of_class);
        slots->sums = slots->maxima = slots->stride = 0;
        return slots;
    }
    for (uint32_t m = 0; m < f.member_count; m++)
        if (!left_out[m]) slots->column_of_signal[f.members[m]] = slots->column_count++;
    slots->rows = ARENA_ARRAY(arena, uint32_t, cells);
    slots->slot_of = ARENA_ARRAY(arena, uint32_t, (size_t)pattern_count * slots->stride);
    for (uint32_t p = 0; p < pattern_count; p++) fill_pattern(&f, p, &patterns[p]);
    return slots;
}

void slots_free(struct slots *slots)
{
    if (slots != NULL) arena_free(slots->arena);
}

bool slots_has(const struct slots *slots, uint32_t signal)
{
    return slots->column_of_signal[signal] != NO_INDEX;
}

struct slot_sums *slot_sums_new(struct arena *arena, const struct slots *slots)
{
    struct slot_sums *sums = ARENA_NEW(arena, struct slot_sums);
    sums->columns = arena_array(arena, slots->column_count, sizeof *sums->columns);
    return sums;
}

void slot_sums_clear(struct slot_sums *sums, const struct slots *slots)
{
    memset(sums->columns, 0, slots->column_count * sizeof *sums->columns);
}

/* ---- Ages ---- */

/* Whole days of age, at most the last row's, of `count` <= CHUNK events. Ages are counted
 * modulo 2^32 minutes, enough for the years 1900 to 5999. */
VECTORISED static void find_days(const struct slots *slots, const int32_t *restrict minute, const uint16_t *restrict ms,
                                 uint32_t count, uint32_t *restrict day)
{
    const uint32_t as_of_minute = slots->as_of_minute, as_of_ms = slots->as_of_ms, last = slots->days - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t age = as_of_minute - (uint32_t)minute[i] - (ms[i] > as_of_ms);
        uint32_t days = age / MINUTES_PER_DAY;
        day[i] = days < last ? days : last;
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

/* ---- Accumulate ---- */

/* Add the events of one lane. Both widths are constants wherever this is inlined, so both
 * inner loops unroll. */
static ALWAYS_INLINE void accumulate_width(const struct slots *slots, uint64_t *lane, const uint16_t *class_id,
                                           const uint32_t *day, uint32_t count, uint32_t sum_width, uint32_t max_width)
{
    const uint32_t stride = sum_width + max_width, days = slots->days;
    const uint32_t *pattern_of_class = slots->pattern_of_class, *all_rows = slots->rows, *all_slots = slots->slot_of;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t pattern = pattern_of_class[class_id[i]];
        const uint32_t *entries = all_rows + ((size_t)pattern * days + day[i]) * stride;
        const uint32_t *slot_of = all_slots + (size_t)pattern * stride;
#pragma GCC unroll 24
        for (uint32_t k = 0; k < sum_width; k++) lane[slot_of[k]] += entries[k];
#pragma GCC unroll 24
        for (uint32_t k = sum_width; k < sum_width + max_width; k++) {
            uint64_t *greatest = &lane[slot_of[k]];
            *greatest = *greatest > entries[k] ? *greatest : entries[k];
        }
    }
}

#define EACH_MAX_WIDTH(CASE, sums)                                                                                    \
    CASE(sums, 0)                                                                                                     \
    CASE(sums, 1) CASE(sums, 2) CASE(sums, 3) CASE(sums, 4) CASE(sums, 6) CASE(sums, 8) CASE(sums, 12) CASE(sums, 16) \
        CASE(sums, 24)
#define EACH_WIDTH(CASE)                                                                                  \
    EACH_MAX_WIDTH(CASE, 0)                                                                               \
    EACH_MAX_WIDTH(CASE, 1) EACH_MAX_WIDTH(CASE, 2) EACH_MAX_WIDTH(CASE, 3) EACH_MAX_WIDTH(CASE, 4)       \
        EACH_MAX_WIDTH(CASE, 6) EACH_MAX_WIDTH(CASE, 8) EACH_MAX_WIDTH(CASE, 12) EACH_MAX_WIDTH(CASE, 16) \
            EACH_MAX_WIDTH(CASE, 24)

static void accumulate(const struct slots *slots, struct slot_sums *sums, const uint16_t *class_id, const uint32_t *day,
                       uint32_t count, uint32_t lane_index)
{
    uint64_t *lane = &sums->columns[0][lane_index];
#define WIDTH_CASE(s, m) \
    case (s)*32 + (m): accumulate_width(slots, lane, class_id, day, count, s, m); break;
    switch (slots->sums * 32 + slots->maxima) {
        EACH_WIDTH(WIDTH_CASE)
    default: INVARIANT(!"a width that padded() does not give");
    }
#undef WIDTH_CASE
}

void slots_add(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
               uint64_t last, uint32_t lane)
{
    if (slots->stride == 0) return;
    last = end_of_past(slots, history, first, last);
    for (uint64_t at = first; at < last; at += CHUNK) {
        uint32_t count = last - at < CHUNK ? (uint32_t)(last - at) : CHUNK;
        find_days(slots, history->minute + at, history->ms + at, count, sums->day);
        accumulate(slots, sums, history->class_id + at, sums->day, count, lane);
    }
}

void slots_add_contacts(const struct slots *slots, struct slot_sums *sums, const struct history *history,
                        uint32_t first_contact, uint32_t count)
{
    if (slots->stride == 0) return;
    const uint64_t *first = history->event_first + first_contact;
    const uint64_t begin = first[0];
    if (first[count] - begin > CHUNK) {
        for (uint32_t i = 0; i < count; i++) slots_add(slots, sums, history, first[i], first[i + 1], i);
        return;
    }
    find_days(slots, history->minute + begin, history->ms + begin, (uint32_t)(first[count] - begin), sums->day);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t events = (uint32_t)(end_of_past(slots, history, first[i], first[i + 1]) - first[i]);
        accumulate(slots, sums, history->class_id + first[i], sums->day + (first[i] - begin), events, i);
    }
}

uint64_t *slots_column(const struct slots *slots, struct slot_sums *sums, uint32_t signal)
{
    return sums->columns[slots->column_of_signal[signal]];
}
