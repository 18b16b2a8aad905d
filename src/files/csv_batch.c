/* csv_batch.c — one copy a record, and offsets into it.
 *
 * Fields lie one behind the other in the reader's window, but for those from which it
 * had to take doubled quotes; a record that has one is put together anew. Offsets, not
 * pointers, as the bytes may move while a batch grows. */
// SPDX-License-Identifier: Apache-2.0
#include "files/csv_batch.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define RECORD_BYTES_MAX (2 * INPUT_RECORD_MAX + CSV_COLUMNS_MAX) /* every byte a quote that is doubled */

void csv_batch_init(struct csv_batch *batch, size_t columns)
{
    *batch = (struct csv_batch){.columns = columns};
    batch->at = memory_array(CSV_BATCH_ROWS * (columns + 1), sizeof *batch->at);
    batch->lengths = memory_array(CSV_BATCH_ROWS * (columns + 1), sizeof *batch->lengths);
}

void csv_batch_release(struct csv_batch *batch)
{
    memory_free(batch->bytes);
    memory_free(batch->at);
    memory_free(batch->lengths);
}

/* Copy `bytes` to the end; returns their offset. */
static size_t append(struct csv_batch *batch, const char *bytes, size_t len)
{
    if (batch->capacity - batch->len < len) {
        batch->capacity = batch->len + len + CSV_BATCH_BYTES;
        batch->bytes = memory_resize(batch->bytes, batch->capacity, 1);
    }
    size_t at = batch->len;
    if (len > 0) memcpy(batch->bytes + at, bytes, len);
    batch->len += len;
    return at;
}

/* Only separators and quotes lie between the fields: 1 to 3 bytes. */
static bool is_in_one_piece(const struct csv_record *record)
{
    for (size_t i = 1; i < record->count; i++) {
        uintptr_t end = (uintptr_t)record->fields[i - 1].at + record->fields[i - 1].len;
        if ((uintptr_t)record->fields[i].at - end - 1 > 2) return false;
    }
    return record->count > 1;
}

/* The record with the quotes around its first and last field; what follows an unquoted field is never a quote. */
static struct str whole_text(const struct csv_record *record)
{
    struct str first = record->fields[0];
    struct str last = record->fields[record->count - 1];
    const char *begin = first.at[first.len] == '"' ? first.at - 1 : first.at;
    const char *end = last.at[last.len] == '"' ? last.at + last.len + 1 : last.at + last.len;
    return (struct str){begin, (size_t)(end - begin)};
}

static void set_text(struct csv_batch *batch, size_t column, size_t at, size_t len)
{
    size_t i = batch->count * (batch->columns + 1) + column;
    batch->at[i] = (uint32_t)at;
    batch->lengths[i] = (uint32_t)len;
}

static void add_whole(struct csv_batch *batch, const struct csv_record *record, const uint32_t *fields)
{
    struct str text = whole_text(record);
    size_t base = append(batch, text.at, text.len);
    for (size_t i = 0; i < batch->columns; i++) {
        struct str field = str_trim(record->fields[fields[i]]);
        set_text(batch, i, base + (size_t)(field.at - text.at), field.len);
    }
    set_text(batch, batch->columns, base, text.len);
}

static void add_pieces(struct csv_batch *batch, const struct csv_record *record, const uint32_t *fields)
{
    for (size_t i = 0; i < batch->columns; i++) {
        struct str field = str_trim(record->fields[fields[i]]);
        set_text(batch, i, append(batch, field.at, field.len), field.len);
    }
    AUTO_BUF text = BUF_INIT(RECORD_BYTES_MAX);
    for (size_t i = 0; i < record->count; i++) {
        if (i > 0) buf_append_char(&text, ',');
        csv_append_field(&text, record->fields[i], ',');
    }
    set_text(batch, batch->columns, append(batch, text.at, text.len), text.len);
}

void csv_batch_fill(struct csv_batch *batch, struct csv *csv, const struct input *input, const uint32_t *fields)
{
    batch->len = 0;
    batch->end = CSV_BATCH_FULL;
    for (batch->count = 0; batch->count < CSV_BATCH_ROWS && batch->len < CSV_BATCH_BYTES; batch->count++) {
        struct csv_record record;
        if (!csv_next(csv, &record, &batch->why)) {
            batch->end = CSV_BATCH_END;
            break;
        }
        if (batch->why.code != ERR_OK) {
            batch->end = CSV_BATCH_BAD;
            batch->bad_line = record.line;
            break;
        }
        batch->line[batch->count] = record.line;
        if (is_in_one_piece(&record)) add_whole(batch, &record, fields);
        else add_pieces(batch, &record, fields);
    }
    batch->position = input_position(input);
}
