/* test_load_events.c — plain events: who, what, when, properties, and why a row is refused. */
// SPDX-License-Identifier: Apache-2.0
#include "load_world.h"

#include <string.h>

#include "base/input.h"
#include "files/load_internal.h"

static const char *const schema = "event: {path: string, seconds: number, bot: boolean}\n";
static const char *const contacts = "id,email\nann,Ann@Example.com\nbob,same@x.y\ncyd,same@x.y\n";

TEST(events_come_with_their_properties)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(&w, ENTITY_EVENT, "events.csv",
               "contact,event,time,path,seconds,other\n"
               "ann, page viewed ,2026-01-05T10:00:00Z,/pricing,3,x\n"
               "ann,mail,1767603600,,,\n"
               "bob,mail,1767603600250,,7,\n");
    world_load_well(&w);
    CHECK_INT(rejects_count(w.rejects), 0);
    CHECK_STR(world_events(&w, "ann"),
              STR("2026-01-05T09:00:00Z mail 2026-01-05T10:00:00Z page viewed{path=/pricing,seconds=3}"));
    CHECK_STR(world_events(&w, "bob"), STR("2026-01-05T09:00:00.250Z mail{seconds=7}"));
    CHECK_STR(world_events(&w, "cyd"), STR(""));
    CHECK_INT(w.summary.events, 3);
    CHECK_INT(w.summary.rows[ENTITY_EVENT], 3);
    world_free(&w);
}

TEST(events_in_json_lines_are_the_same_events)
{
    struct world w = world_new("event: {path: string, page.title: string, tags: set, type: string}\n");
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(
        &w, ENTITY_EVENT, "events.jsonl",
        "{\"contact\":\"ann\",\"event\":\"view\",\"time\":1767603600,\"path\":\"/a\",\"page\":{\"title\":\"T\"},"
        "\"tags\":[\"x\",\"y\"],\"type\":\"track\"}\n"
        "{\"time\":\"2026-01-05T10:00:00+01:00\",\"event\":\"view\",\"contact\":\"bob\",\"path\":null,\"page\":3}\n");
    world_load_well(&w);
    CHECK_INT(rejects_count(w.rejects), 0);
    CHECK_STR(world_events(&w, "ann"), STR("2026-01-05T09:00:00Z view{path=/a,page.title=T,tags=x;y,type=track}"));
    CHECK_STR(world_events(&w, "bob"), STR("2026-01-05T09:00:00Z view"));
    world_free(&w);
}

TEST(a_contact_is_named_by_its_id_or_by_an_e_mail_that_only_it_has)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(&w, ENTITY_EVENT, "events.csv",
               "contact,event,time\n"
               "ann,a,2026-01-05\nann@example.COM,b,2026-01-06\nsame@x.y,c,2026-01-06\nANN,d,2026-01-06\n"
               "zoe@example.com,e,2026-01-06\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "ann"), STR("2026-01-05T00:00:00Z a 2026-01-06T00:00:00Z b"));
    CHECK_STR(world_reject(&w, 0), STR("events.csv:4: contact: several contacts have the e-mail address 'same@x.y'"));
    CHECK_CONTAINS(world_reject(&w, 1), STR("events.csv:5: contact: no contact 'ANN' in "));
    CHECK_CONTAINS(world_reject(&w, 2), STR("events.csv:6: contact: no contact 'zoe@example.com' in "));
    CHECK_INT(rejects_count_of(w.rejects, REJECT_UNKNOWN_CONTACT), 3);
    CHECK_INT(history_records(w.history, ENTITY_CONTACT), 3);
    world_free(&w);
}

TEST(an_id_that_is_an_e_mail_address_is_found_in_any_case)
{
    struct world w = world_new(schema);
    w.options.id_column = "email";
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "email\nAnn@x.y\n");
    world_file(&w, ENTITY_EVENT, "events.csv", "contact,event,time\nann@X.Y,a,2026-01-05\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "Ann@x.y"), STR("2026-01-05T00:00:00Z a"));
    world_free(&w);
}

TEST(each_bad_event_is_refused_with_its_reason)
{
    static const struct {
        const char *row;
        enum reject_reason reason;
        const char *says;
    } row[] = {
        {",a,2026-01-05,,,", REJECT_NO_ID, "contact: the row has no contact"},
        {"ann,,2026-01-05,,,", REJECT_NO_EVENT, "event: the event has no name"},
        {"ann,a,,,,", REJECT_BAD_TIME, "time: the event has no time"},
        {"ann,a,yesterday,,,", REJECT_BAD_TIME, "time: 'yesterday' is not a time like 2026-01-05T10:00:00Z"},
        {"ann,a,2026-02-30,,,", REJECT_BAD_TIME, "time: '2026-02-30' is not a time"},
        {"ann,a,1850-01-01,,,", REJECT_BAD_TIME, "time: the time is outside the years 1900 to 5999"},
        {"ann,a,9000-01-01,,,", REJECT_BAD_TIME, "time: the time is outside the years 1900 to 5999"},
        {"ann,a,2026-01-05,many,,", REJECT_WRONG_TYPE, "seconds: 'many' is not a number"},
        {"ann,a,2026-01-05,,perhaps,", REJECT_WRONG_TYPE, "bot: 'perhaps' is not"},
        {"ann,a,2026-01-05,,", REJECT_FIELD_COUNT, ""},
        {"ann,plumb.score_adjusted,2026-01-05,,,", REJECT_WRONG_TYPE, "plumb.score_adjusted needs"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new(schema);
        AUTO_BUF text = BUF_INIT(4096);
        buf_format(&text, "contact,event,time,seconds,bot,id\n%s\nann,good,2026-01-05,1,,\n", row[i].row);
        world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
        world_bytes(&w, ENTITY_EVENT, "events.csv", buf_str(&text));
        world_load_well(&w);
        CHECK_STR(world_events(&w, "ann"), STR("2026-01-05T00:00:00Z good{seconds=1}"));
        CHECK_CONTAINS(world_reject(&w, 0), STR("events.csv:2: "));
        CHECK_CONTAINS(world_reject(&w, 0), str_from_c(row[i].says));
        CHECK_INT(rejects_count(w.rejects), 1);
        CHECK_INT(rejects_count_of(w.rejects, row[i].reason), 1);
        world_free(&w);
    }
}

TEST(names_and_ids_of_events_have_a_ceiling_that_is_named)
{
    struct world w = world_new(schema);
    AUTO_BUF text = BUF_INIT(8192);
    buf_append_c(&text, "contact,event,time,id\nann,");
    buf_append_repeat(&text, 'x', LOAD_ID_MAX + 1);
    buf_append_c(&text, ",2026-01-05,\nann,a,2026-01-05,");
    buf_append_repeat(&text, 'y', LOAD_ID_MAX + 1);
    buf_append_c(&text, "\n");
    buf_append_repeat(&text, 'z', LOAD_ID_MAX + 1);
    buf_append_c(&text, ",a,2026-01-05,1\nann,");
    buf_append_repeat(&text, 'x', LOAD_ID_MAX);
    buf_append_c(&text, ",2026-01-05,1\n");
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_bytes(&w, ENTITY_EVENT, "events.csv", buf_str(&text));
    world_load_well(&w);
    CHECK_STR(world_reject(&w, 0), STR("events.csv:2: event: the event's name is longer than 256 bytes"));
    CHECK_STR(world_reject(&w, 1), STR("events.csv:3: id: the id is longer than 256 bytes"));
    CHECK_STR(world_reject(&w, 2), STR("events.csv:4: contact: longer than 256 bytes"));
    CHECK_INT(rejects_count_of(w.rejects, REJECT_TOO_BIG), 3);
    CHECK_INT(w.summary.events, 1);
    world_free(&w);
}

TEST(an_event_with_an_id_counts_once_however_often_it_comes)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(&w, ENTITY_EVENT, "a.csv",
               "contact,event,time,id\nann,a,2026-01-05,m1\nann,a,2026-01-05,m1\nbob,a,2026-01-05,m1\n");
    world_file(&w, ENTITY_EVENT, "b.csv",
               "contact,event,time,id\nann,a,2026-01-05,m1\nann,a,2026-01-05,\nann,a,2026-01-05,\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "ann"), STR("2026-01-05T00:00:00Z a 2026-01-05T00:00:00Z a 2026-01-05T00:00:00Z a"));
    CHECK_STR(world_events(&w, "bob"), STR("2026-01-05T00:00:00Z a"));
    CHECK_INT(w.summary.files, 3);
    world_free(&w);
}

TEST(bots_are_marked_and_the_mark_is_a_property_too)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(&w, ENTITY_EVENT, "events.csv",
               "contact,event,time,bot\nann,a,2026-01-05,true\nann,b,2026-01-06,no\nann,c,2026-01-07,\n");
    world_load_well(&w);
    CHECK_STR(world_events(&w, "ann"),
              STR("2026-01-05T00:00:00Z a bot{bot=true} 2026-01-06T00:00:00Z b{bot=no} 2026-01-07T00:00:00Z c"));
    world_free(&w);
}

TEST(a_file_of_events_without_a_needed_column_gets_one_sentence)
{
    static const struct {
        const char *text, *says;
    } row[] = {
        {"who,event,time\n", "has no column 'contact'"},
        {"contact,what,time\n", "has no column 'event'"},
        {"contact,event,when\n", "has no column 'time'"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new("");
        world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
        world_file(&w, ENTITY_EVENT, "events.csv", row[i].text);
        world_load(&w);
        CHECK_INT(w.code, ERR_INVALID);
        CHECK_CONTAINS(str_from_c(w.why.msg), str_from_c(row[i].says));
        CHECK_CONTAINS(str_from_c(w.why.msg), STR("its columns are "));
        world_free(&w);
    }
}

TEST(the_order_of_events_and_of_files_shows_nowhere)
{
    static const char *const rows[] = {"ann,a,2026-01-05,/x", "ann,b,2026-01-04,/y", "bob,a,2026-01-05,/x",
                                       "ann,a,2026-01-05,/w"};
    static const size_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    struct str first = {0};
    AUTO_ARENA arena = arena_new();
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct world w = world_new(schema);
        world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
        for (size_t file = 0; file < 2; file++) {
            AUTO_BUF text = BUF_INIT(4096);
            buf_format(&text, "contact,event,time,path\n%s\n%s\n", rows[orders[o][file * 2]],
                       rows[orders[o][file * 2 + 1]]);
            world_bytes(&w, ENTITY_EVENT, file == 0 ? "a.csv" : "b.csv", buf_str(&text));
        }
        world_load_well(&w);
        struct str events = world_events(&w, "ann");
        if (o == 0) first = arena_str(arena, events);
        CHECK_STR(events, first);
        world_free(&w);
    }
}

TEST(without_a_contacts_file_every_plain_event_is_refused)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_EVENT, "events.csv", "contact,event,time\nann,a,2026-01-05\n");
    world_load_well(&w);
    CHECK_STR(world_reject(&w, 0), STR("events.csv:2: contact: no contact 'ann', for there is no contacts file"));
    world_free(&w);
}

TEST(a_line_that_is_neither_event_nor_call_is_refused)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_file(&w, ENTITY_EVENT, "events.jsonl",
               "{\"type\":\"audiencelist\",\"userId\":\"u\"}\n{}\n{\"event\":\"a\"}\n");
    world_load_well(&w);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_A_CALL), 2);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NO_ID), 1);
    CHECK_CONTAINS(world_reject(&w, 0), STR("neither an event (contact, event, time) nor a Segment call"));
    world_free(&w);
}

/* A file large enough for a thread of its own, with everything that ends a batch early. */
TEST(a_large_file_gives_the_same_with_and_without_a_reading_thread)
{
    AUTO_BUF text = BUF_INIT((size_t)16 * 1024 * 1024);
    buf_append_c(&text, "contact,event,time,path,seconds\n");
    for (int i = 0; i < 40000; i++) {
        const char *contact = i % 3 == 0 ? "ann" : i % 3 == 1 ? "\"bob\"" : "ann@example.com";
        buf_format(&text, "%s,view,%d,\"/p \"\"%d\"\"\",\"%d\"\n", contact, 1767603600 + i, i % 50, i % 7);
        if (i % 9000 == 0) buf_append_c(&text, "ann,too,few\nzoe,view,2026-01-05,\"/a,b\",\"1\"\n");
        if (i == 20000) buf_append_repeat(&text, 'x', (size_t)600 * 1024);
        if (i == 20000) buf_append_c(&text, ",view,2026-01-05,,\nann,view,yesterday,,\n");
    }
    AUTO_ARENA arena = arena_new();
    struct str events[2] = {{NULL, 0}};
    for (int one = 0; one < 2; one++) {
        struct world w = world_new(schema);
        const char *path = arena_format(arena, "%s/rejects.csv", harness_tmpdir()).at;
        struct err_info why = {0};
        struct str rejects = {0};
        w.options.one_thread = one == 1;
        rejects_write_to(w.rejects, path, UINT64_MAX);
        world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
        world_bytes(&w, ENTITY_EVENT, "events.csv", buf_str(&text));
        world_load_well(&w);
        CHECK_INT(w.summary.events, 40000);
        CHECK_INT(w.summary.refused[ENTITY_EVENT], 12);
        CHECK_INT(w.summary.bytes, text.len + strlen(contacts));
        CHECK_OK(rejects_finish(w.rejects, &why), why);
        CHECK_OK(input_read_all(path, 4 << 20, arena, &rejects, &why), why);
        CHECK_CONTAINS(rejects, STR(",\"zoe,view,2026-01-05,\"\"/a,b\"\",\"\"1\"\"\"\n"));
        events[one] = arena_str(arena, world_events(&w, "ann"));
        world_free(&w);
    }
    CHECK_TRUE(events[0].len > 500000);
    CHECK_TRUE(str_equal(events[0], events[1]));
}

TEST(a_strict_run_ends_while_the_reading_thread_is_busy)
{
    AUTO_BUF text = BUF_INIT((size_t)16 * 1024 * 1024);
    buf_append_c(&text, "contact,event,time\nann,,2026-01-05\n");
    while (text.len < 4000000) buf_append_c(&text, "ann,view,2026-01-05\n");
    struct world w = world_new(schema);
    rejects_free(w.rejects);
    w.rejects = rejects_new(true);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", contacts);
    world_bytes(&w, ENTITY_EVENT, "events.csv", buf_str(&text));
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("events.csv:2: event: the event has no name"));
    world_free(&w);
}
