/* harness.h — what a test file needs: TEST, a handful of CHECKs, a seed and a folder.
 *
 *     TEST(a_rule_adds_its_points_only_when_its_condition_holds)
 *     {
 *         CHECK_INT(score(rules, LEAD("employees", 50)), 20);
 *     }
 *
 * A TEST registers itself; the name is a sentence and is printed as one. The first
 * CHECK that fails ends its test and says what was found and what was expected:
 *
 *     score(rules, LEAD("employees", 50)) is 0, expected 20
 *
 * The program speaks TAP, through cmocka. Run it with part of a name to run only the
 * tests whose sentence contains it: build/tests/test_core_rule "only when". */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_HARNESS_H
#define PLUMB_TESTS_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct harness_test {
    const char *name;
    void (*run)(void);
    struct harness_test *next;
};

void harness_register(struct harness_test *test);

#define TEST(name_)                                                         \
    static void name_(void);                                                \
    __attribute__((constructor)) static void harness_register_##name_(void) \
    {                                                                       \
        static struct harness_test test = {.name = #name_, .run = (name_)}; \
        harness_register(&test);                                            \
    }                                                                       \
    static void name_(void)

/* Arguments are evaluated once. A CHECK may stand in any function that a test calls, on the test's own thread. */
#define CHECK_TRUE(condition) harness_check_true((condition), true, #condition, __FILE__, __LINE__)
#define CHECK_FALSE(condition) harness_check_true((condition), false, #condition, __FILE__, __LINE__)
/* Any integer type, without casts at the caller; a double does not compile. */
#define CHECK_INT(actual, expected) \
    harness_check_int(HARNESS_INTEGER(actual), HARNESS_INTEGER(expected), #actual, __FILE__, __LINE__)
/* Bit for bit. */
#define CHECK_DOUBLE(actual, expected) harness_check_double((actual), (expected), #actual, __FILE__, __LINE__)
/* Not further apart than `within`; NAN is near nothing. */
#define CHECK_NEAR(actual, expected, within) \
    harness_check_near((actual), (expected), (within), #actual, __FILE__, __LINE__)
/* Two struct str: CHECK_STR(name, STR("Ada")). */
#define CHECK_STR(actual, expected) harness_check_str((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_CONTAINS(whole, part) harness_check_contains((whole), (part), #whole, __FILE__, __LINE__)
/* `call` returns an enum err and fills the struct err_info `why`, whose sentence is printed when it was not ERR_OK. */
#define CHECK_OK(call, why) harness_check_ok((call), &(why), #call, __FILE__, __LINE__)
/* End the test here as failed, with a sentence of your own. */
#define FAIL(...) harness_fail(__FILE__, __LINE__, __VA_ARGS__)

/* The seed for a random test: PLUMB_TEST_SEED when set, else the same one every time. A test that asked for it
 * and fails prints how to repeat it. */
uint64_t harness_seed(void);

/* A folder of this process's own, made at the first call and removed with all it holds at exit. */
const char *harness_tmpdir(void);

/* End the test here as skipped, because what it needs is not on this machine. */
_Noreturn void harness_skip(const char *reason);

/* ---- What the macros call. ---- */
#define HARNESS_INTEGER(x) \
    ((int64_t) _Generic((x), float : (void)0, double : (void)0, long double : (void)0, default : (x)))

_Noreturn void harness_fail(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
void harness_check_true(bool actual, bool expected, const char *text, const char *file, int line);
void harness_check_int(int64_t actual, int64_t expected, const char *text, const char *file, int line);
void harness_check_double(double actual, double expected, const char *text, const char *file, int line);
void harness_check_near(double actual, double expected, double within, const char *text, const char *file, int line);
void harness_check_str(struct str actual, struct str expected, const char *text, const char *file, int line);
void harness_check_contains(struct str whole, struct str part, const char *text, const char *file, int line);
void harness_check_ok(enum err actual, const struct err_info *why, const char *text, const char *file, int line);

#endif
