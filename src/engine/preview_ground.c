/* preview_ground.c — everybody at one instant, kept between the drafts of one author.
 *
 * The outcome ("became a customer") is a score of our own, written in the definition language and
 * compiled beside the draft, so it is evaluated by the same scan as everything else. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "engine/preview.h"
#include "engine/usual_outcome.h"

#define OUTCOME "plumb_preview_outcome" /* its name; definitions of users may not begin so */
#define TEXT_BYTES_MAX ((size_t)8 * 1024 * 1024)

struct preview_ground {
    const struct everybody *everybody;
    const struct catalog *catalog;
    unsigned threads;
    struct arena *arena;
    struct str name;            /* of the score */
    uint32_t score;             /* in force; UINT32_MAX: it is a new one */
    struct preview_side before; /* copied, because the scan goes on to the draft */
    const uint32_t *bands;      /* [records] those in force; NULL before the first draft */
    const uint8_t *converted;   /* [contacts] by `outcome`; NULL before the first draft of contacts */
    struct str outcome;
    struct draft *draft; /* the last one, of which `scan` is; NULL before the first */
    struct scan *scan;
    uint64_t events_read;
};

static void copy_before(struct preview_ground *ground)
{
    const struct everybody *everybody = ground->everybody;
    if (ground->score == UINT32_MAX) return;
    const struct score_column *column = scan_results(everybody->scan, ground->score);
    int64_t *total = ARENA_ARRAY(ground->arena, int64_t, column->count);
    uint8_t *known = ARENA_ARRAY(ground->arena, uint8_t, column->count);
    if (column->count > 0) memcpy(total, column->total, column->count * sizeof *total);
    if (column->count > 0) memcpy(known, column->known, column->count * sizeof *known);
    ground->before = (struct preview_side){everybody->edition->set.scores[ground->score], total, known};
}

struct preview_ground *preview_ground_new(struct everybody *everybody, const struct catalog *catalog, unsigned threads,
                                          struct str score)
{
    struct preview_ground *ground = memory_alloc(sizeof *ground);
    *ground =
        (struct preview_ground){.everybody = everybody, .catalog = catalog, .threads = threads, .arena = arena_new()};
    ground->name = arena_str(ground->arena, score);
    ground->score = definitions_find_score(&everybody->edition->set, score);
    copy_before(ground);
    ground->scan = everybody->scan;
    everybody->scan = NULL;
    return ground;
}

static void drop_draft(struct draft *draft)
{
    if (draft == NULL) return;
    draft_release(draft);
    memory_free(draft);
}

void preview_ground_free(struct preview_ground *ground)
{
    if (ground == NULL) return;
    scan_free(ground->scan);
    drop_draft(ground->draft);
    arena_free(ground->arena);
    memory_free(ground);
}

uint64_t preview_events_read(const struct preview_ground *ground)
{
    return ground->events_read;
}

/* The draft's text, and behind it the outcome as a score of contacts. The outcome stands last, so that places in the
 * author's text stay what they are. */
static struct str with_outcome(const struct preview_ground *ground, struct str text, struct str outcome,
                               struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(TEXT_BYTES_MAX);
    buf_append(&out, text);
    buf_append_c(&out,
                 "\n---\nscore: " OUTCOME "\nobject: contact\ngroups:\n- name: outcome\n  category: fit\n  rules:\n"
                 "  - {name: condition, points: 1, when: ");
    if (outcome.len > 0) buf_append(&out, outcome);
    else usual_stage_append(ground->catalog, ENTITY_CONTACT, &out);
    buf_append_c(&out, "}\n");
    if (outcome.len == 0)
        buf_append_c(&out, "  - {name: won deal, over: deals, take: max, rule: {points: 1, when: " USUAL_WON "}}\n");
    return out.failed ? STR("") : arena_str(arena, buf_str(&out));
}

static enum err check_bands(const struct score *score, struct err_info *why)
{
    if (score->band_count <= PREVIEW_BANDS_MAX) return ERR_OK;
    return err_set_at(why, ERR_TOO_BIG, score->at, "%u bands; a preview shows at most %d", score->band_count,
                      PREVIEW_BANDS_MAX);
}

static enum err compile(struct preview_ground *ground, struct str text, struct str outcome, struct draft *draft,
                        struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    bool asked_before = ground->converted != NULL && str_equal(ground->outcome, outcome);
    struct str whole = asked_before ? text : with_outcome(ground, text, outcome, scratch);
    if (whole.len == 0) return err_set(why, ERR_TOO_BIG, "the text is too long");
    if (!draft_compile(draft, ground->everybody->edition, ground->catalog, whole, STR("draft")))
        return draft_why(draft, why);
    uint32_t score = definitions_find_score(&draft->set, ground->name);
    if (score == UINT32_MAX || draft->set.scores[score]->source != draft->source)
        return err_set(why, ERR_INVALID, "the text defines no score '" STR_FMT "'", STR_ARG(ground->name));
    if (ground->before.score != NULL && check_bands(ground->before.score, why) != ERR_OK) return ERR_TOO_BIG;
    return check_bands(draft->set.scores[score], why);
}

static void run(struct preview_ground *ground, const struct draft *draft)
{
    ground->scan = scan_new(&draft->set, ground->everybody->history, ground->scan);
    AUTO_ARENA arena = arena_new();
    bool *wanted = ARENA_ARRAY(arena, bool, draft->set.score_count);
    uint32_t outcome = definitions_find_score(&draft->set, STR(OUTCOME));
    wanted[definitions_find_score(&draft->set, ground->name)] = true;
    if (outcome != UINT32_MAX) wanted[outcome] = true;
    struct scan_options options = {
        .as_of_ms = ground->everybody->as_of_ms, .threads = ground->threads, .keep_signals = true, .wanted = wanted};
    scan_run(ground->scan, &options);
    ground->events_read = scan_events_read(ground->scan);
}

/* The band that everybody is in, once for all drafts. */
static void note_bands(struct preview_ground *ground, preview_memory *band, void *context)
{
    const struct edition *edition = ground->everybody->edition;
    if (ground->before.score == NULL || ground->bands != NULL || band == NULL) return;
    uint32_t records = history_records(ground->everybody->history, ground->before.score->object);
    uint32_t *bands = ARENA_ARRAY(ground->arena, uint32_t, records);
    for (uint32_t r = 0; r < records; r++) bands[r] = band(context, edition, ground->score, r);
    ground->bands = bands;
}

/* Which contacts became customers, by the score that asks for it. */
static void note_converted(struct preview_ground *ground, struct str outcome)
{
    uint32_t score = definitions_find_score(&ground->draft->set, STR(OUTCOME));
    if (score == UINT32_MAX) return; /* noted already */
    const struct score_column *column = scan_results(ground->scan, score);
    uint8_t *converted = ARENA_ARRAY(ground->arena, uint8_t, column->count);
    for (uint32_t r = 0; r < column->count; r++) converted[r] = column->known[r] != 0 && column->total[r] > 0;
    ground->converted = converted;
    ground->outcome = arena_str(ground->arena, outcome);
}

static void compare(const struct preview_ground *ground, struct arena *arena, struct preview *out)
{
    uint32_t score = definitions_find_score(&ground->draft->set, ground->name);
    const struct score *definition = ground->draft->set.scores[score];
    const struct score_column *after = scan_results(ground->scan, score);
    struct preview_question question = {.history = ground->everybody->history,
                                        .after = {definition, after->total, after->known},
                                        .threads = ground->threads};
    if (ground->before.score != NULL && ground->before.score->object == definition->object) {
        question.before = ground->before;
        question.band = ground->bands;
    }
    if (definition->object == ENTITY_CONTACT) question.converted = ground->converted;
    preview_compare(&question, arena, out);
    for (uint32_t b = 0; b < out->band_count; b++) out->bands[b].label = arena_str(arena, out->bands[b].label);
}

enum err preview_draft(struct preview_ground *ground, struct str text, struct str outcome, preview_memory *band,
                       void *context, struct arena *arena, struct preview *out, struct err_info *why)
{
    struct draft *draft = memory_alloc(sizeof *draft);
    enum err failure = compile(ground, text, outcome, draft, why);
    if (failure != ERR_OK) {
        drop_draft(draft);
        return failure;
    }
    run(ground, draft); /* takes over the scan of the last draft, which may go now */
    drop_draft(ground->draft);
    ground->draft = draft;
    note_bands(ground, band, context);
    note_converted(ground, outcome);
    compare(ground, arena, out);
    return ERR_OK;
}
