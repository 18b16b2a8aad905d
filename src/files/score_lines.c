/* score_lines.c — what JSON Lines and CSV have in common: a line for each record of a score.
 *
 * Reasons take microseconds a record, so threads make the lines, each a stretch of the
 * records into a buffer of its own; the buffers are written in the records' order. */
// SPDX-License-Identifier: Apache-2.0
#include "files/score_lines.h"

#include "base/thread.h"

#define STRETCH 4096 /* records that one thread takes at a time */
#define STRETCH_BYTES_MAX ((size_t)64 * 1024 * 1024 * 1024)

struct stretch {
    const struct results *results;
    uint32_t score;
    const void *shape;
    line_append *append;
    const uint32_t *records;
    uint64_t count;
    struct buf out;
    pthread_t thread;
    bool started;
};

static void *make_lines(void *of_stretch)
{
    struct stretch *stretch = of_stretch;
    AUTO_ARENA arena = arena_new();
    for (uint64_t i = 0; i < stretch->count; i++) {
        stretch->append(stretch->results, stretch->score, stretch->shape, stretch->records[i], arena, &stretch->out);
        arena_reset(arena);
    }
    INVARIANT(!stretch->out.failed);
    return NULL;
}

/* All stretches at once; where no thread can be had, one after the other. */
static void make_all(struct stretch *stretches, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        stretches[i].started = thread_start(&stretches[i].thread, make_lines, &stretches[i], "plumb-lines-%u", i) == 0;
    for (unsigned i = 0; i < count; i++)
        if (!stretches[i].started) make_lines(&stretches[i]);
    for (unsigned i = 1; i < count; i++)
        if (stretches[i].started) pthread_join(stretches[i].thread, NULL);
}

/* Give each of `stretches` its part of the `count` records that are left; returns how many got one. */
static unsigned hand_out(struct stretch *stretches, unsigned threads, const uint32_t *records, uint64_t count)
{
    unsigned used = 0;
    for (uint64_t next = 0; used < threads && next < count; used++, next += STRETCH) {
        stretches[used].records = records + next;
        stretches[used].count = count - next < STRETCH ? count - next : STRETCH;
        stretches[used].started = false;
        buf_clear(&stretches[used].out);
    }
    return used;
}

uint64_t score_lines(const struct results *results, uint32_t score, const void *shape, line_append *append, FILE *to)
{
    AUTO_ARENA arena = arena_new();
    enum ranking ranking = results->top > 0 ? RANKING_HIGHEST_FIRST : RANKING_BY_ID;
    uint64_t count, done = 0;
    const uint32_t *records = results_ranked(results, score, ranking, results->top, arena, &count);
    struct stretch *stretches = ARENA_ARRAY(arena, struct stretch, results->threads);
    for (unsigned i = 0; i < results->threads; i++)
        stretches[i] = (struct stretch){
            .results = results, .score = score, .shape = shape, .append = append, .out = BUF_INIT(STRETCH_BYTES_MAX)};
    if (results->progress != NULL) progress_begin(results->progress, "writing", "lines", count);
    for (bool goes_on = true; done < count && goes_on;) {
        unsigned used = hand_out(stretches, results->threads, records + done, count - done);
        make_all(stretches, used);
        for (unsigned i = 0; i < used; i++) {
            (void)fwrite(stretches[i].out.at, 1, stretches[i].out.len, to); /* the caller asks ferror */
            done += stretches[i].count;
        }
        if (results->progress != NULL) goes_on = progress_update(results->progress, done);
    }
    for (unsigned i = 0; i < results->threads; i++) buf_release(&stretches[i].out);
    if (results->progress != NULL) progress_end(results->progress);
    return done;
}
