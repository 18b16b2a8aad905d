/* cmd_key.c — `plumb key`: write keys, by which websites and apps send events and do nothing else. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"

static const struct option key_options[] = {
    {.name = "name", .argument = "NAME", .help = "The source that a new key is for. Without it: website."},
    {.name = "data",
     .argument = "DIR",
     .help = "The server's folder. Without it: what PLUMB_DATA says, else plumb-data."},
};

static const struct example key_examples[] = {
    {.text = "For a website:", .line = "plumb key create --name website"},
    {.text = "Which there are, told apart by their last characters:", .line = "plumb key list"},
};

static int create(struct accounts *accounts)
{
    struct app *app = accounts->app;
    struct err_info why = {0};
    const char *name = options_value(accounts->arguments, "name");
    if (name == NULL) name = "website";
    AUTO_SECRET secret;
    uint64_t number;
    if (access_add_key(accounts->access, str_from_c(name), &secret, &number, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    accounts_audit(accounts, "key.create", arena_format(accounts->arena, "key:%llu", (unsigned long long)number));
    fprintf(app->out, "%s\n", secret.text);
    fflush(app->out);
    fprintf(app->err, "Write key %llu may send events, and nothing else. It is shown this once.\n",
            (unsigned long long)number);
    return STATUS_OK;
}

static int list(struct accounts *accounts)
{
    struct key_view *keys;
    size_t count;
    access_keys(accounts->access, accounts->arena, &keys, &count);
    enum { COLUMNS = 5 };
    struct str *cells = ARENA_ARRAY(accounts->arena, struct str, (count + 1) * COLUMNS), *cell = cells;
    *cell++ = STR("NUMBER"), *cell++ = STR("NAME"), *cell++ = STR("ENDS IN"), *cell++ = STR("SINCE");
    *cell++ = STR("STATE");
    for (size_t i = 0; i < count; i++) {
        *cell++ = arena_format(accounts->arena, "%llu", (unsigned long long)keys[i].number);
        *cell++ = keys[i].name;
        *cell++ = keys[i].hint;
        *cell++ = accounts_date(accounts, keys[i].created_ms);
        *cell++ = keys[i].revoked ? STR("revoked") : STR("active");
    }
    accounts_put_table(accounts, cells, count + 1, COLUMNS);
    return STATUS_OK;
}

static int check_revoke(const struct accounts *accounts)
{
    uint64_t number;
    return accounts_number(accounts, 0, &number) ? STATUS_OK : STATUS_USAGE;
}

static int revoke(struct accounts *accounts)
{
    uint64_t number;
    struct err_info why = {0};
    if (!accounts_number(accounts, 0, &number)) return STATUS_USAGE;
    if (access_revoke_key(accounts->access, number, &why) != ERR_OK) return accounts_fail(accounts, &why);
    accounts_audit(accounts, "key.revoke", arena_format(accounts->arena, "key:%llu", (unsigned long long)number));
    fprintf(accounts->app->err, "Write key %llu sends no events any more.\n", (unsigned long long)number);
    return STATUS_OK;
}

static const struct verb key_verbs[] = {
    {.name = "create", .operands = "", .options = "name", .run = create},
    {.name = "list", .operands = "", .options = "", .reads_only = true, .run = list},
    {.name = "revoke", .operands = "NUMBER", .options = "", .check = check_revoke, .run = revoke},
};

static int run_key(struct app *app, const struct arguments *arguments)
{
    return accounts_main(app, arguments, key_verbs, COUNT_OF(key_verbs));
}

const struct command command_key = {
    .name = "key",
    .operands = "create|list|revoke [NUMBER]",
    .operands_min = 1,
    .operands_max = 2,
    .summary = "Make, list and revoke write keys for sources of events",
    .description =
        "A write key stands in a web page or an app and may only send events. 'create' prints it alone on standard "
        "output, this once: only a hash is kept.\n\n"
        "While a server runs on the folder, only 'list' works: stop it for the rest.",
    .options = key_options,
    .option_count = COUNT_OF(key_options),
    .examples = key_examples,
    .example_count = COUNT_OF(key_examples),
    .run = run_key,
};
