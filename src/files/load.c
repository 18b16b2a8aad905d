/* load.c — the files in their order: companies, contacts, deals, events.
 *
 * Facts may come in any order; this one lets a row be checked against what files
 * before it list. When all is read, identifiers are joined and the history is built. */
// SPDX-License-Identifier: Apache-2.0
#include "files/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"
#include "base/intern.h"
#include "base/unicode.h"
#include "files/load_internal.h"

#define ROWS_BETWEEN_PROGRESS 4096
#define MESSAGE_BYTES_MAX 1024 /* of a sentence about a row */
#define COLUMNS_SHOWN 8
#define COLUMN_CELLS_SHOWN 24

/* ---- What the loaders of rows share. ---- */

enum err load_refuse(struct loader *loader, const struct row *row, enum reject_reason reason, struct str column,
                     struct err_info *why, const char *format, ...)
{
    char text[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    struct str message = str_from_c(text);
    message.len = unicode_valid_length(message); /* a long one was cut, maybe within a character */
    struct reject reject = {
        .file = loader->file,
        .line = row->line,
        .column = column,
        .reason = reason,
        .message = message,
        .row = row->text,
    };
    loader->summary->refused[loader->entity]++;
    return rejects_add(loader->rejects, &reject, why);
}

bool load_check_value(struct loader *loader, uint32_t property, struct str text, enum reject_reason *reason,
                      struct err_info *bad)
{
    enum type type = property < loader->door_count ? loader->door[property] : TYPE_OPEN;
    if (text.len == 0) return true;
    if ((type == TYPE_OPEN || type == TYPE_STRING) && text.len <= VALUE_TEXT_MAX) return true;
    struct value value = {0};
    enum err failed = value_parse(loader->scratch, type, text, &value, bad);
    *reason = failed == ERR_TOO_BIG ? REJECT_TOO_BIG : REJECT_WRONG_TYPE;
    const struct property *declared = catalog_at(loader->catalog, property);
    if (failed != ERR_OK || type != TYPE_ENUMERATION || declared->option_count == 0) return failed == ERR_OK;
    for (uint32_t i = 0; i < declared->option_count; i++)
        if (str_equal(declared->options[i], value.folded)) return true;
    struct str shown = unicode_cut(value.raw, 60);
    (void)err_set(bad, ERR_INVALID, "'" STR_FMT "%s' is not one of the property's options", STR_ARG(shown),
                  shown.len < value.raw.len ? "..." : "");
    return false;
}

bool load_check_values(struct loader *loader, const struct row *row, enum err *failed, struct err_info *why)
{
    for (uint32_t i = 0; i < row->value_count; i++) {
        const struct event_property *value = &row->values[i];
        struct err_info bad = {.code = ERR_OK};
        enum reject_reason reason = REJECT_WRONG_TYPE;
        if (load_check_value(loader, value->property, value->text, &reason, &bad)) continue;
        struct str column = catalog_at(loader->catalog, value->property)->name;
        *failed = load_refuse(loader, row, reason, column, why, "%s", bad.msg);
        return false;
    }
    return true;
}

bool load_check_id(struct loader *loader, const struct row *row, struct str id, struct str column, enum err *failed,
                   struct err_info *why)
{
    if (id.len > 0 && id.len <= LOAD_ID_MAX) return true;
    *failed = id.len == 0
                  ? load_refuse(loader, row, REJECT_NO_ID, column, why, "the row has no " STR_FMT, STR_ARG(column))
                  : load_refuse(loader, row, REJECT_TOO_BIG, column, why, "longer than %d bytes", LOAD_ID_MAX);
    return false;
}

enum err load_record_number(struct loader *loader, enum entity object, struct str id, bool listed, uint32_t *out,
                            struct err_info *why)
{
    *out = history_builder_record(loader->builder, object, id, listed);
    if (*out != RECORD_NONE) return ERR_OK;
    return err_set(why, ERR_TOO_BIG, "there are more than %u %s", RECORDS_MAX, entity_plural(object));
}

bool load_is_listed(const struct loader *loader, enum entity object, uint32_t record)
{
    return record < loader->line_capacity[object] && loader->line_of[object][record] != 0;
}

uint32_t load_find_contact(struct loader *loader, struct str text)
{
    uint32_t by_id = id_index_find(loader->contacts, text);
    if (by_id != RECORD_NONE) return by_id;
    by_id = history_builder_find(loader->builder, ENTITY_CONTACT, text);
    if (by_id != RECORD_NONE && load_is_listed(loader, ENTITY_CONTACT, by_id)) return by_id;
    if (memchr(text.at, '@', text.len) == NULL) return RECORD_NONE;
    return lookup_find(loader->emails, loader->scratch, text);
}

void load_list_columns(const struct rows *rows, struct buf *out)
{
    size_t count = 0;
    const struct str *columns = rows_columns(rows, &count);
    buf_append_c(out, count == 1 ? "its only column is " : "its columns are ");
    for (size_t i = 0; i < count && i < COLUMNS_SHOWN; i++) {
        struct str shown = unicode_cut(columns[i], COLUMN_CELLS_SHOWN);
        buf_format(out, "%s" STR_FMT "%s", i > 0 ? ", " : "", STR_ARG(shown), shown.len < columns[i].len ? "..." : "");
    }
    if (count > COLUMNS_SHOWN) buf_format(out, " and %zu more", count - COLUMNS_SHOWN);
}

/* ---- One file. ---- */

enum err load_row(struct loader *loader, struct row *row, struct err_info *why)
{
    return loader->entity == ENTITY_EVENT ? load_event_row(loader, row, why) : load_record_row(loader, row, why);
}

static MUST_CHECK enum err take_row(struct loader *loader, struct row *row, struct err_info *why)
{
    enum err failed = loader->take(loader, row, why);
    arena_reset(loader->scratch);
    return failed;
}

static MUST_CHECK enum err refuse_unreadable(struct loader *loader, struct reject *bad, struct str text,
                                             struct err_info *why)
{
    bad->file = loader->file;
    bad->row = text;
    loader->summary->refused[loader->entity]++;
    return rejects_add(loader->rejects, bad, why);
}

static MUST_CHECK enum err take_rows(struct loader *loader, struct err_info *why)
{
    struct progress *progress = loader->options->progress;
    uint64_t bytes_before = loader->summary->bytes;
    struct reject bad;
    for (uint64_t count = 1;; count++) {
        struct row *row = NULL;
        enum err failed = ERR_OK;
        enum rows_state state = rows_read(loader->rows, &row, &bad, why);
        if (state == ROWS_END) return ERR_OK;
        if (state == ROWS_FAILED) return why->code;
        if (state == ROWS_BAD) failed = refuse_unreadable(loader, &bad, row->text, why);
        else failed = take_row(loader, row, why);
        if (failed != ERR_OK) return failed;
        if (progress == NULL || count % ROWS_BETWEEN_PROGRESS != 0) continue;
        if (!progress_update(progress, bytes_before + (uint64_t)rows_position(loader->rows)))
            return err_set(why, ERR_UNAVAILABLE, "it was cancelled");
    }
}

enum err load_input(struct loader *loader, enum entity entity, struct input *input, struct err_info *why)
{
    loader->entity = entity;
    loader->file = input_name(input);
    enum err failed =
        rows_open(input, loader->catalog, loader->names[entity], loader->options->one_thread, &loader->rows, why);
    if (failed != ERR_OK) return failed;
    failed = entity == ENTITY_EVENT ? load_check_event_columns(loader, why) : load_check_record_columns(loader, why);
    if (failed == ERR_OK) failed = take_rows(loader, why);
    loader->summary->bytes += (uint64_t)rows_position(loader->rows);
    rows_close(loader->rows);
    loader->rows = NULL;
    return failed;
}

static MUST_CHECK enum err load_file(struct loader *loader, enum entity entity, const char *path, struct err_info *why)
{
    struct input *input = NULL;
    if (path == NULL) return ERR_OK;
    enum err failed = input_open(path, &input, why);
    if (failed != ERR_OK) return failed;
    loader->summary->files++;
    failed = load_input(loader, entity, input, why);
    input_close(input);
    return failed;
}

/* ---- All files. ---- */

struct loader *loader_new(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                          struct load_summary *summary)
{
    struct loader *loader = memory_alloc(sizeof(*loader));
    static const struct str kept_of_deals[] = {STR_INIT("stage"), STR_INIT("dealstage"), STR_INIT("deal_stage"),
                                               STR_INIT("is_closed")};
    for (size_t i = 0; options->deals != NULL && i < COUNT_OF(kept_of_deals) && !catalog_is_full(catalog); i++)
        (void)catalog_property(catalog, ENTITY_DEAL, kept_of_deals[i]);
    *summary = (struct load_summary){0};
    loader->options = options;
    loader->catalog = catalog;
    loader->rejects = rejects;
    loader->take = load_row;
    loader->summary = summary;
    loader->builder = history_builder_new(catalog);
    for (enum entity entity = 0; entity < ENTITY_COUNT; entity++) {
        loader->names[entity] = names_new(catalog, entity, options->id_column);
        if (options->keep_all) names_add_to(loader->names[entity], catalog);
    }
    uint32_t properties = catalog_count(catalog);
    loader->door = memory_array(properties, sizeof(enum type));
    loader->door_count = properties;
    for (uint32_t i = 0; i < properties; i++) loader->door[i] = catalog_door_type(catalog, i);
    loader->scratch = arena_new();
    loader->contacts = id_index_new();
    loader->emails = lookup_new();
    loader->company_names = lookup_new();
    loader->joins = joins_new();
    return loader;
}

void loader_free(struct loader *loader)
{
    history_builder_free(loader->builder);
    for (enum entity entity = 0; entity < ENTITY_COUNT; entity++) names_free(loader->names[entity]);
    memory_free(loader->door);
    arena_free(loader->scratch);
    for (size_t i = 0; i < OBJECT_COUNT; i++) memory_free(loader->line_of[i]);
    id_index_free(loader->contacts);
    lookup_free(loader->emails);
    lookup_free(loader->company_names);
    joins_free(loader->joins);
    memory_free(loader);
}

static bool is_row(const void *context, uint32_t contact)
{
    return load_is_listed(context, ENTITY_CONTACT, contact);
}

struct history *loader_finish(struct loader *loader, const bool **seen)
{
    joins_apply(loader->joins, loader->builder, is_row, loader);
    struct arena *arena = catalog_arena(loader->catalog);
    for (enum entity entity = 0; entity < ENTITY_COUNT; entity++)
        loader->summary->unused[entity] =
            names_unused(loader->names[entity], LOAD_UNUSED_MAX, arena, &loader->summary->unused_count[entity]);
    return history_builder_finish(loader->builder, seen);
}

/* Files as the command names them, in the order in which they are read. */
static const char *file_at(const struct load_options *options, size_t index)
{
    const char *const first[] = {options->companies, options->contacts, options->deals};
    return index < COUNT_OF(first) ? first[index] : options->events[index - COUNT_OF(first)];
}

/* Its first bytes are read and it is closed again; what a pipe holds would be lost. */
static MUST_CHECK enum err look_at(const char *path, struct err_info *why)
{
    struct stat status;
    bool there = stat(path, &status) == 0;
    if (there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return ERR_OK;
    struct input *input = NULL;
    enum err e = input_open(path, &input, why);
    if (e == ERR_OK) input_close(input);
    return e;
}

enum err load_look(const struct load_options *options, struct err_info *why)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < 3 + options->event_file_count && e == ERR_OK; i++) {
        const char *path = file_at(options, i);
        if (path != NULL && strcmp(path, "-") != 0) e = look_at(path, why);
    }
    return e;
}

/* Before anything is taken: every file is there, standard input is asked for once, and the refused rows
 * will not be written over one of them. *bytes is what they hold, 0 when one is a pipe. */
static MUST_CHECK enum err check_files(const struct load_options *options, const struct rejects *rejects,
                                       uint64_t *bytes, struct err_info *why)
{
    struct stat out = {0};
    bool have_out = rejects_path(rejects) != NULL && stat(rejects_path(rejects), &out) == 0;
    bool on_stdin = false;
    bool unknown = false;
    *bytes = 0;
    for (size_t i = 0; i < 3 + options->event_file_count; i++) {
        const char *path = file_at(options, i);
        if (path == NULL) continue;
        bool is_stdin = strcmp(path, "-") == 0;
        if (is_stdin && on_stdin) return err_set(why, ERR_INVALID, "standard input ('-') can be read only once");
        on_stdin |= is_stdin;
        struct stat in = {0};
        if (is_stdin || stat(path, &in) != 0 || !S_ISREG(in.st_mode)) {
            unknown = true;
            continue;
        }
        *bytes += (uint64_t)in.st_size;
        if (have_out && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return err_set(why, ERR_INVALID, "refused rows cannot be written to '%s', which is read", path);
    }
    if (unknown) *bytes = 0;
    return ERR_OK;
}

static MUST_CHECK enum err load_in_order(struct loader *loader, struct err_info *why)
{
    static const enum entity order[] = {ENTITY_COMPANY, ENTITY_CONTACT, ENTITY_DEAL};
    enum err failed = ERR_OK;
    for (size_t i = 0; i < 3 + loader->options->event_file_count && failed == ERR_OK; i++)
        failed = load_file(loader, i < COUNT_OF(order) ? order[i] : ENTITY_EVENT, file_at(loader->options, i), why);
    return failed;
}

enum err load_files(struct loader *loader, struct err_info *why)
{
    uint64_t bytes = 0;
    struct progress *progress = loader->options->progress;
    enum err failed = load_look(loader->options, why);
    if (failed == ERR_OK) failed = check_files(loader->options, loader->rejects, &bytes, why);
    if (progress != NULL) progress_begin(progress, "loading", "B", bytes);
    if (failed == ERR_OK) failed = load_in_order(loader, why);
    if (progress != NULL) progress_end(progress);
    return failed;
}

enum err load_history(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                      struct history **out, const bool **seen, struct load_summary *summary, struct err_info *why)
{
    *out = NULL;
    struct loader *loader = loader_new(options, catalog, rejects, summary);
    enum err failed = load_files(loader, why);
    if (failed == ERR_OK) *out = loader_finish(loader, seen);
    loader_free(loader);
    return failed;
}

enum err load_schema(const char *path, struct catalog *catalog, struct diagnostics *diagnostics, struct err_info *why)
{
    struct arena *arena = catalog_arena(catalog);
    struct str text = {0};
    enum err failed = input_read_all(path, LOAD_SCHEMA_MAX, arena, &text, why);
    if (failed != ERR_OK) return failed;
    struct source *source = ARENA_NEW(arena, struct source);
    source->name = strcmp(path, "-") == 0 ? STR("standard input") : arena_str(arena, str_from_c(path));
    source->text = text;
    catalog_read_schema(catalog, source, diagnostics);
    return ERR_OK;
}
