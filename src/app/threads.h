/* threads.h — how many threads a command computes with. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_THREADS_H
#define PLUMB_APP_THREADS_H

#include "app/command.h"

uint64_t threads_to_use(const struct app *app); /* at least 1 */

#endif
