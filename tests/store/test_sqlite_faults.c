/* test_sqlite_faults.c — a disk that fails at any write, sync or truncate costs nothing that was acknowledged. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "fault_vfs.h"

#define BATCHES 4
#define BATCH_SIZE 12
#define OPERATIONS_MOST 1000 /* no run has as many */

static MUST_CHECK enum err open_faulty(const char *path, struct store **out)
{
    struct err_info why = {0};
    struct store_options options = {.path = path, .clock = clock_system(), .vfs = FAULT_VFS};
    enum err e = store_open(&options, out, &why);
    if (e != ERR_OK && e != ERR_UNAVAILABLE) FAIL("opening on a failing disk says %s", why.msg);
    return e;
}

static void copy_file(const char *from, const char *to, const char *ending)
{
    char name[4096], other[4096];
    snprintf(name, sizeof name, "%s%s", from, ending);
    snprintf(other, sizeof other, "%s%s", to, ending);
    FILE *in = fopen(name, "rb");
    if (in == NULL) return;
    FILE *out = fopen(other, "wb");
    CHECK_TRUE(out != NULL);
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;) CHECK_INT(fwrite(bytes, 1, n, out), n);
    fclose(in);
    fclose(out);
}

/* What somebody finds who starts the program again after it was killed now: all that was acknowledged, and perhaps
 * the batch that was under way, whole. */
static void check_killed_now(const char *path, struct str acknowledged, struct store *model,
                             const struct store_batch *under_way, struct arena *arena)
{
    struct err_info why = {0};
    const char *copy = fresh_path(arena);
    copy_file(path, copy, "");
    copy_file(path, copy, "-wal");
    copy_file(path, copy, "-lock");
    struct store *store = open_file(copy);
    struct str found = store_dump(store, arena);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
    if (str_equal(found, acknowledged)) return;
    CHECK_OK(store_append(model, under_way, &why), why);
    CHECK_STR(found, store_dump(model, arena));
}

static struct store *new_model(const struct store_batch *batches, int count)
{
    struct store *model = NULL;
    struct err_info why = {0};
    CHECK_OK(store_open(&(struct store_options){.clock = clock_system()}, &model, &why), why);
    for (int i = 0; i < count; i++) CHECK_OK(store_append(model, &batches[i], &why), why);
    return model;
}

static bool failed_once; /* healing forgets that the fault came */

static void append_despite_fault(struct store *store, const char *path, const struct store_batch *batches, int index,
                                 struct arena *arena)
{
    struct err_info why = {0};
    enum err e = store_append(store, &batches[index], &why);
    if (e == ERR_OK) return;
    if (e != ERR_UNAVAILABLE) FAIL("a failing disk is told as: %s", why.msg);
    CHECK_TRUE(why.msg[0] != 0);
    failed_once = true;
    struct store *model = new_model(batches, index);
    struct str acknowledged = store_dump(model, arena);
    CHECK_STR(store_dump(store, arena), acknowledged); /* reading goes on meanwhile */
    fault_set(FAULT_ONCE, 0);
    check_killed_now(path, acknowledged, model, &batches[index], arena);
    store_close(model);
    why = (struct err_info){0};
    CHECK_OK(store_append(store, &batches[index], &why), why); /* the same store, when the disk is well again */
}

/* Open, append, move the log, close, with a fault at operation n. False: the fault never came. */
static bool run(enum fault_kind kind, int n, const struct store_batch *batches, struct str all)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = NULL;
    failed_once = false;
    fault_set(kind, n);
    if (open_faulty(path, &store) != ERR_OK) {
        failed_once = true;
        fault_set(FAULT_ONCE, 0);
        CHECK_INT(open_faulty(path, &store), ERR_OK);
    }
    for (int i = 0; i < BATCHES; i++) {
        append_despite_fault(store, path, batches, i, arena);
        if (i % 2 == 1) store_checkpoint(store);
    }
    store_close(store);
    bool happened = failed_once || fault_happened();
    fault_set(FAULT_ONCE, 0);
    CHECK_INT(open_faulty(path, &store), ERR_OK);
    CHECK_STR(store_dump(store, arena), all);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
    return happened || n == 0;
}

static void run_all(enum fault_kind kind)
{
    AUTO_ARENA arena = arena_new();
    fault_register();
    struct facts facts = facts_new(harness_seed());
    struct store_batch batches[BATCHES];
    for (int i = 0; i < BATCHES; i++) batches[i] = facts_batch(&facts, BATCH_SIZE, arena);
    struct store *model = new_model(batches, BATCHES);
    struct str all = store_dump(model, arena);
    store_close(model);
    CHECK_TRUE(run(kind, 0, batches, all));
    int n = 1;
    while (n < OPERATIONS_MOST && run(kind, n, batches, all)) n++;
    CHECK_TRUE(n > 20 && n < OPERATIONS_MOST);
}

TEST(an_operation_that_fails_once_costs_no_acknowledged_batch)
{
    run_all(FAULT_ONCE);
}

TEST(a_disk_that_refuses_everything_from_some_point_on_costs_no_acknowledged_batch)
{
    run_all(FAULT_LASTING);
}

TEST(a_full_disk_is_told_and_the_store_goes_on_when_there_is_room)
{
    run_all(FAULT_NO_ROOM);
}

TEST(a_write_that_stops_in_its_middle_costs_no_acknowledged_batch)
{
    run_all(FAULT_HALF_DONE);
}
