/* text.c — numbers, names and spans of time as people read them. */
// SPDX-License-Identifier: Apache-2.0
#include "app/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "core/definition.h"

#define MINUS "\u2212"
#define ELLIPSIS "\u2026"

#define NS_PER_MS INT64_C(1000000)

const struct style *style_for(bool colour)
{
    static const struct style plain = {"", "", "", "", "", "", ""};
    static const struct style ansi = {.bold = "\033[1m",
                                      .dim = "\033[2m",
                                      .good = "\033[32m",
                                      .fair = "\033[33m",
                                      .bad = "\033[31m",
                                      .accent = "\033[36m",
                                      .off = "\033[0m"};
    return colour ? &ansi : &plain;
}

void text_count(struct buf *out, uint64_t count)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) buf_append_char(out, ',');
        buf_append_char(out, digits[i]);
    }
}

void text_counted(struct buf *out, uint64_t count, const char *one, const char *many)
{
    text_count(out, count);
    buf_append_char(out, ' ');
    buf_append_c(out, count == 1 ? one : many);
}

/* The size of a number, also of the least int64. */
static uint64_t size_of(int64_t number)
{
    return number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
}

void text_whole(struct buf *out, int64_t number)
{
    if (number < 0) buf_append_c(out, MINUS);
    text_count(out, size_of(number));
}

void text_points(struct buf *out, int64_t micro)
{
    uint64_t hundredths = (size_of(micro) + 5000) / 10000;
    if (micro != 0) buf_append_c(out, micro < 0 ? MINUS : "+");
    text_count(out, hundredths / 100);
    if (hundredths % 100 != 0) buf_format(out, ".%02" PRIu64, hundredths % 100);
}

void text_share(struct buf *out, uint64_t part, uint64_t whole)
{
    uint64_t per_mille = whole == 0 ? 0 : (part * 2000 + whole) / (whole * 2);
    buf_format(out, "%" PRIu64 ".%" PRIu64 "%%", per_mille / 10, per_mille % 10);
}

void text_seconds(struct buf *out, int64_t ns)
{
    int64_t ms = ns / NS_PER_MS, seconds = ms / 1000;
    if (ms < 1) buf_append_c(out, "under 1 ms");
    else if (seconds < 1) buf_format(out, "%" PRId64 " ms", ms);
    else if (seconds < 60) buf_format(out, "%" PRId64 ".%" PRId64 " s", seconds, ms / 100 % 10);
    else buf_format(out, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
}

void text_minutes(struct buf *out, int64_t minutes)
{
    uint64_t n = (uint64_t)minutes;
    if (n > 0 && n % 1440 == 0) text_counted(out, n / 1440, "day", "days");
    else if (n > 0 && n % 60 == 0) text_counted(out, n / 60, "hour", "hours");
    else text_counted(out, n, "minute", "minutes");
}

void text_ago(struct buf *out, int64_t then_ms, int64_t now_ms)
{
    uint64_t minutes = now_ms > then_ms ? (uint64_t)(now_ms - then_ms) / MS_PER_MINUTE : 0;
    if (minutes < 1) {
        buf_append_c(out, "just now");
        return;
    }
    if (minutes < 120) text_counted(out, minutes, "minute", "minutes");
    else if (minutes < UINT64_C(2) * 1440) text_count(out, minutes / 60), buf_append_c(out, " hours");
    else text_count(out, minutes / 1440), buf_append_c(out, " days");
    buf_append_c(out, " ago");
}

void text_moment(struct buf *out, int64_t at_ms)
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    AUTO_BUF iso = BUF_INIT(64);
    instant_format(&iso, at_ms); /* "2026-01-05T10:00:00Z" */
    struct str rest = buf_str(&iso);
    uint64_t year = 0, month = 1, day = 0;
    bool read = str_to_u64(str_cut(&rest, '-'), &year) && str_to_u64(str_cut(&rest, '-'), &month) &&
                str_to_u64(str_cut(&rest, 'T'), &day);
    INVARIANT(read && month >= 1 && month <= COUNT_OF(months) && rest.len >= 5);
    struct str clock = {rest.at, 5}; /* "10:00" */
    buf_format(out, "%" PRIu64 " %s %" PRIu64 ", " STR_FMT " UTC", day, months[month - 1], year, STR_ARG(clock));
}

/* C0, DEL, C1, line separators, and the marks that turn or isolate the direction of text. */
static bool steers(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* The code point at the front of valid UTF-8 and its length. */
static uint32_t code_point(struct str s, size_t *length)
{
    unsigned char first = (unsigned char)s.at[0];
    *length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (*length > s.len) *length = s.len;
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = first & mask[*length];
    for (size_t i = 1; i < *length; i++) c = c << 6 | ((unsigned char)s.at[i] & 0x3fu);
    return c;
}

void text_clean(struct buf *out, struct str s)
{
    while (s.len > 0) {
        size_t length;
        uint32_t c = code_point(s, &length);
        buf_append(out, steers(c) ? STR("\uFFFD") : (struct str){s.at, length});
        s = (struct str){s.at + length, s.len - length};
    }
}

size_t text_cut(struct buf *out, struct str s, size_t cells)
{
    AUTO_BUF clean = BUF_INIT(s.len * 3 + 16);
    text_clean(&clean, s);
    struct str shown = buf_str(&clean);
    size_t width = unicode_width(shown);
    if (width > cells) {
        if (cells == 0) return 0;
        shown = unicode_cut(shown, cells - 1);
        width = unicode_width(shown) + 1;
        buf_append(out, shown);
        buf_append_c(out, ELLIPSIS);
    } else {
        buf_append(out, shown);
    }
    return width;
}

void text_cell(struct buf *out, struct str s, size_t cells, enum side side)
{
    AUTO_BUF shown = BUF_INIT(s.len * 3 + 16);
    size_t width = text_cut(&shown, s, cells);
    if (side == SIDE_RIGHT) buf_append_repeat(out, ' ', cells - width);
    buf_append(out, buf_str(&shown));
    if (side == SIDE_LEFT) buf_append_repeat(out, ' ', cells - width);
}

void text_bar(struct buf *out, uint64_t part, uint64_t whole, size_t cells)
{
    static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (part > whole) part = whole;
    uint64_t eighths = whole == 0 ? 0 : part * 8 * cells / whole;
    if (part > 0 && eighths == 0) eighths = 1;
    for (uint64_t i = 0; i < eighths / 8; i++) buf_append_c(out, "█");
    buf_append_c(out, eighth[eighths % 8]);
    buf_append_repeat(out, ' ', cells - (eighths + 7) / 8);
}

void text_put_word(FILE *to, struct str word, size_t indent, size_t width, size_t *cells)
{
    size_t needed = unicode_width(word);
    if (*cells > indent && *cells + 1 + needed > width) {
        fprintf(to, "\n%*s", (int)indent, "");
        *cells = indent;
    } else if (*cells > indent) {
        fputc(' ', to);
        (*cells)++;
    }
    if (indent + needed <= width) {
        fwrite(word.at, 1, word.len, to);
    } else {
        AUTO_BUF cut = BUF_INIT(word.len + 16);
        needed = width > indent ? width - indent : 1;
        text_cell(&cut, word, needed, SIDE_LEFT);
        fwrite(cut.at, 1, cut.len, to);
    }
    *cells += needed;
}

void text_put_wrapped(FILE *to, struct str text, size_t indent, size_t width)
{
    size_t cells = indent;
    while (text.len > 0) {
        struct str word = str_cut(&text, ' ');
        if (word.len > 0) text_put_word(to, word, indent, width, &cells);
    }
    fputc('\n', to);
}
