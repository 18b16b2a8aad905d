/* job_review.c — a model is looked at: has the world moved away from its champion, and is a challenger better by now?
 *
 * Every day some more outcomes are known. Challengers are held against the champion on all leads that are later than what either
 * learnt from; one that is better beyond doubt takes its place when the model's rule allows that. Much drift is a reason to
 * train anew. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "server/api_json.h"
#include "server/job_kinds.h"
#include "server/model_json.h"
#include "server/model_work.h"
#include "server/server.h"

/* A challenger once more against the champion. True: it may take its place. */
static enum err review_challenger(struct model_work *w, struct json_writer *writer, const struct model_version_row *row,
                                  bool *replaces, struct err_info *why)
{
    struct trained challenger = {0};
    struct promotion promotion;
    *replaces = false;
    if (!jobs_progress(w->run)) return ERR_UNAVAILABLE;
    struct err_info unreadable = {0};
    if (model_work_version(w, row->number, &challenger, &unreadable) != ERR_OK) return ERR_OK;
    enum err e = model_compare(&w->task, &challenger, &w->trained, &promotion, why);
    trained_release(&challenger);
    if (e != ERR_OK) return e;
    *replaces = promotion.replaces;
    json_begin_object(writer);
    api_write_count(writer, "version", row->number);
    json_key(writer, "against_champion");
    model_json_promotion(writer, &promotion);
    json_end_object(writer);
    return ERR_OK;
}

/* The newest of those that are better beyond doubt; 0: none. */
static enum err review_challengers(struct model_work *w, struct json_writer *writer, uint32_t *better,
                                   struct err_info *why)
{
    enum err e = ERR_OK;
    *better = 0;
    json_key(writer, "challengers");
    json_begin_array(writer);
    for (size_t i = 0; i < w->info.count && e == ERR_OK; i++) {
        bool replaces;
        if (w->info.versions[i].state != MODEL_CHALLENGER) continue;
        e = review_challenger(w, writer, &w->info.versions[i], &replaces, why);
        if (e == ERR_OK && replaces) *better = w->info.versions[i].number;
    }
    json_end_array(writer);
    return e;
}

static bool trained_lately(const struct model_work *w)
{
    int64_t age_ms = w->past.as_of_ms - w->info.versions[w->info.count - 1].trained_ms;
    return age_ms < MODEL_DRIFT_REST_DAYS * MS_PER_DAY;
}

/* What follows from the review. */
static enum err act(struct model_work *w, uint32_t better, bool drifted, struct err_info *why)
{
    struct str name = w->info.row.name;
    uint64_t job;
    if (better != 0 && !w->info.row.by_hand) {
        struct str target = arena_format(w->arena, STR_FMT "/%u", STR_ARG(name), (unsigned)better);
        enum err e = models_promote(w->models, name, better, why);
        return e == ERR_OK ? engine_audit(w->run->server->engine, str_from_c(w->run->job->actor), STR("model.promote"),
                                          target, STR("{\"by\":\"rule\"}"), why)
                           : e;
    }
    if (!drifted || w->info.row.retrain_days == 0 || trained_lately(w)) return ERR_OK;
    return models_train(w->models, name, STR("plumb"), &job, why);
}

static enum err review(struct model_work *w, struct err_info *why)
{
    AUTO_BUF json = BUF_INIT(MODEL_FIGURES_MAX);
    struct json_writer writer = {.out = &json};
    struct model_drift drift;
    uint32_t better = 0;
    const struct model_version_row *champion = model_champion(&w->info);
    if (champion == NULL) return err_set(why, ERR_CONFLICT, "there is no champion to be watched");
    enum err e = model_work_version(w, champion->number, &w->trained, why);
    if (e == ERR_OK && !jobs_phase(w->run, "looking for drift", 0)) e = ERR_UNAVAILABLE;
    if (e == ERR_OK) e = model_drift_measure(&w->task, &w->trained, &drift, why);
    if (e != ERR_OK) return e;
    json_begin_object(&writer);
    api_write_instant(&writer, "at", w->past.as_of_ms);
    api_write_count(&writer, "champion", champion->number);
    json_key(&writer, "drift");
    model_json_drift(&writer, &drift, &w->trained);
    e = review_challengers(w, &writer, &better, why);
    json_end_object(&writer);
    if (e == ERR_OK) e = models_note_review(w->models, w->info.row.name, buf_str(&json), why);
    if (e == ERR_OK) e = act(w, better, drift.retrain || w->trained.rules_changed, why);
    return e == ERR_OK ? job_answer(w->run, &json, why) : e;
}

static enum err work_review(struct job_run *run, struct err_info *why)
{
    struct model_work w;
    enum err e = model_work_begin(&w, run, why);
    if (e == ERR_OK) e = review(&w, why);
    model_work_end(&w);
    return e;
}

const struct job_kind job_review = {.name = "review",
                                    .lane = LANE_ANALYSES,
                                    .sees = PERM_READ_SCORES,
                                    .reads = PERM_READ_SCORES,
                                    .clears = PERM_EDIT_SCORES,
                                    .work = work_review};
