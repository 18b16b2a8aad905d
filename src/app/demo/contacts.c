/* contacts.c — roles, moods, and how they came to us.
 *
 * A person's mood depends on whether the company is looking for such a product, and
 * whether their own role has a say in it. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/world.h"

#include "base/instant.h"

struct role {
    const char *title, *department, *seniority;
    int32_t fit_milli;
};

static const struct role roles[] = {
    {"Managing Director", "Management", "executive", 800},
    {"Head of Sales", "Sales", "head", 1000},
    {"Sales Operations Manager", "Sales", "manager", 1000},
    {"Marketing Manager", "Marketing", "manager", 700},
    {"Head of Marketing", "Marketing", "head", 900},
    {"Chief Information Officer", "IT", "executive", 600},
    {"IT Manager", "IT", "manager", 300},
    {"Software Engineer", "IT", "specialist", -200},
    {"Account Executive", "Sales", "specialist", 100},
    {"Marketing Specialist", "Marketing", "specialist", 0},
    {"Procurement Officer", "Finance", "specialist", 0},
    {"Finance Director", "Finance", "executive", 400},
    {"Office Assistant", "Administration", "assistant", -700},
    {"Intern", "Marketing", "student", -1200},
};
static const uint16_t role_weights[] = {80, 90, 80, 110, 60, 40, 80, 90, 100, 90, 50, 40, 50, 40};

static const struct role free_roles[] = {
    {"Student", "", "student", -2200},
    {"Freelance Consultant", "", "owner", -600},
    {"", "", "", -900},
};

static const uint16_t mood_weights[2][MOOD_COUNT] = {
    {680, 190, 50, 10, 40, 30},   /* of people elsewhere */
    {350, 230, 250, 130, 10, 30}, /* of those whose company is looking */
};
static const struct {
    int32_t interest_milli;
    uint16_t liveliness_least, liveliness_most; /* how many events, beside each other */
} moods[MOOD_COUNT] = {{-1700, 1, 7}, {-700, 8, 24}, {700, 14, 50}, {1900, 20, 70}, {-3500, 3, 12}, {-6000, 15, 90}};

static uint32_t company_of_place(const struct world *world, uint32_t place)
{
    if (place >= world->first_place[world->company_count]) return NO_COMPANY;
    uint32_t low = 0, high = world->company_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (world->first_place[middle] <= place) low = middle;
        else high = middle;
    }
    return low;
}

/* When the contact came, and around when it is most awake. */
static void draw_days(struct dice *dice, const struct company *company, struct contact *facts)
{
    bool with_company = company != NULL && company->looking && dice_chance(dice, 750);
    facts->peak_day =
        with_company ? company->looking_day + dice_between(dice, -15, 15) : dice_between(dice, 5, DEMO_DAYS + 40);
    if (facts->peak_day > DEMO_DAYS - 1 && facts->mood < MOOD_COMPARING) facts->peak_day -= DEMO_DAYS / 3;
    facts->created_day =
        dice_chance(dice, 400) ? -(int32_t)dice_below(dice, 900) : facts->peak_day - dice_between(dice, 1, 90);
    if (facts->created_day > DEMO_DAYS - 2) facts->created_day = DEMO_DAYS - 2;
    facts->last_day = dice_chance(dice, 350) ? facts->peak_day + dice_between(dice, 10, 60) : DEMO_DAYS;
    if (facts->last_day > DEMO_DAYS) facts->last_day = DEMO_DAYS;
    if (facts->last_day <= facts->created_day) facts->last_day = facts->created_day + 1;
    if (facts->last_day < 1) facts->last_day = 1;
}

struct contact contact_at(const struct world *world, uint32_t contact)
{
    struct dice dice = dice_for(world->size.seed, ABOUT_CONTACT, contact);
    uint32_t place = world->place_of[contact];
    struct contact facts = {.company = company_of_place(world, place)};
    struct company company = {0};
    if (facts.company != NO_COMPANY) {
        company = company_at(world, facts.company);
        facts.among = place - world->first_place[facts.company];
        facts.role = &roles[dice_pick(&dice, role_weights, COUNT_OF(role_weights))];
        facts.fit_milli = company.fit_milli + facts.role->fit_milli;
    } else {
        facts.role = &free_roles[dice_below(&dice, COUNT_OF(free_roles))];
        facts.fit_milli = facts.role->fit_milli;
    }
    facts.mood = (enum mood)dice_pick(&dice, mood_weights[company.looking], MOOD_COUNT);
    if (facts.role->fit_milli < -500 && facts.mood == MOOD_BUYING) facts.mood = MOOD_CURIOUS;
    facts.known_robot = facts.mood == MOOD_ROBOT && dice_chance(&dice, 600);
    facts.interest_milli = moods[facts.mood].interest_milli + dice_between(&dice, -400, 400);
    facts.liveliness =
        (uint32_t)dice_between(&dice, moods[facts.mood].liveliness_least, moods[facts.mood].liveliness_most);
    draw_days(&dice, facts.company != NO_COMPANY ? &company : NULL, &facts);
    return facts;
}

void contact_append_id(struct buf *out, uint32_t contact)
{
    buf_format(out, "c%07u", contact + 1);
}

/* ---- Rows. ---- */

/* Colleagues' first names differ, so their addresses do too. */
static struct person name_of(const struct contact *facts, enum language language, struct dice *person,
                             struct dice *colleagues)
{
    uint32_t start = dice_below(colleagues, FIRST_NAME_COUNT);
    uint32_t step = 1 + 2 * dice_below(colleagues, 8);
    if (step % 3 == 0) step += 2; /* of no common factor with the number of names */
    uint32_t first = facts->company == NO_COMPANY ? dice_below(person, FIRST_NAME_COUNT) : start + facts->among * step;
    return person_at(language, first, dice_below(person, LAST_NAME_COUNT));
}

static void append_email(struct buf *out, struct person name, const struct contact *facts,
                         const struct company *company, uint32_t contact)
{
    append_plain(out, name.first, '\0');
    buf_append_char(out, '.');
    append_plain(out, name.last, '\0');
    if (facts->company == NO_COMPANY) {
        buf_format(out, "%u@freemail.example", contact + 1);
    } else {
        buf_append_char(out, '@');
        company_append_domain(out, company, facts->company);
    }
}

static void append_interests(struct buf *out, struct dice *dice)
{
    static const char *const interests[] = {"automation",   "reporting", "lead scoring",
                                            "integrations", "e-mail",    "forecasting"};
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(interests); i++) {
        if (!dice_chance(dice, 180)) continue;
        if (any) buf_append_char(out, ';');
        buf_append_c(out, interests[i]);
        any = true;
    }
}

void contact_append_header(struct buf *out)
{
    buf_append_c(out, "id,first_name,last_name,email,phone,company,job_title,department,seniority,country,language,"
                      "source,interests,consent,created\n");
}

void contact_append_row(struct buf *out, const struct world *world, uint32_t contact)
{
    static const char *const languages[] = {"pl", "nl", "cs", "en"};
    static const uint16_t dialling_codes[] = {48, 31, 420, 44};
    static const char *const countries[] = {"Poland", "Netherlands", "Czechia", "United Kingdom"};
    static const char *const sources[] = {"organic search", "paid search", "referral",   "webinar",
                                          "trade fair",     "partner",     "bought list"};
    static const uint16_t source_weights[] = {320, 180, 120, 110, 100, 70, 100};
    struct contact facts = contact_at(world, contact);
    struct dice dice = dice_for(world->size.seed, ABOUT_PERSON, contact);
    struct dice colleagues = dice_for(world->size.seed, ABOUT_PERSON, UINT64_C(1) << 40 | facts.company);
    struct company company = {.language = (enum language)dice_below(&dice, LANGUAGE_COUNT)};
    company.country = countries[company.language];
    if (facts.company != NO_COMPANY) company = company_at(world, facts.company);
    struct person name = name_of(&facts, company.language, &dice, &colleagues);

    contact_append_id(out, contact);
    buf_format(out, "," STR_FMT "," STR_FMT ",", STR_ARG(name.first), STR_ARG(name.last));
    append_email(out, name, &facts, &company, contact);
    buf_append_char(out, ',');
    if (dice_chance(&dice, 450))
        buf_format(out, "+%u %09u", dialling_codes[company.language], 100000000 + dice_below(&dice, 900000000));
    buf_append_char(out, ',');
    if (facts.company != NO_COMPANY) company_append_id(out, facts.company);
    buf_format(out, ",%s,%s,%s,%s,%s,%s,", facts.role->title, facts.role->department, facts.role->seniority,
               company.country, languages[company.language],
               sources[dice_pick(&dice, source_weights, COUNT_OF(sources))]);
    append_interests(out, &dice);
    buf_format(out, ",%s,", dice_chance(&dice, 700) ? "true" : "false");
    instant_format_date(out, world->from_ms + facts.created_day * MS_PER_DAY);
    buf_append_char(out, '\n');
}
