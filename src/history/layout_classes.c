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
        list->pairs = list_grown(list->pairs, list->count, &list->capacity, sizeof *list->pairs);
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

static struct tuple final_tuple(uint32_t head, struct pair_list *list)
{
    uint32_t count = 1 + 2 * (uint32_t)list->count;
    if (list->word_capacity < count) {
        list->word_capacity = (uint64_t)count * 2;
        list->words = memory_resize(list->words, list->word_capacity, sizeof *list->words);
    }
    list->words[0] = head;
    for (uint32_t i = 0; i < list->count; i++) {
        list->words[1 + 2 * i] = list->pairs[i].property;
        list->words[2 + 2 * i] = list->pairs[i].code;
    }
    return (struct tuple){list->words, count};
}

/* The tuple that a provisional class and (when not NULL) a group of rows make. */
static struct tuple projected(const struct layout *layout, uint32_t class, const uint32_t *group,
                              struct pair_list *list)
{
    struct tuple staged = tuple_set_at(&layout->builder->events.classes, class);
    list->count = 0;
    layout_gather(layout, staged.words + 1, (staged.count - 1) / 2, false, list);
    if (group != NULL) layout_gather(layout, group + ROWS_HEAD, group[1] & ~ROWS_PRESSED, false, list);
    layout_sort_pairs(list);
    return final_tuple(staged.words[0], list);
}

uint32_t layout_pressed_class(const struct layout *layout, uint32_t class, const uint32_t *group,
                              struct pair_list *list)
{
    return tuple_set_find(&layout->tuples, projected(layout, class, group, list));
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
        uint32_t values = history->event_properties[i].values.count;
        if (values > 1) list[(*count)++] = (struct candidate){i, values - 1, layout->name_rank[i]};
    }
    qsort(list, *count, sizeof *list, by_values);
    return list;
}

/* Make the tuples of all events with the current demotions. False when they are too many. */
static bool make_tuples(struct layout *layout, struct pair_list *list)
{
    const struct event_stage *events = &layout->builder->events;
    uint32_t provisional = events->classes.count;
    tuple_set_release(&layout->tuples);
    tuple_set_init(&layout->tuples, layout->builder->hash_seed);
    for (uint32_t i = 0; i < provisional; i++) {
        layout->class_of[i] = NO_CLASS;
        if (!events->plain[i]) continue;
        layout->class_of[i] = tuple_set_add(&layout->tuples, projected(layout, i, NULL, list));
        if (layout->class_of[i] >= EVENT_CLASSES_MAX) return false;
    }
    uint64_t next;
    for (uint64_t at = ROWS_HEAD; events->pressed && at < events->row_words; at = next) {
        const uint32_t *group = events->rows + at;
        next = at + ROWS_HEAD + 2 * (uint64_t)(group[1] & ~ROWS_PRESSED);
        if ((group[1] & ROWS_PRESSED) == 0) continue;
        uint32_t class = builder_event_at(events, group[0])->class;
        if (tuple_set_add(&layout->tuples, projected(layout, class, group, list)) >= EVENT_CLASSES_MAX) return false;
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

/* Of tuples with the same name and bot mark. */
static bool class_before(const void *context, const struct keyed *a, const struct keyed *b)
{
    const struct layout *layout = context;
    struct tuple left = tuple_set_at(&layout->tuples, (uint32_t)a->value);
    struct tuple right = tuple_set_at(&layout->tuples, (uint32_t)b->value);
    for (uint32_t i = 1; i < left.count && i < right.count; i += 2) {
        uint32_t left_rank = layout->name_rank[left.words[i]];
        uint32_t right_rank = layout->name_rank[right.words[i]];
        if (left_rank != right_rank) return left_rank < right_rank;
        if (left.words[i + 1] != right.words[i + 1]) return left.words[i + 1] < right.words[i + 1];
    }
    return left.count < right.count;
}

static void fill_class(const struct layout *layout, struct tuple tuple, struct event_class *out)
{
    struct arena *arena = layout->history->arena;
    uint32_t property_count = (tuple.count - 1) / 2;
    struct class_property *properties = ARENA_ARRAY(arena, struct class_property, property_count);
    for (uint32_t i = 0; i < property_count; i++)
        properties[i] = (struct class_property){tuple.words[1 + 2 * i], tuple.words[2 + 2 * i]};
    struct str name = arena_str(arena, intern_at(layout->builder->events.names, tuple.words[0] / 2));
    struct str folded = unicode_fold(arena, name);
    *out = (struct event_class){
        .name = name,
        .folded = folded,
        .bot = tuple.words[0] % 2 != 0,
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
    uint32_t count = layout->tuples.count;
    uint32_t *rank = rank_names(layout->builder->events.names);
    struct keyed *items = memory_array(count, sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t head = tuple_set_at(&layout->tuples, i).words[0];
        items[i] = (struct keyed){.key = (uint64_t)rank[head / 2] * 2 + head % 2, .value = i};
    }
    layout->sorter.before = class_before;
    layout->sorter.context = layout;
    key_sort(&layout->sorter, items, count);
    layout->class_ids = memory_array(count, sizeof *layout->class_ids);
    history->class_count = count;
    history->classes = ARENA_ARRAY(history->arena, struct event_class, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = (uint32_t)items[i].value;
        layout->class_ids[index] = (uint16_t)i;
        fill_class(layout, tuple_set_at(&layout->tuples, index), &history->classes[i]);
    }
    memory_free(items);
    memory_free(rank);
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
    uint32_t provisional = events->classes.count;
    for (uint32_t i = 0; i < provisional; i++) {
        struct tuple tuple = tuple_set_at(&events->classes, i);
        list->count = 0;
        layout_gather(layout, tuple.words + 1, (tuple.count - 1) / 2, true, list);
        if (list->count == 0) continue;
        layout_sort_pairs(list);
        if (layout->tail_of == NULL) layout->tail_of = memory_array(provisional, sizeof *layout->tail_of);
        layout->tail_of[i] = layout_append_tail(events, list);
    }
}

void layout_classes(struct layout *layout)
{
    struct pair_list list = {0};
    uint32_t provisional = layout->builder->events.classes.count;
    layout->demoted = memory_array(layout->history->property_count, sizeof *layout->demoted);
    layout->class_of = memory_array(provisional, sizeof *layout->class_of);
    rank_properties(layout);
    demote(layout, &list);
    number_classes(layout);
    layout->row_words = layout->builder->events.row_words;
    make_tails(layout, &list);
    memory_free(list.pairs);
    memory_free(list.words);
}
