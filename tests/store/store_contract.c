/* store_contract.c — what store.h promises, whichever database is behind it. */
// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"

#include <string.h>

static struct store_batch one_record(const struct record_fact *fact)
{
    return (struct store_batch){.records = fact, .record_count = 1};
}

/* ---- Appending. ---- */

TEST(what_was_appended_is_read_again_in_the_order_in_which_it_can_be_taken_again)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct property_fact property = {ENTITY_CONTACT, STR("job_title"), 2, true, STR("")};
    struct record_fact records[] = {{ENTITY_CONTACT, 0, STR("ada"), true, 1000},
                                    {ENTITY_COMPANY, 0, STR("acme.example"), false, 1001},
                                    {ENTITY_CONTACT, 1, STR("visitor-1"), false, 1002}};
    struct record_change change = {ENTITY_COMPANY, 0, true, true};
    struct identifier_fact identifier = {IDENTIFIER_EMAIL, STR("ada@acme.example"), 0, 1003};
    struct merge_fact merge = {ENTITY_CONTACT, 0, 1, 1004};
    struct version_fact_row version = {ENTITY_CONTACT, 0, STR("job_title"), 1005, STR("CTO"), STR("f1")};
    struct association_fact association = {0, 0, 0, 1006, false};
    struct event_fact_row event = {
        0, 1, 1007, 1008, STR("page_viewed"), STR("m1"), true, STR("{\"path\":\"/\"}"), STR(""), STR("key:1")};
    struct definition_fact definition = {STR("lead_score"), 0, 1, STR("score: lead_score"), STR("ada"), STR(""), 1009};
    struct band_fact band = {ENTITY_CONTACT, 0, STR("lead_score"), STR("hot"), STR(""), 1010, 55000000, 1, 2};
    struct store_batch batch = {.properties = &property,
                                .property_count = 1,
                                .records = records,
                                .record_count = 3,
                                .changes = &change,
                                .change_count = 1,
                                .identifiers = &identifier,
                                .identifier_count = 1,
                                .merges = &merge,
                                .merge_count = 1,
                                .versions = &version,
                                .version_count = 1,
                                .associations = &association,
                                .association_count = 1,
                                .events = &event,
                                .event_count = 1,
                                .definitions = &definition,
                                .definition_count = 1,
                                .bands = &band,
                                .band_count = 1};
    CHECK_OK(store_append(store, &batch, &why), why);
    CHECK_STR(store_dump(store, arena), STR("property 0 2 1 job_title \n"
                                            "record 0 0 1 0 1000 ada\n"
                                            "record 0 1 0 0 1002 visitor-1\n"
                                            "record 1 0 1 1 1001 acme.example\n"
                                            "identifier 3 0 1003 ada@acme.example\n"
                                            "merge 0 0 1 1004\n"
                                            "version 0 0 1005 job_title CTO f1\n"
                                            "association 0 0 0 1006 0\n"
                                            "event 0 1 1007 1008 1 page_viewed m1 {\"path\":\"/\"}  key:1\n"
                                            "definition 0 1 1009 lead_score score: lead_score ada \n"
                                            "band 0 0 1010 55000000 1 2 lead_score hot \n"
                                            "band 0 0 1010 55000000 1 2 lead_score hot \n"));
    store_close(store);
}

TEST(a_store_that_got_nothing_tells_nothing)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    CHECK_STR(store_dump(store, arena), STR(""));
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

TEST(a_batch_with_a_number_that_is_there_is_a_conflict_and_changes_nothing)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 3, &why), why);
    struct str before = store_dump(store, arena);
    CHECK_INT(append_visits(store, 2, 2, &why), ERR_CONFLICT);
    CHECK_STR(str_from_c(why.msg), STR("event 2 is there already"));
    CHECK_STR(store_dump(store, arena), before);
    store_close(store);
}

TEST(a_number_that_leaves_a_gap_is_refused)
{
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_INT(append_visits(store, 1, 1, &why), ERR_INTERNAL);
    CHECK_CONTAINS(str_from_c(why.msg), STR("event 1 comes before 0"));
    store_close(store);
}

TEST(an_id_belongs_to_one_record_of_an_object)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    struct str before = store_dump(store, arena);
    struct record_fact records[] = {{ENTITY_CONTACT, 1, STR("bob"), true, 1}, {ENTITY_CONTACT, 2, STR("ada"), true, 1}};
    struct store_batch batch = {.records = records, .record_count = 2};
    CHECK_INT(store_append(store, &batch, &why), ERR_CONFLICT);
    CHECK_STR(store_dump(store, arena), before); /* bob is not there either */
    records[1].id = STR("bob");
    why = (struct err_info){0};
    CHECK_INT(store_append(store, &batch, &why), ERR_CONFLICT);
    struct record_fact company = {ENTITY_COMPANY, 0, STR("ada"), true, 1};
    batch = one_record(&company);
    why = (struct err_info){0};
    CHECK_OK(store_append(store, &batch, &why), why);
    store_close(store);
}

/* One row per way in which a batch can speak of what is not there. */
TEST(a_fact_about_a_record_that_does_not_exist_is_refused)
{
    struct store *store = contract_open();
    append_ada(store);
    struct record_change change = {ENTITY_DEAL, 0, true, true};
    struct identifier_fact identifier = {IDENTIFIER_USER, STR("x"), 1, 1};
    struct merge_fact merge = {ENTITY_CONTACT, 0, 1, 1}, itself = {ENTITY_CONTACT, 0, 0, 1};
    struct version_fact_row version = {ENTITY_CONTACT, 1, STR("p"), 1, STR("v"), STR("")};
    struct association_fact association = {0, 0, 0, 1, false}, unknown = {3, 0, 0, 1, false};
    struct event_fact_row event = {.number = 0, .contact = 1, .name = STR("e")};
    struct band_fact band = {.object = ENTITY_EVENT, .score = STR("s")};
    struct definition_fact definition = {.name = STR("d"), .kind = 2, .version = 1};
    struct record_fact nameless = {ENTITY_CONTACT, 1, STR(""), true, 1};
    const struct store_batch batches[] = {
        {.changes = &change, .change_count = 1},
        {.identifiers = &identifier, .identifier_count = 1},
        {.merges = &merge, .merge_count = 1},
        {.merges = &itself, .merge_count = 1},
        {.versions = &version, .version_count = 1},
        {.associations = &association, .association_count = 1},
        {.associations = &unknown, .association_count = 1},
        {.events = &event, .event_count = 1},
        {.bands = &band, .band_count = 1},
        {.definitions = &definition, .definition_count = 1},
        {.records = &nameless, .record_count = 1},
    };
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        struct err_info why = {0};
        CHECK_INT(store_append(store, &batches[i], &why), ERR_INTERNAL);
        CHECK_CONTAINS(str_from_c(why.msg), STR("does not exist"));
    }
    store_close(store);
}

TEST(a_version_of_a_definition_is_written_once)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct definition_fact facts[] = {{STR("fit"), 0, 1, STR("one"), STR("ada"), STR(""), 1},
                                      {STR("fit"), 0, 2, STR(""), STR("ada"), STR("retired"), 2},
                                      {STR("eu"), 1, 1, STR("two"), STR("bob"), STR(""), 3},
                                      {STR("eu"), 0, 1, STR("three"), STR("bob"), STR(""), 4}};
    struct store_batch batch = {.definitions = facts, .definition_count = COUNT_OF(facts)};
    CHECK_OK(store_append(store, &batch, &why), why);
    batch.definition_count = 1;
    CHECK_INT(store_append(store, &batch, &why), ERR_CONFLICT);
    struct definition_fact *rows;
    size_t count;
    why = (struct err_info){0};
    CHECK_OK(store_definitions(store, 0, STR("fit"), arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_INT(rows[1].version, 2);
    CHECK_STR(rows[1].text, STR(""));
    CHECK_STR(rows[1].note, STR("retired"));
    CHECK_OK(store_definitions(store, 0, STR(""), arena, &rows, &count, &why), why);
    CHECK_INT(count, 3);
    CHECK_OK(store_definitions(store, 1, STR("fit"), arena, &rows, &count, &why), why);
    CHECK_INT(count, 0);
    store_close(store);
}

TEST(a_later_fact_about_a_property_takes_its_place)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct property_fact facts[] = {{ENTITY_CONTACT, STR("size"), -1, false, STR("")},
                                    {ENTITY_COMPANY, STR("size"), 1, false, STR("")},
                                    {ENTITY_CONTACT, STR("size"), 3, true, STR("S;M;L")}};
    CHECK_OK(store_append(store, &(struct store_batch){.properties = facts, .property_count = 3}, &why), why);
    CHECK_STR(store_dump(store, arena), STR("property 0 3 1 size S;M;L\nproperty 1 1 0 size \n"));
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

/* ---- Reading. ---- */

static enum err stop_at_second(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    ++*(int *)context;
    return fact->number == 1 ? err_set(why, ERR_TOO_BIG, "enough") : ERR_OK;
}

TEST(a_reader_that_has_enough_ends_the_reading_with_its_own_error)
{
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 5, &why), why);
    int seen = 0;
    struct store_reader reader = {.context = &seen, .event = stop_at_second};
    CHECK_INT(store_read(store, &reader, &why), ERR_TOO_BIG);
    CHECK_STR(str_from_c(why.msg), STR("enough"));
    CHECK_INT(seen, 2);
    why = (struct err_info){0};
    CHECK_OK(append_visits(store, 5, 1, &why), why); /* and the store goes on */
    store_close(store);
}

struct told {
    int records, events, follow;
};

static enum err tell_record(void *context, const struct record_fact *fact, bool archived, struct err_info *why)
{
    (void)fact, (void)archived, (void)why;
    ((struct told *)context)->records++;
    return ERR_OK;
}

static enum err tell_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    (void)fact, (void)why;
    ((struct told *)context)->events++;
    return ERR_OK;
}

static enum err facts_follow(void *context, struct err_info *why)
{
    struct told *told = context;
    bool between = told->records == 1 && told->events == 0;
    told->follow++;
    return between ? ERR_OK : err_set(why, ERR_INTERNAL, "not between the two");
}

TEST(a_reader_is_told_once_when_who_there_is_has_been_told)
{
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 5, &why), why);
    struct told told = {0};
    struct store_reader reader = {
        .context = &told, .record = tell_record, .facts_follow = facts_follow, .event = tell_event};
    CHECK_OK(store_read(store, &reader, &why), why);
    CHECK_INT(told.follow, 1);
    CHECK_INT(told.events, 5);
    store_close(store);
}

TEST(events_are_found_by_their_numbers_in_the_order_asked_for)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 5, &why), why);
    struct event_fact_row *rows;
    CHECK_OK(store_events(store, (uint32_t[]){3, 7, 0, 3, UINT32_MAX}, 5, arena, &rows, &why), why);
    CHECK_INT(rows[0].number, 3);
    CHECK_STR(rows[0].message_id, STR("message-3"));
    CHECK_STR(rows[0].name, STR("page_viewed"));
    CHECK_STR(rows[0].properties, STR("{\"path\":\"/pricing\"}"));
    CHECK_INT(rows[0].at_ms, 1003);
    CHECK_INT(rows[0].received_ms, 2003);
    CHECK_INT(rows[1].number, UINT32_MAX);
    CHECK_INT(rows[2].number, 0);
    CHECK_INT(rows[3].number, 3);
    CHECK_INT(rows[4].number, UINT32_MAX);
    struct str id;
    CHECK_OK(store_message_id(store, 4, arena, &id, &why), why);
    CHECK_STR(id, STR("message-4"));
    CHECK_INT(store_message_id(store, 5, arena, &id, &why), ERR_NOT_FOUND);
    store_close(store);
}

TEST(refusals_audits_and_bands_come_newest_first_a_page_at_a_time)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    struct reject_fact rejects[5];
    struct audit_fact audits[5];
    struct band_fact bands[5];
    for (int i = 0; i < 5; i++) {
        rejects[i] =
            (struct reject_fact){i, STR("key:1"), STR("no_id"), STR("userId"), STR("an id is needed"), STR("{}")};
        audits[i] = (struct audit_fact){i, STR("cli"), STR("score.publish"), STR("fit"), STR("")};
        bands[i] = (struct band_fact){.score = i % 2 ? STR("fit") : STR("need"), .band = STR("hot"), .at_ms = i};
    }
    struct store_batch batch = {
        .rejects = rejects, .reject_count = 5, .audits = audits, .audit_count = 5, .bands = bands, .band_count = 5};
    CHECK_OK(store_append(store, &batch, &why), why);
    struct reject_row *reject;
    struct audit_row *audit;
    struct band_row *band;
    size_t count;
    CHECK_OK(store_rejects(store, 0, 2, arena, &reject, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_INT(reject[0].fact.at_ms, 4);
    CHECK_STR(reject[0].fact.place, STR("userId"));
    CHECK_OK(store_rejects(store, reject[1].number, 10, arena, &reject, &count, &why), why);
    CHECK_INT(count, 3);
    CHECK_INT(reject[0].fact.at_ms, 2);
    CHECK_OK(store_audits(store, 0, 1, arena, &audit, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_STR(audit[0].fact.target, STR("fit"));
    CHECK_OK(store_bands(store, ENTITY_CONTACT, 0, 0, 2, arena, &band, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_INT(band[0].fact.at_ms, 4);
    CHECK_OK(store_bands(store, ENTITY_CONTACT, UINT32_MAX, band[1].number, 9, arena, &band, &count, &why), why);
    CHECK_INT(count, 3);
    CHECK_OK(store_bands(store, ENTITY_DEAL, UINT32_MAX, 0, 9, arena, &band, &count, &why), why);
    CHECK_INT(count, 0);
    store_close(store);
}

TEST(the_latest_band_of_each_record_and_score_is_read)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    struct band_fact bands[] = {{ENTITY_CONTACT, 0, STR("fit"), STR("cold"), STR(""), 1, 1, 1, 0},
                                {ENTITY_CONTACT, 0, STR("need"), STR("warm"), STR(""), 2, 2, 1, 0},
                                {ENTITY_CONTACT, 0, STR("fit"), STR(""), STR("cold"), 3, 3, 1, 0}};
    CHECK_OK(store_append(store, &(struct store_batch){.bands = bands, .band_count = 3}, &why), why);
    CHECK_CONTAINS(store_dump(store, arena), STR("ada\nband 0 0 2 2 1 0 need warm \nband 0 0 3 3 1 0 fit  cold\n"));
    store_close(store);
}

/* ---- Erasing. ---- */

TEST(an_erased_person_leaves_an_empty_row_and_numbers_that_are_not_used_again)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 2, &why), why);
    struct record_fact bob = {ENTITY_CONTACT, 1, STR("bob"), true, 5}, acme = {ENTITY_COMPANY, 0, STR("acme"), true, 6};
    struct store_batch batch = one_record(&bob);
    CHECK_OK(store_append(store, &batch, &why), why);
    batch = one_record(&acme);
    CHECK_OK(store_append(store, &batch, &why), why);
    struct identifier_fact identifiers[] = {{IDENTIFIER_EMAIL, STR("bob@acme.example"), 1, 5},
                                            {IDENTIFIER_EMAIL, STR("ada@acme.example"), 0, 5}};
    struct version_fact_row versions[] = {{ENTITY_CONTACT, 1, STR("name"), 5, STR("Bob"), STR("")},
                                          {ENTITY_COMPANY, 0, STR("name"), 5, STR("Acme"), STR("")}};
    struct association_fact association = {0, 1, 0, 5, false};
    struct event_fact_row events[] = {{2, 1, 7, 8, STR("call"), STR("m"), false, STR("{}"), STR("{}"), STR("key:1")}};
    struct band_fact band = {ENTITY_CONTACT, 1, STR("fit"), STR("hot"), STR(""), 9, 9, 1, 0};
    struct reject_fact rejects[] = {
        {10, STR("key:1"), STR("bad_time"), STR("t"), STR("no time"), STR("{\"email\":\"Bob\\u0040acme.example\"}")},
        {11, STR("key:1"), STR("bad_time"), STR("t"), STR("no time"), STR("{\"userId\":\"bobby\"}")}};
    batch = (struct store_batch){.identifiers = identifiers,
                                 .identifier_count = 2,
                                 .versions = versions,
                                 .version_count = 2,
                                 .associations = &association,
                                 .association_count = 1,
                                 .events = events,
                                 .event_count = 1,
                                 .bands = &band,
                                 .band_count = 1,
                                 .rejects = rejects,
                                 .reject_count = 2};
    CHECK_OK(store_append(store, &batch, &why), why);
    CHECK_OK(store_erase_contact(store, 1, NULL, NULL, &why), why);
    CHECK_STR(store_dump(store, arena), STR("record 0 0 1 0 1000 ada\n"
                                            "record 0 1 0 1 0 \n"
                                            "record 1 0 1 0 6 acme\n"
                                            "identifier 3 0 5 ada@acme.example\n"
                                            "version 1 0 5 name Acme \n"
                                            "event 0 0 1000 2000 0 page_viewed message-0 {\"path\":\"/pricing\"} \n"
                                            "event 1 0 1001 2001 0 page_viewed message-1 {\"path\":\"/pricing\"} \n"
                                            "reject 11 key:1bad_timetno time{\"userId\":\"bobby\"}\n"));
    CHECK_INT(store_next_event(store), 3);
    CHECK_INT(append_visits(store, 2, 1, &why), ERR_CONFLICT);
    why = (struct err_info){0};
    CHECK_OK(append_visits(store, 3, 1, &why), why);
    struct record_fact again = {ENTITY_CONTACT, 2, STR("bob"), true, 20}; /* who comes again is somebody new */
    batch = one_record(&again);
    CHECK_OK(store_append(store, &batch, &why), why);
    struct store_size size;
    CHECK_OK(store_measure(store, &size, &why), why);
    CHECK_INT(size.events, 3);
    CHECK_INT(size.records[ENTITY_CONTACT], 3);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

/* Numbers count per object. */
TEST(whoever_bears_the_number_of_a_merged_company_is_not_erased_with_the_other)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct record_fact records[] = {{ENTITY_CONTACT, 0, STR("a"), true, 1},
                                    {ENTITY_CONTACT, 1, STR("b"), true, 1},
                                    {ENTITY_COMPANY, 0, STR("x"), true, 1},
                                    {ENTITY_COMPANY, 1, STR("y"), true, 1}};
    struct merge_fact merge = {ENTITY_COMPANY, 0, 1, 5}, missing = {ENTITY_DEAL, 0, 1, 5};
    struct store_batch batch = {.records = records, .record_count = 4, .merges = &merge, .merge_count = 1};
    CHECK_OK(store_append(store, &batch, &why), why);
    CHECK_OK(store_erase_contact(store, 0, NULL, NULL, &why), why);
    CHECK_STR(store_dump(store, arena), STR("record 0 0 0 1 0 \nrecord 0 1 1 0 1 b\nrecord 1 0 1 0 1 x\n"
                                            "record 1 1 1 0 1 y\nmerge 1 0 1 5\n"));
    CHECK_INT(store_append(store, &(struct store_batch){.merges = &missing, .merge_count = 1}, &why), ERR_INTERNAL);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

TEST(whoever_was_merged_with_an_erased_person_is_erased_too)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct record_fact records[] = {{ENTITY_CONTACT, 0, STR("a"), true, 1},
                                    {ENTITY_CONTACT, 1, STR("b"), true, 1},
                                    {ENTITY_CONTACT, 2, STR("c"), true, 1},
                                    {ENTITY_CONTACT, 3, STR("d"), true, 1}};
    struct merge_fact merges[] = {{ENTITY_CONTACT, 2, 3, 5}, {ENTITY_CONTACT, 0, 2, 6}};
    struct store_batch batch = {.records = records, .record_count = 4, .merges = merges, .merge_count = 2};
    CHECK_OK(store_append(store, &batch, &why), why);
    CHECK_OK(store_erase_contact(store, 2, NULL, NULL, &why), why);
    CHECK_STR(store_dump(store, arena), STR("record 0 0 0 1 0 \nrecord 0 1 1 0 1 b\nrecord 0 2 0 1 0 \n"
                                            "record 0 3 0 1 0 \nmerge 0 2 3 5\nmerge 0 0 2 6\n"));
    CHECK_OK(store_erase_contact(store, 2, NULL, NULL, &why), why); /* twice is no harm */
    CHECK_INT(store_erase_contact(store, 4, NULL, NULL, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no contact 4"));
    store_close(store);
}
