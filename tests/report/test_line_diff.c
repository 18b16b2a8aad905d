/* test_line_diff.c — two versions of a text, and what an author did between them. */
// SPDX-License-Identifier: Apache-2.0
#include "report/line_diff.h"

#include "base/buf.h"
#include "harness.h"

/* " same", "-removed", "+added", a line each. */
static struct str told(struct arena *arena, const char *before, const char *after)
{
    AUTO_BUF out = BUF_INIT((size_t)1 << 20);
    struct line_diff diff;
    line_diff(arena, str_from_c(before), str_from_c(after), &diff);
    for (uint32_t i = 0; i < diff.count; i++) {
        buf_append_char(&out, " -+"[diff.lines[i].kind]);
        buf_append(&out, diff.lines[i].text);
        buf_append_char(&out, '\n');
    }
    return arena_str(arena, buf_str(&out));
}

TEST(a_changed_line_is_removed_and_added_where_it_stood)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(told(arena, "a\npoints: 3\nc\n", "a\npoints: 5\nc\n"), STR(" a\n-points: 3\n+points: 5\n c\n"));
}

TEST(equal_texts_have_no_changes_and_the_kind_of_line_end_is_none)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(told(arena, "a\nb\n", "a\r\nb"), STR(" a\n b\n"));
    CHECK_STR(told(arena, "", ""), STR(""));
}

TEST(from_nothing_all_is_added_and_to_nothing_all_is_removed)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(told(arena, "", "a\nb\n"), STR("+a\n+b\n"));
    CHECK_STR(told(arena, "a\nb\n", ""), STR("-a\n-b\n"));
}

TEST(the_fewest_lines_are_told)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(told(arena, "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n"), STR("-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n"));
}

TEST(lines_are_numbered_in_the_text_they_stand_in)
{
    AUTO_ARENA arena = arena_new();
    struct line_diff diff;
    line_diff(arena, STR("a\nb\nc\n"), STR("a\nc\nd\n"), &diff);
    CHECK_INT(diff.count, 4);
    CHECK_INT(diff.lines[1].before, 2);
    CHECK_INT(diff.lines[1].after, 0);
    CHECK_INT(diff.lines[2].before, 3);
    CHECK_INT(diff.lines[2].after, 2);
    CHECK_INT(diff.lines[3].after, 3);
    CHECK_INT(diff.removed, 1);
    CHECK_INT(diff.added, 1);
}

/* Whatever the texts, leaving out what is added gives the old one, what is removed the new one. */
TEST(both_texts_can_be_read_from_a_diff)
{
    uint64_t dice = harness_seed();
    for (int round = 0; round < 2000; round++) {
        AUTO_ARENA arena = arena_new();
        struct buf text[2] = {BUF_INIT(4096), BUF_INIT(4096)};
        struct buf back[2] = {BUF_INIT(4096), BUF_INIT(4096)};
        for (int t = 0; t < 2; t++) {
            for (int i = 0; i < 20; i++) {
                dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                if ((dice >> 40 & 7) == 0) break;
                buf_append_char(&text[t], (char)('a' + (dice >> 33 & 3)));
                buf_append_char(&text[t], '\n');
            }
        }
        struct line_diff diff;
        line_diff(arena, buf_str(&text[0]), buf_str(&text[1]), &diff);
        for (uint32_t i = 0; i < diff.count; i++)
            for (int t = 0; t < 2; t++) {
                if (diff.lines[i].kind == (t == 0 ? DIFF_ADDED : DIFF_REMOVED)) continue;
                buf_append(&back[t], diff.lines[i].text);
                buf_append_char(&back[t], '\n');
            }
        for (int t = 0; t < 2; t++) {
            CHECK_STR(buf_str(&back[t]), buf_str(&text[t]));
            buf_release(&text[t]);
            buf_release(&back[t]);
        }
    }
}

TEST(texts_with_little_in_common_are_told_whole_and_soon)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF a = BUF_INIT((size_t)1 << 22);
    AUTO_BUF b = BUF_INIT((size_t)1 << 22);
    buf_append_c(&a, "head\n");
    buf_append_c(&b, "head\n");
    for (int i = 0; i < 20000; i++) {
        buf_format(&a, "a%d\n", i);
        buf_format(&b, "b%d\n", i);
    }
    struct line_diff diff;
    line_diff(arena, buf_str(&a), buf_str(&b), &diff);
    CHECK_INT(diff.count, 40001);
    CHECK_INT(diff.removed, 20000);
    CHECK_INT(diff.added, 20000);
}
