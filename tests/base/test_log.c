/* test_log.c — an event and its facts are one line. */
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "harness.h"

/* Standard error goes to a file between these two; the second gives what was written. */
static int kept_stderr = -1;

static void begin_capture(void)
{
    AUTO_ARENA arena = arena_new();
    int file = open(arena_format(arena, "%s/log", harness_tmpdir()).at, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK_TRUE(file >= 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    close(file);
}

static struct str end_capture(struct arena *arena)
{
    off_t size = lseek(STDERR_FILENO, 0, SEEK_END);
    char *text = arena_alloc(arena, (size_t)size + 1);
    ssize_t got = pread(STDERR_FILENO, text, (size_t)size, 0);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    CHECK_INT(got, size);
    return (struct str){text, (size_t)size};
}

TEST(an_event_and_its_facts_are_one_line)
{
    AUTO_ARENA arena = arena_new();
    begin_capture();
    log_info("file_loaded", LOG_STR("path", STR("a.csv")), LOG_INT("rows", -5));
    log_warn("odd", LOG_STR("why", STR("two words")), LOG_STR("empty", STR("")));
    log_error("bad", LOG_STR("text", STR("a=\"b\"\nlevel=info event=forged \x1b[31m")));
    CHECK_STR(end_capture(arena),
              STR("level=info event=file_loaded path=a.csv rows=-5\n"
                  "level=warn event=odd why=\"two words\" empty=\"\"\n"
                  "level=error event=bad text=\"a=\\\"b\\\"\\nlevel=info event=forged \\u001b[31m\"\n"));
}

TEST(a_level_below_the_least_is_silent)
{
    AUTO_ARENA arena = arena_new();
    begin_capture();
    log_set_level(LOG_WARN);
    log_info("quiet", LOG_INT("n", 1));
    log_warn("heard", LOG_INT("n", 2));
    log_set_level(LOG_INFO);
    CHECK_STR(end_capture(arena), STR("level=warn event=heard n=2\n"));
}

TEST(a_long_text_is_cut_between_characters)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    buf_append_char(&text, 'x');
    for (int i = 0; i < 2000; i++) buf_append(&text, STR("\xc5\x82"));
    begin_capture();
    log_info("long", LOG_STR("text", buf_str(&text)));
    struct str line = end_capture(arena);
    CHECK_TRUE(line.len < 1100);
    CHECK_TRUE(str_ends_with(line, STR("\xc5\x82\"\n")));
}
