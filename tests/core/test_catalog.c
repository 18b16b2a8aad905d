/* test_catalog.c — properties, what declares them and what needs of them agree. */
// SPDX-License-Identifier: Apache-2.0
#include "core/catalog.h"

#include <string.h>

#include "harness.h"

/* A catalog, and what a schema or needs made it complain about. */
struct bench {
    struct arena *arena;
    struct catalog *catalog;
    struct diagnostics diagnostics;
};

static void bench_close(struct bench *bench)
{
    catalog_free(bench->catalog);
    arena_free(bench->arena);
}

#define AUTO_BENCH __attribute__((cleanup(bench_close))) struct bench

static void bench_open(struct bench *bench)
{
    bench->arena = arena_new();
    bench->catalog = catalog_new();
    diagnostics_init(&bench->diagnostics, bench->arena);
}

static struct source *source(struct bench *bench, const char *name, const char *text)
{
    struct source *made = ARENA_NEW(bench->arena, struct source);
    *made = (struct source){str_from_c(name), str_from_c(text)};
    return made;
}

static void read_schema(struct bench *bench, const char *text)
{
    catalog_read_schema(bench->catalog, source(bench, "schema.yaml", text), &bench->diagnostics);
}

static struct property *find(struct bench *bench, enum entity entity, const char *name)
{
    uint32_t id = catalog_find(bench->catalog, entity, str_from_c(name));
    if (id == INTERN_NONE) FAIL("there is no %s property '%s'", entity_name(entity), name);
    return catalog_at(bench->catalog, id);
}

static void check_declared(struct bench *bench, enum entity entity, const char *name, enum type type)
{
    CHECK_TRUE(find(bench, entity, name)->declared);
    CHECK_INT(find(bench, entity, name)->type, type);
}

TEST(a_property_is_known_by_its_entity_and_trimmed_name)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    uint32_t a = catalog_property(bench.catalog, ENTITY_CONTACT, STR("industry"));
    uint32_t b = catalog_property(bench.catalog, ENTITY_COMPANY, STR("industry"));
    CHECK_INT(a, 0);
    CHECK_INT(b, 1);
    CHECK_INT(catalog_property(bench.catalog, ENTITY_CONTACT, STR(" industry\t")), a);
    CHECK_INT(catalog_find(bench.catalog, ENTITY_COMPANY, STR(" industry")), b);
    CHECK_INT(catalog_find(bench.catalog, ENTITY_DEAL, STR("industry")), INTERN_NONE);
    CHECK_INT(catalog_find(bench.catalog, ENTITY_CONTACT, STR("Industry")), INTERN_NONE);
    CHECK_INT(catalog_count(bench.catalog), 2);
    CHECK_STR(catalog_at(bench.catalog, a)->name, STR("industry"));
    CHECK_INT(catalog_at(bench.catalog, b)->entity, ENTITY_COMPANY);
    CHECK_INT(catalog_at(bench.catalog, a)->type, TYPE_OPEN);
}

TEST(ids_and_properties_stay_where_they_are_while_the_catalog_grows)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    const struct property *first =
        catalog_at(bench.catalog, catalog_property(bench.catalog, ENTITY_EVENT, STR("path")));
    for (uint32_t i = 1; i < PROPERTIES_MAX; i++) {
        CHECK_FALSE(catalog_is_full(bench.catalog));
        struct str name = arena_format(bench.arena, "property %u", i);
        CHECK_INT(catalog_property(bench.catalog, ENTITY_EVENT, name), i);
    }
    CHECK_TRUE(catalog_is_full(bench.catalog));
    CHECK_TRUE(catalog_at(bench.catalog, 0) == first);
    CHECK_STR(first->name, STR("path"));
    CHECK_INT(catalog_find(bench.catalog, ENTITY_EVENT, STR("property 19999")), 19999);
}

TEST(a_name_too_long_for_the_catalog_is_not_in_it)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    char name[PROPERTY_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    CHECK_INT(catalog_find(bench.catalog, ENTITY_DEAL, (struct str){name, sizeof name}), INTERN_NONE);
    CHECK_INT(catalog_property(bench.catalog, ENTITY_DEAL, (struct str){name, PROPERTY_NAME_MAX}), 0);
}

TEST(a_schema_declares_types_in_short_and_in_long)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    read_schema(&bench, "contact:\n"
                        "  industry: string\n"
                        "  Number of staff: number\n"
                        "  vip: {type: boolean}\n"
                        "  born: date\n"
                        "  plan: {enumeration: [Free, PRO]}\n"
                        "  size: {type: enumeration, options: [s, m, l]}\n"
                        "  topics: set\n"
                        "company:\n"
                        "deal: {closes: datetime}\n"
                        "event: {path: string, seconds: number}\n");
    CHECK_INT(bench.diagnostics.errors, 0);
    check_declared(&bench, ENTITY_CONTACT, "industry", TYPE_STRING);
    check_declared(&bench, ENTITY_CONTACT, "Number of staff", TYPE_NUMBER);
    check_declared(&bench, ENTITY_CONTACT, "vip", TYPE_BOOLEAN);
    check_declared(&bench, ENTITY_CONTACT, "born", TYPE_DATE);
    check_declared(&bench, ENTITY_CONTACT, "plan", TYPE_ENUMERATION);
    check_declared(&bench, ENTITY_CONTACT, "size", TYPE_ENUMERATION);
    check_declared(&bench, ENTITY_CONTACT, "topics", TYPE_SET);
    check_declared(&bench, ENTITY_DEAL, "closes", TYPE_DATETIME);
    check_declared(&bench, ENTITY_EVENT, "seconds", TYPE_NUMBER);
    CHECK_INT(find(&bench, ENTITY_CONTACT, "plan")->option_count, 2);
    CHECK_STR(find(&bench, ENTITY_CONTACT, "plan")->options[0], STR("free"));
    CHECK_STR(find(&bench, ENTITY_CONTACT, "plan")->options[1], STR("pro"));
    CHECK_INT(find(&bench, ENTITY_CONTACT, "size")->option_count, 3);
    CHECK_INT(find(&bench, ENTITY_CONTACT, "industry")->option_count, 0);
}

TEST(a_schema_may_be_json)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    read_schema(&bench, "{\"contact\": {\"plan\": {\"enumeration\": [\"free\", 2]}}}");
    CHECK_INT(bench.diagnostics.errors, 0);
    CHECK_STR(find(&bench, ENTITY_CONTACT, "plan")->options[1], STR("2"));
}

TEST(quotes_inside_single_quotes_are_doubled_and_lines_fold)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    read_schema(&bench,
                "contact: {'a''''b': number, '''''''''': date, 'two \n  words': set, 'two\n\n  lines': string}");
    CHECK_INT(bench.diagnostics.errors, 0);
    check_declared(&bench, ENTITY_CONTACT, "a''b", TYPE_NUMBER);
    check_declared(&bench, ENTITY_CONTACT, "''''", TYPE_DATE);
    check_declared(&bench, ENTITY_CONTACT, "two words", TYPE_SET);
    check_declared(&bench, ENTITY_CONTACT, "two\nlines", TYPE_STRING);
}

/* One row per mistake, with where we point and what we say. */
TEST(each_mistake_of_a_schema_is_reported_where_it_is)
{
    static const struct {
        const char *schema;
        uint32_t line, column;
        const char *message;
    } row[] = {
        {"contact: {a: strng}", 1, 14, "unknown type 'strng'; did you mean 'string'?"},
        {"contact: {a: text}", 1, 14,
         "unknown type 'text'; expected boolean, number, date, datetime, string, set or {enumeration: [...]}"},
        {"contact: {a: }", 1, 12, "expected a type: "},
        {"contact: {a: [number]}", 1, 14, "expected a type: "},
        {"contact: {a: {typ: number}}", 1, 14, "expected a type: "},
        {"contact: {a: {type: number, unit: cm}}", 1, 14, "expected a type: "},
        {"contacts: {a: number}", 1, 1, "unknown 'contacts'; did you mean 'contact'?"},
        {"contact: {}\nlead: {a: number}", 2, 1, "unknown 'lead'; expected contact, company, deal or event"},
        {"contact: number", 1, 10, "expected the properties of a contact"},
        {"[contact]", 1, 1, "expected a mapping"},
        {"contact: {a: enumeration}", 1, 14, "an enumeration names its options"},
        {"contact: {a: {enumeration: []}}", 1, 28, "expected the list of options"},
        {"contact: {a: {enumeration: free}}", 1, 28, "expected the list of options"},
        {"contact: {a: {enumeration: [free, ' ']}}", 1, 35, "an option is a text that is not empty"},
        {"contact: {a: {enumeration: [free, [pro]]}}", 1, 35, "an option is a text that is not empty"},
        {"contact: {a: {enumeration: [free, FREE]}}", 1, 35, "the option 'FREE' is there twice"},
        {"contact: {a: {type: number, options: [1]}}", 1, 38, "only an enumeration has options"},
        {"contact: {' ': number}", 1, 11, "a property without a name"},
        {"contact: {a: number, ' a ': string}", 1, 22,
         "the contact property 'a' is declared already in schema.yaml:1:11"},
        {"", 0, 0, "nothing in it"},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_BENCH bench;
        bench_open(&bench);
        read_schema(&bench, row[i].schema);
        if (bench.diagnostics.errors != 1) FAIL("'%s': %zu errors", row[i].schema, bench.diagnostics.errors);
        CHECK_CONTAINS(bench.diagnostics.item[0].message, str_from_c(row[i].message));
        CHECK_INT(bench.diagnostics.item[0].at.line, row[i].line);
        if (bench.diagnostics.item[0].at.column != row[i].column)
            FAIL("'%s': column %u, not %u", row[i].schema, bench.diagnostics.item[0].at.column, row[i].column);
    }
}

TEST(a_text_that_is_no_yaml_is_reported_and_declares_nothing)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    read_schema(&bench, "contact: {a: number");
    CHECK_INT(bench.diagnostics.errors, 1);
    CHECK_INT(catalog_count(bench.catalog), 0);
}

TEST(all_mistakes_of_a_schema_are_reported_and_the_rest_holds)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    read_schema(&bench, "contact: {a: nmber, b: number, c: 5}");
    CHECK_INT(bench.diagnostics.errors, 2);
    check_declared(&bench, ENTITY_CONTACT, "b", TYPE_NUMBER);
    CHECK_FALSE(find(&bench, ENTITY_CONTACT, "a")->declared);
}

TEST(a_name_longer_than_its_ceiling_is_refused_by_the_schema)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    char text[PROPERTY_NAME_MAX + 40] = "contact: {";
    memset(text + 10, 'n', PROPERTY_NAME_MAX + 1);
    memcpy(text + 10 + PROPERTY_NAME_MAX + 1, ": number}", sizeof ": number}");
    read_schema(&bench, text);
    CHECK_INT(bench.diagnostics.errors, 1);
    CHECK_CONTAINS(bench.diagnostics.item[0].message, STR("is too long: at most 256 bytes"));
}

/* ---- Needs. ---- */

static uint32_t property(struct bench *bench)
{
    return catalog_property(bench->catalog, ENTITY_COMPANY, STR("employees"));
}

static void need(struct bench *bench, enum need strength, enum type type, uint32_t line)
{
    static const struct source definition = {STR_INIT("score.yaml"), STR_INIT("")};
    catalog_need(bench->catalog, property(bench), strength, type, &definition, (struct place){line, 7, 2},
                 &bench->diagnostics);
}

static enum type resolved(struct bench *bench, enum type inferred)
{
    catalog_resolve(bench->catalog, property(bench), inferred);
    return catalog_at(bench->catalog, property(bench))->type;
}

TEST(an_operator_that_fits_one_type_settles_the_type)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_STRONG, TYPE_NUMBER, 3);
    CHECK_INT(catalog_door_type(bench.catalog, property(&bench)), TYPE_NUMBER);
    CHECK_INT(resolved(&bench, TYPE_STRING), TYPE_NUMBER);
}

TEST(a_weak_need_gives_way_to_what_the_values_are)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_WEAK, TYPE_NUMBER, 3);
    CHECK_INT(catalog_door_type(bench.catalog, property(&bench)), TYPE_OPEN);
    CHECK_INT(resolved(&bench, TYPE_NUMBER), TYPE_NUMBER);
    CHECK_INT(resolved(&bench, TYPE_STRING), TYPE_STRING);
    CHECK_INT(resolved(&bench, TYPE_BOOLEAN), TYPE_STRING);
    CHECK_INT(resolved(&bench, TYPE_OPEN), TYPE_NUMBER); /* no value contradicts it */
}

TEST(without_a_need_the_values_decide)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_NONE, TYPE_NUMBER, 3);
    CHECK_INT(catalog_door_type(bench.catalog, property(&bench)), TYPE_OPEN);
    CHECK_INT(resolved(&bench, TYPE_DATETIME), TYPE_DATETIME);
    CHECK_INT(resolved(&bench, TYPE_OPEN), TYPE_STRING);
}

TEST(a_strong_need_replaces_a_weak_one_in_either_order)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_WEAK, TYPE_STRING, 3);
    need(&bench, NEED_STRONG, TYPE_NUMBER, 4);
    need(&bench, NEED_WEAK, TYPE_BOOLEAN, 5);
    CHECK_INT(bench.diagnostics.errors, 0);
    CHECK_INT(catalog_door_type(bench.catalog, property(&bench)), TYPE_NUMBER);
    CHECK_INT(catalog_at(bench.catalog, property(&bench))->need_at.line, 4);
}

TEST(two_weak_needs_of_different_types_meet_at_string)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_WEAK, TYPE_NUMBER, 3);
    need(&bench, NEED_WEAK, TYPE_BOOLEAN, 4);
    need(&bench, NEED_WEAK, TYPE_NUMBER, 5);
    CHECK_INT(resolved(&bench, TYPE_NUMBER), TYPE_STRING);
    CHECK_INT(bench.diagnostics.errors, 0);
}

TEST(two_operators_that_contradict_each_other_are_reported_with_both_places)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_STRONG, TYPE_NUMBER, 3);
    need(&bench, NEED_STRONG, TYPE_DATETIME, 9);
    CHECK_INT(bench.diagnostics.errors, 1);
    CHECK_INT(bench.diagnostics.item[0].at.line, 9);
    CHECK_STR(bench.diagnostics.item[0].message,
              STR("the company property 'employees' is used as a datetime here, but as a number in score.yaml:3:7; a "
                  "schema can declare what it is"));
}

TEST(dates_agree_with_datetimes_and_strings_with_enumerations)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_STRONG, TYPE_DATE, 3);
    need(&bench, NEED_STRONG, TYPE_DATETIME, 4);
    CHECK_INT(bench.diagnostics.errors, 0);
    CHECK_INT(resolved(&bench, TYPE_OPEN), TYPE_DATETIME);

    AUTO_BENCH other;
    bench_open(&other);
    need(&other, NEED_STRONG, TYPE_ENUMERATION, 3);
    need(&other, NEED_STRONG, TYPE_STRING, 4);
    CHECK_INT(other.diagnostics.errors, 0);
    CHECK_INT(resolved(&other, TYPE_NUMBER), TYPE_STRING);
}

TEST(what_a_schema_declares_is_final)
{
    AUTO_BENCH bench;
    bench_open(&bench);
    need(&bench, NEED_STRONG, TYPE_NUMBER, 3);
    read_schema(&bench, "company: {employees: date}");
    need(&bench, NEED_STRONG, TYPE_STRING, 4);
    CHECK_INT(bench.diagnostics.errors, 0);
    CHECK_INT(catalog_door_type(bench.catalog, property(&bench)), TYPE_DATE);
    CHECK_INT(resolved(&bench, TYPE_NUMBER), TYPE_DATE);
}
