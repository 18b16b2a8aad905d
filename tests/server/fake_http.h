/* fake_http.h — a request in a struct and the answer it got, without a connection. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_FAKE_HTTP_H
#define PLUMB_TESTS_SERVER_FAKE_HTTP_H

#include "http/http.h"

struct http_exchange {
    struct arena *arena;
    enum http_method method;
    const char *authorization, *cookie, *fetch_site, *origin, *host, *csrf; /* NULL: not sent */
    /* The answer. */
    unsigned status; /* 0: none yet */
    struct str code, sentence;
    struct str headers; /* "Name: value\n", in the order they were set */
};

#endif
