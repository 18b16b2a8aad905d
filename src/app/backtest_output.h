/* backtest_output.h — what a backtest found, as a page for people. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_BACKTEST_OUTPUT_H
#define PLUMB_APP_BACKTEST_OUTPUT_H

#include "app/output.h"
#include "report/backtest_report.h"

void backtest_page(const struct backtest_report *report, const struct page *page);

#endif
