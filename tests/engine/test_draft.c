/* test_draft.c — a text that is tried beside what is in force. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/draft.h"

#include "../score_helper.h"
#include "harness.h"

static const char published[] = "score: lead\ngroups: [{name: g, category: fit, rules: [{name: r, when: {property: "
                                "employees, gt: 5}, points: 1}]}]\n";

struct scene {
    struct product *product;
    struct edition edition;
    struct str texts[1];
};

static void open_scene(struct scene *scene)
{
    scene->product = product_new("", published);
    product_facts(scene->product, "contact ada employees=7 city=Lund\n");
    product_finish(scene->product);
    scene->texts[0] = str_from_c(published);
    scene->edition = (struct edition){.set = scene->product->set, .texts = scene->texts};
}

static enum err try_draft(struct scene *scene, const char *text, struct err_info *why)
{
    struct draft draft;
    bool good = draft_compile(&draft, &scene->edition, scene->product->catalog, str_from_c(text), STR("draft"));
    enum err outcome = good ? ERR_OK : draft_why(&draft, why);
    draft_release(&draft);
    return outcome;
}

TEST(a_draft_replaces_the_definition_of_its_name_and_leaves_the_others)
{
    struct scene scene;
    open_scene(&scene);
    struct draft draft;
    CHECK_TRUE(draft_compile(&draft, &scene.edition, scene.product->catalog,
                             STR("segment: big\nwhen: {score: lead, gte: 1}\n"), STR("draft")));
    CHECK_INT(draft.set.score_count, 1);
    CHECK_INT(draft.set.segment_count, 1);
    draft_release(&draft);
    CHECK_TRUE(draft_compile(&draft, &scene.edition, scene.product->catalog,
                             STR("score: lead\ntitle: New\ngroups: []\n"), STR("draft")));
    CHECK_INT(draft.set.score_count, 1);
    CHECK_STR(draft.set.scores[0]->title, STR("New"));
    draft_release(&draft);
    product_free(scene.product);
}

TEST(nothing_of_a_draft_is_seen_from_outside)
{
    struct scene scene;
    open_scene(&scene);
    struct err_info why = {0};
    uint32_t properties = catalog_count(scene.product->catalog);
    CHECK_OK(try_draft(&scene, "segment: new\nwhen: {property: a_new_one, gt: 1}\n", &why), why);
    CHECK_INT(catalog_count(scene.product->catalog), properties);
    product_free(scene.product);
}

TEST(a_mistake_is_told_with_its_place)
{
    struct scene scene;
    open_scene(&scene);
    struct err_info why = {0};
    CHECK_INT(try_draft(&scene, "segment: odd\nwhen: {property: employees, contains: x}\n", &why), ERR_INVALID);
    CHECK_INT(why.at.line, 2);
    CHECK_CONTAINS(str_from_c(why.msg), STR("employees"));
    product_free(scene.product);
}

TEST(what_is_in_force_must_still_hold)
{
    struct scene scene;
    open_scene(&scene);
    scene.texts[0] =
        STR("score: lead\ngroups: [{name: g, category: fit, rules: [{name: r, when: {segment: big}, points: "
            "1}]}]\n");
    struct err_info why = {0};
    CHECK_INT(try_draft(&scene, "score: other\ngroups: []\n", &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("'lead', which is in force"));
    CHECK_INT(why.at.line, 0);
    product_free(scene.product);
}
