/* search.c — one pass to find, one sort to order, one copy to page. */
// SPDX-License-Identifier: Apache-2.0
#include "report/search.h"

#include <stdlib.h>
#include <string.h>

#define NAME "plumb_search"
#define WHERE_LINE 4 /* the condition's first in as_definition's text */
#define TEXT_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* ---- Finding. ---- */

static struct str as_definition(const struct search_question *question, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(TEXT_BYTES_MAX);
    buf_format(&out, "score: " NAME "\nobject: %s\ngroups: []\nfor: ", entity_name(question->object));
    buf_append(&out, question->where.len > 0 ? question->where : STR("{all: []}"));
    buf_append_char(&out, '\n');
    return out.failed ? STR("") : arena_str(arena, buf_str(&out));
}

/* A condition that speaks of no score and no segment needs none of those in force; most do not. */
static enum err compile(const struct search_question *question, struct arena *arena, struct draft *draft,
                        struct err_info *why)
{
    static const struct edition nothing = {0};
    struct str text = as_definition(question, arena);
    *draft = (struct draft){0};
    if (text.len == 0) return err_set(why, ERR_TOO_BIG, "a condition of more than %zu bytes", TEXT_BYTES_MAX);
    if (draft_compile(draft, &nothing, question->catalog, text, STR("where"))) return ERR_OK;
    draft_release(draft);
    if (draft_compile(draft, question->everybody->edition, question->catalog, text, STR("where"))) return ERR_OK;
    struct err_info found = {0};
    (void)draft_why(draft, &found);
    draft_release(draft);
    return err_set(why, ERR_INVALID, "%s", found.msg); /* the place would be one of our own text */
}

static void copy_warnings(const struct draft *draft, struct arena *arena, struct search_answer *out)
{
    const struct diagnostics *said = draft->diagnostics;
    INVARIANT(said != NULL); /* of a draft that was compiled */
    out->warnings = ARENA_ARRAY(arena, struct str, said->count);
    for (size_t i = 0; i < said->count; i++)
        if (said->item[i].source == draft->source && said->item[i].at.line >= WHERE_LINE)
            out->warnings[out->warning_count++] = arena_str(arena, said->item[i].message);
}

static uint64_t collect(const struct search_question *question, const struct draft *draft, uint32_t *records)
{
    const struct history *history = question->everybody->history;
    struct scan *scan = scan_new(&draft->set, history, NULL);
    const struct scan_options options = {.as_of_ms = question->everybody->as_of_ms, .threads = question->threads};
    scan_run(scan, &options);
    const struct score_column *column = scan_results(scan, definitions_find_score(&draft->set, STR(NAME)));
    uint64_t count = 0;
    for (uint32_t r = 0; r < column->count; r++)
        if (column->known[r] != 0 && history_is_listed(history, question->object, r)) records[count++] = r;
    scan_free(scan);
    return count;
}

/* ---- Ordering. ---- */

struct key {
    uint32_t record;
    bool known;
    bool descending;
    double number; /* of micro-points, too: they lie far below 2^53 */
    struct str text;
};

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->known != b->known) return a->known ? -1 : 1;
    int order = a->number < b->number ? -1 : a->number > b->number;
    if (order == 0) order = str_compare(a->text, b->text);
    if (order != 0) return a->descending ? -order : order;
    return a->record < b->record ? -1 : a->record > b->record;
}

static void key_of_value(const struct value *value, enum type type, struct arena *arena, struct key *key)
{
    struct value read;
    if (value == NULL) return;
    key->known = true;
    if (value_read_as(arena, type, value, &read)) value = &read;
    switch (value->type) {
    case TYPE_NUMBER: key->number = value->number; return;
    case TYPE_BOOLEAN: key->number = value->boolean; return;
    case TYPE_DATE:
    case TYPE_DATETIME: key->number = (double)value->instant_ms; return;
    case TYPE_OPEN:
    case TYPE_STRING:
    case TYPE_ENUMERATION:
    case TYPE_SET: key->text = value->folded.len > 0 ? value->folded : value->raw; return;
    }
}

static enum err order(const struct search_question *question, uint32_t *records, uint64_t count, struct arena *arena,
                      struct err_info *why)
{
    const struct everybody *everybody = question->everybody;
    const struct definitions *set = &everybody->edition->set;
    uint32_t score = definitions_find_score(set, question->sort);
    bool by_score = score != UINT32_MAX && set->scores[score]->object == question->object;
    uint32_t property = by_score ? 0 : catalog_find(question->catalog, question->object, question->sort);
    if (property == INTERN_NONE)
        return err_set(why, ERR_INVALID, "neither a score nor a property of %s is called '" STR_FMT "'",
                       entity_plural(question->object), STR_ARG(question->sort));
    const struct property *known = by_score ? NULL : catalog_at(question->catalog, property);
    enum type type = known == NULL ? TYPE_OPEN : known->type != TYPE_OPEN ? known->type : known->inferred;
    struct key *keys = ARENA_ARRAY(arena, struct key, count);
    for (uint64_t i = 0; i < count; i++) {
        keys[i] = (struct key){.record = records[i], .descending = question->descending};
        if (by_score) {
            const struct score_column *column = scan_results(everybody->scan, score);
            keys[i].known = column->known[records[i]] != 0;
            if (keys[i].known) keys[i].number = (double)column->total[records[i]];
        } else {
            key_of_value(history_value(everybody->history, property, records[i], everybody->as_of_ms), type, arena,
                         &keys[i]);
        }
    }
    if (count > 1) qsort(keys, count, sizeof *keys, compare_keys);
    for (uint64_t i = 0; i < count; i++) records[i] = keys[i].record;
    return ERR_OK;
}

enum err search_run(const struct search_question *question, struct arena *arena, struct search_answer *out,
                    struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    struct draft draft;
    enum err failure = compile(question, scratch, &draft, why);
    if (failure != ERR_OK) return failure;
    uint32_t *found = ARENA_ARRAY(scratch, uint32_t, history_records(question->everybody->history, question->object));
    uint64_t total = collect(question, &draft, found);
    *out = (struct search_answer){.total = total};
    copy_warnings(&draft, arena, out);
    draft_release(&draft);
    if (question->sort.len > 0) failure = order(question, found, total, scratch, why);
    out->bad_sort = failure != ERR_OK;
    if (failure != ERR_OK) return failure;
    uint64_t left = question->skip < total ? total - question->skip : 0;
    out->count = left < question->most ? left : question->most;
    out->records = ARENA_ARRAY(arena, uint32_t, out->count);
    if (out->count > 0) memcpy(out->records, found + question->skip, out->count * sizeof *out->records);
    return ERR_OK;
}
