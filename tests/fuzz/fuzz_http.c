/* fuzz_http.c — whatever a stranger sends, what is ours of HTTP keeps its promises.
 *
 * The input's first byte picks what the rest is: a path for the routes, a query, cookies, a gzipped body. */
// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "base/unicode.h"
#include "http/http_internal.h"
#include "http/percent.h"
#include "http/route.h"

#define INPUT_MAX ((size_t)64 * 1024)
#define UNPACKED_MAX ((size_t)100 * 1000)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct route rows[] = {
    {HTTP_GET, "/", 0},
    {HTTP_GET, "/a", 1},
    {HTTP_POST, "/a", 2},
    {HTTP_GET, "/a/b", 3},
    {HTTP_GET, "/a/{x}", 4},
    {HTTP_PUT, "/a/{x}/b/{y}", 5},
    {HTTP_DELETE, "/{x}/{y}/{z}", 6},
    {HTTP_PATCH, "/a/b/c/{x}", 7},
};

static void match_path(struct str path, struct arena *arena)
{
    struct route_table *table = route_table_new(rows, COUNT_OF(rows));
    for (enum http_method method = HTTP_GET; method <= HTTP_OTHER; method++) {
        struct route_match match;
        switch (route_match(table, method, path, arena, &match)) {
        case ROUTE_FOUND:
            INVARIANT(match.row->method == method || (method == HTTP_HEAD && match.row->method == HTTP_GET));
            for (size_t i = 0; i < match.count; i++)
                INVARIANT(match.parameters[i].len > 0 && unicode_valid(match.parameters[i], NULL));
            break;
        case ROUTE_NO_METHOD: INVARIANT(match.allowed != 0 && route_allow(match.allowed, arena).len > 0); break;
        case ROUTE_NO_PATH: INVARIANT(match.row == NULL); break;
        case ROUTE_BAD_PATH: INVARIANT(str_contains(path, STR("%")) || !unicode_valid(path, NULL)); break;
        }
    }
    route_table_free(table);
}

static void check_view(struct str view, size_t most)
{
    INVARIANT(view.len <= most && (view.at != NULL || view.len == 0));
    for (size_t i = 0; i < view.len; i++) (void)*(const volatile char *)&view.at[i];
}

static void unpack(struct str packed)
{
    AUTO_BUF out = BUF_INIT(UNPACKED_MAX);
    (void)gzip_unpack(packed, UNPACKED_MAX, &out);
    INVARIANT(!out.failed && out.len <= UNPACKED_MAX);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) return 0;
    AUTO_ARENA arena = arena_new();
    struct str rest = {(const char *)data + 1, size - 1};
    switch (data[0] % 4) {
    case 0: match_path(rest, arena); break;
    case 1: check_view(query_value(rest, STR("a b"), arena), rest.len); break;
    case 2: check_view(cookie_value(rest, STR("session")), rest.len); break;
    default: unpack(rest);
    }
    return 0;
}
