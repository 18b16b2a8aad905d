/* flat_outcome.c — see flat_outcome.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/flat_outcome.h"

#include "base/unicode.h"
#include "core/nearest.h"
#include "predict/column_words.h"

#define VALUES_TOLD 5

/* ---- Columns by their names. ---- */

static enum err find_column(const struct flat *flat, struct str name, uint32_t *out, struct err_info *why)
{
    *out = flat_find(flat, name);
    if (*out != FLAT_NONE) return ERR_OK;
    AUTO_ARENA arena = arena_new();
    const char **names = ARENA_ARRAY(arena, const char *, flat->column_count + 1);
    for (uint32_t c = 0; c < flat->column_count; c++) names[c] = flat->columns[c].name.at;
    const char *near = nearest(name, names);
    return near == NULL ? err_set(why, ERR_NOT_FOUND, "there is no column '" STR_FMT "'", STR_ARG(name))
                        : err_set(why, ERR_NOT_FOUND, "there is no column '" STR_FMT "'; did you mean '%s'?",
                                  STR_ARG(name), near);
}

/* Every row has a value, and another. */
static bool tells_rows_apart(const struct flat *flat, uint32_t column)
{
    const struct flat_column *at = &flat->columns[column];
    if (intern_count(at->texts) != flat->rows) return false;
    for (uint32_t r = 0; r < flat->rows; r++)
        if (at->code[r] == FLAT_EMPTY) return false;
    return true;
}

static bool is_numbers(const struct flat_column *column)
{
    double number;
    for (uint32_t t = 0; t < intern_count(column->texts); t++)
        if (!str_to_double(intern_at(column->texts, t), &number)) return false;
    return true;
}

uint32_t flat_find_id(const struct flat *flat)
{
    for (int pass = 0; pass < 2;
         pass++) /* texts first; a number only where its name says so, else it may be a measure */
        for (uint32_t c = 0; c < flat->column_count; c++) {
            const struct flat_column *at = &flat->columns[c];
            if (!tells_rows_apart(flat, c)) continue;
            if (pass == 0 ? !is_numbers(at) : column_is_reference(at->name)) return c;
        }
    return FLAT_NONE;
}

/* ---- The outcome. ---- */

static enum err ask_for_positive(const struct flat_column *column, struct err_info *why)
{
    AUTO_BUF values = BUF_INIT(160);
    uint32_t texts = intern_count(column->texts);
    for (uint32_t t = 0; t < texts && t < VALUES_TOLD; t++)
        buf_format(&values, "%s'" STR_FMT "'", t > 0 ? ", " : "", STR_ARG(intern_at(column->texts, t)));
    struct str told = values.failed ? STR("too long to list") : buf_str(&values);
    return err_set(why, ERR_INVALID,
                   "say which value of '" STR_FMT "' means that it came, with --positive: they are " STR_FMT "%s",
                   STR_ARG(column->name), STR_ARG(told), texts > VALUES_TOLD ? ", ..." : "");
}

static enum err find_positive(const struct flat_column *column, struct str wanted, struct arena *arena, struct str *out,
                              struct err_info *why)
{
    static const struct str usual[] = {STR_INIT("1"), STR_INIT("yes"), STR_INIT("true"), STR_INIT("won")};
    uint32_t texts = intern_count(column->texts);
    *out = (struct str){0};
    if (texts == 0)
        return err_set(why, ERR_INVALID, "the column '" STR_FMT "' has no value in any row", STR_ARG(column->name));
    for (uint32_t t = 0; t < texts; t++) {
        struct str folded = unicode_fold(arena, intern_at(column->texts, t));
        bool is_it = wanted.len > 0 && str_equal(folded, unicode_fold(arena, wanted));
        for (size_t u = 0; u < COUNT_OF(usual) && wanted.len == 0 && texts <= 2; u++)
            is_it |= str_equal(folded, usual[u]);
        if (is_it) *out = arena_str(arena, folded);
    }
    if (out->len > 0) return ERR_OK;
    if (wanted.len == 0) return ask_for_positive(column, why);
    return err_set(why, ERR_NOT_FOUND, "no row has '" STR_FMT "' in the column '" STR_FMT "'", STR_ARG(wanted),
                   STR_ARG(column->name));
}

static void read_outcomes(const struct flat *flat, struct flat_roles *roles, struct arena *arena)
{
    const struct flat_column *column = &flat->columns[roles->outcome];
    uint32_t texts = intern_count(column->texts);
    int8_t *came = ARENA_ARRAY(arena, int8_t, texts);
    roles->came = ARENA_ARRAY(arena, int8_t, flat->rows);
    for (uint32_t t = 0; t < texts; t++)
        came[t] = str_equal(unicode_fold(arena, intern_at(column->texts, t)), roles->positive);
    for (uint32_t r = 0; r < flat->rows; r++)
        roles->came[r] = column->code[r] == FLAT_EMPTY ? -1 : came[column->code[r]];
}

/* ---- What is looked at. ---- */

static enum err choose_columns(const struct flat *flat, const struct flat_training_options *options,
                               struct flat_roles *roles, struct err_info *why)
{
    for (uint32_t c = 0; c < flat->column_count; c++) {
        roles->looked_at[c] = c != roles->outcome && c != roles->id;
        roles->is_protected[c] =
            roles->looked_at[c] && !options->protected_too && column_is_protected(flat->columns[c].name);
        roles->looked_at[c] &= !roles->is_protected[c];
    }
    for (size_t i = 0; i < options->exclude_count; i++) {
        uint32_t column;
        enum err err = find_column(flat, options->exclude[i], &column, why);
        if (err != ERR_OK) return err;
        roles->looked_at[column] = false;
        roles->is_protected[column] = false;
    }
    return ERR_OK;
}

enum err flat_roles_find(const struct flat *flat, const struct flat_training_options *options, struct arena *arena,
                         struct flat_roles *out, struct err_info *why)
{
    *out = (struct flat_roles){.time = FLAT_NONE,
                               .looked_at = ARENA_ARRAY(arena, bool, flat->column_count),
                               .is_protected = ARENA_ARRAY(arena, bool, flat->column_count)};
    enum err err = find_column(flat, options->outcome, &out->outcome, why);
    if (err == ERR_OK) err = find_positive(&flat->columns[out->outcome], options->positive, arena, &out->positive, why);
    if (err == ERR_OK && options->time.len > 0) err = find_column(flat, options->time, &out->time, why);
    out->id = flat_find_id(flat);
    if (err == ERR_OK && options->id.len > 0) err = find_column(flat, options->id, &out->id, why);
    if (err == ERR_OK) err = choose_columns(flat, options, out, why);
    if (err != ERR_OK) return err;
    read_outcomes(flat, out, arena);
    if (out->time == FLAT_NONE) return ERR_OK;
    out->time_ms = ARENA_ARRAY(arena, int64_t, flat->rows);
    if (flat_times(flat, out->time, out->time_ms) > 0) return ERR_OK;
    return err_set(why, ERR_INVALID,
                   "no row has a time in the column '" STR_FMT "' that can be read, such as 2026-01-05",
                   STR_ARG(options->time));
}
