/* previews.c — see previews.h. A few places under a lock; what is slow is done outside of it, in a place that is taken. */
// SPDX-License-Identifier: Apache-2.0
#include "server/previews.h"

#include <pthread.h>

struct kept {
    struct preview_use use; /* first, see previews_give */
    struct everybody everybody;
    struct arena *arena; /* of `score` */
    struct str score;    /* empty: the place is free */
    int64_t made_ms, used_ms;
    bool in_use;
};

struct previews {
    struct engine *engine;
    const struct clock *clock;
    unsigned threads;
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct kept places[PREVIEWS_MAX];
};

static int64_t now_ms(const struct previews *previews)
{
    return previews->clock->now_ms(previews->clock);
}

struct previews *previews_new(struct engine *engine, const struct clock *clock, unsigned threads)
{
    struct previews *previews = memory_alloc(sizeof *previews);
    previews->engine = engine;
    previews->clock = clock;
    previews->threads = threads;
    for (size_t i = 0; i < PREVIEWS_MAX; i++) previews->places[i].arena = arena_new();
    INVARIANT(pthread_mutex_init(&previews->lock, NULL) == 0 && pthread_cond_init(&previews->given, NULL) == 0);
    return previews;
}

static void empty(struct kept *place)
{
    preview_ground_free(place->use.ground);
    everybody_release(&place->everybody);
    arena_reset(place->arena);
    place->use = (struct preview_use){0};
    place->score = (struct str){0};
}

void previews_free(struct previews *previews)
{
    if (previews == NULL) return;
    for (size_t i = 0; i < PREVIEWS_MAX; i++) {
        INVARIANT(!previews->places[i].in_use);
        if (previews->places[i].score.len > 0) empty(&previews->places[i]);
        arena_free(previews->places[i].arena);
    }
    pthread_cond_destroy(&previews->given);
    pthread_mutex_destroy(&previews->lock);
    memory_free(previews);
}

static bool is_stale(const struct previews *previews, const struct kept *place, const struct edition *edition)
{
    int64_t now = now_ms(previews);
    bool of_now = place->everybody.edition == edition && now >= place->used_ms;
    return !of_now || now - place->used_ms >= PREVIEW_IDLE_MS || now - place->made_ms >= PREVIEW_AGE_MS;
}

/* Drop what is stale and not in use. Under the lock. */
static unsigned sweep(struct previews *previews)
{
    const struct edition *edition = engine_edition(previews->engine);
    unsigned left = 0;
    for (size_t i = 0; i < PREVIEWS_MAX; i++) {
        struct kept *place = &previews->places[i];
        if (place->score.len > 0 && !place->in_use && is_stale(previews, place, edition)) empty(place);
        left += place->score.len > 0;
    }
    edition_release(edition);
    return left;
}

unsigned previews_sweep(struct previews *previews)
{
    pthread_mutex_lock(&previews->lock);
    unsigned left = sweep(previews);
    pthread_mutex_unlock(&previews->lock);
    return left;
}

static struct kept *find_place(struct previews *previews, struct str score)
{
    for (size_t i = 0; i < PREVIEWS_MAX; i++)
        if (str_equal(previews->places[i].score, score)) return &previews->places[i];
    return NULL;
}

/* One that is free, else the one that was used longest ago. Under the lock. */
static struct kept *make_room(struct previews *previews)
{
    struct kept *oldest = NULL;
    for (size_t i = 0; i < PREVIEWS_MAX; i++) {
        struct kept *place = &previews->places[i];
        if (place->in_use) continue;
        if (place->score.len == 0) return place;
        if (oldest == NULL || place->used_ms < oldest->used_ms) oldest = place;
    }
    if (oldest != NULL) empty(oldest);
    return oldest;
}

static void fill(struct previews *previews, struct kept *place)
{
    engine_everybody_of(previews->engine, place->score, now_ms(previews), &place->everybody);
    place->use.ground =
        preview_ground_new(&place->everybody, engine_catalog(previews->engine), previews->threads, place->score);
    place->use.everybody = &place->everybody;
    place->made_ms = place->everybody.as_of_ms;
}

const struct preview_use *previews_take(struct previews *previews, struct str score)
{
    INVARIANT(score.len > 0);
    pthread_mutex_lock(&previews->lock);
    struct kept *place;
    for (;;) {
        sweep(previews);
        place = find_place(previews, score);
        if (place == NULL || !place->in_use) break;
        pthread_cond_wait(&previews->given, &previews->lock);
    }
    if (place == NULL) place = make_room(previews);
    if (place != NULL) {
        place->in_use = true;
        if (place->score.len == 0) place->score = arena_str(place->arena, score);
    }
    pthread_mutex_unlock(&previews->lock);
    if (place == NULL) return NULL;
    if (place->use.ground == NULL) fill(previews, place);
    return &place->use;
}

void previews_give(struct previews *previews, const struct preview_use *use)
{
    struct kept *place = (struct kept *)(uintptr_t)use;
    pthread_mutex_lock(&previews->lock);
    place->used_ms = now_ms(previews);
    place->in_use = false;
    pthread_cond_broadcast(&previews->given);
    pthread_mutex_unlock(&previews->lock);
}
