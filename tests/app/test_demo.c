/* test_demo.c — the small things a demo world is made of. What it is as a whole, tests/scenarios/demo_data.scn asks. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/dice.h"
#include "app/demo/people.h"
#include "harness.h"

static bool is_address(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] < 'a' || s.at[i] > 'z') && s.at[i] != '-') return false;
    return s.len > 0;
}

static bool makes_an_address(struct str name)
{
    AUTO_BUF out = BUF_INIT(100);
    append_plain(&out, name, '-');
    return is_address(buf_str(&out));
}

TEST(every_name_can_be_spelt_in_an_address)
{
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        for (uint32_t first = 0; first < FIRST_NAME_COUNT; first++)
            for (uint32_t last = 0; last < LAST_NAME_COUNT; last++) {
                struct person person = person_at(language, first, last);
                CHECK_TRUE(makes_an_address(person.first));
                CHECK_TRUE(makes_an_address(person.last));
            }
        for (uint32_t stem = 0; stem < COMPANY_STEM_COUNT; stem++)
            CHECK_TRUE(makes_an_address(str_from_c(company_stem(language, stem))));
    }
}

TEST(diacritics_and_small_words_are_spelt_as_people_spell_them)
{
    AUTO_BUF out = BUF_INIT(100);
    append_plain(&out, STR("Łukasz Żółć"), '.');
    CHECK_STR(buf_str(&out), STR("lukasz.zolc"));
    buf_clear(&out);
    append_plain(&out, STR("van 't Hoff"), '\0');
    CHECK_STR(buf_str(&out), STR("vanthoff"));
}

TEST(family_names_of_women_have_their_form)
{
    CHECK_STR(person_at(LANGUAGE_CZECH, 0, 0).last, STR("Nováková"));
    CHECK_STR(person_at(LANGUAGE_CZECH, 1, 0).last, STR("Novák"));
    CHECK_STR(person_at(LANGUAGE_POLISH, 0, 1).last, STR("Nowak"));
    CHECK_STR(person_at(LANGUAGE_POLISH, 1, 1).last, STR("Nowak"));
}

TEST(the_logistic_curve_rises_and_is_its_own_mirror)
{
    CHECK_INT(logistic_permille(0), 500);
    CHECK_INT(logistic_permille(1000), 731);
    for (int32_t x = -7000; x < 7000; x += 7) {
        CHECK_TRUE(logistic_permille(x) <= logistic_permille(x + 7));
        CHECK_INT(logistic_permille(x) + logistic_permille(-x), 1000);
    }
}

TEST(dice_stay_within_their_limits_and_depend_on_the_record)
{
    struct dice a = dice_for(7, ABOUT_CONTACT, 1), b = dice_for(7, ABOUT_CONTACT, 2),
                again = dice_for(7, ABOUT_CONTACT, 1);
    uint64_t bits = dice_bits(&a);
    CHECK_TRUE(bits != dice_bits(&b));
    CHECK_TRUE(bits == dice_bits(&again));
    bool met[6] = {false};
    for (int i = 0; i < 1000; i++) {
        int32_t thrown = dice_between(&a, 1, 6);
        CHECK_TRUE(thrown >= 1 && thrown <= 6);
        met[thrown - 1] = true;
    }
    for (int i = 0; i < 6; i++) CHECK_TRUE(met[i]);
}
