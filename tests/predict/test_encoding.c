/* test_encoding.c — features become columns that may be added up. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/encoding.h"

#include <math.h>

#include "base/macros.h"
#include "harness.h"

#define ROWS 400

/* The number of a column in an encoded row. */
static double at(const struct encoded *encoded, uint64_t row, uint32_t column)
{
    for (uint64_t e = encoded->start[row]; e < encoded->start[row + 1]; e++)
        if (encoded->sparse.column[e] == column) return (double)encoded->sparse.value[e];
    return 0;
}

TEST(a_count_is_told_by_its_logarithm_and_a_missing_number_by_the_mean_and_a_column_of_its_own)
{
    static const enum column_kind kinds[] = {COLUMN_COUNT, COLUMN_LINEAR, COLUMN_SIGN};
    static const float value[4][3] = {{0, 10, 1}, {3, NAN, 0}, {1, 20, 0}, {7, 30, 1}};
    static const double weight[] = {1, 1, 2, 1};
    AUTO_ARENA arena = arena_new();
    struct encoding encoding;
    struct encoded encoded;
    encoding_choose(kinds, 3, value[0], weight, 4, arena, &encoding);
    CHECK_INT(encoding.count, 4); /* events, age, age is missing, is */
    encoding_apply(&encoding, value[0], 3, 4, &encoded);
    CHECK_INT(encoded.sparse.columns, 4);
    CHECK_NEAR(at(&encoded, 0, 0), 0, 0);
    CHECK_NEAR(at(&encoded, 1, 0), log(4), 1e-6);
    CHECK_NEAR(at(&encoded, 0, 1), 10, 0);
    CHECK_NEAR(at(&encoded, 1, 1), (10 + 2 * 20 + 30) / 4.0, 1e-6);
    CHECK_NEAR(at(&encoded, 0, 2), 0, 0);
    CHECK_NEAR(at(&encoded, 1, 2), 1, 0);
    CHECK_NEAR(at(&encoded, 3, 3), 1, 0);
    encoded_release(&encoded);
}

TEST(a_number_is_also_told_by_its_logarithm_and_loses_its_extremes)
{
    static const enum column_kind kinds[] = {COLUMN_NUMBER};
    static float value[ROWS];
    for (int r = 0; r < ROWS; r++) value[r] = (float)(r - 100);
    value[ROWS - 1] = 1e9F;
    AUTO_ARENA arena = arena_new();
    struct encoding encoding;
    struct encoded encoded;
    encoding_choose(kinds, 1, value, NULL, ROWS, arena, &encoding);
    CHECK_INT(encoding.count, 2); /* nothing is missing */
    encoding_apply(&encoding, value, 1, ROWS, &encoded);
    CHECK_NEAR(at(&encoded, ROWS - 1, 0), 295, 0);
    CHECK_NEAR(at(&encoded, 0, 0), -96, 0);
    CHECK_NEAR(at(&encoded, 50, 1), -log(51), 1e-6);
    CHECK_NEAR(at(&encoded, 150, 1), log(51), 1e-6);
    encoded_release(&encoded);
}

TEST(a_number_that_was_never_missing_may_be_missing_later)
{
    static const enum column_kind kinds[] = {COLUMN_NUMBER};
    static const float known[] = {1, 2, 3}, later[] = {NAN};
    AUTO_ARENA arena = arena_new();
    struct encoding encoding;
    struct encoded encoded;
    encoding_choose(kinds, 1, known, NULL, 3, arena, &encoding);
    encoding_apply(&encoding, later, 1, 1, &encoded);
    CHECK_NEAR(at(&encoded, 0, 0), 2, 1e-6);
    CHECK_NEAR(at(&encoded, 0, 1), (log(2) + log(3) + log(4)) / 3, 1e-6);
    encoded_release(&encoded);
}
