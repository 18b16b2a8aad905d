/* api_scores.c — one record's score: now, at any instant, over time, and changed by hand. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "report/value_json.h"
#include "server/api.h"
#include "server/api_json.h"

#define STEPS_MAX 1000
#define STEP_DEFAULT (MS_PER_DAY)
#define SPAN_DEFAULT (90 * MS_PER_DAY)
#define EVENTS_READ 5000 /* of a record, newest first, for the facts between two points */
#define EVENTS_A_POINT 20
#define VERSIONS_READ 64 /* of a property, latest first */
#define CHANGES_READ 5000
#define CHANGES_A_POINT 20
#define REASON_BYTES_MAX 1000

/* The record, the edition and the score that the path names. */
struct subject {
    enum entity object;
    uint32_t record, score;
    const struct edition *edition; /* released by subject_release */
};

static bool find_subject(struct request *request, struct subject *out)
{
    if (!api_find_path(request, &out->object, &out->record)) return false;
    out->edition = engine_edition(request->server->engine);
    if (api_find_score(request, out->edition, out->object, &out->score)) return true;
    edition_release(out->edition);
    return false;
}

static void subject_release(struct subject *subject)
{
    edition_release(subject->edition);
}

static void answer_line(struct request *request, const struct subject *subject, int64_t as_of_ms, bool remembered,
                        bool explain)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    const struct api_score line = {.engine = request->server->engine,
                                   .edition = subject->edition,
                                   .score = subject->score,
                                   .record = subject->record,
                                   .as_of_ms = as_of_ms,
                                   .remembered = remembered,
                                   .explain = explain};
    api_write_score(&writer, &line);
    request_answer(request, 200, &json);
}

void api_score_show(struct request *request)
{
    struct subject subject;
    int64_t as_of_ms, now_ms = api_now_ms(request);
    bool explain;
    if (!api_query_instant(request, "as_of", now_ms, &as_of_ms) || !api_query_flag(request, "explain", &explain) ||
        !find_subject(request, &subject))
        return;
    answer_line(request, &subject, as_of_ms, as_of_ms == now_ms, explain);
    subject_release(&subject);
}

/* ---- Over time. ---- */

struct series {
    int64_t from_ms, to_ms, step_ms;
};

static bool read_series(struct request *request, struct series *out)
{
    int64_t now_ms = api_now_ms(request);
    uint64_t step_s;
    if (!api_query_instant(request, "to", now_ms, &out->to_ms) ||
        !api_query_instant(request, "from", out->to_ms - SPAN_DEFAULT, &out->from_ms) ||
        !request_query_number(request, "step", 60, UINT64_C(366) * 86400, STEP_DEFAULT / 1000, &step_s))
        return false;
    out->step_ms = (int64_t)step_s * 1000;
    if (out->from_ms > out->to_ms) return api_refuse(request, 400, "bad_time", STR("from"), "from lies after to");
    if ((out->to_ms - out->from_ms) / out->step_ms < STEPS_MAX) return true;
    return api_refuse(request, 400, "too_many", STR("step"), "more than %d points; take a longer step (in seconds)",
                      STEPS_MAX);
}

/* A contact's latest events, oldest first, or none for other objects. */
static bool read_events(struct request *request, const struct subject *subject, struct event_fact_row **out,
                        size_t *count)
{
    struct err_info why = {0};
    *count = 0;
    if (subject->object != ENTITY_CONTACT) return true;
    uint32_t *rows = ARENA_ARRAY(request->arena, uint32_t, EVENTS_READ);
    uint32_t found = engine_event_rows(request->server->engine, subject->record, 0, EVENTS_READ, rows);
    for (uint32_t i = 0; i < found / 2; i++) {
        uint32_t moved = rows[i];
        rows[i] = rows[found - 1 - i];
        rows[found - 1 - i] = moved;
    }
    *count = found;
    if (store_events(request->server->store, rows, found, request->arena, out, &why) == ERR_OK) return true;
    request_fail(request, &why);
    return false;
}

/* What happened after `after_ms` and up to `until_ms`: at most EVENTS_A_POINT names with times, and how many in all. */
static void write_between(struct json_writer *writer, const struct event_fact_row *events, size_t count, size_t *next,
                          int64_t after_ms, int64_t until_ms)
{
    uint64_t all = 0;
    json_key(writer, "events");
    json_begin_array(writer);
    for (; *next < count && events[*next].at_ms <= until_ms; (*next)++) {
        if (events[*next].at_ms <= after_ms || ++all > EVENTS_A_POINT) continue;
        json_begin_object(writer);
        api_write_text(writer, "name", events[*next].name);
        api_write_instant(writer, "at", events[*next].at_ms);
        json_end_object(writer);
    }
    json_end_array(writer);
    api_write_count(writer, "event_count", all);
}

/* ---- A value of its own that changed. ---- */

struct change {
    const struct property *property;
    struct dated_value to;
};
struct changes { /* oldest first */
    struct change *at;
    size_t count, next;
};

static int by_time(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    if (x->to.from_ms != y->to.from_ms) return x->to.from_ms < y->to.from_ms ? -1 : 1;
    return (x->property > y->property) - (x->property < y->property);
}

/* Between `from` and `to` of the series; of each property the latest VERSIONS_READ. */
static struct changes read_value_changes(struct request *request, const struct subject *subject,
                                         const struct series *series)
{
    const struct history *history = engine_history(request->server->engine);
    struct catalog *catalog = history_catalog(history);
    struct changes changes = {.at = ARENA_ARRAY(request->arena, struct change, CHANGES_READ)};
    for (uint32_t p = 0; p < catalog_count(catalog); p++) {
        const struct property *property = catalog_at(catalog, p);
        struct dated_value versions[VERSIONS_READ];
        if (property->entity != subject->object || catalog_is_reserved(subject->object, property->name)) continue;
        uint32_t count = history_versions(history, p, subject->record, 0, VERSIONS_READ, versions);
        for (uint32_t v = 0; v < count && changes.count < CHANGES_READ; v++)
            if (versions[v].from_ms > series->from_ms && versions[v].from_ms <= series->to_ms)
                changes.at[changes.count++] = (struct change){property, versions[v]};
    }
    if (changes.count > 1) qsort(changes.at, changes.count, sizeof *changes.at, by_time);
    return changes;
}

static void write_changes(struct json_writer *writer, struct changes *changes, int64_t until_ms)
{
    json_key(writer, "changes");
    json_begin_array(writer);
    for (uint32_t told = 0; changes->next < changes->count && changes->at[changes->next].to.from_ms <= until_ms;
         changes->next++) {
        const struct change *change = &changes->at[changes->next];
        if (told++ >= CHANGES_A_POINT) continue;
        json_begin_object(writer);
        api_write_text(writer, "property", change->property->name);
        api_write_instant(writer, "at", change->to.from_ms);
        json_key(writer, "value");
        if (change->to.value != NULL) value_json(writer, change->to.value, change->property);
        else json_null(writer);
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* `former` is what the point before had; NULL at the first. */
static int64_t write_point(struct json_writer *writer, const struct subject *subject, int64_t at_ms,
                           const int64_t *former)
{
    AUTO_ARENA arena = arena_new();
    struct explanation found;
    scan_explain(subject->edition->scan, subject->score, subject->record, at_ms, arena, &found);
    api_write_instant(writer, "at", at_ms);
    json_key(writer, "value");
    if (found.known) json_i64(writer, points_shown(found.total));
    else json_null(writer);
    json_key(writer, "micro");
    if (found.known) json_i64(writer, found.total);
    else json_null(writer);
    json_key(writer, "change_micro");
    json_i64(writer, former != NULL ? found.total - *former : 0);
    return found.total;
}

void api_score_history(struct request *request)
{
    struct series series;
    struct subject subject;
    if (!read_series(request, &series) || !find_subject(request, &subject)) return;
    struct event_fact_row *events = NULL;
    size_t count = 0, next = 0;
    if (!read_events(request, &subject, &events, &count)) {
        subject_release(&subject);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "score", subject.edition->set.scores[subject.score]->name);
    json_key(&writer, "points");
    json_begin_array(&writer);
    struct changes changes = read_value_changes(request, &subject, &series);
    int64_t former = 0, after_ms = series.from_ms;
    while (next < count && events[next].at_ms <= series.from_ms) next++;
    for (int64_t at_ms = series.from_ms;; at_ms += series.step_ms) {
        if (at_ms > series.to_ms) at_ms = series.to_ms;
        json_begin_object(&writer);
        former = write_point(&writer, &subject, at_ms, at_ms > series.from_ms ? &former : NULL);
        write_between(&writer, events, count, &next, after_ms, at_ms);
        write_changes(&writer, &changes, at_ms);
        json_end_object(&writer);
        after_ms = at_ms;
        if (at_ms == series.to_ms) break;
    }
    json_end_array(&writer);
    json_end_object(&writer);
    subject_release(&subject);
    request_answer(request, 200, &json);
}

/* ---- By hand. ---- */

/* Send the reserved event about this score (semantics 6), then answer the score as it is now. */
static void take_event(struct request *request, struct subject *subject, struct str event, struct fact_value *values,
                       uint32_t value_count)
{
    int64_t now_ms = api_now_ms(request);
    if (api_take_event(request, subject->record, event, values, value_count, now_ms))
        answer_line(request, subject, now_ms, true, true);
}

void api_score_adjust(struct request *request)
{
    struct subject subject;
    const struct json_item *body;
    int64_t points = 0;
    struct str reason = {0};
    if (!api_body(request, &body) || !api_member_number(request, body, "points", -POINTS_MAX, POINTS_MAX, &points) ||
        !api_member_text(request, body, "reason", &reason))
        return;
    if (points == 0 || reason.len == 0 || reason.len > REASON_BYTES_MAX) {
        api_refuse(request, 400, "wrong_type", points == 0 ? STR("points") : STR("reason"),
                   "an adjustment has points that are not 0, and a reason of at most %d bytes", REASON_BYTES_MAX);
        return;
    }
    if (!find_subject(request, &subject)) return;
    struct fact_value values[] = {{STR("score"), subject.edition->set.scores[subject.score]->name},
                                  {STR("points"), arena_format(request->arena, "%lld", (long long)points)},
                                  {STR("reason"), reason},
                                  {STR("by"), request->actor->text}};
    take_event(request, &subject, STR("plumb.score_adjusted"), values, COUNT_OF(values));
    subject_release(&subject);
}

void api_score_reset(struct request *request)
{
    struct subject subject;
    const struct json_item *body;
    struct str category = STR("engagement");
    if (!api_body(request, &body) || !api_member_text(request, body, "category", &category)) return;
    if (!str_equal(category, STR("engagement")) && !str_equal(category, STR("all"))) {
        api_refuse(request, 400, "wrong_type", STR("category"), "category is engagement or all");
        return;
    }
    if (!find_subject(request, &subject)) return;
    struct fact_value values[] = {{STR("score"), subject.edition->set.scores[subject.score]->name},
                                  {STR("category"), category},
                                  {STR("by"), request->actor->text}};
    take_event(request, &subject, STR("plumb.score_reset"), values, COUNT_OF(values));
    subject_release(&subject);
}
