/* test_search.c — who is meant by a condition, and in which order they come. */
// SPDX-License-Identifier: Apache-2.0
#include "report/search.h"

#include "../score_helper.h"
#include "harness.h"

#define AS_OF "2026-01-05T10:00:00Z"

static const char published[] = "score: lead\ngroups: [{name: g, category: engagement, rules: [{name: r, event: visit, "
                                "points: 10}]}]\n";
static const char facts[] = "contact ada employees=7 city=Lund\ncontact ben employees=70 city=Aarhus\n"
                            "contact cem employees=700\ncontact dag\n"
                            "event ben visit 2026-01-01T00:00:00Z\nevent dag visit 2026-01-01T00:00:00Z\n"
                            "event dag visit 2026-01-02T00:00:00Z\n";

struct scene {
    struct product *product;
    struct edition edition;
    struct str text;
    struct everybody everybody;
    struct search_question question;
};

static void open_scene(struct scene *scene)
{
    *scene = (struct scene){.product = product_new("{contact: {employees: number}}", published),
                            .text = str_from_c(published)};
    product_facts(scene->product, facts);
    product_finish(scene->product);
    struct scan_options options = {.as_of_ms = instant_of(AS_OF), .threads = 1};
    scan_run(scene->product->scan, &options);
    scene->edition = (struct edition){.set = scene->product->set, .texts = &scene->text};
    scene->everybody = (struct everybody){.edition = &scene->edition,
                                          .history = scene->product->history,
                                          .scan = scene->product->scan,
                                          .as_of_ms = options.as_of_ms};
    scene->question = (struct search_question){
        .everybody = &scene->everybody, .catalog = scene->product->catalog, .threads = 1, .most = 100};
}

/* The ids found, divided by blanks. */
static struct str found(struct scene *scene, const char *where, const char *sort)
{
    struct search_answer answer;
    struct err_info why = {0};
    scene->question.where = str_from_c(where);
    scene->question.sort = str_from_c(sort);
    CHECK_OK(search_run(&scene->question, scene->product->arena, &answer, &why), why);
    AUTO_BUF out = BUF_INIT(4096);
    for (uint64_t i = 0; i < answer.count; i++) {
        if (i > 0) buf_append_char(&out, ' ');
        buf_append(&out, history_record_id(scene->product->history, ENTITY_CONTACT, answer.records[i]));
    }
    return arena_str(scene->product->arena, buf_str(&out));
}

TEST(a_condition_in_json_finds_those_for_whom_it_holds)
{
    struct scene scene;
    open_scene(&scene);
    CHECK_STR(found(&scene, "{\"property\":\"employees\",\"gte\":70}", ""), STR("ben cem"));
    CHECK_STR(found(&scene, "{\"event\":\"visit\",\"count\":{\"at_least\":2}}", ""), STR("dag"));
    CHECK_STR(found(&scene, "{\"not\":{\"property\":\"city\",\"known\":true}}", ""), STR("cem dag"));
    CHECK_STR(found(&scene, "", ""), STR("ada ben cem dag"));
    product_free(scene.product);
}

TEST(a_condition_may_speak_of_a_score)
{
    struct scene scene;
    open_scene(&scene);
    CHECK_STR(found(&scene, "{\"score\":\"lead\",\"gte\":10}", ""), STR("ben dag"));
    product_free(scene.product);
}

TEST(records_are_sorted_by_a_property_or_a_score_and_those_without_come_last)
{
    struct scene scene;
    open_scene(&scene);
    CHECK_STR(found(&scene, "", "city"), STR("ben ada cem dag"));
    scene.question.descending = true;
    CHECK_STR(found(&scene, "", "city"), STR("ada ben cem dag"));
    CHECK_STR(found(&scene, "", "lead"), STR("dag ben ada cem"));
    CHECK_STR(found(&scene, "", "employees"), STR("cem ben ada dag"));
    product_free(scene.product);
}

TEST(pages_follow_one_another_and_know_how_many_there_are)
{
    struct scene scene;
    open_scene(&scene);
    struct search_answer answer;
    struct err_info why = {0};
    scene.question.skip = 3;
    scene.question.most = 2;
    CHECK_OK(search_run(&scene.question, scene.product->arena, &answer, &why), why);
    CHECK_INT(answer.count, 1);
    CHECK_INT(answer.total, 4);
    scene.question.skip = UINT64_MAX;
    CHECK_OK(search_run(&scene.question, scene.product->arena, &answer, &why), why);
    CHECK_INT(answer.count, 0);
    product_free(scene.product);
}

TEST(a_condition_with_a_mistake_is_refused_with_a_sentence)
{
    struct scene scene;
    open_scene(&scene);
    static const char *const wheres[] = {"{\"property\":\"employees\",\"contains\":\"x\"}",
                                         "{\"proprety\":\"x\",\"is\":1}", "{\"score\":\"none\",\"gte\":1}", "[1, 2",
                                         "{}\ngroups: [{}]"};
    for (size_t i = 0; i < COUNT_OF(wheres); i++) {
        struct search_answer answer;
        struct err_info why = {0};
        scene.question.where = str_from_c(wheres[i]);
        CHECK_INT(search_run(&scene.question, scene.product->arena, &answer, &why), ERR_INVALID);
        CHECK_TRUE(why.msg[0] != '\0');
    }
    struct search_answer answer;
    struct err_info why = {0};
    scene.question.where = STR("");
    scene.question.sort = STR("nothing");
    CHECK_INT(search_run(&scene.question, scene.product->arena, &answer, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("'nothing'"));
    product_free(scene.product);
}

TEST(whoever_mistypes_a_property_is_told_that_nobody_has_it)
{
    struct scene scene;
    struct search_answer answer;
    struct err_info why = {0};
    open_scene(&scene);
    scene.question.where = STR("{\"property\": \"emploees\", \"gt\": 5}");
    CHECK_OK(search_run(&scene.question, scene.product->arena, &answer, &why), why);
    CHECK_INT(answer.total, 0);
    CHECK_INT(answer.warning_count, 1);
    CHECK_CONTAINS(answer.warnings[0], STR("no contact has a property 'emploees' yet"));
    CHECK_CONTAINS(answer.warnings[0], STR("did you mean 'employees'?"));
    scene.question.where = STR("{\"property\": \"employees\", \"gt\": 5}");
    CHECK_OK(search_run(&scene.question, scene.product->arena, &answer, &why), why);
    CHECK_INT(answer.total, 3);
    CHECK_INT(answer.warning_count, 0);
    product_free(scene.product);
}
