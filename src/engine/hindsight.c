/* hindsight.c — see hindsight.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/hindsight.h"

#include "base/yaml.h"
#include "engine/usual_outcome.h"
#include "predict/backtest.h"

#define WORDS_MAX ((size_t)1024 * 1024)

struct str hindsight_words(const struct hindsight_wish *wish)
{
    return wish->outcome.len > 0 ? wish->outcome : STR(OUTCOME_USUAL);
}

enum err hindsight_compile(struct engine *engine, const struct hindsight_wish *wish, struct model_terms **out,
                           struct err_info *why)
{
    AUTO_BUF words = BUF_INIT(WORDS_MAX);
    const struct edition *edition = engine_edition(engine);
    if (wish->outcome.len == 0) {
        usual_stage_append(engine_catalog(engine), wish->object, &words);
    } else if (definitions_find_segment(&edition->set, wish->outcome) != UINT32_MAX) {
        buf_append_c(&words, "{segment: ");
        yaml_append_quoted(&words, wish->outcome);
        buf_append_c(&words, "}");
    } else {
        buf_append(&words, wish->outcome);
    }
    edition_release(edition);
    if (words.failed) return err_set(why, ERR_TOO_BIG, "the outcome is longer than %zu bytes", WORDS_MAX);
    const struct model_question question = {
        .object = wish->object, .outcome = buf_str(&words), .score = wish->score, .use_protected = wish->use_protected};
    return model_terms_compile(engine, &question, out, why);
}

void hindsight_open(struct engine *engine, const struct model_terms *terms, const struct hindsight_wish *wish,
                    int64_t as_of_ms, struct hindsight *out)
{
    *out = (struct hindsight){.terms = terms,
                              .outcome_of = &terms->draft.set,
                              .outcome = terms->outcome,
                              .as_of_ms = as_of_ms,
                              .usual = wish->outcome.len == 0,
                              .all_columns = wish->all_columns};
    model_ground_open(engine, terms, &out->ground);
}

void hindsight_close(struct hindsight *hindsight)
{
    memory_free(hindsight->lives);
    record_dates_release(&hindsight->dates);
    if (hindsight->ground.history != NULL) model_ground_close(&hindsight->ground);
    *hindsight = (struct hindsight){0};
}

void hindsight_find_lives(struct hindsight *hindsight, unsigned threads, const struct watch *watch)
{
    const struct model_ground *ground = &hindsight->ground;
    enum entity object = hindsight->terms->object;
    hindsight->lives = memory_array(history_records(ground->history, object), sizeof *hindsight->lives);
    struct scan *scan = scan_new(hindsight->outcome_of, ground->history, NULL);
    outcome_find(scan, hindsight->outcome_of, ground->history, hindsight->outcome, threads, watch, hindsight->lives);
    scan_free(scan);
    record_dates_find(ground->history, hindsight->all_columns ? ground->terms->draft.catalog : NULL, &hindsight->dates);
    outcome_date_lives(ground->history, &hindsight->dates, object, hindsight->lives);
    for (uint32_t r = 0; r < history_records(ground->history, object); r++)
        if (!history_is_listed(ground->history, object, r)) hindsight->lives[r].began_ms = NEVER;
    if (hindsight->usual) outcome_add_won_deals(ground->history, &hindsight->dates, object, hindsight->lives);
    hindsight->end_ms = backtest_latest_fact(ground->history, object, hindsight->as_of_ms);
}

static bool has_won_deal(const struct model_ground *ground, uint32_t record, int64_t at_ms)
{
    uint32_t deals[OUTCOME_DEALS_MAX];
    uint32_t count = history_associated(ground->history, ground->terms->object, record, ENTITY_DEAL, at_ms, deals,
                                        OUTCOME_DEALS_MAX);
    for (uint32_t i = 0; i < count && i < OUTCOME_DEALS_MAX; i++) {
        struct deal_life life = deal_life_find(ground->history, ground->terms->draft.catalog, deals[i]);
        if (life.won && life.ended_ms <= at_ms) return true;
    }
    return false;
}

enum hindsight_state hindsight_state(const struct model_ground *ground, bool usual, uint32_t record, int64_t at_ms)
{
    if (scan_in_segment(ground->scan, ground->terms->outcome, record, at_ms)) return HINDSIGHT_HAPPENED;
    if (ground->terms->object != ENTITY_DEAL)
        return usual && has_won_deal(ground, record, at_ms) ? HINDSIGHT_HAPPENED : HINDSIGHT_OPEN;
    struct deal_life life = deal_life_find(ground->history, ground->terms->draft.catalog, record);
    if (life.ended_ms > at_ms) return HINDSIGHT_OPEN;
    return life.won && usual ? HINDSIGHT_HAPPENED : HINDSIGHT_OVER;
}
