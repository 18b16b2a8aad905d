/* asset.h — a file that the program carries along, packed when it was built (tools/embed-asset). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ASSET_H
#define PLUMB_SERVER_ASSET_H

#include <stddef.h>

struct request;

struct asset {
    const char *content_type;
    const char *etag; /* with its quotes */
    const char *plain, *packed;
    size_t plain_bytes, packed_bytes; /* packed by gzip */
};

/* Send it packed to who takes that, and only its mark to who has it. `cache` is the header Cache-Control. */
void asset_answer(struct request *request, const struct asset *asset, const char *cache);

#endif
