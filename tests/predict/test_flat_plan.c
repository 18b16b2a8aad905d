/* test_flat_plan.c — what a column is, and which numbers it becomes. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_plan.h"

#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "harness.h"

#define ROWS 100
#define TEXT_MAX 64

/* A table of one column, row by row as `text` says; "-" is "no value". */
static void fill(struct flat *flat, void (*text)(int row, char *out))
{
    static const struct str names[] = {STR_INIT("x")}, empty[] = {STR_INIT("-")};
    struct err_info why = {0};
    flat_init(flat, names, 1, empty, 1);
    for (int r = 0; r < ROWS; r++) {
        char room[TEXT_MAX];
        text(r, room);
        struct str field = str_from_c(room);
        CHECK_OK(flat_add(flat, &field, &why), why);
    }
}

struct planned {
    struct flat flat;
    struct flat_plan plan;
    enum flat_left_out why_not;
    uint32_t row[ROWS];
    float value[ROWS * 100];
    struct arena *arena;
};

static struct planned *plan_of(void (*text)(int row, char *out), const int64_t *time_ms)
{
    struct arena *arena = arena_new();
    struct planned *p = ARENA_NEW(arena, struct planned);
    bool looked_at = true;
    uint32_t inputs[1] = {0}, time = 0;
    struct err_info why = {0};
    p->arena = arena;
    fill(&p->flat, text);
    for (uint32_t r = 0; r < ROWS; r++) p->row[r] = r;
    flat_plan_choose(&p->flat, &looked_at, p->row, ROWS, FLAT_NONE, time_ms, arena, &p->plan, &p->why_not);
    CHECK_TRUE(p->plan.count <= 100);
    CHECK_OK(flat_plan_bind(&p->plan, &p->flat, inputs, &time, &why), why);
    flat_rows_compute(&p->plan, &p->flat, inputs, time_ms, p->row, ROWS, p->value);
    return p;
}

static void planned_free(struct planned *p)
{
    flat_release(&p->flat);
    arena_free(p->arena);
}

/* The number of a row in the feature of this name; NAN when there is no such feature. */
static double at(const struct planned *p, int row, const char *name)
{
    for (uint32_t f = 0; f < p->plan.count; f++)
        if (str_equal(p->plan.features[f].name, str_from_c(name)))
            return (double)p->value[(uint32_t)row * p->plan.count + f];
    return NAN;
}

static void numbers(int row, char *out)
{
    snprintf(out, TEXT_MAX, row == 7 ? "-" : row == 8 ? "unknown" : "%d.5", row);
}

TEST(a_column_of_numbers_is_taken_as_it_is_and_what_is_none_is_missing)
{
    struct planned *p = plan_of(numbers, NULL);
    CHECK_INT(p->why_not, FLAT_USED);
    CHECK_INT(p->plan.count, 1);
    CHECK_NEAR(at(p, 3, "x"), 3.5, 0);
    CHECK_TRUE(isnan(at(p, 7, "x")));
    CHECK_TRUE(isnan(at(p, 8, "x")));
    planned_free(p);
}

static void dates(int row, char *out)
{
    snprintf(out, TEXT_MAX, "2026-01-%02d", row % 28 + 1); /* the first is a Thursday */
}

TEST(a_date_is_days_since_1970_and_a_weekday)
{
    struct planned *p = plan_of(dates, NULL);
    CHECK_NEAR(at(p, 4, "x: days since 1970"), 20458, 0); /* 5 January 2026 */
    CHECK_NEAR(at(p, 4, "x is a Monday"), 1, 0);
    CHECK_NEAR(at(p, 5, "x is a Monday"), 0, 0);
    CHECK_NEAR(at(p, 5, "x is a Tuesday"), 1, 0);
    planned_free(p);
}

static void yes_or_no(int row, char *out)
{
    snprintf(out, TEXT_MAX, row % 10 == 0 ? "-" : row % 2 ? "Yes" : "no");
}

TEST(yes_and_no_are_one_and_zero_however_they_are_written)
{
    struct planned *p = plan_of(yes_or_no, NULL);
    CHECK_INT(p->plan.count, 1);
    CHECK_NEAR(at(p, 1, "x"), 1, 0);
    CHECK_NEAR(at(p, 2, "x"), 0, 0);
    CHECK_TRUE(isnan(at(p, 0, "x")));
    planned_free(p);
}

static void mails(int row, char *out)
{
    const char *const domain[] = {"gmail.com", "acme.example", "web.de"};
    snprintf(out, TEXT_MAX, "%s%d@%s", row % 4 ? "ann" : "", row, domain[row % 3]);
    if (row == 5) snprintf(out, TEXT_MAX, "Info@acme.example");
}

TEST(of_an_e_mail_address_only_its_kind_is_looked_at)
{
    struct planned *p = plan_of(mails, NULL);
    CHECK_INT(p->plan.count, 2);
    CHECK_NEAR(at(p, 0, "x is of a free provider"), 1, 0);
    CHECK_NEAR(at(p, 1, "x is of a free provider"), 0, 0);
    CHECK_NEAR(at(p, 5, "x is a function's"), 1, 0);
    planned_free(p);
}

static void sources(int row, char *out)
{
    const char *text = row < 50 ? "Google" : row < 70 ? "google" : row < 85 ? "Ads" : NULL;
    if (text != NULL) snprintf(out, TEXT_MAX, "%s", text);
    else if (row < 90) snprintf(out, TEXT_MAX, "-");
    else snprintf(out, TEXT_MAX, "page %d", row);
}

TEST(rare_values_of_a_category_are_one_and_letters_of_either_case_are_the_same)
{
    struct planned *p = plan_of(sources, NULL);
    CHECK_INT(p->plan.count, 3);
    CHECK_NEAR(at(p, 0, "x is Google"), 1, 0);
    CHECK_NEAR(at(p, 60, "x is Google"), 1, 0);
    CHECK_NEAR(at(p, 75, "x is Ads"), 1, 0);
    CHECK_NEAR(at(p, 95, "x is something else"), 1, 0);
    CHECK_NEAR(at(p, 87, "x is something else"), 0, 0); /* no value */
    planned_free(p);
}

static void seldom(int row, char *out)
{
    snprintf(out, TEXT_MAX, row % 2 ? "-" : "told");
}

TEST(no_value_is_a_value_of_a_category)
{
    struct planned *p = plan_of(seldom, NULL);
    CHECK_NEAR(at(p, 1, "x is missing"), 1, 0);
    CHECK_NEAR(at(p, 2, "x is missing"), 0, 0);
    planned_free(p);
}

static void lists(int row, char *out)
{
    snprintf(out, TEXT_MAX, row % 3 == 0 ? "-" : row % 3 == 1 ? "B; a" : "a");
}

TEST(a_list_is_told_by_its_members_and_how_many_they_are)
{
    struct planned *p = plan_of(lists, NULL);
    CHECK_NEAR(at(p, 1, "x has b"), 1, 0);
    CHECK_NEAR(at(p, 1, "x has a"), 1, 0);
    CHECK_NEAR(at(p, 2, "x has b"), 0, 0);
    CHECK_NEAR(at(p, 1, "x: how many"), 2, 0);
    CHECK_NEAR(at(p, 0, "x: how many"), 0, 0);
    planned_free(p);
}

static void nothing(int row, char *out)
{
    (void)row;
    snprintf(out, TEXT_MAX, "-");
}
static void same(int row, char *out)
{
    (void)row;
    snprintf(out, TEXT_MAX, "No");
}
static void names(int row, char *out)
{
    snprintf(out, TEXT_MAX, "lead %d", row);
}

TEST(columns_that_cannot_tell_anything_are_left_out_and_said_why)
{
    static const struct {
        void (*text)(int row, char *out);
        enum flat_left_out why;
    } rows[] = {{nothing, FLAT_NO_VALUE}, {same, FLAT_CONSTANT}, {names, FLAT_EACH_ANOTHER}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct planned *p = plan_of(rows[i].text, NULL);
        CHECK_INT(p->plan.count, 0);
        CHECK_INT(p->why_not, rows[i].why);
        planned_free(p);
    }
}

static void running(int row, char *out)
{
    snprintf(out, TEXT_MAX, "%d", 1000 + row * 3 + row % 2);
}

TEST(in_a_table_with_a_time_a_number_that_only_rises_with_it_is_left_out)
{
    int64_t time_ms[ROWS];
    for (int r = 0; r < ROWS; r++) time_ms[r] = r * MS_PER_DAY;
    struct planned *p = plan_of(running, time_ms);
    CHECK_INT(p->why_not, FLAT_TELLS_TIME);
    planned_free(p);
    p = plan_of(running, NULL);
    CHECK_INT(p->why_not, FLAT_USED);
    planned_free(p);
}

TEST(in_a_table_with_a_time_a_date_is_told_as_days_before_it)
{
    int64_t time_ms[ROWS];
    for (int r = 0; r < ROWS; r++) time_ms[r] = (20458 + r) * MS_PER_DAY;
    time_ms[9] = FLAT_NO_TIME;
    struct planned *p = plan_of(dates, time_ms);
    CHECK_NEAR(at(p, 4, "x: days before the row's time"), 4, 0);
    CHECK_NEAR(at(p, 0, "x: days before the row's time"), 4, 0);
    CHECK_NEAR(at(p, 28, "x: days before the row's time"), 32, 0);
    CHECK_TRUE(isnan(at(p, 9, "x: days before the row's time")));
    planned_free(p);
}

TEST(a_table_that_lacks_a_column_is_refused_with_its_name)
{
    static const struct str other[] = {STR_INIT("y")};
    struct planned *p = plan_of(numbers, NULL);
    struct flat flat;
    uint32_t inputs[1], time;
    struct err_info why = {0};
    flat_init(&flat, other, 1, NULL, 0);
    CHECK_INT(flat_plan_bind(&p->plan, &flat, inputs, &time, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("the model asks for the column 'x', which is not in this table"));
    flat_release(&flat);
    planned_free(p);
}
