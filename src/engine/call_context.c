/* call_context.c — writing down the circumstances of a call.
 *
 * Of the objects only members that have a meaning to us are kept, so that a client cannot use the context as a
 * store of its own. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/call_context.h"

#include "base/unicode.h"
#include "engine/flatten.h"

#define CONTEXT_MAX ((size_t)128 * 1024) /* far more than all texts escaped */

static const char *const of_campaign[] = {"name", "source", "medium", "term", "content", "id", NULL};
static const char *const of_referrer[] = {"type", "name", "url", "link", "id", NULL};

static struct str cut(struct str text)
{
    if (text.len <= CALL_CONTEXT_TEXT_MAX) return text;
    return (struct str){text.at, unicode_valid_length((struct str){text.at, CALL_CONTEXT_TEXT_MAX})};
}

static void write_text(struct json_writer *writer, const char *key, struct str text)
{
    if (text.len == 0) return;
    json_key(writer, key);
    json_string(writer, cut(text));
}

static bool has_any(const struct json_item *object, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (flatten_text(json_member(object, str_from_c(names[i]))).len > 0) return true;
    return false;
}

static void write_object(struct json_writer *writer, const char *key, const struct json_item *object,
                         const char *const *names)
{
    if (object == NULL || !has_any(object, names)) return;
    json_key(writer, key);
    json_begin_object(writer);
    for (size_t i = 0; names[i] != NULL; i++)
        write_text(writer, names[i], flatten_text(json_member(object, str_from_c(names[i]))));
    json_end_object(writer);
}

struct str call_context(const struct call_circumstances *circumstances, struct arena *arena)
{
    AUTO_BUF text = BUF_INIT(CONTEXT_MAX);
    struct json_writer writer = {.out = &text};
    json_begin_object(&writer);
    write_object(&writer, "campaign", circumstances->campaign, of_campaign);
    write_object(&writer, "referrer", circumstances->referrer, of_referrer);
    if (circumstances->page_referrer.len > 0) {
        json_key(&writer, "page");
        json_begin_object(&writer);
        write_text(&writer, "referrer", circumstances->page_referrer);
        json_end_object(&writer);
    }
    write_text(&writer, "userAgent", circumstances->user_agent);
    write_text(&writer, "bot", circumstances->bot);
    bool empty = !writer.need_comma;
    json_end_object(&writer);
    INVARIANT(!text.failed);
    return empty ? STR("") : arena_str(arena, buf_str(&text));
}
