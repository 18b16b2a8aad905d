/* leak_afterwards.c — what records have only once the outcome came.
 *
 * Each record with an outcome says of each property and name of events whether it had it before, or first got it
 * then or later; each other record, whether it ever had it. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <math.h>

#include "base/intern.h"
#include "predict/feature_events.h"
#include "predict/leak.h"

#define VERSIONS_MAX 1000 /* of one property of one record that are looked at: the latest */

struct presence {
    uint32_t before, after; /* of those with the outcome: how many had it before, how many first got it then or later */
    uint32_t at_once;       /* of those after: at the very instant of the outcome */
    uint32_t others;        /* of those without: how many ever had it */
    uint32_t seen;          /* the record that was counted last, plus one */
};

struct looking {
    const struct feature_source *source;
    const struct lifetime *lives;
    struct presence *properties; /* [catalog] */
    struct presence *names;      /* [LEAK_NAMES_MAX] */
    struct intern *texts;
    uint32_t records, happened, others;
};

static bool came(const struct lifetime *life)
{
    return life->happened_ms != NEVER && life->happened_ms != FOREVER;
}

static void count_first(struct presence *presence, const struct lifetime *life, int64_t first_ms)
{
    if (!came(life)) presence->others++;
    else if (first_ms < life->happened_ms) presence->before++;
    else {
        presence->after++;
        presence->at_once += first_ms == life->happened_ms;
    }
}

/* When a record first had a value of the property; NEVER. */
static int64_t first_value_ms(const struct history *history, uint32_t property, uint32_t record)
{
    static _Thread_local struct dated_value versions[VERSIONS_MAX];
    uint32_t count = history_versions(history, property, record, 0, VERSIONS_MAX, versions);
    int64_t first_ms = NEVER;
    for (uint32_t v = 0; v < count && v < VERSIONS_MAX; v++)
        if (versions[v].value != NULL) first_ms = versions[v].from_ms;
    return first_ms;
}

static void look_at_properties(struct looking *l, uint32_t record)
{
    const struct history *history = l->source->history;
    const struct catalog *catalog = source_catalog(l->source);
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        if (catalog_at(source_catalog(l->source), p)->entity != l->source->object) continue;
        int64_t first_ms = first_value_ms(history, p, record);
        if (first_ms != NEVER) count_first(&l->properties[p], &l->lives[record], first_ms);
    }
}

static void look_at_events(struct looking *l, struct event_reader *reader, uint32_t record)
{
    event_reader_read(reader, l->source->object, record, EVENT_MAX_MS);
    for (uint64_t e = 0; e < reader->events.count; e++) {
        struct str name = history_class_name(l->source->history, reader->events.at[e].class_id);
        if (name.len == 0) continue;
        uint32_t code = intern_find(l->texts, name);
        if (code == INTERN_NONE && intern_count(l->texts) >= LEAK_NAMES_MAX) continue;
        if (code == INTERN_NONE) code = intern_add(l->texts, name);
        if (l->names[code].seen == record + 1) continue;
        l->names[code].seen = record + 1;
        count_first(&l->names[code], &l->lives[record], reader->events.at[e].at_ms);
    }
}

static bool is_leak(const struct looking *l, const struct presence *presence)
{
    double had = presence->before + presence->after;
    if (presence->after < LEAK_SUPPORT_MIN || presence->before > LEAK_BEFORE_MAX * had) return false;
    if (l->others == 0) return false; /* nobody to compare with */
    return (double)presence->others / l->others <= LEAK_OTHERS_MAX * had / l->happened;
}

/* An event that is never later than the outcome is the outcome. */
static bool is_outcome(const struct presence *presence)
{
    return presence->at_once == presence->after;
}

static void add_leak(const struct looking *l, const struct presence *presence, struct leak leak, struct arena *arena,
                     struct leaks *out)
{
    leak.kind = LEAK_AFTERWARDS;
    leak.auc = NAN;
    leak.sentence = arena_format(
        arena,
        "'" STR_FMT "' comes only with the outcome or after it: of %" PRIu32 " with the outcome who have it, %" PRIu32
        " had it before; of %" PRIu32 " without the outcome, %" PRIu32 " have it",
        STR_ARG(leak.subject), presence->before + presence->after, presence->before, l->others, presence->others);
    out->at[out->count++] = leak;
}

static void tell(const struct looking *l, struct arena *arena, struct leaks *out)
{
    struct catalog *catalog = source_catalog(l->source);
    for (uint32_t p = 0; p < catalog_count(catalog); p++)
        if (is_leak(l, &l->properties[p]))
            add_leak(l, &l->properties[p],
                     (struct leak){.property = p, .subject = arena_str(arena, catalog_at(catalog, p)->name)}, arena,
                     out);
    for (uint32_t n = 0; n < intern_count(l->texts); n++) {
        struct str name = arena_str(arena, intern_at(l->texts, n));
        if (is_leak(l, &l->names[n]) && !is_outcome(&l->names[n]))
            add_leak(l, &l->names[n],
                     (struct leak){.property = INTERN_NONE,
                                   .event = name,
                                   .subject = arena_format(arena, "event " STR_FMT, STR_ARG(name))},
                     arena, out);
    }
}

void leaks_afterwards(const struct feature_source *source, const struct lifetime *lives, struct arena *arena,
                      struct leaks *out)
{
    struct event_reader reader;
    struct looking l = {
        .source = source,
        .lives = lives,
        .properties = memory_array(catalog_count(source_catalog(source)), sizeof *l.properties),
        .names = memory_array(LEAK_NAMES_MAX, sizeof *l.names),
        .texts = intern_new(),
        .records = history_records(source->history, source->object),
    };
    event_reader_init(&reader, source->history, NULL, 0);
    for (uint32_t r = 0; r < l.records; r++) {
        if (lives[r].happened_ms == FOREVER) continue;
        *(came(&lives[r]) ? &l.happened : &l.others) += 1;
        look_at_properties(&l, r);
        look_at_events(&l, &reader, r);
    }
    tell(&l, arena, out);
    event_reader_release(&reader);
    intern_free(l.texts);
    memory_free(l.properties);
    memory_free(l.names);
}
