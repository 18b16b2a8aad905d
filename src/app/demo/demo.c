/* demo.c — a world made, and its files written row by row. */
// SPDX-License-Identifier: Apache-2.0
#include "app/demo/demo.h"

#include <stdio.h>

#include "app/demo/lead_score.h"
#include "app/demo/world.h"
#include "app/outfile.h"
#include "base/arena.h"

#define FLUSH_BYTES ((size_t)256 * 1024)
#define ROWS_BYTES_MAX ((size_t)1 << 40) /* the rows of one contact, at most: those of DEMO_EVENTS_MAX events */

const char *const demo_files[] = {"companies.csv", "contacts.csv",    "deals.csv", "events.jsonl",
                                  "schema.yaml",   "lead_score.yaml", NULL};

static const char schema[] = "# The types of the demo world's properties; without this file they are inferred.\n"
                             "contact:\n"
                             "  first_name: string\n"
                             "  last_name: string\n"
                             "  email: string\n"
                             "  phone: string\n"
                             "  job_title: string\n"
                             "  department: string\n"
                             "  seniority: {enumeration: [executive, owner, head, manager, specialist, assistant, "
                             "student]}\n"
                             "  country: string\n"
                             "  language: {enumeration: [pl, nl, cs, en]}\n"
                             "  source: string\n"
                             "  interests: set\n"
                             "  consent: boolean\n"
                             "  created: date\n"
                             "company:\n"
                             "  name: string\n"
                             "  domain: string\n"
                             "  industry: string\n"
                             "  employees: number\n"
                             "  country: string\n"
                             "  city: string\n"
                             "  annual_revenue_eur: number\n"
                             "  founded: number\n"
                             "  crm: string\n"
                             "deal:\n"
                             "  name: string\n"
                             "  stage: {enumeration: [appointment, qualified, offer, negotiation, won, lost]}\n"
                             "  is_closed: boolean\n"
                             "  amount_eur: number\n"
                             "  plan: {enumeration: [Start, Team, Enterprise]}\n"
                             "  owner: string\n"
                             "  created: date\n"
                             "  closed: date\n"
                             "event:\n"
                             "  path: string\n"
                             "  seconds: number\n"
                             "  minutes: number\n"
                             "  campaign: string\n"
                             "  form: string\n"
                             "  webinar: string\n"
                             "  meeting: string\n"
                             "  document: string\n"
                             "  bot: boolean\n";

/* What every file's writer works with. */
struct writing {
    const struct world *world;
    struct progress *progress;
    struct demo_counts *counts;
    struct buf *rows;
    FILE *to;
};

static void flush(struct writing *writing)
{
    fwrite(writing->rows->at, 1, writing->rows->len, writing->to);
    buf_clear(writing->rows);
}

static void flush_some(struct writing *writing)
{
    if (writing->rows->len >= FLUSH_BYTES) flush(writing);
}

static void write_companies(struct writing *writing)
{
    company_append_header(writing->rows);
    for (uint32_t i = 0; i < writing->world->company_count; i++) {
        company_append_row(writing->rows, writing->world, i);
        flush_some(writing);
    }
    writing->counts->companies = writing->world->company_count;
}

static void write_contacts(struct writing *writing)
{
    contact_append_header(writing->rows);
    for (uint32_t i = 0; i < writing->world->size.contacts; i++) {
        contact_append_row(writing->rows, writing->world, i);
        flush_some(writing);
    }
    writing->counts->contacts = writing->world->size.contacts;
}

static void write_deals(struct writing *writing)
{
    deal_append_header(writing->rows);
    for (uint32_t i = 0; i < writing->world->size.contacts; i++) {
        writing->counts->deals += deal_append_row(writing->rows, writing->world, i);
        flush_some(writing);
    }
}

/* Each contact gets the share of all events that its liveliness has in everybody's. */
static void write_events(struct writing *writing)
{
    const struct world *world = writing->world;
    uint64_t everybody = 0, before = 0;
    uint32_t written = 0;
    for (uint32_t i = 0; i < world->size.contacts; i++) everybody += contact_at(world, i).liveliness;
    struct moments *moments = moments_new();
    progress_begin(writing->progress, "events", "events", world->size.events);
    for (uint32_t i = 0; i < world->size.contacts; i++) {
        before += contact_at(world, i).liveliness;
        uint32_t until = (uint32_t)(before * world->size.events / everybody); /* below 2^64: see the INVARIANT */
        contact_append_events(writing->rows, world, i, until - written, moments);
        written = until;
        flush_some(writing);
        progress_update(writing->progress, written);
    }
    progress_end(writing->progress);
    moments_free(moments);
    writing->counts->events = written;
}

static void write_schema(struct writing *writing)
{
    buf_append_c(writing->rows, schema);
}

static void write_definition(struct writing *writing)
{
    for (size_t i = 0; demo_lead_score[i] != NULL; i++) buf_append_c(writing->rows, demo_lead_score[i]);
}

static MUST_CHECK enum err write_file(const char *dir, const char *name, void (*write_rows)(struct writing *),
                                      struct writing *writing, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct outfile out;
    enum err e = outfile_open(&out, arena_format(arena, "%s/%s", dir, name).at, NULL, why);
    if (e != ERR_OK) return e;
    writing->to = out.to;
    write_rows(writing);
    flush(writing);
    e = outfile_finish(&out, why);
    outfile_abandon(&out);
    return e;
}

enum err demo_write(const char *dir, const struct demo_size *size, struct progress *progress,
                    struct demo_counts *counts, struct err_info *why)
{
    static void (*const writers[])(struct writing *) = {write_companies, write_contacts, write_deals,
                                                        write_events,    write_schema,   write_definition};
    INVARIANT(size->contacts > 0 && size->contacts <= DEMO_CONTACTS_MAX && size->events <= DEMO_EVENTS_MAX);
    struct world world;
    world_init(&world, size);
    AUTO_BUF rows = BUF_INIT(ROWS_BYTES_MAX);
    *counts = (struct demo_counts){0};
    struct writing writing = {.world = &world, .progress = progress, .counts = counts, .rows = &rows};
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < COUNT_OF(writers); i++)
        e = write_file(dir, demo_files[i], writers[i], &writing, why);
    world_free(&world);
    return e;
}
