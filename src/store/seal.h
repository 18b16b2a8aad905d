/* seal.h — sums over facts, so that a byte that changed on the disk is found.
 *
 * For each kind of fact: how many rows, and the sum of their hashes modulo 2^64. A sum does
 * not depend on order and lets a row be taken out again, so appending costs one hash a row
 * and erasing does not read what stays. The database's own checks see its structure, not
 * whether a letter in a row is still the one that was written. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_SEAL_H
#define PLUMB_STORE_SEAL_H

#include "store/store.h"

enum seal_part {
    SEAL_PROPERTY,
    SEAL_RECORD,
    SEAL_IDENTIFIER,
    SEAL_MERGE,
    SEAL_VERSION,
    SEAL_ASSOCIATION,
    SEAL_EVENT,
    SEAL_DEFINITION,
    SEAL_BAND,
    SEAL_REJECT,
    SEAL_AUDIT,
    SEAL_BATCH /* its rows count transactions; its sum stays 0 */
};
#define SEAL_PARTS 12

struct seal {
    uint64_t rows;
    uint64_t sum;
};

const char *seal_part_name(enum seal_part part);

static inline void seal_add(struct seal *seal, uint64_t hash)
{
    seal->rows++;
    seal->sum += hash;
}

static inline void seal_take(struct seal *seal, uint64_t hash)
{
    seal->rows--;
    seal->sum -= hash;
}

/* Hashes of rows. They stand in files, so they never change; an absent text is the empty one. */
uint64_t seal_of_property(const struct property_fact *fact);
uint64_t seal_of_record(const struct record_fact *fact, bool archived);
uint64_t seal_of_identifier(const struct identifier_fact *fact);
uint64_t seal_of_merge(const struct merge_fact *fact);
uint64_t seal_of_version(const struct version_fact_row *fact);
uint64_t seal_of_association(const struct association_fact *fact);
uint64_t seal_of_event(const struct event_fact_row *fact);
uint64_t seal_of_definition(const struct definition_fact *fact);
uint64_t seal_of_band(const struct band_fact *fact);
uint64_t seal_of_reject(const struct reject_fact *fact);
uint64_t seal_of_audit(const struct audit_fact *fact);

#endif
