/* test_documents.c — a text of several definitions is taken apart, places stay. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/documents.h"
#include "harness.h"

static const char two[] = "# for everybody\n"
                          "score: lead\n"
                          "groups: []\n"
                          "---\n"
                          "# nothing but a comment\n"
                          "---\n"
                          "segment: loyal\n"
                          "when: {property: plan, is: pro}\n";

static enum err split(struct arena *arena, struct str text, struct document **out, size_t *count,
                      struct diagnostics *diagnostics, struct err_info *why)
{
    diagnostics_init(diagnostics, arena);
    return documents_split(arena, text, STR("two.yaml"), diagnostics, out, count, why);
}

TEST(each_document_has_its_name_its_kind_and_its_own_text)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    struct document *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(split(arena, str_from_c(two), &documents, &count, diagnostics, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(documents[0].name, STR("lead"));
    CHECK_INT(documents[0].kind, DOCUMENT_SCORE);
    CHECK_STR(documents[0].text, STR("# for everybody\nscore: lead\ngroups: []\n"));
    CHECK_STR(documents[1].name, STR("loyal"));
    CHECK_INT(documents[1].kind, DOCUMENT_SEGMENT);
}

TEST(a_mistake_in_the_second_document_is_told_with_its_line_in_the_whole_text)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    struct document *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_INT(split(arena, STR("score: lead\ngroups: []\n---\nscore: other\ngruops: []\n"), &documents, &count,
                    diagnostics, &why),
              ERR_INVALID);
    CHECK_INT(diagnostics->errors, 1);
    CHECK_INT(diagnostics->item[0].at.line, 5);
}

TEST(a_text_without_a_definition_is_refused)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    struct document *documents = NULL;
    size_t count = 0;
    const struct str texts[] = {STR_INIT(""), STR_INIT("---"), STR_INIT("# a comment\n---\n"), STR_INIT("---\n---")};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct err_info why = {0};
        CHECK_INT(split(arena, texts[i], &documents, &count, diagnostics, &why), ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), STR("there is no definition in the text"));
    }
}
