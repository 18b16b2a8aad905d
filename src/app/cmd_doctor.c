/* cmd_doctor.c — `plumb doctor`: is everything well with the server's folder and the machine around it? */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/offline.h"
#include "app/text.h"
#include "base/input.h"
#include "base/instant.h"

#define FREE_BYTES_MIN (UINT64_C(256) * 1024 * 1024)
#define CLOCK_SLACK_MS (60 * INT64_C(1000))
#define SETTINGS_BYTES_MAX ((size_t)1024 * 1024)

static const struct option doctor_options[] = {OFFLINE_DATA_OPTION};

static const struct example doctor_examples[] = {
    {.text = "From a monitor, which looks at the status:", .line = "plumb doctor --data /var/lib/plumb >/dev/null"},
};

struct examination {
    struct app *app;
    struct offline *offline;
    uint64_t findings;
};

static void wrong(struct examination *x, const char *format, ...) PRINTF_LIKE(2, 3);
static void wrong(struct examination *x, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("WRONG  ", x->app->out);
    vfprintf(x->app->out, format, values);
    fputc('\n', x->app->out);
    va_end(values);
    x->findings++;
}

static void well(struct examination *x, const char *format, ...) PRINTF_LIKE(2, 3);
static void well(struct examination *x, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("ok     ", x->app->out);
    vfprintf(x->app->out, format, values);
    fputc('\n', x->app->out);
    va_end(values);
}

/* ---- The store and the engine. ---- */

static void on_finding(void *context, const char *sentence)
{
    wrong(context, "%s", sentence);
}

static void examine_store(struct examination *x)
{
    struct err_info why = {0};
    uint64_t before = x->findings;
    if (store_check(x->offline->store, on_finding, x, &why) != ERR_OK) wrong(x, "%s", why.msg);
    if (x->findings == before) well(x, "The database has no damage.");
}

/* Whatever the store counts, the engine must have. Of events it may have fewer: of two contacts that turned out to be one
 * person, what both were told of is kept once. */
static void examine_engine(struct examination *x)
{
    struct err_info why = {0};
    struct store_size size;
    enum err e = offline_load(x->offline, OFFLINE_DOUBT, &why);
    if (e == ERR_OK) e = store_measure(x->offline->store, &size, &why);
    if (e != ERR_OK) {
        wrong(x, "%s", why.msg);
        return;
    }
    struct engine *engine = x->offline->engine;
    struct visit visit;
    engine_visit(engine, &visit);
    const struct history *history = engine_history(engine);
    uint64_t before = x->findings, events = history_events(history);
    AUTO_BUF text = BUF_INIT(1024);
    for (enum entity object = ENTITY_CONTACT; object <= ENTITY_DEAL; object++) {
        uint64_t loaded = history_records(history, object);
        if (loaded != size.records[object])
            wrong(x, "Of %llu %s in the database %llu were loaded.", (unsigned long long)size.records[object],
                  entity_plural(object), (unsigned long long)loaded);
        text_counted(&text, loaded, entity_name(object), entity_plural(object));
        buf_append_c(&text, ", ");
    }
    engine_leave(engine, &visit);
    if (events > size.events)
        wrong(x, "%llu events were loaded, but the database has %llu.", (unsigned long long)events,
              (unsigned long long)size.events);
    text_counted(&text, events, "event", "events");
    if (x->findings == before) well(x, STR_FMT " were loaded.", STR_ARG(buf_str(&text)));
}

/* ---- The machine. ---- */

static void examine_disk(struct examination *x)
{
    struct statvfs disk;
    struct store_size size;
    struct err_info why = {0};
    if (statvfs(x->offline->path, &disk) != 0 || store_measure(x->offline->store, &size, &why) != ERR_OK) {
        wrong(x, "The disk cannot be looked at: %s.", why.code != ERR_OK ? why.msg : strerror(errno));
        return;
    }
    uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    uint64_t wanted = size.bytes > FREE_BYTES_MIN ? size.bytes : FREE_BYTES_MIN;
    unsigned long long left_mb = left >> 20, size_mb = (size.bytes + size.log_bytes) >> 20, wanted_mb = wanted >> 20;
    if (left < wanted)
        wrong(x, "The disk has %llu MB left; %llu MB are wanted, which a backup beside the database takes.", left_mb,
              wanted_mb);
    else well(x, "The database takes %llu MB, and the disk has %llu MB left.", size_mb, left_mb);
}

/* No event can have been received later than now. */
static void examine_clock(struct examination *x)
{
    AUTO_ARENA arena = arena_new();
    struct event_fact_row *newest = NULL;
    struct err_info why = {0};
    int64_t now_ms = x->app->clock->now_ms(x->app->clock);
    uint32_t next = store_next_event(x->offline->store), number = next - 1;
    if (next == 0) return;
    if (store_events(x->offline->store, &number, 1, arena, &newest, &why) != ERR_OK) {
        wrong(x, "%s", why.msg);
        return;
    }
    AUTO_BUF at = BUF_INIT(256);
    if (newest[0].number == UINT32_MAX) return; /* erased */
    if (newest[0].received_ms > now_ms + CLOCK_SLACK_MS) {
        text_moment(&at, newest[0].received_ms);
        wrong(x, "The newest event was received on " STR_FMT ", which is yet to come: the clock was set back.",
              STR_ARG(buf_str(&at)));
        return;
    }
    text_ago(&at, newest[0].received_ms, now_ms);
    well(x, "The clock goes right; the newest event was received " STR_FMT ".", STR_ARG(buf_str(&at)));
}

static void examine_folder(struct examination *x)
{
    struct stat folder;
    const char *path = x->offline->folder.at;
    if (stat(path, &folder) != 0) wrong(x, "The folder '%s' cannot be looked at: %s.", path, strerror(errno));
    else if ((folder.st_mode & 077) != 0)
        wrong(x, "Others on this machine may read the folder '%s': chmod 700 '%s'.", path, path);
    else well(x, "The folder '%s' is for its owner alone.", path);
}

static void examine_settings(struct examination *x)
{
    AUTO_ARENA arena = arena_new();
    struct str text;
    struct err_info why = {0};
    struct config config = config_default();
    const char *path = arena_format(arena, STR_FMT "/plumb.conf", STR_ARG(x->offline->folder)).at;
    if (access(path, F_OK) != 0) {
        well(x, "There is no plumb.conf, so the settings are the usual ones.");
        return;
    }
    enum err e = input_read_all(path, SETTINGS_BYTES_MAX, arena, &text, &why);
    if (e == ERR_OK) e = config_from_text(&config, text, path, &why);
    if (e == ERR_OK) well(x, "The settings in %s are sound.", path);
    else wrong(x, "%s", why.msg);
}

static int run_doctor(struct app *app, const struct arguments *arguments)
{
    struct err_info why = {0};
    struct offline offline;
    struct examination x = {.app = app, .offline = &offline};
    if (offline_open(app, arguments, OFFLINE_READ, &offline, &why) != ERR_OK) {
        offline_close(&offline);
        return app_fail(app, "%s", why.msg);
    }
    examine_folder(&x);
    examine_settings(&x);
    examine_disk(&x);
    examine_clock(&x);
    examine_store(&x);
    examine_engine(&x);
    offline_close(&offline);
    return x.findings == 0 ? STATUS_OK : STATUS_FAILED;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "Look whether everything is well with the server's folder",
    .description =
        "Looks at the folder, the settings, the disk, the clock, and reads the whole database: is it "
        "undamaged, and can everything in it be loaded? Each finding is a sentence, and the status is 1 when "
        "there is one. It changes nothing, and a server may run meanwhile.",
    .options = doctor_options,
    .option_count = COUNT_OF(doctor_options),
    .examples = doctor_examples,
    .example_count = COUNT_OF(doctor_examples),
    .interrupted = "nothing was changed",
    .run = run_doctor,
};
