/* visits.h — who is looking at what one writer changes, so that it knows what nobody can see any more.
 *
 * Readers who hold no lock may still look at what a writer has replaced. Each therefore visits: the writer
 * stamps what it replaces with the turn of that moment, ends the turn, and may use it again
 * when every visit has begun in a later turn (epoch-based reclamation: Fraser, "Practical lock freedom",
 * 2004, section 5.2.3). A visit costs two short locks; a long one only keeps what is replaced meanwhile. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_VISITS_H
#define PLUMB_BASE_VISITS_H

#include <pthread.h>
#include <stdint.h>

/* Owned by the visitor, and not moved until the visit ends. */
struct visit {
    uint64_t since; /* turn */
    struct visit *earlier, *later;
};

struct visits {
    pthread_mutex_t lock;
    uint64_t turn;
    struct visit *first, *last; /* in the order in which they began */
};

void visits_init(struct visits *visits);
void visits_release(struct visits *visits); /* no visit may be left */

/* Any thread; a visit may end on another one than it began on. */
void visit_begin(struct visits *visits, struct visit *visit);
void visit_end(struct visits *visits, struct visit *visit);

/* The writer. */
static inline uint64_t visits_turn(const struct visits *visits)
{
    return visits->turn; /* nobody else changes it */
}
/* Ends the turn. What was replaced in turns before the returned one, and is out of the way by now, nobody sees. */
uint64_t visits_end_turn(struct visits *visits);

#endif
