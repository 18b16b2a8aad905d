/* feature_plan.c — which numbers a record is told in: what is frequent enough to learn from.
 *
 * A sample of the training examples is looked at as it was at their instants. What is counted is
 * how many examples have it, so one record that does a thing a thousand times is one. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/intern.h"
#include "predict/feature_events.h"
#include "predict/feature_plan.h"
#include "predict/mail.h"

#define VALUES_MAX 25        /* of a category or set, by name */
#define NAMES_MAX 24         /* of events */
#define PAIRS_MAX 24         /* of event name, property and value */
#define TALLIED_MAX 100000   /* different texts that are counted; later ones are not */
#define EVENTS_LOOKED_AT 500 /* of one example: the latest */

struct planning {
    const struct feature_source *source;
    const struct training_example **sample;
    uint32_t sample_count;
    uint32_t support_min; /* examples */
    struct arena *arena;
    LIST(struct feature) features;
    LIST(struct event_kind) kinds;
};

const struct value *source_value(const struct feature_source *source, uint32_t property, const struct value *value,
                                 struct arena *arena, struct value *room)
{
    if (value == NULL || value->type != TYPE_OPEN) return value;
    return value_read_as(arena, catalog_at(source_catalog(source), property)->type, value, room) ? room : NULL;
}

/* ---- Counting texts by the examples that have them. ---- */

struct census {
    struct intern *texts;
    LIST(uint32_t) examples; /* by code */
    LIST(uint32_t) latest;   /* by code: the example that was counted last, plus one */
};

static void census_add(struct census *census, struct str text, uint32_t example)
{
    uint32_t code = intern_find(census->texts, text);
    if (code == INTERN_NONE) {
        if (intern_count(census->texts) >= TALLIED_MAX) return;
        code = intern_add(census->texts, text);
        *LIST_ADD(&census->examples) = 0;
        *LIST_ADD(&census->latest) = 0;
    }
    INVARIANT(code < census->latest.count && census->latest.at != NULL && census->examples.at != NULL);
    if (census->latest.at[code] == example + 1) return;
    census->latest.at[code] = example + 1;
    census->examples.at[code]++;
}

static void census_release(struct census *census)
{
    intern_free(census->texts);
    LIST_RELEASE(&census->examples);
    LIST_RELEASE(&census->latest);
}

struct frequent {
    struct str text;
    uint32_t examples;
};

static int most_first(const void *a, const void *b)
{
    const struct frequent *x = a, *y = b;
    if (x->examples != y->examples) return x->examples > y->examples ? -1 : 1;
    return str_compare(x->text, y->text);
}

/* The most frequent that have support, at most `most`; copied. */
static uint32_t most_frequent(const struct planning *p, const struct census *census, uint32_t most,
                              struct frequent **out)
{
    uint32_t all = intern_count(census->texts), count = 0;
    struct frequent *list = ARENA_ARRAY(p->arena, struct frequent, all);
    INVARIANT(all == 0 || census->examples.at != NULL);
    for (uint32_t c = 0; c < all; c++)
        if (census->examples.at[c] >= p->support_min)
            list[count++] = (struct frequent){intern_at(census->texts, c), census->examples.at[c]};
    qsort(list, count, sizeof *list, most_first);
    if (count > most) count = most;
    for (uint32_t i = 0; i < count; i++) list[i].text = arena_str(p->arena, list[i].text);
    *out = list;
    return count;
}

/* ---- Properties. ---- */

static void add_feature(struct planning *p, struct feature feature)
{
    if (p->features.count < FEATURES_MAX) *LIST_ADD(&p->features) = feature;
}

static const struct value *value_at(const struct planning *p, uint32_t property, bool of_company, uint32_t i)
{
    const struct training_example *example = p->sample[i];
    uint32_t record = example->record;
    if (of_company) record = history_company(p->source->history, p->source->object, record, example->at_ms);
    return record == RECORD_NONE ? NULL : history_value(p->source->history, property, record, example->at_ms);
}

/* What the sample's values of one property are. */
struct column {
    uint32_t property;
    bool of_company;
    struct str name; /* "company.industry" */
    enum type type;
    uint32_t known, mails;
    struct census values; /* or members */
};

static void look_at(const struct planning *p, struct column *column)
{
    AUTO_ARENA scratch = arena_new();
    struct value room;
    column->values.texts = intern_new();
    for (uint32_t i = 0; i < p->sample_count; i++) {
        arena_reset(scratch);
        const struct value *value = value_at(p, column->property, column->of_company, i);
        value = source_value(p->source, column->property, value, scratch, &room);
        if (value == NULL) continue;
        column->known++;
        if (value->type == TYPE_SET) {
            for (uint32_t m = 0; m < value->member_count; m++) census_add(&column->values, value->members[m], i);
        } else if (value->folded.len > 0) {
            column->mails += mail_is_address(value->folded);
            census_add(&column->values, value->folded, i);
        }
    }
}

static void add_of_column(struct planning *p, const struct column *column, enum feature_kind kind, struct str text,
                          const char *words)
{
    struct feature feature = {
        .kind = kind, .of_company = column->of_company, .property = column->property, .text = text};
    feature.name = arena_format(p->arena, STR_FMT "%s" STR_FMT, STR_ARG(column->name), words, STR_ARG(text));
    add_feature(p, feature);
}

static void add_missing(struct planning *p, const struct column *column)
{
    if (p->sample_count - column->known >= p->support_min)
        add_of_column(p, column, FEATURE_MISSING, STR(""), " is missing");
}

static void add_texts(struct planning *p, const struct column *column)
{
    struct frequent *values = NULL;
    uint32_t count = most_frequent(p, &column->values, VALUES_MAX, &values), covered = 0;
    if (column->mails >= column->known - column->known / 10) {
        add_of_column(p, column, FEATURE_MAIL_FREE, STR(""), " is of a free provider");
        add_of_column(p, column, FEATURE_MAIL_ROLE, STR(""), " is a function's");
        add_missing(p, column);
        return;
    }
    for (uint32_t i = 0; i < count; i++) covered += values[i].examples;
    if (covered * 2 >= column->known) { /* else it is text: nearly everybody has another */
        for (uint32_t i = 0; i < count; i++) add_of_column(p, column, FEATURE_IS, values[i].text, " is ");
        if (column->known - covered >= p->support_min)
            add_of_column(p, column, FEATURE_OTHER, STR(""), " is something else");
    }
    add_missing(p, column);
}

static void add_set(struct planning *p, const struct column *column)
{
    struct frequent *members = NULL;
    uint32_t count = most_frequent(p, &column->values, VALUES_MAX, &members);
    for (uint32_t i = 0; i < count; i++) add_of_column(p, column, FEATURE_HAS, members[i].text, " has ");
    add_of_column(p, column, FEATURE_MEMBERS, STR(""), ": how many");
}

static void plan_property(struct planning *p, uint32_t property, bool of_company)
{
    const struct property *known = catalog_at(source_catalog(p->source), property);
    struct column column = {.property = property, .of_company = of_company, .type = known->type};
    column.name = arena_format(p->arena, "%s" STR_FMT, of_company ? "company." : "", STR_ARG(known->name));
    look_at(p, &column);
    if (column.known >= p->support_min) {
        switch (column.type) {
        case TYPE_NUMBER: add_of_column(p, &column, FEATURE_NUMBER, STR(""), ""); break;
        case TYPE_BOOLEAN: add_of_column(p, &column, FEATURE_BOOLEAN, STR(""), ""); break;
        case TYPE_DATE:
        case TYPE_DATETIME: add_of_column(p, &column, FEATURE_AGE, STR(""), ": days ago"); break;
        case TYPE_SET: add_set(p, &column); break;
        case TYPE_OPEN:
        case TYPE_STRING:
        case TYPE_ENUMERATION: add_texts(p, &column); break;
        }
    }
    census_release(&column.values);
}

static void plan_properties(struct planning *p)
{
    const struct feature_source *source = p->source;
    struct catalog *catalog = source_catalog(source);
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        enum entity entity = catalog_at(catalog, i)->entity;
        if (source->left_out != NULL && source->left_out[i]) continue;
        if (entity == source->object) plan_property(p, i, false);
        else if (entity == ENTITY_COMPANY && source->object != ENTITY_COMPANY) plan_property(p, i, true);
    }
}

/* ---- Kinds of events. ---- */

/* A pair as a text: the property's number, the name and the value, the first two of fixed or told length. */
static struct str pair_text(struct buf *buf, uint32_t property, struct str name, struct str value)
{
    buf_clear(buf);
    buf_format(buf, "%u %zu ", property, name.len);
    buf_append(buf, name);
    buf_append(buf, value);
    return buf_str(buf);
}

static struct event_kind kind_of_pair(struct str pair)
{
    uint64_t property = 0, length = 0;
    struct str number = str_cut(&pair, ' ');
    INVARIANT(str_to_u64(number, &property));
    number = str_cut(&pair, ' ');
    INVARIANT(str_to_u64(number, &length) && length <= pair.len);
    return (struct event_kind){{pair.at, length}, (uint32_t)property, {pair.at + length, pair.len - length}};
}

/* Frequent values of it are kinds of events; a number's are chance. */
static bool is_category(enum type type)
{
    return type == TYPE_OPEN || type == TYPE_STRING || type == TYPE_ENUMERATION || type == TYPE_BOOLEAN;
}

static void look_at_event(const struct planning *p, const struct dated_event *event, uint32_t example,
                          struct census *names, struct census *pairs, struct buf *buf)
{
    const struct history *history = p->source->history;
    struct catalog *catalog = source_catalog(p->source);
    struct str name = history_class_name(history, event->class_id);
    if (name.len == 0) return;
    census_add(names, name, example);
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        if (catalog_at(catalog, i)->entity != ENTITY_EVENT || !is_category(catalog_at(catalog, i)->type)) continue;
        if (p->source->left_out != NULL && p->source->left_out[i]) continue;
        struct str text = event_text(history_event_value(history, event->number, i));
        if (text.len > 0 && text.len <= NAME_MAX_BYTES) census_add(pairs, pair_text(buf, i, name, text), example);
    }
}

static void plan_kinds(struct planning *p)
{
    struct census names = {.texts = intern_new()}, pairs = {.texts = intern_new()};
    struct event_reader reader;
    struct frequent *list = NULL;
    AUTO_BUF buf = BUF_INIT(4096);
    event_reader_init(&reader, p->source->history, NULL, 0);
    for (uint32_t i = 0; i < p->sample_count; i++) {
        event_reader_read(&reader, p->source->object, p->sample[i]->record, p->sample[i]->at_ms);
        uint64_t first = reader.events.count > EVENTS_LOOKED_AT ? reader.events.count - EVENTS_LOOKED_AT : 0;
        for (uint64_t e = first; e < reader.events.count; e++)
            look_at_event(p, &reader.events.at[e], i, &names, &pairs, &buf);
    }
    *LIST_ADD(&p->kinds) = (struct event_kind){.property = INTERN_NONE}; /* any */
    uint32_t count = most_frequent(p, &names, NAMES_MAX, &list);
    for (uint32_t i = 0; i < count; i++) *LIST_ADD(&p->kinds) = (struct event_kind){list[i].text, INTERN_NONE, {0}};
    count = most_frequent(p, &pairs, PAIRS_MAX, &list);
    for (uint32_t i = 0; i < count; i++) {
        struct event_kind kind = kind_of_pair(list[i].text);
        uint32_t name = intern_find(names.texts, kind.name);
        INVARIANT(name < names.examples.count && names.examples.at != NULL);
        uint32_t of_name = names.examples.at[name];
        if (list[i].examples < of_name - of_name / 10) *LIST_ADD(&p->kinds) = kind; /* else it is as good as the name */
    }
    event_reader_release(&reader);
    census_release(&names);
    census_release(&pairs);
}

static struct str name_of_kind(const struct planning *p, const struct event_kind *kind)
{
    if (kind->name.len == 0) return STR("any event");
    if (kind->property == INTERN_NONE) return kind->name;
    const struct property *property = catalog_at(source_catalog(p->source), kind->property);
    return arena_format(p->arena, STR_FMT " with " STR_FMT " " STR_FMT, STR_ARG(kind->name), STR_ARG(property->name),
                        STR_ARG(kind->text));
}

static void plan_events(struct planning *p)
{
    static const char *const words[] = {"in 7 days",           "in 30 days", "in 90 days",       "ever",
                                        "days since the last", "decayed",    "on how many days", "trend"};
    plan_kinds(p);
    for (uint32_t k = 0; k < p->kinds.count; k++) {
        struct str kind = name_of_kind(p, &p->kinds.at[k]);
        for (enum feature_kind f = FEATURE_EVENTS_7; f <= FEATURE_EVENTS_TREND; f++)
            add_feature(p, (struct feature){.kind = f,
                                            .property = INTERN_NONE,
                                            .events = k,
                                            .name = arena_format(p->arena, STR_FMT ": %s", STR_ARG(kind),
                                                                 words[f - FEATURE_EVENTS_7])});
    }
}

/* ---- Associations and rules. ---- */

static void plan_associations(struct planning *p)
{
    static const struct {
        enum feature_kind kind;
        struct str name;
        bool of[OBJECT_COUNT];
    } rows[] = {{FEATURE_COMPANY, STR_INIT("has a company"), {true, false, true}},
                {FEATURE_CONTACTS, STR_INIT("contacts of the company"), {true, false, false}},
                {FEATURE_CONTACTS, STR_INIT("contacts"), {false, true, true}},
                {FEATURE_COLLEAGUES, STR_INIT("events of colleagues in 30 days"), {true, false, false}},
                {FEATURE_DEALS, STR_INIT("deals"), {true, true, false}},
                {FEATURE_OPEN_DEALS, STR_INIT("open deals"), {true, true, false}}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].of[p->source->object])
            add_feature(p, (struct feature){.kind = rows[i].kind, .property = INTERN_NONE, .name = rows[i].name});
}

struct str rule_feature_name(struct arena *arena, const struct group *group, const struct rule *rule)
{
    return arena_format(arena, "rule " STR_FMT " / " STR_FMT, STR_ARG(group->name), STR_ARG(rule->name));
}

struct str score_feature_name(struct arena *arena, const struct score *score)
{
    return arena_format(arena, "score " STR_FMT, STR_ARG(score->name));
}

static void plan_rules(struct planning *p)
{
    if (p->source->scan == NULL) return;
    const struct score *score = p->source->set->scores[p->source->score];
    uint32_t rule = 0;
    for (uint32_t g = 0; g < score->group_count; g++)
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++, rule++) {
            if (!score->groups[g].rules[r].enabled) continue;
            struct str name = rule_feature_name(p->arena, &score->groups[g], &score->groups[g].rules[r]);
            add_feature(p, (struct feature){.kind = FEATURE_RULE, .property = INTERN_NONE, .rule = rule, .name = name});
        }
    add_feature(p, (struct feature){
                       .kind = FEATURE_SCORE, .property = INTERN_NONE, .name = score_feature_name(p->arena, score)});
}

/* ---- All of it. ---- */

static void draw_sample(struct planning *p, const struct examples *examples, const uint8_t *sides)
{
    uint64_t all = 0, seen = 0;
    for (uint64_t i = 0; i < examples->count; i++) all += sides == NULL || sides[i] == SIDE_TRAIN;
    uint64_t wanted = all < PLAN_SAMPLE ? all : PLAN_SAMPLE;
    p->sample = memory_array(wanted, sizeof *p->sample);
    for (uint64_t i = 0; i < examples->count; i++) {
        if (sides != NULL && sides[i] != SIDE_TRAIN) continue;
        if ((seen + 1) * wanted / all > seen * wanted / all) p->sample[p->sample_count++] = &examples->at[i];
        seen++;
    }
    p->support_min = p->sample_count / 200;
    if (p->support_min < FEATURE_SUPPORT_MIN) p->support_min = FEATURE_SUPPORT_MIN;
}

void feature_plan_choose(const struct feature_source *source, const struct examples *examples, const uint8_t *sides,
                         struct arena *arena, struct feature_plan *out)
{
    struct planning p = {.source = source, .arena = arena};
    draw_sample(&p, examples, sides);
    plan_associations(&p);
    plan_rules(&p);
    plan_properties(&p);
    plan_events(&p);
    *out = (struct feature_plan){
        .features = ARENA_ARRAY(arena, struct feature, p.features.count),
        .count = (uint32_t)p.features.count,
        .kinds = ARENA_ARRAY(arena, struct event_kind, p.kinds.count),
        .kind_count = (uint32_t)p.kinds.count,
    };
    for (uint32_t f = 0; f < out->count; f++) out->features[f] = p.features.at[f];
    for (uint32_t k = 0; k < out->kind_count; k++) out->kinds[k] = p.kinds.at[k];
    memory_free(p.sample);
    LIST_RELEASE(&p.features);
    LIST_RELEASE(&p.kinds);
}
