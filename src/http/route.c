/* route.c — a tree of segments, walked once down a path; a parameter is tried where the written segments lead nowhere.
 *
 * The walk's depth is a pattern's, at most ROUTE_SEGMENTS_MAX, and it visits a node at most once. */
// SPDX-License-Identifier: Apache-2.0
#include "http/route.h"

#include <string.h>

#include "base/buf.h"
#include "base/unicode.h"
#include "http/percent.h"

struct node {
    struct str segment; /* of the pattern; of a parameter "{name}" */
    struct node *next;  /* written sibling */
    struct node *written, *parameter;
    const struct route *rows[HTTP_OTHER]; /* that end here, by method */
    unsigned allowed;                     /* their methods */
};

struct route_table {
    struct arena *arena;
    struct node root;
};

static bool is_parameter(struct str segment)
{
    return segment.len > 2 && segment.at[0] == '{' && segment.at[segment.len - 1] == '}';
}

/* The node below `node` for a pattern's segment, made when it is the first. */
static struct node *step(struct route_table *table, struct node *node, struct str segment)
{
    INVARIANT(segment.len > 0 && (is_parameter(segment) || !str_contains(segment, STR("{"))));
    struct node **place = is_parameter(segment) ? &node->parameter : &node->written;
    if (!is_parameter(segment))
        while (*place != NULL && !str_equal((*place)->segment, segment)) place = &(*place)->next;
    if (*place == NULL) {
        *place = ARENA_NEW(table->arena, struct node);
        (*place)->segment = segment;
    }
    return *place;
}

static void add(struct route_table *table, const struct route *row)
{
    struct str rest = str_from_c(row->pattern);
    INVARIANT(str_starts_with(rest, STR("/")) && row->method < HTTP_OTHER);
    str_cut(&rest, '/');
    struct node *node = &table->root;
    size_t depth = 0;
    while (rest.len > 0) {
        node = step(table, node, str_cut(&rest, '/'));
        INVARIANT(++depth <= ROUTE_SEGMENTS_MAX);
    }
    INVARIANT(node->rows[row->method] == NULL); /* the same row twice */
    node->rows[row->method] = row;
    node->allowed |= 1U << row->method;
}

struct route_table *route_table_new(const struct route *rows, size_t count)
{
    struct route_table *table = memory_alloc(sizeof *table);
    table->arena = arena_new();
    for (size_t i = 0; i < count; i++) add(table, &rows[i]);
    return table;
}

void route_table_free(struct route_table *table)
{
    if (table == NULL) return;
    arena_free(table->arena);
    memory_free(table);
}

/* A path on its way down the tree. */
struct walk {
    struct str segments[ROUTE_SEGMENTS_MAX]; /* decoded */
    size_t count;
    enum http_method method;
    struct route_match *out;
};

static const struct route *row_for(const struct node *node, enum http_method method)
{
    const struct route *row = method < HTTP_OTHER ? node->rows[method] : NULL;
    return row == NULL && method == HTTP_HEAD ? node->rows[HTTP_GET] : row;
}

/* Whether a row is found at or below `node`, which `depth` segments led to; its parameters are noted. */
static bool descend(const struct walk *walk, const struct node *node, size_t depth)
{
    struct route_match *out = walk->out;
    if (depth == walk->count) {
        out->allowed |= node->allowed;
        out->row = row_for(node, walk->method);
        return out->row != NULL;
    }
    struct str segment = walk->segments[depth];
    for (const struct node *below = node->written; below != NULL; below = below->next)
        if (str_equal(below->segment, segment)) {
            if (descend(walk, below, depth + 1)) return true;
            break;
        }
    if (node->parameter == NULL || segment.len == 0) return false;
    out->parameters[out->count++] = segment;
    if (descend(walk, node->parameter, depth + 1)) return true;
    out->count--;
    return false;
}

enum route_found route_match(const struct route_table *table, enum http_method method, struct str path,
                             struct arena *arena, struct route_match *out)
{
    struct walk walk = {.method = method, .out = out};
    *out = (struct route_match){0};
    if (!str_starts_with(path, STR("/"))) return ROUTE_NO_PATH;
    struct str rest = {path.at + 1, path.len - 1};
    bool ends = rest.len == 0;
    while (!ends) {
        ends = memchr(rest.at, '/', rest.len) == NULL; /* "/a/" has an empty last segment, and is not "/a" */
        struct str segment = str_cut(&rest, '/');
        if (!percent_decode(segment, arena, &segment) || !unicode_valid(segment, NULL)) return ROUTE_BAD_PATH;
        if (walk.count == ROUTE_SEGMENTS_MAX) return ROUTE_NO_PATH;
        walk.segments[walk.count++] = segment;
    }
    if (descend(&walk, &table->root, 0)) return ROUTE_FOUND;
    return out->allowed != 0 ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}

struct str route_parameter(const struct route_match *match, const char *name)
{
    struct str rest = str_from_c(match->row->pattern);
    struct str wanted = str_from_c(name);
    size_t i = 0;
    while (rest.len > 0) {
        struct str segment = str_cut(&rest, '/');
        if (!is_parameter(segment)) continue;
        if (str_equal((struct str){segment.at + 1, segment.len - 2}, wanted)) return match->parameters[i];
        i++;
    }
    INVARIANT(!"the pattern has a parameter of this name");
    return (struct str){0};
}

struct str route_allow(unsigned allowed, struct arena *arena)
{
    static const struct str names[] = {
        [HTTP_GET] = STR_INIT("GET, "),         [HTTP_HEAD] = STR_INIT("HEAD, "),
        [HTTP_POST] = STR_INIT("POST, "),       [HTTP_PUT] = STR_INIT("PUT, "),
        [HTTP_PATCH] = STR_INIT("PATCH, "),     [HTTP_DELETE] = STR_INIT("DELETE, "),
        [HTTP_OPTIONS] = STR_INIT("OPTIONS, "),
    };
    AUTO_BUF list = BUF_INIT(256);
    if (allowed & 1U << HTTP_GET) allowed |= 1U << HTTP_HEAD;
    allowed |= 1U << HTTP_OPTIONS;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (allowed & 1U << i) buf_append(&list, names[i]);
    return arena_str(arena, (struct str){list.at, list.len - 2});
}
