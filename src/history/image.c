/* image.c — written in the order in which it can be read: values, ids of facts, classes, versions, events.
 *
 * A property is known by its name, a code by its place in the property's dictionary, a class by
 * its place among the classes; runs lie one behind the other, in the order of their owners.
 * Whatever a count or a number says is checked against what is there before it is used. */
// SPDX-License-Identifier: Apache-2.0
#include "history/image.h"

#include <string.h>

#include "history/live_internal.h"

/* One property as it is when the image is taken. */
struct column_image {
    uint32_t values; /* codes, 0 included */
    uint64_t *words; /* [word_count] of records' versions */
    uint32_t word_count;
    const struct row_value *rows; /* of events */
    uint64_t row_count;
};

struct live_image {
    const struct live *live;
    struct visit visit;
    struct column_image *columns; /* [property_count] */
    uint32_t property_count;
    uint64_t fact_id_end;
    uint32_t class_count;
    uint64_t *event_run; /* [contacts] */
    uint32_t contacts;
    uint64_t event_count;
    int64_t earliest_ms, latest_ms;
};

/* ---- Taking. ---- */

static uint64_t *copied_words(const uint64_t *words, uint32_t count)
{
    uint64_t *copy = memory_array(count, sizeof *copy);
    if (count > 0) memcpy(copy, words, count * sizeof *copy);
    return copy;
}

static void take_column(const struct live *live, uint32_t property, struct column_image *out)
{
    const struct history *history = &live->history;
    if (catalog_at(live->catalog, property)->entity == ENTITY_EVENT) {
        const struct event_column *column = &history->event_properties[property];
        *out =
            (struct column_image){.values = column->values.count, .rows = column->rows, .row_count = column->row_count};
        return;
    }
    const struct property_column *column = &history->properties[property];
    *out = (struct column_image){.values = column->values.count,
                                 .words = copied_words(column->words, column->word_count),
                                 .word_count = column->word_count};
}

struct live_image *live_image_take(const struct live *live)
{
    const struct history *history = &live->history;
    INVARIANT(!live->writing);
    struct live_image *image = memory_alloc(sizeof *image);
    *image = (struct live_image){
        .live = live,
        .property_count = catalog_count(live->catalog),
        .fact_id_end = live->fact_id_end,
        .class_count = history->class_count,
        .contacts = history->records[ENTITY_CONTACT].count,
        .event_count = history->event_count,
        .earliest_ms = history->earliest_ms,
        .latest_ms = history->latest_ms,
    };
    live_visit(live, &image->visit);
    image->event_run = copied_words(history->event_run, image->contacts);
    image->columns = memory_array(image->property_count, sizeof *image->columns);
    for (uint32_t p = 0; p < image->property_count; p++) take_column(live, p, &image->columns[p]);
    return image;
}

void live_image_free(struct live_image *image)
{
    if (image == NULL) return;
    live_leave(image->live, &image->visit);
    for (uint32_t p = 0; p < image->property_count; p++) memory_free(image->columns[p].words);
    memory_free(image->columns);
    memory_free(image->event_run);
    memory_free(image);
}

/* ---- Writing. ---- */

static void write_values(const struct live_image *image, uint32_t property, struct blob_writer *out)
{
    const struct property *known = catalog_at(image->live->catalog, property);
    const struct history *history = &image->live->history;
    const struct dictionary *values = known->entity == ENTITY_EVENT ? &history->event_properties[property].values
                                                                    : &history->properties[property].values;
    blob_put_u32(out, (uint32_t)known->entity);
    blob_put_str(out, known->name);
    blob_put_u32(out, image->columns[property].values);
    for (uint32_t code = 1; code < image->columns[property].values; code++)
        blob_put_str(out, dictionary_at(values, code)->raw);
}

static void write_classes(const struct live_image *image, struct blob_writer *out)
{
    blob_put_u32(out, image->class_count);
    for (uint32_t c = 0; c < image->class_count; c++) {
        const struct event_class *class = &image->live->history.classes[c];
        blob_put_str(out, class->name);
        blob_put_u32(out, class->bot);
        blob_put_u32(out, class->property_count);
        blob_put(out, class->properties, class->property_count * sizeof *class->properties);
    }
}

/* What each property has beside its dictionary: rows of events, or the versions of each record that has any. */
static void write_column(const struct live_image *image, uint32_t property, struct blob_writer *out)
{
    const struct column_image *column = &image->columns[property];
    const struct version *versions = image->live->versions.columns[0].at;
    blob_put_u64(out, column->row_count);
    blob_put(out, column->rows, column->row_count * sizeof *column->rows);
    blob_put_u32(out, column->word_count);
    for (uint32_t r = 0; r < column->word_count; r++) blob_put_u32(out, run_of(column->words[r]).count);
    for (uint32_t r = 0; r < column->word_count; r++) {
        struct run run = run_of(column->words[r]);
        blob_put(out, versions + run.first, run.count * sizeof *versions);
    }
}

static void write_events(const struct live_image *image, struct blob_writer *out)
{
    const struct run_pool *pool = &image->live->events;
    blob_put_u32(out, image->contacts);
    blob_put_u64(out, image->event_count);
    blob_put_u64(out, (uint64_t)image->earliest_ms);
    blob_put_u64(out, (uint64_t)image->latest_ms);
    for (uint32_t c = 0; c < image->contacts; c++) blob_put_u32(out, run_of(image->event_run[c]).count);
    for (uint32_t column = 0; column < pool->column_count; column++) {
        const char *at = pool->columns[column].at;
        const uint32_t bytes = pool->bytes[column];
        for (uint32_t c = 0; c < image->contacts; c++) {
            struct run run = run_of(image->event_run[c]);
            blob_put(out, at + run.first * bytes, (size_t)run.count * bytes);
        }
    }
}

void live_image_write(const struct live_image *image, struct blob_writer *out)
{
    blob_put_u32(out, image->property_count);
    for (uint32_t p = 0; p < image->property_count; p++) write_values(image, p, out);
    blob_put_u64(out, image->fact_id_end);
    blob_put(out, image->live->fact_ids.at, image->fact_id_end);
    write_classes(image, out);
    for (uint32_t p = 0; p < image->property_count; p++) write_column(image, p, out);
    write_events(image, out);
}

/* ---- Reading. ---- */

struct reading {
    struct live *live;
    struct blob_reader *in;
    uint32_t *property_of; /* [property_count] the catalog's number of the image's */
    uint32_t property_count;
};

/* Ends the reading: what was taken so far does not fit what is there. */
static bool refuse(struct reading *r)
{
    r->in->failed = true;
    return false;
}

static bool read_values(struct reading *r, uint32_t property)
{
    struct live *live = r->live;
    uint32_t entity = blob_take_u32(r->in);
    struct str name = blob_take_str(r->in);
    uint32_t values = blob_take_u32(r->in);
    if (r->in->failed || entity >= ENTITY_COUNT || name.len > PROPERTY_NAME_MAX) return refuse(r);
    uint32_t known = catalog_find(live->catalog, (enum entity)entity, name);
    if (known == INTERN_NONE && catalog_is_full(live->catalog)) return refuse(r);
    if (known == INTERN_NONE) known = catalog_property(live->catalog, (enum entity)entity, name);
    r->property_of[property] = known;
    struct dictionary *dictionary = entity == ENTITY_EVENT ? &live->history.event_properties[known].values
                                                           : &live->history.properties[known].values;
    for (uint32_t code = 1; code < values; code++) {
        struct str text = blob_take_str(r->in);
        if (text.len == 0 || live_code(live, known, dictionary, text) != code) return refuse(r);
    }
    return true;
}

static bool read_fact_ids(struct reading *r)
{
    struct live *live = r->live;
    uint64_t end = blob_take_u64(r->in);
    const void *bytes = blob_take(r->in, end);
    if (bytes == NULL || end < live->fact_id_end || end > FACT_ID_BYTES_MAX) return refuse(r);
    reserve_open(&live->fact_ids, end);
    memcpy(live->fact_ids.at, bytes, end);
    live->fact_id_end = end;
    return true;
}

static bool read_classes(struct reading *r)
{
    uint32_t count = blob_take_u32(r->in);
    for (uint32_t c = 0; c < count; c++) {
        struct str name = blob_take_str(r->in);
        uint32_t bot = blob_take_u32(r->in), pairs = blob_take_u32(r->in);
        const char *bytes = blob_take(r->in, (uint64_t)pairs * sizeof(struct class_property));
        if (bytes == NULL || name.len == 0 || bot > 1 || c >= EVENT_CLASSES_MAX) return refuse(r);
        struct class_property *properties = memory_array(pairs, sizeof *properties);
        if (pairs > 0) memcpy(properties, bytes, pairs * sizeof *properties);
        bool good = true;
        for (uint32_t i = 0; i < pairs && good; i++) {
            good = properties[i].property < r->property_count;
            if (good) properties[i].property = r->property_of[properties[i].property];
            good = good && catalog_at(r->live->catalog, properties[i].property)->entity == ENTITY_EVENT &&
                   properties[i].code > 0 &&
                   properties[i].code < r->live->history.event_properties[properties[i].property].values.count;
        }
        good = good && live_add_class(r->live, name, bot != 0, properties, pairs) == c;
        memory_free(properties);
        if (!good) return refuse(r);
    }
    return true;
}

static bool read_rows(struct reading *r, uint32_t property)
{
    uint64_t count = blob_take_u64(r->in);
    const void *bytes = count > UINT32_MAX ? NULL : blob_take(r->in, count * sizeof(struct row_value));
    if (bytes == NULL) return refuse(r);
    if (count == 0) return true;
    if (catalog_at(r->live->catalog, property)->entity != ENTITY_EVENT) return refuse(r);
    live_put_rows(r->live, property, bytes, count);
    return true;
}

static bool read_versions(struct reading *r, uint32_t property)
{
    struct live *live = r->live;
    const enum entity entity = catalog_at(live->catalog, property)->entity;
    uint32_t count = blob_take_u32(r->in);
    const char *counts = blob_take(r->in, count * sizeof(uint32_t));
    if (counts == NULL) return refuse(r);
    if (count == 0) return true;
    if (entity == ENTITY_EVENT) return refuse(r);
    const uint32_t records = live->history.records[entity].count,
                   values = live->history.properties[property].values.count;
    for (uint32_t record = 0; record < count; record++) {
        uint32_t versions;
        memcpy(&versions, counts + record * sizeof versions, sizeof versions);
        const void *bytes = blob_take(r->in, versions * sizeof(struct version));
        if (bytes == NULL) return refuse(r);
        if (versions == 0) continue;
        if (record >= records || !live_put_versions(live, property, record, bytes, versions, values)) return refuse(r);
    }
    return true;
}

static bool read_events(struct reading *r)
{
    struct live *live = r->live;
    struct history *history = &live->history;
    const struct run_pool *pool = &live->events;
    uint32_t contacts = blob_take_u32(r->in);
    uint64_t all = blob_take_u64(r->in), seen = 0;
    int64_t earliest_ms = (int64_t)blob_take_u64(r->in), latest_ms = (int64_t)blob_take_u64(r->in);
    const char *counts = blob_take(r->in, contacts * sizeof(uint32_t));
    if (counts == NULL || contacts > history->records[ENTITY_CONTACT].count || all > EVENTS_MAX) return refuse(r);
    const char *columns[POOL_COLUMNS_MAX];
    for (uint32_t c = 0; c < pool->column_count; c++) columns[c] = blob_take(r->in, all * pool->bytes[c]);
    if (r->in->failed) return false;
    for (uint32_t contact = 0; contact < contacts; contact++) {
        uint32_t count;
        memcpy(&count, counts + contact * sizeof count, sizeof count);
        if (count > all - seen || !live_put_events(live, contact, columns, seen, count)) return refuse(r);
        seen += count;
    }
    if (seen != all) return refuse(r);
    history->event_count = all;
    history->earliest_ms = earliest_ms;
    history->latest_ms = latest_ms;
    return true;
}

static bool read_all(struct reading *r)
{
    for (uint32_t p = 0; p < r->property_count; p++)
        if (!read_values(r, p)) return false;
    if (!read_fact_ids(r) || !read_classes(r)) return false;
    for (uint32_t p = 0; p < r->property_count; p++)
        if (!read_rows(r, r->property_of[p]) || !read_versions(r, r->property_of[p])) return false;
    return read_events(r);
}

enum err live_image_read(struct live *live, struct blob_reader *in, struct err_info *why)
{
    INVARIANT(live->writing && live->alone);
    struct reading r = {.live = live, .in = in, .property_count = blob_take_u32(in)};
    if (r.property_count > PROPERTIES_MAX) in->failed = true;
    if (!in->failed) {
        r.property_of = memory_array(r.property_count, sizeof *r.property_of);
        (void)read_all(&r);
        memory_free(r.property_of);
    }
    return in->failed ? err_set(why, ERR_INVALID, "the image does not fit the records that are there") : ERR_OK;
}
