/* harness.c — collects the TESTs of a program and runs them through cmocka, as TAP.
 *
 * cmocka keeps the order, catches a failed CHECK and goes on with the next test. What
 * kills the program (a broken INVARIANT, a bad access, a sanitizer's report, a time
 * limit) is not caught: hiding it would lose the stack. But the last words of the
 * program are then a "not ok" line with the name of the test that was running. */
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <errno.h>
#include <math.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SHOWN_MAX 2000 /* bytes of a text in a failure's message */

static const int deadly[] = {SIGABRT, SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static struct harness_test *first;
static struct harness_test **end = &first;
static size_t registered;

static char running[512]; /* the sentence of the test that runs now, or empty */
static size_t finished;   /* tests that ended, well or not */
static size_t passed;
static size_t skipped;
static bool seed_used;
static uint64_t seed = 20260105;
static char folder[512];
static struct sigaction action_at_start[COUNT_OF(deadly)];

/* Provided by the sanitizers' runtimes; absent in a plain build. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Asked by LeakSanitizer at exit. A test that ends early, skipped or failed, jumps over the clean-up of its variables. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return passed < finished;
}

void harness_register(struct harness_test *test)
{
    *end = test;
    end = &test->next;
    registered++;
}

static char *sentence(const char *name)
{
    char *text = strdup(name);
    if (text == NULL) abort();
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
    return text;
}

static void print_seed(void)
{
    if (seed_used) printf("# repeat with PLUMB_TEST_SEED=%" PRIu64 "\n", seed);
}

/* ---- A program that dies names its test. Only write(2): this may run in a signal handler. ---- */

static void say(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, text, left);
        if (written <= 0) return;
        text += written;
        left -= (size_t)written;
    }
}

static void last_words(void)
{
    if (running[0] == '\0') return;
    char number[24] = {0};
    size_t at = sizeof number - 1;
    size_t n = finished + 1;
    do number[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    say("not ok ");
    say(number + at);
    say(" - ");
    say(running);
    say("\n# the program died in this test\n");
    running[0] = '\0';
}

static void on_deadly_signal(int number)
{
    last_words();
    signal(number, SIG_DFL);
    raise(number);
}

/* cmocka puts its own handlers in place before each test; these stand again while the test runs. */
static void stand_signals_again(void)
{
    for (size_t i = 0; i < COUNT_OF(deadly); i++) sigaction(deadly[i], &action_at_start[i], NULL);
}

static void prepare_for_death(void)
{
    struct sigaction action = {.sa_handler = on_deadly_signal};
    bool sanitized = __sanitizer_set_death_callback != NULL;
    if (sanitized) __sanitizer_set_death_callback(last_words);
    for (size_t i = 0; i < COUNT_OF(deadly); i++) {
        bool reported_anyway = sanitized && deadly[i] != SIGABRT && deadly[i] != SIGTERM;
        if (!reported_anyway) sigaction(deadly[i], &action, NULL);
        sigaction(deadly[i], NULL, &action_at_start[i]);
    }
}

/* ---- One test, as cmocka calls it. ---- */

static int before_test(void **state)
{
    const struct CMUnitTest *test = *state; /* its initial_state, see choose() */
    seed_used = false;
    snprintf(running, sizeof running, "%s", test->name);
    fflush(stdout); /* what stands in the buffer comes before any last words */
    return 0;
}

static int after_test(void **state)
{
    (void)state;
    running[0] = '\0';
    finished++;
    return 0;
}

/* The chosen tests in the order in which cmocka calls them. */
static struct harness_test **order;

static void run_one(void **state)
{
    (void)state;
    stand_signals_again();
    order[finished]->run();
    passed++;
}

static size_t choose(const char *part, struct CMUnitTest *chosen)
{
    size_t count = 0;
    for (struct harness_test *test = first; test != NULL; test = test->next) {
        char *name = sentence(test->name);
        if (part != NULL && strstr(name, part) == NULL) {
            free(name);
            continue;
        }
        chosen[count] = (struct CMUnitTest){
            .name = name, .test_func = run_one, .setup_func = before_test, .teardown_func = after_test};
        chosen[count].initial_state = &chosen[count];
        order[count++] = test;
    }
    return count;
}

static void read_seed(void)
{
    const char *text = getenv("PLUMB_TEST_SEED");
    if (text == NULL || text[0] == '\0') return;
    char *rest = NULL;
    errno = 0;
    seed = strtoull(text, &rest, 10);
    if (errno != 0 || *rest != '\0') {
        fprintf(stderr, "PLUMB_TEST_SEED must be a whole number, not '%s'\n", text);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    read_seed();
    struct CMUnitTest *chosen = calloc(registered + 1, sizeof *chosen);
    order = calloc(registered + 1, sizeof(struct harness_test *));
    if (chosen == NULL || order == NULL) abort();
    size_t count = choose(argc > 1 ? argv[1] : NULL, chosen);
    if (count == 0) {
        fprintf(stderr, "no test%s%s\n", argc > 1 ? " has a name that contains " : "", argc > 1 ? argv[1] : "");
        exit(1);
    }
    prepare_for_death();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = _cmocka_run_group_tests(argv[0], chosen, count, NULL, NULL);
    fflush(stdout);
    printf("# totals: %zu passed, %d failed, %zu skipped\n", passed, failed, skipped);
    for (size_t i = 0; i < count; i++) free((char *)(uintptr_t)chosen[i].name);
    free(chosen);
    free(order);
    return failed != 0;
}

/* ---- Checks. ---- */

void harness_fail(const char *file, int line, const char *format, ...)
{
    char text[2 * SHOWN_MAX + 1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf("# %s:%d: %s\n", file, line, text);
    print_seed();
    _fail(file, line); /* jumps back into cmocka */
    abort();
}

void harness_skip(const char *reason)
{
    printf("# skipped: %s: %s\n", running, reason);
    skipped++;
    _skip(__FILE__, __LINE__); /* jumps back into cmocka */
    abort();
}

/* `s` in quotes, with what is not printable ASCII or part of UTF-8 as \xNN, cut at SHOWN_MAX. */
static void quote(struct str s, char out[SHOWN_MAX + 8])
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < s.len && n < SHOWN_MAX; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c == '\n') n += (size_t)snprintf(out + n, 8, "\\n");
        else if (c == '"' || c == '\\') n += (size_t)snprintf(out + n, 8, "\\%c", c);
        else if (c < 0x20 || c == 0x7f) n += (size_t)snprintf(out + n, 8, "\\x%02x", c);
        else out[n++] = (char)c;
    }
    snprintf(out + n, 8, n < SHOWN_MAX ? "\"" : "\"...");
}

void harness_check_true(bool actual, bool expected, const char *text, const char *file, int line)
{
    if (actual != expected)
        harness_fail(file, line, "%s is %s, expected %s", text, actual ? "true" : "false", expected ? "true" : "false");
}

void harness_check_int(int64_t actual, int64_t expected, const char *text, const char *file, int line)
{
    if (actual != expected) harness_fail(file, line, "%s is %" PRId64 ", expected %" PRId64, text, actual, expected);
}

void harness_check_double(double actual, double expected, const char *text, const char *file, int line)
{
    uint64_t a = 0;
    uint64_t b = 0;
    memcpy(&a, &actual, sizeof a);
    memcpy(&b, &expected, sizeof b);
    if (a != b) harness_fail(file, line, "%s is %.17g, expected %.17g", text, actual, expected);
}

void harness_check_near(double actual, double expected, double within, const char *text, const char *file, int line)
{
    if (fabs(actual - expected) <= within) return;
    harness_fail(file, line, "%s is %.17g, expected %.17g give or take %g", text, actual, expected, within);
}

void harness_check_str(struct str actual, struct str expected, const char *text, const char *file, int line)
{
    if (actual.len == expected.len && (actual.len == 0 || memcmp(actual.at, expected.at, actual.len) == 0)) return;
    char a[SHOWN_MAX + 8];
    char b[SHOWN_MAX + 8];
    quote(actual, a);
    quote(expected, b);
    harness_fail(file, line, "%s is %s, expected %s", text, a, b);
}

void harness_check_contains(struct str whole, struct str part, const char *text, const char *file, int line)
{
    if (part.len == 0 || (whole.len > 0 && memmem(whole.at, whole.len, part.at, part.len) != NULL)) return;
    char a[SHOWN_MAX + 8];
    char b[SHOWN_MAX + 8];
    quote(whole, a);
    quote(part, b);
    harness_fail(file, line, "%s is %s, expected it to contain %s", text, a, b);
}

void harness_check_ok(enum err actual, const struct err_info *why, const char *text, const char *file, int line)
{
    if (actual != ERR_OK)
        harness_fail(file, line, "%s is error %d at %" PRIu32 ":%" PRIu32 ": %s", text, (int)actual, why->at.line,
                     why->at.column, why->msg);
}

/* ---- Seed and folder. ---- */

uint64_t harness_seed(void)
{
    seed_used = true;
    return seed;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *harness_tmpdir(void)
{
    if (folder[0] != '\0') return folder;
    const char *parent = getenv("TMPDIR");
    int length = snprintf(folder, sizeof folder, "%s/plumb-test-XXXXXX", parent != NULL ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof folder || mkdtemp(folder) == NULL) {
        fprintf(stderr, "cannot make a temporary folder %s: %s\n", folder, strerror(errno));
        exit(2);
    }
    atexit(remove_folder);
    return folder;
}
