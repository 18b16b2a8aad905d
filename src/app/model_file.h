/* model_file.h — the bytes of a model that `plumb train` kept. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_MODEL_FILE_H
#define PLUMB_APP_MODEL_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* All of a file, in `arena`. Errors ERR_NOT_FOUND, ERR_UNAVAILABLE, ERR_TOO_BIG: it is over MODEL_BYTES_MAX. */
MUST_CHECK enum err model_file_read(const char *path, struct arena *arena, struct str *out, struct err_info *why);

#endif
