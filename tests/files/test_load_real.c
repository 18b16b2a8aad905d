/* test_load_real.c — files that people and trackers really wrote.
 *
 * They lie beside the repository in ../shared/data (or where PLUMB_SHARED_DATA says), are
 * not part of it, and without them these tests are skipped. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"
#include "load_world.h"

/* Where this file was compiled from is where the repository is, seen from the build folder. */
static const char *shared(struct world *world, const char *file)
{
    const char *folder = getenv("PLUMB_SHARED_DATA");
    struct stat status;
    struct str here = STR(__FILE__);
    here.len -= strlen("tests/files/test_load_real.c");
    const char *path = arena_format(world->arena, STR_FMT "../shared/data/%s", STR_ARG(here), file).at;
    if (folder != NULL) path = arena_format(world->arena, "%s/%s", folder, file).at;
    if (stat(path, &status) != 0) {
        world_free(world);
        harness_skip("../shared/data is not there");
    }
    return path;
}

static void add_events(struct world *world, const char *file)
{
    world->events[world->options.event_file_count] = shared(world, file);
    world->options.event_file_count++;
}

TEST(the_leads_of_a_course_are_read_by_either_of_their_ids)
{
    static const char *const ids[] = {"Lead Number", "Prospect ID"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct world w = world_new("contact: {Converted: boolean, TotalVisits: number, Lead Source: string}");
        w.options.contacts = shared(&w, "xeducation/leads.csv");
        w.options.id_column = ids[i];
        world_load_well(&w);
        CHECK_INT(w.summary.rows[ENTITY_CONTACT], 6160);
        CHECK_INT(rejects_count(w.rejects), 0);
        if (i == 0) CHECK_STR(world_value(&w, ENTITY_CONTACT, "579533", "Converted"), STR("1"));
        world_free(&w);
    }
}

TEST(calls_of_real_trackers_are_taken_or_refused_with_a_reason)
{
    static const char *const files[] = {"track", "page", "screen", "identify", "group", "alias"};
    struct world w = world_new("contact: {email: string, age: string}\ncompany: {name: string}\n"
                               "event: {url: string, path: string, revenue: string, email: string}");
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(files); i++)
        add_events(&w, arena_format(arena, "payloads/segment_events/%s.jsonl", files[i]).at);
    world_load_well(&w);
    uint64_t all = w.summary.rows[ENTITY_EVENT] + rejects_count(w.rejects);
    CHECK_INT(all, 1983);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_JSON), 0);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_A_CALL), 0);
    CHECK_TRUE(w.summary.rows[ENTITY_EVENT] > 1500);
    CHECK_TRUE(w.summary.events > 1000);
    world_free(&w);
}

TEST(calls_of_no_known_type_are_all_refused)
{
    struct world w = world_new("");
    add_events(&w, "payloads/segment_events/_invalid_types.jsonl");
    world_load_well(&w);
    CHECK_INT(rejects_count(w.rejects), 116);
    CHECK_INT(w.summary.events, 0);
    world_free(&w);
}

/* The bodies of the specification's examples; many leave out what does not matter to them. */
TEST(the_examples_of_the_specification_are_understood)
{
    struct world w = world_new("");
    AUTO_ARENA arena = arena_new();
    AUTO_BUF lines = BUF_INIT(1 << 20);
    struct err_info why = {0};
    struct str rest = {0};
    CHECK_OK(
        input_read_all(shared(&w, "payloads/segment_spec/segment_spec_examples.jsonl"), 1 << 20, arena, &rest, &why),
        why);
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        const char *body = memmem(line.at, line.len, "\"body\": ", 8);
        if (body == NULL) continue;
        size_t before = (size_t)(body + 8 - line.at);
        buf_append(&lines, (struct str){line.at + before, line.len - before - 1});
        buf_append_char(&lines, '\n');
    }
    world_bytes(&w, ENTITY_EVENT, "spec.jsonl", buf_str(&lines));
    world_load_well(&w);
    CHECK_INT(w.summary.rows[ENTITY_EVENT] + rejects_count(w.rejects), 73);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_JSON), 0);
    CHECK_INT(rejects_count_of(w.rejects, REJECT_NOT_A_CALL), 1);
    world_free(&w);
}

/* Each holds something to stumble over: no final line feed, empty ids, names that are no `id`. */
TEST(exports_of_other_tools_are_read)
{
    static const struct {
        const char *file, *id;
        uint64_t rows, refused;
    } row[] = {
        {"payloads/crm_csv/dittofeed_users.csv", NULL, 5, 0},
        {"payloads/crm_csv/dittofeed_missing-some-identifiers.csv", NULL, 3, 2},
        {"payloads/crm_csv/mautic_fakeleaddata.csv", "email", 50, 4},
        {"payloads/crm_csv/mautic_fakecompanydata.csv", "companyname", 4, 0},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct world w = world_new("contact: {country: string}");
        w.options.contacts = shared(&w, row[i].file);
        w.options.id_column = row[i].id;
        world_load_well(&w);
        CHECK_INT(w.summary.rows[ENTITY_CONTACT], row[i].rows);
        CHECK_INT(rejects_count(w.rejects), row[i].refused);
        world_free(&w);
    }
}
