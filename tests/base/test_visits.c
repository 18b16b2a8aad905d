/* test_visits.c — what was replaced may be used again when everybody who could see it is gone. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/visits.h"
#include "harness.h"

TEST(without_visitors_what_was_replaced_is_free_when_its_turn_ends)
{
    struct visits visits;
    visits_init(&visits);
    uint64_t turn = visits_turn(&visits);
    CHECK_TRUE(turn < visits_end_turn(&visits));
    visits_release(&visits);
}

TEST(a_visitor_keeps_what_was_replaced_since_the_visit_began_and_nothing_older)
{
    struct visits visits;
    struct visit visit;
    visits_init(&visits);
    uint64_t older = visits_turn(&visits);
    (void)visits_end_turn(&visits);
    visit_begin(&visits, &visit);
    uint64_t turn = visits_turn(&visits);
    uint64_t before = visits_end_turn(&visits);
    CHECK_TRUE(older < before);
    CHECK_FALSE(turn < before);
    visit_end(&visits, &visit);
    CHECK_TRUE(turn < visits_end_turn(&visits));
    visits_release(&visits);
}

TEST(the_oldest_visit_counts_in_whatever_order_they_end)
{
    struct visits visits;
    struct visit visit[3];
    uint64_t turn[3];
    visits_init(&visits);
    for (int i = 0; i < 3; i++) {
        visit_begin(&visits, &visit[i]);
        turn[i] = visits_turn(&visits);
        (void)visits_end_turn(&visits);
    }
    visit_end(&visits, &visit[1]);
    CHECK_FALSE(turn[0] < visits_end_turn(&visits));
    visit_end(&visits, &visit[0]);
    uint64_t before = visits_end_turn(&visits);
    CHECK_TRUE(turn[1] < before);
    CHECK_FALSE(turn[2] < before);
    visit_end(&visits, &visit[2]);
    CHECK_TRUE(turn[2] < visits_end_turn(&visits));
    visits_release(&visits);
}

/* The writer replaces a number that is always its own double, and spoils the old one as soon as nobody may see it. */
struct scene {
    struct visits visits;
    _Atomic(int *) shown; /* two numbers */
    atomic_bool done;
    atomic_int wrong, looks;
};

static void *look(void *context)
{
    struct scene *scene = context;
    while (!atomic_load(&scene->done)) {
        struct visit visit;
        visit_begin(&scene->visits, &visit);
        const int *pair = atomic_load(&scene->shown);
        if (pair[1] != 2 * pair[0]) atomic_fetch_add(&scene->wrong, 1);
        visit_end(&scene->visits, &visit);
        atomic_fetch_add(&scene->looks, 1);
    }
    return NULL;
}

TEST(visitors_on_other_threads_never_see_what_is_used_again)
{
    enum { PAIRS = 64, TURNS = 5000 };
    static int pairs[PAIRS][2];
    static bool used[PAIRS];
    static uint64_t replaced[PAIRS]; /* in which turn */
    struct scene scene = {.shown = pairs[0]};
    uint64_t before = 0;
    int shown = 0;
    pthread_t threads[2];
    visits_init(&scene.visits);
    for (int i = 0; i < 2; i++) CHECK_INT(pthread_create(&threads[i], NULL, look, &scene), 0);
    for (int n = 1; n <= TURNS || atomic_load(&scene.looks) < 100; n++) {
        int next = -1;
        for (int p = 0; p < PAIRS && next < 0; p++)
            if (p != shown && (!used[p] || replaced[p] < before)) next = p;
        if (next >= 0) {
            pairs[next][0] = n;
            pairs[next][1] = 2 * n;
            atomic_store(&scene.shown, pairs[next]);
            used[shown] = true;
            replaced[shown] = visits_turn(&scene.visits);
            shown = next;
        }
        before = visits_end_turn(&scene.visits);
    }
    atomic_store(&scene.done, true);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    CHECK_INT(atomic_load(&scene.wrong), 0);
    visits_release(&scene.visits);
}
