/* api_stream.c — server-sent events.
 *
 *     event: band
 *     data: {"object":"contact","id":"ada","score":"lead_score","band":"MQL","former":null,...}
 *
 *     event: member
 *     data: {"object":"contact","id":"ada","segment":"big","entered":true,...}     or "list"
 *
 *     event: job
 *     data: {"id":3,"state":"done",...}                                            as GET /api/v1/jobs/3
 *
 *     event: champion
 *     data: {"model":"close","champion":2,"former":1,"at":...,"cause":"promoted"}
 *
 * A commit that moves more than CHANGES_TOLD records (a definition was published) is told as one
 * event `bands` or `members` with their number: whoever listens then asks anew. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api_stream.h"

#include "server/api.h"
#include "server/api_json.h"
#include "server/hub.h"

#define CHANGES_TOLD 1000
#define CHANGE_BYTES_MAX ((size_t)16 * 1024)
#define QUEUE_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of one listener */

static void write_label(struct json_writer *writer, const char *name, struct str label)
{
    json_key(writer, name);
    if (label.len > 0) json_string(writer, label);
    else json_null(writer);
}

static void tell(struct server *server, const struct band_change *change)
{
    AUTO_BUF json = BUF_INIT(CHANGE_BYTES_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "object", str_from_c(entity_name(change->object)));
    api_write_text(&writer, "id", history_record_id(engine_history(server->engine), change->object, change->record));
    api_write_text(&writer, "score", change->score);
    write_label(&writer, "band", change->band);
    write_label(&writer, "former", change->former);
    json_key(&writer, "value");
    json_i64(&writer, points_shown(change->micro));
    json_key(&writer, "micro");
    json_i64(&writer, change->micro);
    api_write_instant(&writer, "at", change->at_ms);
    api_write_text(&writer, "cause", str_from_c(band_cause_name(change->cause)));
    json_end_object(&writer);
    if (!json.failed) hub_send(server->hub, STR("band"), buf_str(&json));
}

static void tell_count(struct server *server, struct str event, size_t count)
{
    AUTO_BUF json = BUF_INIT(CHANGE_BYTES_MAX);
    buf_format(&json, "{\"count\":%zu}", count);
    hub_send(server->hub, event, buf_str(&json));
}

void api_stream_bands(void *context, const struct band_change *changes, size_t count)
{
    struct server *server = context;
    if (hub_is_empty(server->hub)) return;
    if (count > CHANGES_TOLD) tell_count(server, STR("bands"), count);
    else
        for (size_t i = 0; i < count; i++) tell(server, &changes[i]);
}

static void tell_member(struct server *server, const struct member_change *change)
{
    AUTO_BUF json = BUF_INIT(CHANGE_BYTES_MAX);
    struct json_writer writer = {.out = &json};
    struct str name = change->name;
    bool of_list = str_starts_with(name, STR(LIST_PREFIX));
    (void)str_cut(&name, ':');
    json_begin_object(&writer);
    api_write_text(&writer, "object", str_from_c(entity_name(change->object)));
    api_write_text(&writer, "id", history_record_id(engine_history(server->engine), change->object, change->record));
    api_write_text(&writer, of_list ? "list" : "segment", name);
    json_key(&writer, "entered");
    json_bool(&writer, change->entered);
    api_write_instant(&writer, "at", change->at_ms);
    api_write_text(&writer, "cause", str_from_c(band_cause_name(change->cause)));
    json_end_object(&writer);
    if (!json.failed) hub_send(server->hub, STR("member"), buf_str(&json));
}

void api_stream_members(void *context, const struct member_change *changes, size_t count)
{
    struct server *server = context;
    if (hub_is_empty(server->hub)) return;
    if (count > CHANGES_TOLD) tell_count(server, STR("members"), count);
    else
        for (size_t i = 0; i < count; i++) tell_member(server, &changes[i]);
}

static void write_version(struct json_writer *writer, const char *name, uint32_t number)
{
    json_key(writer, name);
    if (number > 0) json_i64(writer, number);
    else json_null(writer);
}

void api_stream_champion(struct server *server, struct str model, uint32_t former, uint32_t champion, const char *cause)
{
    AUTO_BUF json = BUF_INIT(CHANGE_BYTES_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "model", model);
    write_version(&writer, "champion", champion);
    write_version(&writer, "former", former);
    api_write_instant(&writer, "at", server->clock->now_ms(server->clock));
    api_write_text(&writer, "cause", str_from_c(cause));
    json_end_object(&writer);
    if (!json.failed) hub_send(server->hub, STR("champion"), buf_str(&json));
}

void api_stream_open(struct request *request)
{
    struct hub *hub = request->server->hub;
    if (hub_is_full(hub)) hub_send(hub, STR("ping"), STR("{}")); /* those who have gone make room */
    if (hub_is_full(hub)) {
        request_unavailable(request, 30, "too many listen already");
        return;
    }
    /* A stream outlives its request: nobody who was shown out since it was let in may stay. */
    uint64_t partings = hub_partings(hub);
    if (!access_http_enter(request->server->access, request->exchange, PERM_READ_SCORES, &request->visitor)) return;
    AUTO_ARENA arena = arena_new(); /* with the answer the request is gone */
    struct str actor = arena_str(arena, request->actor->text);
    (void)hub_add(hub, http_answer_stream(request->exchange, QUEUE_BYTES_MAX), actor, partings);
}
