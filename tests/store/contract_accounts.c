/* contract_accounts.c — what store.h promises of accounts and small texts. */
// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"

TEST(a_user_is_added_changed_and_keeps_its_number)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    uint64_t ada = 0, bob = 0;
    struct user_row row = {.email = STR("ada@acme.example"), .name = STR("Ada"), .role = STR("admin"), .created_ms = 5};
    CHECK_OK(store_put_user(store, &row, &ada, &why), why);
    row.email = STR("bob@acme.example");
    CHECK_OK(store_put_user(store, &row, &bob, &why), why);
    CHECK_TRUE(ada != 0 && bob != 0 && ada != bob);
    row = (struct user_row){
        .number = bob, .email = STR("bob@acme.example"), .password_hash = STR("$argon2id$"), .disabled = true};
    CHECK_OK(store_put_user(store, &row, &bob, &why), why);
    struct user_row *rows;
    size_t count;
    CHECK_OK(store_users(store, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(rows[0].role, STR("admin"));
    CHECK_INT(rows[1].number, bob);
    CHECK_STR(rows[1].password_hash, STR("$argon2id$"));
    CHECK_TRUE(rows[1].disabled);
    row.email = STR("ada@acme.example");
    CHECK_INT(store_put_user(store, &row, &bob, &why), ERR_CONFLICT);
    row = (struct user_row){.number = 77, .email = STR("eve@acme.example")};
    why = (struct err_info){0};
    CHECK_INT(store_put_user(store, &row, &bob, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no user 77"));
    store_close(store);
}

TEST(a_user_who_is_deleted_is_told_no_more_and_leaves_neither_sessions_nor_a_number)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    uint64_t ada = 0, bob = 0, eve = 0;
    struct user_row row = {.email = STR("ada@acme.example"), .name = STR("Ada"), .role = STR("admin"), .created_ms = 5};
    CHECK_OK(store_put_user(store, &row, &ada, &why), why);
    row.email = STR("bob@acme.example");
    CHECK_OK(store_put_user(store, &row, &bob, &why), why);
    struct session_row session = {.hash = STR("h"), .user = bob, .created_ms = 1, .expires_ms = 2, .seen_ms = 1};
    CHECK_OK(store_put_session(store, &session, &why), why);
    CHECK_OK(store_delete_user(store, bob, &why), why);
    CHECK_INT(store_find_session(store, STR("h"), arena, &session, &why), ERR_NOT_FOUND);
    why = (struct err_info){0};
    CHECK_INT(store_delete_user(store, bob, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no user 2"));
    row.number = bob;
    why = (struct err_info){0};
    CHECK_INT(store_put_user(store, &row, &bob, &why), ERR_NOT_FOUND);
    CHECK_INT(store_delete_user(store, 77, NULL), ERR_NOT_FOUND);
    row.number = 0; /* the address is free again */
    why = (struct err_info){0};
    CHECK_OK(store_put_user(store, &row, &eve, &why), why);
    CHECK_TRUE(eve != ada && eve != bob);
    struct user_row *rows;
    size_t count;
    CHECK_OK(store_users(store, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].number, ada);
    CHECK_INT(rows[1].number, eve);
    store_close(store);
}

TEST(the_sessions_of_a_user_are_told_the_latest_seen_first_and_end_all_but_one)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    uint64_t ada = 0, bob = 0;
    struct user_row user = {.email = STR("ada@acme.example")};
    CHECK_OK(store_put_user(store, &user, &ada, &why), why);
    user.email = STR("bob@acme.example");
    CHECK_OK(store_put_user(store, &user, &bob, &why), why);
    const struct session_row sessions[] = {{.hash = STR("a1"), .user = ada, .seen_ms = 5},
                                           {.hash = STR("b1"), .user = bob, .seen_ms = 6},
                                           {.hash = STR("a2"), .user = ada, .seen_ms = 9, .expires_ms = 12},
                                           {.hash = STR("a3"), .user = ada, .seen_ms = 7}};
    for (size_t i = 0; i < COUNT_OF(sessions); i++) CHECK_OK(store_put_session(store, &sessions[i], &why), why);
    struct session_row *rows;
    size_t count;
    CHECK_OK(store_sessions(store, ada, 2, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(rows[0].hash, STR("a2"));
    CHECK_INT(rows[0].expires_ms, 12);
    CHECK_STR(rows[1].hash, STR("a3"));
    CHECK_OK(store_delete_sessions_but(store, ada, STR("a1"), &why), why);
    CHECK_OK(store_sessions(store, ada, 9, arena, &rows, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_STR(rows[0].hash, STR("a1"));
    CHECK_OK(store_delete_sessions_but(store, ada, STR(""), &why), why);
    CHECK_OK(store_sessions(store, ada, 9, arena, &rows, &count, &why), why);
    CHECK_INT(count, 0);
    CHECK_OK(store_sessions(store, bob, 9, arena, &rows, &count, &why), why);
    CHECK_INT(count, 1);
    store_close(store);
}

TEST(a_session_belongs_to_a_user_and_ends_when_deleted)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct session_row row = {.hash = STR("h"), .user = 1, .created_ms = 1, .expires_ms = 2, .seen_ms = 1}, found;
    CHECK_INT(store_put_session(store, &row, &why), ERR_NOT_FOUND);
    why = (struct err_info){0};
    uint64_t ada = 0;
    struct user_row user = {.email = STR("ada@acme.example")};
    CHECK_OK(store_put_user(store, &user, &ada, &why), why);
    row.user = ada;
    CHECK_OK(store_put_session(store, &row, &why), why);
    row.seen_ms = 9;
    CHECK_OK(store_put_session(store, &row, &why), why);
    CHECK_OK(store_find_session(store, STR("h"), arena, &found, &why), why);
    CHECK_INT(found.seen_ms, 9);
    CHECK_INT(found.user, ada);
    CHECK_OK(store_delete_session(store, STR("h"), &why), why);
    CHECK_OK(store_delete_session(store, STR("h"), &why), why);
    CHECK_INT(store_find_session(store, STR("h"), arena, &found, &why), ERR_NOT_FOUND);
    store_close(store);
}

TEST(tokens_and_write_keys_are_told_apart_by_their_hashes)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    uint64_t number = 0, other = 0;
    struct token_row token = {
        .name = STR("crm"), .hash = STR("t1"), .scopes = STR("read write"), .creator = STR("cli"), .created_ms = 3};
    CHECK_OK(store_put_token(store, &token, &number, &why), why);
    CHECK_INT(store_put_token(store, &token, &other, &why), ERR_CONFLICT);
    token.number = number;
    token.revoked = true;
    token.last_used_ms = 8;
    why = (struct err_info){0};
    CHECK_OK(store_put_token(store, &token, &number, &why), why);
    struct token_row *tokens;
    size_t count;
    CHECK_OK(store_tokens(store, arena, &tokens, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_TRUE(tokens[0].revoked);
    CHECK_STR(tokens[0].scopes, STR("read write"));
    CHECK_STR(tokens[0].creator, STR("cli"));
    struct key_row key = {.name = STR("website"), .hash = STR("k1"), .hint = STR("abcd"), .created_ms = 4}, *keys;
    CHECK_OK(store_put_key(store, &key, &number, &why), why);
    CHECK_OK(store_keys(store, arena, &keys, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_STR(keys[0].hint, STR("abcd"));
    CHECK_STR(keys[0].creator, STR(""));
    CHECK_INT(keys[0].number, number);
    store_close(store);
}

TEST(a_small_text_is_found_by_its_name_until_an_empty_one_takes_its_place)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = contract_open();
    struct err_info why = {0};
    struct str text, *names;
    size_t count;
    CHECK_INT(store_get_text(store, STR("seed"), arena, &text, &why), ERR_NOT_FOUND);
    why = (struct err_info){0};
    CHECK_OK(store_put_text(store, STR("seed"), STR("17"), &why), why);
    CHECK_OK(store_put_text(store, STR("seed"), STR("18"), &why), why);
    CHECK_OK(store_put_text(store, STR("draft:fit"), STR("b"), &why), why);
    CHECK_OK(store_put_text(store, STR("draft:eu"), STR("a"), &why), why);
    CHECK_OK(store_get_text(store, STR("seed"), arena, &text, &why), why);
    CHECK_STR(text, STR("18"));
    CHECK_OK(store_text_names(store, STR("draft:"), arena, &names, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(names[0], STR("draft:eu"));
    CHECK_STR(names[1], STR("draft:fit"));
    CHECK_OK(store_put_text(store, STR("seed"), STR(""), &why), why);
    CHECK_INT(store_get_text(store, STR("seed"), arena, &text, &why), ERR_NOT_FOUND);
    store_close(store);
}
