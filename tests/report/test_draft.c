/* test_draft.c — what was found becomes rules, and the text is a definition whatever the values are. */
// SPDX-License-Identifier: Apache-2.0
#include "report/draft.h"

#include <math.h>

#include "harness.h"
#include "score_helper.h"

#define FINDINGS 9

/* Findings as a profile tells them: of a company, of the record, of events. */
struct found {
    struct product *product;
    struct feature features[FINDINGS];
    struct event_kind kinds[2];
    struct finding findings[FINDINGS];
    struct profile profile;
    struct feature_source source;
};

static void add(struct found *f, struct feature feature, double from, double until, const char *words)
{
    uint32_t at = f->profile.count++;
    f->features[at] = feature;
    f->findings[at] = (struct finding){.trait = {at, from, until, at, str_from_c(words)}, .found = true, .best = true};
}

static struct feature feature_of(const struct found *f, enum feature_kind kind, enum entity entity,
                                 const char *property, const char *text, const char *name)
{
    struct feature feature = {
        .kind = kind, .of_company = entity == ENTITY_COMPANY, .text = str_from_c(text), .name = str_from_c(name)};
    feature.property = catalog_property(f->product->catalog, entity, str_from_c(property));
    return feature;
}

static struct found hostile(void)
{
    struct found f = {.product = product_new("contact: {size: number, vip: boolean, topics: set}",
                                             "segment: a\nobject: contact\nwhen: {event: b}\n")};
    f.source = (struct feature_source){.catalog = f.product->catalog, .object = ENTITY_CONTACT};
    uint32_t path = catalog_property(f.product->catalog, ENTITY_EVENT, STR("pa\"th: {"));
    f.kinds[0] = (struct event_kind){STR("read: 'it'"), INTERN_NONE, {0}};
    f.kinds[1] = (struct event_kind){STR("read: 'it'"), path, STR("/a\\b\n# \"c\"")};
    add(&f, feature_of(&f, FEATURE_IS, ENTITY_COMPANY, "in: dustry", "so \"ft\"", "company.in: dustry is so \"ft\""),
        0.5, INFINITY, "company.in: dustry is So \"FT\"");
    add(&f, feature_of(&f, FEATURE_IS, ENTITY_COMPANY, "in: dustry", "- x\n#", "company.in: dustry is - x\n#"), 0.5,
        INFINITY, "company.in: dustry is - X\n#");
    add(&f, feature_of(&f, FEATURE_NUMBER, ENTITY_CONTACT, "size", "", "size"), -INFINITY, 10, "size is less than 10");
    add(&f, feature_of(&f, FEATURE_MISSING, ENTITY_CONTACT, "{}", "", "{} is missing"), 0.5, INFINITY, "{} is missing");
    add(&f, feature_of(&f, FEATURE_BOOLEAN, ENTITY_CONTACT, "vip", "", "vip"), 0.5, INFINITY, "vip is true");
    add(&f, feature_of(&f, FEATURE_HAS, ENTITY_CONTACT, "topics", "[a", "topics has [a"), 0.5, INFINITY,
        "topics has [a");
    add(&f, (struct feature){.kind = FEATURE_EVENTS_30, .property = INTERN_NONE, .events = 0}, 3, INFINITY, "read: 3");
    add(&f, (struct feature){.kind = FEATURE_EVENTS, .property = INTERN_NONE, .events = 1}, 1, INFINITY, "read c ever");
    f.profile.plan = (struct feature_plan){.features = f.features, .kinds = f.kinds, .kind_count = 2};
    f.profile.findings = f.findings;
    return f;
}

/* Ranges of one number are findings of one feature. */
static void add_range(struct found *f, double from, double until)
{
    uint32_t at = f->profile.count++;
    f->findings[at] = (struct finding){.trait = {2, from, until, at, STR("size is in a range")}};
}

static void point_at(struct found *f)
{
    f->profile.plan.features = f->features;
    f->profile.plan.kinds = f->kinds;
    f->profile.findings = f->findings;
}

TEST(a_draft_is_a_definition_whatever_names_and_values_there_are)
{
    struct found f = hostile();
    static struct draft_plan draft;
    struct definitions set;
    AUTO_BUF why = BUF_INIT(4096);
    point_at(&f);
    add_range(&f, 10, INFINITY);
    draft_of_profile(&f.profile, &f.source, f.product->arena, &draft);
    draft.bands[0] = 20;
    draft.band_count = 1;
    struct str text = draft_text(&draft, f.product->arena);
    product_finish(f.product);
    if (!product_read_definitions(f.product, text, &set, &why))
        FAIL(STR_FMT "\n" STR_FMT, STR_ARG(buf_str(&why)), STR_ARG(text));
    const struct score *score = set.scores[0];
    CHECK_INT(score->group_count, 3);
    CHECK_INT(score->groups[0].rules[0].case_count, 2);
    CHECK_STR(score->groups[0].rules[0].cases[0].test.arguments[0].text, STR("So \"FT\"")); /* as the facts write it */
    CHECK_INT(score->groups[1].rule_count, 4);
    CHECK_INT(score->groups[1].rules[0].cases[0].test.op, OP_GTE); /* the upper range comes first */
    CHECK_INT(score->groups[1].rules[0].cases[1].test.op, OP_LT);
    CHECK_INT(score->groups[2].rule_count, 2);
    CHECK_STR(score->groups[2].rules[0].selection.event, STR("read: 'it'"));
    CHECK_STR(score->groups[2].rules[1].selection.where->test->arguments[0].text, STR("/a\\b\n# \"c\""));
    CHECK_INT(score->groups[2].rules[1].decay.period, DRAFT_HALF_LIFE_DAYS);
    CHECK_INT(score->band_count, 1);
    product_free(f.product);
}

TEST(what_has_no_points_is_left_out)
{
    struct found f = hostile();
    static struct draft_plan draft;
    point_at(&f);
    draft_of_profile(&f.profile, &f.source, f.product->arena, &draft);
    for (int g = 0; g < DRAFT_GROUPS; g++)
        for (uint32_t r = 0; r < draft.groups[g].count; r++)
            for (uint32_t e = 0; e < draft.groups[g].rules[r].count; e++)
                draft.groups[g].rules[r].entries[e].points = 0;
    draft.groups[DRAFT_COMPANY].rules[0].entries[1].points = -5;
    CHECK_TRUE(draft_prune(&draft));
    CHECK_INT(draft.groups[DRAFT_COMPANY].rules[0].count, 1);
    CHECK_INT(draft.groups[DRAFT_OWN].count, 0);
    CHECK_CONTAINS(draft_text(&draft, f.product->arena), STR("points: -5"));
    CHECK_FALSE(str_contains(draft_text(&draft, f.product->arena), STR("Behaviour")));
    draft.groups[DRAFT_COMPANY].rules[0].entries[0].points = 0;
    CHECK_FALSE(draft_prune(&draft));
    product_free(f.product);
}

/* Beside ten other things that mean the same, a booked meeting may get a weight below nothing. */
TEST(what_customers_had_more_often_takes_no_points_away_and_what_they_had_less_often_gives_none)
{
    struct found f = hostile();
    static struct draft_plan draft;
    point_at(&f);
    f.findings[0].ratio.value = 3;
    f.findings[1].ratio.value = 0.3;
    draft_of_profile(&f.profile, &f.source, f.product->arena, &draft);
    const struct draft_rule *industry = &draft.groups[DRAFT_COMPANY].rules[0];
    static const int32_t points[][4] = {{-13, -8, 0, -8}, {5, 8, 5, 0}};
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        struct suggested_points suggested[16] = {{.then = points[i][0]}, {.then = points[i][1]}};
        struct suggestion suggestion = {.points = suggested};
        for (int g = 0; g < DRAFT_GROUPS; g++)
            for (uint32_t r = 0; r < draft.groups[g].count; r++) suggestion.count += draft.groups[g].rules[r].count;
        draft_put_points(&draft, &suggestion);
        CHECK_INT(industry->entries[0].points, points[i][2]);
        CHECK_INT(industry->entries[1].points, points[i][3]);
        CHECK_INT(suggested[0].then, points[i][2]); /* and the suggestion tells what is in the draft */
    }
    product_free(f.product);
}
