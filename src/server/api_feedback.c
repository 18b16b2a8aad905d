/* api_feedback.c — what sales say of leads, and whether the score means the same ones.
 *
 *     POST /api/v1/contacts/{ref}/feedback    {"verdict": "rejected", "reason": "no budget"}
 *     GET /api/v1/scores/lead/agreement
 *
 * A verdict is an event of the contact, `lead_accepted` or `lead_rejected`, with `reason` and `by`: conditions, outcomes, models and
 * everything that asks for the past know it without more ado. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "core/band.h"
#include "predict/agreement.h"
#include "server/api.h"
#include "server/api_json.h"

#define REASON_BYTES_MAX 1000
#define SPAN_DEFAULT (90 * MS_PER_DAY)
#define REASONS_SHOWN 20
#define DIFFERENCES_DEFAULT 20
#define DIFFERENCES_MAX 1000
#define USUAL_BAND "MQL"

/* ---- A verdict. ---- */

static bool read_verdict(struct request *request, const struct json_item *body, bool *accepted, struct str *reason,
                         int64_t *at_ms)
{
    struct str verdict = {0};
    int64_t now_ms = api_now_ms(request);
    *at_ms = now_ms;
    *reason = (struct str){0};
    if (!api_member_text(request, body, "verdict", &verdict) || !api_member_text(request, body, "reason", reason) ||
        !api_member_instant(request, body, "at", at_ms))
        return false;
    *accepted = str_equal(verdict, STR("accepted"));
    *reason = str_trim(*reason);
    if (!*accepted && !str_equal(verdict, STR("rejected")))
        return api_refuse(request, 400, "wrong_type", STR("verdict"), "verdict is accepted or rejected");
    if ((!*accepted && reason->len == 0) || reason->len > REASON_BYTES_MAX)
        return api_refuse(request, 400, "no_reason", STR("reason"),
                          "whoever rejects a lead says why, in at most %d bytes", REASON_BYTES_MAX);
    if (*at_ms > now_ms) return api_refuse(request, 400, "bad_time", STR("at"), "at lies in the future");
    return true;
}

void api_feedback_create(struct request *request)
{
    const struct json_item *body;
    enum entity object;
    uint32_t contact;
    bool accepted;
    struct str reason;
    int64_t at_ms;
    if (!api_body(request, &body) || !read_verdict(request, body, &accepted, &reason, &at_ms) ||
        !api_find_path(request, &object, &contact))
        return;
    struct str event = accepted ? STR(EVENT_LEAD_ACCEPTED) : STR(EVENT_LEAD_REJECTED);
    struct fact_value values[] = {{STR("by"), request->actor->text}, {STR("reason"), reason}};
    if (!api_take_event(request, contact, event, values, reason.len > 0 ? 2 : 1, at_ms)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "id", history_record_id(engine_history(request->server->engine), object, contact));
    api_write_text(&writer, "verdict", accepted ? STR("accepted") : STR("rejected"));
    api_write_text(&writer, "event", event);
    api_write_instant(&writer, "at", at_ms);
    api_write_text(&writer, "reason", reason);
    api_write_text(&writer, "by", request->actor->text);
    json_end_object(&writer);
    request_answer(request, 201, &json);
}

/* ---- Agreement. ---- */

struct asked {
    struct everybody everybody;
    const struct score *score;
    uint32_t index;
    uint32_t band; /* the threshold is its lower end; BAND_NONE: the score has no bands, and everybody is below */
    int64_t from_ms, to_ms, threshold_micro;
    uint64_t most;
};

/* The band that the query names; else the one called MQL; else the lowest. */
static bool find_band(struct request *request, struct asked *asked)
{
    struct str name = http_query(request->exchange, "band");
    const struct score *score = asked->score;
    asked->band = score->band_count > 0 ? score->band_count - 1 : BAND_NONE;
    asked->threshold_micro = INT64_MAX;
    bool found = false;
    for (uint32_t b = 0; b < score->band_count && !found; b++) {
        found = str_equal(score->bands[b].label, name.at != NULL ? name : STR(USUAL_BAND));
        if (found) asked->band = b;
    }
    if (name.at != NULL && !found)
        return api_refuse(request, 400, "no_such_band", STR("band"), "the score has no band called '" STR_FMT "'",
                          STR_ARG(name));
    if (asked->band != BAND_NONE) asked->threshold_micro = score->bands[asked->band].from * MICRO_PER_POINT;
    return true;
}

static bool find_score(struct request *request, struct asked *asked)
{
    const struct definitions *set = &asked->everybody.edition->set;
    asked->index = definitions_find_score(set, request_path(request, "name"));
    if (asked->index == UINT32_MAX)
        return api_refuse(request, 404, "not_found", STR("name"), "no score in force is called '" STR_FMT "'",
                          STR_ARG(request_path(request, "name")));
    asked->score = set->scores[asked->index];
    if (asked->score->object == ENTITY_CONTACT) return find_band(request, asked);
    return api_refuse(request, 409, "not_of_contacts", STR("name"),
                      "sales accept and reject contacts; this is a score of %s", entity_plural(asked->score->object));
}

static void write_label(struct json_writer *writer, const char *name, const struct score *score, uint32_t band)
{
    json_key(writer, name);
    if (band != BAND_NONE) json_string(writer, score->bands[band].label);
    else json_null(writer);
}

static uint32_t band_at(const struct score *score, const struct sales_word *word)
{
    return word->known ? band_of(score, word->micro, BAND_NONE) : BAND_NONE;
}

static void write_bands(struct json_writer *writer, const struct score *score, const struct sales_word *words,
                        uint32_t count)
{
    json_key(writer, "bands");
    json_begin_array(writer);
    for (uint32_t b = 0; b <= score->band_count; b++) {
        uint32_t band = b < score->band_count ? b : BAND_NONE;
        uint64_t accepted = 0, all = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (band_at(score, &words[i]) != band) continue;
            all++;
            accepted += words[i].accepted;
        }
        json_begin_object(writer);
        write_label(writer, "band", score, band);
        api_write_count(writer, "accepted", accepted);
        api_write_count(writer, "rejected", all - accepted);
        api_write_interval(writer, "rate", interval_wilson((double)accepted, (double)all, 1.959963984540054));
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_words(struct json_writer *writer, const char *name, const struct asked *asked,
                        const struct sales_word *words, const uint32_t *indexes, uint32_t count)
{
    json_key(writer, name);
    json_begin_array(writer);
    for (uint32_t i = 0; i < count; i++) {
        const struct sales_word *word = &words[indexes[i]];
        json_begin_object(writer);
        api_write_text(writer, "id", history_record_id(asked->everybody.history, ENTITY_CONTACT, word->contact));
        api_write_instant(writer, "at", word->at_ms);
        json_key(writer, "value");
        if (word->known) json_i64(writer, points_shown(word->micro));
        else json_null(writer);
        write_label(writer, "band", asked->score, band_at(asked->score, word));
        api_write_text(writer, "reason", word->reason);
        api_write_text(writer, "by", word->by);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_reasons(struct json_writer *writer, struct request *request, const struct asked *asked,
                          const struct sales_word *words, uint32_t count)
{
    struct agreement_reason reasons[REASONS_SHOWN];
    uint32_t found = agreement_reasons(words, count, asked->threshold_micro, request->arena, reasons, REASONS_SHOWN);
    json_key(writer, "reasons");
    json_begin_array(writer);
    for (uint32_t i = 0; i < found && i < REASONS_SHOWN; i++) {
        json_begin_object(writer);
        api_write_text(writer, "reason", reasons[i].text);
        api_write_count(writer, "count", reasons[i].count);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_sentence(struct json_writer *writer, const struct asked *asked, const struct agreement *found,
                           uint32_t count)
{
    char text[ERR_MESSAGE_BYTES], who[32] = "the one lead";
    struct str band = asked->band != BAND_NONE ? asked->score->bands[asked->band].label : STR("any band");
    uint64_t above = found->accepted[1] + found->rejected[1], below = found->accepted[0] + found->rejected[0];
    if (count != 1) snprintf(who, sizeof who, "all %u leads", count);
    if (count == 0) snprintf(text, sizeof text, "sales have said nothing about any lead in this time");
    else if (above == 0 || below == 0)
        snprintf(text, sizeof text, "%s that sales judged %s %s " STR_FMT ", so nothing can be said of the threshold",
                 who, count == 1 ? "was" : "were", above == 0 ? "below" : "at or above", STR_ARG(band));
    else
        snprintf(text, sizeof text,
                 "sales accepted %.0f %% of %llu leads at or above " STR_FMT
                 " and %.0f %% of %llu below; the agreement "
                 "beyond chance is %s (kappa %.2f, 95 %%: %.2f to %.2f)",
                 100 * found->rate[1].value, (unsigned long long)above, STR_ARG(band), 100 * found->rate[0].value,
                 (unsigned long long)below, agreement_strength(found->kappa.value), found->kappa.value,
                 found->kappa.low, found->kappa.high);
    api_write_text(writer, "sentence", str_from_c(text));
}

static void write_threshold(struct json_writer *writer, const struct asked *asked)
{
    json_key(writer, "threshold");
    if (asked->band == BAND_NONE) {
        json_null(writer);
        return;
    }
    json_begin_object(writer);
    write_label(writer, "band", asked->score, asked->band);
    json_key(writer, "points");
    json_i64(writer, asked->score->bands[asked->band].from);
    json_end_object(writer);
}

static void write_agreement(struct json_writer *writer, struct request *request, const struct asked *asked)
{
    struct sales_word *words;
    struct agreement found;
    uint32_t unsaid, rejected_count, accepted_count;
    uint32_t count =
        agreement_words(asked->everybody.history, asked->from_ms, asked->to_ms, request->arena, &words, &unsaid);
    agreement_score(asked->everybody.scan, asked->index, words, count);
    agreement_measure(words, count, asked->threshold_micro, &found);
    uint32_t *rejected = ARENA_ARRAY(request->arena, uint32_t, asked->most);
    uint32_t *accepted = ARENA_ARRAY(request->arena, uint32_t, asked->most);
    agreement_differences(words, count, asked->threshold_micro, (uint32_t)asked->most, rejected, &rejected_count,
                          accepted, &accepted_count);
    json_begin_object(writer);
    api_write_text(writer, "score", asked->score->name);
    api_write_count(writer, "version", asked->everybody.edition->versions[asked->index]);
    api_write_instant(writer, "from", asked->from_ms);
    api_write_instant(writer, "to", asked->to_ms);
    write_sentence(writer, asked, &found, count);
    api_write_count(writer, "accepted", found.accepted[0] + found.accepted[1]);
    api_write_count(writer, "rejected", found.rejected[0] + found.rejected[1]);
    api_write_count(writer, "revised", unsaid);
    write_threshold(writer, asked);
    api_write_interval(writer, "rate_above", found.rate[1]);
    api_write_interval(writer, "rate_below", found.rate[0]);
    write_bands(writer, asked->score, words, count);
    api_write_interval(writer, "auc", found.auc);
    api_write_number(writer, "observed", found.observed);
    api_write_interval(writer, "kappa", found.kappa);
    write_reasons(writer, request, asked, words, count);
    write_words(writer, "rejected_high", asked, words, rejected, rejected_count);
    write_words(writer, "accepted_low", asked, words, accepted, accepted_count);
    json_end_object(writer);
}

void api_score_agreement(struct request *request)
{
    struct asked asked;
    if (!api_query_instant(request, "to", api_now_ms(request), &asked.to_ms) ||
        !api_query_instant(request, "from", asked.to_ms - SPAN_DEFAULT, &asked.from_ms) ||
        !request_query_number(request, "limit", 0, DIFFERENCES_MAX, DIFFERENCES_DEFAULT, &asked.most))
        return;
    if (asked.from_ms > asked.to_ms) {
        api_refuse(request, 400, "bad_time", STR("from"), "from lies after to");
        return;
    }
    if (!api_enter(request)) return;
    engine_everybody_of(request->server->engine, STR(""), api_now_ms(request), &asked.everybody);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    bool good = find_score(request, &asked);
    if (good) write_agreement(&writer, request, &asked);
    everybody_release(&asked.everybody);
    api_leave(request);
    if (good) request_answer(request, 200, &json);
}
