/* scorer.c — the inputs of a few records by the general way, spared what was found out before; each is a lane of one block.
 *
 * Of each program are kept: for every event class whether each selector takes it, and for
 * every code of a value what a leaf or a match says. They are filled when first asked for and grow
 * with the history. What depends on as_of or on versions is found out anew each time.
 *
 * A score that another asks for is there already when it is of the same record, since scores are
 * evaluated in the order of their dependencies; of an associated record it is evaluated on the
 * way. Programs form no circle, so each has one set of scratch.
 *
 * A contact's events are walked once for all selectors: each class knows to whom its events may matter. Where a million
 * contacts have facts, what costs time is waiting for memory, so what a lane will read is asked for some lanes ahead. */
// SPDX-License-Identifier: Apache-2.0
#include "history/scorer.h"

#include <string.h>

#include "history/scan_internal.h"

/* What a test, a match or a fold says of each code, or nothing yet. */
struct answers {
    bool kept; /* else: ask each time */
    uint32_t count;
    uint16_t *by_code; /* answer + 1, of a fold answer + FOLD_BIAS; 0: not asked yet */
};

#define FOLD_BIAS 0x8000 /* what a fold says is greater than -FOLD_BIAS */

/* One program with all it needs. */
struct scored {
    const struct program *program;
    struct view view;
    struct tables tables; /* of classes; those of values are here below */
    uint32_t class_capacity;
    uint32_t pressed;      /* the history's, when the tables were filled */
    uint32_t words;        /* of a set of selectors; the bit behind the last selector's is for what adjusts or resets */
    uint64_t *class_set;   /* [class][words] whom an event of the class may matter to */
    int64_t oldest_age_ms; /* of an event that any selector sees */
    struct moments *moments; /* [selector_count] scratch: of the events that each takes, latest first */
    uint32_t *properties;    /* [property_count] what own leaves, matches and folds read, each once */
    uint32_t property_count;
    struct answers *leaves, *matches, *folds;
    struct block *block;
    struct tally *tallies;
    struct block_result result;
    /* The last answers, good within one call. */
    uint64_t call;
    uint32_t count;
    uint32_t records[BLOCK_RECORDS];
    struct score_value values[BLOCK_RECORDS];
};

struct scorer {
    const struct definitions *set;
    const struct history *history;
    struct arena *arena;
    struct scored *scores;   /* [score_count] */
    struct scored *segments; /* [segment_count] */
    uint64_t call;
    uint32_t lane; /* of the records that the call is about: for which one inputs are sought */
};

_Static_assert(SCORER_RECORDS_MAX == BLOCK_RECORDS, "a record is a lane");

/* ---- Making. ---- */

static void note_property(struct scored *scored, enum hop hop, uint32_t property)
{
    if (hop != HOP_OWN) return;
    for (uint32_t i = 0; i < scored->property_count; i++)
        if (scored->properties[i] == property) return;
    scored->properties[scored->property_count++] = property;
}

static void note_properties(struct arena *arena, struct scored *scored)
{
    const struct program *program = scored->program;
    scored->properties = ARENA_ARRAY(arena, uint32_t, program->leaf_count + program->match_count + program->fold_count);
    for (uint32_t l = 0; l < program->leaf_count; l++)
        note_property(scored, program->leaves[l].hop, program->leaves[l].property);
    for (uint32_t m = 0; m < program->match_count; m++)
        note_property(scored, program->matches[m]->hop, program->matches[m]->property);
    for (uint32_t f = 0; f < program->fold_count; f++)
        note_property(scored, program->folds[f].hop, program->folds[f].property);
}

static int64_t window_ms_of(const struct selector *selector)
{
    int64_t minutes = selector->selection->within_minutes;
    return minutes < 0 ? INT64_MAX : minutes * MS_PER_MINUTE;
}

static void init_scored(struct scorer *scorer, const struct program *program, enum entity object, struct scored *out)
{
    struct arena *arena = scorer->arena;
    *out = (struct scored){.program = program};
    out->view = (struct view){.history = scorer->history,
                              .program = program,
                              .object = object,
                              .tables = &out->tables,
                              .scorer = scorer,
                              .arena = arena_new()};
    out->block = block_new(arena, program);
    out->tallies = ARENA_ARRAY(arena, struct tally, program->selector_count);
    out->tables.class_match = ARENA_ARRAY(arena, uint8_t *, program->selector_count);
    out->words = program->selector_count / 64 + 1;
    out->moments = ARENA_ARRAY(arena, struct moments, program->selector_count);
    for (uint32_t s = 0; s < program->selector_count; s++) {
        int64_t window_ms = window_ms_of(&program->selectors[s]);
        if (window_ms > out->oldest_age_ms) out->oldest_age_ms = window_ms;
    }
    note_properties(arena, out);
    out->leaves = ARENA_ARRAY(arena, struct answers, program->leaf_count);
    for (uint32_t l = 0; l < program->leaf_count; l++) {
        const struct leaf *leaf = &program->leaves[l];
        out->leaves[l].kept =
            leaf->hop != HOP_DEAL && !test_needs_versions(leaf->test) && !test_needs_as_of(leaf->test);
    }
    out->matches = ARENA_ARRAY(arena, struct answers, program->match_count);
    for (uint32_t m = 0; m < program->match_count; m++) {
        const struct rule *rule = program->matches[m];
        out->matches[m].kept = rule->hop != HOP_DEAL && !match_needs_versions(rule);
        for (uint32_t i = 0; i < rule->case_count; i++)
            if (test_needs_as_of(&rule->cases[i].test)) out->matches[m].kept = false;
    }
    out->folds = ARENA_ARRAY(arena, struct answers, program->fold_count);
    for (uint32_t f = 0; f < program->fold_count; f++) out->folds[f].kept = true;
    for (uint32_t l = 0; l < program->leaf_count; l++)
        if (program->leaves[l].fold != NO_INDEX && !out->leaves[l].kept)
            out->folds[program->leaves[l].fold].kept = false;
    for (uint32_t m = 0; m < program->match_count; m++)
        if (program->match_fold[m] != NO_INDEX && !out->matches[m].kept)
            out->folds[program->match_fold[m]].kept = false;
}

struct scorer *scorer_new(const struct definitions *set, const struct history *history)
{
    struct arena *arena = arena_new();
    struct scorer *scorer = ARENA_NEW(arena, struct scorer);
    *scorer = (struct scorer){.set = set, .history = history, .arena = arena};
    scorer->scores = ARENA_ARRAY(arena, struct scored, set->score_count);
    for (uint32_t s = 0; s < set->score_count; s++)
        init_scored(scorer, program_compile(arena, set, s), set->scores[s]->object, &scorer->scores[s]);
    scorer->segments = ARENA_ARRAY(arena, struct scored, set->segment_count);
    for (uint32_t s = 0; s < set->segment_count; s++)
        init_scored(scorer, program_compile_segment(arena, set, s), set->segments[s]->object, &scorer->segments[s]);
    return scorer;
}

static void release_scored(struct scored *scored)
{
    for (uint32_t s = 0; s < scored->program->selector_count; s++) memory_free(scored->tables.class_match[s]);
    for (uint32_t l = 0; l < scored->program->leaf_count; l++) memory_free(scored->leaves[l].by_code);
    for (uint32_t m = 0; m < scored->program->match_count; m++) memory_free(scored->matches[m].by_code);
    for (uint32_t f = 0; f < scored->program->fold_count; f++) memory_free(scored->folds[f].by_code);
    memory_free(scored->tables.special);
    for (uint32_t s = 0; s < scored->program->selector_count; s++) LIST_RELEASE(&scored->moments[s]);
    memory_free(scored->class_set);
    arena_free(scored->view.arena);
    view_release(&scored->view);
}

void scorer_free(struct scorer *scorer)
{
    if (scorer == NULL) return;
    for (uint32_t s = 0; s < scorer->set->score_count; s++) release_scored(&scorer->scores[s]);
    for (uint32_t s = 0; s < scorer->set->segment_count; s++) release_scored(&scorer->segments[s]);
    arena_free(scorer->arena);
}

/* ---- Classes. ---- */

static bool depends_on_as_of(const struct selector *selector)
{
    return selector->selection->where != NULL && where_needs_as_of(selector->selection->where);
}

static void grow_classes(struct scored *scored, uint32_t count)
{
    struct tables *tables = &scored->tables;
    scored->class_capacity = count + count / 2 + 16;
    for (uint32_t s = 0; s < scored->program->selector_count; s++)
        if (!depends_on_as_of(&scored->program->selectors[s]))
            tables->class_match[s] = memory_resize(tables->class_match[s], scored->class_capacity, sizeof(uint8_t));
    tables->special = memory_resize(tables->special, scored->class_capacity, sizeof *tables->special);
    scored->class_set =
        memory_resize(scored->class_set, (size_t)scored->class_capacity * scored->words, sizeof *scored->class_set);
}

static void put_bit(uint64_t *set, uint32_t bit)
{
    set[bit / 64] |= (uint64_t)1 << bit % 64;
}

static void learn_class(struct scored *scored, uint32_t c)
{
    const struct history *history = scored->view.history;
    const struct program *program = scored->program;
    struct tables *tables = &scored->tables;
    uint64_t *set = scored->class_set + (size_t)c * scored->words;
    memset(set, 0, scored->words * sizeof *set);
    for (uint32_t s = 0; s < program->selector_count; s++) {
        if (tables->class_match[s] != NULL)
            tables->class_match[s][c] = class_matches(history, &program->selectors[s], c, 0);
        if (tables->class_match[s] == NULL || tables->class_match[s][c] != CLASS_NO) put_bit(set, s);
    }
    tables->special[c] = program->score != NULL && class_is_special(history, program->score, c);
    if (tables->special[c]) put_bit(set, program->selector_count);
}

/* Learn the classes that came since the last call; all again when a property got its first rows. */
static void learn_classes(struct scored *scored)
{
    const struct history *history = scored->view.history;
    struct tables *tables = &scored->tables;
    uint32_t pressed = word_now(&history->pressed), count = word_now(&history->class_count);
    if (pressed != scored->pressed) tables->class_count = 0;
    scored->pressed = pressed;
    if (count <= tables->class_count) return;
    if (count > scored->class_capacity) grow_classes(scored, count);
    for (uint32_t c = tables->class_count; c < count; c++) learn_class(scored, c);
    tables->class_count = count;
}

/* ---- Values. ---- */

/* The place of a code's answer. */
static uint16_t *answer_of(struct answers *answers, uint32_t code)
{
    if (code >= answers->count) {
        uint32_t count = code + code / 2 + 16;
        answers->by_code = memory_resize(answers->by_code, count, sizeof *answers->by_code);
        memset(answers->by_code + answers->count, 0, (count - answers->count) * sizeof *answers->by_code);
        answers->count = count;
    }
    return &answers->by_code[code];
}

/* The code that a test on the record's own property or its company's sees. */
static uint32_t seen_code(const struct view *view, enum hop hop, uint32_t property, uint32_t record)
{
    if (hop == HOP_COMPANY) record = primary_company(view->history, view->object, record, view->as_of_ms);
    return record == RECORD_NONE ? 0 : code_at(view->history, property, record, view->as_of_ms);
}

static bool leaf_of(struct scored *scored, uint32_t index, uint32_t record)
{
    const struct leaf *leaf = &scored->program->leaves[index];
    const struct view *view = &scored->view;
    if (!scored->leaves[index].kept) return record_leaf(view, leaf, record);
    uint32_t code = seen_code(view, leaf->hop, leaf->property, record);
    uint16_t *answer = answer_of(&scored->leaves[index], code);
    if (*answer == 0) {
        const struct value *value = code == 0 ? NULL : column_value(&view->history->properties[leaf->property], code);
        *answer = (uint16_t)(1 + test_passes(leaf->test, value, 0));
    }
    return *answer == 2;
}

static uint16_t match_of(struct scored *scored, uint32_t index, uint32_t record)
{
    const struct rule *rule = scored->program->matches[index];
    const struct view *view = &scored->view;
    if (!scored->matches[index].kept) return record_match(view, rule, record);
    uint32_t code = seen_code(view, rule->hop, rule->property, record);
    uint16_t *answer = answer_of(&scored->matches[index], code);
    if (*answer == 0) {
        const struct value *value = code == 0 ? NULL : column_value(&view->history->properties[rule->property], code);
        *answer = (uint16_t)(1 + match_of_value(rule, value, 0));
    }
    return (uint16_t)(*answer - 1);
}

/* What the rules of a fold give, from their leaves and matches. */
static int16_t ask_fold(struct scored *scored, uint32_t index, uint32_t record)
{
    const struct program *program = scored->program;
    struct block *block = scored->block;
    int16_t answers[BLOCK_RECORDS];
    for (uint32_t l = 0; l < program->leaf_count; l++)
        if (program->leaves[l].fold == index) block->leaves[l][0] = leaf_of(scored, l, record);
    for (uint32_t m = 0; m < program->match_count; m++)
        if (program->match_fold[m] == index) block->matches[m][0] = match_of(scored, m, record);
    evaluate_fold(program, block, index, answers);
    return answers[0];
}

static int16_t fold_of(struct scored *scored, uint32_t index, uint32_t record)
{
    const struct fold *fold = &scored->program->folds[index];
    if (!scored->folds[index].kept) return ask_fold(scored, index, record);
    uint16_t *answer = answer_of(&scored->folds[index], seen_code(&scored->view, fold->hop, fold->property, record));
    if (*answer == 0) *answer = (uint16_t)(ask_fold(scored, index, record) + FOLD_BIAS);
    return (int16_t)(*answer - FOLD_BIAS);
}

/* ---- One record. ---- */

/* One event to those selectors that take it. True: it may adjust or reset the score. */
static bool offer_event(struct scored *scored, uint64_t event, int64_t at_ms)
{
    const struct view *view = &scored->view;
    const struct program *program = scored->program;
    const uint32_t class_id = view->history->class_id[event];
    const bool known = class_id < scored->tables.class_count; /* else it came since they were learned */
    bool special = false;
    for (uint32_t w = 0; w < scored->words; w++) {
        uint64_t bits = known ? scored->class_set[(size_t)class_id * scored->words + w] : UINT64_MAX;
        for (; bits != 0; bits &= bits - 1) {
            uint32_t s = w * 64 + (uint32_t)__builtin_ctzll(bits);
            if (s >= program->selector_count) {
                special = true;
                break;
            }
            const struct selector *selector = &program->selectors[s];
            const uint8_t *matches = scored->tables.class_match[s];
            uint8_t match = known && matches != NULL ? matches[class_id] : CLASS_ASK;
            if (view->as_of_ms - at_ms >= window_ms_of(selector)) continue;
            if (match == CLASS_YES || event_matches(view->history, selector, event, view->as_of_ms))
                *LIST_ADD(&scored->moments[s]) = at_ms;
        }
    }
    return special;
}

static bool may_be_special(const struct scored *scored, uint64_t event)
{
    const uint32_t class_id = scored->view.history->class_id[event];
    return class_id >= scored->tables.class_count || scored->tables.special[class_id] != 0;
}

/* The contact's events later than `after_ms` to all selectors. True: some may adjust or reset the score. */
static bool offer_events(struct scored *scored, uint32_t contact, int64_t after_ms)
{
    struct view *view = &scored->view;
    const struct run events = record_events(view, contact);
    bool special = false;
    for (uint32_t s = 0; s < scored->program->selector_count; s++) scored->moments[s].count = 0;
    for (uint64_t e = events.first + events.count; e-- > events.first;) {
        int64_t at_ms = event_ms(view->history, e);
        if (at_ms > view->as_of_ms) continue;
        if (at_ms <= after_ms) break;
        bool seen = view->as_of_ms - at_ms < scored->oldest_age_ms;
        if (!seen && scored->program->score == NULL) break;
        special |= seen ? offer_event(scored, e, at_ms) : may_be_special(scored, e);
    }
    return special;
}

/* Tallies of all selectors, and what adjusts the score. */
static struct specials tally_record(struct scored *scored, uint32_t record)
{
    const struct program *program = scored->program;
    struct view *view = &scored->view;
    struct specials specials = {.engagement_after_ms = INT64_MIN};
    if (view->object != ENTITY_CONTACT) { /* many contacts' events */
        if (program->score != NULL) specials = record_specials(view, record);
        for (uint32_t s = 0; s < program->selector_count; s++)
            record_tally(view, &program->selectors[s], scored->tables.class_match[s], record,
                         specials.engagement_after_ms, &scored->tallies[s]);
        return specials;
    }
    if (offer_events(scored, record, INT64_MIN) && program->score != NULL) {
        specials = record_specials(view, record);
        (void)offer_events(scored, record, specials.engagement_after_ms);
    }
    for (uint32_t s = 0; s < program->selector_count; s++)
        selector_tally(&program->selectors[s], scored->moments[s].at, scored->moments[s].count, view->as_of_ms,
                       &scored->tallies[s]);
    return specials;
}

static void load_inputs(struct scored *scored, uint32_t lane, uint32_t record)
{
    const struct program *program = scored->program;
    struct view *view = &scored->view;
    struct block *block = scored->block;
    for (uint32_t s = 0; s < program->signal_count; s++)
        signal_set(&block->signals[s], lane,
                   signal_of_tally(program->signals[s].measure, &scored->tallies[program->signals[s].selector]));
    for (uint32_t l = 0; l < program->leaf_count; l++)
        if (program->leaves[l].fold == NO_INDEX) block->leaves[l][lane] = leaf_of(scored, l, record);
    for (uint32_t m = 0; m < program->match_count; m++)
        if (program->match_fold[m] == NO_INDEX) block->matches[m][lane] = match_of(scored, m, record);
    for (uint32_t f = 0; f < program->fold_count; f++) block->folds[f][lane] = fold_of(scored, f, record);
    for (uint32_t r = 0; r < program->rollup_count; r++)
        block->rollups[r][lane] = record_rollup(view, program->rollups[r], record);
    for (uint32_t s = 0; s < program->score_count; s++)
        block->scores_known[s][lane] = scorer_part(view->scorer, program->scores[s].score, record, view->as_of_ms,
                                                   program->scores[s].part, &block->scores[s][lane]);
}

static void load_lane(struct scored *scored, uint32_t lane, uint32_t record)
{
    struct block *block = scored->block;
    struct specials specials = tally_record(scored, record);
    load_inputs(scored, lane, record);
    block->adjustment[lane] = specials.adjustment_micro;
    block->adjustments[lane] = specials.adjustment_count;
    if (specials.adjustments != NULL) arena_reset(scored->view.arena);
}

/* ---- Ahead of the lanes. ---- */

#define WORDS_AHEAD 6 /* lanes; a word leads to a run, */
#define RUNS_AHEAD 3  /* which is asked for when the word is there */

static void ask_for_words(const struct scored *scored, uint32_t record)
{
    const struct history *history = scored->view.history;
    for (uint32_t i = 0; i < scored->property_count; i++) {
        if (scored->properties[i] >= history->property_count) continue;
        const struct property_column *column = &history->properties[scored->properties[i]];
        uint32_t count;
        const uint64_t *words = column_words(column, &count);
        if (record < count) __builtin_prefetch(&words[record]);
        if (column->base != NULL) __builtin_prefetch(&column->base[record]);
    }
    if (scored->view.object == ENTITY_CONTACT) __builtin_prefetch(&history->event_run[record]);
}

static void ask_for_runs(const struct scored *scored, uint32_t record)
{
    const struct history *history = scored->view.history;
    for (uint32_t i = 0; i < scored->property_count; i++) {
        if (scored->properties[i] >= history->property_count) continue;
        const struct property_column *column = &history->properties[scored->properties[i]];
        uint32_t count;
        const uint64_t *words = column_words(column, &count);
        if (record >= count) continue;
        const struct run run = run_at(&words[record]);
        if (run.count > 0) __builtin_prefetch(&column->versions[run.first]);
    }
    if (scored->view.object != ENTITY_CONTACT) return;
    const struct run events = run_at(&history->event_run[record]);
    if (events.count == 0) return;
    const uint64_t latest = events.first + events.count - 1;
    __builtin_prefetch(&history->minute[latest]);
    __builtin_prefetch(&history->ms[latest]);
    __builtin_prefetch(&history->class_id[latest]);
}

static void look_ahead(const struct scored *scored, const uint32_t *records, uint32_t count, uint32_t lane)
{
    for (uint32_t i = lane == 0 ? 0 : WORDS_AHEAD; i <= WORDS_AHEAD && lane + i < count; i++)
        ask_for_words(scored, records[lane + i]);
    if (lane + RUNS_AHEAD < count) ask_for_runs(scored, records[lane + RUNS_AHEAD]);
}

static void score_all(struct scorer *scorer, struct scored *scored, const uint32_t *records, uint32_t count,
                      int64_t as_of_ms)
{
    const uint32_t lane = scorer->lane;
    scored->view.as_of_ms = as_of_ms;
    scored->view.seen = 0;
    learn_classes(scored);
    for (scorer->lane = 0; scorer->lane < count; scorer->lane++) {
        look_ahead(scored, records, count, scorer->lane);
        load_lane(scored, scorer->lane, records[scorer->lane]);
    }
    scorer->lane = lane;
    evaluate_block(scored->program, scored->block, &scored->result, NULL);
    const struct block_result *result = &scored->result;
    for (uint32_t i = 0; i < count; i++) {
        scored->records[i] = records[i];
        scored->values[i] = (struct score_value){
            .known = result->known[i] != 0,
            .total = result->total[i],
            .fit = result->part[CATEGORY_FIT][i],
            .engagement = result->part[CATEGORY_ENGAGEMENT][i],
        };
    }
    scored->call = scorer->call;
    scored->count = count;
}

static const struct score_value *score_of(struct scorer *scorer, uint32_t score, uint32_t record, int64_t as_of_ms)
{
    struct scored *scored = &scorer->scores[score];
    uint32_t lane = scorer->lane < scored->count ? scorer->lane : 0;
    if (scored->call == scorer->call && scored->records[lane] == record) return &scored->values[lane];
    score_all(scorer, scored, &record, 1, as_of_ms);
    return &scored->values[0];
}

bool scorer_part(struct scorer *scorer, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                 int64_t *micro)
{
    const struct score_value *value = score_of(scorer, score, record, as_of_ms);
    *micro = part == PART_FIT ? value->fit : part == PART_ENGAGEMENT ? value->engagement : value->total;
    return value->known;
}

void scorer_score(struct scorer *scorer, enum entity object, const uint32_t *records, uint32_t count, int64_t as_of_ms,
                  struct score_value *values)
{
    const struct definitions *set = scorer->set;
    INVARIANT(count >= 1 && count <= SCORER_RECORDS_MAX);
    scorer->call++;
    for (uint32_t i = 0; i < set->score_count; i++) {
        uint32_t score = set->order[i];
        struct scored *scored = &scorer->scores[score];
        if (set->scores[score]->object != object) continue;
        score_all(scorer, scored, records, count, as_of_ms);
        for (uint32_t r = 0; r < count; r++) values[(size_t)r * set->score_count + score] = scored->values[r];
    }
}

bool scorer_in_segment(struct scorer *scorer, uint32_t segment, uint32_t record, int64_t as_of_ms)
{
    struct scored *scored = &scorer->segments[segment];
    uint8_t inside[BLOCK_RECORDS];
    scorer->call++;
    scorer->lane = 0;
    scored->view.as_of_ms = as_of_ms;
    scored->view.seen = 0;
    learn_classes(scored);
    (void)tally_record(scored, record);
    load_inputs(scored, 0, record);
    evaluate_scope(scored->program, scored->block, inside);
    return inside[0] != 0;
}
