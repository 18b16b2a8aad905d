/* options.h — the words behind `plumb COMMAND`, checked against its table.
 *
 *     --name value, --name=value, --switch; "--" ends the options; "-" is an operand
 *
 * Options and operands may be mixed. There are no abbreviations and no short options
 * (but -h), so that a script means the same in every version. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_OPTIONS_H
#define PLUMB_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/command.h"
#include "base/arena.h"

/* One option that was given. */
struct given {
    const struct option *option;
    const char *value; /* borrowed from argv; NULL for a switch */
};

struct arguments {
    const struct command *command;
    const char *const *operands; /* borrowed from argv */
    size_t operand_count;
    const struct given *given; /* in the order they were given */
    size_t given_count;
    bool help; /* --help or -h was among them; nothing else was checked */
};

/* Parse `words` (argv behind the command's name).
 * Errors   ERR_INVALID with a sentence: an unknown option (and the nearest known one), a
 *          missing or unexpected argument, twice what may be given once, too few or too
 *          many operands.
 * Memory   in `arena`; `words` are borrowed. */
MUST_CHECK enum err options_parse(struct arena *arena, const struct command *command, char *const *words, size_t count,
                                  struct arguments *out, struct err_info *why);

/* `name` must be in the command's table. */
bool options_given(const struct arguments *arguments, const char *name);
const char *options_value(const struct arguments *arguments, const char *name); /* NULL when not given */
/* The values of a repeated option, in their order, in `arena`. */
const char *const *options_values(struct arena *arena, const struct arguments *arguments, const char *name,
                                  size_t *count);

/* A whole number from least to most; `otherwise` when not given. */
MUST_CHECK enum err options_number(const struct arguments *arguments, const char *name, uint64_t least, uint64_t most,
                                   uint64_t otherwise, uint64_t *out, struct err_info *why);

/* Which of the table's "a|b|c" the value is, from 0; `otherwise` when not given. */
MUST_CHECK enum err options_choice(const struct arguments *arguments, const char *name, unsigned otherwise,
                                   unsigned *out, struct err_info *why);

/* An instant; `otherwise` when not given. */
MUST_CHECK enum err options_instant(const struct arguments *arguments, const char *name, int64_t otherwise,
                                    int64_t *out, struct err_info *why);

/* The instant of --as-of, else now. */
MUST_CHECK enum err options_as_of(const struct app *app, const struct arguments *arguments, int64_t *out,
                                  struct err_info *why);

#endif
