/* explain_remote.c — see explain_remote.h.
 *
 * The ledger names groups and rules; what they mean stands in the definition's text, which is fetched and parsed, so that
 * the page is the one that the folder itself would give. */
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_remote.h"

#include <string.h>

#include "base/instant.h"

#define TITLE_BYTES_MAX ((size_t)64 * 1024)
#define UNREADABLE "the server's answer cannot be read; is it another version of Plumb?"

void explain_put_title(const struct score *score, int64_t as_of_ms, const struct page *page)
{
    AUTO_BUF title = BUF_INIT(TITLE_BYTES_MAX);
    text_clean(&title, score->title);
    buf_append_c(&title, " on ");
    text_moment(&title, as_of_ms);
    fputs(page->style->dim, page->to);
    text_put_wrapped(page->to, buf_str(&title), 0, page_cells(page));
    fputs(page->style->off, page->to);
}

/* One score in force, its text parsed. */
struct definition {
    struct arena *arena;
    struct catalog *catalog;
    struct definitions set;
    uint32_t score;
};

/* Null and what is no number: false. */
static bool number_of(const struct json_item *object, const char *name, int64_t *out)
{
    const struct json_item *item = json_member(object, str_from_c(name));
    *out = 0;
    return item != NULL && item->kind == JSON_NUMBER && str_to_i64(item->text, out);
}

static enum err fetch_definition(struct remote *remote, struct str name, struct definition *out, struct err_info *why)
{
    const struct json_item *answer;
    struct str path =
        arena_format(out->arena, "/api/v1/scores/" STR_FMT, STR_ARG(remote_segment(remote, out->arena, name)));
    enum err e = remote_call(remote, "GET", path.at, STR(""), &answer, why);
    if (e != ERR_OK) return e;
    struct diagnostics *diagnostics = ARENA_NEW(out->arena, struct diagnostics);
    struct source *source = ARENA_NEW(out->arena, struct source);
    diagnostics_init(diagnostics, out->arena);
    definitions_init(&out->set, out->arena, out->catalog);
    *source = (struct source){arena_str(out->arena, name), arena_str(out->arena, remote_text(answer, "text"))};
    bool good = definitions_parse(&out->set, source, diagnostics);
    out->score = definitions_find_score(&out->set, source->name);
    return good && out->score != UINT32_MAX ? ERR_OK : err_set(why, ERR_INVALID, UNREADABLE);
}

/* ---- The ledger. ---- */

static bool read_line(const struct score *score, const struct json_item *item, struct ledger_line *line)
{
    static const struct str kinds[] = {[LEDGER_RULE] = STR_INIT("rule"),
                                       [LEDGER_CLAMP] = STR_INIT("clamp"),
                                       [LEDGER_ADJUSTMENT] = STR_INIT("adjustment")};
    struct str kind = remote_text(item, "kind"), category = remote_text(item, "category");
    struct str group = remote_text(item, "group"), rule = remote_text(item, "rule");
    int64_t events;
    *line = (struct ledger_line){.category = -1, .latest_ms = LEDGER_NO_TIME};
    while (line->kind < LEDGER_ADJUSTMENT && !str_equal(kind, kinds[line->kind])) line->kind++;
    if (str_equal(category, STR("fit"))) line->category = CATEGORY_FIT;
    if (str_equal(category, STR("engagement"))) line->category = CATEGORY_ENGAGEMENT;
    for (uint32_t g = 0; group.len > 0 && g < score->group_count; g++)
        if (str_equal(score->groups[g].name, group)) line->group = &score->groups[g];
    for (uint32_t r = 0; line->group != NULL && rule.len > 0 && r < line->group->rule_count; r++)
        if (str_equal(line->group->rules[r].name, rule)) line->rule = &line->group->rules[r];
    if (item->kind != JSON_OBJECT || !number_of(item, "micro", &line->micro)) return false;
    line->events = number_of(item, "events", &events) && events > 0 ? (uint64_t)events : 0;
    (void)instant_parse(remote_text(item, "latest"), &line->latest_ms);
    return line->kind != LEDGER_RULE || line->rule != NULL;
}

static bool read_ledger(const struct score *score, const struct json_item *list, struct arena *arena,
                        struct ledger *out)
{
    if (list == NULL || list->kind != JSON_ARRAY) return false;
    size_t most = 0;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) most++;
    out->lines = ARENA_ARRAY(arena, struct ledger_line, most);
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one))
        if (!read_line(score, one, &out->lines[out->count++])) return false;
    return true;
}

static bool put_answer(const struct definition *definition, const struct json_item *answer, int64_t as_of_ms,
                       const struct page *page)
{
    const struct score *score = definition->set.scores[definition->score];
    struct explanation explanation = {0};
    if (answer == NULL || answer->kind != JSON_OBJECT) return false;
    explanation.known = number_of(answer, "micro", &explanation.total);
    (void)number_of(answer, "fit_micro", &explanation.fit);
    (void)number_of(answer, "engagement_micro", &explanation.engagement);
    if (!read_ledger(score, json_member(answer, STR("ledger")), definition->arena, &explanation.ledger)) return false;
    const struct results results = {.set = &definition->set, .as_of_ms = as_of_ms};
    struct result result = result_explained(&results, definition->score, 0, &explanation);
    result.band = BAND_NONE;
    for (uint32_t b = 0; b < score->band_count; b++)
        if (str_equal(score->bands[b].label, remote_text(answer, "band"))) result.band = b;
    explain_put_title(score, as_of_ms, page);
    output_record_head(score, STR(""), remote_text(answer, "id"), &result, page);
    output_reasons(&results, definition->score, &explanation, page);
    return true;
}

/* ---- The scores that are asked for. ---- */

/* ERR_NOT_FOUND: there is no such record. *object is that of the score. */
static enum err explain_one(struct remote *remote, const struct arguments *arguments, struct str name, int64_t as_of_ms,
                            enum entity *object, const struct page *page, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct definition definition = {.arena = arena, .catalog = catalog_new()};
    const struct json_item *answer;
    enum err e = fetch_definition(remote, name, &definition, why);
    if (e == ERR_OK) {
        AUTO_BUF at = BUF_INIT(64);
        struct str ref = remote_segment(remote, arena, str_from_c(arguments->operands[0]));
        *object = definition.set.scores[definition.score]->object;
        if (options_given(arguments, "as-of")) buf_append_c(&at, "&as_of=");
        if (options_given(arguments, "as-of")) instant_format(&at, as_of_ms);
        struct str path = arena_format(arena, "/api/v1/%s/" STR_FMT "/scores/" STR_FMT "?explain=true" STR_FMT,
                                       entity_plural(*object), STR_ARG(ref),
                                       STR_ARG(remote_segment(remote, arena, name)), STR_ARG(buf_str(&at)));
        e = remote_call(remote, "GET", path.at, STR(""), &answer, why);
    }
    if (e == ERR_OK && !put_answer(&definition, answer, as_of_ms, page)) e = err_set(why, ERR_INVALID, UNREADABLE);
    catalog_free(definition.catalog);
    return e;
}

/* Names of the scores in force, in `arena`. */
static enum err list_scores(struct remote *remote, struct arena *arena, struct str **out, size_t *count,
                            struct err_info *why)
{
    const struct json_item *answer;
    *count = 0;
    enum err e = remote_call(remote, "GET", "/api/v1/scores", STR(""), &answer, why);
    if (e != ERR_OK) return e;
    const struct json_item *list =
        answer != NULL && answer->kind == JSON_OBJECT ? json_member(answer, STR("results")) : NULL;
    if (list == NULL || list->kind != JSON_ARRAY) return err_set(why, ERR_INVALID, UNREADABLE);
    size_t most = 0;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) most++;
    *out = ARENA_ARRAY(arena, struct str, most);
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one))
        (*out)[(*count)++] = arena_str(arena, remote_text(one, "name"));
    return ERR_OK;
}

/* All scores of the first object that has such a record. */
static enum err explain_all(struct remote *remote, const struct arguments *arguments, int64_t as_of_ms,
                            const struct page *page, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str *names;
    size_t count, shown = 0;
    enum entity object = ENTITY_CONTACT;
    enum err e = list_scores(remote, arena, &names, &count, why);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct err_info absent = {0};
        if (shown > 0) fputc('\n', page->to);
        e = explain_one(remote, arguments, names[i], as_of_ms, &object, page, &absent);
        if (e == ERR_OK) shown++;
        else if (e == ERR_NOT_FOUND) e = ERR_OK; /* a score of other records */
        else return err_set(why, e, "%s", absent.msg);
    }
    if (e != ERR_OK || shown > 0) return e;
    return err_set(why, ERR_NOT_FOUND, "no score in force is about a record '%s'", arguments->operands[0]);
}

enum err explain_remotely(struct app *app, const struct arguments *arguments, int64_t as_of_ms, const struct page *page)
{
    struct remote *remote;
    struct err_info why = {0};
    const char *name = options_value(arguments, "score");
    enum entity object;
    enum err e = remote_open(app, arguments, &remote, &why);
    if (e == ERR_OK && name != NULL)
        e = explain_one(remote, arguments, str_from_c(name), as_of_ms, &object, page, &why);
    else if (e == ERR_OK) e = explain_all(remote, arguments, as_of_ms, page, &why);
    remote_close(remote);
    if (e != ERR_OK) app_fail(app, "%s", why.msg);
    return e;
}
