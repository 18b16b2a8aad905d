/* words.c — conditions and rules as the middle of a sentence. */
// SPDX-License-Identifier: Apache-2.0
#include "app/words.h"

#include "app/text.h"
#include "base/unicode.h"

#define LISTED_MAX 3   /* of a list of arguments; the rest is counted */
#define CHILDREN_MAX 3 /* of all and any */
#define ARGUMENT_CELLS 40

static void append_argument(struct buf *out, const struct argument *argument)
{
    struct str shown = unicode_cut(argument->text, ARGUMENT_CELLS);
    text_clean(out, shown);
    if (shown.len < argument->text.len) buf_append_c(out, "\u2026");
}

/* "IT", "IT or Software", "IT, Software, Media or 4 more". */
static void append_list(struct buf *out, const struct test *test, const char *joint)
{
    uint32_t count = test->argument_count;
    uint32_t shown = count > LISTED_MAX + 1 ? LISTED_MAX : count;
    for (uint32_t i = 0; i < shown; i++) {
        bool last = i + 1 == count;
        if (i > 0) buf_append_c(out, last ? joint : ", ");
        append_argument(out, &test->arguments[i]);
    }
    if (shown < count) {
        buf_append_c(out, joint);
        text_count(out, count - shown);
        buf_append_c(out, " more");
    }
}

static void append_span(struct buf *out, const char *before, const struct test *test)
{
    buf_append_c(out, before);
    text_minutes(out, duration_minutes(test->duration));
}

static void append_pair(struct buf *out, const char *before, const struct test *test)
{
    buf_append_c(out, before);
    append_list(out, test, " and ");
}

void words_test(struct buf *out, const struct test *test)
{
    static const struct {
        const char *before, *joint;
    } plain[] = {
        [OP_IS] = {"is ", " or "},
        [OP_IS_NOT] = {"is not ", " or "},
        [OP_IN] = {"is ", " or "},
        [OP_NOT_IN] = {"is not ", " or "},
        [OP_CONTAINS] = {"contains ", " or "},
        [OP_NOT_CONTAINS] = {"does not contain ", " or "},
        [OP_STARTS_WITH] = {"starts with ", " or "},
        [OP_ENDS_WITH] = {"ends with ", " or "},
        [OP_GT] = {"is more than ", ""},
        [OP_GTE] = {"is at least ", ""},
        [OP_LT] = {"is less than ", ""},
        [OP_LTE] = {"is at most ", ""},
        [OP_HAS_ANY] = {"has ", " or "},
        [OP_HAS_ALL] = {"has ", " and "},
        [OP_HAS_NONE] = {"does not have ", " or "},
        [OP_IS_EXACTLY] = {"is exactly ", " and "},
        [OP_BEFORE] = {"is before ", ""},
        [OP_AFTER] = {"is after ", ""},
    };
    if (test->ever) buf_append_c(out, "at some time ");
    switch (test->op) {
    case OP_KNOWN: buf_append_c(out, "is known"); break;
    case OP_UNKNOWN: buf_append_c(out, "is not known"); break;
    case OP_BETWEEN: append_pair(out, "is between ", test); break;
    case OP_NOT_BETWEEN: append_pair(out, "is not between ", test); break;
    case OP_WITHIN: append_span(out, "is within the last ", test); break;
    case OP_OLDER_THAN:
        append_span(out, "is at least ", test);
        buf_append_c(out, " ago");
        break;
    case OP_IN_NEXT: append_span(out, "is within the next ", test); break;
    case OP_CHANGED_WITHIN: append_span(out, "changed within the last ", test); break;
    default: buf_append_c(out, plain[test->op].before); append_list(out, test, plain[test->op].joint);
    }
    if (test->or_unknown) buf_append_c(out, ", or is not known");
}

static void append_property(struct buf *out, struct catalog *catalog, const struct condition *condition)
{
    if (condition->hop == HOP_COMPANY) buf_append_c(out, "company.");
    if (condition->hop == HOP_DEAL) buf_append_c(out, "deal.");
    text_clean(out, catalog_at(catalog, condition->property)->name);
    buf_append_char(out, ' ');
    words_test(out, condition->test);
}

static void append_event(struct buf *out, struct catalog *catalog, const struct condition *condition)
{
    const struct selection *selection = &condition->selection;
    if (condition->at_most == 0) buf_append_c(out, "no ");
    if (selection->event.len > 0) text_clean(out, selection->event);
    else buf_append_c(out, condition->at_most == 0 ? "event" : "any event");
    if (selection->where != NULL) {
        buf_append_c(out, " with ");
        words_condition(out, catalog, selection->where);
    }
    uint32_t least = condition->at_least, most = condition->at_most;
    if (most == UINT32_MAX && least > 1) {
        buf_append_c(out, " at least ");
        text_counted(out, least, "time", "times");
    } else if (most != UINT32_MAX && most > 0) {
        if (least > 1) buf_format(out, " %u to %u times", least, most);
        else buf_append_c(out, " at most "), text_counted(out, most, "time", "times");
    }
    if (selection->within_minutes >= 0) {
        buf_append_c(out, " within ");
        text_minutes(out, selection->within_minutes);
    }
}

static void append_children(struct buf *out, struct catalog *catalog, const struct condition *condition)
{
    const char *joint = condition->kind == CONDITION_ALL ? " and " : " or ";
    if (condition->child_count == 0) buf_append_c(out, condition->kind == CONDITION_ALL ? "always" : "never");
    for (uint32_t i = 0; i < condition->child_count; i++) {
        if (i > 0) buf_append_c(out, joint);
        if (i == CHILDREN_MAX && condition->child_count > CHILDREN_MAX + 1) {
            text_count(out, condition->child_count - i);
            buf_append_c(out, " more");
            return;
        }
        const struct condition *child = condition->children[i];
        bool nested = child->kind == CONDITION_ALL || child->kind == CONDITION_ANY;
        if (nested) buf_append_char(out, '(');
        words_condition(out, catalog, child);
        if (nested) buf_append_char(out, ')');
    }
}

static void append_not(struct buf *out, struct catalog *catalog, const struct condition *child)
{
    bool is_absence = child->kind == CONDITION_EVENT && child->at_least == 1 && child->at_most == UINT32_MAX;
    if (is_absence) {
        struct condition none = *child;
        none.at_least = 0;
        none.at_most = 0;
        append_event(out, catalog, &none);
        return;
    }
    buf_append_c(out, "not (");
    words_condition(out, catalog, child);
    buf_append_char(out, ')');
}

void words_condition(struct buf *out, struct catalog *catalog, const struct condition *condition)
{
    switch (condition->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY: append_children(out, catalog, condition); break;
    case CONDITION_NOT: append_not(out, catalog, condition->children[0]); break;
    case CONDITION_PROPERTY: append_property(out, catalog, condition); break;
    case CONDITION_EVENT: append_event(out, catalog, condition); break;
    case CONDITION_SEGMENT:
        buf_append_c(out, "in the segment ");
        buf_append(out, condition->name);
        break;
    case CONDITION_LIST:
        buf_append_c(out, "on the list ");
        buf_append(out, condition->name);
        break;
    case CONDITION_SCORE:
        if (condition->part == PART_FIT) buf_append_c(out, "fit of ");
        if (condition->part == PART_ENGAGEMENT) buf_append_c(out, "engagement of ");
        buf_append(out, condition->name);
        buf_append_char(out, ' ');
        words_test(out, condition->test);
        break;
    }
}

static void append_percent(struct buf *out, const struct decay *decay)
{
    buf_append_double(out, decay->percent);
    buf_append_c(out, "% every ");
    text_minutes(out, (int64_t)decay->period * decay->unit_minutes);
}

void words_decay(struct buf *out, const struct decay *decay)
{
    switch (decay->shape) {
    case DECAY_NONE: buf_append_c(out, "no decay"); break;
    case DECAY_HALF_LIFE:
        buf_append_c(out, "half-life ");
        text_minutes(out, (int64_t)decay->period * decay->unit_minutes);
        break;
    case DECAY_LINEAR: append_percent(out, decay); break;
    case DECAY_STEP:
        append_percent(out, decay);
        buf_append_c(out, " in steps");
        break;
    case DECAY_COMPOUND:
        append_percent(out, decay);
        buf_append_c(out, " of the rest");
        break;
    }
}
