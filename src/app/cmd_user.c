/* cmd_user.c — `plumb user`: who may sign in, from the machine that has the store. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"
#include "app/prompt.h"

/* Must be in the order of enum role: test_cmd_accounts compares. */
#define ROLE_CHOICE "admin|marketer|sales|reader"

static const struct option user_options[] = {
    {.name = "role", .argument = ROLE_CHOICE, .help = "What the new user may do. Without it: reader."},
    {.name = "name", .argument = "NAME", .help = "The new user's name. Without it: what stands before the @."},
    {.name = "data",
     .argument = "DIR",
     .help = "The server's folder. Without it: what PLUMB_DATA says, else plumb-data."},
};

static const struct example user_examples[] = {
    {.text = "The first admin, asked for a password on the terminal:",
     .line = "plumb user add ada@acme.example --role admin"},
    {.text = "In a script, the password on standard input:",
     .line = "pass show plumb/bob | plumb user add bob@acme.example --role sales"},
    {.text = "Somebody forgot the password:", .line = "plumb user password ada@acme.example"},
};

/* The user of the first operand. False: there is none, and app->err has been told. */
static bool find_user(const struct accounts *accounts, struct user_view *user)
{
    struct err_info why = {0};
    struct str email = str_from_c(accounts_operand(accounts, 0));
    if (access_find_user(accounts->access, email, accounts->arena, user, &why) == ERR_OK) return true;
    accounts_fail(accounts, &why);
    return false;
}

static bool is_there_an_admin(const struct accounts *accounts)
{
    struct user_view *users;
    size_t count;
    access_users(accounts->access, accounts->arena, &users, &count);
    for (size_t i = 0; i < count; i++)
        if (users[i].role == ROLE_admin && !users[i].disabled) return true;
    return false;
}

static int check_add(const struct accounts *accounts)
{
    struct err_info why = {0};
    unsigned role;
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
    struct user_view there;
    enum err e = access_find_user(accounts->access, user.email, accounts->arena, &there, &why);
    if (e == ERR_OK) return app_fail(app, "there is a user '" STR_FMT "' already", STR_ARG(there.email));
    if (e != ERR_NOT_FOUND) return accounts_fail(accounts, &why);
    AUTO_TYPED password;
    if (!prompt_new_password(app, accounts_operand(accounts, 0), &password)) return STATUS_FAILED;
    user.password = (struct str){password.text, password.len};
    if (password.len == 0) return app_fail(app, "the password is empty");
    uint64_t number;
    why = (struct err_info){0};
    if (access_add_user(accounts->access, &user, &number, &why) != ERR_OK) return accounts_fail(accounts, &why);
    if (!find_user(accounts, &there)) return STATUS_FAILED;
    accounts_audit(accounts, "user.add", there.email);
    fprintf(app->err, STR_FMT " may sign in as %s.\n", STR_ARG(there.email), role_name(there.role));
    if (!is_there_an_admin(accounts)) app_warn(app, "there is no admin yet: 'plumb user role EMAIL admin'");
    return STATUS_OK;
}

static int list(struct accounts *accounts)
{
    struct user_view *users;
    size_t count;
    access_users(accounts->access, accounts->arena, &users, &count);
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
    if (access_set_disabled(accounts->access, user.number, disabled, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    accounts_audit(accounts, disabled ? "user.disable" : "user.enable", user.email);
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
    AUTO_TYPED password;
    if (!find_user(accounts, &user)) return STATUS_FAILED;
    if (!prompt_new_password(accounts->app, accounts_operand(accounts, 0), &password)) return STATUS_FAILED;
    struct str text = {password.text, password.len};
    if (access_set_password(accounts->access, user.number, text, &why) != ERR_OK) return accounts_fail(accounts, &why);
    accounts_audit(accounts, "user.password", user.email);
    fprintf(accounts->app->err, STR_FMT " has a new password, and is signed out everywhere.\n", STR_ARG(user.email));
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
    if (access_set_role(accounts->access, user.number, role, &why) != ERR_OK) return accounts_fail(accounts, &why);
    accounts_audit(accounts, "user.role", user.email);
    fprintf(accounts->app->err, STR_FMT " is %s now.\n", STR_ARG(user.email), role_name(role));
    return STATUS_OK;
}

static const struct verb user_verbs[] = {
    {.name = "add", .operands = "EMAIL", .options = "role name", .check = check_add, .run = add},
    {.name = "list", .operands = "", .options = "", .reads_only = true, .run = list},
    {.name = "disable", .operands = "EMAIL", .options = "", .run = disable},
    {.name = "enable", .operands = "EMAIL", .options = "", .run = enable},
    {.name = "password", .operands = "EMAIL", .options = "", .run = set_password},
    {.name = "role", .operands = "EMAIL ROLE", .options = "", .check = check_role, .run = set_role},
};

static int run_user(struct app *app, const struct arguments *arguments)
{
    return accounts_main(app, arguments, user_verbs, COUNT_OF(user_verbs));
}

const struct command command_user = {
    .name = "user",
    .operands = "add|list|disable|enable|password|role [EMAIL] [ROLE]",
    .operands_min = 1,
    .operands_max = 3,
    .summary = "Say who may sign in, and as what",
    .description =
        "Works on the server's folder, so it needs no password of yours. Passwords are read from the terminal, or one "
        "line of standard input; never from an argument, which others on the machine could see.\n\n"
        "While a server runs on the folder, only 'list' works: stop it for the rest.",
    .options = user_options,
    .option_count = COUNT_OF(user_options),
    .examples = user_examples,
    .example_count = COUNT_OF(user_examples),
    .run = run_user,
};
