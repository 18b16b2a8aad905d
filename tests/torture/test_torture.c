/* test_torture.c — the server is killed amid its work, again and again, and keeps every promise.
 *
 * Senders on several connections note what was acknowledged. The server is killed at any instant, also while it
 * starts, sometimes stopped politely, and started again over the same folder. PLUMB_TORTURE_ROUNDS says how
 * often (`make torture` takes hundreds); the seed is the harness's. What is sent follows from the seed; at which
 * instant a kill hits is up to the machine. */
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/macros.h"
#include "client.h"
#include "harness.h"
#include "verdict.h"
#include "victim.h"

#define ROUNDS 6
#define LIFE_MS_MAX 400 /* of the server in one round */
#define KILLED (-SIGKILL)

struct torture {
    struct arena *arena;
    struct victim victim;
    struct load load;
    struct str token;
    uint64_t dice;
};

static int rounds(void)
{
    const char *text = getenv("PLUMB_TORTURE_ROUNDS");
    uint64_t wanted = 0;
    return text != NULL && str_to_u64(str_from_c(text), &wanted) && wanted < 1000000 ? (int)wanted : ROUNDS;
}

static void start(struct torture *torture)
{
    victim_start(&torture->victim);
    if (!victim_listens(&torture->victim))
        FAIL("the server does not start again; its last words are in %s.log", torture->victim.data);
}

/* False: it ended instead. */
static bool gets_ready(const struct victim *victim)
{
    struct client client = client_new(victim->port);
    struct str reply = {0};
    unsigned status = 0;
    while ((status = client_ask(&client, "GET /readyz", STR(""), STR(""), &reply)) == 503) usleep(5000);
    client_close(&client);
    return status == 200;
}

static void await_ready(struct torture *torture)
{
    CHECK_TRUE(gets_ready(&torture->victim));
}

static void publish(struct torture *torture, const char *score, const char *text)
{
    AUTO_BUF body = BUF_INIT(SIZE_MAX);
    struct json_writer writer = {.out = &body};
    json_begin_object(&writer);
    json_key(&writer, "text");
    json_string(&writer, str_from_c(text));
    json_end_object(&writer);
    struct client client = client_new(torture->victim.port);
    struct str headers = arena_format(torture->arena, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(torture->token));
    struct str line = arena_format(torture->arena, "POST /api/v1/scores/%s/publish", score), reply = {0};
    unsigned status = client_ask(&client, line.at, headers, buf_str(&body), &reply);
    if (status != 200) FAIL("publishing is answered %u: " STR_FMT, status, STR_ARG(reply));
    client_close(&client);
}

static void set_up(struct torture *torture)
{
    static int count;
    torture->arena = arena_new();
    torture->dice = harness_seed();
    torture->victim.data = arena_format(torture->arena, "%s/data-%d", harness_tmpdir(), count++).at;
    const char *data = torture->victim.data;
    const char *const key[] = {"key", "create", "--data", data, "--name", "web", NULL};
    const char *const token[] = {"token", "create", "--data", data, "--name", "judge", "--scope", "admin", NULL};
    load_init(&torture->load, torture->dice, plumb_says(torture->arena, key));
    torture->token = plumb_says(torture->arena, token);
    start(torture);
    await_ready(torture);
    publish(torture, "lead", torture_lead);
    publish(torture, "heat", torture_heat);
    CHECK_INT(victim_end(&torture->victim, SIGKILL), KILLED);
}

static void check_no_complaint(const struct torture *torture)
{
    if (torture->load.complaint[0] != '\0') FAIL("%s", torture->load.complaint);
}

/* It lives for a moment amid senders, and then it does not. */
static void live_and_die(struct torture *torture)
{
    if (dice_below(&torture->dice, 8) == 0) { /* killed while it starts */
        victim_start(&torture->victim);
        usleep(dice_below(&torture->dice, 40) * 1000);
        CHECK_INT(victim_end(&torture->victim, SIGKILL), KILLED);
    }
    start(torture);
    load_start(&torture->load, torture->victim.port, false);
    usleep(dice_below(&torture->dice, LIFE_MS_MAX) * 1000);
    bool politely = dice_below(&torture->dice, 10) == 0;
    load_stop(&torture->load);
    CHECK_INT(victim_end(&torture->victim, politely ? SIGTERM : SIGKILL), politely ? 0 : KILLED);
    load_wait(&torture->load);
    check_no_complaint(torture);
}

TEST(whatever_was_acknowledged_is_there_once_however_often_the_server_is_killed)
{
    struct torture torture = {0};
    set_up(&torture);
    for (int round = rounds(); round > 0; round--) {
        live_and_die(&torture);
        start(&torture);
        await_ready(&torture);
        verdict_of_store(&torture.load, torture.victim.data);
        CHECK_INT(victim_end(&torture.victim, SIGKILL), KILLED);
    }
    start(&torture);
    await_ready(&torture);
    load_start(&torture.load, torture.victim.port, true);
    load_wait(&torture.load);
    check_no_complaint(&torture);
    verdict_of_scores(&torture.load, torture.victim.port, torture.token);
    CHECK_INT(victim_end(&torture.victim, SIGKILL), KILLED);
    start(&torture);
    await_ready(&torture);
    verdict_of_store(&torture.load, torture.victim.data);
    verdict_of_scores(&torture.load, torture.victim.port, torture.token);
    CHECK_INT(victim_end(&torture.victim, SIGTERM), 0);
    printf("# %d rounds, %llu calls acknowledged, %llu of them sent again\n", rounds(),
           (unsigned long long)torture.load.acknowledged, (unsigned long long)torture.load.sent_again);
    load_release(&torture.load);
    arena_free(torture.arena);
}

/* ---- Files that were damaged while nobody served from them. ---- */

static const char *const endings[] = {"", "-wal", "-lock"};

static void copy_file(const char *from, const char *to, const char *ending)
{
    AUTO_ARENA arena = arena_new();
    char bytes[65536];
    FILE *in = fopen(arena_format(arena, "%s/plumb.db%s", from, ending).at, "rb");
    if (in == NULL) return;
    FILE *out = fopen(arena_format(arena, "%s/plumb.db%s", to, ending).at, "wb");
    CHECK_TRUE(out != NULL);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;) CHECK_INT(fwrite(bytes, 1, n, out), n);
    fclose(in);
    CHECK_INT(fclose(out), 0);
}

/* Cut its end off, or turn one bit. */
static void damage(struct torture *torture, const char *folder, bool log, bool cut)
{
    FILE *file = fopen(arena_format(torture->arena, "%s/plumb.db%s", folder, log ? "-wal" : "").at, "r+b");
    if (file == NULL) return; /* the log is empty */
    CHECK_INT(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file), at = size > 0 ? (long)(dice_next(&torture->dice) % (uint64_t)size) : 0;
    if (cut) {
        CHECK_INT(ftruncate(fileno(file), at), 0);
    } else if (size > 0) {
        CHECK_INT(fseek(file, at, SEEK_SET), 0);
        int byte = fgetc(file);
        CHECK_INT(fseek(file, at, SEEK_SET), 0);
        fputc(byte ^ 1 << dice_below(&torture->dice, 8), file);
    }
    CHECK_INT(fclose(file), 0);
}

/* It said in one line why it does not serve. */
static void check_one_sentence(const struct victim *victim)
{
    AUTO_ARENA arena = arena_new();
    char text[4096];
    FILE *file = fopen(arena_format(arena, "%s.log", victim->data).at, "rb");
    CHECK_TRUE(file != NULL);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    struct str said = {text, length};
    unsigned sentences = 0;
    while (said.len > 0) sentences += str_starts_with(str_cut(&said, '\n'), STR("plumb: "));
    if (sentences != 1) FAIL("it does not serve and says '" STR_FMT "'", STR_ARG(((struct str){text, length})));
}

/* True: it serves, and has everything. */
static bool serves_all_or_refuses(struct torture *torture, struct victim *hurt)
{
    victim_start(hurt);
    if (!victim_listens(hurt) || !gets_ready(hurt)) {
        CHECK_INT(victim_end(hurt, 0), 1);
        check_one_sentence(hurt);
        return false;
    }
    verdict_of_store(&torture->load, hurt->data);
    verdict_of_scores(&torture->load, hurt->port, torture->token);
    CHECK_INT(victim_end(hurt, SIGKILL), KILLED);
    return true;
}

TEST(a_damaged_file_is_refused_in_one_sentence_or_everything_is_served)
{
    struct torture torture = {0};
    set_up(&torture);
    start(&torture);
    await_ready(&torture);
    load_start(&torture.load, torture.victim.port, true);
    load_wait(&torture.load);
    check_no_complaint(&torture);
    CHECK_INT(victim_end(&torture.victim, SIGKILL), KILLED);
    int served = 0, trials = 4 * rounds();
    for (int i = 0; i < trials; i++) {
        struct victim hurt = {.data = arena_format(torture.arena, "%s/hurt-%d", harness_tmpdir(), i).at};
        CHECK_INT(mkdir(hurt.data, 0700), 0);
        for (size_t e = 0; e < COUNT_OF(endings); e++) copy_file(torture.victim.data, hurt.data, endings[e]);
        damage(&torture, hurt.data, i % 2 == 0, i % 4 < 2);
        served += serves_all_or_refuses(&torture, &hurt);
    }
    printf("# %d damaged stores, of which %d served everything\n", trials, served);
    load_release(&torture.load);
    arena_free(torture.arena);
}
