/* score_helper.c — see score_helper.h. */
// SPDX-License-Identifier: Apache-2.0
#include "score_helper.h"

#include "base/instant.h"
#include "harness.h"

#define WHY_BYTES ((size_t)1 << 16)
#define PROPERTIES_OF_A_LINE 32

/* ---- From texts to a scan. ---- */

static void say_diagnostics(const struct product *product, struct buf *why)
{
    for (size_t i = 0; i < product->diagnostics->count; i++)
        if (product->diagnostics->item[i].severity == SEVERITY_ERROR)
            diagnostic_render(&product->diagnostics->item[i], false, why);
}

static const struct source *new_source(struct product *product, const char *name, struct str text)
{
    struct source *source = ARENA_NEW(product->arena, struct source);
    *source = (struct source){str_from_c(name), arena_str(product->arena, text)};
    return source;
}

struct product *product_try(struct str schema, struct str definitions, struct buf *why)
{
    struct arena *arena = arena_new();
    struct product *product = ARENA_NEW(arena, struct product);
    product->arena = arena;
    product->catalog = catalog_new();
    catalog_trust_lists(product->catalog);
    product->diagnostics = ARENA_NEW(arena, struct diagnostics);
    diagnostics_init(product->diagnostics, arena);
    definitions_init(&product->set, arena, product->catalog);
    if (str_trim(schema).len > 0)
        catalog_read_schema(product->catalog, new_source(product, "schema", schema), product->diagnostics);
    if (definitions_parse(&product->set, new_source(product, "definitions", definitions), product->diagnostics) &&
        definitions_check(&product->set, product->diagnostics) && product->diagnostics->errors == 0) {
        product->builder = history_builder_new(product->catalog);
        return product;
    }
    say_diagnostics(product, why);
    product_free(product);
    return NULL;
}

bool product_finish_try(struct product *product, struct buf *why)
{
    product->history = history_builder_finish(product->builder, &product->seen);
    history_builder_free(product->builder);
    product->builder = NULL;
    if (definitions_bind(&product->set, product->seen, product->diagnostics)) {
        product->scan = scan_new(&product->set, product->history, NULL);
        return true;
    }
    say_diagnostics(product, why);
    return false;
}

bool product_read_definitions(struct product *product, struct str definitions, struct definitions *out, struct buf *why)
{
    definitions_init(out, product->arena, product->catalog);
    if (definitions_parse(out, new_source(product, "other definitions", definitions), product->diagnostics) &&
        definitions_check(out, product->diagnostics) && definitions_bind(out, product->seen, product->diagnostics))
        return true;
    say_diagnostics(product, why);
    return false;
}

void product_free(struct product *product)
{
    if (product == NULL) return;
    scan_free(product->scan);
    history_free(product->history);
    history_builder_free(product->builder);
    catalog_free(product->catalog);
    arena_free(product->arena);
}

struct product *product_new(const char *schema, const char *definitions)
{
    AUTO_BUF why = BUF_INIT(WHY_BYTES);
    struct product *product = product_try(str_from_c(schema), str_from_c(definitions), &why);
    if (product == NULL) FAIL("the definitions are refused:\n" STR_FMT, STR_ARG(buf_str(&why)));
    return product;
}

void product_finish(struct product *product)
{
    AUTO_BUF why = BUF_INIT(WHY_BYTES);
    if (!product_finish_try(product, &why)) FAIL("binding failed:\n" STR_FMT, STR_ARG(buf_str(&why)));
}

/* ---- Facts. ---- */

int64_t instant_of(const char *text)
{
    int64_t at_ms = 0;
    if (!instant_parse(str_from_c(text), &at_ms)) FAIL("'%s' is no instant", text);
    return at_ms;
}

static int64_t instant_of_word(struct product *product, struct str word)
{
    return instant_of(arena_str(product->arena, word).at);
}

/* The next word of a line; blanks inside double quotes do not end it, and the quotes are dropped. */
static struct str next_word(struct product *product, struct str *line)
{
    *line = str_trim(*line);
    char *word = ARENA_ARRAY(product->arena, char, line->len + 1);
    size_t used = 0, i = 0;
    bool quoted = false;
    for (; i < line->len && (quoted || line->at[i] != ' '); i++) {
        if (line->at[i] == '"') quoted = !quoted;
        else word[used++] = line->at[i];
    }
    line->at += i;
    line->len -= i;
    return (struct str){word, used};
}

static uint32_t record_of(struct product *product, enum entity object, struct str id)
{
    return history_builder_record(product->builder, object, id, false);
}

static bool object_of(struct str word, enum entity *out)
{
    for (enum entity object = ENTITY_CONTACT; object < OBJECT_COUNT; object++) {
        if (!str_equal(word, str_from_c(entity_name(object)))) continue;
        *out = object;
        return true;
    }
    return false;
}

static void read_properties(struct product *product, enum entity object, int64_t from_ms, struct str line)
{
    struct err_info why = {0};
    struct str id = next_word(product, &line);
    uint32_t record = history_builder_record(product->builder, object, id, true);
    for (struct str word = next_word(product, &line); word.len > 0; word = next_word(product, &line)) {
        uint32_t property = catalog_property(product->catalog, object, str_cut(&word, '='));
        CHECK_OK(history_builder_property(product->builder, property, record, from_ms, word, STR(""), &why), why);
    }
}

static void read_event(struct product *product, struct str line)
{
    struct event_property properties[PROPERTIES_OF_A_LINE];
    struct err_info why = {0};
    struct event_fact fact = {.contact = record_of(product, ENTITY_CONTACT, next_word(product, &line)),
                              .properties = properties};
    fact.name = next_word(product, &line);
    fact.at_ms = instant_of_word(product, next_word(product, &line));
    for (struct str word = next_word(product, &line); word.len > 0; word = next_word(product, &line)) {
        struct str name = str_cut(&word, '=');
        if (str_equal(name, STR("id"))) fact.id = word;
        else if (str_equal(name, STR("bot")) && word.len == 0) fact.bot = true;
        else
            properties[fact.property_count++] =
                (struct event_property){catalog_property(product->catalog, ENTITY_EVENT, name), word};
    }
    CHECK_OK(history_builder_event(product->builder, &fact, NULL, &why), why);
}

static void read_association(struct product *product, enum entity from, struct str id, struct str kind, struct str line)
{
    bool in = str_equal(kind, STR("in"));
    if (!in && !str_equal(kind, STR("with"))) FAIL("no fact: '" STR_FMT " " STR_FMT "'", STR_ARG(id), STR_ARG(kind));
    enum association association = from == ENTITY_CONTACT ? ASSOCIATION_CONTACT_COMPANY
                                   : in                   ? ASSOCIATION_DEAL_COMPANY
                                                          : ASSOCIATION_DEAL_CONTACT;
    uint32_t to = record_of(product, in ? ENTITY_COMPANY : ENTITY_CONTACT, next_word(product, &line));
    struct str time = next_word(product, &line);
    history_builder_associate(product->builder, association, record_of(product, from, id), to,
                              time.len > 0 ? instant_of_word(product, time) : FOREVER);
}

/* "ID", "ID in COMPANY" or "deal ID with CONTACT": is the word after the id a link? */
static bool is_link(struct product *product, struct str line, struct str *id, struct str *kind, struct str *rest)
{
    *id = next_word(product, &line);
    *kind = next_word(product, &line);
    *rest = line;
    return str_equal(*kind, STR("in")) || str_equal(*kind, STR("with"));
}

static void read_fact(struct product *product, struct str line)
{
    struct str whole = line, id, kind, rest;
    struct str first = next_word(product, &line);
    enum entity object;
    if (first.len == 0) return;
    if (str_equal(first, STR("event"))) {
        read_event(product, line);
    } else if (str_equal(first, STR("same"))) {
        uint32_t one = record_of(product, ENTITY_CONTACT, next_word(product, &line));
        history_builder_join(product->builder, one, record_of(product, ENTITY_CONTACT, next_word(product, &line)));
    } else if (str_equal(first, STR("from"))) {
        int64_t from_ms = instant_of_word(product, next_word(product, &line));
        if (!object_of(next_word(product, &line), &object)) FAIL("no object in '" STR_FMT "'", STR_ARG(whole));
        read_properties(product, object, from_ms, line);
    } else if (object_of(first, &object)) {
        if (is_link(product, line, &id, &kind, &rest)) read_association(product, object, id, kind, rest);
        else read_properties(product, object, FOREVER, line);
    } else {
        read_association(product, ENTITY_CONTACT, first, next_word(product, &line), line);
    }
}

void product_facts(struct product *product, const char *lines)
{
    struct str rest = str_from_c(lines);
    while (rest.len > 0) read_fact(product, str_trim(str_cut(&rest, '\n')));
}

/* ---- Scores. ---- */

static uint32_t score_of(const struct product *product, const char *name)
{
    uint32_t score = definitions_find_score(&product->set, str_from_c(name));
    if (score == UINT32_MAX) FAIL("no score '%s'", name);
    return score;
}

static uint32_t find_record(const struct product *product, uint32_t score, const char *id)
{
    uint32_t record = history_find(product->history, product->set.scores[score]->object, str_from_c(id));
    if (record == RECORD_NONE) FAIL("no record '%s'", id);
    return record;
}

struct explanation product_explain(struct product *product, const char *score, const char *id, const char *as_of)
{
    uint32_t which = score_of(product, score);
    struct explanation out = {0};
    scan_explain(product->scan, which, find_record(product, which, id), instant_of(as_of), product->arena, &out);
    return out;
}

int64_t product_scan(struct product *product, const char *score, const char *id, const char *as_of, unsigned threads)
{
    uint32_t which = score_of(product, score), record = find_record(product, which, id);
    struct scan_options options = {.as_of_ms = instant_of(as_of), .threads = threads};
    scan_run(product->scan, &options);
    const struct score_column *column = scan_results(product->scan, which);
    return column->known[record] ? column->total[record] : INT64_MIN;
}

/* ---- Ledgers. ---- */

static bool is_of(const struct ledger_line *line, const char *group, const char *rule)
{
    struct str its_group = line->group != NULL ? line->group->name : STR("");
    struct str its_rule = line->rule != NULL ? line->rule->name : STR("");
    return str_equal(its_group, str_from_c(group)) && str_equal(its_rule, str_from_c(rule));
}

const struct ledger_line *ledger_find(const struct ledger *ledger, enum ledger_kind kind, const char *group,
                                      const char *rule)
{
    for (uint32_t i = 0; i < ledger->count; i++)
        if (ledger->lines[i].kind == kind && is_of(&ledger->lines[i], group, rule)) return &ledger->lines[i];
    return NULL;
}

int64_t ledger_sum(const struct ledger *ledger)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < ledger->count; i++) sum += ledger->lines[i].micro;
    return sum;
}

void ledger_print(const struct ledger *ledger, struct buf *out)
{
    static const char *const kinds[] = {"rule", "clamp", "adjustment"};
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_line *line = &ledger->lines[i];
        struct str group = line->group != NULL ? line->group->name : STR("-");
        struct str rule = line->rule != NULL ? line->rule->name : STR("-");
        buf_format(out, "  %s category %d " STR_FMT "/" STR_FMT " %lld, %llu events, latest ", kinds[line->kind],
                   line->category, STR_ARG(group), STR_ARG(rule), (long long)line->micro,
                   (unsigned long long)line->events);
        if (line->latest_ms == LEDGER_NO_TIME) buf_append_c(out, "never");
        else instant_format(out, line->latest_ms);
        buf_append_char(out, '\n');
    }
}
