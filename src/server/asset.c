/* asset.c — files that the program carries along, and /plumb.js, which is one. */
// SPDX-License-Identifier: Apache-2.0
#include "server/asset.h"

#include "server/request.h"

extern const struct asset asset_plumb_js;

/* Is "gzip" among what is accepted, and not by a weight of nothing? */
static bool takes_gzip(struct str accepted)
{
    while (accepted.len > 0) {
        struct str weight = str_trim(str_cut(&accepted, ','));
        struct str name = str_trim(str_cut(&weight, ';'));
        if (!str_equal(name, STR("gzip"))) continue;
        double q = 1;
        weight = str_trim(weight);
        if (str_starts_with(weight, STR("q="))) (void)str_to_double((struct str){weight.at + 2, weight.len - 2}, &q);
        return q > 0;
    }
    return false;
}

void asset_answer(struct request *request, const struct asset *asset, const char *cache)
{
    struct http_exchange *exchange = request->exchange;
    http_set_header(exchange, "Cache-Control", str_from_c(cache));
    http_set_header(exchange, "ETag", str_from_c(asset->etag));
    http_set_header(exchange, "Vary", STR("Accept-Encoding"));
    if (str_contains(http_header(exchange, "If-None-Match"), str_from_c(asset->etag))) {
        http_answer(exchange, 304, NULL, STR(""));
        return;
    }
    if (!takes_gzip(http_header(exchange, "Accept-Encoding"))) {
        http_answer(exchange, 200, asset->content_type, (struct str){asset->plain, asset->plain_bytes});
        return;
    }
    http_set_header(exchange, "Content-Encoding", STR("gzip"));
    http_answer(exchange, 200, asset->content_type, (struct str){asset->packed, asset->packed_bytes});
}

void script_show(struct request *request)
{
    http_set_header(request->exchange, "Access-Control-Allow-Origin", STR("*"));
    http_set_header(request->exchange, "Cross-Origin-Resource-Policy", STR("cross-origin"));
    asset_answer(request, &asset_plumb_js, "public, max-age=3600");
}
