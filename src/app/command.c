/* command.c — the list of commands, the way to them, and how we speak to the person. */
// SPDX-License-Identifier: Apache-2.0
#include "app/command.h"

#include <stdarg.h>
#include <string.h>

#include "app/help.h"
#include "app/interrupt.h"
#include "app/options.h"
#include "base/arena.h"
#include "core/nearest.h"

extern const struct command command_score;
extern const struct command command_backtest;
extern const struct command command_profile;
extern const struct command command_train;
extern const struct command command_predict;
extern const struct command command_suggest;
extern const struct command command_check;
extern const struct command command_serve;
extern const struct command command_demo_data;
extern const struct command command_import;
extern const struct command command_apply;
extern const struct command command_explain;
extern const struct command command_export;
extern const struct command command_backup;
extern const struct command command_rebuild;
extern const struct command command_doctor;
extern const struct command command_user;
extern const struct command command_token;
extern const struct command command_key;
extern const struct command command_help;
extern const struct command command_version;

const struct command *const commands[] = {
    &command_score,   &command_backtest,
    &command_profile, &command_suggest,
    &command_train,   &command_predict,
    &command_check,   &command_serve,
    &command_import,  &command_apply,
    &command_explain, &command_export,
    &command_backup,  &command_rebuild,
    &command_doctor,  &command_demo_data,
    &command_user,    &command_token,
    &command_key,     &command_help,
    &command_version, NULL,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

int command_unknown(struct app *app, const char *name)
{
    const char *known[COUNT_OF(commands)] = {NULL};
    for (size_t i = 0; commands[i] != NULL; i++) known[i] = commands[i]->name;
    const char *near = nearest(str_from_c(name), known);
    const char *kind = name[0] == '-' ? "option" : "command";
    if (near != NULL) return app_usage(app, NULL, "there is no %s '%s'; did you mean '%s'?", kind, name, near);
    return app_usage(app, NULL, "there is no %s '%s'", kind, name);
}

int command_main(struct app *app, int argc, char **argv)
{
    if (argc < 2) {
        help_overview(app, app->err);
        return STATUS_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) name = "help";
    if (strcmp(name, "--version") == 0) name = "version";
    const struct command *command = command_find(name);
    if (command == NULL) return command_unknown(app, name);

    AUTO_ARENA arena = arena_new();
    struct arguments arguments;
    struct err_info why = {0};
    if (options_parse(arena, command, argv + 2, (size_t)argc - 2, &arguments, &why) != ERR_OK)
        return app_usage(app, command, "%s", why.msg);
    if (arguments.help) {
        help_command(app, app->out, command);
        return STATUS_OK;
    }
    interrupt_tells(app, command);
    return command->run(app, &arguments);
}

int app_fail(struct app *app, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("plumb: ", app->err);
    vfprintf(app->err, format, values);
    fputc('\n', app->err);
    va_end(values);
    return STATUS_FAILED;
}

int app_usage(struct app *app, const struct command *command, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    if (command != NULL) fprintf(app->err, "plumb %s: ", command->name);
    else fputs("plumb: ", app->err);
    vfprintf(app->err, format, values);
    va_end(values);
    if (command != NULL) fprintf(app->err, "\n'plumb help %s' tells what it takes.\n", command->name);
    else fputs("\n'plumb help' lists the commands.\n", app->err);
    return STATUS_USAGE;
}

void app_warn(struct app *app, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("warning: ", app->err);
    vfprintf(app->err, format, values);
    fputc('\n', app->err);
    va_end(values);
}
