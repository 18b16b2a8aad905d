/* test_previews.c — a second look at a draft reads no event, and nothing is kept for long. */
// SPDX-License-Identifier: Apache-2.0
#include "server/previews.h"

#include "api_client.h"
#include "harness.h"

#define TEXT(points)                                                                                              \
    "score: lead\\nbands: [{label: MQL, from: 10}]\\ngroups: [{name: g, category: engagement, rules: [{name: r, " \
    "event: seen, points: " points "}]}]\\n"

static struct site *open_site(void)
{
    struct site *site = site_open((struct site_options){0});
    api_call(site, "POST /api/v1/scores/lead/publish", "{'text':'" TEXT("5") "'}", 200);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"seen\",\"messageId\":\"m\"}").status, 200);
    return site;
}

static const char *preview(struct site *site, const char *text)
{
    const char *body = arena_format(site->arena, "{'text':'%s'}", text).at;
    struct reply reply = api_call(site, "POST /api/v1/scores/preview", body, 200);
    return api_at(site, reply, "as_of").at;
}

static uint64_t events_read(struct site *site, const char *score)
{
    const struct preview_use *use = previews_take(site->server->previews, str_from_c(score));
    uint64_t events = preview_events_read(use->ground);
    previews_give(site->server->previews, use);
    return events;
}

TEST(a_draft_that_moves_points_reads_no_event_again_and_is_about_the_same_instant)
{
    struct site *site = open_site();
    const char *first = preview(site, TEXT("6"));
    site_time_passes(site, 5000);
    const char *second = preview(site, TEXT("20"));
    CHECK_STR(str_from_c(second), str_from_c(first));
    CHECK_INT(events_read(site, "lead"), 0);
    site_close(site);
}

TEST(a_ground_that_nobody_used_for_a_minute_is_dropped)
{
    struct site *site = open_site();
    preview(site, TEXT("6"));
    site_time_passes(site, PREVIEW_IDLE_MS - 1);
    CHECK_INT(previews_sweep(site->server->previews), 1);
    site_time_passes(site, 1);
    CHECK_INT(previews_sweep(site->server->previews), 0);
    site_close(site);
}

TEST(a_ground_in_constant_use_is_made_anew_after_five_minutes)
{
    struct site *site = open_site();
    const char *first = preview(site, TEXT("6")), *later = first;
    for (int64_t ms = 0; ms < PREVIEW_AGE_MS; ms += 50000) {
        site_time_passes(site, 50000);
        later = preview(site, TEXT("7"));
    }
    CHECK_TRUE(!str_equal(str_from_c(first), str_from_c(later)));
    site_close(site);
}

TEST(a_ground_goes_when_something_else_is_published)
{
    struct site *site = open_site();
    preview(site, TEXT("6"));
    api_call(site, "POST /api/v1/scores/lead/publish", "{'expected':1,'text':'" TEXT("7") "'}", 200);
    CHECK_INT(previews_sweep(site->server->previews), 0);
    struct reply reply = api_call(site, "POST /api/v1/scores/preview", "{'text':'" TEXT("7") "'}", 200);
    CHECK_STR(api_at(site, reply, "changed"), STR("0"));
    site_close(site);
}

TEST(no_more_than_two_grounds_are_kept_and_the_one_used_longest_ago_goes)
{
    struct site *site = open_site();
    struct previews *previews = site->server->previews;
    static const char *const names[] = {"one", "two", "three"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        previews_give(previews, previews_take(previews, str_from_c(names[i])));
        site->clock.fixed_ms++;
    }
    CHECK_INT(previews_sweep(previews), PREVIEWS_MAX);
    const struct preview_use *two = previews_take(previews, STR("two")), *one = previews_take(previews, STR("one"));
    CHECK_TRUE(two != NULL && one != NULL);
    CHECK_TRUE(previews_take(previews, STR("three")) == NULL);
    previews_give(previews, one);
    previews_give(previews, two);
    site_close(site);
}
