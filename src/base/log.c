/* log.c — one line, one write.
 *
 *     level=info event=file_loaded path=contacts.csv rows=1200
 *
 * A text with a blank, a quote, '=' or a control character is written as a JSON string,
 * so that a line stays a line whatever a file holds. There is no time: a service's
 * supervisor adds its own, and nothing below src/app reads the system's clock. */
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"

#define TEXT_MAX_BYTES 1024 /* of one fact; longer ones are cut */

static atomic_int least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARN: return "warn";
    case LOG_ERROR: return "error";
    }
    return "unknown";
}

static struct str cut(struct str text)
{
    if (text.len <= TEXT_MAX_BYTES) return text;
    text.len = TEXT_MAX_BYTES;
    while (text.len > 0 && ((unsigned char)text.at[text.len] & 0xc0) == 0x80) text.len--;
    return text;
}

static bool needs_quotes(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f) return true;
    }
    return text.len == 0;
}

static void append_text(struct buf *line, struct str text)
{
    text = cut(text);
    if (needs_quotes(text)) {
        json_string(&(struct json_writer){.out = line}, text);
    } else {
        buf_append(line, text);
    }
}

void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed)) return;
    AUTO_BUF line = BUF_INIT(SIZE_MAX);
    buf_format(&line, "level=%s event=%s", level_name(level), event);
    for (size_t i = 0; i < count; i++) {
        buf_format(&line, " %s=", facts[i].name);
        if (facts[i].is_number) {
            buf_append_i64(&line, facts[i].number);
        } else {
            append_text(&line, facts[i].text);
        }
    }
    buf_append_char(&line, '\n');
    ssize_t written = write(STDERR_FILENO, line.at, line.len);
    (void)written; /* where would one complain? */
}
