/* number.cpp — std::from_chars and std::to_chars behind number.h. */
// SPDX-License-Identifier: Apache-2.0
#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstdint>

/* Of a well-formed number that no double can hold: is it too small rather than too
 * large? Tells the power of ten of its first digit that is not zero. */
static bool is_tiny(struct str s)
{
    const int64_t far = 1000000000; /* farther from the point than any text is long, and no overflow */
    int64_t power = 0;
    bool behind_point = false, found = false;
    size_t i = s.at[0] == '-';
    for (; i < s.len && s.at[i] != 'e' && s.at[i] != 'E'; i++) {
        if (s.at[i] == '.') {
            behind_point = true;
        } else {
            if (s.at[i] != '0') found = true;
            if (found && !behind_point) power++;
            if (!found && behind_point) power--;
        }
    }
    bool negative = i + 1 < s.len && s.at[i + 1] == '-';
    int64_t exponent = 0;
    for (i++; i < s.len; i++)
        if (s.at[i] >= '0' && s.at[i] <= '9' && exponent < far) exponent = exponent * 10 + (s.at[i] - '0');
    return power + (negative ? -exponent : exponent) < 0;
}

/* At most 15 digits and a point, which is nearly every number: whole number and power of
 * ten are exact doubles, so their quotient is rounded once, as it must be. */
static bool parse_short(struct str s, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    if (s.len > 16) return false; /* 15 digits and a point, or a sign for one of them */
    size_t i = s.at[0] == '-', behind_point = 0;
    int64_t digits = 0;
    bool point = false;
    for (; i < s.len; i++) {
        if (s.at[i] == '.') {
            point = true;
            continue;
        }
        unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';
        if (digit > 9) return false;
        digits = digits * 10 + digit;
        behind_point += point;
    }
    if (digits > INT64_C(999999999999999) || behind_point > 15) return false;
    double size = (double)digits / powers[behind_point];
    *out = s.at[0] == '-' ? -size : size;
    return true;
}

extern "C" bool number_parse(struct str s, double *out)
{
    if (parse_short(s, out)) return true;
    double value = 0;
    const char *end = s.at + s.len;
    std::from_chars_result result = std::from_chars(s.at, end, value, std::chars_format::general);
    if (result.ec == std::errc::result_out_of_range) {
        if (!is_tiny(s)) return false;
        value = s.at[0] == '-' ? -0.0 : 0.0;
    } else if (result.ec != std::errc() || result.ptr != end) {
        return false;
    }
    if (!std::isfinite(value)) return false;
    *out = value;
    return true;
}

extern "C" size_t number_write(double value, char out[NUMBER_TEXT_MAX])
{
    double size = std::fabs(value);
    bool everyday = size == 0 || (size >= 1e-5 && size < 1e17);
    std::chars_format format = everyday ? std::chars_format::fixed : std::chars_format::scientific;
    std::to_chars_result result = std::to_chars(out, out + NUMBER_TEXT_MAX, value, format);
    return result.ec == std::errc() ? (size_t)(result.ptr - out) : 0;
}
