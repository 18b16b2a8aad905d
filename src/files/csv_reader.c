/* csv_reader.c — a ring of batches between two threads.
 *
 * `filled` counts batches that were filled, `taken` those given back; both only grow. The
 * batch number n lies at n % RING. The reading thread owns the batches from `filled` up to
 * `taken` + RING, the other those between. */
// SPDX-License-Identifier: Apache-2.0
#include "files/csv_reader.h"

#include "base/arena.h"
#include "base/thread.h"

#define RING 4

struct csv_reader {
    struct csv *csv;
    const struct input *input;
    const uint32_t *fields;
    struct csv_batch batches[RING];
    bool own_thread;
    bool began; /* a batch is in the caller's hands */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    uint64_t filled, taken;
    bool stop;
};

static bool wait_for_room(struct csv_reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    while (!reader->stop && reader->filled == reader->taken + RING) pthread_cond_wait(&reader->changed, &reader->lock);
    bool stop = reader->stop;
    pthread_mutex_unlock(&reader->lock);
    return !stop;
}

static void *read_on(void *context)
{
    struct csv_reader *reader = context;
    bool more = true;
    while (more && wait_for_room(reader)) {
        struct csv_batch *batch = &reader->batches[reader->filled % RING]; /* only this thread changes `filled` */
        csv_batch_fill(batch, reader->csv, reader->input, reader->fields);
        more = batch->end != CSV_BATCH_END;
        pthread_mutex_lock(&reader->lock);
        reader->filled++;
        pthread_cond_signal(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
    }
    return NULL;
}

struct csv_reader *csv_reader_new(struct csv *csv, const struct input *input, const uint32_t *fields, size_t columns,
                                  bool own_thread)
{
    struct csv_reader *reader = memory_alloc(sizeof *reader);
    reader->csv = csv;
    reader->input = input;
    reader->fields = fields;
    for (size_t i = 0; i < RING; i++) csv_batch_init(&reader->batches[i], columns);
    if (!own_thread) return reader;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->changed, NULL);
    reader->own_thread = thread_start(&reader->thread, read_on, reader, "plumb-csv") == 0; /* else without one */
    return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader == NULL) return;
    if (reader->own_thread) {
        pthread_mutex_lock(&reader->lock);
        reader->stop = true;
        pthread_cond_signal(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
        pthread_join(reader->thread, NULL);
    }
    for (size_t i = 0; i < RING; i++) csv_batch_release(&reader->batches[i]);
    memory_free(reader);
}

const struct csv_batch *csv_reader_next(struct csv_reader *reader)
{
    if (!reader->own_thread) {
        csv_batch_fill(&reader->batches[0], reader->csv, reader->input, reader->fields);
        return &reader->batches[0];
    }
    pthread_mutex_lock(&reader->lock);
    if (reader->began) reader->taken++;
    reader->began = true;
    pthread_cond_signal(&reader->changed);
    while (reader->filled == reader->taken) pthread_cond_wait(&reader->changed, &reader->lock);
    const struct csv_batch *batch = &reader->batches[reader->taken % RING];
    pthread_mutex_unlock(&reader->lock);
    return batch;
}
