/* demo.h — a believable company's leads, made from one seed.
 *
 * Four hundred days of a seller of business software in Poland, the Netherlands,
 * Czechia and Britain: companies that fit more or less, people in them who are idle,
 * curious, or about to buy, what they did, and the deals that came of it. Whether a
 * deal is opened and won is drawn with a probability that grows with how well the
 * company and the role fit and how much the person is interested, so a score that
 * finds fit and interest finds tomorrow's customers.
 *
 * The same seed, sizes and end give the same bytes on every machine. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEMO_DEMO_H
#define PLUMB_APP_DEMO_DEMO_H

#include <stdint.h>

#include "base/err.h"
#include "files/progress.h"

#define DEMO_CONTACTS_MAX 10000000
#define DEMO_EVENTS_MAX 400000000
#define DEMO_DAYS 400

struct demo_size {
    uint64_t seed;
    uint32_t contacts;
    uint32_t events;
    int64_t until_ms; /* when the world ends: nothing is later */
};

struct demo_counts {
    uint32_t companies, contacts, deals, events;
};

/* The files that demo_write makes, NULL-ended. */
extern const char *const demo_files[];

/* Write the files into the folder `dir`, which must exist.
 * Errors   ERR_UNAVAILABLE: a file cannot be written; those before it are whole.
 * Cost     12 bytes of memory a contact; events are written as they are made. */
MUST_CHECK enum err demo_write(const char *dir, const struct demo_size *size, struct progress *progress,
                               struct demo_counts *counts, struct err_info *why);

#endif
