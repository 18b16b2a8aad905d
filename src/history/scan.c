/* scan.c — everybody's scores: blocks of records, shared out to threads.
 *
 * Scores run in dependency order, one pass over the records of its object each; a rollup
 * or a test on another score reads the results of an earlier pass. In a pass a thread
 * takes a stretch of records, and for each block of BLOCK_RECORDS fills the inputs:
 *
 *   signals   from kept columns, else folded slots (slots.c), else record by record
 *   the rest  from tables (tables.c) through the snapshot, else record by record
 *
 * and evaluates it. Records with resets or adjustments for the score are flagged by the
 * slots and get their signals by the general way. Results do not depend on the number of
 * threads: no record's arithmetic touches another's. */
// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>
#include <string.h>

#include "history/scan_internal.h"

#define STRETCH 4096 /* records a thread takes at a time: a multiple of BLOCK_RECORDS */

/* ---- One pass ---- */

/* What all threads of a pass share. */
struct pass {
    struct scan *scan;
    const struct program *program;
    const struct tables *tables;
    const struct slots *slots;
    struct kept_signals *kept; /* columns that are NULL are not there */
    struct kept_signals *keep; /* where to write new ones; columns that are NULL are not wanted */
    struct score_column *results;
    bool reads_events;
    enum entity object;
    uint32_t records;
    const struct scan_options *options;
    atomic_uint next;
    atomic_ullong events_read;
};

/* What one thread of it owns. */
struct worker {
    struct pass *pass;
    struct view view;
    struct arena *arena;
    struct block *block;
    struct slot_sums *sums;
    struct signal_column special; /* how many events of each record adjust or reset */
    struct block_result result;
    struct tally *tallies; /* [selector_count] */
    uint64_t events_read;
};

/* Lanes of the block whose events see a reset or adjustment: a bit each. */
static uint64_t special_lanes(struct worker *w, uint32_t first, uint32_t count)
{
    const struct pass *pass = w->pass;
    if (pass->tables->special == NULL) return 0;
    const uint32_t special = pass->program->signal_count;
    uint64_t lanes = 0;
    if (slots_has(pass->slots, special)) slots_column(pass->slots, w->sums, special, &w->special);
    for (uint32_t i = 0; i < count; i++) {
        bool is_special = true; /* when nothing flags them, look at each */
        if (pass->kept->columns[special] != NULL) is_special = pass->kept->columns[special][first + i] != 0;
        else if (slots_has(pass->slots, special)) is_special = signal_at(&w->special, i) != 0;
        lanes |= (uint64_t)is_special << i;
    }
    return lanes;
}

static void fold_events(struct worker *w, uint32_t first, uint32_t count)
{
    const struct pass *pass = w->pass;
    const struct history *history = pass->scan->history;
    slot_sums_clear(w->sums, pass->slots);
    if (pass->object == ENTITY_CONTACT) {
        w->events_read += slots_add_contacts(pass->slots, w->sums, history, first, count);
        slots_finish(pass->slots, w->sums);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct association_view contacts = associated(history, pass->object, first + i, ENTITY_CONTACT);
        for (uint32_t c = 0; c < contacts.count; c++) {
            if (contacts.edges[c].from_ms > w->view.as_of_ms) continue;
            struct run events = events_of_contact(history, edge_end(&contacts, c));
            slots_add(pass->slots, w->sums, history, events.first, events.first + events.count, i);
            w->events_read += events.count;
        }
    }
    slots_finish(pass->slots, w->sums);
}

/* All signals of one lane by the general way. */
static void signals_of_record(struct worker *w, uint32_t record, uint32_t lane, int64_t after_ms)
{
    const struct program *program = w->pass->program;
    for (uint32_t s = 0; s < program->selector_count; s++)
        record_tally(&w->view, &program->selectors[s], w->pass->tables->class_match[s], record, after_ms,
                     &w->tallies[s]);
    for (uint32_t s = 0; s < program->signal_count; s++)
        signal_set(&w->block->signals[s], lane,
                   signal_of_tally(program->signals[s].measure, &w->tallies[program->signals[s].selector]));
}

/* One signal of all lanes by the general way. */
static void signal_of_records(struct worker *w, uint32_t signal, uint32_t first, uint32_t count)
{
    const struct program *program = w->pass->program;
    const uint32_t selector = program->signals[signal].selector;
    for (uint32_t i = 0; i < count; i++) {
        struct tally tally;
        record_tally(&w->view, &program->selectors[selector], w->pass->tables->class_match[selector], first + i,
                     INT64_MIN, &tally);
        signal_set(&w->block->signals[signal], i, signal_of_tally(program->signals[signal].measure, &tally));
    }
}

/* A kept column into the block; false when some value did not fit it. */
static bool load_kept(struct signal_column *out, const uint32_t *column, uint32_t count)
{
    uint32_t greatest = 0;
    for (uint32_t i = 0; i < count; i++) out->low[i] = column[i];
    for (uint32_t i = 0; i < count; i++) greatest = column[i] > greatest ? column[i] : greatest;
    return greatest != KEPT_ASK;
}

static void keep_column(uint32_t *column, const struct signal_column *in, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = signal_at(in, i);
        column[i] = value < KEPT_ASK ? (uint32_t)value : KEPT_ASK;
    }
}

static void load_adjustments(struct worker *w, uint64_t lanes, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < BLOCK_RECORDS; i++) w->block->adjustment[i] = w->block->adjustments[i] = 0;
    for (uint32_t i = 0; i < count && lanes != 0; i++) {
        if ((lanes >> i & 1) == 0) continue;
        struct specials specials = record_specials(&w->view, first + i);
        w->block->adjustment[i] = specials.adjustment_micro;
        w->block->adjustments[i] = specials.adjustment_count;
        if (specials.engagement_after_ms != INT64_MIN) signals_of_record(w, first + i, i, specials.engagement_after_ms);
        arena_reset(w->view.arena);
    }
}

static void load_signals(struct worker *w, uint32_t first, uint32_t count)
{
    const struct pass *pass = w->pass;
    const struct program *program = pass->program;
    if (pass->reads_events) fold_events(w, first, count);
    for (uint32_t s = 0; s < program->signal_count; s++) {
        struct signal_column *out = &w->block->signals[s];
        out->high = NULL;
        bool known = true;
        if (pass->kept->columns[s] != NULL) known = load_kept(out, pass->kept->columns[s] + first, count);
        else if (slots_has(pass->slots, s)) slots_column(pass->slots, w->sums, s, out);
        else known = false;
        if (!known) signal_of_records(w, s, first, count);
    }
    uint64_t lanes = special_lanes(w, first, count);
    if (pass->tables->special != NULL) load_adjustments(w, lanes, first, count);
    for (uint32_t s = 0; s < program->signal_count; s++)
        if (pass->keep->columns[s] != NULL) keep_column(pass->keep->columns[s] + first, &w->block->signals[s], count);
    if (pass->keep->columns[program->signal_count] != NULL)
        for (uint32_t i = 0; i < count; i++) pass->keep->columns[program->signal_count][first + i] = lanes >> i & 1;
}

/* ---- Properties, rollups, other scores ---- */

static const uint32_t *codes_of(const struct scan *scan, uint32_t property)
{
    return property < scan->history->property_count ? scan->snapshot->codes[property] : NULL;
}

static void load_leaf(struct worker *w, uint32_t index, uint32_t first, uint32_t count)
{
    const struct leaf *leaf = &w->pass->program->leaves[index];
    const uint8_t *table = w->pass->tables->leaf[index];
    const uint32_t *codes = codes_of(w->pass->scan, leaf->property);
    uint8_t *out = w->block->leaves[index];
    if (table != NULL && leaf->hop == HOP_OWN && codes != NULL) {
        for (uint32_t i = 0; i < count; i++) out[i] = table[codes[first + i]];
    } else if (table != NULL && leaf->hop == HOP_COMPANY && codes != NULL) {
        const uint32_t *company = w->pass->scan->snapshot->company_of[w->pass->object] + first;
        for (uint32_t i = 0; i < count; i++) out[i] = table[company[i] == RECORD_NONE ? 0 : codes[company[i]]];
    } else {
        for (uint32_t i = 0; i < count; i++) out[i] = record_leaf(&w->view, leaf, first + i);
    }
}

static void load_match(struct worker *w, uint32_t index, uint32_t first, uint32_t count)
{
    const struct rule *rule = w->pass->program->matches[index];
    const uint16_t *table = w->pass->tables->match[index];
    const uint32_t *codes = codes_of(w->pass->scan, rule->property);
    uint16_t *out = w->block->matches[index];
    if (table != NULL && rule->hop == HOP_OWN && codes != NULL) {
        for (uint32_t i = 0; i < count; i++) out[i] = table[codes[first + i]];
    } else if (table != NULL && rule->hop == HOP_COMPANY && codes != NULL) {
        const uint32_t *company = w->pass->scan->snapshot->company_of[w->pass->object] + first;
        for (uint32_t i = 0; i < count; i++) out[i] = table[company[i] == RECORD_NONE ? 0 : codes[company[i]]];
    } else {
        for (uint32_t i = 0; i < count; i++) out[i] = record_match(&w->view, rule, first + i);
    }
}

static void load_fold(struct worker *w, uint32_t index, uint32_t first, uint32_t count)
{
    const struct fold *fold = &w->pass->program->folds[index];
    const int16_t *table = w->pass->tables->fold[index];
    const uint32_t *codes = codes_of(w->pass->scan, fold->property), level = w->pass->tables->fold_level[index];
    int16_t *out = w->block->folds[index];
    if (codes == NULL) {
        for (uint32_t i = 0; i < count; i++) out[i] = table[0];
    } else if (fold->hop == HOP_OWN) {
        uint32_t at[BLOCK_RECORDS]; /* found by themselves: no branch, mostly unforeseen, on each code */
        for (uint32_t i = 0; i < count; i++) at[i] = codes[first + i] < level ? codes[first + i] : level;
        for (uint32_t i = 0; i < count; i++) out[i] = table[at[i]];
    } else {
        const uint32_t *company = w->pass->scan->snapshot->company_of[w->pass->object] + first;
        for (uint32_t i = 0; i < count; i++) out[i] = table[company[i] == RECORD_NONE ? 0 : codes[company[i]]];
    }
}

static void load_score(struct worker *w, uint32_t index, uint32_t first, uint32_t count)
{
    const struct score_input *input = &w->pass->program->scores[index];
    for (uint32_t i = 0; i < count; i++)
        w->block->scores_known[index][i] = score_part_at(w->pass->scan, input->score, first + i, w->view.as_of_ms,
                                                         input->part, &w->block->scores[index][i]);
}

static void score_block(struct worker *w, uint32_t first, uint32_t count)
{
    const struct program *program = w->pass->program;
    load_signals(w, first, count);
    for (uint32_t f = 0; f < program->fold_count; f++) load_fold(w, f, first, count);
    for (uint32_t l = 0; l < program->leaf_count; l++)
        if (program->leaves[l].fold == NO_INDEX) load_leaf(w, l, first, count);
    for (uint32_t m = 0; m < program->match_count; m++)
        if (program->match_fold[m] == NO_INDEX) load_match(w, m, first, count);
    for (uint32_t s = 0; s < program->score_count; s++) load_score(w, s, first, count);
    for (uint32_t r = 0; r < program->rollup_count; r++)
        for (uint32_t i = 0; i < count; i++)
            w->block->rollups[r][i] = record_rollup(&w->view, program->rollups[r], first + i);
    evaluate_block(program, w->block, &w->result, NULL);
    struct score_column *out = w->pass->results;
    memcpy(out->total + first, w->result.total, count * sizeof *out->total);
    memcpy(out->fit + first, w->result.part[CATEGORY_FIT], count * sizeof *out->fit);
    memcpy(out->engagement + first, w->result.part[CATEGORY_ENGAGEMENT], count * sizeof *out->engagement);
    memcpy(out->known + first, w->result.known, count * sizeof *out->known);
}

static void *work(void *context)
{
    struct pass *pass = context;
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA scratch = arena_new();
    struct worker w = {
        .pass = pass,
        .arena = arena,
        .view = {.scan = pass->scan,
                 .history = pass->scan->history,
                 .program = pass->program,
                 .object = pass->object,
                 .as_of_ms = pass->options->as_of_ms,
                 .snapshot = pass->scan->snapshot,
                 .tables = pass->tables,
                 .arena = scratch},
        .block = block_new(arena, pass->program),
        .sums = slot_sums_new(arena, pass->slots),
        .special = {.low = ARENA_ARRAY(arena, uint32_t, BLOCK_RECORDS),
                    .room = ARENA_ARRAY(arena, uint32_t, BLOCK_RECORDS)},
        .tallies = ARENA_ARRAY(arena, struct tally, pass->program->selector_count),
    };
    for (uint32_t first; (first = atomic_fetch_add(&pass->next, STRETCH)) < pass->records;) {
        uint32_t end = pass->records - first < STRETCH ? pass->records : first + STRETCH;
        for (uint32_t at = first; at < end; at += BLOCK_RECORDS)
            score_block(&w, at, end - at < BLOCK_RECORDS ? end - at : BLOCK_RECORDS);
        if (pass->options->progress != NULL)
            pass->options->progress(pass->options->progress_context, end, pass->records);
    }
    atomic_fetch_add(&pass->events_read, w.events_read);
    view_release(&w.view);
    return NULL;
}

static void share_out(struct pass *pass)
{
    uint32_t stretches = pass->records / STRETCH + 1;
    run_threads(pass->options->threads < stretches ? pass->options->threads : stretches, work, pass);
}

/* ---- Kept signals ---- */

static void kept_init(struct arena *arena, struct kept_signals *kept, const struct program *program)
{
    kept->columns = ARENA_ARRAY(arena, uint32_t *, (size_t)program->signal_count + 1);
}

/* Where new columns go: those that are not kept yet. */
static void keep_missing(const struct pass *pass, struct kept_signals *keep, struct arena *arena)
{
    kept_init(arena, keep, pass->program);
    if (!pass->options->keep_signals) return;
    uint32_t columns = pass->program->signal_count + (pass->tables->special != NULL);
    for (uint32_t s = 0; s < columns; s++)
        if (pass->kept->columns[s] == NULL) keep->columns[s] = memory_array(pass->records, sizeof(uint32_t));
}

static void adopt_kept(const struct pass *pass)
{
    for (uint32_t s = 0; s <= pass->program->signal_count; s++)
        if (pass->keep->columns[s] != NULL) pass->kept->columns[s] = pass->keep->columns[s];
}

static void kept_drop(struct kept_signals *kept, const struct program *program)
{
    for (uint32_t s = 0; s <= program->signal_count; s++) {
        memory_free(kept->columns[s]);
        kept->columns[s] = NULL;
    }
}

/* Move from `former` the columns whose key is one of `scan`'s. */
static void take_over(struct scan *scan, uint32_t score, struct scan *former, uint32_t former_score)
{
    const struct program *program = scan->programs[score], *old = former->programs[former_score];
    struct kept_signals *from = &former->kept[former_score], *to = &scan->kept[score];
    to->columns[program->signal_count] = from->columns[old->signal_count];
    from->columns[old->signal_count] = NULL;
    for (uint32_t s = 0; s < program->signal_count; s++) {
        AUTO_BUF key = BUF_INIT((size_t)1 << 24);
        signal_key(program, &program->signals[s], &key);
        for (uint32_t o = 0; o < old->signal_count; o++) {
            AUTO_BUF old_key = BUF_INIT((size_t)1 << 24);
            signal_key(old, &old->signals[o], &old_key);
            if (from->columns[o] == NULL || !str_equal(buf_str(&key), buf_str(&old_key))) continue;
            to->columns[s] = from->columns[o];
            from->columns[o] = NULL;
            break;
        }
    }
}

/* The room of former results of the same object, so that no page of it is asked for anew. */
static void take_room(struct scan *scan, uint32_t score, struct scan *former)
{
    for (uint32_t old = 0; old < former->set->score_count; old++) {
        bool fits = former->set->scores[old]->object == scan->set->scores[score]->object;
        if (!fits || former->results[old].total == NULL) continue;
        scan->results[score] = former->results[old];
        former->results[old] = (struct score_column){0};
        return;
    }
}

static void take_snapshot(struct scan *scan, struct scan *former)
{
    scan->snapshot = former->snapshot;
    scan->snapshot_holds = former->snapshot != NULL;
    former->snapshot = NULL;
}

/* ---- The scan ---- */

struct scan *scan_new(const struct definitions *set, const struct history *history, struct scan *former)
{
    struct arena *arena = arena_new();
    struct scan *scan = ARENA_NEW(arena, struct scan);
    *scan = (struct scan){.set = set, .history = history, .arena = arena};
    scan->programs = ARENA_ARRAY(arena, const struct program *, set->score_count);
    scan->kept = ARENA_ARRAY(arena, struct kept_signals, set->score_count);
    scan->results = ARENA_ARRAY(arena, struct score_column, set->score_count);
    scan->done = ARENA_ARRAY(arena, bool, set->score_count);
    scan->tables = ARENA_ARRAY(arena, struct tables *, set->score_count);
    for (uint32_t s = 0; s < set->score_count; s++) {
        scan->programs[s] = program_compile(arena, set, s);
        kept_init(arena, &scan->kept[s], scan->programs[s]);
    }
    scan->segments = ARENA_ARRAY(arena, const struct program *, set->segment_count);
    for (uint32_t s = 0; s < set->segment_count; s++) scan->segments[s] = program_compile_segment(arena, set, s);
    if (former != NULL && former->history == history) {
        scan->as_of_ms = former->as_of_ms;
        take_snapshot(scan, former);
        for (uint32_t s = 0; s < set->score_count; s++) {
            uint32_t old = definitions_find_score(former->set, set->scores[s]->name);
            if (old != UINT32_MAX && former->set->scores[old]->object == set->scores[s]->object)
                take_over(scan, s, former, old);
            take_room(scan, s, former);
        }
    }
    scan_free(former);
    return scan;
}

static void results_free(struct score_column *column)
{
    memory_free(column->total);
    memory_free(column->fit);
    memory_free(column->engagement);
    memory_free(column->known);
    *column = (struct score_column){0};
}

void scan_free(struct scan *scan)
{
    if (scan == NULL) return;
    for (uint32_t s = 0; s < scan->set->score_count; s++) {
        kept_drop(&scan->kept[s], scan->programs[s]);
        results_free(&scan->results[s]);
        tables_free(scan->tables[s]);
    }
    snapshot_free(scan->snapshot);
    arena_free(scan->run_arena);
    arena_free(scan->arena);
}

static void results_reserve(struct score_column *column, uint32_t count)
{
    if (column->total != NULL) return;
    column->count = count;
    column->total = memory_array(count, sizeof *column->total);
    column->fit = memory_array(count, sizeof *column->fit);
    column->engagement = memory_array(count, sizeof *column->engagement);
    column->known = memory_array(count, sizeof *column->known);
}

static void run_score(struct scan *scan, uint32_t score, const struct scan_options *options)
{
    const struct program *program = scan->programs[score];
    struct pass pass = {
        .scan = scan,
        .program = program,
        .kept = &scan->kept[score],
        .results = &scan->results[score],
        .object = program->score->object,
        .records = scan->history->records[program->score->object].count,
        .options = options,
    };
    if (scan->tables[score] == NULL)
        scan->tables[score] = tables_new(scan->history, program, options->as_of_ms, options->threads);
    pass.tables = scan->tables[score];
    bool *wanted = ARENA_ARRAY(scan->run_arena, bool, (size_t)program->signal_count + 1);
    for (uint32_t s = 0; s < program->signal_count; s++) {
        wanted[s] = pass.kept->columns[s] == NULL;
        pass.reads_events = pass.reads_events || wanted[s];
    }
    if (pass.tables->special != NULL && pass.kept->columns[program->signal_count] == NULL) pass.reads_events = true;
    struct slots *slots = slots_new(scan->history, program, pass.tables, options->as_of_ms, wanted);
    pass.slots = slots;
    struct kept_signals keep;
    keep_missing(&pass, &keep, scan->run_arena);
    pass.keep = &keep;
    results_reserve(pass.results, pass.records);
    share_out(&pass);
    adopt_kept(&pass);
    slots_free(slots);
    scan->events_read += atomic_load(&pass.events_read);
    scan->done[score] = true;
}

/* The wanted scores and all that they build on; in the arena of the run. */
static const bool *with_uses(const struct scan *scan, const bool *wanted)
{
    bool *all = ARENA_ARRAY(scan->run_arena, bool, scan->set->score_count);
    for (uint32_t s = 0; s < scan->set->score_count; s++) all[s] = wanted == NULL || wanted[s];
    for (uint32_t i = scan->set->score_count; i-- > 0;) { /* each stands behind those that it uses */
        const struct program *program = scan->programs[scan->set->order[i]];
        if (!all[scan->set->order[i]]) continue;
        for (uint32_t s = 0; s < program->score_count; s++) all[program->scores[s].score] = true;
        for (uint32_t r = 0; r < program->rollup_count; r++) all[program->rollups[r]->score] = true;
    }
    return all;
}

void scan_run(struct scan *scan, const struct scan_options *options)
{
    INVARIANT(options->threads >= 1);
    INVARIANT(options->as_of_ms >= EVENT_MIN_MS && options->as_of_ms <= EVENT_MAX_MS);
    INVARIANT(scan->history->kind != HISTORY_LIVE); /* freeze it first */
    for (uint32_t s = 0; s < scan->set->score_count; s++) {
        scan->done[s] = false;
        if (scan->as_of_ms != options->as_of_ms) kept_drop(&scan->kept[s], scan->programs[s]);
        bool hold =
            scan->as_of_ms == options->as_of_ms || (scan->tables[s] != NULL && scan->tables[s]->for_any_instant);
        hold = hold && scan->history->kind == HISTORY_BUILT; /* else there may be new codes */
        if (!hold) {
            tables_free(scan->tables[s]);
            scan->tables[s] = NULL;
        }
    }
    if (!scan->snapshot_holds || scan->as_of_ms != options->as_of_ms) {
        snapshot_free(scan->snapshot);
        scan->snapshot = snapshot_new(scan->history, options->as_of_ms);
    }
    scan->snapshot_holds = false;
    arena_free(scan->run_arena);
    scan->run_arena = arena_new();
    scan->as_of_ms = options->as_of_ms;
    scan->events_read = 0;
    snapshot_resolve(scan->snapshot, scan->programs, scan->set->score_count);
    const bool *wanted = with_uses(scan, options->wanted);
    for (uint32_t i = 0; i < scan->set->score_count; i++)
        if (wanted[scan->set->order[i]]) run_score(scan, scan->set->order[i], options);
}

const struct score_column *scan_results(const struct scan *scan, uint32_t score)
{
    return &scan->results[score];
}

uint64_t scan_events_read(const struct scan *scan)
{
    return scan->events_read;
}
