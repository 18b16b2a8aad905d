/* snapshot.c — the state of every record at one instant.
 *
 * Columns without versions are used as they lie; versions that began by as_of are laid
 * over a copy. Companies are resolved once when a program looks one hop away. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "history/scan_internal.h"

/* ---- Associations ---- */

struct association_view associated(const struct history *history, enum entity object, uint32_t record, enum entity over)
{
    static const struct {
        enum association kind;
        bool forward, possible;
    } how[OBJECT_COUNT][OBJECT_COUNT] = {
        [ENTITY_CONTACT][ENTITY_COMPANY] = {ASSOCIATION_CONTACT_COMPANY, true, true},
        [ENTITY_CONTACT][ENTITY_DEAL] = {ASSOCIATION_DEAL_CONTACT, false, true},
        [ENTITY_COMPANY][ENTITY_CONTACT] = {ASSOCIATION_CONTACT_COMPANY, false, true},
        [ENTITY_COMPANY][ENTITY_DEAL] = {ASSOCIATION_DEAL_COMPANY, false, true},
        [ENTITY_DEAL][ENTITY_CONTACT] = {ASSOCIATION_DEAL_CONTACT, true, true},
        [ENTITY_DEAL][ENTITY_COMPANY] = {ASSOCIATION_DEAL_COMPANY, true, true},
    };
    INVARIANT(how[object][over].possible);
    const struct edges *edges = &history->edges[how[object][over].kind];
    struct run run = run_at((how[object][over].forward ? edges->forward_run : edges->backward_run) + record);
    const struct edge *all = how[object][over].forward ? edges->forward : edges->backward;
    return (struct association_view){
        .edges = all + run.first,
        .count = run.count,
        .forward = how[object][over].forward,
    };
}

uint32_t primary_company(const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms)
{
    struct association_view companies = associated(history, object, record, ENTITY_COMPANY);
    uint32_t company = RECORD_NONE;
    for (uint32_t i = 0; i < companies.count && companies.edges[i].from_ms <= as_of_ms; i++)
        company = companies.edges[i].to;
    return company;
}

/* ---- Open deals ---- */

static bool stage_is_closed(const struct value *stage)
{
    static const struct str closed[] = {
        STR_INIT("won"),        STR_INIT("lost"),       STR_INIT("closed"),      STR_INIT("closedwon"),
        STR_INIT("closedlost"), STR_INIT("closed won"), STR_INIT("closed lost"),
    };
    if (stage == NULL) return false;
    AUTO_ARENA scratch = arena_new();
    struct str folded = unicode_fold(scratch, stage->raw);
    for (size_t i = 0; i < COUNT_OF(closed); i++)
        if (str_equal(folded, closed[i])) return true;
    return false;
}

static bool means_true(const struct value *value)
{
    struct value as_boolean;
    AUTO_ARENA scratch = arena_new();
    return value != NULL && value_parse(scratch, TYPE_BOOLEAN, value->raw, &as_boolean, NULL) == ERR_OK &&
           as_boolean.boolean;
}

bool deal_is_open(const struct history *history, uint32_t deal, int64_t as_of_ms)
{
    static const struct str stages[] = {STR_INIT("stage"), STR_INIT("dealstage"), STR_INIT("deal_stage")};
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        uint32_t property = catalog_find(history->catalog, ENTITY_DEAL, stages[i]);
        if (property != INTERN_NONE && stage_is_closed(history_value(history, property, deal, as_of_ms))) return false;
    }
    uint32_t is_closed = catalog_find(history->catalog, ENTITY_DEAL, STR("is_closed"));
    return is_closed == INTERN_NONE || !means_true(history_value(history, is_closed, deal, as_of_ms));
}

/* ---- The snapshot ---- */

/* Lay the versions that began by as_of over codes. */
static void resolve_versions(const struct property_column *column, int64_t as_of_ms, uint32_t records, uint32_t *codes)
{
    uint32_t word_count;
    const uint64_t *words = column_words(column, &word_count);
    for (uint32_t record = 0; record < records && record < word_count; record++) {
        struct run run = run_at(&words[record]);
        const struct version *versions = column->versions + run.first;
        for (uint32_t i = 0; i < run.count && versions[i].from_ms <= as_of_ms; i++) codes[record] = versions[i].code;
    }
    for (uint64_t i = 0; i < column->version_count; i++) /* ascending in time: the last that holds stays */
        if (column->versions[i].from_ms <= as_of_ms) codes[column->versions[i].record] = column->versions[i].code;
}

static void resolve_property(struct snapshot *snapshot, uint32_t property)
{
    const struct history *history = snapshot->history;
    if (property >= history->property_count || snapshot->codes[property] != NULL) return;
    const struct property_column *column = &history->properties[property];
    if (column->base != NULL && column->version_count == 0) {
        snapshot->codes[property] = column->base;
        return;
    }
    enum entity object = catalog_at(history->catalog, property)->entity;
    if (object == ENTITY_EVENT) return;
    uint32_t count = history->records[object].reach;
    uint32_t *codes = ARENA_ARRAY(snapshot->arena, uint32_t, count);
    for (uint32_t i = 0; i < count && column->base != NULL; i++) codes[i] = column->base[i];
    resolve_versions(column, snapshot->as_of_ms, count, codes);
    snapshot->codes[property] = codes;
}

static void resolve_companies(struct snapshot *snapshot, enum entity object)
{
    if (snapshot->company_of[object] != NULL) return;
    uint32_t count = snapshot->history->records[object].reach;
    uint32_t *company_of = ARENA_ARRAY(snapshot->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        company_of[i] = primary_company(snapshot->history, object, i, snapshot->as_of_ms);
    snapshot->company_of[object] = company_of;
}

static void resolve_deals(struct snapshot *snapshot)
{
    if (snapshot->deal_is_open != NULL) return;
    uint32_t count = snapshot->history->records[ENTITY_DEAL].reach;
    bool *is_open = ARENA_ARRAY(snapshot->arena, bool, count);
    for (uint32_t i = 0; i < count; i++) is_open[i] = deal_is_open(snapshot->history, i, snapshot->as_of_ms);
    snapshot->deal_is_open = is_open;
}

static void resolve_hop(struct snapshot *snapshot, enum entity object, uint32_t property, enum hop hop)
{
    resolve_property(snapshot, property);
    if (hop == HOP_COMPANY) resolve_companies(snapshot, object);
    if (hop == HOP_DEAL) resolve_deals(snapshot);
}

struct snapshot *snapshot_new(const struct history *history, int64_t as_of_ms)
{
    struct arena *arena = arena_new();
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    *snapshot = (struct snapshot){.history = history, .as_of_ms = as_of_ms, .arena = arena};
    snapshot->codes = ARENA_ARRAY(arena, const uint32_t *, history->property_count);
    return snapshot;
}

void snapshot_resolve(struct snapshot *snapshot, const struct program *const *programs, uint32_t program_count)
{
    for (uint32_t p = 0; p < program_count; p++) {
        enum entity object = programs[p]->score->object;
        for (uint32_t i = 0; i < programs[p]->leaf_count; i++)
            resolve_hop(snapshot, object, programs[p]->leaves[i].property, programs[p]->leaves[i].hop);
        for (uint32_t i = 0; i < programs[p]->match_count; i++)
            resolve_hop(snapshot, object, programs[p]->matches[i]->property, programs[p]->matches[i]->hop);
    }
}

void snapshot_free(struct snapshot *snapshot)
{
    if (snapshot != NULL) arena_free(snapshot->arena);
}
