/* memory_models.c — models and their versions, in lists. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "store/memory/memory_store.h"

static struct model_row copy_model(struct model_row row, struct arena *arena)
{
    row.name = arena_str(arena, row.name);
    row.outcome = arena_str(arena, row.outcome);
    row.score = arena_str(arena, row.score);
    return row;
}

static struct model_version_row copy_version(struct model_version_row row, struct arena *arena)
{
    row.model = arena_str(arena, row.model);
    row.figures = arena_str(arena, row.figures);
    return row;
}

static struct model_row *find_model(const struct memory_store *store, struct str name)
{
    for (size_t i = 0; i < store->models.count; i++) {
        struct model_row *row = &store->models.at[i];
        if (str_equal(row->name, name)) return row;
    }
    return NULL;
}

static struct memory_model_version *find_version(const struct memory_store *store, struct str model, uint32_t number)
{
    for (size_t i = 0; i < store->model_versions.count; i++) {
        struct memory_model_version *version = &store->model_versions.at[i];
        if (version->row.number == number && str_equal(version->row.model, model)) return version;
    }
    return NULL;
}

enum err memory_put_model(struct store *base, const struct model_row *row, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    struct model_row *to = find_model(store, row->name);
    int64_t made_ms = to != NULL ? to->made_ms : row->made_ms;
    if (to == NULL) to = LIST_ADD(&store->models);
    *to = copy_model(*row, store->arena);
    to->made_ms = made_ms;
    return memory_leave(store, ERR_OK);
}

enum err memory_delete_model(struct store *base, struct str name, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    const struct model_row *row = find_model(store, name);
    if (row == NULL)
        return memory_leave(store, err_set(why, ERR_NOT_FOUND, "there is no model " STR_FMT, STR_ARG(name)));
    LIST_REMOVE(&store->models, (size_t)(row - store->models.at));
    for (size_t i = store->model_versions.count; i-- > 0;)
        if (str_equal(store->model_versions.at[i].row.model, name)) LIST_REMOVE(&store->model_versions, i);
    return memory_leave(store, ERR_OK);
}

enum err memory_add_model_version(struct store *base, const struct model_version_row *row, struct str image,
                                  uint32_t *number, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    if (find_model(store, row->model) == NULL)
        return memory_leave(store, err_set(why, ERR_NOT_FOUND, "what it belongs to does not exist"));
    *number = 1;
    while (find_version(store, row->model, *number) != NULL) (*number)++;
    struct memory_model_version *to = LIST_ADD(&store->model_versions);
    *to = (struct memory_model_version){copy_version(*row, store->arena), arena_str(store->arena, image)};
    to->row.number = *number;
    to->row.image_bytes = image.len;
    return memory_leave(store, ERR_OK);
}

enum err memory_change_model_versions(struct store *base, const struct model_version_row *rows, size_t count,
                                      struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    for (size_t i = 0; i < count; i++)
        if (find_version(store, rows[i].model, rows[i].number) == NULL)
            return memory_leave(store, err_set(why, ERR_NOT_FOUND, "there is no version %u of model " STR_FMT,
                                               (unsigned)rows[i].number, STR_ARG(rows[i].model)));
    for (size_t i = 0; i < count; i++) {
        struct memory_model_version *to = find_version(store, rows[i].model, rows[i].number);
        to->row.state = rows[i].state;
        to->row.figures = arena_str(store->arena, rows[i].figures);
        if (rows[i].image_bytes == 0) to->image = STR("");
        to->row.image_bytes = to->image.len;
    }
    return memory_leave(store, ERR_OK);
}

/* ---- Reading. ---- */

static int by_name(const void *a, const void *b)
{
    const struct model_row *x = a, *y = b;
    return str_compare(x->name, y->name);
}

enum err memory_models(struct store *base, struct arena *arena, struct model_row **out, size_t *count,
                       struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    *out = ARENA_ARRAY(arena, struct model_row, store->models.count);
    *count = store->models.count;
    for (size_t i = 0; i < *count; i++) (*out)[i] = copy_model(store->models.at[i], arena);
    if (*count > 0) qsort(*out, *count, sizeof **out, by_name);
    return memory_leave(store, ERR_OK);
}

static int by_model_and_number(const void *a, const void *b)
{
    const struct model_version_row *x = a, *y = b;
    int order = str_compare(x->model, y->model);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

enum err memory_model_versions(struct store *base, struct arena *arena, struct model_version_row **out, size_t *count,
                               struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    *out = ARENA_ARRAY(arena, struct model_version_row, store->model_versions.count);
    *count = store->model_versions.count;
    for (size_t i = 0; i < *count; i++) (*out)[i] = copy_version(store->model_versions.at[i].row, arena);
    if (*count > 0) qsort(*out, *count, sizeof **out, by_model_and_number);
    return memory_leave(store, ERR_OK);
}

enum err memory_model_image(struct store *base, struct str model, uint32_t number, struct arena *arena, struct str *out,
                            struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    const struct memory_model_version *version = find_version(store, model, number);
    if (version == NULL || version->image.len == 0)
        return memory_leave(store, err_set(why, ERR_NOT_FOUND, "version %u of model " STR_FMT " is not kept",
                                           (unsigned)number, STR_ARG(model)));
    *out = arena_str(arena, version->image);
    return memory_leave(store, ERR_OK);
}
