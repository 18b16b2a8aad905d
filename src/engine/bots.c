/* bots.c — exceptions from what is judged automatic, kept by the store and applied to what is in memory.
 *
 * The store's events are never changed: they have the judgement and its evidence, and the exceptions say how that is
 * read. In memory an event's mark is part of its class, so a change goes through all events that were ever judged
 * (engine->judged) and puts those that read differently now into the other class. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "engine/engine_internal.h"

#define TEXT_PREFIX "bot_exception." /* and the number: a text of the store */
#define ROWS_AT_ONCE 4096            /* events read from the store */

struct change {
    struct bot_exception add; /* number 0: nothing is added */
    uint64_t drop;            /* 0: nothing is dropped */
    struct str actor;
    uint64_t changed;
};

static bool is_marked(const struct bot_exceptions *exceptions, bool bot, struct str context, struct str source)
{
    return bot && !bot_exceptions_hold(exceptions, context, source);
}

bool bots_marks(const struct engine *engine, bool bot, struct str context, struct str source)
{
    return is_marked(engine->exceptions, bot, context, source);
}

/* ---- From the store. ---- */

static int by_number(const void *a, const void *b)
{
    const struct bot_exception *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void replace_exceptions(struct engine *engine, struct bot_exceptions *fresh)
{
    pthread_rwlock_wrlock(&engine->people_lock);
    bot_exceptions_free(engine->exceptions);
    engine->exceptions = fresh;
    pthread_rwlock_unlock(&engine->people_lock);
}

enum err bots_load(struct engine *engine, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str *names = NULL;
    size_t count = 0;
    enum err e = store_text_names(engine->store, STR(TEXT_PREFIX), arena, &names, &count, why);
    if (e != ERR_OK) return e;
    struct bot_exception *list = ARENA_ARRAY(arena, struct bot_exception, count);
    for (size_t i = 0; i < count; i++) {
        struct str line = {0}, number = {names[i].at + sizeof TEXT_PREFIX - 1, names[i].len - (sizeof TEXT_PREFIX - 1)};
        e = store_get_text(engine->store, names[i], arena, &line, why);
        if (e != ERR_OK) return e;
        if (!bot_exception_read(line, &list[i]) || !str_to_u64(number, &list[i].number))
            return err_set(why, ERR_INVALID, "the store has a text '" STR_FMT "' that this Plumb cannot read",
                           STR_ARG(names[i]));
    }
    if (count > 0) qsort(list, count, sizeof *list, by_number);
    replace_exceptions(engine, bot_exceptions_new(list, count));
    return ERR_OK;
}

/* ---- A change. ---- */

/* The events of these rows into the classes that `fresh` wants for them. */
static enum err mark_rows(struct engine *engine, const struct bot_exceptions *fresh, const uint32_t *rows, size_t count,
                          struct change *change, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct event_fact_row *events = NULL;
    enum err e = store_events(engine->store, rows, count, arena, &events, why);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct event_fact_row *event = &events[i];
        if (event->number == UINT32_MAX) continue; /* erased */
        uint32_t contact = people_root(engine->people, ENTITY_CONTACT, event->contact);
        bool bot = is_marked(fresh, event->bot, event->context, event->source);
        if (!live_mark_event(engine->live, contact, event->number, bot)) continue;
        change->changed++;
        batch_touch(engine, ENTITY_CONTACT, contact);
    }
    return e;
}

static enum err mark_all(struct engine *engine, const struct bot_exceptions *fresh, struct change *change,
                         struct err_info *why)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < engine->judged.count; i += ROWS_AT_ONCE) {
        size_t left = engine->judged.count - i;
        e = mark_rows(engine, fresh, &engine->judged.at[i], left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE, change, why);
    }
    return e;
}

/* The list after the change; NULL and *e when there is none. Numbers rise. */
static struct bot_exceptions *changed_list(struct engine *engine, struct change *change, struct arena *arena,
                                           enum err *e, struct err_info *why)
{
    size_t count, kept = 0;
    const struct bot_exception *list = bot_exceptions_list(engine->exceptions, &count);
    struct bot_exception *next = ARENA_ARRAY(arena, struct bot_exception, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (change->drop == 0 && list[i].kind == change->add.kind && str_equal(list[i].text, change->add.text)) {
            *e = err_set(why, ERR_CONFLICT, "there is this exception already: number %" PRIu64, list[i].number);
            return NULL;
        }
        if (list[i].number != change->drop) next[kept++] = list[i];
    }
    *e = ERR_OK;
    if (change->drop == 0) {
        change->add.number = count > 0 ? list[count - 1].number + 1 : 1;
        next[kept++] = change->add;
    } else if (kept == count) {
        *e = err_set(why, ERR_NOT_FOUND, "there is no exception %" PRIu64, change->drop);
    }
    if (kept > BOT_EXCEPTIONS_MAX)
        *e = err_set(why, ERR_TOO_BIG, "there are %d exceptions already", BOT_EXCEPTIONS_MAX);
    return *e == ERR_OK ? bot_exceptions_new(next, kept) : NULL;
}

static void audit_change(struct engine *engine, const struct change *change, uint64_t number)
{
    *LIST_ADD(&engine->batch.audits) = (struct audit_fact){
        .at_ms = engine->clock->now_ms(engine->clock),
        .actor = change->actor,
        .action = change->drop == 0 ? STR("bot_exception.add") : STR("bot_exception.drop"),
        .target = arena_format(engine->batch.arena, "bot_exception:%" PRIu64, number),
    };
}

/* The store first: when the rest fails the exception holds from the next start on, or from when it is asked for again. */
static enum err run_change(struct engine *engine, void *argument, struct err_info *why)
{
    struct change *change = argument;
    AUTO_ARENA arena = arena_new();
    enum err e;
    struct bot_exceptions *fresh = changed_list(engine, change, arena, &e, why);
    if (fresh == NULL) return e;
    uint64_t number = change->drop != 0 ? change->drop : change->add.number;
    struct str name = arena_format(arena, TEXT_PREFIX "%" PRIu64, number);
    struct str line = change->drop != 0 ? STR("") : bot_exception_line(&change->add, arena);
    e = store_put_text(engine->store, name, line, why);
    if (e == ERR_OK) {
        batch_begin(engine);
        e = mark_all(engine, fresh, change, why);
        audit_change(engine, change, number);
        if (e != ERR_OK) {
            batch_abandon(engine);
        } else {
            judge_touched(engine, engine->clock->now_ms(engine->clock), CAUSE_FACT);
            e = batch_end(engine, why);
        }
    }
    if (e == ERR_OK) replace_exceptions(engine, fresh);
    else bot_exceptions_free(fresh);
    return e;
}

enum err engine_add_bot_exception(struct engine *engine, enum bot_exception_kind kind, struct str text,
                                  struct str actor, uint64_t *number, uint64_t *changed, struct err_info *why)
{
    struct change change = {
        .add = {.kind = kind, .text = text, .actor = actor, .made_ms = engine->clock->now_ms(engine->clock)},
        .actor = actor};
    enum err e = bot_exception_check(&change.add, why);
    if (e == ERR_OK) e = writer_run(engine, run_change, &change, why);
    *number = change.add.number;
    *changed = change.changed;
    return e;
}

enum err engine_drop_bot_exception(struct engine *engine, uint64_t number, struct str actor, uint64_t *changed,
                                   struct err_info *why)
{
    struct change change = {.drop = number, .actor = actor};
    *changed = 0;
    if (number == 0) return err_set(why, ERR_NOT_FOUND, "there is no exception 0");
    enum err e = writer_run(engine, run_change, &change, why);
    *changed = change.changed;
    return e;
}

/* ---- Questions. ---- */

void engine_bot_exceptions(struct engine *engine, struct arena *arena, struct bot_exception **out, size_t *count)
{
    pthread_rwlock_rdlock(&engine->people_lock);
    const struct bot_exception *list = bot_exceptions_list(engine->exceptions, count);
    *out = ARENA_ARRAY(arena, struct bot_exception, *count);
    for (size_t i = 0; i < *count; i++) {
        (*out)[i] = list[i];
        (*out)[i].text = arena_str(arena, list[i].text);
        (*out)[i].actor = arena_str(arena, list[i].actor);
    }
    pthread_rwlock_unlock(&engine->people_lock);
}

bool engine_is_bot(struct engine *engine, const struct event_fact_row *event)
{
    if (!event->bot) return false;
    pthread_rwlock_rdlock(&engine->people_lock);
    bool bot = is_marked(engine->exceptions, event->bot, event->context, event->source);
    pthread_rwlock_unlock(&engine->people_lock);
    return bot;
}
