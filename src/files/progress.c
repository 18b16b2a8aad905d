/* progress.c — one line that is drawn over itself.
 *
 * The rate is the mean since the stretch began: it is steady, and what is left
 * follows from it. The clock is handed in, so tests let time pass as they like. */
// SPDX-License-Identifier: Apache-2.0
#include "files/progress.h"

#include <inttypes.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)
#define FIRST_AFTER_NS NS_PER_S
#define AGAIN_AFTER_NS (NS_PER_S / 10)
#define LINE_MAX_BYTES ((size_t)256)

void progress_init(struct progress *progress, FILE *out, const struct clock *clock)
{
    *progress = (struct progress){.out = out, .clock = clock, .label = "", .unit = ""};
}

void progress_begin(struct progress *progress, const char *label, const char *unit, uint64_t all)
{
    progress->label = label;
    progress->unit = unit;
    progress->all = all;
    progress->drawn_ns = 0;
    progress->began_ns = progress->clock->monotonic_ns(progress->clock);
}

/* 3 significant digits are enough to see it move: "812 MB", "1.9 GB", "12 records". */
static void append_amount(struct buf *out, double amount, const char *unit)
{
    static const char *const scale[] = {"", "k", "M", "G", "T"};
    size_t power = 0;
    while (amount >= 999.5 && power + 1 < COUNT_OF(scale)) {
        amount /= 1000;
        power++;
    }
    const char *format = power > 0 && amount < 9.95 ? "%.1f %s%s" : "%.0f %s%s";
    if (strcmp(unit, "B") == 0) {
        buf_format(out, format, amount, scale[power], unit);
    } else {
        buf_format(out, power > 0 && amount < 9.95 ? "%.1f%s%s %s" : "%.0f%s%s %s", amount, power > 0 ? " " : "",
                   scale[power], unit);
    }
}

static void append_time(struct buf *out, double seconds)
{
    uint64_t s = seconds < 0 ? 0 : seconds > 1e9 ? UINT64_C(1000000000) : (uint64_t)(seconds + 0.999);
    if (s < 60) buf_format(out, "%" PRIu64 " s left", s);
    else if (s < 3600) buf_format(out, "%" PRIu64 " min %02" PRIu64 " s left", s / 60, s % 60);
    else buf_format(out, "%" PRIu64 " h %02" PRIu64 " min left", s / 3600, s / 60 % 60);
}

void progress_render(const struct progress *progress, uint64_t done, int64_t now_ns, struct buf *out)
{
    double seconds = (double)(now_ns - progress->began_ns) / (double)NS_PER_S;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    uint64_t all = progress->all < done ? 0 : progress->all; /* a file that grew has no known end */
    buf_append_c(out, progress->label);
    if (all > 0) buf_format(out, "  %3.0f%%", 100.0 * ((double)done / (double)all));
    buf_append_c(out, "  ");
    append_amount(out, (double)done, progress->unit);
    if (all > 0) {
        buf_append_c(out, " of ");
        append_amount(out, (double)all, progress->unit);
    }
    if (done == 0) return; /* nothing to tell a rate by */
    buf_append_c(out, "  ");
    append_amount(out, rate, progress->unit);
    buf_append_c(out, "/s");
    if (all > 0 && rate > 0) {
        buf_append_c(out, "  ");
        append_time(out, (double)(all - done) / rate);
    }
}

static void draw(struct progress *progress, uint64_t done)
{
    int64_t now_ns = progress->clock->monotonic_ns(progress->clock);
    if (now_ns - progress->began_ns < FIRST_AFTER_NS) return;
    if (progress->drawn_ns != 0 && now_ns - progress->drawn_ns < AGAIN_AFTER_NS) return;
    progress->drawn_ns = now_ns;
    AUTO_BUF line = BUF_INIT(LINE_MAX_BYTES);
    buf_append_c(&line, "\r\033[K");
    progress_render(progress, done, now_ns, &line);
    (void)fwrite(line.at, 1, line.len, progress->out);
    (void)fflush(progress->out);
}

bool progress_update(struct progress *progress, uint64_t done)
{
    if (progress->watch != NULL && !progress->stopped)
        progress->stopped = !progress->watch(progress->context, done, progress->all);
    if (progress->out != NULL) draw(progress, done);
    return !progress->stopped;
}

void progress_end(struct progress *progress)
{
    if (progress->out == NULL || progress->drawn_ns == 0) return;
    (void)fputs("\r\033[K", progress->out);
    (void)fflush(progress->out);
    progress->drawn_ns = 0;
}
