/* record_dates.c — see record_dates.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/record_dates.h"

#include "base/arena.h"
#include "base/unicode.h"
#include "predict/column_words.h"

#define STAGE_VERSIONS_MAX 64 /* of one deal that are looked at: the latest */

static const struct str stages[] = {STR_INIT("stage"), STR_INIT("dealstage"), STR_INIT("deal_stage"),
                                    STR_INIT("is_closed")}; /* those that history_deal_is_open looks at */

uint32_t property_by_words(const struct catalog *catalog, enum entity object, bool (*is)(struct str name))
{
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        const struct property *property = catalog_at((struct catalog *)(uintptr_t)catalog, p);
        if (property->entity == object && is(property->name)) return p;
    }
    return INTERN_NONE;
}

/* That has dates. */
static uint32_t date_by_words(struct catalog *catalog, enum entity object, bool (*is)(struct str name))
{
    uint32_t property = property_by_words(catalog, object, is);
    if (property == INTERN_NONE) return INTERN_NONE;
    enum type type = catalog_at(catalog, property)->type;
    return type == TYPE_DATE || type == TYPE_DATETIME ? property : INTERN_NONE;
}

/* FOREVER: it tells nothing. */
static int64_t date_of(const struct history *history, struct catalog *catalog, uint32_t property, uint32_t record)
{
    const struct value *value = property == INTERN_NONE ? NULL : history_value(history, property, record, EVENT_MAX_MS);
    if (value == NULL) return FOREVER;
    if (value->type != TYPE_OPEN) return value->instant_ms;
    AUTO_ARENA arena = arena_new();
    struct value read;
    return value_read_as(arena, catalog_at(catalog, property)->type, value, &read) ? read.instant_ms : FOREVER;
}

/* ---- Deals. ---- */

static bool says_won(const struct history *history, uint32_t deal)
{
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        uint32_t property = catalog_find(history_catalog(history), ENTITY_DEAL, stages[i]);
        const struct value *value =
            property == INTERN_NONE ? NULL : history_value(history, property, deal, EVENT_MAX_MS);
        if (value == NULL) continue;
        struct str text = unicode_fold(arena, value->raw);
        if (str_equal(text, STR("won")) || str_equal(text, STR("closedwon")) || str_equal(text, STR("closed won")))
            return true;
    }
    return false;
}

/* The first instant of a stage from which on it was not open. */
static int64_t ended_by_stage(const struct history *history, uint32_t deal)
{
    int64_t first_ms = INT64_MAX;
    if (!history_deal_is_open(history, deal, EVENT_MIN_MS - 1)) return FOREVER;
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        struct dated_value versions[STAGE_VERSIONS_MAX];
        uint32_t property = catalog_find(history_catalog(history), ENTITY_DEAL, stages[i]);
        if (property == INTERN_NONE) continue;
        uint32_t count = history_versions(history, property, deal, 0, STAGE_VERSIONS_MAX, versions);
        for (uint32_t v = 0; v < count; v++)
            if (versions[v].from_ms < first_ms && versions[v].from_ms > FOREVER &&
                !history_deal_is_open(history, deal, versions[v].from_ms))
                first_ms = versions[v].from_ms;
    }
    return first_ms;
}

static struct deal_life life_of(const struct history *history, struct catalog *catalog, uint32_t deal,
                                uint32_t creation, uint32_t closing)
{
    struct deal_life life = {.ended_ms = ended_by_stage(history, deal)};
    int64_t created_ms = date_of(history, catalog, creation, deal);
    if (life.ended_ms == FOREVER) life.ended_ms = date_of(history, catalog, closing, deal);
    life.won = life.ended_ms != INT64_MAX && says_won(history, deal);
    life.began_ms = created_ms;
    return life;
}

struct deal_life deal_life_find(const struct history *history, struct catalog *catalog, uint32_t deal)
{
    return life_of(history, catalog, deal, date_by_words(catalog, ENTITY_DEAL, column_is_creation),
                   date_by_words(catalog, ENTITY_DEAL, column_is_closing));
}

void record_dates_find(const struct history *history, struct catalog *catalog, struct record_dates *out)
{
    if (catalog == NULL) catalog = history_catalog(history);
    uint32_t deals = history_records(history, ENTITY_DEAL);
    uint32_t closing = date_by_words(catalog, ENTITY_DEAL, column_is_closing);
    *out = (struct record_dates){.deals = memory_array(deals, sizeof *out->deals), .catalog = catalog};
    for (enum entity object = 0; object < OBJECT_COUNT; object++)
        out->creation[object] = date_by_words(catalog, object, column_is_creation);
    out->first_fact_ms = INT64_MAX;
    for (enum entity object = 0; object < OBJECT_COUNT; object++)
        for (uint32_t r = 0; r < history_records(history, object); r++) {
            int64_t first_ms = history_first_fact(history, object, r);
            if (first_ms < out->first_fact_ms) out->first_fact_ms = first_ms;
        }
    if (out->first_fact_ms == INT64_MAX) out->first_fact_ms = FOREVER;
    for (uint32_t d = 0; d < deals; d++)
        out->deals[d] = life_of(history, catalog, d, out->creation[ENTITY_DEAL], closing);
}

void record_dates_release(struct record_dates *dates)
{
    memory_free(dates->deals);
    dates->deals = NULL;
}

int64_t record_began(const struct history *history, const struct record_dates *dates, enum entity object,
                     uint32_t record)
{
    int64_t first_ms = history_first_fact(history, object, record);
    int64_t created_ms = date_of(history, dates->catalog, dates->creation[object], record);
    if (created_ms == FOREVER) return first_ms;
    if (created_ms < dates->first_fact_ms) created_ms = dates->first_fact_ms;
    return created_ms < first_ms ? created_ms : first_ms;
}
