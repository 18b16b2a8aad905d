/* test_preview.c — an author sees who would move before anybody does. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/preview.h"

#include "../score_helper.h"
#include "harness.h"

#define AS_OF "2026-01-05T10:00:00Z"

#define SCORE(points, from)                                                                              \
    "score: lead\nbands: [{label: SQL, from: 50}, {label: MQL, from: " from "}]\ngroups:\n- name: Web\n" \
    "  category: engagement\n  rules:\n  - {name: Page, event: page_viewed, points: " points "}\n"

struct scene {
    struct product *product;
    struct edition edition;
    struct str text;
    struct everybody everybody;
    struct preview_ground *ground;
    struct preview preview;
};

static const char *schema = "";

static void open_scene_for(struct scene *scene, const char *facts, const char *score)
{
    static const char published[] = SCORE("10", "20");
    *scene = (struct scene){.product = product_new(schema, published), .text = str_from_c(published)};
    product_facts(scene->product, facts);
    product_finish(scene->product);
    struct scan_options options = {.as_of_ms = instant_of(AS_OF), .threads = 1, .keep_signals = true};
    scan_run(scene->product->scan, &options);
    scene->edition = (struct edition){.set = scene->product->set, .texts = &scene->text};
    scene->everybody = (struct everybody){.edition = &scene->edition,
                                          .history = scene->product->history,
                                          .scan = scene->product->scan,
                                          .as_of_ms = options.as_of_ms};
    scene->product->scan = NULL; /* the ground's from now on */
    scene->ground = preview_ground_new(&scene->everybody, scene->product->catalog, 1, str_from_c(score));
}

static void open_scene(struct scene *scene, const char *facts)
{
    open_scene_for(scene, facts, "lead");
}

static void close_scene(struct scene *scene)
{
    preview_ground_free(scene->ground);
    product_free(scene->product);
}

static void look(struct scene *scene, const char *draft)
{
    struct err_info why = {0};
    CHECK_OK(preview_draft(scene->ground, str_from_c(draft), STR(""), NULL, NULL, scene->product->arena,
                           &scene->preview, &why),
             why);
}

/* Three visitors: of one, two and six pages. */
static const char three[] = "contact ada\ncontact ben lifecycle_stage=customer\ncontact cem\n"
                            "event ada page_viewed 2026-01-01T00:00:00Z\n"
                            "event ben page_viewed 2026-01-01T00:00:00Z\nevent ben page_viewed 2026-01-02T00:00:00Z\n"
                            "event cem page_viewed 2026-01-01T00:00:00Z\nevent cem page_viewed 2026-01-02T00:00:00Z\n"
                            "event cem page_viewed 2026-01-03T00:00:00Z\nevent cem page_viewed 2026-01-04T00:00:00Z\n"
                            "event cem page_viewed 2026-01-04T01:00:00Z\nevent cem page_viewed 2026-01-04T02:00:00Z\n";

TEST(the_same_text_moves_nobody)
{
    struct scene scene;
    open_scene(&scene, three);
    look(&scene, SCORE("10", "20"));
    CHECK_INT(scene.preview.records, 3);
    CHECK_INT(scene.preview.changed, 0);
    CHECK_INT(scene.preview.moved, 0);
    CHECK_INT(scene.preview.bands[0].before, 1);
    CHECK_INT(scene.preview.bands[1].after, 1);
    CHECK_INT(scene.preview.bands[2].after, 1);
    close_scene(&scene);
}

TEST(who_moves_is_told_with_both_numbers_and_bands_and_who_rises_is_counted)
{
    struct scene scene;
    open_scene(&scene, three);
    look(&scene, SCORE("25", "20"));
    CHECK_INT(scene.preview.changed, 3);
    CHECK_INT(scene.preview.moved, 2); /* ada into MQL, ben into SQL */
    CHECK_INT(scene.preview.alerts, 2);
    CHECK_INT(scene.preview.mover_count, 2);
    CHECK_STR(history_record_id(scene.product->history, ENTITY_CONTACT, scene.preview.movers[0].record), STR("ben"));
    CHECK_INT(scene.preview.movers[0].before, 20000000);
    CHECK_INT(scene.preview.movers[0].after, 50000000);
    CHECK_INT(scene.preview.moves[1 * 3 + 0], 1);
    CHECK_INT(scene.preview.moves[2 * 3 + 1], 1);
    close_scene(&scene);
}

TEST(who_falls_alerts_nobody)
{
    struct scene scene;
    open_scene(&scene, three);
    look(&scene, SCORE("5", "20"));
    CHECK_INT(scene.preview.moved, 2);
    CHECK_INT(scene.preview.alerts, 0);
    close_scene(&scene);
}

TEST(an_edit_of_points_or_bands_reads_no_event)
{
    struct scene scene;
    open_scene(&scene, three);
    look(&scene, SCORE("10", "20"));
    CHECK_INT(preview_events_read(scene.ground), 0); /* it goes on with the signals of what is in force */
    look(&scene, SCORE("11", "30"));
    CHECK_INT(preview_events_read(scene.ground), 0);
    look(&scene, SCORE("11, within: 1d", "30"));
    CHECK_TRUE(preview_events_read(scene.ground) > 0);
    close_scene(&scene);
}

TEST(customers_are_counted_by_the_band_they_would_be_in)
{
    struct scene scene;
    open_scene(&scene, three);
    look(&scene, SCORE("25", "20"));
    CHECK_INT(scene.preview.bands[0].after, 2);
    CHECK_INT(scene.preview.bands[0].converted, 1);
    CHECK_INT(scene.preview.bands[1].converted, 0);
    close_scene(&scene);
}

TEST(a_won_deal_makes_its_contact_a_customer)
{
    struct scene scene;
    open_scene(&scene, "contact ada\ncontact ben\ndeal d1 stage=won\ndeal d2 stage=lost\ndeal d1 with ada\n"
                       "deal d2 with ben\n");
    look(&scene, SCORE("10", "20"));
    CHECK_INT(scene.preview.bands[2].after, 2);
    CHECK_INT(scene.preview.bands[2].converted, 1);
    close_scene(&scene);
}

TEST(a_won_deal_makes_a_customer_also_where_the_stages_are_declared)
{
    struct scene scene;
    schema = "deal:\n  stage: {enumeration: [offer, won, lost]}\n";
    open_scene(&scene,
               "contact ada\ndeal d stage=won\ndeal d with ada\ncontact ben\ndeal e stage=offer\ndeal e with ben\n");
    schema = "";
    look(&scene, SCORE("10", "20"));
    uint64_t converted = 0;
    for (uint32_t b = 0; b < scene.preview.band_count; b++) converted += scene.preview.bands[b].converted;
    CHECK_INT(converted, 1);
    close_scene(&scene);
}

TEST(a_customer_is_one_however_the_lifecycle_is_called_and_declared)
{
    static const struct {
        const char *schema, *who;
        uint64_t converted;
    } row[] = {
        {"", "contact ada lifecycle_stage=customer\n", 1},
        {"", "contact ada LifecyclePhase=Customer\n", 1},
        {"contact:\n  lifecycle_stage: {enumeration: [lead, client]}\n", "contact ada lifecycle_stage=client\n", 0},
        {"contact:\n  lifecyclestage: number\n", "contact ada lifecyclestage=3\n", 0},
        {"deal:\n  is_won: boolean\n", "contact ada\ndeal d is_won=true\ndeal d with ada\n", 1},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct scene scene;
        uint64_t converted = 0;
        schema = row[i].schema;
        open_scene(&scene, row[i].who);
        schema = "";
        look(&scene, SCORE("10", "20"));
        for (uint32_t b = 0; b < scene.preview.band_count; b++) converted += scene.preview.bands[b].converted;
        CHECK_INT(converted, row[i].converted);
        close_scene(&scene);
    }
}

TEST(the_histogram_holds_everybody_whatever_the_range)
{
    struct scene scene;
    open_scene(&scene, three);
    static const char *const points[] = {"1", "-7", "10", "997", "10000", "-10000"};
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        AUTO_BUF draft = BUF_INIT(4096);
        buf_format(&draft,
                   "score: lead\ngroups: [{name: g, category: engagement, rules: [{name: r, event: page_viewed, "
                   "points: %s}]}]",
                   points[i]);
        buf_append_char(&draft, '\0');
        look(&scene, draft.at);
        uint64_t before = 0, after = 0;
        for (uint32_t b = 0; b < scene.preview.bin_count; b++) {
            before += scene.preview.bins_before[b];
            after += scene.preview.bins_after[b];
        }
        CHECK_INT(before, 3);
        CHECK_INT(after, 3);
    }
    close_scene(&scene);
}

TEST(a_new_score_is_compared_with_nothing)
{
    struct scene scene;
    open_scene_for(&scene, three, "other");
    look(&scene,
         "score: other\nbands: [{label: Hot, from: 1}]\ngroups: [{name: g, category: engagement, rules: [{name: "
         "r, event: page_viewed, points: 1}]}]");
    CHECK_INT(scene.preview.known_before, 0);
    CHECK_INT(scene.preview.known_after, 3);
    CHECK_INT(scene.preview.moves[1 * 2 + 0], 3);
    CHECK_INT(scene.preview.alerts, 3);
    close_scene(&scene);
}

static uint32_t always_first(void *context, const struct edition *edition, uint32_t score, uint32_t record)
{
    (void)context, (void)edition, (void)score, (void)record;
    return 0;
}

TEST(the_band_that_a_record_is_in_now_is_the_remembered_one)
{
    struct scene scene;
    open_scene(&scene, three);
    struct err_info why = {0};
    CHECK_OK(preview_draft(scene.ground, STR(SCORE("10", "20")), STR(""), always_first, NULL, scene.product->arena,
                           &scene.preview, &why),
             why);
    CHECK_INT(scene.preview.bands[0].before, 3);
    CHECK_INT(scene.preview.bands[0].after, 1);
    close_scene(&scene);
}

TEST(a_draft_with_a_mistake_leaves_the_next_one_whole)
{
    struct scene scene;
    open_scene(&scene, three);
    struct err_info why = {0};
    CHECK_INT(preview_draft(scene.ground, STR("score: lead\ngroups: [{name: g}]\n"), STR(""), NULL, NULL,
                            scene.product->arena, &scene.preview, &why),
              ERR_INVALID);
    CHECK_INT(why.at.line, 2);
    why = (struct err_info){0};
    CHECK_INT(preview_draft(scene.ground, STR("score: other\ngroups: []\n"), STR(""), NULL, NULL, scene.product->arena,
                            &scene.preview, &why),
              ERR_INVALID);
    look(&scene, SCORE("25", "20"));
    CHECK_INT(scene.preview.moved, 2);
    close_scene(&scene);
}
