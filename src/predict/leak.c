/* leak.c — see leak.h: both signs, and which features of a plan they mean.
 *
 * Features about one thing stand together in a plan: they are judged as one *subject*. A column without a time
 * says the same of every example of a record, as it was when the file was written: its witness is the record's latest
 * example, and whether the outcome ever came. Both ways of asking are tried. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/leak.h"

#include <math.h>
#include <string.h>

#include "base/intern.h"

static bool is_of_property(const struct feature *feature)
{
    return feature->kind <= FEATURE_MAIL_ROLE;
}

static bool is_of_events(const struct feature *feature)
{
    return feature->kind >= FEATURE_EVENTS_7 && feature->kind <= FEATURE_EVENTS_TREND;
}

static bool have_one_subject(const struct feature *a, const struct feature *b)
{
    if (is_of_property(a)) return is_of_property(b) && a->property == b->property && a->of_company == b->of_company;
    return is_of_events(a) && is_of_events(b) && a->events == b->events;
}

/* Every n-th row, so that at most LEAK_ROWS_MAX are left; or of each record only its latest, with what ever came of it (`lives`; NULL: the former). */
static struct leak_rows some_rows(const struct leak_rows *all, uint32_t features, const struct lifetime *lives,
                                  uint32_t records, struct arena *arena)
{
    uint64_t step = (all->rows + LEAK_ROWS_MAX - 1) / LEAK_ROWS_MAX, kept = 0;
    uint8_t *seen = memory_array(records, sizeof *seen);
    float *value = arena_array(arena, (size_t)LEAK_ROWS_MAX * features, sizeof *value);
    uint8_t *happened = ARENA_ARRAY(arena, uint8_t, LEAK_ROWS_MAX);
    double *weight = ARENA_ARRAY(arena, double, LEAK_ROWS_MAX);
    uint32_t *record = ARENA_ARRAY(arena, uint32_t, LEAK_ROWS_MAX);
    for (uint64_t r = all->rows; r-- > 0 && kept < LEAK_ROWS_MAX;) {
        if (lives != NULL ? seen[all->record[r]] : r % step != 0) continue;
        seen[all->record[r]] = 1;
        memcpy(value + kept * features, all->value + r * features, features * sizeof *value);
        happened[kept] = lives != NULL ? lives[all->record[r]].happened_ms != NEVER : all->happened[r];
        weight[kept] = lives != NULL ? 1 : all->weight[r];
        record[kept++] = all->record[r];
    }
    memory_free(seen);
    return (struct leak_rows){kept, value, happened, weight, record};
}

static struct str subject_name(const struct feature_plan *plan, const struct feature_source *source,
                               const struct feature *feature, struct arena *arena)
{
    if (is_of_property(feature))
        return arena_format(arena, "%s" STR_FMT, feature->of_company ? "company." : "",
                            STR_ARG(catalog_at(source_catalog(source), feature->property)->name));
    if (!is_of_events(feature)) return feature->name;
    const struct event_kind *kind = &plan->kinds[feature->events];
    if (kind->name.len == 0) return STR("any event");
    if (kind->property == INTERN_NONE) return arena_format(arena, "event " STR_FMT, STR_ARG(kind->name));
    return arena_format(arena, "event " STR_FMT " with " STR_FMT " " STR_FMT, STR_ARG(kind->name),
                        STR_ARG(catalog_at(source_catalog(source), kind->property)->name), STR_ARG(kind->text));
}

static void judge_subject(const struct feature_plan *plan, const struct feature_source *source, uint32_t first,
                          uint32_t count, double auc, struct arena *arena, struct leaks *out)
{
    if (isnan(auc) || auc < LEAK_AUC) return;
    const struct feature *feature = &plan->features[first];
    struct leak leak = {.kind = LEAK_TELLS_ALL,
                        .subject = subject_name(plan, source, feature, arena),
                        .property = feature->property,
                        .of_company = feature->of_company,
                        .auc = auc};
    if (is_of_events(feature)) leak.event = plan->kinds[feature->events].name;
    leak.sentence = arena_format(
        arena,
        "'" STR_FMT "' alone foresees the outcome nearly perfectly (AUC %.3f): perhaps it is filled because of it",
        STR_ARG(leak.subject), auc);
    out->at[out->count++] = leak;
    for (uint32_t f = 0; f < count; f++) out->features[first + f] = true;
}

static void find_tell_alls(const struct feature_plan *plan, const struct feature_source *source,
                           const struct lifetime *lives, const struct leak_rows *rows, struct arena *arena,
                           struct leaks *out)
{
    AUTO_ARENA scratch = arena_new();
    uint32_t records = history_records(source->history, source->object);
    struct leak_rows spread = some_rows(rows, plan->count, NULL, records, scratch);
    struct leak_rows latest = some_rows(rows, plan->count, lives, records, scratch);
    for (uint32_t first = 0, end; first < plan->count; first = end) {
        const struct feature *feature = &plan->features[first];
        for (end = first + 1; end < plan->count && have_one_subject(feature, &plan->features[end]);) end++;
        double auc = leak_auc(plan, &spread, first, end - first);
        /* An age or a count grows with time, and those who never did are watched longest. */
        if (is_of_property(feature) && feature->kind != FEATURE_AGE)
            auc = fmax(auc, leak_auc(plan, &latest, first, end - first));
        judge_subject(plan, source, first, end - first, auc, arena, out);
    }
}

static void mark_features(const struct feature_plan *plan, const struct leak *leak, bool *features)
{
    for (uint32_t f = 0; f < plan->count; f++) {
        const struct feature *feature = &plan->features[f];
        if (leak->property != INTERN_NONE)
            features[f] |= is_of_property(feature) && !feature->of_company && feature->property == leak->property;
        else features[f] |= is_of_events(feature) && str_equal(plan->kinds[feature->events].name, leak->event);
    }
}

void leaks_find(const struct feature_plan *plan, const struct feature_source *source, const struct lifetime *lives,
                const struct leak_rows *rows, struct arena *arena, struct leaks *out)
{
    uint32_t properties = catalog_count(source_catalog(source));
    *out = (struct leaks){.at = ARENA_ARRAY(arena, struct leak, plan->count + properties + LEAK_NAMES_MAX),
                          .features = ARENA_ARRAY(arena, bool, plan->count)};
    find_tell_alls(plan, source, lives, rows, arena, out);
    uint32_t before = out->count;
    leaks_afterwards(source, lives, arena, out);
    for (uint32_t i = before; i < out->count; i++) mark_features(plan, &out->at[i], out->features);
}
