/* api_definitions.c — scores and segments: what is in force, what was, and what will be.
 *
 * The version in force is the ETag of a definition. Whoever publishes another text says which version was edited (If-Match,
 * `expected`, or `versions` of a text of several definitions): without, 428; when somebody else published meanwhile, 412 or
 * 409. "If-Match: *" replaces whatever is there. */
// SPDX-License-Identifier: Apache-2.0
#include "report/line_diff.h"
#include "server/api.h"
#include "server/api_definition.h"
#include "server/api_json.h"
#include "server/drafts.h"

#define KIND_SCORE 0
#define KIND_SEGMENT 1

static bool is_segment_route(const struct request *request)
{
    return str_starts_with(str_from_c(request->endpoint->pattern), STR("/api/v1/segments"));
}

static int32_t kind_of(const struct request *request)
{
    return is_segment_route(request) ? KIND_SEGMENT : KIND_SCORE;
}

/* ---- What is in force. ---- */

struct in_force {
    struct str name, title, text;
    enum entity object;
    uint32_t version;
};

static struct in_force score_at(const struct edition *edition, uint32_t i)
{
    const struct score *score = edition->set.scores[i];
    return (struct in_force){score->name, score->title, edition->texts[i], score->object, edition->versions[i]};
}

static struct in_force segment_at(const struct edition *edition, uint32_t i)
{
    const struct segment *segment = edition->set.segments[i];
    return (struct in_force){segment->name, segment->title, edition->segment_texts[i], segment->object,
                             edition->segment_versions[i]};
}

/* False: there is none of this name; nothing was answered. */
static bool find_in_force(const struct edition *edition, int32_t kind, struct str name, struct in_force *out)
{
    uint32_t i = kind == KIND_SCORE ? definitions_find_score(&edition->set, name)
                                    : definitions_find_segment(&edition->set, name);
    if (i == UINT32_MAX || (kind == KIND_SCORE && edition->set.scores[i]->anonymous)) return false;
    *out = kind == KIND_SCORE ? score_at(edition, i) : segment_at(edition, i);
    return true;
}

static void write_in_force(struct json_writer *writer, const struct in_force *one, bool with_text)
{
    json_begin_object(writer);
    api_write_text(writer, "name", one->name);
    api_write_text(writer, "title", one->title);
    api_write_text(writer, "object", str_from_c(entity_name(one->object)));
    api_write_count(writer, "version", one->version);
    if (with_text) api_write_text(writer, "text", one->text);
    json_end_object(writer);
}

void api_definition_index(struct request *request)
{
    const struct edition *edition = engine_edition(request->server->engine);
    bool segments = is_segment_route(request);
    uint32_t count = segments ? edition->set.segment_count : edition->set.score_count;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (uint32_t i = 0; i < count; i++) {
        if (!segments && edition->set.scores[i]->anonymous) continue;
        struct in_force one = segments ? segment_at(edition, i) : score_at(edition, i);
        write_in_force(&writer, &one, false);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    edition_release(edition);
    request_answer(request, 200, &json);
}

static bool refuse_unknown(struct request *request, struct str name)
{
    return api_refuse(request, 404, "not_found", STR("name"), "no %s in force is called '" STR_FMT "'",
                      is_segment_route(request) ? "segment" : "score", STR_ARG(name));
}

void api_definition_show(struct request *request)
{
    const struct edition *edition = engine_edition(request->server->engine);
    struct str name = request_path(request, "name");
    struct in_force one;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    bool found = find_in_force(edition, kind_of(request), name, &one);
    if (found) {
        http_set_header(request->exchange, "ETag", arena_format(request->arena, "\"%u\"", one.version));
        write_in_force(&writer, &one, true);
    }
    edition_release(edition);
    if (found) request_answer(request, 200, &json);
    else refuse_unknown(request, name);
}

/* ---- What was. ---- */

/* All versions, oldest first; 404 when there never was one. */
static bool read_versions(struct request *request, struct definition_fact **out, size_t *count)
{
    struct str name = request_path(request, "name");
    struct err_info why = {0};
    if (store_definitions(request->server->store, kind_of(request), name, request->arena, out, count, &why) != ERR_OK) {
        request_fail(request, &why);
        return false;
    }
    return *count > 0 || refuse_unknown(request, name);
}

static const struct definition_fact *find_version(const struct definition_fact *facts, size_t count, uint64_t version)
{
    for (size_t i = 0; i < count; i++)
        if (facts[i].version == version) return &facts[i];
    return NULL;
}

static void write_version(struct json_writer *writer, const struct definition_fact *fact, bool with_text)
{
    json_begin_object(writer);
    api_write_text(writer, "name", fact->name);
    api_write_count(writer, "version", fact->version);
    api_write_instant(writer, "at", fact->at_ms);
    api_write_text(writer, "author", fact->author);
    api_write_text(writer, "note", fact->note);
    json_key(writer, "retired");
    json_bool(writer, fact->text.len == 0);
    if (with_text) api_write_text(writer, "text", fact->text);
    json_end_object(writer);
}

void api_definition_versions(struct request *request)
{
    struct definition_fact *facts = NULL;
    size_t count = 0;
    if (!read_versions(request, &facts, &count)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = count; i-- > 0;) write_version(&writer, &facts[i], false);
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

void api_definition_version(struct request *request)
{
    struct definition_fact *facts = NULL;
    size_t count = 0;
    uint64_t number = 0;
    if (!read_versions(request, &facts, &count)) return;
    const struct definition_fact *fact =
        str_to_u64(request_path(request, "version"), &number) ? find_version(facts, count, number) : NULL;
    if (fact == NULL) {
        api_refuse(request, 404, "not_found", STR("version"), "there is no version '" STR_FMT "'",
                   STR_ARG(request_path(request, "version")));
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    write_version(&writer, fact, true);
    request_answer(request, 200, &json);
}

static void write_diff(struct json_writer *writer, const struct line_diff *diff)
{
    static const char *const kinds[] = {[DIFF_SAME] = "same", [DIFF_REMOVED] = "removed", [DIFF_ADDED] = "added"};
    api_write_count(writer, "removed", diff->removed);
    api_write_count(writer, "added", diff->added);
    json_key(writer, "lines");
    json_begin_array(writer);
    for (uint32_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];
        json_begin_object(writer);
        api_write_text(writer, "kind", str_from_c(kinds[line->kind]));
        if (line->before > 0) api_write_count(writer, "before", line->before);
        if (line->after > 0) api_write_count(writer, "after", line->after);
        api_write_text(writer, "text", line->text);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void api_definition_diff(struct request *request)
{
    struct definition_fact *facts = NULL;
    size_t count = 0;
    uint64_t from, to;
    if (!read_versions(request, &facts, &count)) return;
    uint32_t last = facts[count - 1].version;
    if (!request_query_number(request, "to", 1, last, last, &to) ||
        !request_query_number(request, "from", 0, last, to - 1, &from))
        return;
    const struct definition_fact *before = find_version(facts, count, from), *after = find_version(facts, count, to);
    struct line_diff diff;
    line_diff(request->arena, before != NULL ? before->text : STR(""), after != NULL ? after->text : STR(""), &diff);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_count(&writer, "from", from);
    api_write_count(&writer, "to", to);
    write_diff(&writer, &diff);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* ---- What will be. ---- */

static bool read_changes(struct request *request, const struct json_item *body, enum publish_changes *out)
{
    struct str word = STR("net");
    if (!api_member_text(request, body, "changes", &word)) return false;
    if (str_equal(word, STR("net"))) *out = PUBLISH_NET;
    else if (str_equal(word, STR("silent"))) *out = PUBLISH_SILENT;
    else if (str_equal(word, STR("replay"))) *out = PUBLISH_REPLAY;
    else return api_refuse(request, 400, "wrong_type", STR("changes"), "changes are net, silent or replay");
    return true;
}

#define EDITED_MAX 1000 /* definitions */

/* {"lead": 3, "size": 0} into out->edited. */
static bool read_edited(struct request *request, const struct json_item *names, bool segment, struct edited *edited,
                        size_t *count)
{
    if (names == NULL || names->kind == JSON_NULL) return true;
    bool good = names->kind == JSON_OBJECT;
    for (const struct json_item *one = good ? json_first(names) : NULL; good && one != NULL;
         one = json_next(names, one)) {
        uint64_t version = 0;
        good =
            one->kind == JSON_NUMBER && str_to_u64(one->text, &version) && version <= UINT32_MAX && *count < EDITED_MAX;
        if (good) edited[(*count)++] = (struct edited){segment, one->key, (uint32_t)version};
    }
    return good || api_refuse(request, 400, "wrong_type", STR("versions"),
                              "versions are numbers by name, of at most %d definitions: {\"scores\": {\"lead\": 3}, "
                              "\"segments\": {\"big\": 0}}",
                              EDITED_MAX);
}

static bool read_versions_edited(struct request *request, const struct json_item *body, struct publish *out)
{
    const struct json_item *versions = json_member(body, STR("versions"));
    if (versions == NULL || versions->kind == JSON_NULL) return true;
    if (versions->kind != JSON_OBJECT)
        return api_refuse(request, 400, "wrong_type", STR("versions"), "versions are an object of scores and segments");
    struct edited *edited = ARENA_ARRAY(request->arena, struct edited, EDITED_MAX);
    out->edited = edited;
    return read_edited(request, json_member(versions, STR("scores")), false, edited, &out->edited_count) &&
           read_edited(request, json_member(versions, STR("segments")), true, edited, &out->edited_count);
}

/* The version that was edited: If-Match, else `expected` of the body. */
static bool read_expected(struct request *request, const struct json_item *body, uint32_t *out)
{
    int64_t expected = 0;
    uint64_t matched;
    struct str tag = http_header(request->exchange, "If-Match");
    if (!api_member_number(request, body, "expected", 1, UINT32_MAX, &expected)) return false;
    *out = (uint32_t)expected;
    if (tag.at == NULL || str_equal(tag, STR("*"))) return true;
    if (tag.len < 3 || tag.at[0] != '"' || tag.at[tag.len - 1] != '"' ||
        !str_to_u64((struct str){tag.at + 1, tag.len - 2}, &matched) || matched == 0 || matched > UINT32_MAX)
        return api_refuse(request, 400, "bad_header", STR("If-Match"), "If-Match is an ETag of this definition: \"7\"");
    *out = (uint32_t)matched;
    return true;
}

static bool read_publish(struct request *request, const struct json_item *body, struct publish *out)
{
    *out = (struct publish){.author = request->actor->text, .source = request_path(request, "name")};
    return api_member_text(request, body, "text", &out->text) && api_member_text(request, body, "note", &out->note) &&
           read_changes(request, body, &out->changes) && read_expected(request, body, &out->expected) &&
           read_versions_edited(request, body, out);
}

/* A problem with every mistake; it stands at the first. */
static void refuse_mistakes(struct request *request, const struct diagnostics *diagnostics)
{
    AUTO_BUF errors = BUF_INIT(REQUEST_JSON_MAX);
    AUTO_BUF warnings = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &errors};
    api_write_diagnostics(&writer, diagnostics, SEVERITY_ERROR);
    writer = (struct json_writer){.out = &warnings};
    api_write_diagnostics(&writer, diagnostics, SEVERITY_WARNING);
    const struct diagnostic *first = diagnostics->item;
    while (first->severity != SEVERITY_ERROR) first++;
    struct str place = arena_format(request->arena, "line %u, column %u", first->at.line, first->at.column);
    const struct http_problem_member members[] = {{"errors", buf_str(&errors)}, {"warnings", buf_str(&warnings)}};
    http_problem_with(request->exchange, 422, "invalid_definition", place, first->message, members, COUNT_OF(members));
}

static void publish(struct request *request, const struct publish *what)
{
    struct diagnostics *diagnostics = ARENA_NEW(request->arena, struct diagnostics);
    struct published done = {0};
    struct err_info why = {0};
    diagnostics_init(diagnostics, request->arena);
    enum err failure = engine_publish(request->server->engine, what, diagnostics, &done, &why);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    if (failure == ERR_INVALID && diagnostics->errors > 0) {
        refuse_mistakes(request, diagnostics);
        return;
    }
    if (failure == ERR_CONFLICT && done.unguarded) {
        api_refuse(request, 428, "precondition_required", STR("If-Match"),
                   "%s: send its ETag as If-Match, or If-Match: * to replace whatever is there", why.msg);
        return;
    }
    if (failure == ERR_CONFLICT && http_header(request->exchange, "If-Match").at != NULL) {
        api_refuse(request, 412, "version_changed", STR("If-Match"), "%s", why.msg);
        return;
    }
    if (failure != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    json_begin_object(&writer);
    api_write_count(&writer, "documents", done.documents);
    api_write_count(&writer, "changed", done.changed);
    api_write_count(&writer, "band_changes", done.band_changes);
    json_key(&writer, "warnings");
    api_write_diagnostics(&writer, diagnostics, SEVERITY_WARNING);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* Does the text define what the path names? */
static bool check_name(struct request *request, struct str text)
{
    struct str name = request_path(request, "name");
    AUTO_ARENA arena = arena_new();
    struct catalog *scratch = catalog_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    struct definitions set;
    struct source source = {name, text};
    diagnostics_init(diagnostics, arena);
    definitions_init(&set, arena, scratch);
    bool readable = definitions_parse(&set, &source, diagnostics);
    bool named = is_segment_route(request) ? definitions_find_segment(&set, name) != UINT32_MAX
                                           : definitions_find_score(&set, name) != UINT32_MAX;
    catalog_free(scratch);
    if (!readable || named) return true; /* mistakes are told by publishing, all at once */
    return api_refuse(request, 400, "other_name", STR("text"), "the text defines no %s called '" STR_FMT "'",
                      is_segment_route(request) ? "segment" : "score", STR_ARG(name));
}

void api_definition_publish(struct request *request)
{
    const struct json_item *body;
    struct publish what;
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_publish(request, body, &what)) return;
    bool from_draft = what.text.len == 0;
    struct str key = draft_key(request->arena, request_path(request, "name"));
    if (from_draft && (is_segment_route(request) ||
                       store_get_text(request->server->store, key, request->arena, &what.text, &why) != ERR_OK)) {
        api_refuse(request, 400, "no_text", STR("text"), "there is neither a text nor a draft to publish");
        return;
    }
    if (!check_name(request, what.text)) return;
    what.guarded = !str_equal(http_header(request->exchange, "If-Match"), STR("*"));
    publish(request, &what);
}

void api_definition_rollback(struct request *request)
{
    const struct json_item *body;
    struct definition_fact *facts = NULL;
    size_t count = 0;
    int64_t version = 0;
    struct publish what;
    if (!api_body(request, &body) || !read_publish(request, body, &what) ||
        !api_member_number(request, body, "version", 1, UINT32_MAX, &version))
        return;
    if (version == 0) {
        api_refuse(request, 400, "no_version", STR("version"), "version is the number of the one to go back to");
        return;
    }
    if (!read_versions(request, &facts, &count)) return;
    const struct definition_fact *fact = find_version(facts, count, (uint64_t)version);
    if (fact == NULL || fact->text.len == 0) {
        api_refuse(request, 404, "not_found", STR("version"), "there is no version %lld with a text",
                   (long long)version);
        return;
    }
    what.text = fact->text;
    if (what.note.len == 0) what.note = arena_format(request->arena, "back to version %lld", (long long)version);
    publish(request, &what);
}

void api_definition_retire(struct request *request)
{
    const struct publish what = {.retire = request_path(request, "name"),
                                 .retires_segment = is_segment_route(request),
                                 .author = request->actor->text};
    const struct edition *edition = engine_edition(request->server->engine);
    struct in_force one;
    bool found = find_in_force(edition, kind_of(request), what.retire, &one);
    edition_release(edition);
    if (found) publish(request, &what);
    else refuse_unknown(request, what.retire);
}
