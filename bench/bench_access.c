/* bench_access.c — what every request of intake pays to be let in: a look-up of its write key.
 *
 *     bench_access [LOOK-UPS]        beside it: the hash of the secret alone, which nobody can do without */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <time.h>

#include "server/access.h"

#define KEYS 1000

/* Of this thread's own time, so that neighbours on the machine do not count. */
static int64_t worked_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    INVARIANT(failed == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double ns_each(int64_t since_ns, uint64_t count)
{
    return (double)(worked_ns() - since_ns) / (double)count;
}

int main(int argc, char **argv)
{
    uint64_t count = 2000000;
    if (argc > 1 && (!str_to_u64(str_from_c(argv[1]), &count) || count == 0)) return 2;
    const struct clock *clock = clock_system();
    struct store_options in_memory = {.clock = clock};
    struct store *store;
    struct access *access;
    struct err_info why = {0};
    INVARIANT(store_open(&in_memory, &store, &why) == ERR_OK);
    struct access_options options = {.store = store, .clock = clock, .hashings_max = 1};
    INVARIANT(access_open(&options, &access, &why) == ERR_OK);
    static struct secret keys[KEYS];
    uint64_t number;
    for (size_t i = 0; i < KEYS; i++)
        INVARIANT(access_add_key(access, STR("website"), STR("cli"), &keys[i], &number, &why) == ERR_OK);

    unsigned char sum = 0;
    int64_t begun_ns = worked_ns();
    for (uint64_t i = 0; i < count; i++) sum ^= secret_hash(secret_str(&keys[i % KEYS])).bytes[0];
    double hash_ns = ns_each(begun_ns, count);

    AUTO_ARENA arena = arena_new();
    begun_ns = worked_ns();
    for (uint64_t i = 0; i < count; i++) {
        struct actor actor;
        INVARIANT(access_key(access, secret_str(&keys[i % KEYS]), arena, &actor, &why) == ERR_OK);
        if (i % 64 == 0) arena_reset(arena);
    }
    double look_up_ns = ns_each(begun_ns, count);
    printf("%d keys, %llu look-ups: %.0f ns each; the hash alone %.0f ns (%02x)\n", KEYS, (unsigned long long)count,
           look_up_ns, hash_ns, sum);
    access_close(access);
    store_close(store);
    return 0;
}
