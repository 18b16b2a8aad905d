/* threads.c — as many threads as the settings say, else one for each core that we may use. */
// SPDX-License-Identifier: Apache-2.0
#include "app/threads.h"

#include <sched.h>
#include <unistd.h>

uint64_t threads_to_use(const struct app *app)
{
    if (app->config.threads > 0) return (uint64_t)app->config.threads;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return (uint64_t)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint64_t)online : 1;
}
