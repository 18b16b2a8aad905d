/* remote.c — see remote.h; libcurl does the talking. */
// SPDX-License-Identifier: Apache-2.0
#include "app/remote.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "app/running.h"
#include "base/arena.h"
#include "base/input.h"

#define TOKEN_BYTES_MAX 1000
#define ANSWER_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define CONNECT_SECONDS 10L
#define ANSWER_SECONDS 600L /* a preview over many millions may take a while */
#define SILENT_SECONDS 60L  /* of a file that is under way */

struct remote {
    CURL *curl;
    struct curl_slist *headers;
    struct arena *arena;
    struct str url; /* without a slash at its end */
    struct json_parser *parser;
    struct buf answer;
    FILE *to; /* where a good answer goes instead of `answer`; NULL: nowhere else */
    char trouble[CURL_ERROR_SIZE];
};

/* ---- Which server, and by what right. ---- */

static const char *environment_token(const struct app *app)
{
    static const char prefix[] = "PLUMB_TOKEN=";
    for (size_t i = 0; app->environment != NULL && app->environment[i] != NULL; i++)
        if (strncmp(app->environment[i], prefix, sizeof prefix - 1) == 0)
            return app->environment[i] + sizeof prefix - 1;
    return NULL;
}

bool remote_is_named(const struct arguments *arguments)
{
    return options_given(arguments, "url");
}

static bool has_token(const struct app *app, const struct arguments *arguments)
{
    return options_given(arguments, "token-file") || environment_token(app) != NULL;
}

static enum err read_token(const struct app *app, const struct arguments *arguments, struct arena *arena,
                           struct str *out, struct err_info *why)
{
    const char *path = options_value(arguments, "token-file"), *variable = environment_token(app);
    struct str text = {0};
    if (path == NULL && variable == NULL)
        return err_set(why, ERR_INVALID,
                       "the server wants a token: put one into PLUMB_TOKEN, or into a file for --token-file "
                       "('plumb token create' makes one)");
    enum err e = ERR_OK;
    if (path != NULL) e = input_read_all(path, TOKEN_BYTES_MAX, arena, &text, why);
    else text = str_from_c(variable);
    if (e != ERR_OK) return e;
    *out = str_trim(str_cut(&text, '\n'));
    for (size_t i = 0; i < out->len; i++)
        if (out->at[i] <= ' ' || out->at[i] > '~') out->len = 0;
    if (out->len > 0 && out->len <= TOKEN_BYTES_MAX) return ERR_OK;
    return err_set(why, ERR_INVALID, "%s holds no token", path != NULL ? path : "PLUMB_TOKEN");
}

static enum err read_url(const struct app *app, const struct arguments *arguments, struct arena *arena, struct str *out,
                         struct err_info *why)
{
    const char *given = options_value(arguments, "url");
    *out = given != NULL ? str_from_c(given) : arena_format(arena, "http://" STR_FMT, STR_ARG(app->config.listen));
    while (str_ends_with(*out, STR("/"))) out->len--;
    if (str_starts_with(*out, STR("http://")) || str_starts_with(*out, STR("https://"))) return ERR_OK;
    return err_set(why, ERR_INVALID, "'" STR_FMT "' is no address of a server, expected one like http://127.0.0.1:7420",
                   STR_ARG(*out));
}

/* ---- The connection. ---- */

static size_t on_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct remote *remote = context;
    long status = 0;
    curl_easy_getinfo(remote->curl, CURLINFO_RESPONSE_CODE, &status);
    if (remote->to != NULL && status == 200) return fwrite(bytes, size, count, remote->to) * size;
    buf_append(&remote->answer, (struct str){bytes, size * count});
    return remote->answer.failed ? 0 : size * count;
}

static void set_up(struct remote *remote, struct str token)
{
    CURL *curl = remote->curl;
    struct str bearer = arena_format(remote->arena, "Authorization: Bearer " STR_FMT, STR_ARG(token));
    remote->headers = curl_slist_append(NULL, bearer.at);
    remote->headers = curl_slist_append(remote->headers, "Content-Type: application/json");
    remote->headers = curl_slist_append(remote->headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, remote->headers);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, remote->trouble);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, remote);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
}

/* The address is this machine's own, where no certificate has a name and no proxy leads; the secret that is sent there
 * is of no use to anybody else. */
static void trust(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
}

static enum err connect_to(struct str url, struct str token, bool is_beside, struct remote **out, struct err_info *why)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(why, ERR_INTERNAL, "the network library does not start");
    struct remote *remote = memory_alloc(sizeof *remote);
    remote->arena = arena_new();
    remote->url = arena_str(remote->arena, url);
    remote->parser = json_parser_new();
    remote->answer = (struct buf)BUF_INIT(ANSWER_BYTES_MAX);
    remote->curl = curl_easy_init();
    INVARIANT(remote->curl != NULL);
    set_up(remote, token);
    if (is_beside) trust(remote->curl);
    *out = remote;
    return ERR_OK;
}

enum err remote_open(const struct app *app, const struct arguments *arguments, struct remote **out,
                     struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str url = {0}, token = {0};
    *out = NULL;
    enum err e = read_url(app, arguments, arena, &url, why);
    if (e == ERR_OK) e = read_token(app, arguments, arena, &token, why);
    return e == ERR_OK ? connect_to(url, token, false, out, why) : e;
}

enum err remote_open_holder(const struct app *app, const struct arguments *arguments, struct str folder,
                            struct remote **out, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str url = {0}, secret = {0};
    struct err_info ignored = {0};
    *out = NULL;
    if (running_read(folder, arena, &url, &secret, &ignored) != ERR_OK) {
        if (has_token(app, arguments)) return remote_open(app, arguments, out, why);
        return err_set(why, ERR_CONFLICT,
                       "a server runs on '" STR_FMT "' and left no way in; name it by --url with a token, or stop it "
                       "first",
                       STR_ARG(folder));
    }
    return connect_to(url, secret, true, out, why);
}

void remote_close(struct remote *remote)
{
    if (remote == NULL) return;
    curl_easy_cleanup(remote->curl);
    curl_slist_free_all(remote->headers);
    json_parser_free(remote->parser);
    buf_release(&remote->answer);
    arena_free(remote->arena);
    memory_free(remote);
    curl_global_cleanup();
}

struct str remote_segment(struct remote *remote, struct arena *arena, struct str name)
{
    char *escaped = curl_easy_escape(remote->curl, name.at, (int)name.len);
    INVARIANT(escaped != NULL);
    struct str segment = arena_str(arena, str_from_c(escaped));
    curl_free(escaped);
    return segment;
}

/* ---- One request. ---- */

/* NULL when it is empty or no JSON. */
static const struct json_item *parse_answer(struct remote *remote)
{
    static const char padding[JSON_PADDING] = {0};
    const struct json_item *item = NULL;
    size_t len = remote->answer.len;
    if (len == 0) return NULL;
    buf_append(&remote->answer, (struct str){padding, sizeof padding});
    if (remote->answer.failed ||
        json_parse(remote->parser, (struct str){remote->answer.at, len}, &item, NULL) != ERR_OK)
        return NULL;
    return item;
}

static enum err err_of_status(long status)
{
    if (status == 404) return ERR_NOT_FOUND;
    if (status == 409 || status == 412 || status == 428) return ERR_CONFLICT;
    if (status == 413) return ERR_TOO_BIG;
    return status >= 500 || status == 429 ? ERR_UNAVAILABLE : ERR_INVALID;
}

/* The sentence of a problem document, else the status. */
static enum err refused(const struct remote *remote, long status, const struct json_item *answer, struct err_info *why)
{
    const struct json_item *detail =
        answer != NULL && answer->kind == JSON_OBJECT ? json_member(answer, STR("detail")) : NULL;
    enum err e = err_of_status(status);
    if (status == 401) return err_set(why, e, "the server does not know this token");
    if (detail != NULL && detail->kind == JSON_STRING && detail->text.len > 0)
        return err_set(why, e, "the server says: " STR_FMT, STR_ARG(detail->text));
    return err_set(why, e, STR_FMT " answered with status %ld; is a Plumb there?", STR_ARG(remote->url), status);
}

/* A file may be of any length: only its silence is bounded. */
enum err remote_call(struct remote *remote, const char *method, const char *path, struct str body,
                     const struct json_item **answer, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    CURL *curl = remote->curl;
    bool is_file = remote->to != NULL;
    long status = 0;
    *answer = NULL;
    buf_clear(&remote->answer);
    remote->trouble[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, arena_format(arena, STR_FMT "%s", STR_ARG(remote->url), path).at);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.len > 0 ? body.at : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    if (body.len == 0) curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, is_file ? 0L : ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, is_file ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, is_file ? SILENT_SECONDS : 0L);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_WRITE_ERROR && is_file && ferror(remote->to))
        return err_set(why, ERR_UNAVAILABLE, "it cannot be written: %s", strerror(errno));
    if (code != CURLE_OK)
        return err_set(why, ERR_UNAVAILABLE, STR_FMT " does not answer: %s", STR_ARG(remote->url),
                       remote->trouble[0] != '\0' ? remote->trouble : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *answer = parse_answer(remote);
    return status >= 200 && status < 300 ? ERR_OK : refused(remote, status, *answer, why);
}

/* ---- What came back. ---- */

const struct json_item *remote_member(const struct json_item *item, const char *name)
{
    return item != NULL && item->kind == JSON_OBJECT ? json_member(item, str_from_c(name)) : NULL;
}

struct str remote_text(const struct json_item *item, const char *name)
{
    const struct json_item *member = remote_member(item, name);
    return member != NULL && member->kind == JSON_STRING ? member->text : STR("");
}

bool remote_number(const struct json_item *item, const char *name, uint64_t *out)
{
    const struct json_item *member = remote_member(item, name);
    return member != NULL && member->kind == JSON_NUMBER && str_to_u64(member->text, out);
}

bool remote_flag(const struct json_item *item, const char *name)
{
    const struct json_item *member = remote_member(item, name);
    return member != NULL && member->kind == JSON_BOOL && member->boolean;
}

/* ---- A file. ---- */

enum err remote_fetch(struct remote *remote, const char *path, FILE *to, struct err_info *why)
{
    const struct json_item *answer;
    remote->to = to;
    enum err e = remote_call(remote, "GET", path, STR(""), &answer, why);
    remote->to = NULL;
    return e;
}
