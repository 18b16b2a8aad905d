/* test_bands.c — the memory of the last band. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bands.h"
#include "harness.h"

static const struct band old_bands[] = {{.label = STR_INIT("SQL"), .from = 85}, {.label = STR_INIT("MQL"), .from = 45}};
static const struct band new_bands[] = {{.label = STR_INIT("MQL"), .from = 40}};

TEST(a_band_is_remembered_by_its_label_whatever_becomes_of_its_place)
{
    struct bands *bands = bands_new();
    const struct score before = {.bands = old_bands, .band_count = 2}, after = {.bands = new_bands, .band_count = 1};
    bands_begin(bands);
    uint32_t lead = bands_score(bands, ENTITY_CONTACT, STR("lead"));
    CHECK_INT(bands_index(bands, lead, 70000, &before), BAND_NONE);
    CHECK_TRUE(bands_put(bands, lead, 70000, STR("MQL")));
    CHECK_FALSE(bands_put(bands, lead, 70000, STR("MQL")));
    CHECK_INT(bands_index(bands, lead, 70000, &before), 1);
    CHECK_INT(bands_index(bands, lead, 70000, &after), 0);
    CHECK_TRUE(bands_put(bands, lead, 3, STR("SQL")));
    CHECK_INT(bands_index(bands, lead, 3, &after), BAND_NONE);
    CHECK_STR(bands_label(bands, lead, 3), STR("SQL"));
    bands_free(bands);
}

TEST(a_rollback_puts_every_record_back_into_its_band)
{
    struct bands *bands = bands_new();
    uint32_t lead = bands_score(bands, ENTITY_CONTACT, STR("lead"));
    bands_begin(bands);
    bands_put(bands, lead, 1, STR("MQL"));
    bands_commit(bands);
    bands_begin(bands);
    bands_put(bands, lead, 1, STR("SQL"));
    bands_put(bands, lead, 1, STR(""));
    bands_put(bands, lead, 2, STR("SQL"));
    bands_rollback(bands);
    CHECK_STR(bands_label(bands, lead, 1), STR("MQL"));
    CHECK_STR(bands_label(bands, lead, 2), STR(""));
    bands_free(bands);
}

TEST(two_scores_remember_apart)
{
    struct bands *bands = bands_new();
    uint32_t lead = bands_score(bands, ENTITY_CONTACT, STR("lead")),
             deal = bands_score(bands, ENTITY_CONTACT, STR("deal"));
    bands_begin(bands);
    bands_put(bands, lead, 1, STR("Hot"));
    CHECK_STR(bands_label(bands, deal, 1), STR(""));
    CHECK_INT(bands_find_score(bands, ENTITY_CONTACT, STR("deal")), deal);
    CHECK_INT(bands_find_score(bands, ENTITY_CONTACT, STR("nobody")), UINT32_MAX);
    bands_free(bands);
}

TEST(a_score_of_contacts_and_one_of_companies_never_meet_though_they_had_one_name)
{
    struct bands *bands = bands_new();
    uint32_t contacts = bands_score(bands, ENTITY_CONTACT, STR("lead"));
    uint32_t companies = bands_score(bands, ENTITY_COMPANY, STR("lead"));
    bands_begin(bands);
    bands_put(bands, contacts, 1, STR("Hot"));
    CHECK_STR(bands_label(bands, companies, 1), STR(""));
    bands_put(bands, companies, 1, STR("Cold"));
    bands_forget(bands, ENTITY_CONTACT, 1);
    CHECK_STR(bands_label(bands, contacts, 1), STR(""));
    CHECK_STR(bands_label(bands, companies, 1), STR("Cold"));
    CHECK_STR(bands_score_name(bands, companies), STR("lead"));
    bands_commit(bands);
    bands_free(bands);
}
