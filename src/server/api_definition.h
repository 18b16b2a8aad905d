/* api_definition.h — what api_definitions.c and api_drafts.c share. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_DEFINITION_H
#define PLUMB_SERVER_API_DEFINITION_H

#include "base/json.h"
#include "core/diagnostic.h"
#include "server/request.h"

/* A list of {"severity", "message", "line", "column", "length", "source"}. */
void api_write_diagnostics(struct json_writer *writer, const struct diagnostics *diagnostics, enum severity severity);
/* {"valid", "errors": [...], "warnings": [...]} */
void api_write_validation(struct json_writer *writer, const struct diagnostics *diagnostics);

/* The draft of a score. False: there is none, and that was answered at `draft`. */
bool api_draft_text(struct request *request, struct str score, struct str *out);

/* Why draft_put did not: 428 without If-Match, 412 when another draft is there. Returns false. */
bool api_draft_refused(struct request *request, bool there, const struct err_info *why);

/* The first score of a text. False: it cannot be read or has none, and that was answered with the first mistake's place. */
bool api_first_score(struct request *request, struct str text, struct str *out);

#endif
