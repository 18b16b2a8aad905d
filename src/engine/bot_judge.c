/* bot_judge.c — from an event's name to the question about it. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot_judge.h"

#include "base/macros.h"

enum watched { NOT_WATCHED, PAGE, DELIVERED, OPENED, CLICKED };

static enum watched kind_of(struct str event)
{
    static const struct {
        struct str event;
        enum watched kind;
    } names[] = {
        {STR_INIT("page_viewed"), PAGE},           {STR_INIT("email_delivered"), DELIVERED},
        {STR_INIT("Email Delivered"), DELIVERED},  {STR_INIT("email_opened"), OPENED},
        {STR_INIT("Email Opened"), OPENED},        {STR_INIT("email_clicked"), CLICKED},
        {STR_INIT("Email Link Clicked"), CLICKED},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_equal(event, names[i].event)) return names[i].kind;
    return NOT_WATCHED;
}

/* The first of these properties that has a value. */
static struct str value_of(const struct fact *fact, const struct str *names, size_t count)
{
    for (size_t n = 0; n < count; n++)
        for (uint32_t i = 0; i < fact->event_value_count; i++)
            if (str_equal(fact->event_values[i].name, names[n]) && fact->event_values[i].text.len > 0)
                return fact->event_values[i].text;
    return STR("");
}

static struct str letter_of(const struct fact *fact)
{
    static const struct str names[] = {STR_INIT("message_id"), STR_INIT("email_id"), STR_INIT("campaign_id"),
                                       STR_INIT("campaign")};
    return fact->letter.len > 0 ? fact->letter : value_of(fact, names, COUNT_OF(names));
}

static struct str judge_click(struct bot_watch *watch, uint32_t contact, struct str letter, const struct fact *fact)
{
    static const struct str of_link[] = {STR_INIT("link_url"), STR_INIT("url"), STR_INIT("link"), STR_INIT("href")};
    static const struct str of_count[] = {STR_INIT("links")};
    uint64_t links = 0;
    if (!str_to_u64(value_of(fact, of_count, COUNT_OF(of_count)), &links) || links > UINT32_MAX) links = 0;
    return bot_watch_clicked(watch, contact, letter, value_of(fact, of_link, COUNT_OF(of_link)), (uint32_t)links,
                             fact->at_ms);
}

struct str bot_judge(struct bot_watch *watch, uint32_t contact, const struct fact *fact)
{
    enum watched kind = kind_of(fact->event);
    int64_t late_ms = fact->received_ms - fact->at_ms;
    if (kind == NOT_WATCHED || late_ms > BOT_WATCHED_MS || late_ms < -BOT_WATCHED_MS) return STR("");
    if (kind == PAGE) return bot_watch_page(watch, contact, fact->at_ms);
    struct str letter = letter_of(fact);
    if (letter.len == 0) return STR("");
    if (kind == OPENED) return bot_watch_opened(watch, contact, letter, fact->at_ms);
    if (kind == CLICKED) return judge_click(watch, contact, letter, fact);
    bot_watch_delivered(watch, contact, letter, fact->at_ms);
    return STR("");
}
