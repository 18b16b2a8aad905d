/* unfinished.c — see unfinished.h. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unfinished.h"

#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static _Atomic(const char *) unfinished;

void unfinished_begin(const char *path)
{
    atomic_store(&unfinished, path);
}

void unfinished_end(void)
{
    atomic_store(&unfinished, NULL);
}

void unfinished_remove(void)
{
    const char *path = atomic_load(&unfinished);
    if (path != NULL) unlink(path);
}
