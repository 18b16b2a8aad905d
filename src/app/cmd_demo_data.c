/* cmd_demo_data.c — `plumb demo-data`: a made-up company's leads, to try things on. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/demo/demo.h"
#include "app/options.h"
#include "app/text.h"
#include "base/instant.h"

#define CONTACTS_DEFAULT 5000
#define EVENTS_DEFAULT 60000
#define SEED_DEFAULT 1

static const struct option demo_options[] = {
    {.name = "contacts", .argument = "N", .help = "How many people. Default: 5000."},
    {.name = "events", .argument = "N", .help = "How many things they did. Default: 60000."},
    {.name = "seed", .argument = "S", .help = "Any whole number; another seed makes another world. Default: 1."},
    {.name = "until",
     .argument = "DATE",
     .help = "When the world ends, such as 2026-01-05; it begins 400 days earlier. Default: today at 00:00 UTC. The "
             "same seed, sizes and end make the same bytes on every machine."},
    {.name = "overwrite", .help = "Replace files that are there already."},
};

static const struct example demo_examples[] = {
    {.text = "Something to score within seconds:", .line = "plumb demo-data demo"},
    {.text = "As big as it gets at a large company:",
     .line = "plumb demo-data big --contacts 1000000 --events 20000000"},
};

struct request {
    const char *dir;
    struct demo_size size;
    bool until_given, overwrite;
};

static MUST_CHECK enum err read_request(const struct app *app, const struct arguments *arguments, struct request *out,
                                        struct err_info *why)
{
    uint64_t contacts = 0, events = 0, seed = 0;
    const char *until = options_value(arguments, "until");
    int64_t now_ms = app->clock->now_ms(app->clock), until_ms = floor_div(now_ms, MS_PER_DAY) * MS_PER_DAY;
    enum err e = options_number(arguments, "contacts", 1, DEMO_CONTACTS_MAX, CONTACTS_DEFAULT, &contacts, why);
    if (e == ERR_OK) e = options_number(arguments, "events", 0, DEMO_EVENTS_MAX, EVENTS_DEFAULT, &events, why);
    if (e == ERR_OK) e = options_number(arguments, "seed", 0, UINT64_MAX, SEED_DEFAULT, &seed, why);
    if (e == ERR_OK && until != NULL && !instant_parse_date(str_from_c(until), &until_ms))
        e = err_set(why, ERR_INVALID, "--until takes a date such as 2026-01-05, not '%s'", until);
    if (e == ERR_OK && (until_ms < 0 || until_ms > INSTANT_MAX / 2))
        e = err_set(why, ERR_INVALID, "--until takes a date after 1970, not '%s'", until);
    *out = (struct request){
        .dir = arguments->operands[0],
        .size = {.seed = seed, .contacts = (uint32_t)contacts, .events = (uint32_t)events, .until_ms = until_ms},
        .until_given = until != NULL,
        .overwrite = options_given(arguments, "overwrite"),
    };
    return e;
}

/* The folder is there afterwards, and holds nothing that would be lost. */
static MUST_CHECK enum err make_room(const struct request *request, struct err_info *why)
{
    struct stat found;
    if (mkdir(request->dir, 0777) == 0) return ERR_OK;
    if (errno != EEXIST)
        return err_set(why, ERR_UNAVAILABLE, "the folder '%s' cannot be made: %s", request->dir, strerror(errno));
    if (stat(request->dir, &found) != 0 || !S_ISDIR(found.st_mode))
        return err_set(why, ERR_CONFLICT, "'%s' is not a folder", request->dir);
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; !request->overwrite && demo_files[i] != NULL; i++)
        if (access(arena_format(arena, "%s/%s", request->dir, demo_files[i]).at, F_OK) == 0)
            return err_set(why, ERR_CONFLICT, "'%s' has a file %s already; --overwrite replaces it", request->dir,
                           demo_files[i]);
    return ERR_OK;
}

static void put_line(const struct app *app, const char *dir, const char *name, struct str number, const char *what)
{
    fprintf(app->out, "  %s/%-16s %11.*s %s\n", dir, name, STR_ARG(number), what);
}

static void put_file(const struct app *app, const char *dir, const char *name, uint32_t count, const char *what)
{
    AUTO_BUF number = BUF_INIT(64);
    text_count(&number, count);
    put_line(app, dir, name, buf_str(&number), what);
}

static void put_summary(const struct app *app, const struct request *request, const struct demo_counts *counts)
{
    const char *dir = request->dir;
    AUTO_BUF until = BUF_INIT(64);
    instant_format_date(&until, request->size.until_ms);
    buf_append_char(&until, '\0');
    fprintf(app->out, "%d days of a made-up seller of business software, until %s:\n\n", DEMO_DAYS, until.at);
    put_file(app, dir, "companies.csv", counts->companies, "companies");
    put_file(app, dir, "contacts.csv", counts->contacts, "contacts");
    put_file(app, dir, "deals.csv", counts->deals, "deals");
    put_file(app, dir, "events.jsonl", counts->events, "events");
    put_line(app, dir, "schema.yaml", STR(""), "the types of their properties");
    put_line(app, dir, "lead_score.yaml", STR(""), "a score to begin with");
    fprintf(app->out,
            "\nTry next:\n\n"
            "  cd %s\n"
            "  plumb score lead_score.yaml --contacts contacts.csv --companies companies.csv \\\n"
            "      --deals deals.csv --events events.jsonl%s%s\n",
            dir, request->until_given ? " --as-of " : "", request->until_given ? until.at : "");
}

static int run_demo_data(struct app *app, const struct arguments *arguments)
{
    struct request request;
    struct demo_counts counts;
    struct err_info why = {0};
    if (read_request(app, arguments, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct progress progress;
    progress_init(&progress, app->err_is_terminal ? app->err : NULL, app->clock);
    enum err e = make_room(&request, &why);
    if (e == ERR_OK) e = demo_write(request.dir, &request.size, &progress, &counts, &why);
    if (e != ERR_OK) return app_fail(app, "%s", why.msg);
    put_summary(app, &request, &counts);
    return STATUS_OK;
}

const struct command command_demo_data = {
    .name = "demo-data",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Write a made-up company's leads to try things on",
    .description = "Companies, contacts, deals and what people did in 400 days go into the folder DIR, with a schema "
                   "and a definition to begin with. Who fits and who is interested is more likely to become a deal, "
                   "so a good score can be told from a bad one.",
    .options = demo_options,
    .option_count = COUNT_OF(demo_options),
    .examples = demo_examples,
    .example_count = COUNT_OF(demo_examples),
    .interrupted = "files that were not complete are gone",
    .run = run_demo_data,
};
