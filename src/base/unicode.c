/* unicode.c — the quick way for ASCII, utf8proc for the rest.
 *
 * Nearly all text of a CRM is ASCII, so each function first asks for that. Folding goes
 * through utf8proc in pieces: it sorts runs of combining marks by insertion, which would
 * take for ever on a megabyte of nothing else. A piece ends where nothing can combine
 * across the cut; only text without such a place for PIECE_MAX characters, which no
 * language writes, is cut anyway. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"

#define PIECE_AIM 128    /* characters after which a piece ends where it safely can */
#define PIECE_MAX 1024   /* characters after which it ends anywhere */
#define EXPANSION_MAX 18 /* characters that one character can become under NFKC (U+FDFA) */

static bool is_ascii(struct str s)
{
    uint64_t all = 0;
    size_t i = 0;
    for (; i + sizeof all <= s.len; i += sizeof all) {
        uint64_t word;
        memcpy(&word, s.at + i, sizeof word);
        all |= word;
    }
    for (; i < s.len; i++) all |= (unsigned char)s.at[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* The character at the front of `s`, and its bytes in *length; a byte that begins no
 * character counts as U+FFFD of one byte. `s` is not empty. */
static int32_t first_char(struct str s, size_t *length)
{
    if ((unsigned char)s.at[0] < 0x80) {
        *length = 1;
        return s.at[0];
    }
    int32_t c;
    utf8proc_ssize_t bytes = utf8proc_iterate((const uint8_t *)s.at, (utf8proc_ssize_t)s.len, &c);
    *length = bytes > 0 ? (size_t)bytes : 1;
    return bytes > 0 ? c : 0xfffd;
}

static struct str skip(struct str s, size_t bytes)
{
    return (struct str){s.at + bytes, s.len - bytes};
}

size_t unicode_valid_length(struct str s)
{
    struct str rest = s;
    while (rest.len > 0) {
        size_t length;
        int32_t c = first_char(rest, &length);
        if (c == 0xfffd && length == 1) break;
        rest = skip(rest, length);
    }
    return s.len - rest.len;
}

bool unicode_valid(struct str s, size_t *bad)
{
    if (s.len < 64 ? is_ascii(s) || utf8_valid(s.at, s.len) : utf8_valid(s.at, s.len)) return true;
    if (bad != NULL) *bad = unicode_valid_length(s);
    return false;
}

struct place unicode_place(struct str text, size_t offset)
{
    struct place at = {1, 1, 1};
    size_t line_start = 0;
    for (size_t i = 0; i < offset; i++) {
        if (text.at[i] != '\n') continue;
        at.line++;
        line_start = i + 1;
    }
    at.column += (uint32_t)unicode_length((struct str){text.at + line_start, offset - line_start});
    return at;
}

/* The property White_Space of the Unicode character database. */
static bool is_white_space(int32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static struct str trim(struct str s)
{
    while (s.len > 0) {
        size_t length;
        if (!is_white_space(first_char(s, &length))) break;
        s = skip(s, length);
    }
    while (s.len > 0) {
        size_t start = s.len - 1;
        while (start > 0 && ((unsigned char)s.at[start] & 0xc0) == 0x80) start--;
        size_t length;
        if (!is_white_space(first_char(skip(s, start), &length))) break;
        s.len = start;
    }
    return s;
}

static struct str fold_ascii(struct arena *arena, struct str s)
{
    bool has_upper = false;
    for (size_t i = 0; i < s.len; i++) has_upper |= s.at[i] >= 'A' && s.at[i] <= 'Z';
    if (!has_upper) return s;
    char *folded = (char *)(uintptr_t)arena_str(arena, s).at;
    for (size_t i = 0; i < s.len; i++)
        if (folded[i] >= 'A' && folded[i] <= 'Z') folded[i] = (char)(folded[i] + ('a' - 'A'));
    return (struct str){folded, s.len};
}

/* Nothing before `c` combines with it or with what it decomposes into. */
static bool may_begin_piece(int32_t c)
{
    if (c < 0x80) return true;
    if (c >= 0x1100 && c <= 0x11ff) return false; /* Hangul letters combine by rule, not by table */
    const utf8proc_property_t *property = utf8proc_get_property(c);
    return property->combining_class == 0 && property->comb_index == UINT16_MAX &&
           property->decomp_seqindex == UINT16_MAX;
}

/* Cut the next piece off the front of *rest. */
static struct str cut_piece(struct str *rest)
{
    struct str piece = *rest;
    size_t count = 0;
    while (rest->len > 0 && count < PIECE_MAX) {
        size_t length;
        int32_t c = first_char(*rest, &length);
        if (count >= PIECE_AIM && may_begin_piece(c)) break;
        *rest = skip(*rest, length);
        count++;
    }
    piece.len -= rest->len;
    return piece;
}

static void append_folded_piece(struct buf *out, struct str piece, int32_t *room)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    utf8proc_ssize_t count = utf8proc_decompose((const uint8_t *)piece.at, (utf8proc_ssize_t)piece.len, room,
                                                PIECE_MAX * EXPANSION_MAX, options);
    INVARIANT(count >= 0 && count <= PIECE_MAX * EXPANSION_MAX);
    utf8proc_ssize_t bytes = utf8proc_reencode(room, count, options); /* in place, ends in a zero byte */
    INVARIANT(bytes >= 0);
    buf_append(out, (struct str){(const char *)room, (size_t)bytes});
}

struct str unicode_fold(struct arena *arena, struct str s)
{
    if (is_ascii(s)) return fold_ascii(arena, str_trim(s));
    s = trim(s);
    AUTO_BUF folded = BUF_INIT(SIZE_MAX);
    int32_t room[PIECE_MAX * EXPANSION_MAX + 1];
    for (struct str rest = s; rest.len > 0;) append_folded_piece(&folded, cut_piece(&rest), room);
    struct str result = buf_str(&folded);
    return str_equal(result, s) ? s : arena_str(arena, result);
}

size_t unicode_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) count += ((unsigned char)s.at[i] & 0xc0) != 0x80;
    return count;
}

static size_t width_of(int32_t c)
{
    int width = c < 0x80 ? c >= 0x20 && c != 0x7f : utf8proc_charwidth(c);
    return width > 0 ? (size_t)width : 0;
}

size_t unicode_width(struct str s)
{
    size_t cells = 0;
    while (s.len > 0) {
        size_t length;
        cells += width_of(first_char(s, &length));
        s = skip(s, length);
    }
    return cells;
}

struct str unicode_cut(struct str s, size_t cells)
{
    struct str rest = s;
    while (rest.len > 0) {
        size_t length;
        size_t width = width_of(first_char(rest, &length));
        if (width > cells) break;
        cells -= width;
        rest = skip(rest, length);
    }
    return (struct str){s.at, s.len - rest.len};
}
