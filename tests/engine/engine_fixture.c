/* engine_fixture.c — see engine_fixture.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine_fixture.h"

#include <string.h>

#include "core/band.h"
#include "harness.h"

static void open_store(struct fixture *fixture)
{
    struct err_info why = {0};
    const struct store_options options = {.path = fixture->path, .clock = &fixture->clock, .vfs = fixture->vfs};
    CHECK_OK(store_open(&options, &fixture->store, &why), why);
}

static void open_engine(struct fixture *fixture)
{
    struct err_info why = {0};
    const struct engine_options options = {.store = fixture->store,
                                           .clock = &fixture->clock,
                                           .threads = 2,
                                           .waiting_max = 10000,
                                           .snapshot_path = fixture->snapshot};
    CHECK_OK(engine_open(&options, &fixture->engine, &why), why);
    CHECK_OK(engine_wait_ready(fixture->engine, &why), why);
}

void fixture_open_on(struct fixture *fixture, const char *path, const char *vfs)
{
    *fixture = (struct fixture){.clock = clock_fixed(MONDAY), .path = path, .vfs = vfs};
    open_store(fixture);
    open_engine(fixture);
}

void fixture_open(struct fixture *fixture, const char *path)
{
    fixture_open_on(fixture, path, NULL);
}

void fixture_reopen(struct fixture *fixture)
{
    engine_close(fixture->engine);
    if (fixture->path != NULL) {
        store_close(fixture->store);
        open_store(fixture);
    }
    open_engine(fixture);
}

void fixture_close(struct fixture *fixture)
{
    engine_close(fixture->engine);
    store_close(fixture->store);
}

struct published fixture_publish(struct fixture *fixture, const char *text, enum publish_changes changes)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    const struct publish publish = {.text = str_from_c(text),
                                    .source = STR("test.yaml"),
                                    .changes = changes,
                                    .author = STR("user:ada@acme.example"),
                                    .note = STR("a test")};
    struct published published;
    struct err_info why = {0};
    CHECK_OK(engine_publish(fixture->engine, &publish, diagnostics, &published, &why), why);
    return published;
}

/* ---- Facts. ---- */

static struct fact_identifier identifier_of(struct str word)
{
    struct str kind = str_cut(&word, ':');
    enum identifier_kind kinds = IDENTIFIER_ID;
    if (str_equal(kind, STR("user"))) kinds = IDENTIFIER_USER;
    if (str_equal(kind, STR("anon"))) kinds = IDENTIFIER_ANONYMOUS;
    if (str_equal(kind, STR("email"))) kinds = IDENTIFIER_EMAIL;
    return (struct fact_identifier){kinds, word};
}

static struct fact fact_about(const struct fixture *fixture, const char *who, int64_t at_ms)
{
    struct fact fact = {.object = ENTITY_CONTACT,
                        .at_ms = at_ms,
                        .received_ms = fixture->clock.fixed_ms,
                        .source = STR("test"),
                        .body = STR("{}")};
    struct str words = str_from_c(who);
    while (words.len > 0) {
        struct fact_identifier identifier = identifier_of(str_cut(&words, ' '));
        if (identifier.kind != IDENTIFIER_ANONYMOUS) fact.lists = true;
        fact.identifiers[fact.identifier_count++] = identifier;
    }
    return fact;
}

static enum fact_state take(struct fixture *fixture, struct fact *fact)
{
    struct err_info why = {0};
    fixture->last = (struct fact_result){0};
    CHECK_OK(engine_take(fixture->engine, fact, &fixture->last, 1, &why), why);
    return fixture->last.state;
}

enum fact_state fixture_event(struct fixture *fixture, const char *who, const char *event, int64_t at_ms,
                              const char *message_id, const char *property, const char *value)
{
    AUTO_ARENA arena = arena_new();
    struct fact fact = fact_about(fixture, who, at_ms);
    struct fact_value values[1];
    fact.event = str_from_c(event);
    fact.message_id = message_id != NULL ? str_from_c(message_id)
                                         : arena_format(arena, "m-%llu", (unsigned long long)fixture->messages++);
    if (property != NULL) {
        values[0] = (struct fact_value){str_from_c(property), str_from_c(value)};
        fact.event_values = values;
        fact.event_value_count = 1;
    }
    return take(fixture, &fact);
}

enum fact_state fixture_set(struct fixture *fixture, const char *who, int64_t at_ms, const char *property,
                            const char *value)
{
    struct fact fact = fact_about(fixture, who, at_ms);
    const struct fact_value values[] = {{str_from_c(property), str_from_c(value)}};
    fact.values = values;
    fact.value_count = 1;
    return take(fixture, &fact);
}

enum fact_state fixture_company(struct fixture *fixture, const char *who, const char *company, const char *property,
                                const char *value)
{
    struct fact fact = fact_about(fixture, who, fixture->clock.fixed_ms);
    const struct fact_value values[] = {{str_from_c(property), str_from_c(value)}};
    fact.company = str_from_c(company);
    fact.company_values = values;
    fact.company_value_count = 1;
    return take(fixture, &fact);
}

/* ---- What became of it. ---- */

uint32_t fixture_contact(struct fixture *fixture, const char *who)
{
    struct fact_identifier identifier = identifier_of(str_from_c(who));
    return engine_find_contact(fixture->engine, identifier.kind, identifier.text);
}

int64_t fixture_score(struct fixture *fixture, const char *score, uint32_t record)
{
    AUTO_ARENA arena = arena_new();
    const struct edition *edition = engine_edition(fixture->engine);
    uint32_t index = definitions_find_score(&edition->set, str_from_c(score));
    CHECK_TRUE(index != UINT32_MAX);
    struct explanation explanation;
    struct visit visit;
    engine_visit(fixture->engine, &visit);
    scan_explain(edition->scan, index, record, fixture->clock.fixed_ms, arena, &explanation);
    engine_leave(fixture->engine, &visit);
    int64_t sum = 0;
    for (uint32_t i = 0; i < explanation.ledger.count; i++) sum += explanation.ledger.lines[i].micro;
    edition_release(edition);
    CHECK_TRUE(explanation.known);
    CHECK_INT(sum, explanation.total);
    return explanation.total;
}

struct str fixture_band(struct fixture *fixture, const char *score, uint32_t record)
{
    static char label[64];
    const struct edition *edition = engine_edition(fixture->engine);
    uint32_t index = definitions_find_score(&edition->set, str_from_c(score));
    CHECK_TRUE(index != UINT32_MAX);
    uint32_t band = engine_band(fixture->engine, edition, index, record);
    struct str text = band == BAND_NONE ? STR("") : edition->set.scores[index]->bands[band].label;
    CHECK_TRUE(text.len < sizeof label);
    if (text.len > 0) memcpy(label, text.at, text.len);
    edition_release(edition);
    return (struct str){label, text.len};
}

struct str fixture_band_log(struct fixture *fixture, uint32_t record, struct arena *arena)
{
    struct band_row *rows = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(store_bands(fixture->store, ENTITY_CONTACT, record, 0, 100, arena, &rows, &count, &why), why);
    struct str log = STR("");
    for (size_t i = 0; i < count; i++)
        log = arena_format(arena, STR_FMT "%s" STR_FMT "<-" STR_FMT ":%s", STR_ARG(log), i > 0 ? " " : "",
                           STR_ARG(rows[i].fact.band), STR_ARG(rows[i].fact.former),
                           band_cause_name((enum band_cause)rows[i].fact.cause));
    return log;
}
