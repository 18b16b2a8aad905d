/* suggested.c — see suggested.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/suggested.h"

#include "base/instant.h"
#include "core/definition_edit.h"
#include "report/draft.h"
#include "report/figure_json.h"
#include "report/suggestion_json.h"

#define DRAWS 200
#define PER_RECORD 6
#define SPACINGS 3 /* examples of a record lie a third of the horizon apart */

static struct suggest_options options_of(const struct suggested_question *question)
{
    int64_t horizon_ms = (int64_t)question->horizon_days * MS_PER_DAY;
    struct suggest_options options = {.examples = {.end_ms = question->end_ms,
                                                   .horizon_ms = horizon_ms,
                                                   .spacing_ms = horizon_ms / SPACINGS,
                                                   .per_record = PER_RECORD,
                                                   .seed = question->seed},
                                      .split = SPLIT_DEFAULT,
                                      .seed = question->seed,
                                      .threads = question->threads,
                                      .draws = DRAWS,
                                      .watch = question->watch};
    options.split.horizon_ms = horizon_ms;
    options.split.seed = question->seed;
    return options;
}

static enum err edit_text(struct suggested *suggested, struct arena *arena, struct err_info *why)
{
    const struct suggestion *suggestion = &suggested->suggestion;
    struct points_edit *points = ARENA_ARRAY(arena, struct points_edit, suggestion->count);
    struct decay_edit *decays = ARENA_ARRAY(arena, struct decay_edit, suggestion->half_life_count);
    uint32_t changed = 0, decayed = 0;
    for (uint32_t i = 0; i < suggestion->count; i++) {
        const struct suggested_points *one = &suggestion->points[i];
        if (one->now != one->then) points[changed++] = (struct points_edit){one->place, one->then, one->limit_then};
    }
    for (uint32_t i = 0; i < suggestion->half_life_count; i++) {
        const struct suggested_half_life *one = &suggestion->half_lives[i];
        if (one->sure) decays[decayed++] = (struct decay_edit){one->group, one->now, one->days};
    }
    struct definition_edits edits = {points, changed, decays, decayed};
    return definition_edit(suggested->score->source->text, suggested->score, &edits, arena, &suggested->draft, NULL,
                           why);
}

static enum err weigh_points(const struct suggested_question *question, const struct suggest_options *options,
                             struct arena *arena, struct suggested *out, struct err_info *why)
{
    const struct feature_source *source = question->source;
    struct err_info untested = {0};
    INVARIANT(source->set != NULL);
    out->score = source->set->scores[source->score];
    enum err e = suggest_points(source, question->lives, options, arena, &out->suggestion, why);
    if (e != ERR_OK) return e;
    out->tested = suggest_test(source, &out->suggestion.set, source->score, question->lives, options,
                               out->suggestion.test_begins_ms, &out->test, &untested) == ERR_OK;
    out->untested = arena_str(arena, str_from_c(untested.msg));
    return edit_text(out, arena, why);
}

static enum err draft_all(const struct suggested_question *question, const struct suggest_options *options,
                          struct arena *arena, struct suggested *out, struct err_info *why)
{
    struct drafted *drafted = ARENA_NEW(arena, struct drafted);
    enum err e = draft_make(question->source, question->lives, options, arena, drafted, why);
    if (e != ERR_OK) return e;
    out->score = drafted->asked;
    out->suggestion = drafted->suggestion;
    out->test = drafted->test;
    out->tested = drafted->tested;
    out->untested = arena_str(arena, str_from_c(drafted->untested.msg));
    out->draft = drafted->text;
    return ERR_OK;
}

enum err suggested_make(const struct suggested_question *question, struct arena *arena, struct suggested *out,
                        struct err_info *why)
{
    struct suggest_options options = options_of(question);
    *out = (struct suggested){.from_nothing = question->source->set == NULL,
                              .outcome = question->outcome,
                              .horizon_days = question->horizon_days};
    return out->from_nothing ? draft_all(question, &options, arena, out, why)
                             : weigh_points(question, &options, arena, out, why);
}

/* ---- As a document. ---- */

static void put_text(struct json_writer *json, const char *key, struct str text)
{
    json_key(json, key);
    json_string(json, text);
}

void suggested_document(struct json_writer *json, const struct suggested *suggested)
{
    const struct suggestion *suggestion = &suggested->suggestion;
    put_text(json, "score", suggested->score->name);
    put_text(json, "outcome", suggested->outcome);
    figure_json_count(json, "horizon_days", suggested->horizon_days);
    suggestion_json_summary(json, suggestion);
    json_key(json, "points");
    json_begin_array(json);
    for (uint32_t i = 0; i < suggestion->count; i++) {
        json_begin_object(json);
        suggestion_json_points(json, suggested->score, &suggestion->points[i]);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "half_lives");
    json_begin_array(json);
    for (uint32_t i = 0; i < suggestion->half_life_count; i++) {
        json_begin_object(json);
        suggestion_json_half_life(json, suggested->score, &suggestion->half_lives[i]);
        json_end_object(json);
    }
    json_end_array(json);
    if (suggested->tested) {
        json_key(json, "test");
        json_begin_object(json);
        suggestion_json_test(json, &suggested->test);
        json_end_object(json);
    } else {
        put_text(json, "untested", suggested->untested);
    }
    put_text(json, "draft", suggested->draft);
}
