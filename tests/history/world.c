/* world.c — facts in short words, so that a test reads as what happened. */
// SPDX-License-Identifier: Apache-2.0
#include "world.h"

struct world world_new(void)
{
    struct world world = {.catalog = catalog_new()};
    world.builder = history_builder_new(world.catalog);
    return world;
}

void world_finish(struct world *world)
{
    world->history = history_builder_finish(world->builder, NULL);
    check_invariants(world->history);
}

void world_free(struct world *world)
{
    history_free(world->history);
    history_builder_free(world->builder);
    catalog_free(world->catalog);
}

uint32_t add_contact(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_CONTACT, str_from_c(id), true);
}

uint32_t add_stranger(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_CONTACT, str_from_c(id), false);
}

uint32_t add_company(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_COMPANY, str_from_c(id), false);
}

void set_property(struct world *world, const char *property, uint32_t record, int64_t from_ms, const char *text,
                  const char *fact_id)
{
    struct err_info why = {0};
    uint32_t id = catalog_property(world->catalog, ENTITY_CONTACT, str_from_c(property));
    CHECK_OK(history_builder_property(world->builder, id, record, from_ms, str_from_c(text), str_from_c(fact_id), &why),
             why);
}

/* The text of a contact's property at an instant; "" without a value. */
struct str text_at(const struct world *world, const char *property, const char *id, int64_t as_of_ms)
{
    uint32_t record = history_find(world->history, ENTITY_CONTACT, str_from_c(id));
    CHECK_TRUE(record != RECORD_NONE);
    uint32_t column = catalog_find(world->catalog, ENTITY_CONTACT, str_from_c(property));
    const struct value *value = history_value(world->history, column, record, as_of_ms);
    return value == NULL ? STR("") : value->raw;
}

enum err try_event(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                   const char *property, const char *text, struct err_info *why)
{
    struct event_property given = {0};
    if (property != NULL) {
        given.property = catalog_property(world->catalog, ENTITY_EVENT, str_from_c(property));
        given.text = str_from_c(text);
    }
    struct event_fact fact = {
        .contact = who,
        .at_ms = at_ms,
        .name = str_from_c(name),
        .id = str_from_c(id),
        .properties = &given,
        .property_count = property != NULL,
    };
    return history_builder_event(world->builder, &fact, NULL, why);
}

void send_event(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                const char *property, const char *text)
{
    struct err_info why = {0};
    CHECK_OK(try_event(world, who, at_ms, name, id, property, text, &why), why);
}

uint32_t events_of(const struct world *world, const char *id)
{
    uint32_t record = history_find(world->history, ENTITY_CONTACT, str_from_c(id));
    CHECK_TRUE(record != RECORD_NONE);
    return events_of_contact(world->history, record).count;
}
