/* xgboost_library.c — see xgboost_library.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/xgboost_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libxgboost.so.0"

static struct xgboost_library library;
static struct err_info failure; /* ERR_OK: the library is there */

/* What it has to say is told by its errors; a library does not write on somebody's terminal. */
static void drop_message(const char *message)
{
    (void)message;
}

static void *find(void *handle, const char *name)
{
    void *symbol = dlsym(handle, name);
    if (symbol == NULL)
        err_set(&failure, ERR_UNAVAILABLE, "the XGBoost of this machine has no %s: 1.7 or later is needed", name);
    return symbol;
}

static void load(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    int major = 0, minor = 0, patch = 0;
    if (handle == NULL) {
        err_set(&failure, ERR_UNAVAILABLE, "models of trees need XGBoost (package libxgboost0): %s", dlerror());
        return;
    }
#define CALL(name)                                     \
    {                                                  \
        void *symbol = find(handle, #name);            \
        memcpy(&library.name, &symbol, sizeof symbol); \
    }
    XGBOOST_CALLS(CALL)
#undef CALL
    if (failure.code != ERR_OK) return;
    library.XGBoostVersion(&major, &minor, &patch);
    if (major < 1 || (major == 1 && minor < 7))
        err_set(&failure, ERR_UNAVAILABLE, "the XGBoost of this machine is %d.%d.%d: 1.7 or later is needed", major,
                minor, patch);
    else library.XGBRegisterLogCallback(drop_message);
}

enum err xgboost_library(const struct xgboost_library **out, struct err_info *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (failure.code != ERR_OK) return err_set(why, failure.code, "%s", failure.msg);
    *out = &library;
    return ERR_OK;
}
