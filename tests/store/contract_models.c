/* contract_models.c — what store.h promises of models and their versions. */
// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"

static const struct model_row close_model = {.name = STR_INIT("close"),
                                             .object = ENTITY_CONTACT,
                                             .horizon_days = 90,
                                             .score = STR_INIT("Lead score"),
                                             .retrain_days = 30,
                                             .made_ms = 5};

static uint32_t add_version(struct store *store, struct str model, enum model_state state, struct str image)
{
    struct err_info why = {0};
    uint32_t number = 0;
    struct model_version_row row = {.model = model,
                                    .state = state,
                                    .trained_ms = 7,
                                    .begins_ms = 1,
                                    .ends_ms = 6,
                                    .seed = UINT64_MAX,
                                    .figures = STR("{\"auc\":0.8}")};
    CHECK_OK(store_add_model_version(store, &row, image, &number, &why), why);
    return number;
}

TEST(a_model_is_put_changed_and_told_by_name)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct model_row row = close_model, *rows;
    size_t count;
    CHECK_OK(store_put_model(store, &row, &why), why);
    row.name = STR("birthday");
    CHECK_OK(store_put_model(store, &row, &why), why);
    row = (struct model_row){.name = STR("close"),
                             .object = ENTITY_DEAL,
                             .outcome = STR("{property: is_won, is: true}"),
                             .horizon_days = 30,
                             .by_hand = true,
                             .use_protected = true,
                             .made_ms = 99};
    CHECK_OK(store_put_model(store, &row, &why), why);
    CHECK_OK(store_models(store, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(rows[0].name, STR("birthday"));
    CHECK_STR(rows[0].score, STR("Lead score"));
    CHECK_INT(rows[0].retrain_days, 30);
    CHECK_STR(rows[1].outcome, STR("{property: is_won, is: true}"));
    CHECK_INT(rows[1].object, ENTITY_DEAL);
    CHECK_INT(rows[1].horizon_days, 30);
    CHECK_STR(rows[1].score, STR(""));
    CHECK_TRUE(rows[1].by_hand && rows[1].use_protected);
    CHECK_INT(rows[1].made_ms, 5);
    store_close(store);
}

TEST(versions_of_a_model_are_numbered_and_keep_their_bytes)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct model_version_row *rows;
    struct str image = {"a\0b\xff", 4}, found;
    size_t count;
    CHECK_OK(store_put_model(store, &close_model, &why), why);
    CHECK_INT(add_version(store, STR("close"), MODEL_USELESS, STR("")), 1);
    CHECK_INT(add_version(store, STR("close"), MODEL_CHAMPION, image), 2);
    CHECK_OK(store_model_versions(store, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].image_bytes, 0);
    CHECK_STR(rows[1].model, STR("close"));
    CHECK_INT(rows[1].number, 2);
    CHECK_INT(rows[1].state, MODEL_CHAMPION);
    CHECK_INT(rows[1].trained_ms, 7);
    CHECK_INT(rows[1].begins_ms, 1);
    CHECK_INT(rows[1].ends_ms, 6);
    CHECK_TRUE(rows[1].seed == UINT64_MAX);
    CHECK_STR(rows[1].figures, STR("{\"auc\":0.8}"));
    CHECK_INT(rows[1].image_bytes, 4);
    CHECK_OK(store_model_image(store, STR("close"), 2, arena, &found, &why), why);
    CHECK_STR(found, image);
    CHECK_INT(store_model_image(store, STR("close"), 1, arena, &found, &why), ERR_NOT_FOUND);
    why = (struct err_info){0};
    CHECK_INT(store_model_image(store, STR("close"), 3, arena, &found, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("version 3 of model close is not kept"));
    store_close(store);
}

TEST(a_version_belongs_to_a_model)
{
    struct store *store = contract_open();
    struct err_info why = {0};
    uint32_t number;
    struct model_version_row row = {.model = STR("nothing"), .figures = STR("{}")};
    CHECK_INT(store_add_model_version(store, &row, STR("x"), &number, &why), ERR_NOT_FOUND);
    store_close(store);
}

TEST(a_champion_and_its_follower_change_together_or_not_at_all)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct model_version_row *rows;
    size_t count;
    CHECK_OK(store_put_model(store, &close_model, &why), why);
    add_version(store, STR("close"), MODEL_CHAMPION, STR("one"));
    add_version(store, STR("close"), MODEL_CHALLENGER, STR("two"));
    CHECK_OK(store_model_versions(store, arena, &rows, &count, &why), why);
    rows[0].state = MODEL_RETIRED;
    rows[1].state = MODEL_CHAMPION;
    rows[1].number = 9;
    CHECK_INT(store_change_model_versions(store, rows, 2, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no version 9 of model close"));
    why = (struct err_info){0};
    CHECK_OK(store_model_versions(store, arena, &rows, &count, &why), why);
    CHECK_INT(rows[0].state, MODEL_CHAMPION);
    rows[0].state = MODEL_RETIRED;
    rows[0].image_bytes = 0; /* dropped */
    rows[1].state = MODEL_CHAMPION;
    rows[1].figures = STR("{\"auc\":0.9}");
    CHECK_OK(store_change_model_versions(store, rows, 2, &why), why);
    CHECK_OK(store_model_versions(store, arena, &rows, &count, &why), why);
    CHECK_INT(rows[0].state, MODEL_RETIRED);
    CHECK_INT(rows[0].image_bytes, 0);
    CHECK_INT(rows[1].state, MODEL_CHAMPION);
    CHECK_STR(rows[1].figures, STR("{\"auc\":0.9}"));
    CHECK_INT(rows[1].image_bytes, 3);
    store_close(store);
}

TEST(a_model_that_is_deleted_takes_its_versions_with_it)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct model_row other = close_model, *models;
    struct model_version_row *rows;
    size_t count;
    other.name = STR("other");
    CHECK_OK(store_put_model(store, &close_model, &why), why);
    CHECK_OK(store_put_model(store, &other, &why), why);
    add_version(store, STR("close"), MODEL_CHAMPION, STR("one"));
    add_version(store, STR("other"), MODEL_CHAMPION, STR("two"));
    CHECK_OK(store_delete_model(store, STR("close"), &why), why);
    CHECK_OK(store_models(store, arena, &models, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_OK(store_model_versions(store, arena, &rows, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_STR(rows[0].model, STR("other"));
    CHECK_INT(store_delete_model(store, STR("close"), &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no model close"));
    store_close(store);
}
