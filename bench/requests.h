/* requests.h — what bench_client sends: one whole HTTP request after the other, each different from all before.
 *
 * Events are the benchmark's world as Segment's calls. Each has a message id of its own, so none is taken for a
 * repetition, and the present time. Contacts come in an order that meets everyone once before it meets anyone again.
 * Texts are made beforehand and only patched, because the load shares the machine with what it measures. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BENCH_REQUESTS_H
#define PLUMB_BENCH_REQUESTS_H

#include "base/buf.h"

#define REQUEST_BYTES_MAX ((size_t)1024 * 1024)

struct request_options {
    const char *path;
    const char *authorization; /* the header's value; NULL: none */
    uint32_t contacts;         /* that the events are about */
    uint32_t events_each;      /* of a request; one is sent alone, more as {"batch": [...]} */
    struct str body;           /* not empty: sent in place of events; its first "%%" becomes a number from 10 to 99 */
};

struct requests; /* opaque; one thread */

struct requests *requests_new(const struct request_options *options); /* texts are borrowed until requests_free */
void requests_free(struct requests *requests);

/* Append the next request to an empty `out` of at least REQUEST_BYTES_MAX. */
void requests_write(struct requests *requests, struct buf *out);

#endif
