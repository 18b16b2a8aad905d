/* outcome_given.c — see outcome_given.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/outcome_given.h"

#include <string.h>

#include "base/yaml.h"

#define WORDS_MAX ((size_t)64 * 1024)

/* "when: WORDS" as a segment of its own. */
static bool read_condition(struct app *app, struct definition_files *files, const char *option, struct str words,
                           struct outcome_given *out)
{
    struct source *source = ARENA_NEW(files->arena, struct source);
    source->name = arena_str(files->arena, str_from_c(option));
    source->text = arena_format(files->arena, "segment: outcome\nobject: %s\nwhen: " STR_FMT "\n",
                                entity_name(out->object), STR_ARG(words));
    out->of = &out->own;
    out->segment = 0;
    if (!definition_files_beside(app, files, NULL, source, &out->own)) return false;
    if (out->own.segment_count == 1) return true;
    app_fail(app, "%s takes one condition", option);
    return false;
}

bool outcome_given_read(struct app *app, struct definition_files *files, const struct definitions *beside,
                        enum entity object, const char *condition, const char *event, struct outcome_given *out)
{
    AUTO_BUF words = BUF_INIT(WORDS_MAX);
    *out = (struct outcome_given){.object = object};
    if (event != NULL) {
        buf_append_c(&words, "{event: ");
        yaml_append_quoted(&words, str_from_c(event));
        buf_append_c(&words, "}");
    } else {
        buf_append(&words, condition != NULL ? str_trim(str_from_c(condition)) : STR(OUTCOME_USUAL));
    }
    if (words.failed) return app_fail(app, "the outcome has more than %zu bytes", WORDS_MAX), false;
    out->words = arena_str(files->arena, buf_str(&words));
    if (str_equal(out->words, STR(OUTCOME_USUAL))) return out->usual = true;
    out->segment = beside != NULL ? definitions_find_segment(beside, out->words) : UINT32_MAX;
    if (out->segment == UINT32_MAX)
        return read_condition(app, files, event != NULL ? "--outcome-event" : "--outcome", out->words, out);
    out->of = beside;
    if (beside->segments[out->segment]->object == object) return true;
    app_fail(app, "the outcome '" STR_FMT "' is of a %s, and a %s is to be foreseen", STR_ARG(out->words),
             entity_name(beside->segments[out->segment]->object), entity_name(object));
    return false;
}

/* The stage of the object or, without one, a condition that never holds: deals decide then. */
static bool read_usual(struct app *app, struct definition_files *files, struct outcome_given *outcome)
{
    AUTO_BUF words = BUF_INIT(WORDS_MAX);
    usual_stage_append(files->catalog, outcome->object, &words);
    return read_condition(app, files, "the outcome", buf_str(&words), outcome);
}

bool outcome_given_bind(struct app *app, struct definition_files *files, const bool *seen,
                        struct outcome_given *outcome)
{
    if (outcome->usual && !read_usual(app, files, outcome)) return false;
    bool good = outcome->of != &outcome->own || definitions_bind(&outcome->own, seen, files->diagnostics);
    definition_files_report(app, files);
    return good;
}

void outcome_given_find(const struct outcome_given *outcome, const struct history *history,
                        const struct record_dates *dates, unsigned threads, const struct watch *watch,
                        struct lifetime *lives)
{
    struct scan *scan = scan_new(outcome->of, history, NULL);
    outcome_find(scan, outcome->of, history, outcome->segment, threads, watch, lives);
    scan_free(scan);
    outcome_date_lives(history, dates, outcome->object, lives);
    if (outcome->usual) outcome_add_won_deals(history, dates, outcome->object, lives);
}
