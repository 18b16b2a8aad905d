/* test_config.c — one table, and everything that follows from it agrees. */
// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <string.h>

#include "base/arena.h"
#include "base/input.h"
#include "harness.h"

TEST(each_default_is_within_its_own_limits_and_each_setting_explained)
{
    CHECK_TRUE(config_setting_count > 0);
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct config_setting *setting = &config_settings[i];
        int64_t size = setting->type == CONFIG_TEXT ? (int64_t)strlen(setting->default_text) : setting->default_value;
        CHECK_TRUE(setting->least <= size && size <= setting->most);
        CHECK_TRUE(strlen(setting->help) > 10);
    }
}

TEST(a_setting_is_read_from_its_variable)
{
    static const char *const environment[] = {"HOME=/home/ann", "PLUMB_THREADS=3", "PLUMB_PROGRESS=off",
                                              "PLUMB_UNHEARD_OF=1", NULL};
    struct config config = config_default();
    struct err_info why = {0};
    CHECK_TRUE(config.progress);
    CHECK_OK(config_from_environment(&config, environment, &why), why);
    CHECK_INT(config.threads, 3);
    CHECK_FALSE(config.progress);
    CHECK_INT(config.reject_lines_shown, config_default().reject_lines_shown);
}

TEST(a_value_outside_its_limits_is_refused_with_its_variable)
{
    static const struct {
        const char *given, *sentence;
    } row[] = {
        {"PLUMB_THREADS=-1", "PLUMB_THREADS is '-1', expected a whole number from 0 to 1024"},
        {"PLUMB_THREADS=1025", "PLUMB_THREADS is '1025', expected a whole number from 0 to 1024"},
        {"PLUMB_THREADS=many", "PLUMB_THREADS is 'many', expected a whole number from 0 to 1024"},
        {"PLUMB_THREADS=", "PLUMB_THREADS is '', expected a whole number from 0 to 1024"},
        {"PLUMB_PROGRESS=maybe", "PLUMB_PROGRESS is 'maybe', expected on or off"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        const char *const environment[] = {row[i].given, NULL};
        struct config config = config_default();
        struct err_info why = {0};
        CHECK_INT(config_from_environment(&config, environment, &why), ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), str_from_c(row[i].sentence));
        CHECK_INT(config.threads, config_default().threads);
    }
}

TEST(a_text_is_taken_as_it_is_within_its_length)
{
    static const char *const environment[] = {"PLUMB_DATA=/var/lib/plumb", NULL}, *const none[] = {"PLUMB_DATA=", NULL};
    struct config config = config_default();
    struct err_info why = {0};
    CHECK_STR(config.data, STR("plumb-data"));
    CHECK_OK(config_from_environment(&config, environment, &why), why);
    CHECK_STR(config.data, STR("/var/lib/plumb"));
    CHECK_INT(config_from_environment(&config, none, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("PLUMB_DATA has 0 bytes, expected 1 to 4000"));
    CHECK_STR(config.data, STR("/var/lib/plumb"));
}

TEST(a_text_that_is_not_printable_is_refused)
{
    struct config config = config_default();
    struct err_info why = {0};
    CHECK_INT(config_set(&config, STR("data"), STR("a\033b"), &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("data holds a control character"));
    CHECK_STR(config.data, STR("plumb-data"));
}

TEST(a_file_gives_a_setting_a_line)
{
    struct config config = config_default();
    struct err_info why = {0};
    struct str text =
        STR("# of the sales team\n\n  listen=0.0.0.0:80 \r\nbase_url = https://x.example/?a=b\nthreads = 2");
    CHECK_OK(config_from_text(&config, text, "plumb.conf", &why), why);
    CHECK_STR(config.listen, STR("0.0.0.0:80"));
    CHECK_STR(config.base_url, STR("https://x.example/?a=b"));
    CHECK_INT(config.threads, 2);
}

TEST(each_mistake_of_a_file_is_refused_with_its_line)
{
    static const struct {
        struct str text;
        const char *sentence;
        uint32_t line;
    } row[] = {
        {STR_INIT("threads 3"), "line 1 of plumb.conf is not 'name = value'", 1},
        {STR_INIT("\ncolour = red"), "line 2 of plumb.conf: there is no setting 'colour'", 2},
        {STR_INIT("threads=1\nthreads=2\n"), "line 2 of plumb.conf: threads is given twice", 2},
        {STR_INIT("# none\n\nprogress = maybe"), "line 3 of plumb.conf: progress is 'maybe', expected on or off", 3},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct config config = config_default();
        struct err_info why = {0};
        CHECK_TRUE(config_from_text(&config, row[i].text, "plumb.conf", &why) != ERR_OK);
        CHECK_STR(str_from_c(why.msg), str_from_c(row[i].sentence));
        CHECK_INT(why.at.line, row[i].line);
    }
}

TEST(a_setting_that_does_not_exist_is_not_found)
{
    struct config config = config_default();
    struct err_info why = {0};
    CHECK_INT(config_set(&config, STR("colour"), STR("1"), &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no setting 'colour'"));
}

TEST(the_help_names_every_variable)
{
    AUTO_BUF help = BUF_INIT(SIZE_MAX);
    config_append_help(&help);
    CHECK_CONTAINS(buf_str(&help), STR("  PLUMB_THREADS=0\n      how many threads score"));
    CHECK_CONTAINS(buf_str(&help), STR("(0 to 1024 threads)\n"));
    CHECK_CONTAINS(buf_str(&help), STR("  PLUMB_PROGRESS=on\n"));
    CHECK_CONTAINS(buf_str(&help), STR("  PLUMB_DATA=plumb-data\n"));
}

/* Write it anew from what a failure prints. */
TEST(docs_config_md_says_what_the_table_says)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF doc = BUF_INIT(SIZE_MAX);
    config_append_doc(&doc);
    struct str here = STR(__FILE__);
    struct str root = {here.at, here.len - strlen("tests/base/test_config.c")};
    const char *path = arena_format(arena, STR_FMT "docs/config.md", STR_ARG(root)).at;
    struct str text;
    struct err_info why = {0};
    if (input_read_all(path, 100000, arena, &text, &why) == ERR_NOT_FOUND) harness_skip("the sources are not here");
    CHECK_STR(text, buf_str(&doc));
}
