/* test_load_segment.c — calls of Segment's tracking API: events, versions, companies, and who is who. */
// SPDX-License-Identifier: Apache-2.0
#include "load_world.h"

static const char *const schema =
    "contact: {email: string, plan: string, address.city: string, age: number}\n"
    "company: {name: string, employees: number}\n"
    "event: {url: string, path: string, title: string, referrer: string, name: string, price: number, id: string}\n";

TEST(track_page_and_screen_are_events)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Signed Up\",\"properties\":{\"price\":3,\"id\":\"x\"},"
               "\"timestamp\":\"2026-01-01T00:00:00Z\",\"messageId\":\"m1\"}\n"
               "{\"type\":\"page\",\"userId\":\"u\",\"name\":\"Home\",\"properties\":{\"url\":\"https://a.b/c/"
               "d?e#f\",\"title\":\"T\"},"
               "\"timestamp\":\"2026-01-02T00:00:00Z\"}\n"
               "{\"type\":\"Page\",\"userId\":\"u\",\"context\":{\"page\":{\"url\":\"http://"
               "a.b\",\"path\":\"\",\"referrer\":\"r\"}},"
               "\"properties\":{\"title\":\"\"},\"timestamp\":\"2026-01-03T00:00:00Z\"}\n"
               "{\"type\":\"screen\",\"userId\":\"u\",\"name\":\"Main\",\"timestamp\":\"2026-01-04T00:00:00Z\"}\n"
               "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Signed "
               "Up\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"messageId\":\"m1\"}\n");
    world_load_well(&w);
    CHECK_INT(rejects_count(w.rejects), 0);
    CHECK_INT(w.summary.events, 5);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("u"));
    CHECK_CONTAINS(world_events(&w, "u"), STR("2026-01-01T00:00:00Z Signed Up"));
    CHECK_CONTAINS(world_events(&w, "u"),
                   STR(" 2026-01-02T00:00:00Z page_viewed{url=https://a.b/c/d?e#f,path=/c/d,title=T,name=Home} "
                       "2026-01-03T00:00:00Z page_viewed{url=http://a.b,path=/,referrer=r} "
                       "2026-01-04T00:00:00Z screen_viewed{name=Main}"));
    CHECK_INT(history_events(w.history), 4);
    world_free(&w);
}

TEST(the_path_of_a_page_follows_from_its_url)
{
    static const struct {
        const char *url, *path;
    } row[] = {
        {"https://a.b/c", "/c"}, {"https://a.b", "/"},          {"https://a.b?x=/y", "/"}, {"/c/d?e", "/c/d"},
        {"a.b/c", "a.b/c"},      {"file:///home/x", "/home/x"}, {"https://a.b/#top", "/"}, {"//a.b/c", "//a.b/c"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new("event: {path: string}");
        AUTO_BUF line = BUF_INIT(4096);
        AUTO_BUF events = BUF_INIT(4096);
        buf_format(
            &line,
            "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"2026-01-02\",\"properties\":{\"url\":\"%s\"}}\n",
            row[i].url);
        buf_format(&events, "2026-01-02T00:00:00Z page_viewed{path=%s}", row[i].path);
        world_bytes(&w, ENTITY_EVENT, "calls.jsonl", buf_str(&line));
        world_load_well(&w);
        CHECK_STR(world_events(&w, "u"), buf_str(&events));
        world_free(&w);
    }
}

TEST(traits_hold_from_their_call_on)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,plan\nu,free\n");
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"plan\":\"pro\",\"address\":{\"city\":\"Brno\"}},"
               "\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"plan\":null},\"timestamp\":\"2026-01-04\"}\n"
               "{\"type\":\"identify\",\"userId\":\"u\",\"context\":{\"traits\":{\"plan\":\"gold\"}},\"timestamp\":"
               "\"2026-01-05\"}\n");
    world_load_well(&w);
    CHECK_STR(world_value_at(&w, ENTITY_CONTACT, "u", "plan", "2026-01-01"), STR("free"));
    CHECK_STR(world_value_at(&w, ENTITY_CONTACT, "u", "plan", "2026-01-02"), STR("pro"));
    CHECK_STR(world_value_at(&w, ENTITY_CONTACT, "u", "plan", "2026-01-04"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "u", "plan"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "u", "address.city"), STR("Brno"));
    CHECK_INT(w.summary.rows[ENTITY_EVENT], 3);
    CHECK_INT(w.summary.events, 0);
    world_free(&w);
}

TEST(a_group_is_a_company_that_the_contact_belongs_to)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"group\",\"userId\":\"u\",\"groupId\":\"g1\",\"traits\":{\"name\":\"Acme\",\"employees\":9},"
               "\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"group\",\"anonymousId\":\"x\",\"groupId\":7,\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"group\",\"userId\":\"u\",\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"group\",\"userId\":\"v\",\"groupId\":\"g2\",\"traits\":{\"employees\":\"few\"},"
               "\"timestamp\":\"2026-01-02\"}\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_COMPANY), STR("7 g1"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "u"), STR("g1"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "x"), STR("7"));
    CHECK_STR(world_value_at(&w, ENTITY_COMPANY, "g1", "name", "2026-01-01"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_COMPANY, "g1", "name"), STR("Acme"));
    CHECK_STR(world_reject(&w, 0), STR("calls.jsonl:3: groupId: the call has no groupId"));
    CHECK_STR(world_reject(&w, 1), STR("calls.jsonl:4: employees: 'few' is not a number"));
    CHECK_STR(world_events(&w, "v"), STR("nobody"));
    world_free(&w);
}

TEST(a_company_among_the_traits_or_in_the_context_is_one_too)
{
    struct world w = world_new("contact: {company.name: string}\ncompany: {name: string, employees: number}");
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"company\":{\"id\":\"c\",\"name\":\"Acme\"}},"
               "\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"v\",\"context\":{\"groupId\":\"c\"},\"timestamp\":"
               "\"2026-01-03\"}\n"
               "{\"type\":\"identify\",\"userId\":\"w\",\"traits\":{\"company\":{\"id\":\"d\",\"employees\":\"few\"}},"
               "\"timestamp\":\"2026-01-03\"}\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_COMPANY), STR("c"));
    CHECK_STR(world_value(&w, ENTITY_COMPANY, "c", "name"), STR("Acme"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "u", "company.name"), STR("Acme"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "u"), STR("c"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "v"), STR("c"));
    CHECK_STR(world_reject(&w, 0), STR("calls.jsonl:3: employees: 'few' is not a number"));
    world_free(&w);
}

TEST(a_call_by_a_program_is_automatic)
{
    struct world w = world_new("");
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"2026-01-02\",\"context\":{\"userAgent\":"
               "\"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)\"}}\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "u"), STR("2026-01-02T00:00:00Z page_viewed bot"));
    world_free(&w);
}

TEST(a_wrong_clock_is_corrected_by_what_it_said_when_sending)
{
    static const struct {
        const char *times, *at;
    } row[] = {
        {"\"timestamp\":\"2026-01-01T00:00:05Z\",\"originalTimestamp\":\"2020-01-01T00:00:00Z\"",
         "2026-01-01T00:00:05Z"},
        {"\"originalTimestamp\":\"2020-01-01T00:00:00Z\",\"sentAt\":\"2020-01-01T00:00:10Z\",\"receivedAt\":\"2026-01-"
         "01T00:00:10Z\"",
         "2026-01-01T00:00:00Z"},
        {"\"originalTimestamp\":\"2020-01-01T00:00:00Z\",\"sentAt\":\"2020-01-01T00:00:10Z\"", "2020-01-01T00:00:00Z"},
        {"\"timestamp\":null,\"sentAt\":\"2020-01-01T00:00:10Z\",\"receivedAt\":\"2026-01-01\"",
         "2020-01-01T00:00:10Z"},
        {"\"timestamp\":\"\",\"receivedAt\":1767225600000", "2026-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new("");
        AUTO_BUF line = BUF_INIT(4096);
        AUTO_BUF events = BUF_INIT(4096);
        buf_format(&line, "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",%s}\n", row[i].times);
        buf_format(&events, "%s e", row[i].at);
        world_bytes(&w, ENTITY_EVENT, "calls.jsonl", buf_str(&line));
        world_load_well(&w);
        CHECK_STR(world_events(&w, "u"), buf_str(&events));
        world_free(&w);
    }
}

TEST(a_call_that_lacks_its_parts_is_refused)
{
    static const struct {
        const char *line, *says;
    } row[] = {
        {"{\"type\":\"track\",\"event\":\"e\",\"timestamp\":1}", "userId: the call has no userId and no anonymousId"},
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\"}", "timestamp: the call has no time"},
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"timestamp\":{}}", "timestamp: it is not a time"},
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1,\"sentAt\":\"x\"}",
         "sentAt: 'x' is not a time"},
        {"{\"type\":\"track\",\"event\":[1],\"userId\":\"u\",\"timestamp\":1}", "event: the call names no event"},
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1,\"properties\":{\"price\":\"x\"}}",
         "price: 'x' is not a number"},
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u\",\"timestamp\":1,\"properties\":{\"bot\":\"x\"}}",
         "properties.bot: 'x' is neither true nor false"},
        {"{\"type\":\"identify\",\"userId\":\"u\",\"timestamp\":1,\"traits\":{\"plan\":\"pro\",\"age\":\"x\"}}",
         "age: 'x' is not a number"},
        {"{\"type\":\"alias\",\"userId\":\"u\",\"timestamp\":1}", "previousId: the call has no previousId"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new(schema);
        world_file(&w, ENTITY_EVENT, "calls.jsonl", row[i].line);
        world_load_well(&w);
        CHECK_CONTAINS(world_reject(&w, 0), str_from_c(row[i].says));
        CHECK_INT(rejects_count(w.rejects), 1);
        CHECK_INT(w.summary.rows[ENTITY_EVENT], 0);
        CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR(""));
        CHECK_INT(history_records(w.history, ENTITY_CONTACT), 0);
        world_free(&w);
    }
}

TEST(what_an_anonymous_visitor_did_counts_for_who_it_turns_out_to_be)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_EVENT, "calls.jsonl",
               "{\"type\":\"track\",\"event\":\"before\",\"anonymousId\":\"anon\",\"timestamp\":\"2026-01-01\"}\n"
               "{\"type\":\"track\",\"event\":\"alone\",\"anonymousId\":\"nobody in "
               "particular\",\"timestamp\":\"2026-01-01\"}\n"
               "{\"type\":\"identify\",\"anonymousId\":\"anon\",\"userId\":\"u\",\"timestamp\":\"2026-01-02\"}\n"
               "{\"type\":\"alias\",\"previousId\":\"old\",\"userId\":\"u\",\"timestamp\":\"2026-01-03\"}\n"
               "{\"type\":\"track\",\"event\":\"as old\",\"userId\":\"old\",\"timestamp\":\"2025-12-30\"}\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "u"), STR("2025-12-30T00:00:00Z as old 2026-01-01T00:00:00Z before"));
    CHECK_STR(world_events(&w, "anon"), world_events(&w, "u"));
    CHECK_STR(world_events(&w, "old"), world_events(&w, "u"));
    CHECK_STR(world_events(&w, "nobody in particular"), STR("2026-01-01T00:00:00Z alone"));
    CHECK_INT(history_records(w.history, ENTITY_CONTACT), 2);
    world_free(&w);
}

TEST(an_e_mail_address_joins_a_user_with_the_one_row_that_has_it)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,email\nc1,Ann@x.y\nc2,two@x.y\nc3,two@x.y\nc4,dan@x.y\n");
    world_file(
        &w, ENTITY_EVENT, "calls.jsonl",
        "{\"type\":\"identify\",\"userId\":\"u1\",\"traits\":{\"email\":\"ann@X.y\"},\"timestamp\":\"2026-01-02\"}\n"
        "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"u1\",\"timestamp\":\"2026-01-01\"}\n"
        "{\"type\":\"identify\",\"userId\":\"u2\",\"traits\":{\"email\":\"two@x.y\"},\"timestamp\":\"2026-01-02\"}\n"
        "{\"type\":\"track\",\"event\":\"e\",\"userId\":\"DAN@x.y\",\"timestamp\":\"2026-01-01\"}\n"
        "{\"type\":\"track\",\"event\":\"f\",\"anonymousId\":\"a\",\"context\":{\"traits\":{\"email\":\"dan@x.y\"}},"
        "\"timestamp\":\"2026-01-02\"}\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "c1"), STR("2026-01-01T00:00:00Z e"));
    CHECK_STR(world_events(&w, "c4"), STR("2026-01-01T00:00:00Z e 2026-01-02T00:00:00Z f"));
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("c1 c2 c3 c4 u2"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "c1", "email"), STR("ann@X.y"));
    world_free(&w);
}

/* One browser, two people: what was done before anybody signed in belongs to the first. */
TEST(two_rows_of_the_contacts_file_never_become_one)
{
    static const char *const lines[] = {
        "{\"type\":\"track\",\"event\":\"early\",\"anonymousId\":\"x\",\"timestamp\":\"2026-01-01\"}",
        "{\"type\":\"track\",\"event\":\"a\",\"anonymousId\":\"x\",\"userId\":\"ann\",\"timestamp\":\"2026-01-02\"}",
        "{\"type\":\"track\",\"event\":\"b\",\"anonymousId\":\"x\",\"userId\":\"bob\",\"timestamp\":\"2026-01-03\"}",
        "{\"type\":\"identify\",\"userId\":\"bob\",\"traits\":{\"email\":\"ann@x.y\"},\"timestamp\":\"2026-01-04\"}",
        "{\"type\":\"alias\",\"previousId\":\"ann\",\"userId\":\"bob\",\"timestamp\":\"2026-01-05\"}",
    };
    static const size_t orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 4, 0, 3, 1}};
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct world w = world_new(schema);
        AUTO_BUF text = BUF_INIT(8192);
        for (size_t i = 0; i < 5; i++) buf_format(&text, "%s\n", lines[orders[o][i]]);
        world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,email\nann,ann@x.y\nbob,\n");
        world_bytes(&w, ENTITY_EVENT, "calls.jsonl", buf_str(&text));
        world_load_well(&w);
        CHECK_INT(rejects_count(w.rejects), 0);
        CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann bob"));
        CHECK_STR(world_events(&w, "ann"), STR("2026-01-01T00:00:00Z early 2026-01-02T00:00:00Z a"));
        CHECK_STR(world_events(&w, "bob"), STR("2026-01-03T00:00:00Z b"));
        world_free(&w);
    }
}

TEST(the_order_of_calls_shows_nowhere)
{
    static const char *const lines[] = {
        "{\"type\":\"track\",\"event\":\"e1\",\"anonymousId\":\"x\",\"timestamp\":\"2026-01-01\"}",
        "{\"type\":\"identify\",\"anonymousId\":\"x\",\"userId\":\"u\",\"traits\":{\"plan\":\"a\"},\"timestamp\":"
        "\"2026-01-02\",\"messageId\":\"m2\"}",
        "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"plan\":\"b\"},\"timestamp\":\"2026-01-02\","
        "\"messageId\":\"m1\"}",
        "{\"type\":\"alias\",\"previousId\":\"v\",\"userId\":\"u\",\"timestamp\":\"2026-01-03\"}",
        "{\"type\":\"track\",\"event\":\"e2\",\"userId\":\"v\",\"timestamp\":\"2026-01-01\"}",
    };
    static const size_t orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {3, 0, 4, 2, 1}};
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct world w = world_new(schema);
        AUTO_BUF text = BUF_INIT(8192);
        for (size_t i = 0; i < 5; i++) buf_format(&text, "%s\n", lines[orders[o][i]]);
        world_bytes(&w, ENTITY_EVENT, "calls.jsonl", buf_str(&text));
        world_load_well(&w);
        CHECK_STR(world_value(&w, ENTITY_CONTACT, "u", "plan"), STR("a"));
        CHECK_INT(history_records(w.history, ENTITY_CONTACT), 1);
        CHECK_STR(world_events(&w, "x"), world_events(&w, "v"));
        CHECK_INT(history_events(w.history), 2);
        world_free(&w);
    }
}
