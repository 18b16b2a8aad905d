/* test_api_records.c — contacts, companies and deals over the API. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"
#include "harness.h"

static struct site *open_site(void)
{
    return site_open((struct site_options){0});
}

static struct str make_ada(struct site *site)
{
    struct reply made =
        api_call(site, "POST /api/v1/contacts",
                 "{'email':'Ada@Acme.example','userId':'u1','properties':{'plan':'pro','age':41}}", 201);
    return api_at(site, made, "id");
}

TEST(a_contact_is_made_and_read_by_its_id_and_by_every_identifier)
{
    struct site *site = open_site();
    struct str id = make_ada(site);
    const char *lines[] = {arena_format(site->arena, "GET /api/v1/contacts/" STR_FMT, STR_ARG(id)).at,
                           "GET /api/v1/contacts/email:ada%40acme.example",
                           "GET /api/v1/contacts/email:ADA@acme.example", "GET /api/v1/contacts/userId:u1"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) CHECK_STR(api_at(site, api_call(site, lines[i], "", 200), "id"), id);
    site_close(site);
}

TEST(a_reference_without_a_prefix_is_an_id_else_a_user_id_else_an_address)
{
    struct site *site = open_site();
    /* Heard of as a visitor first, so that its own id is another. */
    api_call(site, "POST /api/v1/events",
             "{'events':[{'type':'page','anonymousId':'v1'},{'type':'identify','anonymousId':'v1','userId':'u1',"
             "'traits':{'email':'ada@acme.example'}}]}",
             200);
    struct str id = api_at(site, api_call(site, "GET /api/v1/contacts/userId:u1", "", 200), "id");
    CHECK_FALSE(str_equal(id, STR("u1")));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/u1", "", 200), "id"), id);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/Ada@acme.example", "", 200), "id"), id);
    api_call(site, "GET /api/v1/contacts/id:u1", "", 404);
    api_call(site, "GET /api/v1/contacts/v1", "", 404);
    api_call(site, "POST /api/v1/contacts", "{'id':'u1'}", 201); /* now somebody's own id */
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/u1", "", 200), "id"), STR("u1"));
    site_close(site);
}

TEST(contacts_whose_email_is_no_address_stay_apart)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','email':'n/a'}", 201);
    api_call(site, "POST /api/v1/contacts/batch",
             "{'records':[{'id':'ben','email':'n/a'},{'id':'cleo','properties':{'email':'n/a'}}]}", 200);
    struct reply ben = api_call(site, "GET /api/v1/contacts/ben", "", 200);
    CHECK_STR(api_at(site, ben, "id"), STR("ben"));
    CHECK_STR(api_at(site, ben, "properties.email"), STR("n/a"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/cleo", "", 200), "id"), STR("cleo"));
    api_call(site, "PATCH /api/v1/contacts/ben", "{'properties':{'email':'unknown'}}", 200);
    struct reply nobody = api_call(site, "POST /api/v1/contacts", "{'email':'n/a'}", 400);
    CHECK_STR(api_at(site, nobody, "at"), STR("email"));
    CHECK_STR(api_at(site, nobody, "detail"), STR("this is no e-mail address, and there is no other identifier"));
    struct reply blank = api_call(site, "POST /api/v1/contacts", "{'userId':'undefined'}", 400);
    CHECK_STR(api_at(site, blank, "detail"), STR("'undefined' is what a program writes when it has no id"));
    site_close(site);
}

TEST(values_are_told_by_their_kind)
{
    struct site *site = open_site();
    struct reply made =
        api_call(site, "POST /api/v1/contacts",
                 "{'id':'ada','properties':{'age':41.5,'vip':true,'name':'Ada','address':{'city':'Brno'}}}", 201);
    CHECK_CONTAINS(made.body, STR("\"age\":41.5"));
    CHECK_CONTAINS(made.body, STR("\"vip\":true"));
    CHECK_CONTAINS(made.body, STR("\"name\":\"Ada\""));
    CHECK_CONTAINS(made.body, STR("\"address.city\":\"Brno\""));
    site_close(site);
}

TEST(a_postal_code_a_telephone_and_a_long_number_are_told_to_the_last_digit)
{
    struct site *site = open_site();
    struct reply made =
        api_call(site, "POST /api/v1/contacts",
                 "{'id':'ada','properties':{'zip':'01234','phone':'0170123456','card':'1234567890123456'}}", 201);
    CHECK_CONTAINS(made.body, STR("\"zip\":\"01234\""));
    CHECK_CONTAINS(made.body, STR("\"phone\":\"0170123456\""));
    CHECK_CONTAINS(made.body, STR("\"card\":\"1234567890123456\""));
    site_close(site);
}

TEST(a_second_contact_with_an_identifier_of_the_first_is_a_conflict)
{
    struct site *site = open_site();
    make_ada(site);
    struct reply reply = api_call(site, "POST /api/v1/contacts", "{'email':'ada@acme.example'}", 409);
    CHECK_STR(api_at(site, reply, "code"), STR("exists"));
    site_close(site);
}

TEST(a_contact_without_any_identifier_is_refused_with_the_field)
{
    struct site *site = open_site();
    struct reply reply = api_call(site, "POST /api/v1/contacts", "{'properties':{'plan':'pro'}}", 400);
    CHECK_STR(api_at(site, reply, "code"), STR("no_id"));
    CHECK_STR(api_at(site, reply, "at"), STR("id"));
    site_close(site);
}

TEST(a_change_keeps_what_it_does_not_name_and_null_takes_a_value_away)
{
    struct site *site = open_site();
    make_ada(site);
    site_time_passes(site, 1000);
    struct reply reply =
        api_call(site, "PATCH /api/v1/contacts/userId:u1", "{'properties':{'plan':null,'city':'Brno'}}", 200);
    CHECK_STR(api_at(site, reply, "properties.plan"), STR("(absent)"));
    CHECK_STR(api_at(site, reply, "properties.city"), STR("Brno"));
    CHECK_STR(api_at(site, reply, "properties.age"), STR("41"));
    site_close(site);
}

TEST(a_record_is_as_it_stood_at_an_instant_of_the_past)
{
    struct site *site = open_site();
    make_ada(site);
    site_time_passes(site, INT64_C(3600000));
    api_call(site, "PATCH /api/v1/contacts/userId:u1", "{'properties':{'plan':'free'}}", 200);
    struct reply then = api_call(site, "GET /api/v1/contacts/userId:u1?as_of=2026-01-05T10:30:00Z", "", 200);
    CHECK_STR(api_at(site, then, "properties.plan"), STR("pro"));
    struct reply now = api_call(site, "GET /api/v1/contacts/userId:u1", "", 200);
    CHECK_STR(api_at(site, now, "properties.plan"), STR("free"));
    site_close(site);
}

TEST(an_email_of_another_contact_is_not_taken_over_by_a_change)
{
    struct site *site = open_site();
    make_ada(site);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben'}", 201);
    api_call(site, "PATCH /api/v1/contacts/ben", "{'properties':{'email':'ada@acme.example'}}", 409);
    api_call(site, "PATCH /api/v1/contacts/ben", "{'properties':{'email':'ben@acme.example'}}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/email:ben@acme.example", "", 200), "id"), STR("ben"));
    site_close(site);
}

TEST(what_is_put_away_leaves_the_list_and_can_be_taken_back)
{
    struct site *site = open_site();
    make_ada(site);
    api_call(site, "DELETE /api/v1/contacts/userId:u1", "", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts", "", 200), "results.0.id"), STR("(absent)"));
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/contacts?archived=true", "", 200), "ada@acme.example"));
    api_call(site, "POST /api/v1/contacts/userId:u1/restore", "", 200);
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/contacts", "", 200), "ada@acme.example"));
    site_close(site);
}

TEST(two_contacts_become_one_and_both_ids_lead_to_it)
{
    struct site *site = open_site();
    struct str ada = make_ada(site);
    site_time_passes(site, 1000);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada-2','properties':{'city':'Brno'}}", 201);
    struct reply one = api_call(site, "POST /api/v1/contacts/ada-2/merge", "{'with':'userId:u1'}", 200);
    CHECK_STR(api_at(site, one, "id"), ada);
    CHECK_STR(api_at(site, one, "properties.city"), STR("Brno"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada-2", "", 200), "id"), ada);
    api_call(site, "POST /api/v1/contacts/ada-2/merge", "{'with':'userId:u1'}", 409);
    site_close(site);
}

TEST(two_companies_become_one_and_both_ids_lead_to_it)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/companies", "{'id':'acme','properties':{'city':'Brno'}}", 201);
    site_time_passes(site, 1000);
    api_call(site, "POST /api/v1/companies", "{'id':'acme-inc','properties':{'employees':70}}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','company':'acme-inc'}", 201);
    struct reply one = api_call(site, "POST /api/v1/companies/acme-inc/merge", "{'with':'acme'}", 200);
    CHECK_STR(api_at(site, one, "id"), STR("acme"));
    CHECK_STR(api_at(site, one, "properties.employees"), STR("70"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/companies/acme-inc", "", 200), "id"), STR("acme"));
    struct reply listed = api_call(site, "GET /api/v1/companies", "", 200);
    CHECK_STR(api_at(site, listed, "results.0.id"), STR("acme"));
    CHECK_STR(api_at(site, listed, "results.1.id"), STR("(absent)"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/companies?archived=true", "", 200), "results.0.id"),
              STR("(absent)"));
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/contacts/ada/associations", "", 200), "\"acme\""));
    api_call(site, "PATCH /api/v1/companies/acme-inc", "{'properties':{'city':'Oslo'}}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/companies/acme", "", 200), "properties.city"), STR("Oslo"));
    api_call(site, "POST /api/v1/companies", "{'id':'acme-inc'}", 409);
    struct reply again = api_call(site, "POST /api/v1/companies/acme/merge", "{'with':'acme-inc'}", 409);
    CHECK_TRUE(reply_has(again, "they are one and the same already"));
    api_call(site, "POST /api/v1/companies/acme/merge", "{'with':'nobody'}", 404);
    CHECK_TRUE(reply_has(api_call(site, "POST /api/v1/companies/acme/merge", "{}", 400), "with is the other company"));
    site_close(site);
}

TEST(two_deals_become_one_and_one_that_is_put_away_is_not_merged)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/deals", "{'id':'d1','properties':{'stage':'open'}}", 201);
    api_call(site, "POST /api/v1/deals", "{'id':'d2','properties':{'amount':900}}", 201);
    api_call(site, "DELETE /api/v1/deals/d2", "", 200);
    struct reply refused = api_call(site, "POST /api/v1/deals/d1/merge", "{'with':'d2'}", 409);
    CHECK_TRUE(reply_has(refused, "the deal 'd2' is archived: restore it before merging"));
    api_call(site, "POST /api/v1/deals/d2/restore", "", 200);
    struct reply one = api_call(site, "POST /api/v1/deals/d2/merge", "{'with':'d1'}", 200);
    CHECK_STR(api_at(site, one, "id"), STR("d1"));
    CHECK_STR(api_at(site, one, "properties.amount"), STR("900"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/deals/d2", "", 200), "id"), STR("d1"));
    site_close(site);
}

TEST(who_was_put_away_is_in_no_search_and_no_preview_also_after_a_restart)
{
    const char *path = "put-away.db";
    AUTO_ARENA arena = arena_new();
    struct site_options options = {.database = arena_format(arena, "%s/%s", harness_tmpdir(), path).at};
    struct site *site = site_open(options);
    make_ada(site);
    api_call(site, "DELETE /api/v1/contacts/userId:u1", "", 200);
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/contacts/search", "{}", 200), "total"), STR("0"));
    site_close(site);
    site = site_open(options);
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/contacts/search", "{}", 200), "total"), STR("0"));
    api_call(site, "POST /api/v1/contacts/userId:u1/restore", "", 200);
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/contacts/search", "{}", 200), "total"), STR("1"));
    site_close(site);
}

TEST(the_export_of_a_person_has_former_values_companies_bands_and_events_of_all_who_are_this_person)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/scores/lead/publish",
             "{'text':'score: lead\\nbands: [{label: MQL, from: 1}]\\ngroups:\\n- name: Web\\n  category: engagement\\n"
             "  rules:\\n  - {name: Pages, event: page_viewed, points: 1}\\n'}",
             200);
    make_ada(site);
    site_time_passes(site, 1000);
    api_call(site, "POST /api/v1/events",
             "{'events':[{'type':'page','userId':'u2'},{'type':'identify','userId':'u1','traits':{'plan':'free'},"
             "'context':{'groupId':'acme'}}]}",
             200);
    site_time_passes(site, 1000);
    api_call(site, "POST /api/v1/contacts/userId:u1/merge", "{'with':'userId:u2'}", 200);
    struct reply person = api_call(site, "GET /api/v1/contacts/userId:u1/export", "", 200);
    CHECK_TRUE(reply_has(person,
                         "{\"property\":\"plan\",\"values\":[{\"from\":\"2026-01-05T10:00:01Z\",\"value\":\"free\"},"
                         "{\"from\":\"2026-01-05T10:00:00Z\",\"value\":\"pro\"}]}"));
    CHECK_STR(api_at(site, person, "associations.0.id"), STR("acme"));
    CHECK_STR(api_at(site, person, "events.0.name"), STR("page_viewed"));
    CHECK_TRUE(reply_has(person, "\"id\":\"u2\",\"score\":\"lead\",\"band\":\"MQL\"")); /* before the merge */
    CHECK_TRUE(reply_has(person, "\"cause\":\"merged\""));
    site_close(site);
}

TEST(an_erased_person_is_not_found_by_anything)
{
    struct site *site = open_site();
    make_ada(site);
    site_send(site, "/v1/track", "{\"event\":\"visit\",\"userId\":\"u1\"}");
    api_call(site, "DELETE /api/v1/contacts/userId:u1?erase=true", "", 204);
    api_call(site, "GET /api/v1/contacts/userId:u1", "", 404);
    api_call(site, "GET /api/v1/contacts/email:ada@acme.example", "", 404);
    CHECK_FALSE(reply_has(api_call(site, "GET /api/v1/contacts", "", 200), "acme"));
    site_close(site);
}

TEST(a_batch_tells_of_each_record_and_one_refusal_hinders_no_other)
{
    struct site *site = open_site();
    struct reply reply =
        api_call(site, "POST /api/v1/companies/batch",
                 "{'mode':'create','records':[{'id':'a'},{'properties':{}},{'id':'b'},{'id':'a'},7]}", 200);
    CHECK_STR(api_at(site, reply, "taken"), STR("2"));
    CHECK_STR(api_at(site, reply, "refused"), STR("3"));
    CHECK_STR(api_at(site, reply, "results.0.status"), STR("200"));
    CHECK_STR(api_at(site, reply, "results.1.code"), STR("no_id"));
    CHECK_STR(api_at(site, reply, "results.3.status"), STR("409"));
    CHECK_STR(api_at(site, reply, "results.4.code"), STR("wrong_type"));
    site_close(site);
}

TEST(pages_of_a_list_hold_every_record_once)
{
    struct site *site = open_site();
    for (int i = 0; i < 25; i++)
        api_call(site, "POST /api/v1/deals", arena_format(site->arena, "{'id':'d%d'}", i).at, 201);
    uint32_t seen = 0;
    const char *line = "GET /api/v1/deals?limit=10";
    for (int pages = 0; pages < 5; pages++) {
        struct reply page = api_call(site, line, "", 200);
        for (uint32_t i = 0; i < 10; i++) {
            struct str id = api_at(site, page, arena_format(site->arena, "results.%u.id", i).at);
            if (str_equal(id, STR("(absent)"))) break;
            CHECK_STR(id, arena_format(site->arena, "d%u", seen));
            seen++;
        }
        struct str next = api_at(site, page, "next");
        if (str_equal(next, STR("null"))) break;
        line = arena_format(site->arena, "GET /api/v1/deals?limit=10&after=" STR_FMT, STR_ARG(next)).at;
    }
    CHECK_INT(seen, 25);
    site_close(site);
}

TEST(a_search_finds_sorts_and_pages)
{
    struct site *site = open_site();
    for (int i = 0; i < 9; i++)
        api_call(site, "POST /api/v1/companies",
                 arena_format(site->arena, "{'id':'c%d','properties':{'employees':%d}}", i, i * 10).at, 201);
    struct reply page =
        api_call(site, "POST /api/v1/companies/search",
                 "{'where':{'property':'employees','gte':30},'sort':'employees','descending':true,'limit':4}", 200);
    CHECK_STR(api_at(site, page, "total"), STR("6"));
    CHECK_STR(api_at(site, page, "results.0.id"), STR("c8"));
    CHECK_STR(api_at(site, page, "results.3.id"), STR("c5"));
    struct str next = api_at(site, page, "next");
    page = api_call(site, "POST /api/v1/companies/search",
                    arena_format(site->arena,
                                 "{'where':{'property':'employees','gte':30},'sort':'employees','descending':true,"
                                 "'limit':4,'after':'" STR_FMT "'}",
                                 STR_ARG(next))
                        .at,
                    200);
    CHECK_STR(api_at(site, page, "results.1.id"), STR("c3"));
    CHECK_STR(api_at(site, page, "next"), STR("null"));
    site_close(site);
}

TEST(a_timeline_is_told_newest_first_in_pages)
{
    struct site *site = open_site();
    make_ada(site);
    for (int i = 0; i < 5; i++)
        site_send(site, "/v1/track",
                  arena_format(site->arena,
                               "{\"event\":\"e%d\",\"userId\":\"u1\",\"messageId\":\"m%d\",\"timestamp\":"
                               "\"2026-01-0%dT00:00:00Z\",\"properties\":{\"path\":\"/x\"}}",
                               i, i, i + 1)
                      .at);
    struct reply page = api_call(site, "GET /api/v1/contacts/userId:u1/events?limit=3", "", 200);
    CHECK_STR(api_at(site, page, "results.0.name"), STR("e4"));
    CHECK_STR(api_at(site, page, "results.0.properties.path"), STR("/x"));
    CHECK_STR(api_at(site, page, "total"), STR("5"));
    page = api_call(site, "GET /api/v1/contacts/userId:u1/events?limit=3&after=3", "", 200);
    CHECK_STR(api_at(site, page, "results.1.name"), STR("e0"));
    CHECK_STR(api_at(site, page, "next"), STR("null"));
    site_close(site);
}

TEST(a_write_that_is_sent_again_with_its_key_is_not_done_again)
{
    struct site *site = open_site();
    const char *key = "Idempotency-Key: k1\r\n";
    struct reply first = api_call_with(site, "POST /api/v1/deals", key, "{'id':'d1'}", 201);
    struct reply again = api_call_with(site, "POST /api/v1/deals", key, "{'id':'d1'}", 201);
    CHECK_STR(again.body, first.body);
    CHECK_STR(reply_header(again, "Idempotency-Replayed"), STR("true"));
    api_call_with(site, "POST /api/v1/deals", key, "{'id':'d2'}", 422);
    api_call_with(site, "POST /api/v1/deals", "Idempotency-Key: k2\r\n", "{'id':'d1'}", 409);
    api_call_with(site, "POST /api/v1/deals", "Idempotency-Key: k2\r\n", "{'id':'d3'}",
                  201); /* k2 did nothing before */
    site_time_passes(site, INT64_C(86400000));
    api_call_with(site, "POST /api/v1/deals", key, "{'id':'d4'}", 201);
    site_close(site);
}

TEST(a_mistyped_member_of_one_record_of_a_batch_refuses_that_one)
{
    struct site *site = open_site();
    struct reply reply = api_call(site, "POST /api/v1/contacts/batch",
                                  "{'records':[{'id':'a','propertees':{'x':1}},{'properties':{}},{'id':'b'}]}", 200);
    CHECK_STR(api_at(site, reply, "results.0.status"), STR("400"));
    CHECK_STR(api_at(site, reply, "results.0.at"), STR("propertees"));
    CHECK_STR(api_at(site, reply, "results.0.detail"), STR("'propertees' is not known here"));
    CHECK_STR(api_at(site, reply, "results.1.at"), STR("id"));
    CHECK_STR(api_at(site, reply, "results.2.status"), STR("200"));
    site_close(site);
}

TEST(what_is_not_there_is_told_with_the_part_of_the_path_that_names_it)
{
    static const struct {
        const char *line, *at;
    } row[] = {
        {"GET /api/v1/contacts/nobody", "ref"},
        {"DELETE /api/v1/keys/77", "number"},
        {"DELETE /api/v1/tokens/77", "number"},
        {"GET /api/v1/users/77", "user"},
        {"GET /api/v1/models/none", "model"},
        {"POST /api/v1/models/none/train", "model"},
        {"POST /api/v1/models/none/versions/1/promote", "model"},
        {"GET /api/v1/jobs/77", "id"},
        {"GET /api/v1/experiments/none", "name"},
        {"DELETE /api/v1/bots/exceptions/7", "number"},
        {"DELETE /api/v1/scores/none", "name"},
    };
    struct site *site = open_site();
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_STR(api_at(site, api_call(site, row[i].line, "", 404), "at"), str_from_c(row[i].at));
    site_close(site);
}

TEST(a_name_that_nobody_knows_is_refused_and_the_nearest_told)
{
    static const struct {
        const char *line, *body, *at, *detail;
    } row[] = {
        {"POST /api/v1/contacts", "{'id':'a','propertees':{'x':1}}", "propertees",
         "'propertees' is not known here; did you mean 'properties'?"},
        {"POST /api/v1/contacts/a/merge", "{'other':'b'}", "other", "'other' is not known here; there may be: with"},
        {"GET /api/v1/contacts?limt=5", "", "limt", "'limt' is not known here; did you mean 'limit'?"},
        {"GET /api/v1/scores?color=red", "", "color", "'color' is not known here; there may be none"},
    };
    struct site *site = open_site();
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        if (i == 1) api_call(site, "POST /api/v1/contacts", "{'id':'a'}", 201);
        struct reply refused = api_call(site, row[i].line, row[i].body, 400);
        CHECK_STR(api_at(site, refused, "at"), str_from_c(row[i].at));
        CHECK_STR(api_at(site, refused, "detail"), str_from_c(row[i].detail));
    }
    site_close(site);
}

TEST(a_body_that_is_not_what_it_should_be_is_refused_with_a_place)
{
    static const struct {
        const char *line, *body, *at;
    } row[] = {
        {"POST /api/v1/contacts", "[]", "(absent)"},
        {"POST /api/v1/contacts", "{'id':{}}", "id"},
        {"POST /api/v1/contacts", "{'id':'a','properties':7}", "properties"},
        {"POST /api/v1/contacts", "{'id':'a','at':'soon'}", "at"},
        {"POST /api/v1/contacts", "{'id':'a','at':'2030-01-01T00:00:00Z'}", "at"},
        {"POST /api/v1/contacts/search", "{'where':'x'}", "where"},
        {"POST /api/v1/contacts/search", "{'limit':0}", "limit"},
        {"POST /api/v1/contacts/search", "{'after':'x'}", "after"},
        {"POST /api/v1/contacts/search", "{'sort':'nothing'}", "sort"},
        {"GET /api/v1/contacts?limit=1001", "", "limit"},
        {"GET /api/v1/contacts?archived=7", "", "archived"},
        {"POST /api/v1/contacts/batch", "{'records':{}}", "records"},
        {"POST /api/v1/contacts/batch", "{'mode':'x','records':[]}", "mode"},
    };
    struct site *site = open_site();
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_STR(api_at(site, api_call(site, row[i].line, row[i].body, 400), "at"), str_from_c(row[i].at));
    site_close(site);
}
