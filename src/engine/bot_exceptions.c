/* bot_exceptions.c — a list of exceptions, and whether one is about an event. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot_exceptions.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/unicode.h"

struct bot_exceptions {
    struct arena *arena;
    struct bot_exception *list;
    struct str *folded; /* [count] their texts */
    size_t count;
};

const char *bot_exception_kind_name(enum bot_exception_kind kind)
{
    static const char *const names[BOT_EXCEPTION_KINDS] = {
        [BOT_EXCEPTION_RULE] = "rule", [BOT_EXCEPTION_USER_AGENT] = "user_agent", [BOT_EXCEPTION_SOURCE] = "source"};
    return names[kind];
}

enum err bot_exception_check(const struct bot_exception *exception, struct err_info *why)
{
    struct str text = exception->text;
    if (text.len == 0) return err_set(why, ERR_INVALID, "an exception needs a text");
    if (text.len > BOT_EXCEPTION_BYTES_MAX)
        return err_set(why, ERR_INVALID, "an exception has at most %d bytes", BOT_EXCEPTION_BYTES_MAX);
    if (!unicode_valid(text, NULL)) return err_set(why, ERR_INVALID, "an exception is valid UTF-8");
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return err_set(why, ERR_INVALID, "an exception has no control characters");
    return ERR_OK;
}

/* "rule 1767607200000 token:7 a scanner: Barracuda"; an actor has no blanks. */
struct str bot_exception_line(const struct bot_exception *exception, struct arena *arena)
{
    return arena_format(arena, "%s %lld " STR_FMT " " STR_FMT, bot_exception_kind_name(exception->kind),
                        (long long)exception->made_ms, STR_ARG(exception->actor), STR_ARG(exception->text));
}

bool bot_exception_read(struct str line, struct bot_exception *out)
{
    struct str kind = str_cut(&line, ' '), made = str_cut(&line, ' ');
    *out = (struct bot_exception){.actor = str_cut(&line, ' ')};
    out->text = line;
    while (out->kind < BOT_EXCEPTION_KINDS && !str_equal(kind, str_from_c(bot_exception_kind_name(out->kind))))
        out->kind++;
    return out->kind < BOT_EXCEPTION_KINDS && line.len > 0 && str_to_i64(made, &out->made_ms);
}

struct bot_exceptions *bot_exceptions_new(const struct bot_exception *list, size_t count)
{
    struct bot_exceptions *made = memory_alloc(sizeof *made);
    made->arena = arena_new();
    made->count = count;
    made->list = ARENA_ARRAY(made->arena, struct bot_exception, count);
    made->folded = ARENA_ARRAY(made->arena, struct str, count);
    for (size_t i = 0; i < count; i++) {
        made->list[i] = list[i];
        made->list[i].text = arena_str(made->arena, list[i].text);
        made->list[i].actor = arena_str(made->arena, list[i].actor);
        made->folded[i] = unicode_fold(made->arena, made->list[i].text);
    }
    return made;
}

void bot_exceptions_free(struct bot_exceptions *exceptions)
{
    if (exceptions == NULL) return;
    arena_free(exceptions->arena);
    memory_free(exceptions);
}

const struct bot_exception *bot_exceptions_list(const struct bot_exceptions *exceptions, size_t *count)
{
    *count = exceptions->count;
    return exceptions->list;
}

uint64_t bot_exceptions_hash(const struct bot_exceptions *exceptions)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < exceptions->count; i++) /* their order means nothing */
        hash += str_hash(exceptions->list[i].text, (uint64_t)exceptions->list[i].kind + 1);
    return hash;
}

static bool is_about(struct str rule, struct str evidence)
{
    if (str_equal(rule, evidence)) return true;
    struct str kind = str_cut(&evidence, ':');
    return str_equal(rule, kind);
}

static bool is_of_source(const struct bot_exceptions *exceptions, struct str source)
{
    for (size_t i = 0; i < exceptions->count; i++)
        if (exceptions->list[i].kind == BOT_EXCEPTION_SOURCE && str_equal(exceptions->list[i].text, source))
            return true;
    return false;
}

/* By what the context says: the evidence, or the user agent. */
static bool is_of_context(const struct bot_exceptions *exceptions, struct str context)
{
    static const char padding[JSON_PADDING] = {0};
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    buf_append(&text, context);
    buf_append(&text, (struct str){padding, sizeof padding});
    struct json_parser *parser = json_parser_new();
    const struct json_item *object = NULL;
    struct err_info why = {0};
    bool holds = false;
    if (json_parse(parser, (struct str){buf_str(&text).at, context.len}, &object, &why) == ERR_OK) {
        struct str evidence = json_member_text(object, STR("bot"));
        struct str agent = unicode_fold(arena, json_member_text(object, STR("userAgent")));
        for (size_t i = 0; i < exceptions->count && !holds; i++) {
            if (exceptions->list[i].kind == BOT_EXCEPTION_RULE) holds = is_about(exceptions->list[i].text, evidence);
            if (exceptions->list[i].kind == BOT_EXCEPTION_USER_AGENT)
                holds = str_contains(agent, exceptions->folded[i]);
        }
    }
    json_parser_free(parser);
    return holds;
}

bool bot_exceptions_hold(const struct bot_exceptions *exceptions, struct str context, struct str source)
{
    if (exceptions->count == 0) return false;
    return is_of_source(exceptions, source) || (context.len > 0 && is_of_context(exceptions, context));
}
