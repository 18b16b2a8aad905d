/* test_api_segments.c — who enters and leaves a segment, and lists that somebody keeps. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"
#include "harness.h"

static struct site *open_site(const char *database)
{
    struct site *site = site_open((struct site_options){.database = database});
    api_call(site, "POST /api/v1/segments/active/publish",
             "{'text':'segment: active\\nwhen: {event: seen, within: 30d}\\n'}", 200);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','userId':'u1'}", 201);
    return site;
}

static void see(struct site *site)
{
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u1\",\"event\":\"seen\",\"messageId\":\"m\"}").status, 200);
}

static struct reply changes(struct site *site)
{
    return api_call(site, "GET /api/v1/segments/active/changes", "", 200);
}

TEST(a_fact_lets_somebody_enter_a_segment_and_time_lets_her_leave_it)
{
    struct site *site = open_site(NULL);
    CHECK_STR(api_at(site, changes(site), "results.0.id"), STR("(absent)"));
    see(site);
    CHECK_STR(api_at(site, changes(site), "results.0.id"), STR("ada"));
    CHECK_STR(api_at(site, changes(site), "results.0.cause"), STR("fact"));
    site_time_passes(site, INT64_C(31) * 86400000);
    uint64_t moved = 0;
    struct err_info why = {0};
    CHECK_OK(engine_sweep(site->server->engine, &moved, &why), why);
    CHECK_INT(moved, 1);
    struct reply now = changes(site);
    CHECK_CONTAINS(now.body, STR("\"entered\":false"));
    CHECK_STR(api_at(site, now, "results.0.cause"), STR("time"));
    CHECK_CONTAINS(now.body, STR("\"entered\":true"));
    CHECK_OK(engine_sweep(site->server->engine, &moved, &why), why);
    CHECK_INT(moved, 0);
    site_close(site);
}

TEST(membership_is_remembered_over_a_restart_and_is_no_band)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/segments.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    see(site);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    uint32_t ada = engine_find(site->server->engine, ENTITY_CONTACT, STR("ada"));
    CHECK_TRUE(engine_is_member(site->server->engine, ENTITY_CONTACT, STR("active"), ada));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/bands", "", 200), "results.0.id"), STR("(absent)"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada/bands", "", 200), "results.0.id"), STR("(absent)"));
    site_close(site);
}

TEST(publishing_a_segment_tells_who_is_in_it_and_putting_a_contact_away_lets_it_leave)
{
    struct site *site = open_site(NULL);
    see(site);
    api_call(site, "POST /api/v1/segments/named/publish", "{'text':'segment: named\\nwhen: {segment: active}\\n'}",
             200);
    struct reply named = api_call(site, "GET /api/v1/segments/named/changes", "", 200);
    CHECK_STR(api_at(site, named, "results.0.cause"), STR("published"));
    api_call(site, "DELETE /api/v1/contacts/ada", "", 200);
    CHECK_CONTAINS(changes(site).body, STR("\"entered\":false"));
    api_call(site, "GET /api/v1/segments/nobody/changes", "", 404);
    site_close(site);
}

TEST(pages_of_changes_hold_each_once)
{
    struct site *site = open_site(NULL);
    see(site);
    api_call(site, "DELETE /api/v1/contacts/ada", "", 200);
    struct reply first = api_call(site, "GET /api/v1/segments/active/changes?limit=1", "", 200);
    CHECK_CONTAINS(first.body, STR("\"entered\":false"));
    const char *line = arena_format(site->arena, "GET /api/v1/segments/active/changes?limit=1&after=" STR_FMT,
                                    STR_ARG(api_at(site, first, "next")))
                           .at;
    struct reply second = api_call(site, line, "", 200);
    CHECK_CONTAINS(second.body, STR("\"entered\":true"));
    site_close(site);
}

TEST(an_erased_person_is_in_no_segment_and_no_list)
{
    struct site *site = open_site(NULL);
    see(site);
    api_call(site, "POST /api/v1/lists", "{'name':'vips'}", 201);
    api_call(site, "POST /api/v1/lists/vips/members", "{'add':['ada']}", 200);
    uint32_t ada = engine_find(site->server->engine, ENTITY_CONTACT, STR("ada"));
    api_call(site, "DELETE /api/v1/contacts/ada?erase=true", "", 204);
    CHECK_FALSE(engine_is_member(site->server->engine, ENTITY_CONTACT, STR("active"), ada));
    CHECK_FALSE(engine_in_list(site->server->engine, STR("vips"), ENTITY_CONTACT, ada));
    CHECK_STR(api_at(site, changes(site), "results.0.id"), STR("(absent)"));
    site_close(site);
}

/* ---- Lists. ---- */

TEST(a_list_has_the_members_that_somebody_named_until_they_are_taken_off)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/lists.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben'}", 201);
    api_call(site, "POST /api/v1/lists", "{'name':'vips','title':'Important'}", 201);
    api_call(site, "POST /api/v1/lists", "{'name':'vips'}", 409);
    api_call(site, "POST /api/v1/lists", "{'name':'Very Important'}", 400);
    struct reply added = api_call(site, "POST /api/v1/lists/vips/members", "{'add':['userId:u1','ben','ada']}", 200);
    CHECK_STR(api_at(site, added, "added"), STR("2"));
    api_call(site, "POST /api/v1/lists/vips/members", "{'remove':['ben']}", 200);
    api_call(site, "POST /api/v1/lists/vips/members", "{'add':['nobody']}", 404);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    struct reply members = api_call(site, "GET /api/v1/lists/vips/members", "", 200);
    CHECK_STR(api_at(site, members, "results.0.id"), STR("ada"));
    CHECK_STR(api_at(site, members, "results.1.id"), STR("(absent)"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/lists", "", 200), "results.0.title"), STR("Important"));
    struct reply ada = api_call(site, "GET /api/v1/contacts/ada", "", 200);
    CHECK_STR(api_at(site, ada, "lists.0"), STR("vips"));
    CHECK_FALSE(str_contains(ada.body, STR("plumb.list")));
    CHECK_FALSE(str_contains(api_call(site, "GET /api/v1/properties", "", 200).body, STR("plumb.list")));
    struct reply found = api_call(site, "POST /api/v1/contacts/search", "{'where':{'list':'vips'}}", 200);
    CHECK_STR(api_at(site, found, "results.0.id"), STR("ada"));
    CHECK_STR(api_at(site, found, "results.1.id"), STR("(absent)"));
    api_call(site, "POST /api/v1/segments/ours/publish", "{'text':'segment: ours\\nwhen: {list: vips}\\n'}", 200);
    CHECK_CONTAINS(api_call(site, "DELETE /api/v1/lists/vips", "", 409).body, STR("in_use"));
    api_call(site, "DELETE /api/v1/segments/ours", "", 200);
    api_call(site, "DELETE /api/v1/lists/vips", "", 204);
    api_call(site, "GET /api/v1/lists/vips/members", "", 404);
    api_call(site, "POST /api/v1/lists", "{'name':'vips'}", 201);
    members = api_call(site, "GET /api/v1/lists/vips/members", "", 200);
    CHECK_STR(api_at(site, members, "results.0.id"), STR("(absent)"));
    site_close(site);
}

TEST(whoever_stays_of_two_that_are_one_is_in_the_lists_of_both)
{
    struct site *site = open_site(NULL);
    site_time_passes(site, 1000);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada-2'}", 201);
    api_call(site, "POST /api/v1/lists", "{'name':'vips'}", 201);
    api_call(site, "POST /api/v1/lists/vips/members", "{'add':['ada-2']}", 200);
    api_call(site, "POST /api/v1/contacts/ada-2/merge", "{'with':'ada'}", 200);
    struct reply members = api_call(site, "GET /api/v1/lists/vips/members", "", 200);
    CHECK_STR(api_at(site, members, "results.0.id"), STR("ada"));
    CHECK_STR(api_at(site, members, "results.1.id"), STR("(absent)"));
    site_close(site);
}
