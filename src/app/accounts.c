/* accounts.c — see accounts.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/running.h"
#include "app/text.h"
#include "base/unicode.h"
#include "core/nearest.h"

#define VERBS_MAX 16
#define COLUMNS_MAX 8
#define CELL_WIDTH_MAX 60
#define HASHINGS 1
#define WAY_OPTIONS "data url token-file" /* of every verb */

/* ---- The way. ---- */

static struct str data_folder(const struct app *app, const struct arguments *arguments)
{
    const char *given = options_value(arguments, "data");
    return str_from_c(given != NULL ? given : app->config.data.at);
}

/* The folder is ours. */
static enum err open_access(struct accounts *accounts, struct err_info *why)
{
    struct access_options how = {.store = accounts->store, .clock = accounts->app->clock, .hashings_max = HASHINGS};
    accounts->way = &accounts_here;
    return access_open(&how, &accounts->access, why);
}

/* Open DIR/plumb.db, and make both when something is to be written; or ask the server that has it open. */
static enum err open_folder(struct accounts *accounts, bool read_only, struct err_info *why)
{
    struct str folder = data_folder(accounts->app, accounts->arguments);
    const char *folder_path = arena_str(accounts->arena, folder).at;
    const char *path = arena_format(accounts->arena, STR_FMT "/plumb.db", STR_ARG(folder)).at;
    if (read_only && access(path, F_OK) != 0 && errno == ENOENT)
        return err_set(why, ERR_NOT_FOUND,
                       "there is nothing in '" STR_FMT "' yet; --data DIR or PLUMB_DATA says where the server's "
                       "folder is",
                       STR_ARG(folder));
    if (!read_only && mkdir(folder_path, 0700) != 0 && errno != EEXIST)
        return err_set(why, ERR_UNAVAILABLE, "cannot make the folder '%s': %s", folder_path, strerror(errno));
    struct store_options options = {.path = path, .clock = accounts->app->clock, .read_only = read_only};
    struct err_info trouble = {0};
    enum err e = store_open(&options, &accounts->store, &trouble);
    if (e == ERR_OK && !read_only) running_remove(folder);
    if (e == ERR_OK) return open_access(accounts, why);
    if (e != ERR_CONFLICT) return err_set(why, e, "%s", trouble.msg);
    accounts->way = &accounts_there;
    return remote_open_holder(accounts->app, accounts->arguments, folder, &accounts->remote, why);
}

static int open_way(struct accounts *accounts, bool read_only)
{
    struct err_info why = {0};
    enum err e;
    if (remote_is_named(accounts->arguments)) {
        accounts->way = &accounts_there;
        e = remote_open(accounts->app, accounts->arguments, &accounts->remote, &why);
    } else {
        e = open_folder(accounts, read_only, &why);
    }
    return e == ERR_OK ? STATUS_OK : accounts_fail(accounts, &why);
}

/* ---- The verbs. ---- */

static size_t count_words(const char *words)
{
    size_t count = 0;
    for (struct str rest = str_from_c(words); rest.len > 0;) count += str_cut(&rest, ' ').len > 0;
    return count;
}

static bool has_word(const char *words, const char *word)
{
    for (struct str rest = str_from_c(words); rest.len > 0;)
        if (str_equal(str_cut(&rest, ' '), str_from_c(word))) return true;
    return false;
}

static const struct verb *find_verb(struct app *app, const struct arguments *arguments, const struct verb *verbs,
                                    size_t count)
{
    const char *known[VERBS_MAX + 1] = {NULL}, *name = arguments->operands[0];
    INVARIANT(count <= VERBS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
        known[i] = verbs[i].name;
    }
    const char *near = nearest(str_from_c(name), known);
    if (near != NULL) app_usage(app, arguments->command, "there is no '%s'; did you mean '%s'?", name, near);
    else
        app_usage(app, arguments->command, "there is no '%s'; there is %.*s", name,
                  (int)strcspn(arguments->command->operands, " "), arguments->command->operands);
    return NULL;
}

/* False: something lacks or is too much, and app->err has been told. */
static bool check_words(struct app *app, const struct arguments *arguments, const struct verb *verb)
{
    size_t wanted = count_words(verb->operands), given = arguments->operand_count - 1;
    if (given != wanted) {
        if (wanted == 0) app_usage(app, arguments->command, "'%s' takes nothing more", verb->name);
        else app_usage(app, arguments->command, "'%s' takes %s", verb->name, verb->operands);
        return false;
    }
    for (size_t i = 0; i < arguments->given_count; i++) {
        const char *option = arguments->given[i].option->name;
        if (has_word(WAY_OPTIONS, option) || has_word(verb->options, option)) continue;
        app_usage(app, arguments->command, "--%s has no meaning for '%s'", option, verb->name);
        return false;
    }
    return true;
}

int accounts_main(struct app *app, const struct arguments *arguments, const struct verb *verbs, size_t count)
{
    const struct verb *verb = find_verb(app, arguments, verbs, count);
    if (verb == NULL || !check_words(app, arguments, verb)) return STATUS_USAGE;
    AUTO_ARENA arena = arena_new();
    struct accounts accounts = {.app = app, .arguments = arguments, .arena = arena};
    int status = verb->check != NULL ? verb->check(&accounts) : STATUS_OK;
    if (status == STATUS_OK) status = open_way(&accounts, verb->reads_only);
    if (status == STATUS_OK) status = verb->run(&accounts);
    remote_close(accounts.remote);
    access_close(accounts.access);
    store_close(accounts.store);
    return status;
}

/* ---- What verbs need. ---- */

const char *accounts_operand(const struct accounts *accounts, size_t index)
{
    INVARIANT(index + 1 < accounts->arguments->operand_count);
    return accounts->arguments->operands[index + 1];
}

bool accounts_number(const struct accounts *accounts, size_t index, uint64_t *out)
{
    const char *text = accounts_operand(accounts, index);
    if (str_to_u64(str_from_c(text), out)) return true;
    const struct command *command = accounts->arguments->command;
    app_usage(accounts->app, command, "'%s' is not a number that 'plumb %s list' shows", text, command->name);
    return false;
}

int accounts_check_number(const struct accounts *accounts)
{
    uint64_t number;
    return accounts_number(accounts, 0, &number) ? STATUS_OK : STATUS_USAGE;
}

int accounts_fail(const struct accounts *accounts, const struct err_info *why)
{
    return app_fail(accounts->app, "%s", why->msg);
}

bool accounts_put_secret(const struct accounts *accounts, const struct secret *secret)
{
    struct app *app = accounts->app;
    if (fprintf(app->out, "%s\n", secret->text) > 0 && fflush(app->out) == 0) return true;
    app_fail(app, "the secret could not be written: %s; revoke it and make another", strerror(errno));
    return false;
}

struct str accounts_date(const struct accounts *accounts, int64_t at_ms)
{
    AUTO_BUF date = BUF_INIT(64);
    if (at_ms == 0) return STR("never");
    instant_format_date(&date, at_ms);
    return arena_str(accounts->arena, buf_str(&date));
}

void accounts_put_table(const struct accounts *accounts, const struct str *cells, size_t rows, size_t columns)
{
    size_t widths[COLUMNS_MAX] = {0};
    INVARIANT(columns <= COLUMNS_MAX);
    for (size_t i = 0; i < rows * columns; i++) {
        size_t width = unicode_width(cells[i]);
        if (width > CELL_WIDTH_MAX) width = CELL_WIDTH_MAX;
        if (width > widths[i % columns]) widths[i % columns] = width;
    }
    AUTO_BUF line = BUF_INIT(64 * 1024);
    for (size_t i = 0; i < rows * columns; i++) {
        bool last = i % columns == columns - 1;
        if (last) text_cut(&line, cells[i], widths[columns - 1]);
        else text_cell(&line, cells[i], widths[i % columns], SIDE_LEFT);
        buf_append_c(&line, last ? "\n" : "  ");
        if (!last) continue;
        fwrite(line.at, 1, line.len, accounts->app->out);
        buf_clear(&line);
    }
}
