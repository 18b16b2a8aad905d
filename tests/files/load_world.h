/* load_world.h — files written, loaded, and asked about, in a test's few words.
 *
 *     struct world w = world_new("contact: {age: number}");
 *     world_file(&w, ENTITY_CONTACT, "contacts.csv", "id,age\nann,41\n");
 *     world_load(&w);
 *     CHECK_STR(world_value(&w, ENTITY_CONTACT, "ann", "age"), STR("41"));
 *     CHECK_STR(world_events(&w, "ann"), STR(""));
 *     world_free(&w); */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_LOAD_WORLD_H
#define PLUMB_TESTS_LOAD_WORLD_H

#include "files/load.h"
#include "harness.h"

#define WORLD_EVENT_FILES 8

struct world {
    struct arena *arena;
    struct catalog *catalog;
    struct rejects *rejects;
    struct load_options options;
    const char *events[WORLD_EVENT_FILES];
    struct history *history;
    const bool *seen;
    struct load_summary summary;
    struct err_info why;
    enum err code;
};

/* `schema` declares every property that the test wants kept; "" none. */
struct world world_new(const char *schema);
void world_free(struct world *world);

/* A property known, with an open type. */
void world_property(struct world *world, enum entity entity, const char *name);

/* Write a file and load it; of events several. Returns its path, which lives in the world. */
const char *world_file(struct world *world, enum entity entity, const char *name, const char *text);
const char *world_bytes(struct world *world, enum entity entity, const char *name, struct str bytes);

void world_load(struct world *world);      /* whatever comes of it */
void world_load_well(struct world *world); /* a failure fails the test; refused rows do not */

/* The raw text of a value at the end of time; "-" without one. */
struct str world_value(struct world *world, enum entity object, const char *id, const char *property);
struct str world_value_at(struct world *world, enum entity object, const char *id, const char *property,
                          const char *when);

/* The contact's events, each "TIME NAME[ bot]{PROPERTY=TEXT,...}", joined by blanks, in their order; "nobody". */
struct str world_events(struct world *world, const char *contact);

/* The ids that are associated, "a b c" in their order. */
struct str world_associated(struct world *world, enum association kind, const char *from);

/* The ids of those listed, in their order. */
struct str world_listed(struct world *world, enum entity object);

/* A refused row of those kept, rendered, without its folder; "" when there is none. */
struct str world_reject(struct world *world, size_t index);

#endif
