/* api.h — what the handlers of /api/v1 share: who is meant, when, and how an answer is spelled.
 *
 * A record is named by a *reference*: its id, or for contacts `email:ada@acme.example`,
 * `userId:42`, `anonymousId:9f2c`. Functions that return false have answered already. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_H
#define PLUMB_SERVER_API_H

#include "engine/engine.h"
#include "server/request.h"
#include "server/server.h"

#define API_PAGE_DEFAULT 100
#define API_PAGE_MAX 1000
#define API_BATCH_MAX 1000

/* Answer by a problem with a place and return false: `return api_refuse(request, 400, "bad_value", STR("points"), ...)`. */
bool api_refuse(struct request *request, unsigned status, const char *code, struct str place, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* Which records the route is about: by the second word of its path, /api/v1/companies/... */
enum entity api_object(const struct request *request);
/* "contact", "companies", ...; false when it is no object's name. Answers nothing. */
bool api_object_named(struct str name, enum entity *out);

/* The record that `ref` names; 404 when there is none, 400 when it is not well formed. */
bool api_find(struct request *request, enum entity object, struct str ref, uint32_t *out);
/* The same for {ref} of the path and the route's object. */
bool api_find_path(struct request *request, enum entity *object, uint32_t *record);
/* The record that `ref` names, without an answer: by its own id, or a contact by "userId:", "anonymousId:" or "email:" and the
 * identifier; without a prefix an id, else a userId, else an address. RECORD_NONE: there is none. *well_formed may be NULL. */
uint32_t api_look_up(struct engine *engine, enum entity object, struct str ref, bool *well_formed);

/* Small letters, digits and '_', a letter first, at most LIST_NAME_MAX of them: what somebody may call a thing of the API. */
bool api_is_name(struct str name);

int64_t api_now_ms(const struct request *request);
/* An instant of the query, RFC 3339; `otherwise` when absent. 400 when it is none that can be asked for. */
bool api_query_instant(struct request *request, const char *name, int64_t otherwise, int64_t *out);
bool api_query_flag(struct request *request, const char *name, bool *out); /* true or false; false when absent */

/* The score called {score}, of this object; 404. */
bool api_find_score(struct request *request, const struct edition *edition, enum entity object, uint32_t *out);

/* Members of a body; absent: left alone. 400 when of another kind. `what` is the member's path in messages. */
bool api_member_text(struct request *request, const struct json_item *object, const char *name, struct str *out);
bool api_member_number(struct request *request, const struct json_item *object, const char *name, int64_t least,
                       int64_t most, int64_t *out);
bool api_member_flag(struct request *request, const struct json_item *object, const char *name, bool *out);
bool api_member_instant(struct request *request, const struct json_item *object, const char *name, int64_t *out);
/* The body, which must be an object. */
bool api_body(struct request *request, const struct json_item **out);

/* Take one fact and wait. False: refused or unavailable, and answered so. A duplicate counts as taken. */
bool api_take(struct request *request, struct fact *fact, struct fact_result *result);
/* The same for an event of a contact that the actor tells of. */
bool api_take_event(struct request *request, uint32_t contact, struct str event, struct fact_value *values,
                    uint32_t value_count, int64_t at_ms);
/* The status that a refusal's reason means: 404, 409, 400. */
unsigned api_status_of_reason(const char *reason);

/* Write down who did what to whom; `detail` is JSON without a secret, or empty. What was done stays done when the store
 * refuses it: then the log has it. */
void api_note(struct request *request, const struct actor *actor, const char *action, struct str target,
              struct str detail);

/* A question over everybody costs a scan; only so many are answered at the same time. False: 503, come again. Each
 * api_enter that was true needs an api_leave. */
#define API_SCANS_AT_ONCE 2
bool api_enter(struct request *request);
void api_leave(struct request *request);

#endif
