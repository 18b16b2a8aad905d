/* test_thread.c — what a debugger and `top -H` see of a thread. */
// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include "../harness.h"

static void *tell_name(void *name)
{
    pthread_getname_np(pthread_self(), name, THREAD_NAME_MAX + 1);
    return name;
}

TEST(a_thread_bears_its_name_and_number_while_it_works)
{
    char name[THREAD_NAME_MAX + 1] = "";
    pthread_t thread;
    CHECK_INT(thread_start(&thread, tell_name, name, "plumb-http-%u", 3U), 0);
    void *result = NULL;
    pthread_join(thread, &result);
    CHECK_STR(str_from_c(name), STR("plumb-http-3"));
    CHECK_TRUE(result == name);
}

TEST(a_name_longer_than_the_system_keeps_is_cut)
{
    char name[THREAD_NAME_MAX + 1] = "";
    pthread_t thread;
    CHECK_INT(thread_start(&thread, tell_name, name, "plumb-a-name-without-end"), 0);
    pthread_join(thread, NULL);
    CHECK_STR(str_from_c(name), STR("plumb-a-name-wi"));
}
