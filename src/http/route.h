/* route.h — which row of a table a request is for.
 *
 *     static const struct route rows[] = {
 *         {HTTP_GET, "/api/v1/contacts/{ref}", SHOW_CONTACT},
 *         {HTTP_GET, "/api/v1/contacts/{ref}/scores/{score}", SHOW_SCORE},
 *     };
 *
 * A pattern is segments behind slashes; one in braces stands for any segment that is not empty. A segment is decoded
 * after the path was cut, so a parameter may hold a '/' that came as %2F. A written segment goes before a parameter:
 * of "/contacts/search" and "/contacts/{ref}" the first is for the path "/contacts/search", if it has the method.
 * Pure; a table may be shared by threads. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HTTP_ROUTE_H
#define PLUMB_HTTP_ROUTE_H

#include "http/http.h"

#define ROUTE_SEGMENTS_MAX 16 /* of a pattern; a path of more is for none */

struct route {
    enum http_method method; /* not HTTP_OTHER */
    const char *pattern;
    int id; /* the caller's */
};

struct route_table; /* opaque; see route.c */

/* Borrows `rows`. A pattern that is not well formed, or the same method and path twice, is a bug. */
struct route_table *route_table_new(const struct route *rows, size_t count);
void route_table_free(struct route_table *table); /* NULL is fine */

enum route_found {
    ROUTE_FOUND,
    ROUTE_NO_PATH,   /* 404: no row has this path */
    ROUTE_NO_METHOD, /* 405: rows have it, for the methods of `allowed` */
    ROUTE_BAD_PATH,  /* 400: not percent-encoded well, a zero byte, or not UTF-8 */
};

struct route_match {
    const struct route *row;                   /* when found */
    size_t count;                              /* of parameters, in the pattern's order */
    struct str parameters[ROUTE_SEGMENTS_MAX]; /* decoded; in the path or in the arena */
    unsigned allowed;                          /* 1 << enum http_method, each method the path has rows for */
};

/* `path` as it was sent, without the query. HTTP_HEAD finds the row of HTTP_GET unless it has its own. *out is filled
 * as far as its comments say. */
enum route_found route_match(const struct route_table *table, enum http_method method, struct str path,
                             struct arena *arena, struct route_match *out);

/* The parameter that the found row's pattern calls {name}; a name it does not have is a bug. */
struct str route_parameter(const struct route_match *match, const char *name);

/* For the header Allow: "GET, HEAD, POST, OPTIONS". HEAD goes with GET, OPTIONS always. Lives in `arena`. */
struct str route_allow(unsigned allowed, struct arena *arena);

#endif
