/* test_publish.c — definitions come into force whole, with versions, and bands follow as asked. */
// SPDX-License-Identifier: Apache-2.0
#include "engine_fixture.h"
#include "harness.h"

static const char ten[] =
    "score: lead\n"
    "bands: [{label: MQL, from: 10}]\n"
    "groups:\n"
    "  - {name: Web, category: engagement, rules: [{name: Demo, event: demo, points: 10, within: 30d}]}\n";
static const char twenty[] =
    "score: lead\n"
    "bands: [{label: SQL, from: 20}, {label: MQL, from: 10}]\n"
    "groups:\n"
    "  - {name: Web, category: engagement, rules: [{name: Demo, event: demo, points: 20, within: 30d}]}\n";

static enum err publish(struct fixture *f, const char *text, uint32_t expected, struct diagnostics *diagnostics,
                        struct err_info *why)
{
    const struct publish request = {.text = str_from_c(text),
                                    .source = STR("lead.yaml"),
                                    .expected = expected,
                                    .changes = PUBLISH_NET,
                                    .author = STR("user:1")};
    struct published out;
    return engine_publish(f->engine, &request, diagnostics, &out, why);
}

TEST(a_definition_scores_the_past_as_soon_as_it_is_published)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY - 3 * DAY, NULL, NULL, NULL);
    struct published published = fixture_publish(&f, ten, PUBLISH_NET);
    CHECK_INT(published.changed, 1);
    CHECK_INT(published.band_changes, 1);
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_INT(fixture_score(&f, "lead", ada), 10000000);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:published"));
    fixture_close(&f);
}

TEST(publishing_silently_moves_bands_without_telling_anybody)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY, NULL, NULL, NULL);
    fixture_publish(&f, ten, PUBLISH_SILENT);
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:published_silently"));
    fixture_close(&f);
}

TEST(a_replay_tells_when_bands_would_have_been_entered_and_left)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY - 100 * DAY, NULL, NULL, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY - 5 * DAY, NULL, NULL, NULL);
    CHECK_INT(fixture_publish(&f, ten, PUBLISH_REPLAY).band_changes, 3);
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:replayed <-MQL:replayed MQL<-:replayed"));
    struct band_row *rows = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(store_bands(f.store, ENTITY_CONTACT, ada, 0, 10, arena, &rows, &count, &why), why);
    CHECK_INT(rows[0].fact.at_ms, MONDAY - 5 * DAY);
    CHECK_INT(rows[1].fact.at_ms, MONDAY - 70 * DAY);
    CHECK_INT(rows[2].fact.at_ms, MONDAY - 100 * DAY);
    fixture_close(&f);
}

TEST(publishing_the_same_text_again_changes_nothing)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_publish(&f, ten, PUBLISH_NET);
    CHECK_INT(fixture_publish(&f, ten, PUBLISH_NET).changed, 0);
    const struct edition *edition = engine_edition(f.engine);
    CHECK_INT(edition->versions[0], 1);
    edition_release(edition);
    fixture_close(&f);
}

TEST(an_author_who_edited_an_older_version_is_told_so)
{
    struct fixture f;
    struct err_info why = {0};
    fixture_open(&f, NULL);
    CHECK_OK(publish(&f, ten, 0, NULL, &why), why);
    CHECK_OK(publish(&f, twenty, 1, NULL, &why), why);
    CHECK_INT(publish(&f, ten, 1, NULL, &why), ERR_CONFLICT);
    CHECK_STR(str_from_c(why.msg), STR("lead is at version 2 now, not 1: somebody published meanwhile"));
    fixture_close(&f);
}

TEST(a_text_with_a_mistake_is_refused_whole_and_the_former_stays_in_force)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct diagnostics *diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(diagnostics, arena);
    struct err_info why = {0};
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY, NULL, NULL, NULL);
    fixture_publish(&f, ten, PUBLISH_NET);
    CHECK_INT(publish(&f, "score: lead\nbands: [{label: MQL, fro: 10}]\ngroups: []\n", 0, diagnostics, &why),
              ERR_INVALID);
    CHECK_TRUE(diagnostics->errors > 0);
    CHECK_INT(diagnostics->item[0].at.line, 2);
    CHECK_INT(fixture_score(&f, "lead", fixture_contact(&f, "user:ada")), 10000000);
    fixture_close(&f);
}

TEST(a_retired_score_is_gone_and_its_next_version_counts_on)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_publish(&f, ten, PUBLISH_NET);
    const struct publish request = {.retire = STR("lead"), .author = STR("user:1")};
    struct published out;
    struct err_info why = {0};
    CHECK_OK(engine_publish(f.engine, &request, NULL, &out, &why), why);
    for (int round = 0; round < 2; round++) {
        const struct edition *edition = engine_edition(f.engine);
        CHECK_INT(edition->set.score_count, 0);
        edition_release(edition);
        fixture_reopen(&f);
    }
    fixture_publish(&f, twenty, PUBLISH_NET);
    const struct edition *edition = engine_edition(f.engine);
    CHECK_INT(edition->versions[0], 3);
    edition_release(edition);
    fixture_close(&f);
}

TEST(whoever_reads_an_edition_keeps_it_while_the_next_is_published)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo", MONDAY, NULL, NULL, NULL);
    fixture_publish(&f, ten, PUBLISH_NET);
    const struct edition *held = engine_edition(f.engine);
    fixture_publish(&f, twenty, PUBLISH_NET);
    AUTO_ARENA arena = arena_new();
    struct explanation explanation;
    uint32_t ada = fixture_contact(&f, "user:ada");
    scan_explain(held->scan, 0, ada, MONDAY, arena, &explanation);
    CHECK_INT(explanation.total, 10000000);
    CHECK_INT(fixture_score(&f, "lead", ada), 20000000);
    edition_release(held);
    fixture_close(&f);
}

TEST(a_property_takes_the_type_that_a_definition_needs_and_that_its_values_have)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_set(&f, "user:ada", MONDAY, "employees", "50");
    fixture_set(&f, "user:eve", MONDAY, "employees", "5");
    fixture_publish(&f,
                    "score: size\ngroups:\n  - name: G\n    category: fit\n    rules:\n"
                    "      - {name: R, when: {property: employees, gt: 20}, points: 7}\n",
                    PUBLISH_NET);
    CHECK_INT(fixture_score(&f, "size", fixture_contact(&f, "user:ada")), 7000000);
    CHECK_INT(fixture_score(&f, "size", fixture_contact(&f, "user:eve")), 0);
    fixture_reopen(&f);
    CHECK_INT(fixture_score(&f, "size", fixture_contact(&f, "user:ada")), 7000000);
    CHECK_INT(fixture_set(&f, "user:eve", MONDAY, "employees", "many"), FACT_REFUSED);
    fixture_close(&f);
}
