/* ahead.c — memory that the facts of a batch will read is asked for some facts before.
 *
 * Facts are about people at random: to know one by an identifier and to reach that contact's events is a chain of reads,
 * each at a place that the former tells and none in a cache. While one fact is taken, those behind it go along the chain
 * a step each, so that hardly any is waited for. Nothing here changes anything or has to be right. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/ahead.h"

#include "base/macros.h"

/* How many facts ahead each step is made. */
enum { SLOT_AHEAD = 12, PLACE_AHEAD = 9, TEXT_AHEAD = 6, RUN_AHEAD = 4, LATEST_AHEAD = 2 };
_Static_assert(SLOT_AHEAD < AHEAD_FACTS, "the ring holds all that are under way");

/* E-mail addresses are compared folded, which costs more than is gained. */
static const struct fact_identifier *plain_identifier(const struct fact *fact)
{
    if (fact == NULL || fact->object != ENTITY_CONTACT) return NULL;
    for (uint32_t i = 0; i < fact->identifier_count; i++)
        if (fact->identifiers[i].kind != IDENTIFIER_EMAIL) return &fact->identifiers[i];
    return NULL;
}

static void step(struct ahead *ahead, const struct engine *engine, uint32_t at)
{
    static const uint32_t distances[] = {
        [INTERN_SLOT] = SLOT_AHEAD, [INTERN_PLACE] = PLACE_AHEAD, [INTERN_TEXT] = TEXT_AHEAD};
    for (enum intern_step s = INTERN_SLOT; s <= INTERN_TEXT; s++) {
        const struct fact_identifier *who = plain_identifier(ahead->facts[(at + distances[s]) % AHEAD_FACTS]);
        if (who != NULL) people_look_ahead(engine->people, who->kind, str_trim(who->text), s);
    }
    const uint32_t found = (at + RUN_AHEAD) % AHEAD_FACTS;
    const struct fact_identifier *who = plain_identifier(ahead->facts[found]);
    ahead->contacts[found] = who == NULL ? RECORD_NONE : people_find(engine->people, who->kind, str_trim(who->text));
    live_look_ahead(engine->live, ahead->contacts[found], LIVE_RUN);
    live_look_ahead(engine->live, ahead->contacts[(at + LATEST_AHEAD) % AHEAD_FACTS], LIVE_LATEST);
}

/* The next fact of the submissions comes into view; none when all have. */
static void see_next(struct ahead *ahead)
{
    while (ahead->submission != NULL && ahead->next == ahead->submission->count) {
        ahead->submission = ahead->submission->next;
        ahead->next = 0;
    }
    uint32_t place = ahead->seen++ % AHEAD_FACTS;
    ahead->facts[place] = ahead->submission != NULL ? &ahead->submission->facts[ahead->next++] : NULL;
    ahead->contacts[place] = RECORD_NONE;
}

void ahead_begin(struct ahead *ahead, const struct submission *first)
{
    *ahead = (struct ahead){.submission = first};
    for (uint32_t i = 0; i < AHEAD_FACTS; i++) ahead->contacts[i] = RECORD_NONE;
    for (uint32_t i = 0; i < SLOT_AHEAD; i++) see_next(ahead);
}

void ahead_step(struct ahead *ahead, const struct engine *engine)
{
    see_next(ahead);
    step(ahead, engine, ahead->seen - SLOT_AHEAD - 1);
}
