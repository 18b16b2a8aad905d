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

void figure_json_begin_line(struct json_writer *json, const char *kind)
{
    json_begin_object(json);
    json_key(json, "kind");
    json_string(json, str_from_c(kind));
}

void figure_json_end_line(struct json_writer *json, FILE *to)
{
    json_end_object(json);
    json_newline(json);
    fwrite(json->out->at, 1, json->out->len, to);
    buf_clear(json->out);
}
