/* layout_classes.c — which properties of events live in classes, and the classes.
 *
 * Properties are demoted to rows by falling number of different values (ties: by name),
 * all that have more than EVENT_CLASS_VALUES_MAX and as many more as it takes for the
 * classes to be at most EVENT_CLASSES_MAX. Demoting one more property never makes more
 * classes, so the number to demote is found by halving. With all demoted, classes are
 * names and bot marks, which the door keeps below the limit.
 *
 * Classes are numbered by name, bot mark, then properties (name, value) in the order of
 * names: the content of an event, not its arrival, decides its class_id. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "history/builder_internal.h"

#define NO_CLASS UINT32_MAX
#define SORTED_BY_INSERTION 32

/* ---- Gathering the properties of an event, in the order of their names. ---- */

void layout_gather(const struct layout *layout, const uint32_t *staged, uint32_t count, bool demoted,
                   struct pair_list *list)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t property = staged[2 * i];
        if (layout->demoted[property] != demoted) continue;
        list->pairs = grown(list->pairs, list->count, &list->capacity, sizeof *list->pairs);
        list->pairs[list->count++] = (struct ranked_pair){
            .rank = layout->name_rank[property],
            .property = property,
            .code = layout->codes[property][staged[2 * i + 1]],
        };
    }
}

static int compare_ranks(const void *a, const void *b)
{
    uint32_t left = ((const struct ranked_pair *)a)->rank;
    uint32_t right = ((const struct ranked_pair *)b)->rank;
    return (left > right) - (left < right);
}

void layout_sort_pairs(struct pair_list *list)
{
    if (list->count > SORTED_BY_INSERTION) {
        qsort(list->pairs, list->count, sizeof *list->pairs, compare_ranks);
        return;
    }
    for (uint64_t i = 1; i < list->count; i++) {
        struct ranked_pair pair = list->pairs[i];
        uint64_t to = i;
        for (; to > 0 && list->pairs[to - 1].rank > pair.rank; to--) list->pairs[to] = list->pairs[to - 1];
        list->pairs[to] = pair;
    }
}

/* ---- Final tuples: name and bot, then (property, final code) in the order of names. ---- */

static struct str tuple_text(const uint32_t *words, uint64_t count)
{
    return (struct str){(const char *)words, count * sizeof *words};
}

/* A tuple or the like, copied from an intern table to where words may be read. */
static uint32_t *words_of(struct str text, uint32_t *count)
{
    uint32_t *words = memory_resize(NULL, text.len, 1);
    memcpy(words, text.at, text.len);
    *count = (uint32_t)(text.len / sizeof *words);
    return words;
}

/* `list` as a tuple in `words`, which has room for it. */
static struct str final_tuple(uint32_t head, const struct pair_list *list, uint32_t *words)
{
    words[0] = head;
    for (uint64_t i = 0; i < list->count; i++) {
        words[1 + 2 * i] = list->pairs[i].property;
        words[2 + 2 * i] = list->pairs[i].code;
    }
    return tuple_text(words, 1 + 2 * list->count);
}

/* The index of the tuple that a provisional class and (when not NULL) a group of rows
 * make, added when `add`. */
static uint32_t tuple_index(struct intern *tuples, const struct layout *layout, uint32_t class, const uint32_t *group,
                            struct pair_list *list, bool add)
{
    uint32_t word_count;
    uint32_t *words = words_of(intern_at(layout->builder->events.classes, class), &word_count);
    list->count = 0;
    layout_gather(layout, words + 1, (word_count - 1) / 2, false, list);
    if (group != NULL) {
        uint32_t row_count = group[1] & ~ROWS_PRESSED;
        layout_gather(layout, group + ROWS_HEAD, row_count, false, list);
        words = memory_resize(words, word_count + 2 * (size_t)row_count, sizeof *words);
    }
    layout_sort_pairs(list);
    struct str tuple = final_tuple(words[0], list, words);
    uint32_t index = add ? intern_add(tuples, tuple) : intern_find(tuples, tuple);
    memory_free(words);
    return index;
}

uint32_t layout_pressed_class(const struct layout *layout, uint32_t class, const uint32_t *group,
                              struct pair_list *list)
{
    return tuple_index(layout->tuples, layout, class, group, list, false);
}

/* ---- How many properties to demote. ---- */

struct candidate {
    uint32_t property;
    uint32_t values;
    uint32_t rank;
};

static int by_values(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->values != right->values) return left->values > right->values ? -1 : 1;
    return (left->rank > right->rank) - (left->rank < right->rank);
}

/* The properties of events that have values, by falling number of them. */
static struct candidate *list_candidates(const struct layout *layout, uint32_t *count)
{
    const struct history *history = layout->history;
    struct candidate *list = memory_array(history->property_count, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < history->property_count; i++) {
        uint32_t values = history->event_properties[i].value_count;
        if (values > 1) list[(*count)++] = (struct candidate){i, values - 1, layout->name_rank[i]};
    }
    qsort(list, *count, sizeof *list, by_values);
    return list;
}

/* Make the tuples of all events with the current demotions. False when they are too many. */
static bool make_tuples(struct layout *layout, struct pair_list *list)
{
    const struct event_stage *events = &layout->builder->events;
    uint32_t provisional = intern_count(events->classes);
    intern_free(layout->tuples);
    layout->tuples = intern_new();
    for (uint32_t i = 0; i < provisional; i++) {
        layout->class_of[i] = NO_CLASS;
        if (!events->plain[i]) continue;
        layout->class_of[i] = tuple_index(layout->tuples, layout, i, NULL, list, true);
        if (layout->class_of[i] >= EVENT_CLASSES_MAX) return false;
    }
    uint64_t next;
    for (uint64_t at = ROWS_HEAD; events->pressed && at < events->row_words; at = next) {
        const uint32_t *group = events->rows + at;
        next = at + ROWS_HEAD + 2 * (uint64_t)(group[1] & ~ROWS_PRESSED);
        if ((group[1] & ROWS_PRESSED) == 0) continue;
        uint32_t class = builder_event_at(events, group[0])->class;
        if (tuple_index(layout->tuples, layout, class, group, list, true) >= EVENT_CLASSES_MAX) return false;
    }
    return true;
}

static bool fits(struct layout *layout, const struct candidate *candidates, uint32_t count, uint32_t demote,
                 struct pair_list *list)
{
    for (uint32_t i = 0; i < count; i++) layout->demoted[candidates[i].property] = i < demote;
    return make_tuples(layout, list);
}

static void demote(struct layout *layout, struct pair_list *list)
{
    uint32_t count;
    struct candidate *candidates = list_candidates(layout, &count);
    uint32_t least = 0; /* to demote: at least this many, at most `most` */
    while (least < count && candidates[least].values > EVENT_CLASS_VALUES_MAX) least++;
    if (!fits(layout, candidates, count, least, list)) {
        uint32_t most = count;
        least++;
        while (least < most) {
            uint32_t middle = least + (most - least) / 2;
            if (fits(layout, candidates, count, middle, list)) most = middle;
            else least = middle + 1;
        }
        bool fit = fits(layout, candidates, count, least, list);
        INVARIANT(fit);
    }
    memory_free(candidates);
}

/* ---- Numbering, and the classes themselves. ---- */

struct class_order {
    const struct layout *layout;
    uint32_t **words; /* by tuple index */
    uint32_t *counts; /* of words */
};

static bool class_before(const void *context, const struct keyed *a, const struct keyed *b)
{
    const struct class_order *order = context;
    const uint32_t *left = order->words[a->value];
    const uint32_t *right = order->words[b->value];
    uint32_t left_count = order->counts[a->value];
    uint32_t right_count = order->counts[b->value];
    for (uint32_t i = 1; i < left_count && i < right_count; i += 2) {
        if (left[i] != right[i]) return order->layout->name_rank[left[i]] < order->layout->name_rank[right[i]];
        if (left[i + 1] != right[i + 1]) return left[i + 1] < right[i + 1];
    }
    return left_count < right_count;
}

static void fill_class(const struct layout *layout, const uint32_t *words, uint32_t count, struct event_class *out)
{
    struct arena *arena = layout->history->arena;
    uint32_t property_count = (count - 1) / 2;
    struct class_property *properties = ARENA_ARRAY(arena, struct class_property, property_count);
    for (uint32_t i = 0; i < property_count; i++)
        properties[i] = (struct class_property){words[1 + 2 * i], words[2 + 2 * i]};
    struct str name = arena_str(arena, intern_at(layout->builder->events.names, words[0] / 2));
    struct str folded = unicode_fold(arena, name);
    *out = (struct event_class){
        .name = name,
        .folded = folded,
        .bot = words[0] % 2 != 0,
        .reserved = str_starts_with(folded, STR("plumb.")),
        .properties = properties,
        .property_count = property_count,
    };
}

/* Each name's place in the order of bytes. */
static uint32_t *rank_names(const struct intern *names)
{
    uint32_t count = intern_count(names);
    uint32_t *order = memory_array(count, sizeof *order);
    uint32_t *rank = memory_array(count, sizeof *rank);
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    sort_texts(names, order, count);
    for (uint32_t i = 0; i < count; i++) rank[order[i]] = i;
    memory_free(order);
    return rank;
}

static void number_classes(struct layout *layout)
{
    struct history *history = layout->history;
    uint32_t count = intern_count(layout->tuples);
    struct class_order order = {
        .layout = layout,
        .words = memory_array(count, sizeof *order.words),
        .counts = memory_array(count, sizeof *order.counts),
    };
    uint32_t *rank = rank_names(layout->builder->events.names);
    struct keyed *items = memory_array(count, sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        order.words[i] = words_of(intern_at(layout->tuples, i), &order.counts[i]);
        uint32_t head = order.words[i][0];
        items[i] = (struct keyed){.key = (uint64_t)rank[head / 2] * 2 + head % 2, .value = i};
    }
    layout->sorter.before = class_before;
    layout->sorter.context = &order;
    key_sort(&layout->sorter, items, count);
    layout->class_ids = memory_array(count, sizeof *layout->class_ids);
    history->class_count = count;
    history->classes = ARENA_ARRAY(history->arena, struct event_class, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t index = items[i].value;
        layout->class_ids[index] = (uint16_t)i;
        fill_class(layout, order.words[index], order.counts[index], &history->classes[i]);
        memory_free(order.words[index]);
    }
    memory_free(items);
    memory_free(rank);
    memory_free(order.words);
    memory_free(order.counts);
}

/* Where the names of properties stand in the order of bytes. */
static void rank_properties(struct layout *layout)
{
    uint32_t count = layout->history->property_count;
    layout->name_rank = memory_array(count, sizeof *layout->name_rank);
    struct intern *names = intern_new();
    uint32_t *name_of = memory_array(count, sizeof *name_of);
    for (uint32_t i = 0; i < count; i++) name_of[i] = intern_add(names, catalog_at(layout->history->catalog, i)->name);
    uint32_t *rank = rank_names(names);
    for (uint32_t i = 0; i < count; i++) layout->name_rank[i] = rank[name_of[i]];
    memory_free(rank);
    memory_free(name_of);
    intern_free(names);
}

uint64_t layout_append_tail(struct event_stage *events, const struct pair_list *list)
{
    uint64_t begin = events->row_words == 0 ? ROWS_HEAD : events->row_words;
    uint64_t end = begin + ROWS_HEAD + 2 * list->count;
    if (end > events->row_capacity) {
        events->row_capacity = end * 2;
        events->rows = memory_resize(events->rows, events->row_capacity, sizeof *events->rows);
    }
    events->rows[begin] = 0;
    events->rows[begin + 1] = (uint32_t)list->count;
    for (uint64_t i = 0; i < list->count; i++) {
        events->rows[begin + ROWS_HEAD + 2 * i] = list->pairs[i].property;
        events->rows[begin + ROWS_HEAD + 2 * i + 1] = list->pairs[i].code;
    }
    events->row_words = end;
    return begin;
}

/* Provisional classes may hold properties that are demoted now: one group of rows for
 * each such class, shared by its events. */
static void make_tails(struct layout *layout, struct pair_list *list)
{
    struct event_stage *events = &layout->builder->events;
    uint32_t provisional = intern_count(events->classes);
    for (uint32_t i = 0; i < provisional; i++) {
        uint32_t word_count;
        uint32_t *words = words_of(intern_at(events->classes, i), &word_count);
        list->count = 0;
        layout_gather(layout, words + 1, (word_count - 1) / 2, true, list);
        memory_free(words);
        if (list->count == 0) continue;
        layout_sort_pairs(list);
        if (layout->tail_of == NULL) layout->tail_of = memory_array(provisional, sizeof *layout->tail_of);
        layout->tail_of[i] = layout_append_tail(events, list);
    }
}

void layout_classes(struct layout *layout)
{
    struct pair_list list = {0};
    uint32_t provisional = intern_count(layout->builder->events.classes);
    layout->demoted = memory_array(layout->history->property_count, sizeof *layout->demoted);
    layout->class_of = memory_array(provisional, sizeof *layout->class_of);
    rank_properties(layout);
    demote(layout, &list);
    number_classes(layout);
    layout->row_words = layout->builder->events.row_words;
    make_tails(layout, &list);
    memory_free(list.pairs);
}
