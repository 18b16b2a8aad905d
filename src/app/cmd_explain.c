/* cmd_explain.c — `plumb explain`: why somebody has the score they have. */
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_remote.h"
#include "app/find.h"
#include "app/offline.h"
#include "app/output.h"
#include "files/export.h"
#include "server/api.h"

static const struct option explain_options[] = {
    {.name = "score", .argument = "NAME", .help = "Only this score. Without it: all scores of such a record."},
    {.name = "as-of", .argument = "TIME", .help = "As things stood at this time. Default: now."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
};

static const struct example explain_examples[] = {
    {.text = "Why is she in front?", .line = "plumb explain email:ada@acme.example"},
    {.text = "And why was she not at New Year?",
     .line = "plumb explain c0000700 --score lead_score --as-of 2026-01-01"},
};

static struct page page_of(const struct app *app)
{
    return (struct page){.to = app->out, .style = style_for(app->out_colour), .width = app->width};
}

static void put_score(const struct results *results, uint32_t score, uint32_t record, const struct page *page)
{
    AUTO_ARENA arena = arena_new();
    explain_put_title(results->set->scores[score], results->as_of_ms, page);
    output_record(results, score, record, arena, page);
}

/* The object whose record is meant: that of the score, else the first that has one. False: app->err has been told. */
static bool find_whom(struct app *app, struct engine *engine, const struct edition *edition, const char *reference,
                      uint32_t score, enum entity *object, uint32_t *record)
{
    enum entity first = ENTITY_CONTACT, last = ENTITY_DEAL;
    if (score != UINT32_MAX) first = last = edition->set.scores[score]->object;
    for (*object = first; *object <= last; (*object)++) {
        *record = api_look_up(engine, *object, str_from_c(reference), NULL);
        if (*record != RECORD_NONE) return true;
    }
    if (first == last) app_fail(app, "there is no %s '%s'", entity_name(first), reference);
    else app_fail(app, "there is no contact, company or deal '%s'", reference);
    return false;
}

static int explain(struct app *app, const struct arguments *arguments, struct engine *engine, int64_t as_of_ms)
{
    const char *name = options_value(arguments, "score");
    const struct edition *edition = engine_edition(engine);
    const struct remembered remembered = {engine, edition};
    struct visit visit;
    engine_visit(engine, &visit);
    struct results results = {.set = &edition->set,
                              .history = engine_history(engine),
                              .scan = edition->scan,
                              .as_of_ms = as_of_ms,
                              .threads = 1};
    if (options_value(arguments, "as-of") == NULL) results.band = remembered_band, results.band_context = &remembered;
    const struct page page = page_of(app);
    struct err_info why = {0};
    uint32_t wanted = UINT32_MAX, record;
    enum entity object;
    int status = STATUS_FAILED, shown = 0;
    if (name != NULL && find_score(edition, name, &wanted, &why) != ERR_OK) {
        app_fail(app, "%s", why.msg);
    } else if (find_whom(app, engine, edition, arguments->operands[0], wanted, &object, &record)) {
        for (uint32_t s = 0; s < edition->set.score_count; s++) {
            const struct score *score = edition->set.scores[s];
            if (score->anonymous || score->object != object || (name != NULL && s != wanted)) continue;
            if (shown++ > 0) fputc('\n', app->out);
            put_score(&results, s, record, &page);
        }
        if (shown == 0) app_fail(app, "no score of %s is in force", entity_plural(object));
        else status = STATUS_OK;
    }
    engine_leave(engine, &visit);
    edition_release(edition);
    return status;
}

static int run_explain(struct app *app, const struct arguments *arguments)
{
    int64_t as_of_ms;
    struct offline offline;
    struct err_info why = {0};
    if (options_as_of(app, arguments, &as_of_ms, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    if (remote_is_named(arguments)) {
        const struct page page = page_of(app);
        return explain_remotely(app, arguments, as_of_ms, &page) == ERR_OK ? STATUS_OK : STATUS_FAILED;
    }
    enum err e = offline_open(app, arguments, OFFLINE_READ, &offline, &why);
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_READ, &why);
    int status = e == ERR_OK ? explain(app, arguments, offline.engine, as_of_ms) : app_fail(app, "%s", why.msg);
    offline_close(&offline);
    return status;
}

const struct command command_explain = {
    .name = "explain",
    .operands = "RECORD",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Show why a record has the score it has",
    .description = "RECORD is an id, or of a contact email:ADDRESS, userId:ID or anonymousId:ID. Each rule, limit and "
                   "adjustment is shown with its points, which add up to the score.\n\n"
                   "It reads the server's folder, also while a server runs on it; with --url it asks the server.",
    .options = explain_options,
    .option_count = COUNT_OF(explain_options),
    .examples = explain_examples,
    .example_count = COUNT_OF(explain_examples),
    .interrupted = "nothing was changed",
    .run = run_explain,
};
