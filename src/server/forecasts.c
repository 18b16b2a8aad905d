/* forecasts.c — see forecasts.h. Columns under a lock that is held for a copy, or a walk over one number a record. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/forecasts_internal.h"

struct column *forecasts_column(struct forecasts *forecasts, struct str model)
{
    for (size_t i = 0; i < MODELS_MAX; i++)
        if (str_equal(str_from_c(forecasts->columns[i].model), model)) return &forecasts->columns[i];
    return NULL;
}

void column_release(struct column *column)
{
    memory_free(column->probability);
    memory_free(column->state);
    memory_free(column->stamp);
    for (size_t i = 0; i < TEXTS_KEPT; i++) memory_free((char *)(uintptr_t)column->texts[i].text.at);
    *column = (struct column){0};
}

/* ---- What was touched. ---- */

void dirty_add(struct dirty *dirty, uint32_t record)
{
    while (dirty->marks.count <= record) *LIST_ADD(&dirty->marks) = 0;
    if (dirty->marks.at[record]) return;
    dirty->marks.at[record] = 1;
    *LIST_ADD(&dirty->records) = record;
}

void dirty_release(struct dirty *dirty)
{
    LIST_RELEASE(&dirty->records);
    LIST_RELEASE(&dirty->marks);
}

void forecasts_touched(void *context, const struct touched *records, size_t count)
{
    struct forecasts *forecasts = context;
    pthread_mutex_lock(&forecasts->touching);
    for (size_t i = 0; i < count && forecasts->listens; i++)
        dirty_add(&forecasts->dirty[records[i].object], records[i].record);
    pthread_mutex_unlock(&forecasts->touching);
}

/* ---- Looking. ---- */

enum forecast_state forecast_state_of(enum hindsight_state state)
{
    static const enum forecast_state states[] = {
        [HINDSIGHT_OPEN] = FORECAST_OPEN, [HINDSIGHT_HAPPENED] = FORECAST_WON, [HINDSIGHT_OVER] = FORECAST_LOST};
    return states[state];
}

static struct forecast_row row_of(const struct column *column, uint32_t record)
{
    struct forecast_row row = {.record = record,
                               .probability = (double)column->probability[record],
                               .state = (enum forecast_state)column->state[record],
                               .stamp = column->stamp[record]};
    row.priority = row.state == FORECAST_WON ? PRIORITY_CLOSED_WON : priority_of(&column->cuts, row.probability);
    return row;
}

bool forecasts_look(struct forecasts *forecasts, struct str model, uint32_t version, uint32_t record,
                    struct forecast_row *out)
{
    pthread_mutex_lock(&forecasts->lock);
    const struct column *column = forecasts_column(forecasts, model);
    bool known = column != NULL && column->version == version && record < column->count;
    if (known) *out = row_of(column, record);
    pthread_mutex_unlock(&forecasts->lock);
    return known && out->state != FORECAST_NONE;
}

bool forecasts_cuts(struct forecasts *forecasts, struct str model, uint32_t version, struct priority_cuts *out)
{
    pthread_mutex_lock(&forecasts->lock);
    const struct column *column = forecasts_column(forecasts, model);
    bool known = column != NULL && column->version == version && column->all_ms != FOREVER;
    if (known) *out = column->cuts;
    pthread_mutex_unlock(&forecasts->lock);
    return known;
}

static int likeliest_first(const void *a, const void *b)
{
    const struct forecast_row *x = a, *y = b;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

/* The best of many in twice their number of places: when those are full, the better half stays. */
struct best {
    struct forecast_row *rows;
    uint64_t count, wanted;
};

static void offer(struct best *best, const struct forecast_row *row)
{
    best->rows[best->count++] = *row;
    if (best->count < 2 * best->wanted) return;
    qsort(best->rows, best->count, sizeof *best->rows, likeliest_first);
    best->count = best->wanted;
}

static void walk(const struct column *column, const struct forecast_question *question, struct best *best,
                 struct forecast_queue *out)
{
    for (uint32_t r = 0; r < column->count; r++) {
        struct forecast_row row = row_of(column, r);
        if (row.state != FORECAST_OPEN && row.state != FORECAST_WON) continue;
        out->counts[row.priority]++;
        if (row.state != FORECAST_OPEN || (question->of_priority && row.priority != question->priority)) continue;
        out->matching++;
        offer(best, &row);
    }
}

bool forecasts_queue(struct forecasts *forecasts, const struct forecast_question *question, struct arena *arena,
                     struct forecast_queue *out)
{
    struct best best = {.wanted = question->skip + question->most};
    INVARIANT(question->most >= 1);
    best.rows = ARENA_ARRAY(arena, struct forecast_row, 2 * best.wanted);
    *out = (struct forecast_queue){0};
    pthread_mutex_lock(&forecasts->lock);
    const struct column *column = forecasts_column(forecasts, question->model);
    bool known = column != NULL && column->all_ms != FOREVER;
    if (known) {
        out->version = column->version;
        out->all_ms = column->all_ms;
        out->cuts = column->cuts;
        walk(column, question, &best, out);
    }
    pthread_mutex_unlock(&forecasts->lock);
    if (best.count > 0) qsort(best.rows, best.count, sizeof *best.rows, likeliest_first);
    if (best.count > best.wanted) best.count = best.wanted;
    if (best.count <= question->skip) return known;
    out->rows = best.rows + question->skip;
    out->count = best.count - question->skip;
    return known;
}

/* ---- Texts. ---- */

bool forecasts_find_text(struct forecasts *forecasts, struct str model, const struct forecast_row *row,
                         struct arena *arena, struct str *out)
{
    bool found = false;
    pthread_mutex_lock(&forecasts->lock);
    const struct column *column = forecasts_column(forecasts, model);
    if (column != NULL) {
        const struct kept_text *kept = &column->texts[row->record % TEXTS_KEPT];
        found = kept->text.len > 0 && kept->record == row->record && kept->stamp == row->stamp;
        if (found) *out = arena_str(arena, kept->text);
    }
    pthread_mutex_unlock(&forecasts->lock);
    return found;
}

void forecasts_keep_text(struct forecasts *forecasts, struct str model, const struct forecast_row *row, struct str text)
{
    pthread_mutex_lock(&forecasts->lock);
    struct column *column = forecasts_column(forecasts, model);
    if (column != NULL && text.len > 0) {
        struct kept_text *kept = &column->texts[row->record % TEXTS_KEPT];
        char *copy = memory_alloc(text.len);
        memcpy(copy, text.at, text.len);
        memory_free((char *)(uintptr_t)kept->text.at);
        *kept = (struct kept_text){row->record, row->stamp, {copy, text.len}};
    }
    pthread_mutex_unlock(&forecasts->lock);
}

/* ---- Counts. ---- */

bool forecasts_counts(struct forecasts *forecasts, size_t index, struct forecast_counts *out)
{
    bool found = false;
    pthread_mutex_lock(&forecasts->lock);
    for (size_t i = 0; i < MODELS_MAX && !found; i++) {
        const struct column *column = &forecasts->columns[i];
        if (column->model[0] == '\0' || index-- > 0) continue;
        *out = (struct forecast_counts){.version = column->version};
        memcpy(out->model, column->model, sizeof out->model);
        for (uint32_t r = 0; r < column->count; r++) out->states[column->state[r]]++;
        found = true;
    }
    pthread_mutex_unlock(&forecasts->lock);
    return found;
}

uint64_t forecasts_waiting(struct forecasts *forecasts)
{
    uint64_t waiting = 0;
    pthread_mutex_lock(&forecasts->touching);
    for (int object = 0; object < OBJECT_COUNT; object++) waiting += forecasts->dirty[object].records.count;
    pthread_mutex_unlock(&forecasts->touching);
    return waiting;
}
