/* cmd_key.c — `plumb key`: write keys, by which websites and apps send events and do nothing else. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"
#include "app/offline.h"

static const struct option key_options[] = {
    {.name = "name", .argument = "NAME", .help = "The source that a new key is for. Without it: website."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
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
    if (accounts->way->add_key(accounts, str_from_c(name), &secret, &number, &why) != ERR_OK)
        return accounts_fail(accounts, &why);
    if (!accounts_put_secret(accounts, &secret)) return STATUS_FAILED;
    fprintf(app->err,
            "Write key %llu may send events, and nothing else. It is shown this once.\n"
            "A website has it in one line of every page (docs/website-script.md):\n\n"
            "    <script async src=\"https://THE.SERVER/plumb.js\" data-key=\"THE KEY\"></script>\n\n",
            (unsigned long long)number);
    return STATUS_OK;
}

static int list(struct accounts *accounts)
{
    struct key_view *keys;
    size_t count;
    struct err_info why = {0};
    if (accounts->way->keys(accounts, &keys, &count, &why) != ERR_OK) return accounts_fail(accounts, &why);
    enum { COLUMNS = 6 };
    struct str *cells = ARENA_ARRAY(accounts->arena, struct str, (count + 1) * COLUMNS), *cell = cells;
    *cell++ = STR("NUMBER"), *cell++ = STR("NAME"), *cell++ = STR("ENDS IN"), *cell++ = STR("SINCE");
    *cell++ = STR("STATE"), *cell++ = STR("MADE BY");
    for (size_t i = 0; i < count; i++) {
        *cell++ = arena_format(accounts->arena, "%llu", (unsigned long long)keys[i].number);
        *cell++ = keys[i].name;
        *cell++ = keys[i].hint;
        *cell++ = accounts_date(accounts, keys[i].created_ms);
        *cell++ = keys[i].revoked ? STR("revoked") : STR("active");
        *cell++ = keys[i].creator;
    }
    accounts_put_table(accounts, cells, count + 1, COLUMNS);
    return STATUS_OK;
}

static int revoke(struct accounts *accounts)
{
    uint64_t number;
    struct err_info why = {0};
    if (!accounts_number(accounts, 0, &number)) return STATUS_USAGE;
    if (accounts->way->revoke_key(accounts, number, &why) != ERR_OK) return accounts_fail(accounts, &why);
    fprintf(accounts->app->err, "Write key %llu sends no events any more.\n", (unsigned long long)number);
    return STATUS_OK;
}

static const struct verb key_verbs[] = {
    {.name = "create", .operands = "", .options = "name", .run = create},
    {.name = "list", .operands = "", .options = "", .reads_only = true, .run = list},
    {.name = "revoke", .operands = "NUMBER", .options = "", .check = accounts_check_number, .run = revoke},
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
        "It works on the server's folder; while a server runs on it, or with --url, it asks the server.",
    .options = key_options,
    .option_count = COUNT_OF(key_options),
    .examples = key_examples,
    .example_count = COUNT_OF(key_examples),
    .run = run_key,
};
