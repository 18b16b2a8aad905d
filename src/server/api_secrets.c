/* api_secrets.c — tokens of programs and write keys of sources: told, made, revoked.
 *
 * A secret stands in the answer to its making and nowhere else: not in the lists, not in the audit, and not in what a
 * repetition of the request by its Idempotency-Key is answered. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"
#include "server/hub.h"

#define WORDS_BYTES_MAX 4096
#define SCOPES_GIVEN_MAX 100

/* ---- What both have. ---- */

static void write_optional(struct json_writer *writer, const char *name, struct str text)
{
    json_key(writer, name);
    if (text.len > 0) json_string(writer, text);
    else json_null(writer);
}

/* False: answered. */
static bool read_number(struct request *request, const char *what, uint64_t *out)
{
    if (str_to_u64(request_path(request, "number"), out)) return true;
    return api_refuse(request, 404, "not_found", STR("number"), "%s is named by its number", what);
}

static bool read_name(struct request *request, const struct json_item *body, const char *what, struct str *out)
{
    if (!api_member_text(request, body, "name", out)) return false;
    if (out->at != NULL) return true;
    return api_refuse(request, 400, "missing", STR("name"), "what is the %s for? name is missing", what);
}

/* ---- Tokens. ---- */

static void write_token(struct json_writer *writer, const struct token_view *token)
{
    json_begin_object(writer);
    api_write_count(writer, "number", token->number);
    api_write_text(writer, "name", token->name);
    json_key(writer, "scopes");
    json_begin_array(writer);
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++)
        if ((token->scopes >> scope & 1) != 0) json_string(writer, str_from_c(scope_name(scope)));
    json_end_array(writer);
    write_optional(writer, "creator", token->creator);
    api_write_instant(writer, "created", token->created_ms);
    api_write_instant(writer, "last_used", token->last_used_ms > 0 ? token->last_used_ms : FOREVER);
    json_key(writer, "revoked");
    json_bool(writer, token->revoked);
    json_end_object(writer);
}

void api_token_index(struct request *request)
{
    struct token_view *tokens;
    size_t count;
    access_tokens(request->server->access, request->arena, &tokens, &count);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) write_token(&writer, &tokens[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* A list of scopes as a mask. False: answered. */
static bool read_scopes(struct request *request, const struct json_item *body, uint32_t *out)
{
    const struct json_item *list = json_member(body, STR("scopes"));
    AUTO_BUF words = BUF_INIT(WORDS_BYTES_MAX);
    struct err_info why = {0};
    size_t count = 0;
    if (list != NULL && list->kind != JSON_ARRAY && list->kind != JSON_NULL)
        return api_refuse(request, 400, "wrong_type", STR("scopes"), "scopes must be a list of texts");
    const struct json_item *item = list != NULL && list->kind == JSON_ARRAY ? json_first(list) : NULL;
    for (; item != NULL; item = json_next(list, item)) {
        if (item->kind != JSON_STRING)
            return api_refuse(request, 400, "wrong_type", STR("scopes"), "scopes must be a list of texts");
        buf_append(&words, item->text);
        buf_append_char(&words, ' ');
        if (++count > SCOPES_GIVEN_MAX || words.failed)
            return api_refuse(request, 400, "bad_value", STR("scopes"),
                              "these are more or longer scopes than there are");
    }
    if (scopes_parse(buf_str(&words), out, &why) == ERR_OK) return true;
    return api_refuse(request, 400, "bad_value", STR("scopes"), "%s", why.msg);
}

static void write_made_token(struct buf *json, const struct token_view *token, struct str secret)
{
    struct json_writer writer = {.out = json};
    json_begin_object(&writer);
    json_key(&writer, "token");
    write_token(&writer, token);
    write_optional(&writer, "secret", secret);
    json_end_object(&writer);
}

static void note_token(struct request *request, const char *action, uint64_t number, struct str detail)
{
    api_note(request, request->actor, action, arena_format(request->arena, "token:%llu", (unsigned long long)number),
             detail);
}

void api_token_create(struct request *request)
{
    const struct json_item *body;
    struct token_view token = {.creator = request->actor->text, .created_ms = api_now_ms(request)};
    if (!api_body(request, &body) || !read_name(request, body, "token", &token.name) ||
        !read_scopes(request, body, &token.scopes))
        return;
    AUTO_SECRET secret;
    struct err_info why = {0};
    if (access_add_token(request->server->access, token.name, token.scopes, token.creator, &secret, &token.number,
                         &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    token.name = str_trim(token.name);
    AUTO_BUF detail = BUF_INIT(WORDS_BYTES_MAX);
    access_secret_detail(&detail, token.name, token.scopes);
    note_token(request, "token.create", token.number, buf_str(&detail));
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX), again = BUF_INIT(REQUEST_JSON_MAX);
    write_made_token(&json, &token, secret_str(&secret));
    write_made_token(&again, &token, STR(""));
    request_answer_once(request, 201, &json, &again);
}

void api_token_delete(struct request *request)
{
    uint64_t number;
    struct err_info why = {0};
    if (!read_number(request, "a token", &number)) return;
    if (access_revoke_token(request->server->access, number, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    note_token(request, "token.revoke", number, STR(""));
    hub_part(request->server->hub, arena_format(request->arena, "token:%llu", (unsigned long long)number));
    http_answer(request->exchange, 204, NULL, STR(""));
}

/* ---- Write keys. ---- */

static void write_key_view(struct json_writer *writer, const struct key_view *key)
{
    json_begin_object(writer);
    api_write_count(writer, "number", key->number);
    api_write_text(writer, "name", key->name);
    api_write_text(writer, "ends_in", key->hint);
    write_optional(writer, "creator", key->creator);
    api_write_instant(writer, "created", key->created_ms);
    json_key(writer, "revoked");
    json_bool(writer, key->revoked);
    json_end_object(writer);
}

void api_key_index(struct request *request)
{
    struct key_view *keys;
    size_t count;
    access_keys(request->server->access, request->arena, &keys, &count);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) write_key_view(&writer, &keys[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

static void write_made_key(struct buf *json, const struct key_view *key, struct str secret)
{
    struct json_writer writer = {.out = json};
    json_begin_object(&writer);
    json_key(&writer, "key");
    write_key_view(&writer, key);
    write_optional(&writer, "secret", secret);
    json_end_object(&writer);
}

static void note_key(struct request *request, const char *action, uint64_t number, struct str detail)
{
    api_note(request, request->actor, action, arena_format(request->arena, "key:%llu", (unsigned long long)number),
             detail);
}

void api_key_create(struct request *request)
{
    const struct json_item *body;
    struct key_view key = {.creator = request->actor->text, .created_ms = api_now_ms(request)};
    if (!api_body(request, &body) || !read_name(request, body, "write key", &key.name)) return;
    AUTO_SECRET secret;
    struct err_info why = {0};
    if (access_add_key(request->server->access, key.name, key.creator, &secret, &key.number, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    key.name = str_trim(key.name);
    key.hint = secret_hint(&secret);
    AUTO_BUF detail = BUF_INIT(WORDS_BYTES_MAX);
    access_secret_detail(&detail, key.name, 0);
    note_key(request, "key.create", key.number, buf_str(&detail));
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX), again = BUF_INIT(REQUEST_JSON_MAX);
    write_made_key(&json, &key, secret_str(&secret));
    write_made_key(&again, &key, STR(""));
    request_answer_once(request, 201, &json, &again);
}

void api_key_delete(struct request *request)
{
    uint64_t number;
    struct err_info why = {0};
    if (!read_number(request, "a write key", &number)) return;
    if (access_revoke_key(request->server->access, number, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    note_key(request, "key.revoke", number, STR(""));
    http_answer(request->exchange, 204, NULL, STR(""));
}
