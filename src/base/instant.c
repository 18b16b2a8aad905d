/* instant.c — the calendar as arithmetic, and times as people and programs write them.
 *
 * Days are counted in eras of 400 years that begin on 1 March, so that the leap day
 * is the last day of its year and months have a closed form. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"

#define MS_PER_SECOND 1000
#define EPOCH_SECONDS_BELOW INT64_C(100000000000) /* whole numbers below it are seconds, else milliseconds */

/* Days from 1970-01-01 to year-month-day. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct date {
    int64_t year, month, day;
};

static struct date date_from_days(int64_t days)
{
    int64_t since_march_0 = days + 719468;
    int64_t era = floor_div(since_march_0, 146097);
    int64_t day_of_era = since_march_0 - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
    return (struct date){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Take exactly `count` digits off the front of *rest; -1 when they are not there. */
static int64_t take_digits(struct str *rest, size_t count)
{
    if (rest->len < count) return -1;
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(unsigned char)rest->at[i] - '0';
        if (digit > 9) return -1;
        value = value * 10 + digit;
    }
    rest->at += count;
    rest->len -= count;
    return value;
}

static bool take_char(struct str *rest, char c)
{
    if (rest->len == 0 || rest->at[0] != c) return false;
    rest->at++;
    rest->len--;
    return true;
}

static bool take_date(struct str *rest, int64_t *out_ms)
{
    int64_t year = take_digits(rest, 4);
    if (year < 1 || !take_char(rest, '-')) return false;
    int64_t month = take_digits(rest, 2);
    if (month < 1 || month > 12 || !take_char(rest, '-')) return false;
    int64_t day = take_digits(rest, 2);
    if (day < 1 || day > days_in_month(year, month)) return false;
    *out_ms = days_from_date(year, month, day) * MS_PER_DAY;
    return true;
}

/* ".25" is 250 ms; digits behind the third are read and cut. */
static bool take_fraction(struct str *rest, int64_t *out_ms)
{
    *out_ms = 0;
    if (!take_char(rest, '.')) return true;
    int64_t weight_ms = 100;
    int64_t digit = take_digits(rest, 1);
    if (digit < 0) return false;
    for (; digit >= 0; digit = take_digits(rest, 1)) {
        *out_ms += digit * weight_ms;
        weight_ms /= 10;
    }
    return true;
}

static bool take_time(struct str *rest, int64_t *out_ms)
{
    int64_t hour = take_digits(rest, 2);
    if (hour < 0 || hour > 23 || !take_char(rest, ':')) return false;
    int64_t minute = take_digits(rest, 2);
    if (minute < 0 || minute > 59 || !take_char(rest, ':')) return false;
    int64_t second = take_digits(rest, 2);
    if (second < 0 || second > 60) return false;
    int64_t fraction_ms;
    if (!take_fraction(rest, &fraction_ms)) return false;
    int64_t within_minute_ms = second == 60 ? MS_PER_MINUTE - 1 : second * MS_PER_SECOND + fraction_ms;
    *out_ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + within_minute_ms;
    return true;
}

/* "Z", "+02:00", "-0330" or nothing, which is UTC. */
static bool take_zone(struct str *rest, int64_t *out_ms)
{
    *out_ms = 0;
    if (rest->len == 0 || take_char(rest, 'Z') || take_char(rest, 'z')) return true;
    bool west = take_char(rest, '-');
    if (!west && !take_char(rest, '+')) return false;
    int64_t hours = take_digits(rest, 2);
    if (hours < 0 || hours > 23) return false;
    take_char(rest, ':');
    int64_t minutes = take_digits(rest, 2);
    if (minutes < 0 || minutes > 59) return false;
    *out_ms = (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE) * (west ? -1 : 1);
    return true;
}

bool instant_parse(struct str text, int64_t *out_ms)
{
    int64_t day_ms, time_ms = 0, zone_ms = 0;
    if (!take_date(&text, &day_ms)) return false;
    if (text.len > 0) {
        if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' ')) return false;
        if (!take_time(&text, &time_ms) || !take_zone(&text, &zone_ms) || text.len > 0) return false;
    }
    int64_t at_ms = day_ms + time_ms - zone_ms;
    if (at_ms < INSTANT_MIN || at_ms > INSTANT_MAX) return false;
    *out_ms = at_ms;
    return true;
}

bool instant_parse_date(struct str text, int64_t *out_ms)
{
    int64_t day_ms;
    if (!take_date(&text, &day_ms) || text.len > 0) return false;
    *out_ms = day_ms;
    return true;
}

bool instant_parse_loose(struct str text, int64_t *out_ms)
{
    int64_t at_ms;
    if (!str_to_i64(text, &at_ms)) return instant_parse(text, out_ms);
    if (at_ms > -EPOCH_SECONDS_BELOW && at_ms < EPOCH_SECONDS_BELOW) at_ms *= MS_PER_SECOND;
    if (at_ms < INSTANT_MIN || at_ms > INSTANT_MAX) return false;
    *out_ms = at_ms;
    return true;
}

void instant_format_date(struct buf *buf, int64_t at_ms)
{
    struct date date = date_from_days(floor_div(at_ms, MS_PER_DAY));
    buf_format(buf, "%04d-%02d-%02d", (int)date.year, (int)date.month, (int)date.day);
}

void instant_format(struct buf *buf, int64_t at_ms)
{
    int64_t of_day_ms = at_ms - floor_div(at_ms, MS_PER_DAY) * MS_PER_DAY;
    int fraction_ms = (int)(of_day_ms % MS_PER_SECOND);
    instant_format_date(buf, at_ms);
    buf_format(buf, "T%02d:%02d:%02d", (int)(of_day_ms / MS_PER_HOUR), (int)(of_day_ms / MS_PER_MINUTE % 60),
               (int)(of_day_ms / MS_PER_SECOND % 60));
    if (fraction_ms != 0) buf_format(buf, ".%03d", fraction_ms);
    buf_append_char(buf, 'Z');
}
