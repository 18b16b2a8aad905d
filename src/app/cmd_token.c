/* cmd_token.c — `plumb token`: secrets by which programs come in, each with what it may. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"
#include "app/offline.h"

static const struct option token_options[] = {
    {.name = "scope",
     .argument = "SCOPE",
     .repeated = true,
     .help = "What a new token may do: admin, records.read, records.write, events.write, scores.read and so on; "
             "docs/permissions.md has them all."},
    {.name = "name", .argument = "NAME", .help = "What a new token is for. Without it: command line."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
};

static const struct example token_examples[] = {
    {.text = "For the commands that talk to a server:",
     .line = "export PLUMB_TOKEN=$(plumb token create --scope admin)"},
    {.text = "For a program that reads leads and their scores:",
     .line = "plumb token create --name warehouse --scope records.read --scope scores.read"},
};

static enum err read_scopes(const struct accounts *accounts, uint32_t *scopes, struct err_info *why)
{
    size_t count;
    const char *const *given = options_values(accounts->arena, accounts->arguments, "scope", &count);
    AUTO_BUF words = BUF_INIT(64 * 1024);
    for (size_t i = 0; i < count; i++) buf_format(&words, "%s ", given[i]);
    return scopes_parse(buf_str(&words), scopes, why);
}

static int check_create(const struct accounts *accounts)
{
    struct err_info why = {0};
    uint32_t scopes;
    if (read_scopes(accounts, &scopes, &why) == ERR_OK) return STATUS_OK;
    return app_usage(accounts->app, accounts->arguments->command, "%s", why.msg);
}

static int create(struct accounts *accounts)
{
    struct app *app = accounts->app;
    struct err_info why = {0};
    uint32_t scopes;
    if (read_scopes(accounts, &scopes, &why) != ERR_OK) return accounts_fail(accounts, &why);
    const char *name = options_value(accounts->arguments, "name");
    if (name == NULL) name = "command line";
    AUTO_SECRET secret;
    uint64_t number;
    if (accounts->way->add_token(accounts, str_from_c(name), scopes, &secret, &number, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    AUTO_BUF words = BUF_INIT(4096);
    scopes_append(&words, scopes);
    if (!accounts_put_secret(accounts, &secret)) return STATUS_FAILED;
    fprintf(app->err, "Token %llu may: " STR_FMT ". It is shown this once.\n", (unsigned long long)number,
            STR_ARG(buf_str(&words)));
    return STATUS_OK;
}

static int list(struct accounts *accounts)
{
    struct token_view *tokens;
    size_t count;
    struct err_info why = {0};
    if (accounts->way->tokens(accounts, &tokens, &count, &why) != ERR_OK) return accounts_fail(accounts, &why);
    enum { COLUMNS = 7 };
    struct str *cells = ARENA_ARRAY(accounts->arena, struct str, (count + 1) * COLUMNS), *cell = cells;
    *cell++ = STR("NUMBER"), *cell++ = STR("NAME"), *cell++ = STR("SINCE"), *cell++ = STR("USED");
    *cell++ = STR("STATE"), *cell++ = STR("MADE BY"), *cell++ = STR("SCOPES");
    for (size_t i = 0; i < count; i++) {
        AUTO_BUF words = BUF_INIT(4096);
        scopes_append(&words, tokens[i].scopes);
        *cell++ = arena_format(accounts->arena, "%llu", (unsigned long long)tokens[i].number);
        *cell++ = tokens[i].name;
        *cell++ = accounts_date(accounts, tokens[i].created_ms);
        *cell++ = accounts_date(accounts, tokens[i].last_used_ms);
        *cell++ = tokens[i].revoked ? STR("revoked") : STR("active");
        *cell++ = tokens[i].creator;
        *cell++ = arena_str(accounts->arena, buf_str(&words));
    }
    accounts_put_table(accounts, cells, count + 1, COLUMNS);
    return STATUS_OK;
}

static int revoke(struct accounts *accounts)
{
    uint64_t number;
    struct err_info why = {0};
    if (!accounts_number(accounts, 0, &number)) return STATUS_USAGE;
    if (accounts->way->revoke_token(accounts, number, &why) != ERR_OK) return accounts_fail(accounts, &why);
    fprintf(accounts->app->err, "Token %llu opens nothing any more.\n", (unsigned long long)number);
    return STATUS_OK;
}

static const struct verb token_verbs[] = {
    {.name = "create", .operands = "", .options = "scope name", .check = check_create, .run = create},
    {.name = "list", .operands = "", .options = "", .reads_only = true, .run = list},
    {.name = "revoke", .operands = "NUMBER", .options = "", .check = accounts_check_number, .run = revoke},
};

static int run_token(struct app *app, const struct arguments *arguments)
{
    return accounts_main(app, arguments, token_verbs, COUNT_OF(token_verbs));
}

const struct command command_token = {
    .name = "token",
    .operands = "create|list|revoke [NUMBER]",
    .operands_min = 1,
    .operands_max = 2,
    .summary = "Make, list and revoke tokens for programs",
    .description =
        "A token is sent as 'Authorization: Bearer plumb_token_...'. 'create' prints it alone on standard output, this "
        "once: only a hash is kept.\n\n"
        "It works on the server's folder; while a server runs on it, or with --url, it asks the server.",
    .options = token_options,
    .option_count = COUNT_OF(token_options),
    .examples = token_examples,
    .example_count = COUNT_OF(token_examples),
    .run = run_token,
};
