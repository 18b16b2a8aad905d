/* preview_ground.c — everybody at one instant, kept between the drafts of one author.
 *
 * The outcome ("became a customer") is a score of our own, written in the definition language and
 * compiled beside the draft, so it is evaluated by the same scan as everything else. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/preview.h"

#define OUTCOME "plumb_preview_outcome" /* its name; definitions of users may not begin so */
#define TEXT_BYTES_MAX ((size_t)8 * 1024 * 1024)

static const char customer[] = "{any: [{property: lifecycle_stage, is: customer}, {property: lifecyclestage, is: "
                               "customer}]}";

struct preview_ground {
    const struct everybody *everybody;
    const struct catalog *catalog;
    unsigned threads;
    struct draft *draft; /* the last one, of which `scan` is; NULL before the first */
    struct scan *scan;
    uint64_t events_read;
};

struct preview_ground *preview_ground_new(const struct everybody *everybody, const struct catalog *catalog,
                                          unsigned threads)
{
    struct preview_ground *ground = memory_alloc(sizeof *ground);
    *ground = (struct preview_ground){.everybody = everybody, .catalog = catalog, .threads = threads};
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
    memory_free(ground);
}

uint64_t preview_events_read(const struct preview_ground *ground)
{
    return ground->events_read;
}

/* The draft's text, and behind it the outcome as a score of contacts. The outcome stands last, so that places in the
 * author's text stay what they are. */
static struct str with_outcome(struct str text, struct str outcome, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(TEXT_BYTES_MAX);
    buf_append(&out, text);
    buf_append_c(&out,
                 "\n---\nscore: " OUTCOME "\nobject: contact\ngroups:\n- name: outcome\n  category: fit\n  rules:\n"
                 "  - {name: condition, points: 1, when: ");
    if (outcome.len > 0) buf_append(&out, outcome);
    else buf_append_c(&out, customer);
    buf_append_c(&out, "}\n");
    if (outcome.len == 0)
        buf_append_c(&out, "  - {name: won deal, over: deals, take: max, rule: {points: 1, when: {any: ["
                           "{property: is_won, is: \"true\"}, {property: stage, in: [won, closedwon, \"closed won\"]}, "
                           "{property: dealstage, in: [won, closedwon, \"closed won\"]}]}}}\n");
    return out.failed ? STR("") : arena_str(arena, buf_str(&out));
}

/* The first score of the author's text; UINT32_MAX. */
static uint32_t first_score(const struct draft *draft)
{
    for (uint32_t s = 0; s < draft->set.score_count; s++) {
        const struct score *score = draft->set.scores[s];
        if (!score->anonymous && score->source == draft->source && !str_equal(score->name, STR(OUTCOME))) return s;
    }
    return UINT32_MAX;
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
    struct str whole = with_outcome(text, outcome, scratch);
    if (whole.len == 0) return err_set(why, ERR_TOO_BIG, "the text is too long");
    if (!draft_compile(draft, ground->everybody->edition, ground->catalog, whole, STR("draft")))
        return draft_why(draft, why);
    uint32_t score = first_score(draft);
    if (score == UINT32_MAX) return err_set(why, ERR_INVALID, "the text defines no score; begin with 'score: NAME'");
    return check_bands(draft->set.scores[score], why);
}

static void run(struct preview_ground *ground, const struct draft *draft)
{
    ground->scan = scan_new(&draft->set, ground->everybody->history, ground->scan);
    struct scan_options options = {
        .as_of_ms = ground->everybody->as_of_ms, .threads = ground->threads, .keep_signals = true};
    scan_run(ground->scan, &options);
    ground->events_read = scan_events_read(ground->scan);
}

struct memory {
    uint32_t (*band)(void *context, const struct edition *edition, uint32_t score, uint32_t record);
    void *context;
    const struct edition *edition;
    uint32_t score;
};

static uint32_t remembered(void *context, uint32_t record)
{
    const struct memory *memory = context;
    return memory->band(memory->context, memory->edition, memory->score, record);
}

enum err preview_draft(struct preview_ground *ground, struct str text, struct str outcome,
                       uint32_t (*band)(void *context, const struct edition *edition, uint32_t score, uint32_t record),
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

    const struct edition *edition = ground->everybody->edition;
    uint32_t score = first_score(draft), converted = definitions_find_score(&draft->set, STR(OUTCOME));
    const struct score *definition = draft->set.scores[score];
    const struct score_column *after = scan_results(ground->scan, score);
    struct preview_question question = {.history = ground->everybody->history,
                                        .after = {definition, after->total, after->known}};
    struct memory memory = {band, context, edition, definitions_find_score(&edition->set, definition->name)};
    if (memory.score != UINT32_MAX && edition->set.scores[memory.score]->object == definition->object) {
        const struct score *former = edition->set.scores[memory.score];
        failure = check_bands(former, why);
        if (failure != ERR_OK) return failure;
        const struct score_column *before = scan_results(ground->everybody->scan, memory.score);
        question.before = (struct preview_side){former, before->total, before->known};
        if (band != NULL) question.band = remembered, question.context = &memory;
    }
    if (definition->object == ENTITY_CONTACT) {
        const struct score_column *column = scan_results(ground->scan, converted);
        uint8_t *happened = ARENA_ARRAY(arena, uint8_t, (size_t)column->count + 1);
        for (uint32_t r = 0; r < column->count; r++) happened[r] = column->known[r] != 0 && column->total[r] > 0;
        question.converted = happened;
    }
    preview_compare(&question, arena, out);
    for (uint32_t b = 0; b < out->band_count; b++) out->bands[b].label = arena_str(arena, out->bands[b].label);
    return ERR_OK;
}
