/* joins.c — identifiers, the pairs that calls carried, and a forest that unites them.
 *
 * Pairs are kept once, with their earliest instant, in an open hash table: a tracker
 * sends the same two identifiers with each call. */
// SPDX-License-Identifier: Apache-2.0
#include "files/joins.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"

struct pair {
    uint32_t a, b; /* identifiers, a < b; equal: the slot is free */
    int64_t at_ms; /* the earliest */
};

struct identifier {
    struct str text;  /* in the arena; an e-mail address with MAILTO before it */
    uint32_t contact; /* the builder's number */
    uint32_t parent;  /* in the forest: itself for a root */
    uint32_t row;     /* of a root: the contact in its tree that the contacts file has; RECORD_NONE: none */
    bool user;
};

struct joins {
    struct arena *arena;
    struct identifier *ids;
    uint64_t id_count, id_capacity;
    uint32_t *id_of; /* by the builder's number: 1 + identifier, 0: none */
    size_t contact_capacity;
    struct intern *emails;
    uint32_t *id_of_email; /* by intern code */
    size_t email_capacity;
    struct pair *pairs;
    size_t pair_count;
    size_t pair_capacity; /* a power of two, or 0 */
};

#define MAILTO "\x01" /* so that equal texts of both kinds have an order */

struct joins *joins_new(void)
{
    struct joins *joins = memory_alloc(sizeof *joins);
    joins->arena = arena_new();
    joins->emails = intern_new();
    return joins;
}

void joins_free(struct joins *joins)
{
    if (joins == NULL) return;
    arena_free(joins->arena);
    intern_free(joins->emails);
    memory_free(joins->ids);
    memory_free(joins->id_of);
    memory_free(joins->id_of_email);
    memory_free(joins->pairs);
    memory_free(joins);
}

static uint32_t add_identifier(struct joins *joins, struct str text, uint32_t contact)
{
    if (joins->id_count == joins->id_capacity) {
        joins->id_capacity = joins->id_capacity == 0 ? 1024 : joins->id_capacity * 2;
        joins->ids = memory_resize(joins->ids, joins->id_capacity, sizeof *joins->ids);
    }
    INVARIANT(joins->id_count < UINT32_MAX); /* RECORDS_MAX ids, and no more e-mail addresses than rows */
    uint32_t id = (uint32_t)joins->id_count++;
    joins->ids[id] = (struct identifier){.text = text, .contact = contact, .parent = id};
    return id;
}

uint32_t joins_id(struct joins *joins, struct str id, uint32_t contact, bool user)
{
    if (contact >= joins->contact_capacity) {
        size_t before = joins->contact_capacity;
        joins->contact_capacity = (size_t)contact * 2 + 1024;
        joins->id_of = memory_resize(joins->id_of, joins->contact_capacity, sizeof *joins->id_of);
        memset(joins->id_of + before, 0, (joins->contact_capacity - before) * sizeof *joins->id_of);
    }
    if (joins->id_of[contact] == 0)
        joins->id_of[contact] = add_identifier(joins, arena_str(joins->arena, id), contact) + 1;
    uint32_t identifier = joins->id_of[contact] - 1;
    if (user) joins->ids[identifier].user = true;
    return identifier;
}

uint32_t joins_email(struct joins *joins, struct str email, uint32_t contact)
{
    uint32_t known = intern_count(joins->emails);
    uint32_t code = intern_add(joins->emails, email);
    if (code < known) return joins->id_of_email[code];
    if (code >= joins->email_capacity) {
        joins->email_capacity = joins->email_capacity == 0 ? 1024 : joins->email_capacity * 2;
        joins->id_of_email = memory_resize(joins->id_of_email, joins->email_capacity, sizeof *joins->id_of_email);
    }
    struct str text = arena_format(joins->arena, MAILTO STR_FMT, STR_ARG(email));
    joins->id_of_email[code] = add_identifier(joins, text, contact);
    return joins->id_of_email[code];
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
        struct str a = joins->ids[pair->a].text;
        struct str b = joins->ids[pair->b].text;
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
    uint32_t count = (uint32_t)joins->id_count;
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
            (void)history_builder_record(builder, ENTITY_CONTACT, joins->ids[id].text, true);
}
