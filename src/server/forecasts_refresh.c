/* forecasts_refresh.c — who is asked about again, and when: the touched at once, everybody for a new champion and every day. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "base/thread.h"
#include "server/forecasts_internal.h"
#include "server/server.h"

#define SLICE 65536            /* records, between two looks at whether to stop */
#define NEIGHBOURS_MAX 1000    /* of one record that are asked about with it */
#define REFRESH_NICE 10        /* as analyses */
#define REST_MS INT64_C(60000) /* after a failure */

/* What one refresh has at hand. */
struct refresh {
    struct forecasts *forecasts;
    struct dirty taken[OBJECT_COUNT];
    int64_t now_ms;
};

/* ---- One column. ---- */

/* Records and what is said of them, in step. */
struct findings {
    LIST(uint32_t) records;
    LIST(uint8_t) states;
    double *probability; /* [records.count] NAN where not open */
};

static void findings_release(struct findings *findings)
{
    LIST_RELEASE(&findings->records);
    LIST_RELEASE(&findings->states);
    memory_free(findings->probability);
}

static void note(struct findings *findings, uint32_t record, enum forecast_state state)
{
    *LIST_ADD(&findings->records) = record;
    *LIST_ADD(&findings->states) = (uint8_t)state;
}

/* Ask the model about those that are open. */
static enum err ask(const struct refresh *refresh, const struct forecaster *f, const struct model_ground *ground,
                    struct findings *findings, struct err_info *why)
{
    uint64_t open = 0, at = 0;
    uint32_t *records = memory_array(findings->records.count, sizeof *records);
    for (uint64_t i = 0; i < findings->records.count; i++)
        if (findings->states.at[i] == FORECAST_OPEN) records[open++] = findings->records.at[i];
    double *asked = memory_array(open, sizeof *asked);
    findings->probability = memory_array(findings->records.count, sizeof *findings->probability);
    enum err e = ERR_OK;
    for (uint64_t first = 0; first < open && e == ERR_OK; first += SLICE) {
        uint64_t some = open - first < SLICE ? open - first : SLICE;
        if (is_stopped(&refresh->forecasts->stop)) e = err_set(why, ERR_UNAVAILABLE, "the server stops");
        else
            e = model_forecast(ground, &f->trained, records + first, some, refresh->now_ms,
                               refresh->forecasts->server->scan_threads, asked + first, why);
    }
    for (uint64_t i = 0; i < findings->records.count; i++)
        findings->probability[i] = findings->states.at[i] == FORECAST_OPEN ? asked[at++] : NAN;
    memory_free(asked);
    memory_free(records);
    return e;
}

static void column_reach(struct column *column, uint32_t count)
{
    if (count > column->capacity) {
        uint32_t capacity = count + count / 4 + 64;
        float *probability = memory_array(capacity, sizeof *probability);
        uint8_t *state = memory_array(capacity, sizeof *state);
        uint32_t *stamp = memory_array(capacity, sizeof *stamp);
        if (column->count > 0) memcpy(probability, column->probability, column->count * sizeof *probability);
        if (column->count > 0) memcpy(state, column->state, column->count * sizeof *state);
        if (column->count > 0) memcpy(stamp, column->stamp, column->count * sizeof *stamp);
        memory_free(column->probability);
        memory_free(column->state);
        memory_free(column->stamp);
        column->probability = probability;
        column->state = state;
        column->stamp = stamp;
        column->capacity = capacity;
    }
    if (count > column->count) column->count = count; /* what is new there is of FORECAST_NONE */
}

static void find_cuts(struct column *column)
{
    uint64_t open = 0;
    double *probability = memory_array(column->count, sizeof *probability);
    for (uint32_t r = 0; r < column->count; r++)
        if (column->state[r] == FORECAST_OPEN) probability[open++] = (double)column->probability[r];
    priority_cuts_find(probability, open, &column->cuts);
    memory_free(probability);
}

/* The findings into the column of this forecaster, which is made when it is not there. */
static void install(const struct refresh *refresh, const struct forecaster *f, const struct findings *findings,
                    bool everybody)
{
    struct forecasts *forecasts = refresh->forecasts;
    pthread_mutex_lock(&forecasts->lock);
    struct column *column = forecasts_column(forecasts, f->row.name);
    if (column == NULL) column = forecasts_column(forecasts, STR(""));
    INVARIANT(column != NULL);
    if (everybody) {
        column_release(column);
        memcpy(column->model, f->row.name.at, f->row.name.len);
        column->object = f->row.object;
        column->version = f->version;
        column->all_ms = refresh->now_ms;
    }
    column->last_stamp++;
    for (uint64_t i = 0; i < findings->records.count; i++) {
        uint32_t record = findings->records.at[i];
        column_reach(column, record + 1);
        column->probability[record] = (float)findings->probability[i];
        column->state[record] = findings->states.at[i];
        column->stamp[record] = column->last_stamp;
    }
    find_cuts(column);
    pthread_mutex_unlock(&forecasts->lock);
}

/* ---- Everybody. ---- */

static enum forecast_state state_by_life(const struct hindsight *past, uint32_t record)
{
    const struct lifetime *life = &past->lives[record];
    if (!history_is_listed(past->ground.history, past->terms->object, record)) return FORECAST_NONE;
    if (life->happened_ms <= past->as_of_ms) return FORECAST_WON;
    return life->over_ms != 0 && life->over_ms <= past->as_of_ms ? FORECAST_LOST : FORECAST_OPEN;
}

static enum err ask_about_everybody(const struct refresh *refresh, const struct forecaster *f, struct err_info *why)
{
    struct hindsight past;
    struct findings findings = {0};
    struct forecasts *forecasts = refresh->forecasts;
    const struct hindsight_wish question = hindsight_wish_of(&f->row);
    const struct watch watch = {.stop = &forecasts->stop};
    hindsight_open(forecasts->server->engine, f->terms, &question, refresh->now_ms, &past);
    hindsight_find_lives(&past, forecasts->server->scan_threads, &watch);
    uint32_t records = history_records(past.ground.history, f->row.object);
    for (uint32_t r = 0; r < records; r++) note(&findings, r, state_by_life(&past, r));
    enum err e = ask(refresh, f, &past.ground, &findings, why);
    if (e == ERR_OK) install(refresh, f, &findings, true);
    findings_release(&findings);
    hindsight_close(&past);
    return e;
}

/* ---- Those that were touched. ---- */

static void add_neighbours(struct dirty *out, const struct refresh *refresh, const struct model_ground *ground,
                           enum entity from, enum entity to)
{
    uint32_t neighbours[NEIGHBOURS_MAX];
    const struct dirty *touched = &refresh->taken[from];
    for (uint64_t i = 0; i < touched->records.count; i++) {
        uint32_t record = touched->records.at[i];
        if (record >= history_records(ground->history, from)) continue;
        uint32_t count =
            history_associated(ground->history, from, record, to, refresh->now_ms, neighbours, NEIGHBOURS_MAX);
        for (uint32_t n = 0; n < count && n < NEIGHBOURS_MAX; n++) dirty_add(out, neighbours[n]);
    }
}

/* A contact's company says something of it, and contacts of their companies and deals. */
static void gather(struct dirty *out, const struct refresh *refresh, const struct model_ground *ground)
{
    const enum entity object = ground->terms->object;
    const struct dirty *touched = &refresh->taken[object];
    for (uint64_t i = 0; i < touched->records.count; i++) dirty_add(out, touched->records.at[i]);
    if (object != ENTITY_COMPANY) add_neighbours(out, refresh, ground, ENTITY_COMPANY, object);
    if (object != ENTITY_CONTACT) add_neighbours(out, refresh, ground, ENTITY_CONTACT, object);
}

static enum forecast_state state_now(const struct refresh *refresh, const struct forecaster *f,
                                     const struct model_ground *ground, uint32_t record)
{
    struct forecast_row former = {0};
    if (!history_is_listed(ground->history, ground->terms->object, record)) return FORECAST_NONE;
    bool was_won =
        forecasts_look(refresh->forecasts, f->row.name, f->version, record, &former) && former.state == FORECAST_WON;
    if (was_won) return FORECAST_WON;
    return forecast_state_of(hindsight_state(ground, f->row.outcome.len == 0, record, refresh->now_ms));
}

static bool anything_touched(const struct refresh *refresh)
{
    bool any = false;
    for (int object = 0; object < OBJECT_COUNT; object++) any |= refresh->taken[object].records.count > 0;
    return any;
}

static enum err ask_about_touched(const struct refresh *refresh, const struct forecaster *f, struct err_info *why)
{
    struct model_ground ground;
    struct findings findings = {0};
    struct dirty touched = {0};
    if (!anything_touched(refresh)) return ERR_OK;
    model_ground_open(refresh->forecasts->server->engine, f->terms, &ground);
    gather(&touched, refresh, &ground);
    for (uint64_t i = 0; i < touched.records.count; i++) {
        uint32_t record = touched.records.at[i];
        if (record < history_records(ground.history, f->row.object))
            note(&findings, record, state_now(refresh, f, &ground, record));
    }
    enum err e = ask(refresh, f, &ground, &findings, why);
    if (e == ERR_OK && findings.records.count > 0) install(refresh, f, &findings, false);
    dirty_release(&touched);
    findings_release(&findings);
    model_ground_close(&ground);
    return e;
}

/* ---- All columns. ---- */

/* Must everybody be asked about? */
static bool is_stale(const struct refresh *refresh, const struct forecaster *f)
{
    pthread_mutex_lock(&refresh->forecasts->lock);
    const struct column *column = forecasts_column(refresh->forecasts, f->row.name);
    bool stale = column == NULL || column->version != f->version || column->object != f->row.object ||
                 column->all_ms == FOREVER || refresh->now_ms - column->all_ms >= MS_PER_DAY ||
                 refresh->now_ms < column->all_ms;
    pthread_mutex_unlock(&refresh->forecasts->lock);
    return stale;
}

/* The next time about everybody; until then nothing is told. */
static void give_up(struct forecasts *forecasts, struct str model)
{
    pthread_mutex_lock(&forecasts->lock);
    struct column *column = forecasts_column(forecasts, model);
    if (column != NULL) column->all_ms = FOREVER;
    pthread_mutex_unlock(&forecasts->lock);
}

static void drop_columns_without(struct forecasts *forecasts, const struct model_info *all, size_t count)
{
    bool listens = false;
    for (size_t i = 0; i < count; i++) listens |= model_champion(&all[i]) != NULL;
    pthread_mutex_lock(&forecasts->touching);
    forecasts->listens = listens;
    pthread_mutex_unlock(&forecasts->touching);
    pthread_mutex_lock(&forecasts->lock);
    for (size_t c = 0; c < MODELS_MAX; c++) {
        struct column *column = &forecasts->columns[c];
        bool wanted = column->model[0] == '\0';
        for (size_t i = 0; i < count; i++)
            wanted |= str_equal(all[i].row.name, str_from_c(column->model)) && model_champion(&all[i]) != NULL;
        if (!wanted) column_release(column);
    }
    pthread_mutex_unlock(&forecasts->lock);
}

static void take_touched(struct refresh *refresh)
{
    struct forecasts *forecasts = refresh->forecasts;
    pthread_mutex_lock(&forecasts->touching);
    for (int object = 0; object < OBJECT_COUNT; object++) {
        refresh->taken[object] = forecasts->dirty[object];
        forecasts->dirty[object] = (struct dirty){0};
    }
    pthread_mutex_unlock(&forecasts->touching);
}

static enum err refresh_model(const struct refresh *refresh, const struct model_info *info, struct err_info *why)
{
    struct forecaster *f = NULL;
    enum err e = models_forecaster(refresh->forecasts->server->models, info->row.name, 0, &f, why);
    if (e != ERR_OK) return e;
    e = is_stale(refresh, f) ? ask_about_everybody(refresh, f, why) : ask_about_touched(refresh, f, why);
    forecaster_release(f);
    return e;
}

static enum err refresh_all(struct refresh *refresh, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct model_info *all = NULL;
    size_t count = 0;
    struct forecasts *forecasts = refresh->forecasts;
    uint64_t generation = models_generation(forecasts->server->models);
    enum err outcome = models_all(forecasts->server->models, arena, &all, &count, why);
    if (outcome != ERR_OK) return outcome;
    drop_columns_without(forecasts, all, count);
    take_touched(refresh); /* before anything is frozen: what comes from now on is touched again */
    for (size_t i = 0; i < count; i++) {
        struct err_info failed = {0};
        if (model_champion(&all[i]) == NULL) continue;
        enum err e = refresh_model(refresh, &all[i], &failed);
        if (e == ERR_OK) continue;
        give_up(forecasts, all[i].row.name);
        outcome = err_set(why, e, "%s", failed.msg);
    }
    atomic_store(&forecasts->generation, generation);
    if (outcome != ERR_OK) atomic_store(&forecasts->rests_until_ms, refresh->now_ms + REST_MS);
    for (int object = 0; object < OBJECT_COUNT; object++) dirty_release(&refresh->taken[object]);
    return outcome;
}

enum err forecasts_refresh(struct forecasts *forecasts, struct err_info *why)
{
    const struct clock *clock = forecasts->server->clock;
    struct refresh refresh = {.forecasts = forecasts, .now_ms = clock->now_ms(clock)};
    pthread_mutex_lock(&forecasts->refreshing);
    enum err e = refresh_all(&refresh, why);
    pthread_mutex_unlock(&forecasts->refreshing);
    return e;
}

/* ---- Its thread. ---- */

/* Is there anything to do? Looked at every second. */
static bool is_due(struct forecasts *forecasts)
{
    const struct server *server = forecasts->server;
    int64_t now_ms = server->clock->now_ms(server->clock);
    if (engine_progress(server->engine).phase != ENGINE_READY) return false;
    bool due = models_generation(server->models) != atomic_load(&forecasts->generation);
    if (!due && now_ms < atomic_load(&forecasts->rests_until_ms)) return false;
    due |= forecasts_waiting(forecasts) > 0;
    pthread_mutex_lock(&forecasts->lock);
    for (size_t c = 0; c < MODELS_MAX; c++)
        due |= forecasts->columns[c].model[0] != '\0' &&
               (forecasts->columns[c].all_ms == FOREVER || now_ms - forecasts->columns[c].all_ms >= MS_PER_DAY);
    pthread_mutex_unlock(&forecasts->lock);
    return due;
}

/* False: it is time to end. */
static bool sleep_a_second(struct forecasts *forecasts)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    pthread_mutex_lock(&forecasts->lock);
    int woken = 0;
    while (!forecasts->ends && woken == 0)
        woken = pthread_cond_timedwait(&forecasts->changed, &forecasts->lock, &until);
    bool goes_on = !forecasts->ends;
    pthread_mutex_unlock(&forecasts->lock);
    return goes_on;
}

static void *keep_up(void *context)
{
    struct forecasts *forecasts = context;
    /* Of this thread alone, and inherited by those that it starts. A system that refuses is only less polite. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), REFRESH_NICE);
    while (sleep_a_second(forecasts)) {
        struct err_info why = {0};
        if (!is_due(forecasts) || forecasts_refresh(forecasts, &why) == ERR_OK) continue;
        if (!is_stopped(&forecasts->stop)) log_warn("forecasts_not_refreshed", LOG_STR("why", str_from_c(why.msg)));
    }
    return NULL;
}

enum err forecasts_start(struct server *server, struct forecasts **out, struct err_info *why)
{
    struct forecasts *forecasts = memory_alloc(sizeof *forecasts);
    pthread_condattr_t attributes;
    forecasts->server = server;
    atomic_store(&forecasts->generation, UINT64_MAX); /* nobody has looked yet */
    forecasts->columns = memory_array(MODELS_MAX, sizeof *forecasts->columns);
    pthread_mutex_init(&forecasts->refreshing, NULL);
    pthread_mutex_init(&forecasts->lock, NULL);
    pthread_mutex_init(&forecasts->touching, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&forecasts->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    forecasts->runs = thread_start(&forecasts->thread, keep_up, forecasts, "plumb-forecast") == 0;
    *out = forecasts;
    return forecasts->runs ? ERR_OK : err_set(why, ERR_UNAVAILABLE, "a thread could not be started");
}

void forecasts_halt(struct forecasts *forecasts)
{
    if (forecasts == NULL) return;
    atomic_store(&forecasts->stop, true);
    pthread_mutex_lock(&forecasts->lock);
    forecasts->ends = true;
    pthread_cond_signal(&forecasts->changed);
    pthread_mutex_unlock(&forecasts->lock);
    if (forecasts->runs) pthread_join(forecasts->thread, NULL);
    forecasts->runs = false;
}

void forecasts_free(struct forecasts *forecasts)
{
    if (forecasts == NULL) return;
    for (size_t c = 0; c < MODELS_MAX; c++) column_release(&forecasts->columns[c]);
    for (int object = 0; object < OBJECT_COUNT; object++) dirty_release(&forecasts->dirty[object]);
    memory_free(forecasts->columns);
    pthread_cond_destroy(&forecasts->changed);
    pthread_mutex_destroy(&forecasts->lock);
    pthread_mutex_destroy(&forecasts->touching);
    pthread_mutex_destroy(&forecasts->refreshing);
    memory_free(forecasts);
}
