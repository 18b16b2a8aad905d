/* test_flatten.c — nested JSON as plain names and texts. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/flatten.h"

#include <string.h>

#include "base/buf.h"
#include "harness.h"

static void write_member(void *context, struct str name, struct str text)
{
    buf_format(context, "%s" STR_FMT "=" STR_FMT, ((struct buf *)context)->len > 0 ? " " : "", STR_ARG(name),
               STR_ARG(text));
}

/* "a=1 b.c=x" of a text of JSON; *all_fit may be NULL. */
static struct str flat(struct arena *arena, struct str json, bool *all_fit)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    const struct json_item *items = NULL;
    struct err_info why = {0};
    struct json_parser *parser = json_parser_new();
    char *text = arena_alloc(arena, json.len + JSON_PADDING);
    memcpy(text, json.at, json.len);
    CHECK_OK(json_parse(parser, (struct str){text, json.len}, &items, &why), why);
    bool fit = flatten(items, arena, write_member, &out);
    if (all_fit != NULL) *all_fit = fit;
    json_parser_free(parser);
    return arena_str(arena, buf_str(&out));
}

TEST(members_have_the_path_to_them_as_a_name)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(flat(arena, STR("{\"a\":1.50,\" b \":{\"c\":\" x \",\"d\":{\"e\":true}},\"f\":null}"), NULL),
              STR("a=1.50 b.c=x b.d.e=true f="));
    CHECK_STR(flat(arena, STR("{}"), NULL), STR(""));
    CHECK_STR(flat(arena, STR("[1]"), NULL), STR(""));
    CHECK_STR(flat(arena, STR("\"x\""), NULL), STR(""));
}

TEST(arrays_of_plain_values_are_joined_and_others_left_out)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(flat(arena, STR("{\"a\":[\"x\",2,false,null,\"\",\"y\"],\"b\":[],\"c\":[{}],\"d\":[[1],2]}"), NULL),
              STR("a=x;2;false;y b="));
}

TEST(a_member_without_a_name_is_nobodys)
{
    AUTO_ARENA arena = arena_new();
    bool all_fit = false;
    CHECK_STR(flat(arena, STR("{\"\":1,\"  \":{\"a\":2},\"b\":{\"\":3}}"), &all_fit), STR(""));
    CHECK_TRUE(all_fit);
}

TEST(a_name_that_is_too_long_is_left_out_and_said)
{
    AUTO_ARENA arena = arena_new();
    for (size_t longest = 252; longest <= 255; longest++) {
        AUTO_BUF json = BUF_INIT(4096);
        bool all_fit = false;
        buf_append_c(&json, "{\"a\":{\"");
        buf_append_repeat(&json, 'x', longest);
        buf_append_c(&json, "\":1},\"b\":2}");
        struct str seen = flat(arena, buf_str(&json), &all_fit);
        CHECK_INT(all_fit, longest + 2 <= 256);
        CHECK_TRUE(str_ends_with(seen, STR("b=2")));
        CHECK_INT(str_starts_with(seen, STR("a.x")), all_fit);
    }
}

TEST(only_strings_and_numbers_are_texts)
{
    CHECK_STR(flatten_text(NULL), STR(""));
    CHECK_STR(flatten_text(&(struct json_item){.kind = JSON_STRING, .text = STR(" x ")}), STR("x"));
    CHECK_STR(flatten_text(&(struct json_item){.kind = JSON_NUMBER, .text = STR("1e3")}), STR("1e3"));
    CHECK_STR(flatten_text(&(struct json_item){.kind = JSON_BOOL, .text = STR("true")}), STR(""));
}
