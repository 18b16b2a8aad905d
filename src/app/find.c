/* find.c — see find.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/find.h"

#include "core/nearest.h"

enum err find_score(const struct edition *edition, const char *name, uint32_t *out, struct err_info *why)
{
    const struct definitions *set = &edition->set;
    *out = definitions_find_score(set, str_from_c(name));
    if (*out != UINT32_MAX && !set->scores[*out]->anonymous) return ERR_OK;
    AUTO_ARENA arena = arena_new();
    const char **known = ARENA_ARRAY(arena, const char *, set->score_count + 1);
    size_t count = 0;
    for (uint32_t s = 0; s < set->score_count; s++)
        if (!set->scores[s]->anonymous) known[count++] = arena_str(arena, set->scores[s]->name).at;
    const char *near = nearest(str_from_c(name), known);
    if (count == 0)
        return err_set(why, ERR_NOT_FOUND, "no score is in force yet; 'plumb apply' puts a definition in force");
    if (near == NULL) return err_set(why, ERR_NOT_FOUND, "no score in force is called '%s'", name);
    return err_set(why, ERR_NOT_FOUND, "no score in force is called '%s'; did you mean '%s'?", name, near);
}
