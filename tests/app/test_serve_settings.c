/* test_serve_settings.c — which place of settings wins, and what is refused before anything is started. */
// SPDX-License-Identifier: Apache-2.0
#include "app/serve_settings.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/command.h"
#include "harness.h"

#define WORDS_MAX 16

/* A reading in a folder of its own. */
struct reading {
    struct arena *arena;
    const char *folder;
    struct serve_settings settings;
    struct err_info why;
};

static struct reading reading_in(const char *name)
{
    struct arena *arena = arena_new();
    return (struct reading){.arena = arena, .folder = arena_format(arena, "%s/%s", harness_tmpdir(), name).at};
}

static void write_conf(struct reading *reading, const char *text)
{
    (void)mkdir(reading->folder, 0700);
    FILE *file = fopen(arena_format(reading->arena, "%s/plumb.conf", reading->folder).at, "w");
    CHECK_TRUE(file != NULL);
    fputs(text, file);
    fclose(file);
}

/* The flags, divided by blanks, behind --data. */
static enum err read_settings(struct reading *reading, const char *const *environment, const char *flags)
{
    char *words[WORDS_MAX] = {"--data", (char *)(uintptr_t)reading->folder};
    size_t count = 2;
    struct str rest = str_from_c(flags);
    while (rest.len > 0) words[count++] = (char *)(uintptr_t)arena_str(reading->arena, str_cut(&rest, ' ')).at;
    struct arguments arguments;
    reading->why = (struct err_info){0};
    CHECK_OK(options_parse(reading->arena, command_find("serve"), words, count, &arguments, &reading->why),
             reading->why);
    return serve_settings_read(reading->arena, environment, &arguments, &reading->settings, &reading->why);
}

static const char *const nothing[] = {NULL};

TEST(a_flag_wins_over_the_environment_and_that_over_the_file)
{
    static const char *const environment[] = {"PLUMB_LISTEN=127.0.0.1:2", "PLUMB_SWEEP_SECONDS=22", NULL};
    struct reading reading = reading_in("levels");
    write_conf(&reading, "listen = 127.0.0.1:1\nsweep_seconds = 11\nidle_seconds = 13\n");
    CHECK_OK(read_settings(&reading, environment, "--listen 127.0.0.1:3"), reading.why);
    CHECK_INT(reading.settings.port, 3);
    CHECK_INT(reading.settings.config.sweep_seconds, 22);
    CHECK_INT(reading.settings.config.idle_seconds, 13);
    CHECK_INT(reading.settings.config.waiting_max, config_default().waiting_max);
    arena_free(reading.arena);
}

TEST(the_folder_is_made_for_its_owner_alone)
{
    struct reading reading = reading_in("fresh");
    CHECK_OK(read_settings(&reading, nothing, ""), reading.why);
    struct stat status;
    CHECK_INT(stat(reading.folder, &status), 0);
    CHECK_INT(status.st_mode & 0777, 0700);
    arena_free(reading.arena);
}

TEST(a_mistake_in_the_file_is_told_with_file_and_line)
{
    struct reading reading = reading_in("mistaken");
    write_conf(&reading, "\nlisten: here\n");
    CHECK_INT(read_settings(&reading, nothing, ""), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("line 2 of "));
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("/plumb.conf"));
    write_conf(&reading, "data = /elsewhere\n");
    CHECK_INT(read_settings(&reading, nothing, ""), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("'data' cannot stand in a file"));
    arena_free(reading.arena);
}

TEST(an_address_may_be_of_either_kind_and_must_have_a_port)
{
    static const struct {
        const char *flags, *address;
        int port; /* -1: refused */
    } row[] = {
        {"--listen 127.0.0.1:0", "127.0.0.1", 0}, {"--listen [::1]:80", "::1", 80},
        {"--listen localhost:9", "127.0.0.1", 9}, {"--listen 127.0.0.1", NULL, -1},
        {"--listen 127.0.0.1:65536", NULL, -1},   {"--listen :80", NULL, -1},
        {"--listen plumb.example:80", NULL, -1},  {"--listen []:80", NULL, -1},
        {"--listen 127.0.0.1:80x", NULL, -1},
    };
    struct reading reading = reading_in("addresses");
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        enum err e = read_settings(&reading, nothing, row[i].flags);
        CHECK_INT(e, row[i].port < 0 ? ERR_INVALID : ERR_OK);
        if (row[i].port < 0) continue;
        CHECK_STR(str_from_c(reading.settings.address), str_from_c(row[i].address));
        CHECK_INT(reading.settings.port, row[i].port);
    }
    arena_free(reading.arena);
}

TEST(listening_for_others_without_tls_must_be_insisted_on)
{
    struct reading reading = reading_in("exposed");
    CHECK_INT(read_settings(&reading, nothing, "--listen 0.0.0.0:80"), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("listening on 0.0.0.0 without TLS"));
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("--insecure-listen"));
    CHECK_OK(read_settings(&reading, nothing, "--listen 0.0.0.0:80 --insecure-listen"), reading.why);
    arena_free(reading.arena);
}

TEST(https_needs_a_certificate_and_its_key)
{
    struct reading reading = reading_in("tls");
    CHECK_INT(read_settings(&reading, nothing, "--tls-cert cert.pem"), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(reading.why.msg), STR("--tls-cert and --tls-key"));
    CHECK_INT(read_settings(&reading, nothing, "--tls-cert nowhere.pem --tls-key nowhere.pem"), ERR_NOT_FOUND);
    arena_free(reading.arena);
}

TEST(links_lead_to_where_people_reach_the_server)
{
    struct reading reading = reading_in("links");
    CHECK_OK(read_settings(&reading, nothing, "--base-url https://plumb.example/"), reading.why);
    CHECK_STR(serve_settings_url(&reading.settings, 7, reading.arena), STR("https://plumb.example"));
    CHECK_STR(serve_settings_listens_on(&reading.settings, 7, reading.arena), STR("http://127.0.0.1:7"));
    CHECK_OK(read_settings(&reading, nothing, "--listen [::1]:0"), reading.why);
    CHECK_STR(serve_settings_url(&reading.settings, 8, reading.arena), STR("http://[::1]:8"));
    CHECK_OK(read_settings(&reading, nothing, "--listen 0.0.0.0:0 --insecure-listen"), reading.why);
    CHECK_STR(serve_settings_url(&reading.settings, 9, reading.arena), STR("http://127.0.0.1:9"));
    CHECK_INT(read_settings(&reading, nothing, "--base-url plumb.example"), ERR_INVALID);
    arena_free(reading.arena);
}
