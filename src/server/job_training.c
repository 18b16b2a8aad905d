/* job_training.c — a model learns, and what it learnt becomes a version.
 *
 * The first version that is of use becomes the champion. A later one is held against the champion at once, on leads that are later
 * than what either learnt from, and takes its place when the model's rule allows that; else it stays a challenger. */
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "predict/model_image.h"
#include "server/job_kinds.h"
#include "server/model_json.h"
#include "server/model_work.h"
#include "server/server.h"

struct comparison { /* with the champion */
    bool made;
    struct promotion promotion;
};

static bool go_on(void *context, double done)
{
    struct job_run *run = context;
    run->job->done = (uint64_t)(done * 100);
    return jobs_progress(run);
}

static bool is_of_use(const struct trained *trained)
{
    return trained->learned.verdict == VERDICT_USABLE || trained->learned.verdict == VERDICT_UNCERTAIN;
}

/* Held against the champion. One that cannot be read any more (a property has another type) is no reason to fail. */
static enum err compare(const struct model_work *w, const struct model_version_row *champion, struct comparison *out,
                        struct err_info *why)
{
    struct trained former = {0};
    struct err_info unreadable = {0};
    if (!jobs_phase(w->run, "comparing with the champion", 0)) return ERR_UNAVAILABLE;
    if (model_work_version(w, champion->number, &former, &unreadable) != ERR_OK) {
        log_warn("champion_unreadable", LOG_STR("model", w->info.row.name), LOG_STR("why", str_from_c(unreadable.msg)));
        return ERR_OK;
    }
    enum err e = model_compare(&w->task, &w->trained, &former, &out->promotion, why);
    out->made = e == ERR_OK;
    trained_release(&former);
    return e;
}

static enum model_state state_of(const struct model_work *w, const struct model_version_row *champion,
                                 const struct comparison *comparison)
{
    if (!is_of_use(&w->trained)) return MODEL_USELESS;
    if (champion == NULL) return MODEL_CHAMPION;
    bool replaces = comparison->made && comparison->promotion.replaces && !w->info.row.by_hand;
    return replaces ? MODEL_CHAMPION : MODEL_CHALLENGER;
}

static enum err keep(const struct model_work *w, const struct comparison *comparison, struct model_version_row *row,
                     struct err_info *why)
{
    AUTO_BUF image = BUF_INIT(MODEL_BYTES_MAX);
    AUTO_BUF figures = BUF_INIT(MODEL_FIGURES_MAX);
    struct json_writer writer = {.out = &figures};
    model_json_figures(&writer, &w->trained, w->terms->draft.catalog, comparison->made ? &comparison->promotion : NULL);
    if (figures.failed) return err_set(why, ERR_TOO_BIG, "the figures are larger than %zu bytes", MODEL_FIGURES_MAX);
    row->figures = arena_str(w->arena, buf_str(&figures));
    enum err e = ERR_OK;
    if (row->state != MODEL_USELESS) e = model_image_write(&w->trained, w->terms->draft.catalog, &image, why);
    if (e == ERR_OK) e = models_add_version(w->models, row, buf_str(&image), &row->number, why);
    row->image_bytes = image.len;
    return e;
}

static enum err tell(const struct model_work *w, const struct model_version_row *row, struct err_info *why)
{
    AUTO_BUF json = BUF_INIT(JOB_ANSWER_MAX);
    struct json_writer writer = {.out = &json};
    model_json_version(&writer, row, true);
    struct str target = arena_format(w->arena, STR_FMT "/%u", STR_ARG(row->model), (unsigned)row->number);
    struct str detail = arena_format(w->arena, "{\"state\":\"%s\"}", model_state_name(row->state));
    enum err e =
        engine_audit(w->run->server->engine, str_from_c(w->run->job->actor), STR("model.train"), target, detail, why);
    return e == ERR_OK ? job_answer(w->run, &json, why) : e;
}

static enum err train(struct model_work *w, struct err_info *why)
{
    struct comparison comparison = {0};
    if (!jobs_phase(w->run, "learning", 100)) return ERR_UNAVAILABLE;
    w->task.go_on = go_on;
    w->task.context = w->run;
    enum err e = model_train(&w->task, w->arena, &w->trained, why);
    const struct model_version_row *champion = model_champion(&w->info);
    if (e == ERR_OK && is_of_use(&w->trained) && champion != NULL) e = compare(w, champion, &comparison, why);
    if (e != ERR_OK) return e;
    struct model_version_row row = {.model = w->info.row.name,
                                    .state = state_of(w, champion, &comparison),
                                    .trained_ms = w->past.as_of_ms,
                                    .begins_ms = w->trained.begins_ms,
                                    .ends_ms = w->trained.ends_ms,
                                    .seed = w->trained.seed};
    if (!jobs_progress(w->run)) return ERR_UNAVAILABLE;
    e = keep(w, &comparison, &row, why);
    return e == ERR_OK ? tell(w, &row, why) : e;
}

static enum err work_training(struct job_run *run, struct err_info *why)
{
    struct model_work w;
    enum err e = model_work_begin(&w, run, why);
    if (e == ERR_OK) e = train(&w, why);
    model_work_end(&w);
    return e;
}

const struct job_kind job_training = {.name = "training",
                                      .lane = LANE_ANALYSES,
                                      .sees = PERM_READ_SCORES,
                                      .reads = PERM_READ_SCORES,
                                      .clears = PERM_EDIT_SCORES,
                                      .work = work_training};
