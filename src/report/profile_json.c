/* profile_json.c — see profile_json.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/profile_json.h"

#include "report/figure_json.h"

void profile_json_summary(struct json_writer *json, const struct profile *profile)
{
    figure_json_count(json, "customers", profile->customers);
    figure_json_count(json, "others", profile->others);
    figure_json_count(json, "traits", profile->count);
    figure_json_count(json, "found", profile->found);
}

void profile_json_finding(struct json_writer *json, const struct finding *finding)
{
    const struct contrast *count = &finding->count;
    json_key(json, "trait");
    json_string(json, finding->trait.words);
    json_key(json, "found");
    json_bool(json, finding->found);
    json_key(json, "best");
    json_bool(json, finding->best);
    figure_json_count(json, "customers_with", count->with);
    figure_json_interval(json, "customers_share", "customers_share_interval", &finding->share);
    figure_json_count(json, "others_with", count->other_with);
    figure_json_interval(json, "others_share", "others_share_interval", &finding->other_share);
    figure_json_interval(json, "ratio", "ratio_interval", &finding->ratio);
    figure_json_number(json, "p", finding->p);
    figure_json_number(json, "q", finding->q);
}

void profile_json_left_out(struct json_writer *json, const struct leak *leak)
{
    json_key(json, "subject");
    json_string(json, leak->subject);
    json_key(json, "sentence");
    json_string(json, leak->sentence);
}
