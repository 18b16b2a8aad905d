/* load.c — see load.h. */
// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/instant.h"
#include "base/macros.h"
#include "client.h"

#define BEGIN_MS INT64_C(1735689600000) /* 2025-01-01: long ago, so that no time is clamped */
#define STEP_MS 37
#define CALLS_MAX 24 /* of one batch */

uint64_t dice_next(uint64_t *dice)
{
    uint64_t z = (*dice += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t dice_below(uint64_t *dice, uint32_t bound)
{
    return (uint32_t)(dice_next(dice) % bound);
}

/* ---- Messages. ---- */

struct message load_message(const struct load *load, uint32_t sender, uint32_t number)
{
    static const enum message_kind often[] = {MESSAGE_PRICING, MESSAGE_PRICING, MESSAGE_VISITED, MESSAGE_VISITED,
                                              MESSAGE_PLAN,    MESSAGE_DEMO,    MESSAGE_JOINED};
    uint64_t dice = load->seed ^ ((uint64_t)sender << 40) ^ number;
    dice_next(&dice);
    struct message message = {
        .kind = often[dice_below(&dice, COUNT_OF(often))],
        .person = dice_below(&dice, PEOPLE),
        .at_ms = BEGIN_MS + ((int64_t)number * SENDERS + sender) * STEP_MS,
        .pro = dice_below(&dice, 2) == 1,
    };
    /* The first messages of a sender see to it that everybody is joined by the end. */
    if (number % 3 == 0 && number / 3 < PEOPLE) {
        message.kind = MESSAGE_JOINED;
        message.person = number / 3;
    }
    return message;
}

const char *message_event(enum message_kind kind)
{
    static const char *const events[MESSAGE_KINDS] = {
        [MESSAGE_PRICING] = "page_viewed", [MESSAGE_DEMO] = "demo_requested", [MESSAGE_VISITED] = "page_viewed"};
    return events[kind];
}

static void write_call(const struct load *load, uint32_t sender, uint32_t number, struct buf *out)
{
    static const char *const what[MESSAGE_KINDS] = {
        [MESSAGE_PRICING] = "\"page\",\"properties\":{\"path\":\"/pricing\"}",
        [MESSAGE_DEMO] = "\"track\",\"event\":\"demo_requested\"",
        [MESSAGE_VISITED] = "\"page\",\"properties\":{\"path\":\"/blog\"}",
        [MESSAGE_PLAN] = "\"identify\",\"traits\":",
        [MESSAGE_JOINED] = "\"identify\"",
    };
    struct message message = load_message(load, sender, number);
    buf_format(out, "{\"type\":%s", what[message.kind]);
    if (message.kind == MESSAGE_PLAN) buf_format(out, "{\"plan\":\"%s\"}", message.pro ? "pro" : "free");
    if (message.kind != MESSAGE_VISITED) buf_format(out, ",\"userId\":\"u%u\"", message.person);
    if (message.kind == MESSAGE_VISITED || message.kind == MESSAGE_JOINED)
        buf_format(out, ",\"anonymousId\":\"a%u\"", message.person);
    buf_format(out, ",\"messageId\":\"%u-%u\",\"timestamp\":\"", sender, number);
    instant_format(out, message.at_ms);
    buf_append_c(out, "\"}");
}

/* ---- Sending. ---- */

static uint32_t next_in_doubt(struct sender *sender, uint32_t from)
{
    while (from < sender->states.count && sender->states.at[from] != IN_DOUBT) from++;
    return from;
}

/* What to send: what is in doubt, what was acknowledged already, or something new. */
static uint32_t choose(struct sender *sender, uint32_t calls, uint32_t *numbers, bool finish)
{
    while (sender->open < sender->states.count && sender->states.at[sender->open] == ACKNOWLEDGED) sender->open++;
    uint32_t doubtful = sender->open;
    for (uint32_t i = 0; i < calls; i++) {
        uint32_t dice = dice_below(&sender->dice, 8);
        uint32_t count = (uint32_t)sender->states.count;
        if (finish || dice < 4) doubtful = next_in_doubt(sender, doubtful);
        if ((finish || dice < 4) && doubtful < count) {
            numbers[i] = doubtful++;
        } else if (dice == 4 && count > 0) {
            numbers[i] = dice_below(&sender->dice, count);
        } else if (finish && count >= 3 * PEOPLE) {
            return i;
        } else {
            numbers[i] = count;
            *LIST_ADD(&sender->states) = UNSENT;
        }
    }
    return calls;
}

static void complain(struct load *load, unsigned status, struct str reply)
{
    pthread_mutex_lock(&load->lock);
    if (load->complaint[0] == '\0')
        snprintf(load->complaint, sizeof load->complaint, "calls were answered %u: " STR_FMT, status, STR_ARG(reply));
    pthread_mutex_unlock(&load->lock);
}

static void note(struct sender *sender, const uint32_t *numbers, uint32_t count, enum message_state state)
{
    for (uint32_t i = 0; i < count; i++) {
        enum message_state *known = &sender->states.at[numbers[i]];
        if (*known == ACKNOWLEDGED) __atomic_fetch_add(&sender->load->sent_again, 1, __ATOMIC_RELAXED);
        else *known = state;
    }
    if (state == ACKNOWLEDGED) __atomic_fetch_add(&sender->load->acknowledged, count, __ATOMIC_RELAXED);
}

/* False: the server is gone. */
static bool send_some(struct sender *sender, struct client *client, const uint32_t *numbers, uint32_t count)
{
    AUTO_BUF body = BUF_INIT(SIZE_MAX);
    buf_format(&body, "{\"writeKey\":\"" STR_FMT "\",\"batch\":[", STR_ARG(sender->load->key));
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buf_append_char(&body, ',');
        write_call(sender->load, sender->number, numbers[i], &body);
    }
    buf_append_c(&body, "]}");
    note(sender, numbers, count, IN_DOUBT);
    struct str reply = {0};
    unsigned status =
        client_ask(client, "POST /v1/batch", STR("Content-Type: application/json\r\n"), buf_str(&body), &reply);
    if (status == 200) note(sender, numbers, count, ACKNOWLEDGED);
    else if (status == 503) usleep(2000); /* it is still loading, or stopping */
    else if (status != 0) complain(sender->load, status, reply);
    return status != 0 && (status == 200 || status == 503);
}

static void *send_until_stopped(void *context)
{
    struct sender *sender = context;
    struct load *load = sender->load;
    struct client client = client_new(load->port);
    uint32_t numbers[CALLS_MAX];
    while (!__atomic_load_n(&load->stops, __ATOMIC_ACQUIRE)) {
        uint32_t count = choose(sender, 1 + dice_below(&sender->dice, CALLS_MAX), numbers, load->finish);
        if (count == 0 || !send_some(sender, &client, numbers, count)) break;
    }
    client_close(&client);
    return NULL;
}

/* ---- All of them. ---- */

void load_init(struct load *load, uint64_t seed, struct str key)
{
    *load = (struct load){.seed = seed, .lock = PTHREAD_MUTEX_INITIALIZER, .key = key};
    for (uint32_t s = 0; s < SENDERS; s++)
        load->senders[s] = (struct sender){.load = load, .number = s, .dice = seed + s * 1000003};
}

void load_release(struct load *load)
{
    for (uint32_t s = 0; s < SENDERS; s++) LIST_RELEASE(&load->senders[s].states);
    pthread_mutex_destroy(&load->lock);
}

void load_start(struct load *load, uint16_t port, bool finish)
{
    load->port = port;
    load->finish = finish;
    load->stops = false;
    for (uint32_t s = 0; s < SENDERS; s++)
        INVARIANT(pthread_create(&load->senders[s].thread, NULL, send_until_stopped, &load->senders[s]) == 0);
}

void load_stop(struct load *load)
{
    __atomic_store_n(&load->stops, true, __ATOMIC_RELEASE);
}

void load_wait(struct load *load)
{
    for (uint32_t s = 0; s < SENDERS; s++) pthread_join(load->senders[s].thread, NULL);
}
