/* world.c — contacts with a few properties, events skewed over contacts and names, evenly
 * over WORLD_DAYS. Plain random numbers: nothing here depends on floating point. */
// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

static uint64_t next(uint64_t *state) /* splitmix64, Steele, Lea and Flood 2014 */
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(((next(state) >> 32) * limit) >> 32);
}

/* ---- Contacts ---- */

const char *const world_columns[WORLD_COLUMNS] = {"industry", "employees", "country",  "budget", "phone",
                                                  "role",     "email",     "opted_in", "source"};

void world_contact(const struct world *world, uint32_t contact, char values[WORLD_COLUMNS][WORLD_VALUE_BYTES])
{
    static const char *const industries[] = {"software", "finance", "retail", "health", "logistics", "education"};
    static const char *const countries[] = {"PL", "NL", "CZ", "GB", "DE", "FR", "ES", "US"};
    static const char *const roles[] = {"ceo", "cto", "head of sales", "engineer", "buyer", "student", "assistant"};
    static const char *const sources[] = {"referral", "organic", "ads", "event", "partner"};
    uint64_t state = world->seed ^ ((uint64_t)contact + 1) * UINT64_C(0x5851f42d4c957f2d);
    memset(values, 0, (size_t)WORLD_COLUMNS * WORLD_VALUE_BYTES);
    const size_t room = WORLD_VALUE_BYTES;
    if (below(&state, 10) > 0) snprintf(values[0], room, "%s", industries[below(&state, 6)]);
    if (below(&state, 10) > 1) snprintf(values[1], room, "%u", 1 + below(&state, 2000));
    snprintf(values[2], room, "%s", countries[below(&state, 8)]);
    if (below(&state, 4) == 0) snprintf(values[3], room, "%u", below(&state, 40) * 1000);
    if (below(&state, 3) == 0) snprintf(values[4], room, "+48 %09u", below(&state, 1000000000));
    snprintf(values[5], room, "%s", roles[below(&state, 7)]);
    snprintf(values[6], room, "c%u@%s.example", contact, below(&state, 5) == 0 ? "mail" : "firm");
    snprintf(values[7], room, "%s", below(&state, 2) ? "true" : "false");
    snprintf(values[8], room, "%s", sources[below(&state, 5)]);
}

/* ---- Events ---- */

struct kind {
    const char *name;
    const char *property;
    const char *const *values; /* NULL ended */
    uint32_t weight;
};

static const char *const paths[] = {"/",          "/pricing",      "/product", "/docs",      "/blog/launch",
                                    "/blog/tips", "/demo",         "/careers", "/customers", "/security",
                                    "/about",     "/integrations", NULL};
static const char *const forms[] = {"newsletter", "demo", "contact", "ebook", "webinar", NULL};
static const struct kind kinds[] = {
    {"page_viewed", "path", paths, 500},     {"email_opened", NULL, NULL, 170},
    {"email_clicked", NULL, NULL, 60},       {"login", NULL, NULL, 60},
    {"form_submitted", "form", forms, 40},   {"ad_clicked", NULL, NULL, 40},
    {"document_downloaded", NULL, NULL, 25}, {"video_played", NULL, NULL, 25},
    {"webinar_registered", NULL, NULL, 20},  {"webinar_attended", NULL, NULL, 10},
    {"chat_started", NULL, NULL, 15},        {"call_connected", NULL, NULL, 10},
    {"meeting_booked", NULL, NULL, 8},       {"trial_started", NULL, NULL, 7},
    {"email_bounced", NULL, NULL, 6},        {"unsubscribed", NULL, NULL, 4},
};

struct world_event world_draw(const struct world *world, uint64_t *state)
{
    uint32_t ticket = below(state, 1000), k = 0;
    while (ticket >= kinds[k].weight) ticket -= kinds[k++].weight;
    uint32_t value_count = 0;
    while (kinds[k].values != NULL && kinds[k].values[value_count] != NULL) value_count++;
    /* The lesser of two draws: half of the events belong to 29 % of the contacts. */
    uint32_t a = below(state, world->contacts), b = below(state, world->contacts);
    uint64_t age_ms = (next(state) >> 20) % ((uint64_t)WORLD_DAYS * (uint64_t)MS_PER_DAY);
    return (struct world_event){
        .contact = a < b ? a : b,
        .at_ms = WORLD_AS_OF_MS - (int64_t)age_ms,
        .name = kinds[k].name,
        .property = kinds[k].property,
        .value = value_count > 0 ? kinds[k].values[below(state, value_count)] : NULL,
    };
}

struct str world_contact_id(uint32_t contact, char text[WORLD_VALUE_BYTES])
{
    int bytes = snprintf(text, WORLD_VALUE_BYTES, "c%08u", contact);
    return (struct str){text, (size_t)bytes};
}

void world_build(const struct world *world, struct catalog *catalog, struct history_builder *builder)
{
    char values[WORLD_COLUMNS][WORLD_VALUE_BYTES], id[WORLD_VALUE_BYTES];
    for (uint32_t c = 0; c < world->contacts; c++) {
        uint32_t record = history_builder_record(builder, ENTITY_CONTACT, world_contact_id(c, id), true);
        world_contact(world, c, values);
        for (size_t p = 0; p < WORLD_COLUMNS; p++) {
            uint32_t property = catalog_find(catalog, ENTITY_CONTACT, str_from_c(world_columns[p]));
            if (property == INTERN_NONE || values[p][0] == '\0') continue;
            enum err e =
                history_builder_property(builder, property, record, FOREVER, str_from_c(values[p]), STR(""), NULL);
            INVARIANT(e == ERR_OK);
        }
    }
    uint64_t state = world->seed;
    for (uint64_t e = 0; e < world->events; e++) {
        struct world_event event = world_draw(world, &state);
        struct event_property property = {.property = INTERN_NONE, .text = str_from_c(event.value)};
        if (event.value != NULL) property.property = catalog_find(catalog, ENTITY_EVENT, str_from_c(event.property));
        struct event_fact fact = {
            .contact = event.contact, /* numbers of a builder count up from 0 */
            .at_ms = event.at_ms,
            .name = str_from_c(event.name),
            .properties = &property,
            .property_count = event.value != NULL && property.property != INTERN_NONE,
        };
        enum err refused = history_builder_event(builder, &fact, NULL, NULL);
        INVARIANT(refused == ERR_OK);
    }
}

void world_write_contacts(const struct world *world, FILE *out)
{
    char values[WORLD_COLUMNS][WORLD_VALUE_BYTES];
    fputs("id", out);
    for (size_t p = 0; p < WORLD_COLUMNS; p++) fprintf(out, ",%s", world_columns[p]);
    for (uint32_t c = 0; c < world->contacts; c++) {
        world_contact(world, c, values);
        fprintf(out, "\nc%08u", c);
        for (size_t p = 0; p < WORLD_COLUMNS; p++) fprintf(out, ",%s", values[p]);
    }
    fputc('\n', out);
}

void world_write_events(const struct world *world, FILE *out)
{
    fputs("contact,event,time,path,form\n", out);
    uint64_t state = world->seed;
    for (uint64_t e = 0; e < world->events; e++) {
        struct world_event event = world_draw(world, &state);
        const char *value = event.value != NULL ? event.value : "";
        bool path = event.value != NULL && strcmp(event.property, "path") == 0;
        fprintf(out, "c%08u,%s,%lld,%s,%s\n", event.contact, event.name, (long long)event.at_ms, path ? value : "",
                path ? "" : value);
    }
}

void world_write_events_json(const struct world *world, FILE *out)
{
    uint64_t state = world->seed;
    for (uint64_t e = 0; e < world->events; e++) {
        struct world_event event = world_draw(world, &state);
        fprintf(out, "{\"contact\":\"c%08u\",\"event\":\"%s\",\"time\":%lld", event.contact, event.name,
                (long long)event.at_ms);
        if (event.value != NULL) fprintf(out, ",\"%s\":\"%s\"", event.property, event.value);
        fputs("}\n", out);
    }
}
