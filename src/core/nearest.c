/* nearest.c — edit distance, kept to short words. */
// SPDX-License-Identifier: Apache-2.0
#include "core/nearest.h"

#include <string.h>

#define WORD_MAX 48 /* bytes; longer words have no neighbours */
#define LETTERS_PER_EDIT 3

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits between two words of at most WORD_MAX bytes: rows[i][j] leads from the first i bytes of `a` to the first
 * j of `b`, and only the last three rows are kept, the third for exchanged neighbours. */
static size_t edits(struct str a, struct str b)
{
    size_t rows[3][WORD_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = lower(a.at[i - 1]), y = lower(b.at[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b.at[j - 2]) && lower(a.at[i - 2]) == y)
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

const char *nearest(struct str word, const char *const *known)
{
    if (word.len > WORD_MAX) return NULL;
    const char *best = NULL;
    size_t best_edits = SIZE_MAX;
    for (; *known != NULL; known++) {
        struct str candidate = str_from_c(*known);
        if (candidate.len > WORD_MAX) continue;
        size_t needed = edits(word, candidate);
        size_t letters = word.len > candidate.len ? word.len : candidate.len;
        size_t allowed = letters < LETTERS_PER_EDIT ? 1 : letters / LETTERS_PER_EDIT;
        if (needed > allowed || needed == letters || needed >= best_edits) continue;
        best = *known;
        best_edits = needed;
    }
    return best;
}
