/* summary.c — see summary.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/summary.h"

#include "app/text.h"

#define REJECT_INDENT 2

void summary_put_line(struct app *app, struct buf *text, size_t indent)
{
    size_t width = app->err_is_terminal ? app->width : SIZE_MAX;
    fprintf(app->err, "%*s", (int)indent, "");
    text_put_wrapped(app->err, buf_str(text), indent, width);
    buf_clear(text);
}

void summary_put_rejects(struct app *app, const struct rejects *rejects, const char *path)
{
    uint64_t all = rejects_count(rejects);
    if (all == 0) return;
    AUTO_BUF text = BUF_INIT((size_t)1024 * 1024);
    text_counted(&text, all, "row was refused", "rows were refused");
    int named = 0;
    for (enum reject_reason reason = 0; reason < REJECT_REASONS; reason++) {
        uint64_t count = rejects_count_of(rejects, reason);
        if (count == 0) continue;
        buf_append_c(&text, named++ == 0 ? " (" : ", ");
        text_count(&text, count);
        buf_append_char(&text, ' ');
        buf_append_c(&text, reject_reason_name(reason));
    }
    buf_append_c(&text, "):");
    summary_put_line(app, &text, 0);
    size_t kept;
    const struct reject *reject = rejects_kept(rejects, &kept);
    if (kept > (size_t)app->config.reject_lines_shown) kept = (size_t)app->config.reject_lines_shown;
    for (size_t i = 0; i < kept; i++) {
        AUTO_BUF line = BUF_INIT((size_t)64 * 1024);
        reject_render(&reject[i], &line);
        text_clean(&text, buf_str(&line));
        summary_put_line(app, &text, REJECT_INDENT);
    }
    if (path != NULL) {
        fprintf(app->err, "All of them are in %s.\n", path);
    } else if (all > kept) {
        buf_append_c(&text, "\u2026 and ");
        text_count(&text, all - kept);
        buf_append_c(&text, " more; --rejects FILE keeps them all");
        summary_put_line(app, &text, REJECT_INDENT);
    }
}
