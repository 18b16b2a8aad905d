/* output_reasons.c — the ledger as an indented tree with a sentence a line.
 *
 *     Fit                                                              +7
 *       Company profile                                                +7
 *           +2  IT industry: company.industry is IT or Software
 *     Engagement                                                       +13
 *       Meetings                                                       +13
 *          +13  Meeting booked: 1 event, latest 2026-01-05 (3 days ago)
 *
 * The ledger tells what each rule gave, not which of its cases matched; where exactly
 * one case gives that number of points, the case is named, else only the rule. */
// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"
#include "app/words.h"
#include "base/instant.h"
#include "base/unicode.h"
#include "core/evaluate.h"

#define SENTENCE_BYTES_MAX ((size_t)64 * 1024)
#define CATEGORY_INDENT 2
#define GROUP_INDENT 4
#define POINTS_CELLS 8    /* of a rule's points, right-aligned */
#define SUM_CELLS 12      /* of a sum */
#define SUM_COLUMN_MAX 64 /* where sums end */

/* What the tree is made from, and where it goes. */
struct tree {
    const struct results *results;
    const struct score *score;
    const struct ledger *ledger;
    const struct page *page;
};

/* ---- Sentences. ---- */

/* The only case of a `values` rule that gives these points; -1: otherwise; -2: unknown; -3: not certain. */
static int64_t certain_case(const struct rule *rule, int64_t micro)
{
    int64_t found = -3;
    uint32_t matches = 0;
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (rule->cases[i].points * MICRO_PER_POINT == micro) found = i, matches++;
    if (rule->has_otherwise && rule->otherwise * MICRO_PER_POINT == micro) found = -1, matches++;
    if (rule->has_unknown && rule->unknown * MICRO_PER_POINT == micro) found = -2, matches++;
    return matches == 1 ? found : -3;
}

static void say_values(struct buf *out, const struct rule *rule, int64_t micro)
{
    int64_t which = certain_case(rule, micro);
    if (which == -1) buf_append_c(out, ": another value");
    if (which == -2) buf_append_c(out, ": no value");
    if (which < 0) return;
    AUTO_BUF words = BUF_INIT(SENTENCE_BYTES_MAX);
    words_test(&words, &rule->cases[which].test);
    struct str text = buf_str(&words);
    if (str_starts_with(text, STR("is "))) text = (struct str){text.at + 3, text.len - 3};
    buf_append_c(out, ": ");
    buf_append(out, text);
}

static void say_when(struct buf *out, struct catalog *catalog, const struct rule *rule, int64_t micro)
{
    bool held = rule->points * MICRO_PER_POINT == micro;
    if (held && rule->has_otherwise && rule->otherwise == rule->points) return; /* it may have held or not */
    buf_append_c(out, held ? ": " : ": not so: ");
    words_condition(out, catalog, rule->when);
}

static void say_fading(struct buf *out, const struct rule *rule, int64_t points, int64_t micro)
{
    if (rule->decay.shape == DECAY_NONE || points * MICRO_PER_POINT == micro) return;
    buf_append_c(out, ", faded from ");
    text_points(out, points * MICRO_PER_POINT);
    buf_append_c(out, " (");
    words_decay(out, &rule->decay);
    buf_append_char(out, ')');
}

static void say_latest(struct buf *out, int64_t latest_ms, int64_t as_of_ms)
{
    if (latest_ms == LEDGER_NO_TIME) return;
    buf_append_c(out, ", latest ");
    instant_format_date(out, latest_ms);
    buf_append_c(out, " (");
    text_ago(out, latest_ms, as_of_ms);
    buf_append_char(out, ')');
}

static void say_events(struct buf *out, const struct rule *rule, const struct ledger_line *line, int64_t as_of_ms)
{
    buf_append_c(out, ": ");
    text_counted(out, line->events, "event", "events");
    int64_t full = rule->points * (int64_t)line->events;
    if (rule->kind == RULE_RANGES) {
        full = 0;
        for (uint32_t i = 0; i < rule->range_count; i++) {
            const struct range *range = &rule->ranges[i];
            if (line->events < range->from || line->events > range->to) continue;
            full = range->points;
            if (range->to == UINT32_MAX) buf_format(out, " (%u or more)", range->from);
            else buf_format(out, " (%u to %u)", range->from, range->to);
        }
    } else if (rule->once) {
        full = rule->points;
        if (line->events > 1) buf_append_c(out, ", counted once");
    }
    int64_t most = CONTRIBUTION_MAX / MICRO_PER_POINT;
    full = full > most ? most : full < -most ? -most : full;
    say_fading(out, rule, full, line->micro);
    say_latest(out, line->latest_ms, as_of_ms);
}

static void say_rollup(struct buf *out, const struct rule *rule, uint64_t records)
{
    static const char *const takes[] = {[TAKE_SUM] = "the sum of ",
                                        [TAKE_AVG] = "the average of ",
                                        [TAKE_MIN] = "the lowest of ",
                                        [TAKE_MAX] = "the highest of ",
                                        [TAKE_TOP] = "the best "};
    buf_append_c(out, ": ");
    buf_append_c(out, takes[rule->take]);
    if (rule->take == TAKE_TOP) {
        text_count(out, rule->top);
        buf_append_c(out, " of ");
    }
    text_counted(out, records, entity_name(rule->over), entity_plural(rule->over));
    if (rule->score_name.len > 0) buf_format(out, " (" STR_FMT ")", STR_ARG(rule->score_name));
}

static void say_clamp(struct buf *out, const struct tree *tree, const struct ledger_line *line)
{
    const struct score *score = tree->score;
    const struct clamp *clamp = &score->total;
    const char *who = "the score";
    if (line->rule != NULL) {
        clamp = &line->rule->clamp;
        who = "this rule";
    } else if (line->group != NULL) {
        clamp = &line->group->clamp;
        who = "this group";
    } else if (line->category >= 0) {
        clamp = &score->category[line->category];
        who = line->category == CATEGORY_FIT ? "fit" : "engagement";
    }
    bool at_most = line->micro < 0;
    buf_format(out, "limit: %s gives at %s ", who, at_most ? "most" : "least");
    text_whole(out, at_most ? clamp->max : clamp->min);
}

static void say(struct buf *out, const struct tree *tree, const struct ledger_line *line)
{
    const struct rule *rule = line->rule;
    if (line->kind == LEDGER_CLAMP) {
        say_clamp(out, tree, line);
    } else if (line->kind == LEDGER_ADJUSTMENT) {
        buf_append_c(out, "adjusted by hand");
        say_latest(out, line->latest_ms, tree->results->as_of_ms);
    } else {
        text_clean(out, rule->name);
        switch (rule->kind) {
        case RULE_WHEN: say_when(out, tree->results->set->catalog, rule, line->micro); break;
        case RULE_VALUES: say_values(out, rule, line->micro); break;
        case RULE_EVENT:
        case RULE_RANGES: say_events(out, rule, line, tree->results->as_of_ms); break;
        case RULE_ROLLUP: say_rollup(out, rule, line->events); break;
        }
    }
}

/* ---- Lines. ---- */

/* "    Company profile                  +7" */
static void put_sum(const struct tree *tree, size_t indent, const char *style, struct str name, int64_t micro)
{
    size_t width = page_cells(tree->page) < SUM_COLUMN_MAX ? page_cells(tree->page) : SUM_COLUMN_MAX;
    AUTO_BUF points = BUF_INIT(64);
    AUTO_BUF out = BUF_INIT(SENTENCE_BYTES_MAX);
    text_points(&points, micro);
    buf_append_repeat(&out, ' ', indent);
    buf_append_c(&out, style);
    text_cell(&out, name, width - indent - SUM_CELLS, SIDE_LEFT);
    text_cell(&out, buf_str(&points), SUM_CELLS, SIDE_RIGHT);
    if (*style != '\0') buf_append_c(&out, tree->page->style->off);
    buf_append_char(&out, '\n');
    fwrite(out.at, 1, out.len, tree->page->to);
}

/* "      +2  IT industry: company.industry is IT or Software" */
static void put_line(const struct tree *tree, size_t indent, const struct ledger_line *line)
{
    AUTO_BUF points = BUF_INIT(64);
    AUTO_BUF begin = BUF_INIT(256);
    AUTO_BUF sentence = BUF_INIT(SENTENCE_BYTES_MAX);
    text_points(&points, line->micro);
    buf_append_repeat(&begin, ' ', indent);
    text_cell(&begin, buf_str(&points), POINTS_CELLS, SIDE_RIGHT);
    buf_append_c(&begin, "  ");
    fwrite(begin.at, 1, begin.len, tree->page->to);
    say(&sentence, tree, line);
    text_put_wrapped(tree->page->to, buf_str(&sentence), indent + POINTS_CELLS + 2, page_cells(tree->page));
}

static int64_t sum_of(const struct ledger *ledger, int category, const struct group *group)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_line *line = &ledger->lines[i];
        if (line->category == category && (group == NULL || line->group == group)) sum += line->micro;
    }
    return sum;
}

/* The lines of a group, or with NULL those that belong to the category or the total itself. False without any. */
static bool put_lines(const struct tree *tree, size_t indent, int category, const struct group *group)
{
    bool any = false;
    for (uint32_t i = 0; i < tree->ledger->count; i++) {
        const struct ledger_line *line = &tree->ledger->lines[i];
        if (line->category != category || line->group != group) continue;
        put_line(tree, indent, line);
        any = true;
    }
    return any;
}

static bool has_lines(const struct ledger *ledger, int category, const struct group *group)
{
    for (uint32_t i = 0; i < ledger->count; i++)
        if (ledger->lines[i].category == category && (group == NULL || ledger->lines[i].group == group)) return true;
    return false;
}

static void put_category(const struct tree *tree, int category)
{
    static const struct str names[] = {STR_INIT("Fit"), STR_INIT("Engagement")};
    const struct score *score = tree->score;
    if (!has_lines(tree->ledger, category, NULL)) return;
    put_sum(tree, CATEGORY_INDENT, tree->page->style->bold, names[category], sum_of(tree->ledger, category, NULL));
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct group *group = &score->groups[g];
        if ((int)group->category != category || !has_lines(tree->ledger, category, group)) continue;
        put_sum(tree, GROUP_INDENT, "", group->name, sum_of(tree->ledger, category, group));
        put_lines(tree, GROUP_INDENT, category, group);
    }
    put_lines(tree, CATEGORY_INDENT, category, NULL);
}

void output_reasons(const struct results *results, uint32_t score, const struct explanation *explanation,
                    const struct page *page)
{
    struct tree tree = {
        .results = results, .score = results->set->scores[score], .ledger = &explanation->ledger, .page = page};
    if (!explanation->known) {
        output_note(page, STR("Nothing is known: the score is not for this record, or no rule says anything."));
        return;
    }
    if (explanation->ledger.count == 0) output_note(page, STR("No rule says anything."));
    put_category(&tree, CATEGORY_FIT);
    put_category(&tree, CATEGORY_ENGAGEMENT);
    put_lines(&tree, 0, -1, NULL);
}
