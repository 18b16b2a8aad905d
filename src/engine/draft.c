/* draft.c — the definitions in force whose names the draft leaves alone, then its own. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/draft.h"

static const struct source *new_source(struct arena *arena, struct str name, struct str text)
{
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){arena_str(arena, name), arena_str(arena, text)};
    return source;
}

/* Which properties have, or had, a value: those whose type is settled, or inferred so far. */
static bool *seen_properties(struct arena *arena, struct catalog *catalog, uint32_t known)
{
    bool *seen = ARENA_ARRAY(arena, bool, catalog_count(catalog));
    for (uint32_t id = 0; id < known; id++)
        seen[id] = catalog_at(catalog, id)->type != TYPE_OPEN || catalog_at(catalog, id)->inferred != TYPE_OPEN;
    return seen;
}

static void settle_types(struct catalog *catalog)
{
    for (uint32_t id = 0; id < catalog_count(catalog); id++)
        if (catalog_at(catalog, id)->type == TYPE_OPEN)
            catalog_at(catalog, id)->type = catalog_settled_type(catalog, id, catalog_at(catalog, id)->inferred);
}

/* Read the text alone, to learn which names it defines. */
static bool read_names(const struct draft *draft, struct catalog *scratch, struct definitions *names)
{
    definitions_init(names, draft->arena, scratch);
    return definitions_parse(names, draft->source, draft->diagnostics);
}

static bool parse_published(struct draft *draft, const struct edition *edition, const struct definitions *names)
{
    struct definitions *set = &draft->set;
    bool good = true;
    for (uint32_t i = 0; i < edition->set.score_count; i++) {
        const struct score *score = edition->set.scores[i];
        if (score->anonymous || definitions_find_score(names, score->name) != UINT32_MAX) continue;
        good &= definitions_parse(set, new_source(draft->arena, score->name, edition->texts[i]), draft->diagnostics);
    }
    for (uint32_t i = 0; i < edition->set.segment_count; i++) {
        const struct segment *segment = edition->set.segments[i];
        if (definitions_find_segment(names, segment->name) != UINT32_MAX) continue;
        good &= definitions_parse(set, new_source(draft->arena, segment->name, edition->segment_texts[i]),
                                  draft->diagnostics);
    }
    return good;
}

bool draft_compile(struct draft *out, const struct edition *edition, const struct catalog *catalog, struct str text,
                   struct str source)
{
    *out = (struct draft){.arena = arena_new(), .catalog = catalog_copy(catalog)};
    out->diagnostics = ARENA_NEW(out->arena, struct diagnostics);
    diagnostics_init(out->diagnostics, out->arena);
    definitions_init(&out->set, out->arena, out->catalog);
    out->source = new_source(out->arena, source, text);
    uint32_t known = catalog_count(out->catalog);
    struct catalog *scratch = catalog_copy(catalog);
    struct definitions names;
    bool readable = read_names(out, scratch, &names);
    catalog_free(scratch);
    if (!readable) return false;
    diagnostics_init(out->diagnostics, out->arena);
    if (!parse_published(out, edition, &names) || !definitions_parse(&out->set, out->source, out->diagnostics) ||
        !definitions_check(&out->set, out->diagnostics))
        return false;
    bool *seen = seen_properties(out->arena, out->catalog, known);
    settle_types(out->catalog);
    return definitions_bind(&out->set, seen, out->diagnostics) && out->diagnostics->errors == 0;
}

void draft_release(struct draft *draft)
{
    catalog_free(draft->catalog);
    arena_free(draft->arena);
    *draft = (struct draft){0};
}

enum err draft_why(const struct draft *draft, struct err_info *why)
{
    const struct diagnostic *elsewhere = NULL;
    for (size_t i = 0; i < draft->diagnostics->count; i++) {
        const struct diagnostic *item = &draft->diagnostics->item[i];
        if (item->severity != SEVERITY_ERROR) continue;
        if (item->source == draft->source)
            return err_set_at(why, ERR_INVALID, item->at, STR_FMT, STR_ARG(item->message));
        if (elsewhere == NULL) elsewhere = item;
    }
    INVARIANT(elsewhere != NULL);
    return err_set(why, ERR_INVALID, "'" STR_FMT "', which is in force, would not hold any more: " STR_FMT,
                   STR_ARG(elsewhere->source->name), STR_ARG(elsewhere->message));
}
