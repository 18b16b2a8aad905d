/* slices.c — one walk over the bytes that knows strings and brackets, and nothing else of JSON. */
// SPDX-License-Identifier: Apache-2.0
#include "server/slices.h"

#include <string.h>

struct walk {
    const char *at, *end;
};

static void skip_blanks(struct walk *walk)
{
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != 0) walk->at++;
}

static bool skip_char(struct walk *walk, char c)
{
    skip_blanks(walk);
    if (walk->at == walk->end || *walk->at != c) return false;
    walk->at++;
    return true;
}

/* Behind the closing quote; walk->at is behind the opening one. */
static void skip_string(struct walk *walk)
{
    for (; walk->at < walk->end; walk->at++) {
        if (*walk->at == '\\') {
            if (++walk->at == walk->end) return;
        } else if (*walk->at == '"') {
            walk->at++;
            return;
        }
    }
}

/* A whole value, from its first byte to behind its last. */
static void skip_value(struct walk *walk)
{
    size_t depth = 0;
    while (walk->at < walk->end) {
        char c = *walk->at;
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) return;
        walk->at++;
        if (c == '"') skip_string(walk);
        else if (c == '[' || c == '{') depth++;
        else if (c == ']' || c == '}') depth--;
    }
}

/* To the value of the member-th member of the object that begins here. */
static bool enter_member(struct walk *walk, uint32_t member)
{
    if (!skip_char(walk, '{')) return false;
    for (uint32_t i = 0;; i++) {
        if (!skip_char(walk, '"')) return false;
        skip_string(walk);
        if (!skip_char(walk, ':')) return false;
        skip_blanks(walk);
        if (i == member) return true;
        skip_value(walk);
        if (!skip_char(walk, ',')) return false;
    }
}

bool slices_find(struct str text, uint32_t member, struct str *slices, size_t count)
{
    if (text.len == 0) return false;
    struct walk walk = {text.at, text.at + text.len};
    if (member != SLICES_OF_ROOT && !enter_member(&walk, member)) return false;
    if (!skip_char(&walk, '[')) return false;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !skip_char(&walk, ',')) return false;
        skip_blanks(&walk);
        const char *from = walk.at;
        skip_value(&walk);
        const char *to = walk.at;
        while (to > from && (unsigned char)to[-1] <= ' ') to--;
        if (to == from) return false;
        slices[i] = (struct str){from, (size_t)(to - from)};
    }
    return skip_char(&walk, ']');
}
