/* definition_files.c — definition files from the command line, read, parsed and checked. */
// SPDX-License-Identifier: Apache-2.0
#include "app/definition_files.h"

#include <string.h>

#include "base/input.h"
#include "files/load.h"

#define REPORT_BYTES_MAX ((size_t)64 * 1024) /* one diagnostic with its source */

void definition_files_report(struct app *app, struct definition_files *files)
{
    AUTO_BUF text = BUF_INIT(REPORT_BYTES_MAX);
    const struct diagnostics *diagnostics = files->diagnostics;
    for (; files->shown < diagnostics->count; files->shown++) {
        buf_clear(&text);
        diagnostic_render(&diagnostics->item[files->shown], app->err_colour, &text);
        fwrite(text.at, 1, text.len, app->err);
    }
    size_t all = diagnostics->errors + diagnostics->warnings;
    if (all > diagnostics->count && diagnostics->errors > 0)
        fprintf(app->err, "... and %zu more, not shown\n", all - diagnostics->count);
}

/* One file into a source; NULL after saying why not. */
static const struct source *read_source(struct app *app, struct arena *arena, const char *path)
{
    struct source *source = ARENA_NEW(arena, struct source);
    struct err_info why = {0};
    if (input_read_all(path, DEFINITION_BYTES_MAX, arena, &source->text, &why) != ERR_OK) {
        app_fail(app, "%s", why.msg);
        return NULL;
    }
    source->name = strcmp(path, "-") == 0 ? STR("standard input") : arena_str(arena, str_from_c(path));
    return source;
}

bool definition_files_read(struct app *app, const char *const *paths, size_t count, const char *schema,
                           bool lists_elsewhere, struct definition_files *out)
{
    *out = (struct definition_files){.arena = arena_new(), .catalog = catalog_new(), .count = count};
    out->diagnostics = ARENA_NEW(out->arena, struct diagnostics);
    out->sources = ARENA_ARRAY(out->arena, const struct source *, count);
    if (lists_elsewhere) catalog_trust_lists(out->catalog);
    diagnostics_init(out->diagnostics, out->arena);
    definitions_init(&out->set, out->arena, out->catalog);

    struct err_info why = {0};
    bool readable = schema == NULL || load_schema(schema, out->catalog, out->diagnostics, &why) == ERR_OK;
    if (!readable) app_fail(app, "%s", why.msg);
    for (size_t i = 0; i < count; i++) {
        out->sources[i] = read_source(app, out->arena, paths[i]);
        if (out->sources[i] == NULL) out->unreadable++;
        else definitions_parse(&out->set, out->sources[i], out->diagnostics);
    }
    bool parsed = out->diagnostics->errors == 0 && out->unreadable == 0;
    bool good = parsed && definitions_check(&out->set, out->diagnostics);
    definition_files_report(app, out);
    return good && readable;
}

bool definition_files_beside(struct app *app, struct definition_files *files, const char *path,
                             const struct source *source, struct definitions *out)
{
    definitions_init(out, files->arena, files->catalog);
    if (path != NULL) source = read_source(app, files->arena, path);
    if (source == NULL) return false;
    bool good = definitions_parse(out, source, files->diagnostics) && definitions_check(out, files->diagnostics);
    definition_files_report(app, files);
    return good;
}

void definition_files_close(struct definition_files *files)
{
    catalog_free(files->catalog);
    arena_free(files->arena);
    *files = (struct definition_files){0};
}

bool definition_files_is_bad(const struct definition_files *files, size_t file)
{
    if (files->sources[file] == NULL) return true;
    for (size_t i = 0; i < files->diagnostics->count; i++) {
        const struct diagnostic *diagnostic = &files->diagnostics->item[i];
        if (diagnostic->severity == SEVERITY_ERROR && diagnostic->source == files->sources[file]) return true;
    }
    return false;
}
