/* yaml.c — libfyaml's events, one after the other, made into a tree.
 *
 * The parser's events and not its documents are used: an event can be refused before
 * anything is built of it, so neither depth nor number of nodes can run away, and
 * anchors and aliases (the stuff of "billion laughs") never get to mean anything.
 *
 * Nodes wait on `waiting` until the collection they belong to ends, and then move into
 * its arrays. `open` is the path from the root to the collection being filled. */
// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "base/intern.h"
#include "base/unicode.h"

struct open_collection {
    struct yaml_node *node;
    size_t first; /* its children are waiting[first..] */
    char bracket; /* '[', '{', or 0 in block style */
};

struct reader {
    struct arena *arena;
    struct err_info *why;
    struct str text; /* without byte order mark */
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct open_collection open[YAML_DEPTH_MAX];
    size_t depth;
    const struct yaml_node **waiting;
    size_t waiting_count, waiting_capacity;
    size_t nodes;
    struct place cursor; /* of the byte at cursor_offset, see place_of */
    size_t cursor_offset;
    struct place after; /* just behind the last token: where something that is not there would stand */
};

/* ---- Places. libfyaml counts lines and characters from 0. ---- */

/* The place of the byte at `offset`. Bytes are asked for in nearly their order, so the
 * last answer is the way to the next: a few steps ahead, or back. */
static struct place place_of(struct reader *reader, size_t offset)
{
    struct place *at = &reader->cursor;
    const char *text = reader->text.at;
    if (offset > reader->text.len) offset = reader->text.len;
    while (reader->cursor_offset < offset) {
        char c = text[reader->cursor_offset++];
        if (c == '\n') {
            *at = (struct place){at->line + 1, 1, 1};
        } else {
            at->column += ((unsigned char)c & 0xc0) != 0x80;
        }
    }
    while (reader->cursor_offset > offset) {
        char c = text[--reader->cursor_offset];
        if (c == '\n') {
            *at = unicode_place(reader->text, reader->cursor_offset); /* rare: from the beginning */
        } else {
            at->column -= ((unsigned char)c & 0xc0) != 0x80;
        }
    }
    return *at;
}

static bool is_before(struct place a, struct place b)
{
    return a.line < b.line || (a.line == b.line && a.column < b.column);
}

/* The place of text[start, end), as long as its first line. */
static struct place place_of_range(struct reader *reader, size_t start, size_t end)
{
    if (end > reader->text.len) end = reader->text.len;
    struct place at = place_of(reader, start);
    size_t stop = start;
    while (stop < end && reader->text.at[stop] != '\n' && reader->text.at[stop] != '\r') stop++;
    at.length = stop > start ? (uint32_t)unicode_length((struct str){reader->text.at + start, stop - start}) : 0;
    return at;
}

/* A scalar's place: with its quotes; of a block scalar (| and >) its first line or, when that is
 * empty, where its key ends. */
static struct place place_of_scalar(struct reader *reader, struct fy_token *token)
{
    size_t start = fy_token_start_mark(token)->input_pos;
    size_t end = fy_token_end_mark(token)->input_pos;
    enum fy_scalar_style style = fy_scalar_token_get_style(token);
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) return place_of_range(reader, start - 1, end + 1);
    if (style != FYSS_LITERAL && style != FYSS_FOLDED) return place_of_range(reader, start, end);
    while (start < end && reader->text.at[start] == ' ') start++;
    struct place at = place_of_range(reader, start, end);
    return at.length > 0 ? at : reader->after;
}

/* The place of an anchor, alias or tag, whose token may begin behind its sign. */
static struct place place_of_sign(struct reader *reader, struct fy_token *token, char sign)
{
    size_t start = fy_token_start_mark(token)->input_pos;
    if (start > 0 && reader->text.at[start] != sign && reader->text.at[start - 1] == sign) start--;
    return place_of_range(reader, start, fy_token_end_mark(token)->input_pos);
}

/* ---- What libfyaml has to say, in our words. ---- */

#define UNCLOSED_QUOTE "this quote is never closed"
#define UNINDENTED_QUOTE "this quoted text goes on in a line that is not indented: is its quote closed?"

static const struct {
    const char *theirs; /* part of libfyaml's message */
    const char *ours;
} sentences[] = {
    {"tab", "a tab may not indent YAML: use blanks"},
    {"invalid multiline plain key",
     "this text runs on into the next line, which then has a ':': check its indentation"},
    {"invalid nested block mapping on the same line", "a second ': ' on one line: put text that holds ': ' in quotes"},
    {"closing quote", UNCLOSED_QUOTE},
    {"wrongly indented single-quoted", UNINDENTED_QUOTE},
    {"wrongly indented double-quoted", UNINDENTED_QUOTE},
    {"trailing content", "nothing may follow a quoted text on its line: put all of it in quotes"},
    {"invalid hex escape", "the escape in this double-quoted text is not valid"},
    {"invalid UTF8 escape", "the escape in this double-quoted text is not a Unicode character"},
    {"invalid escape", "no such escape in a double-quoted text: write \\\\ for a backslash, or use single quotes"},
    {"plain scalar cannot start with", "text may not begin with this character: put it in quotes"},
    {"extra comma", "a comma too many"},
    {"extra closing bracket", "this ']' closes nothing"},
    {"extra closing brace", "this '}' closes nothing"},
    {"missing comma", "a comma is missing before this"},
    {"invalid value after mapping", "expected 'key: value'"},
    {"could not find expected ':'", "expected 'key: value'"},
    {"did not find expected key", "expected 'key: value', as in the lines before"},
    {"invalid scalar at the end of block sequence", "expected '- ', as in the lines before"},
    {"did not find expected '-'", "expected '- ', as in the lines before"},
    {"no linebreak found", "after '|' or '>' the text begins on the next line"},
    {"invalid mapping in plain multiline", "this line is indented less than the lines before it"},
    {"ndentation", "the indentation does not fit the lines before"},
    {"ndendation", "the indentation does not fit the lines before"},
    {"wrongly indented", "the indentation does not fit the lines before"},
    {"indent for", "the indentation does not fit the lines before"},
    {"sequence on the same line", "a list begins on a line of its own, below its key"},
    {"comment", "a comment needs a blank before its '#'"},
    {"directive", "no line of YAML begins with '%' here"},
    {"depth limit", "nested too deeply"},
};

/* In an unfinished text the error is where the innermost bracket was opened. */
static bool report_open_bracket(struct reader *reader, struct place at)
{
    struct str trimmed = str_trim(reader->text);
    struct place end = unicode_place(reader->text, (size_t)(trimmed.at - reader->text.at) + trimmed.len);
    if (reader->depth == 0 || at.line < end.line || (at.line == end.line && at.column < end.column)) return false;
    const struct open_collection *last = &reader->open[reader->depth - 1];
    if (last->bracket == 0) return false;
    err_set_at(reader->why, ERR_INVALID, last->node->at, "this '%c' is never closed", last->bracket);
    return true;
}

static enum err report_syntax_error(struct reader *reader)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(reader->diag, &iterator);
    if (error == NULL || error->msg == NULL) return err_set(reader->why, ERR_INVALID, "this is not YAML");
    struct place at = {error->line > 0 ? (uint32_t)error->line : 0, error->column > 0 ? (uint32_t)error->column : 0, 1};
    struct place end = unicode_place(reader->text, reader->text.len);
    if (is_before(end, at)) at = end; /* behind a last line without an end libfyaml sees one more */
    if (report_open_bracket(reader, at)) return ERR_INVALID;
    struct str theirs = str_from_c(error->msg);
    for (size_t i = 0; i < COUNT_OF(sentences); i++) {
        if (!str_contains(theirs, str_from_c(sentences[i].theirs))) continue;
        if (strcmp(sentences[i].ours, UNCLOSED_QUOTE) == 0 && at.column > 1) at.column--; /* theirs is behind it */
        return err_set_at(reader->why, ERR_INVALID, at, "%s", sentences[i].ours);
    }
    return err_set_at(reader->why, ERR_INVALID, at, "this is not YAML: %s", error->msg);
}

/* ---- Building. ---- */

static bool expects_key(const struct reader *reader)
{
    if (reader->depth == 0) return false;
    const struct open_collection *parent = &reader->open[reader->depth - 1];
    return parent->node->kind == YAML_MAPPING && (reader->waiting_count - parent->first) % 2 == 0;
}

static enum err add_node(struct reader *reader, const struct yaml_node *node)
{
    if (++reader->nodes > YAML_NODES_MAX)
        return err_set_at(reader->why, ERR_TOO_BIG, node->at, "more than %d values in one file", YAML_NODES_MAX);
    if (reader->waiting_count == reader->waiting_capacity) {
        reader->waiting_capacity = reader->waiting_capacity == 0 ? 64 : reader->waiting_capacity * 2;
        reader->waiting = memory_resize(reader->waiting, reader->waiting_capacity, sizeof *reader->waiting);
    }
    reader->waiting[reader->waiting_count++] = node;
    return ERR_OK;
}

static enum err refuse_anchor_and_tag(struct reader *reader, struct fy_token *anchor, struct fy_token *tag)
{
    if (anchor != NULL)
        return err_set_at(reader->why, ERR_INVALID, place_of_sign(reader, anchor, '&'),
                          "anchors are not understood here: write the value out where it is used");
    if (tag != NULL)
        return err_set_at(reader->why, ERR_INVALID, place_of_sign(reader, tag, '!'),
                          "tags are not understood here: write the value alone");
    return ERR_OK;
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t';
}

/* A single-quoted text: '' is a quote, and lines fold: white space around a break goes, one
 * break is a space, of more all but the first stay. By our own hand, because libfyaml 0.7.12
 * reads 'a''''b' as a''' and loses memory over it. */
static struct str read_single_quoted(const struct reader *reader, struct fy_token *token)
{
    const char *source = reader->text.at;
    size_t i = fy_token_start_mark(token)->input_pos, end = fy_token_end_mark(token)->input_pos; /* without quotes */
    char *text = ARENA_ARRAY(reader->arena, char, end - i + 1); /* never longer, and a zero byte */
    size_t len = 0, solid = 0; /* what follows text[0, solid) is white space, and goes when the line breaks */
    while (i < end) {
        char c = source[i++];
        if (!is_break(c)) {
            text[len++] = c;
            if (!is_white(c)) solid = len;
            if (c == '\'') i++;
            continue;
        }
        size_t breaks = 0;
        for (i--; i < end && (is_break(source[i]) || is_white(source[i])); i++)
            breaks += is_break(source[i]) && !(source[i] == '\r' && source[i + 1] == '\n');
        len = solid;
        if (breaks == 1) text[len++] = ' ';
        for (; breaks > 1; breaks--) text[len++] = '\n';
        solid = len;
    }
    text[len] = 0;
    return (struct str){text, len};
}

static enum err read_scalar(struct reader *reader, const struct fy_event *event)
{
    enum err e = refuse_anchor_and_tag(reader, event->scalar.anchor, event->scalar.tag);
    if (e != ERR_OK) return e;
    struct yaml_node *node = ARENA_NEW(reader->arena, struct yaml_node);
    struct fy_token *token = event->scalar.value;
    if (token == NULL) { /* nothing stands behind "key:" or "-" */
        node->plain = true;
        node->text = STR("");
        node->at = reader->after;
    } else {
        enum fy_scalar_style style = fy_scalar_token_get_style(token);
        struct str text = {0};
        if (style != FYSS_SINGLE_QUOTED) text.at = fy_token_get_text(token, &text.len);
        if (style != FYSS_SINGLE_QUOTED && text.at == NULL)
            return err_set(reader->why, ERR_INTERNAL, "libfyaml lost the text of a value");
        node->plain = style == FYSS_PLAIN;
        node->text = style == FYSS_SINGLE_QUOTED ? read_single_quoted(reader, token) : arena_str(reader->arena, text);
        node->at = place_of_scalar(reader, token);
        reader->after = place_of(reader, fy_token_end_mark(token)->input_pos);
        if (!unicode_valid(node->text, NULL))
            return err_set_at(reader->why, ERR_INVALID, node->at, "an escape in this text is not a Unicode character");
    }
    if (node->plain && str_equal(node->text, STR("<<")) && expects_key(reader))
        return err_set_at(reader->why, ERR_INVALID, node->at,
                          "merge keys are not understood here: write the pairs out");
    return add_node(reader, node);
}

static enum err begin_collection(struct reader *reader, enum yaml_kind kind, struct fy_event *event,
                                 struct fy_token *anchor, struct fy_token *tag)
{
    enum err e = refuse_anchor_and_tag(reader, anchor, tag);
    if (e != ERR_OK) return e;
    struct yaml_node *node = ARENA_NEW(reader->arena, struct yaml_node);
    const struct fy_mark *start = fy_event_start_mark(event);
    node->kind = kind;
    node->at = start != NULL ? place_of(reader, start->input_pos) : reader->after;
    if (expects_key(reader)) return err_set_at(reader->why, ERR_INVALID, node->at, "a key must be a plain text");
    if (reader->depth == YAML_DEPTH_MAX)
        return err_set_at(reader->why, ERR_TOO_BIG, node->at, "nested more than %d levels deep", YAML_DEPTH_MAX);
    e = add_node(reader, node);
    if (e != ERR_OK) return e;
    bool flow = fy_event_get_node_style(event) == FYNS_FLOW;
    reader->open[reader->depth++] = (struct open_collection){
        .node = node,
        .first = reader->waiting_count,
        .bracket = !flow                   ? 0
                   : kind == YAML_SEQUENCE ? '['
                                           : '{',
    };
    if (start != NULL) reader->after = place_of(reader, fy_event_end_mark(event)->input_pos);
    return ERR_OK;
}

static enum err refuse_double_key(struct reader *reader, const struct yaml_node *first, const struct yaml_node *again)
{
    return err_set_at(reader->why, ERR_INVALID, again->at, "the key '" STR_FMT "' stands twice, first in line %u",
                      STR_ARG(again->text), first->at.line);
}

static enum err check_keys_unique(struct reader *reader, const struct yaml_node *mapping)
{
    enum err e = ERR_OK;
    struct intern *seen = intern_new(); /* codes are positions: all keys before are different */
    for (size_t i = 0; i < mapping->count && e == ERR_OK; i++) {
        uint32_t code = intern_add(seen, mapping->keys[i]->text);
        if (code < i) e = refuse_double_key(reader, mapping->keys[code], mapping->keys[i]);
    }
    intern_free(seen);
    return e;
}

static enum err end_collection(struct reader *reader, struct fy_event *event)
{
    INVARIANT(reader->depth > 0);
    struct open_collection closed = reader->open[--reader->depth];
    const struct yaml_node **children = reader->waiting + closed.first;
    size_t count = reader->waiting_count - closed.first;
    struct yaml_node *node = closed.node;
    reader->waiting_count = closed.first;
    const struct fy_mark *end = fy_event_end_mark(event);
    if (closed.bracket != 0 && end != NULL) reader->after = place_of(reader, end->input_pos);
    size_t per_entry = node->kind == YAML_MAPPING ? 2 : 1;
    INVARIANT(count % per_entry == 0);
    node->count = count / per_entry;
    const struct yaml_node **keys = ARENA_ARRAY(reader->arena, const struct yaml_node *, node->count);
    const struct yaml_node **values = ARENA_ARRAY(reader->arena, const struct yaml_node *, node->count);
    for (size_t i = 0; i < node->count; i++) {
        keys[i] = children[i * per_entry];
        values[i] = children[i * per_entry + per_entry - 1];
    }
    node->values = values;
    if (node->kind == YAML_SEQUENCE) return ERR_OK;
    node->keys = keys;
    if (node->count > 0 && is_before(keys[0]->at, node->at)) { /* of [a: b] libfyaml names the colon */
        node->at = keys[0]->at;
        node->at.length = 1;
    }
    return check_keys_unique(reader, node);
}

static enum err read_event(struct reader *reader, struct fy_event *event)
{
    switch (event->type) {
    case FYET_SCALAR: return read_scalar(reader, event);
    case FYET_SEQUENCE_START:
        return begin_collection(reader, YAML_SEQUENCE, event, event->sequence_start.anchor, event->sequence_start.tag);
    case FYET_MAPPING_START:
        return begin_collection(reader, YAML_MAPPING, event, event->mapping_start.anchor, event->mapping_start.tag);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: return end_collection(reader, event);
    case FYET_ALIAS:
        return err_set_at(reader->why, ERR_INVALID, place_of_sign(reader, event->alias.anchor, '*'),
                          "aliases are not understood here: write the value out");
    case FYET_DOCUMENT_END: /* an empty document is left out */
        INVARIANT(reader->depth == 0 && reader->waiting_count > 0);
        if (yaml_is_null(reader->waiting[reader->waiting_count - 1])) reader->waiting_count--;
        return ERR_OK;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_START: return ERR_OK;
    }
    return ERR_OK;
}

/* What libfyaml lets pass, or names badly. */
static enum err check_bytes(struct str text, struct err_info *why)
{
    if (text.len > YAML_BYTES_MAX)
        return err_set(why, ERR_TOO_BIG, "larger than %zu MiB", YAML_BYTES_MAX / 1024 / 1024);
    size_t bad;
    if (!unicode_valid(text, &bad))
        return err_set_at(why, ERR_INVALID, unicode_place(text, bad), "this byte is not UTF-8");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return err_set_at(why, ERR_INVALID, unicode_place(text, i), "a control character (byte %u)", (unsigned)c);
    }
    return ERR_OK;
}

static bool is_blank_or_end(struct str text, size_t i)
{
    return i >= text.len || text.at[i] == ' ' || text.at[i] == '\t' || is_break(text.at[i]);
}

/* A line that begins with '? ', perhaps behind '- ' or ': ', has an explicit key. Nobody needs
 * one, and libfyaml 0.7.12 frees memory twice over some (as "? a:\t-"), so none may reach it. */
static enum err refuse_explicit_keys(struct str text, struct err_info *why)
{
    size_t i = 0;
    while (i < text.len) {
        while (i < text.len && (is_white(text.at[i]) || is_break(text.at[i]) ||
                                ((text.at[i] == '-' || text.at[i] == ':') && is_blank_or_end(text, i + 1))))
            i++;
        if (i < text.len && text.at[i] == '?' && is_blank_or_end(text, i + 1))
            return err_set_at(why, ERR_INVALID, unicode_place(text, i),
                              "no line may begin with '? ': write 'key: value'");
        while (i < text.len && !is_break(text.at[i])) i++;
    }
    return ERR_OK;
}

static void stay_silent(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void)diag, (void)user, (void)text, (void)length;
}

static enum err read_stream(struct reader *reader)
{
    if (fy_parser_set_string(reader->parser, reader->text.at, reader->text.len) != 0)
        return err_set(reader->why, ERR_INTERNAL, "libfyaml does not take the text");
    enum err e = ERR_OK;
    struct fy_event *event;
    while (e == ERR_OK && (event = fy_parser_parse(reader->parser)) != NULL) {
        e = read_event(reader, event);
        fy_parser_event_free(reader->parser, event);
    }
    if (e == ERR_OK && fy_parser_get_stream_error(reader->parser)) e = report_syntax_error(reader);
    return e;
}

enum err yaml_parse(struct arena *arena, struct str text, const struct yaml_node *const **documents, size_t *count,
                    struct err_info *why)
{
    if (str_starts_with(text, STR("\xef\xbb\xbf"))) text = (struct str){text.at + 3, text.len - 3};
    enum err e = check_bytes(text, why);
    if (e == ERR_OK) e = refuse_explicit_keys(text, why);
    if (e != ERR_OK) return e;

    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    diag_config.output_fn = stay_silent;
    struct reader reader = {
        .arena = arena, .why = why, .text = arena_str(arena, text), .cursor = {1, 1, 1}, .after = {1, 1, 1}};
    reader.diag = fy_diag_create(&diag_config);
    INVARIANT(reader.diag != NULL);
    fy_diag_set_collect_errors(reader.diag, true);
    struct fy_parse_cfg parse_config = {
        /* No recycling of its own: what it frees is freed, and the sanitizers see it. */
        .flags = FYPCF_JSON_NONE | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_RECYCLING,
        .diag = reader.diag,
    };
    reader.parser = fy_parser_create(&parse_config);
    INVARIANT(reader.parser != NULL);

    e = read_stream(&reader);
    if (e == ERR_OK) {
        const struct yaml_node **roots = ARENA_ARRAY(arena, const struct yaml_node *, reader.waiting_count);
        for (size_t i = 0; i < reader.waiting_count; i++) roots[i] = reader.waiting[i];
        *documents = roots;
        *count = reader.waiting_count;
    }
    fy_parser_destroy(reader.parser);
    fy_diag_destroy(reader.diag);
    memory_free(reader.waiting);
    return e;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, struct str key)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING) return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (str_equal(mapping->keys[i]->text, key)) return mapping->values[i];
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    if (node == NULL) return true;
    if (node->kind != YAML_SCALAR || !node->plain) return false;
    static const struct str nulls[] = {STR_INIT(""), STR_INIT("~"), STR_INIT("null"), STR_INIT("Null"),
                                       STR_INIT("NULL")};
    for (size_t i = 0; i < COUNT_OF(nulls); i++)
        if (str_equal(node->text, nulls[i])) return true;
    return false;
}

void yaml_append_quoted(struct buf *out, struct str text)
{
    buf_append_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'') buf_append_char(out, '\'');
        buf_append_char(out, text.at[i]);
    }
    buf_append_char(out, '\'');
}
