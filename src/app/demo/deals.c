/* deals.c — who became a deal, and how it ended.
 *
 * Two draws, each with a probability that is a logistic curve of what is hidden in the
 * contact: whether a deal is opened (fit and interest count alike), and whether it is won
 * (fit counts more). A deal opens after the contact's peak, so that behaviour comes before it, and moves
 * through its stages with time; what the world's end finds unfinished is open. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/world.h"

#include "base/instant.h"

#define COLLEAGUES_MAX 2

/* What the dice say, whether or not it comes about before the world ends. */
struct deal {
    int32_t opened_day, closing_day; /* of the world */
    bool won;
    uint64_t amount_eur;
    const char *plan;
};

static bool draw_deal(const struct world *world, const struct contact *contact, struct dice *dice, struct deal *out)
{
    if (contact->company == NO_COMPANY || contact->mood == MOOD_ROBOT) return false;
    if (!dice_chance(dice, logistic_permille(contact->fit_milli + contact->interest_milli - 2800))) return false;
    struct company company = company_at(world, contact->company);
    out->opened_day = contact->peak_day + dice_between(dice, 4, 35);
    if (out->opened_day < contact->created_day) out->opened_day = contact->created_day + dice_between(dice, 1, 20);
    out->closing_day = out->opened_day + dice_between(dice, 14, 60);
    out->closing_day += dice_between(dice, 0, 50);
    out->won = dice_chance(dice, logistic_permille(contact->fit_milli + contact->interest_milli / 2 - 1900));
    size_t plan = company.true_employees < 50 ? 0 : company.true_employees < 500 ? 1 : 2;
    static const char *const plans[] = {"Start", "Team", "Enterprise"};
    static const uint16_t list_price_eur[] = {1200, 6000, 24000};
    out->plan = plans[plan];
    out->amount_eur = (uint64_t)list_price_eur[plan] * (uint64_t)dice_between(dice, 60, 250) / 100 / 50 * 50;
    return true;
}

static const char *stage_at(const struct deal *deal, int32_t day)
{
    static const char *const stages[] = {"appointment", "qualified", "offer", "negotiation"};
    if (day >= deal->closing_day) return deal->won ? "won" : "lost";
    return stages[(day - deal->opened_day) * (int32_t)COUNT_OF(stages) / (deal->closing_day - deal->opened_day)];
}

/* The one who brought it about, and perhaps colleagues. */
static void append_contacts(struct buf *out, const struct world *world, const struct contact *facts, uint32_t contact,
                            struct dice *dice)
{
    uint32_t first = world->first_place[facts->company], end = world->first_place[facts->company + 1];
    uint32_t wanted = dice_below(dice, COLLEAGUES_MAX + 1);
    contact_append_id(out, contact);
    for (uint32_t i = 1; i <= wanted && i < end - first; i++) {
        uint32_t place = first + (facts->among + i) % (end - first);
        buf_append_char(out, ';');
        contact_append_id(out, world->contact_at[place]);
    }
}

void deal_append_header(struct buf *out)
{
    buf_append_c(out, "id,name,company,contacts,stage,is_closed,amount_eur,plan,owner,created,closed\n");
}

bool deal_append_row(struct buf *out, const struct world *world, uint32_t contact)
{
    static const char *const owners[] = {"Anna", "Jeroen", "Tomáš", "Zofia", "Niamh"};
    struct contact facts = contact_at(world, contact);
    struct dice dice = dice_for(world->size.seed, ABOUT_DEAL, contact);
    struct deal deal;
    if (!draw_deal(world, &facts, &dice, &deal)) return false;
    if (deal.opened_day < 0 || deal.opened_day >= DEMO_DAYS) return false;
    struct company company = company_at(world, facts.company);
    bool closed = deal.closing_day < DEMO_DAYS;
    buf_format(out, "d%07u,", contact + 1);
    company_append_name(out, &company, facts.company, false);
    buf_format(out, " %s,", deal.plan);
    company_append_id(out, facts.company);
    buf_append_char(out, ',');
    append_contacts(out, world, &facts, contact, &dice);
    buf_format(out, ",%s,%s,%llu,%s,%s,", stage_at(&deal, DEMO_DAYS - 1), closed ? "true" : "false",
               (unsigned long long)deal.amount_eur, deal.plan, owners[dice_below(&dice, COUNT_OF(owners))]);
    instant_format_date(out, world->from_ms + deal.opened_day * MS_PER_DAY);
    buf_append_char(out, ',');
    if (closed) instant_format_date(out, world->from_ms + deal.closing_day * MS_PER_DAY);
    buf_append_char(out, '\n');
    return true;
}
