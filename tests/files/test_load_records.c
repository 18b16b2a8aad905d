/* test_load_records.c — contacts, companies and deals: ids, columns, associations, refused rows. */
// SPDX-License-Identifier: Apache-2.0
#include "load_world.h"

#include "base/intern.h"
#include "files/load_internal.h"

static const char *const schema = "contact: {age: number, vip: boolean, plan: {enumeration: [free, pro]}, topics: set, "
                                  "city: string, 'First name': string, company: string, born: date}\n"
                                  "company: {name: string, size: number}\n"
                                  "deal: {amount: number, company: string}\n";

TEST(a_contacts_file_gives_each_row_its_values)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv",
               "id,First name,age,city,unknown thing\n"
               "ann,Ann, 41 ,Łódź,x\n"
               "bob,\"Bob \"\"B\"\" Bee\",,\"a, b\",y\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann bob"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "First name"), STR("Ann"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "age"), STR("41"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "city"), STR("Łódź"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "bob", "First name"), STR("Bob \"B\" Bee"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "bob", "age"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "bob", "city"), STR("a, b"));
    CHECK_INT(w.summary.rows[ENTITY_CONTACT], 2);
    CHECK_INT(w.summary.files, 1);
    CHECK_INT(rejects_count(w.rejects), 0);
    world_free(&w);
}

TEST(json_lines_give_the_same_as_csv)
{
    struct world w = world_new("contact: {age: number, vip: boolean, topics: set, address.city: string, note: string}");
    world_file(
        &w, ENTITY_CONTACT, "contacts.jsonl",
        "{\"id\":\"ann\",\"age\":41,\"vip\":true,\"topics\":[\"Ads\",null,7,true],\"address\":{\"city\":\"Brno\"}}\n"
        "\n"
        "{\"id\":12,\"age\":null,\"topics\":[],\"note\":\"\",\"address\":{\"street\":{\"city\":1}},\"vip\":\"no\"}\n"
        "{\"id\":\"cyd\",\"topics\":[[1]],\"note\":\"first\",\"note\":\" last \"}");
    world_load_well(&w);
    CHECK_INT(rejects_count(w.rejects), 0);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("12 ann cyd"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "age"), STR("41"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "vip"), STR("true"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "topics"), STR("Ads;7;true"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "address.city"), STR("Brno"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "12", "age"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "12", "topics"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "12", "note"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "12", "vip"), STR("no"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "cyd", "topics"), STR("-"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "cyd", "note"), STR("last"));
    world_free(&w);
}

TEST(values_within_properties_count_as_if_they_stood_beside_them)
{
    struct world w = world_new("contact: {age: number, 'address.city': string}");
    world_file(&w, ENTITY_CONTACT, "contacts.jsonl",
               "{\"properties\":{\"id\":\"not this\",\"age\":41,\"address\":{\"city\":\"Kyiv\"}},\"id\":\"ann\"}\n"
               "{\"id\":\"ben\",\"age\":7}\n");
    world_load(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann ben"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "age"), STR("41"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "address.city"), STR("Kyiv"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ben", "age"), STR("7"));
    world_free(&w);
}

TEST(a_value_of_the_wrong_type_refuses_its_row_and_leaves_no_trace_of_it)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv",
               "id,city,age,vip,plan,born,company\n"
               "a,Brno,many,,,,acme\n"
               "b,Brno,,maybe,,,acme\n"
               "c,Brno,,,gold,,acme\n"
               "d,Brno,,,,31.12.1990,acme\n"
               "e,Brno,7,TRUE,PRO,1990-12-31,\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("e"));
    CHECK_INT(history_records(w.history, ENTITY_CONTACT), 1);
    CHECK_INT(history_records(w.history, ENTITY_COMPANY), 0);
    CHECK_STR(world_reject(&w, 0), STR("contacts.csv:2: age: 'many' is not a number"));
    CHECK_CONTAINS(world_reject(&w, 1), STR("contacts.csv:3: vip: 'maybe' is not"));
    CHECK_STR(world_reject(&w, 2), STR("contacts.csv:4: plan: 'gold' is not one of the property's options"));
    CHECK_CONTAINS(world_reject(&w, 3), STR("contacts.csv:5: born: '31.12.1990' is not a date"));
    CHECK_INT(rejects_count(w.rejects), 4);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_WRONG_TYPE), 4);
    CHECK_INT(w.summary.refused[ENTITY_CONTACT], 4);
    world_free(&w);
}

TEST(every_reason_to_refuse_a_row_names_line_and_column)
{
    struct world w = world_new(schema);
    AUTO_BUF text = BUF_INIT(1 << 20);
    buf_append_c(&text, "id,city\n ,Brno\nann,Brno\nann,Praha\nbob\ncyd,a,b\n");
    buf_append_repeat(&text, 'x', LOAD_ID_MAX + 1);
    buf_append_c(&text, ",Brno\ndan,");
    buf_append_repeat(&text, 'y', VALUE_TEXT_MAX + 1);
    buf_append_c(&text, "\neve,\xff\xfe\nfay,Brno\n");
    world_bytes(&w, ENTITY_CONTACT, "contacts.csv", buf_str(&text));
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann fay"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "city"), STR("Brno"));
    CHECK_STR(world_reject(&w, 0), STR("contacts.csv:2: id: the row has no id"));
    CHECK_STR(world_reject(&w, 1), STR("contacts.csv:4: id: 'ann' is already on line 3"));
    CHECK_CONTAINS(world_reject(&w, 2), STR("contacts.csv:5: "));
    CHECK_CONTAINS(world_reject(&w, 3), STR("contacts.csv:6: "));
    CHECK_STR(world_reject(&w, 4), STR("contacts.csv:7: id: longer than 256 bytes"));
    CHECK_CONTAINS(world_reject(&w, 5), STR("contacts.csv:8: city: "));
    CHECK_CONTAINS(world_reject(&w, 6), STR("UTF-8"));
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NO_ID), 1);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_REPEATED_ID), 1);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_FIELD_COUNT), 2);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_TOO_BIG), 2);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_BAD_TEXT), 1);
    world_free(&w);
}

TEST(a_bad_line_of_json_is_refused_alone)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.jsonl",
               "{\"id\":\"a\"}\n{\"id\":\"b\"\n[1]\n\"c\"\n{\"id\":\"d\xff\"}\n{\"city\":\"Brno\"}\n{\"id\":{}}\n{"
               "\"id\":\"e\"}\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("a e"));
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_JSON), 3);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_BAD_TEXT), 1);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NO_ID), 2);
    CHECK_CONTAINS(world_reject(&w, 0), STR("contacts.jsonl:2: "));
    CHECK_CONTAINS(world_reject(&w, 1), STR("contacts.jsonl:3: "));
    world_free(&w);
}

TEST(the_first_bad_row_ends_a_strict_run)
{
    struct world w = world_new(schema);
    rejects_free(w.rejects);
    w.rejects = rejects_new(true);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,age\na,1\nb,x\nc,y\n");
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("contacts.csv:3: age: 'x' is not a number"));
    CHECK_INT(rejects_count(w.rejects), 1);
    world_free(&w);
}

TEST(the_id_column_may_have_another_name_or_another_case)
{
    struct world w = world_new("contact: {id: string, name: string}");
    w.options.id_column = "Lead Number";
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,lead number,Lead Number,name\n1,x,ann,Ann\n");
    world_file(&w, ENTITY_COMPANY, "companies.csv", "Lead Number,ID\nx,acme\n");
    world_file(&w, ENTITY_DEAL, "deals.csv", "Lead Number\nd1\n");
    world_load_well(&w);
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann"));
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "id"), STR("1"));
    CHECK_STR(world_listed(&w, ENTITY_COMPANY), STR("acme"));
    CHECK_STR(world_listed(&w, ENTITY_DEAL), STR("d1"));
    world_free(&w);
}

TEST(a_file_without_an_id_column_gets_one_sentence_with_its_columns)
{
    struct world w = world_new("");
    w.options.id_option = "--id";
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "Lead,Name\n1,x\n");
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("contacts.csv has no column 'id'"));
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("--id"));
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("its columns are Lead, Name"));
    world_free(&w);
}

TEST(a_file_that_is_not_what_it_claims_gets_one_sentence)
{
    static const struct {
        struct str bytes;
        const char *says;
    } row[] = {
        {STR_INIT(""), "is empty"},
        {STR_INIT(" \n\n"), "is empty: it holds nothing but blanks"},
        {STR_INIT("[{\"id\":1}]"), "holds a JSON array; JSON Lines is expected"},
        {STR_INIT("{\n  \"id\": 1\n}\n"), "holds JSON spread over several lines"},
        {STR_INIT("<html><body>"), "is a web page"},
        {STR_INIT("<svg>\n"), "is a web page or XML"},
        {STR_INIT("%PDF-1.7 x"), "is a PDF"},
        {STR_INIT("PK\x03\x04 and so on"), "Zip"},
        {STR_INIT("id,a\n1,\0\n"), "zero bytes"},
        {STR_INIT("id,a,a\n"), "a"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new("");
        world_bytes(&w, ENTITY_CONTACT, "contacts.csv", row[i].bytes);
        world_load(&w);
        CHECK_INT(w.code, ERR_INVALID);
        CHECK_CONTAINS(str_from_c(w.why.msg), str_from_c(row[i].says));
        world_free(&w);
    }
}

TEST(a_folder_or_a_missing_file_gets_one_sentence)
{
    struct world w = world_new("");
    w.options.contacts = harness_tmpdir();
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("directory"));
    world_free(&w);
    w = world_new("");
    w.options.companies = "/nowhere/at/all.csv";
    world_load(&w);
    CHECK_INT(w.code, ERR_NOT_FOUND);
    world_free(&w);
}

TEST(a_missing_file_is_told_before_a_row_of_another_is_taken)
{
    struct world w = world_new("");
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id\n1\n");
    w.events[w.options.event_file_count++] = "/nowhere/at/all.jsonl";
    world_load(&w);
    CHECK_INT(w.code, ERR_NOT_FOUND);
    CHECK_INT(w.summary.rows[ENTITY_CONTACT], 0);
    world_free(&w);
}

TEST(standard_input_can_be_read_only_once)
{
    struct world w = world_new("");
    w.options.contacts = "-";
    w.options.deals = "-";
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("only once"));
    world_free(&w);
}

TEST(refused_rows_are_never_written_over_a_file_that_is_read)
{
    struct world w = world_new("");
    const char *path = world_file(&w, ENTITY_CONTACT, "contacts.csv", "id\n1\n1\n");
    rejects_write_to(w.rejects, path, UINT64_MAX);
    world_load(&w);
    CHECK_INT(w.code, ERR_INVALID);
    CHECK_CONTAINS(str_from_c(w.why.msg), STR("refused rows cannot be written"));
    world_free(&w);
}

TEST(a_company_column_names_a_company_by_its_id_or_its_only_name)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_COMPANY, "companies.csv", "id,name,size\nc1,Acme B.V.,10\nc2,Twin,\nc3,twin,\nc4,c1,\n");
    world_file(&w, ENTITY_CONTACT, "contacts.csv",
               "id,Company\nby id,c1\nby name,ACME b.v.\nambiguous,Twin\nnew,Initech\nnone,\n");
    world_file(&w, ENTITY_DEAL, "deals.csv", "id,company,amount\nd1,acme B.V.,5\nd2,Globex,7\n");
    world_load_well(&w);
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "by id"), STR("c1"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "by name"), STR("c1"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "ambiguous"), STR("Twin"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "new"), STR("Initech"));
    CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "none"), STR(""));
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_COMPANY, "d1"), STR("c1"));
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_COMPANY, "d2"), STR("Globex"));
    CHECK_STR(world_value(&w, ENTITY_DEAL, "d1", "company"), STR("acme B.V."));
    CHECK_STR(world_listed(&w, ENTITY_COMPANY), STR("c1 c2 c3 c4"));
    CHECK_INT(history_records(w.history, ENTITY_COMPANY), 7);
    world_free(&w);
}

TEST(a_deal_names_its_contacts_by_id_or_e_mail)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,Email\nann,Ann@Example.com\nbob,\ncyd,x@y.z\ndan,X@Y.Z\n");
    world_file(&w, ENTITY_DEAL, "deals.csv",
               "id,contacts\nd1, ann ;; bob ;zoe\nd2,\nd3,ann@example.COM;ann\nd4,x@y.z\n");
    world_load_well(&w);
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_CONTACT, "d1"), STR("ann bob zoe"));
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_CONTACT, "d2"), STR(""));
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_CONTACT, "d3"), STR("ann"));
    CHECK_STR(world_associated(&w, ASSOCIATION_DEAL_CONTACT, "d4"), STR("x@y.z"));
    CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("ann bob cyd dan"));
    world_free(&w);
}

TEST(the_order_of_rows_shows_nowhere_but_in_line_numbers)
{
    static const char *const files[2][2] = {
        {"id,company\na,Acme\nb,acme\nc,c1\n", "id,name\nc1,Acme\nc2,Other\n"},
        {"id,company\nc,c1\nb,acme\na,Acme\n", "id,name\nc2,Other\nc1,Acme\n"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct world w = world_new(schema);
        world_file(&w, ENTITY_CONTACT, "contacts.csv", files[i][0]);
        world_file(&w, ENTITY_COMPANY, "companies.csv", files[i][1]);
        world_load_well(&w);
        CHECK_STR(world_listed(&w, ENTITY_CONTACT), STR("a b c"));
        CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "a"), STR("c1"));
        CHECK_STR(world_associated(&w, ASSOCIATION_CONTACT_COMPANY, "b"), STR("c1"));
        CHECK_INT(history_records(w.history, ENTITY_COMPANY), 2);
        world_free(&w);
    }
}

TEST(what_tells_an_open_deal_is_kept_though_no_definition_mentions_it)
{
    struct world w = world_new("");
    world_file(&w, ENTITY_DEAL, "deals.csv", "id,dealstage,is_closed\nd1,Won,true\n");
    world_load_well(&w);
    CHECK_STR(world_value(&w, ENTITY_DEAL, "d1", "dealstage"), STR("Won"));
    CHECK_STR(world_value(&w, ENTITY_DEAL, "d1", "is_closed"), STR("true"));
    world_free(&w);
}

TEST(columns_that_nobody_uses_are_remembered_and_used_ones_are_seen)
{
    struct world w = world_new("contact: {age: number, city: string}");
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,Age,age,city\n1,2,3,\n");
    world_load_well(&w);
    CHECK_INT(w.summary.unused_count[ENTITY_CONTACT], 1);
    CHECK_STR(w.summary.unused[ENTITY_CONTACT][0], STR("Age"));
    CHECK_TRUE(w.seen[catalog_find(w.catalog, ENTITY_CONTACT, STR("age"))]);
    CHECK_FALSE(w.seen[catalog_find(w.catalog, ENTITY_CONTACT, STR("city"))]);
    world_free(&w);
}

TEST(semicolons_tabs_and_a_byte_order_mark_change_nothing)
{
    struct world w = world_new(schema);
    world_file(&w, ENTITY_CONTACT, "contacts.csv", "\xef\xbb\xbfid;age\r\nann;41\r\n");
    world_file(&w, ENTITY_COMPANY, "companies.csv", "id\tname\nc1\tAcme\n");
    world_load_well(&w);
    CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "age"), STR("41"));
    CHECK_STR(world_value(&w, ENTITY_COMPANY, "c1", "name"), STR("Acme"));
    world_free(&w);
}
