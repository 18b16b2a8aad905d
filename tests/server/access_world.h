/* access_world.h — a store in memory, a clock that stands still, and who has been let in. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_SERVER_ACCESS_WORLD_H
#define PLUMB_TESTS_SERVER_ACCESS_WORLD_H

#include "base/instant.h"
#include "server/access.h"

#define ADA "ada@acme.example"
#define ADA_PASSWORD "correct horse"
#define HOME_ADDRESS "192.0.2.1"

struct access_world {
    struct clock clock;
    struct store *store;
    struct access *access;
    struct arena *arena; /* of the test */
};

/* Nobody is in it. */
struct access_world *access_world_new(void);
void access_world_free(struct access_world *world);
/* Close and open again over the same store, as a restart does. */
void access_world_restart(struct access_world *world);

static inline void access_world_auto_free(struct access_world **world)
{
    access_world_free(*world);
}
#define AUTO_WORLD __attribute__((cleanup(access_world_auto_free))) struct access_world *

/* Each ends the test when it fails. An empty password: none. */
uint64_t add_user(struct access_world *world, const char *email, enum role role, const char *password);
struct secret sign_in(struct access_world *world, const char *email, const char *password);
struct actor session_actor(struct access_world *world, const struct secret *session);

MUST_CHECK enum err set_role(struct access_world *world, uint64_t user, enum role role, struct err_info *why);
MUST_CHECK enum err set_disabled(struct access_world *world, uint64_t user, bool disabled, struct err_info *why);

/* What is answered instead of a session, from HOME_ADDRESS; "" when it is one. */
struct str refusal(struct access_world *world, const char *email, const char *password);
bool session_holds(struct access_world *world, const struct secret *session);

#endif
