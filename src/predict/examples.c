/* examples.c — see examples.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/examples.h"

#include "base/chance.h"

/* What is drawn for a record: by its id, so that its number in this history is of no account. */
static struct chance chance_of_record(const struct history *history, enum entity object, uint32_t record, uint64_t seed)
{
    return chance_of(seed, str_hash(history_record_id(history, object, record), (uint64_t)object));
}

/* ---- Choosing instants. ---- */

/* Instants last, last - spacing, ... that are not before `first`. */
struct grid {
    int64_t last_ms;
    uint64_t count;
};

static struct grid grid_of(const struct lifetime *life, const struct example_options *options, struct chance *chance)
{
    int64_t offset_ms = (int64_t)(chance_unit(chance) * (double)options->spacing_ms);
    int64_t last_ms = options->end_ms - options->horizon_ms - offset_ms;
    /* It goes on backwards; the last one at which the outcome was still open counts. */
    int64_t until_ms = life->happened_ms;
    if (life->over_ms != 0 && life->over_ms < until_ms) until_ms = life->over_ms;
    if (until_ms <= last_ms) last_ms -= ((last_ms - until_ms) / options->spacing_ms + 1) * options->spacing_ms;
    if (last_ms < life->began_ms) return (struct grid){last_ms, 0};
    return (struct grid){last_ms, (uint64_t)((last_ms - life->began_ms) / options->spacing_ms) + 1};
}

/* Mark `wanted` of `count` places, each set of them as likely as any other (Knuth, volume 2, 3.4.2, algorithm S), and
 * add an example for each, the earliest first. */
static void add_drawn(struct examples *out, uint32_t record, const struct lifetime *life, struct grid grid,
                      const struct example_options *options, uint32_t per_record, struct chance *chance)
{
    uint64_t wanted = grid.count < per_record ? grid.count : per_record;
    double weight = (double)grid.count / (double)wanted;
    for (uint64_t place = grid.count, left = wanted; left > 0; place--) {
        if (chance_unit(chance) * (double)place >= (double)left) continue;
        int64_t at_ms = grid.last_ms - (int64_t)(place - 1) * options->spacing_ms;
        bool happened = life->happened_ms != NEVER && life->happened_ms - at_ms <= options->horizon_ms;
        out->at = list_grown(out->at, out->count, &out->capacity, sizeof *out->at);
        out->at[out->count++] = (struct training_example){at_ms, record, happened, weight};
        out->positives += happened;
        left--;
    }
}

void examples_choose(const struct history *history, enum entity object, const struct lifetime *lives,
                     const struct example_options *options, struct examples *out)
{
    INVARIANT(options->horizon_ms > 0 && options->spacing_ms > 0);
    INVARIANT(options->per_record >= 1 && options->per_record <= EXAMPLES_OF_RECORD_MAX);
    const uint32_t records = history_records(history, object);
    uint32_t per_record = options->per_record;
    *out = (struct examples){0};
    while (per_record > 1 && (uint64_t)per_record * records > EXAMPLES_MAX) per_record--;
    for (uint32_t r = 0; r < records && out->count < EXAMPLES_MAX; r++) {
        const struct lifetime *life = &lives[r];
        struct chance chance = chance_of_record(history, object, r, options->seed);
        if (life->began_ms == NEVER) {
            out->unborn++;
            continue;
        }
        if (life->happened_ms <= life->began_ms || (life->over_ms != 0 && life->over_ms <= life->began_ms)) {
            out->decided++;
            continue;
        }
        struct grid grid = grid_of(life, options, &chance);
        if (grid.count > 0) {
            add_drawn(out, r, life, grid, options, per_record, &chance);
            out->records++;
        } else if (life->began_ms > options->end_ms - options->horizon_ms) {
            out->young++;
        }
    }
}

void examples_release(struct examples *examples)
{
    memory_free(examples->at);
    *examples = (struct examples){0};
}

/* ---- Sides. ---- */

enum example_side side_of_record(const struct history *history, enum entity object, uint32_t record,
                                 const struct split_options *options)
{
    struct chance chance = chance_of_record(history, object, record, ~options->seed);
    if (chance_unit(&chance) < options->test_records) return SIDE_TEST;
    return chance_unit(&chance) < options->calibrate_records ? SIDE_CALIBRATE : SIDE_TRAIN;
}

void examples_split(const struct history *history, enum entity object, const struct examples *examples,
                    const struct split_options *options, uint8_t *sides, int64_t *begins_ms)
{
    int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
    for (uint64_t i = 0; i < examples->count; i++) {
        if (examples->at[i].at_ms < first_ms) first_ms = examples->at[i].at_ms;
        if (examples->at[i].at_ms > last_ms) last_ms = examples->at[i].at_ms;
    }
    *begins_ms = examples->count > 0 ? last_ms - (int64_t)((double)(last_ms - first_ms) * options->later) : 0;
    for (uint64_t i = 0; i < examples->count; i++) {
        const struct training_example *example = &examples->at[i];
        enum example_side side = side_of_record(history, object, example->record, options);
        bool in_time =
            side == SIDE_TEST ? example->at_ms >= *begins_ms : example->at_ms < *begins_ms - options->horizon_ms;
        sides[i] = (uint8_t)(in_time ? side : SIDE_NONE);
    }
}
