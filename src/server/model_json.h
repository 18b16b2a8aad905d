/* model_json.h — what was learnt, compared and watched, as JSON: in answers, and in the store beside a version. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_MODEL_JSON_H
#define PLUMB_SERVER_MODEL_JSON_H

#include "base/json.h"
#include "server/models.h"

#define MODEL_FIGURES_MAX ((size_t)4 * 1024 * 1024) /* bytes of a version's figures */

/* ModelFigures of schemas.def; `promotion` NULL: there was no champion to be held against. `catalog` is that of the terms. */
void model_json_figures(struct json_writer *writer, const struct trained *trained, struct catalog *catalog,
                        const struct promotion *promotion);
/* Figures of what could not be trained for want of examples have no quality. */
void model_json_promotion(struct json_writer *writer, const struct promotion *promotion);
void model_json_drift(struct json_writer *writer, const struct model_drift *drift, const struct trained *trained);

/* ModelVersion: with its figures when `whole`, else their verdict alone stands there. */
void model_json_version(struct json_writer *writer, const struct model_version_row *version, bool whole);
/* Model; without what only its own page has unless `whole`. */
void model_json_model(struct json_writer *writer, const struct model_info *info, bool whole);

#endif
