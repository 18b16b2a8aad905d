/* cmd_user.c — `plumb user`: who may sign in, and as what. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/accounts.h"
#include "app/offline.h"
#include "app/prompt.h"

/* Must be in the order of enum role: test_cmd_accounts compares. */
#define ROLE_CHOICE "admin|marketer|sales|reader"

static const struct option user_options[] = {
    {.name = "role", .argument = ROLE_CHOICE, .help = "What the new user may do. Without it: reader."},
    {.name = "name", .argument = "NAME", .help = "The new user's name. Without it: what stands before the @."},
    {.name = "link",
     .help = "Ask for no password, and print a link that is good once: who opens it chooses one. For 'add' and "
             "'password'."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
};

static const struct example user_examples[] = {
    {.text = "The first admin, asked for a password on the terminal:",
     .line = "plumb user add ada@acme.example --role admin"},
    {.text = "In a script, the password on standard input:",
     .line = "pass show plumb/bob | plumb user add bob@acme.example --role sales"},
    {.text = "Somebody chooses the password by a link:",
     .line = "plumb user add eve@acme.example --role marketer --link"},
    {.text = "Somebody forgot it:", .line = "plumb user password ada@acme.example"},
};

/* The user of the first operand. False: there is none, and app->err has been told. */
static bool find_user(struct accounts *accounts, struct user_view *user)
{
    struct err_info why = {0};
    if (accounts->way->find_user(accounts, str_from_c(accounts_operand(accounts, 0)), user, &why) == ERR_OK)
        return true;
    accounts_fail(accounts, &why);
    return false;
}

/* Also when nobody can be asked: then there is no reason to warn. */
static bool is_there_an_admin(struct accounts *accounts)
{
    struct user_view *users;
    size_t count;
    struct err_info ignored = {0};
    if (accounts->way->users(accounts, &users, &count, &ignored) != ERR_OK) return true;
    for (size_t i = 0; i < count; i++)
        if (users[i].role == ROLE_admin && !users[i].disabled) return true;
    return false;
}

/* A password from the person, none with --link. False: app->err has been told. */
static bool ask_password(const struct accounts *accounts, struct typed *typed, struct str *out)
{
    *out = STR("");
    typed->len = 0;
    if (options_given(accounts->arguments, "link")) return true;
    if (!prompt_new_password(accounts->app, accounts_operand(accounts, 0), typed)) return false;
    *out = (struct str){typed->text, typed->len};
    if (out->len == 0) app_fail(accounts->app, "the password is empty");
    return out->len > 0;
}

/* The link alone on standard output. */
static void put_link(const struct accounts *accounts, struct str link)
{
    if (link.len == 0) return;
    fprintf(accounts->app->out, STR_FMT "\n", STR_ARG(link));
    fflush(accounts->app->out);
    fputs("The link is good once, for three days, and shown this once.\n", accounts->app->err);
}

static int check_add(const struct accounts *accounts)
{
    struct err_info why = {0};
    unsigned role;
    const char *email = accounts_operand(accounts, 0);
    if (strchr(email, '@') == NULL)
        return app_usage(accounts->app, accounts->arguments->command, "'%s' is not an e-mail address", email);
    if (options_choice(accounts->arguments, "role", ROLE_reader, &role, &why) == ERR_OK) return STATUS_OK;
    return app_usage(accounts->app, accounts->arguments->command, "%s", why.msg);
}

static int add(struct accounts *accounts)
{
    struct app *app = accounts->app;
    struct err_info why = {0};
    unsigned role;
    if (options_choice(accounts->arguments, "role", ROLE_reader, &role, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    struct new_user user = {.email = str_from_c(accounts_operand(accounts, 0)),
                            .name = str_from_c(options_value(accounts->arguments, "name")),
                            .role = (enum role)role};
    struct user_view made;
    struct err_info unknown = {0};
    enum err e = accounts->way->find_user(accounts, user.email, &made, &unknown);
    if (e == ERR_OK) return app_fail(app, "there is a user '" STR_FMT "' already", STR_ARG(made.email));
    if (e != ERR_NOT_FOUND) return accounts_fail(accounts, &unknown);
    AUTO_TYPED password;
    struct str link = STR("");
    if (!ask_password(accounts, &password, &user.password)) return STATUS_FAILED;
    if (accounts->way->add_user(accounts, &user, &made, &link, &why) != ERR_OK) return accounts_fail(accounts, &why);
    put_link(accounts, link);
    fprintf(app->err, STR_FMT " may sign in as %s.\n", STR_ARG(made.email), role_name(made.role));
    if (!is_there_an_admin(accounts)) app_warn(app, "there is no admin yet: 'plumb user role EMAIL admin'");
    return STATUS_OK;
}

static int list(struct accounts *accounts)
{
    struct user_view *users;
    size_t count;
    struct err_info why = {0};
    if (accounts->way->users(accounts, &users, &count, &why) != ERR_OK) return accounts_fail(accounts, &why);
    enum { COLUMNS = 5 };
    struct str *cells = ARENA_ARRAY(accounts->arena, struct str, (count + 1) * COLUMNS), *cell = cells;
    *cell++ = STR("E-MAIL"), *cell++ = STR("NAME"), *cell++ = STR("ROLE"), *cell++ = STR("SINCE"),
    *cell++ = STR("STATE");
    for (size_t i = 0; i < count; i++) {
        *cell++ = users[i].email;
        *cell++ = users[i].name;
        *cell++ = str_from_c(role_name(users[i].role));
        *cell++ = accounts_date(accounts, users[i].created_ms);
        *cell++ = users[i].disabled ? STR("disabled") : users[i].has_password ? STR("active") : STR("no password");
    }
    accounts_put_table(accounts, cells, count + 1, COLUMNS);
    return STATUS_OK;
}

static int set_disabled(struct accounts *accounts, bool disabled)
{
    struct user_view user;
    struct err_info why = {0};
    if (!find_user(accounts, &user)) return STATUS_FAILED;
    const struct user_change change = {.disabled = &disabled};
    if (accounts->way->change_user(accounts, &user, &change, &why) != ERR_OK) return accounts_fail(accounts, &why);
    fprintf(accounts->app->err, STR_FMT " may %s.\n", STR_ARG(user.email),
            disabled ? "not sign in any more, and is signed out" : "sign in again");
    return STATUS_OK;
}

static int disable(struct accounts *accounts)
{
    return set_disabled(accounts, true);
}

static int enable(struct accounts *accounts)
{
    return set_disabled(accounts, false);
}

static int set_password(struct accounts *accounts)
{
    struct user_view user;
    struct err_info why = {0};
    struct str text, link = STR("");
    AUTO_TYPED password;
    if (!find_user(accounts, &user) || !ask_password(accounts, &password, &text)) return STATUS_FAILED;
    if (accounts->way->set_password(accounts, &user, text, &link, &why) != ERR_OK) return accounts_fail(accounts, &why);
    put_link(accounts, link);
    fprintf(accounts->app->err, STR_FMT " %s, and is signed out everywhere.\n", STR_ARG(user.email),
            text.len > 0 ? "has a new password" : "has no password until then");
    return STATUS_OK;
}

static int delete (struct accounts *accounts)
{
    struct user_view user;
    struct err_info why = {0};
    if (!find_user(accounts, &user)) return STATUS_FAILED;
    if (accounts->way->delete_user(accounts, &user, &why) != ERR_OK) return accounts_fail(accounts, &why);
    fprintf(accounts->app->err, STR_FMT " has no account any more.\n", STR_ARG(user.email));
    return STATUS_OK;
}

static int check_role(const struct accounts *accounts)
{
    struct err_info why = {0};
    enum role role;
    if (role_parse(str_from_c(accounts_operand(accounts, 1)), &role, &why) == ERR_OK) return STATUS_OK;
    return app_usage(accounts->app, accounts->arguments->command, "%s", why.msg);
}

static int set_role(struct accounts *accounts)
{
    struct user_view user;
    struct err_info why = {0};
    enum role role;
    if (role_parse(str_from_c(accounts_operand(accounts, 1)), &role, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    if (!find_user(accounts, &user)) return STATUS_FAILED;
    const struct user_change change = {.role = &role};
    if (accounts->way->change_user(accounts, &user, &change, &why) != ERR_OK) return accounts_fail(accounts, &why);
    fprintf(accounts->app->err, STR_FMT " is %s now.\n", STR_ARG(user.email), role_name(role));
    return STATUS_OK;
}

static const struct verb user_verbs[] = {
    {.name = "add", .operands = "EMAIL", .options = "role name link", .check = check_add, .run = add},
    {.name = "list", .operands = "", .options = "", .reads_only = true, .run = list},
    {.name = "disable", .operands = "EMAIL", .options = "", .run = disable},
    {.name = "enable", .operands = "EMAIL", .options = "", .run = enable},
    {.name = "password", .operands = "EMAIL", .options = "link", .run = set_password},
    {.name = "role", .operands = "EMAIL ROLE", .options = "", .check = check_role, .run = set_role},
    {.name = "delete", .operands = "EMAIL", .options = "", .run = delete},
};

static int run_user(struct app *app, const struct arguments *arguments)
{
    return accounts_main(app, arguments, user_verbs, COUNT_OF(user_verbs));
}

const struct command command_user = {
    .name = "user",
    .operands = "add|list|disable|enable|password|role|delete [EMAIL] [ROLE]",
    .operands_min = 1,
    .operands_max = 3,
    .summary = "Say who may sign in, and as what",
    .description =
        "Passwords are read from the terminal, or one line of standard input; never from an argument, which others on "
        "the machine could see.\n\n"
        "It works on the server's folder, so it needs no password of yours; while a server runs on it, or with --url, "
        "it "
        "asks the server.",
    .options = user_options,
    .option_count = COUNT_OF(user_options),
    .examples = user_examples,
    .example_count = COUNT_OF(user_examples),
    .run = run_user,
};
