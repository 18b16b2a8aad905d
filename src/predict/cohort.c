/* cohort.c — see cohort.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/cohort.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "base/instant.h"

#define AGE_PARTS 5
#define COHORT_SPACING_MS (7 * MS_PER_DAY) /* a customer's instant is drawn from those that lie so far apart */

struct choosing {
    const struct history *history;
    enum entity object;
    const struct lifetime *lives;
    const struct cohort_options *options;
    struct cohort *out;
};

/* ---- Customers. ---- */

/* As it is known at the end: an outcome behind it has not come. */
static struct lifetime life_of(const struct choosing *p, uint32_t record)
{
    struct lifetime life = p->lives[record];
    if (life.happened_ms > p->options->end_ms) life.happened_ms = NEVER;
    return life;
}

/* One example of each: a customer's time begins a horizon before the outcome, and others have none here. */
static void draw_customers(const struct choosing *p, struct examples *out)
{
    const uint32_t records = history_records(p->history, p->object);
    const struct cohort_options *options = p->options;
    struct lifetime *lives = memory_array(records, sizeof *lives);
    struct example_options how = {.end_ms = options->end_ms,
                                  .horizon_ms = options->horizon_ms,
                                  .spacing_ms = COHORT_SPACING_MS,
                                  .per_record = 1,
                                  .seed = options->seed};
    for (uint32_t r = 0; r < records; r++) {
        lives[r] = life_of(p, r);
        int64_t earliest_ms = lives[r].happened_ms - options->horizon_ms;
        if (lives[r].happened_ms == NEVER) lives[r].began_ms = NEVER;
        else if (lives[r].happened_ms > lives[r].began_ms && lives[r].began_ms < earliest_ms)
            lives[r].began_ms = earliest_ms;
    }
    examples_choose(p->history, p->object, lives, &how, out);
    memory_free(lives);
}

struct aged {
    int64_t age_ms;
    struct training_example example;
};

static int youngest_first(const void *a, const void *b)
{
    const struct aged *x = a, *y = b;
    if (x->age_ms != y->age_ms) return x->age_ms < y->age_ms ? -1 : 1;
    return (x->example.record > y->example.record) - (x->example.record < y->example.record);
}

/* The youngest first, at most COHORT_RECORDS_MAX of them, evenly; into `out`, which has room for all. */
static uint32_t sort_customers(const struct choosing *p, const struct examples *all, struct training_example *out)
{
    struct aged *aged = memory_array(all->count, sizeof *aged);
    uint64_t wanted = all->count < COHORT_RECORDS_MAX ? all->count : COHORT_RECORDS_MAX;
    for (uint64_t i = 0; i < all->count; i++)
        aged[i] = (struct aged){all->at[i].at_ms - p->lives[all->at[i].record].began_ms, all->at[i]};
    qsort(aged, all->count, sizeof *aged, youngest_first);
    for (uint64_t i = 0; i < wanted; i++) {
        out[i] = aged[i * all->count / wanted].example;
        out[i].weight = 1;
    }
    memory_free(aged);
    return (uint32_t)wanted;
}

/* ---- Others, known for as long as the customers were. ----
 *
 * Who is known for longer has done more, so an other is looked at when it had been known for as long as some customer had.
 * The customers' ages are cut into parts of equal size; each other goes to the part that has the fewest so far, of those whose
 * age it has reached, those who reached few first. In the end each part has as many others for a customer. */

struct other {
    uint32_t record;
    int64_t reach_ms; /* the greatest age at which its horizon is over */
    uint64_t lot;     /* decides among equals */
};

static int least_reach_first(const void *a, const void *b)
{
    const struct other *x = a, *y = b;
    if (x->reach_ms != y->reach_ms) return x->reach_ms < y->reach_ms ? -1 : 1;
    return (x->lot > y->lot) - (x->lot < y->lot);
}

static uint32_t list_others(const struct choosing *p, struct other *out)
{
    uint32_t count = 0;
    for (uint32_t r = 0; r < history_records(p->history, p->object); r++) {
        struct lifetime life = life_of(p, r);
        if (life.happened_ms != NEVER || life.began_ms == NEVER) continue;
        uint64_t id = str_hash(history_record_id(p->history, p->object, r), p->options->seed);
        int64_t reach_ms = p->options->end_ms - p->options->horizon_ms - life.began_ms;
        if (life.over_ms != 0 && reach_ms > life.over_ms - life.began_ms) reach_ms = life.over_ms - life.began_ms - 1;
        if (reach_ms >= 0) out[count++] = (struct other){r, reach_ms, chance_mix(id)};
    }
    qsort(out, count, sizeof *out, least_reach_first);
    return count;
}

/* Customers of about one age, and the others that are held against them. */
struct age_part {
    const struct training_example *customers; /* the youngest first */
    uint32_t customer_count, customers_kept;
    uint32_t filled, seen, kept, most; /* others */
};

static int64_t age_of(const struct choosing *p, const struct training_example *example)
{
    return example->at_ms - p->lives[example->record].began_ms;
}

/* The part with the fewest for its size among those that `reach_ms` covers; AGE_PARTS: none. */
static uint32_t neediest(const struct choosing *p, const struct age_part *parts, int64_t reach_ms)
{
    uint32_t out = AGE_PARTS;
    for (uint32_t i = 0; i < AGE_PARTS; i++) {
        const struct age_part *part = &parts[i];
        if (part->customer_count == 0 || age_of(p, &part->customers[part->customer_count - 1]) > reach_ms) continue;
        if (out == AGE_PARTS ||
            (uint64_t)part->filled * parts[out].customer_count < (uint64_t)parts[out].filled * part->customer_count)
            out = i;
    }
    return out;
}

/* As many others for each customer in every part; where there is not one for each, some customers go. */
static void level(struct age_part *parts, uint32_t customers)
{
    double share = fmax(1, (double)COHORT_RECORDS_MAX / customers);
    for (uint32_t i = 0; i < AGE_PARTS; i++)
        if (parts[i].customer_count > 0) share = fmin(share, (double)parts[i].filled / parts[i].customer_count);
    share = fmax(share, 1);
    for (uint32_t i = 0; i < AGE_PARTS; i++) {
        struct age_part *part = &parts[i];
        part->customers_kept = part->filled < part->customer_count ? part->filled : part->customer_count;
        part->most = (uint32_t)(share * part->customers_kept);
    }
}

static void keep_part(struct choosing *p, const struct age_part *part)
{
    for (uint32_t i = 0; i < part->customers_kept; i++)
        p->out->at[p->out->count++] = part->customers[(uint64_t)i * part->customer_count / part->customers_kept];
    p->out->customers += part->customers_kept;
}

static void match_others(struct choosing *p, const struct training_example *customers, uint32_t customer_count,
                         const struct other *others, uint32_t count)
{
    struct age_part parts[AGE_PARTS] = {{0}};
    uint32_t *part_of = memory_array(count, sizeof *part_of);
    for (uint32_t i = 0; i < AGE_PARTS; i++) {
        uint32_t first = customer_count * i / AGE_PARTS;
        parts[i].customers = customers + first;
        parts[i].customer_count = customer_count * (i + 1) / AGE_PARTS - first;
    }
    for (uint32_t i = 0; i < count; i++) {
        part_of[i] = neediest(p, parts, others[i].reach_ms);
        if (part_of[i] < AGE_PARTS) parts[part_of[i]].filled++;
    }
    level(parts, customer_count);
    for (uint32_t i = 0; i < AGE_PARTS; i++) keep_part(p, &parts[i]);
    for (uint32_t i = 0; i < count; i++) {
        struct age_part *part = part_of[i] < AGE_PARTS ? &parts[part_of[i]] : NULL;
        if (part == NULL) continue;
        uint64_t place = part->seen++;
        if ((place + 1) * part->most / part->filled == place * part->most / part->filled) continue; /* evenly */
        int64_t age_ms = age_of(p, &part->customers[part->kept++ % part->customer_count]);
        p->out->at[p->out->count++] = (struct training_example){
            .at_ms = p->lives[others[i].record].began_ms + age_ms, .record = others[i].record, .weight = 1};
        p->out->others++;
    }
    memory_free(part_of);
}

/* ---- Both. ---- */

static int by_time(const void *a, const void *b)
{
    const struct training_example *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

static enum err check_enough(const struct choosing *p, const struct examples *customers, struct err_info *why)
{
    const struct cohort *out = p->out;
    const char *of = entity_plural(p->object);
    if (out->customers >= COHORT_MIN && out->others >= COHORT_MIN) return ERR_OK;
    if (customers->count >= COHORT_MIN)
        return err_set(why, ERR_INVALID,
                       "only %" PRIu32
                       " %s without the outcome were known for as long as those with it: to tell customers "
                       "from others, at least %d are needed",
                       out->others, of, COHORT_MIN);
    if (customers->decided > 0)
        return err_set(why, ERR_INVALID,
                       "the outcome came for only %" PRIu64 " %s after they became known; at least %d are needed. Of "
                       "%" PRIu32
                       " it always held, or it came with their first fact: it needs a time of its own, such as "
                       "that of an event",
                       customers->count, of, COHORT_MIN, customers->decided);
    return err_set(why, ERR_INVALID,
                   "the outcome came for only %" PRIu64 " %s after they became known, at least %" PRId64
                   " days before the last known fact; at least %d are needed",
                   customers->count, of, p->options->horizon_ms / MS_PER_DAY, COHORT_MIN);
}

enum err cohort_choose(const struct history *history, enum entity object, const struct lifetime *lives,
                       const struct cohort_options *options, struct cohort *out, struct err_info *why)
{
    struct choosing choosing = {history, object, lives, options, out}, *p = &choosing;
    struct examples found;
    *out = (struct cohort){.at = memory_array((size_t)2 * COHORT_RECORDS_MAX, sizeof *out->at)};
    draw_customers(p, &found);
    struct training_example *customers = memory_array(found.count, sizeof *customers);
    struct other *others = memory_array(history_records(history, object), sizeof *others);
    uint32_t customer_count = sort_customers(p, &found, customers), count = list_others(p, others);
    if (customer_count > 0) match_others(p, customers, customer_count, others, count);
    qsort(out->at, out->count, sizeof *out->at, by_time);
    enum err e = check_enough(p, &found, why);
    memory_free(customers);
    memory_free(others);
    examples_release(&found);
    return e;
}

void cohort_release(struct cohort *cohort)
{
    memory_free(cohort->at);
    *cohort = (struct cohort){0};
}
