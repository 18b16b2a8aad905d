/* test_flat_leak.c — columns that know the outcome because they came of it are named, and others are not. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_leak.h"

#include <math.h>

#include "flat_world.h"
#include "harness.h"

#define ROWS 3000

struct found {
    struct flat flat;
    struct flat_leaks leaks;
    bool leaky[FLAT_WORLD_COLUMNS];
    struct arena *arena;
};

static void find(struct found *f, const struct flat_law *law, const char *without)
{
    *f = (struct found){.arena = arena_new()};
    flat_world(&f->flat, law, ROWS, 7);
    uint32_t *row = ARENA_ARRAY(f->arena, uint32_t, ROWS);
    uint8_t *happened = ARENA_ARRAY(f->arena, uint8_t, ROWS);
    bool looked_at[FLAT_WORLD_COLUMNS];
    for (uint32_t r = 0; r < ROWS; r++) {
        row[r] = r;
        happened[r] = str_equal(flat_text(&f->flat, FLAT_WORLD_COLUMNS - 1, r), STR("1"));
    }
    for (uint32_t c = 0; c < FLAT_WORLD_COLUMNS; c++)
        looked_at[c] = c < FLAT_WORLD_COLUMNS - 1 && !str_contains(str_from_c(without), f->flat.columns[c].name);
    flat_leaks_find(&f->flat, looked_at, row, happened, ROWS, f->arena, &f->leaks, f->leaky);
}

static void found_free(struct found *f)
{
    flat_release(&f->flat);
    arena_free(f->arena);
}

static const struct flat_leak *leak_of(const struct found *f, const char *column)
{
    for (uint32_t i = 0; i < f->leaks.count; i++)
        if (str_equal(f->leaks.at[i].column, str_from_c(column))) return &f->leaks.at[i];
    return NULL;
}

static const struct flat_law strong = {.strength = 1.2, .crossed = 1, .base = -1};

TEST(a_note_of_how_it_ended_is_named)
{
    struct found f;
    find(&f, &strong, "");
    const struct flat_leak *leak = leak_of(&f, "note");
    if (leak == NULL) FAIL("no leak was named");
    CHECK_INT(leak->kind, FLAT_LEAK_DECIDES);
    CHECK_CONTAINS(
        leak->sentence,
        STR("'note' reads like a note of how it ended: of 'signed' it came in 100.0 %, of 'not interested' in 0.0 %"));
    CHECK_TRUE(f.leaky[flat_find(&f.flat, STR("note"))]);
    found_free(&f);
}

TEST(a_column_that_is_filled_only_of_those_who_did_is_named)
{
    struct found f;
    find(&f, &strong, "");
    const struct flat_leak *leak = leak_of(&f, "stage");
    if (leak == NULL) FAIL("no leak was named");
    CHECK_INT(leak->kind, FLAT_LEAK_FILLED);
    CHECK_CONTAINS(leak->sentence, STR("has a value almost only where the outcome came"));
    found_free(&f);
}

TEST(a_second_edition_of_a_column_that_is_overwritten_afterwards_is_named_and_the_first_is_not)
{
    struct found f;
    find(&f, &strong, "");
    const struct flat_leak *leak = leak_of(&f, "again");
    if (leak == NULL) FAIL("no leak was named");
    CHECK_INT(leak->kind, FLAT_LEAK_OVERWRITTEN);
    CHECK_CONTAINS(leak->sentence, STR("'again' is 'last', overwritten with 'edited' in "));
    CHECK_TRUE(leak_of(&f, "last") == NULL);
    found_free(&f);
}

TEST(columns_that_only_foresee_are_not_named_however_well_they_do)
{
    static const struct flat_law laws[] = {
        {.strength = 1.2, .crossed = 1, .base = -1}, {.strength = 3, .base = -2}, {.base = -1}};
    for (size_t i = 0; i < COUNT_OF(laws); i++) {
        struct found f;
        find(&f, &laws[i], "note stage again");
        CHECK_INT(f.leaks.count, 0);
        found_free(&f);
    }
}

TEST(a_number_that_alone_foresees_nearly_everything_is_named)
{
    static const struct str names[] = {STR_INIT("revenue"), STR_INIT("won")};
    struct flat flat;
    struct flat_leaks leaks;
    struct err_info why = {0};
    AUTO_ARENA arena = arena_new();
    uint32_t row[ROWS];
    uint8_t happened[ROWS];
    bool looked_at[] = {true, false}, leaky[2];
    flat_init(&flat, names, 2, NULL, 0);
    for (uint32_t r = 0; r < ROWS; r++) {
        happened[r] = r % 3 == 0;
        row[r] = r;
        struct str field[] = {arena_format(arena, "%u", happened[r] ? 1000 + r : r % 50), STR("x")};
        CHECK_OK(flat_add(&flat, field, &why), why);
    }
    flat_leaks_find(&flat, looked_at, row, happened, ROWS, arena, &leaks, leaky);
    CHECK_INT(leaks.count, 1);
    CHECK_INT(leaks.at[0].kind, FLAT_LEAK_TELLS_ALL);
    flat_release(&flat);
}
