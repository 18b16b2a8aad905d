/* engine_dump.c — see engine_dump.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine_dump.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../score_helper.h"
#include "base/list.h"
#include "core/band.h"
#include "harness.h"
#include "look.h"

#define EVENTS_SHOWN 4096
#define NEIGHBOURS_SHOWN 256

struct dump {
    struct fixture *fixture;
    const struct history *history;
    const struct edition *edition;
    struct arena *arena; /* of one record */
    struct buf *out;
    enum entity object;
    uint32_t record;
};

static void begin_line(const struct dump *d)
{
    buf_format(d->out, "%s %u ", entity_name(d->object), d->record);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void dump_record(const struct dump *d)
{
    struct record_info info;
    engine_record(d->fixture->engine, d->object, d->record, d->arena, &info);
    begin_line(d);
    buf_format(d->out, "'" STR_FMT "' created %lld listed %d archived %d into %d\n", STR_ARG(info.id),
               (long long)info.created_ms, info.listed, info.archived, (int)info.merged_into);
    struct str *names = ARENA_ARRAY(d->arena, struct str, info.identifier_count);
    for (uint32_t i = 0; i < info.identifier_count; i++)
        names[i] =
            arena_format(d->arena, "%d:" STR_FMT, (int)info.identifiers[i].kind, STR_ARG(info.identifiers[i].text));
    if (info.identifier_count > 0) qsort(names, info.identifier_count, sizeof *names, by_text);
    for (uint32_t i = 0; i < info.identifier_count; i++) {
        begin_line(d);
        buf_format(d->out, "known as " STR_FMT "\n", STR_ARG(names[i]));
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void dump_events(const struct dump *d)
{
    static uint32_t rows[EVENTS_SHOWN];
    struct event_fact_row *events = NULL;
    struct err_info why = {0};
    uint32_t count = engine_event_rows(d->fixture->engine, d->record, 0, EVENTS_SHOWN, rows);
    CHECK_INT(count, engine_event_count(d->fixture->engine, d->record));
    qsort(rows, count, sizeof *rows, by_number);
    CHECK_OK(store_events(d->fixture->store, rows, count, d->arena, &events, &why), why);
    for (uint32_t i = 0; i < count; i++) {
        begin_line(d);
        buf_format(d->out, "event %u " STR_FMT " at %lld id " STR_FMT "\n", rows[i], STR_ARG(events[i].name),
                   (long long)events[i].at_ms, STR_ARG(events[i].message_id));
    }
}

static void dump_values(const struct dump *d)
{
    struct catalog *catalog = engine_catalog(d->fixture->engine);
    struct str *lines = ARENA_ARRAY(d->arena, struct str, catalog_count(catalog));
    uint32_t count = 0;
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        const struct property *property = catalog_at(catalog, p);
        if (property->entity != d->object) continue;
        const struct value *value = history_value(d->history, p, d->record, d->fixture->clock.fixed_ms);
        if (value != NULL)
            lines[count++] = arena_format(d->arena, STR_FMT " (type %d) = " STR_FMT, STR_ARG(property->name),
                                          (int)property->type, STR_ARG(value->raw));
    }
    if (count > 0) qsort(lines, count, sizeof *lines, by_text);
    for (uint32_t i = 0; i < count; i++) {
        begin_line(d);
        buf_format(d->out, STR_FMT "\n", STR_ARG(lines[i]));
    }
}

static void dump_neighbours(const struct dump *d)
{
    uint32_t others[NEIGHBOURS_SHOWN];
    for (enum entity over = ENTITY_CONTACT; over < OBJECT_COUNT; over++) {
        if (over == d->object) continue;
        uint32_t count = history_associated(d->history, d->object, d->record, over, d->fixture->clock.fixed_ms, others,
                                            NEIGHBOURS_SHOWN);
        CHECK_TRUE(count <= NEIGHBOURS_SHOWN);
        qsort(others, count, sizeof *others, by_number);
        for (uint32_t i = 0; i < count; i++) {
            begin_line(d);
            buf_format(d->out, "with %s %u\n", entity_name(over), others[i]);
        }
    }
}

static void dump_score(const struct dump *d, uint32_t score)
{
    const struct score *definition = d->edition->set.scores[score];
    uint32_t band = engine_band(d->fixture->engine, d->edition, score, d->record);
    struct explanation explanation;
    scan_explain(d->edition->scan, score, d->record, d->fixture->clock.fixed_ms, d->arena, &explanation);
    CHECK_TRUE(!explanation.known || ledger_sum(&explanation.ledger) == explanation.total);
    begin_line(d);
    buf_format(d->out, "score " STR_FMT " %d %lld band " STR_FMT "\n", STR_ARG(definition->name), explanation.known,
               (long long)explanation.total, STR_ARG(band == BAND_NONE ? STR("-") : definition->bands[band].label));
    ledger_print(&explanation.ledger, d->out);
}

struct str engine_dump(struct fixture *fixture, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct dump d = {.fixture = fixture,
                     .history = look_at(fixture->engine),
                     .edition = engine_edition(fixture->engine),
                     .out = &out};
    for (d.object = ENTITY_CONTACT; d.object < OBJECT_COUNT; d.object++) {
        for (d.record = 0; d.record < history_records(d.history, d.object); d.record++) {
            d.arena = arena_new();
            dump_record(&d);
            if (d.object == ENTITY_CONTACT) dump_events(&d);
            dump_values(&d);
            dump_neighbours(&d);
            for (uint32_t s = 0; s < d.edition->set.score_count; s++)
                if (d.edition->set.scores[s]->object == d.object && !d.edition->set.scores[s]->anonymous)
                    dump_score(&d, s);
            arena_free(d.arena);
        }
    }
    edition_release(d.edition);
    return arena_str(arena, buf_str(&out));
}

struct str dump_without_values(struct str dump, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    while (dump.len > 0) {
        struct str line = str_cut(&dump, '\n');
        if (memmem(line.at, line.len, " (type ", 7) == NULL) buf_format(&out, STR_FMT "\n", STR_ARG(line));
    }
    return arena_str(arena, buf_str(&out));
}

struct str dump_without_made_ids(struct str dump, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i < dump.len;) {
        char c = dump.at[i++];
        buf_append_char(&out, c);
        while (c == '~' && i < dump.len && isxdigit((unsigned char)dump.at[i])) i++;
    }
    return arena_str(arena, buf_str(&out));
}

struct str dump_sorted(struct str dump, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    LIST(struct str) lines = {0};
    while (dump.len > 0) *LIST_ADD(&lines) = str_cut(&dump, '\n');
    if (lines.count > 0) qsort(lines.at, lines.count, sizeof *lines.at, by_text);
    for (size_t i = 0; i < lines.count; i++) buf_format(&out, STR_FMT "\n", STR_ARG(lines.at[i]));
    LIST_RELEASE(&lines);
    return arena_str(arena, buf_str(&out));
}

void check_same_dump(struct str a, struct str b, const char *when)
{
    while (a.len > 0 || b.len > 0) {
        struct str one = str_cut(&a, '\n'), other = str_cut(&b, '\n');
        if (!str_equal(one, other))
            FAIL("after %s one says\n  " STR_FMT "\nand the other\n  " STR_FMT, when, STR_ARG(one), STR_ARG(other));
    }
}
