/* str.c — comparing, cutting and reading views.
 *
 * Whole numbers are read digit by digit here; doubles go to number.h, which knows
 * no locale. */
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include <string.h>
#include <xxhash.h>

#include "base/number.h"

struct str str_from_c(const char *c_string)
{
    if (c_string == NULL) return (struct str){0};
    return (struct str){c_string, strlen(c_string)};
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(struct str s, struct str prefix)
{
    return prefix.len == 0 || (s.len >= prefix.len && memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return suffix.len == 0 || (s.len >= suffix.len && memcmp(s.at + (s.len - suffix.len), suffix.at, suffix.len) == 0);
}

bool str_contains(struct str s, struct str part)
{
    return part.len == 0 || (s.len >= part.len && memmem(s.at, s.len, part.at, part.len) != NULL);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r'); /* tab, LF, VT, FF, CR stand in one row */
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_space(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && is_space(s.at[s.len - 1])) s.len--;
    return s;
}

struct str str_cut(struct str *rest, char separator)
{
    struct str head = *rest;
    const char *hit = head.len == 0 ? NULL : memchr(head.at, separator, head.len);
    if (hit == NULL) {
        *rest = (struct str){0};
        return head;
    }
    head.len = (size_t)(hit - head.at);
    rest->at = hit + 1;
    rest->len -= head.len + 1;
    return head;
}

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.len == 0) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';
        if (digit > 9) return false;
        if (__builtin_mul_overflow(value, UINT64_C(10), &value)) return false;
        if (__builtin_add_overflow(value, (uint64_t)digit, &value)) return false;
    }
    *out = value;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    if (s.len == 0) return false; /* s.at may be NULL then */
    bool negative = s.at[0] == '-';
    uint64_t size;
    if (!str_to_u64((struct str){s.at + negative, s.len - negative}, &size)) return false;
    if (size > (uint64_t)INT64_MAX + negative) return false;
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

static size_t count_digits(struct str s, size_t from)
{
    size_t i = from;
    while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9') i++;
    return i - from;
}

/* [-] digits [. digits] [e [+-] digits], with at least one digit around the point. */
static bool looks_like_decimal(struct str s)
{
    size_t i = s.len > 0 && s.at[0] == '-';
    size_t whole = count_digits(s, i);
    size_t fraction = 0;
    i += whole;
    if (i < s.len && s.at[i] == '.') {
        fraction = count_digits(s, i + 1);
        i += 1 + fraction;
    }
    if (whole + fraction == 0) return false;
    if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
        i++;
        if (i < s.len && (s.at[i] == '+' || s.at[i] == '-')) i++;
        size_t exponent = count_digits(s, i);
        if (exponent == 0) return false;
        i += exponent;
    }
    return i == s.len;
}

bool str_to_double(struct str s, double *out)
{
    return looks_like_decimal(s) && number_parse(s, out);
}

uint64_t str_hash(struct str s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.at, s.len, seed);
}
