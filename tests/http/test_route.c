/* test_route.c — a path finds its row, or learns why not. */
// SPDX-License-Identifier: Apache-2.0
#include "http/route.h"

#include "base/buf.h"
#include "harness.h"

enum { ROOT, LIST, CREATE, SEARCH, SHOW, PATCH, DELETE_, SCORE, EVENTS, SEARCH_HEAD };

static const struct route rows[] = {
    {HTTP_GET, "/", ROOT},
    {HTTP_GET, "/api/v1/contacts", LIST},
    {HTTP_POST, "/api/v1/contacts", CREATE},
    {HTTP_GET, "/api/v1/contacts/search", SEARCH},
    {HTTP_HEAD, "/api/v1/contacts/search", SEARCH_HEAD},
    {HTTP_GET, "/api/v1/contacts/{ref}", SHOW},
    {HTTP_PATCH, "/api/v1/contacts/{ref}", PATCH},
    {HTTP_DELETE, "/api/v1/contacts/{ref}", DELETE_},
    {HTTP_GET, "/api/v1/contacts/{ref}/scores/{score}", SCORE},
    {HTTP_GET, "/api/v1/contacts/{id}/events", EVENTS},
};

static struct arena *arena;
static struct route_match match;

static enum route_found find(enum http_method method, struct str path)
{
    arena_free(arena);
    arena = arena_new();
    struct route_table *table = route_table_new(rows, COUNT_OF(rows));
    enum route_found found = route_match(table, method, path, arena, &match);
    route_table_free(table);
    return found;
}

static int id(enum http_method method, struct str path)
{
    CHECK_INT(find(method, path), ROUTE_FOUND);
    return match.row->id;
}

TEST(a_path_finds_the_row_of_its_method)
{
    CHECK_INT(id(HTTP_GET, STR("/")), ROOT);
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts")), LIST);
    CHECK_INT(id(HTTP_POST, STR("/api/v1/contacts")), CREATE);
    CHECK_INT(id(HTTP_DELETE, STR("/api/v1/contacts/7")), DELETE_);
}

TEST(parameters_are_known_by_the_names_their_own_row_gives_them)
{
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/ada/scores/fit")), SCORE);
    CHECK_INT(match.count, 2);
    CHECK_STR(route_parameter(&match, "ref"), STR("ada"));
    CHECK_STR(route_parameter(&match, "score"), STR("fit"));
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/bob/events")), EVENTS);
    CHECK_STR(route_parameter(&match, "id"), STR("bob"));
}

TEST(a_parameter_may_hold_a_slash_that_came_encoded)
{
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/a%2Fb%20c%2f%c3%a4")), SHOW);
    CHECK_STR(route_parameter(&match, "ref"), STR("a/b c/\xc3\xa4"));
}

TEST(a_plus_in_a_path_is_a_plus)
{
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/ada+crm@x.example")), SHOW);
    CHECK_STR(route_parameter(&match, "ref"), STR("ada+crm@x.example"));
}

TEST(a_written_segment_may_come_encoded_too)
{
    CHECK_INT(id(HTTP_GET, STR("/%61pi/v1/c%6Fntacts")), LIST);
    CHECK_INT(find(HTTP_GET, STR("/api%2Fv1/contacts")), ROUTE_NO_PATH);
}

TEST(a_written_segment_goes_before_a_parameter_and_gives_way_where_it_leads_nowhere)
{
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/search")), SEARCH);
    CHECK_INT(match.count, 0);
    CHECK_INT(id(HTTP_PATCH, STR("/api/v1/contacts/search")), PATCH);
    CHECK_INT(id(HTTP_GET, STR("/api/v1/contacts/search/events")), EVENTS);
    CHECK_STR(route_parameter(&match, "id"), STR("search"));
}

TEST(the_head_of_a_page_is_asked_of_the_row_that_gives_the_page)
{
    CHECK_INT(id(HTTP_HEAD, STR("/api/v1/contacts")), LIST);
    CHECK_INT(id(HTTP_HEAD, STR("/api/v1/contacts/search")), SEARCH_HEAD);
    CHECK_INT(find(HTTP_HEAD, STR("/api/v1/contacts/1/scores")), ROUTE_NO_PATH);
}

TEST(an_unknown_path_is_told_from_an_unknown_method)
{
    CHECK_INT(find(HTTP_GET, STR("/api/v2/contacts")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("/api/v1")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("/api/v1/contacts/1/scores/2/3")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_OPTIONS, STR("*")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_PUT, STR("/api/v1/contacts")), ROUTE_NO_METHOD);
    CHECK_STR(route_allow(match.allowed, arena), STR("GET, HEAD, POST, OPTIONS"));
    CHECK_INT(find(HTTP_OTHER, STR("/api/v1/contacts/search")), ROUTE_NO_METHOD);
    CHECK_STR(route_allow(match.allowed, arena), STR("GET, HEAD, PATCH, DELETE, OPTIONS"));
}

TEST(an_empty_segment_is_no_parameter_and_no_path)
{
    CHECK_INT(find(HTTP_GET, STR("/api/v1/contacts/")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("//api/v1/contacts")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("/api/v1/contacts//events")), ROUTE_NO_PATH);
    CHECK_INT(find(HTTP_GET, STR("//")), ROUTE_NO_PATH);
}

TEST(bad_encoding_is_a_bad_path)
{
    static const struct str bad[] = {
        STR_INIT("/api/v1/contacts/%"),   STR_INIT("/api/v1/contacts/%4"),        STR_INIT("/api/v1/contacts/%zz"),
        STR_INIT("/api/v1/contacts/%00"), STR_INIT("/api/v1/contacts/a%00b"),     STR_INIT("/api/v1/contacts/%ff"),
        STR_INIT("/%c3/nowhere"),         STR_INIT("/api/v1/contacts/%ed%a0%80"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) CHECK_INT(find(HTTP_GET, bad[i]), ROUTE_BAD_PATH);
}

TEST(a_path_of_very_many_segments_is_for_nobody)
{
    AUTO_BUF path = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < 100000; i++) buf_append_c(&path, "/a");
    CHECK_INT(find(HTTP_GET, buf_str(&path)), ROUTE_NO_PATH);
}
