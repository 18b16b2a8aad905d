/* percent.c — one pass from the left; a text without '%' or '+' is not copied. */
// SPDX-License-Identifier: Apache-2.0
#include "http/percent.h"

#include <string.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The byte that "%HH" at the beginning of `s` stands for; 0 when it is not well formed, or zero. */
static unsigned char byte_of(struct str s)
{
    if (s.len < 3) return 0;
    int high = digit_of(s.at[1]);
    int low = digit_of(s.at[2]);
    return high < 0 || low < 0 ? 0 : (unsigned char)(high * 16 + low);
}

static bool has(struct str s, char c)
{
    return s.len > 0 && memchr(s.at, c, s.len) != NULL;
}

static bool decode(struct str text, bool plus_is_blank, struct arena *arena, struct str *out)
{
    if (!has(text, '%') && !(plus_is_blank && has(text, '+'))) {
        *out = (struct str){text.at != NULL ? text.at : "", text.len};
        return true;
    }
    char *at = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '+' && plus_is_blank) c = ' ';
        if (c == '%') {
            unsigned char byte = byte_of((struct str){text.at + i, text.len - i});
            if (byte == 0) return false;
            c = (char)byte;
            i += 2;
        }
        at[len++] = c;
    }
    *out = (struct str){at, len};
    return true;
}

bool percent_decode(struct str text, struct arena *arena, struct str *out)
{
    return decode(text, false, arena, out);
}

static bool stands_for_itself(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || has(STR("-._~"), c);
}

void percent_encode(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (stands_for_itself(text.at[i])) buf_append_char(out, text.at[i]);
        else buf_format(out, "%%%02X", (unsigned char)text.at[i]);
}

struct str query_value(struct str query, struct str name, struct arena *arena)
{
    while (query.len > 0) {
        struct str value = str_cut(&query, '&');
        struct str key = str_cut(&value, '=');
        struct str decoded = key;
        if (!str_equal(key, name) && !(decode(key, true, arena, &decoded) && str_equal(decoded, name))) continue;
        if (!decode(value, true, arena, &decoded)) return value;
        return decoded;
    }
    return (struct str){NULL, 0};
}

struct str query_name(struct str query, size_t index, struct arena *arena)
{
    while (query.len > 0) {
        struct str value = str_cut(&query, '&');
        struct str key = str_cut(&value, '=');
        struct str decoded = key;
        if (key.len == 0 || index-- > 0) continue;
        return decode(key, true, arena, &decoded) ? decoded : key;
    }
    return (struct str){NULL, 0};
}

struct str cookie_value(struct str header, struct str name)
{
    while (header.len > 0) {
        struct str value = str_trim(str_cut(&header, ';'));
        struct str key = str_trim(str_cut(&value, '='));
        if (!str_equal(key, name)) continue;
        value = str_trim(value);
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
            value = (struct str){value.at + 1, value.len - 2};
        return (struct str){value.at != NULL ? value.at : "", value.len};
    }
    return (struct str){NULL, 0};
}
