/* model_work.c — see model_work.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/model_work.h"

#include "predict/model_image.h"
#include "server/job_kinds.h"
#include "server/server.h"

/* Half of the threads: trees wait for one another at every step, and one that has no core for itself holds up all. */
enum err model_work_begin(struct model_work *w, struct job_run *run, struct err_info *why)
{
    const struct model_wish *wish = run->wish;
    struct server *server = run->server;
    *w = (struct model_work){.run = run, .models = server->models, .arena = arena_new()};
    enum err e = models_find(w->models, wish->name, w->arena, &w->info, why);
    struct hindsight_wish question = hindsight_wish_of(&w->info.row);
    if (e == ERR_OK) e = hindsight_compile(server->engine, &question, &w->terms, why);
    if (e != ERR_OK) return e;
    hindsight_open(server->engine, w->terms, &question, server->clock->now_ms(server->clock), &w->past);
    w->task = (struct model_task){.past = &w->past,
                                  .outcome = hindsight_words(&question),
                                  .horizon_days = w->info.row.horizon_days,
                                  .threads = (server->scan_threads + 1) / 2};
    const struct watch watch = jobs_watch(run, NULL);
    w->task.stop = run->stop;
    if (!jobs_phase(run, "finding outcomes", 0)) return err_set(why, ERR_UNAVAILABLE, "it was cancelled");
    hindsight_find_lives(&w->past, w->task.threads, &watch);
    return jobs_progress(run) ? ERR_OK : err_set(why, ERR_UNAVAILABLE, "it was cancelled");
}

void model_work_end(struct model_work *w)
{
    trained_release(&w->trained);
    hindsight_close(&w->past);
    model_terms_free(w->terms);
    arena_free(w->arena);
}

/* The version as it was learnt, by these terms. */
enum err model_work_version(const struct model_work *w, uint32_t number, struct trained *out, struct err_info *why)
{
    struct str image = {0};
    bool with_score = w->terms->score != UINT32_MAX;
    enum err e = store_model_image(w->run->server->store, w->info.row.name, number, w->arena, &image, why);
    if (e != ERR_OK) return e;
    return model_image_read(image, w->terms->draft.catalog, with_score ? &w->terms->draft.set : NULL,
                            with_score ? w->terms->score : 0, w->arena, out, why);
}
