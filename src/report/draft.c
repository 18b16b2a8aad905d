/* draft.c — rules for what was found, and their text; draft_make.c goes through the steps. */
// SPDX-License-Identifier: Apache-2.0
#include "report/draft.h"

#include <math.h>

#include "base/intern.h"
#include "base/json.h"

#define WORDS_BYTES_MAX ((size_t)64 * 1024)
#define EVENT_DAYS 180   /* older ones do not count */
#define EVENTS_COUNTED 5 /* of one kind, the latest */
#define KEY "\n        " /* another key of a rule */

struct drafting {
    const struct profile *profile;
    const struct feature_source *source;
    struct arena *arena;
    struct draft_plan *out;
};

/* ---- Words of the language. ---- */

/* In double quotes, with what must be escaped: JSON's way is YAML's, too. */
static void append_quoted(struct buf *out, struct str text)
{
    AUTO_BUF quoted = BUF_INIT(WORDS_BYTES_MAX);
    struct json_writer json = {.out = &quoted};
    json_string(&json, text);
    buf_append(out, buf_str(&quoted));
}

static struct str property_name(const struct drafting *d, uint32_t property, bool of_company)
{
    struct str name = catalog_at(source_catalog(d->source), property)->name;
    return of_company ? arena_format(d->arena, "company." STR_FMT, STR_ARG(name)) : name;
}

/* The value as the facts write it: the trait's words are the feature's, which end in the folded value, with that. */
static struct str written(const struct trait *trait, const struct feature *feature)
{
    size_t before = feature->name.len - feature->text.len;
    return (struct str){trait->words.at + before, trait->words.len - before};
}

/* `is: "Software"`, `between: [50, 200]`, `has_any: ["a"]`; empty for what is no test of a value. */
static struct str test_words(const struct drafting *d, const struct trait *trait, const struct feature *feature)
{
    AUTO_BUF words = BUF_INIT(WORDS_BYTES_MAX);
    switch (feature->kind) {
    case FEATURE_IS:
        buf_append_c(&words, "is: ");
        append_quoted(&words, written(trait, feature));
        break;
    case FEATURE_HAS:
        buf_append_c(&words, "has_any: [");
        append_quoted(&words, feature->text);
        buf_append_c(&words, "]");
        break;
    case FEATURE_BOOLEAN: buf_append_c(&words, "is: true"); break;
    case FEATURE_MISSING: buf_append_c(&words, "known: false"); break;
    case FEATURE_NUMBER:
        if (isinf(trait->from)) buf_append_c(&words, "lt: ");
        else if (isinf(trait->until)) buf_append_c(&words, "gte: ");
        else buf_append_c(&words, "between: [");
        buf_append_double(&words, isinf(trait->from) ? trait->until : trait->from);
        if (!isinf(trait->from) && !isinf(trait->until)) {
            buf_append_c(&words, ", ");
            buf_append_double(&words, trait->until);
            buf_append_c(&words, "]");
        }
        break;
    default: break;
    }
    return arena_str(d->arena, buf_str(&words));
}

/* ---- Rules. ---- */

static struct draft_rule *rule_named(struct draft_group *group, struct str name)
{
    for (uint32_t i = 0; i < group->count; i++)
        if (str_equal(group->rules[i].name, name)) return &group->rules[i];
    if (group->count == DRAFT_RULES_MAX) return NULL;
    struct draft_rule *rule = &group->rules[group->count++];
    *rule = (struct draft_rule){.name = name};
    return rule;
}

static void add_entry(struct draft_rule *rule, struct str words, const struct finding *finding)
{
    int sense = !finding->found ? 0 : finding->ratio.value > 1 ? 1 : -1;
    if (rule->count < DRAFT_ENTRIES_MAX) rule->entries[rule->count++] = (struct draft_entry){words, 1, sense};
}

/* All ranges of a number, the highest first: where two meet, the upper one has the border. */
static void add_ranges(struct drafting *d, struct draft_rule *rule, uint32_t feature)
{
    double below = INFINITY;
    while (rule->count < DRAFT_ENTRIES_MAX) {
        const struct finding *next = NULL;
        for (uint32_t i = 0; i < d->profile->count; i++) {
            const struct finding *finding = &d->profile->findings[i];
            if (finding->trait.feature != feature || !(finding->trait.from < below)) continue;
            if (next == NULL || finding->trait.from > next->trait.from) next = finding;
        }
        if (next == NULL) return;
        add_entry(rule, test_words(d, &next->trait, &d->profile->plan.features[feature]), next);
        if (isinf(next->trait.from)) return;
        below = next->trait.from;
    }
}

static void add_of_property(struct drafting *d, const struct finding *finding, const struct feature *feature)
{
    const struct trait *trait = &finding->trait;
    bool of_company = feature->of_company;
    struct draft_group *group = &d->out->groups[of_company ? DRAFT_COMPANY : DRAFT_OWN];
    struct str property = property_name(d, feature->property, of_company), words = test_words(d, trait, feature);
    bool values = feature->kind == FEATURE_IS || feature->kind == FEATURE_NUMBER;
    if (words.len == 0 || trait->words.len > NAME_MAX_BYTES) return;
    struct draft_rule *rule = rule_named(group, values ? property : trait->words);
    if (rule == NULL) return;
    rule->property = property;
    rule->kind = values ? DRAFT_VALUES : DRAFT_WHEN;
    if (feature->kind == FEATURE_NUMBER) {
        if (rule->count == 0) add_ranges(d, rule, trait->feature);
        return;
    }
    if (values) {
        add_entry(rule, words, finding);
        return;
    }
    AUTO_BUF when = BUF_INIT(WORDS_BYTES_MAX);
    buf_append_c(&when, "{property: ");
    append_quoted(&when, property);
    buf_format(&when, ", " STR_FMT "}", STR_ARG(words));
    add_entry(rule, arena_str(d->arena, buf_str(&when)), finding);
}

/* "page_viewed with path /pricing" becomes event: "page_viewed", where: {property: "path", is: "/pricing"}. */
static void add_of_events(struct drafting *d, const struct finding *finding, const struct feature *feature)
{
    const struct event_kind *kind = &d->profile->plan.kinds[feature->events];
    AUTO_BUF words = BUF_INIT(WORDS_BYTES_MAX), name = BUF_INIT(WORDS_BYTES_MAX);
    if (kind->name.len == 0) return; /* any event: the kinds say it better */
    buf_append(&name, kind->name);
    buf_append_c(&words, "event: ");
    append_quoted(&words, kind->name);
    if (kind->property != INTERN_NONE) {
        struct str property = property_name(d, kind->property, false);
        buf_format(&name, ": " STR_FMT, STR_ARG(kind->text));
        buf_append_c(&words, KEY "where: {property: ");
        append_quoted(&words, property);
        buf_append_c(&words, ", is: ");
        append_quoted(&words, kind->text);
        buf_append_c(&words, "}");
    }
    buf_format(&words, KEY "within: %dd" KEY "per_day: 1" KEY "at_most: %d", EVENT_DAYS, EVENTS_COUNTED);
    if (buf_str(&name).len > NAME_MAX_BYTES) return;
    struct draft_rule *rule = rule_named(&d->out->groups[DRAFT_EVENTS], arena_str(d->arena, buf_str(&name)));
    if (rule == NULL || rule->count > 0) return;
    rule->kind = DRAFT_EVENT;
    add_entry(rule, arena_str(d->arena, buf_str(&words)), finding);
}

void draft_of_profile(const struct profile *profile, const struct feature_source *source, struct arena *arena,
                      struct draft_plan *out)
{
    static const char *const own[OBJECT_COUNT] = {"Person", "Company", "Deal"};
    struct drafting d = {profile, source, arena, out};
    *out = (struct draft_plan){.object = source->object, .half_life_days = DRAFT_HALF_LIFE_DAYS};
    out->groups[DRAFT_COMPANY].name = source->object == ENTITY_COMPANY ? STR("Group") : STR("Company");
    out->groups[DRAFT_OWN].name = str_from_c(own[source->object]);
    out->groups[DRAFT_EVENTS].name = STR("Behaviour");
    out->groups[DRAFT_EVENTS].of_events = true;
    for (uint32_t i = 0; i < profile->count; i++) {
        const struct finding *finding = &profile->findings[i];
        const struct feature *feature = &profile->plan.features[finding->trait.feature];
        if (!finding->found || !finding->best) continue;
        if (feature->kind <= FEATURE_MAIL_ROLE) add_of_property(&d, finding, feature);
        else if (feature->kind >= FEATURE_EVENTS_7 && feature->kind <= FEATURE_EVENTS)
            add_of_events(&d, finding, feature);
    }
}

/* ---- Points. ---- */

static void put_points(struct draft_entry *entry, struct suggested_points *suggested)
{
    if ((entry->sense > 0 && suggested->then < 0) || (entry->sense < 0 && suggested->then > 0)) suggested->then = 0;
    entry->points = suggested->then;
}

void draft_put_points(struct draft_plan *draft, struct suggestion *suggestion)
{
    uint32_t place = 0;
    for (int g = 0; g < DRAFT_GROUPS; g++)
        for (uint32_t r = 0; r < draft->groups[g].count; r++)
            for (uint32_t e = 0; e < draft->groups[g].rules[r].count; e++)
                put_points(&draft->groups[g].rules[r].entries[e], &suggestion->points[place++]);
    INVARIANT(place == suggestion->count);
    for (uint32_t i = 0; i < suggestion->half_life_count; i++)
        if (suggestion->half_lives[i].sure) draft->half_life_days = suggestion->half_lives[i].days;
}

static bool prune_rule(struct draft_rule *rule)
{
    uint32_t kept = 0;
    for (uint32_t e = 0; e < rule->count; e++)
        if (rule->entries[e].points != 0) rule->entries[kept++] = rule->entries[e];
    rule->count = kept;
    return kept > 0;
}

bool draft_prune(struct draft_plan *draft)
{
    uint32_t left = 0;
    for (int g = 0; g < DRAFT_GROUPS; g++) {
        struct draft_group *group = &draft->groups[g];
        uint32_t kept = 0;
        for (uint32_t r = 0; r < group->count; r++)
            if (prune_rule(&group->rules[r])) group->rules[kept++] = group->rules[r];
        group->count = kept;
        left += kept;
    }
    return left > 0;
}

/* ---- Text. ---- */

static void append_rule(struct buf *out, const struct draft_rule *rule)
{
    INVARIANT(rule->count > 0);
    buf_append_c(out, "      - name: ");
    append_quoted(out, rule->name);
    if (rule->kind == DRAFT_VALUES) {
        buf_append_c(out, KEY "property: ");
        append_quoted(out, rule->property);
        buf_append_c(out, KEY "values:\n");
        for (uint32_t e = 0; e < rule->count; e++)
            buf_format(out, "          - {" STR_FMT ", points: %d}\n", STR_ARG(rule->entries[e].words),
                       (int)rule->entries[e].points);
        return;
    }
    const struct draft_entry *only = &rule->entries[0];
    buf_format(out, KEY "%s" STR_FMT KEY "points: %d\n", rule->kind == DRAFT_WHEN ? "when: " : "", STR_ARG(only->words),
               (int)only->points);
}

struct str draft_text(const struct draft_plan *draft, struct arena *arena)
{
    static const char *const labels[] = {"SQL", "MQL", "Lead"};
    AUTO_BUF out = BUF_INIT(DRAFT_BYTES_MAX);
    buf_append_c(&out,
                 "# A draft from history: what customers had more often or less often than others, before they were.\n"
                 "# Points are what each thing did to the odds. Read it, change it, test it: plumb backtest.\n\n");
    buf_format(&out, "score: %s\ntitle: Lead score\nobject: %s\n", DRAFT_NAME, entity_name(draft->object));
    INVARIANT(draft->band_count <= COUNT_OF(labels));
    for (uint32_t b = 0; b < draft->band_count; b++)
        buf_format(&out, "%s  - {label: %s, from: %d}\n", b == 0 ? "bands:\n" : "", labels[b], (int)draft->bands[b]);
    buf_append_c(&out, "\ngroups:\n");
    for (int g = 0; g < DRAFT_GROUPS; g++) {
        const struct draft_group *group = &draft->groups[g];
        if (group->count == 0) continue;
        buf_format(&out, "  - name: " STR_FMT "\n    category: %s\n", STR_ARG(group->name),
                   group->of_events ? "engagement" : "fit");
        if (group->of_events) buf_format(&out, "    decay: {half_life: %ud}\n", draft->half_life_days);
        buf_append_c(&out, "    rules:\n");
        for (uint32_t r = 0; r < group->count; r++) append_rule(&out, &group->rules[r]);
    }
    return arena_str(arena, buf_str(&out));
}
