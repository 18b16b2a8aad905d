/* world.h — a catalog, a builder and the history made of them, and short words for facts. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_WORLD_H
#define PLUMB_TESTS_WORLD_H

#include "harness.h"
#include "history/builder.h"
#include "history/history_internal.h"
#include "history_equal.h"

struct world {
    struct catalog *catalog;
    struct history_builder *builder;
    struct history *history;
};

struct world world_new(void);
void world_finish(struct world *world);
void world_free(struct world *world);
uint32_t add_contact(struct world *world, const char *id);
uint32_t add_stranger(struct world *world, const char *id);
uint32_t add_company(struct world *world, const char *id);
void set_property(struct world *world, const char *property, uint32_t record, int64_t from_ms, const char *text,
                  const char *fact_id);
/* The text of a contact's property at an instant; "" without a value. */
struct str text_at(const struct world *world, const char *property, const char *id, int64_t as_of_ms);
enum err try_event(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                   const char *property, const char *text, struct err_info *why);
void send_event(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                const char *property, const char *text);
uint32_t events_of(const struct world *world, const char *id);

#endif
