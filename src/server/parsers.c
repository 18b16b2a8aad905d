/* parsers.c — a short list of parsers at rest, under a lock held for a few instructions. */
// SPDX-License-Identifier: Apache-2.0
#include "server/parsers.h"

#include <pthread.h>

#include "base/arena.h"

#define AT_REST_MAX 256                       /* more are freed */
#define KEPT_TEXT_BYTES ((size_t)1024 * 1024) /* a parser that read more has grown too much to be kept */

struct parsers {
    pthread_mutex_t lock;
    struct json_parser *at_rest[AT_REST_MAX];
    size_t count;
};

struct parsers *parsers_new(void)
{
    struct parsers *parsers = memory_alloc(sizeof *parsers);
    pthread_mutex_init(&parsers->lock, NULL);
    return parsers;
}

void parsers_free(struct parsers *parsers)
{
    if (parsers == NULL) return;
    for (size_t i = 0; i < parsers->count; i++) json_parser_free(parsers->at_rest[i]);
    pthread_mutex_destroy(&parsers->lock);
    memory_free(parsers);
}

struct json_parser *parsers_borrow(struct parsers *parsers)
{
    struct json_parser *parser = NULL;
    pthread_mutex_lock(&parsers->lock);
    if (parsers->count > 0) parser = parsers->at_rest[--parsers->count];
    pthread_mutex_unlock(&parsers->lock);
    return parser != NULL ? parser : json_parser_new();
}

void parsers_return(struct parsers *parsers, struct json_parser *parser, size_t text_bytes)
{
    pthread_mutex_lock(&parsers->lock);
    if (text_bytes <= KEPT_TEXT_BYTES && parsers->count < AT_REST_MAX) {
        parsers->at_rest[parsers->count++] = parser;
        parser = NULL;
    }
    pthread_mutex_unlock(&parsers->lock);
    json_parser_free(parser);
}
