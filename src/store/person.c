/* person.c — who is one person with whom, and whether a text speaks of somebody. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "store/store_internal.h"

static bool contains(const uint32_t *set, size_t count, uint32_t contact)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == contact) return true;
    return false;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Persons are few contacts and merges are read once, so going round until nobody joins is quick enough. */
struct contact_set person_of(uint32_t contact, const struct merge_fact *merges, size_t count, struct arena *arena)
{
    void *rows = NULL;
    size_t known = 0, capacity = 0, before;
    *(uint32_t *)rows_next(arena, &rows, known++, &capacity, sizeof(uint32_t)) = contact;
    do {
        before = known;
        for (size_t i = 0; i < count; i++) {
            bool stays = contains(rows, known, merges[i].stays), goes = contains(rows, known, merges[i].goes);
            if (stays == goes) continue;
            *(uint32_t *)rows_next(arena, &rows, known++, &capacity, sizeof(uint32_t)) =
                stays ? merges[i].goes : merges[i].stays;
        }
    } while (known != before);
    qsort(rows, known, sizeof(uint32_t), by_number);
    return (struct contact_set){rows, known};
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters and digits, and every byte of a letter beyond ASCII. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of \uXXXX at `at`, or -1. */
static int32_t unicode_escape(struct str s, size_t at)
{
    if (s.len - at < 6 || s.at[at + 1] != 'u') return -1;
    int32_t code = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        if (hex(s.at[i]) < 0) return -1;
        code = 16 * code + hex(s.at[i]);
    }
    return code;
}

static size_t put_utf8(char *out, int32_t code)
{
    size_t n = 0;
    if (code < 0x80) {
        out[n++] = lower((char)code);
    } else if (code < 0x800) {
        out[n++] = (char)(0xC0 | (code >> 6));
        out[n++] = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out[n++] = (char)(0xE0 | (code >> 12));
        out[n++] = (char)(0x80 | ((code >> 6) & 0x3F));
        out[n++] = (char)(0x80 | (code & 0x3F));
    } else {
        out[n++] = (char)(0xF0 | (code >> 18));
        out[n++] = (char)(0x80 | ((code >> 12) & 0x3F));
        out[n++] = (char)(0x80 | ((code >> 6) & 0x3F));
        out[n++] = (char)(0x80 | (code & 0x3F));
    }
    return n;
}

/* Lower-cased, JSON's escapes undone. Never longer than it was. */
static struct str plain(struct str s, struct arena *arena)
{
    char *out = arena_alloc(arena, s.len);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '\\' || i + 1 == s.len) {
            out[n++] = lower(s.at[i]);
            continue;
        }
        int32_t code = unicode_escape(s, i);
        if (code < 0) { /* \" \\ \/ stand for themselves; \n and its kin divide words, so what they become is a blank */
            char c = s.at[++i];
            out[n++] = c == '"' || c == '\\' || c == '/' ? c : ' ';
            continue;
        }
        i += 5;
        int32_t second = i + 1 < s.len && s.at[i + 1] == '\\' ? unicode_escape(s, i + 1) : -1;
        if (code >= 0xD800 && code < 0xDC00 && second >= 0xDC00 && second < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
            i += 6;
        }
        n += put_utf8(out + n, code);
    }
    return (struct str){out, n};
}

static bool stands_in(struct str whole, struct str part)
{
    for (size_t i = 0; i + part.len <= whole.len; i++) {
        const char *hit = memchr(whole.at + i, part.at[0], whole.len - part.len - i + 1);
        if (hit == NULL) return false;
        i = (size_t)(hit - whole.at);
        if (memcmp(hit, part.at, part.len) != 0) continue;
        bool before = i == 0 || !is_word(whole.at[i - 1]) || !is_word(part.at[0]);
        size_t end = i + part.len;
        bool behind = end == whole.len || !is_word(whole.at[end]) || !is_word(part.at[part.len - 1]);
        if (before && behind) return true;
    }
    return false;
}

bool person_mentioned(struct str text, struct str name, struct arena *arena)
{
    if (name.len == 0 || name.len > text.len) return false;
    char *folded = arena_alloc(arena, name.len);
    for (size_t i = 0; i < name.len; i++) folded[i] = lower(name.at[i]);
    return stands_in(plain(text, arena), (struct str){folded, name.len});
}
