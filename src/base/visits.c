/* visits.c — a list in the order of beginning: its first is the oldest. */
// SPDX-License-Identifier: Apache-2.0
#include "base/visits.h"

#include <stddef.h>

#include "base/macros.h"

void visits_init(struct visits *visits)
{
    *visits = (struct visits){0};
    INVARIANT(pthread_mutex_init(&visits->lock, NULL) == 0);
}

void visits_release(struct visits *visits)
{
    INVARIANT(visits->first == NULL);
    pthread_mutex_destroy(&visits->lock);
}

void visit_begin(struct visits *visits, struct visit *visit)
{
    pthread_mutex_lock(&visits->lock);
    *visit = (struct visit){.since = visits->turn, .earlier = visits->last};
    if (visits->last != NULL) visits->last->later = visit;
    else visits->first = visit;
    visits->last = visit;
    pthread_mutex_unlock(&visits->lock);
}

void visit_end(struct visits *visits, struct visit *visit)
{
    pthread_mutex_lock(&visits->lock);
    if (visit->earlier != NULL) visit->earlier->later = visit->later;
    else visits->first = visit->later;
    if (visit->later != NULL) visit->later->earlier = visit->earlier;
    else visits->last = visit->earlier;
    pthread_mutex_unlock(&visits->lock);
}

uint64_t visits_end_turn(struct visits *visits)
{
    pthread_mutex_lock(&visits->lock);
    visits->turn++;
    uint64_t oldest = visits->first != NULL ? visits->first->since : visits->turn;
    pthread_mutex_unlock(&visits->lock);
    return oldest;
}
