/* test_accounts.c — the commands beside a server that has the store in its hands. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

/* What a command line says on both streams. */
struct said {
    char *out, *err;
    size_t out_len, err_len;
    int status;
};

static struct said say(const char *folder, const char *command, const char *verb)
{
    struct said said = {0};
    struct app app = {.clock = clock_system(), .config = config_default(), .width = 80};
    app.out = open_memstream(&said.out, &said.out_len);
    app.err = open_memstream(&said.err, &said.err_len);
    char *const words[] = {"plumb", (char *)command, (char *)verb, "--data", (char *)folder, NULL};
    said.status = command_main(&app, 5, (char **)words);
    fclose(app.out);
    fclose(app.err);
    return said;
}

static void forget(struct said *said)
{
    free(said->out);
    free(said->err);
}

TEST(beside_a_running_server_lists_are_read_and_changes_are_sent_to_its_page)
{
    AUTO_ARENA arena = arena_new();
    const char *folder = arena_format(arena, "%s/data", harness_tmpdir()).at;
    const char *path = arena_format(arena, "%s/plumb.db", folder).at;
    struct said made = say(folder, "key", "create");
    CHECK_INT(made.status, STATUS_OK);
    struct store *server;
    struct store_options options = {.path = path, .clock = clock_system()};
    struct err_info why = {0};
    CHECK_OK(store_open(&options, &server, &why), why);
    struct said list = say(folder, "key", "list"), another = say(folder, "key", "create");
    store_close(server);
    CHECK_INT(list.status, STATUS_OK);
    CHECK_CONTAINS(str_from_c(list.out), STR("website"));
    CHECK_INT(another.status, STATUS_FAILED);
    CHECK_STR(str_from_c(another.out), STR(""));
    CHECK_CONTAINS(str_from_c(another.err), STR("a server runs on '"));
    CHECK_CONTAINS(str_from_c(another.err), STR("': stop it first, and start it again afterwards"));
    forget(&made), forget(&list), forget(&another);
}

TEST(what_was_done_stands_in_the_audit_without_the_secret)
{
    AUTO_ARENA arena = arena_new();
    const char *folder = arena_format(arena, "%s/audited", harness_tmpdir()).at;
    struct said made = say(folder, "key", "create");
    CHECK_INT(made.status, STATUS_OK);
    struct store *store;
    struct store_options options = {.path = arena_format(arena, "%s/plumb.db", folder).at, .clock = clock_system()};
    struct err_info why = {0};
    CHECK_OK(store_open(&options, &store, &why), why);
    struct audit_row *rows;
    size_t count;
    CHECK_OK(store_audits(store, 0, 10, arena, &rows, &count, &why), why);
    store_close(store);
    CHECK_INT(count, 1);
    CHECK_STR(rows[0].fact.actor, STR("cli"));
    CHECK_STR(rows[0].fact.action, STR("key.create"));
    CHECK_STR(rows[0].fact.target, STR("key:1"));
    CHECK_STR(rows[0].fact.detail, STR(""));
    forget(&made);
}

TEST(the_roles_that_plumb_user_offers_are_those_there_are)
{
    const struct command *user = command_find("user");
    AUTO_BUF roles = BUF_INIT(256);
    for (enum role role = 0; role < ROLE_COUNT; role++)
        buf_format(&roles, "%s%s", role > 0 ? "|" : "", role_name(role));
    CHECK_STR(str_from_c(user->options[0].argument), buf_str(&roles));
}
