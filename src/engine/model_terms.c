/* model_terms.c — see model_terms.h. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/model_terms.h"

#include "engine/engine_internal.h"
#include "predict/column_words.h"

#define OUTCOME "plumb_model_outcome" /* a name of ours; definitions of users may not begin so */
#define TEXT_BYTES_MAX ((size_t)1024 * 1024)

static struct str text_of(const struct model_question *question, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(TEXT_BYTES_MAX);
    buf_format(&out, "segment: " OUTCOME "\nobject: %s\nwhen: " STR_FMT "\n", entity_name(question->object),
               STR_ARG(question->outcome));
    return out.failed ? STR("") : arena_str(arena, buf_str(&out));
}

/* Properties that no model of these terms may look at: of drafts alone, lists (what somebody decided), protected ones. */
static void leave_out(struct model_terms *terms, bool use_protected)
{
    struct catalog *catalog = terms->draft.catalog;
    uint32_t count = catalog_count(catalog);
    terms->left_out = ARENA_ARRAY(terms->draft.arena, bool, count);
    for (uint32_t p = 0; p < count; p++) {
        struct str name = catalog_at(catalog, p)->name;
        terms->left_out[p] = p >= terms->properties || str_starts_with(name, STR(RESERVED_PREFIX)) ||
                             (!use_protected && column_is_protected(name));
    }
}

static enum err find_score(struct model_terms *terms, struct str name, struct err_info *why)
{
    terms->score = UINT32_MAX;
    if (name.len == 0) return ERR_OK;
    const struct definitions *set = &terms->draft.set;
    terms->score = definitions_find_score(set, name);
    if (terms->score == UINT32_MAX)
        return err_set(why, ERR_INVALID, "no score in force is called '" STR_FMT "'", STR_ARG(name));
    if (set->scores[terms->score]->object == terms->object) return ERR_OK;
    return err_set(why, ERR_INVALID, "the score '" STR_FMT "' is about %s", STR_ARG(name),
                   entity_plural(set->scores[terms->score]->object));
}

static enum err compile(struct engine *engine, const struct model_question *question, struct model_terms *terms,
                        struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    struct str text = text_of(question, scratch);
    if (text.len == 0) return err_set(why, ERR_TOO_BIG, "the outcome is longer than %zu bytes", TEXT_BYTES_MAX);
    terms->properties = catalog_count(engine->catalog);
    if (!draft_compile(&terms->draft, terms->edition, engine->catalog, text, STR("outcome")))
        return draft_why(&terms->draft, why);
    terms->outcome = definitions_find_segment(&terms->draft.set, STR(OUTCOME));
    if (terms->outcome == UINT32_MAX) return err_set(why, ERR_INVALID, "the outcome is no condition");
    leave_out(terms, question->use_protected);
    return find_score(terms, question->score, why);
}

enum err model_terms_compile(struct engine *engine, const struct model_question *question, struct model_terms **out,
                             struct err_info *why)
{
    struct model_terms *terms = memory_alloc(sizeof *terms);
    terms->object = question->object;
    terms->edition = engine_edition(engine);
    enum err e = compile(engine, question, terms, why);
    if (e == ERR_OK) *out = terms;
    else model_terms_free(terms);
    return e;
}

void model_terms_free(struct model_terms *terms)
{
    if (terms == NULL) return;
    if (terms->draft.arena != NULL) draft_release(&terms->draft);
    edition_release(terms->edition);
    memory_free(terms);
}

bool model_terms_hold(struct engine *engine, const struct model_terms *terms)
{
    const struct edition *edition = engine_edition(engine);
    bool same = edition == terms->edition && catalog_count(engine->catalog) == terms->properties;
    edition_release(edition);
    return same;
}

void model_ground_open(struct engine *engine, const struct model_terms *terms, struct model_ground *out)
{
    *out = (struct model_ground){.terms = terms, .history = live_freeze(engine->live)};
    out->scan = scan_new(&terms->draft.set, out->history, NULL);
    out->source = (struct feature_source){.history = out->history,
                                          .catalog = terms->draft.catalog,
                                          .object = terms->object,
                                          .set = &terms->draft.set,
                                          .left_out = terms->left_out};
    if (terms->score == UINT32_MAX) return;
    out->source.scan = out->scan;
    out->source.score = terms->score;
}

void model_ground_close(struct model_ground *ground)
{
    scan_free(ground->scan);
    history_free(ground->history);
    *ground = (struct model_ground){0};
}
