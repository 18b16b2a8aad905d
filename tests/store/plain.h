/* plain.h — a store as a stranger sees it: through SQLite alone. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_STORE_PLAIN_H
#define PLUMB_TESTS_STORE_PLAIN_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

sqlite3 *plain_open(const char *path); /* close it with sqlite3_close */
void plain_run(const char *path, const char *sql);
/* The first row's columns, divided by '|'. */
struct str plain_ask(const char *path, const char *sql, struct arena *arena);

/* store_open, which may fail. */
enum err plain_try_store(const char *path, bool read_only, struct store **out, struct err_info *why);
/* Opening for writing and for reading are refused alike, and nothing is left beside the file. */
void plain_check_refused(const char *path, const char *sentence);

#endif
