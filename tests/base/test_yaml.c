/* test_yaml.c — a tree that remembers where each word stood, and refuses with a place. */
// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <string.h>

#include "base/buf.h"
#include "harness.h"

/* The only document of `text`. */
static const struct yaml_node *parse(struct arena *arena, struct str text)
{
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(yaml_parse(arena, text, &documents, &count, &why), why);
    CHECK_INT(count, 1);
    return documents[0];
}

static void check_place(const struct yaml_node *node, uint32_t line, uint32_t column, uint32_t length)
{
    CHECK_INT(node->at.line, line);
    CHECK_INT(node->at.column, column);
    CHECK_INT(node->at.length, length);
}

static void check_refused(struct str text, enum err code, uint32_t line, uint32_t column, const char *sentence)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_INT(yaml_parse(arena, text, &documents, &count, &why), code);
    CHECK_STR(str_from_c(why.msg), str_from_c(sentence));
    CHECK_INT(why.code, code);
    CHECK_INT(why.at.line, line);
    CHECK_INT(why.at.column, column);
    CHECK_TRUE(documents == NULL);
}

TEST(each_word_knows_its_line_column_and_length_in_characters)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *root = parse(arena, STR("na\xc5\x82: \xc5\xbc\xc3\xb3\xc5\x82w\n"
                                                    "b: \"x y\"\n"
                                                    "list: [1, {k: 'v'}]\n"));
    check_place(root, 1, 1, 1);
    check_place(root->keys[0], 1, 1, 3);
    check_place(root->values[0], 1, 6, 4);
    check_place(root->values[1], 2, 4, 5); /* with its quotes */
    const struct yaml_node *list = yaml_get(root, STR("list"));
    check_place(list, 3, 7, 1);
    check_place(list->values[0], 3, 8, 1);
    check_place(list->values[1], 3, 11, 1);
    check_place(yaml_get(list->values[1], STR("k")), 3, 15, 3);
}

TEST(a_block_of_text_stands_where_its_first_line_begins)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *root = parse(arena, STR("a: |\n    two\n    lines\nb: >-\n  folded\n  text\n"));
    CHECK_STR(root->values[0]->text, STR("two\nlines\n"));
    check_place(root->values[0], 2, 5, 3);
    CHECK_STR(root->values[1]->text, STR("folded text"));
    check_place(root->values[1], 5, 3, 6);
}

TEST(a_value_that_is_missing_is_null_and_stands_behind_its_key)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *root = parse(arena, STR("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf:\n  - x\n  -\n"));
    CHECK_TRUE(yaml_is_null(yaml_get(root, STR("a"))));
    check_place(yaml_get(root, STR("a")), 1, 2, 1);
    CHECK_TRUE(yaml_is_null(yaml_get(root, STR("b"))));
    CHECK_TRUE(yaml_is_null(yaml_get(root, STR("c"))));
    CHECK_FALSE(yaml_is_null(yaml_get(root, STR("d"))));
    CHECK_FALSE(yaml_is_null(yaml_get(root, STR("e"))));
    CHECK_TRUE(yaml_is_null(yaml_get(root, STR("f"))->values[1]));
    CHECK_TRUE(yaml_is_null(yaml_get(root, STR("nowhere"))));
}

TEST(only_unquoted_words_are_plain)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *root = parse(arena, STR("[5, '5', \"5\"]"));
    CHECK_TRUE(root->values[0]->plain);
    CHECK_FALSE(root->values[1]->plain);
    CHECK_FALSE(root->values[2]->plain);
}

TEST(json_is_yaml_even_when_it_is_indented_with_tabs)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *root = parse(
        arena,
        STR("{\r\n\t\"score\":\t\"a\\u00e9\\ud83d\\ude00\\/\",\r\n\t\"list\": [\r\n\t\t1,\r\n\t\ttrue ]\r\n}\r\n"));
    CHECK_STR(yaml_get(root, STR("score"))->text, STR("a\xc3\xa9\xf0\x9f\x98\x80/"));
    CHECK_INT(yaml_get(root, STR("list"))->count, 2);
    check_place(root->keys[1], 3, 2, 6);
}

TEST(a_stream_holds_many_documents_and_empty_ones_are_left_out)
{
    AUTO_ARENA arena = arena_new();
    const struct yaml_node *const *documents;
    size_t count;
    struct err_info why = {0};
    CHECK_OK(yaml_parse(arena, STR("\xef\xbb\xbf---\n---\na: 1\n...\n# nothing\n---\nb: 2\n---\n"), &documents, &count,
                        &why),
             why);
    CHECK_INT(count, 2);
    CHECK_STR(documents[0]->keys[0]->text, STR("a"));
    CHECK_STR(documents[1]->keys[0]->text, STR("b"));
    check_place(documents[1]->values[0], 7, 4, 1);
    CHECK_OK(yaml_parse(arena, STR("# only a comment\n"), &documents, &count, &why), why);
    CHECK_INT(count, 0);
}

TEST(what_a_definition_need_not_say_is_refused_where_it_stands)
{
    check_refused(STR("a: &x 1\n"), ERR_INVALID, 1, 4,
                  "anchors are not understood here: write the value out where it is used");
    check_refused(STR("a: [1, *x]\n"), ERR_INVALID, 1, 8, "aliases are not understood here: write the value out");
    check_refused(STR("a: 1\nb: !!str 2\n"), ERR_INVALID, 2, 4, "tags are not understood here: write the value alone");
    check_refused(STR("<<: {a: 1}\n"), ERR_INVALID, 1, 1, "merge keys are not understood here: write the pairs out");
    check_refused(STR("[a]: 1\n"), ERR_INVALID, 1, 1, "a key must be a plain text");
    check_refused(STR("a:\n  - ? b\n    : 1\n"), ERR_INVALID, 2, 5, "no line may begin with '? ': write 'key: value'");
    check_refused(STR("a: 1\nb: 2\n'a': 3\n"), ERR_INVALID, 3, 1, "the key 'a' stands twice, first in line 1");
}

/* One row per mistake an author makes, with where we point and what we say. */
TEST(each_mistake_is_shown_at_its_place_in_words_for_people)
{
    static const struct {
        struct str text;
        uint32_t line, column;
        const char *sentence;
    } row[] = {
        {STR_INIT("a:\n\t- b\n"), 2, 1, "a tab may not indent YAML: use blanks"},
        {STR_INIT("a: b: c\n"), 1, 5, "a second ': ' on one line: put text that holds ': ' in quotes"},
        {STR_INIT("a: 'x\n"), 1, 4, "this quote is never closed"},
        {STR_INIT("a: \"x\nb: 1\n"), 1, 4,
         "this quoted text goes on in a line that is not indented: is its quote closed?"},
        {STR_INIT("a: [1, 2\n"), 1, 4, "this '[' is never closed"},
        {STR_INIT("a: {b: 1\n"), 1, 4, "this '{' is never closed"},
        {STR_INIT("a: [1]]\n"), 1, 7, "this ']' closes nothing"},
        {STR_INIT("[a,,b]\n"), 1, 4, "a comma too many"},
        {STR_INIT("{a: 1 b: 2}\n"), 1, 8, "a comma is missing before this"},
        {STR_INIT("a: @x\n"), 1, 4, "text may not begin with this character: put it in quotes"},
        {STR_INIT("a: 1\nb\n"), 2, 1, "expected 'key: value'"},
        {STR_INIT("- a\nb: c\n"), 2, 1, "expected '- ', as in the lines before"},
        {STR_INIT("  a: 1\nb: 2\n"), 2, 1, "this line is indented less than the lines before it"},
        {STR_INIT("a: \"\\ud800\"\n"), 1, 5, "the escape in this double-quoted text is not a Unicode character"},
        {STR_INIT("a: \xc5\x82\xff\n"), 1, 5, "this byte is not UTF-8"},
        {STR_INIT("a: 1\nb: \x01\n"), 2, 4, "a control character (byte 1)"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++)
        check_refused(row[i].text, ERR_INVALID, row[i].line, row[i].column, row[i].sentence);
}

TEST(depth_is_limited_in_every_style)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF flow = BUF_INIT(SIZE_MAX), block = BUF_INIT(SIZE_MAX);
    buf_append_repeat(&flow, '[', YAML_DEPTH_MAX);
    buf_append_repeat(&flow, ']', YAML_DEPTH_MAX);
    parse(arena, buf_str(&flow));
    buf_clear(&flow);
    buf_append_repeat(&flow, '[', YAML_DEPTH_MAX + 1);
    check_refused(buf_str(&flow), ERR_TOO_BIG, 1, YAML_DEPTH_MAX + 1, "nested more than 64 levels deep");
    for (int i = 0; i <= YAML_DEPTH_MAX; i++) buf_append(&block, STR("- "));
    check_refused(buf_str(&block), ERR_TOO_BIG, 1, 2 * YAML_DEPTH_MAX + 1, "nested more than 64 levels deep");
}

TEST(a_billion_laughs_end_at_the_first_anchor)
{
    check_refused(STR("a: &a [lol, lol]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"), ERR_INVALID, 1, 4,
                  "anchors are not understood here: write the value out where it is used");
}

TEST(number_of_values_and_bytes_are_limited)
{
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    for (int i = 0; i <= YAML_NODES_MAX; i++) buf_append(&text, STR("- a\n"));
    check_refused(buf_str(&text), ERR_TOO_BIG, YAML_NODES_MAX, 3, "more than 200000 values in one file");
    buf_clear(&text);
    buf_append_repeat(&text, ' ', YAML_BYTES_MAX + 1);
    check_refused(buf_str(&text), ERR_TOO_BIG, 0, 0, "larger than 2 MiB");
}

TEST(a_mapping_of_many_keys_is_checked_in_time)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < 90000; i++) buf_format(&text, "key%d: 1\n", i);
    CHECK_INT(parse(arena, buf_str(&text))->count, 90000);
    buf_append(&text, STR("key7: 2\n"));
    check_refused(buf_str(&text), ERR_INVALID, 90001, 1, "the key 'key7' stands twice, first in line 8");
}
