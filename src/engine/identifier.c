/* identifier.c — see identifier.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/identifier.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"

bool identifier_is_address(struct str text)
{
    size_t at = text.len, dot = text.len;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7f || strchr("<>,;\"", c) != NULL) return false;
        if (c == '@' && at < text.len) return false;
        if (c == '@') at = i;
        if (c == '.' && at < i) dot = i;
    }
    return at > 0 && at + 1 < text.len && text.at[at + 1] != '.' && dot + 1 < text.len;
}

bool identifier_is_blank(struct str text)
{
    /* JavaScript; Ruby, Java and C#; Objective-C; Python; numbers that went wrong; a device that tells no id. */
    static const struct str blanks[] = {STR_INIT("undefined"),
                                        STR_INIT("[object Object]"),
                                        STR_INIT("null"),
                                        STR_INIT("nil"),
                                        STR_INIT("(null)"),
                                        STR_INIT("<null>"),
                                        STR_INIT("None"),
                                        STR_INIT("NaN"),
                                        STR_INIT("true"),
                                        STR_INIT("false"),
                                        STR_INIT("00000000-0000-0000-0000-000000000000")};
    for (size_t i = 0; i < COUNT_OF(blanks); i++)
        if (text.len == blanks[i].len && strncasecmp(text.at, blanks[i].at, text.len) == 0) return true;
    return false;
}
