/* slots.c — many signals of many events in one pass without branches.
 *
 * What an event adds to a signal depends only on its class and its age in whole days,
 * when the signal's window and decay are in days. Two small tables say it all:
 *
 *     curves   by day of age: what an event of that age adds, for each different
 *              combination of measure, decay and window (ppm, or 1 for a count)
 *     slots    by pattern: which sums move, and along which curve
 *
 * Classes that move the same signals share a *pattern*. A pattern moves at most WIDTH_MAX
 * signals of a kind (sums, maxima); each is padded to the same number of slots, spare ones
 * adding curve 0, which is 0, to a sink, so that the inner loop has no branch but its end.
 * Ages beyond the last day see the last day, from which by construction all curves are
 * level.
 *
 * Events are queued with their lane (record) and taken by two loops: *find_days* computes
 * ages, eight at a time in vector registers; *accumulate* adds. What bounds the second is
 * adding to a sum that the event before it has just stored (some eight cycles); so it walks
 * four parts of the queue side by side, which mostly belong to different records, and spare
 * slots are spread over several sinks. Sums are 64-bit: 2^32 events of 10^6 ppm fit.
 *
 * A signal stays out (slots_has is false, the general way serves it) when its selector
 * has a daily or total limit, a window or decay in hours or minutes, or a predicate that
 * needs values kept beside the events. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/instant.h"
#include "history/scan_internal.h"

#define MINUTES_PER_DAY 1440
#define WIDTH_MAX 24     /* slots of a pattern of each kind */
#define MEMBERS_MAX 4096 /* signals folded in: their columns have 16-bit numbers */
#define QUEUE 2048       /* events taken at a time: what is known of them fits the first cache */
#define STREAMS 4        /* parts of the queue walked side by side */
#define SINKS 8

struct slot {
    uint16_t column; /* of slot_sums */
    uint16_t curve;
};

struct slots {
    struct arena *arena;
    uint32_t sums, maxima; /* slots of a pattern that add, and that keep the greatest */
    uint32_t stride;       /* sums + maxima: slots of a pattern */
    uint32_t days;         /* days of age that curves tell apart */
    uint32_t curve_count;
    uint32_t *curves;           /* [day][curve_count] */
    struct slot *slots;         /* [pattern][stride] */
    uint32_t *pattern_of_class; /* [class] */
    uint32_t *column_of_signal; /* [signal_count + 1] column, NO_INDEX when left out; last: special events */
    uint32_t column_count;      /* the sinks come first */
    uint32_t as_of_minute;
    uint16_t as_of_ms;
    bool some_later; /* some event is later than as_of */
};

struct slot_sums {
    uint64_t (*columns)[BLOCK_RECORDS]; /* [column_count] */
    uint32_t queued;
    uint32_t day[QUEUE];
    uint16_t class_id[QUEUE];
    uint8_t lane[QUEUE];
};

/* ---- Which signals, and how many days of rows ---- */

struct folding {
    const struct history *history;
    const struct program *program;
    const struct tables *tables;
    struct slots *slots;
    uint32_t *members; /* signals folded in */
    uint32_t member_count;
    uint32_t *curve_of; /* [member_count] */
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

/* The first day of age from which the signal's entry stays as it is. A decay that ends within
 * the window settles nothing: the events still count until the window closes. */
static uint64_t settled_from(const struct selector *selector)
{
    if (selector->selection->within_minutes >= 0)
        return (uint64_t)selector->selection->within_minutes / MINUTES_PER_DAY;
    return selector->decay.shape == DECAY_NONE ? 0 : decay_end(&selector->decay);
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

/* The next width for which accumulate has a loop of its own; beyond these, the width itself. */
static uint32_t padded(uint32_t width, const uint32_t *widths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (widths[i] >= width) return widths[i];
    return width;
}

static void fill_pattern(const struct folding *f, uint32_t index, const struct pattern *pattern)
{
    const struct slots *slots = f->slots;
    struct slot *out = slots->slots + (size_t)index * slots->stride;
    for (uint32_t k = 0; k < slots->stride; k++) {
        bool maximum = k >= slots->sums;
        uint32_t position = maximum ? k - slots->sums : k;
        if (position >= (maximum ? pattern->maximum_count : pattern->sum_count)) {
            out[k].column = (uint16_t)((index + k) % SINKS);
            continue;
        }
        uint32_t m = maximum ? pattern->maxima[position] : pattern->sums[position];
        out[k].column = (uint16_t)slots->column_of_signal[f->members[m]];
        out[k].curve = (uint16_t)f->curve_of[m];
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

/* ---- Curves ---- */

/* What an event of each day of age adds to the member's sum. */
static void draw_curve(const struct folding *f, uint32_t member, uint32_t *by_day)
{
    const struct signal *signal = member < f->program->signal_count ? &f->program->signals[member] : NULL;
    for (uint32_t day = 0; day < f->slots->days; day++)
        by_day[day] = signal == NULL ? 1 : entry(&f->program->selectors[signal->selector], signal->measure, day);
}

/* Each different curve once; curve 0 is 0 throughout. */
static void find_curves(struct folding *f, struct arena *scratch)
{
    struct slots *slots = f->slots;
    struct str bytes = {arena_array(scratch, slots->days, sizeof(uint32_t)), slots->days * sizeof(uint32_t)};
    struct intern *known = intern_new();
    intern_add(known, bytes);
    f->curve_of = ARENA_ARRAY(scratch, uint32_t, f->member_count);
    for (uint32_t m = 0; m < f->member_count; m++) {
        draw_curve(f, f->members[m], (uint32_t *)(uintptr_t)bytes.at);
        f->curve_of[m] = intern_add(known, bytes);
    }
    slots->curve_count = intern_count(known);
    slots->curves = ARENA_ARRAY(slots->arena, uint32_t, (size_t)slots->days * slots->curve_count);
    for (uint32_t curve = 0; curve < slots->curve_count; curve++) {
        const char *by_day = intern_at(known, curve).at;
        for (uint32_t day = 0; day < slots->days; day++)
            memcpy(&slots->curves[(size_t)day * slots->curve_count + curve], by_day + day * sizeof(uint32_t),
                   sizeof(uint32_t));
    }
    intern_free(known);
}

/* ---- Making ---- */

static void choose_members(struct folding *f, const bool *wanted)
{
    f->members = ARENA_ARRAY(f->slots->arena, uint32_t, (size_t)f->program->signal_count + 1);
    if (f->tables->special != NULL) f->members[f->member_count++] = f->program->signal_count;
    for (uint32_t s = 0; s < f->program->signal_count; s++) {
        const struct selector *selector = &f->program->selectors[f->program->signals[s].selector];
        if (f->member_count < MEMBERS_MAX && wanted[s] && in_days(selector) &&
            !asks_rows(f, f->program->signals[s].selector))
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
    static const uint32_t sum_widths[] = {1, 2, 3, 4, 6, 8}, max_widths[] = {0, 1, 2, 4};
    slots->sums = padded(slots->sums, sum_widths, COUNT_OF(sum_widths));
    slots->maxima = padded(slots->maxima, max_widths, COUNT_OF(max_widths));
    slots->stride = slots->sums + slots->maxima;
    slots->column_count = SINKS;
    for (uint32_t m = 0; m < f.member_count; m++)
        if (!left_out[m]) slots->column_of_signal[f.members[m]] = slots->column_count++;
    find_curves(&f, scratch);
    slots->slots = ARENA_ARRAY(arena, struct slot, (size_t)pattern_count * slots->stride);
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

/* ---- Accumulate ---- */

/* Add one event. Common widths are constants where this is inlined, so the loops unroll. */
static ALWAYS_INLINE void add_event(const struct slots *slots, uint64_t *columns, uint32_t class_id, uint32_t day,
                                    uint32_t lane, uint32_t sum_width, uint32_t max_width)
{
    const uint32_t *curves = slots->curves + (size_t)day * slots->curve_count;
    const struct slot *slot = slots->slots + (size_t)slots->pattern_of_class[class_id] * (sum_width + max_width);
#pragma GCC unroll 8
    for (uint32_t k = 0; k < sum_width; k++)
        columns[(size_t)slot[k].column * BLOCK_RECORDS + lane] += curves[slot[k].curve];
#pragma GCC unroll 8
    for (uint32_t k = sum_width; k < sum_width + max_width; k++) {
        uint64_t *greatest = &columns[(size_t)slot[k].column * BLOCK_RECORDS + lane];
        const uint64_t candidate = curves[slot[k].curve];
        *greatest = *greatest > candidate ? *greatest : candidate;
    }
}

static ALWAYS_INLINE void accumulate_width(const struct slots *slots, struct slot_sums *sums, uint32_t sum_width,
                                           uint32_t max_width)
{
    const struct slots local = *slots; /* what never changes may stay in registers */
    const uint32_t part = sums->queued / STREAMS;
    uint64_t *columns = sums->columns[0];
    for (uint32_t i = 0; i < part; i++)
#pragma GCC unroll 4
        for (uint32_t e = i; e < i + part * STREAMS; e += part)
            add_event(&local, columns, sums->class_id[e], sums->day[e], sums->lane[e], sum_width, max_width);
    for (uint32_t e = part * STREAMS; e < sums->queued; e++)
        add_event(&local, columns, sums->class_id[e], sums->day[e], sums->lane[e], sum_width, max_width);
}

#define EACH_MAX_WIDTH(CASE, sums) CASE(sums, 0) CASE(sums, 1) CASE(sums, 2) CASE(sums, 4)
#define EACH_WIDTH(CASE)    \
    EACH_MAX_WIDTH(CASE, 1) \
    EACH_MAX_WIDTH(CASE, 2) \
    EACH_MAX_WIDTH(CASE, 3) \
    EACH_MAX_WIDTH(CASE, 4) EACH_MAX_WIDTH(CASE, 6) EACH_MAX_WIDTH(CASE, 8)

static void accumulate(const struct slots *slots, struct slot_sums *sums)
{
#define WIDTH_CASE(s, m) \
    case (s)*64 + (m): accumulate_width(slots, sums, s, m); break;
    switch (slots->sums * 64 + slots->maxima) {
        EACH_WIDTH(WIDTH_CASE)
    default: accumulate_width(slots, sums, slots->sums, slots->maxima); break;
    }
#undef WIDTH_CASE
    sums->queued = 0;
}

/* ---- Queueing ---- */

/* Whole days of age, at most the last row's. Ages are counted modulo 2^32 minutes, enough
 * for the years 1900 to 5999. */
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

/* Queue `count` events from number `first` on; there is room. Their lanes are the caller's. */
static void queue_events(const struct slots *slots, struct slot_sums *sums, const struct history *history,
                         uint64_t first, uint32_t count)
{
    find_days(slots, history->minute + first, history->ms + first, count, sums->day + sums->queued);
    memcpy(sums->class_id + sums->queued, history->class_id + first, count * sizeof *sums->class_id);
    sums->queued += count;
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

void slots_add(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
               uint64_t last, uint32_t lane)
{
    if (slots->column_count == SINKS) return;
    last = end_of_past(slots, history, first, last);
    while (first < last) {
        if (sums->queued == QUEUE) accumulate(slots, sums);
        uint32_t room = QUEUE - sums->queued;
        uint32_t count = last - first < room ? (uint32_t)(last - first) : room;
        memset(sums->lane + sums->queued, (int)lane, count);
        queue_events(slots, sums, history, first, count);
        first += count;
    }
}

void slots_add_contacts(const struct slots *slots, struct slot_sums *sums, const struct history *history,
                        uint32_t first_contact, uint32_t count)
{
    const uint64_t *first = history->event_first + first_contact;
    if (slots->column_count == SINKS) return;
    if (slots->some_later || first[count] - first[0] > QUEUE) {
        for (uint32_t i = 0; i < count; i++) slots_add(slots, sums, history, first[i], first[i + 1], i);
        return;
    }
    if (first[count] - first[0] > QUEUE - sums->queued) accumulate(slots, sums);
    for (uint32_t i = 0; i < count; i++)
        memset(sums->lane + sums->queued + (first[i] - first[0]), (int)i, first[i + 1] - first[i]);
    queue_events(slots, sums, history, first[0], (uint32_t)(first[count] - first[0]));
}

void slots_finish(const struct slots *slots, struct slot_sums *sums)
{
    if (sums->queued > 0) accumulate(slots, sums);
}

uint64_t *slots_column(const struct slots *slots, struct slot_sums *sums, uint32_t signal)
{
    return sums->columns[slots->column_of_signal[signal]];
}
