/* log.h — an event and its facts, one logfmt line each on standard error.
 *
 *     log_info("file_loaded", LOG_STR("path", path), LOG_INT("rows", rows));
 *
 * The event's name is constant, so it can be counted; facts are named, so they can
 * be redacted. No log below src/engine: lower floors return errors. Safe from many
 * threads: a line is one write. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_LOG_H
#define PLUMB_BASE_LOG_H

#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_fact {
    const char *name;
    struct str text;
    int64_t number;
    int is_number;
};

#define LOG_STR(name_, value_) ((struct log_fact){.name = (name_), .text = (value_)})
#define LOG_INT(name_, value_) ((struct log_fact){.name = (name_), .number = (value_), .is_number = 1})

void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count);
void log_set_level(enum log_level least); /* default LOG_INFO */

#define LOG_FACTS_(...) \
    (const struct log_fact[]){__VA_ARGS__}, sizeof((const struct log_fact[]){__VA_ARGS__}) / sizeof(struct log_fact)
#define log_info(event, ...) log_write(LOG_INFO, event, LOG_FACTS_(__VA_ARGS__))
#define log_warn(event, ...) log_write(LOG_WARN, event, LOG_FACTS_(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, event, LOG_FACTS_(__VA_ARGS__))

#endif
