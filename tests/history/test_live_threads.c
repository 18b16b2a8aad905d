/* test_live_threads.c — one writes, others look: whatever they see adds up.
 *
 * The rules give 1 point for a `plus` and -1 for a `minus`, and the writer always tells a plus
 * before its minus, of one contact, in batches of which some are rolled back. So at any moment a
 * contact has 0 points, or 1 while a pair is being told. Meant for the thread sanitizer. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "../score_helper.h"
#include "base/instant.h"
#include "harness.h"
#include "history/live.h"
#include "history/scorer.h"

#define AS_OF "2026-01-05T10:00:00Z"
#define POINT INT64_C(1000000)
#define ROUNDS 3000
#define CONTACTS 40

static const char definition[] = "score: s\n"
                                 "groups:\n"
                                 "  - name: g\n"
                                 "    category: engagement\n"
                                 "    rules:\n"
                                 "      - {name: a, event: plus, points: 1}\n"
                                 "      - {name: b, event: minus, points: -1}\n"
                                 "      - {name: c, when: {property: city, is: nowhere}, points: 5}\n"
                                 "---\n"
                                 "score: firm\nobject: company\n"
                                 "groups: [{name: g, category: fit, rules: [{name: r, when: {property: size, gt: "
                                 "1000000}, points: 1}]}]\n";

struct scene {
    struct product *product;
    struct live *live;
    struct scan *alive;
    uint32_t city, size, path;
    atomic_bool done;
    atomic_int wrong; /* a CHECK must not run on threads of ours */
    atomic_int looks;
};

static void tell(struct scene *scene, uint32_t who, uint32_t number, uint32_t *row, const char *name)
{
    char text[16];
    snprintf(text, sizeof text, "/p%u", number % 1500);
    struct event_property given = {scene->path, str_from_c(text)};
    struct event_fact fact = {
        .contact = who,
        .at_ms = instant_of(AS_OF) - (int64_t)(number * 7919 % 10000000) * 100,
        .name = str_from_c(name),
        .properties = &given,
        .property_count = 1,
    };
    struct err_info why = {0};
    if (live_event(scene->live, &fact, number, (*row)++, NULL, &why) != ERR_OK) atomic_fetch_add(&scene->wrong, 1);
}

/* A record of this id, old or new. */
static uint32_t somebody(struct scene *scene, enum entity object, uint32_t number)
{
    char id[16];
    snprintf(id, sizeof id, "r%u", number);
    uint32_t found = history_find(live_history(scene->live), object, str_from_c(id));
    return found != RECORD_NONE ? found : live_add_record(scene->live, object, str_from_c(id), true);
}

static void tell_round(struct scene *scene, uint32_t round, uint32_t *row)
{
    char text[16];
    snprintf(text, sizeof text, "%u", round);
    uint32_t who = somebody(scene, ENTITY_CONTACT, round % 7 == 0 ? round : round % CONTACTS);
    uint32_t firm = somebody(scene, ENTITY_COMPANY, round % 50);
    tell(scene, who, round, row, "plus");
    live_set(scene->live, scene->city, who, instant_of(AS_OF) - round, str_from_c(text), str_from_c(text));
    live_set(scene->live, scene->size, firm, FOREVER, str_from_c(text), str_from_c(text));
    live_associate(scene->live, ASSOCIATION_CONTACT_COMPANY, who, firm, instant_of(AS_OF) - round);
    tell(scene, who, round, row, "minus");
}

static void *write_facts(void *context)
{
    struct scene *scene = context;
    uint32_t row = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t before = row;
        live_begin(scene->live);
        tell_round(scene, round, &row);
        if (round % 5 == 0) {
            live_rollback(scene->live);
            row = before;
        } else {
            live_commit(scene->live);
        }
    }
    atomic_store(&scene->done, true);
    return NULL;
}

static void look_at(struct scene *scene, const char *what, bool good)
{
    if (!good) fprintf(stderr, "# %s does not add up\n", what);
    if (!good) atomic_fetch_add(&scene->wrong, 1);
    atomic_fetch_add(&scene->looks, 1);
}

static void *explain_some(void *context)
{
    struct scene *scene = context;
    const struct history *history = live_history(scene->live);
    struct scorer *scorer = scorer_new(&scene->product->set, history);
    for (uint32_t i = 0; !atomic_load(&scene->done); i++) {
        char id[16];
        snprintf(id, sizeof id, "r%u", i % CONTACTS);
        uint32_t who = history_find(history, ENTITY_CONTACT, str_from_c(id));
        if (who == RECORD_NONE) continue;
        AUTO_ARENA arena = arena_new();
        struct visit visit;
        live_visit(scene->live, &visit);
        struct explanation why = {0};
        uint32_t score = definitions_find_score(&scene->product->set, STR("s"));
        scan_explain(scene->alive, score, who, instant_of(AS_OF), arena, &why);
        look_at(scene, "an explanation",
                ledger_sum(&why.ledger) == why.total && (why.total == 0 || why.total == POINT));
        struct score_value values[2] = {0};
        scorer_score(scorer, ENTITY_CONTACT, &who, 1, instant_of(AS_OF), values);
        look_at(scene, "a score", values[score].total == 0 || values[score].total == POINT);
        (void)history_record_id(history, ENTITY_CONTACT, who);
        live_leave(scene->live, &visit);
    }
    scorer_free(scorer);
    return NULL;
}

static void *freeze_all(void *context)
{
    struct scene *scene = context;
    uint32_t score = definitions_find_score(&scene->product->set, STR("s"));
    while (!atomic_load(&scene->done)) {
        struct history *frozen = live_freeze(scene->live);
        struct scan *scan = scan_new(&scene->product->set, frozen, NULL);
        struct scan_options options = {.as_of_ms = instant_of(AS_OF), .threads = 1};
        for (int again = 0; again < 2; again++) {
            scan_run(scan, &options);
            const struct score_column *column = scan_results(scan, score);
            int64_t open = 0;
            for (uint32_t i = 0; i < column->count; i++) {
                look_at(scene, "a scan", column->total[i] == 0 || column->total[i] == POINT);
                open += column->total[i] / POINT;
            }
            look_at(scene, "everybody", open <= 1 + (int64_t)column->count);
        }
        scan_free(scan);
        history_free(frozen);
    }
    return NULL;
}

TEST(readers_see_whole_facts_while_the_writer_goes_on)
{
    struct scene scene = {.product = product_new("", definition)};
    scene.path = catalog_property(scene.product->catalog, ENTITY_EVENT, STR("path"));
    product_finish(scene.product);
    scene.city = catalog_find(scene.product->catalog, ENTITY_CONTACT, STR("city"));
    scene.size = catalog_find(scene.product->catalog, ENTITY_COMPANY, STR("size"));
    scene.live = live_new(scene.product->catalog);
    scene.alive = scan_new(&scene.product->set, live_history(scene.live), NULL);
    pthread_t threads[3];
    void *(*const work[3])(void *) = {write_facts, explain_some, freeze_all};
    for (int i = 0; i < 3; i++) CHECK_INT(pthread_create(&threads[i], NULL, work[i], &scene), 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_INT(atomic_load(&scene.wrong), 0);
    CHECK_TRUE(history_events(live_history(scene.live)) > ROUNDS);
    scan_free(scene.alive);
    live_free(scene.live);
    product_free(scene.product);
}
