/* test_fact_json.c — a fact that went over the wire is the fact that was sent. */
// SPDX-License-Identifier: Apache-2.0
#include "server/fact_json.h"

#include <string.h>

#include "harness.h"
#include "history/history.h"

#define NOW INT64_C(1767571200000)

static struct str written(struct arena *arena, const struct fact *fact)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    struct json_writer writer = {.out = &out};
    fact_json_write(&writer, fact);
    return arena_str(arena, buf_str(&out));
}

/* The text parsed and read; false when refused. What the fact borrows lives in the parser. */
static bool read_back(struct json_parser *parser, struct arena *arena, struct str text, struct fact *fact,
                      struct fact_result *refusal)
{
    const struct json_item *item;
    struct err_info why = {0};
    char *room = ARENA_ARRAY(arena, char, text.len + JSON_PADDING);
    memcpy(room, text.at, text.len);
    CHECK_OK(json_parse(parser, (struct str){room, text.len}, &item, &why), why);
    return fact_json_read(item, NOW, arena, fact, refusal);
}

TEST(what_is_written_is_read_back_as_the_same_fact)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    const struct fact_value values[] = {{STR_INIT("plan"), STR_INIT("pro \"x\"")}, {STR_INIT("tags"), STR_INIT("a;b")}};
    const struct str contacts[] = {STR_INIT("ann"), STR_INIT("ben")};
    const struct fact facts[] = {
        {.object = ENTITY_CONTACT,
         .identifiers = {{IDENTIFIER_ID, STR("c1")},
                         {IDENTIFIER_USER, STR("c1")},
                         {IDENTIFIER_EMAIL, STR("A@b.example")}},
         .identifier_count = 3,
         .lists = true,
         .at_ms = FOREVER,
         .message_id = STR("import-1"),
         .values = values,
         .value_count = 2,
         .company = STR("acme"),
         .mentions = true},
        {.object = ENTITY_CONTACT,
         .identifiers = {{IDENTIFIER_ANONYMOUS, STR("x7")}},
         .identifier_count = 1,
         .expect = FACT_UPDATE,
         .at_ms = NOW - 250,
         .event = STR("seen"),
         .bot = true,
         .event_values = values,
         .event_value_count = 1},
        {.object = ENTITY_DEAL,
         .identifiers = {{IDENTIFIER_ID, STR("d1")}},
         .identifier_count = 1,
         .lists = true,
         .at_ms = FOREVER,
         .contacts = contacts,
         .contact_count = 2,
         .company = STR("acme"),
         .company_values = values,
         .company_value_count = 2},
    };
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        struct fact back;
        struct fact_result refusal = {0};
        struct str text = written(arena, &facts[i]);
        CHECK_TRUE(read_back(parser, arena, text, &back, &refusal));
        CHECK_STR(written(arena, &back), text);
        CHECK_INT(back.at_ms, facts[i].at_ms);
        CHECK_INT(back.received_ms, NOW);
    }
    json_parser_free(parser);
}

TEST(a_fact_takes_memory_for_what_it_says_and_not_for_what_it_might)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    struct str text = STR("{\"identifiers\":[{\"kind\":\"id\",\"value\":\"ann\"}],\"properties\":{\"a\":\"1\"},"
                          "\"event_properties\":{\"b\":\"2\"},\"contacts\":[\"c\"]}");
    for (int i = 0; i < 1000; i++) {
        struct fact fact;
        struct fact_result refusal = {0};
        CHECK_TRUE(read_back(parser, arena, text, &fact, &refusal));
    }
    CHECK_TRUE(arena_bytes(arena) < (size_t)1024 * 1024);
    json_parser_free(parser);
}

TEST(what_is_no_fact_is_refused_with_its_place)
{
    static const struct {
        const char *text, *place;
    } bad[] = {
        {"[]", ""},
        {"{}", "identifiers"},
        {"{\"identifiers\":[{\"kind\":\"phone\",\"value\":\"1\"}]}", "identifiers"},
        {"{\"identifiers\":[1]}", "identifiers"},
        {"{\"object\":\"event\",\"identifiers\":[]}", "object"},
        {"{\"object\":\"deal\",\"identifiers\":[{\"kind\":\"email\",\"value\":\"a\"}]}", "identifiers"},
        {"{\"mode\":\"maybe\",\"identifiers\":[]}", "mode"},
        {"{\"identifiers\":[],\"at\":\"soon\"}", "at"},
        {"{\"identifiers\":[],\"at\":\"9999-01-01\"}", "at"},
        {"{\"identifiers\":[],\"lists\":1}", "lists"},
        {"{\"identifiers\":[],\"properties\":{\"a\":1}}", "properties"},
        {"{\"identifiers\":[],\"contacts\":[1]}", "contacts"},
    };
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct fact fact;
        struct fact_result refusal = {0};
        CHECK_FALSE(read_back(parser, arena, str_from_c(bad[i].text), &fact, &refusal));
        CHECK_INT(refusal.state, FACT_REFUSED);
        CHECK_STR(refusal.place, str_from_c(bad[i].place));
    }
    json_parser_free(parser);
}
