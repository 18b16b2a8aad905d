/* flat.c — see flat.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat.h"

#define ROWS_FIRST 1024

void flat_init(struct flat *flat, const struct str *names, size_t count, const struct str *empty, size_t empty_count)
{
    INVARIANT(count <= FLAT_COLUMNS_MAX);
    *flat = (struct flat){
        .column_count = (uint32_t)count, .empty = empty, .empty_count = empty_count, .arena = arena_new()};
    flat->columns = ARENA_ARRAY(flat->arena, struct flat_column, count);
    for (size_t c = 0; c < count; c++)
        flat->columns[c] = (struct flat_column){.name = arena_str(flat->arena, names[c]), .texts = intern_new()};
}

void flat_release(struct flat *flat)
{
    for (uint32_t c = 0; c < flat->column_count; c++) {
        intern_free(flat->columns[c].texts);
        memory_free(flat->columns[c].code);
    }
    arena_free(flat->arena);
    *flat = (struct flat){0};
}

static void make_room(struct flat *flat)
{
    if (flat->rows < flat->capacity) return;
    flat->capacity = flat->capacity == 0 ? ROWS_FIRST : flat->capacity * 2;
    for (uint32_t c = 0; c < flat->column_count; c++)
        flat->columns[c].code = memory_resize(flat->columns[c].code, flat->capacity, sizeof *flat->columns[c].code);
}

static bool is_empty(const struct flat *flat, struct str text)
{
    for (size_t i = 0; i < flat->empty_count; i++)
        if (str_equal(text, flat->empty[i])) return true;
    return text.len == 0;
}

enum err flat_add(struct flat *flat, const struct str *fields, struct err_info *why)
{
    if (flat->rows == FLAT_ROWS_MAX || (uint64_t)(flat->rows + 1) * flat->column_count > FLAT_CELLS_MAX)
        return err_set(why, ERR_TOO_BIG, "a table has at most %d rows, and %llu cells", FLAT_ROWS_MAX,
                       (unsigned long long)FLAT_CELLS_MAX);
    make_room(flat);
    for (uint32_t c = 0; c < flat->column_count; c++) {
        struct str text = str_trim(fields[c]);
        flat->columns[c].code[flat->rows] =
            is_empty(flat, text) ? FLAT_EMPTY : intern_add(flat->columns[c].texts, text);
    }
    flat->rows++;
    return ERR_OK;
}

uint32_t flat_find(const struct flat *flat, struct str name)
{
    for (uint32_t c = 0; c < flat->column_count; c++)
        if (str_equal(flat->columns[c].name, name)) return c;
    return FLAT_NONE;
}

struct str flat_text(const struct flat *flat, uint32_t column, uint32_t row)
{
    const struct flat_column *at = &flat->columns[column];
    return at->code[row] == FLAT_EMPTY ? (struct str){0} : intern_at(at->texts, at->code[row]);
}
