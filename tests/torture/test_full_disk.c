/* test_full_disk.c — `plumb serve` on a disk that is really full, and then is not.
 *
 * The disk is a small tmpfs that only this process and its children see. Mounting it needs root or a user namespace; where
 * neither may be had, the test says that it is skipped (tests/server/test_server.c limits the size of files instead). */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../store/facts.h"
#include "base/arena.h"
#include "base/buf.h"
#include "client.h"
#include "harness.h"
#include "victim.h"

#define DISK_OPTIONS "size=12m"
#define FILLED_PIECE 4096
#define SENT_MAX 5000 /* events that may find room in what the server's files had to spare */
#define PADDING 2000  /* bytes of an event */

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return written;
}

/* Mounts of our own: as root, or as the root of a namespace of one's own. */
static bool own_mounts(void)
{
    unsigned uid = geteuid(), gid = getegid();
    if (unshare(CLONE_NEWNS) != 0) {
        char map[64];
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        snprintf(map, sizeof map, "0 %u 1", uid);
        if (!write_file("/proc/self/uid_map", map) || !write_file("/proc/self/setgroups", "deny")) return false;
        snprintf(map, sizeof map, "0 %u 1", gid);
        if (!write_file("/proc/self/gid_map", map)) return false;
    }
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static const char *mount_small_disk(struct arena *arena)
{
    const char *disk = arena_format(arena, "%s/disk", harness_tmpdir()).at;
    CHECK_INT(mkdir(disk, 0700), 0);
    if (!own_mounts() || mount("plumb-test", disk, "tmpfs", MS_NOSUID | MS_NODEV, DISK_OPTIONS) != 0)
        harness_skip("no disk may be mounted here: neither as root nor in a user namespace");
    return disk;
}

/* Until not a byte more goes in. */
static void fill(const char *path)
{
    static const char piece[FILLED_PIECE];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK_TRUE(fd >= 0);
    while (write(fd, piece, sizeof piece) > 0) continue;
    CHECK_INT(errno, ENOSPC);
    close(fd);
}

/* ---- The server. ---- */

struct site {
    struct arena *arena;
    struct victim victim;
    struct client client;
    struct str headers;
    unsigned taken; /* events that were acknowledged: m0, m1, ... */
};

static void start(struct site *site)
{
    struct str reply = {0};
    unsigned status;
    victim_start(&site->victim);
    if (!victim_listens(&site->victim)) FAIL("the server does not start");
    site->client = client_new(site->victim.port);
    while ((status = client_ask(&site->client, "GET /readyz", STR(""), STR(""), &reply)) == 503) usleep(5000);
    CHECK_INT(status, 200);
}

static void stop(struct site *site)
{
    client_close(&site->client);
    CHECK_INT(victim_end(&site->victim, SIGTERM), 0);
}

static void open_site(struct site *site, const char *disk)
{
    *site = (struct site){.arena = arena_new()};
    site->victim.data = arena_format(site->arena, "%s/data", disk).at;
    const char *const token[] = {"token",   "create", "--data", site->victim.data, "--name", "all",
                                 "--scope", "admin",  NULL};
    site->headers =
        arena_format(site->arena, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(plumb_says(site->arena, token)));
    start(site);
}

/* The next event of ada's; the status. */
static unsigned send_next(struct site *site)
{
    AUTO_BUF body = BUF_INIT(SIZE_MAX);
    struct str reply = {0};
    buf_format(&body,
               "{\"events\": [{\"type\": \"track\", \"userId\": \"ada\", \"event\": \"seen\", \"messageId\": \"m%u\", "
               "\"properties\": {\"text\": \"",
               site->taken);
    buf_append_repeat(&body, 'x', PADDING);
    buf_append_c(&body, "\"}}]}");
    unsigned status = client_ask(&site->client, "POST /api/v1/events", site->headers, buf_str(&body), &reply);
    if (status == 200) {
        CHECK_CONTAINS(reply, STR("\"taken\":1"));
        site->taken++;
    }
    return status;
}

/* How many events ada has. */
static unsigned count_events(struct site *site)
{
    struct str reply = {0};
    unsigned status =
        client_ask(&site->client, "GET /api/v1/contacts/userId:ada/events?limit=1", site->headers, STR(""), &reply);
    CHECK_INT(status, 200);
    AUTO_ARENA arena = arena_new();
    reply = arena_str(arena, reply); /* ends in a zero byte */
    const char *total = strstr(reply.at, "\"total\":");
    CHECK_TRUE(total != NULL);
    return total == NULL ? 0 : (unsigned)strtoul(total + strlen("\"total\":"), NULL, 10);
}

/* Every byte of the database is what was written. */
static void check_files(struct site *site)
{
    struct err_info why = {0};
    struct store *store = NULL;
    const struct store_options options = {.path = arena_format(site->arena, "%s/plumb.db", site->victim.data).at,
                                          .clock = clock_system(),
                                          .read_only = true};
    CHECK_OK(store_open(&options, &store, &why), why);
    CHECK_STR(store_findings(store, site->arena), STR(""));
    store_close(store);
}

TEST(on_a_disk_that_is_full_the_server_answers_503_and_goes_on_when_there_is_room)
{
    struct site site;
    AUTO_ARENA arena = arena_new();
    const char *disk = mount_small_disk(arena), *ballast = arena_format(arena, "%s/ballast", disk).at;
    open_site(&site, disk);
    for (int i = 0; i < 20; i++) CHECK_INT(send_next(&site), 200);
    for (int round = 0; round < 3; round++) {
        unsigned status = 200;
        fill(ballast);
        for (int i = 0; i < SENT_MAX && status == 200; i++) status = send_next(&site);
        CHECK_INT(status, 503);
        for (int i = 0; i < 5; i++) CHECK_INT(send_next(&site), 503);
        CHECK_INT(count_events(&site), site.taken); /* reading goes on */
        CHECK_INT(unlink(ballast), 0);
        for (int i = 0; i < 20; i++) CHECK_INT(send_next(&site), 200);
        CHECK_INT(count_events(&site), site.taken);
    }
    stop(&site);
    start(&site);
    CHECK_INT(count_events(&site), site.taken);
    stop(&site);
    check_files(&site);
    arena_free(site.arena);
    CHECK_INT(umount(disk), 0);
}
