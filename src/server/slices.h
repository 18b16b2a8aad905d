/* slices.h — where in a JSON text the elements of an array stand.
 *
 * The parser tells what a text means, not where; the reject log keeps events as they came. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_SLICES_H
#define PLUMB_SERVER_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* `text` is a JSON text that json_parse has read: an object when `member` is its member's place from 0, or an array when
 * `member` is SLICES_OF_ROOT. Fill slices[count], which is what json_parse says of the array's length. Linear; stays
 * within the text whatever it is. False: it is not as promised. */
#define SLICES_OF_ROOT UINT32_MAX
bool slices_find(struct str text, uint32_t member, struct str *slices, size_t count);

#endif
