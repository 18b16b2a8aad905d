/* job_backtest.c — a score, a draft or any text held against what came of it (report/backtest_asked.h), over the facts of
 * the moment in which its turn came. */
// SPDX-License-Identifier: Apache-2.0
#include "http/percent.h"
#include "report/backtest_json.h"
#include "server/api_json.h"
#include "server/job_kinds.h"
#include "server/server.h"

#define CELLS_MAX (UINT64_C(1) << 23) /* records * instants: half a gigabyte, see backtest_report_make */

static void link_to(struct buf *out, enum entity object, struct str id)
{
    buf_format(out, "/api/v1/%s/", entity_plural(object));
    percent_encode(id, out);
}

static enum err tell(struct job_run *run, int64_t as_of_ms, const struct backtest_report *report, struct err_info *why)
{
    const struct backtest_wish *wish = run->wish;
    AUTO_BUF document = BUF_INIT(JOB_ANSWER_MAX);
    struct json_writer json = {.out = &document};
    json_begin_object(&json);
    api_write_instant(&json, "as_of", as_of_ms);
    api_write_count(&json, "seed", wish->seed);
    backtest_document(&json, report, link_to);
    json_end_object(&json);
    return job_answer(run, &document, why);
}

static enum err answer(struct job_run *run, struct backtest_asked *asked, struct err_info *why)
{
    const struct server *server = run->server;
    struct backtest_report *report = memory_alloc(sizeof *report);
    const struct watch watch = jobs_watch(run, "scoring");
    const struct backtest_asking how = {.now_ms = server->clock->now_ms(server->clock),
                                        .cells_max = CELLS_MAX,
                                        .threads = server->scan_threads,
                                        .stop = watch.stop,
                                        .progress = watch.progress,
                                        .progress_context = watch.context};
    enum err e = backtest_asked_answer(asked, &how, report, why);
    if (e == ERR_OK) e = tell(run, how.now_ms, report, why);
    backtest_report_release(report);
    memory_free(report);
    return e;
}

static enum err backtest(struct job_run *run, struct err_info *why)
{
    struct backtest_asked *asked = NULL; /* compiled anew: what is in force may have changed since the request */
    enum err e = backtest_asked_compile(run->server->engine, run->wish, &asked, NULL, why);
    if (e == ERR_OK) e = answer(run, asked, why);
    backtest_asked_free(asked);
    return e;
}

const struct job_kind job_backtest = {.name = "backtest",
                                      .lane = LANE_ANALYSES,
                                      .sees = PERM_READ_SCORES,
                                      .reads = PERM_READ_SCORES,
                                      .names = true,
                                      .clears = PERM_EDIT_SCORES,
                                      .work = backtest};
