/* openapi_page.c — the same tables for people: docs/api.md, and the page at /api. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "server/openapi.h"
#include "server/routes.h"
#include "server/schemas.h"

/* One way to tell the tables, two ways to write it. */
struct voice {
    struct buf *out;
    bool html;
};

static void append_escaped(const struct voice *voice, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (voice->html && c == '<') buf_append_c(voice->out, "&lt;");
        else if (voice->html && c == '>') buf_append_c(voice->out, "&gt;");
        else if (voice->html && c == '&') buf_append_c(voice->out, "&amp;");
        else if (!voice->html && c == '|') buf_append_c(voice->out, "\\|");
        else buf_append_char(voice->out, c);
    }
}

static void say(const struct voice *voice, const char *text)
{
    append_escaped(voice, str_from_c(text));
}

static void say_code(const struct voice *voice, struct str text)
{
    buf_append_c(voice->out, voice->html ? "<code>" : "`");
    append_escaped(voice, text);
    buf_append_c(voice->out, voice->html ? "</code>" : "`");
}

static void heading(const struct voice *voice, int level, const char *text)
{
    if (voice->html) {
        buf_format(voice->out, "<h%d id=\"%s\">", level, text);
        say(voice, text);
        buf_format(voice->out, "</h%d>\n", level);
    } else {
        buf_append_repeat(voice->out, '#', (size_t)level);
        buf_format(voice->out, " %s\n\n", text);
    }
}

static void paragraph(const struct voice *voice, const char *text)
{
    if (voice->html) buf_append_c(voice->out, "<p>");
    say(voice, text);
    buf_append_c(voice->out, voice->html ? "</p>\n" : "\n\n");
}

static void begin_table(const struct voice *voice, const char *first, const char *second, const char *third)
{
    if (voice->html)
        buf_format(voice->out, "<table><tr><th>%s</th><th>%s</th><th>%s</th></tr>\n", first, second, third);
    else buf_format(voice->out, "| %s | %s | %s |\n|---|---|---|\n", first, second, third);
}

static void begin_row(const struct voice *voice)
{
    buf_append_c(voice->out, voice->html ? "<tr><td>" : "| ");
}

static void next_cell(const struct voice *voice)
{
    buf_append_c(voice->out, voice->html ? "</td><td>" : " | ");
}

static void end_row(const struct voice *voice)
{
    buf_append_c(voice->out, voice->html ? "</td></tr>\n" : " |\n");
}

static void end_table(const struct voice *voice)
{
    buf_append_c(voice->out, voice->html ? "</table>\n" : "\n");
}

/* A schema's name leads to it. */
static void say_type(const struct voice *voice, struct str text)
{
    struct str word = text;
    while (word.len > 0 && (word.at[0] == '[' || word.at[0] == ' ')) word.at++, word.len--;
    while (word.len > 0 && strchr("]?", word.at[word.len - 1]) != NULL) word.len--;
    if (schema_find(word) == NULL) {
        append_escaped(voice, text);
        return;
    }
    append_escaped(voice, (struct str){text.at, (size_t)(word.at - text.at)});
    if (voice->html) {
        buf_format(voice->out, "<a href=\"#" STR_FMT "\">" STR_FMT "</a>", STR_ARG(word), STR_ARG(word));
    } else {
        buf_format(voice->out, "[" STR_FMT "](#", STR_ARG(word));
        for (size_t i = 0; i < word.len; i++)
            buf_append_char(voice->out, (char)(word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] + 32 : word.at[i]));
        buf_append_c(voice->out, ")");
    }
    const char *after = word.at + word.len;
    append_escaped(voice, (struct str){after, (size_t)(text.at + text.len - after)});
}

static void tell_endpoint(const struct voice *voice, const struct endpoint *endpoint)
{
    AUTO_BUF line = BUF_INIT(1024);
    buf_format(&line, "%s %s", openapi_method(endpoint->method), endpoint->pattern);
    begin_row(voice);
    say_code(voice, buf_str(&line));
    struct str rest = str_from_c(endpoint->query);
    for (const char *mark = "?"; rest.len > 0; mark = "&") {
        buf_append_c(voice->out, " ");
        buf_clear(&line);
        buf_append_c(&line, mark);
        buf_append(&line, str_cut(&rest, ' '));
        say_code(voice, buf_str(&line));
    }
    next_cell(voice);
    say(voice, endpoint->sentence);
    buf_append_c(voice->out, voice->html ? "<br><small>" : "<br>");
    say(voice, openapi_who_may(endpoint));
    if (voice->html) buf_append_c(voice->out, "</small>");
    next_cell(voice);
    if (endpoint->takes[0] != '\0') {
        say_type(voice, str_from_c(endpoint->takes));
        buf_append_c(voice->out, voice->html ? " &rarr; " : " → ");
    }
    say_type(voice, str_from_c(endpoint->gives[0] != '\0' ? endpoint->gives : "nothing"));
    end_row(voice);
}

static void tell_schema(const struct voice *voice, const struct schema_row *schema)
{
    heading(voice, 3, schema->name);
    paragraph(voice, schema->help);
    begin_table(voice, "member", "type", "what it is");
    for (const struct schema_row *f = schema_next_field(schema); f != NULL; f = schema_next_field(f)) {
        bool optional;
        struct str name = schema_field_name(f, &optional);
        begin_row(voice);
        say_code(voice, name);
        if (optional) buf_append_c(voice->out, " (may be absent)");
        next_cell(voice);
        say_type(voice, str_from_c(f->type));
        next_cell(voice);
        say(voice, f->help);
        end_row(voice);
    }
    end_table(voice);
}

static void tell_example(const struct voice *voice, const struct example *example)
{
    AUTO_ARENA arena = arena_new();
    struct str body = example_body(example, arena);
    if (voice->html) {
        struct str request = arena_format(arena, "%s %s", openapi_method(example->method), example->path);
        buf_append_c(voice->out, "<dt>");
        say_code(voice, request);
        buf_format(voice->out, " &rarr; %u</dt>\n", example->status);
        if (body.len == 0) return;
        buf_append_c(voice->out, "<dd>");
        say_code(voice, body);
        buf_append_c(voice->out, "</dd>\n");
    } else {
        buf_format(voice->out, "%-6s %s   -> %u\n", openapi_method(example->method), example->path, example->status);
        if (body.len > 0) buf_format(voice->out, "       " STR_FMT "\n", STR_ARG(body));
    }
}

static void tell_examples(const struct voice *voice)
{
    buf_append_c(voice->out, voice->html ? "<dl>\n" : "```\n");
    for (size_t i = 0; i < example_count; i++) tell_example(voice, &examples[i]);
    buf_append_c(voice->out, voice->html ? "</dl>\n" : "```\n\n");
}

static void tell_all(const struct voice *voice)
{
    paragraph(
        voice,
        "JSON in and out. A record is named by its id, or a contact by email:..., userId:... or "
        "anonymousId:..., percent-encoded; without a prefix by its id, else userId, else address. Send a token as "
        "'Authorization: Bearer ...'. What is refused "
        "is told as a Problem (RFC 9457). A write with an Idempotency-Key that is sent again within a day is "
        "answered as the first time, and not done again; a secret in the answer (of a token, a write key, a one-time "
        "link) is told once and null from then on. A member marked '?' may be null; '[T]' is a list.");
    heading(voice, 2, "Requests");
    begin_table(voice, "request", "what it does, who may", "takes and gives");
    for (size_t i = 0; i < endpoint_count; i++) tell_endpoint(voice, &endpoints[i]);
    end_table(voice);
    heading(voice, 2, "Bodies");
    for (size_t i = 0; i < schema_row_count; i++)
        if (schema_rows[i].kind != SCHEMA_FIELD) tell_schema(voice, &schema_rows[i]);
    heading(voice, 2, "Examples");
    paragraph(voice, "One after the other to a server that is empty at first; a test sends them all.");
    tell_examples(voice);
}

void openapi_append_markdown(struct buf *out)
{
    struct voice voice = {out, false};
    buf_append_c(out, "# The API\n\nMade from src/server/routes.def, schemas.def and examples.def by "
                      "`PLUMB_WRITE_DOCS=1 build/tests/test_server_openapi`; a test holds it to them. A running server "
                      "shows the same at /api, and as OpenAPI 3.1 at /api/openapi.json.\n\n");
    tell_all(&voice);
}

void openapi_append_html(struct buf *out)
{
    struct voice voice = {out, true};
    buf_append_c(out, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Plumb: the API</title>"
                      "<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">"
                      "<link rel=\"stylesheet\" href=\"/api.css\">"
                      "<nav><a href=\"/\">Plumb</a> <a href=\"#Requests\">Requests</a> <a href=\"#Bodies\">Bodies</a> "
                      "<a href=\"#Examples\">Examples</a> <a href=\"/api/openapi.json\">openapi.json</a></nav>\n"
                      "<h1>The API</h1>\n");
    tell_all(&voice);
    buf_append_c(out, "</html>\n");
}
