/* entity.h — the kinds of thing that have properties.
 *
 * Contacts, companies and deals are *objects*: records with an id, that can be
 * scored. Events have properties, but belong to a contact and are never scored. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_ENTITY_H
#define PLUMB_CORE_ENTITY_H

#include "base/str.h"

enum entity { ENTITY_CONTACT, ENTITY_COMPANY, ENTITY_DEAL, ENTITY_EVENT };

#define OBJECT_COUNT 3 /* contact, company, deal */
#define ENTITY_COUNT 4

static inline const char *entity_name(enum entity entity)
{
    static const char *const names[ENTITY_COUNT] = {"contact", "company", "deal", "event"};
    return names[entity];
}

static inline const char *entity_plural(enum entity entity)
{
    static const char *const names[ENTITY_COUNT] = {"contacts", "companies", "deals", "events"};
    return names[entity];
}

#endif
