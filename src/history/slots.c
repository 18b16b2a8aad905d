/* slots.c — many signals of many events in one pass without branches.
 *
 * What an event adds to a signal depends only on its class and its age in whole days,
 * when the signal's window and decay are in days. Signals stand in *groups*: eight that
 * add up and eight that keep the greatest, a vector register each. Then one event moves a
 * whole group at once:
 *
 *     sums[record][group]   +=  curves[group][day of age]  &  mask[pattern]
 *     maxima likewise, with the greater of both
 *
 *     curves    what an event of that age adds to each of the group's signals: ppm, or 1
 *               for a count, and 0 outside the signal's window
 *     pattern   which signals an event's class moves, as groups and masks; classes that
 *               move the same signals share one
 *
 * Signals that the same classes move are put into the same group, so a pattern mostly
 * needs one group; all patterns are padded to the same number of steps, so that the loop
 * has no branch but its end. Ages beyond the last day see the last day, from which by
 * construction all curves are level.
 *
 * Events are queued with their lane (record) and taken by two loops: *find_days* computes
 * ages, *accumulate* adds. What bounds the second is adding to a group that the event
 * before it has just stored (some eight cycles); so it walks four parts of the queue side
 * by side, which mostly belong to different records.
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
#define WIDTH 8           /* signals of a group of each kind */
#define GROUP (2 * WIDTH) /* sums, then maxima */
#define MEMBERS_MAX 4096  /* signals folded in: keeps the tables small */
#define QUEUE 2048        /* events taken at a time: what is known of them fits the first cache */
#define CACHE_LINE 64
#define STREAMS 4         /* parts of the queue walked side by side */
#define SPILL_EVENTS 4000 /* of one record: 4,000 * (10^6 + 1) fits 32 bits */

/* One step of a pattern: a group, and which of its signals move. Two cache lines. */
struct step {
    uint32_t mask[GROUP];
    uint32_t group; /* offset of the group in a lane's sums */
    uint32_t curve; /* index of the group's first day in `curves` */
    uint32_t unused[GROUP - 2];
};

struct slots {
    struct arena *arena;
    uint32_t steps; /* groups that a pattern moves */
    uint32_t groups;
    uint32_t days;              /* days of age that curves tell apart */
    uint32_t (*curves)[GROUP];  /* [group][day] */
    struct step *patterns;      /* [pattern][steps] */
    uint32_t *pattern_of_class; /* [class] */
    uint32_t *place_of_signal;  /* [signal_count + 1] index into a lane's sums, NO_INDEX when left out */
    uint32_t signal_count;      /* the program's; number signal_count stands for special events */
    uint32_t as_of_minute;
    uint16_t as_of_ms;
    bool some_maxima; /* some signal keeps the greatest */
    bool some_later;  /* some event is later than as_of */
};

struct slot_sums {
    uint32_t *sums;                      /* [BLOCK_RECORDS][groups * GROUP] */
    uint64_t *spilled;                   /* likewise; valid for lanes that spilled */
    uint32_t since_spill[BLOCK_RECORDS]; /* events */
    uint64_t spills;                     /* bit by lane */
    uint64_t (*columns)[BLOCK_RECORDS];  /* [signal_count + 1], filled by slots_finish */
    uint32_t queued;
    uint32_t day[QUEUE];
    uint16_t class_id[QUEUE];
    uint8_t lane[QUEUE];
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

/* ---- Groups ---- */

/* Signals that some class moves together, directly or through others, are a family. */
static uint32_t family_head(uint32_t *head, uint32_t member)
{
    while (head[member] != member) member = head[member] = head[head[member]];
    return member;
}

/* head[member] leads to the least member of its family. */
static void find_families(const struct folding *f, uint32_t *head)
{
    for (uint32_t m = 0; m < f->member_count; m++) head[m] = m;
    for (uint32_t c = 0; c < f->history->class_count; c++) {
        uint32_t kin = NO_INDEX;
        for (uint32_t m = 0; m < f->member_count; m++) {
            if (!moves(f, f->members[m], c)) continue;
            uint32_t mine = family_head(head, m), theirs = kin == NO_INDEX ? mine : family_head(head, kin);
            head[mine > theirs ? mine : theirs] = mine < theirs ? mine : theirs;
            kin = m;
        }
    }
}

/* How many members of each kind: those that add up, those that keep the greatest. */
struct kinds {
    uint32_t count[2];
};

/* The first group with room for a family, else a new one. A family larger than a group
 * begins a new one and flows over. */
static uint32_t group_for(const struct kinds *used, uint32_t *groups, const struct kinds *family)
{
    bool fits = family->count[0] <= WIDTH && family->count[1] <= WIDTH;
    for (uint32_t g = 0; g < *groups && fits; g++)
        if (used[g].count[0] + family->count[0] <= WIDTH && used[g].count[1] + family->count[1] <= WIDTH) return g;
    return (*groups)++;
}

static void place_family(const struct folding *f, uint32_t *head, uint32_t family, struct kinds *used, uint32_t group)
{
    for (uint32_t m = family; m < f->member_count; m++) {
        if (family_head(head, m) != family) continue;
        bool greatest = keeps_greatest(f->program, f->members[m]);
        if (used[group].count[greatest] == WIDTH) group = f->slots->groups++;
        f->slots->place_of_signal[f->members[m]] = group * GROUP + greatest * WIDTH + used[group].count[greatest]++;
        f->slots->some_maxima = f->slots->some_maxima || greatest;
    }
}

/* Give each member a place, largest families first. */
static void place_members(struct folding *f, struct arena *scratch)
{
    uint32_t *head = ARENA_ARRAY(scratch, uint32_t, f->member_count);
    struct kinds *family = ARENA_ARRAY(scratch, struct kinds, f->member_count);
    struct kinds *used = ARENA_ARRAY(scratch, struct kinds, f->member_count);
    find_families(f, head);
    for (uint32_t m = 0; m < f->member_count; m++)
        family[family_head(head, m)].count[keeps_greatest(f->program, f->members[m])]++;
    for (uint32_t size = f->member_count; size > 0; size--)
        for (uint32_t m = 0; m < f->member_count; m++)
            if (family[m].count[0] + family[m].count[1] == size)
                place_family(f, head, m, used, group_for(used, &f->slots->groups, &family[m]));
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

static void draw_curves(struct folding *f)
{
    struct slots *slots = f->slots;
    slots->curves = cache_aligned(slots->arena, (size_t)slots->groups * slots->days, sizeof *slots->curves);
    for (uint32_t m = 0; m < f->member_count; m++) {
        uint32_t place = slots->place_of_signal[f->members[m]];
        const struct signal *signal =
            f->members[m] < f->program->signal_count ? &f->program->signals[f->members[m]] : NULL;
        for (uint32_t day = 0; day < slots->days; day++)
            slots->curves[(size_t)(place / GROUP) * slots->days + day][place % GROUP] =
                signal == NULL ? 1 : curve_at(&f->program->selectors[signal->selector], signal->measure, day);
    }
}

/* ---- Patterns ---- */

/* The steps of a class; returns how many. */
static uint32_t pattern_of(const struct folding *f, uint32_t class_id, struct step *out)
{
    const struct slots *slots = f->slots;
    uint32_t count = 0;
    for (uint32_t m = 0; m < f->member_count; m++) {
        uint32_t place = slots->place_of_signal[f->members[m]], step = 0;
        if (!moves(f, f->members[m], class_id)) continue;
        while (step < count && out[step].group != place / GROUP * GROUP) step++;
        if (step == count)
            out[count++] = (struct step){.group = place / GROUP * GROUP, .curve = place / GROUP * slots->days};
        out[step].mask[place % GROUP] = UINT32_MAX;
    }
    return count;
}

/* Steps beyond a pattern's own are zero: group 0, nothing moved. */
static void find_patterns(struct folding *f, struct arena *scratch)
{
    struct slots *slots = f->slots;
    struct step *steps = ARENA_ARRAY(scratch, struct step, (size_t)slots->groups);
    for (uint32_t c = 0; c < f->history->class_count; c++) {
        uint32_t count = pattern_of(f, c, steps);
        if (count > slots->steps) slots->steps = count;
    }
    struct intern *known = intern_new();
    for (uint32_t c = 0; c < f->history->class_count; c++) {
        uint32_t count = pattern_of(f, c, steps);
        if (count < slots->steps) memset(steps + count, 0, (slots->steps - count) * sizeof *steps);
        slots->pattern_of_class[c] = intern_add(known, (struct str){(const char *)steps, slots->steps * sizeof *steps});
    }
    slots->patterns = cache_aligned(slots->arena, (size_t)slots->steps * intern_count(known), sizeof *slots->patterns);
    for (uint32_t p = 0; p < intern_count(known) && slots->steps > 0; p++)
        memcpy(slots->patterns + (size_t)p * slots->steps, intern_at(known, p).at, slots->steps * sizeof *steps);
    intern_free(known);
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
    slots->pattern_of_class = ARENA_ARRAY(arena, uint32_t, (size_t)history->class_count + 1);
    slots->place_of_signal = ARENA_ARRAY(arena, uint32_t, (size_t)program->signal_count + 1);
    for (uint32_t s = 0; s <= program->signal_count; s++) slots->place_of_signal[s] = NO_INDEX;
    AUTO_ARENA scratch = arena_new();
    struct folding f = {.history = history, .program = program, .tables = tables, .slots = slots};
    choose_members(&f, wanted);
    slots->days = days_needed(&f, as_of_ms);
    place_members(&f, scratch);
    draw_curves(&f);
    find_patterns(&f, scratch);
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
    return slots->groups * GROUP;
}

struct slot_sums *slot_sums_new(struct arena *arena, const struct slots *slots)
{
    struct slot_sums *sums = ARENA_NEW(arena, struct slot_sums);
    sums->sums = cache_aligned(arena, (size_t)BLOCK_RECORDS * lane_width(slots), sizeof *sums->sums);
    sums->spilled = arena_array(arena, (size_t)BLOCK_RECORDS * lane_width(slots), sizeof *sums->spilled);
    sums->columns = cache_aligned(arena, lane_width(slots), sizeof *sums->columns);
    return sums;
}

void slot_sums_clear(struct slot_sums *sums, const struct slots *slots)
{
    memset(sums->sums, 0, (size_t)BLOCK_RECORDS * lane_width(slots) * sizeof *sums->sums);
    memset(sums->since_spill, 0, sizeof sums->since_spill);
    sums->spills = 0;
}

/* ---- Accumulate ---- */

/* Half a group in a vector register; in memory it need not be aligned. Sums use all 32 bits; no
 * entry of a curve reaches 2^31, so maxima compare as signed, which every machine can. */
typedef uint32_t half_sums __attribute__((vector_size(WIDTH * sizeof(uint32_t)), aligned(4), may_alias));
typedef int32_t half_group __attribute__((vector_size(WIDTH * sizeof(int32_t)), aligned(4), may_alias));

/* Add one event. `steps` and `maxima` are constants where this is inlined, mostly. */
static ALWAYS_INLINE void add_event(const struct slots *slots, uint32_t *lane, uint32_t class_id, uint32_t day,
                                    uint32_t steps, bool maxima)
{
    const struct step *step = slots->patterns + (size_t)slots->pattern_of_class[class_id] * steps;
    for (uint32_t i = 0; i < steps; i++, step++) {
        half_group *sums = (half_group *)(lane + step->group);
        const half_group *curve = (const half_group *)slots->curves[step->curve + day];
        const half_group *mask = (const half_group *)step->mask;
        *(half_sums *)sums += *(const half_sums *)curve & *(const half_sums *)mask;
        if (maxima) {
            const half_group one = curve[1] & mask[1], above = one > sums[1];
            sums[1] = (one & above) | (sums[1] & ~above);
        }
    }
}

static ALWAYS_INLINE void add_events(const struct slots *slots, struct slot_sums *sums, uint32_t steps, bool maxima)
{
    const struct slots local = *slots; /* what never changes may stay in registers */
    const uint32_t part = sums->queued / STREAMS, width = lane_width(slots);
    uint32_t *all = sums->sums;
    for (uint32_t i = 0; i < part; i++)
#pragma GCC unroll 4
        for (uint32_t e = i; e < i + part * STREAMS; e += part)
            add_event(&local, all + sums->lane[e] * width, sums->class_id[e], sums->day[e], steps, maxima);
    for (uint32_t e = part * STREAMS; e < sums->queued; e++)
        add_event(&local, all + sums->lane[e] * width, sums->class_id[e], sums->day[e], steps, maxima);
}

VECTORISED static void accumulate(const struct slots *slots, struct slot_sums *sums)
{
    if (slots->steps == 1 && !slots->some_maxima) add_events(slots, sums, 1, false);
    else if (slots->steps == 1) add_events(slots, sums, 1, true);
    else add_events(slots, sums, slots->steps, true);
    sums->queued = 0;
}

/* Move a lane's sums to 64 bits, so that it has room for SPILL_EVENTS more. */
static void spill(const struct slots *slots, struct slot_sums *sums, uint32_t lane)
{
    const uint32_t width = lane_width(slots);
    uint32_t *narrow = sums->sums + (size_t)lane * width;
    uint64_t *wide = sums->spilled + (size_t)lane * width;
    accumulate(slots, sums);
    if ((sums->spills >> lane & 1) == 0) memset(wide, 0, width * sizeof *wide);
    for (uint32_t i = 0; i < width; i++) {
        if (i % GROUP < WIDTH) wide[i] += narrow[i];
        else if (narrow[i] > wide[i]) wide[i] = narrow[i];
    }
    memset(narrow, 0, width * sizeof *narrow);
    sums->spills |= UINT64_C(1) << lane;
    sums->since_spill[lane] = 0;
}

/* ---- Queueing ---- */

/* Whole days of age, at most the last. Ages are counted modulo 2^32 minutes, enough for the
 * years 1900 to 5999. */
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

static bool moves_nothing(const struct slots *slots)
{
    return slots->steps == 0;
}

void slots_add(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
               uint64_t last, uint32_t lane)
{
    if (moves_nothing(slots)) return;
    last = end_of_past(slots, history, first, last);
    while (first < last) {
        if (sums->queued == QUEUE) accumulate(slots, sums);
        if (sums->since_spill[lane] == SPILL_EVENTS) spill(slots, sums, lane);
        uint64_t count = last - first;
        if (count > QUEUE - sums->queued) count = QUEUE - sums->queued;
        if (count > SPILL_EVENTS - sums->since_spill[lane]) count = SPILL_EVENTS - sums->since_spill[lane];
        memset(sums->lane + sums->queued, (int)lane, count);
        queue_events(slots, sums, history, first, (uint32_t)count);
        sums->since_spill[lane] += (uint32_t)count;
        first += count;
    }
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
    if (moves_nothing(slots) || events == 0) return events;
    if (slots->some_later || events > QUEUE || !lie_together(runs, count)) {
        for (uint32_t i = 0; i < count; i++)
            slots_add(slots, sums, history, runs[i].first, runs[i].first + runs[i].count, i);
        return events;
    }
    if (events > QUEUE - sums->queued) accumulate(slots, sums);
    for (uint32_t i = 0; i < count; i++)
        memset(sums->lane + sums->queued + (runs[i].first - runs[0].first), (int)i, runs[i].count);
    queue_events(slots, sums, history, runs[0].first, (uint32_t)events);
    return events;
}

#define PAIRS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* Eight lanes' groups, rows, to eight columns of 64 bits. Three rounds of exchanging: single
 * numbers, pairs, halves. */
static ALWAYS_INLINE void transpose(const uint32_t *rows, size_t width, uint64_t (*columns)[BLOCK_RECORDS])
{
    typedef uint64_t wide_vector __attribute__((vector_size(WIDTH * sizeof(uint64_t)), aligned(8), may_alias));
    typedef uint32_t narrow_vector __attribute__((vector_size(WIDTH * sizeof(uint32_t)), aligned(4), may_alias));
    narrow_vector r[WIDTH], s[WIDTH];
    for (int i = 0; i < WIDTH; i++) r[i] = *(const narrow_vector *)(rows + (size_t)i * width);
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
    for (int k = 0; k < WIDTH; k++) *(wide_vector *)columns[k] = __builtin_convertvector(s[k], wide_vector);
}

VECTORISED static void make_columns(const struct slots *slots, struct slot_sums *sums)
{
    const uint32_t width = lane_width(slots);
    for (uint32_t place = 0; place < width; place += WIDTH)
        for (uint32_t lane = 0; lane < BLOCK_RECORDS; lane += WIDTH)
            transpose(sums->sums + (size_t)lane * width + place, width,
                      (uint64_t(*)[BLOCK_RECORDS]) & sums->columns[place][lane]);
}

void slots_finish(const struct slots *slots, struct slot_sums *sums)
{
    const uint32_t width = lane_width(slots);
    if (sums->queued > 0) accumulate(slots, sums);
    for (uint32_t lane = 0; lane < BLOCK_RECORDS; lane++)
        if (sums->spills >> lane & 1) spill(slots, sums, lane);
    make_columns(slots, sums);
    for (uint32_t lane = 0; lane < BLOCK_RECORDS; lane++)
        for (uint32_t place = 0; place < width && (sums->spills >> lane & 1) != 0; place++)
            sums->columns[place][lane] = sums->spilled[(size_t)lane * width + place];
}

uint64_t *slots_column(const struct slots *slots, struct slot_sums *sums, uint32_t signal)
{
    INVARIANT(slots_has(slots, signal));
    return sums->columns[slots->place_of_signal[signal]];
}
