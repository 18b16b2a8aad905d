/* model_image.c — see model_image.h; how a walk goes in both directions says image_walk.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/model_image.h"

#include "base/intern.h"
#include "predict/rules_print.h"

struct model_walk {
    struct image_walk walk;
    struct catalog *catalog;
    const struct score *score; /* NULL: none */
    bool declares;             /* what it asks for is declared, and no rule is looked for */
};

/* ---- Features. ---- */

/* One that the model asks for is here, or is declared. */
static void find_property(struct model_walk *m, enum entity entity, struct str name, enum type type, uint32_t *property)
{
    *property = catalog_find(m->catalog, entity, name);
    if (m->declares && *property == INTERN_NONE && !catalog_is_full(m->catalog))
        *property = catalog_property(m->catalog, entity, name);
    if (*property == INTERN_NONE) {
        m->walk.err =
            err_set(m->walk.why, ERR_NOT_FOUND, "the model asks for the property " STR_FMT " of %s, which is not here",
                    STR_ARG(name), entity_plural(entity));
        return;
    }
    struct property *at = catalog_at(m->catalog, *property);
    if (!m->declares || at->declared || type == TYPE_OPEN) return;
    at->declared = true;
    at->type = type == TYPE_ENUMERATION ? TYPE_STRING : type; /* its options are not known here */
}

/* A property by its name and type: "" is none. */
static void pass_property(struct model_walk *m, enum entity entity, uint32_t *property)
{
    struct str name = {0};
    enum type type = TYPE_OPEN;
    if (m->walk.out != NULL && *property != INTERN_NONE) {
        name = catalog_at(m->catalog, *property)->name;
        type = catalog_at(m->catalog, *property)->type;
    }
    pass_str(&m->walk, &name);
    type = (enum type)passed_u32(&m->walk, type, TYPE_SET);
    if (m->walk.out != NULL || m->walk.err != ERR_OK) return;
    *property = INTERN_NONE;
    if (name.len > PROPERTY_NAME_MAX) pass_refuse(&m->walk, "a property's name is too long");
    else if (name.len > 0) find_property(m, entity, name, type, property);
}

static bool is_of_type(enum feature_kind kind, enum type type)
{
    switch (kind) {
    case FEATURE_NUMBER: return type == TYPE_NUMBER;
    case FEATURE_AGE: return type == TYPE_DATE || type == TYPE_DATETIME;
    case FEATURE_BOOLEAN: return type == TYPE_BOOLEAN;
    case FEATURE_HAS:
    case FEATURE_MEMBERS: return type == TYPE_SET;
    case FEATURE_MISSING: return true;
    default: return type == TYPE_STRING || type == TYPE_ENUMERATION || type == TYPE_OPEN;
    }
}

static void check_property(struct model_walk *m, const struct feature *feature)
{
    bool wanted = feature->kind <= FEATURE_MAIL_ROLE;
    if (wanted != (feature->property != INTERN_NONE))
        pass_refuse(&m->walk, "a feature is of no property, or needs none");
    if (m->walk.err != ERR_OK || !wanted) return;
    if (!is_of_type(feature->kind, catalog_at(m->catalog, feature->property)->type))
        m->walk.err = err_set(m->walk.why, ERR_CONFLICT,
                              "the model learnt from '" STR_FMT "', and that property has another type here",
                              STR_ARG(feature->name));
}

/* Rules stand by their names: their places move when somebody edits the score. */
static bool find_rule(const struct score *score, struct feature *feature)
{
    AUTO_ARENA arena = arena_new();
    uint32_t place = 0;
    if (feature->kind == FEATURE_SCORE) return str_equal(feature->name, score_feature_name(arena, score));
    for (uint32_t g = 0; g < score->group_count; g++)
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++, place++)
            if (str_equal(feature->name, rule_feature_name(arena, &score->groups[g], &score->groups[g].rules[r]))) {
                feature->rule = place;
                return true;
            }
    return false;
}

static void bind_rule(struct model_walk *m, struct feature *feature)
{
    if (m->walk.err != ERR_OK || m->declares || (m->score != NULL && find_rule(m->score, feature))) return;
    m->walk.err = err_set(m->walk.why, ERR_NOT_FOUND, "the model learnt from the " STR_FMT ", which is not here",
                          STR_ARG(feature->name));
}

static void pass_feature(struct model_walk *m, enum entity object, uint32_t kinds, struct feature *feature)
{
    feature->kind = (enum feature_kind)passed_u32(&m->walk, feature->kind, FEATURE_SCORE);
    feature->of_company = passed_u32(&m->walk, feature->of_company, 1);
    feature->events = passed_u32(&m->walk, feature->events, kinds - 1);
    pass_str(&m->walk, &feature->name);
    pass_str(&m->walk, &feature->text);
    pass_property(m, feature->of_company ? ENTITY_COMPANY : object, &feature->property);
    if (m->walk.out != NULL) return;
    check_property(m, feature);
    if (feature->kind >= FEATURE_RULE) bind_rule(m, feature);
}

static void pass_plan(struct model_walk *m, enum entity object, struct feature_plan *plan)
{
    pass_count(&m->walk, &plan->kind_count, EVENT_KINDS_MAX);
    pass_count(&m->walk, &plan->count, FEATURES_MAX);
    if (plan->kind_count == 0 || plan->count == 0) pass_refuse(&m->walk, "it has no features");
    PASS_ARRAY(&m->walk, plan->kinds, plan->kind_count);
    PASS_ARRAY(&m->walk, plan->features, plan->count);
    for (uint32_t k = 0; k < plan->kind_count && m->walk.err == ERR_OK; k++) {
        pass_str(&m->walk, &plan->kinds[k].name);
        pass_str(&m->walk, &plan->kinds[k].text);
        pass_property(m, ENTITY_EVENT, &plan->kinds[k].property);
    }
    for (uint32_t f = 0; f < plan->count && m->walk.err == ERR_OK; f++)
        pass_feature(m, object, plan->kind_count, &plan->features[f]);
}

/* Which columns of the plan they meant was settled when it was made. */
static void pass_leaks(struct model_walk *m, struct leaks *leaks)
{
    pass_count(&m->walk, &leaks->count, PROPERTIES_MAX + FEATURES_MAX + LEAK_NAMES_MAX);
    PASS_ARRAY(&m->walk, leaks->at, leaks->count);
    for (uint32_t i = 0; i < leaks->count && m->walk.err == ERR_OK; i++) {
        struct leak *leak = &leaks->at[i];
        leak->kind = (enum leak_kind)passed_u32(&m->walk, leak->kind, LEAK_AFTERWARDS);
        leak->of_company = passed_u32(&m->walk, leak->of_company, 1);
        pass_str(&m->walk, &leak->subject);
        pass_str(&m->walk, &leak->event);
        pass_str(&m->walk, &leak->sentence);
        pass_double(&m->walk, &leak->auc);
        if (m->walk.out == NULL) leak->property = INTERN_NONE;
    }
}

/* ---- All of it. ---- */

static void pass_story(struct image_walk *w, struct trained *trained)
{
    pass_str(w, &trained->outcome);
    trained->object = (enum entity)passed_u32(w, trained->object, OBJECT_COUNT - 1);
    pass_i64(w, &trained->horizon_ms);
    pass_i64(w, &trained->begins_ms);
    pass_i64(w, &trained->test_begins_ms);
    pass_i64(w, &trained->ends_ms);
    pass_u64(w, &trained->seed);
    if (trained->horizon_ms <= 0) pass_refuse(w, "it has no horizon");
}

static void pass_model(struct model_walk *m, struct trained *trained)
{
    pass_story(&m->walk, trained);
    pass_plan(m, trained->object, &trained->plan);
    pass_leaks(m, &trained->leaks);
    pass_u64(&m->walk, &trained->rules_print);
    pass_learned(&m->walk, trained->plan.count, &trained->learned);
    pass_report(&m->walk, &trained->report);
}

enum err model_image_write(const struct trained *trained, struct catalog *catalog, struct buf *out,
                           struct err_info *why)
{
    INVARIANT(trained->learned.kind != MODEL_NONE);
    AUTO_BUF body = BUF_INIT(MODEL_BYTES_MAX);
    struct trained written = *trained; /* a walk that writes changes nothing, but may */
    struct model_walk m = {.walk = {.out = &body, .why = why}, .catalog = catalog};
    pass_model(&m, &written);
    if (m.walk.err != ERR_OK) return m.walk.err;
    if (body.failed) return err_set(why, ERR_TOO_BIG, "a model is over %zu bytes", body.ceiling);
    return image_seal(IMAGE_OF_HISTORY, buf_str(&body), out, why);
}

static bool has_rules(const struct feature_plan *plan)
{
    for (uint32_t f = 0; f < plan->count; f++)
        if (plan->features[f].kind >= FEATURE_RULE) return true;
    return false;
}

static enum err read_image(struct model_walk *m, struct str bytes, struct trained *out)
{
    struct image_walk *walk = &m->walk;
    *out = (struct trained){0};
    walk->err = image_open(IMAGE_OF_HISTORY, bytes, &walk->in, walk->why);
    if (walk->err == ERR_OK) pass_model(m, out);
    if (walk->err == ERR_OK && walk->in.len > 0) pass_refuse(walk, "there is something behind its end");
    if (walk->err != ERR_OK) trained_release(out);
    return walk->err;
}

enum err model_image_read(struct str bytes, struct catalog *catalog, const struct definitions *set, uint32_t score,
                          struct arena *arena, struct trained *out, struct err_info *why)
{
    struct model_walk m = {.walk = {.arena = arena, .why = why}, .catalog = catalog};
    if (set != NULL) m.score = set->scores[score];
    enum err err = read_image(&m, bytes, out);
    if (err == ERR_OK && has_rules(&out->plan)) out->rules_changed = rules_print(set, score) != out->rules_print;
    return err;
}

enum err model_image_declare(struct str bytes, struct catalog *catalog, struct arena *arena, struct model_needs *out,
                             struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    struct model_walk m = {.walk = {.arena = scratch, .why = why}, .catalog = catalog, .declares = true};
    struct trained trained;
    enum err err = read_image(&m, bytes, &trained);
    *out = (struct model_needs){.outcome = arena_str(arena, trained.outcome), .object = trained.object};
    if (err == ERR_OK) out->rules = has_rules(&trained.plan);
    trained_release(&trained);
    return err;
}
