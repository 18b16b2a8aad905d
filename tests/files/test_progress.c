/* test_progress.c — the line that says how far, with a clock that the test moves. */
// SPDX-License-Identifier: Apache-2.0
#include "files/progress.h"

#include <stdlib.h>

#include "harness.h"

static struct str rendered(struct buf *out, const char *unit, uint64_t all, uint64_t done, int64_t after_ms)
{
    struct clock clock = clock_fixed(1000000);
    struct progress progress;
    progress_init(&progress, NULL, &clock);
    progress_begin(&progress, "loading", unit, all);
    clock.fixed_ms += after_ms;
    buf_clear(out);
    progress_render(&progress, done, clock.monotonic_ns(&clock), out);
    return buf_str(out);
}

TEST(the_line_says_how_far_how_fast_and_how_long_still)
{
    AUTO_BUF out = BUF_INIT(4096);
    CHECK_STR(rendered(&out, "B", 2000000000, 500000000, 2000),
              STR("loading   25%  500 MB of 2.0 GB  250 MB/s  6 s left"));
    CHECK_STR(rendered(&out, "B", 0, 1234, 1000), STR("loading  1.2 kB  1.2 kB/s"));
    CHECK_STR(rendered(&out, "records", 1000000, 250000, 100000),
              STR("loading   25%  250 k records of 1.0 M records  2.5 k records/s  5 min 00 s left"));
    CHECK_STR(rendered(&out, "B", 100, 100, 1000), STR("loading  100%  100 B of 100 B  100 B/s  0 s left"));
    CHECK_STR(rendered(&out, "B", 1000000, 1, 1000), STR("loading    0%  1 B of 1.0 MB  1 B/s  277 h 46 min left"));
}

TEST(before_anything_is_done_there_is_no_rate)
{
    AUTO_BUF out = BUF_INIT(4096);
    CHECK_STR(rendered(&out, "events", 3000000, 0, 2000), STR("loading    0%  0 events of 3.0 M events"));
}

TEST(a_file_that_grows_while_it_is_read_has_no_known_end)
{
    AUTO_BUF out = BUF_INIT(4096);
    CHECK_STR(rendered(&out, "B", 100, 200, 1000), STR("loading  200 B  200 B/s"));
    CHECK_STR(rendered(&out, "B", 100, 0, 0), STR("loading    0%  0 B of 100 B"));
}

/* What reaches the terminal when `done` is told at these milliseconds. */
static size_t drawn(const int64_t *at_ms, size_t count, bool ended)
{
    struct clock clock = clock_fixed(5000);
    struct progress progress;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    progress_init(&progress, out, &clock);
    progress_begin(&progress, "loading", "B", 100);
    for (size_t i = 0; i < count; i++) {
        clock.fixed_ms = 5000 + at_ms[i];
        progress_update(&progress, 10);
    }
    if (ended) progress_end(&progress);
    (void)fclose(out);
    size_t lines = 0;
    for (size_t i = 0; i < bytes; i++) lines += text[i] == '\r';
    free(text);
    return lines;
}

TEST(nothing_is_drawn_in_the_first_second_and_then_not_too_often)
{
    static const int64_t short_work[] = {1, 500, 999};
    static const int64_t long_work[] = {999, 1000, 1001, 1099, 1100, 1200, 5000};
    CHECK_INT(drawn(short_work, COUNT_OF(short_work), true), 0);
    CHECK_INT(drawn(long_work, COUNT_OF(long_work), false), 4);
    CHECK_INT(drawn(long_work, COUNT_OF(long_work), true), 5);
}

TEST(without_a_terminal_nothing_is_drawn)
{
    struct clock clock = clock_fixed(0);
    struct progress progress;
    progress_init(&progress, NULL, &clock);
    progress_begin(&progress, "loading", "B", 0);
    clock.fixed_ms = 100000;
    progress_update(&progress, 1);
    progress_end(&progress);
    CHECK_INT(progress.drawn_ns, 0);
}

struct watcher {
    uint64_t done, all, most;
};

static bool watch(void *context, uint64_t done, uint64_t all)
{
    struct watcher *watcher = context;
    watcher->done = done;
    watcher->all = all;
    return done < watcher->most;
}

TEST(whoever_watches_is_told_each_time_and_may_stop_the_work)
{
    struct clock clock = clock_fixed(0);
    struct watcher watcher = {.most = 20};
    struct progress progress;
    progress_init(&progress, NULL, &clock);
    progress.watch = watch;
    progress.context = &watcher;
    progress_begin(&progress, "loading", "B", 100);
    CHECK_TRUE(progress_update(&progress, 10));
    CHECK_INT(watcher.done, 10);
    CHECK_INT(watcher.all, 100);
    CHECK_FALSE(progress_update(&progress, 20));
    CHECK_FALSE(progress_update(&progress, 5));
    CHECK_INT(watcher.done, 20); /* nobody asks again */
    progress_end(&progress);
}
