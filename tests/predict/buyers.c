/* buyers.c — see buyers.h. */
// SPDX-License-Identifier: Apache-2.0
#include "buyers.h"

#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"
#include "predict/logit.h"

static const char definitions[] = "score: s\n"
                                  "object: contact\n"
                                  "groups:\n"
                                  "  - name: Web\n"
                                  "    category: engagement\n"
                                  "    decay: {half_life: 30d}\n"
                                  "    rules:\n"
                                  "      - {name: Pricing, event: pricing, points: 3, within: 90d}\n"
                                  "---\n"
                                  "segment: customer\n"
                                  "object: contact\n"
                                  "when: {event: bought}\n";

static void append_event(struct buf *facts, uint32_t who, const char *name, int day, struct chance *chance)
{
    int64_t at_ms = instant_of(BEGIN) + day * MS_PER_DAY + chance_below(chance, MS_PER_DAY);
    buf_format(facts, "event c%05u %s ", who, name);
    instant_format(facts, at_ms);
    buf_append_char(facts, '\n');
}

/* A property that is filled at the end of a day. */
static void append_dated(struct buf *facts, uint32_t who, int day, const char *property)
{
    buf_append_c(facts, "from ");
    instant_format(facts, instant_of(BEGIN) + (day + 1) * MS_PER_DAY);
    buf_format(facts, " contact c%05u %s=yes\n", who, property);
}

/* A person reads more or less, in spells; whoever is in a spell and fits is likelier to buy. `told` is filled the moment
 * somebody buys, as a CRM would. */
static void append_person(struct buf *facts, uint32_t who, const struct law *law, struct chance *chance)
{
    bool fits = chance_below(chance, 3) == 0, north = chance_below(chance, 2) == 0, keen = false;
    int first = (int)chance_below(chance, DAYS);
    buf_format(facts, "contact c%05u region=%s branch=%s noise=%u\n", who, north ? "north" : "south",
               fits                      ? "it"
               : chance_below(chance, 2) ? "steel"
                                         : "food",
               chance_below(chance, 1000));
    append_event(facts, who, "signup", first, chance);
    for (int day = first; day < DAYS; day++) {
        if (chance_below(chance, 40) == 0) keen = !keen;
        if (chance_unit(chance) < (keen ? 0.3 : 0.03)) append_event(facts, who, "pricing", day, chance);
        if (chance_below(chance, 30) == 0) append_event(facts, who, "blog", day, chance);
        double log_odds = law->a_day + (keen ? law->interest : 0) + (fits ? law->fit : 0);
        if (north == fits) log_odds += law->either;
        if (chance_unit(chance) >= sigmoid(log_odds)) continue;
        append_event(facts, who, "bought", day, chance);
        append_dated(facts, who, day, "told");
        if (law->quoted_days > 0) append_dated(facts, who, day - law->quoted_days, "quote");
        if (law->stamped) buf_format(facts, "contact c%05u stamp=yes\n", who);
        return;
    }
}

struct product *buyers_world(const struct law *law, uint64_t seed)
{
    struct product *product = product_new(
        "contact: {region: string, branch: string, noise: number, told: string, quote: string, stamp: string}",
        definitions);
    AUTO_BUF facts = BUF_INIT((size_t)1 << 26);
    for (uint32_t i = 0; i < law->people; i++) {
        struct chance chance = chance_of(seed, i);
        append_person(&facts, i, law, &chance);
    }
    buf_append_char(&facts, '\0');
    CHECK_FALSE(facts.failed);
    product_facts(product, facts.at);
    product_finish(product);
    return product;
}

struct training_options buyers_options(bool without_trees, unsigned threads)
{
    return (struct training_options){
        .examples = {.end_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY,
                     .horizon_ms = 60 * MS_PER_DAY,
                     .spacing_ms = 30 * MS_PER_DAY,
                     .per_record = 4,
                     .seed = 1},
        .split = SPLIT_DEFAULT,
        .without_trees = without_trees,
        .seed = 1,
        .threads = threads,
        .bootstrap_draws = 200,
    };
}

struct trained buyers_train(struct product *product, struct training_options options)
{
    struct lifetime *lives =
        ARENA_ARRAY(product->arena, struct lifetime, history_records(product->history, ENTITY_CONTACT));
    struct feature_source source = {.history = product->history, .scan = product->scan, .set = &product->set};
    struct trained trained;
    struct err_info why = {0};
    outcome_find(product->scan, &product->set, product->history, 0, 2, NULL, lives);
    CHECK_OK(train_model(&source, lives, &options, product->arena, &trained, &why), why);
    return trained;
}
