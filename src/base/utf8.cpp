/* utf8.cpp — simdjson's validator behind utf8.h. */
// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <simdjson.h>

extern "C" bool utf8_valid(const char *at, size_t length)
{
    return simdjson::validate_utf8(at, length);
}
