/* test_json.c — JSON in and out. */
// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <string.h>

#include "base/arena.h"
#include "harness.h"

/* A copy of `text` followed by the padding, here digits and quotes to mislead. */
static struct str padded(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + JSON_PADDING);
    if (text.len > 0) memcpy(copy, text.at, text.len);
    for (size_t i = 0; i < JSON_PADDING; i++) copy[text.len + i] = i % 2 == 0 ? '7' : '"';
    return (struct str){copy, text.len};
}

static const struct json_item *parse(struct json_parser *parser, struct arena *arena, struct str text)
{
    const struct json_item *items = NULL;
    struct err_info why = {0};
    CHECK_OK(json_parse(parser, padded(arena, text), &items, &why), why);
    return items;
}

static void check_refused(struct str text, enum err code, uint32_t column, const char *sentence)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    const struct json_item *items = NULL;
    struct err_info why = {0};
    enum err e = json_parse(parser, padded(arena, text), &items, &why);
    CHECK_STR(str_from_c(why.msg), str_from_c(sentence));
    CHECK_INT(e, code);
    CHECK_INT(why.at.column, column);
    CHECK_TRUE(items == NULL);
    json_parser_free(parser);
}

/* The document written again, numbers as they came. */
static void append_again(struct buf *out, const struct json_item *item)
{
    struct json_writer writer = {.out = out};
    if (item->key.at != NULL) {
        json_string(&writer, item->key);
        buf_append_char(out, ':');
    }
    switch (item->kind) {
    case JSON_NULL: buf_append(out, STR("null")); break;
    case JSON_BOOL:
    case JSON_NUMBER: buf_append(out, item->text); break;
    case JSON_STRING: json_string(&(struct json_writer){.out = out}, item->text); break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        buf_append_char(out, item->kind == JSON_ARRAY ? '[' : '{');
        for (const struct json_item *c = json_first(item); c != NULL; c = json_next(item, c)) {
            append_again(out, c);
            if (json_next(item, c) != NULL) buf_append_char(out, ',');
        }
        buf_append_char(out, item->kind == JSON_ARRAY ? ']' : '}');
    }
}

TEST(a_document_is_read_in_the_order_of_its_text)
{
    static const struct str row[] = {
        STR_INIT("{\"a\":1,\"b\":[1.50,-2e3,{\"c\":\"x\"},null,true,[]],\"d\":{},\"e\":false}"),
        STR_INIT("[]"),
        STR_INIT("{}"),
        STR_INIT("\"text\""),
        STR_INIT("-0.0"),
        STR_INIT("null"),
        STR_INIT("[[[1],[2,[3]]],{\"a\":{\"b\":{}}},4]"),
        STR_INIT("{\"\":\"\",\"\xc5\x82\":\"\xf0\x9f\x98\x80\"}"),
    };
    struct json_parser *parser = json_parser_new();
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_ARENA arena = arena_new();
        AUTO_BUF out = BUF_INIT(SIZE_MAX);
        append_again(&out, parse(parser, arena, row[i]));
        CHECK_STR(buf_str(&out), row[i]);
    }
    json_parser_free(parser);
}

TEST(blanks_and_tabs_between_tokens_do_not_count)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct json_parser *parser = json_parser_new();
    append_again(&out, parse(parser, arena, STR("\t{\r\n\t\"a\"\t:\t\"x\" \t,\n \"b\" : [ 1 , true\t] }\n ")));
    CHECK_STR(buf_str(&out), STR("{\"a\":\"x\",\"b\":[1,true]}"));
    json_parser_free(parser);
}

TEST(numbers_keep_their_text_and_are_the_nearest_double)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    const struct json_item *items =
        parse(parser, arena, STR("[1.50, 18446744073709551615, -9223372036854775808, 1e-999, 0.1]"));
    CHECK_INT(items[0].span, 6);
    CHECK_STR(items[1].text, STR("1.50"));
    CHECK_DOUBLE(items[1].number, 1.5);
    CHECK_STR(items[2].text, STR("18446744073709551615"));
    CHECK_DOUBLE(items[2].number, 18446744073709551616.0);
    CHECK_DOUBLE(items[3].number, -9223372036854775808.0);
    CHECK_DOUBLE(items[4].number, 0.0);
    CHECK_DOUBLE(items[5].number, 0.1);
    CHECK_DOUBLE(parse(parser, arena, STR("12"))->number, 12.0);
    json_parser_free(parser);
}

TEST(escapes_are_read)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    const struct json_item *items =
        parse(parser, arena,
              STR("{\"k\\u0065y\":\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\",\"x\":\"y\"}"));
    CHECK_STR(json_member_text(items, STR("key")), STR("a\"b\\c/d\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    CHECK_STR(json_member_text(items, STR("x")), STR("y"));
    json_parser_free(parser);
}

TEST(of_a_double_key_the_last_wins_and_only_strings_have_text)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    const struct json_item *items = parse(parser, arena, STR("{\"a\":\"1\",\"b\":{\"a\":\"3\"},\"a\":\"2\",\"n\":5}"));
    CHECK_STR(json_member_text(items, STR("a")), STR("2"));
    CHECK_INT(json_member_text(items, STR("n")).len, 0);
    CHECK_TRUE(json_member(items, STR("c")) == NULL);
    CHECK_STR(json_member_text(json_member(items, STR("b")), STR("a")), STR("3"));
    CHECK_TRUE(json_member(NULL, STR("a")) == NULL);
    CHECK_TRUE(json_member(items + 1, STR("a")) == NULL);
    json_parser_free(parser);
}

TEST(each_mistake_is_refused_at_its_column)
{
    static const struct {
        struct str text;
        uint32_t column;
        const char *sentence;
    } row[] = {
        {STR_INIT(""), 0, "not JSON: nothing but blanks"},
        {STR_INIT("  "), 0, "not JSON: nothing but blanks"},
        {STR_INIT("{\"a\":1}}"), 8, "not JSON: something follows its end"},
        {STR_INIT("1 2"), 3, "not JSON: something follows its end"},
        {STR_INIT("[1 2]"), 4, "not JSON: expected ',' or ']'"},
        {STR_INIT("[1,]"), 4, "not JSON: expected a value"},
        {STR_INIT("{\"a\" 1}"), 6, "not JSON: expected ':' behind the key"},
        {STR_INIT("{\"\xc5\x82\":1 \"b\":2}"), 8, "not JSON: expected ',' or '}'"},
        {STR_INIT("{a:1}"), 2, "not JSON: expected a key in quotes"},
        {STR_INIT("{\"a\":1,}"), 8, "not JSON: expected a key in quotes"},
        {STR_INIT("{\"a\":"), 6, "not JSON: it ends too early, expected a value"},
        {STR_INIT("{"), 2, "not JSON: it ends too early, expected a key in quotes"},
        {STR_INIT("["), 2, "not JSON: it ends too early, expected a value"},
        {STR_INIT("[1"), 3, "not JSON: it ends too early, expected ',' or ']'"},
        {STR_INIT("{\"a\":tru}"), 6, "not JSON: expected a value"},
        {STR_INIT("nulll"), 1, "not JSON: expected a value"},
        {STR_INIT("[01]"), 2, "not JSON: this is not a number"},
        {STR_INIT("[-]"), 2, "not JSON: this is not a number"},
        {STR_INIT("[1.]"), 2, "not JSON: this is not a number"},
        {STR_INIT("[1e+]"), 2, "not JSON: this is not a number"},
        {STR_INIT("[1x]"), 2, "not JSON: this is not a number"},
        {STR_INIT("\"abc"), 0, "not JSON: a string is never closed"},
        {STR_INIT("[\"a\\q\"]"), 2, "not JSON: this string holds an escape that is not valid"},
        {STR_INIT("\"\\ud800\""), 1, "not JSON: this string holds an escape that is not valid"},
        {STR_INIT("\"\\ude00\""), 1, "not JSON: this string holds an escape that is not valid"},
        {STR_INIT("\"\\u12g4\""), 1, "not JSON: this string holds an escape that is not valid"},
        {STR_INIT("\"a\tb\""), 0, "not JSON: a string holds a control character that is not escaped"},
        {STR_INIT("[\"\xc5\x82\xff\"]"), 4, "not valid UTF-8"},
        {STR_INIT("[18446744073709551616]"), 2, "the number 18446744073709551616 does not fit 64 bits"},
        {STR_INIT("[-9223372036854775809]"), 2, "the number -9223372036854775809 does not fit 64 bits"},
        {STR_INIT("[0, 1e309]"), 5, "the number 1e309 is too large for a double"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) check_refused(row[i].text, ERR_INVALID, row[i].column, row[i].sentence);
}

TEST(depth_and_number_of_values_are_limited)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    struct json_parser *parser = json_parser_new();
    buf_append_repeat(&text, '[', JSON_DEPTH_MAX);
    buf_append_repeat(&text, ']', JSON_DEPTH_MAX);
    CHECK_INT(parse(parser, arena, buf_str(&text))->span, JSON_DEPTH_MAX);
    buf_clear(&text);
    buf_append_repeat(&text, '[', 100000);
    check_refused(buf_str(&text), ERR_TOO_BIG, JSON_DEPTH_MAX + 1, "nested more than 64 levels deep");
    buf_clear(&text);
    buf_append_char(&text, '[');
    for (int i = 0; i < JSON_ITEMS_MAX; i++) buf_append(&text, STR("1,"));
    buf_append(&text, STR("1]"));
    check_refused(buf_str(&text), ERR_TOO_BIG, 0, "more than 1000000 values");
    json_parser_free(parser);
}

TEST(a_parser_serves_texts_of_any_length_one_after_the_other)
{
    AUTO_ARENA arena = arena_new();
    struct json_parser *parser = json_parser_new();
    for (size_t length = 1; length < (size_t)3 * 1024 * 1024; length = length * 3 + 1) {
        AUTO_BUF text = BUF_INIT(SIZE_MAX);
        buf_append(&text, STR("[\"\\n"));
        buf_append_repeat(&text, 'x', length);
        buf_append(&text, STR("\",2]"));
        const struct json_item *items = parse(parser, arena, buf_str(&text));
        CHECK_INT(items[1].text.len, length + 1);
        CHECK_DOUBLE(items[2].number, 2.0);
        CHECK_INT(parse(parser, arena, STR("[]"))->span, 1);
    }
    json_parser_free(parser);
}

TEST(the_writer_sets_commas_and_escapes)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct json_writer writer = {.out = &out};
    for (int i = 0; i < 2; i++) {
        json_begin_object(&writer);
        json_key(&writer, "a\"b");
        json_begin_array(&writer);
        json_i64(&writer, INT64_MIN);
        json_double(&writer, 0.1);
        json_begin_object(&writer);
        json_end_object(&writer);
        json_bool(&writer, true);
        json_null(&writer);
        json_end_array(&writer);
        json_key(&writer, "s");
        json_string(&writer, STR("q\" b\\ n\n t\t \x01 \x7f \xc5\x82 /"));
        json_key(&writer, "e");
        json_string(&writer, (struct str){0});
        json_end_object(&writer);
        json_newline(&writer);
    }
    static const struct str line = STR_INIT("{\"a\\\"b\":[-9223372036854775808,0.1,{},true,null],"
                                            "\"s\":\"q\\\" b\\\\ n\\n t\\t \\u0001 \x7f \xc5\x82 /\",\"e\":\"\"}\n");
    struct str all = buf_str(&out);
    CHECK_STR(((struct str){all.at, all.len / 2}), line);
    CHECK_STR(((struct str){all.at + all.len / 2, all.len / 2}), line);
}

TEST(what_is_not_utf_8_is_written_as_replacement_characters)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    json_string(&(struct json_writer){.out = &out}, STR("a\xff\xc5\x82\xc5\"\xe2\x82"));
    CHECK_STR(buf_str(&out), STR("\"a\xef\xbf\xbd\xc5\x82\xef\xbf\xbd\\\"\xef\xbf\xbd\xef\xbf\xbd\""));
    buf_clear(&out);
    AUTO_BUF bad = BUF_INIT(SIZE_MAX);
    buf_append_repeat(&bad, '\xff', 300000);
    json_string(&(struct json_writer){.out = &out}, buf_str(&bad));
    CHECK_INT(out.len, 900002);
}
