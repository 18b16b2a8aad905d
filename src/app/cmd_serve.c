/* cmd_serve.c — `plumb serve`: open the store, listen, and stay until a signal says stop.
 *
 * Standard output gets one line, "listening http://127.0.0.1:7420", for programs that started us; people read standard
 * error. Signals are taken by the main thread alone. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "app/command.h"
#include "app/options.h"
#include "app/running.h"
#include "app/serve_settings.h"
#include "base/log.h"
#include "server/access.h"
#include "server/server.h"
#include "store/store.h"

static const struct option serve_options[] = {
    {.name = "data", .argument = "DIR", .help = "Keep everything in this directory. It is made when it is not there."},
    {.name = "listen", .argument = "ADDR:PORT", .help = "Listen there. Port 0 takes any free one."},
    {.name = "base-url", .argument = "URL", .help = "How people reach the server, for links: https://plumb.acme.com"},
    {.name = "tls-cert",
     .argument = "FILE",
     .help = "The certificate and its chain (PEM), for https.",
     .heading = "TLS"},
    {.name = "tls-key", .argument = "FILE", .help = "The certificate's private key (PEM)."},
    {.name = "insecure-listen", .help = "Listen beyond this machine without TLS all the same."},
};

static const struct example serve_examples[] = {
    {"Try it on this machine:", "plumb serve"},
    {"Serve a team by https:",
     "plumb serve --data /var/lib/plumb --listen 0.0.0.0:443 --tls-cert fullchain.pem --tls-key privkey.pem"},
};

/* The signals that end us, blocked in this thread and in all that it starts from here on. A thread that does not block them
 * could take one while this one is not waiting, and end the process. */
static sigset_t block_signals(void)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN); /* a client that went away is an error of its write */
    return ending;
}

static void greet(struct app *app, const struct serve_settings *settings, struct server *server)
{
    AUTO_ARENA arena = arena_new();
    uint16_t port = server_port(server);
    struct str here = serve_settings_listens_on(settings, port, arena);
    fprintf(app->out, "listening " STR_FMT "\n", STR_ARG(here));
    fflush(app->out);
    fprintf(app->err, "Plumb listens on " STR_FMT " and keeps everything in " STR_FMT ". Ctrl-C stops it.\n",
            STR_ARG(here), STR_ARG(settings->config.data));
    AUTO_BUF link = BUF_INIT(4096);
    struct err_info why = {0};
    enum err e = access_first_link(server->access, serve_settings_url(settings, port, arena), &link, &why);
    if (e == ERR_CONFLICT) return; /* somebody can sign in */
    if (e != ERR_OK) {
        app_warn(app, "%s", why.msg);
        return;
    }
    fprintf(app->err, "\nNobody can sign in yet. Within a day, make the first account here:\n\n    " STR_FMT "\n",
            STR_ARG(buf_str(&link)));
}

/* Without a write key no site can send anything. */
static void tell_of_keys(struct app *app, const struct serve_settings *settings, struct server *server)
{
    AUTO_ARENA arena = arena_new();
    struct key_view *keys = NULL;
    size_t count, usable = 0;
    access_keys(server->access, arena, &keys, &count);
    for (size_t i = 0; i < count; i++) usable += !keys[i].revoked;
    if (usable > 0) return;
    fprintf(app->err,
            "\nSites and programs send events with a write key, and there is none yet. Make one:\n\n"
            "    plumb key create --data " STR_FMT " --name website\n\n",
            STR_ARG(settings->config.data));
}

/* Commands on this machine find the server by its folder. */
static void let_commands_in(struct app *app, const struct serve_settings *settings, struct server *server)
{
    AUTO_ARENA arena = arena_new();
    AUTO_SECRET secret;
    struct err_info why = {0};
    access_make_local(server->access, &secret);
    struct str url = serve_settings_nearby(settings, server_port(server), arena);
    if (running_write(settings->config.data, url, &secret, &why) != ERR_OK) app_warn(app, "%s", why.msg);
}

/* Until a signal, or until loading has failed. */
static int stay(struct app *app, struct server *server, const sigset_t *ending)
{
    const struct timespec look_again = {.tv_nsec = 100000000};
    struct engine_progress progress = engine_progress(server->engine);
    int taken = -1;
    while (progress.phase == ENGINE_LOADING && taken < 0) {
        taken = sigtimedwait(ending, NULL, &look_again);
        progress = engine_progress(server->engine);
    }
    if (progress.phase == ENGINE_FAILED) return app_fail(app, "%s", progress.why.msg);
    if (taken < 0) {
        log_info("ready", LOG_INT("events", (int64_t)engine_counts(server->engine).events));
        do taken = sigwaitinfo(ending, NULL);
        while (taken < 0 && errno == EINTR);
    }
    log_info("stopping", LOG_INT("signal", taken));
    return STATUS_OK;
}

static int serve(struct app *app, const struct serve_settings *settings, struct store *store, const sigset_t *ending)
{
    AUTO_ARENA arena = arena_new();
    const struct server_options options = {
        .store = store,
        .clock = app->clock,
        .config = &settings->config,
        .snapshot = arena_format(arena, STR_FMT "/plumb.snapshot", STR_ARG(settings->config.data)).at,
        .address = settings->address,
        .port = settings->port,
        .tls_cert = settings->tls_cert,
        .tls_key = settings->tls_key,
    };
    struct server *server;
    struct err_info why = {0};
    running_remove(settings->config.data); /* of one that was killed: the folder is ours */
    if (server_start(&options, &server, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    let_commands_in(app, settings, server);
    greet(app, settings, server);
    tell_of_keys(app, settings, server);
    int status = stay(app, server, ending);
    pthread_sigmask(SIG_UNBLOCK, ending, NULL); /* a second signal ends us at once: what was answered is durable */
    running_remove(settings->config.data);
    server_stop(server);
    return status;
}

static int run_serve(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct serve_settings settings;
    struct err_info why = {0};
    if (serve_settings_read(arena, app->environment, arguments, &settings, &why) != ERR_OK)
        return app_fail(app, "%s", why.msg);
    const char *path = arena_format(arena, STR_FMT "/plumb.db", STR_ARG(settings.config.data)).at;
    struct store *store;
    const sigset_t ending = block_signals();
    if (store_open(&(struct store_options){.path = path, .clock = app->clock}, &store, &why) != ERR_OK)
        return app_fail(app, "%s", why.msg);
    int status = serve(app, &settings, store, &ending);
    store_close(store);
    return status;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "Take events, score who they are about, and answer over HTTP",
    .description = "Sites and programs send events as Segment's libraries do; each is scored when it has been made "
                   "durable. Everything is kept in one directory, for its owner alone.\n\n"
                   "Settings stand in the file plumb.conf of that directory, in variables PLUMB_NAME, and in the "
                   "options here, which win. docs/config.md lists them.\n\n"
                   "The first start prints a link that makes the first account. SIGTERM or Ctrl-C finish what is under "
                   "way and stop.",
    .options = serve_options,
    .option_count = COUNT_OF(serve_options),
    .examples = serve_examples,
    .example_count = COUNT_OF(serve_examples),
    .interrupted = "what was answered is kept",
    .run = run_serve,
};
