/* fuzz_jsonl.c — whatever the bytes, lines and their JSON keep their promises.
 *
 * Line numbers and positions never go back; items nest within the spans of their
 * parents and cover them exactly; texts are valid UTF-8 and numbers finite and equal
 * to their own text; and a document that is written again and parsed again is the same. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/input.h"
#include "base/json.h"
#include "base/unicode.h"

#define INPUT_MAX ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_scalar(const struct json_item *item)
{
    double again;
    INVARIANT(item->span == 1);
    INVARIANT(unicode_valid(item->text, NULL));
    if (item->kind != JSON_NUMBER) return;
    INVARIANT(isfinite(item->number) && str_to_double(item->text, &again));
    INVARIANT(again == item->number && signbit(again) == signbit(item->number));
}

static void check_item(const struct json_item *item, size_t depth)
{
    INVARIANT(depth <= JSON_DEPTH_MAX && item->span >= 1);
    INVARIANT(unicode_valid(item->key, NULL));
    if (item->kind != JSON_ARRAY && item->kind != JSON_OBJECT) {
        check_scalar(item);
        return;
    }
    uint32_t covered = 1;
    for (const struct json_item *child = json_first(item); child != NULL; child = json_next(item, child)) {
        INVARIANT((child->key.at != NULL) == (item->kind == JSON_OBJECT));
        check_item(child, depth + 1);
        covered += child->span;
    }
    INVARIANT(covered == item->span);
}

static void write_key(struct json_writer *writer, struct arena *arena, struct str key)
{
    json_key(writer, arena_str(arena, key).at); /* the writer's keys are C strings */
}

static void write_item(struct json_writer *writer, struct arena *arena, const struct json_item *item)
{
    if (item->key.at != NULL) write_key(writer, arena, item->key);
    switch (item->kind) {
    case JSON_NULL: json_null(writer); return;
    case JSON_BOOL: json_bool(writer, item->boolean); return;
    case JSON_NUMBER: json_double(writer, item->number); return;
    case JSON_STRING: json_string(writer, item->text); return;
    case JSON_ARRAY: json_begin_array(writer); break;
    case JSON_OBJECT: json_begin_object(writer); break;
    }
    for (const struct json_item *child = json_first(item); child != NULL; child = json_next(item, child))
        write_item(writer, arena, child);
    if (item->kind == JSON_ARRAY) {
        json_end_array(writer);
    } else {
        json_end_object(writer);
    }
}

static bool has_zero_in_key(const struct json_item *items)
{
    for (uint32_t i = 0; i < items->span; i++)
        if (items[i].key.len > 0 && memchr(items[i].key.at, 0, items[i].key.len) != NULL) return true;
    return false;
}

/* Numbers may change their text (1.0 is 1) and then, whole, no longer fit 64 bits. */
static void check_written_again(struct json_parser *parser, const struct json_item *items)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF once = BUF_INIT(SIZE_MAX), twice = BUF_INIT(SIZE_MAX);
    if (has_zero_in_key(items)) return;
    write_item(&(struct json_writer){.out = &once}, arena, items);
    size_t length = once.len;
    uint32_t span = items->span;
    buf_append_repeat(&once, '9', JSON_PADDING);
    struct err_info why = {0};
    enum err e = json_parse(parser, (struct str){once.at, length}, &items, &why);
    INVARIANT(e == ERR_OK && items->span == span);
    write_item(&(struct json_writer){.out = &twice}, arena, items);
    INVARIANT(str_equal((struct str){once.at, length}, buf_str(&twice)));
}

static void check_line(struct json_parser *parser, struct str line)
{
    const struct json_item *items = NULL;
    struct err_info why = {0};
    enum err e = json_parse(parser, line, &items, &why);
    INVARIANT((e == ERR_OK) == (items != NULL) && why.code == e);
    if (e != ERR_OK) {
        INVARIANT(why.msg[0] != 0 && unicode_valid(str_from_c(why.msg), NULL));
        INVARIANT(why.at.column <= line.len + 1);
        return;
    }
    check_item(items, 0);
    check_written_again(parser, items);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct input *input = NULL;
    struct err_info why = {0};
    if (size > INPUT_MAX) return 0;
    enum err e = input_from_memory(STR("fuzz.jsonl"), (struct str){(const char *)data, size}, &input, &why);
    INVARIANT((e == ERR_OK) == (input != NULL));
    if (e != ERR_OK) return 0;
    static struct json_parser *parser; /* one for all, as a program has: its memory is large */
    if (parser == NULL) parser = json_parser_new();
    struct str line;
    uint64_t number = 0, last_number = 0;
    int64_t last_position = 0;
    while (input_line(input, &line, &number, &why)) {
        INVARIANT(why.code == ERR_OK && number == last_number + 1);
        INVARIANT(input_position(input) > last_position && input_position(input) <= (int64_t)size);
        INVARIANT(line.len == 0 || memchr(line.at, '\n', line.len) == NULL);
        last_number = number;
        last_position = input_position(input);
        check_line(parser, line);
    }
    INVARIANT(input_position(input) == (int64_t)size);
    input_close(input);
    return 0;
}
