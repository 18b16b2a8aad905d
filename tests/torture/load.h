/* load.h — senders that note what was acknowledged, and send again what was not (and some of what was).
 *
 * What a message says follows from the seed, its sender and its number alone, so a message is sent again with the same
 * bytes. Message ids are "SENDER-NUMBER". There are PEOPLE persons; each is known as user uN and as visitor aN of a
 * website, and every sender speaks of all of them. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_TORTURE_LOAD_H
#define PLUMB_TESTS_TORTURE_LOAD_H

#include <pthread.h>

#include "base/buf.h"
#include "base/list.h"

#define SENDERS 4
#define PEOPLE 150

enum message_kind {
    MESSAGE_PRICING, /* page_viewed with path /pricing */
    MESSAGE_DEMO,    /* demo_requested */
    MESSAGE_VISITED, /* page_viewed by the visitor, not yet known who that is */
    MESSAGE_PLAN,    /* identify: the plan */
    MESSAGE_JOINED,  /* identify: user and visitor are one */
};
#define MESSAGE_KINDS 5

struct message {
    enum message_kind kind;
    uint32_t person;
    int64_t at_ms; /* no two messages have the same */
    bool pro;      /* of MESSAGE_PLAN */
};

enum message_state { UNSENT, IN_DOUBT, ACKNOWLEDGED };

struct sender {
    struct load *load;
    uint32_t number;
    uint64_t dice;
    LIST(enum message_state) states; /* by the message's number */
    uint32_t open;                   /* all before are acknowledged */
    pthread_t thread;
};

struct load {
    uint64_t seed;
    struct str key; /* a write key */
    uint16_t port;
    bool finish;
    bool stops;                        /* atomic: the server is about to die */
    uint64_t acknowledged, sent_again; /* atomic: calls */
    struct sender senders[SENDERS];
    pthread_mutex_t lock;
    char complaint[300]; /* the first answer that nobody should get */
};

void load_init(struct load *load, uint64_t seed, struct str key);
void load_release(struct load *load);

/* All senders at once, until load_stop or, with `finish`, until everything in doubt is acknowledged and every visitor is
 * joined. */
void load_start(struct load *load, uint16_t port, bool finish);
void load_stop(struct load *load);
void load_wait(struct load *load);

struct message load_message(const struct load *load, uint32_t sender, uint32_t number);
const char *message_event(enum message_kind kind); /* the name of its event; NULL: it is none */

uint64_t dice_next(uint64_t *dice); /* splitmix64 */
uint32_t dice_below(uint64_t *dice, uint32_t bound);

#endif
