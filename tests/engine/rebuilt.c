/* rebuilt.c — see rebuilt.h. */
// SPDX-License-Identifier: Apache-2.0
#include "rebuilt.h"

#include <string.h>

#include "../score_helper.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/list.h"
#include "harness.h"
#include "look.h"

struct rebuilding {
    struct fixture *fixture;
    struct product *product;
    struct arena *arena;
    struct json_parser *parser;
    LIST(uint32_t) numbers[OBJECT_COUNT]; /* the builder's number of each record */
    LIST(uint32_t) roots[OBJECT_COUNT];   /* asked before the store is read, which holds its lock meanwhile */
    LIST(struct association_fact) associations;
    bool refused;
};

static void add_records(struct rebuilding *r, enum entity object)
{
    struct engine *engine = r->fixture->engine;
    uint32_t count = history_records(look_at(engine), object);
    for (uint32_t i = 0; i < count; i++) {
        struct record_info info;
        engine_record(engine, object, i, r->arena, &info);
        uint32_t number = RECORD_NONE; /* of who was erased */
        if (info.id.len > 0) number = history_builder_record(r->product->builder, object, info.id, info.listed);
        *LIST_ADD(&r->numbers[object]) = number;
        *LIST_ADD(&r->roots[object]) = info.merged_into != RECORD_NONE ? info.merged_into : i;
    }
    if (object != ENTITY_CONTACT) { /* the builder joins only these: facts of others are told of the one that stayed */
        for (uint32_t i = 0; i < count; i++) r->numbers[object].at[i] = r->numbers[object].at[r->roots[object].at[i]];
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct record_info info;
        engine_record(engine, object, i, r->arena, &info);
        if (info.merged_into != RECORD_NONE && r->numbers[object].at[i] != RECORD_NONE)
            history_builder_join(r->product->builder, r->numbers[object].at[info.merged_into],
                                 r->numbers[object].at[i]);
    }
}

static enum err add_version(void *context, const struct version_fact_row *fact, struct err_info *why)
{
    (void)why;
    struct rebuilding *r = context;
    struct err_info refused = {0};
    uint32_t property = catalog_property(r->product->catalog, fact->object, fact->property);
    if (history_builder_property(r->product->builder, property, r->numbers[fact->object].at[fact->record],
                                 fact->from_ms, fact->text, fact->fact_id, &refused) != ERR_OK)
        r->refused = true;
    return ERR_OK;
}

static const enum entity ends[ASSOCIATION_COUNT][2] = {
    {ENTITY_CONTACT, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_CONTACT}};

/* Associations end as if they had never been: of each pair what was said after the last end. */
static enum err note_association(void *context, const struct association_fact *fact, struct err_info *why)
{
    (void)why;
    struct rebuilding *r = context;
    struct association_fact mine = *fact;
    mine.from = r->roots[ends[mine.kind][0]].at[mine.from];
    mine.to = r->roots[ends[mine.kind][1]].at[mine.to];
    if (!mine.ended) {
        *LIST_ADD(&r->associations) = mine;
        return ERR_OK;
    }
    for (size_t i = r->associations.count; i-- > 0;) {
        struct association_fact *known = &r->associations.at[i];
        if (known->kind == mine.kind && known->from == mine.from && known->to == mine.to) known->ended = true;
    }
    return ERR_OK;
}

static void add_associations(struct rebuilding *r)
{
    for (size_t i = 0; i < r->associations.count; i++) {
        const struct association_fact *fact = &r->associations.at[i];
        if (fact->ended) continue;
        history_builder_associate(r->product->builder, (enum association)fact->kind,
                                  r->numbers[ends[fact->kind][0]].at[fact->from],
                                  r->numbers[ends[fact->kind][1]].at[fact->to], fact->from_ms);
    }
}

static enum err add_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    struct rebuilding *r = context;
    struct event_property properties[8];
    struct event_fact event = {.contact = r->numbers[ENTITY_CONTACT].at[fact->contact],
                               .at_ms = fact->at_ms,
                               .name = fact->name,
                               .id = fact->message_id,
                               .bot = fact->bot,
                               .properties = properties};
    char *json = ARENA_ARRAY(r->arena, char, fact->properties.len + JSON_PADDING);
    const struct json_item *object = NULL;
    if (fact->properties.len > 0) {
        memcpy(json, fact->properties.at, fact->properties.len);
        CHECK_OK(json_parse(r->parser, (struct str){json, fact->properties.len}, &object, why), *why);
    }
    for (const struct json_item *member = object == NULL ? NULL : json_first(object); member != NULL;
         member = json_next(object, member)) {
        CHECK_TRUE(event.property_count < 8);
        properties[event.property_count++] =
            (struct event_property){catalog_property(r->product->catalog, ENTITY_EVENT, member->key), member->text};
    }
    return history_builder_event(r->product->builder, &event, NULL, why);
}

static void compare_scores(struct rebuilding *r, const struct edition *edition)
{
    AUTO_BUF now = BUF_INIT(64);
    instant_format(&now, r->fixture->clock.fixed_ms);
    buf_append_char(&now, '\0');
    for (uint32_t s = 0; s < edition->set.score_count; s++) {
        const struct score *score = edition->set.scores[s];
        for (uint32_t i = 0; !score->anonymous && i < r->numbers[score->object].count; i++) {
            AUTO_ARENA arena = arena_new();
            struct str id = history_record_id(look_at(r->fixture->engine), score->object, i);
            if (id.len == 0 || r->roots[score->object].at[i] != i) continue;
            struct explanation live;
            scan_explain(edition->scan, s, i, r->fixture->clock.fixed_ms, arena, &live);
            struct explanation built =
                product_explain(r->product, arena_str(arena, score->name).at, arena_str(arena, id).at, now.at);
            if (live.known != built.known || live.total != built.total)
                FAIL(STR_FMT " of '" STR_FMT "' is %lld, and %lld of the same facts built anew", STR_ARG(score->name),
                     STR_ARG(id), (long long)live.total, (long long)built.total);
        }
    }
}

bool check_against_rebuilt(struct fixture *fixture)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF texts = BUF_INIT(SIZE_MAX);
    struct err_info why = {0};
    const struct edition *edition = engine_edition(fixture->engine);
    for (uint32_t s = 0; s < edition->set.score_count; s++)
        if (!edition->set.scores[s]->anonymous) buf_format(&texts, "---\n" STR_FMT "\n", STR_ARG(edition->texts[s]));
    struct rebuilding r = {.fixture = fixture, .arena = arena, .parser = json_parser_new()};
    bool told = texts.len > 0;
    if (told) {
        r.product = product_new("", arena_str(arena, buf_str(&texts)).at);
        for (enum entity object = ENTITY_CONTACT; object < OBJECT_COUNT; object++) add_records(&r, object);
        const struct store_reader reader = {
            .context = &r, .version = add_version, .association = note_association, .event = add_event};
        CHECK_OK(store_read(fixture->store, &reader, &why), why);
        add_associations(&r);
        product_finish(r.product);
        if (!r.refused) compare_scores(&r, edition);
        product_free(r.product);
    }
    for (int object = 0; object < OBJECT_COUNT; object++) {
        LIST_RELEASE(&r.numbers[object]);
        LIST_RELEASE(&r.roots[object]);
    }
    LIST_RELEASE(&r.associations);
    json_parser_free(r.parser);
    edition_release(edition);
    return told && !r.refused;
}
