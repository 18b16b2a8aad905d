/* test_diagnostic.c — a mistake as its author sees it. */
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostic.h"

#include <string.h>

#include "harness.h"

static void check_rendered(const char *text, struct place at, const char *expected)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(10000);
    struct diagnostics diagnostics;
    const struct source source = {STR("leads.yaml"), str_from_c(text)};
    diagnostics_init(&diagnostics, arena);
    diagnostics_error(&diagnostics, &source, at, "no");
    diagnostic_render(&diagnostics.item[0], false, &out);
    CHECK_STR(buf_str(&out), str_from_c(expected));
}

TEST(the_offending_text_is_underlined)
{
    check_rendered("score: s\npoints: many\n", (struct place){2, 9, 4},
                   "leads.yaml:2:9: error: no\npoints: many\n        ^~~~\n");
    check_rendered("many", (struct place){1, 1, 1}, "leads.yaml:1:1: error: no\nmany\n^\n");
}

TEST(a_place_without_a_length_is_one_character)
{
    check_rendered("a: [1]", (struct place){1, 4, 0}, "leads.yaml:1:4: error: no\na: [1]\n   ^\n");
}

TEST(tabs_stay_tabs_so_that_the_line_below_aligns)
{
    check_rendered("\ta:\tmany", (struct place){1, 5, 4}, "leads.yaml:1:5: error: no\n\ta:\tmany\n\t  \t^~~~\n");
}

TEST(columns_count_characters_and_wide_ones_take_two_cells)
{
    check_rendered("\u540d\u524d: \u00e9t\u00e9", (struct place){1, 5, 3},
                   "leads.yaml:1:5: error: no\n\u540d\u524d: \u00e9t\u00e9\n      ^~~\n");
    check_rendered("a: \u540d\u524d", (struct place){1, 4, 2}, "leads.yaml:1:4: error: no\na: \u540d\u524d\n   ^~~~\n");
}

TEST(lines_may_end_as_on_any_system)
{
    check_rendered("a\r\nb: x\r\nc", (struct place){2, 4, 1}, "leads.yaml:2:4: error: no\nb: x\n   ^\n");
    check_rendered("a\rb: x\rc", (struct place){2, 4, 1}, "leads.yaml:2:4: error: no\nb: x\n   ^\n");
}

TEST(a_place_that_is_not_in_the_text_shows_no_line)
{
    check_rendered("a", (struct place){0, 0, 0}, "leads.yaml: error: no\n");
    check_rendered("a", (struct place){1, 0, 0}, "leads.yaml:1: error: no\n");
    check_rendered("a", (struct place){7, 1, 1}, "leads.yaml:7:1: error: no\n");
    check_rendered("", (struct place){1, 1, 1}, "leads.yaml:1:1: error: no\n");
    check_rendered("ab", (struct place){1, 9, 1}, "leads.yaml:1:9: error: no\nab\n  ^\n");
}

TEST(a_long_line_is_cut_around_the_offending_text)
{
    char line[1001] = {0};
    memset(line, 'x', 1000);
    for (size_t i = 0; i < 4; i++) line[500 + i] = "many"[i];
    AUTO_BUF expected = BUF_INIT(10000);
    buf_append_c(&expected, "leads.yaml:1:501: error: no\n...");
    buf_append_repeat(&expected, 'x', 60);
    buf_append_c(&expected, "many");
    buf_append_repeat(&expected, 'x', 56);
    buf_append_c(&expected, "...\n   ");
    buf_append_repeat(&expected, ' ', 60);
    buf_append_c(&expected, "^~~~\n");
    buf_append_char(&expected, '\0');
    check_rendered(line, (struct place){1, 501, 4}, expected.at);
}

TEST(a_long_offending_text_is_cut_too)
{
    char line[1001] = {0};
    memset(line, 'x', 1000);
    AUTO_BUF expected = BUF_INIT(10000);
    buf_append_c(&expected, "leads.yaml:1:3: error: no\n");
    buf_append_repeat(&expected, 'x', 62);
    buf_append_c(&expected, "...\n  ^");
    buf_append_repeat(&expected, '~', 59);
    buf_append_c(&expected, "\n");
    buf_append_char(&expected, '\0');
    check_rendered(line, (struct place){1, 3, 900}, expected.at);
}

TEST(nothing_an_author_wrote_reaches_the_terminal_raw)
{
    check_rendered("a: \x1b[31m!\x7f", (struct place){1, 9, 1}, "leads.yaml:1:9: error: no\na: ?[31m!?\n        ^\n");
    check_rendered("a: \xff\xfez", (struct place){1, 6, 1},
                   "leads.yaml:1:6: error: no\na: \xEF\xBF\xBD\xEF\xBF\xBDz\n     ^\n");
    check_rendered("a: \xe2\x82", (struct place){1, 4, 1},
                   "leads.yaml:1:4: error: no\na: \xEF\xBF\xBD\xEF\xBF\xBD\n   ^\n");
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(1000);
    struct diagnostics diagnostics;
    const struct source source = {STR("evil\x1b.yaml"), STR("")};
    diagnostics_init(&diagnostics, arena);
    diagnostics_warning(&diagnostics, &source, (struct place){0}, "'\x1b[2J\n\tx\xc2\x9b'");
    diagnostic_render(&diagnostics.item[0], false, &out);
    CHECK_STR(buf_str(&out), STR("evil?.yaml: warning: '?[2J? x?'\n"));
}

TEST(a_terminal_gets_colours)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(1000);
    struct diagnostics diagnostics;
    const struct source source = {STR("a.yaml"), STR("x: y")};
    diagnostics_init(&diagnostics, arena);
    diagnostics_error(&diagnostics, &source, (struct place){1, 4, 1}, "no");
    diagnostic_render(&diagnostics.item[0], true, &out);
    CHECK_STR(buf_str(&out), STR("\x1b[1ma.yaml:1:4: \x1b[1;31merror: \x1b[0m\x1b[1mno\x1b[0m\nx: y\n   "
                                 "\x1b[1;32m^\x1b[0m\n"));
}

TEST(a_diagnostic_without_a_source_is_only_a_sentence)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(1000);
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    diagnostics_warning(&diagnostics, NULL, (struct place){0}, "hm");
    diagnostic_render(&diagnostics.item[0], false, &out);
    CHECK_STR(buf_str(&out), STR("warning: hm\n"));
}

TEST(after_a_hundred_the_rest_is_only_counted)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    for (int i = 0; i < DIAGNOSTICS_MAX + 5; i++) diagnostics_error(&diagnostics, NULL, (struct place){0}, "%d", i);
    diagnostics_warning(&diagnostics, NULL, (struct place){0}, "hm");
    CHECK_INT(diagnostics.count, DIAGNOSTICS_MAX);
    CHECK_INT(diagnostics.errors, DIAGNOSTICS_MAX + 5);
    CHECK_INT(diagnostics.warnings, 1);
    CHECK_STR(diagnostics.item[DIAGNOSTICS_MAX - 1].message, STR("99"));
}

TEST(a_message_is_cut_at_a_character)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(10000);
    for (int i = 0; i < 1000; i++) buf_append_c(&text, "\u00e9");
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    diagnostics_error(&diagnostics, NULL, (struct place){0}, "a" STR_FMT, STR_ARG(buf_str(&text)));
    struct str message = diagnostics.item[0].message;
    CHECK_TRUE(str_ends_with(message, STR("\u00e9...")));
    CHECK_INT(message.len, 1024);
}
