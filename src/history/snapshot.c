/* snapshot.c — the state of every record at one instant.
 *
 * Columns without versions are used as they lie; versions that began by as_of are laid
 * over a copy. Companies are resolved once when a program looks one hop away. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "history/scan_internal.h"

const struct version *versions_of(const struct property_column *column, uint32_t record, uint64_t *count)
{
    uint64_t low = 0, high = column->version_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (column->versions[middle].record < record) low = middle + 1;
        else high = middle;
    }
    uint64_t end = low;
    while (end < column->version_count && column->versions[end].record == record) end++;
    *count = end - low;
    return column->versions + low;
}

uint32_t code_at(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms)
{
    if (property >= history->property_count) return 0; /* no fact ever had it */
    const struct property_column *column = &history->properties[property];
    uint32_t code = column->base != NULL ? column->base[record] : 0;
    if (column->version_count == 0) return code;
    uint64_t count;
    const struct version *versions = versions_of(column, record, &count);
    for (uint64_t i = 0; i < count && versions[i].from_ms <= as_of_ms; i++) code = versions[i].code;
    return code;
}

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
    const uint32_t *first = how[object][over].forward ? edges->forward_first : edges->backward_first;
    const struct edge *all = how[object][over].forward ? edges->forward : edges->backward;
    return (struct association_view){
        .edges = all + first[record],
        .count = first[record + 1] - first[record],
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

static void resolve_property(struct snapshot *snapshot, uint32_t property)
{
    const struct history *history = snapshot->history;
    if (property >= history->property_count || snapshot->codes[property] != NULL) return;
    const struct property_column *column = &history->properties[property];
    if (column->version_count == 0 && column->base != NULL) {
        snapshot->codes[property] = column->base;
        return;
    }
    enum entity object = catalog_at(history->catalog, property)->entity;
    if (object == ENTITY_EVENT) return;
    uint32_t count = history->records[object].count;
    uint32_t *codes = ARENA_ARRAY(snapshot->arena, uint32_t, count);
    for (uint32_t i = 0; i < count && column->base != NULL; i++) codes[i] = column->base[i];
    for (uint64_t i = 0; i < column->version_count; i++) /* ascending in time: the last that holds stays */
        if (column->versions[i].from_ms <= snapshot->as_of_ms)
            codes[column->versions[i].record] = column->versions[i].code;
    snapshot->codes[property] = codes;
}

static void resolve_companies(struct snapshot *snapshot, enum entity object)
{
    if (snapshot->company_of[object] != NULL) return;
    uint32_t count = snapshot->history->records[object].count;
    uint32_t *company_of = ARENA_ARRAY(snapshot->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        company_of[i] = primary_company(snapshot->history, object, i, snapshot->as_of_ms);
    snapshot->company_of[object] = company_of;
}

static void resolve_deals(struct snapshot *snapshot)
{
    if (snapshot->deal_is_open != NULL) return;
    uint32_t count = snapshot->history->records[ENTITY_DEAL].count;
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

struct snapshot *snapshot_new(const struct history *history, int64_t as_of_ms, const struct program *const *programs,
                              uint32_t program_count)
{
    struct arena *arena = arena_new();
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    *snapshot = (struct snapshot){.history = history, .as_of_ms = as_of_ms, .arena = arena};
    snapshot->codes = ARENA_ARRAY(arena, const uint32_t *, history->property_count);
    for (uint32_t p = 0; p < program_count; p++) {
        enum entity object = programs[p]->score->object;
        for (uint32_t i = 0; i < programs[p]->leaf_count; i++)
            resolve_hop(snapshot, object, programs[p]->leaves[i].property, programs[p]->leaves[i].hop);
        for (uint32_t i = 0; i < programs[p]->match_count; i++)
            resolve_hop(snapshot, object, programs[p]->matches[i]->property, programs[p]->matches[i]->hop);
    }
    return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
    if (snapshot != NULL) arena_free(snapshot->arena);
}
