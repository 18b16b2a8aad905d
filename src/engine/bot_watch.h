/* bot_watch.h — what only shows over time: pages faster than anybody reads, mails opened before anybody can.
 *
 *     struct bot_watch *watch = bot_watch_new(65536);
 *     bot_watch_delivered(watch, contact, STR("mail-7"), at_ms);
 *     struct str why = bot_watch_clicked(watch, contact, STR("mail-7"), STR("https://..."), 0, at_ms);
 *
 * It remembers a fixed number of contacts and messages, the latest ones; what it has forgotten is judged as if it
 * were new. Evidence holds for the fact that is asked about and those that follow: what was taken before stays.
 * Times are arguments and need not be in order. One thread at a time. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_BOT_WATCH_H
#define PLUMB_ENGINE_BOT_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define BOT_PAGES_PER_SECOND 5 /* one more is automatic, and so is the next minute */
#define BOT_BURST_MS (60 * INT64_C(1000))
#define BOT_AT_ONCE_MS INT64_C(2000) /* after delivery, and for several links of one message */
#define BOT_LINKS_AT_ONCE 3          /* or all links of a message that has two */

struct bot_watch; /* opaque; see bot_watch.c */

/* `remembered`: contacts and messages, rounded up to a power of two; 96 bytes each. */
struct bot_watch *bot_watch_new(size_t remembered);
void bot_watch_free(struct bot_watch *watch); /* NULL is fine */
/* As new: when what it was shown has not come to pass, and will be told again. */
void bot_watch_forget(struct bot_watch *watch);
size_t bot_watch_bytes(const struct bot_watch *watch);

/* Evidence (bot.h) or the empty text. */
struct str bot_watch_page(struct bot_watch *watch, uint32_t contact, int64_t at_ms);

/* A message is known by any text that is its own for this contact. */
void bot_watch_delivered(struct bot_watch *watch, uint32_t contact, struct str message, int64_t at_ms);
struct str bot_watch_opened(struct bot_watch *watch, uint32_t contact, struct str message, int64_t at_ms);
/* `links`: how many different ones the message has, 0 when that is not known. */
struct str bot_watch_clicked(struct bot_watch *watch, uint32_t contact, struct str message, struct str link,
                             uint32_t links, int64_t at_ms);

#endif
