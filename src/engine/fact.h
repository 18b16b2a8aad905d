/* fact.h — what a client told us about somebody, before we know who that is.
 *
 * A Segment call, a row of an import and a write of our own API all become this: who (any
 * identifiers; those that stand in one fact are one person), when, and what: an event,
 * values of properties, a company. The writer (writer.h) takes facts one by one; a fact is
 * taken whole or refused whole, and its result says which and why. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_FACT_H
#define PLUMB_ENGINE_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/entity.h"
#include "store/store.h"

#define FACT_ID_MAX 256        /* bytes of an identifier, an event's name, a message id */
#define FACT_IDENTIFIERS_MAX 6 /* of one fact */
#define FACT_VALUES_MAX 1000   /* properties of one fact */

struct fact_identifier {
    enum identifier_kind kind;
    struct str text; /* trimmed, 1 to FACT_ID_MAX bytes; e-mail addresses as they came: the writer lower-cases */
};

/* A property by its name, and its value as a text: a number as it was written, true or false, the
 * elements of a list joined by ';', a member inside an object as "outer.inner". Empty: no value from now on. */
struct fact_value {
    struct str name;
    struct str text;
};

enum fact_if {              /* of a company, a deal, or a contact that is named by its own id */
               FACT_UPSERT, /* made when new */
               FACT_CREATE, /* refused when there is one already: "exists" */
               FACT_UPDATE, /* refused when there is none: "not_found" */
};

struct fact {
    /* Who. Contacts by identifiers; companies and deals by IDENTIFIER_ID alone. */
    enum entity object;
    struct fact_identifier identifiers[FACT_IDENTIFIERS_MAX];
    uint32_t identifier_count;
    enum fact_if expect;
    bool lists; /* makes the record one that is shown and counted; an anonymous visitor is not */

    /* When. */
    int64_t at_ms; /* of the fact, settled (clock corrected, the future clamped); without an event also FOREVER */
    int64_t received_ms;
    struct str message_id; /* empty: none was sent, the writer makes one up */

    /* What: any of these. */
    struct str event; /* name; empty: no event */
    bool bot;
    struct str letter; /* of an e-mail's event: which letter, when no property says it; empty: not known */
    const struct fact_value *event_values;
    uint32_t event_value_count;
    const struct fact_value *values; /* versions of the record's properties from at_ms on */
    uint32_t value_count;
    struct str company; /* id: a contact or deal is associated with it from at_ms on; empty: none */
    bool mentions;      /* a company that is new by this is only mentioned, and not one that is shown */
    const struct fact_value *company_values;
    uint32_t company_value_count;
    const struct str *contacts; /* of a deal: ids of contacts associated with it from at_ms on */
    uint32_t contact_count;
    struct str context; /* JSON kept beside the event: campaign, referrer, why a bot; empty: none */

    struct str body;   /* as it came, for the reject log */
    struct str source; /* "key:3", "token:7", "import:contacts.csv": kept with an event, and in the reject log */
};

enum fact_state { FACT_TAKEN, FACT_DUPLICATE, FACT_REFUSED };

struct fact_result {
    enum fact_state state;
    uint32_t record;    /* who it was; RECORD_NONE when refused before that was known */
    const char *reason; /* of a refusal, a word for programs: see fact_reasons */
    struct str place;   /* the field, or empty; lives as long as the fact */
    char message[200];  /* a sentence without a full stop */
};

/* Reasons of refusals: "no_id", "id_too_long", "no_event", "name_too_long", "bad_time", "wrong_type",
 * "too_many_values", "value_too_long", "catalog_locked", "unknown_type", "reserved", "exists", "not_found",
 * "too_many". */

#endif
