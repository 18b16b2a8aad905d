/* test_call_real.c — calls that real libraries sent and that the specification shows.
 *
 * They lie beside the repository in ../shared/data (or where PLUMB_SHARED_DATA says), are
 * not part of it, and without them these tests are skipped. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"
#include "call_reader.h"
#include "harness.h"

#define FILE_MAX ((size_t)8 << 20)

struct counted {
    uint32_t calls, taken, events, listed;
    uint32_t no_id, no_event, no_type, bad_time, wrong_type, other;
};

/* Where this file was compiled from is where the repository is, seen from the build folder. */
static struct str read_shared(struct reader *r, const char *file)
{
    const char *folder = getenv("PLUMB_SHARED_DATA");
    struct str here = STR(__FILE__), text = {0};
    struct stat status;
    struct err_info why = {0};
    here.len -= strlen("tests/engine/test_call_real.c");
    const char *path = folder == NULL ? arena_format(r->arena, STR_FMT "../shared/data/%s", STR_ARG(here), file).at
                                      : arena_format(r->arena, "%s/%s", folder, file).at;
    if (stat(path, &status) != 0) {
        reader_free(r);
        harness_skip("../shared/data is not there");
    }
    CHECK_OK(input_read_all(path, FILE_MAX, r->arena, &text, &why), why);
    return text;
}

static void count_call(struct reader *r, struct str call, struct counted *counted)
{
    reader_read_bytes(r, call);
    counted->calls++;
    counted->taken += r->taken;
    if (r->taken) {
        counted->events += r->fact.event.len > 0;
        counted->listed += r->fact.lists;
        CHECK_TRUE(r->fact.identifier_count > 0 && r->fact.at_ms <= NOON);
        return;
    }
    struct {
        const char *reason;
        uint32_t *count;
    } known[] = {{"no_id", &counted->no_id},
                 {"no_event", &counted->no_event},
                 {"unknown_type", &counted->no_type},
                 {"bad_time", &counted->bad_time},
                 {"wrong_type", &counted->wrong_type}};
    uint32_t *count = &counted->other;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(known[i].reason, r->result.reason) == 0) count = known[i].count;
    ++*count;
}

static void count_file(struct reader *r, const char *file, struct counted *counted)
{
    struct str rest = read_shared(r, file);
    while (rest.len > 0) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (line.len > 0) count_call(r, line, counted);
    }
}

/* "NOW", "invalid-time", {}: 61 of them hold such times to see what happens. The properties of one are a list. */
TEST(calls_of_real_trackers_are_taken_or_lack_who_what_or_when)
{
    static const char *const kinds[] = {"track", "page", "screen", "identify", "group", "alias"};
    struct reader r = reader_new();
    struct counted counted = {0};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        count_file(&r, arena_format(r.arena, "payloads/segment_events/%s.jsonl", kinds[i]).at, &counted);
    CHECK_INT(counted.calls, 1983);
    CHECK_INT(counted.other, 0);
    CHECK_INT(counted.no_type, 0);
    CHECK_INT(counted.bad_time, 61);
    CHECK_INT(counted.wrong_type, 1);
    CHECK_INT(counted.taken + counted.no_id + counted.no_event + counted.bad_time + counted.wrong_type, 1983);
    CHECK_TRUE(counted.taken > 1500);
    CHECK_TRUE(counted.events > 1000);
    reader_free(&r);
}

TEST(calls_of_no_known_type_are_all_refused)
{
    struct reader r = reader_new();
    struct counted counted = {0};
    count_file(&r, "payloads/segment_events/_invalid_types.jsonl", &counted);
    CHECK_INT(counted.calls, 116);
    CHECK_INT(counted.taken, 0);
    reader_free(&r);
}

/* The bodies of the specification's examples; many leave out what does not matter to them, and some say `action` for
 * the type. One is no call, and ten are by nobody or by a user_id. */
TEST(the_examples_of_the_specification_are_understood)
{
    struct reader r = reader_new();
    struct counted counted = {0};
    struct str rest = read_shared(&r, "payloads/segment_spec/segment_spec_examples.jsonl");
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        const char *body = memmem(line.at, line.len, "\"body\": ", 8);
        if (body == NULL) continue;
        size_t before = (size_t)(body + 8 - line.at);
        r.setting.kind = memmem(line.at, line.len, "\"action\": ", 10) != NULL ? CALL_TRACK : CALL_NONE;
        count_call(&r, (struct str){line.at + before, line.len - before - 1}, &counted);
    }
    CHECK_INT(counted.calls, 73);
    CHECK_INT(counted.other, 0);
    CHECK_INT(counted.no_type, 1);
    CHECK_INT(counted.no_id, 10);
    CHECK_INT(counted.taken, 62);
    reader_free(&r);
}
