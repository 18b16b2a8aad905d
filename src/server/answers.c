/* answers.c — a ring of the latest answers, found by the hash of actor and key.
 *
 * The ring is looked through whole: a request with a key is rare, and 4,096 comparisons of a number are
 * nothing beside a write to the disk. A ticket is a count, so one whose place was taken by a later request is known. */
// SPDX-License-Identifier: Apache-2.0
#include "server/answers.h"

#include <pthread.h>
#include <string.h>

struct kept {
    uint64_t ticket; /* 0: free */
    uint64_t who, what;
    int64_t at_ms;
    unsigned status; /* 0: under way */
    char *body;
    size_t bytes;
};

struct answers {
    pthread_mutex_t lock;
    uint64_t last_ticket;
    struct kept ring[ANSWERS_MAX];
};

struct answers *answers_new(void)
{
    struct answers *answers = memory_alloc(sizeof *answers);
    INVARIANT(pthread_mutex_init(&answers->lock, NULL) == 0);
    return answers;
}

void answers_free(struct answers *answers)
{
    if (answers == NULL) return;
    for (size_t i = 0; i < ANSWERS_MAX; i++) memory_free(answers->ring[i].body);
    pthread_mutex_destroy(&answers->lock);
    memory_free(answers);
}

static struct kept *find(struct answers *answers, uint64_t who, int64_t now_ms)
{
    for (size_t i = 0; i < ANSWERS_MAX; i++) {
        struct kept *kept = &answers->ring[i];
        if (kept->ticket != 0 && kept->who == who && now_ms - kept->at_ms < ANSWERS_KEPT_MS) return kept;
    }
    return NULL;
}

static struct kept *of_ticket(struct answers *answers, uint64_t ticket)
{
    struct kept *kept = &answers->ring[ticket % ANSWERS_MAX];
    return kept->ticket == ticket ? kept : NULL;
}

static void forget(struct kept *kept)
{
    memory_free(kept->body);
    *kept = (struct kept){0};
}

enum answers_found answers_begin(struct answers *answers, const struct answers_request *request, struct arena *arena,
                                 uint64_t *ticket, unsigned *status, struct str *body)
{
    uint64_t who = str_hash(request->key, str_hash(request->actor, 1));
    uint64_t what = str_hash(request->body, str_hash(request->line, 2));
    enum answers_found found = ANSWERS_NEW;
    pthread_mutex_lock(&answers->lock);
    struct kept *kept = find(answers, who, request->now_ms);
    if (kept == NULL) {
        *ticket = ++answers->last_ticket;
        kept = &answers->ring[*ticket % ANSWERS_MAX];
        forget(kept);
        *kept = (struct kept){.ticket = *ticket, .who = who, .what = what, .at_ms = request->now_ms};
    } else if (kept->what != what) {
        found = ANSWERS_OTHER;
    } else if (kept->status == 0) {
        found = ANSWERS_UNDER_WAY;
    } else {
        found = ANSWERS_KEPT;
        *status = kept->status;
        *body = arena_str(arena, (struct str){kept->body, kept->bytes});
    }
    pthread_mutex_unlock(&answers->lock);
    return found;
}

void answers_keep(struct answers *answers, uint64_t ticket, unsigned status, struct str body)
{
    pthread_mutex_lock(&answers->lock);
    struct kept *kept = of_ticket(answers, ticket);
    if (kept != NULL && body.len <= ANSWER_BYTES_MAX) {
        kept->body = memory_alloc(body.len + 1);
        if (body.len > 0) memcpy(kept->body, body.at, body.len);
        kept->bytes = body.len;
        kept->status = status;
    }
    pthread_mutex_unlock(&answers->lock);
}

void answers_drop(struct answers *answers, uint64_t ticket)
{
    pthread_mutex_lock(&answers->lock);
    struct kept *kept = of_ticket(answers, ticket);
    if (kept != NULL && kept->status == 0) forget(kept);
    pthread_mutex_unlock(&answers->lock);
}
