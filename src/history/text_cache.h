/* text_cache.h — short texts that a column has met lately, told by two words.
 *
 * Most values of most columns are short and come again and again. A text of up to 16
 * bytes is its length, its first and its last 8 bytes, so it is recognised without
 * hashing and without following a pointer. What is not here is asked of the intern
 * table; forgetting costs nothing but time. Never outside src/history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_TEXT_CACHE_H
#define PLUMB_HISTORY_TEXT_CACHE_H

#include <stdbool.h>
#include <string.h>

#include "base/intern.h"

#define TEXT_CACHE_BITS 7
#define CACHED_TEXT_MAX 16 /* bytes */

struct cached_text {
    uint64_t head, tail;
    uint32_t length; /* 0: free; the empty text is never kept */
    uint32_t code;   /* in the intern table */
};

struct text_cache {
    struct cached_text texts[1 << TEXT_CACHE_BITS];
};

/* `text` without its code. */
static inline struct cached_text cached_text_of(struct str text)
{
    struct cached_text key = {.length = (uint32_t)text.len};
    if (text.len >= 8) {
        memcpy(&key.head, text.at, 8);
        memcpy(&key.tail, text.at + text.len - 8, 8);
    } else if (text.len >= 4) {
        memcpy(&key.head, text.at, 4);
        memcpy(&key.tail, text.at + text.len - 4, 4);
    } else {
        memcpy(&key.head, text.at, text.len);
    }
    return key;
}

static inline struct cached_text *cached_text_place(struct text_cache *cache, const struct cached_text *key)
{
    uint64_t mixed = (key->head * UINT64_C(0x9e3779b97f4a7c15)) ^ (key->tail + key->length);
    mixed *= UINT64_C(0xff51afd7ed558ccd);
    return &cache->texts[mixed >> (64 - TEXT_CACHE_BITS)];
}

/* intern_find, or with `add` intern_add. */
static inline uint32_t text_cache_code(struct text_cache *cache, struct intern *texts, struct str text, bool add)
{
    if (text.len == 0 || text.len > CACHED_TEXT_MAX) return add ? intern_add(texts, text) : intern_find(texts, text);
    struct cached_text key = cached_text_of(text);
    struct cached_text *place = cached_text_place(cache, &key);
    if (place->head == key.head && place->tail == key.tail && place->length == key.length) return place->code;
    key.code = add ? intern_add(texts, text) : intern_find(texts, text);
    if (key.code != INTERN_NONE) *place = key;
    return key.code;
}

#endif
