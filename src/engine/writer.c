/* writer.c — one thread that takes whatever has gathered, and tells when it is durable.
 *
 * Group commit: while one batch is written to the disk the next one gathers, and it begins when those who submit have
 * handed over all that they have, so a lone fact waits for nobody and many share one fsync. Whoever was just answered
 * mostly comes again at once; where the disk is slow, the next batch gives them a part of what a commit takes, else two
 * halves of the clients would wait for each other's commits for ever. Verbs (errands) run between batches, each in one
 * of its own. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "engine/ahead.h"

#define BATCH_FACTS_MAX 4096 /* taken together at most, so that nobody waits long for a crowd */
#define CROWD_FACTS 100      /* so many begin without being handed over */
#define SLOW_COMMIT_US 400   /* from here on waiting for company pays */
#define PAUSE_SHARE 4        /* a pause is at most this part of the last commit */

/* ---- The queue. ---- */

/* Under the lock. */
static void wake_writer(struct engine *engine)
{
    if (engine->queued >= engine->wake_at) pthread_cond_signal(&engine->queue_filled);
}

enum err engine_submit(struct engine *engine, struct submission *submission, struct err_info *why)
{
    submission->event_texts = ARENA_ARRAY(submission->arena, struct str, submission->count);
    for (size_t i = 0; i < submission->count; i++)
        submission->event_texts[i] = event_text_of(&submission->facts[i], submission->arena);
    submission->next = NULL;
    pthread_mutex_lock(&engine->queue_lock);
    bool stopped = engine->stopping || engine->phase == ENGINE_FAILED;
    bool full = engine->waiting > 0 && engine->waiting + submission->count > engine->options.waiting_max;
    if (!stopped && !full) {
        if (engine->last == NULL) engine->first = submission;
        else engine->last->next = submission;
        engine->last = submission;
        engine->waiting += (uint32_t)submission->count;
        engine->queued++;
        if (engine->waiting >= CROWD_FACTS) wake_writer(engine);
    }
    pthread_mutex_unlock(&engine->queue_lock);
    if (stopped) return err_set(why, ERR_UNAVAILABLE, "the server is stopping");
    if (full) return err_set(why, ERR_UNAVAILABLE, "too much is waiting to be written; try again in a moment");
    return ERR_OK;
}

void engine_hand_over(struct engine *engine)
{
    pthread_mutex_lock(&engine->queue_lock);
    wake_writer(engine);
    pthread_mutex_unlock(&engine->queue_lock);
}

/* Somebody who waits for a submission. */
struct waiter {
    struct engine *engine;
    bool finished;
    enum err outcome;
    struct err_info why;
};

static void tell_waiter(struct submission *submission, enum err outcome, const struct err_info *why)
{
    struct waiter *waiter = submission->context;
    struct engine *engine = waiter->engine;
    pthread_mutex_lock(&engine->queue_lock);
    waiter->outcome = outcome;
    if (outcome != ERR_OK) waiter->why = *why;
    waiter->finished = true;
    pthread_cond_broadcast(&engine->state_changed);
    pthread_mutex_unlock(&engine->queue_lock);
}

enum err engine_take(struct engine *engine, struct fact *facts, struct fact_result *results, size_t count,
                     struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct waiter waiter = {.engine = engine};
    struct submission submission = {
        .facts = facts, .results = results, .count = count, .arena = arena, .done = tell_waiter, .context = &waiter};
    enum err outcome = engine_submit(engine, &submission, why);
    if (outcome != ERR_OK) return outcome;
    engine_hand_over(engine);
    pthread_mutex_lock(&engine->queue_lock);
    while (!waiter.finished) pthread_cond_wait(&engine->state_changed, &engine->queue_lock);
    pthread_mutex_unlock(&engine->queue_lock);
    return waiter.outcome == ERR_OK ? ERR_OK : err_set(why, waiter.outcome, "%s", waiter.why.msg);
}

enum err writer_run(struct engine *engine, enum err (*run)(struct engine *engine, void *argument, struct err_info *why),
                    void *argument, struct err_info *why)
{
    struct errand errand = {.run = run, .argument = argument};
    pthread_mutex_lock(&engine->queue_lock);
    if (engine->stopping || engine->phase == ENGINE_FAILED) {
        pthread_mutex_unlock(&engine->queue_lock);
        return err_set(why, ERR_UNAVAILABLE, "the server is stopping");
    }
    if (engine->last_errand == NULL) engine->first_errand = &errand;
    else engine->last_errand->next = &errand;
    engine->last_errand = &errand;
    pthread_cond_signal(&engine->queue_filled);
    while (!errand.finished) pthread_cond_wait(&engine->state_changed, &engine->queue_lock);
    pthread_mutex_unlock(&engine->queue_lock);
    return errand.outcome == ERR_OK ? ERR_OK : err_set(why, errand.outcome, "%s", errand.why.msg);
}

/* ---- A batch. ---- */

/* The first submissions of the queue, as many as make up a batch. Under the lock. */
static struct submission *take_from_queue(struct engine *engine)
{
    struct submission *first = engine->first, *last = first;
    if (first == NULL) return NULL;
    size_t facts = first->count;
    engine->queued--;
    while (last->next != NULL && facts + last->next->count <= BATCH_FACTS_MAX) {
        last = last->next;
        facts += last->count;
        engine->queued--;
    }
    engine->first = last->next;
    if (engine->first == NULL) engine->last = NULL;
    last->next = NULL;
    engine->waiting -= (uint32_t)facts;
    return first;
}

/* After a slow commit that answered `answered` submissions: let them come back, for a while. Under the lock. */
static void wait_for_company(struct engine *engine)
{
    uint64_t pause_us = engine->last_commit_us / PAUSE_SHARE;
    uint32_t expected = engine->last_answered + engine->last_queued;
    if (engine->last_commit_us < SLOW_COMMIT_US || engine->queued >= expected) return;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + pause_us * 1000;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    engine->wake_at = expected - expected / 8;
    int timed_out = 0;
    while (timed_out == 0 && engine->queued < engine->wake_at && engine->first_errand == NULL && !engine->stopping)
        timed_out = pthread_cond_timedwait(&engine->queue_filled, &engine->queue_lock, &until);
    engine->wake_at = 1;
}

static uint64_t us_since(const struct engine *engine, int64_t began_ns)
{
    return (uint64_t)(engine->clock->monotonic_ns(engine->clock) - began_ns) / 1000;
}

static void count_batch(struct engine *engine, const struct submission *first, enum err outcome, uint64_t score_us,
                        uint64_t commit_us)
{
    uint64_t states[3] = {0};
    uint32_t answered = 0;
    for (const struct submission *s = first; s != NULL; s = s->next, answered++)
        for (size_t i = 0; i < s->count; i++) states[s->results[i].state]++;
    pthread_mutex_lock(&engine->queue_lock);
    struct engine_counts *counts = &engine->counts;
    if (outcome == ERR_OK) {
        counts->commits++;
        counts->facts_taken += states[FACT_TAKEN];
        counts->facts_duplicate += states[FACT_DUPLICATE];
        counts->facts_refused += states[FACT_REFUSED];
        counts->band_changes += engine->batch.band_changes.count;
    } else {
        counts->commit_failures++;
    }
    counts->score_us += score_us;
    counts->commit_us += commit_us;
    engine->last_commit_us = commit_us;
    engine->last_answered = answered;
    engine->last_queued = engine->queued;
    pthread_mutex_unlock(&engine->queue_lock);
}

static void write_batch(struct engine *engine, struct submission *first)
{
    struct err_info why = {0};
    batch_begin(engine);
    struct ahead ahead;
    ahead_begin(&ahead, first);
    for (struct submission *s = first; s != NULL; s = s->next)
        for (size_t i = 0; i < s->count; i++) {
            ahead_step(&ahead, engine);
            take_fact(engine, &s->facts[i], s->event_texts[i], &s->results[i]);
        }
    int64_t began_ns = engine->clock->monotonic_ns(engine->clock);
    judge_touched(engine, engine_now(engine), CAUSE_FACT);
    uint64_t score_us = us_since(engine, began_ns);
    began_ns = engine->clock->monotonic_ns(engine->clock);
    enum err outcome = batch_end(engine, &why);
    count_batch(engine, first, outcome, score_us, us_since(engine, began_ns));
    for (struct submission *next; first != NULL; first = next) {
        next = first->next; /* done gives it back */
        first->done(first, outcome, &why);
    }
}

static void run_errand(struct engine *engine, struct errand *errand)
{
    struct err_info why = {0};
    enum err outcome = errand->run(engine, errand->argument, &why);
    pthread_mutex_lock(&engine->queue_lock);
    errand->outcome = outcome;
    errand->why = why;
    errand->finished = true;
    pthread_cond_broadcast(&engine->state_changed);
    pthread_mutex_unlock(&engine->queue_lock);
}

/* ---- The thread. ---- */

static void set_phase(struct engine *engine, enum engine_phase phase, const struct err_info *why)
{
    pthread_mutex_lock(&engine->queue_lock);
    engine->phase = phase;
    if (why != NULL) engine->failure = *why;
    pthread_cond_broadcast(&engine->state_changed);
    pthread_mutex_unlock(&engine->queue_lock);
}

/* Loading failed: whoever waits is told so. */
static void refuse_all(struct engine *engine, const struct err_info *why)
{
    pthread_mutex_lock(&engine->queue_lock);
    struct submission *first = engine->first;
    struct errand *errand = engine->first_errand;
    engine->first = engine->last = NULL;
    engine->first_errand = engine->last_errand = NULL;
    engine->waiting = 0;
    for (; errand != NULL; errand = errand->next) {
        errand->outcome = ERR_UNAVAILABLE;
        errand->why = *why;
        errand->finished = true;
    }
    pthread_cond_broadcast(&engine->state_changed);
    pthread_mutex_unlock(&engine->queue_lock);
    for (struct submission *next; first != NULL; first = next) {
        next = first->next;
        first->done(first, ERR_UNAVAILABLE, why);
    }
}

static void *write_until_stopped(void *context)
{
    struct engine *engine = context;
    struct err_info why = {0};
    engine_visit_for_ever();
    if (startup_load(engine, &why) != ERR_OK) {
        set_phase(engine, ENGINE_FAILED, &why);
        refuse_all(engine, &why);
        return NULL;
    }
    set_phase(engine, ENGINE_READY, NULL);
    for (;;) {
        pthread_mutex_lock(&engine->queue_lock);
        while (engine->first == NULL && engine->first_errand == NULL && !engine->stopping)
            pthread_cond_wait(&engine->queue_filled, &engine->queue_lock);
        wait_for_company(engine);
        struct submission *submissions = take_from_queue(engine);
        struct errand *errand = engine->first_errand;
        if (errand != NULL) engine->first_errand = errand->next;
        if (engine->first_errand == NULL) engine->last_errand = NULL;
        pthread_mutex_unlock(&engine->queue_lock);
        if (submissions == NULL && errand == NULL) return NULL; /* stopping, and nothing is left */
        if (submissions != NULL) write_batch(engine, submissions);
        if (errand != NULL) run_errand(engine, errand);
    }
}

enum err writer_start(struct engine *engine, struct err_info *why)
{
    int failed = thread_start(&engine->writer, write_until_stopped, engine, "plumb-writer");
    engine->writer_started = failed == 0;
    return failed == 0 ? ERR_OK : err_set(why, ERR_UNAVAILABLE, "no thread could be made: %s", strerror(failed));
}

void writer_stop(struct engine *engine)
{
    pthread_mutex_lock(&engine->queue_lock);
    engine->stopping = true;
    pthread_cond_broadcast(&engine->queue_filled);
    pthread_cond_broadcast(&engine->state_changed);
    pthread_mutex_unlock(&engine->queue_lock);
    if (engine->writer_started) pthread_join(engine->writer, NULL);
}
