/* requests.c — a few thousand events of the world as JSON, whose contact, message id and time are patched when sent. */
// SPDX-License-Identifier: Apache-2.0
#include "requests.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "world.h"

#define TEXTS 4096
#define STRIDE UINT64_C(2654435761) /* a prime above every number of contacts: steps of it meet all of them */

/* Every event begins alike, so what is patched lies at the same place in each. */
#define BEFORE_CONTACT "{\"type\":\"track\",\"userId\":\"c"
#define BEFORE_RUN "\",\"messageId\":\""
#define BEFORE_TIME "\",\"timestamp\":\""
#define CONTACT_AT (sizeof BEFORE_CONTACT - 1)
#define CONTACT_DIGITS 8
#define MESSAGE_AT (CONTACT_AT + CONTACT_DIGITS + sizeof BEFORE_RUN - 1)
#define MESSAGE_BYTES 21 /* "0123abcd-0123456789ab": the run, the event */
#define TIME_AT (MESSAGE_AT + MESSAGE_BYTES + sizeof BEFORE_TIME - 1)
#define TIME_BYTES 24

#define AGENT "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

struct requests {
    struct request_options options;
    struct arena *arena;
    struct str texts[TEXTS];
    struct buf body;
    uint32_t run; /* differs from that of every other client */
    uint64_t events, requests;
    int64_t now_ms;
    struct buf now; /* as text */
};

static struct str event_text(struct arena *arena, const struct world_event *event)
{
    struct str properties = STR("{}");
    if (event->value != NULL) properties = arena_format(arena, "{\"%s\":\"%s\"}", event->property, event->value);
    return arena_format(arena,
                        BEFORE_CONTACT "%0*d" BEFORE_RUN "%0*d" BEFORE_TIME
                                       "%0*d\",\"event\":\"%s\",\"properties\":" STR_FMT
                                       ",\"context\":{\"userAgent\":\"" AGENT "\"}}",
                        CONTACT_DIGITS, 0, MESSAGE_BYTES, 0, TIME_BYTES, 0, event->name, STR_ARG(properties));
}

struct requests *requests_new(const struct request_options *options)
{
    const struct clock *clock = clock_system();
    struct arena *arena = arena_new();
    struct requests *requests = ARENA_NEW(arena, struct requests);
    *requests = (struct requests){
        .options = *options,
        .arena = arena,
        .body = BUF_INIT(REQUEST_BYTES_MAX),
        .now = BUF_INIT(64),
        .run = (uint32_t)clock->now_ms(clock) * 2654435761u ^ (uint32_t)getpid(),
    };
    const struct world world = {.contacts = options->contacts, .seed = 11};
    uint64_t state = world.seed;
    for (size_t i = 0; i < TEXTS; i++) {
        struct world_event event = world_draw(&world, &state);
        requests->texts[i] = event_text(arena, &event);
    }
    return requests;
}

void requests_free(struct requests *requests)
{
    buf_release(&requests->body);
    buf_release(&requests->now);
    arena_free(requests->arena);
}

/* `digits` of a number, with zeros in front. */
static void put_digits(char *at, size_t digits, unsigned base, uint64_t number)
{
    while (digits > 0) {
        at[--digits] = "0123456789abcdef"[number % base];
        number /= base;
    }
}

static void look_at_the_clock(struct requests *requests)
{
    const struct clock *clock = clock_system();
    int64_t now_ms = clock->now_ms(clock);
    if (now_ms == requests->now_ms) return;
    requests->now_ms = now_ms;
    buf_clear(&requests->now);
    instant_format(&requests->now, now_ms);
    if (requests->now.len == TIME_BYTES - 4) { /* "…05Z": a whole second */
        requests->now.len--;
        buf_append_c(&requests->now, ".000Z");
    }
    INVARIANT(requests->now.len == TIME_BYTES);
}

static void append_event(struct requests *requests)
{
    uint64_t number = requests->events++;
    size_t start = requests->body.len;
    buf_append(&requests->body, requests->texts[number % TEXTS]);
    INVARIANT(!requests->body.failed);
    char *text = requests->body.at + start;
    put_digits(text + CONTACT_AT, CONTACT_DIGITS, 10, number * STRIDE % requests->options.contacts);
    put_digits(text + MESSAGE_AT, 8, 16, requests->run);
    text[MESSAGE_AT + 8] = '-';
    put_digits(text + MESSAGE_AT + 9, MESSAGE_BYTES - 9, 16, number);
    memcpy(text + TIME_AT, requests->now.at, TIME_BYTES);
}

static void make_events(struct requests *requests)
{
    look_at_the_clock(requests);
    if (requests->options.events_each == 1) {
        append_event(requests);
        return;
    }
    buf_append_c(&requests->body, "{\"batch\":[");
    for (uint32_t i = 0; i < requests->options.events_each; i++) {
        if (i > 0) buf_append_char(&requests->body, ',');
        append_event(requests);
    }
    buf_append_c(&requests->body, "]}");
}

static void make_given(struct requests *requests)
{
    buf_append(&requests->body, requests->options.body);
    INVARIANT(!requests->body.failed);
    char *mark = memmem(requests->body.at, requests->body.len, "%%", 2);
    if (mark != NULL) put_digits(mark, 2, 10, 10 + requests->requests % 90);
}

void requests_write(struct requests *requests, struct buf *out)
{
    const struct request_options *options = &requests->options;
    buf_clear(&requests->body);
    if (options->body.len > 0) make_given(requests);
    else make_events(requests);
    requests->requests++;
    buf_format(out, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
               options->path, requests->body.len);
    if (options->authorization != NULL) buf_format(out, "Authorization: %s\r\n", options->authorization);
    buf_append_c(out, "\r\n");
    buf_append(out, buf_str(&requests->body));
    INVARIANT(!out->failed);
}
