/* key_sort.c — short runs by insertion, then merged pairwise; and texts by a window of 8 bytes.
 *
 * Merging has no bad case that a file could provoke. Texts of one kind often begin alike
 * ("contact_00017", "https://..."), so their key is made of the 8 bytes behind what all
 * of them share; only texts that agree there too are compared as a whole. */
// SPDX-License-Identifier: Apache-2.0
#include "history/key_sort.h"

#include <string.h>

#include "base/arena.h"

#define RUN 12 /* items sorted by insertion */
#define KEY_BYTES 8

/* Must `b`, which stands behind `a`, move before it? */
static inline bool is_after(const struct key_sorter *sorter, const struct keyed *a, const struct keyed *b)
{
    if (a->key != b->key) return a->key > b->key;
    return sorter->before != NULL && sorter->before(sorter->context, b, a);
}

static size_t ordered_prefix(const struct key_sorter *sorter, const struct keyed *items, size_t count)
{
    size_t i = 1;
    while (i < count && !is_after(sorter, &items[i - 1], &items[i])) i++;
    return i;
}

/* Sort a short run whose first `ordered` items are in order. */
static void insertion_sort(const struct key_sorter *sorter, struct keyed *items, size_t ordered, size_t count)
{
    for (size_t i = ordered; i < count; i++) {
        struct keyed item = items[i];
        size_t to = i;
        while (to > 0 && is_after(sorter, &items[to - 1], &item)) {
            items[to] = items[to - 1];
            to--;
        }
        items[to] = item;
    }
}

/* Merge from[0..middle) and from[middle..count) into `to`. */
static void merge(const struct key_sorter *sorter, const struct keyed *from, size_t middle, size_t count,
                  struct keyed *to)
{
    size_t left = 0;
    size_t right = middle;
    if (middle >= count || !is_after(sorter, &from[middle - 1], &from[middle])) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        bool take_right = left == middle || (right < count && is_after(sorter, &from[left], &from[right]));
        to[i] = take_right ? from[right++] : from[left++];
    }
}

static void merge_sort(struct key_sorter *sorter, struct keyed *items, size_t count)
{
    if (sorter->capacity < count) {
        memory_free(sorter->scratch);
        sorter->capacity = count + count / 2;
        sorter->scratch = memory_resize(NULL, sorter->capacity, sizeof *items);
    }
    for (size_t at = 0; at < count; at += RUN)
        insertion_sort(sorter, items + at, 1, count - at < RUN ? count - at : RUN);
    struct keyed *from = items;
    struct keyed *to = sorter->scratch;
    for (size_t run = RUN; run < count; run *= 2) {
        for (size_t at = 0; at < count; at += 2 * run) {
            size_t here = count - at < 2 * run ? count - at : 2 * run;
            merge(sorter, from + at, run < here ? run : here, here, to + at);
        }
        struct keyed *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}

void key_sort(struct key_sorter *sorter, struct keyed *items, size_t count)
{
    if (count < 2) return;
    size_t ordered = ordered_prefix(sorter, items, count);
    if (ordered == count) return;
    if (count <= 2 * RUN) insertion_sort(sorter, items, ordered, count);
    else merge_sort(sorter, items, count);
}

void key_sorter_release(struct key_sorter *sorter)
{
    memory_free(sorter->scratch);
    sorter->scratch = NULL;
    sorter->capacity = 0;
}

/* How many bytes all these texts begin with in common. */
static size_t shared_prefix(const struct intern *texts, const uint32_t *codes, size_t count)
{
    struct str first = intern_at(texts, codes[0]);
    size_t shared = first.len;
    for (size_t i = 1; i < count && shared > 0; i++) {
        struct str text = intern_at(texts, codes[i]);
        if (text.len < shared) shared = text.len;
        size_t same = 0;
        while (same < shared && text.at[same] == first.at[same]) same++;
        shared = same;
    }
    return shared;
}

/* 8 bytes from `skip` on as a number that orders like them; a short text ends in zeros. */
static uint64_t window(struct str text, size_t skip)
{
    unsigned char bytes[KEY_BYTES] = {0};
    size_t left = text.len - skip;
    memcpy(bytes, text.at + skip, left < KEY_BYTES ? left : KEY_BYTES);
    uint64_t key = 0;
    for (size_t i = 0; i < KEY_BYTES; i++) key = key << 8 | bytes[i];
    return key;
}

static bool text_before(const void *context, const struct keyed *a, const struct keyed *b)
{
    const struct intern *texts = context;
    return str_compare(intern_at(texts, (uint32_t)a->value), intern_at(texts, (uint32_t)b->value)) < 0;
}

void sort_texts(const struct intern *texts, uint32_t *codes, size_t count)
{
    if (count < 2) return;
    size_t skip = shared_prefix(texts, codes, count);
    struct keyed *items = memory_resize(NULL, count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct keyed){.key = window(intern_at(texts, codes[i]), skip), .value = codes[i]};
    struct key_sorter sorter = {.before = text_before, .context = texts};
    key_sort(&sorter, items, count);
    for (size_t i = 0; i < count; i++) codes[i] = (uint32_t)items[i].value;
    key_sorter_release(&sorter);
    memory_free(items);
}
