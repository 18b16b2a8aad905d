/* world.c — places, who sits in them, and the hours people keep. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/world.h"

#include "base/arena.h"
#include "base/instant.h"

/* How many known people a company has: mostly few. Most places belong to a company. */
static uint32_t people_of(struct dice *dice)
{
    static const uint16_t weights[] = {300, 220, 230, 150, 70, 30};
    static const uint8_t least[] = {1, 2, 3, 6, 10, 20}, most[] = {1, 2, 5, 9, 19, COMPANY_PEOPLE_MAX};
    size_t size = dice_pick(dice, weights, COUNT_OF(weights));
    return (uint32_t)dice_between(dice, least[size], most[size]);
}

static void seat_companies(struct world *world)
{
    uint32_t places = world->size.contacts, taken = places - places / 12; /* one in twelve has no company */
    struct dice dice = dice_for(world->size.seed, ABOUT_PLACES, 0);
    world->first_place = memory_array((size_t)taken + 1, sizeof *world->first_place);
    uint32_t place = 0;
    while (place < taken) {
        world->first_place[world->company_count++] = place;
        uint32_t people = people_of(&dice);
        place += people < taken - place ? people : taken - place;
    }
    world->first_place[world->company_count] = taken;
    world->first_place =
        memory_resize(world->first_place, (size_t)world->company_count + 1, sizeof *world->first_place);
}

static void seat_contacts(struct world *world)
{
    uint32_t count = world->size.contacts;
    struct dice dice = dice_for(world->size.seed, ABOUT_PLACES, 1);
    world->contact_at = memory_array(count, sizeof *world->contact_at);
    world->place_of = memory_array(count, sizeof *world->place_of);
    for (uint32_t i = 0; i < count; i++) { /* Fisher and Yates, inside out */
        uint32_t other = dice_below(&dice, i + 1);
        world->contact_at[i] = world->contact_at[other];
        world->contact_at[other] = i;
    }
    for (uint32_t i = 0; i < count; i++) world->place_of[world->contact_at[i]] = i;
}

void world_init(struct world *world, const struct demo_size *size)
{
    *world = (struct world){.size = *size, .from_ms = size->until_ms - DEMO_DAYS * MS_PER_DAY};
    seat_companies(world);
    seat_contacts(world);
}

void world_free(struct world *world)
{
    memory_free(world->place_of);
    memory_free(world->contact_at);
    memory_free(world->first_place);
}

int64_t world_moment(const struct world *world, struct dice *dice, int32_t day)
{
    static const uint16_t hours[24] = {3,  2,  1,  1,  2,  6,  20, 55, 95, 110, 105, 90,
                                       65, 85, 95, 90, 70, 40, 20, 15, 12, 9,   6,   3};
    int64_t start_ms = floor_div(world->from_ms, MS_PER_DAY) * MS_PER_DAY + day * MS_PER_DAY;
    int64_t weekday = (floor_div(start_ms, MS_PER_DAY) % 7 + 10) % 7; /* 0 is Monday: day 0 was a Thursday */
    if (weekday >= 5 && dice_chance(dice, 800)) start_ms -= (weekday - 4) * MS_PER_DAY;
    size_t hour = dice_pick(dice, hours, COUNT_OF(hours));
    return start_ms + (int64_t)hour * MS_PER_HOUR + (int64_t)dice_below(dice, (uint32_t)MS_PER_HOUR / 1000) * 1000;
}
