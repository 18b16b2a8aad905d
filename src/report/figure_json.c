/* figure_json.c — see figure_json.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/figure_json.h"

#include <math.h>

static void put(struct json_writer *json, double number)
{
    if (isfinite(number)) json_double(json, number);
    else json_null(json);
}

void figure_json_number(struct json_writer *json, const char *key, double number)
{
    json_key(json, key);
    put(json, number);
}

void figure_json_count(struct json_writer *json, const char *key, uint64_t count)
{
    json_key(json, key);
    json_i64(json, (int64_t)count);
}

void figure_json_interval(struct json_writer *json, const char *key, const char *interval_key,
                          const struct interval *interval)
{
    figure_json_number(json, key, interval->value);
    json_key(json, interval_key);
    json_begin_array(json);
    put(json, interval->low);
    put(json, interval->high);
    json_end_array(json);
}
