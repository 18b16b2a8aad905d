/* table_file.c — see table_file.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/table_file.h"

#include <string.h>

const struct str *table_names(struct arena *arena, const char *list, size_t *count)
{
    struct str rest = str_from_c(list != NULL ? list : "");
    size_t commas = 1;
    for (size_t i = 0; i < rest.len; i++) commas += rest.at[i] == ',';
    struct str *names = ARENA_ARRAY(arena, struct str, commas);
    *count = 0;
    while (rest.len > 0) {
        struct str name = str_trim(str_cut(&rest, ','));
        if (name.len > 0) names[(*count)++] = name;
    }
    return names;
}

bool table_file_read(struct table_file *file, struct app *app, const char *path, const struct str *empty,
                     size_t empty_count, bool strict)
{
    struct err_info why = {0};
    *file = (struct table_file){.app = app, .rejects = rejects_new(strict)};
    progress_init(&file->progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    if (flat_file_read(path, empty, empty_count, &file->progress, file->rejects, &file->flat, &why) == ERR_OK)
        return true;
    app_fail(app, "%s", why.msg);
    return false;
}

void table_file_close(struct table_file *file)
{
    flat_release(&file->flat);
    rejects_free(file->rejects);
}
