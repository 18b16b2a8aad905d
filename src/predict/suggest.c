/* suggest.c — see suggest.h: one step after the other. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/suggest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "predict/suggest_fit.h"

#define CHOICE_DRAWS 200 /* for the interval by which a half-life is chosen */
#define EVIDENCE_PENALTY 1
#define UNIT_MINUTES_OF_A_DAY 1440
#define STOPPED "it was stopped"

static const uint32_t half_lives_tried[] = {7, 14, 30, 60, 90, 180};
#define TRIED COUNT_OF(half_lives_tried)

enum part { PART_LEARN, PART_JUDGE };
#define PART_COUNT 2

struct suggesting {
    const struct feature_source *source;
    const struct suggest_options *options;
    const struct score *score;
    struct arena *arena;
    struct suggestion *out;
    struct rule_units units;
    struct training_example *examples[PART_COUNT];
    struct table
        tables[PART_COUNT]; /* units by the score's own decays, or those chosen so far; last, the present sum */
    uint32_t columns;       /* that are learnt from: without the sum, where it is no belief */
    double *claims;         /* [units.columns + 1] points of one unit now; last, of the sum, 0 */
    struct score *draft;
    uint32_t decays_done; /* of out->half_lives */
};

int32_t fibonacci_points(double points)
{
    static const int32_t steps[] = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
    double size = fmin(fabs(points), 1000);
    size_t best = 0;
    for (size_t i = 1; i < COUNT_OF(steps); i++)
        if (fabs(size - steps[i]) < fabs(size - steps[best])) best = i;
    return points < 0 ? -steps[best] : steps[best];
}

/* ---- 1. Examples. ---- */

/* The present sum of each row, in its last column. */
static void add_up(const struct suggesting *s, struct table *table)
{
    for (uint64_t r = 0; r < table->rows; r++) {
        float *row = table->value + r * table->columns;
        double sum = 0;
        for (uint32_t c = 0; c < s->units.columns; c++) sum += s->claims[c] * (double)row[c];
        row[s->units.columns] = (float)sum;
    }
}

/* Those of a side that are in the scope, at most SUGGEST_ROWS_MAX of them, each standing for as many as there were. */
static void fill_part(struct suggesting *s, enum part part, const struct examples *all, const uint8_t *sides,
                      enum example_side side)
{
    uint64_t count = 0, seen = 0, rows = 0;
    for (uint64_t i = 0; i < all->count; i++) count += sides[i] == side;
    uint64_t wanted = count < SUGGEST_ROWS_MAX ? count : SUGGEST_ROWS_MAX;
    struct training_example *examples = ARENA_ARRAY(s->arena, struct training_example, wanted);
    for (uint64_t i = 0; i < all->count; i++) {
        if (sides[i] != side) continue;
        uint64_t place = seen++;
        if ((place + 1) * wanted / count > place * wanted / count) examples[rows++] = all->at[i];
    }
    float *value = memory_array((size_t)rows * s->units.columns, sizeof *value);
    uint8_t *in_scope = memory_array(rows, sizeof *in_scope);
    rule_units_compute(&s->units, s->source, NULL, examples, rows, s->options->threads, watch_stop(s->options->watch),
                       value, in_scope);
    struct table *table = &s->tables[part];
    uint64_t kept = 0;
    for (uint64_t r = 0; r < rows; r++) kept += in_scope[r];
    table_init(table, kept, s->units.columns + 1, NULL);
    kept = 0;
    for (uint64_t r = 0; r < rows; r++) {
        if (!in_scope[r]) continue;
        memcpy(table->value + kept * table->columns, value + r * s->units.columns, s->units.columns * sizeof *value);
        table->happened[kept] = examples[r].happened;
        table->weight[kept] = examples[r].weight;
        table->record[kept] = examples[r].record;
        examples[kept++] = examples[r];
    }
    s->examples[part] = examples;
    add_up(s, table);
    memory_free(value);
    memory_free(in_scope);
}

static uint64_t positives_of(const struct table *table)
{
    uint64_t positives = 0;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    return positives;
}

static enum err check_enough(const struct suggesting *s, struct err_info *why)
{
    uint64_t positives = s->out->positives, negatives = s->out->examples - positives;
    if (positives >= SUGGEST_POSITIVES_MIN && negatives >= SUGGEST_POSITIVES_MIN) return ERR_OK;
    bool few = positives < SUGGEST_POSITIVES_MIN;
    return err_set(why, ERR_INVALID,
                   "there are only %" PRIu64 " examples %s the outcome within %" PRId64
                   " days to learn points from; at least %d are needed: more %s, or a longer horizon",
                   few ? positives : negatives, few ? "with" : "without", s->options->examples.horizon_ms / MS_PER_DAY,
                   SUGGEST_POSITIVES_MIN, few ? "customers whose outcome has a time" : "others");
}

static enum err choose_examples(struct suggesting *s, const struct lifetime *lives, struct err_info *why)
{
    struct examples all;
    examples_choose(s->source->history, s->source->object, lives, &s->options->examples, &all);
    uint8_t *sides = memory_array(all.count, sizeof *sides);
    examples_split(s->source->history, s->source->object, &all, &s->options->split, sides, &s->out->test_begins_ms);
    watch_tell(s->options->watch, "reading facts", PART_LEARN, PART_COUNT);
    fill_part(s, PART_LEARN, &all, sides, SIDE_TRAIN);
    watch_tell(s->options->watch, "reading facts", PART_JUDGE, PART_COUNT);
    fill_part(s, PART_JUDGE, &all, sides, SIDE_CALIBRATE);
    s->out->examples = s->tables[PART_LEARN].rows;
    s->out->positives = positives_of(&s->tables[PART_LEARN]);
    memory_free(sides);
    examples_release(&all);
    return is_watch_over(s->options->watch) ? err_set(why, ERR_UNAVAILABLE, STOPPED) : check_enough(s, why);
}

int64_t suggest_test_begins(const struct feature_source *source, const struct lifetime *lives,
                            const struct suggest_options *options)
{
    struct examples all;
    int64_t begins_ms = 0;
    examples_choose(source->history, source->object, lives, &options->examples, &all);
    uint8_t *sides = memory_array(all.count, sizeof *sides);
    examples_split(source->history, source->object, &all, &options->split, sides, &begins_ms);
    memory_free(sides);
    examples_release(&all);
    return begins_ms;
}

/* ---- 2. Penalty and half-lives. ---- */

static bool can_choose(const struct suggesting *s)
{
    uint64_t positives = positives_of(&s->tables[PART_JUDGE]);
    return positives >= SUGGEST_POSITIVES_MIN && s->tables[PART_JUDGE].rows - positives >= SUGGEST_POSITIVES_MIN;
}

static bool goes_on(const struct suggesting *s)
{
    return can_choose(s) && !is_watch_over(s->options->watch);
}

static enum err choose_penalty(struct suggesting *s, struct err_info *why)
{
    static const double penalties[] = {1, 10, 100, 1000};
    const struct table *learn = &s->tables[PART_LEARN], *judge = &s->tables[PART_JUDGE];
    double *probability = memory_array(judge->rows, sizeof *probability), best = INFINITY;
    enum err e = ERR_OK;
    s->out->penalty = penalties[1];
    for (size_t i = 0; i < COUNT_OF(penalties) && goes_on(s) && e == ERR_OK; i++) {
        e = units_forecast(learn, judge, s->columns, penalties[i], s->options->threads, probability, why);
        double loss = e == ERR_OK ? units_log_loss(judge, probability) : INFINITY;
        if (loss < best) s->out->penalty = penalties[i];
        best = fmin(best, loss);
    }
    memory_free(probability);
    return e;
}

/* Each decay of a group once: what decays alike in it is tried together. */
static void list_half_lives(struct suggesting *s)
{
    uint32_t rules = 0;
    for (uint32_t g = 0; g < s->score->group_count; g++) rules += s->score->groups[g].rule_count;
    s->out->half_lives = ARENA_ARRAY(s->arena, struct suggested_half_life, rules);
    for (uint32_t g = 0; g < s->score->group_count; g++)
        for (uint32_t r = 0; r < s->score->groups[g].rule_count; r++) {
            const struct rule *rule = &s->score->groups[g].rules[r];
            if (!rule->enabled || rule->kind != RULE_EVENT || rule->decay.shape == DECAY_NONE) continue;
            bool listed = false;
            for (uint32_t i = 0; i < s->out->half_life_count; i++) {
                const struct suggested_half_life *other = &s->out->half_lives[i];
                listed |= other->group == g && decay_equal(&other->now, &rule->decay);
            }
            if (!listed)
                s->out->half_lives[s->out->half_life_count++] =
                    (struct suggested_half_life){.group = g, .now = rule->decay};
        }
}

static bool is_tried_decay(const struct decay *decay, uint32_t days)
{
    return decay->shape == DECAY_HALF_LIFE &&
           (uint64_t)decay->period * decay->unit_minutes == (uint64_t)days * UNIT_MINUTES_OF_A_DAY;
}

static bool is_of_decay(const struct suggesting *s, uint32_t column, uint32_t group, const struct decay *decay)
{
    if (column >= s->units.place_count || s->units.places[column].group != group) return false;
    const struct rule *rule = &s->score->groups[group].rules[s->units.places[column].rule];
    return rule->kind == RULE_EVENT && decay_equal(&rule->decay, decay);
}

/* The tables with one decay in another way: only its columns differ. */
static void with_half_life(const struct suggesting *s, const struct half_life_trial *trial,
                           struct table out[PART_COUNT])
{
    for (int part = 0; part < PART_COUNT; part++) {
        const struct table *from = &s->tables[part];
        uint8_t *in_scope = memory_array(from->rows, sizeof *in_scope);
        float *value = memory_array((size_t)from->rows * s->units.columns, sizeof *value);
        rule_units_compute(&s->units, s->source, trial, s->examples[part], from->rows, s->options->threads,
                           watch_stop(s->options->watch), value, in_scope);
        out[part] = *from;
        out[part].value = memory_array((size_t)from->rows * from->columns, sizeof *value);
        memcpy(out[part].value, from->value, (size_t)from->rows * from->columns * sizeof *value);
        for (uint32_t c = 0; c < s->units.columns; c++) {
            if (!is_of_decay(s, c, trial->group, &trial->from)) continue;
            for (uint64_t r = 0; r < from->rows; r++)
                out[part].value[r * from->columns + c] = value[r * s->units.columns + c];
        }
        add_up(s, &out[part]);
        memory_free(in_scope);
        memory_free(value);
    }
}

/* The best of those tried takes the place of the present one where it is better beyond doubt. */
static enum err choose_half_life(struct suggesting *s, struct suggested_half_life *half_life, const double *present,
                                 struct err_info *why)
{
    struct table *judge = &s->tables[PART_JUDGE];
    double *probability = memory_array(judge->rows, sizeof *probability), least = units_log_loss(judge, present);
    struct bootstrap how = {.draws = CHOICE_DRAWS,
                            .confidence = 0.95,
                            .seed = s->options->seed,
                            .threads = s->options->threads,
                            .stop = watch_stop(s->options->watch)};
    enum err e = ERR_OK;
    for (size_t i = 0; i < TRIED && goes_on(s) && e == ERR_OK; i++) {
        struct half_life_trial trial = {half_life->group, half_life->now, half_lives_tried[i]};
        struct table tried[PART_COUNT];
        watch_tell(s->options->watch, "trying half-lives", s->decays_done * TRIED + i, s->out->half_life_count * TRIED);
        if (is_tried_decay(&half_life->now, trial.days)) continue;
        with_half_life(s, &trial, tried);
        e = units_forecast(&tried[PART_LEARN], &tried[PART_JUDGE], s->columns, s->out->penalty, s->options->threads,
                           probability, why);
        double loss = e == ERR_OK ? units_log_loss(judge, probability) : INFINITY;
        if (loss < least) {
            struct prediction was = {judge->rows, present, judge->happened, judge->weight, judge->record};
            struct interval apart[FIGURE_COUNT];
            quality_compare(&was, probability, &how, apart);
            half_life->days = trial.days;
            half_life->better = apart[FIGURE_LOG_LOSS];
            least = loss;
        }
        for (int part = 0; part < PART_COUNT; part++) memory_free(tried[part].value);
    }
    half_life->sure = half_life->days != 0 && half_life->better.low > 0;
    memory_free(probability);
    return e;
}

static void take_half_life(struct suggesting *s, const struct suggested_half_life *half_life)
{
    struct half_life_trial trial = {half_life->group, half_life->now, half_life->days};
    const struct group *group = &s->score->groups[half_life->group];
    struct table taken[PART_COUNT];
    with_half_life(s, &trial, taken);
    for (int part = 0; part < PART_COUNT; part++) {
        memory_free(s->tables[part].value);
        s->tables[part].value = taken[part].value;
    }
    for (uint32_t r = 0; r < group->rule_count; r++)
        if (group->rules[r].kind == RULE_EVENT && decay_equal(&group->rules[r].decay, &half_life->now))
            decay_put(s->draft, half_life->group, r,
                      (struct decay){DECAY_HALF_LIFE, 0, half_life->days, UNIT_MINUTES_OF_A_DAY});
}

static enum err choose_half_lives(struct suggesting *s, struct err_info *why)
{
    const struct table *judge = &s->tables[PART_JUDGE];
    double *present = memory_array(judge->rows, sizeof *present);
    enum err e = ERR_OK;
    list_half_lives(s);
    for (uint32_t i = 0; i < s->out->half_life_count && goes_on(s) && e == ERR_OK; i++) {
        struct suggested_half_life *half_life = &s->out->half_lives[i];
        s->decays_done = i;
        e = units_forecast(&s->tables[PART_LEARN], judge, s->columns, s->out->penalty, s->options->threads, present,
                           why);
        if (e == ERR_OK) e = choose_half_life(s, half_life, present, why);
        if (e == ERR_OK && half_life->sure) take_half_life(s, half_life);
    }
    memory_free(present);
    return e;
}

/* ---- 3 and 4. What each says. ---- */

/* When nothing is left to choose, those that it was chosen by are learnt from, too. */
static void join_parts(struct suggesting *s)
{
    struct table *learn = &s->tables[PART_LEARN], *judge = &s->tables[PART_JUDGE], all;
    table_init(&all, learn->rows + judge->rows, learn->columns, NULL);
    for (int part = 0; part < PART_COUNT; part++) {
        const struct table *from = &s->tables[part];
        uint64_t first = part == PART_LEARN ? 0 : learn->rows;
        if (from->rows == 0) continue;
        memcpy(all.value + first * all.columns, from->value, from->rows * all.columns * sizeof *all.value);
        memcpy(all.happened + first, from->happened, from->rows * sizeof *all.happened);
        memcpy(all.weight + first, from->weight, from->rows * sizeof *all.weight);
        memcpy(all.record + first, from->record, from->rows * sizeof *all.record);
    }
    table_release(learn);
    table_release(judge);
    *learn = all;
    *judge = (struct table){0};
    s->out->examples = all.rows;
    s->out->positives = positives_of(&all);
}

/* Who had any of a column. */
struct havers {
    uint32_t records;
    double expected; /* examples with the outcome, were they like all */
};

static struct havers havers_of(const struct suggesting *s, uint32_t column, uint8_t *seen, uint32_t records)
{
    const struct table *learn = &s->tables[PART_LEARN];
    struct havers out = {0};
    uint64_t rows = 0;
    memset(seen, 0, records);
    for (uint64_t r = 0; r < learn->rows; r++) {
        if (!(fabsf(learn->value[r * learn->columns + column]) > 0)) continue;
        rows++;
        out.records += !seen[learn->record[r]];
        seen[learn->record[r]] = 1;
    }
    out.expected = (double)rows * (double)s->out->positives / (double)s->out->examples;
    return out;
}

static enum err weigh(struct suggesting *s, struct err_info *why)
{
    const uint32_t records = history_records(s->source->history, s->source->object);
    const struct table *learn = &s->tables[PART_LEARN];
    struct suggestion *out = s->out;
    struct interval *evidence = ARENA_ARRAY(s->arena, struct interval, learn->columns);
    struct interval *weighed = ARENA_ARRAY(s->arena, struct interval, learn->columns);
    struct drawn alone = {EVIDENCE_PENALTY, s->options->draws, s->options->seed, s->options->threads,
                          s->options->watch};
    struct drawn both = {out->penalty, 1, s->options->seed, s->options->threads, NULL};
    enum err e = units_coefficients(learn, s->units.columns, NULL, &alone, evidence, why);
    if (e == ERR_OK)
        e = units_coefficients(learn, s->columns, s->options->from_nothing ? NULL : s->claims, &both, weighed, why);
    if (e != ERR_OK) return e;
    uint8_t *seen = memory_array(records, sizeof *seen);
    out->count = s->units.place_count;
    out->points = ARENA_ARRAY(s->arena, struct suggested_points, out->count);
    for (uint32_t i = 0; i < out->count; i++) {
        struct havers havers = havers_of(s, i, seen, records);
        bool rare = havers.records < SUGGEST_RECORDS_MIN || havers.expected < SUGGEST_EXPECTED_MIN;
        out->points[i] = (struct suggested_points){.place = s->units.places[i],
                                                   .now = points_at(s->score, s->units.places[i]),
                                                   .records = havers.records,
                                                   .log_odds = evidence[i],
                                                   .weighed = weighed[i].value,
                                                   .said = rare ? SAID_TOO_RARELY : SAID_SOMETHING};
    }
    memory_free(seen);
    return ERR_OK;
}

/* ---- 5. Points. ---- */

/* The standard deviation over the examples of a sum of columns, each times its factor. */
static double spread_of(const struct table *table, const double *factors, uint32_t count)
{
    double weight = 0, sum = 0, square = 0;
    for (uint64_t r = 0; r < table->rows; r++) {
        double score = 0;
        for (uint32_t c = 0; c < count; c++) score += factors[c] * (double)table->value[r * table->columns + c];
        weight += table->weight[r];
        sum += table->weight[r] * score;
        square += table->weight[r] * score * score;
    }
    return sqrt(fmax(0, square / weight - sum / weight * (sum / weight)));
}

static void choose_scale(struct suggesting *s)
{
    const struct table *learn = &s->tables[PART_LEARN];
    struct suggestion *out = s->out;
    double *weighed = ARENA_ARRAY(s->arena, double, out->count);
    for (uint32_t i = 0; i < out->count; i++) weighed[i] = out->points[i].weighed;
    double spread = s->options->spread > 0 ? s->options->spread : spread_of(learn, s->claims, out->count);
    double of_log_odds = spread_of(learn, weighed, out->count);
    out->points_a_log_odds = of_log_odds > 0 ? spread / of_log_odds : 0;
}

static bool holds(const struct interval *interval, double number)
{
    return !(interval->low > number || interval->high < number); /* one that nobody knows holds all */
}

static enum said said_of(const struct suggested_points *points, double points_a_log_odds)
{
    double claimed = points_a_log_odds > 0 ? points->now / points_a_log_odds : 0;
    if (points->said == SAID_TOO_RARELY) return SAID_TOO_RARELY;
    if (!holds(&points->log_odds, 0)) return SAID_SOMETHING;
    return points->now != 0 && holds(&points->log_odds, claimed) ? SAID_TOO_LITTLE : SAID_NOTHING;
}

static int32_t points_of(const struct suggesting *s, const struct suggested_points *points)
{
    int32_t nearest = fibonacci_points(s->out->points_a_log_odds * points->weighed);
    if (s->options->from_nothing) return nearest;
    if (points->said == SAID_NOTHING) return 0;
    bool stays = points->said != SAID_SOMETHING || nearest == fibonacci_points(points->now);
    return stays ? points->now : nearest;
}

/* A rule that may give 12 at 4 each counts three times: it still does at 8 each, and then may give 24. */
static void move_limit(struct suggesting *s, struct suggested_points *points)
{
    const struct rule *rule = &s->score->groups[points->place.group].rules[points->place.rule];
    bool up = points->now > 0, limited = up ? rule->clamp.has_max : rule->clamp.has_min;
    int32_t limit = up ? rule->clamp.max : rule->clamp.min;
    if (rule->kind != RULE_EVENT || !limited || points->now == 0 || limit % points->now != 0) return;
    if (points->then == points->now) return;
    if ((points->then > 0) != up) points->then = 0; /* its limit is on the other side */
    else if (points->then != 0) {
        points->limit_now = limit;
        points->limit_then = limit / points->now * points->then;
    }
    if (points->limit_then != 0) limit_put(s->draft, points->place.group, points->place.rule, points->limit_then);
}

static void choose_points(struct suggesting *s)
{
    struct suggestion *out = s->out;
    choose_scale(s);
    for (uint32_t i = 0; i < out->count; i++) {
        out->points[i].said = said_of(&out->points[i], out->points_a_log_odds);
        out->said += out->points[i].said == SAID_SOMETHING;
    }
    for (uint32_t i = 0; i < out->count; i++) {
        struct suggested_points *points = &out->points[i];
        points->then = out->said == 0 && !s->options->from_nothing ? points->now : points_of(s, points);
        if (!s->options->from_nothing) move_limit(s, points);
        points_put(s->draft, points->place, points->then);
    }
}

static void claim(struct suggesting *s)
{
    s->claims = ARENA_ARRAY(s->arena, double, (size_t)s->units.columns + 1);
    for (uint32_t c = 0; c < s->units.columns; c++) /* of a rollup, units are points */
        s->claims[c] = c < s->units.place_count ? points_at(s->score, s->units.places[c]) : 1;
    s->columns = s->units.columns + (s->options->from_nothing ? 0 : 1);
}

enum err suggest_points(const struct feature_source *source, const struct lifetime *lives,
                        const struct suggest_options *options, struct arena *arena, struct suggestion *out,
                        struct err_info *why)
{
    const struct score *score = source->set->scores[source->score];
    struct suggesting s = {.source = source, .options = options, .score = score, .arena = arena, .out = out};
    INVARIANT(score->object == source->object && options->draws >= 1 && options->threads >= 1);
    *out = (struct suggestion){0};
    rule_units_find(score, arena, &s.units);
    claim(&s);
    s.draft = score_copy(score, arena);
    enum err e =
        s.units.place_count > 0 ? ERR_OK : err_set(why, ERR_INVALID, "the score has no rule with points of its own");
    if (e == ERR_OK) e = choose_examples(&s, lives, why);
    if (e == ERR_OK) e = choose_penalty(&s, why);
    if (e == ERR_OK) e = choose_half_lives(&s, why);
    if (e == ERR_OK) join_parts(&s);
    if (e == ERR_OK) e = weigh(&s, why);
    if (e == ERR_OK && is_watch_over(options->watch)) e = err_set(why, ERR_UNAVAILABLE, STOPPED);
    if (e == ERR_OK) choose_points(&s);
    out->score = s.draft;
    definitions_with(source->set, source->score, s.draft, arena, &out->set);
    for (int part = 0; part < PART_COUNT; part++) table_release(&s.tables[part]);
    return e;
}
