/* test_bot_watch.c — what gives a program away over time. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot_watch.h"
#include "harness.h"

#define START INT64_C(1767614400000)

TEST(six_pages_within_a_second_are_no_reader)
{
    struct bot_watch *watch = bot_watch_new(64);
    for (int i = 0; i < 5; i++) CHECK_STR(bot_watch_page(watch, 7, START + i * 100), STR(""));
    CHECK_STR(bot_watch_page(watch, 8, START + 450), STR("")); /* somebody else */
    CHECK_STR(bot_watch_page(watch, 7, START + 999), STR("more than 5 pages within a second"));
    CHECK_STR(bot_watch_page(watch, 7, START + 30000), STR("more than 5 pages within a second"));
    CHECK_STR(bot_watch_page(watch, 7, START + 70000), STR(""));
    bot_watch_free(watch);
}

TEST(a_quick_reader_is_a_reader)
{
    struct bot_watch *watch = bot_watch_new(64);
    for (int i = 0; i < 100; i++) CHECK_STR(bot_watch_page(watch, 7, START + i * 200), STR(""));
    bot_watch_free(watch);
}

TEST(pages_that_arrive_in_any_order_are_judged_by_when_they_were_seen)
{
    struct bot_watch *watch = bot_watch_new(64);
    for (int i = 0; i < 20; i++) CHECK_STR(bot_watch_page(watch, 7, START - i * 60000), STR(""));
    for (int i = 0; i < 5; i++) CHECK_STR(bot_watch_page(watch, 9, START - i * 100), STR(""));
    CHECK_STR(bot_watch_page(watch, 9, START - 600), STR("more than 5 pages within a second"));
    bot_watch_free(watch);
}

TEST(a_mail_opened_or_clicked_as_soon_as_it_arrives_was_scanned)
{
    struct bot_watch *watch = bot_watch_new(64);
    struct str mail = STR("mail"), link = STR("https://a.example");
    CHECK_STR(bot_watch_opened(watch, 7, mail, START), STR("")); /* of whose delivery nothing is known */
    bot_watch_delivered(watch, 7, mail, START);
    CHECK_STR(bot_watch_opened(watch, 7, mail, START + 2000), STR("opened within 2 s of its delivery"));
    CHECK_STR(bot_watch_clicked(watch, 7, mail, link, 1, START + 400), STR("clicked within 2 s of its delivery"));
    CHECK_STR(bot_watch_opened(watch, 7, mail, START + 2001), STR(""));
    CHECK_STR(bot_watch_opened(watch, 8, mail, START + 10), STR(""));
    CHECK_STR(bot_watch_opened(watch, 7, STR("another"), START + 10), STR(""));
    bot_watch_free(watch);
}

TEST(nobody_clicks_all_links_of_a_mail_at_once)
{
    struct bot_watch *watch = bot_watch_new(64);
    struct str mail = STR("mail"), a = STR("a"), b = STR("b"), c = STR("c");
    CHECK_STR(bot_watch_clicked(watch, 7, mail, a, 0, START), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 7, mail, a, 0, START + 300), STR("")); /* a double click */
    CHECK_STR(bot_watch_clicked(watch, 7, mail, a, 0, START + 600), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 7, mail, b, 0, START + 900), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 7, mail, c, 0, START + 1500),
              STR("clicked several links of one message within 2 s"));
    CHECK_STR(bot_watch_clicked(watch, 7, mail, a, 0, START + 60000), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 8, mail, a, 2, START), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 8, mail, b, 2, START + 100),
              STR("clicked several links of one message within 2 s"));
    CHECK_STR(bot_watch_clicked(watch, 9, mail, a, 3, START), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 9, mail, b, 3, START + 5000), STR(""));
    CHECK_STR(bot_watch_clicked(watch, 9, mail, c, 3, START + 10000), STR(""));
    bot_watch_free(watch);
}

TEST(its_memory_is_bounded_and_the_latest_are_remembered)
{
    struct bot_watch *watch = bot_watch_new(1000);
    size_t bytes = bot_watch_bytes(watch);
    CHECK_TRUE(bytes <= 1024 * 96 + 64);
    bot_watch_delivered(watch, 1, STR("old"), START);
    for (uint32_t i = 0; i < 100000; i++) bot_watch_delivered(watch, i, STR("mail"), START);
    CHECK_INT(bot_watch_bytes(watch), bytes);
    CHECK_STR(bot_watch_opened(watch, 99999, STR("mail"), START), STR("opened within 2 s of its delivery"));
    CHECK_STR(bot_watch_opened(watch, 1, STR("old"), START), STR(""));
    bot_watch_free(watch);
}
