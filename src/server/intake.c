/* intake.c — from JSON to facts, and what the request itself adds to each: when it came, from which program. */
// SPDX-License-Identifier: Apache-2.0
#include "server/intake.h"

#include <stdio.h>

#include "engine/bot.h"
#include "http/http.h"
#include "server/slices.h"

size_t intake_count(const struct intake_calls *calls)
{
    if (calls->one) return 1;
    size_t count = 0;
    for (const struct json_item *item = json_first(calls->container); item != NULL;
         item = json_next(calls->container, item))
        count++;
    return count;
}

struct str intake_bot(const struct request *request, bool for_others)
{
    const struct http_exchange *exchange = request->exchange;
    struct bot_request headers = {
        .user_agent = http_header(exchange, "User-Agent"),
        .sec_purpose = http_header(exchange, "Sec-Purpose"),
        .purpose = http_header(exchange, "Purpose"),
        .x_moz = http_header(exchange, "X-Moz"),
        .for_others = for_others,
    };
    if (headers.purpose.len == 0) headers.purpose = http_header(exchange, "X-Purpose");
    return bot_of_request(&headers);
}

static void refuse_size(struct fact *fact, struct fact_result *result, const struct call_setting *setting,
                        struct str body)
{
    *fact = (struct fact){.object = ENTITY_CONTACT, .at_ms = setting->received_ms, .received_ms = setting->received_ms};
    fact->body = body;
    fact->source = setting->source;
    *result = (struct fact_result){.state = FACT_REFUSED, .record = RECORD_NONE, .reason = "too_big"};
    snprintf(result->message, sizeof result->message, "the call has %zu bytes, and may have at most %zu", body.len,
             INTAKE_CALL_BYTES_MAX);
}

void intake_read(struct request *request, const struct intake_calls *calls, struct submission *out)
{
    struct arena *arena = request->arena;
    size_t count = intake_count(calls);
    *out = (struct submission){
        .facts = ARENA_ARRAY(arena, struct fact, count),
        .results = ARENA_ARRAY(arena, struct fact_result, count),
        .count = count,
        .arena = arena,
        .context = request,
    };
    struct str *bodies = ARENA_ARRAY(arena, struct str, count);
    if (calls->one) bodies[0] = http_body(request->exchange);
    else if (!slices_find(http_body(request->exchange), calls->member, bodies, count))
        INVARIANT(!"the parser and the slices disagree");
    const struct call_setting setting = {
        .kind = calls->kind,
        .received_ms = request->received_ms,
        .sent_at = calls->sent_at,
        .context = calls->context,
        .user_agent = http_header(request->exchange, "User-Agent"),
        .bot = intake_bot(request, true),
        .source = calls->source,
    };
    const struct json_item *item = calls->one ? calls->container : json_first(calls->container);
    for (size_t i = 0; i < count; i++) {
        if (bodies[i].len > INTAKE_CALL_BYTES_MAX) refuse_size(&out->facts[i], &out->results[i], &setting, bodies[i]);
        else (void)call_read(item, bodies[i], &setting, arena, &out->facts[i], &out->results[i]);
        if (!calls->one) item = json_next(calls->container, item);
    }
}
