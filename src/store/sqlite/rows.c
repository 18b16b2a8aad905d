/* rows.c — a row as a fact; the columns stand in the order of the statements *_all. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

static uint32_t number(const struct query *query, int column)
{
    return (uint32_t)column_i64(query, column);
}

static bool flag(const struct query *query, int column)
{
    return column_i64(query, column) != 0;
}

struct property_fact row_property(const struct query *query)
{
    return (struct property_fact){.entity = (enum entity)column_i64(query, 0),
                                  .name = column_text(query, 1),
                                  .type = (int32_t)column_i64(query, 2),
                                  .declared = flag(query, 3),
                                  .options = column_text(query, 4)};
}

struct record_fact row_record(const struct query *query, bool *archived)
{
    *archived = flag(query, 5);
    return (struct record_fact){.object = (enum entity)column_i64(query, 0),
                                .number = number(query, 1),
                                .id = column_text(query, 2),
                                .listed = flag(query, 3),
                                .created_ms = column_i64(query, 4)};
}

struct identifier_fact row_identifier(const struct query *query)
{
    return (struct identifier_fact){.kind = (enum identifier_kind)column_i64(query, 0),
                                    .text = column_text(query, 1),
                                    .contact = number(query, 2),
                                    .since_ms = column_i64(query, 3)};
}

struct merge_fact row_merge(const struct query *query)
{
    return (struct merge_fact){.stays = number(query, 0),
                               .goes = number(query, 1),
                               .at_ms = column_i64(query, 2),
                               .object = (enum entity)column_i64(query, 3)};
}

struct version_fact_row row_version(const struct query *query)
{
    return (struct version_fact_row){.object = (enum entity)column_i64(query, 0),
                                     .record = number(query, 1),
                                     .property = column_text(query, 2),
                                     .from_ms = column_i64(query, 3),
                                     .text = column_text(query, 4),
                                     .fact_id = column_text(query, 5)};
}

struct association_fact row_association(const struct query *query)
{
    return (struct association_fact){.kind = (int32_t)column_i64(query, 0),
                                     .from = number(query, 1),
                                     .to = number(query, 2),
                                     .from_ms = column_i64(query, 3),
                                     .ended = flag(query, 4)};
}

struct event_fact_row row_event(const struct query *query)
{
    return (struct event_fact_row){.number = (uint32_t)(column_i64(query, 0) - 1),
                                   .contact = number(query, 1),
                                   .at_ms = column_i64(query, 2),
                                   .received_ms = column_i64(query, 3),
                                   .name = column_text(query, 4),
                                   .message_id = column_text(query, 5),
                                   .bot = flag(query, 6),
                                   .properties = column_text(query, 7),
                                   .context = column_text(query, 8),
                                   .source = column_text(query, 9)};
}

struct definition_fact row_definition(const struct query *query)
{
    return (struct definition_fact){.kind = (int32_t)column_i64(query, 0),
                                    .name = column_text(query, 1),
                                    .version = number(query, 2),
                                    .text = column_text(query, 3),
                                    .author = column_text(query, 4),
                                    .note = column_text(query, 5),
                                    .at_ms = column_i64(query, 6)};
}

struct band_fact row_band(const struct query *query)
{
    return (struct band_fact){.object = (enum entity)column_i64(query, 0),
                              .record = number(query, 1),
                              .score = column_text(query, 2),
                              .band = column_text(query, 3),
                              .former = column_text(query, 4),
                              .at_ms = column_i64(query, 5),
                              .micro = column_i64(query, 6),
                              .version = number(query, 7),
                              .cause = (int32_t)column_i64(query, 8)};
}

struct reject_fact row_reject(const struct query *query)
{
    return (struct reject_fact){.at_ms = column_i64(query, 1),
                                .source = column_text(query, 2),
                                .reason = column_text(query, 3),
                                .place = column_text(query, 4),
                                .message = column_text(query, 5),
                                .body = column_text(query, 6)};
}

struct audit_fact row_audit(const struct query *query)
{
    return (struct audit_fact){.at_ms = column_i64(query, 1),
                               .actor = column_text(query, 2),
                               .action = column_text(query, 3),
                               .target = column_text(query, 4),
                               .detail = column_text(query, 5)};
}
