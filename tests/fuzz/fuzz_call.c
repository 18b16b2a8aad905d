/* fuzz_call.c — whatever a call says, it becomes a fact within its ceilings or a refusal in a sentence.
 *
 * Each line is one call, read as of a client and as of a file. A fact names somebody, no name in it twice, and its
 * time is in range and not in the future; its context is JSON and small; a refusal has a reason, a place and a sentence;
 * and reading again gives the same. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/unicode.h"
#include "core/catalog.h"
#include "engine/call.h"
#include "engine/call_context.h"
#include "history/history.h"

#define INPUT_MAX ((size_t)64 * 1024)
#define RECEIVED_MS INT64_C(1767614400000)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_text(struct str text)
{
    INVARIANT(unicode_valid(text, NULL));
}

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct fact_value *)a)->name, ((const struct fact_value *)b)->name);
}

static void check_values(struct arena *arena, const struct fact_value *values, uint32_t count, bool may_be_empty)
{
    INVARIANT(count <= FACT_VALUES_MAX);
    struct fact_value *sorted = ARENA_ARRAY(arena, struct fact_value, count + 1);
    if (count > 0) memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_name);
    for (uint32_t i = 0; i < count; i++) {
        INVARIANT(sorted[i].name.len > 0 && sorted[i].name.len <= PROPERTY_NAME_MAX);
        INVARIANT(i == 0 || !str_equal(sorted[i - 1].name, sorted[i].name));
        INVARIANT(may_be_empty || sorted[i].text.len > 0);
        check_text(sorted[i].name);
        check_text(sorted[i].text);
    }
}

static void check_context(struct json_parser *parser, struct arena *arena, struct str context)
{
    const struct json_item *items = NULL;
    struct err_info why = {0};
    if (context.len == 0) return;
    char *padded = arena_alloc(arena, context.len + JSON_PADDING);
    memcpy(padded, context.at, context.len);
    INVARIANT(json_parse(parser, (struct str){padded, context.len}, &items, &why) == ERR_OK);
    INVARIANT(items->kind == JSON_OBJECT && items->span > 1);
    for (uint32_t i = 1; i < items->span; i++)
        INVARIANT(items[i].kind == JSON_OBJECT ||
                  (items[i].kind == JSON_STRING && items[i].text.len <= CALL_CONTEXT_TEXT_MAX));
}

static void check_fact(const struct fact *fact, struct arena *arena, struct json_parser *parser, bool of_client)
{
    INVARIANT(fact->object == ENTITY_CONTACT && fact->expect == FACT_UPSERT);
    INVARIANT(fact->identifier_count >= 1 && fact->identifier_count <= FACT_IDENTIFIERS_MAX);
    bool known = false;
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        const struct fact_identifier *identifier = &fact->identifiers[i];
        INVARIANT(identifier->text.len >= 1 && identifier->text.len <= FACT_ID_MAX);
        INVARIANT(identifier->kind != IDENTIFIER_ID);
        INVARIANT(str_equal(identifier->text, str_trim(identifier->text)));
        if (identifier->kind != IDENTIFIER_ANONYMOUS) known = true;
        for (uint32_t k = 0; k < i; k++)
            INVARIANT(fact->identifiers[k].kind != identifier->kind ||
                      !str_equal(fact->identifiers[k].text, identifier->text));
    }
    INVARIANT(!fact->lists || known);
    INVARIANT(fact->at_ms >= EVENT_MIN_MS && fact->at_ms <= EVENT_MAX_MS);
    INVARIANT(!of_client || (fact->at_ms <= RECEIVED_MS && fact->received_ms == RECEIVED_MS));
    INVARIANT(fact->event.len <= FACT_ID_MAX && fact->message_id.len <= FACT_ID_MAX);
    INVARIANT(fact->company.len <= FACT_ID_MAX && (fact->company.len > 0 || fact->company_value_count == 0));
    INVARIANT(fact->event.len > 0 || (fact->event_value_count == 0 && fact->context.len == 0 && !fact->bot));
    INVARIANT(!fact->bot || fact->context.len > 0 || !of_client);
    check_values(arena, fact->event_values, fact->event_value_count, false);
    check_values(arena, fact->values, fact->value_count, true);
    check_values(arena, fact->company_values, fact->company_value_count, true);
    check_context(parser, arena, fact->context);
}

static void check_call(const struct json_item *item, struct str line, enum call_origin origin, enum call_kind kind)
{
    static struct json_parser *parser; /* the call's own items stay as they are */
    if (parser == NULL) parser = json_parser_new();
    AUTO_ARENA arena = arena_new();
    struct call_setting setting = {.origin = origin, .kind = kind, .received_ms = RECEIVED_MS};
    struct fact fact, again;
    struct fact_result result, result_again;
    bool taken = call_read(item, line, &setting, arena, &fact, &result);
    INVARIANT(taken == (result.state == FACT_TAKEN));
    INVARIANT(taken == call_read(item, line, &setting, arena, &again, &result_again));
    if (taken) {
        check_fact(&fact, arena, parser, origin == CALL_OF_CLIENT);
        INVARIANT(fact.at_ms == again.at_ms && str_equal(fact.context, again.context));
        INVARIANT(fact.event_value_count == again.event_value_count && fact.value_count == again.value_count);
        return;
    }
    INVARIANT(result.state == FACT_REFUSED && result.reason[0] != 0 && result.message[0] != 0);
    check_text(result.place);
    check_text(str_from_c(result.message));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct json_parser *parser; /* one for all, as a program has: its memory is large */
    struct input *input = NULL;
    struct err_info why = {0};
    if (size > INPUT_MAX) return 0;
    if (parser == NULL) parser = json_parser_new();
    enum err e = input_from_memory(STR("calls.jsonl"), (struct str){(const char *)data, size}, &input, &why);
    if (e != ERR_OK) return 0;
    struct str line;
    uint64_t number = 0;
    while (input_line(input, &line, &number, &why)) {
        const struct json_item *items = NULL;
        struct err_info bad = {0};
        if (json_parse(parser, line, &items, &bad) != ERR_OK) continue;
        check_call(items, line, CALL_OF_CLIENT, CALL_NONE);
        check_call(items, line, CALL_OF_FILE, CALL_NONE);
        check_call(items, line, CALL_OF_CLIENT, (enum call_kind)(number % CALL_NONE));
    }
    input_close(input);
    return 0;
}
