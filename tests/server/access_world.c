/* access_world.c — see access_world.h. */
// SPDX-License-Identifier: Apache-2.0
#include "access_world.h"

#include "harness.h"

#define BEGINNING_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */

static void open_access(struct access_world *world)
{
    struct err_info why = {0};
    struct access_options options = {.store = world->store, .clock = &world->clock, .hashings_max = 2};
    CHECK_OK(access_open(&options, &world->access, &why), why);
}

struct access_world *access_world_new(void)
{
    struct err_info why = {0};
    struct access_world *world = memory_alloc(sizeof *world);
    world->clock = clock_fixed(BEGINNING_MS);
    world->arena = arena_new();
    struct store_options options = {.clock = &world->clock};
    CHECK_OK(store_open(&options, &world->store, &why), why);
    open_access(world);
    return world;
}

void access_world_restart(struct access_world *world)
{
    access_close(world->access);
    open_access(world);
}

void access_world_free(struct access_world *world)
{
    access_close(world->access);
    store_close(world->store);
    arena_free(world->arena);
    memory_free(world);
}

uint64_t add_user(struct access_world *world, const char *email, enum role role, const char *password)
{
    struct new_user user = {.email = str_from_c(email), .role = role, .password = str_from_c(password)};
    struct err_info why = {0};
    uint64_t number = 0;
    CHECK_OK(access_add_user(world->access, &user, &number, &why), why);
    CHECK_TRUE(number > 0);
    return number;
}

enum err set_role(struct access_world *world, uint64_t user, enum role role, struct err_info *why)
{
    return access_change_user(world->access, user, &(struct user_change){.role = &role}, why);
}

enum err set_disabled(struct access_world *world, uint64_t user, bool disabled, struct err_info *why)
{
    return access_change_user(world->access, user, &(struct user_change){.disabled = &disabled}, why);
}

static enum err try_sign_in(struct access_world *world, const char *email, const char *password, struct secret *session,
                            struct err_info *why)
{
    struct sign_in how = {.email = str_from_c(email), .password = str_from_c(password), .address = STR(HOME_ADDRESS)};
    struct actor actor;
    uint32_t wait_s;
    enum err e = access_sign_in(world->access, &how, world->arena, session, &actor, &wait_s, why);
    CHECK_TRUE(wait_s == 0 || e == ERR_UNAVAILABLE);
    return e;
}

struct secret sign_in(struct access_world *world, const char *email, const char *password)
{
    struct secret session;
    struct err_info why = {0};
    CHECK_OK(try_sign_in(world, email, password, &session, &why), why);
    return session;
}

struct str refusal(struct access_world *world, const char *email, const char *password)
{
    struct secret session;
    struct err_info why = {0};
    if (try_sign_in(world, email, password, &session, &why) == ERR_OK) return STR("");
    return arena_str(world->arena, str_from_c(why.msg));
}

struct actor session_actor(struct access_world *world, const struct secret *session)
{
    struct actor actor;
    struct err_info why = {0};
    CHECK_OK(access_session(world->access, secret_str(session), world->arena, &actor, &why), why);
    return actor;
}

bool session_holds(struct access_world *world, const struct secret *session)
{
    struct actor actor;
    struct err_info why = {0};
    enum err e = access_session(world->access, secret_str(session), world->arena, &actor, &why);
    CHECK_TRUE(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK;
}
