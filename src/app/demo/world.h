/* world.h — who there is in a demo world: numbers, and who belongs to whom.
 *
 * Companies and contacts are numbered from 0. Companies take their people from a row of
 * places one after another; which contact sits in which place is shuffled, so a contacts
 * file does not come sorted by company. Everything else about a record follows from
 * its dice (dice.h) whenever it is asked for. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEMO_WORLD_H
#define PLUMB_APP_DEMO_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "app/demo/demo.h"
#include "app/demo/dice.h"
#include "app/demo/people.h"

#define NO_COMPANY UINT32_MAX
#define COMPANY_PEOPLE_MAX 40

struct world {
    struct demo_size size;
    int64_t from_ms; /* the world's first instant */
    uint32_t company_count;
    uint32_t *place_of;    /* of each contact */
    uint32_t *contact_at;  /* in each place */
    uint32_t *first_place; /* of each company, and one more; places behind the last belong to nobody */
};

void world_init(struct world *world, const struct demo_size *size);
void world_free(struct world *world);

/* A time of working people on the given day of the world: Monday to Friday mostly, in the
 * hours of an office mostly. May lie outside the world. */
int64_t world_moment(const struct world *world, struct dice *dice, int32_t day);

/* ---- Companies (companies.c). ---- */

struct company {
    enum language language;
    const char *country, *city, *industry, *crm; /* crm may be NULL: not known */
    uint32_t employees;                          /* 0: not known */
    uint32_t true_employees;
    uint32_t founded;
    uint64_t revenue_eur;
    int32_t fit_milli;   /* how well it fits what is sold */
    bool looking;        /* somebody there was told to find such a product */
    int32_t looking_day; /* when: its people's interest gathers around it */
};

struct company company_at(const struct world *world, uint32_t company);
void company_append_id(struct buf *out, uint32_t company);
void company_append_name(struct buf *out, const struct company *facts, uint32_t company, bool with_form);
void company_append_domain(struct buf *out, const struct company *facts, uint32_t company);
void company_append_header(struct buf *out);
void company_append_row(struct buf *out, const struct world *world, uint32_t company);

/* ---- Contacts (contacts.c). ---- */

/* What moves a person. The order is that of the tables in contacts.c and behaviour.c. */
enum mood { MOOD_IDLE, MOOD_CURIOUS, MOOD_COMPARING, MOOD_BUYING, MOOD_JOB_HUNTING, MOOD_ROBOT };
#define MOOD_COUNT 6

struct contact {
    uint32_t company; /* or NO_COMPANY */
    uint32_t among;   /* its number among the company's people */
    const struct role *role;
    enum mood mood;
    bool known_robot;  /* a robot, and the mail system says so */
    int32_t fit_milli; /* company and role */
    int32_t interest_milli;
    int32_t created_day; /* of the world; negative: before it */
    int32_t peak_day;    /* around which most of its visits lie */
    int32_t last_day;    /* silent afterwards */
    uint32_t liveliness; /* its share of all events */
};

struct contact contact_at(const struct world *world, uint32_t contact);
void contact_append_id(struct buf *out, uint32_t contact);
void contact_append_header(struct buf *out);
void contact_append_row(struct buf *out, const struct world *world, uint32_t contact);

/* ---- Events (behaviour.c). ---- */

struct moments; /* room that is used again from contact to contact */
struct moments *moments_new(void);
void moments_free(struct moments *moments);

/* Append `count` events of the contact as JSON lines, in the order of time. */
void contact_append_events(struct buf *out, const struct world *world, uint32_t contact, uint32_t count,
                           struct moments *moments);

/* ---- Deals (deals.c). ---- */

void deal_append_header(struct buf *out);
/* The deal that the contact brought about, if there is one: true when a row was appended. */
bool deal_append_row(struct buf *out, const struct world *world, uint32_t contact);

#endif
