/* companies.c — industries, sizes and countries, and how well a company fits.
 *
 * What is sold is business software for companies of 50 to 1,000 people who sell or
 * build things. The buyer of a demo should find that out again from the deals. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/world.h"

#define NAME_BYTES_MAX 200
#define WORDS_PER_INDUSTRY 3
#define PREFIX_COUNT 24

static const struct industry {
    const char *name;
    const char *words[WORDS_PER_INDUSTRY];
    int32_t fit_milli;
    uint32_t revenue_per_head_eur;
} industries[] = {
    {"Software", {"Software", "Systems", "Apps"}, 900, 120000},
    {"IT services", {"Digital", "Cloud", "Consulting"}, 700, 95000},
    {"Manufacturing", {"Industries", "Motors", "Tools"}, 500, 180000},
    {"Logistics", {"Logistics", "Cargo", "Freight"}, 400, 150000},
    {"Financial services", {"Finance", "Capital", "Insurance"}, 300, 210000},
    {"Retail", {"Trade", "Stores", "Market"}, -100, 160000},
    {"Healthcare", {"Medical", "Health", "Pharma"}, 0, 110000},
    {"Energy", {"Energy", "Solar", "Power"}, 100, 300000},
    {"Marketing agency", {"Media", "Studio", "Brands"}, 200, 85000},
    {"Education", {"Academy", "Learning", "School"}, -900, 60000},
    {"Construction", {"Construction", "Homes", "Bridges"}, -400, 140000},
    {"Hospitality", {"Hotels", "Travel", "Catering"}, -800, 70000},
};
static const uint16_t industry_weights[] = {150, 130, 150, 90, 70, 110, 70, 40, 60, 50, 50, 30};

static const struct country {
    const char *name;
    const char *cities[6];
    enum language language;
    int32_t fit_milli;
} countries[] = {
    {"Poland", {"Warszawa", "Kraków", "Wrocław", "Gdańsk", "Poznań", "Łódź"}, LANGUAGE_POLISH, 300},
    {"Netherlands",
     {"Amsterdam", "Rotterdam", "Utrecht", "Eindhoven", "Groningen", "'s-Hertogenbosch"},
     LANGUAGE_DUTCH,
     200},
    {"Czechia", {"Praha", "Brno", "Ostrava", "Plzeň", "Liberec", "České Budějovice"}, LANGUAGE_CZECH, 200},
    {"United Kingdom", {"London", "Manchester", "Leeds", "Bristol", "Edinburgh", "Cardiff"}, LANGUAGE_ENGLISH, -100},
    {"Ireland", {"Dublin", "Cork", "Galway", "Limerick", "Waterford", "Sligo"}, LANGUAGE_ENGLISH, -300},
    {"Belgium", {"Antwerpen", "Gent", "Brugge", "Leuven", "Mechelen", "Hasselt"}, LANGUAGE_DUTCH, -100},
};
static const uint16_t country_weights[] = {330, 220, 200, 160, 40, 50};

static const struct {
    uint32_t least, most;
    int32_t fit_milli;
} sizes[] = {
    {1, 9, -1300},   {10, 49, -300},     {50, 199, 700},      {200, 499, 900},
    {500, 999, 500}, {1000, 4999, -100}, {5000, 40000, -700},
};
static const uint16_t size_weights[] = {170, 270, 250, 140, 80, 70, 20};

static const struct {
    const char *name;
    int32_t fit_milli;
} crms[] = {{"none", 0}, {"spreadsheet", 300}, {"own build", 200}, {"competitor", -400}, {"partner product", 600}};
static const uint16_t crm_weights[] = {200, 300, 100, 250, 150};

struct company company_at(const struct world *world, uint32_t company)
{
    struct dice dice = dice_for(world->size.seed, ABOUT_COMPANY, company);
    const struct industry *industry = &industries[dice_pick(&dice, industry_weights, COUNT_OF(industry_weights))];
    const struct country *country = &countries[dice_pick(&dice, country_weights, COUNT_OF(country_weights))];
    size_t size = dice_pick(&dice, size_weights, COUNT_OF(size_weights));
    size_t crm = dice_pick(&dice, crm_weights, COUNT_OF(crm_weights));
    uint32_t employees = (uint32_t)dice_between(&dice, (int32_t)sizes[size].least, (int32_t)sizes[size].most);
    bool employees_known = dice_chance(&dice, 930), crm_known = dice_chance(&dice, 650);
    uint32_t city = dice_below(&dice, COUNT_OF(country->cities)), age = dice_below(&dice, 72);
    int32_t wealth_permille = dice_between(&dice, 500, 1700), luck_milli = dice_between(&dice, -250, 250);
    struct company facts = {
        .language = country->language,
        .country = country->name,
        .city = country->cities[city],
        .industry = industry->name,
        .crm = crm_known ? crms[crm].name : NULL,
        .employees = employees_known ? employees : 0,
        .true_employees = employees,
        .founded = 1950 + age,
        .revenue_eur =
            (uint64_t)employees * industry->revenue_per_head_eur / 1000 * (uint64_t)wealth_permille / 1000 * 1000,
        .fit_milli =
            industry->fit_milli + country->fit_milli + sizes[size].fit_milli + crms[crm].fit_milli + luck_milli,
    };
    facts.looking = dice_chance(&dice, 60 + logistic_permille(facts.fit_milli) / 10);
    facts.looking_day = dice_between(&dice, 20, DEMO_DAYS + 30);
    return facts;
}

void company_append_id(struct buf *out, uint32_t company)
{
    buf_format(out, "f%06u", company + 1);
}

/* "Nova Wisła Software": different for the first 24 * 24 * 3 companies of a language and an industry. */
void company_append_name(struct buf *out, const struct company *facts, uint32_t company, bool with_form)
{
    static const char *const prefixes[PREFIX_COUNT] = {
        "",       "Nova",  "Alfa", "Terra", "Delta", "Omni", "Primo", "Vita",  "Luna",  "Astra", "Vega",  "Orion",
        "Quadra", "Sigma", "Tria", "Unica", "Arco",  "Mira", "Lumen", "Focus", "Globo", "Inter", "Magna", "Neo"};
    const char *const *words = NULL;
    for (size_t i = 0; i < COUNT_OF(industries); i++)
        if (industries[i].name == facts->industry) words = industries[i].words;
    INVARIANT(words != NULL);
    uint32_t stem = company % COMPANY_STEM_COUNT, rest = company / COMPANY_STEM_COUNT;
    const char *prefix = prefixes[rest / WORDS_PER_INDUSTRY % PREFIX_COUNT];
    buf_append_c(out, prefix);
    if (prefix[0] != '\0') buf_append_char(out, ' ');
    buf_append_c(out, company_stem(facts->language, stem));
    buf_append_char(out, ' ');
    buf_append_c(out, words[rest % WORDS_PER_INDUSTRY]);
    if (!with_form) return;
    buf_append_char(out, ' ');
    buf_append_c(out, company_form(facts->language));
}

void company_append_domain(struct buf *out, const struct company *facts, uint32_t company)
{
    AUTO_BUF name = BUF_INIT(NAME_BYTES_MAX);
    company_append_name(&name, facts, company, false);
    append_plain(out, buf_str(&name), '-');
    uint32_t again = company / (COMPANY_STEM_COUNT * WORDS_PER_INDUSTRY * PREFIX_COUNT);
    if (again > 0) buf_format(out, "-%u", again + 1);
    buf_append_c(out, ".example");
}

void company_append_header(struct buf *out)
{
    buf_append_c(out, "id,name,domain,industry,employees,country,city,annual_revenue_eur,founded,crm\n");
}

void company_append_row(struct buf *out, const struct world *world, uint32_t company)
{
    struct company facts = company_at(world, company);
    company_append_id(out, company);
    buf_append_char(out, ',');
    company_append_name(out, &facts, company, true);
    buf_append_char(out, ',');
    company_append_domain(out, &facts, company);
    buf_format(out, ",%s,", facts.industry);
    if (facts.employees > 0) buf_append_u64(out, facts.employees);
    buf_format(out, ",%s,%s,", facts.country, facts.city);
    if (facts.employees > 0) buf_append_u64(out, facts.revenue_eur);
    buf_format(out, ",%u,%s\n", facts.founded, facts.crm != NULL ? facts.crm : "");
}
