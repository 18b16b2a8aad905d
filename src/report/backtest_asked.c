/* backtest_asked.c — see backtest_asked.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/backtest_asked.h"

#include <string.h>

struct backtest_asked {
    struct engine *engine;
    const struct backtest_wish *wish;
    const struct edition *edition;
    struct draft drafts[BACKTESTED_MAX]; /* of texts */
    const struct definitions *sets[BACKTESTED_MAX];
    uint32_t scores[BACKTESTED_MAX];
    struct hindsight_wish question;
    uint32_t outcome; /* a segment of the first set; UINT32_MAX: the question says what it is */
    struct model_terms *terms;
    struct hindsight hindsight;
};

/* ---- Definitions. ---- */

static bool is_meant(const struct backtest_asked *asked, uint32_t i, const struct score *score)
{
    struct str name = asked->wish->of[i].score;
    bool of_text = asked->wish->of[i].text.len > 0;
    if (score->anonymous || (of_text && score->source != asked->drafts[i].source)) return false;
    return name.len == 0 || str_equal(score->name, name);
}

static enum err find_score(struct backtest_asked *asked, uint32_t i, struct err_info *why)
{
    const struct definitions *set = asked->sets[i];
    struct str name = asked->wish->of[i].score, called = asked->wish->of[i].called;
    uint32_t found = 0;
    for (uint32_t s = 0; s < set->score_count; s++) {
        if (!is_meant(asked, i, set->scores[s])) continue;
        asked->scores[i] = s;
        found++;
    }
    if (found == 1) return ERR_OK;
    if (found > 1)
        return err_set(why, ERR_INVALID, "there are several scores in " STR_FMT ": say which one is meant",
                       STR_ARG(called));
    if (asked->wish->of[i].text.len == 0)
        return err_set(why, ERR_NOT_FOUND, "no score in force is called '" STR_FMT "'", STR_ARG(name));
    if (name.len == 0) return err_set(why, ERR_INVALID, "there is no score in " STR_FMT, STR_ARG(called));
    return err_set(why, ERR_INVALID, "there is no score '" STR_FMT "' in " STR_FMT, STR_ARG(name), STR_ARG(called));
}

static enum err compile_definition(struct backtest_asked *asked, uint32_t i, struct err_info *why)
{
    struct str text = asked->wish->of[i].text;
    struct draft *draft = &asked->drafts[i];
    asked->sets[i] = text.len > 0 ? &draft->set : &asked->edition->set;
    if (text.len > 0 &&
        !draft_compile(draft, asked->edition, engine_catalog(asked->engine), text, asked->wish->of[i].called))
        return draft_why(draft, why);
    return find_score(asked, i, why);
}

static enum entity object_of(const struct backtest_asked *asked, uint32_t i)
{
    return asked->sets[i]->scores[asked->scores[i]]->object;
}

/* A segment of the author's text stands in no edition. */
static enum err choose_outcome(struct backtest_asked *asked, struct err_info *why)
{
    const struct definitions *set = asked->sets[0];
    enum entity object = object_of(asked, 0);
    asked->outcome = definitions_find_segment(set, asked->wish->outcome);
    bool is_drafted = asked->outcome != UINT32_MAX && set->segments[asked->outcome]->source == asked->drafts[0].source;
    if (!is_drafted) asked->outcome = UINT32_MAX;
    asked->question =
        (struct hindsight_wish){.object = object, .outcome = is_drafted ? STR("{any: []}") : asked->wish->outcome};
    if (!is_drafted || set->segments[asked->outcome]->object == object) return ERR_OK;
    return err_set(why, ERR_INVALID, "the score is of a %s, the outcome of a %s", entity_name(object),
                   entity_name(set->segments[asked->outcome]->object));
}

static enum err compile(struct backtest_asked *asked, uint32_t *wrong, struct err_info *why)
{
    const struct backtest_wish *wish = asked->wish;
    for (uint32_t i = 0; i < wish->count; i++) {
        if (wrong != NULL) *wrong = i;
        enum err e = compile_definition(asked, i, why);
        if (e != ERR_OK) return e;
    }
    if (object_of(asked, 0) != object_of(asked, wish->count - 1))
        return err_set(why, ERR_INVALID, "one score is of a %s, the other of a %s", entity_name(object_of(asked, 0)),
                       entity_name(object_of(asked, 1)));
    if (wrong != NULL) *wrong = wish->count;
    enum err e = choose_outcome(asked, why);
    if (e != ERR_OK) return e;
    return hindsight_compile(asked->engine, &asked->question, &asked->terms, why);
}

enum err backtest_asked_compile(struct engine *engine, const struct backtest_wish *wish, struct backtest_asked **out,
                                uint32_t *wrong, struct err_info *why)
{
    struct backtest_asked *asked = memory_alloc(sizeof *asked);
    asked->engine = engine;
    asked->wish = wish;
    asked->edition = engine_edition(engine);
    enum err e = compile(asked, wrong, why);
    if (e == ERR_OK) *out = asked;
    else backtest_asked_free(asked);
    return e;
}

void backtest_asked_free(struct backtest_asked *asked)
{
    if (asked == NULL) return;
    hindsight_close(&asked->hindsight);
    for (uint32_t i = 0; i < BACKTESTED_MAX; i++)
        if (asked->drafts[i].arena != NULL) draft_release(&asked->drafts[i]);
    model_terms_free(asked->terms);
    edition_release(asked->edition);
    memory_free(asked);
}

/* ---- The answer. ---- */

enum err backtest_asked_answer(struct backtest_asked *asked, const struct backtest_asking *how,
                               struct backtest_report *out, struct err_info *why)
{
    const struct backtest_wish *wish = asked->wish;
    struct hindsight *hindsight = &asked->hindsight;
    INVARIANT(hindsight->lives == NULL);
    const struct watch watch = {.stop = how->stop, .progress = how->progress, .context = how->progress_context};
    watch_tell(&watch, "finding outcomes", 0, 0);
    hindsight_open(asked->engine, asked->terms, &asked->question, how->now_ms, hindsight);
    if (asked->outcome != UINT32_MAX) {
        hindsight->outcome_of = asked->sets[0];
        hindsight->outcome = asked->outcome;
    }
    hindsight_find_lives(hindsight, how->threads, &watch);
    struct backtest_question question = {
        .count = wish->count,
        .outcome_words = asked->outcome != UINT32_MAX ? wish->outcome : hindsight_words(&asked->question),
        .lives = hindsight->lives,
        .history = hindsight->ground.history,
        .end_ms = hindsight->end_ms,
        .from_ms = wish->from_ms,
        .to_ms = wish->to_ms,
        .horizon_days = wish->horizon_days,
        .step_days = wish->step_days,
        .cells_max = how->cells_max,
        .goals = wish->goals,
        .missed = wish->missed,
        .seed = wish->seed,
        .threads = how->threads,
        .stop = how->stop,
        .progress = how->progress,
        .progress_context = how->progress_context,
    };
    memcpy(question.asked, wish->asked, sizeof question.asked);
    for (uint32_t i = 0; i < wish->count; i++) {
        question.of[i].called = wish->of[i].called;
        question.of[i].set = asked->sets[i];
        question.of[i].score = asked->scores[i];
    }
    return backtest_report_make(&question, out, why);
}
