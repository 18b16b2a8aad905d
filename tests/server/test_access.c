/* test_access.c — programs come in by tokens and write keys, until these are revoked. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "access_world.h"
#include "harness.h"

static struct secret add_token(struct access_world *w, const char *name, const char *scopes, uint64_t *number)
{
    struct secret secret;
    struct err_info why = {0};
    uint32_t mask;
    CHECK_OK(scopes_parse(str_from_c(scopes), &mask, &why), why);
    CHECK_OK(access_add_token(w->access, str_from_c(name), mask, STR("cli"), &secret, number, &why), why);
    return secret;
}

static struct secret add_key(struct access_world *w, const char *name, uint64_t *number)
{
    struct secret secret;
    struct err_info why = {0};
    CHECK_OK(access_add_key(w->access, str_from_c(name), STR("cli"), &secret, number, &why), why);
    return secret;
}

TEST(a_token_acts_under_its_name_with_its_scopes)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number;
    struct secret token = add_token(w, "warehouse", "records.read events.write", &number);
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_token(w->access, secret_str(&token), w->arena, &actor, &why), why);
    CHECK_INT(actor.kind, ACTOR_TOKEN);
    CHECK_INT(actor.number, number);
    CHECK_STR(actor.name, STR("warehouse"));
    CHECK_STR(actor.text, arena_format(w->arena, "token:%llu", (unsigned long long)number));
    CHECK_TRUE(may(&actor, PERM_READ_RECORDS));
    CHECK_TRUE(may(&actor, PERM_SEND_EVENTS));
    CHECK_FALSE(may(&actor, PERM_WRITE_RECORDS));
}

TEST(a_write_key_may_only_send_events)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number;
    struct secret key = add_key(w, "website", &number);
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_key(w->access, secret_str(&key), w->arena, &actor, &why), why);
    CHECK_INT(actor.kind, ACTOR_KEY);
    CHECK_STR(actor.name, STR("website"));
    CHECK_STR(actor.text, arena_format(w->arena, "key:%llu", (unsigned long long)number));
    for (enum permission p = 0; p < PERM_COUNT; p++) CHECK_INT(may(&actor, p), p == PERM_SEND_EVENTS);
}

TEST(a_revoked_secret_opens_nothing_from_the_next_request_on)
{
    AUTO_WORLD w = access_world_new();
    uint64_t token_number, key_number;
    struct secret token = add_token(w, "old", "admin", &token_number);
    struct secret key = add_key(w, "old", &key_number);
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_revoke_token(w->access, token_number, &why), why);
    CHECK_OK(access_revoke_token(w->access, token_number, &why), why);
    CHECK_OK(access_revoke_key(w->access, key_number, &why), why);
    CHECK_INT(access_token(w->access, secret_str(&token), w->arena, &actor, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("this token was revoked"));
    why = (struct err_info){0};
    CHECK_INT(access_key(w->access, secret_str(&key), w->arena, &actor, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("this write key was revoked"));
    access_world_restart(w);
    CHECK_INT(access_key(w->access, secret_str(&key), w->arena, &actor, NULL), ERR_NOT_FOUND);
    CHECK_INT(access_revoke_key(w->access, 77, NULL), ERR_NOT_FOUND);
}

TEST(secrets_outlive_a_restart_and_are_kept_only_as_hashes)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number;
    struct secret token = add_token(w, "a", "admin", &number), key = add_key(w, "b", &number);
    access_world_restart(w);
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_token(w->access, secret_str(&token), w->arena, &actor, &why), why);
    CHECK_OK(access_key(w->access, secret_str(&key), w->arena, &actor, &why), why);
    struct token_row *tokens;
    struct key_row *keys;
    size_t count;
    CHECK_OK(store_tokens(w->store, w->arena, &tokens, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_INT(tokens[0].hash.len, SECRET_DIGEST_TEXT);
    CHECK_FALSE(str_contains(secret_str(&token), tokens[0].hash));
    CHECK_OK(store_keys(w->store, w->arena, &keys, &count, &why), why);
    CHECK_STR(keys[0].hint, ((struct str){key.text + key.len - 4, 4}));
}

TEST(a_key_is_no_token_and_a_typo_is_told_from_an_unknown_one)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number;
    struct secret key = add_key(w, "website", &number), stranger;
    struct actor actor;
    struct err_info why = {0};
    CHECK_INT(access_token(w->access, secret_str(&key), w->arena, &actor, &why), ERR_INVALID);
    CHECK_FALSE(str_contains(str_from_c(why.msg), secret_str(&key)));
    why = (struct err_info){0};
    key.text[key.len - 10] ^= 1;
    CHECK_INT(access_key(w->access, secret_str(&key), w->arena, &actor, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("is mistyped"));
    why = (struct err_info){0};
    secret_new(SECRET_KEY, &stranger);
    CHECK_INT(access_key(w->access, secret_str(&stranger), w->arena, &actor, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("this write key is not known here"));
    CHECK_INT(access_key(w->access, STR(""), w->arena, &actor, NULL), ERR_INVALID);
}

TEST(when_a_token_was_last_used_is_written_down)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number;
    struct secret token = add_token(w, "warehouse", "records.read", &number);
    struct token_view *views;
    size_t count;
    access_tokens(w->access, w->arena, &views, &count);
    CHECK_INT(count, 1);
    CHECK_INT(views[0].last_used_ms, 0);
    w->clock.fixed_ms += MS_PER_HOUR;
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_token(w->access, secret_str(&token), w->arena, &actor, &why), why);
    struct secret another = add_token(w, "another", "records.read", &number); /* a change reads all anew */
    (void)another;
    access_tokens(w->access, w->arena, &views, &count);
    CHECK_INT(count, 2);
    CHECK_INT(views[0].last_used_ms, w->clock.fixed_ms);
    CHECK_OK(access_refresh(w->access, &why), why);
    struct token_row *rows;
    CHECK_OK(store_tokens(w->store, w->arena, &rows, &count, &why), why);
    for (size_t i = 0; i < count; i++)
        CHECK_INT(rows[i].last_used_ms, str_equal(rows[i].name, STR("warehouse")) ? w->clock.fixed_ms : 0);
}

TEST(names_are_checked)
{
    AUTO_WORLD w = access_world_new();
    struct secret secret;
    uint64_t number;
    struct err_info why = {0};
    CHECK_INT(access_add_key(w->access, STR("  "), STR("cli"), &secret, &number, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the name of the write key is empty"));
    CHECK_INT(access_add_token(w->access, STR("two\nlines"), 1, STR("cli"), &secret, &number, NULL), ERR_INVALID);
    CHECK_INT(access_add_token(w->access, STR("no \xff text"), 1, STR("cli"), &secret, &number, NULL), ERR_INVALID);
    char long_name[ACCESS_NAME_MAX + 1];
    memset(long_name, 'x', sizeof long_name);
    struct str name = {long_name, sizeof long_name};
    CHECK_INT(access_add_key(w->access, name, STR("cli"), &secret, &number, NULL), ERR_INVALID);
}

TEST(there_is_an_end_to_how_many_keys_there_may_be)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = 0;
    struct secret secret;
    struct err_info why = {0};
    for (int i = 0; i < ACCESS_SECRETS_MAX; i++) add_key(w, "one of many", &number);
    CHECK_INT(access_add_key(w->access, STR("one too many"), STR("cli"), &secret, &number, &why), ERR_TOO_BIG);
    why = (struct err_info){0};
    CHECK_OK(access_revoke_key(w->access, number, &why), why);
    add_key(w, "in its place", &number);
}

/* Requests look keys up while others make and revoke them: nobody sees half a table. */
struct looker {
    struct access_world *world;
    struct secret key;
    atomic_bool *stop;
    uint64_t looked;
    bool failed;
};

static void *look_again_and_again(void *context)
{
    struct looker *looker = context;
    while (!atomic_load(looker->stop) || looker->looked == 0) {
        AUTO_ARENA arena = arena_new();
        struct actor actor;
        if (access_key(looker->world->access, secret_str(&looker->key), arena, &actor, NULL) != ERR_OK ||
            !str_equal(actor.name, STR("steady")))
            looker->failed = true;
        looker->looked++;
    }
    return NULL;
}

TEST(keys_are_looked_up_by_many_threads_while_others_change)
{
    AUTO_WORLD w = access_world_new();
    atomic_bool stop = false;
    uint64_t number;
    struct secret key = add_key(w, "steady", &number);
    struct looker lookers[3];
    pthread_t threads[3];
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        lookers[i] = (struct looker){.world = w, .key = key, .stop = &stop};
        CHECK_INT(pthread_create(&threads[i], NULL, look_again_and_again, &lookers[i]), 0);
    }
    struct err_info why = {0};
    for (int i = 0; i < 50; i++) {
        add_key(w, "passing", &number);
        CHECK_OK(access_revoke_key(w->access, number, &why), why);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
        CHECK_FALSE(lookers[i].failed);
    }
}

TEST(a_local_secret_acts_as_the_command_line_until_another_is_made_or_the_server_stops)
{
    AUTO_WORLD w = access_world_new();
    struct secret guess, former, latter;
    struct actor actor;
    struct err_info why = {0};
    secret_new(SECRET_LOCAL, &guess);
    CHECK_INT(access_local(w->access, secret_str(&guess), &actor, &why), ERR_NOT_FOUND); /* before any was made */
    access_make_local(w->access, &former);
    access_make_local(w->access, &latter);
    why = (struct err_info){0};
    CHECK_OK(access_local(w->access, secret_str(&latter), &actor, &why), why);
    CHECK_INT(actor.kind, ACTOR_CLI);
    CHECK_STR(actor.text, STR("cli"));
    CHECK_TRUE(may(&actor, PERM_MANAGE_USERS));
    CHECK_INT(access_local(w->access, secret_str(&former), &actor, NULL), ERR_NOT_FOUND);
    CHECK_INT(access_local(w->access, secret_str(&guess), &actor, NULL), ERR_NOT_FOUND);
    CHECK_INT(access_local(w->access, STR("plumb_local_x"), &actor, NULL), ERR_INVALID);
    CHECK_INT(access_token(w->access, secret_str(&latter), w->arena, &actor, NULL), ERR_INVALID);
    access_world_restart(w);
    CHECK_INT(access_local(w->access, secret_str(&latter), &actor, NULL), ERR_NOT_FOUND);
}
