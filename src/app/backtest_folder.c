/* backtest_folder.c — see backtest_folder.h: opened as `plumb explain` opens it, and asked as the server would be. */
// SPDX-License-Identifier: Apache-2.0
#include "app/backtest_folder.h"

#include "app/definition_files.h"
#include "base/input.h"

static enum err read_texts(const struct arguments *arguments, const char *score, struct backtest_folder *folder,
                           struct err_info *why)
{
    struct backtest_wish *wish = &folder->wish;
    struct str name = score != NULL ? str_from_c(score) : (struct str){0};
    wish->count = arguments->operand_count > 0 ? (uint32_t)arguments->operand_count : 1;
    wish->of[0].called = score != NULL ? name : STR("what is in force");
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < wish->count; i++) wish->of[i].score = name;
    for (uint32_t i = 0; i < arguments->operand_count && e == ERR_OK; i++) {
        const char *path = arguments->operands[i];
        wish->of[i].called = str_from_c(path);
        e = input_read_all(path, DEFINITION_BYTES_MAX, folder->offline.arena, &wish->of[i].text, why);
        if (e == ERR_OK && wish->of[i].text.len == 0) e = err_set(why, ERR_INVALID, "there is nothing in %s", path);
    }
    return e;
}

static enum err compile(struct backtest_folder *folder, uint32_t *wrong, struct err_info *why)
{
    return backtest_asked_compile(folder->offline.engine, &folder->wish, &folder->asked, wrong, why);
}

/* "lead.yaml:3:24: error: ..." where the mistake has a place. */
static void say(struct app *app, const struct backtest_wish *wish, uint32_t wrong, const struct err_info *why)
{
    struct str where = wrong < wish->count ? wish->of[wrong].called : STR("--outcome");
    if (why->at.line == 0) app_fail(app, "%s", why->msg);
    else app_fail(app, STR_FMT ":%u:%u: %s", STR_ARG(where), why->at.line, why->at.column, why->msg);
}

bool backtest_folder_ask(struct app *app, const struct arguments *arguments, const char *score,
                         const struct backtest_wish *wish, struct backtest_asking *how, struct backtest_folder *out)
{
    struct err_info why = {0};
    uint32_t wrong = 0;
    *out = (struct backtest_folder){.wish = *wish};
    enum err e = offline_open(app, arguments, OFFLINE_READ, &out->offline, &why);
    if (e == ERR_OK) e = read_texts(arguments, score, out, &why);
    if (e == ERR_OK) e = offline_load(&out->offline, OFFLINE_READ, &why);
    if (e == ERR_OK) e = compile(out, &wrong, &why);
    if (e == ERR_OK) e = backtest_asked_answer(out->asked, how, &out->report, &why);
    if (e != ERR_OK) say(app, &out->wish, wrong, &why);
    return e == ERR_OK;
}

void backtest_folder_close(struct backtest_folder *folder)
{
    backtest_report_release(&folder->report);
    backtest_asked_free(folder->asked);
    offline_close(&folder->offline);
}
