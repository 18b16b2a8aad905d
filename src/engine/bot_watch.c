/* bot_watch.c — a small memory of what contacts and messages did last.
 *
 * The memory is an array of sets of WAYS entries. A key's hash names its set; in a full set the entry that was touched
 * longest ago gives way. Two keys of one hash share an entry, which is a matter of 64 bits. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot_watch.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

#define WAYS 4
#define NEVER INT64_MIN

struct entry {
    uint64_t key;     /* 0: free */
    uint64_t touched; /* a count that grows with each question */
    union {
        struct {
            int64_t at_ms[BOT_PAGES_PER_SECOND]; /* the last ones, a ring */
            uint32_t next;
            int64_t burst_ms; /* the latest one */
        } pages;
        struct {
            int64_t delivered_ms;
            uint64_t link[BOT_LINKS_AT_ONCE]; /* the last different ones, a ring of hashes */
            int64_t clicked_ms[BOT_LINKS_AT_ONCE];
            uint32_t next;
        } message;
    };
};

struct bot_watch {
    struct entry *entries; /* [set_count * WAYS] */
    size_t set_count;      /* a power of two */
    uint64_t questions;
};

_Static_assert(sizeof(struct entry) <= 96, "as bot_watch.h says");

struct bot_watch *bot_watch_new(size_t remembered)
{
    struct bot_watch *watch = memory_alloc(sizeof(*watch));
    watch->set_count = 1;
    while (watch->set_count * WAYS < remembered) watch->set_count *= 2;
    watch->entries = memory_array(watch->set_count * WAYS, sizeof(struct entry));
    return watch;
}

void bot_watch_free(struct bot_watch *watch)
{
    if (watch == NULL) return;
    memory_free(watch->entries);
    memory_free(watch);
}

void bot_watch_forget(struct bot_watch *watch)
{
    memset(watch->entries, 0, watch->set_count * WAYS * sizeof(struct entry));
}

size_t bot_watch_bytes(const struct bot_watch *watch)
{
    return sizeof(*watch) + watch->set_count * WAYS * sizeof(struct entry);
}

/* The entry of a key; *is_new when nothing is known of it any more. */
static struct entry *entry_of(struct bot_watch *watch, uint64_t key, bool *is_new)
{
    struct entry *set = &watch->entries[(key & (watch->set_count - 1)) * WAYS];
    struct entry *chosen = &set[0];
    key |= UINT64_C(1) << 63; /* never that of a free entry */
    *is_new = true;
    for (size_t i = 0; i < WAYS && *is_new; i++) {
        if (set[i].key == key) *is_new = false;
        if (set[i].key == key || set[i].touched < chosen->touched) chosen = &set[i];
    }
    if (*is_new) *chosen = (struct entry){.key = key};
    chosen->touched = ++watch->questions;
    return chosen;
}

static bool within(int64_t a_ms, int64_t b_ms, int64_t most_ms)
{
    if (a_ms == NEVER || b_ms == NEVER) return false;
    return a_ms > b_ms ? a_ms - b_ms <= most_ms : b_ms - a_ms <= most_ms;
}

struct str bot_watch_page(struct bot_watch *watch, uint32_t contact, int64_t at_ms)
{
    bool is_new = false;
    struct str number = {(const char *)&contact, sizeof(contact)};
    struct entry *entry = entry_of(watch, str_hash(number, 1), &is_new);
    if (is_new) {
        for (size_t i = 0; i < BOT_PAGES_PER_SECOND; i++) entry->pages.at_ms[i] = NEVER;
        entry->pages.burst_ms = NEVER;
    }
    int64_t *oldest_ms = &entry->pages.at_ms[entry->pages.next];
    if (within(*oldest_ms, at_ms, 999)) entry->pages.burst_ms = at_ms;
    *oldest_ms = at_ms;
    entry->pages.next = (entry->pages.next + 1) % BOT_PAGES_PER_SECOND;
    return within(entry->pages.burst_ms, at_ms, BOT_BURST_MS) ? STR("more than 5 pages within a second") : STR("");
}

static struct entry *message_of(struct bot_watch *watch, uint32_t contact, struct str message)
{
    bool is_new = false;
    struct entry *entry = entry_of(watch, str_hash(message, UINT64_C(2) + contact), &is_new);
    if (!is_new) return entry;
    entry->message.delivered_ms = NEVER;
    for (size_t i = 0; i < BOT_LINKS_AT_ONCE; i++) entry->message.clicked_ms[i] = NEVER;
    return entry;
}

void bot_watch_delivered(struct bot_watch *watch, uint32_t contact, struct str message, int64_t at_ms)
{
    message_of(watch, contact, message)->message.delivered_ms = at_ms;
}

struct str bot_watch_opened(struct bot_watch *watch, uint32_t contact, struct str message, int64_t at_ms)
{
    const struct entry *entry = message_of(watch, contact, message);
    if (within(entry->message.delivered_ms, at_ms, BOT_AT_ONCE_MS)) return STR("opened within 2 s of its delivery");
    return STR("");
}

/* Keep the click, and count the different links that were clicked with it. */
static uint32_t clicked_together(struct entry *entry, uint64_t link, int64_t at_ms)
{
    uint32_t place = entry->message.next, count = 0;
    bool known = false;
    for (uint32_t i = 0; i < BOT_LINKS_AT_ONCE; i++) {
        if (entry->message.clicked_ms[i] == NEVER || entry->message.link[i] != link) continue;
        place = i;
        known = true;
    }
    if (!known) entry->message.next = (place + 1) % BOT_LINKS_AT_ONCE;
    entry->message.link[place] = link;
    entry->message.clicked_ms[place] = at_ms;
    for (uint32_t i = 0; i < BOT_LINKS_AT_ONCE; i++)
        if (within(entry->message.clicked_ms[i], at_ms, BOT_AT_ONCE_MS)) count++;
    return count;
}

struct str bot_watch_clicked(struct bot_watch *watch, uint32_t contact, struct str message, struct str link,
                             uint32_t links, int64_t at_ms)
{
    struct entry *entry = message_of(watch, contact, message);
    uint32_t together = clicked_together(entry, str_hash(link, 0), at_ms);
    if (within(entry->message.delivered_ms, at_ms, BOT_AT_ONCE_MS)) return STR("clicked within 2 s of its delivery");
    if (together >= BOT_LINKS_AT_ONCE || (links == 2 && together == 2))
        return STR("clicked several links of one message within 2 s");
    return STR("");
}
