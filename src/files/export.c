/* export.c — which subject is written by what; scores of everybody. */
// SPDX-License-Identifier: Apache-2.0
#include "files/export.h"

#include "files/export_lines.h"
#include "files/score_lines.h"

const char *const export_subjects[] = {[EXPORT_CONTACTS] = "contacts",
                                       [EXPORT_COMPANIES] = "companies",
                                       [EXPORT_DEALS] = "deals",
                                       [EXPORT_EVENTS] = "events",
                                       [EXPORT_SCORES] = "scores",
                                       [EXPORT_LEDGERS] = "ledgers",
                                       NULL};

uint32_t remembered_band(const void *remembered, uint32_t score, uint32_t record)
{
    const struct remembered *r = remembered;
    return engine_band(r->engine, r->edition, score, record);
}

static enum err export_scores(const struct export *export, FILE *to, uint64_t *lines, struct err_info *why)
{
    struct everybody everybody;
    engine_everybody(export->engine, export->as_of_ms, &everybody);
    const struct remembered remembered = {export->engine, everybody.edition};
    struct results results = {.set = &everybody.edition->set,
                              .history = everybody.history,
                              .scan = everybody.scan,
                              .as_of_ms = export->as_of_ms,
                              .explain = export->subject == EXPORT_LEDGERS,
                              .threads = export->threads,
                              .progress = export->progress};
    if (export->now) results.band = remembered_band, results.band_context = &remembered;
    if (results_first_score(&results) == UINT32_MAX) {
        everybody_release(&everybody);
        return err_set(why, ERR_NOT_FOUND, "no score is in force yet; 'plumb apply' puts a definition in force");
    }
    if (export->format == LINES_CSV) *lines = score_lines_csv(&results, to);
    else *lines = score_lines_jsonl(&results, to);
    everybody_release(&everybody);
    return ERR_OK;
}

enum err export_write(const struct export *export, FILE *to, uint64_t *lines, struct err_info *why)
{
    uint64_t unasked;
    enum err e = ERR_OK;
    if (lines == NULL) lines = &unasked;
    *lines = 0;
    switch (export->subject) {
    case EXPORT_CONTACTS: *lines = export_records(export, ENTITY_CONTACT, to); break;
    case EXPORT_COMPANIES: *lines = export_records(export, ENTITY_COMPANY, to); break;
    case EXPORT_DEALS: *lines = export_records(export, ENTITY_DEAL, to); break;
    case EXPORT_EVENTS: e = export_events(export, to, lines, why); break;
    case EXPORT_SCORES:
    case EXPORT_LEDGERS: e = export_scores(export, to, lines, why); break;
    }
    if (e == ERR_OK && export->progress != NULL && export->progress->stopped)
        e = err_set(why, ERR_UNAVAILABLE, "it was cancelled");
    return e;
}
