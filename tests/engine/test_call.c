/* test_call.c — what a tracking call says, and why one is refused. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/buf.h"
#include "call_reader.h"
#include "harness.h"

struct row {
    const char *call, *says;
};

/* Each call of its own, in the words of reader_fact. */
static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reader r = reader_new();
        reader_read(&r, row[i].call);
        CHECK_STR(reader_fact(&r), str_from_c(row[i].says));
        reader_free(&r);
    }
}

TEST(track_page_and_screen_are_events)
{
    static const struct row rows[] = {
        {"{'type':'track','userId':'u','event':' Signed Up ','properties':{'plan':'pro','seats':3}}",
         "user:u lists Signed Up{plan=pro,seats=3}"},
        {"{'type':'TRACK','anonymousId':'a','event':'e','properties':{'x':null,'y':' ','z':true}}",
         "anonymous:a e{z=true}"},
        {"{'type':'page','userId':'u','name':'Home','category':'Docs','properties':{'url':'https://a.example/b?c#d',"
         "'title':'T','referrer':'r','search':'?c','keywords':['k',7]}}",
         "user:u lists page_viewed{url=https://a.example/b?c#d,title=T,referrer=r,search=?c,keywords=k;7,name=Home,"
         "category=Docs,path=/b}"},
        {"{'type':'page','userId':'u','name':'Home','properties':{'name':'Start','title':''},'context':{'page':{'url':"
         "'http://a.example','title':'T','search':'?q'}}}",
         "user:u lists page_viewed{name=Start,title=T,url=http://a.example,search=?q,path=/}"},
        {"{'type':'screen','userId':'u','name':'Main','context':{'page':{'url':'/x'}}}",
         "user:u lists screen_viewed{name=Main}"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(nested_values_are_named_by_their_path_and_lists_are_joined)
{
    static const struct row rows[] = {
        {"{'type':'track','userId':'u','event':'e','properties':{'a':{'b':{'c':1},'d':'x'},'l':['p',2,true,null,''],"
         "'products':[{'id':1}],'m':[[1]],'':2,'n':{'':3}}}",
         "user:u lists e{a.b.c=1,a.d=x,l=p;2;true}"},
        {"{'type':'track','userId':'u','event':'e','properties':{'a':1,'b':2,'a':3,'c':{'d':4},'c.d':5}}",
         "user:u lists e{a=3,b=2,c.d=5}"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(traits_are_values_of_the_person_and_null_takes_a_value_away)
{
    static const struct row rows[] = {
        {"{'type':'identify','userId':'u','traits':{'plan':'pro','age':null,'address':{'city':'Brno'}}}",
         "user:u lists has{plan=pro,age=,address.city=Brno}"},
        {"{'type':'identify','anonymousId':'a'}", "anonymous:a"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(everything_that_names_somebody_in_one_call_is_one_person)
{
    static const struct row rows[] = {
        {"{'type':'identify','userId':7,'anonymousId':'a','traits':{'email':' Ann@X.example '}}",
         "user:7 anonymous:a email:Ann@X.example lists has{email=Ann@X.example}"},
        {"{'type':'identify','anonymousId':'a','traits':{'email':'ann@x.example'}}",
         "anonymous:a email:ann@x.example lists has{email=ann@x.example}"},
        {"{'type':'identify','userId':'ann@x.example','traits':{'email':'ann@x.example'}}",
         "user:ann@x.example email:ann@x.example lists has{email=ann@x.example}"},
        {"{'type':'track','anonymousId':'a','event':'e','context':{'traits':{'email':'ann@x.example'}}}",
         "anonymous:a email:ann@x.example lists e"},
        {"{'type':'page','userId':'u','context':{'traits':{'email':'ann@x.example','plan':'pro'}}}",
         "user:u email:ann@x.example lists page_viewed"},
        {"{'type':'alias','previousId':'old','userId':'u'}", "user:u user:old anonymous:old lists"},
        {"{'type':'alias','previousId':'jen@x.example','userId':'u','context':{'traits':{'email':'u@x.example'}}}",
         "user:u user:jen@x.example email:jen@x.example anonymous:jen@x.example lists"},
        {"{'type':'group','anonymousId':'a','groupId':'g','traits':{'email':'hello@x.example'}}",
         "anonymous:a company:g{email=hello@x.example}"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(only_what_a_mail_server_would_take_is_an_address)
{
    static const char *const no[] = {"@ann",         "ann@",         "ann",    "a b@x.example", "a@b@x.example",
                                     "root@machine", "ann@.example", "ann@x.", "<a@x.example>", "a@x.example,b"};
    static const char *const yes[] = {"a@b.c", "ann+plumb@mail.x.example", "o'neill@x.example", "\xc3\xb6@x.example"};
    for (size_t i = 0; i < COUNT_OF(no) + COUNT_OF(yes); i++) {
        bool is = i >= COUNT_OF(no);
        struct reader r = reader_new();
        AUTO_BUF call = BUF_INIT(1024);
        buf_format(&call, "{\"type\":\"identify\",\"anonymousId\":\"a\",\"traits\":{\"email\":\"%s\"}}",
                   is ? yes[i - COUNT_OF(no)] : no[i]);
        reader_read_bytes(&r, buf_str(&call));
        CHECK_INT(r.fact.identifier_count, is ? 2 : 1);
        CHECK_INT(r.fact.lists, is);
        CHECK_INT(r.fact.value_count, 1);
        reader_free(&r);
    }
}

TEST(a_company_comes_from_a_group_from_traits_or_from_the_context)
{
    static const struct row rows[] = {
        {"{'type':'group','userId':'u','groupId':' g1 ','traits':{'name':'Acme','employees':9,'plan':null}}",
         "user:u lists company:g1{name=Acme,employees=9,plan=}"},
        {"{'type':'group','userId':'u','groupId':7,'context':{'groupId':'other'}}", "user:u lists company:7"},
        {"{'type':'identify','userId':'u','traits':{'company':{'id':'c1','name':'Acme','size':{'min':5}}}}",
         "user:u lists has{company.id=c1,company.name=Acme,company.size.min=5} company:c1{id=c1,name=Acme,size.min=5}"},
        {"{'type':'identify','userId':'u','traits':{'company':{'name':'Acme'}},'context':{'groupId':'g'}}",
         "user:u lists has{company.name=Acme} company:g"},
        {"{'type':'identify','userId':'u','traits':{'company':'Acme'}}", "user:u lists has{company=Acme}"},
        {"{'type':'track','userId':'u','event':'Trial Started','context':{'groupId':'acct_123'}}",
         "user:u lists Trial Started company:acct_123"},
        {"{'type':'alias','userId':'u','previousId':'v','context':{'groupId':' '}}", "user:u user:v anonymous:v lists"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(an_event_that_tells_of_leaving_an_account_puts_nobody_into_it)
{
    static const struct row rows[] = {
        {"{'type':'track','userId':'u','event':'Account Added User','context':{'groupId':'acme'}}",
         "user:u lists Account Added User company:acme"},
        {"{'type':'track','userId':'u','event':'Account Removed User','context':{'groupId':'acme'}}",
         "user:u lists Account Removed User"},
        {"{'type':'track','userId':'u','event':'Account Deleted','context':{'groupId':'acme'}}",
         "user:u lists Account Deleted"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(a_client_with_a_wrong_clock_is_corrected_and_the_future_is_now)
{
    static const struct row rows[] = {
        /* nothing but when it was received */
        {"", "2026-01-05T12:00:00Z"},
        {"'timestamp':null,'originalTimestamp':' '", "2026-01-05T12:00:00Z"},
        {"'receivedAt':'2020-01-01T00:00:00Z'", "2026-01-05T12:00:00Z"},
        {"'sentAt':'2020-01-01T00:00:00Z'", "2026-01-05T12:00:00Z"},
        /* the past is believed */
        {"'timestamp':'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00Z"},
        {"'timestamp':1767225600", "2026-01-01T00:00:00Z"},
        {"'timestamp':'2026-01-01T00:00:00Z','sentAt':'2026-01-05T11:59:58Z'", "2026-01-01T00:00:00Z"},
        {"'originalTimestamp':'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00Z"},
        /* the clock is a year behind, or ahead */
        {"'originalTimestamp':'2025-01-05T11:59:50Z','sentAt':'2025-01-05T12:00:00Z'", "2026-01-05T11:59:50Z"},
        {"'timestamp':'2025-01-05T11:59:50Z','sentAt':'2025-01-05T12:00:00Z'", "2026-01-05T11:59:50Z"},
        {"'timestamp':'2027-01-05T11:59:50Z','sentAt':'2027-01-05T12:00:00Z'", "2026-01-05T11:59:50Z"},
        {"'timestamp':'2026-01-01T00:00:00Z','originalTimestamp':'2025-01-05T00:00:00Z','sentAt':'2025-01-05T12:00:"
         "00Z'",
         "2026-01-01T00:00:00Z"},
        /* the future */
        {"'timestamp':'2026-01-05T12:00:01Z'", "2026-01-05T12:00:00Z"},
        {"'originalTimestamp':'2026-01-05T12:00:10Z','sentAt':'2026-01-05T12:00:00Z'", "2026-01-05T12:00:00Z"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reader r = reader_new();
        AUTO_BUF call = BUF_INIT(1024);
        buf_format(&call, "{'type':'track','userId':'u','event':'e'%s%s}", rows[i].call[0] != 0 ? "," : "",
                   rows[i].call);
        buf_append_char(&call, 0);
        reader_read(&r, call.at);
        CHECK_STR(reader_time(&r), str_from_c(rows[i].says));
        CHECK_INT(r.fact.received_ms, NOON);
        reader_free(&r);
    }
}

TEST(a_batch_says_when_it_was_sent_and_what_its_calls_have_in_common)
{
    struct reader r = reader_new();
    r.setting.sent_at = STR("2025-01-05T12:00:00Z");
    reader_context(&r, "{'groupId':'g','traits':{'email':'ann@x.example'},'page':{'url':'/b'},'userAgent':'Agent'}");
    reader_read(&r, "{'type':'page','userId':'u','timestamp':'2025-01-05T11:00:00Z','sentAt':'2020-01-01'}");
    CHECK_STR(reader_fact(&r), STR("user:u email:ann@x.example lists page_viewed{url=/b,path=/b} company:g"));
    CHECK_STR(reader_time(&r), STR("2026-01-05T11:00:00Z"));
    CHECK_STR(r.fact.context, STR("{\"userAgent\":\"Agent\"}"));
    reader_read(&r, "{'type':'page','userId':'u','context':{'groupId':'own','traits':null,'page':{'url':'/c'}}}");
    CHECK_STR(reader_fact(&r), STR("user:u email:ann@x.example lists page_viewed{url=/c,path=/c} company:own"));
    r.setting.sent_at = STR("yesterday");
    reader_read(&r, "{'type':'page','userId':'u'}");
    CHECK_STR(reader_fact(&r), STR("bad_time sentAt: 'yesterday' is not a time like 2026-01-05T10:00:00Z"));
    reader_free(&r);
}

TEST(the_endpoint_says_what_kind_a_call_is)
{
    struct reader r = reader_new();
    r.setting.kind = CALL_IDENTIFY;
    reader_read(&r, "{'userId':'u','traits':{'a':1}}");
    CHECK_STR(reader_fact(&r), STR("user:u lists has{a=1}"));
    reader_read(&r, "{'type':'track','userId':'u','traits':{'a':1}}");
    CHECK_STR(reader_fact(&r), STR("user:u lists has{a=1}"));
    CHECK_INT(call_kind_of(STR("Alias")), CALL_ALIAS);
    CHECK_INT(call_kind_of(STR("aliases")), CALL_NONE);
    CHECK_INT(call_kind_of(STR("")), CALL_NONE);
    reader_free(&r);
}

TEST(a_call_keeps_its_body_its_source_and_its_message_id)
{
    struct reader r = reader_new();
    reader_read(&r, "{'type':'track','userId':'u','event':'e','messageId':' m1 '}");
    CHECK_STR(r.fact.message_id, STR("m1"));
    CHECK_STR(r.fact.source, STR("key:1"));
    CHECK_CONTAINS(r.fact.body, STR("\"messageId\":\" m1 \""));
    reader_read(&r, "{'type':'track','userId':'u','event':'e','messageId':'  '}");
    CHECK_STR(r.fact.message_id, STR(""));
    CHECK_INT(r.taken, true);
    reader_free(&r);
}

TEST(the_circumstances_of_an_event_are_kept_and_nothing_else)
{
    struct reader r = reader_new();
    r.setting.user_agent = STR("Request/1");
    reader_read(&r, "{'type':'track','userId':'u','event':'e','context':{'ip':'1.2.3.4','campaign':{'name':'Spring',"
                    "'source':'google','own':'x'},'referrer':{'url':'https://a.example/','password':'x'},"
                    "'page':{'referrer':'https://b.example/','url':'/'},'userAgent':'Own/2','library':{'name':'l'}}}");
    CHECK_STR(r.fact.context, STR("{\"campaign\":{\"name\":\"Spring\",\"source\":\"google\"},\"referrer\":{\"url\":"
                                  "\"https://a.example/\"},\"page\":{\"referrer\":\"https://b.example/\"},"
                                  "\"userAgent\":\"Own/2\"}"));
    reader_read(&r, "{'type':'track','userId':'u','event':'e','context':{'campaign':{},'referrer':'x'}}");
    CHECK_STR(r.fact.context, STR("{\"userAgent\":\"Request/1\"}"));
    r.setting.user_agent = STR("");
    reader_read(&r, "{'type':'track','userId':'u','event':'e'}");
    CHECK_STR(r.fact.context, STR(""));
    reader_read(&r, "{'type':'identify','userId':'u','context':{'userAgent':'Own/2'}}");
    CHECK_STR(r.fact.context, STR(""));
    reader_free(&r);
}

TEST(a_long_text_of_the_context_is_cut_between_two_characters)
{
    struct reader r = reader_new();
    AUTO_BUF call = BUF_INIT(1 << 20);
    buf_append_c(&call, "{\"type\":\"page\",\"userId\":\"u\",\"context\":{\"userAgent\":\"x");
    for (int i = 0; i < 1000; i++) buf_append_c(&call, "\xc3\xb6");
    buf_append_c(&call, "\"}}");
    reader_read_bytes(&r, buf_str(&call));
    CHECK_INT(r.fact.context.len, 1023 + strlen("{\"userAgent\":\"\"}"));
    reader_free(&r);
}

TEST(what_is_automatic_says_why)
{
    struct reader r = reader_new();
    reader_read(&r, "{'type':'track','userId':'u','event':'e','properties':{'bot':'Yes'}}");
    CHECK_STR(reader_fact(&r), STR("user:u lists bot e{bot=Yes}"));
    CHECK_STR(r.fact.context, STR("{\"bot\":\"it says so itself\"}"));
    reader_read(&r, "{'type':'track','userId':'u','event':'e','properties':{'bot':0}}");
    CHECK_STR(reader_fact(&r), STR("user:u lists e{bot=0}"));
    reader_read(&r, "{'type':'page','userId':'u','context':{'userAgent':'curl/8.1'}}");
    CHECK_STR(r.fact.context, STR("{\"userAgent\":\"curl/8.1\",\"bot\":\"a program: curl\"}"));
    r.setting.user_agent = STR("curl/8.1"); /* of a server that sends for people */
    reader_read(&r, "{'type':'page','userId':'u'}");
    CHECK_STR(reader_fact(&r), STR("user:u lists page_viewed"));
    r.setting.user_agent = STR("");
    r.setting.bot = STR("prefetched");
    reader_read(&r, "{'type':'page','userId':'u'}");
    CHECK_STR(reader_fact(&r), STR("user:u lists bot page_viewed"));
    CHECK_STR(r.fact.context, STR("{\"bot\":\"prefetched\"}"));
    reader_free(&r);
}

TEST(a_call_that_lacks_its_parts_is_refused_with_the_place)
{
    static const struct row rows[] = {
        {"[]", "wrong_type : the call is not a JSON object"},
        {"{'userId':'u'}",
         "unknown_type type: the call does not say its type: track, page, screen, identify, group or alias"},
        {"{'type':'trac','userId':'u'}",
         "unknown_type type: 'trac' is not track, page, screen, identify, group or alias"},
        {"{'type':'track','event':'e'}", "no_id userId: the call has no userId and no anonymousId"},
        {"{'type':'track','event':'e','userId':{'id':1}}", "wrong_type userId: it is an object; an id is a text"},
        {"{'type':'track','event':'e','anonymousId':'a','userId':true}",
         "wrong_type userId: it is true or false; an id is a text"},
        {"{'type':'group','userId':'u','groupId':['acme']}", "wrong_type groupId: it is a list; an id is a text"},
        {"{'type':'track','userId':' ','event':'e'}", "no_id userId: the call has no userId and no anonymousId"},
        {"{'type':'track','userId':'u'}", "no_event event: the call names no event"},
        {"{'type':'track','userId':'u','event':['e']}", "no_event event: the call names no event"},
        {"{'type':'group','userId':'u'}", "no_id groupId: the call has no groupId"},
        {"{'type':'alias','userId':'u'}", "no_id previousId: the call has no previousId"},
        {"{'type':'track','userId':'u','event':'e','timestamp':'soon'}",
         "bad_time timestamp: 'soon' is not a time like 2026-01-05T10:00:00Z"},
        {"{'type':'track','userId':'u','event':'e','timestamp':{'at':1}}",
         "bad_time timestamp: it is not a time like 2026-01-05T10:00:00Z"},
        {"{'type':'track','userId':'u','event':'e','timestamp':'1899-12-31T23:59:59Z'}",
         "bad_time timestamp: the time is outside the years 1900 to 5999"},
        {"{'type':'identify','userId':'u','originalTimestamp':'0001-01-01','sentAt':'9999-01-01'}",
         "bad_time originalTimestamp: the time is outside the years 1900 to 5999"},
        {"{'type':'track','userId':'u','event':'e','properties':{'bot':'robot'}}",
         "wrong_type properties.bot: 'robot' is neither true nor false"},
        {"{'type':'track','userId':'u','event':'e','properties':'plan=pro'}",
         "wrong_type properties: it is no object like {\"plan\": \"pro\"}"},
        {"{'type':'identify','userId':'u','traits':['pro']}",
         "wrong_type traits: it is no object like {\"plan\": \"pro\"}"},
        {"{'type':'group','userId':'u','groupId':'g','traits':7}",
         "wrong_type traits: it is no object like {\"plan\": \"pro\"}"},
        {"{'type':'track','userId':'u','event':'plumb.score_reset'}",
         "reserved event: names of events that begin with 'plumb.' are Plumb's own"},
        {"{'type':'track','userId':'u','event':' PLUMB.x'}",
         "reserved event: names of events that begin with 'plumb.' are Plumb's own"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(what_a_program_writes_without_an_id_makes_no_contact_of_all_its_visitors)
{
    static const struct row rows[] = {
        {"{'type':'page','userId':'undefined'}",
         "no_id userId: 'undefined' is what a program writes when it has no id"},
        {"{'type':'page','userId':'Null','anonymousId':'a'}",
         "no_id userId: 'Null' is what a program writes when it has no id"},
        {"{'type':'page','anonymousId':'00000000-0000-0000-0000-000000000000'}",
         "no_id anonymousId: '00000000-0000-0000-0000-000000000000' is what a program writes when it has no id"},
        {"{'type':'alias','userId':'u','previousId':'[object Object]'}",
         "no_id previousId: '[object Object]' is what a program writes when it has no id"},
        {"{'type':'group','userId':'u','groupId':'null'}",
         "no_id groupId: 'null' is what a program writes when it has no id"},
        {"{'type':'page','userId':'nullo','context':{'groupId':'null'}}", "user:nullo lists page_viewed"},
        {"{'type':'identify','userId':'u','traits':{'company':{'id':'None'}}}", "user:u lists has{company.id=None}"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(what_is_null_or_the_empty_list_of_a_php_program_is_an_object_without_members)
{
    static const struct row rows[] = {
        {"{'type':'track','userId':'u','event':'e','properties':[]}", "user:u lists e"},
        {"{'type':'track','userId':'u','event':'e','properties':null}", "user:u lists e"},
        {"{'type':'identify','userId':'u','traits':[]}", "user:u lists"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(a_reserved_name_in_other_letters_is_reserved_still)
{
    struct reader r = reader_new();
    reader_read(&r, "{'type':'track','userId':'u','event':'\xef\xbd\x90lumb.score_reset'}"); /* a wide p */
    CHECK_STR(str_from_c(r.result.reason), STR("reserved"));
    reader_free(&r);
}

TEST(names_and_ids_have_a_ceiling_that_the_refusal_names)
{
    static const struct {
        const char *before, *after, *says;
    } rows[] = {
        {"{\"type\":\"track\",\"event\":\"e\",\"userId\":\"", "\"}",
         "id_too_long userId: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"track\",\"event\":\"e\",\"anonymousId\":\"", "\"}",
         "id_too_long anonymousId: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"alias\",\"userId\":\"u\",\"previousId\":\"", "\"}",
         "id_too_long previousId: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"group\",\"userId\":\"u\",\"groupId\":\"", "\"}",
         "id_too_long groupId: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"page\",\"userId\":\"u\",\"context\":{\"groupId\":\"", "\"}}",
         "id_too_long context.groupId: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"company\":{\"id\":\"", "\"}}}",
         "id_too_long traits.company.id: an id of 257 bytes; it may have at most 256"},
        {"{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"email\":\"a@b.", "\"}}",
         "id_too_long traits.email: an address of 261 bytes; it may have at most 256"},
        {"{\"type\":\"page\",\"userId\":\"u\",\"context\":{\"traits\":{\"email\":\"a@b.", "\"}}}",
         "id_too_long context.traits.email: an address of 261 bytes; it may have at most 256"},
        {"{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"", "\"}",
         "id_too_long messageId: the messageId is longer than 256 bytes"},
        {"{\"type\":\"track\",\"userId\":\"u\",\"event\":\"", "\"}",
         "name_too_long event: the event's name is longer than 256 bytes"},
        {"{\"type\":\"page\",\"userId\":\"u\",\"properties\":{\"", "\":1}}",
         "name_too_long properties: a name in it is longer than 256 bytes"},
        {"{\"type\":\"group\",\"userId\":\"u\",\"groupId\":\"g\",\"traits\":{\"a\":{\"", "\":1}}}",
         "name_too_long traits: a name in it is longer than 256 bytes"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reader r = reader_new();
        AUTO_BUF call = BUF_INIT(4096);
        buf_append_c(&call, rows[i].before);
        buf_append_repeat(&call, 'x', 257);
        buf_append_c(&call, rows[i].after);
        reader_read_bytes(&r, buf_str(&call));
        CHECK_STR(reader_fact(&r), str_from_c(rows[i].says));
        buf_clear(&call);
        buf_append_c(&call, rows[i].before);
        buf_append_repeat(&call, 'x', 200); /* more than the 100 of the specification's messageId */
        buf_append_c(&call, rows[i].after);
        reader_read_bytes(&r, buf_str(&call));
        CHECK_TRUE(r.taken);
        reader_free(&r);
    }
}

TEST(a_call_has_at_most_a_thousand_values)
{
    for (int count = 1000; count <= 1001; count++) {
        struct reader r = reader_new();
        AUTO_BUF call = BUF_INIT(1 << 20);
        buf_append_c(&call, "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"n0\":0,\"n0\":0");
        for (int i = 1; i < count; i++) buf_format(&call, ",\"n%d\":%d", i, i);
        buf_append_c(&call, "}}");
        reader_read_bytes(&r, buf_str(&call));
        CHECK_INT(r.taken, count == 1000);
        if (r.taken) CHECK_STR(r.fact.values[999].text, STR("999"));
        if (!r.taken) CHECK_STR(reader_fact(&r), STR("too_many_values traits: there are more than 1000 values"));
        reader_free(&r);
    }
}

TEST(a_file_of_calls_is_settled_and_holds_its_own_times)
{
    struct reader r = reader_new();
    r.setting = (struct call_setting){.origin = CALL_OF_FILE, .kind = CALL_NONE};
    reader_read(&r, "{'type':'track','userId':'u','event':'e'}");
    CHECK_STR(reader_fact(&r), STR("bad_time timestamp: the call has no time"));
    reader_read(&r, "{'type':'track','userId':'u','event':'plumb.score_reset','timestamp':'2031-01-01'}");
    CHECK_STR(reader_fact(&r), STR("user:u lists plumb.score_reset"));
    CHECK_STR(reader_time(&r), STR("2031-01-01T00:00:00Z"));
    CHECK_INT(r.fact.received_ms, r.fact.at_ms);
    reader_read(&r, "{'type':'track','userId':'u','event':'e','receivedAt':'2020-01-01'}");
    CHECK_STR(reader_time(&r), STR("2020-01-01T00:00:00Z"));
    reader_read(&r, "{'type':'track','userId':'u','event':'e','receivedAt':'x','timestamp':1}");
    CHECK_STR(reader_fact(&r), STR("bad_time receivedAt: 'x' is not a time like 2026-01-05T10:00:00Z"));
    reader_free(&r);
}
