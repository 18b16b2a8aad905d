/* past_folder.c — see past_folder.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/past_folder.h"

/* Whose score it is. */
static enum err find_object(struct past_folder *folder, struct err_info *why)
{
    struct hindsight_wish *wish = &folder->wish;
    if (wish->score.len == 0) return ERR_OK;
    const struct edition *edition = engine_edition(folder->offline.engine);
    uint32_t score = definitions_find_score(&edition->set, wish->score);
    bool found = score != UINT32_MAX && !edition->set.scores[score]->anonymous;
    if (found) wish->object = edition->set.scores[score]->object;
    edition_release(edition);
    return found ? ERR_OK
                 : err_set(why, ERR_NOT_FOUND, "no score in force is called '" STR_FMT "'", STR_ARG(wish->score));
}

static void find_lives(struct past_folder *folder, const struct past_request *request)
{
    const struct watch watch = past_watch(&folder->progress);
    hindsight_open(folder->offline.engine, folder->terms, &folder->wish, request->now_ms, &folder->hindsight);
    hindsight_find_lives(&folder->hindsight, (unsigned)request->threads, &watch);
    progress_end(&folder->progress);
    folder->source = folder->hindsight.ground.source;
    folder->source.dates = &folder->hindsight.dates;
    if (folder->wish.score.len == 0) folder->source.set = NULL;
}

bool past_folder_open(struct app *app, const struct arguments *arguments, const struct past_request *request,
                      const char *score, enum entity object, bool protected_too, struct past_folder *out)
{
    struct err_info why = {0};
    struct str outcome = request->outcome != NULL ? str_trim(str_from_c(request->outcome)) : STR("");
    *out = (struct past_folder){.app = app,
                                .wish = {.object = object,
                                         .outcome = str_equal(outcome, STR(OUTCOME_USUAL)) ? STR("") : outcome,
                                         .score = score != NULL ? str_from_c(score) : STR(""),
                                         .use_protected = protected_too,
                                         .all_columns = true}};
    progress_init(&out->progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    enum err e = offline_open(app, arguments, OFFLINE_READ, &out->offline, &why);
    if (e == ERR_OK) e = offline_load(&out->offline, OFFLINE_READ, &why);
    if (e == ERR_OK) e = find_object(out, &why);
    if (e == ERR_OK) e = hindsight_compile(out->offline.engine, &out->wish, &out->terms, &why);
    if (e == ERR_OK) find_lives(out, request);
    else if (why.at.line == 0) app_fail(app, "%s", why.msg);
    else app_fail(app, "--outcome:%u:%u: %s", why.at.line, why.at.column, why.msg);
    return e == ERR_OK;
}

enum err past_folder_refuse(struct err_info *why)
{
    return err_set(why, ERR_INVALID, "with --data what is in force in the folder is meant, and DEF is not taken");
}

void past_folder_close(struct past_folder *folder)
{
    hindsight_close(&folder->hindsight);
    model_terms_free(folder->terms);
    offline_close(&folder->offline);
}
