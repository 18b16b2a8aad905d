/* number.h — doubles from and to decimal text, whatever the locale.
 *
 * A C face on C++'s <charconv>: C17 itself offers only strtod and printf, which
 * obey the locale and cannot write the shortest text. For str.c, buf.c and json.cpp;
 * others call str_to_double and buf_append_double. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_NUMBER_H
#define PLUMB_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NUMBER_TEXT_MAX 32 /* bytes of the longest text number_write makes */

/* `s` must look like a decimal number. False when it is too large for a double (its
 * text is well formed but the value is not finite); too small is read as zero. */
bool number_parse(struct str s, double *out);

/* The shortest text that reads back as the same finite `value`, without an exponent
 * where people would not write one. Returns its length; no zero byte follows. */
size_t number_write(double value, char out[NUMBER_TEXT_MAX]);

#ifdef __cplusplus
}
#endif

#endif
