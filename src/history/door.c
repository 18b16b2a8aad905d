/* door.c — a text, an event, a name at the door: in, or a sentence why not. */
// SPDX-License-Identifier: Apache-2.0
#include "history/door.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/unicode.h"
#include "core/definition.h"

#define QUOTED_CELLS 60 /* of a value in a message */
#define SORTED_BY_INSERTION 32

/* ---- Texts ---- */

enum err door_option(const struct property *property, const struct value *value, struct err_info *why)
{
    if (property->option_count == 0) return ERR_OK;
    for (uint32_t i = 0; i < property->option_count; i++)
        if (str_equal(property->options[i], value->folded)) return ERR_OK;
    struct str shown = unicode_cut(value->raw, QUOTED_CELLS);
    return err_set(why, ERR_INVALID, "'" STR_FMT "%s' is not one of the property's options", STR_ARG(shown),
                   shown.len < value->raw.len ? "..." : "");
}

enum err door_text(struct arena *scratch, const struct property *property, enum type type, struct str text,
                   struct err_info *why)
{
    bool any_text = type == TYPE_OPEN || type == TYPE_STRING;
    if (any_text && text.len <= VALUE_TEXT_MAX) return ERR_OK;
    arena_reset(scratch);
    struct value value;
    enum err e = value_parse(scratch, type, text, &value, why);
    return e != ERR_OK || type != TYPE_ENUMERATION ? e : door_option(property, &value, why);
}

/* ---- Events ---- */

enum err door_event(const struct event_fact *fact, uint64_t events, struct err_info *why)
{
    if (fact->contact == RECORD_NONE) return err_set(why, ERR_TOO_BIG, "more than %u contacts", RECORDS_MAX);
    if (events >= EVENTS_MAX) return err_set(why, ERR_TOO_BIG, "more than %" PRIu64 " events", EVENTS_MAX);
    if (fact->at_ms < EVENT_MIN_MS || fact->at_ms > EVENT_MAX_MS)
        return err_set(why, ERR_INVALID, "the time lies outside the years 1900 to 5999");
    return ERR_OK;
}

enum err door_name(uint32_t names, struct err_info *why)
{
    if (names < EVENT_NAMES_MAX) return ERR_OK;
    return err_set(why, ERR_TOO_BIG, "more than %d different event names", EVENT_NAMES_MAX);
}

/* ---- Reserved events and their parts ---- */

enum name_kind door_name_kind(struct arena *scratch, struct str name)
{
    arena_reset(scratch);
    struct str folded = unicode_fold(scratch, name);
    if (str_equal(folded, STR("plumb.score_adjusted"))) return NAME_SCORE_ADJUSTED;
    return str_equal(folded, STR("plumb.score_reset")) ? NAME_SCORE_RESET : NAME_PLAIN;
}

static struct str part_of(const struct catalog *catalog, const struct event_fact *fact, struct str name)
{
    uint32_t property = catalog_find(catalog, ENTITY_EVENT, name);
    for (uint32_t i = fact->property_count; i-- > 0;)
        if (fact->properties[i].property == property) return str_trim(fact->properties[i].text);
    return (struct str){0};
}

static MUST_CHECK enum err check_adjustment(struct str points, struct err_info *why)
{
    int64_t value;
    if (!str_to_i64(points, &value) || value < -POINTS_MAX || value > POINTS_MAX)
        return err_set(why, ERR_INVALID, "plumb.score_adjusted needs 'points', a whole number from %d to %d",
                       -POINTS_MAX, POINTS_MAX);
    return ERR_OK;
}

static MUST_CHECK enum err check_reset(struct arena *scratch, struct str category, struct err_info *why)
{
    arena_reset(scratch);
    struct str folded = unicode_fold(scratch, category);
    if (!str_equal(folded, STR("engagement")) && !str_equal(folded, STR("all")))
        return err_set(why, ERR_INVALID, "plumb.score_reset needs 'category', engagement or all");
    return ERR_OK;
}

enum err door_parts(struct arena *scratch, const struct catalog *catalog, const struct event_fact *fact,
                    enum name_kind kind, struct err_info *why)
{
    if (kind == NAME_PLAIN) return ERR_OK;
    if (part_of(catalog, fact, STR("score")).len == 0)
        return err_set(why, ERR_INVALID, "%s needs 'score', the name of a score",
                       kind == NAME_SCORE_RESET ? "plumb.score_reset" : "plumb.score_adjusted");
    if (kind == NAME_SCORE_ADJUSTED) return check_adjustment(part_of(catalog, fact, STR("points")), why);
    return check_reset(scratch, part_of(catalog, fact, STR("category")), why);
}

/* ---- Pairs ---- */

static int compare_pairs(const void *a, const void *b)
{
    const struct event_pair *left = a, *right = b;
    if (left->property != right->property) return left->property < right->property ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

uint32_t door_sort_pairs(struct event_pair *pairs, uint32_t count)
{
    uint32_t ordered = 1;
    while (ordered < count && pairs[ordered - 1].property < pairs[ordered].property) ordered++;
    if (ordered >= count) return count;
    if (count > SORTED_BY_INSERTION) qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (uint32_t i = ordered; i < count; i++) {
        struct event_pair pair = pairs[i];
        uint32_t to = i;
        for (; to > 0 && compare_pairs(&pairs[to - 1], &pair) > 0; to--) pairs[to] = pairs[to - 1];
        pairs[to] = pair;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || pairs[i].property != pairs[i + 1].property) pairs[kept++] = pairs[i];
    return kept;
}
