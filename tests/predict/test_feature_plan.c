/* test_feature_plan.c — a record in numbers, as it was, and never as it became. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/feature_plan.h"

#include <math.h>
#include <string.h>

#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"
#include "score_helper.h"

#define SCHEMA                                                                                              \
    "contact: {industry: string, employees: number, vip: boolean, born: date, topics: set, email: string, " \
    "note: string}\n"                                                                                       \
    "company: {size: number, country: string}\n"                                                            \
    "deal: {stage: string, amount: number}\n"                                                               \
    "event: {path: string, seconds: number}\n"

static const char definitions[] = "score: s\n"
                                  "object: contact\n"
                                  "groups:\n"
                                  "  - name: Fit\n"
                                  "    category: fit\n"
                                  "    rules:\n"
                                  "      - {name: IT, when: {property: industry, is: it}, points: 5}\n"
                                  "      - {name: Land, when: {property: company.country, is: de}, points: 2}\n"
                                  "      - {name: Big deal, when: {property: deal.amount, gt: 100}, points: 8}\n"
                                  "  - name: Web\n"
                                  "    category: engagement\n"
                                  "    decay: {half_life: 30d}\n"
                                  "    rules:\n"
                                  "      - {name: Visit, event: visit, points: 3, within: 90d}\n"
                                  "      - {name: Silent, when: {not: {event: any, within: 20d}}, points: -4}\n"
                                  "---\n"
                                  "segment: customer\n"
                                  "object: contact\n"
                                  "when: {event: bought}\n";

/* ---- Rows by the names of their columns. ---- */

struct rows {
    struct product *product;
    struct feature_source source;
    struct feature_plan plan;
    float *value; /* [count][plan.count] */
};

static struct feature_source source_of(struct product *product, enum entity object, bool with_rules)
{
    return (struct feature_source){
        .history = product->history, .object = object, .scan = with_rules ? product->scan : NULL, .set = &product->set};
}

static float *compute(const struct rows *rows, const struct training_example *examples, uint64_t count,
                      unsigned threads)
{
    float *out = memory_array((size_t)count * rows->plan.count, sizeof *out);
    features_compute(&rows->plan, &rows->source, examples, count, threads, NULL, out);
    return out;
}

static uint32_t column_of(const struct feature_plan *plan, const char *name)
{
    for (uint32_t f = 0; f < plan->count; f++)
        if (str_equal(plan->features[f].name, str_from_c(name))) return f;
    return UINT32_MAX;
}

static double number(const struct rows *rows, uint64_t row, const char *name)
{
    uint32_t column = column_of(&rows->plan, name);
    if (column == UINT32_MAX) FAIL("there is no feature '%s'", name);
    return (double)rows->value[row * rows->plan.count + column];
}

/* ---- What each number says. ---- */

/* Twelve contacts who all have what ada has, so that there is support, and ada. */
static struct product *ada_and_her_like(void)
{
    struct product *p = product_new(SCHEMA, definitions);
    AUTO_BUF facts = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 13; i++) {
        const char *who = i == 0 ? "ada" : "x";
        buf_format(&facts,
                   "contact %s%d industry=%s employees=%d vip=yes born=2000-01-01 topics=a;b "
                   "email=info%d@%s note=\"words number %d\"\n",
                   who, i, i % 3 == 1 ? "IT" : "Steel", 10 + i, i, i % 2 == 0 ? "gmail.com" : "acme.example", i);
        buf_format(&facts, "company k%d size=%d country=DE\n%s%d in k%d 2026-01-01T00:00:00Z\n", i % 4, 100 * (i % 4),
                   who, i, i % 4);
        buf_format(&facts, "event %s%d visit 2026-01-01T00:00:00Z path=/a\n", who, i);
        buf_format(&facts, "event %s%d visit 2026-02-25T12:00:00Z path=%s\n", who, i, i < 10 ? "/b" : "/c");
        buf_format(&facts, "event %s%d visit 2026-02-25T18:00:00Z path=/a\n", who, i);
        buf_format(&facts, "event %s%d open 2026-02-27T00:00:00Z\n", who, i);
        buf_format(&facts, "event %s%d open 2026-02-28T00:00:00Z bot\n", who, i);
        buf_format(&facts, "deal d%d with %s%d 2026-02-01T00:00:00Z\n", i, who, i);
        buf_format(&facts, "from 2026-02-01T00:00:00Z deal d%d amount=500\n", i);
        buf_format(&facts, "from 2026-03-05T00:00:00Z deal d%d stage=closedwon\n", i);
    }
    buf_append_c(&facts, "contact bea note=alone\nevent bea open 2026-01-01T00:00:00Z\n");
    buf_append_char(&facts, '\0');
    product_facts(p, facts.at);
    product_finish(p);
    return p;
}

/* Examples of everybody at an instant. */
static struct examples everybody(const struct product *p, enum entity object, const char *at)
{
    struct examples examples = {0};
    for (uint32_t r = 0; r < history_records(p->history, object); r++) {
        examples.at = list_grown(examples.at, examples.count, &examples.capacity, sizeof *examples.at);
        examples.at[examples.count++] = (struct training_example){.record = r, .at_ms = instant_of(at), .weight = 1};
    }
    return examples;
}

TEST(each_number_says_what_was_so_at_the_instant)
{
    struct rows rows = {.product = ada_and_her_like()};
    struct examples examples = everybody(rows.product, ENTITY_CONTACT, "2026-03-01T00:00:00Z");
    rows.source = source_of(rows.product, ENTITY_CONTACT, true);
    feature_plan_choose(&rows.source, &examples, NULL, rows.product->arena, &rows.plan);
    rows.value = compute(&rows, examples.at, examples.count, 1);
    uint64_t ada = history_find(rows.product->history, ENTITY_CONTACT, STR("ada0"));
    uint64_t bea = history_find(rows.product->history, ENTITY_CONTACT, STR("bea"));
    const struct {
        const char *name;
        double ada, bea;
    } row[] = {
        {"employees", 10, NAN},
        {"vip", 1, NAN},
        {"born: days ago", 9556, NAN},
        {"topics has a", 1, 0},
        {"topics: how many", 2, NAN},
        {"email is of a free provider", 1, 0},
        {"email is a function's", 0, 0}, /* info0@ */
        {"company.size", 0, NAN},
        {"company.country is de", 1, 0},
        {"has a company", 1, 0},
        {"contacts of the company", 4, 0},
        {"deals", 1, 0},
        {"open deals", 1, 0},
        {"events of colleagues in 30 days", 9, 0}, /* of three: two visits and one mail each */
        {"visit: in 7 days", 2, 0},
        {"visit: in 30 days", 2, 0},
        {"visit: in 90 days", 3, 0},
        {"visit: ever", 3, 0},
        {"visit: days since the last", 3.25, NAN},
        {"visit: on how many days", 2, 0},
        {"visit: decayed", 0.25583984 + 0.92235449 + 0.92766553, 0}, /* 2^(-59/30), 2^(-3.5/30), 2^(-3.25/30) */
        {"visit: trend", 0.4054651081081644, 0},                     /* ln(3/2): 59 days are within 60 */
        {"visit with path /b: ever", 1, 0},
        {"open: ever", 1, 1}, /* not the bot's */
        {"any event: ever", 4, 1},
        {"any event: trend", 0.6931471805599453, -0.6931471805599453},
        {"rule Fit / IT", 0, 0},
        {"rule Fit / Land", 2, 0},
        {"rule Fit / Big deal", 8, 0},
        {"rule Web / Silent", 0, -4},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        double of_ada = number(&rows, ada, row[i].name), of_bea = number(&rows, bea, row[i].name);
        if (!(fabs(of_ada - row[i].ada) < 1e-4)) FAIL("%s of ada is %g, not %g", row[i].name, of_ada, row[i].ada);
        if (isnan(row[i].bea) != isnan(of_bea) || fabs(of_bea - row[i].bea) > 1e-4)
            FAIL("%s of bea is %g, not %g", row[i].name, of_bea, row[i].bea);
    }
    struct explanation why = product_explain(rows.product, "s", "ada0", "2026-03-01T00:00:00Z");
    CHECK_NEAR(number(&rows, ada, "score s"), (double)why.total / 1e6, 1e-4);
    CHECK_INT(column_of(&rows.plan, "note is alone"), UINT32_MAX);  /* text that nearly everybody has another of */
    CHECK_INT(column_of(&rows.plan, "industry is it"), UINT32_MAX); /* too few */
    memory_free(rows.value);
    examples_release(&examples);
    product_free(rows.product);
}

TEST(a_companys_and_a_deals_events_are_those_of_their_contacts)
{
    struct rows rows = {.product = ada_and_her_like()};
    struct examples contacts = everybody(rows.product, ENTITY_CONTACT, "2026-03-01T00:00:00Z");
    rows.source = source_of(rows.product, ENTITY_CONTACT, false);
    feature_plan_choose(&rows.source, &contacts, NULL, rows.product->arena, &rows.plan);
    struct feature_plan of_contacts = rows.plan;
    rows.source = source_of(rows.product, ENTITY_DEAL, false);
    struct examples deals = everybody(rows.product, ENTITY_DEAL, "2026-03-01T00:00:00Z");
    feature_plan_choose(&rows.source, &deals, NULL, rows.product->arena, &rows.plan);
    rows.value = compute(&rows, deals.at, deals.count, 1);
    uint64_t deal = history_find(rows.product->history, ENTITY_DEAL, STR("d0"));
    CHECK_NEAR(number(&rows, deal, "amount"), 500, 0);
    CHECK_NEAR(number(&rows, deal, "contacts"), 1, 0);
    CHECK_NEAR(number(&rows, deal, "visit: ever"), 3, 0);
    CHECK_NEAR(number(&rows, deal, "visit: on how many days"), 2, 0);
    memory_free(rows.value);
    /* Companies are only four: too few to choose by, so the kinds are those of contacts. */
    rows.source = source_of(rows.product, ENTITY_COMPANY, false);
    struct training_example company = {.record = history_find(rows.product->history, ENTITY_COMPANY, STR("k0")),
                                       .at_ms = instant_of("2026-03-01T00:00:00Z")};
    uint32_t kept = 0;
    for (uint32_t f = 0; f < of_contacts.count; f++)
        if (of_contacts.features[f].kind >= FEATURE_EVENTS_7 && of_contacts.features[f].kind <= FEATURE_EVENTS_TREND)
            of_contacts.features[kept++] = of_contacts.features[f];
    of_contacts.count = kept;
    rows.plan = of_contacts;
    rows.value = compute(&rows, &company, 1, 1);
    CHECK_NEAR(number(&rows, 0, "visit: ever"), 12, 0);
    CHECK_NEAR(number(&rows, 0, "visit: on how many days"), 2, 0);
    memory_free(rows.value);
    examples_release(&contacts);
    examples_release(&deals);
    product_free(rows.product);
}

/* ---- Never the future. ---- */

#define PEOPLE 60
#define FIRM_COUNT 8
#define NOW "2026-03-01T00:00:00Z" /* facts after it are the future */

struct poison {
    struct chance past, future; /* what happened by then, and what comes; each by its own seed */
    struct buf facts;
};

static void append_instant(struct poison *p, struct chance *chance, bool future)
{
    int64_t from_ms = instant_of(future ? "2026-03-01T00:00:00.001Z" : "2025-10-01T00:00:00Z");
    int64_t to_ms = instant_of(future ? "2026-09-01T00:00:00Z" : NOW);
    instant_format(&p->facts, from_ms + (int64_t)(chance_unit(chance) * (double)(to_ms - from_ms)));
}

/* One fact of any kind about anybody; people and firms beyond the past's are only met in the future. */
static void append_fact(struct poison *p, struct chance *chance, bool future)
{
    static const char *const values[] = {
        "industry=it",    "industry=steel", "industry=",  "employees=",        "vip=yes",
        "vip=no",         "topics=a;b",     "topics=b;c", "email=a@gmail.com", "email=info@firm.example",
        "born=1990-05-05"};
    static const char *const names[] = {"visit", "open", "signup", "bought", "called"};
    static const char *const paths[] = {"/a", "/b", "/pricing"};
    uint32_t who = chance_below(chance, PEOPLE + (future ? 10 : 0)), firm = chance_below(chance, FIRM_COUNT + future);
    uint32_t what = chance_below(chance, 10), which = chance_below(chance, COUNT_OF(values));
    uint32_t size = chance_below(chance, future ? 100000 : 100);
    if (what < 5) {
        buf_format(&p->facts, "event c%u %s ", who, names[chance_below(chance, future ? 5 : 4)]);
        append_instant(p, chance, future);
        buf_format(&p->facts, " path=%s%s seconds=%u\n", paths[which % 3], future && which > 5 ? "/new" : "", size);
        return;
    }
    if (what == 9) {
        uint32_t kind = chance_below(chance, 3);
        if (kind == 0) buf_format(&p->facts, "c%u in k%u ", who, firm);
        else if (kind == 1) buf_format(&p->facts, "deal d%u with c%u ", firm, who);
        else buf_format(&p->facts, "deal d%u in k%u ", firm, chance_below(chance, FIRM_COUNT));
        append_instant(p, chance, future);
        buf_append_char(&p->facts, '\n');
        return;
    }
    buf_append_c(&p->facts, "from ");
    append_instant(p, chance, future);
    if (what == 5) buf_format(&p->facts, " company k%u size=%u country=%s\n", firm, size, which % 2 ? "de" : "fr");
    else if (what == 6)
        buf_format(&p->facts, " deal d%u amount=%u stage=%s\n", firm, size, which % 2 ? "open" : "closedlost");
    else if (which == 3) buf_format(&p->facts, " contact c%u employees=%u\n", who, size);
    else buf_format(&p->facts, " contact c%u %s\n", who, values[which]);
}

/* The same past for one seed, another future for another. */
static struct product *world_of(uint64_t past, uint64_t future, uint32_t future_facts)
{
    struct poison p = {.past = chance_of(past, 0), .future = chance_of(future, 1), .facts = BUF_INIT((size_t)1 << 22)};
    struct product *product = product_new(SCHEMA, definitions);
    for (uint32_t i = 0; i < 2500; i++) append_fact(&p, &p.past, false);
    for (uint32_t i = 0; i < future_facts; i++) append_fact(&p, &p.future, true);
    buf_append_char(&p.facts, '\0');
    CHECK_FALSE(p.facts.failed);
    product_facts(product, p.facts.at);
    buf_release(&p.facts);
    product_finish(product);
    return product;
}

/* Every person of the past at three instants up to now. */
static struct examples past_examples(const struct product *product)
{
    struct examples examples = {0};
    for (uint32_t i = 0; i < PEOPLE; i++) {
        AUTO_BUF id = BUF_INIT(16);
        buf_format(&id, "c%u", i);
        uint32_t record = history_find(product->history, ENTITY_CONTACT, buf_str(&id));
        for (int64_t back = 0; back < 3 && record != RECORD_NONE; back++) {
            examples.at = list_grown(examples.at, examples.count, &examples.capacity, sizeof *examples.at);
            examples.at[examples.count++] = (struct training_example){
                .record = record, .at_ms = instant_of(NOW) - back * 20 * MS_PER_DAY, .weight = 1};
        }
    }
    return examples;
}

static struct rows rows_of(struct product *product, bool with_rules, unsigned threads)
{
    struct rows rows = {.product = product, .source = source_of(product, ENTITY_CONTACT, with_rules)};
    struct examples examples = past_examples(product);
    CHECK_INT(examples.count, 3 * PEOPLE);
    feature_plan_choose(&rows.source, &examples, NULL, product->arena, &rows.plan);
    rows.value = compute(&rows, examples.at, examples.count, threads);
    examples_release(&examples);
    return rows;
}

static void check_same(const struct rows *a, const struct rows *b)
{
    CHECK_INT(a->plan.count, b->plan.count);
    for (uint32_t f = 0; f < a->plan.count; f++) CHECK_STR(b->plan.features[f].name, a->plan.features[f].name);
    for (uint64_t i = 0; i < (uint64_t)3 * PEOPLE * a->plan.count; i++) {
        float x = a->value[i], y = b->value[i];
        if (x == y || (isnan(x) && isnan(y))) continue;
        FAIL("'" STR_FMT "' of example %u is %g, and %g when the future is another",
             STR_ARG(a->plan.features[i % a->plan.count].name), (unsigned)(i / a->plan.count), (double)x, (double)y);
    }
}

static void clear(struct rows *rows)
{
    memory_free(rows->value);
    product_free(rows->product);
}

TEST(whatever_the_future_brings_changes_no_feature_and_no_plan)
{
    struct chance chance = {harness_seed()};
    for (int round = 0; round < 5; round++) {
        uint64_t past = chance_bits(&chance);
        struct rows without = rows_of(world_of(past, 0, 0), true, 2);
        CHECK_TRUE(without.plan.count > 100);
        for (int future = 0; future < 3; future++) {
            uint64_t seed = chance_bits(&chance);
            struct rows with = rows_of(world_of(past, seed, 500 + chance_below(&chance, 1500)), true, 2);
            check_same(&without, &with);
            clear(&with);
        }
        clear(&without);
    }
}

/* The same test must be able to fail: one fact of the past more is seen. */
TEST(whatever_the_past_brought_is_seen)
{
    uint64_t past = harness_seed();
    struct rows one = rows_of(world_of(past, 0, 0), true, 1), other = rows_of(world_of(past + 1, 0, 0), true, 1);
    bool same = one.plan.count == other.plan.count &&
                memcmp(one.value, other.value, sizeof(float) * 3 * PEOPLE * one.plan.count) == 0;
    CHECK_FALSE(same);
    clear(&one);
    clear(&other);
}

TEST(the_number_of_threads_changes_no_feature)
{
    struct rows one = rows_of(world_of(harness_seed(), 1, 500), true, 1);
    struct rows other = rows_of(world_of(harness_seed(), 1, 500), true, 4);
    check_same(&one, &other);
    clear(&one);
    clear(&other);
}

TEST(no_two_features_have_one_name_and_what_is_left_out_is_in_none)
{
    struct product *product = world_of(harness_seed(), 1, 0);
    struct rows rows = rows_of(product, false, 1);
    bool *left_out = ARENA_ARRAY(product->arena, bool, catalog_count(product->catalog));
    for (uint32_t f = 0; f < rows.plan.count; f++)
        for (uint32_t g = 0; g < f; g++) CHECK_FALSE(str_equal(rows.plan.features[f].name, rows.plan.features[g].name));
    CHECK_TRUE(column_of(&rows.plan, "industry is it") != UINT32_MAX);
    CHECK_TRUE(column_of(&rows.plan, "visit with path /pricing: ever") != UINT32_MAX);
    CHECK_INT(column_of(&rows.plan, "score s"), UINT32_MAX); /* no rules were asked for */
    left_out[catalog_find(product->catalog, ENTITY_CONTACT, STR("industry"))] = true;
    left_out[catalog_find(product->catalog, ENTITY_EVENT, STR("path"))] = true;
    rows.source.left_out = left_out;
    struct examples examples = past_examples(product);
    feature_plan_choose(&rows.source, &examples, NULL, product->arena, &rows.plan);
    for (uint32_t f = 0; f < rows.plan.count; f++) {
        CHECK_FALSE(str_contains(rows.plan.features[f].name, STR("industry")));
        CHECK_FALSE(str_contains(rows.plan.features[f].name, STR("path")));
    }
    examples_release(&examples);
    clear(&rows);
}
