/* line_diff.c — the common ends are set aside, then Myers' greedy search for the middle.
 *
 * furthest[k] is how far along diagonal k (lines of `before` passed minus lines of `after`
 * passed) a path with d edits reaches. The values of each d are kept, so the path is read
 * back from its end. */
// SPDX-License-Identifier: Apache-2.0
#include "report/line_diff.h"

struct lines {
    const struct str *at;
    int32_t count;
};

struct path {
    int32_t *furthest[DIFF_EDITS_MAX + 1]; /* by d: [2d + 1], diagonal k at k + d */
    int32_t edits;
};

static struct lines split(struct arena *arena, struct str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++) count += text.at[i] == '\n';
    struct str *lines = ARENA_ARRAY(arena, struct str, count);
    int32_t used = 0;
    while (text.len > 0) {
        struct str line = str_cut(&text, '\n');
        if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
        lines[used++] = line;
    }
    return (struct lines){lines, used};
}

static void tell(struct line_diff *out, enum diff_kind kind, int32_t before, int32_t after, struct str text)
{
    out->lines[out->count++] = (struct diff_line){.kind = kind,
                                                  .before = kind != DIFF_ADDED ? (uint32_t)before + 1 : 0,
                                                  .after = kind != DIFF_REMOVED ? (uint32_t)after + 1 : 0,
                                                  .text = text};
    out->removed += kind == DIFF_REMOVED;
    out->added += kind == DIFF_ADDED;
}

/* How far the path with d edits comes on diagonal k, seen from the paths with d - 1 edits. */
static int32_t step(const struct path *path, int32_t d, int32_t k)
{
    if (d == 0) return 0;
    const int32_t *former = path->furthest[d - 1] + (d - 1); /* by diagonal */
    bool down = k == -d || (k != d && former[k - 1] < former[k + 1]);
    return down ? former[k + 1] : former[k - 1] + 1;
}

/* Find the shortest path; false when it has more than DIFF_EDITS_MAX edits. */
static bool search(struct arena *arena, struct lines a, struct lines b, struct path *path)
{
    for (int32_t d = 0; d <= DIFF_EDITS_MAX; d++) {
        path->furthest[d] = ARENA_ARRAY(arena, int32_t, (size_t)d * 2 + 1);
        for (int32_t k = -d; k <= d; k += 2) {
            int32_t x = step(path, d, k);
            int32_t y = x - k;
            while (x < a.count && y < b.count && x >= 0 && y >= 0 && str_equal(a.at[x], b.at[y])) x++, y++;
            path->furthest[d][k + d] = x;
            path->edits = d;
            if (x >= a.count && y >= b.count) return true;
        }
    }
    return false;
}

/* Which lines of each text stay, read back from the end of the path. */
static void mark_kept(const struct path *path, struct lines a, struct lines b, bool *kept_a, bool *kept_b)
{
    int32_t x = a.count, y = b.count;
    for (int32_t d = path->edits; d >= 0; d--) {
        int32_t k = x - y;
        int32_t start = step(path, d, k); /* where the run of equal lines began */
        while (x > start && x > 0 && y > 0) kept_a[--x] = kept_b[--y] = true;
        if (d == 0) return;
        const int32_t *former = path->furthest[d - 1] + (d - 1);
        bool down = k == -d || (k != d && former[k - 1] < former[k + 1]);
        if (down) y--;
        else x--;
    }
}

void line_diff(struct arena *arena, struct str before, struct str after, struct line_diff *out)
{
    AUTO_ARENA scratch = arena_new();
    struct lines a = split(scratch, before), b = split(scratch, after);
    *out = (struct line_diff){.lines = ARENA_ARRAY(arena, struct diff_line, (size_t)a.count + (size_t)b.count)};
    int32_t head = 0, tail = 0;
    while (head < a.count && head < b.count && str_equal(a.at[head], b.at[head])) head++;
    while (tail < a.count - head && tail < b.count - head &&
           str_equal(a.at[a.count - 1 - tail], b.at[b.count - 1 - tail]))
        tail++;
    struct lines middle_a = {a.at + head, a.count - head - tail}, middle_b = {b.at + head, b.count - head - tail};
    bool *kept_a = ARENA_ARRAY(scratch, bool, (size_t)a.count + 1);
    bool *kept_b = ARENA_ARRAY(scratch, bool, (size_t)b.count + 1);
    struct path *path = ARENA_NEW(scratch, struct path);
    if (search(scratch, middle_a, middle_b, path)) mark_kept(path, middle_a, middle_b, kept_a + head, kept_b + head);
    for (int32_t i = 0; i < head; i++) kept_a[i] = kept_b[i] = true;
    for (int32_t i = 1; i <= tail; i++) kept_a[a.count - i] = kept_b[b.count - i] = true;

    for (int32_t x = 0, y = 0; x < a.count || y < b.count;) {
        if (x < a.count && !kept_a[x]) {
            tell(out, DIFF_REMOVED, x, 0, a.at[x]);
            x++;
        } else if (y < b.count && !kept_b[y]) {
            tell(out, DIFF_ADDED, 0, y, b.at[y]);
            y++;
        } else {
            INVARIANT(x < a.count && y < b.count);
            tell(out, DIFF_SAME, x, y, a.at[x]);
            x++, y++;
        }
    }
}
