/* engine.c — opening and closing, and what any thread may ask. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

#define WATCHED_MAX 65536 /* contacts and letters whose latest events are remembered: 6 MB */

static void make_columns(struct engine *engine)
{
    engine->catalog = catalog_new();
    engine->live = live_new(engine->catalog);
    engine->people = people_new();
    engine->bands = bands_new();
}

static void free_columns(struct engine *engine)
{
    bands_free(engine->bands);
    people_free(engine->people);
    live_free(engine->live);
    catalog_free(engine->catalog);
}

void engine_forget_columns(struct engine *engine)
{
    free_columns(engine);
    make_columns(engine);
    for (size_t i = 0; i < OBJECT_COUNT; i++) engine->archived[i].count = 0;
    engine->stored_properties.count = 0;
    engine->judged.count = 0;
    engine->lists.count = 0;
}

enum err engine_open(const struct engine_options *options, struct engine **out, struct err_info *why)
{
    INVARIANT(options->threads >= 1);
    struct engine *engine = memory_alloc(sizeof *engine);
    engine->options = *options;
    engine->store = options->store;
    engine->clock = options->clock;
    make_columns(engine);
    engine->watch = bot_watch_new(WATCHED_MAX);
    engine->exceptions = bot_exceptions_new(NULL, 0);
    batch_init(&engine->batch);
    pthread_rwlock_init(&engine->people_lock, NULL);
    pthread_mutex_init(&engine->edition_lock, NULL);
    pthread_mutex_init(&engine->queue_lock, NULL);
    pthread_mutex_init(&engine->snapshot_lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&engine->queue_filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    engine->wake_at = 1;
    pthread_cond_init(&engine->state_changed, NULL);
    *out = engine;
    enum err e = writer_start(engine, why);
    if (e == ERR_OK) e = sweeper_start(engine, why);
    if (e == ERR_OK) return ERR_OK;
    *out = NULL;
    engine_close(engine);
    return e;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL) return;
    writer_stop(engine);
    sweeper_stop(engine);
    snapshot_at_close(engine);
    editions_close(engine);
    batch_release(&engine->batch);
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        LIST_RELEASE(&engine->archived[i]);
        LIST_RELEASE(&engine->has_left[i]);
        LIST_RELEASE(&engine->touch_marks[i]);
    }
    LIST_RELEASE(&engine->stored_properties);
    LIST_RELEASE(&engine->judged);
    LIST_RELEASE(&engine->lists);
    bot_exceptions_free(engine->exceptions);
    bot_watch_free(engine->watch);
    free_columns(engine);
    pthread_rwlock_destroy(&engine->people_lock);
    pthread_mutex_destroy(&engine->edition_lock);
    pthread_mutex_destroy(&engine->queue_lock);
    pthread_mutex_destroy(&engine->snapshot_lock);
    pthread_cond_destroy(&engine->queue_filled);
    pthread_cond_destroy(&engine->state_changed);
    memory_free(engine);
}

/* ---- The time. ---- */

int64_t engine_now(struct engine *engine)
{
    int64_t now_ms = engine->clock->now_ms(engine->clock);
    int64_t latest_ms = __atomic_load_n(&engine->latest_ms, __ATOMIC_RELAXED);
    if (now_ms < latest_ms && latest_ms - now_ms <= CLOCK_STEP_HELD_MS) return latest_ms;
    __atomic_store_n(&engine->latest_ms, now_ms, __ATOMIC_RELAXED);
    return now_ms;
}

void engine_noted_at(struct engine *engine, int64_t at_ms)
{
    if (at_ms > engine->latest_ms) __atomic_store_n(&engine->latest_ms, at_ms, __ATOMIC_RELAXED);
}

/* ---- How far it is. ---- */

struct engine_progress engine_progress(struct engine *engine)
{
    pthread_mutex_lock(&engine->queue_lock);
    bool ready = engine->phase == ENGINE_READY; /* then all is there, wherever it came from */
    struct engine_progress progress = {.phase = engine->phase,
                                       .done = ready ? engine->to_load : engine->loaded,
                                       .all = engine->to_load,
                                       .why = engine->failure};
    pthread_mutex_unlock(&engine->queue_lock);
    return progress;
}

enum err engine_wait_ready(struct engine *engine, struct err_info *why)
{
    pthread_mutex_lock(&engine->queue_lock);
    while (engine->phase == ENGINE_LOADING) pthread_cond_wait(&engine->state_changed, &engine->queue_lock);
    enum engine_phase phase = engine->phase;
    pthread_mutex_unlock(&engine->queue_lock);
    return phase == ENGINE_READY ? ERR_OK : err_set(why, engine->failure.code, "%s", engine->failure.msg);
}

struct engine_counts engine_counts(struct engine *engine)
{
    pthread_mutex_lock(&engine->queue_lock);
    struct engine_counts counts = engine->counts;
    counts.waiting = engine->waiting;
    pthread_mutex_unlock(&engine->queue_lock);
    const struct history *history = live_history(engine->live);
    for (int object = 0; object < OBJECT_COUNT; object++)
        counts.records[object] = history_records(history, (enum entity)object);
    counts.events = history_events(history);
    return counts;
}

void engine_listen(struct engine *engine, struct engine_listener listener)
{
    pthread_mutex_lock(&engine->queue_lock);
    uint32_t count = engine->listener_count;
    INVARIANT(count < ENGINE_LISTENERS_MAX);
    engine->listeners[count] = listener;
    __atomic_store_n(&engine->listener_count, count + 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&engine->queue_lock);
}

/* ---- Who is who. ---- */

static _Thread_local unsigned visits; /* under way on this thread */

void engine_visit(struct engine *engine, struct visit *visit)
{
    live_visit(engine->live, visit);
    visits++;
}

void engine_leave(struct engine *engine, struct visit *visit)
{
    visits--;
    live_leave(engine->live, visit);
}

/* The writer's thread sees nothing replaced but by itself. */
void engine_visit_for_ever(void)
{
    visits++;
}

const struct history *engine_history(struct engine *engine)
{
    INVARIANT(visits > 0);
    return live_history(engine->live);
}

struct catalog *engine_catalog(struct engine *engine)
{
    return engine->catalog;
}

uint32_t engine_find_contact(struct engine *engine, enum identifier_kind kind, struct str text)
{
    AUTO_ARENA arena = arena_new();
    struct str normal = people_normal(kind, text, arena);
    pthread_rwlock_rdlock(&engine->people_lock);
    uint32_t contact = people_find(engine->people, kind, normal);
    pthread_rwlock_unlock(&engine->people_lock);
    return contact;
}

uint32_t engine_find(struct engine *engine, enum entity object, struct str id)
{
    if (object == ENTITY_CONTACT) return engine_find_contact(engine, IDENTIFIER_ID, id);
    return history_find(live_history(engine->live), object, str_trim(id));
}

void engine_record(struct engine *engine, enum entity object, uint32_t record, struct arena *arena,
                   struct record_info *out)
{
    const struct history *history = live_history(engine->live);
    *out = (struct record_info){.id = history_record_id(history, object, record),
                                .listed = history_is_listed(history, object, record),
                                .merged_into = RECORD_NONE};
    pthread_rwlock_rdlock(&engine->people_lock);
    out->created_ms = people_created_ms(engine->people, object, record);
    out->archived = engine->archived[object].at[record];
    uint32_t root = people_root(engine->people, object, record);
    if (root != record) out->merged_into = root;
    if (object == ENTITY_CONTACT)
        out->identifier_count = people_identifiers(engine->people, record, arena, &out->identifiers);
    pthread_rwlock_unlock(&engine->people_lock);
}

uint32_t engine_family(struct engine *engine, uint32_t contact, struct arena *arena, uint32_t **out)
{
    pthread_rwlock_rdlock(&engine->people_lock);
    uint32_t count = people_family(engine->people, contact, arena, out);
    pthread_rwlock_unlock(&engine->people_lock);
    return count;
}

uint32_t engine_event_rows(struct engine *engine, uint32_t contact, uint32_t skip, uint32_t most, uint32_t *rows)
{
    return live_event_rows(engine->live, contact, skip, most, rows);
}

uint32_t engine_event_count(struct engine *engine, uint32_t contact)
{
    return live_event_count(engine->live, contact);
}

uint32_t engine_band(struct engine *engine, const struct edition *edition, uint32_t score, uint32_t record)
{
    const struct score *definition = edition->set.scores[score];
    uint32_t number = bands_find_score(engine->bands, definition->object, definition->name);
    return number == UINT32_MAX ? BAND_NONE : bands_index(engine->bands, number, record, definition);
}
