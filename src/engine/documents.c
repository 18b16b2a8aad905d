/* documents.c — lines that begin with "---" divide; what is left between them is a document or nothing. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/documents.h"

#include <string.h>

#include "base/list.h"

static bool divides(struct str line)
{
    if (line.len < 3 || memcmp(line.at, "---", 3) != 0) return false;
    return line.len == 3 || line.at[3] == ' ' || line.at[3] == '\r' || line.at[3] == '\t';
}

/* Only blanks and comments. */
static bool is_idle(struct str text)
{
    while (text.len > 0) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.len > 0 && line.at[0] != '#') return false;
    }
    return true;
}

struct splitting {
    struct arena *arena;
    struct str source_name;
    struct diagnostics *diagnostics;
    LIST(struct document) documents;
};

/* What the document calls itself. False: it does not parse, and the diagnostics say why. */
static bool name_document(struct splitting *s, struct document *document)
{
    struct catalog *catalog = catalog_new();
    struct definitions set;
    definitions_init(&set, s->arena, catalog);
    bool parsed = definitions_parse(&set, document->source, s->diagnostics);
    if (parsed && set.segment_count > 0) {
        document->kind = DOCUMENT_SEGMENT;
        document->name = arena_str(s->arena, set.segments[0]->name);
    }
    for (uint32_t i = 0; parsed && i < set.score_count; i++) {
        if (set.scores[i]->anonymous) continue;
        document->kind = DOCUMENT_SCORE;
        document->name = arena_str(s->arena, set.scores[i]->name);
    }
    catalog_free(catalog);
    return parsed && document->name.len > 0;
}

static bool add_document(struct splitting *s, struct str text, uint32_t lines_before)
{
    if (is_idle(text)) return true;
    AUTO_BUF padded = BUF_INIT(SIZE_MAX);
    buf_append_repeat(&padded, '\n', lines_before);
    buf_append(&padded, text);
    struct source *source = ARENA_NEW(s->arena, struct source);
    *source = (struct source){.name = s->source_name, .text = arena_str(s->arena, buf_str(&padded))};
    struct document document = {.text = arena_str(s->arena, text), .source = source};
    if (!name_document(s, &document)) return false;
    *LIST_ADD(&s->documents) = document;
    return true;
}

static bool split(struct splitting *s, struct str text)
{
    bool good = true;
    struct str rest = text;
    const char *begin = text.at;
    uint32_t line_number = 0, first_line = 0;
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        line_number++;
        if (!divides(line)) continue;
        good &= add_document(s, (struct str){begin, (size_t)(line.at - begin)}, first_line);
        begin = text.at + text.len - rest.len;
        first_line = line_number;
    }
    return add_document(s, (struct str){begin, (size_t)(text.at + text.len - begin)}, first_line) && good;
}

enum err documents_split(struct arena *arena, struct str text, struct str source_name, struct diagnostics *diagnostics,
                         struct document **out, size_t *count, struct err_info *why)
{
    if (text.len > DOCUMENT_BYTES_MAX)
        return err_set(why, ERR_TOO_BIG, "definitions of %zu bytes; at most %zu are taken", text.len,
                       DOCUMENT_BYTES_MAX);
    struct splitting s = {.arena = arena, .source_name = arena_str(arena, source_name), .diagnostics = diagnostics};
    bool good = split(&s, text);
    *count = s.documents.count;
    *out = ARENA_ARRAY(arena, struct document, *count);
    if (*count > 0) memcpy(*out, s.documents.at, *count * sizeof **out);
    LIST_RELEASE(&s.documents);
    if (!good) return err_set(why, ERR_INVALID, "the definitions have mistakes");
    if (*count == 0) return err_set(why, ERR_INVALID, "there is no definition in the text");
    return ERR_OK;
}
