/* pixel.c — an image in an e-mail that nobody sees: its loading is the event email_opened.
 *
 * Whatever is wrong, the image is sent: nobody at the other end could make anything of a refusal, and a broken image in
 * a letter helps nobody. What was refused stands in the reject log. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/call_context.h"
#include "engine/identifier.h"
#include "server/intake.h"
#include "server/server.h"
#include "server/write_key.h"

static const char image[] = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
                            "\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02"
                            "D\x01\x00;";

static void send_image(struct request *request, unsigned status)
{
    http_set_header(request->exchange, "Cache-Control", STR("no-store, max-age=0"));
    http_answer(request->exchange, status, "image/gif", (struct str){image, sizeof image - 1});
}

static void on_done(struct submission *submission, enum err outcome, const struct err_info *why)
{
    (void)outcome, (void)why;
    send_image(submission->context, 200);
}

static void identify(struct fact *fact, enum identifier_kind kind, struct str text)
{
    text = str_trim(text);
    if (text.len == 0 || identifier_is_blank(text)) return;
    fact->identifiers[fact->identifier_count++] = (struct fact_identifier){kind, text};
    if (kind != IDENTIFIER_ANONYMOUS) fact->lists = true;
}

/* Of a letter whose fields were not filled in ("{{email}}") every recipient would be one person. */
static void identify_all(struct fact *fact, const struct http_exchange *exchange)
{
    struct str email = str_trim(http_query(exchange, "email"));
    identify(fact, IDENTIFIER_USER, http_query(exchange, "userId"));
    if (identifier_is_address(email)) identify(fact, IDENTIFIER_EMAIL, email);
    identify(fact, IDENTIFIER_ANONYMOUS, http_query(exchange, "anonymousId"));
}

/* What was asked, for the reject log; without the key. */
static struct str told_by(const struct request *request)
{
    static const char *const names[] = {"email", "userId", "anonymousId", "messageId", "campaign"};
    struct str told = STR("pixel.gif");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str value = http_query(request->exchange, names[i]);
        if (value.len > 0)
            told = arena_format(request->arena, STR_FMT " %s=" STR_FMT, STR_ARG(told), names[i], STR_ARG(value));
    }
    return told;
}

/* An opening of one letter counts once, so its event is called after the letter. */
static struct fact opening(struct request *request, const struct actor *key)
{
    struct http_exchange *exchange = request->exchange;
    struct fact fact = {
        .object = ENTITY_CONTACT,
        .at_ms = request->received_ms,
        .received_ms = request->received_ms,
        .event = STR("email_opened"),
        .source = key->text,
        .body = told_by(request),
    };
    identify_all(&fact, exchange);
    struct str message = http_query(exchange, "messageId");
    if (message.len > 0) fact.message_id = arena_format(request->arena, "open:" STR_FMT, STR_ARG(message));
    fact.letter = message;
    struct str campaign = http_query(exchange, "campaign");
    if (campaign.len > 0) {
        struct fact_value *value = ARENA_NEW(request->arena, struct fact_value);
        *value = (struct fact_value){.name = STR("campaign"), .text = campaign};
        fact.event_values = value;
        fact.event_value_count = 1;
    }
    const struct call_circumstances circumstances = {.user_agent = http_header(exchange, "User-Agent"),
                                                     .bot = intake_bot(request, false)};
    fact.bot = circumstances.bot.len > 0;
    fact.context = call_context(&circumstances, request->arena);
    return fact;
}

void pixel_show(struct request *request)
{
    struct actor key;
    if (!write_key_look_up(request, http_query(request->exchange, "writeKey"), &key)) {
        send_image(request, 401);
        return;
    }
    if (http_method(request->exchange) == HTTP_HEAD) { /* who only asks about it has not opened the letter */
        send_image(request, 200);
        return;
    }
    struct submission *submission = ARENA_NEW(request->arena, struct submission);
    submission->facts = ARENA_NEW(request->arena, struct fact);
    submission->results = ARENA_NEW(request->arena, struct fact_result);
    submission->facts[0] = opening(request, &key);
    submission->results[0].record = RECORD_NONE;
    submission->count = 1;
    submission->arena = request->arena;
    submission->context = request;
    submission->done = on_done;
    struct err_info why = {0};
    if (engine_submit(request->server->engine, submission, &why) != ERR_OK) send_image(request, 200);
}
