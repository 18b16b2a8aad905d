/* load_internal.h — what load.c and the loaders of each kind of row share.
 *
 * A loader of rows takes one row whole or refuses it whole: it looks at every field
 * before it hands the first to the builder. ERR_OK means "go on" in both cases. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_LOAD_INTERNAL_H
#define PLUMB_FILES_LOAD_INTERNAL_H

#include "files/id_index.h"
#include "files/joins.h"
#include "files/load.h"
#include "files/lookup.h"
#include "files/names.h"
#include "files/rows.h"
#include "history/builder.h"

struct loader {
    const struct load_options *options;
    struct catalog *catalog;
    struct history_builder *builder;
    struct rejects *rejects;
    struct load_summary *summary;
    struct names *names[ENTITY_COUNT];
    enum type *door; /* [door_count] by property: the type its values must have; of later ones any */
    uint32_t door_count;
    struct arena *scratch; /* emptied after each row */

    /* Contacts, companies and deals that a file lists: 1 + ... the line, by the builder's number. */
    uint32_t *line_of[OBJECT_COUNT];
    size_t line_capacity[OBJECT_COUNT];
    struct id_index *contacts; /* those listed */
    struct lookup *emails;     /* of contacts, and ids that look like one */
    struct lookup *company_names;
    struct joins *joins;

    /* What becomes of a row, taken whole or refused: load_row, unless an import wants them. */
    enum err (*take)(struct loader *loader, struct row *row, struct err_info *why);
    void *taker;

    /* The file that is read: */
    enum entity entity;
    struct str file;
    struct rows *rows;
};

/* load.c, in the steps of load_history; for it, imports, and tests and the fuzzer, which load from memory. */
struct loader *loader_new(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                          struct load_summary *summary);
MUST_CHECK enum err load_input(struct loader *loader, enum entity entity, struct input *input, struct err_info *why);
/* All files of the options, in their order. */
MUST_CHECK enum err load_files(struct loader *loader, struct err_info *why);
struct history *loader_finish(struct loader *loader, const bool **seen);
void loader_free(struct loader *loader);

/* Refuse the current row. `column` may be empty.
 * Errors   those of rejects_add. */
MUST_CHECK enum err load_refuse(struct loader *loader, const struct row *row, enum reject_reason reason,
                                struct str column, struct err_info *why, const char *format, ...) PRINTF_LIKE(6, 7);

/* Is `text` a value of the property at the door? Else *reason and *bad tell why. */
bool load_check_value(struct loader *loader, uint32_t property, struct str text, enum reject_reason *reason,
                      struct err_info *bad);
/* The same of all values of a row; false after refusing it, with *failed as of load_refuse. */
bool load_check_values(struct loader *loader, const struct row *row, enum err *failed, struct err_info *why);
/* Is an id between 1 and LOAD_ID_MAX bytes? False after refusing. */
bool load_check_id(struct loader *loader, const struct row *row, struct str id, struct str column, enum err *failed,
                   struct err_info *why);

/* A record's number, added when new. Errors ERR_TOO_BIG: RECORDS_MAX. */
MUST_CHECK enum err load_record_number(struct loader *loader, enum entity object, struct str id, bool listed,
                                       uint32_t *out, struct err_info *why);
/* Does a file list the record with this number? */
bool load_is_listed(const struct loader *loader, enum entity object, uint32_t record);
/* The listed contact that `text` means: by its id, else by its e-mail. RECORD_NONE, LOOKUP_SEVERAL. */
uint32_t load_find_contact(struct loader *loader, struct str text);

/* A row into the builder. */
MUST_CHECK enum err load_row(struct loader *loader, struct row *row, struct err_info *why);

/* load_records.c: a row of the contacts, companies or deals file. */
/* The parts of it: whether the row is sound, with its members read; its number, by which it can be found from now on;
 * the company that a text means, made when there is none. */
bool load_check_record(struct loader *loader, struct row *row, enum err *failed, struct err_info *why);
MUST_CHECK enum err load_list_record(struct loader *loader, const struct row *row, uint32_t *out, struct err_info *why);
MUST_CHECK enum err load_find_company(struct loader *loader, struct str text, uint32_t *out, struct err_info *why);
MUST_CHECK enum err load_record_row(struct loader *loader, struct row *row, struct err_info *why);
/* Is there an id column? Asked once a file. */
MUST_CHECK enum err load_check_record_columns(const struct loader *loader, struct err_info *why);

/* load_events.c: a row of an events file; hands Segment calls on. */
MUST_CHECK enum err load_event_row(struct loader *loader, struct row *row, struct err_info *why);
/* The parts of it: an event's name, id, time and whether it is automatic; false after refusing it. */
bool load_read_event(struct loader *loader, struct row *row, struct event_fact *fact, enum err *failed,
                     struct err_info *why);
MUST_CHECK enum err load_check_event_columns(const struct loader *loader, struct err_info *why);
/* An event whose contact, name and time are known: its values become the event's properties. */
MUST_CHECK enum err load_event(struct loader *loader, struct row *row, struct event_fact *fact, struct err_info *why);

/* load_segment.c */
bool load_is_segment_call(const struct json_item *object);
enum reject_reason load_reason_of(struct str reason); /* a fact_result's */
MUST_CHECK enum err load_segment_call(struct loader *loader, struct row *row, struct err_info *why);

/* "its columns are: a, b, c and 12 more" into `out`, for a sentence. */
void load_list_columns(const struct rows *rows, struct buf *out);

#endif
