/* test_api_catalog.c — what properties are, what they were, and who is associated with whom. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"
#include "harness.h"

static struct site *open_site(void)
{
    return site_open((struct site_options){0});
}

TEST(the_later_of_two_changes_within_one_millisecond_wins)
{
    struct site *site = open_site(); /* whose clock stands */
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'plan':'pro'}}", 201);
    static const char *const plans[] = {"zero", "alpha", "free"};
    for (size_t i = 0; i < COUNT_OF(plans); i++) {
        const char *body = arena_format(site->arena, "{'properties':{'plan':'%s'}}", plans[i]).at;
        struct reply reply = api_call(site, "PATCH /api/v1/contacts/ada", body, 200);
        CHECK_STR(api_at(site, reply, "properties.plan"), str_from_c(plans[i]));
    }
    struct reply gone = api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'plan':null}}", 200);
    CHECK_STR(api_at(site, gone, "properties.plan"), STR("(absent)"));
    site_close(site);
}

TEST(the_later_of_two_changes_within_one_millisecond_wins_after_a_restart)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/order.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'plan':'pro'}}", 201);
    api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'plan':'free'}}", 200);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada", "", 200), "properties.plan"), STR("free"));
    struct reply last = api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'plan':'basic'}}", 200);
    CHECK_STR(api_at(site, last, "properties.plan"), STR("basic"));
    site_close(site);
}

TEST(a_property_tells_what_it_was_page_by_page)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':41}}", 201);
    site_time_passes(site, 1000);
    api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'age':null}}", 200);
    site_time_passes(site, 1000);
    api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'age':42}}", 200);
    struct reply first = api_call(site, "GET /api/v1/contacts/ada/properties/age/history?limit=2", "", 200);
    CHECK_STR(api_at(site, first, "results.0.value"), STR("42"));
    CHECK_STR(api_at(site, first, "results.0.from"), STR("2026-01-05T10:00:02Z"));
    CHECK_CONTAINS(first.body, STR("\"value\":null"));
    CHECK_STR(api_at(site, first, "next"), STR("2"));
    struct reply last = api_call(site, "GET /api/v1/contacts/ada/properties/age/history?limit=2&after=2", "", 200);
    CHECK_STR(api_at(site, last, "results.0.value"), STR("41"));
    CHECK_CONTAINS(last.body, STR("\"next\":null"));
    api_call(site, "GET /api/v1/contacts/ada/properties/height/history", "", 404);
    site_close(site);
}

TEST(a_record_tells_who_it_is_associated_with_until_that_ends)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','company':'acme'}", 201);
    api_call(site, "POST /api/v1/deals", "{'id':'d1','company':'acme','contacts':['ada']}", 201);
    struct reply of_ada = api_call(site, "GET /api/v1/contacts/ada/associations", "", 200);
    CHECK_STR(api_at(site, of_ada, "results.0.object"), STR("company"));
    CHECK_STR(api_at(site, of_ada, "results.0.id"), STR("acme"));
    CHECK_STR(api_at(site, of_ada, "results.1.id"), STR("d1"));
    CHECK_STR(api_at(site, of_ada, "total"), STR("2"));
    api_call(site, "DELETE /api/v1/contacts/ada/company/acme", "", 204);
    of_ada = api_call(site, "GET /api/v1/contacts/ada/associations", "", 200);
    CHECK_STR(api_at(site, of_ada, "results.0.id"), STR("d1"));
    struct reply before = api_call(site, "GET /api/v1/deals/d1/associations?as_of=2026-01-01T00:00:00Z", "", 200);
    CHECK_STR(api_at(site, before, "total"), STR("0"));
    site_close(site);
}

/* ---- Declaring. ---- */

TEST(a_declared_property_takes_only_what_it_was_declared_to_be)
{
    struct site *site = open_site();
    struct reply made = api_call(site, "POST /api/v1/properties/contact/age", "{'type':'number'}", 201);
    CHECK_STR(api_at(site, made, "property.type"), STR("number"));
    api_call(site, "POST /api/v1/properties/contact/age", "{'type':'number'}", 409);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':'old'}}", 400);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':41}}", 201);
    api_call(site, "PATCH /api/v1/properties/contact/height", "{'type':'number'}", 404);
    api_call(site, "POST /api/v1/properties/contact/plan", "{'type':'colour'}", 400);
    api_call(site, "POST /api/v1/properties/planet/plan", "{'type':'number'}", 404);
    api_call(site, "POST /api/v1/properties/contact/plan", "{'type':'number','options':['a']}", 400);
    site_close(site);
}

TEST(values_that_contradict_a_new_type_are_counted_first_and_then_are_no_value)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/declare.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'size':'40'}}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben','properties':{'size':'large'}}", 201);
    const char *score = "{'text':'score: lead\\nbands: [{label: MQL, from: 1}]\\ngroups: [{name: g, category: fit, "
                        "rules: [{name: r, when: {property: size, known: true}, points: 5}]}]\\n'}";
    api_call(site, "POST /api/v1/scores/lead/publish", score, 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ben/scores/lead", "", 200), "band"), STR("MQL"));
    struct reply refused = api_call(site, "PATCH /api/v1/properties/contact/size", "{'type':'number'}", 409);
    CHECK_STR(api_at(site, refused, "code"), STR("values_contradict"));
    CHECK_CONTAINS(api_at(site, refused, "detail"), STR("1 value is no number"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ben", "", 200), "properties.size"), STR("large"));
    struct reply forced =
        api_call(site, "PATCH /api/v1/properties/contact/size", "{'type':'number','force':true}", 200);
    CHECK_STR(api_at(site, forced, "contradicting"), STR("1"));
    api_call(site, "PATCH /api/v1/contacts/ada", "{'properties':{'size':'large'}}", 400);
    for (int start = 0; start < 2; start++) {
        CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada", "", 200), "properties.size"), STR("40"));
        struct reply ben = api_call(site, "GET /api/v1/contacts/ben/scores/lead", "", 200);
        CHECK_STR(api_at(site, ben, "micro"), STR("0"));
        site_close(site);
        site = site_open((struct site_options){.database = path});
    }
    site_close(site);
}

TEST(options_of_an_enumeration_hold_after_a_restart_and_can_be_changed)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/options.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    api_call(site, "POST /api/v1/properties/contact/plan", "{'type':'enumeration','options':['Free','Pro']}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'plan':'pro'}}", 201);
    api_call(site, "PATCH /api/v1/properties/contact/plan", "{'type':'enumeration','options':['free']}", 409);
    api_call(site, "PATCH /api/v1/properties/contact/plan", "{'type':'enumeration','options':['pro','team']}", 200);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    api_call(site, "POST /api/v1/contacts", "{'id':'ben','properties':{'plan':'free'}}", 400);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben','properties':{'plan':'Team'}}", 201);
    site_close(site);
}

TEST(a_declaration_that_a_score_in_force_contradicts_changes_nothing)
{
    struct site *site = open_site();
    const char *score = "{'text':'score: lead\\ngroups: [{name: g, category: fit, rules: [{name: r, when: {property: "
                        "age, gte: 18}, points: 5}]}]\\n'}";
    api_call(site, "POST /api/v1/scores/lead/publish", score, 200);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':41}}", 201);
    struct reply refused =
        api_call(site, "PATCH /api/v1/properties/contact/age", "{'type':'boolean','force':true}", 400);
    CHECK_CONTAINS(api_at(site, refused, "detail"), STR("age"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada", "", 200), "properties.age"), STR("41"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada/scores/lead", "", 200), "value"), STR("5"));
    site_close(site);
}
