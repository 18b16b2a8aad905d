/* models_tend.c — what models need without being asked: training when it is time, and a review every day. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "server/job_kinds.h"
#include "server/models.h"
#include "server/server.h"

/* One of this kind about this model waits or runs: its number; 0: none. */
static uint64_t under_way(struct server *server, const struct job_kind *kind, struct str name)
{
    struct job *all = memory_array(JOBS_KEPT_MAX, sizeof *all);
    uint32_t count = jobs_list(server->jobs, all, JOBS_KEPT_MAX);
    uint64_t number = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool lives = all[i].state == JOB_WAITING || all[i].state == JOB_RUNNING;
        if (lives && all[i].kind == kind && str_equal(str_from_c(all[i].what), name)) number = all[i].number;
    }
    memory_free(all);
    return number;
}

static enum err begin(struct server *server, const struct job_kind *kind, struct str name, struct str actor,
                      uint64_t *number, struct err_info *why)
{
    *number = under_way(server, kind, name);
    if (*number != 0) return ERR_OK;
    struct job job = {.kind = kind, .result = RESULT_JSON};
    struct job_order order = {.arena = arena_new()};
    struct model_wish *wish = ARENA_NEW(order.arena, struct model_wish);
    wish->name = arena_str(order.arena, name);
    order.wish = wish;
    snprintf(job.actor, sizeof job.actor, STR_FMT, STR_ARG(actor));
    snprintf(job.what, sizeof job.what, STR_FMT, STR_ARG(name));
    enum err e = jobs_add(server->jobs, &job, order, why);
    *number = job.number;
    return e;
}

enum err models_train(struct models *models, struct str name, struct str actor, uint64_t *number, struct err_info *why)
{
    return begin(models_server(models), &job_training, name, actor, number, why);
}

static int64_t now_ms(const struct server *server)
{
    return server->clock->now_ms(server->clock);
}

/* The time of the last review; FOREVER. */
static int64_t reviewed_ms(const struct model_info *info)
{
    struct str rest = info->review;
    int64_t at_ms;
    const struct str head = STR("{\"at\":\"");
    if (!str_starts_with(rest, head)) return FOREVER;
    rest = (struct str){rest.at + head.len, rest.len - head.len};
    return instant_parse(str_cut(&rest, '"'), &at_ms) ? at_ms : FOREVER;
}

static bool is_due(int64_t last_ms, uint32_t days, int64_t at_ms)
{
    return last_ms == FOREVER || at_ms - last_ms >= (int64_t)days * MS_PER_DAY;
}

static void tend(struct server *server, const struct model_info *info)
{
    const int64_t at_ms = now_ms(server);
    struct err_info why = {0};
    uint64_t number = 0;
    int64_t trained_ms = info->count > 0 ? info->versions[info->count - 1].trained_ms : FOREVER;
    enum err e = ERR_OK;
    if (info->row.retrain_days > 0 && is_due(trained_ms, info->row.retrain_days, at_ms))
        e = begin(server, &job_training, info->row.name, STR("plumb"), &number, &why);
    else if (model_champion(info) != NULL && is_due(reviewed_ms(info), 1, at_ms))
        e = begin(server, &job_review, info->row.name, STR("plumb"), &number, &why);
    if (e != ERR_OK)
        log_warn("model_not_tended", LOG_STR("model", info->row.name), LOG_STR("why", str_from_c(why.msg)));
}

void models_tend(struct models *models)
{
    AUTO_ARENA arena = arena_new();
    struct server *server = models_server(models);
    struct model_info *all = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (engine_progress(server->engine).phase != ENGINE_READY || server->jobs == NULL) return;
    if (models_all(models, arena, &all, &count, &why) != ERR_OK) {
        log_warn("models_not_tended", LOG_STR("why", str_from_c(why.msg)));
        return;
    }
    for (size_t i = 0; i < count; i++) tend(server, &all[i]);
}
