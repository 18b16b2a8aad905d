/* joins.c — identifiers, the pairs that calls carried, and a forest that unites them.
 *
 * Pairs are kept once, with their earliest instant, in an open hash table: a tracker
 * sends the same two identifiers with each call. */
// SPDX-License-Identifier: Apache-2.0
#include "app/joins.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"

struct pair {
    uint32_t a, b; /* identifiers, a < b; equal: the slot is free */
    int64_t at_ms; /* the earliest */
};

struct identifier {
    uint32_t contact; /* the builder's number */
    uint32_t parent;  /* in the forest: itself for a root */
    uint32_t row;     /* of a root: the contact in its tree that the contacts file has; RECORD_NONE: none */
    bool user;
};

struct joins {
    struct intern *texts;   /* of e-mails with MAILTO before them */
    struct identifier *ids; /* by intern code */
    size_t id_capacity;
    struct pair *pairs;
    size_t pair_count;
    size_t pair_capacity; /* a power of two, or 0 */
    struct buf key;
};

#define MAILTO '\x01' /* no id begins with it but by malice, which then gains nothing */
#define KEY_BYTES_MAX ((size_t)4096)

struct joins *joins_new(void)
{
    struct joins *joins = memory_alloc(sizeof(*joins));
    joins->texts = intern_new();
    joins->key = (struct buf)BUF_INIT(KEY_BYTES_MAX);
    return joins;
}

void joins_free(struct joins *joins)
{
    if (joins == NULL) return;
    intern_free(joins->texts);
    memory_free(joins->ids);
    memory_free(joins->pairs);
    buf_release(&joins->key);
    memory_free(joins);
}

uint32_t joins_id(struct joins *joins, struct str id, uint32_t contact, bool user)
{
    uint32_t known = intern_count(joins->texts);
    uint32_t code = intern_add(joins->texts, id);
    if (code >= joins->id_capacity) {
        joins->id_capacity = joins->id_capacity == 0 ? 1024 : joins->id_capacity * 2;
        joins->ids = memory_resize(joins->ids, joins->id_capacity, sizeof(struct identifier));
    }
    if (code == known) joins->ids[code] = (struct identifier){.contact = contact, .parent = code};
    if (user) joins->ids[code].user = true;
    return code;
}

uint32_t joins_email(struct joins *joins, struct str email, uint32_t contact)
{
    buf_clear(&joins->key);
    buf_append_char(&joins->key, MAILTO);
    buf_append(&joins->key, email);
    INVARIANT(!joins->key.failed);
    return joins_id(joins, buf_str(&joins->key), contact, false);
}

static struct pair *find_slot(struct pair *pairs, size_t capacity, uint32_t a, uint32_t b)
{
    uint64_t hash = (((uint64_t)a << 32) | b) * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(hash >> 20) & (capacity - 1);
    while (pairs[slot].a != pairs[slot].b && (pairs[slot].a != a || pairs[slot].b != b))
        slot = (slot + 1) & (capacity - 1);
    return &pairs[slot];
}

static void grow(struct joins *joins)
{
    size_t capacity = joins->pair_capacity == 0 ? 1024 : joins->pair_capacity * 2;
    struct pair *pairs = memory_array(capacity, sizeof(struct pair));
    for (size_t i = 0; i < joins->pair_capacity; i++) {
        const struct pair *old = &joins->pairs[i];
        if (old->a != old->b) *find_slot(pairs, capacity, old->a, old->b) = *old;
    }
    memory_free(joins->pairs);
    joins->pairs = pairs;
    joins->pair_capacity = capacity;
}

void joins_add(struct joins *joins, uint32_t a, uint32_t b, int64_t at_ms)
{
    if (a == b) return;
    if (joins->pair_count * 2 >= joins->pair_capacity) grow(joins);
    uint32_t low = a < b ? a : b;
    uint32_t high = a < b ? b : a;
    struct pair *pair = find_slot(joins->pairs, joins->pair_capacity, low, high);
    if (pair->a != pair->b) {
        if (at_ms < pair->at_ms) pair->at_ms = at_ms;
        return;
    }
    *pair = (struct pair){.a = low, .b = high, .at_ms = at_ms};
    joins->pair_count++;
}

/* A pair with its texts in their own order, which is not that of their numbers. */
struct ordered_pair {
    int64_t at_ms;
    struct str low, high;
    uint32_t a, b;
};

static int compare_pairs(const void *left, const void *right)
{
    const struct ordered_pair *l = left;
    const struct ordered_pair *r = right;
    if (l->at_ms != r->at_ms) return l->at_ms < r->at_ms ? -1 : 1;
    int order = str_compare(l->low, r->low);
    return order != 0 ? order : str_compare(l->high, r->high);
}

static uint32_t root_of(struct joins *joins, uint32_t id)
{
    while (joins->ids[id].parent != id) {
        joins->ids[id].parent = joins->ids[joins->ids[id].parent].parent;
        id = joins->ids[id].parent;
    }
    return id;
}

static struct ordered_pair *order_pairs(const struct joins *joins)
{
    struct ordered_pair *ordered = memory_array(joins->pair_count, sizeof(struct ordered_pair));
    size_t count = 0;
    for (size_t i = 0; i < joins->pair_capacity; i++) {
        const struct pair *pair = &joins->pairs[i];
        if (pair->a == pair->b) continue;
        struct str a = intern_at(joins->texts, pair->a);
        struct str b = intern_at(joins->texts, pair->b);
        bool a_first = str_compare(a, b) < 0;
        ordered[count++] = (struct ordered_pair){
            .at_ms = pair->at_ms, .a = pair->a, .b = pair->b, .low = a_first ? a : b, .high = a_first ? b : a};
    }
    INVARIANT(count == joins->pair_count);
    qsort(ordered, count, sizeof(struct ordered_pair), compare_pairs);
    return ordered;
}

void joins_apply(struct joins *joins, struct history_builder *builder,
                 bool (*is_row)(const void *context, uint32_t contact), const void *context)
{
    uint32_t count = intern_count(joins->texts);
    for (uint32_t id = 0; id < count; id++) {
        uint32_t contact = joins->ids[id].contact;
        joins->ids[id].row = is_row(context, contact) ? contact : RECORD_NONE;
    }
    struct ordered_pair *ordered = order_pairs(joins);
    for (size_t i = 0; i < joins->pair_count; i++) {
        uint32_t a = root_of(joins, ordered[i].a);
        uint32_t b = root_of(joins, ordered[i].b);
        if (a == b) continue;
        uint32_t row = joins->ids[a].row;
        uint32_t other_row = joins->ids[b].row;
        if (row != RECORD_NONE && other_row != RECORD_NONE && row != other_row) continue; /* the later gives way */
        joins->ids[b].parent = a;
        if (row == RECORD_NONE) joins->ids[a].row = other_row;
        uint32_t contact = joins->ids[ordered[i].a].contact;
        uint32_t other = joins->ids[ordered[i].b].contact;
        if (contact != other) history_builder_join(builder, contact, other);
    }
    memory_free(ordered);
    for (uint32_t id = 0; id < count; id++)
        if (joins->ids[id].user && joins->ids[root_of(joins, id)].row == RECORD_NONE)
            (void)history_builder_record(builder, ENTITY_CONTACT, intern_at(joins->texts, id), true);
}
