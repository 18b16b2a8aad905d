/* api_profiles.c — who becomes a customer? Asked here, answered by a job.
 *
 *     POST /api/v1/profiles   {"object": "company", "outcome": {"event": "subscribed"}, "horizon_days": 90} */
// SPDX-License-Identifier: Apache-2.0
#include "server/api_json.h"
#include "server/api_jobs.h"
#include "server/job_kinds.h"

static bool read_wish(struct request *request, const struct json_item *body, struct profile_wish *wish)
{
    int64_t horizon = BACKTEST_HORIZON_DAYS, seed = 1;
    struct str object = STR("contact");
    if (!api_member_text(request, body, "object", &object) ||
        !api_read_outcome(request, body, &wish->question.outcome) ||
        !api_member_flag(request, body, "use_protected", &wish->question.use_protected) ||
        !api_member_number(request, body, "horizon_days", 1, BACKTEST_DAYS_MAX, &horizon) ||
        !api_member_number(request, body, "seed", 0, INT64_MAX, &seed))
        return false;
    if (!api_object_named(object, &wish->question.object))
        return api_refuse(request, 400, "wrong_type", STR("object"), "object is contact, company or deal");
    wish->horizon_days = (uint32_t)horizon;
    wish->seed = (uint64_t)seed;
    return true;
}

void api_profile_create(struct request *request)
{
    const struct json_item *body;
    struct profile_wish wish = {.question.all_columns = true};
    struct model_terms *terms = NULL;
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_wish(request, body, &wish)) return;
    enum err e = hindsight_compile(request->server->engine, &wish.question, &terms, &why);
    model_terms_free(terms);
    if (e != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    struct job job = {.kind = &job_profile, .result = RESULT_JSON};
    struct job_order order = {.arena = arena_new()};
    struct profile_wish *kept = ARENA_NEW(order.arena, struct profile_wish);
    *kept = wish;
    kept->question.outcome = arena_str(order.arena, wish.question.outcome);
    snprintf(job.what, sizeof job.what, "%s", entity_plural(wish.question.object));
    order.wish = kept;
    api_job_begin(request, &job, order);
}
