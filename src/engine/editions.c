/* editions.c — the definitions in force: compiled together, published whole, swapped at once.
 *
 * An edition never changes. Publishing compiles the next one beside it on the writer's
 * thread, finds whose band differs under it, makes the new versions and those band changes
 * durable in one transaction, and only then lets readers see it. Whoever holds the former
 * one goes on with it. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "engine/documents.h"
#include "engine/draft.h"
#include "engine/engine_internal.h"

/* One definition in force. */
struct in_force {
    enum document_kind kind;
    struct str name;
    struct str text;
    uint32_t version;
};

struct in_force_list {
    struct in_force *at;
    uint64_t count, capacity; /* a LIST */
};

/* ---- Compiling. ---- */

/* Types that definitions need and no value has settled yet. */
static void settle_types(struct engine *engine)
{
    uint32_t count = catalog_count(engine->catalog);
    for (uint32_t p = 0; p < count; p++) {
        const struct property *property = catalog_at(engine->catalog, p);
        if (property->need != NEED_NONE)
            live_settle(engine->live, p, catalog_settled_type(engine->catalog, p, property->inferred));
    }
}

static const struct in_force *find_in_force(const struct in_force_list *list, enum document_kind kind, struct str name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].kind == kind && str_equal(list->at[i].name, name)) return &list->at[i];
    return NULL;
}

static void note_texts(struct edition *edition, const struct in_force_list *list)
{
    struct definitions *set = &edition->set;
    edition->versions = ARENA_ARRAY(edition->arena, uint32_t, set->score_count);
    edition->texts = ARENA_ARRAY(edition->arena, struct str, set->score_count);
    edition->segment_versions = ARENA_ARRAY(edition->arena, uint32_t, set->segment_count);
    edition->segment_texts = ARENA_ARRAY(edition->arena, struct str, set->segment_count);
    for (uint32_t s = 0; s < set->score_count; s++) {
        if (set->scores[s]->anonymous) continue;
        const struct in_force *one = find_in_force(list, DOCUMENT_SCORE, set->scores[s]->name);
        edition->versions[s] = one->version;
        edition->texts[s] = arena_str(edition->arena, one->text);
    }
    for (uint32_t s = 0; s < set->segment_count; s++) {
        const struct in_force *one = find_in_force(list, DOCUMENT_SEGMENT, set->segments[s]->name);
        edition->segment_versions[s] = one->version;
        edition->segment_texts[s] = arena_str(edition->arena, one->text);
    }
}

static void edition_free(struct edition *edition)
{
    if (edition == NULL) return;
    scan_free(edition->scan);
    arena_free(edition->arena);
    memory_free(edition);
}

/* NULL when they do not compile, with the first mistake in *why: what was published before always does, and
 * what is about to be was tried as a draft. */
static struct edition *compile(struct engine *engine, const struct in_force_list *list, struct err_info *why)
{
    struct edition *edition = memory_alloc(sizeof *edition);
    edition->arena = arena_new();
    edition->references = 1;
    struct diagnostics *diagnostics = ARENA_NEW(edition->arena, struct diagnostics);
    diagnostics_init(diagnostics, edition->arena);
    definitions_init(&edition->set, edition->arena, engine->catalog);
    for (size_t i = 0; i < list->count; i++) {
        struct source *source = ARENA_NEW(edition->arena, struct source);
        *source = (struct source){.name = arena_str(edition->arena, list->at[i].name),
                                  .text = arena_str(edition->arena, list->at[i].text)};
        definitions_parse(&edition->set, source, diagnostics);
    }
    bool good = diagnostics->errors == 0 && definitions_check(&edition->set, diagnostics);
    if (good) settle_types(engine);
    if (!good || !definitions_bind(&edition->set, NULL, diagnostics)) {
        struct str first = diagnostics->count > 0 ? diagnostics->item[0].message : STR("unknown");
        err_set(why, ERR_INVALID, "the definitions do not go together: " STR_FMT, STR_ARG(first));
        edition_free(edition);
        return NULL;
    }
    note_texts(edition, list);
    edition->scan = scan_new(&edition->set, live_history(engine->live), NULL);
    return edition;
}

/* ---- In use. ---- */

/* What the writer judges by. Returns the former, which still has its reference. */
static struct edition *use(struct engine *engine, struct edition *edition)
{
    struct edition *former = engine->edition;
    engine->edition = edition;
    scorer_free(engine->scorer);
    engine->scorer = scorer_new(&edition->set, live_history(engine->live));
    memory_free(engine->values);
    engine->values = memory_array((size_t)SCORER_RECORDS_MAX * edition->set.score_count, sizeof *engine->values);
    engine->band_scores.count = 0;
    memset(engine->scores_of, 0, sizeof engine->scores_of);
    for (uint32_t s = 0; s < edition->set.score_count; s++) {
        const struct score *score = edition->set.scores[s];
        bool has_bands = !score->anonymous && score->band_count > 0;
        *LIST_ADD(&engine->band_scores) =
            has_bands ? bands_score(engine->bands, score->object, score->name) : UINT32_MAX;
        if (has_bands) engine->scores_of[score->object] = true;
    }
    members_use(engine);
    return former;
}

/* Readers see it from now on. */
static void publish_edition(struct engine *engine, struct edition *former)
{
    pthread_mutex_lock(&engine->edition_lock);
    engine->published = engine->edition;
    pthread_mutex_unlock(&engine->edition_lock);
    if (former != NULL) edition_release(former);
}

const struct edition *engine_edition(struct engine *engine)
{
    pthread_mutex_lock(&engine->edition_lock);
    struct edition *edition = engine->published;
    if (edition != NULL) __atomic_fetch_add(&edition->references, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&engine->edition_lock);
    return edition;
}

void edition_release(const struct edition *edition)
{
    struct edition *mine = (struct edition *)(uintptr_t)edition;
    if (mine != NULL && __atomic_sub_fetch(&mine->references, 1, __ATOMIC_ACQ_REL) == 0) edition_free(mine);
}

enum err editions_load(struct engine *engine, const struct definition_fact *facts, size_t count, struct err_info *why)
{
    struct in_force_list list = {0};
    for (size_t i = 0; i < count; i++)
        if (facts[i].text.len > 0)
            *LIST_ADD(&list) = (struct in_force){.kind = (enum document_kind)facts[i].kind,
                                                 .name = facts[i].name,
                                                 .text = facts[i].text,
                                                 .version = facts[i].version};
    struct edition *edition = compile(engine, &list, why);
    LIST_RELEASE(&list);
    if (edition == NULL) return ERR_INVALID;
    publish_edition(engine, use(engine, edition));
    return ERR_OK;
}

void editions_close(struct engine *engine)
{
    scorer_free(engine->scorer);
    memory_free(engine->values);
    LIST_RELEASE(&engine->band_scores);
    LIST_RELEASE(&engine->segment_bands);
    if (engine->published != NULL) edition_release(engine->published);
}

/* ---- Publishing. ---- */

struct publishing {
    struct engine *engine;
    const struct publish *request;
    struct diagnostics *diagnostics;
    struct published *out;
    struct arena *arena;
    struct document *documents;
    size_t document_count;
    struct in_force_list list; /* what will be in force */
    struct property *needs;    /* [need_count] the properties as they were before */
    uint32_t need_count;
};

static void list_current(struct publishing *p)
{
    const struct edition *edition = p->engine->edition;
    for (uint32_t s = 0; s < edition->set.score_count; s++)
        if (!edition->set.scores[s]->anonymous)
            *LIST_ADD(&p->list) = (struct in_force){DOCUMENT_SCORE, edition->set.scores[s]->name, edition->texts[s],
                                                    edition->versions[s]};
    for (uint32_t s = 0; s < edition->set.segment_count; s++)
        *LIST_ADD(&p->list) = (struct in_force){DOCUMENT_SEGMENT, edition->set.segments[s]->name,
                                                edition->segment_texts[s], edition->segment_versions[s]};
}

/* The greatest version that this name ever had, retired ones included. */
static enum err last_version(struct publishing *p, enum document_kind kind, struct str name, uint32_t *version,
                             struct err_info *why)
{
    struct definition_fact *facts = NULL;
    size_t count = 0;
    *version = 0;
    enum err e = store_definitions(p->engine->store, (int32_t)kind, name, p->arena, &facts, &count, why);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (facts[i].version > *version) *version = facts[i].version;
    return e;
}

static void add_version(struct publishing *p, enum document_kind kind, struct str name, struct str text,
                        uint32_t version)
{
    struct engine *engine = p->engine;
    int64_t now_ms = engine->clock->now_ms(engine->clock);
    *LIST_ADD(&engine->batch.definitions) = (struct definition_fact){.name = name,
                                                                     .kind = (int32_t)kind,
                                                                     .version = version,
                                                                     .text = text,
                                                                     .author = p->request->author,
                                                                     .note = p->request->note,
                                                                     .at_ms = now_ms};
    *LIST_ADD(&engine->batch.audits) = (struct audit_fact){
        .at_ms = now_ms,
        .actor = p->request->author,
        .action = text.len > 0 ? STR("definition.publish") : STR("definition.retire"),
        .target = name,
        .detail = arena_format(p->arena, "{\"version\":%u}", version),
    };
    p->out->changed++;
}

/* Is the document the one that its author edited? */
static enum err check_edited(struct publishing *p, const struct document *document, const struct in_force *one,
                             struct err_info *why)
{
    const struct publish *request = p->request;
    uint32_t version = one == NULL ? 0 : one->version, expected = request->expected;
    bool asked = expected != 0;
    for (size_t i = 0; i < request->edited_count; i++) {
        const struct edited *edited = &request->edited[i];
        if (edited->segment != (document->kind == DOCUMENT_SEGMENT) || !str_equal(edited->name, document->name))
            continue;
        expected = edited->version;
        asked = true;
    }
    if (asked && expected != version)
        return err_set(why, ERR_CONFLICT, STR_FMT " is at version %u now, not %u: somebody published meanwhile",
                       STR_ARG(document->name), version, expected);
    if (asked || one == NULL || !request->guarded || str_equal(one->text, document->text)) return ERR_OK;
    p->out->unguarded = true;
    return err_set(why, ERR_CONFLICT, STR_FMT " is in force at version %u already; say which version was edited",
                   STR_ARG(document->name), version);
}

static enum err put_document(struct publishing *p, const struct document *document, struct err_info *why)
{
    struct in_force *one = (struct in_force *)(uintptr_t)find_in_force(&p->list, document->kind, document->name);
    enum err e = check_edited(p, document, one, why);
    if (e != ERR_OK || (one != NULL && str_equal(one->text, document->text))) return e;
    uint32_t version;
    e = last_version(p, document->kind, document->name, &version, why);
    if (e != ERR_OK) return e;
    version++;
    if (one == NULL) one = LIST_ADD(&p->list);
    *one = (struct in_force){document->kind, document->name, document->text, version};
    add_version(p, document->kind, document->name, document->text, version);
    return ERR_OK;
}

static enum err retire(struct publishing *p, struct err_info *why)
{
    struct str name = p->request->retire;
    bool segment = p->request->retires_segment;
    const struct in_force *found = find_in_force(&p->list, segment ? DOCUMENT_SEGMENT : DOCUMENT_SCORE, name);
    if (found == NULL)
        return err_set(why, ERR_NOT_FOUND, "no %s in force is called '" STR_FMT "'", segment ? "segment" : "score",
                       STR_ARG(name));
    struct in_force one = *found;
    size_t i = (size_t)(found - p->list.at);
    memmove(&p->list.at[i], &p->list.at[i + 1], (p->list.count - i - 1) * sizeof one);
    p->list.count--;
    add_version(p, one.kind, one.name, STR(""), one.version + 1);
    return ERR_OK;
}

/* Records of one score whose band differs, into the batch. */
static uint64_t judge_everybody(struct engine *engine, uint32_t score, const struct score_column *column, int64_t at_ms,
                                enum band_cause cause)
{
    uint64_t changes = 0;
    for (uint32_t r = 0; r < column->count; r++) {
        struct score_value value = {.known = column->known[r] != 0,
                                    .total = column->total[r],
                                    .fit = column->fit[r],
                                    .engagement = column->engagement[r]};
        changes += judge_band(engine, score, r, &value, at_ms, cause);
    }
    return changes;
}

/* Members of one segment that are new or gone, into the batch. */
static void judge_all_members(struct engine *engine, uint32_t segment, const struct scan *scan, int64_t at_ms,
                              enum band_cause cause)
{
    enum entity object = engine->edition->set.segments[segment]->object;
    uint32_t records = history_records(live_history(engine->live), object);
    uint8_t *members = memory_array(records, 1);
    scan_members(scan, segment, engine->options.threads, members);
    for (uint32_t r = 0; r < records; r++)
        judge_member(engine, segment, r, members[r] != 0 && is_judged(engine, object, r), at_ms, cause);
    memory_free(members);
}

/* With the new edition in the writer's use: who is in another band or segment now? */
static void judge_published(struct publishing *p)
{
    struct engine *engine = p->engine;
    int64_t now_ms = engine_now(engine);
    struct history *frozen = live_freeze(engine->live);
    struct scan *scan = scan_new(&engine->edition->set, frozen, NULL);
    const struct scan_options options = {.as_of_ms = now_ms, .threads = engine->options.threads};
    scan_run(scan, &options);
    enum band_cause cause = p->request->changes == PUBLISH_SILENT ? CAUSE_PUBLISHED_SILENTLY : CAUSE_PUBLISHED;
    for (uint32_t s = 0; s < engine->edition->set.score_count; s++)
        if (engine->band_scores.at[s] != UINT32_MAX)
            p->out->band_changes += judge_everybody(engine, s, scan_results(scan, s), now_ms, cause);
    for (uint32_t s = 0; s < engine->edition->set.segment_count; s++) judge_all_members(engine, s, scan, now_ms, cause);
    scan_free(scan);
    history_free(frozen);
}

/* What the new versions would have done at the time. Scores whose text is as before have done it already. */
static void replay(struct publishing *p, const struct edition *former)
{
    struct engine *engine = p->engine;
    const struct definitions *set = &engine->edition->set;
    for (uint32_t s = 0; s < set->score_count; s++) {
        uint32_t before = definitions_find_score(&former->set, set->scores[s]->name);
        bool as_before = before != UINT32_MAX && engine->edition->versions[s] == former->versions[before];
        if (engine->band_scores.at[s] != UINT32_MAX && !as_before) p->out->band_changes += replay_bands(engine, s);
    }
}

static enum err commit_edition(struct publishing *p, struct edition *edition, struct err_info *why)
{
    struct engine *engine = p->engine;
    struct edition *former = use(engine, edition);
    if (p->request->changes == PUBLISH_REPLAY) replay(p, former);
    judge_published(p);
    enum err e = batch_end(engine, why);
    if (e != ERR_OK) {
        edition_release(use(engine, former));
        return e;
    }
    publish_edition(engine, former);
    return ERR_OK;
}

enum err editions_renew(struct engine *engine, struct err_info *why)
{
    const struct publish request = {.changes = PUBLISH_NET};
    struct published out = {0};
    struct publishing p = {.engine = engine, .request = &request, .out = &out};
    list_current(&p);
    struct edition *edition = compile(engine, &p.list, why);
    if (edition == NULL) batch_abandon(engine);
    enum err e = edition == NULL ? ERR_INVALID : commit_edition(&p, edition, why);
    LIST_RELEASE(&p.list);
    return e;
}

static enum err check_as_draft(struct publishing *p, struct err_info *why)
{
    struct draft draft;
    bool good = draft_compile(&draft, p->engine->edition, p->engine->catalog, p->request->text, p->request->source);
    if (p->diagnostics != NULL) diagnostics_copy(p->diagnostics, draft.diagnostics);
    enum err e = good ? ERR_OK : draft_why(&draft, why);
    draft_release(&draft);
    return e;
}

/* What the definitions in force ask of properties. The next ones begin with a clean slate, as they would after a
 * restart; when they are not taken, the former slate holds again. */
static void forget_needs(struct publishing *p)
{
    struct catalog *catalog = p->engine->catalog;
    p->need_count = catalog_count(catalog);
    p->needs = ARENA_ARRAY(p->arena, struct property, p->need_count);
    for (uint32_t i = 0; i < p->need_count; i++) {
        p->needs[i] = *catalog_at(catalog, i);
        catalog_put_need(catalog, i, NULL);
    }
}

static void restore_needs(struct publishing *p)
{
    struct catalog *catalog = p->engine->catalog;
    for (uint32_t i = 0; i < catalog_count(catalog); i++)
        catalog_put_need(catalog, i, i < p->need_count ? &p->needs[i] : NULL);
}

/* Compile and make durable what the list says. */
static enum err publish_list(struct publishing *p, struct err_info *why)
{
    enum err e = ERR_OK;
    if (p->request->retire.len > 0) e = retire(p, why);
    for (size_t i = 0; e == ERR_OK && i < p->document_count; i++) e = put_document(p, &p->documents[i], why);
    if (e == ERR_OK && p->out->changed == 0) return batch_end(p->engine, why); /* nothing is new */
    if (e == ERR_OK) {
        forget_needs(p);
        struct edition *edition = compile(p->engine, &p->list, why);
        if (edition != NULL) e = commit_edition(p, edition, why);
        if (edition != NULL && e == ERR_OK) return ERR_OK;
        restore_needs(p);
        if (edition != NULL) return e;
        e = ERR_INVALID;
    }
    batch_abandon(p->engine);
    return e;
}

static enum err run_publish(struct engine *engine, void *argument, struct err_info *why)
{
    struct publishing *p = argument;
    if (p->request->retire.len == 0) {
        enum err e = check_as_draft(p, why);
        if (e != ERR_OK) return e;
    }
    batch_begin(engine);
    list_current(p);
    return publish_list(p, why);
}

enum err engine_publish(struct engine *engine, const struct publish *publish, struct diagnostics *diagnostics,
                        struct published *out, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics *found = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(found, arena);
    *out = (struct published){0};
    struct publishing p = {
        .engine = engine, .request = publish, .diagnostics = diagnostics, .out = out, .arena = arena};
    if (publish->retire.len == 0) {
        enum err e =
            documents_split(arena, publish->text, publish->source, found, &p.documents, &p.document_count, why);
        if (e != ERR_OK && diagnostics != NULL) diagnostics_copy(diagnostics, found);
        if (e != ERR_OK) return e;
    }
    out->documents = (uint32_t)p.document_count;
    enum err e = writer_run(engine, run_publish, &p, why);
    LIST_RELEASE(&p.list);
    return e;
}

enum err engine_validate(struct engine *engine, struct str text, struct str source, struct diagnostics *diagnostics,
                         struct err_info *why)
{
    const struct edition *edition = engine_edition(engine);
    if (edition == NULL) return err_set(why, ERR_UNAVAILABLE, "the server is still starting");
    struct draft draft;
    bool good = draft_compile(&draft, edition, engine->catalog, text, source);
    diagnostics_copy(diagnostics, draft.diagnostics);
    enum err e = good ? ERR_OK : draft_why(&draft, why);
    draft_release(&draft);
    edition_release(edition);
    return e;
}
