/* pages.c — the pages that the program carries: the door, where one signs in, and what they load.
 *
 * They hold nothing about anybody: what a page shows it asks the API for. */
// SPDX-License-Identifier: Apache-2.0
#include "server/pages.h"

#include "server/asset.h"
#include "server/request.h"

extern const struct asset asset_door_html, asset_door_js, asset_door_css, asset_api_css;

#define PAGE_POLICY                                                                                       \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

void page_restrict(struct request *request)
{
    http_set_header(request->exchange, "Content-Security-Policy", STR(PAGE_POLICY));
}

void page_door(struct request *request)
{
    page_restrict(request);
    asset_answer(request, &asset_door_html, "no-cache");
}

void page_door_script(struct request *request)
{
    asset_answer(request, &asset_door_js, "no-cache");
}

void page_door_style(struct request *request)
{
    asset_answer(request, &asset_door_css, "no-cache");
}

void page_api_style(struct request *request)
{
    asset_answer(request, &asset_api_css, "no-cache");
}
