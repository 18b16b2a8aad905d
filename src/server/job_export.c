/* job_export.c — all records of one object with their properties and scores, as they are at one instant. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "server/api_json.h"
#include "server/jobs.h"
#include "server/server.h"

#define PIECE_BYTES ((size_t)256 * 1024)         /* written at once */
#define OUT_BYTES_MAX ((size_t)64 * 1024 * 1024) /* one piece and one record */
#define RECORDS_A_ROUND 1000                     /* between two looks at whether it goes on */

struct exporting {
    struct engine *engine;
    struct job *job;
    struct everybody everybody;
    struct buf out;
    int fd;
};

static enum err flush(struct exporting *x, struct err_info *why)
{
    if (x->out.failed) return err_set(why, ERR_TOO_BIG, "a record is larger than %zu bytes", OUT_BYTES_MAX);
    for (size_t at = 0; at < x->out.len;) {
        ssize_t written = write(x->fd, x->out.at + at, x->out.len - at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return err_set(why, ERR_UNAVAILABLE, "the file cannot be written: %s", strerror(errno));
        at += (size_t)written;
    }
    buf_clear(&x->out);
    return ERR_OK;
}

static bool is_shown(const struct exporting *x, uint32_t score)
{
    const struct score *one = x->everybody.edition->set.scores[score];
    return !one->anonymous && one->object == x->job->object;
}

static struct str band_of_record(const struct exporting *x, uint32_t score, uint32_t record)
{
    const struct edition *edition = x->everybody.edition;
    uint32_t band = engine_band(x->engine, edition, score, record);
    return band == BAND_NONE ? STR("") : edition->set.scores[score]->bands[band].label;
}

/* ---- JSON Lines. ---- */

static void write_json(struct exporting *x, uint32_t record)
{
    struct json_writer writer = {.out = &x->out};
    const struct definitions *set = &x->everybody.edition->set;
    api_begin_record(&writer, x->engine, x->everybody.history, x->job->object, record, x->everybody.as_of_ms);
    json_key(&writer, "scores");
    json_begin_array(&writer);
    for (uint32_t s = 0; s < set->score_count; s++) {
        const struct score_column *column = scan_results(x->everybody.scan, s);
        if (!is_shown(x, s) || record >= column->count || column->known[record] == 0) continue;
        struct str band = band_of_record(x, s, record);
        json_begin_object(&writer);
        api_write_text(&writer, "score", set->scores[s]->name);
        json_key(&writer, "micro");
        json_i64(&writer, column->total[record]);
        json_key(&writer, "band");
        if (band.len > 0) json_string(&writer, band);
        else json_null(&writer);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    buf_append_char(&x->out, '\n');
}

/* ---- CSV: the id, each property, then each score with its band. ---- */

/* Lists are not: who is on them stands beside the properties of a line of JSON. */
static bool is_column(const struct exporting *x, const struct property *property)
{
    return property->entity == x->job->object && !catalog_is_reserved(property->entity, property->name);
}

static void write_header(struct exporting *x)
{
    struct catalog *catalog = history_catalog(x->everybody.history);
    const struct definitions *set = &x->everybody.edition->set;
    AUTO_ARENA arena = arena_new();
    buf_append_c(&x->out, "id");
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        if (!is_column(x, catalog_at(catalog, p))) continue;
        buf_append_char(&x->out, ',');
        csv_append_field(&x->out, catalog_at(catalog, p)->name, ',');
    }
    for (uint32_t s = 0; s < set->score_count; s++)
        if (is_shown(x, s))
            buf_append(&x->out, arena_format(arena, ",score." STR_FMT ",band." STR_FMT, STR_ARG(set->scores[s]->name),
                                             STR_ARG(set->scores[s]->name)));
    buf_append_c(&x->out, "\r\n");
}

static void write_csv(struct exporting *x, uint32_t record, uint32_t properties)
{
    const struct history *history = x->everybody.history;
    struct catalog *catalog = history_catalog(history);
    const struct definitions *set = &x->everybody.edition->set;
    csv_append_field(&x->out, history_record_id(history, x->job->object, record), ',');
    for (uint32_t p = 0; p < properties; p++) {
        if (!is_column(x, catalog_at(catalog, p))) continue;
        const struct value *value = history_value(history, p, record, x->everybody.as_of_ms);
        buf_append_char(&x->out, ',');
        if (value != NULL) csv_append_field(&x->out, value->raw, ',');
    }
    for (uint32_t s = 0; s < set->score_count; s++) {
        const struct score_column *column = scan_results(x->everybody.scan, s);
        if (!is_shown(x, s)) continue;
        buf_append_char(&x->out, ',');
        if (record < column->count && column->known[record])
            buf_format(&x->out, "%lld", (long long)points_shown(column->total[record]));
        buf_append_char(&x->out, ',');
        csv_append_field(&x->out, band_of_record(x, s, record), ',');
    }
    buf_append_c(&x->out, "\r\n");
}

static enum err write_records(struct exporting *x, struct jobs *jobs, struct err_info *why)
{
    uint32_t properties = catalog_count(history_catalog(x->everybody.history));
    uint32_t records = history_records(x->everybody.history, x->job->object);
    enum err e = ERR_OK;
    x->job->all = records;
    if (x->job->as_csv) write_header(x);
    for (uint32_t r = 0; r < records && e == ERR_OK; r++) {
        if (history_is_listed(x->everybody.history, x->job->object, r)) {
            if (x->job->as_csv) write_csv(x, r, properties);
            else write_json(x, r);
            x->job->taken++;
        }
        x->job->done = r + 1;
        if (x->out.len >= PIECE_BYTES) e = flush(x, why);
        if (r % RECORDS_A_ROUND == 0 && !jobs_progress(jobs, x->job))
            return err_set(why, ERR_UNAVAILABLE, "it was cancelled");
    }
    return e == ERR_OK ? flush(x, why) : e;
}

enum err job_export(struct server *server, struct jobs *jobs, struct job *job, int fd, struct err_info *why)
{
    struct exporting x = {.engine = server->engine, .job = job, .out = BUF_INIT(OUT_BYTES_MAX), .fd = fd};
    engine_everybody(server->engine, server->clock->now_ms(server->clock), &x.everybody);
    enum err e = write_records(&x, jobs, why);
    everybody_release(&x.everybody);
    buf_release(&x.out);
    return e;
}
