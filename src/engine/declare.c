/* declare.c — a person says what a property is.
 *
 * Values that came before stay as they came. Those that do not parse as the new type are no value
 * from then on, which is why so many of them are told first. Everything in force is compiled
 * anew, as it may test the property; when it does not hold any more nothing has changed. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_internal.h"

struct declaring {
    const struct declaration *declaration;
    uint32_t contradicting;
};

static enum err check(const struct engine *engine, const struct declaration *d, struct err_info *why)
{
    struct str name = str_trim(d->name);
    if (name.len == 0 || name.len > PROPERTY_NAME_MAX)
        return err_set(why, ERR_INVALID, "a property's name has 1 to %d bytes", PROPERTY_NAME_MAX);
    if (catalog_is_reserved(d->entity, name))
        return err_set(why, ERR_INVALID, "names of properties that begin with '" RESERVED_PREFIX "' are Plumb's own");
    if (d->type == TYPE_OPEN) return err_set(why, ERR_INVALID, "a declaration says of which type the property is");
    if (d->options.len > 0 && d->type != TYPE_ENUMERATION)
        return err_set(why, ERR_INVALID, "only an enumeration has options");
    uint32_t options = d->options.len > 0;
    for (size_t i = 0; i < d->options.len; i++) options += d->options.at[i] == ';';
    if (options > OPTIONS_MAX)
        return err_set(why, ERR_TOO_BIG, "%u options; an enumeration has at most %d", options, OPTIONS_MAX);
    if (catalog_find(engine->catalog, d->entity, name) == INTERN_NONE && catalog_is_full(engine->catalog))
        return err_set(why, ERR_TOO_BIG, "there are %d properties already", PROPERTIES_MAX);
    return ERR_OK;
}

/* How many values would be none, by a catalog of one property that says what the declaration says. */
static uint32_t count_contradicting(const struct engine *engine, const struct declaration *d, uint32_t property)
{
    struct catalog *scratch = catalog_new();
    uint32_t id = catalog_property(scratch, d->entity, d->name);
    struct property *as = catalog_at(scratch, id);
    as->declared = true;
    as->type = d->type;
    catalog_set_options(scratch, id, d->options);
    uint32_t contradicting = live_contradicting(engine->live, as, property);
    catalog_free(scratch);
    return contradicting;
}

static enum err refuse_contradiction(const struct declaring *declaring, struct err_info *why)
{
    const struct declaration *d = declaring->declaration;
    bool one = declaring->contradicting == 1;
    return err_set(why, ERR_CONFLICT, "%u %s no %s and would be no value%s", declaring->contradicting,
                   one ? "value is" : "different values are", type_name(d->type),
                   d->entity == ENTITY_EVENT ? "; what happened is not changed" : "");
}

void declare_put(struct engine *engine, uint32_t property, bool declared, enum type type)
{
    struct property *known = catalog_at(engine->catalog, property);
    known->declared = declared;
    __atomic_store_n(&known->type, type, __ATOMIC_RELEASE);
    live_reread(engine->live, property);
    if (property < engine->stored_properties.count) /* the batch writes it whatever the store knows */
        engine->stored_properties.at[property].name = (struct str){0};
}

static enum err run_declare(struct engine *engine, void *argument, struct err_info *why)
{
    struct declaring *declaring = argument;
    const struct declaration *d = declaring->declaration;
    enum err e = check(engine, d, why);
    if (e != ERR_OK) return e;
    batch_begin(engine);
    uint32_t property = catalog_property(engine->catalog, d->entity, d->name);
    const struct property former = *catalog_at(engine->catalog, property);
    declaring->contradicting = count_contradicting(engine, d, property);
    if (declaring->contradicting > 0 && (!d->force || d->entity == ENTITY_EVENT)) {
        batch_abandon(engine);
        return refuse_contradiction(declaring, why);
    }
    catalog_set_options(engine->catalog, property, d->options);
    declare_put(engine, property, true, d->type);
    *LIST_ADD(&engine->batch.audits) = (struct audit_fact){.at_ms = engine_now(engine),
                                                           .actor = d->actor,
                                                           .action = STR("property.declare"),
                                                           .target = former.name,
                                                           .detail = STR("")};
    e = editions_renew(engine, why);
    if (e == ERR_OK) return ERR_OK;
    struct property *known = catalog_at(engine->catalog, property);
    known->option_count = former.option_count;
    known->options = former.options;
    declare_put(engine, property, former.declared, former.type);
    return e;
}

enum err engine_declare(struct engine *engine, const struct declaration *declaration, uint32_t *contradicting,
                        struct err_info *why)
{
    struct declaring declaring = {.declaration = declaration};
    enum err e = writer_run(engine, run_declare, &declaring, why);
    *contradicting = declaring.contradicting;
    return e;
}
