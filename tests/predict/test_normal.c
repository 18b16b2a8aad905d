/* test_normal.c — figures of SciPy 1.10.1 (scipy.stats.norm.ppf and .cdf). */
// SPDX-License-Identifier: Apache-2.0
#include "predict/normal.h"

#include <math.h>

#include "harness.h"

TEST(shares_below_a_number_and_numbers_of_a_share_are_those_of_scipy)
{
    CHECK_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
    CHECK_NEAR(normal_quantile(0.6), 0.2533471031357997, 1e-15);
    CHECK_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-14);
    CHECK_NEAR(normal_quantile(1e-20), -9.262340089798409, 1e-13);
    CHECK_DOUBLE(normal_quantile(0.5), 0.0);
    CHECK_NEAR(normal_below(1.5), 0.9331927987311419, 1e-15);
    CHECK_NEAR(normal_below(-8) / 6.22096057427174e-16, 1, 1e-12);
}

TEST(a_quantile_and_its_share_lead_back_to_one_another)
{
    for (int eighths = -72; eighths <= 64; eighths++) {
        double z = eighths / 8.0;
        CHECK_NEAR(normal_quantile(normal_below(z)), z, z < 5 ? 1e-9 : 1e-1);
    }
}
