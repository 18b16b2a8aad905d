/* test_contrast.c — two groups are compared as scipy compares them. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/contrast.h"

#include <math.h>

#include "base/macros.h"
#include "harness.h"

#define Z95 1.959963984540054

/* scipy 1.10.1: stats.fisher_exact([[a, n - a], [b, m - b]]), stats.contingency.relative_risk(a, n, b, m)
 * .confidence_interval(.95) */
static const struct {
    struct contrast contrast;
    double p, ratio, low, high; /* NAN: scipy has none, for nobody of a group has it */
} rows[] = {
    {{34, 100, 12, 100}, 0.00034796278910859455, 2.8333333333333335, 1.559811339392616, 5.146633810793913},
    {{3, 10, 1, 20}, 0.09523809523809525, 5.999999999999999, 0.711548698683996, 50.593866683449384},
    {{0, 12, 5, 30}, 0.2984101905796386, NAN, NAN, NAN},
    {{7, 7, 9, 40}, 0.00018190057769174812, 4.444444444444445, 2.5005467999130406, 7.899506788051327},
    {{1, 1000, 0, 20000}, 0.047619047619047616, NAN, NAN, NAN},
    {{400, 20000, 395, 20000}, 0.8860671736861501, 1.0126582278481013, 0.8824430599648109, 1.1620882218387552},
    {{6000, 20000, 2000, 20000}, 0, 2.9999999999999996, 2.863245620124297, 3.1432860446004263},
    {{10, 20, 10, 20}, 1, 1, 0.5380547101270895, 1.858547060695367},
};

TEST(an_exact_test_and_a_ratio_with_its_interval_are_those_of_scipy)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct interval ratio = contrast_ratio(&rows[i].contrast, Z95);
        CHECK_NEAR(contrast_p(&rows[i].contrast), rows[i].p, 1e-9 * rows[i].p + 1e-300);
        if (isnan(rows[i].ratio)) continue;
        CHECK_NEAR(ratio.value, rows[i].ratio, 1e-12);
        CHECK_NEAR(ratio.low, rows[i].low, 1e-11);
        CHECK_NEAR(ratio.high, rows[i].high, 1e-10);
    }
}

TEST(where_nobody_of_a_group_has_it_the_ratio_is_still_a_number_with_an_interval)
{
    /* By hand: (0.5 / 12.5) / (5.5 / 30.5), error sqrt(1/0.5 - 1/12.5 + 1/5.5 - 1/30.5) */
    struct interval ratio = contrast_ratio(&rows[2].contrast, Z95);
    CHECK_NEAR(ratio.value, 0.22181818181818183, 1e-12);
    CHECK_NEAR(ratio.low, ratio.value * exp(-Z95 * 1.438412769886405), 1e-12);
    CHECK_NEAR(ratio.high, ratio.value * exp(Z95 * 1.438412769886405), 1e-12);
}

TEST(what_nobody_or_everybody_has_tells_nothing)
{
    struct contrast nobody = {0, 10, 0, 20}, everybody = {10, 10, 20, 20};
    CHECK_NEAR(contrast_p(&nobody), 1, 0);
    CHECK_NEAR(contrast_p(&everybody), 1, 0);
    CHECK_NEAR(contrast_ratio(&everybody, Z95).value, 1, 0);
}

TEST(of_many_looks_each_is_told_at_the_price_of_all)
{
    /* By the definition: p * 6 / rank, and never more than that of a greater p. */
    double p[] = {0.01, 0.04, 0.03, 0.005, 0.5, 0.0001};
    static const double q[] = {0.02, 0.048, 0.045, 0.015, 0.5, 0.0006};
    p_values_adjust(p, COUNT_OF(p));
    for (size_t i = 0; i < COUNT_OF(p); i++) CHECK_NEAR(p[i], q[i], 1e-15);
    /* A later one that is surer makes the former sure, too. */
    double tied[] = {0.02, 0.021, 0.5};
    p_values_adjust(tied, COUNT_OF(tied));
    CHECK_NEAR(tied[0], 0.0315, 1e-15);
    CHECK_NEAR(tied[1], 0.0315, 1e-15);
    p_values_adjust(NULL, 0);
}
