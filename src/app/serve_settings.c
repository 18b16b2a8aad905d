/* serve_settings.c — four places of settings laid over each other, and what they mean together. */
// SPDX-License-Identifier: Apache-2.0
#include "app/serve_settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"

#define CONF_BYTES_MAX ((size_t)64 * 1024)
#define PEM_BYTES_MAX ((size_t)256 * 1024)

/* The flags that are settings, by the setting's name. */
static const struct {
    const char *flag, *setting;
} flags[] = {
    {"data", "data"}, {"listen", "listen"}, {"base-url", "base_url"}, {"tls-cert", "tls_cert"}, {"tls-key", "tls_key"},
};

static enum err take_flags(const struct arguments *arguments, struct config *config, struct err_info *why)
{
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        const char *value = options_value(arguments, flags[i].flag);
        if (value == NULL) continue;
        struct err_info reason = {0};
        enum err e = config_set(config, str_from_c(flags[i].setting), str_from_c(value), &reason);
        if (e != ERR_OK) return err_set(why, e, "--%s: %s", flags[i].flag, reason.msg);
    }
    return ERR_OK;
}

/* ---- The data directory and its file. ---- */

static enum err make_directory(const char *path, struct err_info *why)
{
    struct stat status;
    if (mkdir(path, 0700) == 0) return ERR_OK;
    if (errno != EEXIST)
        return err_set(why, ERR_UNAVAILABLE, "the directory %s cannot be made: %s", path, strerror(errno));
    if (stat(path, &status) != 0)
        return err_set(why, ERR_UNAVAILABLE, "the directory %s cannot be read: %s", path, strerror(errno));
    if (!S_ISDIR(status.st_mode)) return err_set(why, ERR_INVALID, "%s is a file, and should be a directory", path);
    return ERR_OK;
}

static enum err take_file(struct arena *arena, struct config *config, struct err_info *why)
{
    struct str data = config->data;
    const char *path = arena_format(arena, STR_FMT "/plumb.conf", STR_ARG(data)).at;
    struct stat status;
    if (stat(path, &status) != 0 || status.st_size == 0) return ERR_OK;
    struct str text;
    enum err e = input_read_all(path, CONF_BYTES_MAX, arena, &text, why);
    if (e == ERR_OK) e = config_from_text(config, text, path, why);
    if (e == ERR_OK && !str_equal(data, config->data))
        return err_set(why, ERR_INVALID, "%s: 'data' cannot stand in a file that is looked for there", path);
    return e;
}

/* ---- What they mean together. ---- */

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* "127.0.0.1:7420", "[::1]:0", "localhost:80". */
static enum err read_listen(struct serve_settings *settings, struct err_info *why)
{
    struct str text = settings->config.listen;
    const char *colon = memrchr(text.at, ':', text.len);
    uint64_t port;
    size_t length = colon == NULL ? 0 : (size_t)(colon - text.at);
    struct str address = {text.at, length};
    struct str digits = colon == NULL ? STR("") : (struct str){colon + 1, text.len - length - 1};
    if (str_starts_with(address, STR("[")) && str_ends_with(address, STR("]")))
        address = (struct str){address.at + 1, address.len - 2};
    if (str_equal(address, STR("localhost"))) address = STR("127.0.0.1");
    bool fits = address.len > 0 && address.len <= SERVE_ADDRESS_MAX && str_to_u64(digits, &port) && port <= UINT16_MAX;
    if (fits) {
        memcpy(settings->address, address.at, address.len);
        settings->address[address.len] = 0;
        settings->port = (uint16_t)port;
    }
    if (fits && is_address(settings->address)) return ERR_OK;
    return err_set(why, ERR_INVALID,
                   "'" STR_FMT "' is no address to listen on, expected one like 127.0.0.1:7420 or [::1]:7420",
                   STR_ARG(text));
}

static enum err read_pem(struct arena *arena, struct str path, const char **out, struct err_info *why)
{
    struct str text;
    enum err e = input_read_all(arena_str(arena, path).at, PEM_BYTES_MAX, arena, &text, why);
    if (e == ERR_OK) *out = text.at;
    return e;
}

static enum err read_tls(struct arena *arena, struct serve_settings *settings, struct err_info *why)
{
    struct str cert = settings->config.tls_cert, key = settings->config.tls_key;
    if (cert.len == 0 && key.len == 0) return ERR_OK;
    if (cert.len == 0 || key.len == 0)
        return err_set(why, ERR_INVALID, "https needs both a certificate and its key: --tls-cert and --tls-key");
    enum err e = read_pem(arena, cert, &settings->tls_cert, why);
    return e == ERR_OK ? read_pem(arena, key, &settings->tls_key, why) : e;
}

static enum err check_base_url(const struct config *config, struct err_info *why)
{
    struct str url = config->base_url;
    if (url.len == 0 || str_starts_with(url, STR("http://")) || str_starts_with(url, STR("https://"))) return ERR_OK;
    return err_set(why, ERR_INVALID, "the base URL '" STR_FMT "' must begin with http:// or https://", STR_ARG(url));
}

static enum err check_exposure(const struct serve_settings *settings, bool insecure, struct err_info *why)
{
    if (settings->tls_cert != NULL || is_loopback(settings->address) || insecure) return ERR_OK;
    return err_set(why, ERR_INVALID,
                   "listening on %s without TLS lets everybody in between read passwords and people's data; give "
                   "--tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that speaks https, or insist by "
                   "--insecure-listen",
                   settings->address);
}

enum err serve_settings_read(struct arena *arena, const char *const *environment, const struct arguments *arguments,
                             struct serve_settings *out, struct err_info *why)
{
    *out = (struct serve_settings){.config = config_default()};
    struct config *config = &out->config;
    struct config above = config_default(); /* only to learn where the data is */
    enum err e = config_from_environment(&above, environment, why);
    if (e == ERR_OK) e = take_flags(arguments, &above, why);
    if (e != ERR_OK) return e;
    config->data = above.data;
    e = take_file(arena, config, why);
    if (e == ERR_OK) e = config_from_environment(config, environment, why);
    if (e == ERR_OK) e = take_flags(arguments, config, why);
    if (e == ERR_OK) e = read_listen(out, why);
    if (e == ERR_OK) e = read_tls(arena, out, why);
    if (e == ERR_OK) e = check_base_url(config, why);
    if (e == ERR_OK) e = check_exposure(out, options_given(arguments, "insecure-listen"), why);
    return e == ERR_OK ? make_directory(arena_str(arena, config->data).at, why) : e;
}

static struct str url_of(const struct serve_settings *settings, const char *address, uint16_t port, struct arena *arena)
{
    bool v6 = strchr(address, ':') != NULL;
    return arena_format(arena, "%s://%s%s%s:%u", settings->tls_cert != NULL ? "https" : "http", v6 ? "[" : "", address,
                        v6 ? "]" : "", port);
}

struct str serve_settings_listens_on(const struct serve_settings *settings, uint16_t port, struct arena *arena)
{
    return url_of(settings, settings->address, port, arena);
}

struct str serve_settings_nearby(const struct serve_settings *settings, uint16_t port, struct arena *arena)
{
    bool any = strcmp(settings->address, "0.0.0.0") == 0 || strcmp(settings->address, "::") == 0;
    return url_of(settings, any ? "127.0.0.1" : settings->address, port, arena);
}

struct str serve_settings_url(const struct serve_settings *settings, uint16_t port, struct arena *arena)
{
    struct str url = settings->config.base_url;
    while (str_ends_with(url, STR("/"))) url.len--;
    return url.len > 0 ? arena_str(arena, url) : serve_settings_nearby(settings, port, arena);
}
