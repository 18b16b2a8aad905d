/* snapshot.c — the columns as a file, so that a start copies what it would have to compute.
 *
 * Only a cache: it says of which store it is and up to which event, version and merge it knows the
 * facts; what came later is taken from the store as always. One that is missing, of another store,
 * damaged or ahead of its store is as good as none.
 *
 * Whoever only reads may use the file of the server that runs beside it, and does nothing to it. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/engine_internal.h"
#include "history/image.h"

#define MAGIC "PLUMBS03"

/* What a snapshot knows of the facts. */
static void put_position(struct blob_writer *out, uint64_t seed, const struct snapshot_position *position)
{
    blob_put_u64(out, seed);
    blob_put_u64(out, position->exceptions);
    blob_put_u32(out, position->next_event);
    blob_put_u64(out, position->last_version);
    blob_put_u64(out, position->last_fact_id);
    blob_put_u32(out, position->merges);
}

/* The file is ours to write and to remove. */
static bool is_kept(const struct engine *engine)
{
    return engine->options.snapshot_path != NULL && !engine->options.read_only;
}

/* ---- Writing. ---- */

struct taken {
    struct snapshot_position position;
    uint32_t *judged; /* a copy: the writer goes on while it is written */
    size_t judged_count;
    struct live_image *image;
};

static enum err take_image(struct engine *engine, void *argument, struct err_info *why)
{
    struct taken *taken = argument;
    enum err e = store_last_version(engine->store, &taken->position.last_version, why);
    if (e != ERR_OK) return e;
    taken->position.next_event = engine->next_event;
    taken->position.last_fact_id = engine->last_fact_id;
    taken->position.merges = engine->merge_count;
    taken->position.exceptions = bot_exceptions_hash(engine->exceptions);
    taken->judged_count = engine->judged.count;
    taken->judged = memory_array(taken->judged_count, sizeof *taken->judged);
    if (taken->judged_count > 0) memcpy(taken->judged, engine->judged.at, taken->judged_count * sizeof *taken->judged);
    taken->image = live_image_take(engine->live);
    return ERR_OK;
}

static enum err write_image(struct engine *engine, const struct taken *taken, struct err_info *why)
{
    struct blob_writer *out;
    enum err e = blob_create(engine->options.snapshot_path, MAGIC, &out, why);
    if (e != ERR_OK) return e;
    put_position(out, engine->hash_seed, &taken->position);
    blob_put_u64(out, taken->judged_count);
    blob_put(out, taken->judged, taken->judged_count * sizeof *taken->judged);
    live_image_write(taken->image, out);
    return blob_commit(out, why);
}

/* Taken without the lock: who holds it may be the writer, whom we have asked. Somebody may have been erased since. */
static enum err finish(struct engine *engine, struct taken *taken, enum err e, struct err_info *why)
{
    pthread_mutex_lock(&engine->snapshot_lock);
    bool wanted = e == ERR_OK && !engine->snapshots_ended;
    if (wanted) e = write_image(engine, taken, why);
    if (wanted && e == ERR_OK) engine->snapshot_events = taken->position.next_event;
    pthread_mutex_unlock(&engine->snapshot_lock);
    live_image_free(taken->image);
    memory_free(taken->judged);
    return e;
}

/* Events that the file knows; UINT64_MAX: there will be none. */
static uint64_t known_events(struct engine *engine)
{
    pthread_mutex_lock(&engine->snapshot_lock);
    uint64_t known = engine->snapshots_ended || !is_kept(engine) ? UINT64_MAX : engine->snapshot_events;
    pthread_mutex_unlock(&engine->snapshot_lock);
    return known;
}

enum err engine_snapshot(struct engine *engine, struct err_info *why)
{
    if (known_events(engine) == UINT64_MAX) return ERR_OK;
    struct taken taken = {.image = NULL};
    return finish(engine, &taken, writer_run(engine, take_image, &taken, why), why);
}

void snapshot_at_close(struct engine *engine)
{
    uint64_t known = known_events(engine);
    if (known == UINT64_MAX || engine->phase != ENGINE_READY || engine->next_event < known + SNAPSHOT_EVENTS) return;
    struct taken taken = {.image = NULL};
    struct err_info why = {0};
    if (finish(engine, &taken, take_image(engine, &taken, &why), &why) != ERR_OK)
        log_warn("snapshot_not_written", LOG_STR("why", str_from_c(why.msg)));
}

bool snapshot_is_due(struct engine *engine)
{
    uint64_t events = history_events(live_history(engine->live)), known = known_events(engine);
    return known != UINT64_MAX && events > known + SNAPSHOT_EVENTS && events > known + known / 10;
}

void snapshot_forget(struct engine *engine)
{
    pthread_mutex_lock(&engine->snapshot_lock);
    if (is_kept(engine)) unlink(engine->options.snapshot_path);
    engine->snapshot_events = 0;
    pthread_mutex_unlock(&engine->snapshot_lock);
}

void snapshots_end(struct engine *engine)
{
    pthread_mutex_lock(&engine->snapshot_lock);
    engine->snapshots_ended = true;
    pthread_mutex_unlock(&engine->snapshot_lock);
    snapshot_forget(engine);
}

/* ---- Reading. ---- */

void snapshot_ignored(const struct engine *engine, const char *why)
{
    if (is_kept(engine)) log_warn("snapshot_ignored", LOG_STR("why", str_from_c(why)));
    /* else it is the server's, who says so itself */
}

/* Which of its events were judged automatic. False: cut short. */
static bool take_judged(struct engine *engine, struct blob_reader *in)
{
    uint64_t count = blob_take_u64(in);
    const unsigned char *rows = count <= UINT32_MAX ? blob_take(in, count * sizeof(uint32_t)) : NULL;
    if (rows == NULL) return false;
    engine->judged.count = 0;
    for (uint64_t i = 0; i < count; i++)
        memcpy(LIST_ADD(&engine->judged), rows + i * sizeof(uint32_t), sizeof(uint32_t));
    return true;
}

bool snapshot_open(struct engine *engine, struct blob_reader *in, struct snapshot_position *position)
{
    struct err_info why = {0};
    uint64_t last_version = 0;
    if (engine->options.snapshot_path == NULL) return false;
    enum err e = blob_open(engine->options.snapshot_path, MAGIC, in, &why);
    if (e == ERR_NOT_FOUND) return false;
    if (e == ERR_OK) e = store_look_again(engine->store, &why); /* a server may have written both meanwhile */
    if (e == ERR_OK) e = store_last_version(engine->store, &last_version, &why);
    if (e == ERR_OK) {
        bool same = blob_take_u64(in) == engine->hash_seed;
        uint64_t exceptions = blob_take_u64(in);
        *position = (struct snapshot_position){.exceptions = exceptions,
                                               .next_event = blob_take_u32(in),
                                               .last_version = blob_take_u64(in),
                                               .last_fact_id = blob_take_u64(in),
                                               .merges = blob_take_u32(in)};
        if (in->failed || !same) e = err_set(&why, ERR_INVALID, "it is of another store");
        else if (position->next_event > store_next_event(engine->store) || position->last_version > last_version)
            e = err_set(&why, ERR_INVALID, "it knows more than the store, which was perhaps restored");
        else if (exceptions != bot_exceptions_hash(engine->exceptions))
            e = err_set(&why, ERR_INVALID, "who counts as a program was told otherwise since");
        else if (!take_judged(engine, in)) e = err_set(&why, ERR_INVALID, "it is cut short");
    }
    if (e == ERR_OK) return true;
    snapshot_ignored(engine, why.msg);
    blob_close(in);
    return false;
}
