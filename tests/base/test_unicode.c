/* test_unicode.c — is it UTF-8, are two texts the same, how wide are they. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"

#include <string.h>

#include "base/buf.h"
#include "harness.h"

static void check_folds(struct str text, struct str expected)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(unicode_fold(arena, text), expected);
}

TEST(the_first_byte_that_is_not_utf_8_is_named)
{
    static const struct {
        struct str text;
        size_t bad;
    } row[] = {
        {STR_INIT("\xff"), 0},
        {STR_INIT("abc\x80"), 3},
        {STR_INIT("\xc5\x82\xc5"), 2},
        {STR_INIT("a\xc0\xaf"), 1},         /* overlong */
        {STR_INIT("a\xed\xa0\x80"), 1},     /* a surrogate */
        {STR_INIT("a\xf4\x90\x80\x80"), 1}, /* beyond U+10FFFF */
        {STR_INIT("0123456789012345678901234567890123456789012345678901234567890123456789\xe2\x82"), 70},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        size_t bad = 99;
        CHECK_FALSE(unicode_valid(row[i].text, &bad));
        CHECK_INT(bad, row[i].bad);
        CHECK_INT(unicode_valid_length(row[i].text), row[i].bad);
    }
    CHECK_TRUE(unicode_valid(STR("a\0b \xc5\x82 \xe2\x82\xac \xf0\x9f\x98\x80"), NULL));
    CHECK_TRUE(unicode_valid((struct str){0}, NULL));
}

TEST(folding_ignores_case_in_every_script)
{
    check_folds(STR("IT Services"), STR("it services"));
    check_folds(STR("\xc5\x81\xc3\x93"
                    "D\xc5\xb9"),
                STR("\xc5\x82\xc3\xb3"
                    "d\xc5\xba")); /* ŁÓDŹ */
    check_folds(STR("STRASSE"), STR("strasse"));
    check_folds(STR("stra\xc3\x9f"
                    "e"),
                STR("strasse"));
    check_folds(STR("\xce\xa3\xce\x8a\xce\xa3\xce\xa5\xce\xa6\xce\x9f\xce\xa3"), /* ΣΊΣΥΦΟΣ */
                STR("\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83"));
}

TEST(composed_and_decomposed_wide_and_narrow_forms_are_the_same_text)
{
    check_folds(STR("e\xcc\x81"), STR("\xc3\xa9"));
    check_folds(STR("\xef\xbc\xa1\xef\xbc\x91"), STR("a1")); /* Ａ１ */
    check_folds(STR("\xef\xac\x81"
                    "rm"),
                STR("firm"));                                          /* the ligature fi */
    check_folds(STR("\xef\xbe\x8a\xef\xbe\x9e"), STR("\xe3\x83\x90")); /* half-width kana */
}

TEST(white_space_at_the_ends_does_not_count)
{
    check_folds(STR("  acme \r\n"), STR("acme"));
    check_folds(STR("\xc2\xa0 \xe3\x80\x80 \xc5\xbb\xe2\x80\x89"), STR("\xc5\xbc"));
    check_folds(STR(" \xc2\xa0 "), STR(""));
    check_folds(STR(""), STR(""));
}

TEST(text_without_a_letter_to_fold_is_not_copied)
{
    AUTO_ARENA arena = arena_new();
    struct str ascii = STR("  acme ltd.  "), polish = STR(" \xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 ");
    CHECK_TRUE(unicode_fold(arena, ascii).at == ascii.at + 2);
    CHECK_TRUE(unicode_fold(arena, polish).at == polish.at + 1);
}

/* Long text is folded in pieces: nobody may see where they meet. */
TEST(long_text_folds_as_its_parts_do)
{
    static const struct str parts[] = {STR_INIT("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), /* Hangul letters */
                                       STR_INIT("\xef\xbe\x8a\xef\xbe\x9e"), STR_INIT("e\xcc\x81"),
                                       STR_INIT("\xe0\xa7\x87\xe0\xa6\xbe")};
    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        AUTO_ARENA arena = arena_new();
        AUTO_BUF text = BUF_INIT(SIZE_MAX), expected = BUF_INIT(SIZE_MAX);
        struct str once = unicode_fold(arena, parts[p]);
        CHECK_TRUE(once.len < parts[p].len);
        for (int i = 0; i < 300; i++) {
            buf_append(&text, parts[p]);
            buf_append(&expected, once);
        }
        CHECK_STR(unicode_fold(arena, buf_str(&text)), buf_str(&expected));
    }
}

TEST(a_megabyte_of_combining_marks_is_folded_in_time)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < 250000; i++) buf_append(&text, i % 2 == 0 ? STR("\xcc\x81") : STR("\xcc\xa7"));
    CHECK_TRUE(unicode_valid(unicode_fold(arena, buf_str(&text)), NULL));
}

TEST(width_counts_terminal_cells_and_length_code_points)
{
    CHECK_INT(unicode_length(STR("z\xc5\x82o\xcc\x81")), 4);
    CHECK_INT(unicode_width(STR("z\xc5\x82o\xcc\x81")), 3);
    CHECK_INT(unicode_width(STR("\xe6\x97\xa5\xe6\x9c\xac")), 4);
    CHECK_INT(unicode_width(STR("a\tb\x7f")), 2);
}

TEST(a_cut_never_splits_a_wide_character)
{
    CHECK_STR(unicode_cut(STR("a\xe6\x97\xa5\xe6\x9c\xac"), 4), STR("a\xe6\x97\xa5"));
    CHECK_STR(unicode_cut(STR("abc"), 10), STR("abc"));
    CHECK_STR(unicode_cut(STR("o\xcc\x81x"), 1), STR("o\xcc\x81"));
    CHECK_STR(unicode_cut(STR("abc"), 0), STR(""));
}
