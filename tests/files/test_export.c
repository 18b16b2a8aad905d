/* test_export.c — what is kept, written out: all of it, in order, and as long as somebody wants it. */
// SPDX-License-Identifier: Apache-2.0
#include "files/export.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define NOW INT64_C(1767571200000) /* 2026-01-05 */
#define MINUTE INT64_C(60000)

struct kept {
    struct clock clock;
    struct store *store;
    struct engine *engine;
    struct arena *arena;
};

static void open_kept(struct kept *kept)
{
    *kept = (struct kept){.clock = clock_fixed(NOW), .arena = arena_new()};
    struct err_info why = {0};
    CHECK_OK(store_open(&(struct store_options){.clock = &kept->clock}, &kept->store, &why), why);
    const struct engine_options options = {
        .store = kept->store, .clock = &kept->clock, .threads = 1, .waiting_max = UINT32_MAX};
    CHECK_OK(engine_open(&options, &kept->engine, &why), why);
    CHECK_OK(engine_wait_ready(kept->engine, &why), why);
}

static void close_kept(struct kept *kept)
{
    engine_close(kept->engine);
    store_close(kept->store);
    arena_free(kept->arena);
}

/* `count` events of Ann's, a minute apart, the last one now. */
static void happen(struct kept *kept, uint32_t count)
{
    struct fact *facts = ARENA_ARRAY(kept->arena, struct fact, count);
    struct fact_result *results = ARENA_ARRAY(kept->arena, struct fact_result, count);
    for (uint32_t i = 0; i < count; i++) {
        facts[i] = (struct fact){.object = ENTITY_CONTACT,
                                 .lists = true,
                                 .at_ms = NOW - (count - 1 - i) * MINUTE,
                                 .received_ms = NOW,
                                 .message_id = arena_format(kept->arena, "m%u", i),
                                 .event = STR("seen")};
        facts[i].identifiers[facts[i].identifier_count++] = (struct fact_identifier){IDENTIFIER_ID, STR("ann")};
    }
    struct err_info why = {0};
    CHECK_OK(engine_take(kept->engine, facts, results, count, &why), why);
}

static struct export events_of(const struct kept *kept)
{
    return (struct export){.engine = kept->engine,
                           .store = kept->store,
                           .subject = EXPORT_EVENTS,
                           .format = LINES_CSV,
                           .as_of_ms = NOW,
                           .now = true,
                           .threads = 1};
}

/* What is written, in the arena. */
static struct str written(struct kept *kept, const struct export *export, enum err expected, uint64_t *lines)
{
    char *text = NULL;
    size_t length = 0;
    struct err_info why = {0};
    FILE *to = open_memstream(&text, &length);
    CHECK_TRUE(to != NULL);
    CHECK_INT(export_write(export, to, lines, &why), expected);
    CHECK_INT(fclose(to), 0);
    struct str copy = arena_str(kept->arena, (struct str){text, length});
    free(text);
    return copy;
}

TEST(more_events_than_are_read_in_one_go_are_all_written_in_their_order)
{
    struct kept kept;
    open_kept(&kept);
    happen(&kept, 45000);
    const struct export export = events_of(&kept);
    uint64_t lines;
    struct str text = written(&kept, &export, ERR_OK, &lines);
    CHECK_INT(lines, 45000);
    CHECK_STR(str_cut(&text, '\n'), STR("contact,event,time,id,bot"));
    for (uint32_t i = 0; i < 45000; i++) {
        struct str line = str_cut(&text, '\n');
        if (!str_ends_with(line, arena_format(kept.arena, ",m%u,", i))) FAIL("line %u is " STR_FMT, i, STR_ARG(line));
    }
    CHECK_STR(text, STR(""));
    close_kept(&kept);
}

TEST(what_happened_after_the_instant_is_left_out)
{
    struct kept kept;
    open_kept(&kept);
    happen(&kept, 10);
    struct export export = events_of(&kept);
    export.as_of_ms = NOW - 7 * MINUTE;
    uint64_t lines;
    written(&kept, &export, ERR_OK, &lines);
    CHECK_INT(lines, 3);
    close_kept(&kept);
}

static bool stop_early(void *context, uint64_t done, uint64_t all)
{
    CHECK_INT(all, 45000);
    ++*(int *)context;
    return done < 40000;
}

TEST(an_export_that_nobody_wants_any_more_ends)
{
    struct kept kept;
    open_kept(&kept);
    happen(&kept, 45000);
    int asked = 0;
    struct progress progress;
    progress_init(&progress, NULL, &kept.clock);
    progress.watch = stop_early;
    progress.context = &asked;
    struct export export = events_of(&kept);
    export.progress = &progress;
    uint64_t lines;
    written(&kept, &export, ERR_UNAVAILABLE, &lines);
    CHECK_INT(lines, 40000);
    CHECK_INT(asked, 2);
    close_kept(&kept);
}

TEST(an_event_counts_as_automatic_in_a_file_as_long_as_it_does_here)
{
    struct kept kept;
    open_kept(&kept);
    struct err_info why = {0};
    struct fact fact = {.object = ENTITY_CONTACT,
                        .lists = true,
                        .at_ms = NOW,
                        .received_ms = NOW,
                        .message_id = STR("m1"),
                        .event = STR("seen"),
                        .bot = true,
                        .context = STR("{\"bot\":\"a scanner: Barracuda\"}")};
    fact.identifiers[fact.identifier_count++] = (struct fact_identifier){IDENTIFIER_ID, STR("ann")};
    struct fact_result result = {0};
    CHECK_OK(engine_take(kept.engine, &fact, &result, 1, &why), why);
    const struct export export = events_of(&kept);
    CHECK_STR(written(&kept, &export, ERR_OK, NULL),
              STR("contact,event,time,id,bot\nann,seen,2026-01-05T00:00:00Z,m1,true\n"));
    uint64_t number, changed;
    CHECK_OK(engine_add_bot_exception(kept.engine, BOT_EXCEPTION_RULE, STR("a scanner: Barracuda"), STR("user:1"),
                                      &number, &changed, &why),
             why);
    CHECK_STR(written(&kept, &export, ERR_OK, NULL),
              STR("contact,event,time,id,bot\nann,seen,2026-01-05T00:00:00Z,m1,\n"));
    close_kept(&kept);
}

TEST(without_a_score_in_force_none_can_be_written)
{
    struct kept kept;
    open_kept(&kept);
    struct export export = events_of(&kept);
    export.subject = EXPORT_SCORES;
    uint64_t lines;
    CHECK_STR(written(&kept, &export, ERR_NOT_FOUND, &lines), STR(""));
    CHECK_INT(lines, 0);
    close_kept(&kept);
}
