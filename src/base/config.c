/* config.c — everything that follows from config.def. */
// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <string.h>

#define CONFIG_TYPE_int CONFIG_INT
#define CONFIG_TYPE_bool CONFIG_BOOL
#define CONFIG_TYPE_text CONFIG_TEXT

/* The default as a number and as a text, and the value among a number and a text. */
#define CONFIG_NUMBER_int(value) (value)
#define CONFIG_NUMBER_bool(value) (value)
#define CONFIG_NUMBER_text(value) (sizeof(value) - 1)
#define CONFIG_WORDS_int(value) ""
#define CONFIG_WORDS_bool(value) ""
#define CONFIG_WORDS_text(value) (value)
#define CONFIG_DEFAULT_int(value) (value)
#define CONFIG_DEFAULT_bool(value) (value)
#define CONFIG_DEFAULT_text(value) STR(value)
#define CONFIG_CHOOSE_int(number, text) (number)
#define CONFIG_CHOOSE_bool(number, text) ((number) != 0)
#define CONFIG_CHOOSE_text(number, text) (text)

const struct config_setting config_settings[] = {
#define CONFIG(name, type, default_value, least, most, unit, help) \
    {#name,                                                        \
     CONFIG_TYPE_##type,                                           \
     CONFIG_NUMBER_##type(default_value),                          \
     least,                                                        \
     most,                                                         \
     CONFIG_WORDS_##type(default_value),                           \
     unit,                                                         \
     help},
#include "base/config.def"
#undef CONFIG
};

const size_t config_setting_count = COUNT_OF(config_settings);

struct config config_default(void)
{
    return (struct config){
#define CONFIG(name, type, default_value, least, most, unit, help) .name = CONFIG_DEFAULT_##type(default_value),
#include "base/config.def"
#undef CONFIG
    };
}

/* A text is stored as `text`, everything else as `number`. */
static void store(struct config *config, const char *name, int64_t number, struct str text)
{
#define CONFIG(name_, type, default_value, least, most, unit, help) \
    if (strcmp(name, #name_) == 0) config->name_ = CONFIG_CHOOSE_##type(number, text);
#include "base/config.def"
#undef CONFIG
}

static bool parse_bool(struct str text, int64_t *out)
{
    static const struct {
        struct str word;
        int64_t value;
    } words[] = {
        {STR_INIT("on"), 1},  {STR_INIT("true"), 1},  {STR_INIT("yes"), 1}, {STR_INIT("1"), 1},
        {STR_INIT("off"), 0}, {STR_INIT("false"), 0}, {STR_INIT("no"), 0},  {STR_INIT("0"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_equal(text, words[i].word)) continue;
        *out = words[i].value;
        return true;
    }
    return false;
}

static enum err check_text(const struct config_setting *setting, struct str shown, struct str value,
                           struct err_info *why)
{
    if (value.len < (size_t)setting->least || value.len > (size_t)setting->most)
        return err_set(why, ERR_INVALID, STR_FMT " has %zu bytes, expected %lld to %lld", STR_ARG(shown), value.len,
                       (long long)setting->least, (long long)setting->most);
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < ' ')
            return err_set(why, ERR_INVALID, STR_FMT " holds a control character", STR_ARG(shown));
    return ERR_OK;
}

/* `shown` is what the person wrote as the setting's name. */
static enum err set(struct config *config, const struct config_setting *setting, struct str shown, struct str value,
                    struct err_info *why)
{
    int64_t number = 0;
    if (setting->type == CONFIG_TEXT) {
        enum err e = check_text(setting, shown, value, why);
        if (e != ERR_OK) return e;
    } else if (setting->type == CONFIG_BOOL) {
        if (!parse_bool(value, &number))
            return err_set(why, ERR_INVALID, STR_FMT " is '" STR_FMT "', expected on or off", STR_ARG(shown),
                           STR_ARG(value));
    } else if (!str_to_i64(value, &number) || number < setting->least || number > setting->most) {
        return err_set(why, ERR_INVALID, STR_FMT " is '" STR_FMT "', expected a whole number from %lld to %lld",
                       STR_ARG(shown), STR_ARG(value), (long long)setting->least, (long long)setting->most);
    }
    store(config, setting->name, number, value);
    return ERR_OK;
}

enum err config_set(struct config *config, struct str name, struct str value, struct err_info *why)
{
    for (size_t i = 0; i < config_setting_count; i++)
        if (str_equal(name, str_from_c(config_settings[i].name)))
            return set(config, &config_settings[i], name, value, why);
    return err_set(why, ERR_NOT_FOUND, "there is no setting '" STR_FMT "'", STR_ARG(name));
}

/* ---- The environment. ---- */

static void append_variable(struct buf *out, const char *name)
{
    buf_append(out, STR("PLUMB_"));
    for (; *name != 0; name++) buf_append_char(out, *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name);
}

enum err config_from_environment(struct config *config, const char *const *environment, struct err_info *why)
{
    AUTO_BUF variable = BUF_INIT(256);
    for (; *environment != NULL; environment++) {
        struct str value = str_from_c(*environment);
        struct str name = str_cut(&value, '=');
        for (size_t i = 0; i < config_setting_count; i++) {
            buf_clear(&variable);
            append_variable(&variable, config_settings[i].name);
            if (!str_equal(name, buf_str(&variable))) continue;
            enum err e = set(config, &config_settings[i], name, value, why);
            if (e != ERR_OK) return e;
        }
    }
    return ERR_OK;
}

/* ---- A file. ---- */

static enum err set_line(struct config *config, struct str line, const char *name, uint32_t number, bool *given,
                         struct err_info *why)
{
    struct place at = {.line = number};
    struct str value = line;
    struct str key = str_trim(str_cut(&value, '='));
    if (!str_contains(line, STR("=")))
        return err_set_at(why, ERR_INVALID, at, "line %u of %s is not 'name = value'", number, name);
    for (size_t i = 0; i < config_setting_count; i++) {
        if (!str_equal(key, str_from_c(config_settings[i].name))) continue;
        if (given[i])
            return err_set_at(why, ERR_INVALID, at, "line %u of %s: " STR_FMT " is given twice", number, name,
                              STR_ARG(key));
        given[i] = true;
        struct err_info reason = {0};
        enum err e = set(config, &config_settings[i], key, str_trim(value), &reason);
        return e == ERR_OK ? ERR_OK : err_set_at(why, e, at, "line %u of %s: %s", number, name, reason.msg);
    }
    return err_set_at(why, ERR_NOT_FOUND, at, "line %u of %s: there is no setting '" STR_FMT "'", number, name,
                      STR_ARG(key));
}

enum err config_from_text(struct config *config, struct str text, const char *name, struct err_info *why)
{
    bool given[COUNT_OF(config_settings)] = {false};
    for (uint32_t number = 1; text.len > 0; number++) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.len == 0 || line.at[0] == '#') continue;
        enum err e = set_line(config, line, name, number, given, why);
        if (e != ERR_OK) return e;
    }
    return ERR_OK;
}

/* ---- For people. ---- */

static void append_value(struct buf *out, const struct config_setting *setting, int64_t value)
{
    if (setting->type == CONFIG_BOOL) {
        buf_append(out, value != 0 ? STR("on") : STR("off"));
    } else {
        buf_append_i64(out, value);
    }
}

static void append_default(struct buf *out, const struct config_setting *setting)
{
    if (setting->type == CONFIG_TEXT) buf_append_c(out, setting->default_text);
    else append_value(out, setting, setting->default_value);
}

static void append_limits(struct buf *out, const struct config_setting *setting)
{
    append_value(out, setting, setting->least);
    buf_append(out, setting->type == CONFIG_BOOL ? STR(" or ") : STR(" to "));
    append_value(out, setting, setting->most);
    if (setting->unit[0] != 0) buf_format(out, " %s", setting->unit);
}

void config_append_help(struct buf *out)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct config_setting *setting = &config_settings[i];
        buf_append(out, STR("  "));
        append_variable(out, setting->name);
        buf_append(out, STR("="));
        append_default(out, setting);
        buf_format(out, "\n      %s (", setting->help);
        append_limits(out, setting);
        buf_append(out, STR(")\n"));
    }
}

void config_append_doc(struct buf *out)
{
    buf_append(
        out,
        STR("# Settings\n\n"
            "Each is an environment variable. For `plumb serve` it may also be a line of the file `plumb.conf` in its\n"
            "folder, named as the variable is, in small letters and without `PLUMB_`:\n\n"
            "    # plumb.conf\n"
            "    listen = 127.0.0.1:7420\n"
            "    sweep_seconds = 30\n\n"
            "An option of the command line wins over the environment, and that over the file. `data` itself cannot\n"
            "stand in the file. The table follows `src/base/config.def`; a test compares them.\n\n"
            "| variable | default | from, to | what it does |\n"
            "|---|---|---|---|\n"));
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct config_setting *setting = &config_settings[i];
        buf_append(out, STR("| `"));
        append_variable(out, setting->name);
        buf_append(out, STR("` | "));
        append_default(out, setting);
        buf_append(out, STR(" | "));
        append_limits(out, setting);
        buf_format(out, " | %s |\n", setting->help);
    }
}
