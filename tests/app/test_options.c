/* test_options.c — what the words behind a command mean, and how mistakes are answered. */
// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"
#include "harness.h"

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

static const struct option options[] = {
    {.name = "contacts", .argument = "FILE", .help = "."},
    {.name = "events", .argument = "FILE", .repeated = true, .help = "."},
    {.name = "format", .argument = "table|csv|jsonl", .help = "."},
    {.name = "top", .argument = "N", .help = "."},
    {.name = "explain", .help = "."},
};

static const struct command command = {.name = "score",
                                       .operands = "DEF...",
                                       .operands_min = 1,
                                       .operands_max = 2,
                                       .options = options,
                                       .option_count = COUNT_OF(options)};

static struct arguments parse(struct arena *arena, char **words)
{
    struct arguments arguments;
    struct err_info why = {0};
    size_t count = 0;
    while (words[count] != NULL) count++;
    CHECK_OK(options_parse(arena, &command, words, count, &arguments, &why), why);
    return arguments;
}

static const char *complaint(struct arena *arena, char **words)
{
    struct arguments arguments;
    struct err_info why = {0};
    size_t count = 0;
    while (words[count] != NULL) count++;
    CHECK_INT(options_parse(arena, &command, words, count, &arguments, &why), ERR_INVALID);
    return arena_str(arena, str_from_c(why.msg)).at;
}

TEST(a_value_stands_behind_an_equals_sign_or_a_blank)
{
    AUTO_ARENA arena = arena_new();
    struct arguments a = parse(arena, WORDS("def", "--contacts=c.csv", "--top", "5"));
    CHECK_STR(str_from_c(options_value(&a, "contacts")), STR("c.csv"));
    CHECK_STR(str_from_c(options_value(&a, "top")), STR("5"));
    CHECK_TRUE(options_value(&a, "format") == NULL);
    CHECK_FALSE(options_given(&a, "explain"));
}

TEST(a_value_may_hold_an_equals_sign_or_begin_with_a_dash)
{
    AUTO_ARENA arena = arena_new();
    struct arguments a = parse(arena, WORDS("def", "--contacts=a=b", "--top", "-5"));
    CHECK_STR(str_from_c(options_value(&a, "contacts")), STR("a=b"));
    CHECK_STR(str_from_c(options_value(&a, "top")), STR("-5"));
}

TEST(options_and_operands_mix_and_keep_their_order)
{
    AUTO_ARENA arena = arena_new();
    struct arguments a = parse(arena, WORDS("one", "--explain", "-"));
    CHECK_INT(a.operand_count, 2);
    CHECK_STR(str_from_c(a.operands[0]), STR("one"));
    CHECK_STR(str_from_c(a.operands[1]), STR("-"));
    CHECK_TRUE(options_given(&a, "explain"));
}

TEST(behind_two_dashes_all_are_operands)
{
    AUTO_ARENA arena = arena_new();
    struct arguments a = parse(arena, WORDS("--", "--explain", "--"));
    CHECK_INT(a.operand_count, 2);
    CHECK_STR(str_from_c(a.operands[0]), STR("--explain"));
    CHECK_STR(str_from_c(a.operands[1]), STR("--"));
    CHECK_FALSE(options_given(&a, "explain"));
}

TEST(a_repeated_option_keeps_all_values_in_their_order)
{
    AUTO_ARENA arena = arena_new();
    struct arguments a = parse(arena, WORDS("def", "--events", "a", "--top=1", "--events=b"));
    size_t count;
    const char *const *values = options_values(arena, &a, "events", &count);
    CHECK_INT(count, 2);
    CHECK_STR(str_from_c(values[0]), STR("a"));
    CHECK_STR(str_from_c(values[1]), STR("b"));
}

TEST(each_mistake_has_its_sentence)
{
    static char *rows[][5] = {
        {"def", "--contcts", "x", NULL, "there is no option --contcts; did you mean --contacts?"},
        {"def", "--nothing-like-it", NULL, NULL, "there is no option --nothing-like-it"},
        {"def", "--contcts=x", NULL, NULL, "there is no option --contcts; did you mean --contacts?"},
        {"def", "-top", "5", NULL, "there is no option -top; did you mean --top?"},
        {"def", "-x", NULL, NULL, "there is no option -x"},
        {"def", "--contacts", NULL, NULL, "--contacts needs a value: --contacts FILE"},
        {"def", "--contacts=", NULL, NULL, "the value of --contacts is empty: --contacts FILE"},
        {"def", "--explain=no", NULL, NULL, "--explain takes no value, but 'no' was given"},
        {"def", "--top=1", "--top=2", NULL, "--top is given twice, and can only have one value"},
        {"--explain", NULL, NULL, NULL, "DEF... is missing"},
        {"one", "two", "three", NULL, "'three' is one too many: only DEF... is expected"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        AUTO_ARENA arena = arena_new();
        CHECK_STR(str_from_c(complaint(arena, rows[i])), str_from_c(rows[i][4]));
    }
}

TEST(asking_for_help_forgives_every_mistake_but_not_behind_two_dashes)
{
    AUTO_ARENA arena = arena_new();
    CHECK_TRUE(parse(arena, WORDS("--contcts", "--help")).help);
    CHECK_TRUE(parse(arena, WORDS("-h")).help);
    CHECK_FALSE(parse(arena, WORDS("--", "--help")).help);
}

TEST(a_number_must_be_whole_and_within_its_limits)
{
    static char *const wrong[] = {"0", "11", "-1", "1.5", "ten", "99999999999999999999"};
    AUTO_ARENA arena = arena_new();
    uint64_t number;
    struct err_info why = {0};
    struct arguments a = parse(arena, WORDS("def", "--top=10"));
    CHECK_OK(options_number(&a, "top", 1, 10, 3, &number, &why), why);
    CHECK_INT(number, 10);
    a = parse(arena, WORDS("def"));
    CHECK_OK(options_number(&a, "top", 1, 10, 3, &number, &why), why);
    CHECK_INT(number, 3);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        why = (struct err_info){0};
        a = parse(arena, WORDS("def", "--top", wrong[i]));
        CHECK_INT(options_number(&a, "top", 1, 10, 3, &number, &why), ERR_INVALID);
        CHECK_CONTAINS(str_from_c(why.msg), STR("--top takes a whole number from 1 to 10, not '"));
    }
}

TEST(a_choice_is_one_of_the_words_of_the_table)
{
    AUTO_ARENA arena = arena_new();
    unsigned choice;
    struct err_info why = {0};
    struct arguments a = parse(arena, WORDS("def", "--format", "jsonl"));
    CHECK_OK(options_choice(&a, "format", 0, &choice, &why), why);
    CHECK_INT(choice, 2);
    a = parse(arena, WORDS("def"));
    CHECK_OK(options_choice(&a, "format", 1, &choice, &why), why);
    CHECK_INT(choice, 1);
    a = parse(arena, WORDS("def", "--format", "json"));
    CHECK_INT(options_choice(&a, "format", 0, &choice, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("--format is one of table|csv|jsonl, not 'json'"));
}
