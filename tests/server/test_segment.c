/* test_segment.c — what Segment's libraries send is taken, and each answer tells them what to do next. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "harness.h"
#include "server/access.h"
#include "site.h"

#define TRACK "{\"type\":\"track\",\"event\":\"Signed Up\",\"userId\":\"ada\",\"messageId\":\"m1\"}"

static uint32_t contact(struct site *site, enum identifier_kind kind, const char *text)
{
    return engine_find_contact(site->server->engine, kind, str_from_c(text));
}

TEST(an_event_is_answered_when_it_is_durable)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_send(site, "/v1/track", TRACK);
    CHECK_INT(reply.status, 200);
    CHECK_STR(reply.body, STR("{\"success\":true}"));
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(contact(site, IDENTIFIER_USER, "ada") != RECORD_NONE);
    site_close(site);
}

TEST(each_kind_of_call_has_its_path_and_its_short_one)
{
    static const struct {
        const char *path, *body;
    } row[] = {
        {"/v1/identify", "{\"userId\":\"u1\",\"traits\":{\"email\":\"u1@a.example\"}}"},
        {"/v1/i", "{\"userId\":\"u1\",\"traits\":{\"age\":\"7\"}}"},
        {"/v1/track", "{\"userId\":\"u1\",\"event\":\"a\"}"},
        {"/v1/t", "{\"userId\":\"u1\",\"event\":\"b\"}"},
        {"/v1/page", "{\"userId\":\"u1\",\"name\":\"Home\"}"},
        {"/v1/p", "{\"userId\":\"u1\"}"},
        {"/v1/screen", "{\"userId\":\"u1\",\"name\":\"Main\"}"},
        {"/v1/s", "{\"userId\":\"u1\"}"},
        {"/v1/group", "{\"userId\":\"u1\",\"groupId\":\"acme\"}"},
        {"/v1/g", "{\"userId\":\"u1\",\"groupId\":\"acme\",\"traits\":{\"size\":\"5\"}}"},
        {"/v1/alias", "{\"userId\":\"u1\",\"previousId\":\"anon-1\"}"},
        {"/v1/a", "{\"userId\":\"u1\",\"previousId\":\"anon-2\"}"},
        {"/v1/batch", "{\"batch\":[" TRACK "]}"},
        {"/v1/b", "{\"batch\":[]}"},
        {"/v1/import", "{\"batch\":[{\"type\":\"page\",\"userId\":\"u1\",\"timestamp\":\"2025-01-01T00:00:00Z\"}]}"},
        {"/v1/m", "{\"batch\":[]}"},
    };
    struct site *site = site_open((struct site_options){0});
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct reply reply = site_send(site, row[i].path, row[i].body);
        if (reply.status != 200) FAIL("%s answered %u: " STR_FMT, row[i].path, reply.status, STR_ARG(reply.body));
    }
    CHECK_INT(engine_counts(site->server->engine).facts_refused, 0);
    CHECK_INT(site_events(site), 8);
    CHECK_TRUE(engine_find(site->server->engine, ENTITY_COMPANY, STR("acme")) != RECORD_NONE);
    CHECK_TRUE(contact(site, IDENTIFIER_EMAIL, "u1@a.example") == contact(site, IDENTIFIER_ANONYMOUS, "anon-1"));
    site_close(site);
}

TEST(a_message_that_is_sent_twice_is_one_event)
{
    struct site *site = site_open((struct site_options){0});
    for (int i = 0; i < 3; i++) CHECK_INT(site_send(site, "/v1/track", TRACK).status, 200);
    CHECK_INT(site_events(site), 1);
    CHECK_INT(engine_counts(site->server->engine).facts_duplicate, 2);
    site_close(site);
}

TEST(a_beacon_carries_its_key_in_a_body_of_plain_text)
{
    struct site *site = site_open((struct site_options){0});
    struct str body = arena_format(site->arena, "{\"writeKey\":\"" STR_FMT "\",\"userId\":\"u\",\"event\":\"left\"}",
                                   STR_ARG(site->key));
    struct reply reply = site_ask(site, "POST /v1/t", "Content-Type: text/plain;charset=UTF-8\r\n", body);
    CHECK_INT(reply.status, 200);
    CHECK_INT(site_events(site), 1);
    site_close(site);
}

TEST(a_key_that_was_good_a_moment_ago_is_refused_once_it_is_revoked)
{
    struct site *site = site_open((struct site_options){0});
    struct err_info why = {0};
    for (int i = 0; i < 8; i++) CHECK_INT(site_send(site, "/v1/track", TRACK).status, 200);
    CHECK_OK(access_revoke_key(site->server->access, 1, &why), why);
    for (int i = 0; i < 8; i++) CHECK_INT(site_send(site, "/v1/track", TRACK).status, 401);
    site_close(site);
}

TEST(without_a_good_key_nothing_is_taken)
{
    struct site *site = site_open((struct site_options){0});
    struct reply none = site_ask(site, "POST /v1/track", "", STR(TRACK));
    CHECK_INT(none.status, 401);
    CHECK_TRUE(reply_has(none, "\"code\":\"bad_key\""));
    CHECK_STR(reply_header(none, "Access-Control-Allow-Origin"), STR("*"));
    CHECK_INT(site_ask(site, "POST /v1/track", "Authorization: Basic bm9wZTo=\r\n", STR(TRACK)).status, 401);
    CHECK_INT(site_ask(site, "POST /v1/track", "Authorization: Basic ?\r\n", STR(TRACK)).status, 401);
    site->key = site->token; /* a token is no key */
    CHECK_INT(site_send(site, "/v1/track", TRACK).status, 401);
    CHECK_INT(site_events(site), 0);
    site_close(site);
}

TEST(a_key_in_the_body_counts_where_the_header_holds_something_that_is_no_key)
{
    static const char *const headers[] = {"Authorization: Bearer an.oauth.token\r\n", "Authorization: Basic Og==\r\n",
                                          "Authorization: Digest username=\"proxy\"\r\n"};
    struct site *site = site_open((struct site_options){0});
    struct str body = arena_format(site->arena, "{\"writeKey\":\"" STR_FMT "\",\"userId\":\"u\",\"event\":\"e\"}",
                                   STR_ARG(site->key));
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        CHECK_INT(site_ask(site, "POST /v1/track", headers[i], body).status, 200);
    CHECK_INT(site_events(site), COUNT_OF(headers));
    struct str stale = STR("{\"writeKey\":\"plumb_key_stale\",\"userId\":\"u\",\"event\":\"e\"}");
    CHECK_INT(site_ask(site, "POST /v1/track", headers[0], stale).status, 401);
    site_close(site);
}

TEST(what_is_no_json_is_refused_with_its_place)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_send(site, "/v1/track", "{\"event\":\"a\",\n  oops}");
    CHECK_INT(reply.status, 400);
    CHECK_STR(reply_header(reply, "Content-Type"), STR("application/problem+json"));
    CHECK_TRUE(reply_has(reply, "\"code\":\"bad_json\""));
    CHECK_TRUE(reply_has(reply, "\"detail\":\"the body is not JSON: expected a key in quotes\""));
    CHECK_INT(site_send(site, "/v1/track", "").status, 400);
    CHECK_INT(site_send(site, "/v1/track", "[]").status, 400);
    CHECK_INT(site_send(site, "/v1/batch", "{}").status, 400);
    CHECK_INT(site_send(site, "/v1/batch", "{\"batch\":{}}").status, 400);
    site_close(site);
}

/* A call with a property of so many bytes. */
static void append_call(struct buf *out, size_t bytes)
{
    buf_append(out, STR("{\"type\":\"track\",\"userId\":\"u\",\"event\":\"a\",\"properties\":{\"x\":\""));
    buf_append_repeat(out, 'x', bytes);
    buf_append(out, STR("\"}}"));
}

TEST(a_call_over_its_ceiling_is_refused_alone_within_a_batch_and_by_413_on_its_own)
{
    struct site *site = site_open((struct site_options){0});
    AUTO_BUF body = BUF_INIT(SIZE_MAX);
    append_call(&body, 33 * 1024);
    buf_append_char(&body, 0);
    CHECK_INT(site_send(site, "/v1/track", body.at).status, 413);
    buf_clear(&body);
    buf_append(&body, STR("{\"batch\":["));
    append_call(&body, 10);
    buf_append_char(&body, ',');
    append_call(&body, 33 * 1024);
    buf_append(&body, STR("]}"));
    buf_append_char(&body, 0);
    CHECK_INT(site_send(site, "/v1/batch", body.at).status, 200);
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(reply_has(site_get(site, "/api/v1/rejects"), "\"reason\":\"too_big\""));
    site_close(site);
}

TEST(a_batch_has_ceilings_of_bytes_and_of_calls)
{
    struct site *site = site_open((struct site_options){0});
    AUTO_BUF body = BUF_INIT(SIZE_MAX);
    buf_append(&body, STR("{\"batch\":["));
    for (int i = 0; i < 2500; i++) buf_append(&body, i > 0 ? STR(",{}") : STR("{}"));
    size_t most = body.len;
    buf_append(&body, STR("]}"));
    buf_append_char(&body, 0);
    CHECK_INT(site_send(site, "/v1/batch", body.at).status, 200);
    CHECK_INT(engine_counts(site->server->engine).facts_refused, 2500);
    body.len = most;
    buf_append(&body, STR(",{}]}"));
    buf_append_char(&body, 0);
    struct reply many = site_send(site, "/v1/batch", body.at);
    CHECK_INT(many.status, 400);
    CHECK_TRUE(reply_has(many, "\"code\":\"too_many\""));
    buf_clear(&body);
    buf_append(&body, STR("{\"batch\":[]"));
    buf_append_repeat(&body, ' ', (size_t)500 * 1024);
    buf_append(&body, STR("}"));
    buf_append_char(&body, 0);
    CHECK_INT(site_send(site, "/v1/batch", body.at).status, 413);
    site_close(site);
}

TEST(a_bad_call_of_a_batch_is_refused_alone_and_kept_as_it_came)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_send(site, "/v1/batch",
                                   "{\"batch\": [{\"type\":\"track\",\"userId\":\"u\",\"event\":\"good\"},\n"
                                   " {\"type\":\"track\", \"event\":\"nobody\"} , 17,"
                                   "{\"type\":\"page\",\"anonymousId\":\"a\"}]}");
    CHECK_INT(reply.status, 200);
    CHECK_INT(site_events(site), 2);
    struct reply rejects = site_get(site, "/api/v1/rejects");
    CHECK_INT(rejects.status, 200);
    CHECK_TRUE(reply_has(rejects, "\"reason\":\"no_id\""));
    CHECK_TRUE(reply_has(rejects, "\"source\":\"key:1\""));
    CHECK_TRUE(reply_has(rejects, "\"body\":\"{\\\"type\\\":\\\"track\\\", \\\"event\\\":\\\"nobody\\\"}\""));
    CHECK_TRUE(reply_has(rejects, "\"body\":\"17\""));
    site_close(site);
}

TEST(any_site_s_pages_may_send_and_a_browser_remembers_that)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_ask(site, "OPTIONS /v1/batch",
                                  "Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\n", STR(""));
    CHECK_INT(reply.status, 204);
    CHECK_STR(reply_header(reply, "Access-Control-Allow-Origin"), STR("*"));
    CHECK_CONTAINS(reply_header(reply, "Access-Control-Allow-Methods"), STR("POST"));
    CHECK_CONTAINS(reply_header(reply, "Access-Control-Allow-Headers"), STR("Authorization"));
    CHECK_STR(reply_header(reply, "Access-Control-Max-Age"), STR("86400"));
    CHECK_STR(reply_header(site_send(site, "/v1/track", TRACK), "Access-Control-Allow-Origin"), STR("*"));
    site_close(site);
}

TEST(a_key_that_sends_too_fast_is_told_when_to_come_again)
{
    struct site *site = site_open((struct site_options){.setting = "key_events_per_second", .value = "2"});
    CHECK_INT(site_send(site, "/v1/batch", "{\"batch\":[" TRACK "," TRACK "," TRACK "," TRACK "]}").status, 200);
    struct reply reply = site_send(site, "/v1/track", TRACK);
    CHECK_INT(reply.status, 429);
    CHECK_STR(reply_header(reply, "Retry-After"), STR("2"));
    CHECK_STR(reply_header(reply, "X-RateLimit-Reset"), STR("2"));
    site_close(site);
}

TEST(an_event_of_a_crawler_says_so)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_send(site, "/v1/page",
                                   "{\"anonymousId\":\"a\",\"context\":{\"userAgent\":\"Mozilla/5.0 (compatible; "
                                   "Googlebot/2.1; +http://www.google.com/bot.html)\"}}");
    CHECK_INT(reply.status, 200);
    uint32_t number = 0;
    struct event_fact_row *row;
    struct err_info why = {0};
    CHECK_OK(store_events(site->store, &number, 1, site->arena, &row, &why), why);
    CHECK_TRUE(row->bot);
    CHECK_CONTAINS(row->context, STR("Googlebot"));
    site_close(site);
}

TEST(the_pixel_of_an_email_is_an_image_and_an_opening_once_a_letter)
{
    struct site *site = site_open((struct site_options){0});
    const char *line =
        arena_format(site->arena, "GET /v1/pixel.gif?writeKey=" STR_FMT "&email=Ada%%40A.example&messageId=n7",
                     STR_ARG(site->key))
            .at;
    for (int i = 0; i < 2; i++) {
        struct reply reply = site_ask(site, line, "User-Agent: Mozilla/5.0 Thunderbird/115\r\n", STR(""));
        CHECK_INT(reply.status, 200);
        CHECK_STR(reply_header(reply, "Content-Type"), STR("image/gif"));
        CHECK_CONTAINS(reply_header(reply, "Cache-Control"), STR("no-store"));
        CHECK_INT(reply.body.len, 43);
        CHECK_TRUE(str_starts_with(reply.body, STR("GIF89a")));
    }
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(contact(site, IDENTIFIER_EMAIL, "ada@a.example") != RECORD_NONE);
    const char *head =
        arena_format(site->arena, "HEAD /v1/pixel.gif?writeKey=" STR_FMT "&email=b%%40a.example", STR_ARG(site->key))
            .at;
    CHECK_INT(site_ask(site, head, "", STR("")).status, 200);
    CHECK_INT(site_events(site), 1);
    struct reply bad = site_ask(site, "GET /v1/pixel.gif?writeKey=plumb_key_no&email=a@b.example", "", STR(""));
    CHECK_INT(bad.status, 401);
    CHECK_INT(bad.body.len, 43);
    CHECK_INT(site_events(site), 1);
    site_close(site);
}

/* The pixel with these names of the query; answered by the image whatever they say. */
static void load_pixel(struct site *site, const char *query, const char *headers)
{
    const char *line =
        arena_format(site->arena, "GET /v1/pixel.gif?writeKey=" STR_FMT "&%s", STR_ARG(site->key), query).at;
    CHECK_INT(site_ask(site, line, headers, STR("")).status, 200);
}

TEST(a_letter_whose_fields_were_not_filled_in_makes_no_contact_of_all_its_readers)
{
    struct site *site = site_open((struct site_options){0});
    load_pixel(site, "email=%7B%7Bcontact.email%7D%7D&messageId=n7", "");
    load_pixel(site, "userId=undefined&email=&messageId=n7", "");
    CHECK_INT(site_events(site), 0);
    struct reply rejects = site_get(site, "/api/v1/rejects");
    CHECK_TRUE(reply_has(rejects, "\"reason\":\"no_id\""));
    CHECK_TRUE(reply_has(rejects, "\"body\":\"pixel.gif email={{contact.email}} messageId=n7\""));
    load_pixel(site, "userId=ada&email=%7B%7Bcontact.email%7D%7D&messageId=n7", "");
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(contact(site, IDENTIFIER_EMAIL, "{{contact.email}}") == RECORD_NONE);
    site_close(site);
}

TEST(an_opening_by_a_visitor_without_a_name_lists_nobody)
{
    struct site *site = site_open((struct site_options){0});
    load_pixel(site, "anonymousId=v1", "");
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(reply_has(site_get(site, "/api/v1/contacts"), "\"results\":[]"));
    load_pixel(site, "anonymousId=v1&email=ada%40a.example", "");
    CHECK_TRUE(reply_has(site_get(site, "/api/v1/contacts"), "ada@a.example"));
    site_close(site);
}

TEST(an_opening_keeps_the_user_agent_so_that_its_judgement_can_be_taken_back)
{
    struct site *site = site_open((struct site_options){0});
    load_pixel(site, "email=ada%40a.example&messageId=n7", "User-Agent: AcmeBot/1.0\r\n");
    struct reply events = site_get(site, "/api/v1/contacts/email:ada@a.example/events");
    CHECK_TRUE(reply_has(events, "\"bot\":true"));
    CHECK_TRUE(reply_has(events, "\"userAgent\":\"AcmeBot/1.0\""));
    CHECK_TRUE(reply_has(site_post(site, "/api/v1/bots/exceptions", "{\"user_agent\":\"acmebot\"}"), "\"changed\":1"));
    CHECK_TRUE(reply_has(site_get(site, "/api/v1/contacts/email:ada@a.example/events"), "\"bot\":false"));
    site_close(site);
}

TEST(an_event_without_a_message_id_gets_one_of_its_own_and_is_known_by_it)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_post(site, "/api/v1/events",
                                   "{\"events\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\"},"
                                   "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\",\"messageId\":\" \"}]}");
    CHECK_TRUE(reply_has(reply, "\"taken\":2"));
    AUTO_ARENA arena = arena_new();
    uint32_t rows[2];
    struct event_fact_row *events = NULL;
    struct err_info why = {0};
    CHECK_INT(engine_event_rows(site->server->engine, contact(site, IDENTIFIER_USER, "u"), 0, 2, rows), 2);
    CHECK_OK(store_events(site->store, rows, 2, arena, &events, &why), why);
    CHECK_TRUE(events[0].message_id.len > 0 && events[1].message_id.len > 0);
    CHECK_FALSE(str_equal(events[0].message_id, events[1].message_id));
    struct str body = arena_format(arena,
                                   "{\"events\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\",\"messageId\":"
                                   "\"" STR_FMT "\"}]}",
                                   STR_ARG(events[0].message_id));
    CHECK_TRUE(reply_has(site_post(site, "/api/v1/events", body.at), "\"duplicate\":1"));
    site_close(site);
}

TEST(a_name_or_an_id_with_a_zero_byte_is_refused)
{
    static const char *const calls[] = {"{\"type\":\"page\",\"userId\":\"u\\u0000x\"}",
                                        "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\\u0000x\"}",
                                        "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\\u0000x\"}",
                                        "{\"type\":\"page\",\"userId\":\"u\",\"properties\":{\"p\\u0000x\":1}}",
                                        "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"p\\u0000x\":1}}",
                                        "{\"type\":\"group\",\"userId\":\"u\",\"groupId\":\"g\\u0000x\"}"};
    struct site *site = site_open((struct site_options){0});
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        const char *body = arena_format(site->arena, "{\"events\":[%s]}", calls[i]).at;
        struct reply reply = site_post(site, "/api/v1/events", body);
        if (!reply_has(reply, "it holds a zero byte")) FAIL("%s: " STR_FMT, calls[i], STR_ARG(reply.body));
    }
    struct reply value = site_post(site, "/api/v1/events",
                                   "{\"events\":[{\"type\":\"identify\",\"userId\":\"u\","
                                   "\"traits\":{\"note\":\"a\\u0000b\"}}]}");
    CHECK_TRUE(reply_has(value, "\"taken\":1")); /* a text may hold what it likes */
    CHECK_TRUE(reply_has(site_get(site, "/api/v1/contacts/u"), "a\\u0000b"));
    site_close(site);
}

TEST(our_own_api_answers_for_each_event)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_post(site, "/api/v1/events",
                                   "{\"events\":[" TRACK "," TRACK ",{\"type\":\"track\",\"event\":\"x\"},"
                                   "{\"type\":\"identify\",\"userId\":\"ada\",\"traits\":{\"plan\":\"pro\"}}]}");
    CHECK_INT(reply.status, 200);
    CHECK_TRUE(reply_has(reply, "{\"taken\":2,\"duplicate\":1,\"refused\":1,"));
    CHECK_TRUE(reply_has(reply, "{\"index\":0,\"status\":\"taken\",\"contact\":\"ada\"}"));
    CHECK_TRUE(reply_has(reply, "{\"index\":1,\"status\":\"duplicate\",\"contact\":\"ada\"}"));
    CHECK_TRUE(reply_has(reply, "{\"index\":2,\"status\":\"refused\",\"reason\":\"no_id\",\"place\":\"userId\""));
    CHECK_TRUE(reply_has(reply, "{\"index\":3,\"status\":\"taken\",\"contact\":\"ada\"}"));
    CHECK_INT(site_post(site, "/api/v1/events", "{}").status, 400);
    CHECK_INT(site_post(site, "/api/v1/events", "[]").status, 400);
    CHECK_INT(site_ask(site, "POST /api/v1/events", "", STR("{\"events\":[]}")).status, 401);
    site_close(site);
}

TEST(rejects_are_told_newest_first_and_page_by_page)
{
    struct site *site = site_open((struct site_options){0});
    CHECK_INT(site_send(site, "/v1/batch", "{\"batch\":[{\"type\":\"1\"},{\"type\":\"2\"},{\"type\":\"3\"}]}").status,
              200);
    struct reply first = site_get(site, "/api/v1/rejects?limit=2");
    CHECK_TRUE(reply_has(first, "{\\\"type\\\":\\\"3\\\"}"));
    CHECK_TRUE(reply_has(first, "{\\\"type\\\":\\\"2\\\"}"));
    CHECK_FALSE(reply_has(first, "{\\\"type\\\":\\\"1\\\"}"));
    CHECK_TRUE(reply_has(first, "\"next\":2}"));
    struct reply second = site_get(site, "/api/v1/rejects?limit=2&after=2");
    CHECK_TRUE(reply_has(second, "{\\\"type\\\":\\\"1\\\"}"));
    CHECK_TRUE(reply_has(second, "\"next\":null}"));
    CHECK_INT(site_get(site, "/api/v1/rejects?limit=0").status, 400);
    CHECK_INT(site_get(site, "/api/v1/rejects?after=x").status, 400);
    site_close(site);
}
