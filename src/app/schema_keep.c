/* schema_keep.c — see schema_keep.h. Both ways compare with a catalog: the engine's own, or one made of a server's answer. */
// SPDX-License-Identifier: Apache-2.0
#include "app/schema_keep.h"

#include <string.h>

#include "core/definition.h"
#include "server/access.h"

#define OPTIONS_BYTES_MAX ((size_t)2 * 1024 * 1024)
#define TYPE_BYTES_MAX 512 /* of a type in a sentence */
#define OPTIONS_SHOWN 8

struct keeping {
    struct app *app;
    struct definition_files *schema;
    struct catalog *kept; /* what is declared there; for reading */
    enum err (*declare)(struct keeping *keeping, const struct declaration *declaration, struct err_info *why);
    struct engine *engine; /* of the folder, */
    struct remote *remote; /* or of a server */
};

/* ---- What both say. ---- */

static bool has_option(const struct property *property, struct str option)
{
    for (uint32_t i = 0; i < property->option_count; i++)
        if (str_equal(property->options[i], option)) return true;
    return false;
}

static bool is_same(const struct property *a, const struct property *b)
{
    bool same = a->type == b->type && a->option_count == b->option_count;
    for (uint32_t i = 0; same && i < a->option_count; i++) same = has_option(b, a->options[i]);
    return same;
}

/* "enumeration of free, pro" */
static void put_type(const struct property *property, struct buf *out)
{
    buf_append_c(out, type_name(property->type));
    for (uint32_t i = 0; i < property->option_count && i < OPTIONS_SHOWN; i++)
        buf_format(out, "%s" STR_FMT, i == 0 ? " of " : ", ", STR_ARG(property->options[i]));
    if (property->option_count > OPTIONS_SHOWN) buf_format(out, " and %u more", property->option_count - OPTIONS_SHOWN);
}

/* Is the property declared as the schema says? A difference is told at its place in the file. */
static bool is_kept(struct keeping *keeping, uint32_t property)
{
    struct place at;
    const struct source *source = catalog_declared_in(keeping->schema->catalog, property, &at);
    const struct property *wanted = catalog_at(keeping->schema->catalog, property);
    uint32_t id = catalog_find(keeping->kept, wanted->entity, wanted->name);
    const struct property *there = id != INTERN_NONE ? catalog_at(keeping->kept, id) : NULL;
    if (there == NULL || !there->declared) return false;
    if (is_same(wanted, there)) return true;
    AUTO_BUF known = BUF_INIT(TYPE_BYTES_MAX);
    put_type(there, &known);
    diagnostics_error(keeping->schema->diagnostics, source, at,
                      "the %s property '" STR_FMT "' is declared already where it is imported, as " STR_FMT,
                      entity_name(wanted->entity), STR_ARG(wanted->name), STR_ARG(buf_str(&known)));
    return true;
}

/* ---- Declaring. ---- */

/* The options divided by ';'. False: one has a semicolon. */
static bool join_options(const struct property *property, struct buf *out)
{
    for (uint32_t i = 0; i < property->option_count; i++) {
        struct str option = property->options[i];
        if (memchr(option.at, ';', option.len) != NULL) return false;
        if (i > 0) buf_append_char(out, ';');
        buf_append(out, option);
    }
    return true;
}

static void declare_one(struct keeping *keeping, uint32_t property)
{
    struct place at;
    struct err_info why = {0};
    const struct source *source = catalog_declared_in(keeping->schema->catalog, property, &at);
    const struct property *wanted = catalog_at(keeping->schema->catalog, property);
    AUTO_BUF options = BUF_INIT(OPTIONS_BYTES_MAX);
    bool good = join_options(wanted, &options) && !options.failed;
    const struct actor actor = actor_cli();
    const struct declaration declaration = {.entity = wanted->entity,
                                            .name = wanted->name,
                                            .type = wanted->type,
                                            .options = buf_str(&options),
                                            .actor = actor.text};
    if (!good) (void)!err_set(&why, ERR_INVALID, "an option that is kept has no semicolon, and all together 2 MB");
    if (good && keeping->declare(keeping, &declaration, &why) == ERR_OK) return;
    diagnostics_error(keeping->schema->diagnostics, source, at, "the %s property '" STR_FMT "' cannot be declared: %s",
                      entity_name(wanted->entity), STR_ARG(wanted->name), why.msg);
}

static bool keep(struct keeping *keeping)
{
    struct definition_files *schema = keeping->schema;
    uint32_t count = catalog_count(schema->catalog), news = 0;
    uint32_t *property = ARENA_ARRAY(schema->arena, uint32_t, count);
    for (uint32_t p = 0; p < count; p++)
        if (catalog_at(schema->catalog, p)->declared && !is_kept(keeping, p)) property[news++] = p;
    for (uint32_t i = 0; i < news && schema->diagnostics->errors == 0; i++) declare_one(keeping, property[i]);
    definition_files_report(keeping->app, schema);
    return schema->diagnostics->errors == 0;
}

/* ---- In the folder. ---- */

static enum err declare_here(struct keeping *keeping, const struct declaration *declaration, struct err_info *why)
{
    uint32_t contradicting;
    return engine_declare(keeping->engine, declaration, &contradicting, why);
}

bool schema_keep_here(struct app *app, struct definition_files *schema, struct engine *engine)
{
    struct keeping keeping = {
        .app = app, .schema = schema, .kept = engine_catalog(engine), .declare = declare_here, .engine = engine};
    return keep(&keeping);
}

/* ---- In a server. ---- */

static struct str text_of(const struct json_item *object, const char *name)
{
    const struct json_item *item = object->kind == JSON_OBJECT ? json_member(object, str_from_c(name)) : NULL;
    return item != NULL && item->kind == JSON_STRING ? item->text : STR("");
}

static bool entity_of(struct str name, enum entity *out)
{
    for (*out = 0; *out < ENTITY_COUNT; (*out)++)
        if (str_equal(name, str_from_c(entity_name(*out)))) return true;
    return false;
}

/* One property of the answer. False: it cannot be read. */
static bool read_known(struct catalog *catalog, const struct json_item *item)
{
    enum entity entity;
    struct str name = text_of(item, "name");
    if (!entity_of(text_of(item, "object"), &entity) || name.len == 0 || name.len > PROPERTY_NAME_MAX ||
        catalog_is_full(catalog))
        return false;
    const struct json_item *declared = json_member(item, STR("declared")), *options = json_member(item, STR("options"));
    uint32_t id = catalog_property(catalog, entity, name);
    struct property *property = catalog_at(catalog, id);
    property->declared = declared != NULL && declared->kind == JSON_BOOL && declared->boolean;
    if (property->declared && !type_from_name(text_of(item, "type"), &property->type)) return false;
    AUTO_BUF text = BUF_INIT(OPTIONS_BYTES_MAX);
    bool is_list = options != NULL && options->kind == JSON_ARRAY;
    for (const struct json_item *one = is_list ? json_first(options) : NULL; one != NULL;
         one = json_next(options, one)) {
        if (text.len > 0) buf_append_char(&text, ';');
        buf_append(&text, one->text);
    }
    if (text.len > 0) catalog_set_options(catalog, id, buf_str(&text));
    return !text.failed;
}

static enum err fetch_known(struct remote *remote, struct catalog *catalog, struct err_info *why)
{
    const struct json_item *answer;
    enum err e = remote_call(remote, "GET", "/api/v1/properties", STR(""), &answer, why);
    if (e != ERR_OK) return e;
    const struct json_item *list =
        answer != NULL && answer->kind == JSON_OBJECT ? json_member(answer, STR("results")) : NULL;
    bool good = list != NULL && list->kind == JSON_ARRAY;
    for (const struct json_item *one = good ? json_first(list) : NULL; one != NULL && good; one = json_next(list, one))
        good = read_known(catalog, one);
    if (good) return ERR_OK;
    return err_set(why, ERR_INVALID, "the server's answer cannot be read; is it another version of Plumb?");
}

static enum err declare_there(struct keeping *keeping, const struct declaration *declaration, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF body = BUF_INIT(2 * OPTIONS_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    struct str options = declaration->options;
    json_begin_object(&writer);
    json_key(&writer, "type");
    json_string(&writer, str_from_c(type_name(declaration->type)));
    json_key(&writer, "options");
    json_begin_array(&writer);
    while (options.len > 0) json_string(&writer, str_cut(&options, ';'));
    json_end_array(&writer);
    json_end_object(&writer);
    struct str path = arena_format(arena, "/api/v1/properties/%s/" STR_FMT, entity_name(declaration->entity),
                                   STR_ARG(remote_segment(keeping->remote, arena, declaration->name)));
    return remote_call(keeping->remote, "POST", path.at, buf_str(&body), &answer, why);
}

bool schema_keep_there(struct app *app, struct definition_files *schema, struct remote *remote)
{
    struct err_info why = {0};
    struct catalog *kept = catalog_new();
    struct keeping keeping = {.app = app, .schema = schema, .kept = kept, .declare = declare_there, .remote = remote};
    bool good = fetch_known(remote, kept, &why) == ERR_OK;
    if (!good) app_fail(app, "%s", why.msg);
    good = good && keep(&keeping);
    catalog_free(kept);
    return good;
}
