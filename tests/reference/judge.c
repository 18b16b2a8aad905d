/* judge.c — the real way and the reference, side by side. */
// SPDX-License-Identifier: Apache-2.0
#include "reference/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/instant.h"
#include "core/band.h"
#include "harness.h"
#include "reference/shrink.h"
#include "score_helper.h"

#define TEXT_BYTES ((size_t)1 << 24)

/* ---- The real way. ---- */

static const enum entity entities[] = {ENTITY_CONTACT, ENTITY_COMPANY, ENTITY_DEAL};

static struct product *opened(struct arena *arena, const struct ref_case *c, uint64_t style, uint64_t order,
                              bool repeat, struct buf *why)
{
    AUTO_BUF schema = BUF_INIT(TEXT_BYTES), text = BUF_INIT(TEXT_BYTES);
    ref_emit_schema(&c->world, &schema);
    ref_emit_definitions(arena, &c->world, &c->set, style, &text);
    struct product *p = product_try(buf_str(&schema), buf_str(&text), why);
    if (p == NULL) return NULL;
    struct err_info error = {0};
    if (ref_feed(arena, &c->world, p->catalog, p->builder, order, repeat, &error) == ERR_OK) {
        if (product_finish_try(p, why)) return p;
    } else {
        buf_append_c(why, error.msg);
    }
    product_free(p);
    return NULL;
}

/* ---- Comparing. ---- */

struct question {
    struct arena *arena;
    const struct ref_case *c;
    struct product *p;
    const struct definitions *set;
    const struct scan *scan;
    int64_t as_of_ms;
    struct buf *why;
};

static void say_where(const struct question *q, const char *what, struct str name, struct str id)
{
    buf_format(q->why, "%s: " STR_FMT " of " STR_FMT " at ", what, STR_ARG(name), STR_ARG(id));
    instant_format(q->why, q->as_of_ms);
    buf_append_char(q->why, '\n');
}

static struct str name_of_rule(const struct ledger_line *line)
{
    return line->rule != NULL ? line->rule->name : (struct str){0};
}

static bool same_line(const struct ledger_line *line, const struct ref_line *expected)
{
    enum ref_part part = line->category < 0 ? REF_TOTAL : line->category == CATEGORY_FIT ? REF_FIT : REF_ENGAGEMENT;
    struct str group = line->group != NULL ? line->group->name : (struct str){0};
    return (int)line->kind == (int)expected->kind && part == expected->part && str_equal(group, expected->group) &&
           str_equal(name_of_rule(line), expected->rule) && line->micro == expected->micro &&
           line->events == expected->events && line->latest_ms == expected->latest_ms;
}

static void print_expected(const struct ref_result *expected, struct buf *out)
{
    static const char *const kinds[] = {"rule", "clamp", "adjustment"};
    buf_format(out, "expected %s %" PRId64 " = %" PRId64 " + %" PRId64 "\n", expected->known ? "known" : "unknown",
               expected->micro[REF_TOTAL], expected->micro[REF_FIT], expected->micro[REF_ENGAGEMENT]);
    for (uint32_t i = 0; i < expected->line_count; i++) {
        const struct ref_line *line = &expected->line[i];
        buf_format(out, "  %s category %d " STR_FMT "/" STR_FMT " %" PRId64 ", %" PRIu64 " events, latest ",
                   kinds[line->kind], (int)line->part - 1, STR_ARG(line->group), STR_ARG(line->rule), line->micro,
                   line->events);
        if (line->latest_ms == REF_NO_TIME) buf_append_c(out, "never");
        else instant_format(out, line->latest_ms);
        buf_append_char(out, '\n');
    }
}

static bool same_explanation(const struct question *q, const struct explanation *e, const struct ref_result *expected)
{
    bool same = e->known == expected->known && e->total == expected->micro[REF_TOTAL] &&
                e->fit == expected->micro[REF_FIT] && e->engagement == expected->micro[REF_ENGAGEMENT] &&
                e->ledger.count == expected->line_count;
    for (uint32_t i = 0; same && i < e->ledger.count; i++) same = same_line(&e->ledger.lines[i], &expected->line[i]);
    if (!same) {
        print_expected(expected, q->why);
        buf_format(q->why, "found %s %" PRId64 " = %" PRId64 " + %" PRId64 "\n", e->known ? "known" : "unknown",
                   e->total, e->fit, e->engagement);
        ledger_print(&e->ledger, q->why);
    } else if (e->known && ledger_sum(&e->ledger) != e->total) {
        buf_append_c(q->why, "the ledger does not sum to the total\n");
        same = false;
    }
    return same;
}

static bool same_columns(const struct question *q, uint32_t score, uint32_t record, const struct ref_result *expected)
{
    const struct score_column *column = scan_results(q->scan, score);
    bool same = (column->known[record] != 0) == expected->known &&
                column->total[record] == expected->micro[REF_TOTAL] &&
                column->fit[record] == expected->micro[REF_FIT] &&
                column->engagement[record] == expected->micro[REF_ENGAGEMENT];
    if (same) return true;
    print_expected(expected, q->why);
    buf_format(q->why, "found %s %" PRId64 " = %" PRId64 " + %" PRId64 " by scan\n",
               column->known[record] ? "known" : "unknown", column->total[record], column->fit[record],
               column->engagement[record]);
    return false;
}

static bool same_labels(const struct question *q, const struct score *score, const struct ref_score *model,
                        const struct ref_result *expected)
{
    for (uint32_t previous = 0; previous <= model->band_count; previous++) {
        bool none = previous == model->band_count;
        uint32_t found = band_of(score, expected->micro[REF_TOTAL], none ? BAND_NONE : previous);
        uint32_t wanted = ref_band_of(model, expected->micro[REF_TOTAL], none ? REF_NONE : previous);
        if (found == wanted) continue;
        buf_format(q->why, "band %d, expected %d, after band %d\n", (int)found, (int)wanted, none ? -1 : (int)previous);
        return false;
    }
    for (int category = 0; category < CATEGORY_COUNT && score->grade_count[0] > 0; category++) {
        enum ref_part part = category == CATEGORY_FIT ? REF_FIT : REF_ENGAGEMENT;
        uint32_t found = grade_of(score, (enum category)category, expected->micro[part]);
        if (found == ref_grade_of(model, part, expected->micro[part])) continue;
        buf_format(q->why, "grade %u of category %d\n", found, category);
        return false;
    }
    return true;
}

static bool score_agrees(const struct question *q, uint32_t model, bool explain)
{
    const struct ref_score *s = &q->c->set.score[model];
    uint32_t score = definitions_find_score(q->set, s->name);
    for (uint32_t i = 0; i < q->c->world.record_count[s->object]; i++) {
        struct ref_result expected;
        ref_evaluate(q->arena, &q->c->world, &q->c->set, model, i, q->as_of_ms, &expected);
        struct str id = q->c->world.record[s->object][i].id;
        uint32_t record = history_find(q->p->history, entities[s->object], id);
        bool same = record != RECORD_NONE && same_columns(q, score, record, &expected) &&
                    same_labels(q, q->set->scores[score], s, &expected);
        if (same && explain) {
            struct explanation e = {0};
            scan_explain(q->scan, score, record, q->as_of_ms, q->arena, &e);
            same = same_explanation(q, &e, &expected);
        }
        if (same) continue;
        say_where(q, "score", s->name, id);
        return false;
    }
    return true;
}

static bool segment_agrees(const struct question *q, uint32_t model)
{
    const struct ref_segment *s = &q->c->set.segment[model];
    uint32_t segment = definitions_find_segment(q->set, s->name);
    for (uint32_t i = 0; i < q->c->world.record_count[s->object]; i++) {
        struct str id = q->c->world.record[s->object][i].id;
        uint32_t record = history_find(q->p->history, entities[s->object], id);
        bool expected = ref_in_segment(q->arena, &q->c->world, &q->c->set, model, i, q->as_of_ms);
        if (scan_in_segment(q->scan, segment, record, q->as_of_ms) == expected) continue;
        buf_format(q->why, "expected %s\n", expected ? "a member" : "no member");
        say_where(q, "segment", s->name, id);
        return false;
    }
    return true;
}

static bool set_agrees(const struct question *q, bool explain)
{
    for (uint32_t i = 0; i < q->c->set.score_count; i++)
        if (!q->c->set.score[i].dropped && !score_agrees(q, i, explain)) return false;
    for (uint32_t i = 0; explain && i < q->c->set.segment_count; i++)
        if (!segment_agrees(q, i)) return false;
    return true;
}

/* ---- One case. ---- */

static bool people_agree(const struct ref_case *c, const struct product *p, struct buf *why)
{
    uint32_t people = 0;
    for (uint32_t i = 0; i < c->world.record_count[REF_CONTACT]; i++) people += c->world.person[i] == i;
    uint32_t found = history_records(p->history, ENTITY_CONTACT);
    if (found != people) buf_format(why, "%u contacts, expected %u\n", found, people);
    return found == people;
}

/* All instants, with one thread and with two. */
static bool case_agrees(struct arena *arena, const struct ref_case *c, struct product *p, struct buf *why)
{
    struct question q = {arena, c, p, &p->set, p->scan, 0, why};
    for (unsigned i = 0; i < REF_INSTANTS; i++) {
        q.as_of_ms = c->as_of_ms[i];
        struct scan_options options = {.as_of_ms = q.as_of_ms, .threads = 1 + i % 2};
        scan_run(p->scan, &options);
        if (!set_agrees(&q, true)) return false;
    }
    return people_agree(c, p, why);
}

/* Scan and keep the signals; change points, clamps and bands; scan again at the same instant. Then
 * change windows and switch rules off and on, too, and scan at another instant. */
static enum ref_verdict edit_agrees(struct arena *arena, struct ref_case *c, struct product *p, uint64_t seed,
                                    struct buf *why)
{
    struct scan_options options = {.as_of_ms = c->as_of_ms[0], .threads = 1, .keep_signals = true};
    scan_run(p->scan, &options);
    for (unsigned step = 0; step < 2; step++) {
        ref_edit(arena, &c->set, seed + step, step == 0);
        struct definitions *edited = ARENA_NEW(p->arena, struct definitions);
        AUTO_BUF text = BUF_INIT(TEXT_BYTES);
        ref_emit_definitions(arena, &c->world, &c->set, seed + step, &text);
        if (!product_read_definitions(p, buf_str(&text), edited, why)) return REF_REFUSED;
        p->scan = scan_new(edited, p->history, p->scan);
        options.as_of_ms = c->as_of_ms[step == 0 ? 0 : seed % REF_INSTANTS];
        options.threads = 1 + step;
        scan_run(p->scan, &options);
        struct question q = {arena, c, p, edited, p->scan, options.as_of_ms, why};
        if (set_agrees(&q, step == 1)) continue;
        buf_append_c(why, step == 0 ? "after an edit of points, clamps and bands\n" : "after an edit of rules\n");
        return REF_DIFFERENT;
    }
    return REF_AGREED;
}

enum ref_verdict ref_judge(struct arena *arena, struct ref_case *c, uint64_t seed, bool edit, struct buf *why)
{
    struct product *p = opened(arena, c, seed, seed | 1, seed % 2 == 0, why);
    if (p == NULL) return REF_REFUSED;
    enum ref_verdict verdict = case_agrees(arena, c, p, why) ? REF_AGREED : REF_DIFFERENT;
    if (verdict == REF_AGREED && edit) verdict = edit_agrees(arena, c, p, seed, why);
    product_free(p);
    return verdict;
}

/* ---- What the caller asks for. ---- */

struct failure {
    uint64_t seed;
    enum ref_verdict verdict;
    bool edit;
};

static bool fails_again(const struct ref_case *c, void *context)
{
    const struct failure *failure = context;
    AUTO_ARENA arena = arena_new();
    AUTO_BUF why = BUF_INIT(TEXT_BYTES);
    struct ref_case copy = *c;
    return ref_judge(arena, &copy, failure->seed, false, &why) == failure->verdict;
}

static void report(struct ref_case *c, struct failure *failure)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF text = BUF_INIT(TEXT_BYTES), why = BUF_INIT(TEXT_BYTES);
    if (!failure->edit) ref_shrink(c, fails_again, failure);
    (void)ref_judge(arena, c, failure->seed, failure->edit, &why);
    ref_emit_schema(&c->world, &text);
    ref_emit_definitions(arena, &c->world, &c->set, 1, &text);
    ref_emit_facts(&c->world, &text);
    printf("%.*s\n%.*s\nrepeat with PLUMB_TEST_CASES=1 PLUMB_TEST_SEED=%" PRIu64 "\n", (int)text.len, text.at,
           (int)why.len, why.at, failure->seed);
}

void ref_check_case(struct arena *arena, uint64_t seed, const struct ref_sizes *sizes, bool edit)
{
    AUTO_BUF why = BUF_INIT(TEXT_BYTES);
    struct ref_case c;
    ref_generate(arena, seed, sizes, &c);
    struct failure failure = {seed, ref_judge(arena, &c, seed, edit, &why), false};
    if (failure.verdict == REF_AGREED) return;
    ref_generate(arena, seed, sizes, &c);
    failure.edit = edit && ref_judge(arena, &c, seed, false, &why) == REF_AGREED;
    report(&c, &failure);
    FAIL("%s", failure.verdict == REF_REFUSED ? "the product refuses the definitions or facts above"
                                              : "product and reference disagree about the case above");
}

static void write_score(struct arena *arena, const struct product *p, uint32_t score, int64_t as_of_ms, struct buf *out)
{
    enum entity object = p->set.scores[score]->object;
    for (uint32_t record = 0; record < history_records(p->history, object); record++) {
        struct explanation e = {0};
        scan_explain(p->scan, score, record, as_of_ms, arena, &e);
        struct str id = history_record_id(p->history, object, record);
        buf_format(out, STR_FMT " %d %" PRId64 " %" PRId64 " %" PRId64 "\n", STR_ARG(id), e.known, e.total, e.fit,
                   e.engagement);
        ledger_print(&e.ledger, out);
    }
}

struct str ref_results(struct arena *arena, const struct ref_case *c, uint64_t order, bool repeat)
{
    AUTO_BUF out = BUF_INIT(TEXT_BYTES), why = BUF_INIT(TEXT_BYTES);
    struct product *p = opened(arena, c, 1, order, repeat, &why);
    if (p == NULL) FAIL("refused: " STR_FMT, STR_ARG(buf_str(&why)));
    for (uint32_t i = 0; i < p->set.score_count; i++)
        for (unsigned k = 0; k < REF_INSTANTS; k++) write_score(arena, p, i, c->as_of_ms[k], &out);
    product_free(p);
    return arena_str(arena, buf_str(&out));
}
