/* config.h — the settings of config.def as a struct, with their names and limits.
 *
 * A setting is given by an environment variable, `threads` by PLUMB_THREADS, or for the server by a line
 * `threads = 3` of a file. Which of them wins is the caller's order of reading. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_CONFIG_H
#define PLUMB_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define CONFIG_FIELD_int int64_t
#define CONFIG_FIELD_bool bool
#define CONFIG_FIELD_text struct str /* borrowed from who set it: the environment, a file, or a literal */

struct config {
#define CONFIG(name, type, default_value, least, most, unit, help) CONFIG_FIELD_##type name;
#include "base/config.def"
#undef CONFIG
};

enum config_type { CONFIG_INT, CONFIG_BOOL, CONFIG_TEXT };

struct config_setting {
    const char *name;
    enum config_type type;
    int64_t default_value, least, most; /* of a text: bytes */
    const char *default_text;           /* of a text; else "" */
    const char *unit;                   /* "" for none */
    const char *help;                   /* a sentence without a full stop */
};

extern const struct config_setting config_settings[];
extern const size_t config_setting_count;

struct config config_default(void);

/* Set one by its name. A bool is on, off, true, false, yes, no, 1 or 0. A text is borrowed and has no control characters.
 * Errors   ERR_NOT_FOUND: no such setting; ERR_INVALID: not of its type or outside its
 *          limits. *config is then left alone. */
MUST_CHECK enum err config_set(struct config *config, struct str name, struct str value, struct err_info *why);

/* Set all that `environment` ("NAME=value" strings, NULL-ended, as `environ`) gives a
 * PLUMB_ variable for. Other variables are left alone.
 * Errors   as config_set, with the variable's name in the sentence. */
MUST_CHECK enum err config_from_environment(struct config *config, const char *const *environment,
                                            struct err_info *why);

/* Set all that `text` gives a line `name = value` for; blank lines and those that begin with # say nothing. `name` is
 * what to call the text in a sentence. `text` is borrowed as the settings are.
 * Errors   as config_set, also for a line that is neither and for a setting given twice, with the line in the
 *          sentence and in why->at. Lines before it are set. */
MUST_CHECK enum err config_from_text(struct config *config, struct str text, const char *name, struct err_info *why);

void config_append_help(struct buf *out); /* a few lines of text a setting, for a terminal */
void config_append_doc(struct buf *out);  /* docs/config.md, whole */

#endif
