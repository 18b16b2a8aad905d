/* options.c — from argv to what was given, by the command's table.
 *
 * Values are kept as texts; what they mean is asked for later by name, so a command
 * reads `options_value(arguments, "format")` and its table says what exists. */
// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "history/history.h"
#include "core/nearest.h"

static const struct option *find(const struct command *command, struct str name)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (str_equal(str_from_c(command->options[i].name), name)) return &command->options[i];
    return NULL;
}

/* The known option that `name` may have been meant to be; NULL when none is near. */
static const char *nearest_option(struct arena *arena, const struct command *command, struct str name)
{
    const char **known = ARENA_ARRAY(arena, const char *, command->option_count + 1);
    for (size_t i = 0; i < command->option_count; i++) known[i] = command->options[i].name;
    return nearest(name, known);
}

static enum err refuse_unknown(struct arena *arena, const struct command *command, const char *word, struct str name,
                               struct err_info *why)
{
    const char *near = word[1] == '-' ? nearest_option(arena, command, name) : NULL;
    if (near != NULL) return err_set(why, ERR_INVALID, "there is no option %s; did you mean --%s?", word, near);
    if (word[1] != '-' && find(command, str_from_c(word + 1)) != NULL)
        return err_set(why, ERR_INVALID, "there is no option %s; did you mean -%s?", word, word);
    return err_set(why, ERR_INVALID, "there is no option %s", word);
}

/* Take the option at words[*at], and its value when that is the next word. */
static enum err take_option(struct arena *arena, struct arguments *out, struct given *given, char *const *words,
                            size_t count, size_t *at, struct err_info *why)
{
    const char *word = words[*at];
    const char *equals = strchr(word, '=');
    struct str name = str_from_c(word);
    if (equals != NULL) name.len = (size_t)(equals - word);
    const struct option *option = NULL;
    if (word[1] == '-') option = find(out->command, (struct str){name.at + 2, name.len - 2});
    if (option == NULL) {
        struct str bare = {name.at + 2, word[1] == '-' ? name.len - 2 : 0};
        return refuse_unknown(arena, out->command, arena_str(arena, name).at, bare, why);
    }
    if (!option->repeated && options_given(out, option->name))
        return err_set(why, ERR_INVALID, "--%s is given twice, and can only have one value", option->name);

    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->argument == NULL && value != NULL)
        return err_set(why, ERR_INVALID, "--%s takes no value, but '%s' was given", option->name, value);
    if (option->argument != NULL && value == NULL) {
        if (*at + 1 >= count)
            return err_set(why, ERR_INVALID, "--%s needs a value: --%s %s", option->name, option->name,
                           option->argument);
        value = words[++*at];
    }
    if (option->argument != NULL && value[0] == '\0')
        return err_set(why, ERR_INVALID, "the value of --%s is empty: --%s %s", option->name, option->name,
                       option->argument);
    given[out->given_count++] = (struct given){.option = option, .value = value};
    return ERR_OK;
}

static enum err check_operands(const struct arguments *arguments, struct err_info *why)
{
    const struct command *command = arguments->command;
    size_t count = arguments->operand_count;
    if (count < command->operands_min) {
        bool is_choice = strchr(command->operands, '|') != NULL;
        size_t len = is_choice ? strcspn(command->operands, " ") : strlen(command->operands);
        return err_set(why, ERR_INVALID, "%s%.*s is missing", is_choice ? "one of " : "", (int)len, command->operands);
    }
    if (count > command->operands_max) {
        const char *extra = arguments->operands[command->operands_max];
        if (command->operands_max == 0) return err_set(why, ERR_INVALID, "'%s' is not expected here", extra);
        return err_set(why, ERR_INVALID, "'%s' is one too many: only %s is expected", extra, command->operands);
    }
    return ERR_OK;
}

static bool asks_for_help(char *const *words, size_t count)
{
    for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) return true;
    return false;
}

enum err options_parse(struct arena *arena, const struct command *command, char *const *words, size_t count,
                       struct arguments *out, struct err_info *why)
{
    *out = (struct arguments){.command = command, .help = asks_for_help(words, count)};
    if (out->help) return ERR_OK;

    const char **operands = ARENA_ARRAY(arena, const char *, count + 1);
    struct given *given = ARENA_ARRAY(arena, struct given, count + 1);
    out->operands = operands;
    out->given = given;
    bool options_ended = false;
    for (size_t i = 0; i < count; i++) {
        bool is_option = !options_ended && words[i][0] == '-' && words[i][1] != '\0';
        if (is_option && strcmp(words[i], "--") == 0) {
            options_ended = true;
        } else if (is_option) {
            enum err e = take_option(arena, out, given, words, count, &i, why);
            if (e != ERR_OK) return e;
        } else {
            operands[out->operand_count++] = words[i];
        }
    }
    return check_operands(out, why);
}

bool options_given(const struct arguments *arguments, const char *name)
{
    INVARIANT(find(arguments->command, str_from_c(name)) != NULL);
    for (size_t i = 0; i < arguments->given_count; i++)
        if (strcmp(arguments->given[i].option->name, name) == 0) return true;
    return false;
}

const char *options_value(const struct arguments *arguments, const char *name)
{
    INVARIANT(find(arguments->command, str_from_c(name)) != NULL);
    for (size_t i = 0; i < arguments->given_count; i++)
        if (strcmp(arguments->given[i].option->name, name) == 0) return arguments->given[i].value;
    return NULL;
}

const char *const *options_values(struct arena *arena, const struct arguments *arguments, const char *name,
                                  size_t *count)
{
    INVARIANT(find(arguments->command, str_from_c(name)) != NULL);
    const char **values = ARENA_ARRAY(arena, const char *, arguments->given_count + 1);
    *count = 0;
    for (size_t i = 0; i < arguments->given_count; i++)
        if (strcmp(arguments->given[i].option->name, name) == 0) values[(*count)++] = arguments->given[i].value;
    return values;
}

enum err options_number(const struct arguments *arguments, const char *name, uint64_t least, uint64_t most,
                        uint64_t otherwise, uint64_t *out, struct err_info *why)
{
    const char *value = options_value(arguments, name);
    *out = otherwise;
    if (value == NULL) return ERR_OK;
    uint64_t number;
    if (!str_to_u64(str_from_c(value), &number) || number < least || number > most)
        return err_set(why, ERR_INVALID, "--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", name,
                       least, most, value);
    *out = number;
    return ERR_OK;
}

enum err options_choice(const struct arguments *arguments, const char *name, unsigned otherwise, unsigned *out,
                        struct err_info *why)
{
    const char *value = options_value(arguments, name);
    *out = otherwise;
    if (value == NULL) return ERR_OK;
    struct str choices = str_from_c(find(arguments->command, str_from_c(name))->argument);
    struct str rest = choices;
    for (unsigned i = 0; rest.len > 0; i++) {
        if (!str_equal(str_cut(&rest, '|'), str_from_c(value))) continue;
        *out = i;
        return ERR_OK;
    }
    return err_set(why, ERR_INVALID, "--%s is one of " STR_FMT ", not '%s'", name, STR_ARG(choices), value);
}

enum err options_instant(const struct arguments *arguments, const char *name, int64_t otherwise, int64_t *out,
                         struct err_info *why)
{
    const char *text = options_value(arguments, name);
    *out = otherwise;
    if (text == NULL) return ERR_OK;
    if (!instant_parse(str_from_c(text), out))
        return err_set(why, ERR_INVALID, "--%s takes a time such as 2026-01-05T10:00:00Z or 2026-01-05, not '%s'", name,
                       text);
    if (*out < EVENT_MIN_MS || *out > EVENT_MAX_MS)
        return err_set(why, ERR_INVALID, "--%s takes a time from the year 1900 to 5999, not '%s'", name, text);
    return ERR_OK;
}

enum err options_as_of(const struct app *app, const struct arguments *arguments, int64_t *out, struct err_info *why)
{
    return options_instant(arguments, "as-of", app->clock->now_ms(app->clock), out, why);
}
