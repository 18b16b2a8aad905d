/* bot_judge.h — which facts the watch is asked about, and what of them it is shown. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_BOT_JUDGE_H
#define PLUMB_ENGINE_BOT_JUDGE_H

#include "engine/bot_watch.h"
#include "engine/fact.h"

/* What is told later than this is not watched: an import knows days, not milliseconds. */
#define BOT_WATCHED_MS (5 * 60 * INT64_C(1000))

/* Evidence (bot.h) that this event is automatic, from those of the same contact before it; or the empty text.
 *
 *     page_viewed                            pages faster than anybody reads
 *     email_delivered, Email Delivered       remembered
 *     email_opened, Email Opened             opened before anybody can
 *     email_clicked, Email Link Clicked      clicked before anybody can, or several links at once
 *
 * A letter is known by fact->letter, or by a property: message_id, email_id, campaign_id, campaign. Without any of
 * them it is not watched. `links`, a property, says how many it has. */
struct str bot_judge(struct bot_watch *watch, uint32_t contact, const struct fact *fact);

#endif
