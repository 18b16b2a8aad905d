/* utf8.h — simdjson's validator of UTF-8, for unicode.c; others call unicode_valid. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_UTF8_H
#define PLUMB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

bool utf8_valid(const char *at, size_t length);

#ifdef __cplusplus
}
#endif

#endif
