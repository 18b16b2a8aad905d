/* yaml.h — YAML (and so JSON) as a tree that remembers where each word stood.
 *
 * A face on libfyaml. Anchors, aliases, tags, merge keys and explicit keys (lines that
 * begin with '? ', even in a text of many lines) are refused with a sentence: a
 * definition says what it means. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_YAML_H
#define PLUMB_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 200000
#define YAML_BYTES_MAX ((size_t)2 * 1024 * 1024) /* libfyaml holds a few hundred bytes for each at worst */

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    bool plain;                            /* a scalar without quotes, so 5, true and null may be more than text */
    struct str text;                       /* of a scalar */
    struct place at;                       /* of a scalar its text; of a collection its first character */
    size_t count;                          /* elements of a sequence, pairs of a mapping */
    const struct yaml_node *const *keys;   /* of a mapping: scalars, unique */
    const struct yaml_node *const *values; /* of a mapping or a sequence */
};

/* Parse a stream of documents ("---" between them) into *documents.
 * Errors   ERR_INVALID with why->at: not YAML, a key twice, a key that is no scalar,
 *          an anchor, alias or tag, invalid UTF-8; ERR_TOO_BIG: the ceilings above.
 * Memory   all in `arena`; `text` is copied. An empty document is left out. */
MUST_CHECK enum err yaml_parse(struct arena *arena, struct str text, const struct yaml_node *const **documents,
                               size_t *count, struct err_info *why);

const struct yaml_node *yaml_get(const struct yaml_node *mapping, struct str key); /* NULL when absent */
/* A text as YAML takes it for a scalar, whatever it holds: between quotes. */
void yaml_append_quoted(struct buf *out, struct str text);
bool yaml_is_null(const struct yaml_node *node); /* absent, or plain null, ~ or nothing */

#endif
