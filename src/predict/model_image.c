/* model_image.c — see model_image.h.
 *
 * One walk over the model describes the format. It is taken in either direction: a *pass* of a
 * number appends it when writing, and fills it when reading. So what is written and what is
 * read cannot differ. Reading fails once, stickily; after it all numbers are 0. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/model_image.h"

#include <math.h>
#include <string.h>

#include "base/intern.h"
#include "base/unicode.h"
#include "predict/rules_print.h"

#define MAGIC STR("plumb model 1\n")
#define MAGIC_FAMILY STR("plumb model ")
#define HEAD_BYTES (MAGIC.len + sizeof(uint64_t))
#define HASH_SEED 0
#define TREE_DEPTH_MAX 16
#define NUMBER_MAX 1e60 /* above the greatest float, which bounds a column that has no bounds */

struct walk {
    struct buf *out;     /* NULL: reading */
    struct str in;       /* what is left to read */
    struct arena *arena; /* of what is read */
    struct catalog *catalog;
    const struct score *score; /* NULL: none */
    bool declares;             /* what it asks for is declared, and no rule is looked for */
    struct err_info *why;
    enum err err;
};

static void refuse(struct walk *w, const char *what)
{
    if (w->err == ERR_OK) w->err = err_set(w->why, ERR_INVALID, "this cannot be a model: %s", what);
}

/* ---- Numbers and texts. ---- */

static void pass_u64(struct walk *w, uint64_t *number)
{
    unsigned char bytes[sizeof *number];
    if (w->out != NULL) {
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(*number >> (8 * i));
        buf_append(w->out, (struct str){(const char *)bytes, sizeof bytes});
        return;
    }
    *number = 0;
    if (w->in.len < sizeof bytes) refuse(w, "it ends too early");
    if (w->err != ERR_OK) return;
    memcpy(bytes, w->in.at, sizeof bytes);
    w->in = (struct str){w->in.at + sizeof bytes, w->in.len - sizeof bytes};
    for (size_t i = 0; i < sizeof bytes; i++) *number |= (uint64_t)bytes[i] << (8 * i);
}

static void pass_i64(struct walk *w, int64_t *number)
{
    uint64_t bits = (uint64_t)*number;
    pass_u64(w, &bits);
    *number = (int64_t)bits;
}

static void pass_double(struct walk *w, double *number)
{
    uint64_t bits = 0;
    memcpy(&bits, number, sizeof bits);
    pass_u64(w, &bits);
    memcpy(number, &bits, sizeof bits);
}

/* A number that is counted with: small enough that no sum or product of a forecast leaves a double. */
static void pass_finite(struct walk *w, double *number)
{
    pass_double(w, number);
    if (fabs(*number) <= NUMBER_MAX) return;
    refuse(w, "a number is too large");
    *number = 0;
}

/* 0 to `most`. */
static uint32_t passed_u32(struct walk *w, uint32_t number, uint32_t most)
{
    uint64_t wide = number;
    pass_u64(w, &wide);
    if (wide <= most) return (uint32_t)wide;
    refuse(w, "a number is too large");
    return 0;
}

/* How many elements follow. Each takes some bytes, so a small image cannot ask for much memory. */
static void pass_count(struct walk *w, uint32_t *count, uint32_t most)
{
    *count = passed_u32(w, *count, most);
    if (w->out != NULL || *count <= w->in.len) return;
    refuse(w, "it ends too early");
    *count = 0;
}

static void pass_str(struct walk *w, struct str *text)
{
    if (text->len > MODEL_TEXT_MAX && w->err == ERR_OK)
        w->err = err_set(w->why, ERR_TOO_BIG, "a text of the model is over %d bytes", MODEL_TEXT_MAX);
    uint32_t length = w->err == ERR_OK ? (uint32_t)text->len : 0;
    pass_count(w, &length, MODEL_TEXT_MAX);
    if (w->out != NULL) {
        buf_append(w->out, (struct str){text->at, length});
        return;
    }
    *text = arena_str(w->arena, (struct str){w->in.at, length});
    w->in = (struct str){w->in.at + length, w->in.len - length};
    if (!unicode_valid(*text, NULL)) refuse(w, "a text is not UTF-8");
}

/* The array that `count` elements are read into; what is written stays where it is. */
#define PASS_ARRAY(w, array, count) \
    ((array) = (w)->out != NULL ? (array) : arena_array((w)->arena, (count), sizeof *(array)))

static void pass_finites(struct walk *w, double **numbers, uint32_t count)
{
    PASS_ARRAY(w, *numbers, count);
    for (uint32_t i = 0; i < count; i++) pass_finite(w, &(*numbers)[i]);
}

/* ---- Features. ---- */

/* One that the model asks for is here, or is declared. */
static void find_property(struct walk *w, enum entity entity, struct str name, enum type type, uint32_t *property)
{
    *property = catalog_find(w->catalog, entity, name);
    if (w->declares && *property == INTERN_NONE && !catalog_is_full(w->catalog))
        *property = catalog_property(w->catalog, entity, name);
    if (*property == INTERN_NONE) {
        w->err = err_set(w->why, ERR_NOT_FOUND, "the model asks for the property " STR_FMT " of %s, which is not here",
                         STR_ARG(name), entity_plural(entity));
        return;
    }
    struct property *at = catalog_at(w->catalog, *property);
    if (!w->declares || at->declared || type == TYPE_OPEN) return;
    at->declared = true;
    at->type = type == TYPE_ENUMERATION ? TYPE_STRING : type; /* its options are not known here */
}

/* A property by its name and type: "" is none. */
static void pass_property(struct walk *w, enum entity entity, uint32_t *property)
{
    struct str name = {0};
    enum type type = TYPE_OPEN;
    if (w->out != NULL && *property != INTERN_NONE) {
        name = catalog_at(w->catalog, *property)->name;
        type = catalog_at(w->catalog, *property)->type;
    }
    pass_str(w, &name);
    type = (enum type)passed_u32(w, type, TYPE_SET);
    if (w->out != NULL || w->err != ERR_OK) return;
    *property = INTERN_NONE;
    if (name.len > PROPERTY_NAME_MAX) refuse(w, "a property's name is too long");
    else if (name.len > 0) find_property(w, entity, name, type, property);
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

static void check_property(struct walk *w, const struct feature *feature)
{
    bool wanted = feature->kind <= FEATURE_MAIL_ROLE;
    if (wanted != (feature->property != INTERN_NONE)) refuse(w, "a feature is of no property, or needs none");
    if (w->err != ERR_OK || !wanted) return;
    if (!is_of_type(feature->kind, catalog_at(w->catalog, feature->property)->type))
        w->err = err_set(w->why, ERR_CONFLICT,
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

static void bind_rule(struct walk *w, struct feature *feature)
{
    if (w->err != ERR_OK || w->declares || (w->score != NULL && find_rule(w->score, feature))) return;
    w->err = err_set(w->why, ERR_NOT_FOUND, "the model learnt from the " STR_FMT ", which is not here",
                     STR_ARG(feature->name));
}

static void pass_feature(struct walk *w, enum entity object, uint32_t kinds, struct feature *feature)
{
    feature->kind = (enum feature_kind)passed_u32(w, feature->kind, FEATURE_SCORE);
    feature->of_company = passed_u32(w, feature->of_company, 1);
    feature->events = passed_u32(w, feature->events, kinds - 1);
    pass_str(w, &feature->name);
    pass_str(w, &feature->text);
    pass_property(w, feature->of_company ? ENTITY_COMPANY : object, &feature->property);
    if (w->out != NULL) return;
    check_property(w, feature);
    if (feature->kind >= FEATURE_RULE) bind_rule(w, feature);
}

static void pass_plan(struct walk *w, enum entity object, struct feature_plan *plan)
{
    pass_count(w, &plan->kind_count, EVENT_KINDS_MAX);
    pass_count(w, &plan->count, FEATURES_MAX);
    if (plan->kind_count == 0 || plan->count == 0) refuse(w, "it has no features");
    PASS_ARRAY(w, plan->kinds, plan->kind_count);
    PASS_ARRAY(w, plan->features, plan->count);
    for (uint32_t k = 0; k < plan->kind_count && w->err == ERR_OK; k++) {
        pass_str(w, &plan->kinds[k].name);
        pass_str(w, &plan->kinds[k].text);
        pass_property(w, ENTITY_EVENT, &plan->kinds[k].property);
    }
    for (uint32_t f = 0; f < plan->count && w->err == ERR_OK; f++)
        pass_feature(w, object, plan->kind_count, &plan->features[f]);
}

/* Which columns of the plan they meant was settled when it was made. */
static void pass_leaks(struct walk *w, struct leaks *leaks)
{
    pass_count(w, &leaks->count, PROPERTIES_MAX + FEATURES_MAX + LEAK_NAMES_MAX);
    PASS_ARRAY(w, leaks->at, leaks->count);
    for (uint32_t i = 0; i < leaks->count && w->err == ERR_OK; i++) {
        struct leak *leak = &leaks->at[i];
        leak->kind = (enum leak_kind)passed_u32(w, leak->kind, LEAK_AFTERWARDS);
        leak->of_company = passed_u32(w, leak->of_company, 1);
        pass_str(w, &leak->subject);
        pass_str(w, &leak->event);
        pass_str(w, &leak->sentence);
        pass_double(w, &leak->auc);
        if (w->out == NULL) leak->property = INTERN_NONE;
    }
}

/* ---- What was learnt. ---- */

static void pass_encoding(struct walk *w, uint32_t features, struct encoding *encoding)
{
    pass_count(w, &encoding->count, LOGISTIC_COLUMNS_MAX);
    PASS_ARRAY(w, encoding->columns, encoding->count);
    for (uint32_t c = 0; c < encoding->count && w->err == ERR_OK; c++) {
        struct encoded_column *column = &encoding->columns[c];
        column->feature = passed_u32(w, column->feature, features - 1);
        column->how = (enum encode)passed_u32(w, column->how, ENCODE_MISSING);
        pass_finite(w, &column->low);
        pass_finite(w, &column->high);
        pass_finite(w, &column->fill);
        if (c > 0 && column->feature < column[-1].feature) refuse(w, "its columns are in disorder");
    }
}

static void pass_logistic(struct walk *w, uint32_t columns, struct logistic *logistic)
{
    logistic->columns = columns;
    logistic->rounds = passed_u32(w, logistic->rounds, UINT32_MAX);
    pass_finite(w, &logistic->intercept);
    pass_finites(w, &logistic->coefficient, columns);
    pass_finites(w, &logistic->mean, columns);
    pass_finites(w, &logistic->deviation, columns);
}

static void write_trees(struct walk *w, struct boost *trees)
{
    AUTO_BUF bytes = BUF_INIT(BOOST_BYTES_MAX);
    if (w->err == ERR_OK) w->err = boost_save(trees, &bytes, w->why);
    passed_u32(w, (uint32_t)bytes.len, UINT32_MAX);
    buf_append(w->out, buf_str(&bytes));
}

static void read_trees(struct walk *w, uint32_t features, struct boost **trees)
{
    uint32_t length = 0;
    pass_count(w, &length, (uint32_t)BOOST_BYTES_MAX);
    if (w->err == ERR_OK) w->err = boost_load((struct str){w->in.at, length}, trees, w->why);
    if (w->err != ERR_OK) return;
    w->in = (struct str){w->in.at + length, w->in.len - length};
    if (boost_columns(*trees) != features) refuse(w, "its trees are of other features");
}

static void pass_calibration(struct walk *w, struct learned *learned)
{
    struct isotonic *steps = &learned->steps;
    learned->has_steps = passed_u32(w, learned->has_steps, 1);
    pass_finite(w, &learned->curve.slope);
    pass_finite(w, &learned->curve.offset);
    if (!learned->has_steps) return;
    pass_count(w, &steps->count, MODEL_KNOTS_MAX);
    pass_finites(w, &steps->score, steps->count);
    pass_finites(w, &steps->probability, steps->count);
    if (steps->count == 0) refuse(w, "its staircase has no steps");
    for (uint32_t k = 0; k < steps->count && w->err == ERR_OK; k++) {
        if (!(steps->probability[k] > 0 && steps->probability[k] < 1)) refuse(w, "a step is no probability");
        if (k > 0 && (steps->score[k] <= steps->score[k - 1] || steps->probability[k] < steps->probability[k - 1]))
            refuse(w, "its staircase falls");
    }
}

/* ---- Figures: any number, NAN is one of them. ---- */

static void pass_interval(struct walk *w, struct interval *interval)
{
    pass_double(w, &interval->value);
    pass_double(w, &interval->low);
    pass_double(w, &interval->high);
}

static void pass_tenth(struct walk *w, struct tenth *tenth)
{
    double *const numbers[] = {&tenth->weight, &tenth->forecast, &tenth->observed, &tenth->low,
                               &tenth->high,   &tenth->lift,     &tenth->gain};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) pass_double(w, numbers[i]);
}

static void pass_figures(struct walk *w, struct learned *learned)
{
    struct quality *quality = &learned->quality;
    double *const brier[] = {&quality->brier.reliability, &quality->brier.resolution, &quality->brier.uncertainty,
                             &quality->brier.spread};
    pass_u64(w, &quality->examples);
    pass_double(w, &quality->weight);
    pass_double(w, &quality->positives);
    for (size_t i = 0; i < COUNT_OF(brier); i++) pass_double(w, brier[i]);
    for (int t = 0; t < TENTHS; t++) pass_tenth(w, &quality->tenths[t]);
    for (int f = 0; f < FIGURE_COUNT; f++) {
        pass_double(w, &quality->figures[f]);
        pass_interval(w, &learned->intervals[f]);
        pass_interval(w, &learned->against_base_rate[f]);
    }
}

static void pass_learned(struct walk *w, uint32_t columns, struct learned *learned)
{
    learned->columns = columns;
    learned->kind = (enum model_kind)passed_u32(w, learned->kind, MODEL_TREES);
    pass_finite(w, &learned->penalty);
    learned->depth = passed_u32(w, learned->depth, TREE_DEPTH_MAX);
    if (w->err != ERR_OK) return;
    if (learned->kind == MODEL_LOGISTIC) {
        pass_encoding(w, columns, &learned->encoding);
        pass_logistic(w, learned->encoding.count, &learned->logistic);
    } else if (learned->kind == MODEL_NONE) {
        refuse(w, "nothing was learnt");
    } else if (w->out != NULL) {
        write_trees(w, learned->boost);
    } else {
        read_trees(w, columns, &learned->boost);
    }
    pass_calibration(w, learned);
    pass_figures(w, learned);
}

/* ---- All of it. ---- */

static void pass_story(struct walk *w, struct trained *trained)
{
    struct str sentence = str_from_c(trained->learned.sentence);
    pass_str(w, &trained->outcome);
    trained->object = (enum entity)passed_u32(w, trained->object, OBJECT_COUNT - 1);
    trained->learned.verdict = (enum verdict)passed_u32(w, trained->learned.verdict, VERDICT_NO_SIGNAL);
    pass_str(w, &sentence);
    if (sentence.len >= sizeof trained->learned.sentence) refuse(w, "its verdict is too long");
    else if (w->out == NULL && w->err == ERR_OK) memcpy(trained->learned.sentence, sentence.at, sentence.len);
    pass_i64(w, &trained->horizon_ms);
    pass_i64(w, &trained->begins_ms);
    pass_i64(w, &trained->test_begins_ms);
    pass_i64(w, &trained->ends_ms);
    pass_u64(w, &trained->seed);
    if (trained->horizon_ms <= 0) refuse(w, "it has no horizon");
    for (enum example_side side = SIDE_NONE; side < SIDE_COUNT; side++) {
        pass_u64(w, &trained->learned.sides[side].examples);
        pass_u64(w, &trained->learned.sides[side].positives);
        pass_u64(w, &trained->learned.sides[side].records);
    }
}

static void pass_model(struct walk *w, struct trained *trained)
{
    pass_story(w, trained);
    pass_plan(w, trained->object, &trained->plan);
    pass_leaks(w, &trained->leaks);
    pass_u64(w, &trained->rules_print);
    pass_learned(w, trained->plan.count, &trained->learned);
}

enum err model_image_write(const struct trained *trained, struct catalog *catalog, struct buf *out,
                           struct err_info *why)
{
    INVARIANT(trained->learned.kind != MODEL_NONE);
    AUTO_BUF body = BUF_INIT(MODEL_BYTES_MAX);
    struct trained written = *trained; /* a walk that writes changes nothing, but may */
    struct walk walk = {.out = &body, .catalog = catalog, .why = why};
    pass_model(&walk, &written);
    if (walk.err != ERR_OK) return walk.err;
    uint64_t hash = str_hash(buf_str(&body), HASH_SEED);
    walk.out = out;
    buf_append(out, MAGIC);
    pass_u64(&walk, &hash);
    buf_append(out, buf_str(&body));
    if (body.failed || out->failed)
        return err_set(why, ERR_TOO_BIG, "a model is over %zu bytes", body.failed ? body.ceiling : out->ceiling);
    return ERR_OK;
}

/* The body of an image whose head is right. */
static enum err open_image(struct str bytes, struct str *body, struct err_info *why)
{
    uint64_t hash = 0;
    struct walk walk = {.why = why};
    if (bytes.len > MODEL_BYTES_MAX) return err_set(why, ERR_TOO_BIG, "a model has at most %zu bytes", MODEL_BYTES_MAX);
    if (!str_starts_with(bytes, MAGIC))
        return err_set(why, ERR_INVALID,
                       str_starts_with(bytes, MAGIC_FAMILY) ? "this model was written by another version of Plumb"
                                                            : "these bytes are not a model");
    walk.in = (struct str){bytes.at + MAGIC.len, bytes.len - MAGIC.len};
    pass_u64(&walk, &hash);
    *body = walk.in;
    if (walk.err == ERR_OK && hash != str_hash(*body, HASH_SEED))
        walk.err = err_set(why, ERR_INVALID, "this model is damaged");
    return walk.err;
}

static bool has_rules(const struct feature_plan *plan)
{
    for (uint32_t f = 0; f < plan->count; f++)
        if (plan->features[f].kind >= FEATURE_RULE) return true;
    return false;
}

static enum err read_image(struct walk *walk, struct str bytes, struct trained *out)
{
    *out = (struct trained){0};
    walk->err = open_image(bytes, &walk->in, walk->why);
    if (walk->err == ERR_OK) pass_model(walk, out);
    if (walk->err == ERR_OK && walk->in.len > 0) refuse(walk, "there is something behind its end");
    if (walk->err != ERR_OK) trained_release(out);
    return walk->err;
}

enum err model_image_read(struct str bytes, struct catalog *catalog, const struct definitions *set, uint32_t score,
                          struct arena *arena, struct trained *out, struct err_info *why)
{
    struct walk walk = {.arena = arena, .catalog = catalog, .why = why};
    if (set != NULL) walk.score = set->scores[score];
    enum err err = read_image(&walk, bytes, out);
    if (err == ERR_OK && has_rules(&out->plan)) out->rules_changed = rules_print(set, score) != out->rules_print;
    return err;
}

enum err model_image_declare(struct str bytes, struct catalog *catalog, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct walk walk = {.arena = arena, .catalog = catalog, .declares = true, .why = why};
    struct trained trained;
    enum err err = read_image(&walk, bytes, &trained);
    trained_release(&trained);
    return err;
}
