/* test_live.c — a history that grew says what a built one says, to the last digit.
 *
 * Each case is a seed: a random world and definitions (world.h). The same facts go to the
 * builder, and in random order, with repeats, merges and batches that are rolled back and told again, to
 * a live history, where a company or deal may be two until they are merged. Everybody's scores by a scan of it frozen, by explaining and by the scorer,
 * ledgers and segments must be those of the built one. PLUMB_TEST_CASES sets how many. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "../score_helper.h"
#include "harness.h"
#include "history/history_internal.h"
#include "history/live.h"
#include "history/scorer.h"
#include "reference/world.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CASES 100
#else
#define CASES 400
#endif
#define TEXT_BYTES ((size_t)1 << 24)

static const struct ref_sizes small = {.contacts = 6, .companies = 3, .deals = 3, .events = 40, .days = 60, .rules = 6};
static const enum entity entities[] = {ENTITY_CONTACT, ENTITY_COMPANY, ENTITY_DEAL, ENTITY_EVENT};

/* ---- Telling a live history. ---- */

struct teller {
    struct arena *arena;
    const struct ref_world *world;
    struct live *live;
    struct ref_random random;
    uint32_t *property; /* ids in the catalog, by the model's number */
    uint32_t *list;     /* likewise */
    const struct ref_fact **rows;
    uint32_t row_count;
    struct str asked; /* message id that is looked for */
};

/* The id of the other record that a company or deal is known as until both are merged. It sorts right behind its own. */
static struct str twin_of(struct teller *t, struct str id)
{
    return arena_format(t->arena, STR_FMT "!", STR_ARG(id));
}

static uint32_t record(struct teller *t, enum ref_entity of, uint32_t number, bool listed)
{
    struct str id = t->world->record[of][number].id;
    if (of != REF_CONTACT && ref_chance(&t->random, 30)) id = twin_of(t, id);
    uint32_t found = history_find(live_history(t->live), entities[of], id);
    if (found == RECORD_NONE) return live_add_record(t->live, entities[of], id, listed);
    if (listed) live_list_record(t->live, entities[of], found, true);
    return found;
}

static uint32_t hash_of(struct str id)
{
    return id.len == 0 ? 0 : (uint32_t)str_hash(id, 1) % 7 + 1; /* few, so that they collide */
}

static bool is_asked(void *context, uint32_t row)
{
    const struct teller *t = context;
    return str_equal(t->rows[row]->id, t->asked);
}

static bool same_message(void *context, uint32_t a, uint32_t b)
{
    const struct teller *t = context;
    return str_equal(t->rows[a]->id, t->rows[b]->id);
}

static void tell_event(struct teller *t, const struct ref_fact *fact)
{
    struct event_property properties[8];
    INVARIANT(fact->value_count <= COUNT_OF(properties));
    for (uint32_t i = 0; i < fact->value_count; i++)
        properties[i] = (struct event_property){t->property[fact->value[i].property], fact->value[i].text};
    struct event_fact event = {.contact = record(t, REF_CONTACT, fact->record, false),
                               .at_ms = fact->at_ms,
                               .name = fact->name,
                               .bot = fact->bot,
                               .properties = properties,
                               .property_count = fact->value_count};
    t->asked = fact->id;
    if (live_has_event(t->live, event.contact, hash_of(fact->id), is_asked, t)) return;
    struct err_info why = {0};
    t->rows[t->row_count] = fact;
    CHECK_OK(live_event(t->live, &event, hash_of(fact->id), t->row_count, NULL, &why), why);
    t->row_count++;
}

static void tell_version(struct teller *t, const struct ref_fact *fact)
{
    enum ref_entity of = t->world->property[fact->property].of;
    struct err_info why = {0};
    CHECK_OK(live_check(t->live, t->property[fact->property], fact->text, &why), why);
    uint32_t who = record(t, of, fact->record, false);
    live_set(t->live, t->property[fact->property], who, fact->at_ms, fact->text, fact->id);
    CHECK_FALSE(live_set(t->live, t->property[fact->property], who, fact->at_ms, fact->text, fact->id));
}

static void tell_listing(struct teller *t, const struct ref_fact *fact)
{
    uint32_t who = record(t, t->world->list[fact->list].of, fact->record, false);
    live_set(t->live, t->list[fact->list], who, fact->at_ms, fact->on ? STR("true") : STR(""), fact->id);
}

static void tell_association(struct teller *t, const struct ref_fact *fact)
{
    enum association kind = fact->from == REF_CONTACT ? ASSOCIATION_CONTACT_COMPANY : ASSOCIATION_DEAL_CONTACT;
    if (fact->from == REF_DEAL && fact->to == REF_COMPANY) kind = ASSOCIATION_DEAL_COMPANY;
    uint32_t from = record(t, fact->from, fact->record, false), to = record(t, fact->to, fact->other, false);
    live_associate(t->live, kind, from, to, fact->at_ms);
}

static void tell_join(struct teller *t, const struct ref_fact *fact)
{
    uint32_t a = record(t, REF_CONTACT, fact->record, false), b = record(t, REF_CONTACT, fact->other, false);
    if (a == b) return;
    bool swap = ref_chance(&t->random, 50);
    live_merge(t->live, ENTITY_CONTACT, swap ? b : a, swap ? a : b, same_message, t);
}

static void unite_twins(struct teller *t, enum ref_entity of, uint32_t number)
{
    const struct history *history = live_history(t->live);
    struct str id = t->world->record[of][number].id;
    uint32_t a = history_find(history, entities[of], id), b = history_find(history, entities[of], twin_of(t, id));
    if (b == RECORD_NONE) return;
    if (a == RECORD_NONE) a = live_add_record(t->live, entities[of], id, false);
    if (a == b) return;
    uint32_t stays = ref_chance(&t->random, 50) ? a : b, goes = stays == a ? b : a;
    if (history_is_listed(history, entities[of], goes)) live_list_record(t->live, entities[of], stays, true);
    live_merge(t->live, entities[of], stays, goes, NULL, NULL);
}

static void unite_some_twins(struct teller *t, unsigned percent)
{
    for (enum ref_entity of = REF_COMPANY; of <= REF_DEAL; of++)
        for (uint32_t i = 0; i < t->world->record_count[of]; i++)
            if (ref_chance(&t->random, percent)) unite_twins(t, of, i);
}

/* Items are numbered as in feed.c: the records, object by object, then the facts. */
static void tell(struct teller *t, uint32_t item)
{
    for (int of = 0; of < REF_OBJECTS; of++) {
        if (item < t->world->record_count[of]) {
            record(t, (enum ref_entity)of, item, t->world->record[of][item].listed);
            return;
        }
        item -= t->world->record_count[of];
    }
    const struct ref_fact *fact = &t->world->fact[item];
    switch (fact->kind) {
    case REF_VERSION: tell_version(t, fact); break;
    case REF_ASSOCIATION: tell_association(t, fact); break;
    case REF_JOIN: tell_join(t, fact); break;
    case REF_LISTING: tell_listing(t, fact); break;
    case REF_HAPPENING: tell_event(t, fact); break;
    }
}

static bool may_repeat(const struct ref_world *world, uint32_t item, uint32_t records)
{
    return item < records || world->fact[item - records].kind != REF_HAPPENING ||
           world->fact[item - records].id.len > 0;
}

/* All facts in batches; some batches are first rolled back. */
static void tell_all(struct arena *arena, struct teller *t)
{
    uint32_t records = t->world->record_count[0] + t->world->record_count[1] + t->world->record_count[2];
    uint32_t all = records + t->world->fact_count;
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, all);
    for (uint32_t i = 0; i < all; i++) {
        uint32_t at = ref_below(&t->random, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (uint32_t first = 0; first < all;) {
        uint32_t count = 1 + ref_below(&t->random, 12), row_count = t->row_count;
        if (count > all - first) count = all - first;
        bool alone = ref_chance(&t->random, 30);
        if (alone) live_begin_alone(t->live);
        else live_begin(t->live);
        for (uint32_t i = first; i < first + count; i++) {
            tell(t, order[i]);
            uint32_t again = order[ref_below(&t->random, i + 1)];
            if (ref_chance(&t->random, 30) && may_repeat(t->world, again, records)) tell(t, again);
        }
        unite_some_twins(t, 5);
        if (!alone && ref_chance(&t->random, 25)) {
            live_rollback(t->live);
            t->row_count = row_count;
        } else {
            live_commit(t->live);
            first += count;
        }
    }
    live_begin(t->live);
    unite_some_twins(t, 100);
    live_commit(t->live);
}

static struct live *grown(struct arena *arena, const struct ref_case *c, struct product *p, uint64_t seed)
{
    struct teller t = {.arena = arena, .world = &c->world, .live = live_new(p->catalog), .random = {seed}};
    t.property = ARENA_ARRAY(arena, uint32_t, c->world.property_count);
    for (uint32_t i = 0; i < c->world.property_count; i++)
        t.property[i] = catalog_property(p->catalog, entities[c->world.property[i].of], c->world.property[i].name);
    t.list = ARENA_ARRAY(arena, uint32_t, c->world.list_count);
    for (uint32_t i = 0; i < c->world.list_count; i++)
        t.list[i] = catalog_list(p->catalog, entities[c->world.list[i].of], c->world.list[i].name);
    t.rows = ARENA_ARRAY(arena, const struct ref_fact *, (size_t)c->world.fact_count * 4 + 16);
    tell_all(arena, &t);
    return t.live;
}

static struct product *built(struct arena *arena, const struct ref_case *c, uint64_t seed)
{
    AUTO_BUF schema = BUF_INIT(TEXT_BYTES), text = BUF_INIT(TEXT_BYTES), why = BUF_INIT(TEXT_BYTES);
    ref_emit_schema(&c->world, &schema);
    ref_emit_definitions(arena, &c->world, &c->set, seed, &text);
    struct product *p = product_try(buf_str(&schema), buf_str(&text), &why);
    struct err_info error = {0};
    if (p == NULL || ref_feed(arena, &c->world, p->catalog, p->builder, seed, false, &error) != ERR_OK ||
        !product_finish_try(p, &why))
        FAIL("refused: " STR_FMT " %s", STR_ARG(buf_str(&why)), error.msg);
    return p;
}

/* ---- Comparing. ---- */

struct comparison {
    struct arena *arena;
    uint64_t seed;
    struct product *p;
    const struct history *history;  /* live */
    const struct scan *live, *scan; /* of it; and of it frozen */
    struct scorer *scorer;
    struct score_value *values; /* [SCORER_RECORDS_MAX][score_count] */
    int64_t as_of_ms;
};

static bool same_ledger(const struct ledger *a, const struct ledger *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++) {
        const struct ledger_line *x = &a->lines[i], *y = &b->lines[i];
        same = x->kind == y->kind && x->category == y->category && x->group == y->group && x->rule == y->rule &&
               x->micro == y->micro && x->events == y->events && x->latest_ms == y->latest_ms;
    }
    return same;
}

static void different(const struct comparison *c, const char *what, uint32_t score, struct str id,
                      const struct explanation *a, const struct explanation *b)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    ledger_print(&a->ledger, &text);
    buf_append_c(&text, "other:\n");
    ledger_print(&b->ledger, &text);
    FAIL("seed %llu: %s of score " STR_FMT " differs for " STR_FMT "\n" STR_FMT, (unsigned long long)c->seed, what,
         STR_ARG(c->p->set.scores[score]->name), STR_ARG(id), STR_ARG(buf_str(&text)));
}

/* The score of `who`, scored together with some neighbours. */
static struct score_value score_among(const struct comparison *c, uint32_t score, uint32_t who)
{
    enum entity object = c->p->set.scores[score]->object;
    uint32_t all = history_records(c->history, object), count = 1 + who * 13 % SCORER_RECORDS_MAX;
    uint32_t records[SCORER_RECORDS_MAX];
    for (uint32_t i = 0; i < count; i++) records[i] = (who + (count - 1 - i)) % all;
    scorer_score(c->scorer, object, records, count, c->as_of_ms, c->values);
    return c->values[(size_t)(count - 1) * c->p->set.score_count + score];
}

static void compare_score(const struct comparison *c, uint32_t score)
{
    enum entity object = c->p->set.scores[score]->object;
    for (uint32_t i = 0; i < history_records(c->p->history, object); i++) {
        struct str id = history_record_id(c->p->history, object, i);
        uint32_t who = history_find(c->history, object, id);
        CHECK_TRUE(who != RECORD_NONE);
        struct explanation expected = {0}, found = {0};
        scan_explain(c->p->scan, score, i, c->as_of_ms, c->arena, &expected);
        scan_explain(c->live, score, who, c->as_of_ms, c->arena, &found);
        if (expected.known != found.known || expected.total != found.total || expected.fit != found.fit ||
            expected.engagement != found.engagement || !same_ledger(&expected.ledger, &found.ledger))
            different(c, "explanation", score, id, &expected, &found);
        scan_explain(c->scan, score, who, c->as_of_ms, c->arena, &found);
        if (expected.total != found.total || !same_ledger(&expected.ledger, &found.ledger))
            different(c, "explanation when frozen", score, id, &expected, &found);
        const struct score_column *column = scan_results(c->scan, score);
        if ((column->known[who] != 0) != expected.known || column->total[who] != expected.total ||
            column->fit[who] != expected.fit || column->engagement[who] != expected.engagement)
            different(c, "scan", score, id, &expected, &found);
        struct score_value value = score_among(c, score, who);
        if (value.known != expected.known || value.total != expected.total || value.fit != expected.fit ||
            value.engagement != expected.engagement)
            different(c, "scorer", score, id, &expected, &found);
    }
}

static void compare_segments(const struct comparison *c)
{
    for (uint32_t s = 0; s < c->p->set.segment_count; s++) {
        enum entity object = c->p->set.segments[s]->object;
        for (uint32_t i = 0; i < history_records(c->p->history, object); i++) {
            uint32_t who = history_find(c->history, object, history_record_id(c->p->history, object, i));
            bool expected = scan_in_segment(c->p->scan, s, i, c->as_of_ms);
            CHECK_INT(scan_in_segment(c->live, s, who, c->as_of_ms), expected);
            CHECK_INT(scorer_in_segment(c->scorer, s, who, c->as_of_ms), expected);
        }
    }
}

static void check_case(struct arena *arena, uint64_t seed, const struct ref_sizes *sizes)
{
    struct ref_case c;
    ref_generate(arena, seed, sizes, &c);
    struct product *p = built(arena, &c, seed | 1);
    struct live *live = grown(arena, &c, p, seed);
    CHECK_INT(history_events(live_history(live)), history_events(p->history));
    struct history *frozen = live_freeze(live);
    struct comparison comparison = {.arena = arena, .seed = seed, .p = p, .history = live_history(live)};
    struct scan *scan = scan_new(&p->set, frozen, NULL), *alive = scan_new(&p->set, live_history(live), NULL);
    comparison.scorer = scorer_new(&p->set, live_history(live));
    comparison.live = alive;
    comparison.scan = scan;
    comparison.values = ARENA_ARRAY(arena, struct score_value, (size_t)SCORER_RECORDS_MAX * p->set.score_count);
    for (unsigned i = 0; i < REF_INSTANTS; i++) {
        comparison.as_of_ms = c.as_of_ms[i];
        scan_run(scan, &(struct scan_options){.as_of_ms = c.as_of_ms[i], .threads = 1});
        for (uint32_t s = 0; s < p->set.score_count; s++) compare_score(&comparison, s);
        compare_segments(&comparison);
    }
    scorer_free(comparison.scorer);
    scan_free(scan);
    scan_free(alive);
    history_free(frozen);
    live_free(live);
    product_free(p);
}

static void check_cases(const struct ref_sizes *sizes, uint64_t usual)
{
    AUTO_ARENA arena = arena_new();
    const char *text = getenv("PLUMB_TEST_CASES");
    uint64_t first = harness_seed(), count = text != NULL ? strtoull(text, NULL, 10) : usual;
    for (uint64_t seed = first; seed < first + count; seed++) {
        check_case(arena, seed, sizes);
        arena_reset(arena);
    }
}

TEST(facts_that_came_in_any_order_give_what_the_builder_makes_of_them)
{
    check_cases(&small, CASES);
}

/* So many texts that event properties leave their classes on the way. */
TEST(so_do_facts_whose_properties_have_too_many_values_for_classes)
{
    check_cases(
        &(struct ref_sizes){
            .contacts = 8, .companies = 3, .deals = 3, .events = 9000, .days = 90, .rules = 4, .texts = 4000},
        CASES / 50);
}
